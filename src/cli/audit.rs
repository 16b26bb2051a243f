//! `passim audit`: which admin did what, newest first.

use std::io::Write;

use clap::Args;
use serde::Serialize;

use super::draw::{DIM, printable};
use super::{Failure, keep, print_json};
use crate::settings::Settings;
use crate::store::{By, Deed};
use crate::tables::written;

#[derive(Debug, Args)]
pub struct Audit {
    /// How many lines, newest first
    #[arg(long, default_value_t = 100, value_name = "N")]
    limit: u32,
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    at: String,
    /// A Discord id, or `terminal`.
    by: String,
    guild: Option<String>,
    what: &'a str,
    details: &'a str,
}

pub(super) fn run(command: &Audit, settings: &Settings) -> Result<(), Failure> {
    let deeds = keep::store(settings)?.whole_audit_log(command.limit)?;
    let lines: Vec<Line<'_>> = deeds.iter().map(Line::of).collect();
    if command.json {
        return print_json(&lines);
    }
    let mut out = anstream::stdout().lock();
    if lines.is_empty() {
        writeln!(out, "Nothing was done yet.")?;
    }
    for line in lines {
        let guild = line.guild.map(|guild| format!(" in {guild}")).unwrap_or_default();
        let (what, details) = (printable(line.what), printable(line.details));
        writeln!(out, "{DIM}{}{DIM:#}  {}{guild}  {what}  {details}", line.at, line.by)?;
    }
    Ok(())
}

impl Line<'_> {
    fn of(deed: &Deed) -> Line<'_> {
        Line {
            at: written(deed.at),
            by: match deed.by {
                By::User(user) => user.0.to_string(),
                By::Terminal => "terminal".to_owned(),
            },
            guild: deed.guild.map(|guild| guild.0.to_string()),
            what: &deed.what,
            details: &deed.details,
        }
    }
}
