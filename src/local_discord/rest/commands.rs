//! Registered commands, global and of a guild.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::limits;
use super::super::payload;
use super::super::refusal::{self, Refusal};
use super::super::world::{Command, Id, World};
use super::request::Request;
use super::{Outcome, Reply, known, not_modelled};

/// For each application and scope: a guild, or all of them.
const CREATIONS_A_DAY: usize = 200;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// `guild` is the scope: none for global commands.
pub(super) fn route(
    world: &mut World,
    request: &Request,
    bot: Id,
    guild: Option<Id>,
    rest: &[&str],
) -> Outcome {
    let is_stranger = |guild| !world.guilds.get(&guild).is_some_and(|found| found.members.contains_key(&bot));
    if guild.is_some_and(is_stranger) {
        return Err(refusal::MISSING_ACCESS.into());
    }
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(Reply::Json(all(world, bot, guild))),
        ("PUT", []) => replace_all(world, request, bot, guild),
        ("POST", []) => {
            limits::command(&request.body)?;
            count_creations(world, bot, guild, std::slice::from_ref(&request.body))?;
            let id = register(world, bot, guild, &request.body);
            one(world, bot, guild, id)
        }
        ("GET", [id]) => one(world, bot, guild, known(id, refusal::UNKNOWN_COMMAND)?),
        ("PATCH", [id]) => change(world, request, bot, guild, known(id, refusal::UNKNOWN_COMMAND)?),
        ("DELETE", [id]) => {
            let id = known(id, refusal::UNKNOWN_COMMAND)?;
            one(world, bot, guild, id)?;
            world.commands.remove(&id);
            Ok(Reply::Nothing)
        }
        _ => Err(not_modelled(request)),
    }
}

fn is_in_scope(command: &Command, bot: Id, guild: Option<Id>) -> bool {
    command.application == bot && command.guild == guild
}

fn all(world: &World, bot: Id, guild: Option<Id>) -> Value {
    let found = world.commands.values().filter(|command| is_in_scope(command, bot, guild));
    found.map(payload::command).collect()
}

fn one(world: &World, bot: Id, guild: Option<Id>, id: Id) -> Outcome {
    let found = world.commands.get(&id).filter(|command| is_in_scope(command, bot, guild));
    Ok(Reply::Json(payload::command(found.ok_or(refusal::UNKNOWN_COMMAND)?)))
}

/// Commands that keep their name and type keep their id; those that are not named any more go.
fn replace_all(world: &mut World, request: &Request, bot: Id, guild: Option<Id>) -> Outcome {
    limits::commands(&request.body)?;
    let bodies = request.body.as_array().ok_or(refusal::INVALID_JSON)?;
    count_creations(world, bot, guild, bodies)?;
    let kept: Vec<Id> = bodies.iter().map(|body| register(world, bot, guild, body)).collect();
    world.commands.retain(|id, command| !is_in_scope(command, bot, guild) || kept.contains(id));
    Ok(Reply::Json(all(world, bot, guild)))
}

/// What is there already is overwritten, which costs nothing; the rest counts as created today. A request that
/// creates too many does nothing at all.
fn count_creations(world: &mut World, bot: Id, guild: Option<Id>, bodies: &[Value]) -> Result<(), Refusal> {
    let new = bodies.iter().filter(|body| registered(world, bot, guild, body).is_none()).count();
    let now = world.now();
    let created = world.created_commands.entry((bot, guild)).or_default();
    created.retain(|when| now.duration_since(*when) < DAY);
    if created.len() + new > CREATIONS_A_DAY {
        return Err(refusal::TOO_MANY_COMMANDS_TODAY.into());
    }
    created.extend(vec![now; new]);
    Ok(())
}

/// The command with the same name and type.
fn registered(world: &World, bot: Id, guild: Option<Id>, body: &Value) -> Option<Id> {
    let is_same = |command: &&Command| {
        is_in_scope(command, bot, guild)
            && command.body["name"] == body["name"]
            && limits::command_type(&command.body) == limits::command_type(body)
    };
    world.commands.values().find(is_same).map(|command| command.id)
}

fn register(world: &mut World, bot: Id, guild: Option<Id>, body: &Value) -> Id {
    let same = registered(world, bot, guild, body);
    let mut body = body.clone();
    body["type"] = json!(limits::command_type(&body));
    let id = same.unwrap_or_else(|| world.new_id());
    world.commands.insert(id, Command { id, application: bot, guild, body });
    id
}

/// What the body does not name stays.
fn change(world: &mut World, request: &Request, bot: Id, guild: Option<Id>, id: Id) -> Outcome {
    one(world, bot, guild, id)?;
    let mut changed = world.commands.get(&id).map(|command| command.body.clone()).unwrap_or_default();
    for (field, value) in request.body.as_object().ok_or(refusal::INVALID_JSON)? {
        changed[field.as_str()] = value.clone();
    }
    limits::command(&changed)?;
    if let Some(command) = world.commands.get_mut(&id) {
        command.body = changed;
    }
    one(world, bot, guild, id)
}
