//! How the bot is, for those who run it: what has to be well for people to be answered, and what the gauges show.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::bot::Bot;
use crate::metrics::State;
use crate::operations::{Check, Operations};

/// From now on the bot is what there is to see, as long as it lives.
pub fn show(bot: &Arc<Bot>, operations: &Operations) {
    let answerer = bot.live.everything();
    let (documents, generation) = (answerer.index().sources().len(), answerer.index().generation());
    tracing::info!(version = env!("CARGO_PKG_VERSION"), documents, generation, "starting to serve");
    let bot = Arc::downgrade(bot);
    operations.show(move || match bot.upgrade() {
        Some(bot) => look(&bot),
        None => vec![Check { name: "gateway", is_ready: false, reason: "the bot has ended".to_owned() }],
    });
}

/// Looks at everything. It blocks.
fn look(bot: &Bot) -> Vec<Check> {
    let checks = vec![index(bot), gateway(bot), store(bot)];
    bot.metrics.state(&state(bot, &checks));
    checks
}

fn index(bot: &Bot) -> Check {
    let answerer = bot.live.everything();
    let index = answerer.index();
    let passages: usize = index.sources().iter().map(|source| source.passages).sum();
    let is_ready = index.is_as_checked();
    let reason = if is_ready {
        format!("generation {}: {} documents, {passages} passages", index.generation(), index.sources().len())
    } else {
        "its files are not what was checked; /reindex with rebuild makes it anew".to_owned()
    };
    Check { name: "index", is_ready, reason }
}

fn gateway(bot: &Bot) -> Check {
    let (is_connected, since) = bot.health.connection(Instant::now());
    let (is_ready, reason) = if bot.is_stopping() {
        (false, "ending: no more questions are taken".to_owned())
    } else if is_connected {
        (true, format!("connected for {} seconds", since.as_secs()))
    } else {
        (false, format!("not connected to Discord for {} seconds", since.as_secs()))
    };
    Check { name: "gateway", is_ready, reason }
}

fn store(bot: &Bot) -> Check {
    let trouble = bot.memory.trouble();
    Check { name: "store", is_ready: trouble.is_none(), reason: trouble.unwrap_or("works".to_owned()) }
}

fn state(bot: &Bot, checks: &[Check]) -> State {
    let answerer = bot.live.everything();
    let index = answerer.index();
    let newest = index.sources().iter().map(|source| source.indexed_at).max();
    let age = newest.map(|at| u64::try_from(bot.nanoseconds() - at).unwrap_or_default());
    let now = Instant::now();
    State {
        generation: index.generation(),
        documents: index.sources().len(),
        passages: index.sources().iter().map(|source| source.passages).sum(),
        refused: index.refused().len(),
        age: age.map(Duration::from_nanos),
        checked: bot.health.since_checked(now),
        is_connected: bot.health.connection(now).0,
        under_way: bot.tracker.len(),
        has_reader: answerer.engine().neural.is_some(),
        ready: checks.iter().map(|check| (check.name, check.is_ready)).collect(),
    }
}
