//! Answers and questions made by hand, for tests of what is done with them.

use super::associations::Associations;
use super::lexicon::Lexicon;
use super::question::Question;
use super::sentences::{Sentence, Wanted};
use super::terms::{Form, WeightedTerm};
use super::weights::Weights;
use super::{Answer, Choice, Chooser, Citation, Engine, Finding, Options, Outcome, receipt};
use crate::corpus::{Date, Encoding, Neighbours};
use crate::retrieval::sync;

/// Of the third line of a source.
pub fn citation(source: &str, quote: &str) -> Citation {
    Citation {
        source: source.to_owned(),
        title: "The lease".to_owned(),
        date: None,
        is_superseded: false,
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
        encoding: Encoding::Utf8,
        neighbours: Neighbours::default(),
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
        other_language: None,
        ranked_sources: Vec::new(),
        degraded: None,
        receipt: receipt::of(question, "index", &outcome),
        outcome,
    }
}

/// The question and the texts, read for it: each of its words weighs the same, as where nothing is indexed.
pub fn sentences_for<T>(question: &str, texts: &[&str], read: impl Fn(&Question, &[Sentence<'_>]) -> T) -> T {
    let lexicon = Lexicon::default();
    let question = Question::parse(question, &lexicon);
    let weighted = |term: &super::question::QuestionTerm| WeightedTerm {
        forms: vec![Form { stems: vec![term.stem.clone()], quality: 1.0 }],
        term: term.clone(),
        weight: 1.0,
        is_known: true,
    };
    let terms: Vec<WeightedTerm> = question.terms.iter().map(weighted).collect();
    let associations = Associations::default();
    let wanted = Wanted::new(&terms, &lexicon, &associations);
    let sentences: Vec<Sentence<'_>> =
        texts.iter().map(|text| Sentence::new(text, question.analyzer(), &wanted)).collect();
    read(&question, &sentences)
}

/// What `use_it` makes of the shipped weights over these documents, which are the sources "000", "001" and so on.
/// Everything is answered, and misspelt words are read as words of the documents.
pub fn over<T>(documents: &[&str], use_it: impl FnOnce(Engine<'_>) -> T) -> T {
    let corpus = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in documents.iter().enumerate() {
        std::fs::write(corpus.path().join(format!("{number:03}-case.md")), text).unwrap();
    }
    let memory = 20_000_000;
    let options = sync::Options {
        threads: 1,
        memory_per_thread: memory,
        largest_file: memory as u64,
        rebuild: false,
        program: None,
    };
    let (index, _) = sync::sync(folder.path(), corpus.path(), options, 0, &mut |_| {}).unwrap();
    let weights = Weights::parse(include_str!("../../config/weights.toml"), "weights.toml").unwrap();
    let options = Options { threshold: 0.0, passages: 8, spelling: true, windows: 2, chooser: Chooser::Both };
    use_it(Engine {
        index: &index,
        lexicon: &Lexicon::default(),
        weights: &weights,
        neural: None,
        options,
        told: None,
    })
}
