//! Verifying all that was ever answered: a store is filled with receipts over the generated documents, which is not
//! timed, and all of them are held against these documents, as they are and after each got a line more.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{anyhow, ensure};
use passim::answer::receipt::{base32, sha256};
use passim::corpus::neighbours::WrittenLines;
use passim::corpus::read::Reader;
use passim::corpus::{Encoding, lines, passages, read};
use passim::proof::{Proofs, Sources, Summary};
use passim::store::{Asking, AskingId, Cited, Moment, Outcome, Receipt, Store, Surface};

use crate::generator;
use crate::place::{Place, copy_documents};
use crate::plan::{Plan, SEED};
use crate::processes::child;
use crate::steps::{Engine, Step};
use crate::table::{Measured, Row};

const LARGEST_FILE: u64 = 32 << 20;
/// One receipt in so many rests on two documents.
const TWO_SOURCES: usize = 3;

/// Plain tantivy keeps nothing that could be verified.
pub fn rows(plan: &Plan, place: &Place) -> anyhow::Result<Measured> {
    if !place.corpus().exists() {
        generator::write(generator::generate(SEED, plan.passages), &place.corpus())?;
    }
    let figures = child(Step::Verify, Engine::Passim, 1, plan, place)?;
    let row = |name: &str, unit, key| Row::alone(name, unit, 0, vec![figures.figure(key)]);
    let rows = vec![
        row(&format!("verifying {} receipts", plan.receipts), "1/s", "unchanged"),
        row("- after a line more in each document", "1/s", "shifted"),
        row("peak memory, filling and verifying", "MB", "peak_mb"),
    ];
    Ok(rows.into())
}

/// How many receipts were verified in a second: with documents as they were, and with a line more in each.
pub struct Speed {
    pub unchanged: f64,
    pub shifted: f64,
}

pub fn verify(receipts: usize, place: &Place) -> anyhow::Result<Speed> {
    let (data, corpus) = (place.folder().join("receipts"), place.folder().join("cited"));
    for folder in [&data, &corpus] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    copy_documents(&place.corpus(), &corpus)?;
    let store = Store::open(&data, Duration::from_secs(10))?;
    fill(&store, &quotes(&corpus)?, receipts)?;
    let unchanged = timed(&store, &corpus, receipts)?;
    for file in read::list(&corpus)?.files {
        let text = fs::read_to_string(&file.path)?;
        // Below the front matter, where there is one, so that its file stays what it is.
        let at = text.find("\n\n").map_or(text.len(), |at| at + 2);
        fs::write(&file.path, format!("{}One line more.\n\n{}", &text[..at], &text[at..]))?;
    }
    let shifted = timed(&store, &corpus, receipts)?;
    Ok(Speed { unchanged, shifted })
}

/// All that could be quoted from the documents.
fn quotes(corpus: &Path) -> anyhow::Result<Vec<Cited>> {
    let mut quotes = Vec::new();
    for file in read::list(corpus)?.files {
        let (document, _) =
            read::read(&file, &Reader::new(LARGEST_FILE, None)).map_err(|refused| anyhow!(refused.reason))?;
        let written = WrittenLines::of(&document.text);
        for span in passages::passages(&document).into_iter().flat_map(|passage| passage.sentences) {
            let quote = &document.text[span.range()];
            let line = |byte| lines::breaks(document.text.as_bytes(), 0, byte) + 1;
            quotes.push(Cited {
                path: file.name.clone(),
                source: document.description.id.clone(),
                byte_start: span.start,
                byte_end: span.end,
                lines: Some((line(span.start), line(span.end))),
                sha256: sha256(quote),
                quote: quote.to_owned(),
                encoding: Some(Encoding::Utf8),
                neighbours: Some(written.neighbours(&document.text, span)),
            });
        }
    }
    Ok(quotes)
}

/// In an order in which no two that follow each other rest on one document, as questions come.
fn fill(store: &Store, quotes: &[Cited], receipts: usize) -> anyhow::Result<()> {
    for number in 0..receipts {
        let quote = |number: usize| quotes[number.wrapping_mul(7_919) % quotes.len()].clone();
        let second = number.is_multiple_of(TWO_SOURCES).then(|| quote(number + 1));
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&(number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        let at = Moment(number as i64);
        let receipt = Receipt {
            id: base32(&bytes),
            question: format!("What is said in place {number}?"),
            fingerprint: "index".to_owned(),
            corpus: None,
            answer: "This is said".to_owned(),
            citations: [quote(number)].into_iter().chain(second).collect(),
            confidence: Some(0.9),
            version: None,
            explanation: None,
            at,
        };
        store.keep_asking(&asking(&receipt)?, Some(&receipt), None)?;
    }
    Ok(())
}

fn asking(receipt: &Receipt) -> anyhow::Result<Asking> {
    Ok(Asking {
        id: AskingId::random()?,
        surface: Surface::Terminal,
        place: None,
        person: None,
        question: receipt.question.clone(),
        understood_as: None,
        sources: Vec::new(),
        receipt: Some(receipt.id.clone()),
        outcome: Outcome::Found,
        confidence: 0.9,
        at: receipt.at,
        asked_in: None,
        reply: None,
        further: Vec::new(),
        is_private: false,
    })
}

/// Receipts a second; each of them has to hold.
fn timed(store: &Store, corpus: &Path, receipts: usize) -> anyhow::Result<f64> {
    let started = Instant::now();
    let mut summary = Summary::default();
    let mut proofs = Proofs::of_all(store, Sources::open(corpus, Reader::new(LARGEST_FILE, None))?);
    while let Some(batch) = proofs.next_batch()? {
        batch.iter().for_each(|proof| summary.count(proof));
    }
    let seconds = started.elapsed().as_secs_f64();
    ensure!(summary.holds == receipts && summary.receipts == receipts, "not all hold: {summary:?}");
    Ok(receipts as f64 / seconds)
}
