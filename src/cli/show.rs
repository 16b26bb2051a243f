//! `passim show`: the text of a source, with line numbers.

use std::io::Write;

use anyhow::anyhow;
use clap::Args;

use super::draw::{DIM, printable};
use super::{Failure, open};
use crate::corpus::format::pages::page_at;
use crate::corpus::{Format, lines, read};
use crate::live;
use crate::settings::Settings;

#[derive(Debug, Args)]
pub struct Show {
    /// The source's id, with a line or a range of lines: 004, 004:31, 004:20-31
    #[arg(value_name = "SOURCE[:LINE[-LINE]]")]
    place: String,
}

pub(super) fn run(command: &Show, settings: &Settings) -> Result<(), Failure> {
    show(&command.place, settings)
}

/// Prints the source, the line or the lines that `argument` names.
pub(super) fn show(argument: &str, settings: &Settings) -> Result<(), Failure> {
    let answerer = open::without_reader(settings)?;
    let index = answerer.index();
    // An id may have a colon itself: the whole argument is tried first.
    let (id, lines) = match index.source(argument) {
        Some(_) => (argument, None),
        None => place(argument)?,
    };
    let source =
        index.source(id).ok_or_else(|| anyhow!("there is no source '{id}'; 'passim sources' lists them"))?;
    let (corpus, path) = (settings.corpus_dir()?, &source.description.path);
    let text = read::text_of(corpus, path, &live::reader(settings, corpus))
        .map_err(|no_text| anyhow!("cannot show {no_text}"))?;
    draw(id, &text.text, source.description.format, lines)
}

/// First and last line, both from 1 and inclusive.
type Lines = (usize, usize);

/// The id, and the lines if any are named.
fn place(argument: &str) -> Result<(&str, Option<Lines>), Failure> {
    let Some((id, lines)) = argument.rsplit_once(':') else { return Ok((argument, None)) };
    let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first >= 1 && first <= last => Ok((id, Some((first, last)))),
        _ => Err(Failure::Wrong(anyhow!(
            "cannot show '{argument}': '{lines}' is no line and no range of lines; write {id}:31 or {id}:20-31"
        ))),
    }
}

fn draw(id: &str, text: &str, format: Format, lines: Option<Lines>) -> Result<(), Failure> {
    let count = lines::lines(text).count();
    let (first, last) = lines.unwrap_or((1, count));
    if first > count {
        return Err(anyhow!("cannot show line {first} of {id}: it has {count} lines").into());
    }
    let width = last.min(count).to_string().len();
    let mut out = anstream::stdout().lock();
    let has_pages = format == Format::Pdf;
    for (number, line) in lines::lines(text).enumerate().skip(first - 1).take(last - first + 1) {
        write!(out, "{DIM}{:>width$}{DIM:#}  ", number + 1)?;
        match &text[line.range()] {
            "\u{c}" if has_pages => writeln!(out, "{DIM}p. {}{DIM:#}", page_at(text, line.end))?,
            line => writeln!(out, "{}", printable(line))?,
        }
    }
    Ok(())
}
