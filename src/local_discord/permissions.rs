//! What a member may do: the roles' permissions, then the channel's overwrites, in Discord's order.

use super::world::{Guild, Id};

pub const ADD_REACTIONS: u64 = 1 << 6;
pub const ADMINISTRATOR: u64 = 1 << 3;
pub const MANAGE_CHANNELS: u64 = 1 << 4;
pub const MANAGE_GUILD: u64 = 1 << 5;
pub const VIEW_CHANNEL: u64 = 1 << 10;
pub const SEND_MESSAGES: u64 = 1 << 11;
pub const MANAGE_MESSAGES: u64 = 1 << 13;
pub const EMBED_LINKS: u64 = 1 << 14;
pub const ATTACH_FILES: u64 = 1 << 15;
pub const READ_MESSAGE_HISTORY: u64 = 1 << 16;
pub const MENTION_EVERYONE: u64 = 1 << 17;
pub const USE_APPLICATION_COMMANDS: u64 = 1 << 31;
pub const MANAGE_THREADS: u64 = 1 << 34;
pub const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;

/// What `@everyone` has in a new guild, as far as it is modelled.
pub const EVERYONE: u64 = ADD_REACTIONS
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_APPLICATION_COMMANDS
    | SEND_MESSAGES_IN_THREADS;

/// What both have in a direct channel.
pub const DIRECT: u64 = EVERYONE;

/// An exception for a channel: first these bits are taken away, then those are given.
#[derive(Clone, Copy, Debug)]
pub struct Overwrite {
    pub whom: Whom,
    pub deny: u64,
    pub allow: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whom {
    Role(Id),
    Member(Id),
}

/// Overwrites apply for `@everyone`, then for all other roles together, then for the member. Who cannot see a
/// channel can do nothing there.
pub fn of(guild: &Guild, guild_id: Id, overwrites: &[Overwrite], account: Id) -> u64 {
    let Some(roles) = guild.members.get(&account) else { return 0 };
    let given = |role: &Id| guild.roles.get(role).map_or(0, |role| role.permissions);
    let base = roles.iter().map(given).fold(given(&guild_id), |all, one| all | one);
    if guild.owner == account || base & ADMINISTRATOR != 0 {
        return u64::MAX;
    }
    let everyone = |whom| whom == Whom::Role(guild_id);
    let other_roles = |whom| matches!(whom, Whom::Role(role) if roles.contains(&role));
    let member = |whom| whom == Whom::Member(account);
    let all = apply(base, overwrites, everyone);
    let all = apply(all, overwrites, other_roles);
    let all = apply(all, overwrites, member);
    if all & VIEW_CHANNEL == 0 { 0 } else { all }
}

fn apply(permissions: u64, overwrites: &[Overwrite], concerns: impl Fn(Whom) -> bool) -> u64 {
    let (mut deny, mut allow) = (0, 0);
    for overwrite in overwrites.iter().filter(|overwrite| concerns(overwrite.whom)) {
        deny |= overwrite.deny;
        allow |= overwrite.allow;
    }
    permissions & !deny | allow
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use litemap::LiteMap;

    use super::super::world::Role;
    use super::*;

    const GUILD: Id = 1;
    const MODERATORS: Id = 2;
    const ANN: Id = 10;

    /// A guild with one role beside `@everyone`, which Ann has.
    fn guild(moderators: u64) -> Guild {
        let role =
            |permissions| Role { name: String::new(), permissions, is_mentionable: false, of_bot: None };
        Guild {
            name: String::new(),
            owner: 99,
            roles: LiteMap::from_iter([(GUILD, role(EVERYONE)), (MODERATORS, role(moderators))]),
            members: LiteMap::from_iter([(ANN, BTreeSet::from([MODERATORS]))]),
            is_unavailable: false,
        }
    }

    #[test]
    fn a_role_gets_back_what_everyone_loses_and_a_member_loses_what_the_role_got() {
        let hidden = Overwrite { whom: Whom::Role(GUILD), deny: VIEW_CHANNEL, allow: 0 };
        let shown = Overwrite { whom: Whom::Role(MODERATORS), deny: 0, allow: VIEW_CHANNEL };
        let silent = Overwrite { whom: Whom::Member(ANN), deny: SEND_MESSAGES, allow: 0 };
        assert_eq!(of(&guild(0), GUILD, &[hidden], ANN), 0);
        assert_eq!(of(&guild(0), GUILD, &[shown, hidden], ANN), EVERYONE);
        assert_eq!(of(&guild(0), GUILD, &[silent, shown, hidden], ANN), EVERYONE & !SEND_MESSAGES);
    }

    #[test]
    fn administrators_stand_above_overwrites_and_strangers_have_nothing() {
        let hidden = Overwrite { whom: Whom::Role(GUILD), deny: VIEW_CHANNEL, allow: 0 };
        assert_eq!(of(&guild(ADMINISTRATOR), GUILD, &[hidden], ANN), u64::MAX);
        assert_eq!(of(&guild(0), GUILD, &[], 11), 0);
    }
}
