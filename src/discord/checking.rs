//! Checking what somebody wrote against the sources: only for whoever chose it in the menu of the message, until they
//! share it.
//!
//! The claim is in the store, so that it can be shared after a restart.

use std::sync::Arc;

use minijinja::context;
use serde::{Deserialize, Serialize};
use serenity::all::{CommandInteraction, ResolvedTarget};

use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::message;
use super::messages::{question_in, switch};
use super::outgoing::{Audience, Button, Outgoing, Style};
use super::press::Press;
use super::words::Phrase;
use super::{interactions, listings};
use crate::Answerer;
use crate::answer::claims::{self, Review};
use crate::language::Language;
use crate::scopes::Reader;
use crate::store::{self, ListingId, Switch};

/// What is kept of a check.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    claim: String,
}

/// The message that somebody chose is the claim.
pub async fn check(bot: &Arc<Bot>, call: &Call, command: &CommandInteraction) {
    let claim = match command.data.target() {
        Some(ResolvedTarget::Message(message)) => question_in(message, command.application_id.get()),
        _ => String::new(),
    };
    respond(bot, call, claim, Audience::OnlyThem).await;
}

/// Checks the same claim again, for all in the channel.
pub async fn share(bot: &Arc<Bot>, call: &Call, id: ListingId) {
    if call.spot.guild.is_none() || switch(bot, call.spot).await != Switch::On {
        return call.tell(bot, Phrase::ShareNotHere).await;
    }
    let claim = match kept(bot, call, id).await {
        Ok(claim) => claim,
        Err(trouble) => return call.refuse(bot, &trouble).await,
    };
    match is_for_all_here(bot, call, claim.clone()).await {
        Ok(true) => respond(bot, call, claim, Audience::Everyone).await,
        Ok(false) => call.tell(bot, Phrase::ShareNotRead).await,
        Err(trouble) => call.refuse(bot, &trouble).await,
    }
}

/// Whether all who read here may read what speaks for or against a claim as one person sees it.
async fn is_for_all_here(bot: &Arc<Bot>, call: &Call, claim: String) -> Result<bool, Trouble> {
    let (reader, readers) = (call.reader(bot, Audience::OnlyThem), call.reader(bot, Audience::Everyone));
    bot.work(move |bot| {
        let (theirs, answerer) = (bot.reading(&reader)?, bot.reading(&readers)?);
        let mut review = review(&theirs, &claim)?;
        let Review::Checked { claims, .. } = &mut review else { return Ok(true) };
        let mut quotes = claims.iter_mut().flat_map(claims::Checked::quotes_mut);
        Ok(quotes.all(|quote| answerer.may_read_source(&quote.source, &quote.path)))
    })
    .await
}

fn review(answerer: &Answerer, claim: &str) -> Result<Review, Trouble> {
    answerer.check(claim, &[]).map_err(|error| Trouble::unanswered("a claim could not be checked", error))
}

async fn kept(bot: &Arc<Bot>, call: &Call, id: ListingId) -> Result<String, Trouble> {
    let user = store::UserId(call.asker.user.get());
    bot.look_up(move |bot| {
        let (listing, person) = bot.memory.look(|store| Ok((store.listing(&id)?, store.person(user))))?;
        let listing = listing.ok_or(Trouble::TooOld)?;
        if listing.person != person {
            return Err(Trouble::NotYours);
        }
        let kept: Kept = serde_json::from_str(&listing.content).map_err(|_| Trouble::TooOld)?;
        Ok(kept.claim)
    })
    .await
}

async fn respond(bot: &Arc<Bot>, call: &Call, claim: String, audience: Audience) {
    if !interactions::is_within_limits(bot, call).await {
        return;
    }
    let language = call.locale.or_else(|| Language::of_text(&claim)).unwrap_or(call.language);
    let user = store::UserId(call.asker.user.get());
    let may_share = audience == Audience::OnlyThem && call.spot.guild.is_some();
    let (sharer, reader) = (may_share.then_some(user), call.reader(bot, audience));
    let work = async {
        let checked = bot.work(move |bot| checked(bot, claim, language, sharer, &reader)).await?;
        // Somebody may have switched the channel meanwhile.
        let now = switch(bot, call.spot).await;
        if now == Switch::Off || now == Switch::Private && audience == Audience::Everyone {
            let text = bot.say(call.language, Phrase::SwitchedMeanwhile, context! {});
            return Err(Trouble::Said(text));
        }
        Ok(checked)
    };
    call.respond(bot, audience, work).await;
}

/// The verdicts as messages, with a button to share them where `sharer` may.
fn checked(
    bot: &Bot,
    claim: String,
    language: Language,
    sharer: Option<store::UserId>,
    reader: &Reader,
) -> Result<Vec<Outgoing>, Trouble> {
    let answerer = bot.reading(reader)?;
    let review = review(&answerer, &claim)?;
    let replies = answerer.check_replies(&review, language);
    let mut contents: Vec<String> = Vec::new();
    for reply in &replies {
        message::contents(reply).iter().for_each(|content| message::append(&mut contents, content));
    }
    let mut messages: Vec<Outgoing> = contents.into_iter().map(Outgoing::text).collect();
    let is_checked = matches!(review, Review::Checked { .. });
    let id = sharer.filter(|_| is_checked).and_then(|user| keep(bot, user, claim));
    if let (Some(id), Some(last)) = (id, messages.last_mut()) {
        let label = bot.say(language, Phrase::ButtonShare, context! {});
        last.rows.push(vec![Button { label, press: Press::ShareCheck(id), style: Style::Plain }]);
    }
    Ok(messages)
}

/// `None` where nothing can be kept: then there is nothing to share either.
fn keep(bot: &Bot, user: store::UserId, claim: String) -> Option<ListingId> {
    listings::keep(bot, user, &Kept { claim })
}
