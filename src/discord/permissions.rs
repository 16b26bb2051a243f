//! What Discord lets the bot do in a channel and in a server, and what fails without.

use serenity::all::{Cache, GuildId, Http, Permissions, Role, RoleId};

use super::audience::Spot;
use super::delivery::{Undelivered, persistently};
use super::registration::{RegistrationError, failed};
use super::words::Phrase;

/// Each permission that is asked for, its name in Discord's settings, and what fails without it. The link that invites
/// the bot, `passim doctor` and `/passim-admin check` all go by this list.
pub const NEEDED: [(Permissions, &str, Phrase); 6] = [
    (Permissions::VIEW_CHANNEL, "View Channels", Phrase::NeedViewChannels),
    (Permissions::SEND_MESSAGES, "Send Messages", Phrase::NeedSendMessages),
    (Permissions::SEND_MESSAGES_IN_THREADS, "Send Messages in Threads", Phrase::NeedSendInThreads),
    (Permissions::ATTACH_FILES, "Attach Files", Phrase::NeedAttachFiles),
    (Permissions::ADD_REACTIONS, "Add Reactions", Phrase::NeedAddReactions),
    (Permissions::READ_MESSAGE_HISTORY, "Read Message History", Phrase::NeedReadHistory),
];

/// What an answer needs here and the bot does not have, as far as is known.
pub fn missing(cache: &Cache, guild: GuildId, spot: &Spot) -> Permissions {
    let own = cache.current_user().id;
    let Some(guild) = cache.guild(guild) else { return Permissions::empty() };
    let channel = guild.channels.get(&spot.switched_by());
    let (Some(channel), Some(member)) = (channel, guild.members.get(&own)) else {
        return Permissions::empty();
    };
    let writing = match spot.parent {
        None => Permissions::SEND_MESSAGES,
        Some(_) => Permissions::SEND_MESSAGES_IN_THREADS,
    };
    let needed = Permissions::VIEW_CHANNEL | writing;
    needed - guild.user_permissions_in(channel, member)
}

/// All that are asked for.
fn needed() -> Permissions {
    NEEDED.iter().fold(Permissions::empty(), |all, (permission, ..)| all | *permission)
}

/// Their names, as Discord's settings call them.
pub fn needed_names() -> Vec<&'static str> {
    names(needed())
}

/// The page on which whoever manages a server adds the bot to it, with these permissions and no others.
pub fn invitation(application: u64) -> String {
    let permissions = needed().bits();
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={permissions}"
    )
}

/// What the bot lacks in a server by its roles there, whatever single channels say; `None` where it is not in it.
pub async fn lacking(http: &Http, guild: u64) -> Result<Option<Vec<&'static str>>, RegistrationError> {
    let guild = GuildId::new(guild);
    let own = persistently(|| http.get_current_user()).await.map_err(failed)?.id;
    let found = match persistently(|| http.get_guild_roles(guild)).await {
        Ok(roles) => persistently(|| http.get_member(guild, own)).await.map(|member| (roles, member.roles)),
        Err(error) => Err(error),
    };
    match found {
        Ok((roles, own)) => Ok(Some(names(needed() - given(&roles, &own, guild)))),
        // Unknown guild.
        Err(Undelivered::Forbidden | Undelivered::Gone | Undelivered::Refused { code: 10_004, .. }) => {
            Ok(None)
        }
        Err(error) => Err(failed(error)),
    }
}

/// What some roles give together with the one that everybody has, which has the server's own id.
fn given(roles: &[Role], own: &[RoleId], guild: GuildId) -> Permissions {
    let counts = |role: &&Role| role.id.get() == guild.get() || own.contains(&role.id);
    let given = roles.iter().filter(counts).fold(Permissions::empty(), |all, role| all | role.permissions);
    if given.administrator() { Permissions::all() } else { given }
}

/// As Discord's settings call them.
pub fn names(permissions: Permissions) -> Vec<&'static str> {
    let named = NEEDED.iter().filter(|(permission, ..)| permissions.contains(*permission));
    named.map(|(_, name, _)| *name).collect()
}
