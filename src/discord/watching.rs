//! *Tell me*: people who wait for the sources to answer a question, and hear of it once, by direct message.

use std::sync::Arc;

use minijinja::context;
use serenity::all::UserId;

use super::audience::Membership;
use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::delivery::Undelivered;
use super::message;
use super::outgoing::{Audience, Outgoing};
use super::tables;
use super::words::Phrase;
use crate::Answerer;
use crate::answer::{Answer, Outcome};
use crate::keeping::normalised;
use crate::language::Language;
use crate::store::{self, Asking, UnansweredId, Wanted, Watch};

/// So many of those who wait, and of the questions that were declined, are looked at after a re-index.
const MOST: u32 = 1_000;

/// Notes that whoever pressed wants to be told.
pub async fn watch(bot: &Arc<Bot>, call: &Call, asking: Asking) {
    let (user, language) = (store::UserId(call.asker.user.get()), call.language);
    let Some(guild) = call.home.map(|guild| store::GuildId(guild.get())) else {
        return call.refuse(bot, &Trouble::TooOld).await;
    };
    let work = bot.look_up(move |bot| {
        let (question, normalised) = (asking.whole_question(), normalised(asking.whole_question()));
        let wanted = Wanted {
            user,
            guild,
            question,
            normalised: &normalised,
            sources: &asking.sources,
            language: language.code(),
        };
        bot.memory.with(|store| store.watch(&wanted, bot.now()))?;
        Ok(vec![Outgoing::text(bot.say(language, Phrase::WillTell, context! {}))])
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}

/// What a new index answers that the old one did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answered {
    /// Groups of questions that were declined, and are marked as resolved now.
    pub groups: usize,
    /// People who were told.
    pub told: usize,
}

/// Puts the questions that were declined to the sources as they are now, and tells those who wait.
pub async fn ask_again(bot: &Arc<Bot>) -> Answered {
    // Of two runs at the same time, the second one finds what the first one left.
    let _turn = bot.telling.lock().await;
    let groups = bot.look_up(resolve_answered).await.unwrap_or_default();
    let mut told = 0;
    for (watch, answer) in bot.look_up(answered_watches).await.unwrap_or_default() {
        if tell(bot, &watch, answer).await {
            told += 1;
        }
    }
    Answered { groups, told }
}

fn resolve_answered(bot: &Bot) -> Result<usize, Trouble> {
    let answerer = bot.live.answerer();
    let groups = bot.memory.look(|store| store.declined_groups(MOST))?;
    let is_answered = |(_, question): &&(UnansweredId, String)| answer(&answerer, question, &[]).is_some();
    let answered: Vec<UnansweredId> = groups.iter().filter(is_answered).map(|(group, _)| *group).collect();
    bot.memory.with(|store| store.resolve_all(&answered))?;
    Ok(answered.len())
}

fn answered_watches(bot: &Bot) -> Result<Vec<(Watch, Answer)>, Trouble> {
    let answerer = bot.live.answerer();
    let watches = bot.memory.look(|store| store.watches(MOST))?;
    let answered = watches.into_iter().filter_map(|watch| {
        let is_withdrawn = bot.memory.withdrawal(watch.guild, &normalised(&watch.question)).is_some();
        let answer = answer(&answerer, &watch.question, &watch.sources).filter(|_| !is_withdrawn)?;
        Some((watch, answer))
    });
    Ok(answered.collect())
}

/// The answer to a question, if there is one by now. A source that it was restricted to may be gone.
fn answer(answerer: &Answerer, question: &str, sources: &[String]) -> Option<Answer> {
    let answer = answerer.ask(question, sources).ok()?;
    matches!(answer.outcome, Outcome::Found(_) | Outcome::Disputed { .. }).then_some(answer)
}

/// Tells somebody, and forgets that they waited; whether they were told. Who cannot be told any more is forgotten
/// too, and who cannot be told at the moment is told after the next re-index.
async fn tell(bot: &Arc<Bot>, watch: &Watch, answer: Answer) -> bool {
    let user = UserId::new(watch.user.0);
    let is_told = match bot.audience.membership(&bot.delivery, user).await {
        Membership::Member { .. } => match send(bot, user, watch, &answer).await {
            Ok(()) => true,
            Err(Undelivered::Closed | Undelivered::Gone | Undelivered::Forbidden) => false,
            Err(error) => {
                tracing::warn!(%error, "somebody could not be told that their question is answered now");
                return false;
            }
        },
        Membership::Stranger => false,
        Membership::Unknown => return false,
    };
    let id = watch.id;
    // The log tells where that fails.
    let _ = bot.look_up(move |bot| Ok(bot.memory.with(|store| store.end_watch(id))?)).await;
    is_told
}

async fn send(bot: &Arc<Bot>, user: UserId, watch: &Watch, answer: &Answer) -> Result<(), Undelivered> {
    let language = Language::parse(&watch.language).unwrap_or(bot.settings.discord.language);
    let question = tables::line(&watch.question);
    let above = bot.say(language, Phrase::NowAnswered, context! { question });
    let contents = message::contents(&bot.live.answerer().reply(answer, language));
    for content in message::joined([vec![above], contents].concat()) {
        bot.delivery.tell(user, &Outgoing::text(content)).await?;
    }
    Ok(())
}
