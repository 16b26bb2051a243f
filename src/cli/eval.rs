//! `passim eval`: a whole question set, measured.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::{Failure, open, print_json};
use crate::Answerer;
use crate::answer::followup::Conversation;
use crate::answer::json::Json;
use crate::answer::{self, Chooser, Citation};
use crate::eval::asking::AskingWord;
use crate::eval::question_set::{self, Question};
use crate::eval::report::{self, Run};
use crate::eval::versions::{Version, version};
use crate::eval::{Prediction, Side, baseline, selection, table};
use crate::language::Language;
use crate::settings::Settings;
use crate::tune::Seed;

mod beside;

#[derive(Debug, Args)]
pub struct Eval {
    /// The question set: one JSON object a line. Its documents are the folder `docs` beside it, where there is
    /// one and --corpus names no other
    #[arg(value_name = "FILE.jsonl")]
    file: PathBuf,
    /// Write what was answered to each question, one JSON object a line; with --beside by the last of the ways
    #[arg(long, value_name = "OUT.jsonl")]
    pred: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// Ask on so many threads at once. The default is one for each core; each question's time is its own, but
    /// they share the memory and its caches, so that 1 measures what a single asker waits
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Ask the questions as they are written, in lower case without their question mark, or with typing errors
    #[arg(long = "as", value_name = "VERSION", value_enum, default_value = "written")]
    version: As,
    /// What typing errors and samples follow from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Ask only so many questions, drawn by their ids
    #[arg(long, value_name = "N")]
    sample: Option<NonZeroUsize>,
    /// Ask only about documents that `passim tune` learned nothing from
    #[arg(long, value_enum)]
    part: Option<PartOfSet>,
    /// The seed that was tuned with, which --part follows from
    #[arg(long, value_name = "N", default_value_t = 7, requires = "part")]
    tune_seed: u64,
    /// Who chooses the answer: the learned weights over words alone, the reader alone, or both together
    #[arg(long, value_enum, default_value = "both")]
    chooser: ChosenBy,
    /// Answer in all three ways, and show them beside each other
    #[arg(long, conflicts_with = "chooser")]
    beside: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum As {
    Written,
    Lower,
    Typos,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PartOfSet {
    HeldBack,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ChosenBy {
    Lexical,
    Reader,
    Both,
}

pub(super) fn run(command: &Eval, settings: &Settings, names_corpus: bool) -> Result<(), Failure> {
    let written = selected(command)?;
    let docs = command.file.parent().unwrap_or(Path::new(".")).join("docs");
    let asking = Asking {
        questions: versions(&written, command),
        docs: Some(docs).filter(|docs| !names_corpus && docs.is_dir()),
        settings,
        threads: command.threads.or_else(|| available_parallelism().ok()).map_or(1, NonZeroUsize::get),
    };
    if command.beside {
        let words: Vec<AskingWord> =
            written.iter().map(|question| AskingWord::of(last_turn(question))).collect();
        return beside::run(command, &asking, &words);
    }
    let answerer = chosen_by(command.chooser, asking.patient_answerer()?)?;
    let run = answer_all(asking.questions, &answerer, asking.threads)?;
    write_predictions(&run.answered, command.pred.as_deref())?;
    note_degraded(&run.answered);
    let report = report::of(&run);
    if command.json {
        return print_json(&table::json(&report));
    }
    write!(anstream::stdout(), "{}", table::text(&report))?;
    Ok(())
}

/// What is asked, of which documents, by how many at once.
struct Asking<'a> {
    questions: Vec<Question>,
    /// Those of the set, where it has some; else those of the settings.
    docs: Option<PathBuf>,
    settings: &'a Settings,
    threads: usize,
}

impl Asking<'_> {
    /// As people are answered.
    fn answerer(&self) -> Result<Answerer, Failure> {
        self.answerer_of(self.settings)
    }

    /// Its reader reads for all who ask at once, and is waited for as long as it takes: what it was late for would be
    /// answered otherwise in the next run.
    fn patient_answerer(&self) -> Result<Answerer, Failure> {
        let mut settings = self.settings.clone();
        settings.reader.threads = settings.reader.threads.max(self.threads);
        settings.reader.patience_seconds = 3_600;
        self.answerer_of(&settings)
    }

    fn answerer_of(&self, settings: &Settings) -> Result<Answerer, Failure> {
        match &self.docs {
            Some(docs) => open::answerer_over(docs, settings),
            None => open::answerer(settings),
        }
    }
}

/// The questions that are asked, as they are written; never none.
fn selected(command: &Eval) -> Result<Vec<Question>, Failure> {
    let mut questions = question_set::read(&command.file)?;
    if let Some(PartOfSet::HeldBack) = command.part {
        questions = selection::held_back(questions, Seed(command.tune_seed));
    }
    if let Some(most) = command.sample {
        questions = selection::sample(questions, most.get(), Seed(command.seed));
    }
    if questions.is_empty() {
        let file = command.file.display();
        return Err(Failure::Failed(anyhow::anyhow!(
            "no question of {file} is about a document that tuning with the seed {} holds back",
            command.tune_seed
        )));
    }
    Ok(questions)
}

fn versions(written: &[Question], command: &Eval) -> Vec<Question> {
    let typed = match command.version {
        As::Written => Version::Written,
        As::Lower => Version::Lower,
        As::Typos => Version::Typos,
    };
    written.iter().map(|question| version(question, typed, Seed(command.seed))).collect()
}

fn chosen_by(chooser: ChosenBy, answerer: Answerer) -> Result<Answerer, Failure> {
    let chooser = match chooser {
        ChosenBy::Lexical => Chooser::Lexical,
        ChosenBy::Both => Chooser::Both,
        ChosenBy::Reader => match lacks_for_reading(&answerer) {
            Some(lack) => {
                return Err(Failure::Wrong(anyhow::anyhow!("cannot let the reader choose: {lack}")));
            }
            None => Chooser::Reader,
        },
    };
    Ok(answerer.choosing_by(chooser))
}

/// Why the reader chooses nothing, with the cure; `None` where it does.
fn lacks_for_reading(answerer: &Answerer) -> Option<&'static str> {
    let engine = answerer.engine();
    if engine.neural.is_none() {
        return Some(
            "there is no reader, or it is switched off; 'passim doctor' says where its files belong",
        );
    }
    let knows_reader = engine.weights.reader.is_some();
    (!knows_reader).then_some("the weights know of no reader; 'passim tune --reader' learns what they lack")
}

/// What was replied to one question, and what a plain search would have replied.
struct Asked {
    prediction: Prediction,
    /// As the question was understood.
    asked: String,
    baseline: Prediction,
}

fn answer_all(questions: Vec<Question>, answerer: &Answerer, threads: usize) -> Result<Run, Failure> {
    let asked = ask_all(&questions, threads, "Asking", |question| ask_one(question, answerer))?;
    let mut run = Run::default();
    for (question, reply) in questions.into_iter().zip(asked) {
        run.baseline.push((question.clone(), reply.baseline));
        run.answered.push((question, reply.prediction));
        run.asked.push(reply.asked);
    }
    Ok(run)
}

/// Asks every question; the replies are in the order of the set, whichever thread was faster.
fn ask_all<T: Send>(
    questions: &[Question],
    threads: usize,
    doing: &'static str,
    ask: impl Fn(&Question) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let bar = open::Bar::new();
    let ask_until_done = || -> Vec<(usize, Result<T, Failure>)> {
        let mut replies = Vec::new();
        // Whoever is done takes the next one: conversations take longer than single questions.
        while let Some((place, question)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            questions.get(place).map(|question| (place, question))
        } {
            replies.push((place, ask(question)));
            bar.count(doing, done.fetch_add(1, Ordering::Relaxed) + 1, questions.len());
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
    bar.clear();
    replies.sort_by_key(|(place, _)| *place);
    replies.into_iter().map(|(_, reply)| reply).collect()
}

fn ask_one(question: &Question, answerer: &Answerer) -> Result<Asked, Failure> {
    let (prediction, whole) = reply_to(question, answerer)?;
    Ok(Asked {
        prediction,
        asked: asked_for(&whole, answerer)?,
        baseline: baseline::predict(&question.id, last_turn(question), answerer.index())?,
    })
}

/// What was replied to the last turn, and the whole question that it stood for.
fn reply_to(question: &Question, answerer: &Answerer) -> Result<(Prediction, String), Failure> {
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
    let prediction = prediction(&question.id, &Json::of(&answer, &reply, latency_ms), latency_ms);
    let prediction = Prediction { degraded: answer.degraded.is_some(), ..prediction };
    Ok((prediction, answer.whole_question().to_owned()))
}

fn last_turn(question: &Question) -> &str {
    question.turns.last().map_or("", String::as_str)
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
        ..Prediction::default()
    }
}

fn cited(citations: &[Citation]) -> Vec<String> {
    citations.iter().map(|citation| citation.source.clone()).collect()
}

/// Such answers are not those of the next run.
fn note_degraded(answered: &[(Question, Prediction)]) {
    let degraded = answered.iter().filter(|(_, prediction)| prediction.degraded).count();
    if degraded > 0 {
        let all = answered.len();
        open::note(&format!("{degraded} of {all} answers went without the reader, which was late or failed"));
    }
}

/// Where a file for them is named.
fn write_predictions(answered: &[(Question, Prediction)], path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    Ok(write_lines(answered, path).with_context(|| format!("cannot write {}", path.display()))?)
}

fn write_lines(answered: &[(Question, Prediction)], path: &Path) -> std::io::Result<()> {
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
