//! `passim ask`: one question, one answer.

use std::io::Write;
use std::time::Instant;

use clap::Args;

use super::keep::Keeper;
use super::{Failure, draw, open, print_json};
use crate::answer::followup::Conversation;
use crate::answer::json::Json;
use crate::answer::reply::Reply;
use crate::answer::{Answer, Outcome};
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
    let keeper = Keeper::open(settings)?;
    let sources = &command.asked.sources;
    let started = Instant::now();
    let question = command.asked.question();
    let (answer, trace) = answerer.ask_traced(&mut Conversation::default(), &question, sources)?;
    let took_ms = started.elapsed().as_secs_f64() * 1e3;
    let answer = keeper.unless_withdrawn(answer, &answerer)?;
    let reply = answerer.reply(&answer, Language::English);
    let printed = print(command, &answer, &reply, took_ms);
    // Kept also where nobody reads it to its end.
    keeper.keep(&answer, trace.as_ref(), &answerer, sources);
    printed
}

fn print(command: &Ask, answer: &Answer, reply: &Reply, took_ms: f64) -> Result<(), Failure> {
    if command.json {
        return print_json(&Json::of(answer, reply, took_ms));
    }
    let mut out = anstream::stdout().lock();
    write!(out, "{}", draw::reply(reply))?;
    if let Outcome::Ambiguous { .. } = answer.outcome {
        writeln!(out, "\nAsk again with --source and one of these ids.")?;
    }
    Ok(())
}
