//! Registering the commands with Discord: only where they differ, since registering is limited.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serenity::all::{CommandId, GuildId, Http, LightMethod, Request, Route};
use thiserror::Error;

use super::commands;
use super::delivery::{Undelivered, persistently};
use crate::settings::DiscordSettings;

/// What registering did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Whether the commands had to be written.
    pub is_new: bool,
    /// Guilds whose own commands, of an earlier version, were taken away: beside ours they would show twice.
    pub emptied: Vec<u64>,
    /// Each top-level command with its id.
    pub ids: HashMap<String, CommandId>,
}

#[derive(Debug, Error)]
pub enum RegistrationError {
    #[error("Discord refuses the token (401): copy the bot's token again from the developer portal")]
    WrongToken,
    #[error("cannot connect to Discord: {0}")]
    Unreachable(String),
    #[error("cannot register the commands: {0}")]
    Failed(String),
}

/// Who the token belongs to: the application, with what of it can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub id: u64,
    pub name: String,
    /// Anybody may add it to their server.
    pub is_public: bool,
    /// Users may install it for themselves, beside servers.
    pub is_for_users: bool,
}

/// Looks up the application, which later requests are made for.
pub async fn application(http: &Http) -> Result<Application, RegistrationError> {
    let found: Value = fire(http, Route::Oauth2ApplicationCurrent, LightMethod::Get, None).await?;
    let id = found["id"].as_str().and_then(|id| id.parse::<u64>().ok()).filter(|id| *id > 0);
    let id = id.ok_or_else(|| RegistrationError::Failed("Discord names no application".to_owned()))?;
    http.set_application_id(id.into());
    Ok(Application {
        id,
        name: found["name"].as_str().unwrap_or_default().to_owned(),
        is_public: found["bot_public"] == true,
        is_for_users: !found["integration_types_config"]["1"].is_null(),
    })
}

/// Brings the registered commands level with ours; [`application`] comes first.
pub async fn register(http: &Http, settings: &DiscordSettings) -> Result<Registered, RegistrationError> {
    let application_id = http
        .application_id()
        .ok_or_else(|| RegistrationError::Failed("the application is not known".to_owned()))?;
    let global = Route::Commands { application_id };
    let registered = list(http, global).await?;
    let is_new = !commands::are_registered(&registered, settings.add_files);
    let registered =
        if is_new { put(http, global, &commands::all(settings.add_files)).await? } else { registered };
    let mut emptied = Vec::new();
    for guild in &settings.guilds {
        let own = Route::GuildCommands { application_id, guild_id: GuildId::new(*guild) };
        // A guild that the bot is not in has none.
        let Ok(theirs) = list(http, own).await else { continue };
        if !theirs.is_empty() {
            put(http, own, &[]).await?;
            emptied.push(*guild);
        }
    }
    Ok(Registered { is_new, emptied, ids: registered.iter().filter_map(named).collect() })
}

fn named(command: &Value) -> Option<(String, CommandId)> {
    let id = command["id"].as_str()?.parse::<u64>().ok().filter(|id| *id > 0)?;
    Some((command["name"].as_str()?.to_owned(), CommandId::new(id)))
}

async fn list(http: &Http, route: Route<'_>) -> Result<Vec<Value>, RegistrationError> {
    fire(http, route, LightMethod::Get, None).await
}

async fn put(
    http: &Http,
    route: Route<'_>,
    commands: &[commands::Command],
) -> Result<Vec<Value>, RegistrationError> {
    let body = serde_json::to_vec(commands).map_err(|error| RegistrationError::Failed(error.to_string()))?;
    fire(http, route, LightMethod::Put, Some(body)).await
}

/// All of these can be repeated: what is written is all that there is to be.
async fn fire<T: DeserializeOwned>(
    http: &Http,
    route: Route<'_>,
    method: LightMethod,
    body: Option<Vec<u8>>,
) -> Result<T, RegistrationError> {
    let sent = persistently(|| http.fire(Request::new(route, method).body(body.clone())));
    sent.await.map_err(failed)
}

pub(super) fn failed(error: Undelivered) -> RegistrationError {
    match error {
        Undelivered::Refused { status: 401, .. } => RegistrationError::WrongToken,
        Undelivered::Unreachable(reason) => RegistrationError::Unreachable(reason),
        error => RegistrationError::Failed(error.to_string()),
    }
}
