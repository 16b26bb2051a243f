//! How passim grows with its documents: the same figures over a thousand passages, and ten, a hundred and a thousand
//! times as many.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::ensure;

use crate::place::Place;
use crate::steps::{Engine, Figures, Step};
use crate::table::Row;
use crate::{Plan, SEED, child, generator, passim};

/// A figure: how it is called, its unit, its key, its decimals.
type Figure = (&'static str, &'static str, &'static str, usize);

const INDEXING: [Figure; 3] = [
    ("indexing, 2 threads", "MB/s", "mb_per_second", 1),
    ("index on disk", "MB", "index_mb", 1),
    ("peak memory, indexing", "MB", "peak_mb", 1),
];
const ANSWERING: [Figure; 5] = [
    ("answer p50, 1 thread", "ms", "p50", 3),
    ("answer p99", "ms", "p99", 3),
    ("peak memory", "MB", "peak_mb", 1),
    ("- without mapped files", "MB", "own_mb", 1),
    ("answers with the known value", "share", "right", 3),
];

/// One place for each number of passages: the documents of the smaller ones are not those of the larger.
pub fn rows(plan: &Plan, sizes: &[usize], place: &Place) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for passages in sizes {
        let place = Place::in_folder(&place.folder().join(passages.to_string()));
        rows.extend(rows_of(&Plan { passages: *passages, ..*plan }, &place)?);
        std::fs::remove_dir_all(place.folder())?;
    }
    Ok(rows)
}

fn rows_of(plan: &Plan, place: &Place) -> anyhow::Result<Vec<Row>> {
    prepare(plan, place)?;
    let indexing = rounds(Step::Index, 2, plan.indexing_rounds, plan, place)?;
    let answering = rounds(Step::Ask, 1, plan.rounds, plan, place)?;
    let row = |(name, unit, key, decimals): Figure, rounds: &[Figures]| {
        let figures = rounds.iter().map(|figures| figures.figure(key)).collect();
        Row::alone(&format!("{}: {name}", plan.passages), unit, decimals, figures)
    };
    let of_indexing = INDEXING.into_iter().map(|figure| row(figure, &indexing));
    Ok(of_indexing.chain(ANSWERING.into_iter().map(|figure| row(figure, &answering))).collect())
}

fn rounds(
    step: Step,
    threads: usize,
    rounds: usize,
    plan: &Plan,
    place: &Place,
) -> anyhow::Result<Vec<Figures>> {
    (0..rounds).map(|_| child(step, Engine::Passim, threads, plan, place)).collect()
}

/// Documents, questions, and the index that they are asked of.
fn prepare(plan: &Plan, place: &Place) -> anyhow::Result<()> {
    let written = generator::write(generator::generate(SEED, plan.passages), &place.corpus())?;
    let every = (written.questions.len() / plan.questions).max(1);
    let mut file = BufWriter::new(File::create(place.questions())?);
    for question in written.questions.iter().step_by(every).take(plan.questions) {
        writeln!(file, "{}", question.line())?;
    }
    file.flush()?;
    let indexed = passim(place, &["index"]).output()?;
    ensure!(indexed.status.success(), "passim index failed: {}", String::from_utf8_lossy(&indexed.stderr));
    Ok(())
}
