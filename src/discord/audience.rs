//! Whom the bot serves, and where: members of the guilds that the settings name, in channels that are on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use serenity::all::{ChannelId, GuildId, Permissions, RoleId, UserId};

use super::delivery::{Delivery, Undelivered};
use super::memory::Memory;
use crate::scopes::Reader;
use crate::settings::Settings;
use crate::store::{self, Place, Switch};

/// How long it is known who is a member, and with which roles.
const MEMBERSHIP: Duration = Duration::from_secs(60);

/// Somebody who wants something.
#[derive(Debug, Clone)]
pub struct Asker {
    pub user: UserId,
    /// For people.
    pub name: String,
    /// Without @everyone.
    pub roles: Vec<RoleId>,
    /// In the channel where they want it; none in direct messages.
    pub permissions: Permissions,
}

/// Where something was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// None in direct messages.
    pub guild: Option<GuildId>,
    /// Where messages go: a channel, or a thread.
    pub channel: ChannelId,
    /// The channel that a thread belongs to.
    pub parent: Option<ChannelId>,
}

impl Spot {
    /// The channel whose switch holds here.
    pub fn switched_by(&self) -> ChannelId {
        self.parent.unwrap_or(self.channel)
    }

    /// Who reads what all see here: nobody in particular, even where an operator asked.
    pub fn readers(&self) -> Reader {
        Reader {
            guilds: self.guild.iter().map(|guild| guild.get()).collect(),
            channels: self.channels(),
            roles: Vec::new(),
            user: None,
            is_operator: false,
        }
    }

    /// A thread and its channel; none in direct messages.
    fn channels(&self) -> Vec<u64> {
        let here = [Some(self.channel), self.parent].into_iter().flatten();
        here.filter(|_| self.guild.is_some()).map(ChannelId::get).collect()
    }

    /// Where the store says that something was.
    pub fn of(place: &Place) -> Spot {
        let channel = ChannelId::new(place.channel.0);
        Spot {
            guild: place.guild.map(|guild| GuildId::new(guild.0)),
            channel: place.thread.map_or(channel, |thread| ChannelId::new(thread.0)),
            parent: place.thread.map(|_| channel),
        }
    }

    /// As the store knows it.
    pub fn place(&self) -> Place {
        Place {
            guild: self.guild.map(|guild| store::GuildId(guild.get())),
            channel: store::ChannelId(self.switched_by().get()),
            thread: self.parent.map(|_| store::ThreadId(self.channel.get())),
        }
    }
}

/// Whether somebody who writes a direct message belongs to those who are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Membership {
    /// Of these served guilds, at least one, with the roles in all of them.
    Member {
        guilds: Vec<GuildId>,
        roles: Vec<RoleId>,
    },
    Stranger,
    /// Discord could not be asked.
    Unknown,
}

pub struct Audience {
    named: ArcSwap<Named>,
    known: Mutex<HashMap<UserId, (Instant, Membership)>>,
}

/// What the settings name.
struct Named {
    guilds: Vec<GuildId>,
    operators: Vec<u64>,
    allow: Vec<u64>,
    deny: Vec<u64>,
}

impl Named {
    fn of(settings: &Settings) -> Named {
        Named {
            guilds: settings.discord.guilds.iter().copied().map(GuildId::new).collect(),
            operators: settings.discord.operators.clone(),
            allow: settings.channels.allow.clone(),
            deny: settings.channels.deny.clone(),
        }
    }
}

impl Audience {
    pub fn new(settings: &Settings) -> Audience {
        Audience { named: ArcSwap::from_pointee(Named::of(settings)), known: Mutex::default() }
    }

    /// Other settings are in force from now on: other guilds make other members.
    pub fn follow(&self, settings: &Settings) {
        self.named.store(Arc::new(Named::of(settings)));
        self.lock().clear();
    }

    pub fn guilds(&self) -> Vec<GuildId> {
        self.named.load().guilds.clone()
    }

    pub fn serves(&self, guild: GuildId) -> bool {
        self.named.load().guilds.contains(&guild)
    }

    /// Whether the whole corpus and its re-indexing are theirs.
    pub fn is_operator(&self, asker: &Asker) -> bool {
        self.operates(asker.user, &asker.roles)
    }

    fn operates(&self, user: UserId, roles: &[RoleId]) -> bool {
        let mut ids = roles.iter().map(|role| role.get()).chain([user.get()]);
        let named = self.named.load();
        ids.any(|id| named.operators.contains(&id))
    }

    /// Who reads what one person sees in a spot of one of their guilds, or, in direct messages, of all of them.
    pub fn reader(&self, spot: &Spot, guilds: &[GuildId], user: UserId, roles: &[RoleId]) -> Reader {
        Reader {
            guilds: guilds.iter().map(|guild| guild.get()).collect(),
            channels: spot.channels(),
            roles: roles.iter().map(|role| role.get()).collect(),
            user: Some(user.get()),
            is_operator: self.operates(user, roles),
        }
    }

    /// Who reads a direct message to somebody.
    pub fn reader_alone(&self, guilds: &[GuildId], user: UserId, roles: &[RoleId]) -> Reader {
        let nowhere = Spot { guild: None, channel: ChannelId::new(user.get()), parent: None };
        self.reader(&nowhere, guilds, user, roles)
    }

    /// Whether answers are given here. The settings may forbid what a switch allows; a thread follows its channel.
    /// It blocks, where [`known_switch`](Self::known_switch) has nothing.
    pub fn switch(&self, spot: &Spot, memory: &Memory) -> Switch {
        self.settled(spot).unwrap_or_else(|(guild, channel)| memory.switch(guild, channel))
    }

    /// The same at once, if it is known.
    pub fn known_switch(&self, spot: &Spot, memory: &Memory) -> Option<Switch> {
        self.settled(spot).map_or_else(|(guild, channel)| memory.known_switch(guild, channel), Some)
    }

    /// The switch, where no look into the store is needed; else what to look for there.
    fn settled(&self, spot: &Spot) -> Result<Switch, (store::GuildId, store::ChannelId)> {
        let Some(guild) = spot.guild else { return Ok(Switch::On) };
        let channel = spot.switched_by();
        let has = |list: &[u64]| list.contains(&channel.get()) || list.contains(&spot.channel.get());
        let Named { allow, deny, .. } = &**self.named.load();
        if has(deny) || !allow.is_empty() && !has(allow) {
            return Ok(Switch::Off);
        }
        Err((store::GuildId(guild.get()), store::ChannelId(channel.get())))
    }

    /// Who somebody outside of all guilds is, by asking Discord; known for a minute.
    pub async fn membership(&self, delivery: &Delivery, user: UserId) -> Membership {
        if let Some(known) = self.known(user) {
            return known;
        }
        let (mut guilds, mut roles, mut is_unknown) = (Vec::new(), Vec::new(), false);
        // All at once: each may take as long as an interaction can wait.
        let ours = self.guilds();
        let asked = ours.iter().map(|guild| delivery.member(*guild, user));
        let answers = serenity::futures::future::join_all(asked).await;
        for (guild, answer) in ours.iter().zip(answers) {
            match answer {
                Ok(member) => {
                    guilds.push(*guild);
                    roles.extend(member.roles);
                }
                Err(Undelivered::Gone) => {}
                Err(error) => {
                    tracing::warn!(%error, guild = guild.get(), "cannot ask Discord for a member");
                    is_unknown = true;
                }
            }
        }
        let membership = match guilds.is_empty() {
            false => Membership::Member { guilds, roles },
            true if is_unknown => Membership::Unknown,
            true => Membership::Stranger,
        };
        // What could not be asked is asked again the next time.
        if !is_unknown {
            self.lock().insert(user, (Instant::now(), membership.clone()));
        }
        membership
    }

    /// Forgets who was asked for too long ago.
    pub fn clean(&self) {
        self.lock().retain(|_, (at, _)| at.elapsed() < MEMBERSHIP);
    }

    fn known(&self, user: UserId) -> Option<Membership> {
        let known = self.lock();
        let (at, membership) = known.get(&user)?;
        (at.elapsed() < MEMBERSHIP).then(|| membership.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<UserId, (Instant, Membership)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
