//! What the gateway tells applications, and which of them: filtered by intents, by who can see the channel, and
//! by who may read contents.

use serde_json::{Value, json};

use super::gateway::{Frame, Session};
use super::payload;
use super::permissions::VIEW_CHANNEL;
use super::world::{Id, World};

const GUILDS: u64 = 1 << 0;
pub const GUILD_MEMBERS: u64 = 1 << 1;
pub const GUILD_PRESENCES: u64 = 1 << 8;
const GUILD_MESSAGES: u64 = 1 << 9;
const GUILD_MESSAGE_REACTIONS: u64 = 1 << 10;
const DIRECT_MESSAGES: u64 = 1 << 12;
const DIRECT_MESSAGE_REACTIONS: u64 = 1 << 13;
/// The intent to read what is not addressed to the application.
pub const MESSAGE_CONTENT: u64 = 1 << 15;

/// Intents that an application has to be granted.
pub const PRIVILEGED: u64 = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT;
/// No intent has a bit above this one.
pub const ALL_INTENTS: u64 = (1 << 26) - 1;

pub fn message_created(world: &mut World, channel: Id, message: Id) {
    message_event(world, "MESSAGE_CREATE", channel, message);
}

pub fn message_updated(world: &mut World, channel: Id, message: Id) {
    message_event(world, "MESSAGE_UPDATE", channel, message);
}

/// Ephemeral messages have no events.
fn message_event(world: &mut World, name: &'static str, channel: Id, message: Id) {
    let Some(found) = world.message(channel, message).filter(|found| found.only_for.is_none()) else {
        return;
    };
    let guild = world.guild_of(channel);
    let intent = if guild.is_some() { GUILD_MESSAGES } else { DIRECT_MESSAGES };
    let member = guild.and_then(|guild| payload::member(world, guild, found.author, false));
    send(world, name, intent, channel, |world, bot, intents| {
        let found = world.message(channel, message)?;
        let mut event = payload::message_for(world, found, bot, intents & MESSAGE_CONTENT != 0);
        if let Some(guild) = guild {
            event["guild_id"] = json!(guild.to_string());
        }
        // Webhooks and who has left are no members.
        if let Some(member) = &member {
            event["member"] = member.clone();
        }
        Some(event)
    });
}

/// `message` is gone already, and was not ephemeral.
pub fn message_deleted(world: &mut World, channel: Id, message: Id) {
    let guild = world.guild_of(channel);
    let mut event = json!({ "id": message.to_string(), "channel_id": channel.to_string() });
    if let Some(guild) = guild {
        event["guild_id"] = json!(guild.to_string());
    }
    let intent = if guild.is_some() { GUILD_MESSAGES } else { DIRECT_MESSAGES };
    send(world, "MESSAGE_DELETE", intent, channel, |_, _, _| Some(event.clone()));
}

/// `name` is MESSAGE_REACTION_ADD or MESSAGE_REACTION_REMOVE.
pub fn reaction(world: &mut World, name: &'static str, channel: Id, message: Id, by: Id, emoji: &str) {
    let guild = world.guild_of(channel);
    let mut event = json!({
        "user_id": by.to_string(), "channel_id": channel.to_string(), "message_id": message.to_string(),
        "emoji": { "id": null, "name": emoji }, "burst": false, "type": 0,
    });
    if let Some(guild) = guild {
        event["guild_id"] = json!(guild.to_string());
    }
    let intent = if guild.is_some() { GUILD_MESSAGE_REACTIONS } else { DIRECT_MESSAGE_REACTIONS };
    send(world, name, intent, channel, |_, _, _| Some(event.clone()));
}

/// No intent filters interactions; they go to one application.
pub fn interaction_created(world: &mut World, application: Id, interaction: &Value) {
    dispatch(world, "INTERACTION_CREATE", |_, bot, _| (bot == application).then(|| interaction.clone()));
}

/// `bot` came into the guild, or the guild is there again.
pub fn guild_created(world: &mut World, guild: Id, bot: Id) {
    let Some(event) = payload::guild_create(world, guild, bot) else { return };
    dispatch(world, "GUILD_CREATE", |_, to, intents| {
        (to == bot && intents & GUILDS != 0).then(|| event.clone())
    });
}

/// `bot` was removed, or, with `is_outage`, the guild cannot be served for now.
pub fn guild_deleted(world: &mut World, guild: Id, bot: Id, is_outage: bool) {
    let mut event = json!({ "id": guild.to_string() });
    if is_outage {
        event["unavailable"] = json!(true);
    }
    dispatch(world, "GUILD_DELETE", |_, to, intents| {
        (to == bot && intents & GUILDS != 0).then(|| event.clone())
    });
}

/// A channel or thread came, or is not as it was: `name` says which.
pub fn channel_changed(world: &mut World, name: &'static str, channel: Id) {
    let Some(event) = payload::channel(world, channel) else { return };
    send(world, name, GUILDS, channel, |_, _, _| Some(event.clone()));
}

/// An event as a test made it, whatever is in it, to everybody.
pub fn anything(world: &mut World, name: &str, event: &Value) {
    for (_, session) in world.sessions.iter_mut() {
        session.push(name, event.clone());
    }
}

/// To everybody with one of the intents who sees the channel.
fn send(
    world: &mut World,
    name: &'static str,
    intent: u64,
    channel: Id,
    event: impl Fn(&World, Id, u64) -> Option<Value>,
) {
    dispatch(world, name, |world, bot, intents| {
        let is_told = intents & intent != 0 && world.may(bot, channel, VIEW_CHANNEL);
        if is_told { event(world, bot, intents) } else { None }
    });
}

/// Numbers the event in each session that gets it, keeps it for a resume, and sends it where a client is
/// connected.
fn dispatch(world: &mut World, name: &'static str, event_for: impl Fn(&World, Id, u64) -> Option<Value>) {
    let event_in = |(id, session): (&String, &Session)| {
        Some((id.clone(), event_for(world, session.bot, session.intents)?))
    };
    let events: Vec<(String, Value)> = world.sessions.iter().filter_map(event_in).collect();
    for (id, event) in events {
        if let Some(session) = world.sessions.get_mut(&id) {
            session.push(name, event);
        }
    }
}

/// What a new session begins with: READY, then each guild.
pub fn begin(world: &mut World, id: &str) {
    let Some(bot) = world.sessions.get(id).map(|session| session.bot) else { return };
    let is_there =
        |guild: &&Id| world.guilds.get(guild).is_some_and(|guild| guild.members.contains_key(&bot));
    let guilds: Vec<Id> = world.guilds.keys().filter(is_there).copied().collect();
    let unavailable: Vec<Value> =
        guilds.iter().map(|id| json!({ "id": id.to_string(), "unavailable": true })).collect();
    let ready = json!({
        "v": 10, "user": payload::current_user(world, bot), "guilds": unavailable, "session_id": id,
        "resume_gateway_url": world.gateway.url, "shard": [0, 1],
        "application": { "id": bot.to_string(), "flags": payload::application(world, bot)["flags"] },
    });
    let events: Vec<Value> = guilds
        .into_iter()
        .filter(|guild| !world.guilds[guild].is_unavailable)
        .filter_map(|guild| payload::guild_create(world, guild, bot))
        .collect();
    let Some(session) = world.sessions.get_mut(id) else { return };
    session.push("READY", ready);
    if session.intents & GUILDS != 0 {
        for event in events {
            session.push("GUILD_CREATE", event);
        }
    }
}

/// To every client that is connected, whoever it is.
pub fn to_all_connected(world: &mut World, frame: &Frame) {
    // Sending fails where the client is gone.
    world.connections.retain(|connection| connection.send(frame.clone()).is_ok());
}
