//! A person in the local Discord: what people can do, and what they see.
//!
//! A person can do what Discord's own client lets people do, and no more: a disabled button cannot be pressed,
//! and a command that is not shown to somebody cannot be invoked. An attempt says why not.

mod invoking;
mod waiting;

use std::sync::Arc;

use super::mentions::Allowed;
use super::payload;
use super::permissions::{
    ADD_REACTIONS, MANAGE_MESSAGES, MANAGE_THREADS, SEND_MESSAGES, SEND_MESSAGES_IN_THREADS, VIEW_CHANNEL,
};
use super::screen::{Screen, Shown};
use super::shared::Shared;
use super::world::{Body, Id, Kind, Message, Place, World};
use super::writing::{self, Draft};

pub use invoking::CommandKind;
pub use waiting::{Choice, Form, NotSeen, Watching};

/// Of threads, in characters.
const LONGEST_NAME: usize = 100;

/// An account that a test, or somebody at a terminal, acts for.
#[derive(Clone)]
pub struct Person {
    shared: Arc<Shared>,
    id: Id,
}

/// Whether a reply notifies whom it answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ping {
    Yes,
    No,
}

/// What can be done with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rights {
    pub edit: bool,
    /// Of an ephemeral one: to dismiss it.
    pub delete: bool,
    pub reply: bool,
    pub react: bool,
}

/// Discord's client would not have let the person do this.
#[derive(Debug, thiserror::Error)]
#[error("{who} cannot {what}: {why}")]
pub struct CannotDo {
    who: String,
    what: String,
    why: String,
}

impl Person {
    pub(super) fn new(shared: Arc<Shared>, id: Id) -> Person {
        Person { shared, id }
    }

    pub fn id(&self) -> Id {
        self.id
    }

    /// Sets the language of their client, as in `de`; it comes along with commands and presses.
    pub fn speaks(&self, locale: &str) {
        self.shared.change(|world| {
            if let Some(account) = world.accounts.get_mut(&self.id) {
                locale.clone_into(&mut account.locale);
            }
        });
    }

    /// The direct channel with an application, or with somebody else.
    pub fn direct_channel(&self, with: Id) -> Id {
        self.shared.act(|world| world.direct_channel(self.id, with))
    }

    /// Exactly what this person sees now.
    pub fn sees(&self, channel: Id) -> Screen {
        self.shared.read(|world| Screen::of(world, self.id, channel))
    }

    /// A message as this person sees it, with its channel.
    pub fn looks_at(&self, message: Id) -> Result<(Id, Shown), CannotDo> {
        self.shared.read(|world| {
            let found = self.visible(world, message, "look at it")?;
            Ok((found.channel, Shown::of(world, found)))
        })
    }

    /// What this person can do with a message; nothing with one that they do not see.
    pub fn rights(&self, message: Id) -> Rights {
        self.shared.read(|world| {
            let Ok(found) = self.visible(world, message, "look at it") else { return Rights::default() };
            let is_open = !world.is_archived(found.channel);
            let is_public = found.only_for.is_none();
            let may = |permission| world.may(self.id, found.channel, permission);
            Rights {
                edit: found.author == self.id && matches!(found.kind, Kind::Written) && is_open,
                delete: found.author == self.id || !is_public || may(MANAGE_MESSAGES),
                reply: is_public && self.may_write(world, found.channel).is_ok(),
                react: is_public && is_open && may(ADD_REACTIONS),
            }
        })
    }

    /// Opens a thread in a text channel.
    pub fn open_thread(&self, channel: Id, name: &str) -> Result<Id, CannotDo> {
        // Whoever looks at another channel sees it in the list.
        self.shared.change(|world| {
            let what = "open a thread";
            if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
                return Err(self.cannot(world, what, "its name has to have 1 to 100 characters"));
            }
            let Some(Place::Text { guild, .. }) = world.channels.get(&channel).map(|found| &found.place)
            else {
                return Err(self.cannot(world, what, "this is no text channel"));
            };
            let guild = *guild;
            self.require(world, channel, SEND_MESSAGES | VIEW_CHANNEL, what)?;
            let place = Place::Thread { guild, parent: channel, is_archived: false, is_locked: false };
            Ok(writing::open(world, name.trim(), place))
        })
    }

    pub fn say(&self, channel: Id, text: &str) -> Result<Id, CannotDo> {
        self.write(channel, text, None, Ping::No)
    }

    pub fn reply(&self, message: Id, text: &str, ping: Ping) -> Result<Id, CannotDo> {
        let channel =
            self.shared.read(|world| self.visible(world, message, "reply").map(|message| message.channel))?;
        self.write(channel, text, Some(message), ping)
    }

    fn write(&self, channel: Id, text: &str, reply_to: Option<Id>, ping: Ping) -> Result<Id, CannotDo> {
        self.shared.act(|world| {
            self.may_write(world, channel)?;
            let allowed = Allowed::all(ping == Ping::Yes);
            Ok(writing::post(world, Draft { reply_to, allowed, ..Draft::new(self.id, channel, text) }))
        })
    }

    /// Shows a message in another channel. Whoever is named in it is not named by that again.
    pub fn forward(&self, message: Id, to: Id) -> Result<Id, CannotDo> {
        self.shared.act(|world| {
            let found = self.visible(world, message, "forward")?;
            let kind = match &found.kind {
                _ if found.only_for.is_some() => {
                    return Err(self.cannot(world, "forward", "it is for them only"));
                }
                Kind::Written => {
                    let (channel, snapshot) = (found.channel, payload::snapshot(world, found));
                    Kind::Forward { channel, message, snapshot }
                }
                Kind::Forward { .. } => found.kind.clone(),
                _ => return Err(self.cannot(world, "forward", "nobody wrote it")),
            };
            self.may_write(world, to)?;
            Ok(writing::post(world, Draft { kind, ..Draft::new(self.id, to, "") }))
        })
    }

    fn may_write(&self, world: &World, channel: Id) -> Result<(), CannotDo> {
        let place = world.channels.get(&channel).map(|channel| &channel.place);
        let needed = match place {
            Some(Place::Thread { is_locked: true, .. }) => SEND_MESSAGES_IN_THREADS | MANAGE_THREADS,
            Some(Place::Thread { .. }) => SEND_MESSAGES_IN_THREADS,
            _ => SEND_MESSAGES,
        };
        self.require(world, channel, needed, "write here")
    }

    /// Edits one of their own messages.
    pub fn edit(&self, message: Id, text: &str) -> Result<(), CannotDo> {
        self.shared.act(|world| {
            let found = self.visible(world, message, "edit")?;
            if found.author != self.id {
                return Err(self.cannot(world, "edit", "it is somebody else's message"));
            }
            if !matches!(found.kind, Kind::Written) {
                return Err(self.cannot(world, "edit", "nothing in it is theirs"));
            }
            if world.is_archived(found.channel) {
                return Err(self.cannot(world, "edit", "the thread is archived"));
            }
            let (channel, body) = (found.channel, Body { content: text.to_owned(), ..found.body.clone() });
            let pings = found.mentions.accounts.clone();
            let replied_to =
                found.reply_to.and_then(|id| world.message(channel, id)).map(|found| found.author);
            let allowed = Allowed::all(replied_to.is_some_and(|author| pings.contains(&author)));
            writing::rewrite(world, channel, message, body, &allowed);
            Ok(())
        })
    }

    /// Their own message, or, with the permission for it, anybody's. An ephemeral one is dismissed.
    pub fn delete(&self, message: Id) -> Result<(), CannotDo> {
        self.shared.act(|world| {
            let found = self.visible(world, message, "delete")?;
            let channel = found.channel;
            let is_theirs = found.author == self.id || found.only_for == Some(self.id);
            if !is_theirs {
                self.require(world, channel, MANAGE_MESSAGES, "delete")?;
            }
            writing::remove(world, channel, message);
            Ok(())
        })
    }

    pub fn react(&self, message: Id, emoji: &str) -> Result<(), CannotDo> {
        self.shared.act(|world| {
            let channel = self.visible(world, message, "react")?.channel;
            self.require(world, channel, ADD_REACTIONS, "react")?;
            if world.is_archived(channel) {
                return Err(self.cannot(world, "react", "the thread is archived"));
            }
            writing::react(world, channel, message, self.id, emoji, true);
            Ok(())
        })
    }

    fn visible<'w>(&self, world: &'w World, message: Id, what: &str) -> Result<&'w Message, CannotDo> {
        let channel = world.channel_of(message).filter(|channel| world.may(self.id, *channel, VIEW_CHANNEL));
        let found = channel.and_then(|channel| world.message(channel, message));
        let visible = found.filter(|found| found.only_for.is_none_or(|only| only == self.id));
        visible.ok_or_else(|| self.cannot(world, what, "there is no such message to be seen"))
    }

    fn require(&self, world: &World, channel: Id, permission: u64, what: &str) -> Result<(), CannotDo> {
        if world.may(self.id, channel, permission) {
            return Ok(());
        }
        Err(self.cannot(world, what, "the permission for it is missing"))
    }

    fn cannot(&self, world: &World, what: &str, why: impl Into<String>) -> CannotDo {
        CannotDo { who: world.name_of(self.id).to_owned(), what: what.to_owned(), why: why.into() }
    }
}
