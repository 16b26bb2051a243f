//! What Discord lets the bot do in a channel, and what fails without.

use serenity::all::{Cache, GuildId, Permissions};

use super::audience::Spot;
use super::words::Phrase;

/// Each permission that is asked for, its name in Discord's settings, and what fails without it.
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

/// As Discord's settings call them.
pub fn names(permissions: Permissions) -> Vec<&'static str> {
    let named = NEEDED.iter().filter(|(permission, ..)| permissions.contains(*permission));
    named.map(|(_, name, _)| *name).collect()
}
