//! The processes that are measured: steps of the benchmark, and the program itself.

use std::io::{Write, stderr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::place::Place;
use crate::plan::Plan;
use crate::steps::{self, Engine, Figures, Step};

/// Runs one step in a process of its own.
pub fn child(
    step: Step,
    engine: Engine,
    threads: usize,
    plan: &Plan,
    place: &Place,
) -> anyhow::Result<Figures> {
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
pub fn passim(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_passim")));
    command.env_clear().current_dir(place.folder());
    command.arg("--corpus").arg(place.corpus()).arg("--data").arg(place.data()).args(arguments);
    command
}

pub fn timed(mut command: Command) -> anyhow::Result<f64> {
    let started = Instant::now();
    let output = command.output()?;
    let took = started.elapsed();
    ensure!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    ensure!(!output.stdout.is_empty(), "{command:?} printed nothing");
    Ok(milliseconds(took))
}

pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
