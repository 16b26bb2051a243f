//! `passim why`: how the answer was chosen.

use std::io::Write;

use clap::Args;

use super::ask::Asked;
use super::draw::{BOLD, DIM, printable};
use super::{Failure, open, print_json};
use crate::answer::explain::{Contribution, ExplainedCandidate, Explanation};
use crate::settings::Settings;

#[derive(Debug, Args)]
pub struct Why {
    #[command(flatten)]
    asked: Asked,
    /// Print every number, as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Why, settings: &Settings) -> Result<(), Failure> {
    let answerer = open::answerer(settings)?;
    let explanation = answerer.explain(&command.asked.question(), &command.asked.sources)?;
    if command.json {
        return print_json(&explanation);
    }
    write!(anstream::stdout(), "{}", text(&explanation)?)?;
    Ok(())
}

/// The explanation for people: what was looked for, the best sentences with what speaks for each, the decision.
pub(super) fn text(explanation: &Explanation) -> Result<String, Failure> {
    use std::fmt::Write;
    let mut out = String::new();
    let asked = serde_json::to_string(&explanation.asked)?;
    writeln!(out, "{BOLD}Asked for{BOLD:#}  {}", asked.trim_matches('"').replace('_', " "))?;
    writeln!(out, "\n{BOLD}Words{BOLD:#}")?;
    for term in &explanation.terms {
        let forms: Vec<&str> = term.forms.iter().map(|(form, _)| form.as_str()).collect();
        let known = if term.is_known { "" } else { "  in no source" };
        let role = serde_json::to_string(&term.role)?;
        writeln!(
            out,
            "  {:<18} {:<8} weight {:>5.2}  {DIM}{}{DIM:#}{known}",
            printable(&term.word),
            role.trim_matches('"'),
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

fn candidate_text(rank: usize, candidate: &ExplainedCandidate) -> Result<String, Failure> {
    use std::fmt::Write;
    let mut out = String::new();
    let place = format!("{}, {} line {}", candidate.source, candidate.path, candidate.line);
    writeln!(out, "{rank:>3}. {BOLD}{:.2}{BOLD:#}  {}", candidate.score, printable(&place))?;
    writeln!(
        out,
        "     {}",
        printable(&candidate.sentence.split_whitespace().collect::<Vec<&str>>().join(" "))
    )?;
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
