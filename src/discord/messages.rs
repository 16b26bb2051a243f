//! Messages: mentions, replies and direct messages are questions.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use minijinja::context;
use regex::Regex;
use serenity::all::{
    Cache, ChannelId, GuildId, Message, MessageId, MessageReferenceKind, MessageType, Permissions, RoleId,
    User, UserId,
};

use super::asking::{self, Answered, Asked};
use super::audience::{Membership, Spot};
use super::bot::{Bot, Trouble};
use super::delivery::Undelivered;
use super::limits::{TooMany, Who};
use super::outgoing::Outgoing;
use super::permissions;
use super::second_thoughts::delete_all;
use super::words::Phrase;
use crate::answer::question::SmallTalk;
use crate::language::Language;
use crate::metrics::{Outcome, Refusal, Stage};
use crate::scopes::Reader;
use crate::store::{self, Surface, Switch};

/// An answer that takes longer shows that it is coming.
const PATIENCE: Duration = Duration::from_millis(300);
/// The sign on a question that is not taken for now.
pub const NOT_NOW: &str = "⏳";

/// A message that was written to us.
struct Addressed {
    text: String,
    surface: Surface,
    /// The message of ours that it replies to.
    replies_to: Option<MessageId>,
}

/// Somebody wrote a message.
pub async fn created(bot: &Arc<Bot>, cache: &Cache, message: Message) {
    if !is_from_a_person(&message) {
        return;
    }
    let own = cache.current_user().id;
    let Some(addressed) = addressed(&message, own) else {
        return hint_at_role(bot, cache, &message, own).await;
    };
    let (started, surface) = (Instant::now(), addressed.surface);
    // An edit that comes before the answer waits for it.
    let _turn = bot.turn(message.id).await;
    let Some((spot, reader)) = admitted(bot, cache, &message).await else { return };
    if bot.is_stopping() {
        bot.metrics.refusal(Refusal::Stopping);
        bot.metrics.question(surface, Outcome::Refused);
        // The sentence comes once a minute; the sign says to everybody that this one was not taken.
        let _ = bot.delivery.react(message.channel_id, message.id, NOT_NOW).await;
        return notify(bot, &spot, &message, &bot.explain(language(bot, &message), &Trouble::Stopping)).await;
    }
    if let Err(too_many) = bot.limits.count(message.author.id, spot.channel, spot.guild) {
        bot.metrics.refusal(refusal(too_many.who));
        bot.metrics.question(surface, Outcome::Refused);
        return slow_down(bot, &spot, &message, too_many).await;
    }
    let asked = Asked {
        text: addressed.text,
        surface,
        spot,
        user: message.author.id,
        reader,
        asked_in: Some(message.id),
        follows: followed(bot, addressed.replies_to).await,
        is_whole: false,
        sources: Vec::new(),
        is_private: spot.guild.is_none(),
        language: None,
    };
    let answered = with_typing(bot, spot.channel, asking::answer(bot, asked)).await;
    let sending = Instant::now();
    send(bot, cache, &spot, &message, answered).await;
    bot.metrics.stage(Stage::Send, sending.elapsed());
    bot.metrics.answered(surface, started.elapsed());
}

fn is_from_a_person(message: &Message) -> bool {
    let is_forwarded = message
        .message_reference
        .as_ref()
        .is_some_and(|reference| matches!(reference.kind, MessageReferenceKind::Forward));
    let is_written = matches!(message.kind, MessageType::Regular | MessageType::InlineReply);
    !message.author.bot && message.webhook_id.is_none() && is_written && !is_forwarded
}

fn addressed(message: &Message, own: UserId) -> Option<Addressed> {
    let (is_mentioned, text) = written_to(&message.content, own.get());
    let to_ours = message.referenced_message.as_ref().filter(|replied| replied.author.id == own);
    let is_pinged = message.mentions.iter().any(|user| user.id == own);
    let surface = match (message.guild_id, to_ours) {
        (None, _) => Surface::DirectMessage,
        (Some(_), Some(_)) if is_pinged => Surface::Reply,
        (Some(_), _) if is_mentioned => Surface::Mention,
        _ => return None,
    };
    let text = named(&text, &message.mentions);
    Some(Addressed { text, surface, replies_to: to_ours.map(|replied| replied.id) })
}

/// Whether somebody is mentioned in what a message says itself, outside of quotations and code, and what it says
/// without that.
pub fn written_to(content: &str, own: u64) -> (bool, String) {
    static CODE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?s)```.*?```|``.*?``|`[^`\n]*`").expect("a constant pattern"));
    let said = unquoted(content);
    let without_code = CODE.replace_all(&said, " ");
    let is_mentioned = mentions_of(own).iter().any(|mention| without_code.contains(mention));
    (is_mentioned, without_mentions(&said, own))
}

fn mentions_of(id: u64) -> [String; 2] {
    [format!("<@{id}>"), format!("<@!{id}>")]
}

fn without_mentions(text: &str, of: u64) -> String {
    let text = mentions_of(of).iter().fold(text.to_owned(), |text, mention| text.replace(mention, " "));
    text.trim().to_owned()
}

/// What a message asks, whoever wrote it and whomever it addresses; a forward asks what it shows.
pub fn question_in(message: &Message, own: u64) -> String {
    let (text, mentions) = match message.message_snapshots.first() {
        Some(forwarded) => (&forwarded.content, &forwarded.mentions),
        None => (&message.content, &message.mentions),
    };
    named(&without_mentions(text, own), mentions)
}

/// Without lines that quote somebody.
fn unquoted(content: &str) -> String {
    let all = content.lines().take_while(|line| !line.trim_start().starts_with(">>> "));
    let own: Vec<&str> = all.filter(|line| !line.trim_start().starts_with("> ")).collect();
    own.join("\n")
}

/// People by name and channels, roles, emoji and calls to all left out: the sources know nothing of them.
pub fn named(text: &str, mentions: &[User]) -> String {
    static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"<@!?(\d{1,20})>|<@&\d{1,20}>|<#\d{1,20}>|<a?:\w{1,32}:\d{1,20}>|@(?:everyone|here)\b")
            .expect("a constant pattern")
    });
    let replaced = MARKUP.replace_all(text, |found: &regex::Captures| {
        let id = found.get(1).and_then(|id| id.as_str().parse().ok());
        let person = id.and_then(|id: u64| mentions.iter().find(|user| user.id.get() == id));
        person.map_or(String::new(), |user| user.global_name.clone().unwrap_or_else(|| user.name.clone()))
    });
    replaced.trim().to_owned()
}

/// Where the message was written and who reads there, if it may be answered; whoever may hear why not does.
async fn admitted(bot: &Arc<Bot>, cache: &Cache, message: &Message) -> Option<(Spot, Reader)> {
    let spot = spot_of(bot, cache, message.guild_id, message.channel_id).await;
    let language = language(bot, message);
    let Some(guild) = spot.guild else {
        let user = message.author.id;
        let refusal = match bot.audience.membership(&bot.delivery, user).await {
            Membership::Member { guilds, roles } => {
                return Some((spot, bot.audience.reader(&spot, &guilds, user, &roles)));
            }
            Membership::Stranger => Phrase::Stranger,
            Membership::Unknown => Phrase::MembershipUnknown,
        };
        notify(bot, &spot, message, &Outgoing::text(bot.say(language, refusal, context! {}))).await;
        return None;
    };
    let refusal = if bot.audience.serves(guild) {
        match switch(bot, spot).await {
            Switch::On => return Some((spot, spot.readers())),
            Switch::Off => bot.say(language, Phrase::ChannelOff, context! {}),
            Switch::Private => private_pointer(bot, language),
        }
    } else {
        bot.say(language, Phrase::NotServed, context! {})
    };
    notify(bot, &spot, message, &Outgoing::text(refusal)).await;
    None
}

fn private_pointer(bot: &Bot, language: Language) -> String {
    let command = minijinja::Value::from_safe_string(bot.command_mention("ask"));
    bot.say(language, Phrase::ChannelPrivate, context! { command })
}

/// The switch that holds in a spot; looked up off the async threads, where that may wait for the disk.
pub async fn switch(bot: &Arc<Bot>, spot: Spot) -> Switch {
    if let Some(known) = bot.audience.known_switch(&spot, &bot.memory) {
        return known;
    }
    bot.look_up(move |bot| Ok(bot.audience.switch(&spot, &bot.memory))).await.unwrap_or_default()
}

/// Where a message stands: its thread's channel, if it is in one.
pub async fn spot_of(bot: &Arc<Bot>, cache: &Cache, guild: Option<GuildId>, channel: ChannelId) -> Spot {
    let parent = match guild.map(|guild| known_parent(cache, guild, channel)) {
        None => None,
        Some(Some(known)) => known,
        Some(None) => asked_parent(bot, channel).await,
    };
    Spot { guild, channel, parent }
}

/// The parent of a thread, nothing for a channel; `None` where neither is known.
fn known_parent(cache: &Cache, guild: GuildId, channel: ChannelId) -> Option<Option<ChannelId>> {
    let guild = cache.guild(guild)?;
    if guild.channels.contains_key(&channel) {
        return Some(None);
    }
    guild.threads.iter().find(|thread| thread.id == channel).map(|thread| thread.parent_id)
}

async fn asked_parent(bot: &Arc<Bot>, channel: ChannelId) -> Option<ChannelId> {
    let found = bot.delivery.http().get_channel(channel).await.ok()?.guild()?;
    found.thread_metadata.and(found.parent_id)
}

/// The asking that a message of ours answers.
pub async fn followed(bot: &Arc<Bot>, replies_to: Option<MessageId>) -> Option<store::AskingId> {
    let message = store::MessageId(replies_to?.get());
    let found = bot.look_up(move |bot| Ok(bot.memory.answered_by(message)?)).await.ok()?;
    found.map(|asking| asking.id)
}

/// Where it takes long, people see that it is at work. An answer does not wait for that sign.
async fn with_typing<T>(bot: &Arc<Bot>, channel: ChannelId, work: impl Future<Output = T>) -> T {
    let typing = async {
        tokio::time::sleep(PATIENCE).await;
        // A sign that does not show is no loss.
        let _ = bot.delivery.http().broadcast_typing(channel).await;
        std::future::pending().await
    };
    tokio::select! {
        done = work => done,
        never = typing => never,
    }
}

async fn send(
    bot: &Arc<Bot>,
    cache: &Cache,
    spot: &Spot,
    message: &Message,
    answered: Result<Answered, Trouble>,
) {
    // Meanwhile the question may be gone, or the channel switched.
    if bot.is_deleted(message.id) {
        return;
    }
    let language = language(bot, message);
    if spot.guild.is_some() && switch(bot, *spot).await != Switch::On {
        let text = Outgoing::text(bot.say(language, Phrase::SwitchedMeanwhile, context! {}));
        return post_or_tell(bot, cache, spot, message, &text).await;
    }
    let answered = match answered {
        Ok(answered) => answered,
        Err(trouble) => {
            let outgoing = bot.explain(language, &trouble);
            return post_or_tell(bot, cache, spot, message, &outgoing).await;
        }
    };
    if let Some(sign) = answered.small_talk.and_then(sign) {
        // Who may not react says nothing.
        let _ = bot.delivery.react(message.channel_id, message.id, sign).await;
        return;
    }
    let mut sent = Vec::new();
    for outgoing in &answered.messages {
        let reply_to = sent.is_empty().then_some(message.id);
        match bot.delivery.post(spot.channel, outgoing, reply_to).await {
            Ok(id) => sent.push(id),
            Err(error) => {
                not_posted(bot, cache, spot, message, &error).await;
                break;
            }
        }
    }
    note_reply(bot, answered.asking, sent.clone());
    if bot.is_deleted(message.id) {
        delete_all(bot, spot.channel, &sent).await;
    }
}

/// What is said without words.
pub fn sign(talk: SmallTalk) -> Option<&'static str> {
    match talk {
        SmallTalk::Greeting | SmallTalk::Farewell => Some("👋"),
        SmallTalk::Thanks => Some("👍"),
        SmallTalk::Help => None,
    }
}

/// Notes which messages answer, so that replies to them, edits and deletions find the question.
pub fn note_reply(bot: &Bot, asking: Option<store::AskingId>, sent: Vec<MessageId>) {
    let (Some(asking), Some((first, further))) = (asking, sent.split_first()) else { return };
    let first = store::MessageId(first.get());
    let further: Vec<store::MessageId> =
        further.iter().map(|message| store::MessageId(message.get())).collect();
    // The log has it where that fails. Whoever presses or replies meanwhile waits for it.
    let _ = bot.memory.soon(move |store| store.set_reply(&asking, first, &further).map(|_| ()));
}

async fn post_or_tell(bot: &Arc<Bot>, cache: &Cache, spot: &Spot, message: &Message, outgoing: &Outgoing) {
    if let Err(error) = bot.delivery.post(spot.channel, outgoing, Some(message.id)).await {
        not_posted(bot, cache, spot, message, &error).await;
    }
}

/// Tells whoever asked, where they can be told, why their answer is not there.
async fn not_posted(bot: &Arc<Bot>, cache: &Cache, spot: &Spot, message: &Message, error: &Undelivered) {
    let missing = spot.guild.map_or(Permissions::empty(), |guild| permissions::missing(cache, guild, spot));
    let names = permissions::names(missing);
    tracing::warn!(%error, channel = spot.channel.get(), missing = names.join(", "), "an answer could not be posted");
    let language = language(bot, message);
    // Markdown of ours: it shows as the channel's name.
    let channel = minijinja::Value::from_safe_string(format!("<#{}>", spot.channel));
    let text = match error {
        Undelivered::Forbidden if !names.is_empty() => {
            bot.say(language, Phrase::MissingPermission, context! { channel, permissions => names })
        }
        Undelivered::Forbidden => bot.say(language, Phrase::MayNotWrite, context! { channel }),
        Undelivered::Archived => bot.say(language, Phrase::ThreadClosed, context! { channel }),
        // The channel is gone, or Discord is: nobody can be told.
        _ => return,
    };
    if let Err(error) = bot.delivery.tell(message.author.id, &Outgoing::text(text)).await {
        tracing::info!(%error, "who asked could not be told by direct message either");
    }
}

/// A sentence that a channel hears once a minute at most.
async fn notify(bot: &Arc<Bot>, spot: &Spot, message: &Message, outgoing: &Outgoing) {
    if !bot.limits.may_notify(spot.channel) {
        return;
    }
    if let Err(error) = bot.delivery.post(spot.channel, outgoing, Some(message.id)).await {
        tracing::info!(%error, channel = spot.channel.get(), "a notice could not be posted");
    }
}

async fn slow_down(bot: &Arc<Bot>, spot: &Spot, message: &Message, too_many: TooMany) {
    let _ = bot.delivery.react(message.channel_id, message.id, NOT_NOW).await;
    let text = too_many_text(bot, language(bot, message), too_many);
    notify(bot, spot, message, &Outgoing::text(text)).await;
}

pub fn refusal(who: Who) -> Refusal {
    match who {
        Who::Person => Refusal::PersonLimit,
        Who::Channel => Refusal::ChannelLimit,
        Who::Guild => Refusal::GuildLimit,
    }
}

pub fn too_many_text(bot: &Bot, language: Language, too_many: TooMany) -> String {
    let seconds = too_many.wait.as_secs() + 1;
    let phrase = match too_many.who {
        Who::Person => Phrase::TooManyByPerson,
        Who::Channel => Phrase::TooManyInChannel,
        Who::Guild => Phrase::TooManyInGuild,
    };
    bot.say(language, phrase, context! { seconds })
}

/// A mention of our role is not one of us: we get no text with it.
async fn hint_at_role(bot: &Arc<Bot>, cache: &Cache, message: &Message, own: UserId) {
    let Some(guild) = message.guild_id.filter(|guild| bot.audience.serves(*guild)) else { return };
    let is_ours = message.mention_roles.iter().any(|role| is_own_role(cache, guild, *role, own));
    if !is_ours || !unquoted(&message.content).is_empty() && !message.content.contains("<@&") {
        return;
    }
    let spot = spot_of(bot, cache, message.guild_id, message.channel_id).await;
    if switch(bot, spot).await != Switch::Off {
        let mention = minijinja::Value::from_safe_string(format!("<@{own}>"));
        let hint = bot.say(language(bot, message), Phrase::RoleMentioned, context! { mention });
        notify(bot, &spot, message, &Outgoing::text(hint)).await;
    }
}

fn is_own_role(cache: &Cache, guild: GuildId, role: RoleId, own: UserId) -> bool {
    let guild = cache.guild(guild);
    let role = guild.as_ref().and_then(|guild| guild.roles.get(&role));
    role.is_some_and(|role| role.tags.bot_id == Some(own))
}

fn language(bot: &Bot, message: &Message) -> Language {
    Language::of_text(&message.content).unwrap_or(bot.settings().discord.language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &str, expected: (bool, &str)) {
        let (is_mentioned, text) = written_to(content, 7);
        assert_eq!((is_mentioned, text.as_str()), expected, "{content}");
    }

    #[test]
    fn a_mention_counts_where_somebody_says_it_themselves() {
        check("<@7> how long?", (true, "how long?"));
        check("how long, <@!7>?", (true, "how long,  ?"));
        check("how long?", (false, "how long?"));
        check("> <@7> how long?\nhe asked", (false, "he asked"));
        check("look:\n>>> a\n<@7> b", (false, "look:"));
        check("type `<@7> how long?`", (false, "type `  how long?`"));
        check("<@7> what does `--all` do?", (true, "what does `--all` do?"));
        check("<@77> how long?", (false, "<@77> how long?"));
    }
}
