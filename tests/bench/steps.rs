//! What is measured, each step in a process of its own: the benchmark starts itself again with the name of one.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use clap::{Args, ValueEnum};
use passim::Answerer;
use passim::answer::Outcome;
use passim::language::Language;
use passim::retrieval::{Index, sync};
use passim::settings::{self, Settings, UserFolders};
use serde::{Deserialize, Serialize};

use crate::generator::bad_questions;
use crate::machine::{own_memory, peak_memory};
use crate::measure::percentile;
use crate::place::{Place, size_of};
use crate::plain_tantivy::{self, PlainTantivy};
use crate::plan::SEED;
use crate::processes::milliseconds;
use crate::{keeping, receipts, reindexing};

/// Questions that are asked before anything is measured, so that caches are as they are in a running program.
const WARM_UP: usize = 50;
/// No question may take longer.
const TOO_LONG_MS: f64 = 50.0;
/// How many of those that do are shown.
const SLOWEST: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub enum Step {
    /// Reading the documents into a new index.
    Index,
    /// Opening the index, and printing what one search finds.
    Start,
    /// Asking known questions.
    Ask,
    /// Asking bad ones.
    Bad,
    /// Asking known questions with and without keeping what comes of them.
    Keep,
    /// Verifying all receipts of a store.
    Verify,
    /// Bringing an index over many files level.
    Reindex,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub enum Engine {
    Passim,
    Tantivy,
}

/// How the benchmark calls itself.
#[derive(Debug, Args)]
pub struct StepArguments {
    #[arg(long, hide = true)]
    pub step: Option<Step>,
    #[arg(long, hide = true, default_value = "passim")]
    engine: Engine,
    #[arg(long, hide = true, default_value = ".")]
    place: PathBuf,
    #[arg(long, hide = true, default_value_t = 1)]
    threads: usize,
    #[arg(long, hide = true, default_value_t = 0)]
    bad_questions: usize,
    #[arg(long, hide = true, default_value_t = 0)]
    kept_receipts: usize,
    #[arg(long, hide = true, default_value_t = 0)]
    files: usize,
    #[arg(long, hide = true, default_value = "")]
    question: String,
}

/// What a step found out.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Figures {
    figures: BTreeMap<String, f64>,
    pub note: Option<String>,
}

impl Figures {
    /// Not a number where the step did not measure it.
    pub fn figure(&self, key: &str) -> f64 {
        self.figures.get(key).copied().unwrap_or(f64::NAN)
    }

    fn set(&mut self, key: &str, value: f64) {
        self.figures.insert(key.to_owned(), value);
    }

    fn set_times(&mut self, milliseconds: &[f64]) {
        self.set("p50", percentile(milliseconds, 0.5));
        self.set("p99", percentile(milliseconds, 0.99));
        self.set("max", percentile(milliseconds, 1.0));
    }

    fn set_memory(&mut self) {
        self.set("peak_mb", peak_memory());
        self.set("own_mb", own_memory());
    }
}

/// The command that runs a step.
pub fn command(step: Step, engine: Engine, place: &Place) -> anyhow::Result<Command> {
    let name = |value: Option<clap::builder::PossibleValue>| value.map(|value| value.get_name().to_owned());
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--step").args(name(step.to_possible_value()));
    command.arg("--engine").args(name(engine.to_possible_value()));
    command.arg("--place").arg(place.folder());
    Ok(command)
}

pub fn run(step: Step, arguments: &StepArguments) -> anyhow::Result<Figures> {
    let place = Place::in_folder(&arguments.place);
    match step {
        Step::Index => index(arguments, &place),
        Step::Start => start(arguments, &place),
        Step::Ask => ask(arguments, &place),
        Step::Bad => ask_badly(arguments, &place),
        Step::Keep => keep(arguments, &place),
        Step::Verify => verify(arguments, &place),
        Step::Reindex => reindex(arguments, &place),
    }
}

fn index(arguments: &StepArguments, place: &Place) -> anyhow::Result<Figures> {
    let settings = settings(place)?;
    let memory_per_thread = settings.index.memory_mb * 1024 * 1024;
    let megabytes = size_of(&place.corpus())? as f64 / 1e6;
    let mut figures = Figures::default();
    let (seconds, folder) = match arguments.engine {
        Engine::Passim => {
            let options = sync::Options {
                threads: arguments.threads,
                memory_per_thread,
                largest_file: settings.corpus.max_file_bytes(),
                rebuild: true,
                program: None,
            };
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos() as i128;
            let folder = emptied(place.fresh_index())?;
            let started = Instant::now();
            sync::sync(&folder, &place.corpus(), options, now, &mut |_| {})?;
            (started.elapsed().as_secs_f64(), folder)
        }
        Engine::Tantivy => {
            let cuts = plain_tantivy::noted_passages(place)?;
            let folder = emptied(place.plain_index())?;
            let started = Instant::now();
            plain_tantivy::index(place, &cuts, arguments.threads, memory_per_thread)?;
            (started.elapsed().as_secs_f64(), folder)
        }
    };
    figures.set_memory();
    figures.set("mb_per_second", megabytes / seconds);
    figures.set("index_mb", size_of(&folder)? as f64 / 1e6);
    Ok(figures)
}

fn emptied(folder: PathBuf) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir(&folder)?;
    Ok(folder)
}

/// What `passim ask` is compared with: it prints what it finds, in place of figures.
fn start(arguments: &StepArguments, place: &Place) -> anyhow::Result<Figures> {
    let found = Opened::open(arguments.engine, place)?.ask(&arguments.question)?;
    Ok(Figures { note: Some(found), ..Figures::default() })
}

/// An open index.
enum Opened {
    Passim(Box<Answerer>),
    Tantivy(PlainTantivy),
}

impl Opened {
    fn open(engine: Engine, place: &Place) -> anyhow::Result<Opened> {
        if engine == Engine::Tantivy {
            return Ok(Opened::Tantivy(PlainTantivy::open(place)?));
        }
        let index = Index::open(&place.index()?)?.context("there is no index")?;
        Ok(Opened::Passim(Box::new(Answerer::new(index, &settings(place)?, None)?)))
    }

    /// All that people get to see.
    fn ask(&self, question: &str) -> anyhow::Result<String> {
        match self {
            Opened::Passim(answerer) => {
                let answer = answerer.ask(question, &[])?;
                Ok(format!("{:?}", answerer.reply(&answer, Language::English)))
            }
            Opened::Tantivy(plain) => Ok(plain.search(question)?.join("\n")),
        }
    }

    fn timed(&self, question: &str) -> anyhow::Result<f64> {
        let started = Instant::now();
        std::hint::black_box(self.ask(question)?);
        Ok(milliseconds(started.elapsed()))
    }

    /// Whether the answer has the value and cites the source; plain tantivy answers nothing.
    fn is_right(&self, known: &Known) -> anyhow::Result<bool> {
        let Opened::Passim(answerer) = self else { return Ok(false) };
        let Outcome::Found(finding) = answerer.ask(&known.question, &[])?.outcome else { return Ok(false) };
        let says_so = known.answers.iter().any(|answer| finding.answer.contains(answer.as_str()));
        Ok(says_so && finding.citations.iter().any(|citation| known.doc_ids.contains(&citation.source)))
    }
}

/// A line of the question set.
#[derive(Deserialize)]
pub struct Known {
    pub question: String,
    answers: Vec<String>,
    doc_ids: Vec<String>,
}

pub fn known_questions(place: &Place) -> anyhow::Result<Vec<Known>> {
    let text = fs::read_to_string(place.questions())?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn ask(arguments: &StepArguments, place: &Place) -> anyhow::Result<Figures> {
    let known = known_questions(place)?;
    let opened = Opened::open(arguments.engine, place)?;
    for known in known.iter().rev().take(WARM_UP) {
        opened.ask(&known.question)?;
    }
    let started = Instant::now();
    let times = asked_on(arguments.threads, &opened, &known)?;
    let seconds = started.elapsed().as_secs_f64();
    let mut figures = Figures::default();
    figures.set_memory();
    figures.set_times(&times);
    figures.set("per_second", times.len() as f64 / seconds);
    let mut right = 0;
    for known in &known {
        right += usize::from(opened.is_right(known)?);
    }
    figures.set("right", right as f64 / known.len() as f64);
    Ok(figures)
}

fn keep(arguments: &StepArguments, place: &Place) -> anyhow::Result<Figures> {
    let questions: Vec<String> = known_questions(place)?.into_iter().map(|known| known.question).collect();
    let Opened::Passim(answerer) = Opened::open(arguments.engine, place)? else {
        anyhow::bail!("plain tantivy keeps nothing");
    };
    for question in questions.iter().rev().take(WARM_UP) {
        answerer.ask(question, &[])?;
    }
    let keeping::Times { off, on } = keeping::measure(&answerer, &questions, place)?;
    let more: Vec<f64> = on.iter().zip(&off).map(|(on, off)| on - off).collect();
    let mut figures = Figures::default();
    figures.set("off_p50", percentile(&off, 0.5));
    figures.set("on_p50", percentile(&on, 0.5));
    figures.set("more_p50", percentile(&more, 0.5));
    figures.set("more_p99", percentile(&more, 0.99));
    Ok(figures)
}

/// How long each question took, with the questions dealt out to so many threads.
fn asked_on(threads: usize, opened: &Opened, known: &[Known]) -> anyhow::Result<Vec<f64>> {
    let share_of = |thread: usize| {
        let questions = known.iter().skip(thread).step_by(threads);
        questions.map(|known| opened.timed(&known.question)).collect::<anyhow::Result<Vec<f64>>>()
    };
    thread::scope(|scope| {
        let share_of = &share_of;
        let running: Vec<_> = (0..threads).map(|thread| scope.spawn(move || share_of(thread))).collect();
        let mut times = Vec::new();
        for thread in running {
            times.extend(thread.join().expect("a question that panics is a bug, and ends the measurement")?);
        }
        Ok(times)
    })
}

fn ask_badly(arguments: &StepArguments, place: &Place) -> anyhow::Result<Figures> {
    let opened = Opened::open(arguments.engine, place)?;
    let mut times = Vec::new();
    let mut slow = Vec::new();
    for question in bad_questions(SEED).take(arguments.bad_questions) {
        let time = opened.timed(&question)?;
        times.push(time);
        if time > TOO_LONG_MS {
            slow.push((time, question));
        }
    }
    // A busy machine makes anything slow once: what is slow three times is slow.
    let mut still_slow = 0;
    for (_, question) in &slow {
        let again = opened.timed(question)?.min(opened.timed(question)?);
        still_slow += usize::from(again > TOO_LONG_MS);
    }
    let mut figures = Figures::default();
    figures.set_times(&times);
    figures.set("over_50", slow.len() as f64);
    figures.set("still_over_50", f64::from(still_slow as u32));
    figures.note = Some(slowest(slow));
    Ok(figures)
}

fn verify(arguments: &StepArguments, place: &Place) -> anyhow::Result<Figures> {
    let speed = receipts::verify(arguments.kept_receipts, place)?;
    let mut figures = Figures::default();
    figures.set_memory();
    figures.set("unchanged", speed.unchanged);
    figures.set("shifted", speed.shifted);
    Ok(figures)
}

fn reindex(arguments: &StepArguments, place: &Place) -> anyhow::Result<Figures> {
    let times = reindexing::measure(place, arguments.files, &settings(place)?, SEED)?;
    let mut figures = Figures::default();
    figures.set_memory();
    figures.set("changed", percentile(&times.changed, 0.5));
    figures.set("changed_max", percentile(&times.changed, 1.0));
    figures.set("program_changed", percentile(&times.program_changed, 0.5));
    figures.set("program_unchanged", percentile(&times.program_unchanged, 0.5));
    figures.set("answers", times.answers.len() as f64);
    figures.set("p99", percentile(&times.answers, 0.99));
    figures.set("wrong", times.wrong as f64);
    Ok(figures)
}

/// A line for each of the slowest ones.
fn slowest(mut slow: Vec<(f64, String)>) -> String {
    slow.sort_by(|a, b| b.0.total_cmp(&a.0));
    let lines = slow.iter().take(SLOWEST).map(|(time, question)| {
        let start: String = question.chars().take(48).collect();
        format!("{time:>8.1} ms  {:>4} characters, starting {start:?}", question.chars().count())
    });
    lines.collect::<Vec<String>>().join("\n")
}

/// passim's own defaults, and nobody else's settings.
fn settings(place: &Place) -> anyhow::Result<Settings> {
    Ok(settings::load(&settings::Sources {
        current_dir: place.folder(),
        user: UserFolders::default(),
        environment: &[],
        config_files: &[],
        corpus: Some(&place.corpus()),
        data: Some(&place.data()),
    })?)
}
