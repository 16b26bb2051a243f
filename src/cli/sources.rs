//! `passim sources`: what was read, and what could not be.

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use super::draw::{BOLD, DIM, printable};
use super::{Failure, open, print_json};
use crate::Answerer;
use crate::answer::reply::{spoken_date, spoken_title};
use crate::corpus::Refused;
use crate::health::{Dated, Health};
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
    let answerer = open::without_reader(settings)?;
    let index = answerer.index();
    let health = Health::of(index);
    if command.json {
        let read = index.sources().iter().map(|source| source_json(source, &health, &answerer));
        let list: Vec<Value> = read.chain(index.refused().iter().map(refused_json)).collect();
        return print_json(&list);
    }
    draw(index.sources(), index.refused(), &health)?;
    draw_health(&health)
}

fn source_json(source: &Source, health: &Health, answerer: &Answerer) -> Value {
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
        "problems": health.problems(source).collect::<Vec<String>>(),
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

fn draw(sources: &[Source], refused: &[Refused], health: &Health) -> Result<(), Failure> {
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
        for problem in health.problems(source) {
            writeln!(out, "{:width$}  ! {}", "", printable(&problem))?;
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

/// What was read, in a few lines.
fn draw_health(health: &Health) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let Health { documents, passages, .. } = health;
    write!(out, "\n{documents} document{} with {passages} passage{}", plural(*documents), plural(*passages))?;
    writeln!(out, "; {} file{} not read.", health.refused, plural(health.refused))?;
    let language = |code: &Option<String>| match code {
        Some(code) => printable(Language::English.name_of(code)),
        None => "not known".to_owned(),
    };
    let languages = health.languages.iter().map(|(code, count)| format!("{} ({count})", language(code)));
    writeln!(out, "Languages: {}.", languages.collect::<Vec<String>>().join(", "))?;
    if let (Some(oldest), Some(newest)) = (&health.oldest, &health.newest) {
        let spoken = |dated: &Dated| {
            format!("{} ({})", spoken_date(dated.date, Language::English), printable(&dated.source))
        };
        writeln!(out, "Dates: {} to {}; {} without one.", spoken(oldest), spoken(newest), health.undated)?;
    }
    if !health.superseded.is_empty() {
        writeln!(out, "Superseded: {}.", printable(&health.superseded.join(", ")))?;
    }
    for same in &health.duplicates {
        writeln!(out, "The same text: {}.", printable(&same.join(", ")))?;
    }
    Ok(())
}
