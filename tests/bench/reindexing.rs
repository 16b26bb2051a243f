//! Bringing a large index level: after one file changed, when nothing did, and again and again while people ask.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use passim::answer::Outcome;
use passim::live::{Live, sync_options};
use passim::retrieval::{folder_of, sync};
use passim::settings::Settings;

use crate::generator;
use crate::place::Place;
use crate::plan::Plan;
use crate::processes::{child, milliseconds};
use crate::steps::{Engine, Step};
use crate::table::{Measured, Row};

/// Changes that are timed one by one.
const CHANGES: usize = 20;
/// Runs without a change that are timed.
const QUIET_RUNS: usize = 5;
/// Re-indexings under load.
const UNDER_LOAD: u64 = 50;
/// Threads that ask meanwhile.
const ASKERS: usize = 2;
/// Two files say the same number, which goes up: an answer out of two states would show.
const QUESTION: &str = "What is the gate code?";
const FILES: [&str; 2] = ["gate-code.md", "gate-sign.md"];

/// Plain tantivy keeps nothing level.
pub fn rows(plan: &Plan, place: &Place) -> anyhow::Result<Measured> {
    let figures = child(Step::Reindex, Engine::Passim, 1, plan, place)?;
    let row = |name: &str, unit, key| Row::alone(name, unit, 1, vec![figures.figure(key)]);
    let rows = vec![
        row(&format!("1 of {} files changed, p50", plan.files), "ms", "changed"),
        row("- max of 20", "ms", "changed_max"),
        row("- passim index, from start to end", "ms", "program_changed"),
        row("passim index, nothing changed", "ms", "program_unchanged"),
        row("answers during 50 re-indexings", "count", "answers"),
        row("- p99", "ms", "p99"),
        row("- none, or out of two states", "count", "wrong"),
        row("peak memory, re-indexing", "MB", "peak_mb"),
    ];
    Ok(rows.into())
}

/// Milliseconds each.
pub struct Times {
    /// In a program that runs, until answers come from the new index.
    pub changed: Vec<f64>,
    /// `passim index` from its start to its end.
    pub program_changed: Vec<f64>,
    pub program_unchanged: Vec<f64>,
    /// Of each answer while re-indexing goes on.
    pub answers: Vec<f64>,
    /// Answers that were none, or out of two states.
    pub wrong: usize,
}

/// Over so many generated files, with these settings.
pub fn measure(place: &Place, files: usize, settings: &Settings, seed: u64) -> anyhow::Result<Times> {
    let (corpus, data) = (place.folder().join("many"), place.folder().join("many-data"));
    let documents = generator::generate(seed, files * generator::PASSAGES_A_DOCUMENT);
    generator::write(documents.take(files - FILES.len()), &corpus)?;
    write_number(&corpus, 0)?;
    let program = || passim(place, &corpus, &data);
    program()?;
    let mut times = Times {
        changed: Vec::new(),
        program_changed: Vec::new(),
        program_unchanged: Vec::new(),
        answers: Vec::new(),
        wrong: 0,
    };
    for number in 1..=QUIET_RUNS {
        write_number(&corpus, number as u64)?;
        times.program_changed.push(program()?);
    }
    // The first of them sees files again that were just written.
    program()?;
    for _ in 0..QUIET_RUNS {
        times.program_unchanged.push(program()?);
    }
    let folder = folder_of(&corpus, &data);
    let (index, _) = sync::sync(&folder, &corpus, sync_options(settings, false), now(), &mut |_| {})?;
    let live = Live::new(index, &corpus, &data, settings.clone(), None)?;
    for change in 0..CHANGES {
        let file = corpus.join(FILES[0]);
        fs::write(file, format!("# Gate\n\nThe gate code is 5. It was changed {change} times.\n"))?;
        let begun = Instant::now();
        live.reindex("benchmark", false, now(), &mut |_| {})?;
        times.changed.push(milliseconds(begun.elapsed()));
    }
    under_load(&live, &corpus, &mut times)?;
    Ok(times)
}

/// Asks all the time, while the number goes up.
fn under_load(live: &Live, corpus: &Path, times: &mut Times) -> anyhow::Result<()> {
    const FIRST: u64 = 1_000;
    write_number(corpus, FIRST)?;
    live.reindex("benchmark", false, now(), &mut |_| {})?;
    let (begun, done, is_over) = (AtomicU64::new(FIRST), AtomicU64::new(FIRST), AtomicBool::new(false));
    let ask = || {
        let (mut took, mut wrong) = (Vec::new(), 0);
        while !is_over.load(Ordering::SeqCst) {
            let (least, asked) = (done.load(Ordering::SeqCst), Instant::now());
            let number = number_said(live);
            took.push(milliseconds(asked.elapsed()));
            let allowed = least..=begun.load(Ordering::SeqCst);
            wrong += usize::from(!number.is_some_and(|number| allowed.contains(&number)));
        }
        (took, wrong)
    };
    thread::scope(|scope| {
        let askers: Vec<_> = (0..ASKERS).map(|_| scope.spawn(ask)).collect();
        let reindex = || -> anyhow::Result<()> {
            for number in FIRST + 1..=FIRST + UNDER_LOAD {
                write_number(corpus, number)?;
                begun.store(number, Ordering::SeqCst);
                live.reindex("benchmark", false, now(), &mut |_| {})?;
                done.store(number, Ordering::SeqCst);
            }
            Ok(())
        };
        let result = reindex();
        is_over.store(true, Ordering::SeqCst);
        for asker in askers {
            let (took, wrong) =
                asker.join().expect("a question that panics is a bug, and ends the measurement");
            times.answers.extend(took);
            times.wrong += wrong;
        }
        result
    })
}

/// The one number that answer and quotes have.
fn number_said(live: &Live) -> Option<u64> {
    let Ok(Outcome::Found(finding)) = live.everything().ask(QUESTION, &[]).map(|answer| answer.outcome)
    else {
        return None;
    };
    let quotes = finding.citations.iter().map(|citation| citation.quote.as_str());
    let said = quotes.chain([finding.answer.as_str()]).collect::<Vec<&str>>().join(" ");
    let digits = said.split(|c: char| !c.is_ascii_digit());
    let numbers: BTreeSet<u64> = digits.filter_map(|digits| digits.parse().ok()).collect();
    numbers.first().copied().filter(|_| numbers.len() == 1)
}

fn write_number(corpus: &Path, number: u64) -> anyhow::Result<()> {
    fs::write(corpus.join(FILES[0]), format!("The gate code is {number}.\n"))?;
    fs::write(corpus.join(FILES[1]), format!("# Gate\n\nThe gate code is {number} for visitors.\n"))?;
    Ok(())
}

/// `passim index` as a process, in milliseconds.
fn passim(place: &Place, corpus: &Path, data: &Path) -> anyhow::Result<f64> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passim"));
    command.env_clear().current_dir(place.folder());
    command.arg("--corpus").arg(corpus).arg("--data").arg(data).arg("index");
    let begun = Instant::now();
    let output = command.output().context("passim does not start")?;
    let took = milliseconds(begun.elapsed());
    ensure!(output.status.success(), "passim index failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(took)
}

/// Nanoseconds since 1970.
fn now() -> i128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as i128
}
