//! Servers: which are served, which the bot leaves, and what becomes of the data of those that it is in no more.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use minijinja::context;
use serenity::all::{Cache, ChannelId, ChannelType, Guild, GuildId, Permissions};

use super::bot::Bot;
use super::outgoing::Outgoing;
use super::words::Phrase;
use crate::keeping::retention;
use crate::store;

/// How often old data is looked for.
pub const BETWEEN_CLEANINGS: Duration = Duration::from_secs(60 * 60);

/// The bot is connected, and is in these.
pub async fn ready(bot: &Arc<Bot>, present: Vec<GuildId>) {
    for guild in bot.audience.guilds().into_iter().filter(|guild| !present.contains(guild)) {
        tracing::warn!(
            guild = guild.get(),
            "discord.guilds names a server that the bot is not in: invite it there"
        );
    }
    let present: BTreeSet<store::GuildId> =
        present.into_iter().map(|guild| store::GuildId(guild.get())).collect();
    let noted = bot.look_up(move |bot| {
        bot.memory.with(|store| {
            for guild in store.known_guilds()? {
                if present.contains(&guild) {
                    store.note_back(guild)?;
                } else {
                    store.note_left(guild, bot.now())?;
                }
            }
            Ok(())
        })?;
        Ok(())
    });
    // The log tells where the store fails.
    let _ = noted.await;
}

/// The bot is in this one, again or for the first time.
pub async fn entered(bot: &Arc<Bot>, cache: &Cache, guild: &Guild) {
    if bot.audience.serves(guild.id) {
        let id = store::GuildId(guild.id.get());
        let _ = bot.look_up(move |bot| Ok(bot.memory.with(|store| store.note_back(id))?)).await;
        return;
    }
    if bot.audience.guilds().is_empty() {
        tracing::warn!(
            guild = guild.id.get(),
            name = guild.name,
            "this server is not served yet: add its id to discord.guilds in the settings, or to \
             PASSIM_DISCORD__GUILDS, and start again"
        );
        return;
    }
    tracing::warn!(
        guild = guild.id.get(),
        name = guild.name,
        "left a server that discord.guilds does not name"
    );
    if let Some(channel) = writable(cache, guild) {
        let text = bot.say(bot.settings().discord.language, Phrase::Leaving, context! {});
        if let Err(error) = bot.delivery.post(channel, &Outgoing::text(text), None).await {
            tracing::info!(%error, "could not say why the server is left");
        }
    }
    if let Err(error) = bot.delivery.leave(guild.id).await {
        tracing::warn!(%error, guild = guild.id.get(), "could not leave a server");
    }
}

/// Where something can be said to all: the channel for notices, else the first that takes it.
fn writable(cache: &Cache, guild: &Guild) -> Option<ChannelId> {
    let own = guild.members.get(&cache.current_user().id)?;
    let mut texts: Vec<_> =
        guild.channels.values().filter(|channel| channel.kind == ChannelType::Text).collect();
    texts.sort_by_key(|channel| (Some(channel.id) != guild.system_channel_id, channel.position, channel.id));
    let needed = Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES;
    let mut writable =
        texts.iter().filter(|channel| guild.user_permissions_in(channel, own).contains(needed));
    writable.next().map(|channel| channel.id)
}

/// The bot was removed from this one.
pub async fn left(bot: &Arc<Bot>, guild: GuildId) {
    tracing::info!(
        guild = guild.get(),
        days = bot.settings().retention.guild_days,
        "removed from a server; what is stored of it goes after these days"
    );
    let guild = store::GuildId(guild.get());
    let _ = bot.look_up(move |bot| Ok(bot.memory.with(|store| store.note_left(guild, bot.now()))?)).await;
}

/// Removes what is older than the settings keep it. It blocks.
pub fn clean(bot: &Bot) {
    let retention = retention(&bot.settings().retention, bot.now());
    let cleaned = bot.memory.with(|store| {
        for guild in store.clean(&retention)? {
            tracing::info!(guild = guild.0, "deleted what was stored of a server that removed the bot");
        }
        Ok(())
    });
    // The log tells where the store fails.
    let _ = cleaned;
    bot.limits.clean();
    bot.audience.clean();
}
