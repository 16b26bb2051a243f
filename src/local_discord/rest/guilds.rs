//! Guilds, members, roles, channels and users: what an application looks up, and leaving a guild.

use serde_json::{Value, json};

use super::super::events;
use super::super::payload;
use super::super::permissions::VIEW_CHANNEL;
use super::super::refusal::{self, Refusal};
use super::super::world::{Guild, Id, Place, World};
use super::request::Request;
use super::{Outcome, Reply, known};

pub(super) fn mine(world: &World, bot: Id) -> Outcome {
    let has_bot = |guild: &&Guild| guild.members.contains_key(&bot);
    let summary = |(id, guild): (&Id, &Guild)| {
        json!({
            "id": id.to_string(), "name": guild.name, "icon": null, "banner": null, "owner": false,
            "permissions": "0", "features": [],
        })
    };
    let guilds = world.guilds.iter().filter(|(_, guild)| has_bot(guild)).map(summary);
    Ok(Reply::Json(guilds.collect()))
}

pub(super) fn leave(world: &mut World, guild: Id, bot: Id) -> Outcome {
    own_guild(world, guild, bot)?;
    world.remove_member(guild, bot);
    events::guild_deleted(world, guild, bot, false);
    Ok(Reply::Nothing)
}

fn own_guild(world: &World, guild: Id, bot: Id) -> Result<&Guild, Refusal> {
    let found = world.guilds.get(&guild).ok_or(refusal::UNKNOWN_GUILD)?;
    let is_member = found.members.contains_key(&bot);
    is_member.then_some(found).ok_or(refusal::MISSING_ACCESS.into())
}

pub(super) fn get(world: &World, guild: Id, rest: &[&str], bot: Id) -> Outcome {
    let found = own_guild(world, guild, bot)?;
    match rest {
        [] => Ok(Reply::Json(payload::guild(world, guild).ok_or(refusal::UNKNOWN_GUILD)?)),
        ["roles"] => Ok(Reply::Json(json!(payload::roles(world, guild)))),
        ["channels"] => Ok(Reply::Json(channels(world, guild))),
        ["members", account] => {
            let account = known(account, refusal::UNKNOWN_USER)?;
            if !world.accounts.contains_key(&account) {
                return Err(refusal::UNKNOWN_USER.into());
            }
            if !found.members.contains_key(&account) {
                return Err(refusal::UNKNOWN_MEMBER.into());
            }
            let member = payload::member(world, guild, account, true);
            Ok(Reply::Json(member.ok_or(refusal::UNKNOWN_MEMBER)?))
        }
        _ => {
            tracing::warn!(?rest, "the local Discord does not model this part of a guild");
            Err(refusal::NO_SUCH_ROUTE.into())
        }
    }
}

/// Text channels; threads are found through theirs.
fn channels(world: &World, guild: Id) -> Value {
    let is_here = |place: &Place| matches!(place, Place::Text { guild: of, .. } if *of == guild);
    let found = world.channels.iter().filter(|(_, channel)| is_here(&channel.place));
    found.filter_map(|(id, _)| payload::channel(world, *id)).collect()
}

pub(super) fn channel(world: &World, channel: Id, bot: Id) -> Outcome {
    let found = payload::channel(world, channel).ok_or(refusal::UNKNOWN_CHANNEL)?;
    if !world.may(bot, channel, VIEW_CHANNEL) {
        return Err(refusal::MISSING_ACCESS.into());
    }
    Ok(Reply::Json(found))
}

pub(super) fn user(world: &World, user: Id) -> Outcome {
    if !world.accounts.contains_key(&user) || world.is_webhook(user) {
        return Err(refusal::UNKNOWN_USER.into());
    }
    Ok(Reply::Json(payload::user(world, user)))
}

/// Opening one always works; writing into it may be refused.
pub(super) fn direct_channel(world: &mut World, request: &Request, bot: Id) -> Outcome {
    let recipient = &request.body["recipient_id"];
    let given = recipient.as_str().and_then(|id| id.parse().ok()).or_else(|| recipient.as_u64());
    let person = given.filter(|id| world.accounts.contains_key(id)).ok_or(refusal::UNKNOWN_USER)?;
    let channel = world.direct_channel(bot, person);
    Ok(Reply::Json(payload::channel(world, channel).ok_or(refusal::UNKNOWN_CHANNEL)?))
}
