//! `passim index`: brings the index level, and says what changed.

use std::io::Write;

use clap::Args;

use super::draw::printable;
use super::{Failure, open, print_json};
use crate::retrieval::sync::Report;
use crate::settings::Settings;

#[derive(Debug, Args)]
pub struct Index {
    /// Read every document again, into a new index
    #[arg(long)]
    rebuild: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Index, settings: &Settings) -> Result<(), Failure> {
    let (_, report) = open::synchronise(settings.corpus_dir()?, settings, command.rebuild)?;
    if command.json { print_json(&report) } else { draw(&report) }
}

fn draw(report: &Report) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    if report.rebuilt {
        writeln!(out, "The index was built anew.")?;
    }
    for (sign, paths) in [("+", &report.added), ("~", &report.changed), ("-", &report.removed)] {
        for path in paths {
            writeln!(out, "{sign} {}", printable(path))?;
        }
    }
    for file in &report.refused {
        writeln!(out, "! {}: {}", printable(&file.path), printable(&file.reason))?;
    }
    let changes = format!(
        "{} added, {} changed, {} removed, {} unchanged, {} refused",
        report.added.len(),
        report.changed.len(),
        report.removed.len(),
        report.unchanged,
        report.refused.len()
    );
    writeln!(out, "{changes}: {} documents, {} passages.", report.documents, report.passages)?;
    Ok(())
}
