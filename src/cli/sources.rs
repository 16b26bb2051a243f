//! `passim sources`: what was read, and what could not be.

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use super::draw::{BOLD, DIM, printable};
use super::{Failure, open, print_json};
use crate::Answerer;
use crate::answer::reply::{spoken_date, spoken_title};
use crate::corpus::Refused;
use crate::language::Language;
use crate::retrieval::Source;
use crate::settings::Settings;

#[derive(Debug, Args)]
pub struct Sources {
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Sources, settings: &Settings) -> Result<(), Failure> {
    let answerer = open::answerer(settings)?;
    let index = answerer.index();
    if command.json {
        let read = index.sources().iter().map(|source| source_json(source, &answerer));
        let list: Vec<Value> = read.chain(index.refused().iter().map(refused_json)).collect();
        return print_json(&list);
    }
    draw(index.sources(), index.refused())
}

fn source_json(source: &Source, answerer: &Answerer) -> Value {
    let description = &source.description;
    let indexed_at = jiff::Timestamp::from_nanosecond(source.indexed_at).ok();
    json!({
        "source": description.id,
        "title": description.title,
        "date": description.date,
        "superseded": description.is_superseded,
        "publisher": description.publisher,
        "path": description.path,
        "url": answerer.url(description.url.as_deref(), &description.path, 1, &description.id),
        "format": description.format,
        "language": description.language,
        "bytes": source.bytes,
        "passages": source.passages,
        "indexed_at": indexed_at.map(|time| time.to_string()),
        "problems": description.problems,
    })
}

/// A file that could not be read has the same keys, with nothing but its path and the reason.
fn refused_json(refused: &Refused) -> Value {
    json!({
        "source": null, "title": null, "date": null, "superseded": null, "publisher": null, "path": refused.path,
        "url": null,        "format": null, "language": null, "bytes": null, "passages": 0, "indexed_at": null,
        "problems": [refused.reason],
    })
}

fn draw(sources: &[Source], refused: &[Refused]) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    let width = sources.iter().map(|source| source.description.id.chars().count()).max().unwrap_or(0).min(30);
    for source in sources {
        let description = &source.description;
        let id = printable(&description.id);
        let plural = if source.passages == 1 { "" } else { "s" };
        let date = description
            .date
            .map_or(String::new(), |date| format!(" · {}", spoken_date(date, Language::English)));
        let title = spoken_title(&description.title, description.is_superseded, Language::English);
        writeln!(out, "{BOLD}{id:<width$}{BOLD:#}  {}", printable(&title))?;
        writeln!(
            out,
            "{:width$}  {DIM}{}{date} · {} passage{plural}{DIM:#}",
            "",
            printable(&description.path),
            source.passages
        )?;
        for problem in &description.problems {
            writeln!(out, "{:width$}  ! {}", "", printable(problem))?;
        }
    }
    if !refused.is_empty() {
        writeln!(out, "\nNot read:")?;
    }
    for file in refused {
        writeln!(out, "  {}: {}", printable(&file.path), printable(&file.reason))?;
    }
    Ok(())
}
