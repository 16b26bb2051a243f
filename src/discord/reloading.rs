//! Reading settings and templates again while the bot runs. Either all of it holds from then on, or nothing changes.

use std::sync::Arc;

use thiserror::Error;

use super::bot::Bot;
use super::words::{Words, WordsError};
use crate::live::LiveError;
use crate::settings::{Reloaded, Settings, SettingsError};

/// How settings are read again, and who else wants to know; whoever starts the program hands it in.
pub struct Reload {
    pub read: Box<dyn Fn() -> Result<Settings, SettingsError> + Send + Sync>,
    /// Told which settings are in force now.
    pub follow: Box<dyn Fn(&Settings) + Send + Sync>,
}

#[derive(Debug, Error)]
enum ReloadError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Words(#[from] WordsError),
    #[error(transparent)]
    Answers(#[from] LiveError),
}

/// Reads everything again, and logs what came of it.
pub async fn reload(bot: &Arc<Bot>, reload: &Arc<Reload>) {
    let (worker, how) = (bot.clone(), reload.clone());
    let result = tokio::task::spawn_blocking(move || reload_now(&worker, &how)).await;
    bot.metrics.reload(matches!(result, Ok(Ok(_))));
    match result {
        Ok(Ok(Reloaded { changed, at_next_start, .. })) => {
            let changed = changed.join(", ");
            tracing::info!(changed, "settings, replies and synonyms were read again, and are in force");
            if !at_next_start.is_empty() {
                let keys = at_next_start.join(", ");
                tracing::warn!(
                    keys,
                    "these settings differ too, and need a restart: until then the old ones hold"
                );
            }
        }
        Ok(Err(error)) => {
            // Each problem has a line of its own in a terminal.
            let reason = error.to_string().lines().collect::<Vec<&str>>().join("; ");
            tracing::error!(
                reason,
                "settings, replies and synonyms could not be read again: the old ones stay"
            );
        }
        Err(_) => tracing::error!("reading the settings again panicked: the old ones stay"),
    }
}

/// It blocks.
fn reload_now(bot: &Bot, reload: &Reload) -> Result<Reloaded, ReloadError> {
    let reloaded = bot.settings().followed_by((reload.read)()?);
    let settings = &reloaded.settings;
    let words = Words::load(settings.config_dir.as_deref())?;
    bot.live.follow(settings)?;
    // Nothing fails from here on.
    bot.follow(settings, words);
    (reload.follow)(settings);
    Ok(reloaded)
}
