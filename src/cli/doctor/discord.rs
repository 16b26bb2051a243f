//! Checks of what the Discord bot needs, but for the token's shape.

use std::time::Duration;

use super::Finding;
use super::context::Context;
use crate::cli::{serve, token};
use crate::discord::permissions;
use crate::discord::registration::{self, Application, RegistrationError};
use crate::discord::serve::http;
use crate::discord::words::Words;
use crate::settings::{Settings, own_file};

/// How long Discord may take to say whose token this is.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the bot says around answers, where the configuration folder has files of its own for it.
pub(super) fn words(context: &Context) -> Option<Finding> {
    let folder = context.config_dir.as_deref();
    let own: Vec<&str> = ["discord.toml", "discord.de.toml"]
        .into_iter()
        .filter(|name| own_file(folder, name).is_some())
        .collect();
    match Words::load(folder) {
        Err(error) => {
            let cure = "mend it, or remove the file: then the compiled-in one is used";
            Some(Finding::fail(error.to_string(), cure))
        }
        Ok(_) if own.is_empty() => Some(Finding::ok("the bot speaks with the compiled-in words")),
        Ok(_) => Some(Finding::ok(format!("the bot speaks with the words of {}", own.join(" and ")))),
    }
}

/// The settings, where a token is set that could be one.
fn for_discord(context: &Context) -> Option<&Settings> {
    let settings = context.settings()?;
    let secret = settings.discord.token.as_ref()?;
    token::shape(secret.expose()).is_ok().then_some(settings)
}

pub(super) fn servers(context: &Context) -> Option<Finding> {
    let served = for_discord(context)?.discord.guilds.len();
    if served > 0 {
        return Some(Finding::ok(format!("Discord servers that are served: {served}")));
    }
    let cure =
        "add your server's id to discord.guilds: right-click the server, Copy Server ID (developer mode)";
    Some(Finding::warn("no Discord server is served", cure))
}

pub(super) fn operators(context: &Context) -> Option<Finding> {
    let named = for_discord(context)?.discord.operators.len();
    if named > 0 {
        return Some(Finding::ok(format!("operators, who may re-index from Discord: {named}")));
    }
    let cure = "add your user id, or a role's id, to discord.operators";
    Some(Finding::warn("nobody may re-index or look at the status from Discord", cure))
}

/// Whose token it is, and whether strangers can install the bot. Asks Discord.
pub(super) fn application(context: &Context) -> Option<Finding> {
    let settings = for_discord(context)?;
    Some(match asked(settings) {
        Ok(application) => judged(&application),
        Err(Some(error @ RegistrationError::WrongToken)) => {
            Finding::fail(error.to_string(), "Bot, Reset Token, in the developer portal")
        }
        Err(error) => {
            let reason = error.map_or("no answer in time".to_owned(), |error| error.to_string());
            let cure = "look whether this machine reaches https://discord.com; the bot needs it";
            Finding::warn(format!("Discord could not be asked whose token it is: {reason}"), cure)
        }
    })
}

fn judged(application: &Application) -> Finding {
    let name = &application.name;
    if application.is_public {
        let cure = "switch off Public Bot, under Bot in the developer portal";
        return Finding::warn(format!("anybody can add the application {name} to their server"), cure);
    }
    if application.is_for_users {
        let cure = "leave only Guild Install, under Installation in the developer portal";
        return Finding::warn(format!("users can install the application {name} for themselves"), cure);
    }
    Finding::ok(format!("the token is that of the application {name}, which only you can install"))
}

/// Whether the bot is in the servers that it serves, and what it lacks there. Asks Discord.
pub(super) fn permissions(context: &Context) -> Option<Finding> {
    let settings = for_discord(context)?;
    let (first, ..) = settings.discord.guilds.split_first()?;
    // Where Discord cannot be asked, the check of the application says so.
    let found = serve::within(PATIENCE, looked_up(settings)).ok()?.ok()?;
    let (mut wrong, invitation) = (Vec::new(), permissions::invitation(found.application));
    for (guild, lacking) in found.servers {
        match lacking {
            None => wrong.push(format!("the bot is not in the server {guild}")),
            Some(lacking) if lacking.is_empty() => {}
            Some(lacking) => {
                wrong.push(format!("the bot lacks in the server {guild}: {}", lacking.join(", ")))
            }
        }
    }
    if wrong.is_empty() {
        let servers =
            if settings.discord.guilds.len() == 1 { first.to_string() } else { "all servers".into() };
        return Some(Finding::ok(format!("the bot has every permission that it needs in {servers}")));
    }
    let cure = format!(
        "open {invitation} as somebody who manages the server; /passim-admin check says what fails in a channel"
    );
    Some(Finding::warn(wrong.join("; "), cure))
}

/// What Discord says of each server that is served.
struct LookedUp {
    application: u64,
    servers: Vec<(u64, Option<Vec<&'static str>>)>,
}

async fn looked_up(settings: &Settings) -> Result<LookedUp, RegistrationError> {
    let http = http(settings).map_err(|error| RegistrationError::Failed(error.to_string()))?;
    let application = registration::application(&http).await?.id;
    let mut servers = Vec::new();
    for guild in &settings.discord.guilds {
        servers.push((*guild, permissions::lacking(&http, *guild).await?));
    }
    Ok(LookedUp { application, servers })
}

/// The application; no error where nothing came in time.
fn asked(settings: &Settings) -> Result<Application, Option<RegistrationError>> {
    let http = http(settings).map_err(|_| None)?;
    serve::within(PATIENCE, registration::application(&http)).map_err(|_| None)?.map_err(Some)
}
