//! What admins do in Discord: switching channels, and looking how the bot is.

use std::sync::Arc;
use std::time::Instant;

use minijinja::context;
use serenity::all::Permissions;

use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::interactions::Options;
use super::outgoing::{Audience, Outgoing};
use super::pages::ago;
use super::permissions::NEEDED;
use super::words::Phrase;
use crate::store::{self, By, ChannelSwitch, Deed, Moment, Switch};

/// Whether answers are given in a channel, for those who manage it.
pub async fn channel(bot: &Arc<Bot>, call: &Call, options: &Options<'_>) {
    let (Some(guild), true) =
        (call.spot.place().guild, call.asker.permissions.contains(Permissions::MANAGE_CHANNELS))
    else {
        return call.tell(bot, Phrase::NotChannelManager).await;
    };
    let (switch, phrase) = match options.text("answers").as_deref() {
        Some("on") => (Switch::On, Phrase::ChannelNowOn),
        Some("off") => (Switch::Off, Phrase::ChannelNowOff),
        Some("private") => (Switch::Private, Phrase::ChannelNowPrivate),
        _ => return call.refuse(bot, &Trouble::TooOld).await,
    };
    let (place, user) = (call.spot.place(), store::UserId(call.asker.user.get()));
    let (spot, language) = (call.spot, call.language);
    let work = bot.look_up(move |bot| {
        let at = bot.now();
        bot.memory.with(|store| {
            store.set_channel(guild, &ChannelSwitch { channel: place.channel, switch, set_by: user, at })?;
            let details = format!("{} {switch:?}", place.channel.0).to_lowercase();
            store.audit(&Deed {
                by: By::User(user),
                guild: Some(guild),
                what: "channel".to_owned(),
                details,
                at,
            })
        })?;
        bot.memory.note_switch(guild, place.channel, switch);
        let mut text = bot.say(language, phrase, context! {});
        if bot.audience.switch(&spot, &bot.memory) != switch {
            text = format!("{text}\n{}", bot.say(language, Phrase::ChannelSettingsWin, context! {}));
        }
        Ok(vec![Outgoing::text(text)])
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}

/// Whether somebody is an operator; if not, they are told what would make them one.
pub async fn is_operator(bot: &Arc<Bot>, call: &Call) -> bool {
    let is_operator = bot.audience.is_operator(&call.asker);
    if !is_operator {
        call.tell(bot, Phrase::NotOperator).await;
    }
    is_operator
}

/// Notes in the audit log who ran what.
pub fn note(bot: &Bot, call: &Call, what: &'static str, details: String) {
    let (user, guild) = (store::UserId(call.asker.user.get()), call.spot.place().guild);
    let deed = Deed { by: By::User(user), guild, what: what.to_owned(), details, at: bot.now() };
    // The log tells where the store fails.
    let _ = bot.memory.soon(move |store| store.audit(&deed));
}

/// Documents, index, latency, gateway, store.
pub async fn status(bot: &Arc<Bot>, call: &Call) {
    if !is_operator(bot, call).await {
        return;
    }
    note(bot, call, "status", String::new());
    let language = call.language;
    let work = bot.look_up(move |bot| {
        let answerer = bot.live.everything();
        let index = answerer.index();
        let newest = index.sources().iter().map(|source| source.indexed_at).max();
        let (is_connected, since) = bot.health.connection(Instant::now());
        let latency = bot.health.latency().map(|latency| {
            let milliseconds = |took: std::time::Duration| format!("{:.1}", took.as_secs_f64() * 1_000.0);
            context! {
                answers => latency.answers,
                p50 => milliseconds(latency.p50),
                p99 => milliseconds(latency.p99),
            }
        });
        let values = context! {
            version => env!("CARGO_PKG_VERSION"),
            documents => index.sources().len(),
            passages => index.sources().iter().map(|source| source.passages).sum::<usize>(),
            refused => index.refused().len(),
            read => newest.map(|at| ago(Moment::of_nanoseconds(at))),
            reindex => bot.health.last_reindex(),
            held => bot.live.held().ok().flatten().map(|held| ago(Moment::of_nanoseconds(held.since))),
            latency,
            is_connected,
            since => ago(Moment(bot.now().0 - since.as_millis() as i64)),
            store => bot.memory.failure(),
        };
        Ok(vec![Outgoing::text(bot.say(language, Phrase::Status, values))])
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}

/// Each permission that is missing here, and what fails without it.
pub async fn check(bot: &Arc<Bot>, call: &Call) {
    if !is_operator(bot, call).await {
        return;
    }
    note(bot, call, "check", String::new());
    let missing: Vec<String> = NEEDED
        .iter()
        .filter(|(permission, ..)| !call.own_permissions.contains(*permission))
        .map(|(_, name, phrase)| format!("- **{name}**: {}", bot.say(call.language, *phrase, context! {})))
        .collect();
    let phrase = if missing.is_empty() { Phrase::CheckFine } else { Phrase::CheckMissing };
    let lines = [bot.say(call.language, phrase, context! {})].into_iter().chain(missing);
    call.say(bot, &Outgoing::text(lines.collect::<Vec<String>>().join("\n"))).await;
}
