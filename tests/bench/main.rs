//! How fast and how small passim is, beside plain tantivy over the same passages: `cargo bench`.
//!
//! Documents are generated into a temporary folder first, which is not timed. Every figure is of a process of
//! its own ([`steps`]), so that memory is of that step alone; passim and tantivy take turns, so that a busy
//! machine slows both. Ratios are of turns that were side by side, and are what to look at on a shared machine.
//!
//! `--quick` measures little documents shortly: to see that the benchmark works. Its figures mean nothing.

#![expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]

use std::fs::{self, File};
use std::io::{BufWriter, Write, stderr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::Parser;

#[path = "../burst/mod.rs"]
mod burst;
mod discord;
#[path = "../generator/mod.rs"]
mod generator;
mod growth;
mod keeping;
mod machine;
mod measure;
mod operations;
mod place;
mod plain_tantivy;
mod receipts;
mod reindexing;
mod steps;
mod table;

use generator::Question;
use measure::median;
use place::Place;
use steps::{Engine, Figures, Step, StepArguments};
use table::Row;

/// Of generator and bad questions; documents are the same in every run.
const SEED: u64 = 1;
/// Ten of each kind, asked of both: plain tantivy takes up to a second for one.
const BAD_QUESTIONS_TOGETHER: usize = 280;
/// Starts of each program in one round.
const STARTS: usize = 5;

#[derive(Debug, Parser)]
struct Arguments {
    /// How many passages are generated
    #[arg(long, default_value_t = 39_000)]
    passages: usize,
    /// How often everything is measured; 3 times for indexing and 5 times for the rest where nothing is said
    #[arg(long)]
    rounds: Option<usize>,
    /// How many receipts are verified; 1,000,000 where nothing is said
    #[arg(long)]
    receipts: Option<usize>,
    /// Only verifying receipts
    #[arg(long)]
    verify: bool,
    /// Only bringing an index over 10,000 files level
    #[arg(long)]
    reindexing: bool,
    /// Only from a thousand passages to a million
    #[arg(long)]
    growth: bool,
    /// Only the bot in the local Discord
    #[arg(long)]
    discord: bool,
    /// Only what health, metrics and log cost an answer
    #[arg(long)]
    operations: bool,
    /// Few passages, few questions, two rounds
    #[arg(long)]
    quick: bool,
    /// Cargo says this when it runs benchmarks; without it, it runs tests, and those are quick
    #[arg(long, hide = true)]
    bench: bool,
    #[command(flatten)]
    step: StepArguments,
}

/// How much is measured.
struct Plan {
    passages: usize,
    indexing_rounds: usize,
    rounds: usize,
    questions: usize,
    /// Of passim; plain tantivy is asked the first [`BAD_QUESTIONS_TOGETHER`] of them.
    bad_questions: usize,
    receipts: usize,
    /// Of which one changes.
    files: usize,
    /// Passages, for seeing how passim grows.
    sizes: &'static [usize],
}

impl Plan {
    fn of(arguments: &Arguments) -> Plan {
        let is_quick = arguments.quick || !arguments.bench;
        if is_quick {
            let rounds = arguments.rounds.unwrap_or(2);
            return Plan {
                passages: 2_000,
                indexing_rounds: rounds,
                rounds,
                questions: 100,
                bad_questions: BAD_QUESTIONS_TOGETHER,
                receipts: arguments.receipts.unwrap_or(2_000),
                files: 200,
                sizes: &[500, 2_000],
            };
        }
        Plan {
            passages: arguments.passages,
            indexing_rounds: arguments.rounds.unwrap_or(3),
            rounds: arguments.rounds.unwrap_or(5),
            questions: 1_000,
            bad_questions: 5_600,
            receipts: arguments.receipts.unwrap_or(1_000_000),
            files: 10_000,
            sizes: &[1_000, 10_000, 100_000, 1_000_000],
        }
    }
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(step) = arguments.step.step {
        let figures = steps::run(step, &arguments.step)?;
        println!("{}", serde_json::to_string(&figures)?);
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    if arguments.discord {
        print!("{}", machine::header());
        let rows = discord::rows(&Plan::of(&arguments), folder.path())?;
        print!("\n{}", table::drawn(&rows));
        return Ok(());
    }
    if arguments.operations {
        print!("{}", machine::header());
        let rows = operations::rows(&Plan::of(&arguments), folder.path())?;
        print!("\n{}", table::drawn(&rows));
        return Ok(());
    }
    if arguments.reindexing {
        let (plan, place) = (Plan::of(&arguments), Place::in_folder(folder.path()));
        print!("{}", machine::header());
        print!("\n{}", table::drawn(&reindexing(&plan, &place)?));
        return Ok(());
    }
    if arguments.growth {
        let (plan, place) = (Plan::of(&arguments), Place::in_folder(folder.path()));
        print!("{}", machine::header());
        print!("\n{}", table::drawn(&growth::rows(&plan, plan.sizes, &place)?));
        return Ok(());
    }
    if arguments.verify {
        let (plan, place) = (Plan::of(&arguments), Place::in_folder(folder.path()));
        print!("{}", machine::header());
        generator::write(generator::generate(SEED, plan.passages), &place.corpus())?;
        print!("\n{}", table::drawn(&verifying(&plan, &place)?));
        return Ok(());
    }
    measure_all(&Plan::of(&arguments), &Place::in_folder(folder.path()))
}

fn measure_all(plan: &Plan, place: &Place) -> anyhow::Result<()> {
    print!("{}", machine::header());
    let mut rows = Vec::new();
    let questions = prepare(plan, place)?;
    rows.extend(indexing(plan, place)?);
    rows.push(starting(plan, place, &questions)?);
    for threads in [1, 2] {
        rows.extend(answering(plan, place, threads)?);
    }
    let (bad, slowest) = bad_questions(plan, place)?;
    rows.extend(bad);
    rows.extend(keeping(plan, place)?);
    rows.extend(verifying(plan, place)?);
    rows.extend(reindexing(plan, place)?);
    rows.extend(discord::rows(plan, &place.folder().join("discord"))?);
    rows.extend(operations::rows(plan, &place.folder().join("operations"))?);
    print!("\n{}", table::drawn(&rows));
    if !slowest.is_empty() {
        println!("\nThe slowest bad questions of passim:\n{slowest}");
    }
    Ok(())
}

/// Documents, questions, what passim cuts the documents into, and the index that questions are asked of.
fn prepare(plan: &Plan, place: &Place) -> anyhow::Result<Vec<Question>> {
    let written = generator::write(generator::generate(SEED, plan.passages), &place.corpus())?;
    let every = (written.questions.len() / plan.questions).max(1);
    let questions: Vec<Question> =
        written.questions.into_iter().step_by(every).take(plan.questions).collect();
    let mut file = BufWriter::new(File::create(place.questions())?);
    for question in &questions {
        writeln!(file, "{}", question.line())?;
    }
    file.flush()?;
    let passages = plain_tantivy::note_passages(place)?;
    let indexed = passim(place, &["index"]).output()?;
    ensure!(indexed.status.success(), "passim index failed: {}", String::from_utf8_lossy(&indexed.stderr));
    println!(
        "corpus    {passages} passages in {} documents, {:.1} MB, seed {SEED}; {} questions, {} bad ones",
        written.documents,
        written.bytes as f64 / 1e6,
        questions.len(),
        plan.bad_questions
    );
    println!(
        "rounds    {} of indexing, {} of the rest; passim and tantivy take turns",
        plan.indexing_rounds, plan.rounds
    );
    Ok(questions)
}

fn indexing(plan: &Plan, place: &Place) -> anyhow::Result<Vec<Row>> {
    let mut turns = Vec::new();
    for _ in 0..plan.indexing_rounds {
        turns
            .push([Engine::Passim, Engine::Tantivy].map(|engine| child(Step::Index, engine, 2, plan, place)));
    }
    let turns = finished(turns)?;
    Ok(vec![
        Row::of("indexing, 2 threads", "MB/s", "mb_per_second", 1, &turns),
        Row::of("index on disk", "MB", "index_mb", 1, &turns),
        Row::of("peak memory, indexing", "MB", "peak_mb", 1, &turns),
    ])
}

/// A whole process, from nothing to an answer on its standard output.
fn starting(plan: &Plan, place: &Place, questions: &[Question]) -> anyhow::Result<Row> {
    let mut row = Row::new("cold start, one answer", "ms", 1);
    for round in 0..plan.rounds {
        let mut took = [Vec::new(), Vec::new()];
        for start in 0..STARTS {
            let question = &questions[(round * STARTS + start) % questions.len()].text;
            took[0].push(timed(passim(place, &["ask", "--", question]))?);
            let mut plain = steps::command(Step::Start, Engine::Tantivy, place)?;
            plain.args(["--question", question]);
            took[1].push(timed(plain)?);
        }
        row.add(median(&took[0]), median(&took[1]));
    }
    Ok(row)
}

fn answering(plan: &Plan, place: &Place, threads: usize) -> anyhow::Result<Vec<Row>> {
    let mut turns = Vec::new();
    for _ in 0..plan.rounds {
        turns.push(
            [Engine::Passim, Engine::Tantivy].map(|engine| child(Step::Ask, engine, threads, plan, place)),
        );
    }
    let turns = finished(turns)?;
    let named = |what: &str| format!("{what}, {threads} thread{}", if threads == 1 { "" } else { "s" });
    let mut rows = vec![
        Row::of(&named("answer p50"), "ms", "p50", 3, &turns),
        Row::of(&named("answer p99"), "ms", "p99", 3, &turns),
        Row::of(&named("answer max"), "ms", "max", 3, &turns),
        Row::of(&named("answers"), "1/s", "per_second", 0, &turns),
        Row::of(&named("peak memory"), "MB", "peak_mb", 1, &turns),
        Row::of(&named("- without mapped files"), "MB", "own_mb", 1, &turns),
    ];
    if threads == 1 {
        let right: Vec<f64> = turns.iter().map(|[passim, _]| passim.figure("right")).collect();
        rows.push(Row::alone("answers with the known value", "share", 3, right));
    }
    Ok(rows)
}

fn bad_questions(plan: &Plan, place: &Place) -> anyhow::Result<(Vec<Row>, String)> {
    let few = Plan { bad_questions: BAD_QUESTIONS_TOGETHER, ..*plan };
    let turn = [Engine::Passim, Engine::Tantivy].map(|engine| child(Step::Bad, engine, 1, &few, place));
    let turns = finished(vec![turn])?;
    let many = child(Step::Bad, Engine::Passim, 1, plan, place)?;
    let of_many = |name: &str, unit, key| Row::alone(name, unit, 1, vec![many.figure(key)]);
    let rows = vec![
        Row::of(&format!("bad question p50, of {BAD_QUESTIONS_TOGETHER}"), "ms", "p50", 3, &turns),
        Row::of("bad question p99", "ms", "p99", 3, &turns),
        Row::of("bad question max", "ms", "max", 3, &turns),
        Row::of("bad questions over 50 ms", "count", "over_50", 0, &turns),
        of_many(&format!("bad question max, of {}", plan.bad_questions), "ms", "max"),
        of_many("bad questions over 50 ms", "count", "over_50"),
        of_many("- over 50 ms three times", "count", "still_over_50"),
    ];
    Ok((rows, many.note.unwrap_or_default()))
}

/// Plain tantivy keeps nothing.
fn keeping(plan: &Plan, place: &Place) -> anyhow::Result<Vec<Row>> {
    let rounds = (0..plan.rounds).map(|_| child(Step::Keep, Engine::Passim, 1, plan, place));
    let rounds = rounds.collect::<anyhow::Result<Vec<Figures>>>()?;
    let row = |name: &str, key: &str| {
        Row::alone(name, "ms", 3, rounds.iter().map(|figures| figures.figure(key)).collect())
    };
    Ok(vec![
        row("answer p50, nothing kept", "off_p50"),
        row("answer p50, kept", "on_p50"),
        row("- more of it, p50 over the questions", "more_p50"),
        row("- more of it, p99", "more_p99"),
    ])
}

/// Plain tantivy keeps nothing that could be verified.
fn verifying(plan: &Plan, place: &Place) -> anyhow::Result<Vec<Row>> {
    let figures = child(Step::Verify, Engine::Passim, 1, plan, place)?;
    let row = |name: &str, unit, key| Row::alone(name, unit, 0, vec![figures.figure(key)]);
    Ok(vec![
        row(&format!("verifying {} receipts", plan.receipts), "1/s", "unchanged"),
        row("- after a line more in each document", "1/s", "shifted"),
        row("peak memory, filling and verifying", "MB", "peak_mb"),
    ])
}

/// Plain tantivy keeps nothing level.
fn reindexing(plan: &Plan, place: &Place) -> anyhow::Result<Vec<Row>> {
    let figures = child(Step::Reindex, Engine::Passim, 1, plan, place)?;
    let row = |name: &str, unit, key| Row::alone(name, unit, 1, vec![figures.figure(key)]);
    Ok(vec![
        row(&format!("1 of {} files changed, p50", plan.files), "ms", "changed"),
        row("- max of 20", "ms", "changed_max"),
        row("- passim index, from start to end", "ms", "program_changed"),
        row("passim index, nothing changed", "ms", "program_unchanged"),
        row("answers during 50 re-indexings", "count", "answers"),
        row("- p99", "ms", "p99"),
        row("- none, or out of two states", "count", "wrong"),
        row("peak memory, re-indexing", "MB", "peak_mb"),
    ])
}

fn finished(turns: Vec<[anyhow::Result<Figures>; 2]>) -> anyhow::Result<Vec<[Figures; 2]>> {
    turns.into_iter().map(|[passim, tantivy]| Ok([passim?, tantivy?])).collect()
}

/// Runs one step in a process of its own.
fn child(step: Step, engine: Engine, threads: usize, plan: &Plan, place: &Place) -> anyhow::Result<Figures> {
    writeln!(stderr(), "measuring: {step:?} of {engine:?}, threads: {threads}")?;
    let mut command = steps::command(step, engine, place)?;
    command.arg("--threads").arg(threads.to_string());
    command.arg("--bad-questions").arg(plan.bad_questions.to_string());
    command.arg("--kept-receipts").arg(plan.receipts.to_string());
    command.arg("--files").arg(plan.files.to_string());
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{step:?} of {engine:?} failed: {}", output.status);
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{step:?} of {engine:?} printed no figures"))
}

/// The program, away from the settings of whoever runs this.
fn passim(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_passim")));
    command.env_clear().current_dir(place.folder());
    command.arg("--corpus").arg(place.corpus()).arg("--data").arg(place.data()).args(arguments);
    command
}

fn timed(mut command: Command) -> anyhow::Result<f64> {
    let started = Instant::now();
    let output = command.output()?;
    let took = started.elapsed();
    ensure!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    ensure!(!output.stdout.is_empty(), "{command:?} printed nothing");
    Ok(milliseconds(took))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The bytes of all files of a folder.
fn size_of(folder: &std::path::Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size_of(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
