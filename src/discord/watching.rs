//! *Tell me*: people who wait for the sources to answer a question, and hear of it once, by direct message.

use std::sync::Arc;

use minijinja::context;
use serenity::all::UserId;

use super::asking::withdrawal;
use super::audience::{Membership, Spot};
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
use crate::scopes::Reader;
use crate::store::{self, Asking, Declined, Wanted, Watch};

/// So many of those who wait, and of the questions that were declined, are looked at after a re-index.
const MOST: u32 = 1_000;

/// Notes that whoever pressed wants to be told.
pub async fn watch(bot: &Arc<Bot>, call: &Call, asking: Asking) {
    let (user, language) = (store::UserId(call.asker.user.get()), call.language);
    let Some(guild) = call.home().map(|guild| store::GuildId(guild.get())) else {
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
    for watch in bot.look_up(waiting).await.unwrap_or_default() {
        if tell(bot, watch).await {
            told += 1;
        }
    }
    Answered { groups, told }
}

/// Each group is put to what those may read who see the answer where it was asked last.
fn resolve_answered(bot: &Bot) -> Result<usize, Trouble> {
    let mut answered = Vec::new();
    for group in bot.memory.look(|store| store.declined_groups(MOST))? {
        let answerer = bot.reading(&readers(&group))?;
        if answer(&answerer, &group.question, &[]).is_some() {
            answered.push(group.id);
        }
    }
    bot.memory.with(|store| store.resolve_all(&answered))?;
    Ok(answered.len())
}

fn readers(group: &Declined) -> Reader {
    match (group.guild, group.place) {
        // In the terminal everything is read.
        (None, _) => Reader { is_operator: true, ..Reader::default() },
        (Some(guild), Some(place)) if place.guild == Some(guild) => Spot::of(&place).readers(),
        (Some(guild), _) => Reader { guilds: vec![guild.0], ..Reader::default() },
    }
}

/// Those who wait, as far as they may be told something: where all may read the same, that is known before anybody is
/// looked up.
fn waiting(bot: &Bot) -> Result<Vec<Watch>, Trouble> {
    let mut watches = bot.memory.look(|store| store.watches(MOST))?;
    if bot.settings().scopes.is_empty() {
        let answerer = bot.reading(&Reader::default())?;
        watches.retain(|watch| answer_to(bot, watch, &answerer).is_some());
    }
    Ok(watches)
}

/// What somebody who waits may be told.
fn answer_to(bot: &Bot, watch: &Watch, answerer: &Answerer) -> Option<Answer> {
    let guilds = [watch.guild].into_iter();
    let is_withdrawn = withdrawal(bot, guilds, &normalised(&watch.question), answerer).is_some();
    answer(answerer, &watch.question, &watch.sources).filter(|_| !is_withdrawn)
}

/// The answer to a question, if there is one by now. A source that it was restricted to may be gone.
fn answer(answerer: &Answerer, question: &str, sources: &[String]) -> Option<Answer> {
    let answer = answerer.ask(question, sources).ok()?;
    matches!(answer.outcome, Outcome::Found(_) | Outcome::Disputed { .. }).then_some(answer)
}

/// Tells somebody, and forgets that they waited; whether they were told. Who cannot be told any more is forgotten
/// too, and who cannot be told at the moment is told after the next re-index.
async fn tell(bot: &Arc<Bot>, watch: Watch) -> bool {
    let (id, user) = (watch.id, UserId::new(watch.user.0));
    let is_told = match bot.audience.membership(&bot.delivery, user).await {
        Membership::Member { guilds, roles } => {
            let reader = bot.audience.reader_alone(&guilds, user, &roles);
            let drawn = bot.look_up(move |bot| drawn(bot, &watch, &reader)).await;
            let Ok(Some(messages)) = drawn else { return false };
            match send(bot, user, &messages).await {
                Ok(()) => true,
                Err(Undelivered::Closed | Undelivered::Gone | Undelivered::Forbidden) => false,
                Err(error) => {
                    tracing::warn!(%error, "somebody could not be told that their question is answered now");
                    return false;
                }
            }
        }
        Membership::Stranger => false,
        Membership::Unknown => return false,
    };
    // The log tells where that fails.
    let _ = bot.look_up(move |bot| Ok(bot.memory.with(|store| store.end_watch(id))?)).await;
    is_told
}

/// What they are told, where there is an answer out of what they may read.
fn drawn(bot: &Bot, watch: &Watch, reader: &Reader) -> Result<Option<Vec<Outgoing>>, Trouble> {
    let answerer = bot.reading(reader)?;
    let Some(answer) = answer_to(bot, watch, &answerer) else { return Ok(None) };
    let language = Language::parse(&watch.language).unwrap_or(bot.settings().discord.language);
    let question = tables::line(&watch.question);
    let above = bot.say(language, Phrase::NowAnswered, context! { question });
    let contents = message::contents(&answerer.reply(&answer, language));
    let all = message::joined([vec![above], contents].concat());
    Ok(Some(all.into_iter().map(Outgoing::text).collect()))
}

async fn send(bot: &Arc<Bot>, user: UserId, messages: &[Outgoing]) -> Result<(), Undelivered> {
    for outgoing in messages {
        bot.delivery.tell(user, outgoing).await?;
    }
    Ok(())
}
