//! One question, however it came in: understood in its conversation, answered, kept, and drawn.

use std::sync::Arc;
use std::time::Instant;

use minijinja::context;
use serenity::all::{MessageId, UserId};

use super::about;
use super::audience::Spot;
use super::bot::{Bot, Trouble};
use super::completing::fitted;
use super::memory::Forgetful;
use super::message;
use super::outgoing::{Button, Outgoing, Select, SelectOption, Style};
use super::press::{Act, Press};
use super::words::Phrase;
use crate::Answerer;
use crate::answer::followup::Conversation;
use crate::answer::question::SmallTalk;
use crate::answer::trace::Trace;
use crate::answer::{self, Answer, Choice, Milestone, receipt::sha256};
use crate::keeping::{explained, gap, normalised, receipt, still_stands};
use crate::language::Language;
use crate::metrics::{self, Stage};
use crate::scopes::Reader;
use crate::store::{self, Asking, AskingId, Moment, Surface, Withdrawal};
use crate::words::cut;

/// How many questions before this one are looked at.
const CONVERSATION: u32 = 3;

/// A question, with all that decides how it is answered.
#[derive(Debug, Clone)]
pub struct Asked {
    pub text: String,
    pub surface: Surface,
    pub spot: Spot,
    pub user: UserId,
    /// Who reads the answer.
    pub reader: Reader,
    /// The message that asks.
    pub asked_in: Option<MessageId>,
    /// The answer that it goes on from, where somebody said so by replying to it or by a button.
    pub follows: Option<AskingId>,
    /// The text leaves nothing out: it was understood before, and is asked again.
    pub is_whole: bool,
    /// Ids or titles; all sources where there are none.
    pub sources: Vec<String>,
    /// Only the asker sees the answer.
    pub is_private: bool,
    /// Of the person's client; the question's own where it is none of ours.
    pub language: Option<Language>,
}

/// What came of a question.
#[derive(Debug, Clone)]
pub struct Answered {
    /// `None` where it could not be kept: then there are no buttons either.
    pub asking: Option<AskingId>,
    /// At least one, unless it was small talk.
    pub messages: Vec<Outgoing>,
    /// Where a sign does.
    pub small_talk: Option<SmallTalk>,
}

pub async fn answer(bot: &Arc<Bot>, asked: Asked) -> Result<Answered, Trouble> {
    let (started, surface) = (Instant::now(), asked.surface);
    let result = bot
        .work(move |bot| {
            bot.metrics.stage(Stage::Wait, started.elapsed());
            answer_now(bot, &asked, started)
        })
        .await;
    bot.metrics.question(surface, result.as_ref().map_or_else(outcome_of_trouble, |(_, outcome)| *outcome));
    let (answered, _) = result?;
    bot.health.answered(started.elapsed());
    Ok(answered)
}

fn outcome_of_trouble(trouble: &Trouble) -> metrics::Outcome {
    match trouble {
        Trouble::Busy | Trouble::Stopping => metrics::Outcome::Refused,
        Trouble::NoSuchSource(_) => metrics::Outcome::NoSuchSource,
        _ => metrics::Outcome::Failed,
    }
}

fn outcome_of(answer: &Answer) -> metrics::Outcome {
    match &answer.outcome {
        answer::Outcome::Found(_) => metrics::Outcome::Answered,
        answer::Outcome::Disputed { .. } => metrics::Outcome::Disputed,
        answer::Outcome::Ambiguous { .. } => metrics::Outcome::Ambiguous,
        answer::Outcome::Abstained { .. } => metrics::Outcome::Abstained,
        answer::Outcome::Withdrawn { .. } => metrics::Outcome::Withdrawn,
        answer::Outcome::SmallTalk(_) => metrics::Outcome::SmallTalk,
        answer::Outcome::Empty | answer::Outcome::TooLong => metrics::Outcome::NotAQuestion,
    }
}

fn answer_now(bot: &Bot, asked: &Asked, started: Instant) -> Result<(Answered, metrics::Outcome), Trouble> {
    let watch = bot.metrics.stopwatch();
    let answerer = bot.reading(&asked.reader)?;
    let sources =
        asked.sources.iter().map(|name| source_id(&answerer, name)).collect::<Result<Vec<String>, _>>()?;
    let mut conversation = conversation(bot, asked);
    let (answer, trace) = answerer
        .ask_told(&mut conversation, &asked.text, &sources, &|milestone| {
            watch.passed(stage_before(milestone))
        })
        .map_err(|error| Trouble::unanswered("a question could not be answered", error))?;
    if answer.degraded.is_some() {
        bot.metrics.degraded();
    }
    let answer = unless_withdrawn(bot, asked, answer, &answerer)?;
    watch.passed(Stage::Answer);
    let language =
        asked.language.or_else(|| Language::of_text(&asked.text)).unwrap_or(bot.settings().discord.language);
    let asking = keep(bot, asked, &answer, trace, &answerer, sources).ok();
    let keeping = watch.lap();
    let small_talk = match &answer.outcome {
        answer::Outcome::SmallTalk(talk) => Some(*talk),
        _ => None,
    };
    let messages = drawn(bot, asked, &answer, &answerer, asking.as_ref(), language);
    watch.passed(Stage::Draw);
    bot.memory.settle();
    bot.metrics.stage(Stage::Keep, keeping + watch.lap());
    let outcome = outcome_of(&answer);
    log(bot, asked, &answer, outcome, started);
    Ok((Answered { asking, messages, small_talk }, outcome))
}

fn stage_before(milestone: Milestone) -> Stage {
    match milestone {
        Milestone::Understood => Stage::Understand,
        Milestone::Retrieved => Stage::Retrieve,
        Milestone::Chosen => Stage::Choose,
    }
}

/// The id of the source that somebody means, by its id or its title.
pub fn source_id(answerer: &Answerer, name: &str) -> Result<String, Trouble> {
    let name = name.trim();
    if answerer.index().source(name).is_some() {
        return Ok(name.to_owned());
    }
    let wanted = name.to_lowercase();
    let sources = answerer.index().sources().iter().map(|source| &source.description);
    let titled: Vec<&str> = sources
        .filter(|description| description.title.to_lowercase() == wanted)
        .map(|description| description.id.as_str())
        .collect();
    match titled[..] {
        [id] => Ok(id.to_owned()),
        _ => Err(Trouble::NoSuchSource(name.to_owned())),
    }
}

/// What the person asked before: what they reply to, else what they asked here lately.
fn conversation(bot: &Bot, asked: &Asked) -> Conversation {
    let mut conversation = Conversation::default();
    if asked.is_whole {
        return conversation;
    }
    let person = |store: &store::Store| store.person(store::UserId(asked.user.get()));
    let followed = asked.follows.as_ref().and_then(|id| {
        let found = bot.memory.glance(|store| Ok((store.asking(id)?, person(store)))).ok()?;
        let (followed, person) = (found.0?, found.1);
        // Nobody takes up what somebody else asked in private, or elsewhere.
        let is_theirs = followed.person == Some(person);
        let is_here = followed.place == Some(asked.spot.place());
        // What they asked in private themselves stays so, too.
        let is_open = !followed.is_private || is_theirs && asked.is_private;
        ((is_theirs || is_here) && is_open).then(|| followed.whole_question().to_owned())
    });
    if let Some(question) = followed {
        conversation.remember(&question);
        return conversation;
    }
    let since = Moment(bot.now().0 - bot.settings().retention.conversation_minutes as i64 * 60_000);
    let before = bot.memory.glance(|store| {
        let (place, person) = (asked.spot.place(), person(store));
        if asked.is_private {
            store.conversation(&place, person, CONVERSATION, since)
        } else {
            store.public_conversation(&place, person, CONVERSATION, since)
        }
    });
    for question in before.unwrap_or_default() {
        conversation.remember(&question);
    }
    conversation
}

/// The answer, or why a moderator took it back.
fn unless_withdrawn(
    bot: &Bot,
    asked: &Asked,
    answer: Answer,
    answerer: &Answerer,
) -> Result<Answer, Trouble> {
    if !answer.outcome.is_about_sources() {
        return Ok(answer);
    }
    let normalised = normalised(answer.whole_question());
    let guilds = asked.reader.guilds.iter().map(|guild| store::GuildId(*guild));
    let Some(withdrawal) = withdrawal(bot, guilds, &normalised, answerer) else { return Ok(answer) };
    let stands = still_stands(&withdrawal, answerer)
        .map_err(|error| Trouble::unanswered("a withdrawn answer could not be looked up", error))?;
    if stands {
        return Ok(answer.withdrawn(withdrawal.reason, answerer.index().fingerprint()));
    }
    // The log tells where that fails; the next answer tries it again.
    let _ = bot
        .memory
        .soon(move |store| store.lift_withdrawal(&withdrawal.receipt, withdrawal.guild).map(|_| ()));
    Ok(answer)
}

/// What stands in front of an answer in one of these guilds, for whoever may read what the answer was that was taken
/// back: to all others nobody gave it.
pub fn withdrawal(
    bot: &Bot,
    mut guilds: impl Iterator<Item = store::GuildId>,
    normalised: &str,
    answerer: &Answerer,
) -> Option<Withdrawal> {
    guilds.find_map(|guild| {
        let found = bot.memory.withdrawal(guild, normalised)?;
        found.rests_on.iter().all(|quoted| answerer.may_read(&quoted.path)).then_some(found)
    })
}

/// The question itself stands in the log where the settings want it there.
fn log(bot: &Bot, asked: &Asked, answer: &Answer, outcome: metrics::Outcome, started: Instant) {
    let (surface, outcome): (&str, &str) = (asked.surface.into(), outcome.into());
    let question = bot.settings().log.questions.then_some(answer.question.as_str());
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    tracing::info!(surface, outcome, confidence = answer.confidence, milliseconds, question, "answered");
}

/// Keeps the question with what came of it, so that its buttons work as long as their message lives.
fn keep(
    bot: &Bot,
    asked: &Asked,
    answer: &Answer,
    trace: Option<Trace>,
    answerer: &Answerer,
    sources: Vec<String>,
) -> Result<AskingId, Forgetful> {
    let id = AskingId::random().map_err(|error| {
        tracing::error!(%error, "an answer has no id, and so no buttons");
        Forgetful
    })?;
    let is_about_sources = answer.outcome.is_about_sources();
    let asking = Asking {
        id: id.clone(),
        surface: asked.surface,
        place: Some(asked.spot.place()),
        // Known to the store only.
        person: None,
        question: answer.question.clone(),
        understood_as: answer.understood_as.clone(),
        sources,
        receipt: is_about_sources.then(|| answer.receipt.clone()),
        outcome: store::Outcome::from(&answer.outcome),
        confidence: answer.confidence,
        at: bot.now(),
        asked_in: asked.asked_in.map(|message| store::MessageId(message.get())),
        reply: None,
        further: Vec::new(),
        is_private: asked.is_private,
    };
    let receipt = is_about_sources.then(|| receipt(answer, answerer.index(), asking.at));
    let remembered = is_about_sources.then(|| answer.whole_question().to_owned());
    let user = store::UserId(asked.user.get());
    // What was withdrawn is no gap of the sources.
    let is_listed = matches!(answer.outcome, answer::Outcome::Abstained { .. }) && !asked.is_private;
    let declined = asked
        .spot
        .guild
        .filter(|_| is_listed)
        .map(|guild| (store::GuildId(guild.get()), normalised(answer.whole_question()), gap(answer)));
    bot.memory.keep(move |store| {
        let asking = Asking { person: Some(store.person(user)), ..asking.clone() };
        let receipt = receipt.clone().map(|receipt| explained(receipt, trace.as_ref()));
        store.keep_asking(&asking, receipt.as_ref(), remembered.as_deref())?;
        if let Some((guild, normalised, gap)) = &declined {
            store.note_unanswered(&asking.id, Some(*guild), normalised, gap)?;
        }
        Ok(())
    })?;
    Ok(id)
}

fn drawn(
    bot: &Bot,
    asked: &Asked,
    answer: &Answer,
    answerer: &Answerer,
    asking: Option<&AskingId>,
    language: Language,
) -> Vec<Outgoing> {
    let is_about_sources = answer.outcome.is_about_sources();
    let mut contents = match answer.outcome {
        // What is said elsewhere knows nothing of Discord's commands.
        answer::Outcome::SmallTalk(SmallTalk::Help) => vec![about::help_text(bot, language)],
        _ => message::contents(&answerer.reply(answer, language)),
    };
    let choices = match &answer.outcome {
        answer::Outcome::Ambiguous { choices } => &choices[..],
        _ => &[],
    };
    if let Some(number) = choices.len().checked_sub(message::MOST_CHOICES).filter(|number| *number > 0) {
        let ask = minijinja::Value::from_safe_string(bot.command_mention("ask"));
        let more = bot.say(language, Phrase::ChoicesMore, context! { number, ask });
        message::append(&mut contents, &more);
    }
    if is_about_sources && is_unseen(asked) {
        let question = bot.say(language, Phrase::Question, context! { question => short(&answer.question) });
        message::append(&mut contents, &question);
    }
    let mut messages: Vec<Outgoing> = contents.into_iter().map(Outgoing::text).collect();
    if let (Some(id), Some(last), true) = (asking, messages.last_mut(), is_about_sources) {
        last.select = select(bot, choices, id, language);
        last.rows = rows(bot, asked, answer, id, language);
    }
    messages
}

/// Whether others see the answer and cannot see the question.
fn is_unseen(asked: &Asked) -> bool {
    let is_seen = matches!(asked.surface, Surface::Mention | Surface::Reply | Surface::DirectMessage);
    !asked.is_private && !is_seen
}

/// So much of a question that it can be recognised.
fn short(question: &str) -> String {
    const LONGEST: usize = 300;
    let line = question.split_whitespace().collect::<Vec<&str>>().join(" ");
    let kept = cut(&line, LONGEST);
    if kept.len() == line.len() { line } else { format!("{kept}…") }
}

/// The sources to choose from, for whoever asked.
fn select(bot: &Bot, choices: &[Choice], id: &AskingId, language: Language) -> Option<Select> {
    let options: Vec<SelectOption> = choices.iter().take(message::MOST_CHOICES).map(option).collect();
    let placeholder = bot.say(language, Phrase::ChoosePlaceholder, context! {});
    let press = Press::On(Act::Choose, id.clone());
    (!options.is_empty()).then_some(Select { press, placeholder, options })
}

fn option(choice: &Choice) -> SelectOption {
    SelectOption {
        label: fitted(&choice.title),
        description: fitted(&choice.source),
        value: choice_value(&choice.source),
    }
}

/// What a select says of a chosen source. An id can be longer than Discord keeps.
fn choice_value(source: &str) -> String {
    sha256(source)
}

/// The id of the source that was chosen in a select.
pub fn chosen_source(answerer: &Answerer, value: &str) -> Option<String> {
    let mut ids = answerer.index().sources().iter().map(|source| &source.description.id);
    ids.find(|id| choice_value(id) == value).cloned()
}

fn rows(bot: &Bot, asked: &Asked, answer: &Answer, id: &AskingId, language: Language) -> Vec<Vec<Button>> {
    let button = |act| button(bot, language, act, id);
    let mut row = Vec::new();
    if answer.first_citation().is_some() {
        row.push(button(Act::Passage));
    }
    if let answer::Outcome::Ambiguous { .. } = answer.outcome {
        // There is nothing yet that could have helped.
        row.extend([Act::AskOn, Act::More].map(button));
    } else {
        row.extend([Act::AskOn, Act::Helpful, Act::NotHelpful, Act::More].map(button));
    }
    let mut below = Vec::new();
    if asked.is_private && asked.spot.guild.is_some() {
        below.push(button(Act::Share));
    }
    let is_private = asked.is_private || asked.spot.guild.is_none();
    let is_declined = matches!(answer.outcome, answer::Outcome::Abstained { .. });
    if is_private && is_declined {
        below.push(button(Act::Note));
    }
    if is_declined {
        below.push(button(Act::TellMe));
    }
    [row, below].into_iter().filter(|row| !row.is_empty()).collect()
}

pub fn button(bot: &Bot, language: Language, act: Act, id: &AskingId) -> Button {
    let label = match act {
        Act::Passage => Phrase::ButtonPassage,
        Act::AskOn | Act::NextQuestion => Phrase::ButtonAskOn,
        Act::Helpful => Phrase::ButtonHelpful,
        Act::NotHelpful => Phrase::ButtonNotHelpful,
        Act::More => Phrase::ButtonMore,
        Act::OtherSources => Phrase::ButtonOtherSources,
        Act::Why => Phrase::ButtonWhy,
        Act::Verify => Phrase::ButtonVerify,
        Act::Share => Phrase::ButtonShare,
        Act::Remove => Phrase::ButtonRemove,
        Act::Note => Phrase::ButtonNote,
        Act::Choose => Phrase::ChoosePlaceholder,
        Act::TellMe => Phrase::ButtonTellMe,
        Act::SayWhy | Act::Remark => Phrase::ButtonSayWhy,
        Act::Withdraw | Act::WithdrawalReason => Phrase::ButtonWithdraw,
        Act::Reinstate => Phrase::ButtonReinstate,
    };
    let takes_away = matches!(act, Act::Remove | Act::Withdraw);
    let style = if takes_away { Style::Danger } else { Style::Plain };
    Button { label: bot.say(language, label, context! {}), press: Press::On(act, id.clone()), style }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_chosen_shows_its_title_as_it_is_and_differs_from_the_others() {
        let choice =
            |source: &str, title: &str| Choice { source: source.to_owned(), title: title.to_owned() };
        let long = "folder/".repeat(40);
        let [one, other] = [choice("004", "The *lease*\n\u{202e}"), choice(&long, "")].map(|it| option(&it));
        assert_eq!((one.label.as_str(), one.description.as_str()), ("The *lease*", "004"));
        assert_ne!(one.value, other.value);
        for text in [&one.value, &other.value, &other.label, &other.description] {
            assert!((1..=100).contains(&text.chars().count()), "{text:?}");
        }
    }

    #[test]
    fn a_long_question_is_cut() {
        assert_eq!(short("a\n b"), "a b");
        assert!(short(&"é ".repeat(400)).chars().count() <= 301);
    }
}
