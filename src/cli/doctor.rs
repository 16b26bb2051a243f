//! `passim doctor`: is everything in place, and what to do where it is not.
//!
//! It looks and changes nothing; where there is a token, it asks Discord whose it is. What there is to look at is
//! gathered once in [`context`]; what is looked at is a table of small functions in [`checks`], each of which
//! stands alone.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use anyhow::anyhow;
use clap::Args;
use serde::Serialize;

use super::draw::{DIM, printable};
use super::{Failure, print_json};
use crate::settings::Sources;

mod checks;
mod context;
mod discord;

use checks::CHECKS;
use context::Context;

#[derive(Debug, Args)]
pub struct Doctor {
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Doctor, sources: &Sources) -> Result<(), Failure> {
    let context = Context::gather(sources);
    let mut reports = Vec::new();
    for (check, look) in CHECKS {
        reports.extend(look(&context).map(|finding| Report { check, finding }));
    }
    if command.json {
        print_json(&reports)?
    } else {
        draw(&reports)?
    }
    match count(&reports, Status::Fail) {
        0 => Ok(()),
        1 => Err(Failure::Failed(anyhow!("a check failed"))),
        failed => Err(Failure::Failed(anyhow!("{failed} checks failed"))),
    }
}

/// What a check found.
#[derive(Debug, Serialize)]
struct Finding {
    status: Status,
    message: String,
    /// What to do; nothing where all is well.
    cure: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    /// It works, but probably not as somebody wanted.
    Warn,
    /// Something cannot work.
    Fail,
}

impl Finding {
    fn ok(message: impl Into<String>) -> Finding {
        Finding { status: Status::Ok, message: message.into(), cure: None }
    }

    fn warn(message: impl Into<String>, cure: impl Into<String>) -> Finding {
        Finding { status: Status::Warn, message: message.into(), cure: Some(cure.into()) }
    }

    fn fail(message: impl Into<String>, cure: impl Into<String>) -> Finding {
        Finding { status: Status::Fail, message: message.into(), cure: Some(cure.into()) }
    }
}

#[derive(Debug, Serialize)]
struct Report {
    check: &'static str,
    #[serde(flatten)]
    finding: Finding,
}

fn draw(reports: &[Report]) -> Result<(), Failure> {
    let width = reports.iter().map(|report| report.check.len()).max().unwrap_or(0);
    let mut out = anstream::stdout().lock();
    for Report { check, finding } in reports {
        let (style, word) = match finding.status {
            Status::Ok => (AnsiColor::Green.on_default(), "ok"),
            Status::Warn => (AnsiColor::Yellow.on_default(), "warn"),
            Status::Fail => (AnsiColor::Red.on_default().bold(), "fail"),
        };
        let message = on_one_line(&finding.message);
        let cure = finding.cure.as_ref().map_or(String::new(), |cure| format!("; {}", on_one_line(cure)));
        let dim = if finding.status == Status::Ok { DIM } else { Style::new() };
        writeln!(out, "{style}{word:<4}{style:#}  {check:<width$}  {dim}{message}{cure}{dim:#}")?;
    }
    let (warnings, failed) = (count(reports, Status::Warn), count(reports, Status::Fail));
    writeln!(out, "\n{} checks: {warnings} with a warning, {failed} failed.", reports.len())?;
    Ok(())
}

fn on_one_line(text: &str) -> String {
    printable(text).lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

fn count(reports: &[Report], status: Status) -> usize {
    reports.iter().filter(|report| report.finding.status == status).count()
}
