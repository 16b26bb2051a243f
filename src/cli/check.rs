//! `passim check`: whether the sources say what somebody claims.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::{Failure, draw, open, print_json};
use crate::Answerer;
use crate::answer::claims::{Checked, Difference, NoClaim, Review, Verdict};
use crate::answer::{Citation, LONGEST_QUESTION};
use crate::eval::claims as measured;
use crate::language::Language;
use crate::settings::Settings;

#[derive(Debug, Args)]
pub struct Check {
    /// Check against this source only; may be given more than once
    #[arg(long = "source", value_name = "ID")]
    sources: Vec<String>,
    /// Print everything there is to know, as JSON
    #[arg(long)]
    json: bool,
    /// Check every claim of this file, one JSON object a line, and print how many verdicts are right
    #[arg(long, value_name = "FILE.jsonl", conflicts_with = "words")]
    set: Option<PathBuf>,
    /// Of the file, only claims with this corpus
    #[arg(long, value_name = "NAME", requires = "set")]
    only: Option<String>,
    /// The claim, at most ten sentences; `-` reads it from standard input
    #[arg(required_unless_present = "set", value_name = "TEXT")]
    words: Vec<String>,
}

pub(super) fn run(command: &Check, settings: &Settings) -> Result<(), Failure> {
    let answerer = open::without_reader(settings)?;
    if let Some(file) = &command.set {
        return measure(file, command, &answerer);
    }
    let text = text(&command.words)?;
    let started = Instant::now();
    let review = answerer.check(&text, &command.sources)?;
    let took_ms = started.elapsed().as_secs_f64() * 1e3;
    if command.json {
        return print_json(&Json::of(&review, took_ms));
    }
    print(&review, &answerer)
}

/// Checks one text against all sources, for people.
pub(super) fn say(text: &str, settings: &Settings) -> Result<(), Failure> {
    let answerer = open::without_reader(settings)?;
    print(&answerer.check(text, &[])?, &answerer)
}

fn print(review: &Review, answerer: &Answerer) -> Result<(), Failure> {
    let replies = answerer.check_replies(review, Language::English);
    let drawn: Vec<String> = replies.iter().map(draw::reply).collect();
    write!(anstream::stdout(), "{}", drawn.join("\n"))?;
    Ok(())
}

/// Checks the claims of a file, and prints how many verdicts are right.
fn measure(file: &Path, command: &Check, answerer: &Answerer) -> Result<(), Failure> {
    let mut figures = measured::Figures::default();
    for claim in measured::read(file, command.only.as_deref())? {
        figures.count(&claim, &answerer.check(&claim.claim, &command.sources)?);
    }
    if command.json {
        return print_json(&figures);
    }
    write!(anstream::stdout(), "{figures}")?;
    Ok(())
}

/// The words of the command line, or what stands on standard input.
fn text(words: &[String]) -> Result<String, Failure> {
    if words != ["-"] {
        return Ok(words.join(" "));
    }
    // One more than is checked is enough to see that it is too much.
    let most = 4 * LONGEST_QUESTION as u64 + 4;
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(most).read_to_end(&mut bytes).context("cannot read standard input")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[derive(Serialize)]
struct Json<'a> {
    claims: Vec<Claim<'a>>,
    left_out: usize,
    no_claim: Option<NoClaim>,
    took_ms: f64,
}

#[derive(Serialize)]
struct Claim<'a> {
    claim: &'a str,
    verdict: Verdict,
    probability: f64,
    citations: &'a [Citation],
    against: &'a [Citation],
    differs: Option<&'a Difference>,
    nearest: Option<&'a Citation>,
    missing: &'a [String],
}

impl<'a> Json<'a> {
    fn of(review: &'a Review, took_ms: f64) -> Json<'a> {
        let took_ms = (took_ms * 1e3).round() / 1e3;
        match review {
            Review::Checked { claims, left_out } => Json {
                claims: claims.iter().map(Claim::of).collect(),
                left_out: *left_out,
                no_claim: None,
                took_ms,
            },
            Review::NoClaim(reason) => {
                Json { claims: Vec::new(), left_out: 0, no_claim: Some(*reason), took_ms }
            }
        }
    }
}

impl<'a> Claim<'a> {
    fn of(checked: &'a Checked) -> Claim<'a> {
        Claim {
            claim: &checked.claim,
            verdict: checked.verdict,
            probability: checked.probability,
            citations: &checked.citations,
            against: &checked.against,
            differs: checked.differs.as_ref(),
            nearest: checked.nearest.as_ref(),
            missing: &checked.missing,
        }
    }
}
