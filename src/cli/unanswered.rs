//! `passim unanswered`: what the sources lack, most asked first.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::draw::{BOLD, DIM, printable};
use super::listed::Listed;
use super::{Failure, keep};
use crate::settings::Settings;
use crate::store::{Scope, Unanswered};
use crate::tables::{self, written};

#[derive(Debug, Args)]
pub struct UnansweredQuestions {
    /// With those that somebody took care of
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    listed: Listed,
}

#[derive(Serialize)]
struct Group<'a> {
    question: &'a str,
    asked: u32,
    people: u32,
    guilds: u32,
    /// How often there was an answer that did not help.
    not_helpful: u32,
    missing: &'a [String],
    nearest: Option<&'a crate::store::Nearest>,
    first: String,
    last: String,
    resolved: bool,
}

pub(super) fn run(command: &UnansweredQuestions, settings: &Settings) -> Result<(), Failure> {
    let groups = keep::store(settings)?.unanswered(Scope::All, command.all, command.listed.limit, 0)?;
    let json = || groups.iter().map(Group::of).collect::<Vec<Group<'_>>>();
    if command.listed.printed(json, || tables::unanswered(&groups))? {
        return Ok(());
    }
    let mut out = anstream::stdout().lock();
    if groups.is_empty() {
        writeln!(out, "No question is open: the sources answered all, or somebody took care of them.")?;
    }
    for group in &groups {
        draw(&mut out, group)?;
    }
    Ok(())
}

fn draw(out: &mut impl Write, group: &Unanswered) -> io::Result<()> {
    let question = printable(&group.question);
    let people = if group.people > 0 { format!(", by {} people", group.people) } else { String::new() };
    let resolved = if group.is_resolved { ", resolved" } else { "" };
    writeln!(out, "{BOLD}{:>4}×{BOLD:#} {question}", group.count)?;
    writeln!(out, "      {DIM}last {}{people}{resolved}{DIM:#}", written(group.last))?;
    if group.disliked > 0 {
        writeln!(out, "      {} of them had an answer that did not help", group.disliked)?;
    }
    if !group.gap.missing.is_empty() {
        writeln!(out, "      in no source: {}", printable(&group.gap.missing.join(", ")))?;
    }
    if let Some(nearest) = &group.gap.nearest {
        writeln!(out, "      closest: {}, line {}", printable(&nearest.source), nearest.line)?;
    }
    Ok(())
}

impl Group<'_> {
    fn of(group: &Unanswered) -> Group<'_> {
        Group {
            question: &group.question,
            asked: group.count,
            people: group.people,
            guilds: group.guilds,
            not_helpful: group.disliked,
            missing: &group.gap.missing,
            nearest: group.gap.nearest.as_ref(),
            first: written(group.first),
            last: written(group.last),
            resolved: group.is_resolved,
        }
    }
}
