//! Hostile questions over hostile documents, at length.

use std::io::{Write, stderr};
use std::time::Duration;

use anyhow::ensure;

use crate::attack::{self, Report, Trial};
use crate::measure::percentile;
use crate::place::Place;
use crate::plan::Plan;
use crate::processes::milliseconds;
use crate::table::{Measured, Row};

/// As many as a large team has.
const DOCUMENTS_A_FOLDER: usize = 5_000;
/// So many faults are told.
const MOST_TOLD: usize = 20;

pub fn rows(plan: &Plan, place: &Place) -> anyhow::Result<Measured> {
    let trial = Trial {
        seed: plan.hostile_seed,
        documents: plan.hostile_documents,
        documents_a_folder: DOCUMENTS_A_FOLDER,
        questions: plan.hostile_questions,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
    };
    let mut told = 0;
    let report = attack::run(trial, &place.folder().join("hostile"), |report| {
        for fault in &report.faults[told..] {
            let _ = writeln!(stderr(), "{fault}");
        }
        told = report.faults.len();
        let _ = writeln!(
            stderr(),
            "{} hostile documents, {} questions, {} faults",
            report.documents,
            report.questions,
            report.faults.len()
        );
    })?;
    let faults: Vec<&str> = report.faults.iter().take(MOST_TOLD).map(String::as_str).collect();
    ensure!(
        faults.is_empty(),
        "{} of {} did not hold:\n{}",
        report.faults.len(),
        report.questions,
        faults.join("\n")
    );
    Ok(Measured { rows: drawn(&report), note: slowest(&report, plan) })
}

fn drawn(report: &Report) -> Vec<Row> {
    let times: Vec<f64> = report.times.iter().map(|time| f64::from(*time)).collect();
    let count = |name: &str, count: usize| Row::alone(name, "count", 0, vec![count as f64]);
    let per_second = |name: &str, count: usize, took: Duration| {
        Row::alone(name, "1/s", 0, vec![count as f64 / took.as_secs_f64()])
    };
    let time = |name: &str, milliseconds: f64| Row::alone(name, "ms", 1, vec![milliseconds]);
    vec![
        count("hostile documents", report.documents),
        count("- refused by name", report.refused),
        per_second("- indexed", report.documents, report.indexing),
        time("- slowest to read", milliseconds(report.slowest_document.0)),
        count("hostile questions", report.questions),
        count("- answered", report.found),
        count("- with sides that disagree", report.disputed),
        count("- quotes, each in its source", report.quotes),
        per_second("- asked and looked at", report.questions, report.asking),
        time("- p50", percentile(&times, 0.5)),
        time("- p99", percentile(&times, 0.99)),
        time("- slowest", milliseconds(report.slowest_question.0)),
        count("- panics, hangs, wrong quotes", report.faults.len()),
    ]
}

fn slowest(report: &Report, plan: &Plan) -> String {
    let start = |text: &str| text.chars().take(160).collect::<String>();
    format!(
        "Slowest document: {}\nSlowest question: {}\nSeed of the first folder: {}\n",
        start(&report.slowest_document.1),
        start(&report.slowest_question.1),
        plan.hostile_seed
    )
}
