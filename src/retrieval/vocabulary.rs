//! The words of the corpus as people write them: what a misspelt word is corrected towards.
//!
//! The index adds to them with every run and forgets them when it is built anew. A word that no passage has any
//! more does no harm: whoever uses one asks how frequent it is.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashSet};
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

use crate::corpus::Document;
use crate::words;

/// Shorter words have too many neighbours, longer ones are none.
const LETTERS: std::ops::RangeInclusive<usize> = 4..=40;

/// Hashes that are looked at first.
const RECENT: usize = 1 << 13;

/// The words that were met in one run.
pub struct Vocabulary {
    /// Hashes of what was met, as it is written. Where two words share one, the second is not suggested.
    met: FxHashSet<u64>,
    /// Some of them, close at hand: most words of a text are the same few.
    recent: Vec<u64>,
    folded: Vec<String>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self { met: FxHashSet::default(), recent: vec![0; RECENT], folded: Vec::new() }
    }
}

impl Vocabulary {
    pub fn add(&mut self, document: &Document) {
        for text in [document.description.title.as_str(), &document.text[document.body.range()]] {
            let mut at = 0;
            while let Some(run) = words::next_run(text, at) {
                at = run.end;
                let run = &text[run.range()];
                if !LETTERS.contains(&run.len()) || run.bytes().any(|b| b.is_ascii_digit()) {
                    continue;
                }
                let hash = FxBuildHasher.hash_one(run);
                let recent = &mut self.recent[hash as usize % RECENT];
                if std::mem::replace(recent, hash) != hash && self.met.insert(hash) {
                    self.folded.extend(words::words_of_run(run).into_iter().map(|word| word.folded));
                }
            }
        }
    }

    /// All of them that are of letters, folded, in alphabetical order.
    pub fn words(mut self) -> Vec<String> {
        self.folded.retain(|word| LETTERS.contains(&word.len()) && word.chars().all(char::is_alphabetic));
        self.folded.sort_unstable();
        self.folded.dedup();
        self.folded
    }
}

pub fn contains(searcher: &Searcher, field: Field, word: &str) -> tantivy::Result<bool> {
    Ok(searcher.doc_freq(&Term::from_field_text(field, word))? > 0)
}

/// Those that start so, in alphabetical order.
pub fn starting(searcher: &Searcher, field: Field, prefix: &str) -> tantivy::Result<Vec<String>> {
    let mut words = BTreeSet::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(field)?;
        let mut stream = inverted.terms().range().ge(prefix).into_stream()?;
        while let Some((term, _)) = stream.next() {
            if !term.starts_with(prefix.as_bytes()) {
                break;
            }
            words.extend(std::str::from_utf8(term).map(str::to_owned));
        }
    }
    Ok(words.into_iter().collect())
}

/// Those within `distance` (0 to 2) changed letters of `word`, in alphabetical order. A swap of neighbours counts
/// as one change.
pub fn similar(searcher: &Searcher, field: Field, word: &str, distance: u8) -> tantivy::Result<Vec<String>> {
    let query = FuzzyTermQuery::new(Term::from_field_text(field, word), distance, true);
    let mut words = BTreeSet::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(field)?;
        let mut stream = inverted.terms().search(query.automaton()?).into_stream()?;
        while let Some((term, _)) = stream.next() {
            words.extend(std::str::from_utf8(term).map(str::to_owned));
        }
    }
    Ok(words.into_iter().collect())
}
