//! `/channels/{channel}/messages`: an application's ordinary messages, and reactions.

use litemap::LiteMap;
use serde_json::Value;

use super::super::limits::{self, Carrier};
use super::super::mentions::Allowed;
use super::super::permissions::{
    ADD_REACTIONS, ATTACH_FILES, MANAGE_MESSAGES, MANAGE_THREADS, READ_MESSAGE_HISTORY, SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS, VIEW_CHANNEL,
};
use super::super::refusal::{self, FormFault, Refusal};
use super::super::world::{Body, File, Id, Kind, Message, Place, World};
use super::super::writing::{self, Draft};
use super::super::{events, payload};
use super::request::Request;
use super::{Outcome, Reply, known, not_modelled};

pub(super) fn route(world: &mut World, request: &Request, channel: Id, rest: &[&str], bot: Id) -> Outcome {
    see(world, channel, bot)?;
    let message = |step| known(step, refusal::UNKNOWN_MESSAGE);
    match (request.method.as_str(), rest) {
        ("POST", []) => create(world, request, channel, bot),
        ("GET", []) => list(world, request, channel, bot),
        ("GET", [id]) => get(world, channel, message(id)?, bot),
        ("PATCH", [id]) => edit(world, request, channel, message(id)?, bot),
        ("DELETE", [id]) => delete(world, channel, message(id)?, bot),
        ("PUT", [id, "reactions", emoji, "@me"]) => react(world, channel, message(id)?, bot, emoji, true),
        ("DELETE", [id, "reactions", emoji, "@me"]) => react(world, channel, message(id)?, bot, emoji, false),
        _ => Err(not_modelled(request)),
    }
}

pub(super) fn typing(world: &mut World, channel: Id, bot: Id) -> Outcome {
    see(world, channel, bot)?;
    may_post(world, channel, bot, false)?;
    world.typing.insert((channel, bot), world.now());
    world.touched.insert(channel);
    Ok(Reply::Nothing)
}

fn see(world: &World, channel: Id, bot: Id) -> Result<(), Refusal> {
    if !world.channels.contains_key(&channel) {
        return Err(refusal::UNKNOWN_CHANNEL.into());
    }
    require(world, channel, bot, VIEW_CHANNEL, refusal::MISSING_ACCESS)
}

fn require(
    world: &World,
    channel: Id,
    bot: Id,
    permission: u64,
    otherwise: refusal::Code,
) -> Result<(), Refusal> {
    if world.may(bot, channel, permission) { Ok(()) } else { Err(otherwise.into()) }
}

/// An ephemeral message is nowhere here, not even for its author.
fn find(world: &World, channel: Id, id: Id) -> Result<&Message, Refusal> {
    let found = world.message(channel, id).filter(|message| message.only_for.is_none());
    found.ok_or(refusal::UNKNOWN_MESSAGE.into())
}

fn create(world: &mut World, request: &Request, channel: Id, bot: Id) -> Outcome {
    let body = &request.body;
    may_post(world, channel, bot, !request.uploads.is_empty())?;
    limits::message(body, "", Carrier::Channel)?;
    let written = body_of(world, body, request, None);
    if is_empty(&written) {
        return Err(refusal::EMPTY_MESSAGE.into());
    }
    let reply_to = replied_to(world, channel, body, bot)?;
    if body["enforce_nonce"] == true
        && let Some(same) = with_nonce(world, channel, bot, &body["nonce"])
    {
        return Ok(Reply::Json(payload::message(world, same)));
    }
    let now = world.now();
    world.buckets.take_place(channel, now)?;
    let nonce = Some(body["nonce"].clone()).filter(|nonce| !nonce.is_null());
    let allowed = Allowed::read(&body["allowed_mentions"]);
    let draft = Draft { body: written, reply_to, nonce, allowed, ..Draft::new(bot, channel, "") };
    let id = writing::post(world, draft);
    get(world, channel, id, bot)
}

fn may_post(world: &World, channel: Id, bot: Id, has_files: bool) -> Result<(), Refusal> {
    not_locked(world, channel, bot)?;
    let place = world.channels.get(&channel).map(|channel| &channel.place);
    let needed = match place {
        Some(Place::Direct { between }) if !share_a_guild(world, *between) => {
            return Err(refusal::CANNOT_MESSAGE_THIS_USER.into());
        }
        Some(Place::Thread { .. }) => SEND_MESSAGES_IN_THREADS,
        _ => SEND_MESSAGES,
    };
    let files = if has_files { ATTACH_FILES } else { 0 };
    require(world, channel, bot, needed | files, refusal::MISSING_PERMISSIONS)
}

/// A locked thread takes messages of moderators only. Where it is archived too, Discord says that alone: it is
/// what a message would have to change.
pub(super) fn not_locked(world: &World, channel: Id, bot: Id) -> Result<(), Refusal> {
    let place = world.channels.get(&channel).map(|channel| &channel.place);
    match place {
        _ if world.may(bot, channel, MANAGE_THREADS) => Ok(()),
        Some(Place::Thread { is_locked: true, is_archived: true, .. }) => {
            Err(refusal::THREAD_IS_ARCHIVED.into())
        }
        Some(Place::Thread { is_locked: true, .. }) => Err(refusal::THREAD_IS_LOCKED.into()),
        _ => Ok(()),
    }
}

fn not_archived(world: &World, channel: Id) -> Result<(), Refusal> {
    if world.is_archived(channel) { Err(refusal::THREAD_IS_ARCHIVED.into()) } else { Ok(()) }
}

fn share_a_guild(world: &World, accounts: [Id; 2]) -> bool {
    let has_both = |members: &LiteMap<Id, _>| accounts.iter().all(|a| members.contains_key(a));
    world.guilds.values().any(|guild| has_both(&guild.members))
}

/// The message that is answered. One that is gone is a fault, unless the sender said that it is not.
fn replied_to(world: &World, channel: Id, body: &Value, bot: Id) -> Result<Option<Id>, Refusal> {
    let reference = &body["message_reference"];
    let given = reference["message_id"].as_str().and_then(|id| id.parse().ok());
    let Some(id) = given.or_else(|| reference["message_id"].as_u64()) else { return Ok(None) };
    require(world, channel, bot, READ_MESSAGE_HISTORY, refusal::NO_REPLY_WITHOUT_HISTORY)?;
    let no_reply = |code, message: &str| {
        let (path, message) = ("message_reference".to_owned(), message.to_owned());
        Err(Refusal::form(&[FormFault { path, code, message }]))
    };
    match find(world, channel, id) {
        Ok(Message { kind: Kind::PinNotice { .. }, .. }) => {
            no_reply("REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message")
        }
        Ok(_) => Ok(Some(id)),
        Err(_) if reference["fail_if_not_exists"] == false => Ok(None),
        Err(_) => no_reply("REPLIES_UNKNOWN_MESSAGE", "Unknown message"),
    }
}

fn with_nonce<'w>(world: &'w World, channel: Id, bot: Id, nonce: &Value) -> Option<&'w Message> {
    let is_same = |message: &&Message| message.author == bot && message.nonce.as_ref() == Some(nonce);
    world.channels.get(&channel)?.messages.values().find(is_same)
}

/// What a body says, over what was there before: an edit leaves what it does not name.
pub(super) fn body_of(world: &mut World, body: &Value, request: &Request, before: Option<&Body>) -> Body {
    let mut written = before.cloned().unwrap_or_default();
    if let Some(content) = body.get("content") {
        written.content = content.as_str().unwrap_or_default().to_owned();
    }
    if let Some(embeds) = body.get("embeds") {
        written.embeds = embeds.as_array().cloned().unwrap_or_default();
    }
    if let Some(components) = body.get("components") {
        written.components = components.as_array().cloned().unwrap_or_default();
    }
    if let Some(flags) = body["flags"].as_u64() {
        written.flags = flags & !limits::EPHEMERAL;
    }
    if let Some(kept) = body["attachments"].as_array() {
        written.files.retain(|file| kept.iter().any(|one| is_id(&one["id"], file.id)));
    }
    for upload in &request.uploads {
        let described = body["attachments"].as_array().into_iter().flatten();
        let about = described.into_iter().find(|one| is_id(&one["id"], upload.number));
        let description = about.and_then(|about| about["description"].as_str()).map(str::to_owned);
        let (id, name, bytes) = (world.new_id(), upload.name.clone(), upload.bytes.clone());
        written.files.push(File { id, name, description, bytes });
    }
    written
}

/// Ids come as strings and, from some libraries, as numbers.
fn is_id(value: &Value, id: Id) -> bool {
    value.as_u64() == Some(id) || value.as_str() == Some(id.to_string().as_str())
}

pub(super) fn is_empty(body: &Body) -> bool {
    body.content.trim().is_empty()
        && body.embeds.is_empty()
        && body.components.is_empty()
        && body.files.is_empty()
}

/// Without the privileged intent, REST hides what the gateway hides.
fn shown(world: &World, message: &Message, bot: Id) -> Value {
    let is_granted = world.bot(bot).is_some_and(|bot| bot.privileged & events::MESSAGE_CONTENT != 0);
    payload::message_for(world, message, bot, is_granted)
}

fn get(world: &World, channel: Id, id: Id, bot: Id) -> Outcome {
    Ok(Reply::Json(shown(world, find(world, channel, id)?, bot)))
}

/// The newest first, as many as `limit` says, older than `before`.
fn list(world: &World, request: &Request, channel: Id, bot: Id) -> Outcome {
    require(world, channel, bot, READ_MESSAGE_HISTORY, refusal::MISSING_ACCESS)?;
    let limit = request.parameter("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50);
    let before = request.parameter("before").and_then(|id| id.parse().ok()).unwrap_or(Id::MAX);
    let Some(found) = world.channels.get(&channel) else { return Err(refusal::UNKNOWN_CHANNEL.into()) };
    let older = found.messages.range(..before).rev().map(|(_, message)| message);
    let public = older.filter(|message| message.only_for.is_none());
    Ok(Reply::Json(public.take(limit).map(|message| shown(world, message, bot)).collect()))
}

fn edit(world: &mut World, request: &Request, channel: Id, id: Id, bot: Id) -> Outcome {
    let before = find(world, channel, id)?;
    if before.author != bot {
        return Err(refusal::NOT_THE_AUTHOR.into());
    }
    let before = before.body.clone();
    not_archived(world, channel)?;
    limits::message(&request.body, "", Carrier::Channel)?;
    let written = body_of(world, &request.body, request, Some(&before));
    if is_empty(&written) {
        return Err(refusal::EMPTY_MESSAGE.into());
    }
    writing::rewrite(world, channel, id, written, &Allowed::read(&request.body["allowed_mentions"]));
    get(world, channel, id, bot)
}

fn delete(world: &mut World, channel: Id, id: Id, bot: Id) -> Outcome {
    if find(world, channel, id)?.author != bot {
        require(world, channel, bot, MANAGE_MESSAGES, refusal::MISSING_PERMISSIONS)?;
    }
    writing::remove(world, channel, id);
    Ok(Reply::Nothing)
}

fn react(world: &mut World, channel: Id, id: Id, bot: Id, emoji: &str, is_added: bool) -> Outcome {
    let message = find(world, channel, id)?;
    not_archived(world, channel)?;
    // Whoever finds the reaction there already may join it.
    if is_added && !message.reactions.contains_key(emoji) {
        require(world, channel, bot, ADD_REACTIONS | READ_MESSAGE_HISTORY, refusal::MISSING_PERMISSIONS)?;
    }
    writing::react(world, channel, id, bot, emoji, is_added);
    Ok(Reply::Nothing)
}
