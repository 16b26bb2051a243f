//! `passim feedback`: what people thought of answers, newest first, or by the source that they were taken from.

use std::io::Write;

use clap::Args;
use serde::Serialize;

use super::draw::{BOLD, DIM, printable};
use super::listed::Listed;
use super::{Failure, keep};
use crate::settings::Settings;
use crate::store::{self, Scope, Votes};
use crate::tables::{self, written};

#[derive(Debug, Args)]
pub struct Feedback {
    /// By source, the most disappointing first
    #[arg(long)]
    by_source: bool,
    #[command(flatten)]
    listed: Listed,
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
        return by_source(
            command,
            &store.feedback_by_source(Scope::All, command.listed.limit, &|_, _| true)?,
        );
    }
    let given = store.feedback(Scope::All, command.listed.limit, 0)?;
    let json = || given.iter().map(line).collect::<Vec<Line<'_>>>();
    if command.listed.printed(json, || tables::feedback(&given))? {
        return Ok(());
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
    let json = || sources.iter().map(source_line).collect::<Vec<SourceLine<'_>>>();
    if command.listed.printed(json, || tables::feedback_by_source(sources))? {
        return Ok(());
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
