//! passim beside plain tantivy, over the same passages and with the same questions.

use std::fs::File;
use std::io::{BufWriter, Write, stderr};

use anyhow::ensure;

use crate::generator;
use crate::measure::median;
use crate::place::Place;
use crate::plain_tantivy;
use crate::plan::{BAD_QUESTIONS_TOGETHER, Plan, SEED};
use crate::processes::{child, passim, timed};
use crate::steps::{self, Engine, Figures, Step};
use crate::table::{Measured, Row};

/// Starts of each program in one round.
const STARTS: usize = 5;

pub fn measure(plan: &Plan, place: &Place) -> anyhow::Result<Measured> {
    prepare(plan, place)?;
    let mut rows = indexing(plan, place)?;
    rows.push(starting(plan, place)?);
    for threads in plan.threads() {
        rows.extend(answering(plan, place, threads)?);
    }
    let (bad, slowest) = bad_questions(plan, place)?;
    rows.extend(bad);
    let note = if slowest.is_empty() {
        slowest
    } else {
        format!("The slowest bad questions of passim:\n{slowest}\n")
    };
    Ok(Measured { rows, note })
}

/// Documents, questions, what passim cuts the documents into, and the index that questions are asked of; once for all
/// parts that need them.
pub fn prepare(plan: &Plan, place: &Place) -> anyhow::Result<()> {
    if place.questions().exists() {
        return Ok(());
    }
    let written = generator::write(generator::generate(SEED, plan.passages), &place.corpus())?;
    let passages = plain_tantivy::note_passages(place)?;
    let indexed = passim(place, &["index"]).output()?;
    ensure!(indexed.status.success(), "passim index failed: {}", String::from_utf8_lossy(&indexed.stderr));
    let every = (written.questions.len() / plan.questions).max(1);
    let mut file = BufWriter::new(File::create(place.questions())?);
    for question in written.questions.iter().step_by(every).take(plan.questions) {
        writeln!(file, "{}", question.line())?;
    }
    file.flush()?;
    let (documents, megabytes) = (written.documents, written.bytes as f64 / 1e6);
    writeln!(
        stderr(),
        "corpus: {passages} passages in {documents} documents, {megabytes:.1} MB, seed {SEED}"
    )?;
    Ok(())
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
fn starting(plan: &Plan, place: &Place) -> anyhow::Result<Row> {
    let questions = steps::known_questions(place)?;
    let mut row = Row::new("cold start, one answer", "ms", 1);
    for round in 0..plan.rounds {
        let mut took = [Vec::new(), Vec::new()];
        for start in 0..STARTS {
            let question = &questions[(round * STARTS + start) % questions.len()].question;
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

fn finished(turns: Vec<[anyhow::Result<Figures>; 2]>) -> anyhow::Result<Vec<[Figures; 2]>> {
    turns.into_iter().map(|[passim, tantivy]| Ok([passim?, tantivy?])).collect()
}
