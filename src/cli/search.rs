//! `passim search`: ranked passages.

use std::io::Write;
use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::draw::{BOLD, DIM, marked, printable};
use super::{Failure, open, print_json};
use crate::Answerer;
use crate::answer::lookup::Found;
use crate::answer::reply::{spoken_place, spoken_title};
use crate::language::Language;
use crate::settings::Settings;

#[derive(Debug, Args)]
pub struct Search {
    /// How many passages at most
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Search this source only; may be given more than once
    #[arg(long = "source", value_name = "ID")]
    sources: Vec<String>,
    /// Print the passages as JSON
    #[arg(long)]
    json: bool,
    /// The words to look for; no sign among them has a special meaning
    #[arg(required = true, value_name = "QUERY")]
    query: Vec<String>,
}

pub(super) fn run(command: &Search, settings: &Settings) -> Result<(), Failure> {
    let answerer = open::without_reader(settings)?;
    let query = command.query.join(" ");
    let started = Instant::now();
    let found = answerer.look_up(&query, &command.sources, command.limit.into())?;
    let took_ms = started.elapsed().as_secs_f64() * 1e3;
    if command.json {
        let hits: Vec<_> = found.iter().map(|found| hit(found, &answerer)).collect();
        return print_json(&json!({ "query": query, "hits": hits, "took_ms": took_ms }));
    }
    draw(&query, &found)
}

fn hit(found: &Found<'_>, answerer: &Answerer) -> serde_json::Value {
    let description = &found.hit.source.description;
    let passage = &found.hit.passage;
    let span = passage.passage.span;
    let line = passage.line_at(span.start);
    json!({
        "source": description.id,
        "title": description.title,
        "superseded": description.is_superseded,
        "url": answerer.url(description.url.as_deref(), &description.path, line, &description.id),
        "page": passage.page,
        "line_start": line,
        "line_end": passage.line_at(span.end),
        "byte_start": span.start,
        "byte_end": span.end,
        "passage": passage.text,
        "highlights": found.highlights,
        "score": found.hit.score,
    })
}

fn draw(query: &str, found: &[Found<'_>]) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    if found.is_empty() {
        writeln!(out, "No passage has a word of “{}”.", printable(query))?;
    }
    for (number, Found { hit, highlights }) in found.iter().enumerate() {
        let description = &hit.source.description;
        let title = spoken_title(&description.title, description.is_superseded, Language::English);
        let (id, title) = (printable(&description.id), printable(&title));
        let place = spoken_place(hit.passage.page, hit.passage.line, Language::English);
        writeln!(
            out,
            "{BOLD}{}. {id} · {title}{BOLD:#} {DIM}{}, {place}{DIM:#}",
            number + 1,
            printable(&description.path)
        )?;
        for line in marked(&hit.passage.text, highlights).lines() {
            writeln!(out, "   {}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    Ok(())
}
