//! `passim config`: the settings in force, and where each came from.

use std::io::Write;
use std::path::Path;

use clap::Args;
use serde_json::{Value, json};

use super::draw::{BOLD, DIM, printable};
use super::{Failure, print_json};
use crate::neural::NeuralReader;
use crate::settings::{self, Settings};

#[derive(Debug, Args)]
pub struct Config {
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Config, settings: &Settings) -> Result<(), Failure> {
    if command.json { print_json(&to_json(settings)) } else { draw(settings) }
}

fn to_json(settings: &Settings) -> Value {
    let in_force: Vec<Value> = settings
        .origins()
        .iter()
        .map(
            |setting| json!({"key": setting.key, "value": setting.value, "origin": setting.origin.to_string()}),
        )
        .collect();
    json!({
        "settings": in_force,
        "config_dir": settings.config_dir,
        "replies": settings::own_file(settings.config_dir.as_deref(), "replies.toml"),
        "replies_de": settings::own_file(settings.config_dir.as_deref(), "replies.de.toml"),
        "discord": settings::own_file(settings.config_dir.as_deref(), "discord.toml"),
        "discord_de": settings::own_file(settings.config_dir.as_deref(), "discord.de.toml"),
        "reader": reader(settings).ok(),
        "synonyms": settings::own_file(settings.config_dir.as_deref(), "synonyms.toml"),
        "corpus": settings.corpus.path,
        "data": settings.data.path,
    })
}

fn draw(settings: &Settings) -> Result<(), Failure> {
    let rows: Vec<[String; 3]> = settings
        .origins()
        .iter()
        .map(|setting| [setting.key.clone(), shown(&setting.value), setting.origin.to_string()])
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (keys, values) = (width(0), width(1));
    let mut out = anstream::stdout().lock();
    for [key, value, origin] in &rows {
        writeln!(out, "{BOLD}{key:<keys$}{BOLD:#}  {value:<values$}  {DIM}{}{DIM:#}", printable(origin))?;
    }
    writeln!(out)?;
    for (what, place) in places(settings) {
        writeln!(out, "{BOLD}{what:<keys$}{BOLD:#}  {}", shown(&place))?;
    }
    Ok(())
}

/// Which files and folders these settings lead to.
fn places(settings: &Settings) -> [(&'static str, String); 9] {
    let config_dir = settings.config_dir.as_deref();
    let folder = |path: Option<&Path>| match path {
        Some(path) if path.is_dir() => path.display().to_string(),
        Some(path) => format!("{} (not there)", path.display()),
        None => String::new(),
    };
    let file = |name: &str| match settings::own_file(config_dir, name) {
        Some(file) => file.display().to_string(),
        None => "compiled in".to_owned(),
    };
    [
        ("configuration", folder(config_dir)),
        ("replies", file("replies.toml")),
        ("replies in German", file("replies.de.toml")),
        ("what the bot says", file("discord.toml")),
        ("the same in German", file("discord.de.toml")),
        ("synonyms", file("synonyms.toml")),
        ("reader", reader(settings).map_or_else(str::to_owned, |folder| folder.display().to_string())),
        ("corpus", folder(settings.corpus.path.as_deref())),
        ("data", folder(settings.data.path.as_deref())),
    ]
}

/// The folder of the neural reader, or why there is none.
fn reader(settings: &Settings) -> Result<&Path, &'static str> {
    match settings.reader.folder.as_deref() {
        _ if !settings.reader.enabled => Err("switched off: answers are chosen by words alone"),
        Some(folder) if NeuralReader::is_in(folder) => Ok(folder),
        _ => Err("none: answers are chosen by words alone"),
    }
}

/// On one line, and visible where there is nothing.
fn shown(value: &str) -> String {
    if value.is_empty() { "-".to_owned() } else { printable(value).replace('\n', "\\n") }
}
