//! Hostile questions asked of hostile documents, for a test and a benchmark: what must hold of every answer is looked
//! at for each ([`holds`]), a panic is caught, and what takes too long ends the process with its name.
//!
//! Documents come in folders of some thousand, each a corpus of its own, as a team would have it.

#![allow(dead_code, reason = "the test and the benchmark each use a part")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use passim::Answerer;
use passim::answer::Outcome;
use passim::answer::followup::Conversation;
use passim::corpus::read;
use passim::corpus::read::Reader;
use passim::language::Language;
use passim::retrieval::{Index, folder_of};
use passim::settings::{self, UserFolders};

use crate::generator::{Asker, hostile_documents};

mod holds;

use holds::Sources;

/// No file may take longer to read: ten seconds, then it is refused.
const LONGEST_READING: Duration = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 12 });
/// No question may take longer, on a busy machine and with everything that is looked at.
const LONGEST_ASKING: Duration = Duration::from_secs(if cfg!(debug_assertions) { 120 } else { 20 });
/// As the settings have it; bytes.
const LARGEST_FILE: u64 = 32 << 20;
/// One question in so many is also searched for, checked as a claim, and explained.
const ALSO: u64 = 25;

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    pub seed: u64,
    pub documents: usize,
    /// At most so many documents in one folder.
    pub documents_a_folder: usize,
    pub questions: usize,
    pub threads: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    pub documents: usize,
    pub refused: usize,
    pub questions: usize,
    pub found: usize,
    pub disputed: usize,
    pub quotes: usize,
    pub indexing: Duration,
    pub asking: Duration,
    pub slowest_document: (Duration, String),
    pub slowest_question: (Duration, String),
    /// Milliseconds.
    pub times: Vec<f32>,
    pub faults: Vec<String>,
}

impl Report {
    fn add(&mut self, other: Report) {
        self.documents += other.documents;
        self.refused += other.refused;
        self.questions += other.questions;
        self.found += other.found;
        self.disputed += other.disputed;
        self.quotes += other.quotes;
        self.indexing += other.indexing;
        self.asking += other.asking;
        self.slowest_document = self.slowest_document.clone().max(other.slowest_document);
        self.slowest_question = self.slowest_question.clone().max(other.slowest_question);
        self.times.extend(other.times);
        self.faults.extend(other.faults);
    }
}

/// Folder by folder; `tell` hears how far it is.
pub fn run(trial: Trial, folder: &Path, mut tell: impl FnMut(&Report)) -> anyhow::Result<Report> {
    let folders = trial.documents.div_ceil(trial.documents_a_folder).max(1);
    let mut report = Report::default();
    for number in 0..folders {
        let share = Trial {
            seed: trial.seed + number as u64,
            documents: trial.documents / folders,
            questions: trial.questions / folders,
            ..trial
        };
        let place = folder.join(number.to_string());
        report.add(of_one_folder(share, &place)?);
        fs::remove_dir_all(&place)?;
        tell(&report);
    }
    Ok(report)
}

fn of_one_folder(trial: Trial, place: &Path) -> anyhow::Result<Report> {
    let (corpus, data) = (place.join("corpus"), place.join("data"));
    let mut questions = Vec::new();
    for document in hostile_documents(trial.seed, trial.documents) {
        let path = corpus.join(&document.name);
        fs::create_dir_all(path.parent().unwrap_or(&corpus))?;
        fs::write(&path, &document.bytes)?;
        questions.extend(document.questions);
    }
    let mut report = Report { documents: trial.documents, ..Report::default() };
    index(place, &corpus, &data, &mut report)?;
    let sources = read_all(&corpus, trial.seed, &mut report)?;
    let answerer = answerer(place, &corpus, &data)?;
    let texts: Vec<&str> = sources.texts().filter(|text| !text.is_empty()).collect();
    ensure!(!texts.is_empty(), "nothing of the hostile documents of seed {} was read", trial.seed);
    let asker = Asker::new(trial.seed, &questions, &texts);
    let started = Instant::now();
    report.add(ask(trial, &asker, &answerer, &sources));
    report.asking = started.elapsed();
    Ok(report)
}

/// By the program itself, which is to end by itself, with a report.
fn index(place: &Path, corpus: &Path, data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passim"));
    command.env_clear().current_dir(place).arg("--corpus").arg(corpus).arg("--data").arg(data);
    let started = Instant::now();
    let output = command.args(["index", "--json"]).output()?;
    report.indexing = started.elapsed();
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "passim index over {} failed: {errors}", corpus.display());
    if errors.contains("panicked") {
        report.faults.push(format!("passim index over {}: {errors}", corpus.display()));
    }
    let told: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    report.refused = told["refused"].as_array().context("the report names no refused files")?.len();
    Ok(())
}

/// Each file read by itself, to see how long it takes, and to hold quotes against.
fn read_all(corpus: &Path, seed: u64, report: &mut Report) -> anyhow::Result<Sources> {
    let reader = Reader::new(LARGEST_FILE, Some(Path::new(env!("CARGO_BIN_EXE_passim"))));
    let mut sources = Sources::default();
    for file in read::list(corpus)?.files {
        let started = Instant::now();
        let read = read::read(&file, &reader);
        let took = started.elapsed();
        if took > LONGEST_READING {
            report.faults.push(format!("seed {seed}, {:?}: reading took {took:?}", file.name));
        }
        report.slowest_document =
            report.slowest_document.clone().max((took, format!("seed {seed}, {:?}", file.name)));
        if let Ok((document, _)) = read {
            sources.add(document, fs::read(&file.path)?);
        }
    }
    Ok(sources)
}

fn answerer(place: &Path, corpus: &Path, data: &Path) -> anyhow::Result<Answerer> {
    let settings = settings::load(&settings::Sources {
        current_dir: place,
        user: UserFolders::default(),
        environment: &[],
        config_files: &[],
        corpus: Some(corpus),
        data: Some(data),
    })?;
    let index = Index::open(&folder_of(corpus, data))?.context("there is no index")?;
    Ok(Answerer::new(index, &settings, None)?)
}

/// What each thread asks now, and since when.
type Asked = Mutex<Option<(Instant, String)>>;

fn ask(trial: Trial, asker: &Asker<'_>, answerer: &Answerer, sources: &Sources) -> Report {
    let (next, asked, is_over) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let now: Vec<Asked> = (0..trial.threads).map(|_| Asked::default()).collect();
    let ask_on = |now: &Asked| {
        let mut report = Report::default();
        while asked.load(Ordering::Relaxed) < trial.questions as u64 {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let turns = asker.conversation(number);
            asked.fetch_add(turns.len() as u64, Ordering::Relaxed);
            let name = format!("seed {}, conversation {number}", trial.seed);
            converse(&turns, &name, number, now, answerer, sources, &mut report);
        }
        report
    };
    let mut report = Report::default();
    std::thread::scope(|scope| {
        let asking: Vec<_> = now.iter().map(|now| scope.spawn(|| ask_on(now))).collect();
        scope.spawn(|| end_where_one_hangs(&now, &is_over));
        for thread in asking {
            match thread.join() {
                Ok(found) => report.add(found),
                Err(_) => report.faults.push(format!("seed {}: a thread panicked", trial.seed)),
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    report
}

/// A thread cannot be stopped from outside: the process ends, with what was asked.
#[expect(clippy::print_stderr, reason = "nobody is left to hand it to")]
fn end_where_one_hangs(now: &[Asked], is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(100));
        for asked in now {
            let asked = asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some((since, question)) =
                asked.as_ref().filter(|(since, _)| since.elapsed() > LONGEST_ASKING)
            {
                eprintln!("a question hangs since {:?}: {question}", since.elapsed());
                std::process::exit(1);
            }
        }
    }
}

/// Asks one turn after the other; what does not hold becomes a fault with its name.
fn converse(
    turns: &[String],
    name: &str,
    number: u64,
    now: &Asked,
    answerer: &Answerer,
    sources: &Sources,
    report: &mut Report,
) {
    let mut conversation = Conversation::default();
    let language = if number.is_multiple_of(2) { Language::English } else { Language::German };
    for (turn, question) in turns.iter().enumerate() {
        let name = format!("{name}, turn {turn}, {question:?}");
        let started = Instant::now();
        set(now, Some((started, name.clone())));
        let asked = catch_unwind(AssertUnwindSafe(|| -> anyhow::Result<_> {
            let answer = answerer.ask_in(&mut conversation, question, &[])?;
            let reply = answerer.reply(&answer, language);
            Ok((answer, reply))
        }));
        let took = started.elapsed();
        let looked_at = catch_unwind(AssertUnwindSafe(|| {
            let (answer, reply) = match &asked {
                Ok(Ok(asked)) => asked,
                Ok(Err(error)) => bail!("{error:#}"),
                Err(_) => bail!("it panicked"),
            };
            report.quotes += holds::of(answer, reply, sources)?;
            if number.is_multiple_of(ALSO) {
                also(question, answerer, sources)?;
            }
            match answer.outcome {
                Outcome::Found(_) => report.found += 1,
                Outcome::Disputed { .. } => report.disputed += 1,
                _ => {}
            }
            Ok(())
        }));
        set(now, None);
        match looked_at {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => report.faults.push(format!("{name}: {fault:#}")),
            Err(_) => report.faults.push(format!("{name}: what was made of it panicked")),
        }
        report.questions += 1;
        report.times.push(took.as_secs_f32() * 1e3);
        if took > report.slowest_question.0 {
            report.slowest_question = (took, name);
        }
    }
}

fn set(now: &Asked, asked: Option<(Instant, String)>) {
    *now.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = asked;
}

/// The same words as people use them elsewhere.
fn also(question: &str, answerer: &Answerer, sources: &Sources) -> anyhow::Result<()> {
    for found in answerer.look_up(question, &[], 10)? {
        let drawn = passim::discord::message::hit(&found, None, Language::English);
        holds::fits_into_discord(&[drawn])?;
    }
    let review = answerer.check(question, &[])?;
    for reply in answerer.check_replies(&review, Language::English) {
        holds::of_reply(&reply, sources)?;
    }
    answerer.explain(question, &[])?;
    Ok(())
}
