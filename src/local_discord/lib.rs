//! A Discord on loopback: a stand-in for tests, and for trying the bot without the real one.
//!
//! One process serves REST and gateway, and behaves like Discord where a bot can tell: what it would refuse is
//! refused with its codes, what it would hide is hidden. [`Person`] is the other side: what people do and see.
//! It knows nothing of the bot or of the library that the bot is written with. What is not modelled answers
//! 404, and the log names it.

mod bucket;
mod events;
mod faults;
mod gateway;
mod limits;
mod markdown;
mod mentions;
mod payload;
pub mod permissions;
mod person;
mod record;
mod refusal;
mod rest;
mod screen;
mod shared;
mod world;
mod writing;

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use litemap::LiteMap;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use bucket::Buckets;
use gateway::{Compressor, Frame, Session};
use permissions::Overwrite;
use shared::{Shared, Topic};
use world::{Account, Bot, Guild, Kind, Message, Place, Role, Upload, World};
use writing::Draft;

pub use faults::{Failure, Fault, Moment};
pub use markdown::{Block, Drawn, Inline, Item, Mention, Rendered, blocks, inline};
pub use person::{CannotDo, Choice, CommandKind, Form, NotSeen, Person, Ping, Rights, Watching};
pub use record::{Recorded, json_lines};
pub use screen::{Attached, Button, Screen, Select, Shown};
pub use world::Id;

/// The privileged intent to read what is not addressed to an application.
pub const MESSAGE_CONTENT: u64 = events::MESSAGE_CONTENT;

/// What Discord's client speaks until somebody chooses otherwise.
const LOCALE: &str = "en-US";

/// A running one. It stops when it is dropped.
pub struct LocalDiscord {
    shared: Arc<Shared>,
    address: SocketAddr,
    servers: [JoinHandle<()>; 2],
}

impl LocalDiscord {
    /// Listens on two free ports of this machine.
    pub async fn start() -> io::Result<LocalDiscord> {
        let rest = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let gateway = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = rest.local_addr()?;
        let mut world = World::default();
        world.origin = format!("http://{address}");
        world.gateway.url = format!("ws://{}", gateway.local_addr()?);
        let shared = Arc::new(Shared::new(world));
        let servers = [
            tokio::spawn(rest::serve(rest, shared.clone())),
            tokio::spawn(gateway::serve(gateway, shared.clone())),
        ];
        Ok(LocalDiscord { shared, address, servers })
    }

    /// What stands for `https://discord.com`: the API is below `/api/v10`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on time passes only by [`advance`](Self::advance): however busy the machine is, nobody is too
    /// late by accident.
    pub fn stop_the_clock(&self) {
        self.shared.change(|world| world.stopped = Some(Instant::now()));
    }

    /// Lets time pass, without waiting for it.
    pub fn advance(&self, by: Duration) {
        self.shared.change(|world| world.advance(by));
    }
}

impl Drop for LocalDiscord {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
        self.shared.change(|world| events::to_all_connected(world, &Frame::Cut));
    }
}

/// Who and what there is.
impl LocalDiscord {
    pub fn person(&self, name: &str) -> Person {
        let id = self.account(name, None);
        Person::new(self.shared.clone(), id)
    }

    /// An application with its bot, which have one id here. It may ask for these privileged intents.
    pub fn bot(&self, name: &str, token: &str, privileged: u64) -> Id {
        let bot = Bot { token: token.to_owned(), privileged, is_public: false, is_for_users: false };
        self.account(name, Some(bot))
    }

    fn account(&self, name: &str, bot: Option<Bot>) -> Id {
        self.shared.change(|world| {
            let id = world.new_id();
            world
                .accounts
                .insert(id, Account { name: name.to_owned(), locale: LOCALE.into(), bot, is_webhook: false });
            id
        })
    }

    /// Anybody may add this application to their guild.
    pub fn make_public(&self, bot: Id) {
        self.change_bot(bot, |bot| bot.is_public = true);
    }

    /// People may install this application for themselves, beside the guilds that have it.
    pub fn allow_user_installs(&self, bot: Id) {
        self.change_bot(bot, |bot| bot.is_for_users = true);
    }

    fn change_bot(&self, bot: Id, act: impl FnOnce(&mut Bot)) {
        self.shared.change(|world| {
            let found = world.accounts.get_mut(&bot).and_then(|account| account.bot.as_mut());
            found.map(act);
        });
    }

    /// A guild whose owner is its first member.
    pub fn guild(&self, name: &str, owner: &Person) -> Id {
        self.shared.change(|world| {
            let id = world.new_id();
            let everyone = Role {
                name: "@everyone".into(),
                permissions: permissions::EVERYONE,
                is_mentionable: false,
                of_bot: None,
            };
            let guild = Guild {
                name: name.to_owned(),
                owner: owner.id(),
                roles: LiteMap::from_iter([(id, everyone)]),
                members: LiteMap::from_iter([(owner.id(), BTreeSet::new())]),
                is_unavailable: false,
            };
            world.guilds.insert(id, guild);
            id
        })
    }

    /// Adds a person or a bot to the guild.
    pub fn join(&self, guild: Id, account: Id) {
        self.shared.change(|world| {
            world.add_member(guild, account);
            events::guild_created(world, guild, account);
        });
    }

    /// Removes a person or a bot from the guild.
    pub fn remove(&self, guild: Id, account: Id) {
        self.shared.change(|world| {
            world.remove_member(guild, account);
            events::guild_deleted(world, guild, account, false);
        });
    }

    /// A new role. The guild's own id names `@everyone`.
    pub fn role(&self, guild: Id, name: &str, permissions: u64, is_mentionable: bool) -> Id {
        self.shared.change(|world| {
            let id = world.new_id();
            if let Some(guild) = world.guilds.get_mut(&guild) {
                let role = Role { name: name.to_owned(), permissions, is_mentionable, of_bot: None };
                guild.roles.insert(id, role);
            }
            id
        })
    }

    /// The role that a bot got of its own when it came into the guild; 0 where it is not.
    pub fn managed_role(&self, guild: Id, bot: Id) -> Id {
        self.shared.read(|world| {
            let mut roles = world.guilds.get(&guild).into_iter().flat_map(|guild| &guild.roles);
            roles.find(|(_, role)| role.of_bot == Some(bot)).map(|(id, _)| *id).unwrap_or_default()
        })
    }

    /// Changes what a role may do.
    pub fn permit(&self, guild: Id, role: Id, permissions: u64) {
        self.shared.change(|world| {
            let role = world.guilds.get_mut(&guild).and_then(|guild| guild.roles.get_mut(&role));
            if let Some(role) = role {
                role.permissions = permissions;
            }
        });
    }

    pub fn give_role(&self, guild: Id, role: Id, account: Id) {
        self.shared.change(|world| {
            let member = world.guilds.get_mut(&guild).and_then(|guild| guild.members.get_mut(&account));
            member.map(|roles| roles.insert(role));
        });
    }

    pub fn take_role(&self, guild: Id, role: Id, account: Id) {
        self.shared.change(|world| {
            let member = world.guilds.get_mut(&guild).and_then(|guild| guild.members.get_mut(&account));
            member.map(|roles| roles.remove(&role));
        });
    }

    pub fn channel(&self, guild: Id, name: &str) -> Id {
        let place = Place::Text { guild, overwrites: Vec::new() };
        self.shared.change(|world| writing::open(world, name, place))
    }

    /// A thread in a text channel.
    pub fn thread(&self, parent: Id, name: &str) -> Id {
        self.shared.change(|world| {
            let guild = world.guild_of(parent).unwrap_or_default();
            let place = Place::Thread { guild, parent, is_archived: false, is_locked: false };
            writing::open(world, name, place)
        })
    }

    /// Closes a thread. Whoever writes into it opens it again; a locked one is opened by moderators only.
    pub fn archive(&self, thread: Id, locked: bool) {
        self.change_thread(thread, |is_archived, is_locked| (*is_archived, *is_locked) = (true, locked));
    }

    /// Only moderators write into the thread from now on, which stays open.
    pub fn lock(&self, thread: Id) {
        self.change_thread(thread, |_, is_locked| *is_locked = true);
    }

    fn change_thread(&self, thread: Id, act: impl FnOnce(&mut bool, &mut bool)) {
        self.shared.change(|world| {
            if let Some(Place::Thread { is_archived, is_locked, .. }) =
                world.channels.get_mut(&thread).map(|channel| &mut channel.place)
            {
                act(is_archived, is_locked);
            }
            events::channel_changed(world, "THREAD_UPDATE", thread);
        });
    }

    /// Adds an exception to what is allowed in a text channel.
    pub fn overwrite(&self, channel: Id, overwrite: Overwrite) {
        self.shared.change(|world| {
            if let Some(Place::Text { overwrites, .. }) =
                world.channels.get_mut(&channel).map(|channel| &mut channel.place)
            {
                overwrites.push(overwrite);
            }
            events::channel_changed(world, "CHANNEL_UPDATE", channel);
        });
    }

    /// The guild cannot be served for now; nobody left it.
    pub fn outage(&self, guild: Id) {
        self.set_unavailable(guild, true);
    }

    pub fn recovery(&self, guild: Id) {
        self.set_unavailable(guild, false);
    }

    fn set_unavailable(&self, guild: Id, is_unavailable: bool) {
        self.shared.change(|world| {
            let Some(found) = world.guilds.get_mut(&guild) else { return };
            found.is_unavailable = is_unavailable;
            let members: Vec<Id> = found.members.keys().copied().collect();
            for member in members {
                if is_unavailable {
                    events::guild_deleted(world, guild, member, true);
                } else {
                    events::guild_created(world, guild, member);
                }
            }
        });
    }
}

/// What things are called.
impl LocalDiscord {
    /// What is shown for a mention.
    pub fn shown_as(&self, mention: &Mention) -> String {
        self.shared
            .read(|world| match mention {
                Mention::Account(id) => world.accounts.get(id).map(|account| format!("@{}", account.name)),
                Mention::Role(id) => world
                    .guilds
                    .values()
                    .find_map(|guild| guild.roles.get(id))
                    .map(|role| format!("@{}", role.name.trim_start_matches('@'))),
                Mention::Channel(id) => world.channels.get(id).map(|channel| format!("#{}", channel.name)),
                Mention::Command { name, .. } => Some(format!("/{name}")),
                Mention::Everyone | Mention::Here => Some(mention.to_string()),
            })
            .unwrap_or_else(|| "@unknown".to_owned())
    }

    /// The text with each `@name` of an account as the mention that a client makes of a name that is picked.
    pub fn with_mentions(&self, text: &str) -> String {
        self.shared.read(|world| {
            let mut names: Vec<(&str, Id)> =
                world.accounts.iter().map(|(id, account)| (account.name.as_str(), *id)).collect();
            // The longest first: it may begin with another one.
            names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
            mentions::picked(text, &names)
        })
    }

    /// The text channels and threads that this person sees, each with the channel that a thread belongs to.
    pub fn channels_of(&self, person: &Person) -> Vec<(Id, String, Option<Id>)> {
        self.shared.read(|world| {
            let is_seen = |id: &Id| world.may(person.id(), *id, permissions::VIEW_CHANNEL);
            let seen = world.channels.iter().filter(|(id, _)| is_seen(id));
            seen.filter_map(|(id, channel)| match channel.place {
                Place::Text { .. } => Some((*id, channel.name.clone(), None)),
                Place::Thread { parent, .. } => Some((*id, channel.name.clone(), Some(parent))),
                Place::Direct { .. } => None,
            })
            .collect()
        })
    }
}

/// Messages that no person and no bot writes.
impl LocalDiscord {
    /// "Ann pinned a message to this channel": the newest one.
    pub fn pin_notice(&self, channel: Id, by: &Person) -> Id {
        self.shared.change(|world| {
            let messages = world.channels.get(&channel).map(|channel| &channel.messages);
            let pinned = messages.and_then(|messages| messages.keys().next_back()).copied();
            let kind = Kind::PinNotice { pinned };
            writing::post(world, Draft { kind, ..Draft::new(by.id(), channel, "") })
        })
    }

    /// "Bob is here", as a guild's channel for such news says it.
    pub fn join_notice(&self, channel: Id, who: &Person) -> Id {
        self.shared.change(|world| {
            let kind = Kind::JoinNotice;
            writing::post(world, Draft { kind, ..Draft::new(who.id(), channel, "") })
        })
    }

    /// The webhook of that name writes into the channel.
    pub fn webhook_says(&self, channel: Id, name: &str, text: &str) -> Id {
        self.shared.change(|world| {
            let is_meant = |account: &Account| account.is_webhook && account.name == name;
            let found = world.accounts.iter().find(|(_, account)| is_meant(account)).map(|(id, _)| *id);
            let webhook = found.unwrap_or_else(|| world.new_id());
            let account =
                Account { name: name.to_owned(), locale: LOCALE.into(), bot: None, is_webhook: true };
            world.accounts.insert(webhook, account);
            writing::post(world, Draft::new(webhook, channel, text))
        })
    }
}

/// What goes wrong on purpose.
impl LocalDiscord {
    pub fn fail(&self, fault: Fault) {
        self.shared.change(|world| world.faults.switch_on(fault));
    }

    /// Ends every gateway connection without a word. Sessions can be resumed.
    pub fn cut(&self) {
        self.to_all_connected(&Frame::Cut);
    }

    /// Closes every gateway connection with a code.
    pub fn close(&self, code: u16) {
        self.to_all_connected(&Frame::Close(code));
    }

    /// Op 7: clients are to connect again, and resume.
    pub fn ask_to_reconnect(&self) {
        self.to_all_connected(&Frame::Text(json!({ "op": 7, "d": null })));
    }

    /// Op 9. What cannot be resumed is forgotten.
    pub fn invalidate_sessions(&self, can_resume: bool) {
        self.to_all_connected(&Frame::Text(json!({ "op": 9, "d": can_resume })));
        if !can_resume {
            self.forget_sessions();
        }
    }

    /// No session can be resumed any more. Connected clients are not told, and hear nothing from then on.
    pub fn forget_sessions(&self) {
        self.shared.change(|world| world.sessions.clear());
    }

    /// An event as it is, whatever is in it: real ones that changed on their way, or what Discord has not thought of
    /// yet.
    pub fn deliver(&self, name: &str, event: &Value) {
        self.shared.change(|world| events::anything(world, name, event));
    }

    /// A whole frame of the gateway, as it is and without a number.
    pub fn deliver_frame(&self, frame: Value) {
        self.to_all_connected(&Frame::Text(frame));
    }

    fn to_all_connected(&self, frame: &Frame) {
        self.shared.change(|world| events::to_all_connected(world, frame));
    }

    /// How many messages each channel takes from bots in how long. It is 5 in 5 s unless a test says otherwise;
    /// from now on the count begins anew.
    pub fn message_bucket(&self, messages: usize, window: Duration) {
        self.shared.change(|world| world.buckets = Buckets::new(messages, window));
    }

    /// READY comes as a zlib frame from now on, where the client says that it reads those. Only a test wants it: the
    /// compressor is the test's, not the program's.
    pub fn compress_ready(&self, compressor: Compressor) {
        self.shared.change(|world| world.gateway.compressor = Some(compressor));
    }

    pub fn acknowledge_heartbeats(&self, on: bool) {
        self.shared.change(|world| world.gateway.acknowledges_heartbeats = on);
    }

    /// Ends every gateway connection, and takes no other until it is opened again.
    pub fn shut_gateway(&self, on: bool) {
        self.shared.change(|world| world.gateway.is_shut = on);
        if on {
            self.cut();
        }
    }

    /// For connections from now on.
    pub fn heartbeat_interval(&self, interval: Duration) {
        self.shared.change(|world| world.gateway.heartbeat_interval = interval);
    }
}

/// Files that people attach to commands.
impl LocalDiscord {
    /// Applications are told that a file has so many bytes, whatever it has.
    pub fn announce_size(&self, upload: Id, size: u64) {
        self.change_upload(upload, |upload| upload.announced = size);
    }

    /// Applications are told that a file lies at this address.
    pub fn announce_address(&self, upload: Id, address: &str) {
        self.change_upload(upload, |upload| upload.elsewhere = Some(address.to_owned()));
    }

    fn change_upload(&self, upload: Id, act: impl FnOnce(&mut Upload)) {
        self.shared.change(|world| world.uploads.get_mut(&upload).map(act));
    }
}

/// For who runs it for hours.
impl LocalDiscord {
    /// Requests, messages, interactions and events until now: as if they had never been. What is under way then is
    /// lost, as is what a client that is not connected has not heard; and [`requests_after`](Self::requests_after) counts
    /// anew.
    pub fn forget_the_past(&self) {
        self.shared.change(|world| {
            world.records.clear();
            world.interactions.clear();
            world.tokens.clear();
            world.uploads.clear();
            world.channels.iter_mut().for_each(|(_, channel)| channel.messages.clear());
            world.sessions.iter_mut().for_each(|(_, session)| session.forget());
        });
    }
}

/// What has come.
impl LocalDiscord {
    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.read(|world| world.records.clone())
    }

    /// Those after the first so many, in order.
    pub fn requests_after(&self, first: usize) -> Vec<Recorded> {
        self.shared.read(|world| world.records.iter().skip(first).cloned().collect())
    }

    /// The first request that is as wanted, if it comes within the limit.
    pub async fn request_when(
        &self,
        limit: Duration,
        is_meant: impl Fn(&Recorded) -> bool,
    ) -> Option<Recorded> {
        // Each request is looked at once, however many come.
        let mut seen = 0;
        let look = || {
            let new = self.shared.read(|world| world.records[seen..].to_vec());
            seen += new.len();
            new.into_iter().find(|one| is_meant(one))
        };
        self.shared.wait(Topic::Traffic, limit, look).await
    }

    /// What bots wrote in reply to a message or to an interaction, and is no deferred response any more.
    pub fn answers_to(&self, asked: Id) -> Vec<Shown> {
        self.shared.read(|world| {
            let later = world.channels.values().flat_map(|channel| channel.messages.range(asked..));
            let is_answer = |message: &Message| {
                let is_meant = message.reply_to == Some(asked) || message.answers == Some(asked);
                is_meant && !message.is_thinking && world.bot(message.author).is_some()
            };
            let answers = later.map(|(_, message)| message).filter(|message| is_answer(message));
            answers.map(|message| Shown::of(world, message)).collect()
        })
    }

    /// The same as soon as there are some; none where the limit passed.
    pub async fn answers_when(&self, asked: Id, limit: Duration) -> Vec<Shown> {
        let look = || Some(self.answers_to(asked)).filter(|answers| !answers.is_empty());
        self.shared.wait(Topic::Traffic, limit, look).await.unwrap_or_default()
    }

    /// Every event that the gateway has told clients, as it was sent.
    pub fn events(&self) -> Vec<Value> {
        self.shared.read(|world| world.sessions.values().flat_map(Session::events).cloned().collect())
    }

    /// The event by which applications heard of this message, or of this interaction, as it was sent.
    pub fn event_of(&self, asked: Id) -> Option<Value> {
        let asked = asked.to_string();
        let is_meant = |event: &&Value| {
            matches!(event["t"].as_str(), Some("MESSAGE_CREATE" | "INTERACTION_CREATE"))
                && event["d"]["id"] == asked
        };
        self.shared.read(|world| world.sessions.values().flat_map(Session::events).find(is_meant).cloned())
    }

    /// The event of the interaction that a message answers.
    pub fn interaction_behind(&self, message: Id) -> Option<Value> {
        let answered = self.shared.read(|world| {
            let channel = world.channel_of(message)?;
            world.message(channel, message)?.answers
        });
        self.event_of(answered?)
    }

    /// The requests that made, changed or removed this message, and those that answered the same interaction.
    pub fn requests_about(&self, message: Id) -> Vec<Recorded> {
        self.shared.read(|world| {
            let found = world.channel_of(message).and_then(|channel| world.message(channel, message));
            let asked = found.and_then(|found| found.reply_to).map(|id| id.to_string());
            let interaction = found.and_then(|found| world.interactions.get(&found.answers?));
            let steps = [Some(message.to_string()), interaction.map(|interaction| interaction.token.clone())];
            let is_about = |request: &&Recorded| {
                let replied_to = request.body["message_reference"]["message_id"].as_str();
                let is_step = |step: &str| steps.iter().flatten().any(|meant| meant == step);
                replied_to.is_some() && replied_to == asked.as_deref() || request.path.split('/').any(is_step)
            };
            world.records.iter().filter(is_about).cloned().collect()
        })
    }

    /// Every message by which a bot notified somebody, in order: those for one person, and those that are gone
    /// by now, too.
    pub fn pinged_anybody(&self) -> Vec<Shown> {
        self.shared.read(|world| world.pings_by_bots.clone())
    }

    /// Whether the bot is connected, now or within the limit.
    pub async fn is_connected(&self, bot: Id, limit: Duration) -> bool {
        let is_there =
            |world: &World| world.sessions.values().any(|one| one.bot == bot && one.is_connected());
        let look = || self.shared.read(is_there).then_some(());
        self.shared.wait(Topic::Traffic, limit, look).await.is_some()
    }

    /// How often clients have identified: a resume does not count.
    pub fn sessions(&self) -> usize {
        self.shared.read(|world| world.sessions.len())
    }
}
