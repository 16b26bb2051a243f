//! Writing, rewriting and removing messages: the same for people, for applications, and for responses to
//! interactions.

use std::collections::BTreeMap;

use litemap::LiteMap;

use super::events;
use super::mentions::{self, Allowed};
use super::screen::Shown;
use super::world::{Body, Channel, Id, Kind, Message, Place, World};

pub struct Draft {
    pub author: Id,
    pub channel: Id,
    pub kind: Kind,
    pub body: Body,
    pub reply_to: Option<Id>,
    /// The interaction that it answers.
    pub answers: Option<Id>,
    pub nonce: Option<serde_json::Value>,
    pub only_for: Option<Id>,
    pub is_thinking: bool,
    pub allowed: Allowed,
}

impl Draft {
    /// A message with this text, which mentions whatever it names.
    pub fn new(author: Id, channel: Id, content: &str) -> Draft {
        Draft {
            author,
            channel,
            kind: Kind::Written,
            body: Body { content: content.to_owned(), ..Body::default() },
            reply_to: None,
            answers: None,
            nonce: None,
            only_for: None,
            is_thinking: false,
            allowed: Allowed::all(false),
        }
    }
}

/// Opens a channel or a thread, and tells whoever sees it.
pub fn open(world: &mut World, name: &str, place: Place) -> Id {
    let event = if matches!(place, Place::Thread { .. }) { "THREAD_CREATE" } else { "CHANNEL_CREATE" };
    let id = world.new_id();
    world.channels.insert(id, Channel { name: name.to_owned(), place, messages: BTreeMap::new() });
    events::channel_changed(world, event, id);
    id
}

/// Puts the message into its channel, which must be there, and tells whoever sees it.
pub fn post(world: &mut World, draft: Draft) -> Id {
    let id = world.new_id();
    let mut found = mentions::find(world, draft.author, draft.channel, &draft.body.content, &draft.allowed);
    if draft.allowed.replied_to {
        found.accounts.extend(author_to_ping(world, draft.channel, draft.reply_to));
    }
    let mut pinged = mentions::pinged(world, draft.author, draft.channel, &found);
    if let Some(only) = draft.only_for {
        pinged.retain(|account| *account == only);
    }
    let written = world.timestamp();
    let message = Message {
        id,
        channel: draft.channel,
        author: draft.author,
        kind: draft.kind,
        body: draft.body,
        reply_to: draft.reply_to,
        answers: draft.answers,
        nonce: draft.nonce,
        reactions: LiteMap::new_vec(),
        written,
        edited: None,
        only_for: draft.only_for,
        is_thinking: draft.is_thinking,
        mentions: found,
        pinged,
    };
    if draft.only_for.is_none() {
        unarchive(world, draft.channel);
    }
    if let Some(channel) = world.channels.get_mut(&draft.channel) {
        channel.messages.insert(id, message);
    }
    world.typing.remove(&(draft.channel, draft.author));
    world.touched.insert(draft.channel);
    keep_ping(world, draft.channel, id);
    events::message_created(world, draft.channel, id);
    id
}

fn keep_ping(world: &mut World, channel: Id, id: Id) {
    let is_ping = |message: &&Message| !message.pinged.is_empty() && world.bot(message.author).is_some();
    if let Some(message) = world.message(channel, id).filter(is_ping) {
        let shown = Shown::of(world, message);
        world.pings_by_bots.push(shown);
    }
}

/// Whoever posts into an archived thread opens it again, but not by what one person sees only.
fn unarchive(world: &mut World, channel: Id) {
    let place = world.channels.get_mut(&channel).map(|channel| &mut channel.place);
    if let Some(Place::Thread { is_archived: is_archived @ true, .. }) = place {
        *is_archived = false;
        events::channel_changed(world, "THREAD_UPDATE", channel);
    }
}

/// A reply pings whom it answers, but never for an answer to an interaction: those count as a webhook's.
fn author_to_ping(world: &World, channel: Id, replied_to: Option<Id>) -> Option<Id> {
    let message = world.message(channel, replied_to?)?;
    message.answers.is_none().then_some(message.author)
}

/// A message that is edited pings nobody anew, unless it was a deferred response until now.
pub fn rewrite(world: &mut World, channel: Id, id: Id, body: Body, allowed: &Allowed) {
    let Some(before) = world.message(channel, id) else { return };
    let author = before.author;
    let mut found = mentions::find(world, author, channel, &body.content, allowed);
    found.accounts.extend(author_to_ping(world, channel, before.reply_to).filter(|_| allowed.replied_to));
    let pinged = mentions::pinged(world, author, channel, &found);
    let now = world.timestamp();
    world.touched.insert(channel);
    let Some(message) = world.message_mut(channel, id) else { return };
    message.body = body;
    message.mentions = found;
    if message.is_thinking {
        message.is_thinking = false;
        message.pinged = pinged;
        message.pinged.retain(|account| message.only_for.is_none_or(|only| only == *account));
        keep_ping(world, channel, id);
    } else {
        message.edited = Some(now);
    }
    events::message_updated(world, channel, id);
}

pub fn remove(world: &mut World, channel: Id, id: Id) {
    world.touched.insert(channel);
    let removed = world.channels.get_mut(&channel).and_then(|channel| channel.messages.remove(&id));
    if removed.is_some_and(|message| message.only_for.is_none()) {
        events::message_deleted(world, channel, id);
    }
}

/// Adds or takes away the reaction of `by`.
pub fn react(world: &mut World, channel: Id, id: Id, by: Id, emoji: &str, is_added: bool) {
    world.touched.insert(channel);
    let Some(message) = world.message_mut(channel, id) else { return };
    let everybody = message.reactions.entry(emoji.to_owned()).or_default();
    let is_news = if is_added { everybody.insert(by) } else { everybody.remove(&by) };
    if everybody.is_empty() {
        message.reactions.remove(emoji);
    }
    if is_news {
        let name = if is_added { "MESSAGE_REACTION_ADD" } else { "MESSAGE_REACTION_REMOVE" };
        events::reaction(world, name, channel, id, by, emoji);
    }
}
