//! Whom a message names, and who is pinged by that.
//!
//! Mentions inside code are counted too, where Discord would leave them out: a text that can ping somebody
//! there is one slip away from doing so.

use std::collections::BTreeSet;

use serde_json::Value;

use super::permissions::{MENTION_EVERYONE, VIEW_CHANNEL};
use super::world::{Id, Mentions, Role, World};

/// What a sender lets a message mention.
pub struct Allowed {
    accounts: Only,
    roles: Only,
    everyone: bool,
    /// Whether the author of the message that is replied to is mentioned.
    pub replied_to: bool,
}

enum Only {
    All,
    These(BTreeSet<Id>),
}

impl Allowed {
    /// What holds where nothing is said, and for people.
    pub fn all(replied_to: bool) -> Allowed {
        Allowed { accounts: Only::All, roles: Only::All, everyone: true, replied_to }
    }

    /// Out of `allowed_mentions`; its shape was checked before.
    pub fn read(allowed: &Value) -> Allowed {
        if allowed.is_null() {
            return Allowed::all(true);
        }
        let parses =
            |kind: &str| allowed["parse"].as_array().is_some_and(|kinds| kinds.iter().any(|k| k == kind));
        let only = |kind: &str| if parses(kind) { Only::All } else { Only::These(ids(&allowed[kind])) };
        Allowed {
            accounts: only("users"),
            roles: only("roles"),
            everyone: parses("everyone"),
            replied_to: allowed["replied_user"] == true,
        }
    }

    /// For answers to interactions: they stand as replies, but ping nobody by that.
    pub fn without_replied_to(self) -> Allowed {
        Allowed { replied_to: false, ..self }
    }
}

impl Only {
    fn admits(&self, id: Id) -> bool {
        match self {
            Only::All => true,
            Only::These(ids) => ids.contains(&id),
        }
    }
}

fn ids(list: &Value) -> BTreeSet<Id> {
    let id = |value: &Value| value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_u64());
    list.as_array().into_iter().flatten().filter_map(id).collect()
}

/// What `content` mentions when `author` writes it in `channel`.
pub fn find(world: &World, author: Id, channel: Id, content: &str, allowed: &Allowed) -> Mentions {
    let may_mention_all = world.may(author, channel, MENTION_EVERYONE);
    let guild = world.guild_of(channel).and_then(|guild| world.guilds.get(&guild));
    let mut mentions = Mentions::default();
    for part in content.split('<').skip(1) {
        let Some((inside, _)) = part.split_once('>') else { continue };
        if let Some(role) = inside.strip_prefix("@&").and_then(|id| id.parse().ok()) {
            let found = guild.and_then(|guild| guild.roles.get(&role));
            // A bot's own role is named in the message even by who cannot ping it.
            let is_named = |role: &Role| role.of_bot.is_some() || role.is_mentionable || may_mention_all;
            if found.is_some_and(is_named) && allowed.roles.admits(role) {
                mentions.roles.insert(role);
            }
        } else if let Some(id) = inside.strip_prefix('@') {
            let Ok(account) = id.trim_start_matches('!').parse() else { continue };
            if world.accounts.contains_key(&account) && allowed.accounts.admits(account) {
                mentions.accounts.insert(account);
            }
        }
    }
    let names_everyone = content.contains("@everyone") || content.contains("@here");
    mentions.everyone = names_everyone && allowed.everyone && may_mention_all && guild.is_some();
    mentions
}

/// Who is notified: everybody mentioned who can see the channel, but never the author.
pub fn pinged(world: &World, author: Id, channel: Id, mentions: &Mentions) -> BTreeSet<Id> {
    if mentions.everyone {
        let mut audience = world.audience(channel);
        audience.remove(&author);
        return audience;
    }
    let with_roles = in_roles(world, author, channel, &mentions.roles);
    let meant = mentions.accounts.iter().copied().chain(with_roles);
    meant.filter(|account| *account != author && world.may(*account, channel, VIEW_CHANNEL)).collect()
}

/// The members with one of the roles, as far as the author may ping it.
fn in_roles(world: &World, author: Id, channel: Id, named: &BTreeSet<Id>) -> Vec<Id> {
    let guild = world.guild_of(channel).and_then(|guild| world.guilds.get(&guild));
    let Some(guild) = guild.filter(|_| !named.is_empty()) else { return Vec::new() };
    let may_mention_all = world.may(author, channel, MENTION_EVERYONE);
    let can_be_pinged =
        |role: &&Id| may_mention_all || guild.roles.get(role).is_some_and(|role| role.is_mentionable);
    let roles: BTreeSet<Id> = named.iter().filter(can_be_pinged).copied().collect();
    let members = guild.members.iter().filter(|(_, has)| !has.is_disjoint(&roles));
    members.map(|(account, _)| *account).collect()
}
/// The text with each `@name` as the mention of whoever has it; of names that begin alike, the longer comes first.
pub fn picked(text: &str, names: &[(&str, Id)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, from_here) = rest.split_at(at);
        out.push_str(before);
        let is_inside_word = out.ends_with(|c: char| c.is_alphanumeric() || c == '<');
        let named = names.iter().find(|(name, _)| {
            let after = from_here[1..].strip_prefix(name);
            after.is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        });
        match named.filter(|_| !is_inside_word) {
            Some((name, id)) => {
                out.push_str(&format!("<@{id}>"));
                rest = &from_here[1 + name.len()..];
            }
            None => {
                out.push('@');
                rest = &from_here[1..];
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_picked_are_mentions() {
        let names = [("passim2", 3), ("passim", 2), ("ann", 1)];
        for (text, expected) in [
            ("@passim how?", "<@2> how?"),
            ("@passim2 @ann", "<@3> <@1>"),
            ("@annika, mail@ann.example, <@1>", "@annika, mail@ann.example, <@1>"),
            ("@", "@"),
        ] {
            assert_eq!(picked(text, &names), expected);
        }
    }
}
