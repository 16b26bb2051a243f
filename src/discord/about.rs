//! About answers and about the bot: how an answer was chosen, whether it still holds, how to ask, what is stored.

use std::sync::Arc;
use std::sync::LazyLock;

use minijinja::{Value, context};
use regex::Regex;

use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::outgoing::{Audience, Button, Outgoing, Style};
use super::press::Press;
use super::presses::{is_readable, kept_receipt, readable_receipt};
use super::words::Phrase;
use super::{message, tables};
use crate::Answerer;
use crate::answer::explain::Explanation;
use crate::language::Language;
use crate::live;
use crate::proof::{Checked, Reason, Sources, Standing};
use crate::store::{self, Asking, Receipt};

/// How many sentences and words an explanation shows.
const SENTENCES: usize = 3;
const WORDS: usize = 12;

/// How the last answer of whoever calls was chosen.
pub async fn why_last(bot: &Arc<Bot>, call: &Call) {
    match last(bot, call).await {
        Ok(asking) => why(bot, call, asking).await,
        Err(trouble) => call.refuse(bot, &trouble).await,
    }
}

pub async fn why(bot: &Arc<Bot>, call: &Call, asking: Asking) {
    let language = call.language;
    // An answer for all here is explained by what all here may read.
    let is_for_all = !asking.is_private && asking.place == Some(call.spot.place());
    let reader = call.reader(bot, if is_for_all { Audience::Everyone } else { Audience::OnlyThem });
    let work = bot.work(move |bot| {
        let explanation = bot
            .reading(&reader)?
            .explain(asking.whole_question(), &asking.sources)
            .map_err(|error| Trouble::unanswered("an answer could not be explained", error))?;
        let paragraphs = explained(bot, language, &asking, &explanation);
        Ok(message::joined(paragraphs).into_iter().map(Outgoing::text).collect())
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}

fn explained(bot: &Bot, language: Language, asking: &Asking, explanation: &Explanation) -> Vec<String> {
    let mut terms: Vec<_> = explanation.terms.iter().collect();
    terms.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let words: Vec<Value> = terms
        .iter()
        .take(WORDS)
        .map(|term| {
            let weight = format!("{:.1}", term.weight);
            context! { word => message::brief(&term.word), weight, is_known => term.is_known }
        })
        .collect();
    let question = tables::line(&explanation.question);
    let mut paragraphs = vec![bot.say(
        language,
        Phrase::WhyWords,
        context! { question, words, passages => explanation.passages },
    )];
    for (place, candidate) in explanation.candidates.iter().take(SENTENCES).enumerate() {
        let score = format!("{:.2}", candidate.score);
        let values = context! {
            number => place + 1, score, source => message::brief(&candidate.source),
            line => candidate.line, page => candidate.page,
        };
        paragraphs.push(bot.say(language, Phrase::WhySentence, values));
        paragraphs.extend(message::quotation(&candidate.sentence, &[]));
    }
    let confidence = &explanation.confidence;
    let values = context! {
        confidence => format!("{:.2}", confidence.value),
        support => format!("{:.2}", confidence.support),
        threshold => format!("{:.2}", confidence.threshold),
        receipt => asking.receipt.clone().unwrap_or_default(),
    };
    paragraphs.push(bot.say(language, Phrase::WhyConfidence, values));
    paragraphs
}

async fn last(bot: &Arc<Bot>, call: &Call) -> Result<Asking, Trouble> {
    let (place, user, language) = (call.spot.place(), call.asker.user, call.language);
    bot.look_up(move |bot| {
        let last =
            bot.memory.look(|store| store.last_asking(&place, store.person(store::UserId(user.get()))))?;
        let answered = last.filter(|asking| asking.receipt.is_some());
        answered.ok_or_else(|| Trouble::Said(bot.say(language, Phrase::NothingAsked, context! {})))
    })
    .await
}

/// Whether the answer that somebody names still holds: by its receipt, by a link to its message, or their last.
pub async fn verify_named(bot: &Arc<Bot>, call: &Call, name: Option<String>) {
    let Some(name) = name else {
        return match last(bot, call).await {
            Ok(asking) => verify(bot, call, asking).await,
            Err(trouble) => call.refuse(bot, &trouble).await,
        };
    };
    let (language, guild, user) = (call.language, call.spot.place().guild, call.asker.user);
    let reader = call.reader(bot, Audience::OnlyThem);
    let work = bot.work(move |bot| {
        let answerer = bot.reading(&reader)?;
        let receipt = named_receipt(bot, name.trim(), guild, store::UserId(user.get()))?;
        let known = receipt.filter(|receipt| is_readable(receipt, &answerer));
        let unknown = || Trouble::Said(bot.say(language, Phrase::NoSuchReceipt, context! { name }));
        verified(bot, language, known.ok_or_else(unknown)?, &answerer)
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}

fn named_receipt(
    bot: &Bot,
    name: &str,
    guild: Option<store::GuildId>,
    user: store::UserId,
) -> Result<Option<Receipt>, Trouble> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^https://(?:\w+\.)?discord(?:app)?\.com/channels/(?:\d+|@me)/\d+/(\d{1,20})$")
            .expect("a constant pattern")
    });
    let Some(link) = LINK.captures(name) else { return Ok(bot.memory.find(|store| store.receipt(name))?) };
    let Ok(message) = link[1].parse().map(store::MessageId) else { return Ok(None) };
    let asking = bot.memory.answered_by(message)?;
    let person = bot.memory.look(|store| Ok(store.person(user)))?;
    let may_see = |asking: &Asking| {
        asking.place.is_some_and(|place| place.guild == guild)
            && (!asking.is_private || asking.person == Some(person))
    };
    asking
        .filter(may_see)
        .filter(|asking| asking.receipt.is_some())
        .map(|asking| kept_receipt(bot, &asking))
        .transpose()
}

pub async fn verify(bot: &Arc<Bot>, call: &Call, asking: Asking) {
    let (language, reader) = (call.language, call.reader(bot, Audience::OnlyThem));
    let work = bot.work(move |bot| {
        let answerer = bot.reading(&reader)?;
        verified(bot, language, readable_receipt(bot, &asking, &answerer)?, &answerer)
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}

/// A line for each citation of a receipt: what the source says there today. Words that moved are found only where
/// whoever asks may read.
fn verified(
    bot: &Bot,
    language: Language,
    receipt: Receipt,
    answerer: &Answerer,
) -> Result<Vec<Outgoing>, Trouble> {
    if receipt.citations.is_empty() {
        return Ok(vec![Outgoing::text(bot.say(language, Phrase::VerifyNothing, context! {}))]);
    }
    let failed = |error: &dyn std::fmt::Display| Trouble::failed("a receipt could not be verified", error);
    let sources = Sources::open(&bot.corpus, live::reader(&bot.settings(), &bot.corpus));
    let mut sources = sources.map_err(|error| failed(&error))?.only(|path| answerer.may_read(path));
    let proofs = sources.prove(vec![receipt.into()]);
    let mut paragraphs = Vec::new();
    for proof in proofs.map_err(|error| failed(&error))? {
        for checked in &proof.citations {
            paragraphs.push(told(bot, language, checked));
            paragraphs.extend(message::quotation(&checked.cited.quote, &[]));
            if checked.standing == Standing::Changed {
                let phrase = checked.now.as_ref().map_or(Phrase::VerifyNowNothing, |_| Phrase::VerifyNow);
                paragraphs.push(bot.say(language, phrase, context! {}));
                paragraphs.extend(checked.now.iter().flat_map(|now| message::quotation(&now.text, &[])));
            }
        }
        paragraphs.push(bot.say(language, Phrase::VerifyReceipt, context! { receipt => proof.receipt }));
    }
    Ok(message::joined(paragraphs).into_iter().map(Outgoing::text).collect())
}

/// What became of a citation.
fn told(bot: &Bot, language: Language, checked: &Checked) -> String {
    let Checked { cited, standing, now, reason } = checked;
    let source = message::brief(&cited.source);
    let say = |phrase, values| bot.say(language, phrase, values);
    let line = now.as_ref().map_or(1, |now| now.line);
    let page = now.as_ref().and_then(|now| now.page);
    match (standing, reason) {
        (Standing::Holds, _) if now.as_ref().is_some_and(|now| now.byte_start == cited.byte_start) => {
            say(Phrase::VerifyHolds, context! { source })
        }
        (Standing::Holds, _) => say(Phrase::VerifyHoldsNow, context! { source, line, page }),
        (Standing::Moved, Some(Reason::OtherEncoding(encoding))) => {
            say(Phrase::VerifyReencoded, context! { source, line, page, encoding => encoding.name() })
        }
        (Standing::Moved, Some(Reason::OtherFile)) => {
            let path = message::brief(now.as_ref().map_or("", |now| &now.path));
            say(Phrase::VerifyElsewhere, context! { source, line, page, path })
        }
        (Standing::Moved, _) => say(Phrase::VerifyMoved, context! { source, line, page }),
        (Standing::Changed, Some(Reason::Forged)) => say(Phrase::VerifyForged, context! { source }),
        (Standing::Changed, _) => say(Phrase::VerifyChanged, context! { source }),
        (Standing::Gone, Some(Reason::NoSource(reason))) => {
            say(Phrase::VerifyNoSource, context! { source, reason })
        }
        (Standing::Gone, _) => say(Phrase::VerifyGone, context! { source }),
    }
}

pub async fn help(bot: &Arc<Bot>, call: &Call) {
    call.say(bot, &Outgoing::text(help_text(bot, call.language))).await;
}

/// How to ask, with commands that can be clicked.
pub fn help_text(bot: &Bot, language: Language) -> String {
    let mention = |name: &str| Value::from_safe_string(bot.command_mention(name));
    let values = context! {
        ask => mention("ask"),
        search => mention("search"),
        source => mention("source"),
        sources => mention("passim sources"),
        why => mention("passim why"),
        verify => mention("passim verify"),
        privacy => mention("passim privacy"),
        menu => super::commands::ASK_ABOUT_THIS,
        check => super::commands::CHECK_AGAINST,
    };
    bot.say(language, Phrase::Help, values)
}

pub async fn privacy(bot: &Arc<Bot>, call: &Call) {
    let settings = bot.settings();
    let retention = &settings.retention;
    let values = context! {
        days => retention.questions_days,
        minutes => retention.conversation_minutes,
        audit_days => retention.audit_days,
    };
    let text = bot.say(call.language, Phrase::Privacy, values);
    let label = bot.say(call.language, Phrase::ButtonDeleteMyData, context! {});
    let delete = Button { label, press: Press::DeleteMyData, style: Style::Danger };
    call.say(bot, &Outgoing::text(text).with_row(vec![delete])).await;
}

pub async fn delete_my_data(bot: &Arc<Bot>, call: &Call) {
    let (user, language) = (call.asker.user, call.language);
    let work = bot.look_up(move |bot| {
        let removed = bot.memory.with(|store| store.forget(store.person(store::UserId(user.get()))))?;
        tracing::info!(askings = removed.askings, "somebody's data was deleted at their wish");
        let values = context! { questions => removed.askings, votes => removed.votes };
        Ok(Outgoing::text(bot.say(language, Phrase::DataDeleted, values)))
    });
    call.update(bot, work).await;
}
