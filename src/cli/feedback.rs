//! `passim feedback`: what people thought of answers, newest first, or by the source that they were taken from.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::draw::{BOLD, DIM, printable};
use super::{Failure, keep, print_json};
use crate::settings::Settings;
use crate::store::{self, Scope, Votes};
use crate::tables::{self, written};

#[derive(Debug, Args)]
pub struct Feedback {
    /// By source, the most disappointing first
    #[arg(long)]
    by_source: bool,
    /// How many lines
    #[arg(long, default_value_t = 100, value_name = "N")]
    limit: u32,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
    /// Print it as a table for spreadsheets
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    question: &'a str,
    answer: Option<&'a str>,
    sources: &'a [String],
    helpful: u32,
    not_helpful: u32,
    remarks: &'a [String],
    last: String,
}

#[derive(Serialize)]
struct SourceLine<'a> {
    source: &'a str,
    answers: u32,
    helpful: u32,
    not_helpful: u32,
}

pub(super) fn run(command: &Feedback, settings: &Settings) -> Result<(), Failure> {
    let store = keep::store(settings)?;
    if command.by_source {
        return by_source(command, &store.feedback_by_source(Scope::All, command.limit)?);
    }
    let given = store.feedback(Scope::All, command.limit, 0)?;
    if command.csv {
        io::stdout().write_all(&tables::feedback(&given)?)?;
        return Ok(());
    }
    if command.json {
        return print_json(&given.iter().map(line).collect::<Vec<Line<'_>>>());
    }
    let mut out = anstream::stdout().lock();
    if given.is_empty() {
        writeln!(out, "Nobody has said yet whether an answer helped.")?;
    }
    for feedback in &given {
        let answer = feedback.answer.as_deref().map(|answer| format!(" → {answer}")).unwrap_or_default();
        writeln!(out, "{BOLD}{}{BOLD:#}{}", printable(&feedback.question), printable(&answer))?;
        let sources = printable(&feedback.sources.join(", "));
        writeln!(out, "  {}  {DIM}{}  {sources}{DIM:#}", counted(feedback.votes), written(feedback.at))?;
        for note in &feedback.notes {
            writeln!(out, "  “{}”", printable(note))?;
        }
    }
    Ok(())
}

fn by_source(command: &Feedback, sources: &[store::SourceFeedback]) -> Result<(), Failure> {
    if command.csv {
        io::stdout().write_all(&tables::feedback_by_source(sources)?)?;
        return Ok(());
    }
    if command.json {
        return print_json(&sources.iter().map(source_line).collect::<Vec<SourceLine<'_>>>());
    }
    let mut out = anstream::stdout().lock();
    if sources.is_empty() {
        writeln!(out, "Nobody has said yet whether an answer helped.")?;
    }
    for source in sources {
        let name = printable(&source.source);
        writeln!(out, "{BOLD}{name}{BOLD:#}  {}, {} answers", counted(source.votes), source.answers)?;
    }
    Ok(())
}

fn counted(votes: Votes) -> String {
    format!("helpful {}, not helpful {}", votes.helpful, votes.not_helpful)
}

fn line(feedback: &store::Feedback) -> Line<'_> {
    Line {
        question: &feedback.question,
        answer: feedback.answer.as_deref(),
        sources: &feedback.sources,
        helpful: feedback.votes.helpful,
        not_helpful: feedback.votes.not_helpful,
        remarks: &feedback.notes,
        last: written(feedback.at),
    }
}

fn source_line(source: &store::SourceFeedback) -> SourceLine<'_> {
    SourceLine {
        source: &source.source,
        answers: source.answers,
        helpful: source.votes.helpful,
        not_helpful: source.votes.not_helpful,
    }
}
