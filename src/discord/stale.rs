//! What a re-index means for earlier answers: how many do not hold any more and, where the settings want it, a note
//! under the public ones of the last days.
//!
//! A note is written once under an answer, in few answers a run, and never where it would disturb: not in archived
//! threads, which an edit would not open but which nobody reads. A store that fails costs the notes, and the
//! re-index nothing.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::{Value, context};
use serenity::all::{ChannelId, GuildId, MessageId};

use super::audience::Spot;
use super::bot::{Bot, Trouble};
use super::delivery::Undelivered;
use super::message;
use super::presses::is_readable;
use super::words::Phrase;
use crate::language::Language;
use crate::live;
use crate::proof::{self, ProofError, Sources, Stale};
use crate::scopes::Reader;
use crate::store::{Moment, PublicAnswer};

/// So many notes are written in a run.
const MOST_NOTES: usize = 20;
/// So many answers are looked at in a run for something to write under.
const MOST_TRIED: usize = 100;
/// So many sources are named in a note.
const MOST_NAMED: usize = 3;

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// What became of earlier answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consequences {
    /// How many do not hold any more, of those that rest on what changed.
    pub stale: usize,
    /// Whether notes were wanted; the rest counts public answers.
    is_announced: bool,
    noted: usize,
    archived: usize,
    gone: usize,
    /// Not all where it stands may read any more what it cites.
    hidden: usize,
    /// A note would not fit.
    full: usize,
    failed: usize,
    /// Left for lack of time.
    left: usize,
}

/// Why there is no note under an answer.
enum Skipped {
    Archived,
    Gone,
    Hidden,
    Full,
    Failed,
}

/// Looks after the answers that rest on these sources.
pub async fn look_after(bot: &Arc<Bot>, changed: Vec<String>) -> Consequences {
    if changed.is_empty() {
        return Consequences::default();
    }
    let Ok(stale) = bot.look_up(move |bot| stale_answers(bot, changed)).await else {
        return Consequences::default();
    };
    let is_announced = bot.settings().discord.announce_stale;
    let mut consequences = Consequences { stale: stale.len(), is_announced, ..Consequences::default() };
    if is_announced && !stale.is_empty() {
        announce(bot, stale, &mut consequences).await;
    }
    consequences
}

fn stale_answers(bot: &Bot, changed: Vec<String>) -> Result<Vec<Stale>, Trouble> {
    let failed = |error: &dyn std::fmt::Display| {
        Trouble::failed("whether earlier answers still hold could not be seen", error)
    };
    let sources = Sources::open(&bot.corpus, live::reader(&bot.settings(), &bot.corpus));
    let sources = sources.map_err(|error| failed(&error))?;
    let looked = bot.memory.look(|store| match proof::stale(store, sources, changed) {
        Err(ProofError::Store(error)) => Err(error),
        result => Ok(result),
    });
    looked?.map_err(|error| failed(&error))
}

async fn announce(bot: &Arc<Bot>, stale: Vec<Stale>, consequences: &mut Consequences) {
    let since = Moment(bot.now().0 - bot.settings().discord.announce_stale_days as i64 * DAY);
    let sources: HashMap<String, Vec<String>> =
        stale.into_iter().map(|stale| (stale.receipt, stale.sources)).collect();
    let receipts: Vec<String> = sources.keys().cloned().collect();
    let answers =
        bot.look_up(move |bot| Ok(bot.memory.look(|store| store.public_answers(&receipts, since))?));
    // Where they cannot be looked up, the log tells why.
    let answers = answers.await.unwrap_or_default();
    for (tried, answer) in answers.into_iter().enumerate() {
        if consequences.noted == MOST_NOTES || tried >= MOST_TRIED || bot.is_stopping() {
            consequences.left += 1;
            continue;
        }
        let named = sources.get(&answer.receipt).map_or(&[][..], Vec::as_slice);
        match note(bot, &answer, named).await {
            Ok(()) => consequences.noted += 1,
            Err(Skipped::Archived) => consequences.archived += 1,
            Err(Skipped::Gone) => consequences.gone += 1,
            Err(Skipped::Hidden) => consequences.hidden += 1,
            Err(Skipped::Full) => consequences.full += 1,
            Err(Skipped::Failed) => consequences.failed += 1,
        }
    }
}

/// Writes the note under an answer, and remembers that.
async fn note(bot: &Arc<Bot>, answer: &PublicAnswer, sources: &[String]) -> Result<(), Skipped> {
    let (place, id) = (answer.place, MessageId::new(answer.message.0));
    if !place.guild.is_some_and(|guild| bot.audience.serves(GuildId::new(guild.0))) {
        return Err(Skipped::Gone);
    }
    let (receipt, readers) = (answer.receipt.clone(), Spot::of(&place).readers());
    if !bot.look_up(move |bot| is_read(bot, &receipt, &readers)).await.unwrap_or_default() {
        return Err(Skipped::Hidden);
    }
    // Whoever edits the question at the same time has their answer replaced first, or afterwards.
    let _turn = match answer.asked_in {
        Some(question) => Some(bot.turn(MessageId::new(question.0)).await),
        None => None,
    };
    let channel = match place.thread {
        Some(thread) => {
            let thread = ChannelId::new(thread.0);
            if bot.delivery.is_archived(thread).await? {
                return Err(Skipped::Archived);
            }
            thread
        }
        None => ChannelId::new(place.channel.0),
    };
    let content = bot.delivery.content(channel, id).await?;
    let language = Language::of_text(&answer.question).unwrap_or(bot.settings().discord.language);
    let verify = Value::from_safe_string(bot.command_mention("passim verify"));
    let named: Vec<String> = sources.iter().take(MOST_NAMED).map(|source| message::brief(source)).collect();
    let line = bot.say(language, Phrase::StaleNote, context! { sources => named, verify });
    let amended = format!("{content}\n{line}");
    if amended.chars().count() > message::LONGEST {
        return Err(Skipped::Full);
    }
    bot.delivery.amend(channel, id, &amended).await?;
    let asking = answer.asking.clone();
    // Where it is not remembered, the log tells why, and it may be noted twice.
    let _ = bot
        .look_up(move |bot| {
            let at = bot.now();
            Ok(bot.memory.with(|store| store.note_stale(&asking, at))?)
        })
        .await;
    Ok(())
}

/// Whether readers may read all that a receipt cites.
fn is_read(bot: &Bot, receipt: &str, readers: &Reader) -> Result<bool, Trouble> {
    let receipt = bot.memory.look(|store| store.receipt(receipt))?.ok_or(Trouble::TooOld)?;
    let answerer = bot.reading(readers)?;
    Ok(is_readable(&receipt, &answerer))
}

impl From<Undelivered> for Skipped {
    fn from(error: Undelivered) -> Skipped {
        match error {
            Undelivered::Gone => Skipped::Gone,
            Undelivered::Archived => Skipped::Archived,
            error => {
                tracing::info!(%error, "a note could not be written under an answer that does not hold any more");
                Skipped::Failed
            }
        }
    }
}

/// What a report says about it, where there is something to say.
pub fn told(bot: &Bot, language: Language, consequences: &Consequences) -> Option<String> {
    let Consequences { stale, is_announced, noted, archived, gone, hidden, full, failed, left } =
        *consequences;
    let verify = Value::from_safe_string(bot.command_mention("passim verify"));
    let values = context! { stale, is_announced, noted, archived, gone, hidden, full, failed, left, verify };
    (stale > 0).then(|| bot.say(language, Phrase::ReindexStale, values))
}
