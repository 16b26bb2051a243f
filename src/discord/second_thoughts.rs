//! Second thoughts: a question that is edited is answered anew in place, and one that is deleted takes its answer along.

use std::sync::Arc;

use serenity::all::{Cache, ChannelId, MessageId, MessageUpdateEvent, UserId};

use super::asking::{self, Answered, Asked};
use super::audience::{Membership, Spot};
use super::bot::Bot;
use super::messages::{NOT_NOW, followed, named, note_reply, sign, spot_of, switch, written_to};
use crate::language::Language;
use crate::scopes::Reader;
use crate::store::{self, Asking, Switch};

/// So long an edit of a question is answered anew; milliseconds.
const EDITABLE: i64 = 5 * 60 * 1_000;

/// Somebody edited a message: a question of the last minutes is answered anew, in place.
pub async fn edited(bot: &Arc<Bot>, cache: &Cache, event: MessageUpdateEvent) {
    let Some(content) = event.content.clone().filter(|content| !content.is_empty()) else { return };
    let Some(author) = event.author.as_ref().filter(|author| !author.bot) else { return };
    let _turn = bot.turn(event.id).await;
    let message = store::MessageId(event.id.get());
    let known = bot.look_up(move |bot| Ok(bot.memory.look(|store| store.asking_in(message))?)).await;
    let Ok(Some(before)) = known else { return };
    let own = cache.current_user().id;
    let (_, text) = written_to(&content, own.get());
    let text = named(&text, event.mentions.as_deref().unwrap_or_default());
    let is_recent = bot.now().0 - before.at.0 <= EDITABLE;
    if !is_recent || text == before.question || bot.is_stopping() {
        return;
    }
    let spot = spot_of(bot, cache, event.guild_id, event.channel_id).await;
    let Some(reader) = readers(bot, spot, author.id).await else { return };
    if bot.limits.count(author.id, spot.channel, spot.guild).is_err() {
        let _ = bot.delivery.react(spot.channel, event.id, NOT_NOW).await;
        return;
    }
    let to_ours = event.referenced_message.flatten().filter(|replied| replied.author.id == own);
    let asked = Asked {
        text,
        surface: before.surface,
        spot,
        user: author.id,
        reader,
        asked_in: Some(event.id),
        follows: followed(bot, to_ours.map(|replied| replied.id)).await,
        is_whole: false,
        // What was chosen was chosen for the question as it was.
        sources: Vec::new(),
        is_private: before.is_private,
        language: None,
    };
    let turn = before.clone();
    // Where it is not forgotten, the log tells why.
    let _ = bot.look_up(move |bot| Ok(bot.memory.with(|store| store.forget_turn(&turn))?)).await;
    let answered = asking::answer(bot, asked).await.unwrap_or_else(|trouble| {
        let language = Language::of_text(&content).unwrap_or(bot.settings().discord.language);
        let messages = vec![bot.explain(language, &trouble)];
        Answered { asking: None, messages, small_talk: None }
    });
    replace(bot, &spot, event.id, &before, answered).await;
}

/// Who reads the answers that somebody gets there, if they get any now.
async fn readers(bot: &Arc<Bot>, spot: Spot, user: UserId) -> Option<Reader> {
    let Some(guild) = spot.guild else {
        return match bot.audience.membership(&bot.delivery, user).await {
            Membership::Member { guilds, roles } => Some(bot.audience.reader(&spot, &guilds, user, &roles)),
            Membership::Stranger | Membership::Unknown => None,
        };
    };
    let is_on = bot.audience.serves(guild) && switch(bot, spot).await == Switch::On;
    is_on.then(|| spot.readers())
}

/// Puts the new answer where the old one is.
async fn replace(bot: &Arc<Bot>, spot: &Spot, question: MessageId, before: &Asking, answered: Answered) {
    let old: Vec<MessageId> =
        before.reply.iter().chain(&before.further).map(|message| MessageId::new(message.0)).collect();
    if old.is_empty() && answered.small_talk.and_then(sign).is_some() {
        return;
    }
    let mut sent = Vec::new();
    for (place, outgoing) in answered.messages.iter().enumerate() {
        let result = match old.first().filter(|_| place == 0) {
            Some(first) => bot.delivery.edit(spot.channel, *first, outgoing).await.map(|()| *first),
            None => bot.delivery.post(spot.channel, outgoing, (place == 0).then_some(question)).await,
        };
        match result {
            Ok(id) => sent.push(id),
            Err(error) => {
                tracing::warn!(%error, "an answer could not be replaced by that to the edited question");
                break;
            }
        }
    }
    if sent.is_empty() {
        // The old answer stays, and still goes with its question.
        sent = old;
    } else {
        delete_all(bot, spot.channel, old.get(1..).unwrap_or_default()).await;
    }
    note_reply(bot, answered.asking, sent.clone());
    if bot.is_deleted(question) {
        delete_all(bot, spot.channel, &sent).await;
    }
}

pub async fn delete_all(bot: &Arc<Bot>, channel: ChannelId, messages: &[MessageId]) {
    for message in messages {
        if let Err(error) = bot.delivery.delete(channel, *message).await {
            tracing::warn!(%error, "a message of an answer could not be deleted");
        }
    }
}

/// Messages were deleted: an answer goes with its question.
pub async fn deleted(bot: &Arc<Bot>, channel: ChannelId, messages: Vec<MessageId>) {
    for message in messages {
        bot.note_deleted(message);
        let id = store::MessageId(message.get());
        let known = bot.look_up(move |bot| Ok(bot.memory.look(|store| store.asking_in(id))?)).await;
        let Ok(Some(asking)) = known else { continue };
        let answers = asking.reply.iter().chain(&asking.further);
        let answers: Vec<MessageId> = answers.map(|answer| MessageId::new(answer.0)).collect();
        delete_all(bot, channel, &answers).await;
    }
}
