//! Events of Discord's gateway, each sent on to what it means. Nothing is decided here.

use std::sync::Arc;
use std::time::Instant;

use serenity::all::{
    Cache, ChannelId, Context, EventHandler, GatewayIntents, Guild, GuildId, Interaction, Message, MessageId,
    MessageUpdateEvent, Ready, ResumedEvent, UnavailableGuild,
};
use serenity::async_trait;

use super::bot::Bot;
use super::{guilds, interactions, messages, second_thoughts};
use crate::metrics::Session;

/// What the bot is told of; nothing of it is privileged.
pub fn intents() -> GatewayIntents {
    GatewayIntents::GUILDS | GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES
}

pub struct Handler {
    pub bot: Arc<Bot>,
}

#[async_trait]
impl EventHandler for Handler {
    async fn ready(&self, _: Context, ready: Ready) {
        tracing::info!(bot = ready.user.name, servers = ready.guilds.len(), "connected to Discord");
        self.bot.metrics.session(Session::New);
        self.bot.health.session_began(Instant::now());
        self.bot.health.came_back(Instant::now());
        let present = ready.guilds.iter().map(|guild| guild.id).collect();
        self.tracked(guilds::ready(&self.bot, present)).await;
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        tracing::info!("resumed the connection to Discord");
        self.bot.metrics.session(Session::Resumed);
        self.bot.health.came_back(Instant::now());
    }

    async fn message(&self, context: Context, message: Message) {
        self.tracked(messages::created(&self.bot, &context.cache, message)).await;
    }

    async fn message_update(
        &self,
        context: Context,
        _: Option<Message>,
        _: Option<Message>,
        event: MessageUpdateEvent,
    ) {
        self.tracked(second_thoughts::edited(&self.bot, &context.cache, event)).await;
    }

    async fn message_delete(&self, _: Context, channel: ChannelId, message: MessageId, _: Option<GuildId>) {
        self.tracked(second_thoughts::deleted(&self.bot, channel, vec![message])).await;
    }

    async fn message_delete_bulk(
        &self,
        _: Context,
        channel: ChannelId,
        deleted: Vec<MessageId>,
        _: Option<GuildId>,
    ) {
        self.tracked(second_thoughts::deleted(&self.bot, channel, deleted)).await;
    }

    async fn guild_create(&self, context: Context, guild: Guild, _: Option<bool>) {
        let cache: &Cache = &context.cache;
        self.tracked(guilds::entered(&self.bot, cache, &guild)).await;
    }

    async fn guild_delete(&self, _: Context, guild: UnavailableGuild, _: Option<Guild>) {
        // An outage is no farewell.
        if !guild.unavailable {
            self.tracked(guilds::left(&self.bot, guild.id)).await;
        }
    }

    async fn interaction_create(&self, _: Context, interaction: Interaction) {
        self.tracked(interactions::created(&self.bot, interaction)).await;
    }
}

impl Handler {
    /// Somebody waits for this: the program does not end before it, as far as that is in our hands.
    async fn tracked(&self, work: impl Future<Output = ()>) {
        self.bot.tracker.track_future(work).await;
    }
}
