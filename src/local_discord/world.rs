//! Everything that exists in the local Discord, as plain data: accounts, guilds, channels, messages,
//! interactions, commands, gateway sessions.
//!
//! It knows neither HTTP nor sockets: [`super::rest`], [`super::gateway`] and [`super::person`] change it under
//! one lock, so that what happens has one order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use litemap::LiteMap;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::bucket::Buckets;
use super::faults::Faults;
use super::gateway::{Compressor, Frame, Session};
use super::permissions::{self, Overwrite};
use super::record::Recorded;
use super::screen::Shown;

/// A snowflake. Ids are given in the order of creation, so they sort by time, as Discord's do.
pub type Id = u64;

/// Like a real snowflake: 19 digits, which a JSON number could not carry.
const FIRST_ID: Id = 1_400_000_000_000_000_000;

/// How long an application has for its first response.
pub const FIRST_RESPONSE: Duration = Duration::from_secs(3);
/// How long an interaction's token serves edits and follow-ups.
pub const TOKEN_LIFE: Duration = Duration::from_secs(15 * 60);
/// How long the typing sign stays.
const TYPING: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct World {
    last_id: Id,
    /// Where this Discord is reached, as in `http://127.0.0.1:3000`.
    pub origin: String,
    /// When the clock was stopped: from then on it moves only by being put ahead.
    pub stopped: Option<Instant>,
    /// How far the clock was put ahead.
    ahead: Duration,
    pub accounts: LiteMap<Id, Account>,
    pub guilds: LiteMap<Id, Guild>,
    pub channels: LiteMap<Id, Channel>,
    /// When an account said last that it is typing, by channel.
    pub typing: LiteMap<(Id, Id), Instant>,
    /// What people attached to commands.
    pub uploads: LiteMap<Id, Upload>,
    pub interactions: LiteMap<Id, Interaction>,
    /// The interactions by their tokens.
    pub tokens: LiteMap<String, Id>,
    pub commands: LiteMap<Id, Command>,
    /// When commands were created, by application and scope.
    pub created_commands: LiteMap<(Id, Option<Id>), Vec<Instant>>,
    pub sessions: LiteMap<String, Session>,
    /// Every gateway connection, whether it has a session or not.
    pub connections: Vec<UnboundedSender<Frame>>,
    pub gateway: GatewayOptions,
    /// The channels in which something was done that people may see, until it is told who waits for it.
    pub touched: BTreeSet<Id>,
    pub faults: Faults,
    pub buckets: Buckets,
    pub records: Vec<Recorded>,
    /// Every message by which a bot notified somebody, as it was then, even if it is gone by now.
    pub pings_by_bots: Vec<Shown>,
}

pub struct Account {
    pub name: String,
    /// The language of the client.
    pub locale: String,
    pub bot: Option<Bot>,
    /// A webhook only writes: it is in no guild, and nobody can look it up.
    pub is_webhook: bool,
}

pub struct Bot {
    pub token: String,
    /// The privileged intents that the application was granted.
    pub privileged: u64,
    /// Whether anybody may add it to their guild.
    pub is_public: bool,
    /// Whether people may install it for themselves, in no guild.
    pub is_for_users: bool,
}

pub struct Guild {
    pub name: String,
    pub owner: Id,
    /// The role with the guild's own id is `@everyone`.
    pub roles: LiteMap<Id, Role>,
    pub members: LiteMap<Id, BTreeSet<Id>>,
    /// During an outage a guild is there, but not served.
    pub is_unavailable: bool,
}

pub struct Role {
    pub name: String,
    pub permissions: u64,
    pub is_mentionable: bool,
    /// The bot whose own role it is: Discord makes it and takes it away again.
    pub of_bot: Option<Id>,
}

pub struct Channel {
    pub name: String,
    pub place: Place,
    pub messages: BTreeMap<Id, Message>,
}

pub enum Place {
    Text { guild: Id, overwrites: Vec<Overwrite> },
    Thread { guild: Id, parent: Id, is_archived: bool, is_locked: bool },
    Direct { between: [Id; 2] },
}

pub struct Message {
    pub id: Id,
    pub channel: Id,
    pub author: Id,
    pub kind: Kind,
    pub body: Body,
    pub reply_to: Option<Id>,
    /// The interaction that it answers.
    pub answers: Option<Id>,
    pub nonce: Option<Value>,
    pub reactions: LiteMap<String, BTreeSet<Id>>,
    /// When it was written, and when it was last edited, as Discord writes times.
    pub written: String,
    pub edited: Option<String>,
    /// Only this account sees it.
    pub only_for: Option<Id>,
    /// A deferred response: "… is thinking".
    pub is_thinking: bool,
    pub mentions: Mentions,
    /// Who got a notification.
    pub pinged: BTreeSet<Id>,
}

/// Whether somebody wrote the message.
#[derive(Clone, Default)]
pub enum Kind {
    #[default]
    Written,
    /// It shows another message as that was then; nothing in it is its own.
    Forward { channel: Id, message: Id, snapshot: Value },
    /// Discord says that the author pinned this message.
    PinNotice { pinned: Option<Id> },
    /// Discord says that the author came into the guild.
    JoinNotice,
}

/// What can be written and edited of a message.
#[derive(Clone, Default)]
pub struct Body {
    pub content: String,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    pub files: Vec<File>,
    pub flags: u64,
}

#[derive(Clone)]
pub struct File {
    pub id: Id,
    pub name: String,
    pub description: Option<String>,
    pub bytes: Vec<u8>,
}

/// A file that a person attaches to a command.
pub struct Upload {
    pub by: Id,
    pub name: String,
    pub bytes: Vec<u8>,
    /// The length that applications are told, in bytes.
    pub announced: u64,
    /// The address that applications are told, where it is not here.
    pub elsewhere: Option<String>,
}

/// Whom a message names so that Discord recognises it.
#[derive(Clone, Default)]
pub struct Mentions {
    pub accounts: BTreeSet<Id>,
    pub roles: BTreeSet<Id>,
    pub everyone: bool,
}

pub struct Interaction {
    pub id: Id,
    pub token: String,
    pub kind: InteractionKind,
    pub application: Id,
    pub by: Id,
    pub channel: Id,
    /// What was invoked, as a person would call it.
    pub called: String,
    /// The message whose component was used.
    pub on: Option<Id>,
    /// Of a submitted form, the interaction that was answered with it.
    pub opened_by: Option<Id>,
    pub born: Instant,
    pub response: Option<Response>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InteractionKind {
    Command = 2,
    Component = 3,
    Autocomplete = 4,
    Modal = 5,
}

/// The first response to an interaction.
#[derive(Clone)]
pub enum Response {
    /// A message of its own, deferred or not; or the one whose component was used.
    Message(Id),
    Choices(Vec<Value>),
    /// The form, and whether the person has sent it.
    Modal {
        form: Value,
        is_submitted: bool,
    },
}

pub struct Command {
    pub id: Id,
    pub application: Id,
    pub guild: Option<Id>,
    /// As it was registered, with its type.
    pub body: Value,
}

pub struct GatewayOptions {
    pub url: String,
    pub heartbeat_interval: Duration,
    pub acknowledges_heartbeats: bool,
    /// READY comes as a zlib frame by it, where the client said that it reads those.
    pub compressor: Option<Compressor>,
    /// Connections are ended before they begin.
    pub is_shut: bool,
}

impl Default for GatewayOptions {
    fn default() -> GatewayOptions {
        GatewayOptions {
            url: String::new(),
            heartbeat_interval: Duration::from_millis(41_250),
            acknowledges_heartbeats: true,
            compressor: None,
            is_shut: false,
        }
    }
}

impl World {
    pub fn new_id(&mut self) -> Id {
        self.last_id += 1;
        FIRST_ID + self.last_id
    }

    pub fn now(&self) -> Instant {
        self.stopped.unwrap_or_else(Instant::now) + self.ahead
    }

    pub fn advance(&mut self, by: Duration) {
        self.ahead += by;
    }

    /// The time of day, as Discord writes it.
    pub fn timestamp(&self) -> String {
        self.time_of_day().strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
    }

    /// The same, as headers count it.
    pub fn seconds_since_1970(&self) -> f64 {
        self.time_of_day().as_duration().as_secs_f64()
    }

    fn time_of_day(&self) -> jiff::Timestamp {
        // The clock is put ahead by minutes: far from the end of time, where the sum would fail.
        jiff::Timestamp::now().checked_add(self.ahead).unwrap_or(jiff::Timestamp::MAX)
    }

    pub fn name_of(&self, account: Id) -> &str {
        self.accounts.get(&account).map_or("somebody unknown", |account| &account.name)
    }

    pub fn bot(&self, account: Id) -> Option<&Bot> {
        self.accounts.get(&account)?.bot.as_ref()
    }

    pub fn is_webhook(&self, account: Id) -> bool {
        self.accounts.get(&account).is_some_and(|account| account.is_webhook)
    }

    pub fn bot_with_token(&self, token: &str) -> Option<Id> {
        let has_token = |account: &Account| account.bot.as_ref().is_some_and(|bot| bot.token == token);
        self.accounts.iter().find(|(_, account)| has_token(account)).map(|(id, _)| *id)
    }

    /// A bot gets a role of its own with it.
    pub fn add_member(&mut self, guild: Id, account: Id) {
        let name = self.name_of(account).to_owned();
        let own_role = self.bot(account).is_some().then(|| self.new_id());
        let Some(guild) = self.guilds.get_mut(&guild) else { return };
        if guild.members.contains_key(&account) {
            return;
        }
        guild.members.insert(account, own_role.into_iter().collect());
        if let Some(id) = own_role {
            let of_bot = Some(account);
            guild.roles.insert(id, Role { name, permissions: 0, is_mentionable: false, of_bot });
        }
    }

    pub fn remove_member(&mut self, guild: Id, account: Id) {
        if let Some(guild) = self.guilds.get_mut(&guild) {
            guild.members.remove(&account);
            guild.roles.retain(|_, role| role.of_bot != Some(account));
        }
    }

    pub fn guild_of(&self, channel: Id) -> Option<Id> {
        match self.channels.get(&channel)?.place {
            Place::Text { guild, .. } | Place::Thread { guild, .. } => Some(guild),
            Place::Direct { .. } => None,
        }
    }

    /// What `account` may do in `channel`; threads follow their parent.
    pub fn permissions(&self, account: Id, channel: Id) -> u64 {
        let Some(found) = self.channels.get(&channel) else { return 0 };
        match &found.place {
            Place::Direct { between } if between.contains(&account) => permissions::DIRECT,
            Place::Direct { .. } => 0,
            Place::Thread { parent, .. } => self.permissions(account, *parent),
            Place::Text { guild, overwrites } => {
                self.guilds.get(guild).map_or(0, |found| permissions::of(found, *guild, overwrites, account))
            }
        }
    }

    pub fn may(&self, account: Id, channel: Id, permission: u64) -> bool {
        self.permissions(account, channel) & permission == permission
    }

    pub fn is_archived(&self, channel: Id) -> bool {
        let place = self.channels.get(&channel).map(|channel| &channel.place);
        matches!(place, Some(Place::Thread { is_archived: true, .. }))
    }

    /// Whose typing sign is shown in the channel.
    pub fn typing_in(&self, channel: Id) -> impl Iterator<Item = Id> {
        let is_fresh = |since: &Instant| self.now().duration_since(*since) < TYPING;
        let here = self.typing.iter().filter(move |((place, _), _)| *place == channel);
        here.filter(move |(_, since)| is_fresh(since)).map(|((_, account), _)| *account)
    }

    /// Everybody who can see the channel.
    pub fn audience(&self, channel: Id) -> BTreeSet<Id> {
        let can_see = |account: &&Id| self.may(**account, channel, permissions::VIEW_CHANNEL);
        self.accounts.keys().filter(can_see).copied().collect()
    }

    pub fn message(&self, channel: Id, message: Id) -> Option<&Message> {
        self.channels.get(&channel)?.messages.get(&message)
    }

    pub fn message_mut(&mut self, channel: Id, message: Id) -> Option<&mut Message> {
        self.channels.get_mut(&channel)?.messages.get_mut(&message)
    }

    /// The channel that a message stands in.
    pub fn channel_of(&self, message: Id) -> Option<Id> {
        self.channels.iter().find(|(_, channel)| channel.messages.contains_key(&message)).map(|(id, _)| *id)
    }

    /// The direct channel between two accounts, opened where there is none.
    pub fn direct_channel(&mut self, one: Id, other: Id) -> Id {
        let is_theirs = |channel: &Channel| matches!(channel.place, Place::Direct { between } if between.contains(&one) && between.contains(&other));
        if let Some((id, _)) = self.channels.iter().find(|(_, channel)| is_theirs(channel)) {
            return *id;
        }
        let id = self.new_id();
        let name = format!("{} and {}", self.name_of(one), self.name_of(other));
        let place = Place::Direct { between: [one, other] };
        self.channels.insert(id, Channel { name, place, messages: BTreeMap::new() });
        id
    }

    /// Whether the first response did not come in time.
    pub fn is_too_late(&self, interaction: &Interaction) -> bool {
        self.now().duration_since(interaction.born) > FIRST_RESPONSE
    }
}
