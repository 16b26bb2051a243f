//! How passim grows with its documents: the same figures over a thousand passages, and ten, a hundred and a thousand
//! times as many; plain tantivy beside it, over the same passages and with the same questions.

use crate::engines::prepare;
use crate::place::Place;
use crate::plan::Plan;
use crate::processes::child;
use crate::steps::{Engine, Figures, Step};
use crate::table::{Measured, Row};

/// A figure: how it is called, its unit, its key, its decimals.
type Figure = (&'static str, &'static str, &'static str, usize);

const INDEXING: [Figure; 3] = [
    ("indexing, 2 threads", "MB/s", "mb_per_second", 1),
    ("index on disk", "MB", "index_mb", 1),
    ("peak memory, indexing", "MB", "peak_mb", 1),
];
const ANSWERING: [Figure; 4] = [
    ("answer p50, 1 thread", "ms", "p50", 3),
    ("answer p99", "ms", "p99", 3),
    ("peak memory", "MB", "peak_mb", 1),
    ("- without mapped files", "MB", "own_mb", 1),
];

/// One place for each number of passages: the documents of the smaller ones are not those of the larger.
pub fn rows(plan: &Plan, place: &Place) -> anyhow::Result<Measured> {
    let mut rows = Vec::new();
    for passages in plan.sizes {
        let place = Place::in_folder(&place.folder().join(passages.to_string()));
        rows.extend(rows_of(&Plan { passages: *passages, ..*plan }, &place)?);
        std::fs::remove_dir_all(place.folder())?;
    }
    Ok(rows.into())
}

fn rows_of(plan: &Plan, place: &Place) -> anyhow::Result<Vec<Row>> {
    prepare(plan, place)?;
    let indexing = turns(Step::Index, 2, plan.indexing_rounds, plan, place)?;
    let answering = turns(Step::Ask, 1, plan.rounds, plan, place)?;
    let row = |(name, unit, key, decimals): Figure, turns: &[[Figures; 2]]| {
        Row::of(&format!("{}: {name}", plan.passages), unit, key, decimals, turns)
    };
    let mut rows: Vec<Row> = INDEXING.into_iter().map(|figure| row(figure, &indexing)).collect();
    rows.extend(ANSWERING.into_iter().map(|figure| row(figure, &answering)));
    let right = answering.iter().map(|[passim, _]| passim.figure("right")).collect();
    rows.push(Row::alone(&format!("{}: known value answered", plan.passages), "share", 3, right));
    Ok(rows)
}

/// passim and tantivy in turns.
fn turns(
    step: Step,
    threads: usize,
    rounds: usize,
    plan: &Plan,
    place: &Place,
) -> anyhow::Result<Vec<[Figures; 2]>> {
    let turn = |_| {
        let of = |engine| child(step, engine, threads, plan, place);
        Ok([of(Engine::Passim)?, of(Engine::Tantivy)?])
    };
    (0..rounds).map(turn).collect()
}
