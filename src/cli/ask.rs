//! `passim ask`: one question, one answer.

use std::io::Write;
use std::time::Instant;

use clap::Args;
use serde::Serialize;

use super::{Failure, draw, open, print_json};
use crate::Answerer;
use crate::answer::{Answer, Citation, Correction, Outcome};
use crate::language::Language;
use crate::settings::Settings;

#[derive(Debug, Args)]
pub struct Ask {
    #[command(flatten)]
    asked: Asked,
    /// Print everything there is to know about the answer, as JSON
    #[arg(long)]
    json: bool,
}

/// A question, and whom it is put to.
#[derive(Debug, Args)]
pub(super) struct Asked {
    /// Ask this source only; may be given more than once
    #[arg(long = "source", value_name = "ID")]
    pub(super) sources: Vec<String>,
    /// The question; quotation marks around it are optional
    #[arg(required = true, value_name = "QUESTION")]
    words: Vec<String>,
}

impl Asked {
    pub(super) fn question(&self) -> String {
        self.words.join(" ")
    }
}

pub(super) fn run(command: &Ask, settings: &Settings) -> Result<(), Failure> {
    let answerer = open::answerer(settings)?;
    let started = Instant::now();
    let answer = answerer.ask(&command.asked.question(), &command.asked.sources)?;
    let took_ms = started.elapsed().as_secs_f64() * 1e3;
    if command.json {
        return print_json(&Json::of(&answer, &answerer, took_ms));
    }
    write!(anstream::stdout(), "{}", draw::reply(&answerer.reply(&answer, Language::English)))?;
    Ok(())
}

/// An answer as `--json` prints it: the promise to scripts.
#[derive(Debug, Serialize)]
pub(super) struct Json<'a> {
    question: &'a str,
    understood_as: Option<&'a str>,
    pub(super) status: &'static str,
    pub(super) answer: &'a str,
    pub(super) value: Option<&'a str>,
    reply: String,
    confidence: f64,
    pub(super) citations: &'a [Citation],
    disagreements: [(); 0],
    choices: [(); 0],
    corrections: &'a [Correction],
    missing: &'a [String],
    nearest: Option<&'a Citation>,
    pub(super) ranked_sources: &'a [String],
    receipt: &'a str,
    took_ms: f64,
}

impl<'a> Json<'a> {
    pub(super) fn of(answer: &'a Answer, answerer: &Answerer, took_ms: f64) -> Json<'a> {
        let mut json = Json {
            question: &answer.question,
            understood_as: answer.understood_as.as_deref(),
            status: "abstained",
            answer: "",
            value: None,
            reply: answerer.reply(answer, Language::English).headline,
            confidence: answer.confidence,
            citations: &[],
            disagreements: [],
            choices: [],
            corrections: &answer.corrections,
            missing: &answer.missing,
            nearest: None,
            ranked_sources: &answer.ranked_sources,
            receipt: &answer.receipt,
            took_ms: (took_ms * 1e3).round() / 1e3,
        };
        match &answer.outcome {
            Outcome::Found(finding) => {
                json.status = "answered";
                json.answer = &finding.answer;
                json.value = finding.value.as_deref();
                json.citations = &finding.citations;
            }
            Outcome::Abstained { nearest } => json.nearest = nearest.as_ref(),
            Outcome::SmallTalk(_) => json.status = "smalltalk",
            Outcome::Empty | Outcome::TooLong => {}
        }
        json
    }
}
