//! `passim eval`: a whole question set, measured.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::Context;
use clap::Args;

use super::ask::Json;
use super::{Failure, open, print_json};
use crate::Answerer;
use crate::answer::followup::Conversation;
use crate::answer::{self, Citation};
use crate::eval::question_set::{self, Question};
use crate::eval::report::{self, Run};
use crate::eval::{Prediction, Side, baseline, table};
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
    /// Ask on so many threads at once. The default is one for each core; each question's time is its own, but
    /// they share the memory and its caches, so that 1 measures what a single asker waits
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

pub(super) fn run(command: &Eval, settings: &Settings, names_corpus: bool) -> Result<(), Failure> {
    let questions = question_set::read(&command.file)?;
    let docs = command.file.parent().unwrap_or(Path::new(".")).join("docs");
    let answerer = if !names_corpus && docs.is_dir() {
        open::answerer_over(&docs, settings)?
    } else {
        open::answerer(settings)?
    };
    let threads = command.threads.or_else(|| available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let run = ask_all(questions, &answerer, threads)?;
    if let Some(path) = &command.pred {
        write_predictions(&run.answered, path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let report = report::of(&run);
    if command.json {
        return print_json(&table::json(&report));
    }
    write!(anstream::stdout(), "{}", table::text(&report))?;
    Ok(())
}

/// What was replied to one question, and what a plain search would have replied.
struct Asked {
    prediction: Prediction,
    /// As the question was understood.
    asked: String,
    baseline: Prediction,
}

/// Asks every question; the run has them in the order of the set, whichever thread was faster.
fn ask_all(questions: Vec<Question>, answerer: &Answerer, threads: usize) -> Result<Run, Failure> {
    let next = AtomicUsize::new(0);
    let ask_until_done = || -> Vec<(usize, Result<Asked, Failure>)> {
        let mut replies = Vec::new();
        // Whoever is done takes the next one: conversations take longer than single questions.
        while let Some((place, question)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            questions.get(place).map(|question| (place, question))
        } {
            replies.push((place, ask_one(question, answerer)));
        }
        replies
    };
    let mut replies = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..threads).map(|_| scope.spawn(ask_until_done)).collect();
        let mut replies = Vec::with_capacity(questions.len());
        for thread in asking {
            // A panic in a thread is ours to pass on, not to swallow.
            replies.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        replies
    });
    replies.sort_by_key(|(place, _)| *place);
    let mut run = Run::default();
    for (question, (_, reply)) in questions.into_iter().zip(replies) {
        let reply = reply?;
        run.baseline.push((question.clone(), reply.baseline));
        run.answered.push((question, reply.prediction));
        run.asked.push(reply.asked);
    }
    Ok(run)
}

fn ask_one(question: &Question, answerer: &Answerer) -> Result<Asked, Failure> {
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
    Ok(Asked {
        prediction: prediction(&question.id, &Json::of(&answer, &reply, latency_ms), latency_ms),
        asked: asked_for(answer.whole_question(), answerer)?,
        baseline: baseline::predict(&question.id, last, answerer.index())?,
    })
}

/// What a question asks for, in the word of `why --json`.
fn asked_for(question: &str, answerer: &Answerer) -> Result<String, Failure> {
    let asked = answer::question::Question::parse(question, answerer.lexicon()).asked;
    Ok(serde_json::to_value(asked)?.as_str().unwrap_or_default().to_owned())
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
