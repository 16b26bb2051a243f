//! The first response to an interaction, and what its token serves for afterwards.

use serde_json::{Value, json};

use super::super::limits::{self, Carrier, EPHEMERAL};
use super::super::mentions::Allowed;
use super::super::payload;
use super::super::refusal::{self, FormFault, Refusal};
use super::super::world::{Body, Id, Interaction, InteractionKind, Response, TOKEN_LIFE, World};
use super::super::writing::{self, Draft};
use super::messages::{body_of, is_empty, not_locked};
use super::request::Request;
use super::{Outcome, Reply, known, not_modelled};

/// The types of a first response.
mod callback {
    pub const MESSAGE: u64 = 4;
    pub const DEFERRED_MESSAGE: u64 = 5;
    pub const DEFERRED_UPDATE: u64 = 6;
    pub const UPDATE: u64 = 7;
    pub const CHOICES: u64 = 8;
    pub const MODAL: u64 = 9;
}

pub(super) fn callback(world: &mut World, request: &Request, id: Id, token: &str) -> Outcome {
    let found = world.interactions.get(&id).filter(|found| found.token == token);
    let interaction = found.ok_or(refusal::UNKNOWN_INTERACTION)?;
    if interaction.response.is_some() {
        return Err(refusal::ALREADY_ACKNOWLEDGED.into());
    }
    if world.is_too_late(interaction) {
        return Err(refusal::UNKNOWN_INTERACTION.into());
    }
    let kind = request.body["type"].as_u64().unwrap_or(0);
    if !fits(interaction, kind) {
        return Err(wrong_type(interaction.kind));
    }
    let response = first_response(world, request, id, kind)?;
    let told = callback_response(world, id, kind, &response);
    let channel = channel_of(world, id);
    world.touched.insert(channel);
    if let Some(interaction) = world.interactions.get_mut(&id) {
        interaction.response = Some(response);
    }
    let is_wanted = request.parameter("with_response") == Some("true");
    Ok(if is_wanted { Reply::Json(told) } else { Reply::Nothing })
}

/// What a callback brought about. The message itself is in it only where it is written already: a deferred one
/// is named by its id.
fn callback_response(world: &World, id: Id, kind: u64, response: &Response) -> Value {
    let Some(interaction) = world.interactions.get(&id) else { return Value::Null };
    let channel = interaction.channel;
    let mut told = json!({ "interaction": {
        "id": id.to_string(), "type": interaction.kind as u8, "channel_id": channel.to_string(),
    } });
    if let Some(guild) = world.guild_of(channel) {
        told["interaction"]["guild_id"] = json!(guild.to_string());
    }
    let Response::Message(message) = response else { return told };
    let Some(message) = world.message(channel, *message) else { return told };
    told["interaction"]["response_message_id"] = json!(message.id.to_string());
    told["interaction"]["response_message_loading"] = json!(message.is_thinking);
    told["interaction"]["response_message_ephemeral"] = json!(message.only_for.is_some());
    if matches!(kind, callback::MESSAGE | callback::UPDATE) {
        told["resource"] = json!({ "type": kind, "message": payload::message(world, message) });
    }
    told
}

/// Which response is for which interaction.
fn fits(interaction: &Interaction, kind: u64) -> bool {
    let is_autocomplete = interaction.kind == InteractionKind::Autocomplete;
    match kind {
        callback::CHOICES => is_autocomplete,
        callback::MESSAGE | callback::DEFERRED_MESSAGE => !is_autocomplete,
        callback::UPDATE | callback::DEFERRED_UPDATE => interaction.on.is_some(),
        callback::MODAL => {
            matches!(interaction.kind, InteractionKind::Command | InteractionKind::Component)
        }
        _ => false,
    }
}

fn wrong_type(kind: InteractionKind) -> Refusal {
    let message = format!("This type of response is not for an interaction of type {}", kind as u8);
    Refusal::form(&[FormFault { path: "type".into(), code: "INTERACTION_CALLBACK_TYPE", message }])
}

fn first_response(world: &mut World, request: &Request, id: Id, kind: u64) -> Result<Response, Refusal> {
    let data = &request.body["data"];
    match kind {
        callback::CHOICES => {
            limits::choices(data)?;
            Ok(Response::Choices(data["choices"].as_array().cloned().unwrap_or_default()))
        }
        callback::MODAL => {
            limits::modal(data)?;
            Ok(Response::Modal { form: data.clone(), is_submitted: false })
        }
        callback::DEFERRED_MESSAGE => {
            limits::message(data, "data.", Carrier::Interaction)?;
            Ok(Response::Message(answer(world, id, data, Body::default(), true)?))
        }
        callback::MESSAGE => {
            limits::message(data, "data.", Carrier::Interaction)?;
            let body = body_of(world, data, request, None);
            if is_empty(&body) {
                return Err(refusal::EMPTY_MESSAGE.into());
            }
            Ok(Response::Message(answer(world, id, data, body, false)?))
        }
        // Both concern the message whose component was used, which `fits` saw to.
        _ => {
            let on = world.interactions.get(&id).and_then(|found| found.on).unwrap_or_default();
            if kind == callback::UPDATE {
                limits::message(data, "data.", Carrier::Interaction)?;
                rewrite(world, request, id, on, data)?;
            }
            Ok(Response::Message(on))
        }
    }
}

/// A message of the application that answers the interaction, for all or for its person only.
fn answer(world: &mut World, id: Id, data: &Value, body: Body, is_thinking: bool) -> Result<Id, Refusal> {
    let interaction = world.interactions.get(&id).ok_or(refusal::UNKNOWN_INTERACTION)?;
    let (application, channel, by) = (interaction.application, interaction.channel, interaction.by);
    let is_ephemeral = data["flags"].as_u64().unwrap_or(0) & EPHEMERAL != 0;
    if !is_ephemeral {
        not_locked(world, channel, application)?;
    }
    let draft = Draft {
        body,
        // What answers a button is shown as a reply to the message that has it.
        reply_to: interaction.on,
        answers: Some(id),
        only_for: is_ephemeral.then_some(by),
        is_thinking,
        allowed: Allowed::read(&data["allowed_mentions"]).without_replied_to(),
        ..Draft::new(application, channel, "")
    };
    Ok(writing::post(world, draft))
}

fn rewrite(world: &mut World, request: &Request, id: Id, message: Id, body: &Value) -> Result<(), Refusal> {
    let channel = channel_of(world, id);
    let before = world.message(channel, message).ok_or(refusal::UNKNOWN_MESSAGE)?.body.clone();
    let written = body_of(world, body, request, Some(&before));
    if is_empty(&written) {
        return Err(refusal::EMPTY_MESSAGE.into());
    }
    writing::rewrite(world, channel, message, written, &Allowed::read(&body["allowed_mentions"]));
    Ok(())
}

/// Follow-ups: the token stands for the right to use them, for fifteen minutes.
pub(super) fn webhook(
    world: &mut World,
    request: &Request,
    application: Id,
    token: &str,
    rest: &[&str],
) -> Outcome {
    let found = world.tokens.get(token).and_then(|id| world.interactions.get(id));
    let is_meant = |found: &&Interaction| found.application == application;
    let interaction = found.filter(is_meant).ok_or(refusal::UNKNOWN_WEBHOOK)?;
    if world.now().duration_since(interaction.born) > TOKEN_LIFE {
        return Err(refusal::INVALID_WEBHOOK_TOKEN.into());
    }
    let Some(response) = interaction.response.clone() else { return Err(refusal::UNKNOWN_WEBHOOK.into()) };
    let id = interaction.id;
    match (request.method.as_str(), rest) {
        ("POST", []) => follow_up(world, request, id, &response),
        ("GET", ["messages", message]) => shown(world, id, named(world, id, message, &response)?),
        ("PATCH", ["messages", message]) => {
            let message = named(world, id, message, &response)?;
            limits::message(&request.body, "", Carrier::Interaction)?;
            rewrite(world, request, id, message, &request.body)?;
            shown(world, id, message)
        }
        ("DELETE", ["messages", message]) => {
            let message = named(world, id, message, &response)?;
            let channel = channel_of(world, id);
            writing::remove(world, channel, message);
            Ok(Reply::Nothing)
        }
        _ => Err(not_modelled(request)),
    }
}

/// The first follow-up after a deferred response takes that one's place, with its audience.
fn follow_up(world: &mut World, request: &Request, id: Id, response: &Response) -> Outcome {
    limits::message(&request.body, "", Carrier::Interaction)?;
    let channel = channel_of(world, id);
    if let Response::Message(deferred) = response
        && world.message(channel, *deferred).is_some_and(|message| message.is_thinking)
    {
        rewrite(world, request, id, *deferred, &request.body)?;
        return shown(world, id, *deferred);
    }
    let body = body_of(world, &request.body, request, None);
    if is_empty(&body) {
        return Err(refusal::EMPTY_MESSAGE.into());
    }
    let message = answer(world, id, &request.body, body, false)?;
    shown(world, id, message)
}

/// `@original`, or a follow-up of this interaction.
fn named(world: &World, id: Id, step: &str, response: &Response) -> Result<Id, Refusal> {
    let channel = channel_of(world, id);
    let message = match (step, response) {
        ("@original", Response::Message(message)) => *message,
        ("@original", _) => return Err(refusal::UNKNOWN_MESSAGE.into()),
        _ => known(step, refusal::UNKNOWN_MESSAGE)?,
    };
    let is_original = matches!(response, Response::Message(original) if *original == message);
    let found = world.message(channel, message).ok_or(refusal::UNKNOWN_MESSAGE)?;
    if is_original || found.answers == Some(id) { Ok(message) } else { Err(refusal::UNKNOWN_MESSAGE.into()) }
}

fn shown(world: &World, id: Id, message: Id) -> Outcome {
    let channel = channel_of(world, id);
    let message = world.message(channel, message).ok_or(refusal::UNKNOWN_MESSAGE)?;
    Ok(Reply::Json(payload::message(world, message)))
}

/// Where the interaction was: its messages stand there.
fn channel_of(world: &World, interaction: Id) -> Id {
    world.interactions.get(&interaction).map(|found| found.channel).unwrap_or_default()
}
