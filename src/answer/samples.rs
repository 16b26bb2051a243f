//! Answers made by hand, for tests of what is done with answers.

use super::{Answer, Choice, Citation, Finding, Outcome, receipt};
use crate::corpus::Date;

/// Of the third line of a source.
pub fn citation(source: &str, quote: &str) -> Citation {
    Citation {
        source: source.to_owned(),
        title: "The lease".to_owned(),
        date: None,
        path: format!("{source}.md"),
        url: None,
        heading: Vec::new(),
        page: None,
        line_start: 3,
        line_end: 3,
        byte_start: 0,
        byte_end: quote.len(),
        quote: quote.to_owned(),
        highlights: Vec::new(),
        sha256: receipt::sha256(quote),
    }
}

/// Out of one source, perhaps with a date.
pub fn finding(answer: &str, value: &str, source: &str, date: Option<&str>) -> Finding {
    let date: Option<Date> = date.map(|date| date.parse().unwrap());
    let citation = Citation { date, ..citation(source, &format!("Notice: {answer}.")) };
    Finding {
        answer: answer.to_owned(),
        value: Some(value.to_owned()),
        polarity: None,
        citations: vec![citation],
    }
}

/// 30 days say two sources, 28 days one.
pub fn disputed() -> Outcome {
    let mut best = finding("30 days are due", "30 days", "101", Some("2026-01-06"));
    best.citations.push(citation("6", "Thirty days are due."));
    Outcome::Disputed { best, others: vec![finding("28 days", "28 days", "105", Some("2026-02-03"))] }
}

pub fn ambiguous(choices: &[(&str, &str)]) -> Outcome {
    let choice =
        |(source, title): &(&str, &str)| Choice { source: (*source).to_owned(), title: (*title).to_owned() };
    Outcome::Ambiguous { choices: choices.iter().map(choice).collect() }
}

/// A confident one to "What is the notice?".
pub fn answer(outcome: Outcome) -> Answer {
    let question = "What is the notice?";
    Answer {
        question: question.to_owned(),
        understood_as: None,
        confidence: 0.9,
        support: 0.9,
        corrections: Vec::new(),
        missing: Vec::new(),
        ranked_sources: Vec::new(),
        receipt: receipt::of(question, "index", &outcome),
        outcome,
    }
}
