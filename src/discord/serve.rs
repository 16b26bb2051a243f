//! Serving: connecting, staying connected, and ending well.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serenity::all::{
    Client, ClientBuilder, ConnectionStage, GatewayError, Http, HttpBuilder, Settings as CacheSettings,
    ShardManager,
};
use thiserror::Error;
use tokio::sync::mpsc;

use super::bot::Bot;
use super::delivery::{persistently, purpose_of};
use super::gateway::{self, Handler};
use super::guilds;
use super::observing;
use super::registration::{self, RegistrationError};
use super::reindex;
use super::reloading::{self, Reload};
use super::renewal;
use super::words::WordsError;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::operations::Operations;
use crate::settings::Settings;
use crate::watch::{self, Reason, Trouble};

/// How often it is looked whether another process wrote the index.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
/// How often it is looked whether the gateway is there.
const BETWEEN_WATCHES: Duration = Duration::from_secs(1);
/// How long what was answered may take to be kept.
const LAST_WRITES: Duration = Duration::from_secs(5);
/// How long the gateway may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(2);

/// What is served, and out of what.
pub struct Served {
    pub live: Arc<Live>,
    /// The folder with the documents.
    pub corpus: PathBuf,
    /// Where the store lies.
    pub data: PathBuf,
    pub settings: Settings,
    /// What those who run it look at.
    pub operations: Arc<Operations>,
    pub reload: Arc<Reload>,
    /// Nanoseconds since 1970.
    pub clock: fn() -> i128,
}

/// What whoever runs the program wants of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// To end: the first time as soon as answers under way are finished, the second time at once.
    Stop,
    /// To read settings and templates again.
    Reload,
}

#[derive(Debug, Error)]
pub enum ServeError {
    #[error("no Discord token is set: put it into DISCORD_TOKEN, or run 'passim init', which asks for it")]
    NoToken,
    #[error(transparent)]
    Words(#[from] WordsError),
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    #[error("Discord refuses the token (4004): copy the bot's token again from the developer portal")]
    WrongToken,
    #[error(
        "Discord does not know the intents that were asked for (4013): this is a fault of this version of passim"
    )]
    WrongIntents,
    #[error(
        "Discord does not allow this bot the intents that were asked for (4014): look under Bot, Privileged Gateway \
         Intents, in the developer portal"
    )]
    ForbiddenIntents,
    #[error("Discord requires sharding for a bot in so many servers (4011), which passim does not do")]
    TooManyServers,
    #[error("{0}; ended so that whatever supervises passim can start it again")]
    Hopeless(String),
    #[error("cannot connect to Discord: {0}")]
    Unreachable(String),
}

/// Serves until somebody wants it to stop.
pub async fn serve(served: Served, mut wishes: mpsc::Receiver<Wish>) -> Result<(), ServeError> {
    let Served { live, corpus, data, settings, operations, reload, clock } = served;
    let http = Arc::new(measured(http(&settings)?, &operations.metrics));
    let bot = Bot::new(live, corpus, &data, settings, http.clone(), operations.metrics.clone(), clock)?;
    let bot = Arc::new(bot);
    observing::show(&bot, &operations);
    let application = registration::application(&http).await?;
    warn_of(&application);
    let registered = registration::register(&http, &bot.settings().discord).await?;
    if registered.is_new {
        tracing::info!("registered the commands; Discord may take a minute to show them");
    }
    bot.note_commands(registered.ids);

    let mut client = client(&http, &bot).await?;
    let shards = client.shard_manager.clone();
    let mut background = vec![tokio::spawn(take_over(bot.clone())), tokio::spawn(clean(bot.clone()))];
    if bot.settings().corpus.watch {
        background.push(tokio::spawn(follow(bot.clone())));
    }
    let result = tokio::select! {
        ended = client.start() => Err(ended.map_or_else(ended_badly, |()| {
            ServeError::Hopeless("the connection to Discord ended".to_owned())
        })),
        reason = hopeless(&bot, &shards) => Err(ServeError::Hopeless(reason)),
        () = until_stopped(&bot, &reload, &mut wishes) => {
            drain(&bot, &shards, &mut wishes).await;
            Ok(())
        }
    };
    background.iter().for_each(tokio::task::JoinHandle::abort);
    result
}

/// The REST side of Discord.
pub fn http(settings: &Settings) -> Result<Http, ServeError> {
    let token = settings.discord.token.as_ref().ok_or(ServeError::NoToken)?;
    let builder = HttpBuilder::new(token.expose());
    Ok(match &settings.discord.proxy {
        // serenity ignores a proxy unless its own rate limiter is off: the proxy has one.
        Some(origin) => builder.proxy(origin).ratelimiter_disabled(true).build(),
        None => builder.build(),
    })
}

/// Tells where the limiter makes a request wait.
fn measured(mut http: Http, metrics: &Arc<Metrics>) -> Http {
    if let Some(limiter) = &mut http.ratelimiter {
        let metrics = metrics.clone();
        limiter.set_ratelimit_callback(Box::new(move |limited| {
            metrics.rest_limited(purpose_of(limited.method, &limited.path));
        }));
    }
    http
}

fn warn_of(application: &registration::Application) {
    if application.is_public {
        tracing::warn!(
            application = application.name,
            "anybody can add this bot to their server: switch off Public Bot in the developer portal"
        );
    }
    if application.is_for_users {
        tracing::warn!(
            application = application.name,
            "users can install this bot for themselves: leave only Guild Install in the developer portal"
        );
    }
}

async fn client(http: &Arc<Http>, bot: &Arc<Bot>) -> Result<Client, ServeError> {
    let unreachable = |error: serenity::Error| ServeError::Unreachable(error.to_string());
    // Where this fails, serenity would only warn and try the address that it knows by heart.
    persistently(|| http.get_gateway()).await.map_err(|error| ServeError::Unreachable(error.to_string()))?;
    // serenity wants one of its own; nearly everything is sent over the bot's.
    let http = self::http(&bot.settings())?;
    let mut cache = CacheSettings::default();
    cache.max_messages = 0;
    cache.cache_users = false;
    ClientBuilder::new_with_http(http, gateway::intents())
        .cache_settings(cache)
        .event_handler(Handler { bot: bot.clone() })
        .await
        .map_err(unreachable)
}

fn ended_badly(error: serenity::Error) -> ServeError {
    match error {
        serenity::Error::Gateway(GatewayError::InvalidAuthentication) => ServeError::WrongToken,
        serenity::Error::Gateway(GatewayError::InvalidGatewayIntents) => ServeError::WrongIntents,
        serenity::Error::Gateway(GatewayError::DisallowedGatewayIntents) => ServeError::ForbiddenIntents,
        serenity::Error::Gateway(GatewayError::OverloadedShard) => ServeError::TooManyServers,
        error => ServeError::Unreachable(error.to_string()),
    }
}

/// Whether the gateway is there. serenity does not report every way to lose it, and its events may overtake each other:
/// what it notes itself is looked at. While it connects anew it has no runner, or keeps them locked.
fn is_connected(shards: &ShardManager) -> bool {
    let runners = shards.runners.try_lock();
    runners.is_ok_and(|runners| runners.values().any(|runner| runner.stage == ConnectionStage::Connected))
}

/// Why going on makes no sense, once that is so.
async fn hopeless(bot: &Bot, shards: &ShardManager) -> String {
    let patience = Duration::from_secs(bot.settings().discord.watchdog_seconds as u64);
    loop {
        bot.health.connected(is_connected(shards), Instant::now());
        if let Some(reason) = bot.health.is_hopeless(patience, Instant::now()) {
            return reason;
        }
        tokio::time::sleep(BETWEEN_WATCHES).await;
    }
}

/// Takes over what another process wrote into the index.
async fn take_over(bot: Arc<Bot>) {
    loop {
        tokio::time::sleep(BETWEEN_LOOKS).await;
        let worker = bot.clone();
        match tokio::task::spawn_blocking(move || worker.live.take_over()).await {
            Ok(Ok(Some(changed))) => {
                tracing::info!("answers come from a new index now");
                bot.health.checked(Instant::now());
                renewal::renew(&bot, changed).await;
            }
            Ok(Ok(None)) | Err(_) => {}
            Ok(Err(error)) => tracing::warn!(%error, "a new index could not be taken over"),
        }
    }
}

/// Watches the folder, and reads what changes in it.
async fn follow(bot: Arc<Bot>) {
    let (tell, mut reasons) = mpsc::channel(1);
    let (folder, interval) = (bot.corpus.clone(), bot.settings().corpus.rescan_interval());
    // A thread of its own: it waits as long as the program runs, and ends when nobody listens any more.
    std::thread::spawn(move || {
        watch::follow(&folder, interval, &|| tell.is_closed(), &mut |reason| {
            let _ = tell.blocking_send(reason);
        });
    });
    let mut trouble = Trouble::default();
    while let Some(reason) = reasons.recv().await {
        match reason {
            Reason::Unwatchable(reason) => tracing::warn!(
                reason,
                minutes = bot.settings().corpus.rescan_minutes,
                "the folder cannot be watched, and is looked at from time to time instead"
            ),
            Reason::Changed | Reason::Interval => reindex::keep_level(&bot, &mut trouble).await,
        }
    }
}

async fn clean(bot: Arc<Bot>) {
    loop {
        let worker = bot.clone();
        // A panic in it must not end the cleaning for ever.
        let _ = tokio::task::spawn_blocking(move || guilds::clean(&worker)).await;
        tokio::time::sleep(guilds::BETWEEN_CLEANINGS).await;
    }
}

/// Does what is wished, until that is the end; the end, too, where nobody can wish for anything any more.
async fn until_stopped(bot: &Arc<Bot>, reload: &Arc<Reload>, wishes: &mut mpsc::Receiver<Wish>) {
    while wishes.recv().await == Some(Wish::Reload) {
        reloading::reload(bot, reload).await;
    }
}

/// Waits until the end is wished once more.
async fn stopped_again(wishes: &mut mpsc::Receiver<Wish>) {
    loop {
        match wishes.recv().await {
            Some(Wish::Stop) => return,
            Some(Wish::Reload) => {}
            None => std::future::pending().await,
        }
    }
}

/// What was sent right before the end is on its way to us for so long: whoever asked is told.
const ON_ITS_WAY: Duration = Duration::from_millis(300);
/// A connection that was just lost is waited for so long: what was sent meanwhile comes with it.
const RESUMED: Duration = Duration::from_secs(3);
const BETWEEN_GLANCES: Duration = Duration::from_millis(20);

/// Returns when the connection has stood for so long that all has come that was sent before.
async fn all_has_come(bot: &Bot, shards: &ShardManager) {
    let mut since = Instant::now();
    while since.elapsed() < ON_ITS_WAY {
        tokio::time::sleep(BETWEEN_GLANCES).await;
        let now = Instant::now();
        let (_, for_so_long) = bot.health.connection(now);
        // Lost and back again between two glances, it is heard of by the event.
        since = if is_connected(shards) { since.max(now - for_so_long) } else { now };
    }
}

/// Lets what is under way come to its end, as long as the settings allow or until it is wished again.
async fn drain(bot: &Bot, shards: &ShardManager, wishes: &mut mpsc::Receiver<Wish>) {
    bot.stop();
    let limit = Duration::from_secs(bot.settings().discord.drain_seconds as u64);
    let finished = async {
        let _ = tokio::time::timeout(RESUMED, all_has_come(bot, shards)).await;
        bot.tracker.close();
        tracing::info!(under_way = bot.tracker.len(), "ending; answers under way are finished first");
        if tokio::time::timeout(limit, bot.tracker.wait()).await.is_err() {
            tracing::warn!(under_way = bot.tracker.len(), "ended before all answers were finished");
        }
    };
    tokio::select! {
        () = finished => {}
        () = stopped_again(wishes) => tracing::warn!("ended at once, since that was wished again"),
    }
    let _ = tokio::time::timeout(FAREWELL, shards.shutdown_all()).await;
    bot.memory.finish(LAST_WRITES);
}
