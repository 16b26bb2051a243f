//! Withdrawing an answer: a moderator's reason takes its place, here and wherever the same is asked in this server,
//! until the sources say something else.

use std::sync::Arc;

use minijinja::{Value, context};
use serenity::all::{CommandInteraction, MessageId};

use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::outgoing::{self, Audience, Outgoing};
use super::press::{Act, Press};
use super::presses::kept_receipt;
use super::second_thoughts::delete_all;
use super::words::Phrase;
use super::{asking, listings};
use crate::keeping::normalised;
use crate::store::{self, Asking, AskingId, By, Deed, GuildId, Outcome, Withdrawal};

/// The most characters of a reason.
const LONGEST_REASON: usize = 500;

/// The message that a moderator chose is an answer to be withdrawn.
pub async fn withdraw_message(bot: &Arc<Bot>, call: &Call, command: &CommandInteraction) {
    if !listings::is_moderator(bot, call).await {
        return;
    }
    let Some(message) = command.data.target_id.map(|target| store::MessageId(target.get())) else {
        return call.refuse(bot, &Trouble::TooOld).await;
    };
    let guild = call.spot.place().guild;
    let found = bot.look_up(move |bot| {
        let found = bot.memory.answered_by(message)?;
        Ok(found.filter(|asking| asking.place.is_some_and(|place| place.guild == guild)))
    });
    match found.await {
        Ok(Some(asking)) => ask_for_reason(bot, call, asking).await,
        Ok(None) => call.tell(bot, Phrase::NotAnAnswer).await,
        Err(trouble) => call.refuse(bot, &trouble).await,
    }
}

/// The form for the reason.
pub async fn ask_for_reason(bot: &Arc<Bot>, call: &Call, asking: Asking) {
    if !listings::is_moderator(bot, call).await {
        return;
    }
    if !is_withdrawable(&asking) {
        return call.tell(bot, Phrase::NothingToWithdraw).await;
    }
    let title = bot.say(call.language, Phrase::WithdrawFormTitle, context! {});
    let label = bot.say(call.language, Phrase::WithdrawFormLabel, context! {});
    let press = Press::On(Act::WithdrawalReason, asking.id);
    let sent = call.send(bot, &outgoing::form(&press, &title, &label, LONGEST_REASON)).await;
    call.logged(sent);
}

/// What was declined, or asked back, answered nothing that could be taken back.
fn is_withdrawable(asking: &Asking) -> bool {
    matches!(asking.outcome, Outcome::Found | Outcome::Disputed) && asking.receipt.is_some()
}

/// Withdraws, for the reason that was put into the form.
pub async fn withdraw(bot: &Arc<Bot>, call: &Call, id: AskingId, reason: String) {
    if !listings::is_moderator(bot, call).await {
        return;
    }
    let (place, user) = (call.spot.place(), store::UserId(call.asker.user.get()));
    let reason = reason.trim().to_owned();
    let said = reason.clone();
    let work = async {
        let asking = bot
            .look_up(move |bot| {
                let guild = place.guild.ok_or(Trouble::NotYours)?;
                let asking = bot.memory.look(|store| store.asking(&id))?.ok_or(Trouble::TooOld)?;
                if !is_withdrawable(&asking) || asking.place.and_then(|place| place.guild) != Some(guild) {
                    return Err(Trouble::TooOld);
                }
                keep(bot, &asking, guild, user, reason)?;
                Ok(asking)
            })
            .await?;
        replace(bot, call, &asking, &said).await;
        let text = bot.say(call.language, Phrase::Withdrawn, context! {});
        let row = vec![asking::button(bot, call.language, Act::Reinstate, &asking.id)];
        Ok(vec![Outgoing::text(text).with_row(row)])
    };
    call.respond(bot, Audience::OnlyThem, work).await;
}

fn keep(
    bot: &Bot,
    asking: &Asking,
    guild: GuildId,
    user: store::UserId,
    reason: String,
) -> Result<(), Trouble> {
    let receipt = kept_receipt(bot, asking)?;
    let at = bot.now();
    let withdrawal = Withdrawal::of(&receipt, Some(guild), reason, By::User(user), at);
    bot.memory.with(|store| {
        store.withdraw(&withdrawal, &normalised(asking.whole_question()))?;
        store.audit(&deed(guild, user, "withdraw", &receipt.id, at))
    })?;
    Ok(())
}

fn deed(guild: GuildId, user: store::UserId, what: &str, receipt: &str, at: store::Moment) -> Deed {
    let details = format!("receipt {receipt}");
    Deed { by: By::User(user), guild: Some(guild), what: what.to_owned(), details, at }
}

/// Puts the reason in the place of the answer that all see.
async fn replace(bot: &Arc<Bot>, call: &Call, asking: &Asking, reason: &str) {
    let (Some(reply), Some(place)) = (asking.reply, asking.place) else { return };
    let channel = place.thread.map_or(place.channel.0, |thread| thread.0);
    let channel = serenity::all::ChannelId::new(channel);
    let by = Value::from_safe_string(format!("<@{}>", call.asker.user));
    let text = bot.say(bot.settings().discord.language, Phrase::WithdrawnBy, context! { by, reason });
    if let Err(error) = bot.delivery.edit(channel, MessageId::new(reply.0), &Outgoing::text(text)).await {
        tracing::warn!(%error, "a withdrawn answer could not be replaced by its reason");
        return;
    }
    let further: Vec<MessageId> = asking.further.iter().map(|message| MessageId::new(message.0)).collect();
    delete_all(bot, channel, &further).await;
}

/// Answers again as the sources say.
pub async fn reinstate(bot: &Arc<Bot>, call: &Call, asking: Asking) {
    if !listings::is_moderator(bot, call).await {
        return;
    }
    let (guild, user, language) =
        (call.spot.place().guild, store::UserId(call.asker.user.get()), call.language);
    let work = bot.look_up(move |bot| {
        let guild = guild.ok_or(Trouble::NotYours)?;
        let receipt = asking.receipt.ok_or(Trouble::TooOld)?;
        let lifted = bot.memory.with(|store| {
            let lifted = store.lift_withdrawal(&receipt, Some(guild))?;
            if lifted > 0 {
                store.audit(&deed(guild, user, "lift withdrawal", &receipt, bot.now()))?;
            }
            Ok(lifted)
        })?;
        if lifted == 0 {
            return Err(Trouble::TooOld);
        }
        Ok(vec![Outgoing::text(bot.say(language, Phrase::Reinstated, context! {}))])
    });
    call.respond(bot, Audience::OnlyThem, work).await;
}
