//! The JSON that Discord writes: users, guilds, channels, messages, interactions.

use serde_json::{Map, Value, json};

use super::events::{GUILD_MEMBERS, GUILD_PRESENCES, MESSAGE_CONTENT};
use super::limits::EPHEMERAL;
use super::permissions::{Overwrite, Whom};
use super::world::{Id, Interaction, InteractionKind, Kind, Message, Place, World};

const LOADING: u64 = 1 << 7;
/// That people may attach, without boosts: 10 MiB.
pub const LARGEST_FILE: usize = 10 << 20;
/// Long ago enough for everything that is asked of an account or a member.
const JOINED: &str = "2020-01-01T00:00:00.000000+00:00";
/// The flags of an application that was granted a privileged intent and is in fewer than a hundred guilds.
const LIMITED: [(u64, u64); 3] =
    [(GUILD_PRESENCES, 1 << 13), (GUILD_MEMBERS, 1 << 15), (MESSAGE_CONTENT, 1 << 19)];

pub fn user(world: &World, id: Id) -> Value {
    let is_webhook = world.is_webhook(id);
    json!({
        "id": id.to_string(), "username": world.name_of(id), "global_name": null, "avatar": null,
        "discriminator": if is_webhook { "0000" } else { "0" },
        "bot": is_webhook || world.bot(id).is_some(),
    })
}

pub fn current_user(world: &World, id: Id) -> Value {
    let mut user = user(world, id);
    user["email"] = Value::Null;
    user["verified"] = json!(true);
    user["mfa_enabled"] = json!(false);
    user["flags"] = json!(0);
    user
}

pub fn application(world: &World, id: Id) -> Value {
    let bot = world.bot(id);
    let granted = bot.map_or(0, |bot| bot.privileged);
    let flags = LIMITED.iter().filter(|(intent, _)| granted & intent != 0).map(|(_, flag)| flag).sum::<u64>();
    let guilds = world.guilds.values().filter(|guild| guild.members.contains_key(&id)).count();
    // 0 is a guild, 1 a user: where it can be installed.
    let mut installs = json!({ "0": {} });
    if bot.is_some_and(|bot| bot.is_for_users) {
        installs["1"] = json!({});
    }
    json!({
        "id": id.to_string(), "name": world.name_of(id), "icon": null, "description": "",
        "bot_public": bot.is_some_and(|bot| bot.is_public), "bot_require_code_grant": false,
        "verify_key": "0".repeat(64), "team": null, "owner": null, "flags": flags,
        "integration_types_config": installs, "approximate_guild_count": guilds,
    })
}

/// `user` is left out where the surrounding message or event has it.
pub fn member(world: &World, guild: Id, account: Id, with_user: bool) -> Option<Value> {
    let roles = world.guilds.get(&guild)?.members.get(&account)?;
    let roles: Vec<String> = roles.iter().map(Id::to_string).collect();
    let mut member = json!({
        "roles": roles, "nick": null, "avatar": null, "joined_at": JOINED, "premium_since": null,
        "deaf": false, "mute": false, "flags": 0, "pending": false, "communication_disabled_until": null,
    });
    if with_user {
        member["user"] = user(world, account);
    }
    Some(member)
}

pub fn roles(world: &World, guild: Id) -> Vec<Value> {
    let Some(found) = world.guilds.get(&guild) else { return Vec::new() };
    let role = |(position, (id, role)): (usize, (&Id, &super::world::Role))| {
        let mut payload = json!({
            "id": id.to_string(), "name": role.name, "permissions": role.permissions.to_string(),
            "mentionable": role.is_mentionable, "position": position, "hoist": false,
            "managed": role.of_bot.is_some(),
            "color": 0, "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
            "icon": null, "unicode_emoji": null, "flags": 0,
        });
        if let Some(bot) = role.of_bot {
            payload["tags"] = json!({ "bot_id": bot.to_string() });
        }
        payload
    };
    found.roles.iter().enumerate().map(role).collect()
}

/// A guild as REST gives it.
pub fn guild(world: &World, id: Id) -> Option<Value> {
    let guild = world.guilds.get(&id)?;
    Some(json!({
        "id": id.to_string(), "name": guild.name, "owner_id": guild.owner.to_string(),
        "roles": roles(world, id), "emojis": [], "stickers": [], "features": [], "icon": null,
        "icon_hash": null, "splash": null, "discovery_splash": null, "banner": null, "description": null,
        "afk_channel_id": null, "afk_timeout": 300, "verification_level": 0,
        "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
        "application_id": null, "system_channel_id": null, "system_channel_flags": 0,
        "rules_channel_id": null, "public_updates_channel_id": null, "safety_alerts_channel_id": null,
        "vanity_url_code": null, "premium_tier": 0, "premium_subscription_count": 0,
        "preferred_locale": "en-US", "nsfw_level": 0, "premium_progress_bar_enabled": false,
        "incidents_data": null,
    }))
}

/// A guild as the gateway announces it to `bot`: with the channels, which REST gives elsewhere.
pub fn guild_create(world: &World, id: Id, bot: Id) -> Option<Value> {
    let mut payload = guild(world, id)?;
    let (mut channels, mut threads) = (Vec::new(), Vec::new());
    for (channel_id, found) in &world.channels {
        match found.place {
            Place::Text { guild, .. } if guild == id => channels.push(channel(world, *channel_id)),
            Place::Thread { guild, is_archived: false, .. } if guild == id => {
                threads.push(channel(world, *channel_id));
            }
            _ => {}
        }
    }
    payload["channels"] = json!(channels);
    payload["threads"] = json!(threads);
    // Without the privileged intent, of the members only the bot itself is told.
    payload["members"] = json!([member(world, id, bot, true)]);
    payload["member_count"] = json!(world.guilds.get(&id).map_or(0, |guild| guild.members.len()));
    payload["joined_at"] = json!(JOINED);
    payload["large"] = json!(false);
    payload["unavailable"] = json!(false);
    for empty in
        ["voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"]
    {
        payload[empty] = json!([]);
    }
    Some(payload)
}

pub fn channel(world: &World, id: Id) -> Option<Value> {
    let channel = world.channels.get(&id)?;
    let last = channel.messages.keys().next_back().map(Id::to_string);
    Some(match &channel.place {
        Place::Text { guild, overwrites } => json!({
            "id": id.to_string(), "type": 0, "guild_id": guild.to_string(), "name": channel.name,
            "position": 0, "topic": null, "nsfw": false, "rate_limit_per_user": 0, "parent_id": null,
            "last_message_id": last, "flags": 0,
            "permission_overwrites": overwrites.iter().map(overwrite).collect::<Vec<Value>>(),
        }),
        Place::Thread { guild, parent, is_archived, is_locked } => json!({
            "id": id.to_string(), "type": 11, "guild_id": guild.to_string(), "name": channel.name,
            "parent_id": parent.to_string(), "last_message_id": last, "rate_limit_per_user": 0, "flags": 0,
            "message_count": channel.messages.len(), "member_count": 1,
            "thread_metadata": {
                "archived": is_archived, "locked": is_locked, "auto_archive_duration": 1440,
                "archive_timestamp": JOINED, "create_timestamp": JOINED,
            },
        }),
        Place::Direct { between } => {
            // A direct channel names the person, whichever of the two that is.
            let person = between.iter().find(|account| world.bot(**account).is_none()).unwrap_or(&between[0]);
            json!({ "id": id.to_string(), "type": 1, "recipients": [user(world, *person)], "last_message_id": last })
        }
    })
}

fn overwrite(overwrite: &Overwrite) -> Value {
    let (id, kind) = match overwrite.whom {
        Whom::Role(id) => (id, 0),
        Whom::Member(id) => (id, 1),
    };
    let (allow, deny) = (overwrite.allow.to_string(), overwrite.deny.to_string());
    json!({ "id": id.to_string(), "type": kind, "allow": allow, "deny": deny })
}

/// A message as an application is shown it. Without the intent, which `reads_all` says, it reads what is
/// addressed to it; that holds for a message that is answered just as for the answer.
pub fn message_for(world: &World, message: &Message, reader: Id, reads_all: bool) -> Value {
    let is_readable = |message: &Message| reads_all || reads_anyway(world, message, reader);
    let mut payload = self::message(world, message);
    if !is_readable(message) {
        hide_content(&mut payload);
    }
    let answered = message.reply_to.and_then(|id| world.message(message.channel, id));
    if answered.is_some_and(|answered| !is_readable(answered)) {
        hide_content(&mut payload["referenced_message"]);
    }
    payload
}

/// What an application reads without the intent: its own messages, direct messages, and what mentions it. A
/// reply with ping mentions whom it answers.
fn reads_anyway(world: &World, message: &Message, bot: Id) -> bool {
    let is_direct = world.guild_of(message.channel).is_none();
    is_direct || message.author == bot || message.mentions.accounts.contains(&bot)
}

fn hide_content(message: &mut Value) {
    message["content"] = json!("");
    for hidden in ["embeds", "attachments", "components"] {
        message[hidden] = json!([]);
    }
    let snapshots = message.get_mut("message_snapshots").and_then(Value::as_array_mut);
    for snapshot in snapshots.into_iter().flatten() {
        hide_content(&mut snapshot["message"]);
    }
}

/// A message in full, with the one that it answers.
pub fn message(world: &World, message: &Message) -> Value {
    let mut payload = bare_message(world, message);
    if let Some(replied_to) = message.reply_to {
        payload["message_reference"] = reference(world, 0, message.channel, replied_to);
        // Null says that it was deleted.
        let found = world.message(message.channel, replied_to);
        payload["referenced_message"] = found.map_or(Value::Null, |found| bare_message(world, found));
    }
    payload
}

/// `kind` is 0 where the message is answered or told of, and 1 where it is forwarded.
fn reference(world: &World, kind: u8, channel: Id, message: Id) -> Value {
    json!({
        "type": kind, "message_id": message.to_string(), "channel_id": channel.to_string(),
        "guild_id": world.guild_of(channel).map(|guild| guild.to_string()),
    })
}

/// What a forward keeps of a message.
pub fn snapshot(world: &World, message: &Message) -> Value {
    const KEPT: [&str; 10] = [
        "type",
        "content",
        "mentions",
        "mention_roles",
        "attachments",
        "embeds",
        "timestamp",
        "edited_timestamp",
        "flags",
        "components",
    ];
    let full = bare_message(world, message);
    KEPT.iter().map(|field| ((*field).to_owned(), full[*field].clone())).collect::<Map<_, _>>().into()
}

fn bare_message(world: &World, message: &Message) -> Value {
    let body = &message.body;
    let mentions: Vec<Value> = message.mentions.accounts.iter().map(|id| user(world, *id)).collect();
    let roles: Vec<String> = message.mentions.roles.iter().map(Id::to_string).collect();
    let ephemeral = if message.only_for.is_some() { EPHEMERAL } else { 0 };
    let loading = if message.is_thinking { LOADING } else { 0 };
    let mut payload = json!({
        "id": message.id.to_string(), "channel_id": message.channel.to_string(),
        "author": user(world, message.author), "content": body.content, "embeds": body.embeds,
        "components": body.components, "attachments": attachments(message), "timestamp": message.written,
        "edited_timestamp": message.edited, "tts": false, "mention_everyone": message.mentions.everyone,
        "mentions": mentions, "mention_roles": roles, "pinned": false, "type": kind(world, message),
        "flags": body.flags | ephemeral | loading, "reactions": reactions(world, message),
    });
    if let Some(nonce) = &message.nonce {
        payload["nonce"] = nonce.clone();
    }
    match &message.kind {
        Kind::Forward { channel, message, snapshot } => {
            payload["message_reference"] = reference(world, 1, *channel, *message);
            payload["message_snapshots"] = json!([{ "message": snapshot }]);
        }
        Kind::PinNotice { pinned: Some(pinned) } => {
            payload["message_reference"] = reference(world, 0, message.channel, *pinned);
        }
        _ => {}
    }
    if world.is_webhook(message.author) {
        payload["webhook_id"] = json!(message.author.to_string());
    }
    if let Some(interaction) = message.answers.and_then(|id| world.interactions.get(&id)) {
        let application = interaction.application.to_string();
        payload["webhook_id"] = json!(application);
        payload["application_id"] = json!(application);
        payload["interaction_metadata"] = metadata(world, interaction);
    }
    payload
}

/// Where a message came from: each kind of interaction has one more field.
fn metadata(world: &World, interaction: &Interaction) -> Value {
    let mut metadata = json!({
        "id": interaction.id.to_string(), "type": interaction.kind as u8, "user": user(world, interaction.by),
        "authorizing_integration_owners": {},
    });
    if interaction.kind == InteractionKind::Component {
        metadata["interacted_message_id"] = json!(interaction.on.map(|id| id.to_string()));
    }
    if let Some(opened_by) = interaction.opened_by.and_then(|id| world.interactions.get(&id)) {
        metadata["triggering_interaction_metadata"] = self::metadata(world, opened_by);
    }
    metadata
}

/// A notice, a plain message, a reply, or the answer to a slash command. What answers a button is plain here.
fn kind(world: &World, message: &Message) -> u8 {
    match message.kind {
        Kind::PinNotice { .. } => return 6,
        Kind::JoinNotice => return 7,
        Kind::Written | Kind::Forward { .. } => {}
    }
    let answered = message.answers.and_then(|id| world.interactions.get(&id));
    match answered {
        Some(interaction) if interaction.kind == InteractionKind::Command => 20,
        _ if message.reply_to.is_some() => 19,
        _ => 0,
    }
}

fn attachments(message: &Message) -> Vec<Value> {
    let attachment = |file: &super::world::File| {
        let url =
            format!("https://cdn.discordapp.com/attachments/{}/{}/{}", message.channel, file.id, file.name);
        json!({
            "id": file.id.to_string(), "filename": file.name, "description": file.description,
            "size": file.bytes.len(), "url": url, "proxy_url": url, "ephemeral": message.only_for.is_some(),
        })
    };
    message.body.files.iter().map(attachment).collect()
}

/// A file that comes with a command. Its address holds the name as far as that is plain.
pub fn upload(world: &World, application: Id, id: Id) -> Option<Value> {
    let upload = world.uploads.get(&id)?;
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
    let name: String = upload.name.chars().map(plain).collect();
    let name = if name.is_empty() { "unknown" } else { &name };
    let here =
        format!("{}/ephemeral-attachments/{application}/{id}/{name}?ex=6&is=5&hm={id:x}", world.origin);
    let address = upload.elsewhere.as_ref().unwrap_or(&here);
    Some(json!({
        "id": id.to_string(), "filename": upload.name, "size": upload.announced, "url": address,
        "proxy_url": address, "ephemeral": true,
    }))
}

fn reactions(world: &World, message: &Message) -> Vec<Value> {
    let reaction = |(emoji, by): (&String, &std::collections::BTreeSet<Id>)| {
        json!({
            "count": by.len(), "count_details": { "burst": 0, "normal": by.len() }, "me": by.iter().any(|id| world.bot(*id).is_some()),
            "me_burst": false, "emoji": { "id": null, "name": emoji }, "burst_colors": [],
        })
    };
    message.reactions.iter().map(reaction).collect()
}

/// An interaction as the gateway delivers it; `data` is what was invoked.
pub fn interaction(world: &World, interaction: &Interaction, data: Value) -> Value {
    let (by, place) = (interaction.by, interaction.channel);
    let guild = world.guild_of(place);
    let locale = world.accounts.get(&by).map(|account| &account.locale);
    let mut payload = json!({
        "id": interaction.id.to_string(), "application_id": interaction.application.to_string(),
        "type": interaction.kind as u8, "token": interaction.token, "version": 1,
        "channel_id": place.to_string(), "channel": channel(world, place), "data": data,
        "locale": locale, "entitlements": [], "attachment_size_limit": LARGEST_FILE,
        "app_permissions": world.permissions(interaction.application, place).to_string(),
        "context": if guild.is_some() { 0 } else { 1 },
        "authorizing_integration_owners": { "0": guild.unwrap_or(0).to_string() },
    });
    payload["channel"]["permissions"] = json!(world.permissions(by, place).to_string());
    match guild {
        Some(guild) => {
            payload["guild_id"] = json!(guild.to_string());
            payload["guild_locale"] = json!("en-US");
            payload["member"] = member(world, guild, by, true).unwrap_or_default();
            payload["member"]["permissions"] = json!(world.permissions(by, place).to_string());
        }
        None => payload["user"] = user(world, by),
    }
    if let Some(message) = interaction.on.and_then(|id| world.message(place, id)) {
        payload["message"] = self::message(world, message);
    }
    payload
}

/// Whom a command is shown to: its description says a number, most libraries send it as text, and both are taken.
pub fn default_member_permissions(command: &Value) -> Option<u64> {
    match &command["default_member_permissions"] {
        Value::Null => None,
        Value::String(number) => Some(number.parse().unwrap_or(0)),
        number => Some(number.as_u64().unwrap_or(0)),
    }
}

/// A registered command as REST gives it.
pub fn command(command: &super::world::Command) -> Value {
    let mut payload = command.body.as_object().cloned().unwrap_or_else(Map::new);
    payload.insert("id".into(), json!(command.id.to_string()));
    payload.insert("version".into(), json!(command.id.to_string()));
    payload.insert("application_id".into(), json!(command.application.to_string()));
    payload.entry("description").or_insert(json!(""));
    if let Some(permissions) = default_member_permissions(&command.body) {
        payload.insert("default_member_permissions".into(), json!(permissions.to_string()));
    }
    if let Some(guild) = command.guild {
        payload.insert("guild_id".into(), json!(guild.to_string()));
    }
    Value::Object(payload)
}
