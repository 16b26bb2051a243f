//! `passim eval`: a whole question set, measured.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Args;

use super::ask::Json;
use super::{Failure, open, print_json};
use crate::Answerer;
use crate::answer::Citation;
use crate::answer::followup::Conversation;
use crate::eval::question_set::{self, Question};
use crate::eval::{Prediction, Side, measures, table};
use crate::language::Language;
use crate::settings::Settings;

#[derive(Debug, Args)]
pub struct Eval {
    /// The question set: one JSON object a line. Its documents are the folder `docs` beside it, where there is
    /// one and --corpus names no other
    #[arg(value_name = "FILE.jsonl")]
    file: PathBuf,
    /// Write what was answered to each question, one JSON object a line
    #[arg(long, value_name = "OUT.jsonl")]
    pred: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Eval, settings: &Settings, names_corpus: bool) -> Result<(), Failure> {
    let questions = question_set::read(&command.file)?;
    let docs = command.file.parent().unwrap_or(Path::new(".")).join("docs");
    let answerer = if !names_corpus && docs.is_dir() {
        open::answerer_over(&docs, settings)?
    } else {
        open::answerer(settings)?
    };
    let mut answered = Vec::with_capacity(questions.len());
    for question in questions {
        let prediction = predict(&question, &answerer)?;
        answered.push((question, prediction));
    }
    if let Some(path) = &command.pred {
        write_predictions(&answered, path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let summary = measures::summarise(&answered);
    if command.json {
        return print_json(&table::json(&summary));
    }
    write!(anstream::stdout(), "{}", table::text(&summary))?;
    Ok(())
}

fn predict(question: &Question, answerer: &Answerer) -> Result<Prediction, Failure> {
    let (last, before) =
        question.turns.split_last().context("a question set has a turn for each question")?;
    let mut conversation = Conversation::default();
    for turn in before {
        answerer.ask_in(&mut conversation, turn, &[])?;
    }
    let started = Instant::now();
    let answer = answerer.ask_in(&mut conversation, last, &[])?;
    let latency_ms = started.elapsed().as_secs_f64() * 1e3;
    let reply = answerer.reply(&answer, Language::English);
    Ok(prediction(&question.id, &Json::of(&answer, &reply, latency_ms), latency_ms))
}

fn prediction(id: &str, json: &Json<'_>, latency_ms: f64) -> Prediction {
    let quotes: Vec<String> = json.citations.iter().map(|citation| citation.quote.clone()).collect();
    Prediction {
        id: id.to_owned(),
        answer: json.answer.to_owned(),
        value: json.value.map(str::to_owned),
        quote: quotes.first().cloned().unwrap_or_default(),
        quotes,
        citations: cited(json.citations),
        status: json.status.to_owned(),
        disagreements: json
            .disagreements
            .iter()
            .map(|side| Side { answer: side.answer.to_owned(), citations: cited(side.citations) })
            .collect(),
        // Whoever asks back has not answered.
        abstained: !matches!(json.status, "answered" | "disputed"),
        confidence: json.confidence,
        support: json.support,
        ranked_docs: json.ranked_sources.to_vec(),
        latency_ms,
    }
}

fn cited(citations: &[Citation]) -> Vec<String> {
    citations.iter().map(|citation| citation.source.clone()).collect()
}

fn write_predictions(answered: &[(Question, Prediction)], path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for (_, prediction) in answered {
        serde_json::to_writer(&mut out, prediction)?;
        writeln!(out)?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::reply::Reply;
    use crate::answer::template::Templates;
    use crate::answer::{Outcome, samples};

    fn predicted(outcome: Outcome) -> Prediction {
        let templates =
            Templates::parse(include_str!("../../config/replies.toml"), "replies.toml", Language::English);
        let answer = samples::answer(outcome);
        let reply = Reply::of(&answer, &templates.unwrap(), None, 0.5);
        prediction("1", &Json::of(&answer, &reply, 0.1), 0.1)
    }

    #[test]
    fn a_dispute_is_an_answer_with_all_its_sides() {
        let prediction = predicted(samples::disputed());
        assert_eq!((prediction.status.as_str(), prediction.abstained), ("disputed", false));
        assert_eq!(
            (prediction.answer.as_str(), prediction.value.as_deref()),
            ("30 days are due", Some("30 days"))
        );
        assert_eq!(prediction.citations, ["101", "6"]);
        let other = Side { answer: "28 days".to_owned(), citations: vec!["105".to_owned()] };
        assert_eq!(prediction.disagreements, [other]);
        assert_eq!(prediction.quotes, ["Notice: 30 days are due.", "Thirty days are due."]);
    }

    #[test]
    fn whoever_asks_back_has_not_answered() {
        let prediction = predicted(samples::ambiguous(&[("1", "Ghent"), ("2", "Leipzig")]));
        assert_eq!((prediction.status.as_str(), prediction.abstained), ("ambiguous", true));
        assert_eq!((prediction.answer.as_str(), prediction.citations.len()), ("", 0));
    }
}
