//! `passim why`: how the answer is chosen, or how that of a receipt was.

use std::io::Write;

use anyhow::anyhow;
use clap::Args;
use serde::Serialize;

use super::draw::{BOLD, DIM, printable};
use super::verify::receipt_id;
use super::{Failure, keep, open, print_json};
use crate::answer::explain::{Contribution, ExplainedCandidate, Explanation};
use crate::answer::reply::spoken_place;
use crate::answer::trace::Trace;
use crate::keeping;
use crate::language::Language;
use crate::settings::Settings;
use crate::store::Receipt;
use crate::tables::written;

#[derive(Debug, Args)]
pub struct Why {
    /// How an answer was chosen when it was given, by its receipt
    #[arg(long, value_name = "ID", conflicts_with_all = ["sources", "words"])]
    receipt: Option<String>,
    /// Ask this source only; may be given more than once
    #[arg(long = "source", value_name = "ID")]
    sources: Vec<String>,
    /// The question; quotation marks around it are optional
    #[arg(required_unless_present = "receipt", value_name = "QUESTION")]
    words: Vec<String>,
    /// Print every number, as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Why, settings: &Settings) -> Result<(), Failure> {
    if let Some(receipt) = &command.receipt {
        return replay(&receipt_id(receipt)?, command.json, settings);
    }
    let answerer = open::answerer(settings)?;
    let explanation = answerer.explain(&command.words.join(" "), &command.sources)?;
    if command.json {
        return print_json(&explanation);
    }
    write!(anstream::stdout(), "{}", text(&explanation)?)?;
    Ok(())
}

/// Tells how an old answer was chosen, from what was kept of it.
fn replay(id: &str, is_json: bool, settings: &Settings) -> Result<(), Failure> {
    let store = keep::store_if_any(settings)?;
    let receipt = store.map(|store| store.receipt(id)).transpose()?.flatten();
    let receipt = receipt.ok_or_else(|| {
        anyhow!("no answer is kept under {id}; receipts are kept with what was asked, and go when that does")
    })?;
    let replayed = Replayed::of(&receipt, index_of_today(settings));
    if is_json {
        return print_json(&replayed);
    }
    write!(anstream::stdout(), "{}", replayed_text(&replayed)?)?;
    Ok(())
}

/// The state of the index today. Where there is none, only the comparison with it is lost.
fn index_of_today(settings: &Settings) -> Option<String> {
    let index = settings.corpus_dir().map_err(Failure::from).and_then(|corpus| open::index(corpus, settings));
    match index {
        Ok(index) => Some(index.fingerprint().to_owned()),
        Err(failure) => {
            open::note(&format!("whether the sources are still the same could not be seen: {failure}"));
            None
        }
    }
}

/// How an answer was chosen, as `--json` prints it: the promise to scripts.
#[derive(Serialize)]
struct Replayed<'a> {
    receipt: &'a str,
    question: &'a str,
    answer: &'a str,
    confidence: Option<f64>,
    at: String,
    /// Of the program that answered.
    version: Option<&'a str>,
    /// The state of the index that answered.
    fingerprint: &'a str,
    /// Whether the index of today is in that state; nothing where there is none.
    is_same_index: Option<bool>,
    is_same_version: Option<bool>,
    /// Nothing where none was kept.
    trace: Option<Trace>,
}

impl<'a> Replayed<'a> {
    fn of(receipt: &'a Receipt, today: Option<String>) -> Replayed<'a> {
        let version = receipt.version.as_deref();
        Replayed {
            receipt: &receipt.id,
            question: &receipt.question,
            answer: &receipt.answer,
            confidence: receipt.confidence,
            at: written(receipt.at),
            version,
            fingerprint: &receipt.fingerprint,
            is_same_index: today.map(|today| today == receipt.fingerprint),
            is_same_version: version.map(|version| version == env!("CARGO_PKG_VERSION")),
            trace: keeping::trace(receipt),
        }
    }
}

fn replayed_text(replayed: &Replayed<'_>) -> Result<String, Failure> {
    use std::fmt::Write;
    let mut out = String::new();
    let version =
        replayed.version.map_or("an older passim".to_owned(), |version| format!("passim {version}"));
    let index: String = replayed.fingerprint.chars().take(12).collect();
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}  {}, {version}, index {}",
        replayed.receipt,
        replayed.at,
        printable(&index)
    )?;
    writeln!(out, "{}", one_line(replayed.question))?;
    let answer = if replayed.answer.is_empty() { "the sources did not say" } else { replayed.answer };
    writeln!(out, "{}\n", one_line(answer))?;
    match &replayed.trace {
        None => writeln!(out, "How it was chosen was not kept: an older version of passim answered.")?,
        Some(trace) => out.push_str(&trace_text(trace)?),
    }
    let today = match (replayed.is_same_index, replayed.is_same_version) {
        (None, _) => return Ok(out),
        (Some(true), Some(true)) => {
            "The index and passim are the same today: 'passim why' tells the same in full."
        }
        (Some(true), _) => "The index is the same today, and passim is another version.",
        (Some(false), _) => {
            "The index is another one today: the sources or the rules of reading them have changed."
        }
    };
    writeln!(out, "\n{today}")?;
    Ok(out)
}

fn trace_text(trace: &Trace) -> Result<String, Failure> {
    use std::fmt::Write;
    let mut out = String::new();
    writeln!(out, "{BOLD}Asked for{BOLD:#}  {}", word(&trace.asked)?.replace('_', " "))?;
    writeln!(out, "\n{BOLD}Words{BOLD:#}")?;
    for term in &trace.terms {
        let known = if term.is_known { "" } else { "  in no source" };
        let role = word(&term.role)?;
        writeln!(out, "  {:<18} {role:<8} weight {:>5.2}{known}", printable(&term.word), term.weight)?;
    }
    for correction in &trace.corrections {
        writeln!(out, "  “{}” was read as “{}”", printable(&correction.from), printable(&correction.to))?;
    }
    writeln!(out, "\n{BOLD}Sentences{BOLD:#}  of {} passages", trace.passages)?;
    for (rank, candidate) in trace.candidates.iter().enumerate() {
        let place = why_place(&candidate.source, &candidate.path, candidate.page, candidate.line);
        writeln!(out, "{:>3}. {BOLD}{:.2}{BOLD:#}  {}", rank + 1, candidate.score, printable(&place))?;
        writeln!(out, "     {}", one_line(&candidate.sentence))?;
        let parts = candidate
            .contributions
            .iter()
            .map(|(name, brought)| format!("  {} {brought:+.2}", printable(name)));
        writeln!(out, "     {DIM}mostly{}{DIM:#}", parts.collect::<String>())?;
    }
    writeln!(out, "\n{BOLD}Confidence{BOLD:#}  {:.2}: how likely this was right", trace.confidence)?;
    writeln!(
        out,
        "{BOLD}Support{BOLD:#}  {:.2}: how likely the sources answered at all; threshold {:.2}",
        trace.support, trace.threshold
    )?;
    if let Some(declined) = &trace.declined {
        writeln!(out, "  Declined: {}.", printable(declined))?;
    }
    if let Some((polarity, probability)) = &trace.polarity {
        writeln!(out, "{BOLD}{}{BOLD:#}  yes with a probability of {probability:.2}", polarity.opening())?;
    }
    Ok(out)
}

/// A choice as its word.
fn word(choice: &impl Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string(choice)?.trim_matches('"').to_owned())
}

fn one_line(text: &str) -> String {
    printable(&text.split_whitespace().collect::<Vec<&str>>().join(" "))
}

/// The explanation for people: what was looked for, the best sentences with what speaks for each, the decision.
pub(super) fn text(explanation: &Explanation) -> Result<String, Failure> {
    use std::fmt::Write;
    let mut out = String::new();
    writeln!(out, "{BOLD}Asked for{BOLD:#}  {}", word(&explanation.asked)?.replace('_', " "))?;
    writeln!(out, "\n{BOLD}Words{BOLD:#}")?;
    for term in &explanation.terms {
        let forms: Vec<&str> = term.forms.iter().map(|(form, _)| form.as_str()).collect();
        let known = if term.is_known { "" } else { "  in no source" };
        let role = word(&term.role)?;
        writeln!(
            out,
            "  {:<18} {:<8} weight {:>5.2}  {DIM}{}{DIM:#}{known}",
            printable(&term.word),
            role,
            term.weight,
            printable(&forms.join(", "))
        )?;
    }
    for correction in &explanation.corrections {
        writeln!(out, "  “{}” was read as “{}”", printable(&correction.from), printable(&correction.to))?;
    }
    writeln!(out, "\n{BOLD}Sentences{BOLD:#}  of {} passages", explanation.passages)?;
    for (rank, candidate) in explanation.candidates.iter().enumerate() {
        out.push_str(&candidate_text(rank + 1, candidate)?);
    }
    let confidence = &explanation.confidence;
    writeln!(out, "\n{BOLD}Confidence{BOLD:#}  {:.2}: how likely this is right", confidence.value)?;
    writeln!(out, "  {DIM}intercept {:+.2}{}{DIM:#}", confidence.intercept, sum(&confidence.signs))?;
    writeln!(
        out,
        "\n{BOLD}Support{BOLD:#}  {:.2}: how likely the sources answer at all; threshold {:.2}",
        confidence.support, confidence.threshold
    )?;
    let signs = sum(&confidence.support_signs);
    writeln!(out, "  {DIM}intercept {:+.2}{signs}{DIM:#}", confidence.support_intercept)?;
    if let Some(declined) = &confidence.declined {
        writeln!(out, "  Declined: {declined}.")?;
    }
    if let Some(polarity) = &explanation.polarity {
        writeln!(
            out,
            "\n{BOLD}{}{BOLD:#}  yes with a probability of {:.2}",
            polarity.polarity.opening(),
            polarity.probability
        )?;
        writeln!(out, "  {DIM}intercept {:+.2}{}{DIM:#}", polarity.intercept, sum(&polarity.evidence))?;
    }
    Ok(out)
}

/// "004, lease.pdf p. 12".
fn why_place(source: &str, path: &str, page: Option<u32>, line: usize) -> String {
    format!("{source}, {path} {}", spoken_place(page, line, Language::English))
}

fn candidate_text(rank: usize, candidate: &ExplainedCandidate) -> Result<String, Failure> {
    use std::fmt::Write;
    let mut out = String::new();
    let place = why_place(&candidate.source, &candidate.path, candidate.page, candidate.line);
    writeln!(out, "{rank:>3}. {BOLD}{:.2}{BOLD:#}  {}", candidate.score, printable(&place))?;
    writeln!(out, "     {}", one_line(&candidate.sentence))?;
    let parts = sum(&candidate.features);
    writeln!(out, "     {DIM}intercept {:+.2}{parts}{DIM:#}", candidate.intercept)?;
    for value in &candidate.values {
        writeln!(out, "     “{}” with probability {:.2}", printable(&value.text), value.probability)?;
    }
    if let Some(rule) = &candidate.rejected {
        writeln!(out, "     {rule}")?;
    }
    Ok(out)
}

/// "  coverage +2.31  cue +0.40 …", without what contributes next to nothing.
fn sum(contributions: &[Contribution]) -> String {
    let counted = contributions.iter().filter(|part| part.contribution.abs() >= 0.005);
    counted.map(|part| format!("  {} {:+.2}", part.name, part.contribution)).collect()
}
