//! `passim commands`: the slash commands as Discord sees them, and registering them.

use std::io::Write;

use clap::Args;

use super::{Failure, print_json, serve};
use crate::discord::commands;
use crate::discord::registration::{self, Registered};
use crate::discord::serve::{ServeError, http};
use crate::settings::Settings;

#[derive(Debug, Args)]
pub struct Commands {
    /// Print them as JSON, as they are sent to Discord
    #[arg(long)]
    json: bool,
    /// Register with Discord what differs there
    #[arg(long)]
    sync: bool,
}

pub(super) fn run(command: &Commands, settings: &Settings) -> Result<(), Failure> {
    if command.sync {
        let registered = synchronise(settings)?;
        return report(&registered);
    }
    if command.json {
        return print_json(&commands::all(settings.discord.add_files));
    }
    let mut out = anstream::stdout().lock();
    for (name, description) in commands::described(settings.discord.add_files) {
        writeln!(out, "{name:<26} {description}")?;
    }
    Ok(())
}

fn synchronise(settings: &Settings) -> Result<Registered, Failure> {
    serve::check_token(settings)?;
    let registered = serve::runtime()?.block_on(async {
        let http = http(settings)?;
        registration::application(&http).await?;
        Ok::<Registered, ServeError>(registration::register(&http, &settings.discord).await?)
    });
    registered.map_err(serve::failure)
}

fn report(registered: &Registered) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    if registered.is_new {
        writeln!(out, "Registered {} commands.", registered.ids.len())?;
    } else {
        writeln!(out, "All {} commands are registered as they are.", registered.ids.len())?;
    }
    for guild in &registered.emptied {
        writeln!(out, "Took away commands of an earlier version from server {guild}.")?;
    }
    Ok(())
}
