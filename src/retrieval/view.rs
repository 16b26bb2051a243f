//! A part of an index, for those who may not read all of it: as if the other sources had never been there.
//!
//! What a search finds is filtered inside the query; and what it is weighed by (how many passages there are, how
//! long, in how many of them a word stands) is counted over the visible passages alone, so that no score, no
//! correction and no "there is no such word" tells of the others. [`Ground`] is counted once for an index, a
//! [`View`] is made of it for each group of readers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tantivy::index::SegmentId;
use tantivy::query::{
    Bm25StatisticsProvider, BooleanQuery, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    BitSet, DocAddress, DocId, DocSet, Score, Searcher, SegmentReader, TERMINATED, TantivyError, Term,
};

use super::manifest::Manifest;
use super::schema::Fields;
use super::vocabulary::Vocabulary;

/// A passage of no source: one that was removed or replaced, and is not merged away yet.
const OF_NONE: u32 = u32::MAX;

/// Of an index: which passage is whose, and how much each source has.
pub(super) struct Ground {
    /// For each segment, by passage: the place of its source among all sources.
    source_of: Vec<Vec<u32>>,
    /// By source.
    amounts: Vec<Amount>,
    /// By source, ordered.
    paths: Vec<String>,
    /// Every word there is, whoever may read it.
    pub vocabulary: Vocabulary,
}

#[derive(Debug, Clone, Copy, Default)]
struct Amount {
    passages: u64,
    /// In the order of [`counted`].
    tokens: [u64; 3],
}

/// The fields whose words are counted: those that scores are taken from.
fn counted(fields: Fields) -> [Field; 3] {
    [fields.words, fields.context, fields.codes]
}

impl Ground {
    pub fn of(searcher: &Searcher, fields: Fields, manifest: &Manifest) -> tantivy::Result<Ground> {
        let mut ground = Ground {
            source_of: Vec::with_capacity(searcher.segment_readers().len()),
            amounts: vec![Amount::default(); manifest.sources.len()],
            paths: manifest.sources.iter().map(|source| source.description.path.clone()).collect(),
            vocabulary: manifest.vocabulary.clone(),
        };
        for segment in searcher.segment_readers() {
            let source_of = sources_of_passages(segment, fields, manifest)?;
            for source in source_of.iter().filter(|source| **source != OF_NONE) {
                ground.amounts[*source as usize].passages += 1;
            }
            for (place, field) in counted(fields).into_iter().enumerate() {
                count_tokens(segment, field, &source_of, |source, count| {
                    ground.amounts[source].tokens[place] += count;
                })?;
            }
            ground.source_of.push(source_of);
        }
        Ok(ground)
    }

    /// Whether a source has this path.
    pub fn knows(&self, path: &str) -> bool {
        self.paths.binary_search_by(|known| known.as_str().cmp(path)).is_ok()
    }
}

fn sources_of_passages(
    segment: &SegmentReader,
    fields: Fields,
    manifest: &Manifest,
) -> tantivy::Result<Vec<u32>> {
    let mut source_of = vec![OF_NONE; segment.max_doc() as usize];
    let paths = segment.inverted_index(fields.path)?;
    let mut terms = paths.terms().stream()?;
    while let Some((path, info)) = terms.next() {
        let Some(source) = std::str::from_utf8(path).ok().and_then(|path| manifest.place_of(path)) else {
            continue;
        };
        let mut postings = paths.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        while postings.doc() != TERMINATED {
            let is_alive = segment.alive_bitset().is_none_or(|alive| alive.is_alive(postings.doc()));
            if is_alive {
                source_of[postings.doc() as usize] = source as u32;
            }
            postings.advance();
        }
    }
    Ok(source_of)
}

/// Every word of a field, wherever it stands: the lengths that an index keeps for each passage are rounded.
fn count_tokens(
    segment: &SegmentReader,
    field: Field,
    source_of: &[u32],
    mut add: impl FnMut(usize, u64),
) -> tantivy::Result<()> {
    let index = segment.inverted_index(field)?;
    let mut terms = index.terms().stream()?;
    while let Some((_, info)) = terms.next() {
        let mut block = index.read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
        while !block.docs().is_empty() {
            for (passage, count) in block.docs().iter().zip(block.freqs()) {
                let source = source_of[*passage as usize];
                if source != OF_NONE {
                    add(source as usize, u64::from(*count));
                }
            }
            block.advance();
        }
    }
    Ok(())
}

/// The passages that are visible, and how they count.
pub(super) struct View {
    /// The places of its sources among all sources of the index, ascending.
    pub sources: Vec<u32>,
    visible: Visible,
    amount: Amount,
    fields: Fields,
    /// In how many visible passages a term stands; of the terms that were asked for.
    frequencies: Mutex<FxHashMap<Term, u64>>,
    /// Whether a word stands in them, of the words that were asked for.
    words: Mutex<FxHashMap<Box<str>, bool>>,
}

/// By segment, where there are any.
type Visible = Arc<FxHashMap<SegmentId, Arc<BitSet>>>;

/// So many terms are remembered: more than people ask for between two re-indexings.
const MOST_REMEMBERED: usize = 1 << 16;

impl View {
    /// The passages of the sources at these places.
    pub fn of(ground: &Ground, sources: Vec<u32>, searcher: &Searcher, fields: Fields) -> View {
        let mut is_visible = vec![false; ground.amounts.len()];
        let mut amount = Amount::default();
        for source in &sources {
            is_visible[*source as usize] = true;
            let more = ground.amounts[*source as usize];
            amount.passages += more.passages;
            for (tokens, more) in amount.tokens.iter_mut().zip(more.tokens) {
                *tokens += more;
            }
        }
        let mut visible = FxHashMap::default();
        for (segment, source_of) in searcher.segment_readers().iter().zip(&ground.source_of) {
            let mut here = BitSet::with_max_value(segment.max_doc());
            for (passage, source) in (0..).zip(source_of) {
                if *source != OF_NONE && is_visible[*source as usize] {
                    here.insert(passage);
                }
            }
            if here.len() > 0 {
                visible.insert(segment.segment_id(), Arc::new(here));
            }
        }
        View {
            sources,
            visible: Arc::new(visible),
            amount,
            fields,
            frequencies: Mutex::default(),
            words: Mutex::default(),
        }
    }

    /// How many passages are visible.
    pub fn passages(&self) -> u64 {
        self.amount.passages
    }

    /// In how many visible passages a term stands.
    pub fn frequency(&self, term: &Term, searcher: &Searcher) -> tantivy::Result<u64> {
        if let Some(known) = self.frequencies.lock().unwrap_or_else(PoisonError::into_inner).get(term) {
            return Ok(*known);
        }
        let frequency = self.count(term, searcher)?;
        let mut frequencies = self.frequencies.lock().unwrap_or_else(PoisonError::into_inner);
        if frequencies.len() >= MOST_REMEMBERED {
            frequencies.clear();
        }
        frequencies.insert(term.clone(), frequency);
        Ok(frequency)
    }

    fn count(&self, term: &Term, searcher: &Searcher) -> tantivy::Result<u64> {
        let mut frequency = 0;
        for reader in searcher.segment_readers() {
            let Some(visible) = self.visible.get(&reader.segment_id()) else { continue };
            let index = reader.inverted_index(term.field())?;
            let Some(mut block) = index.read_block_postings(term, IndexRecordOption::Basic)? else {
                continue;
            };
            while !block.docs().is_empty() {
                let here = block.docs().iter().filter(|passage| visible.contains(**passage));
                frequency += here.count() as u64;
                block.advance();
            }
        }
        Ok(frequency)
    }

    /// Whether a word stands in what is visible, where that was found out before.
    pub fn known_word(&self, word: &str) -> Option<bool> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).get(word).copied()
    }

    pub fn remember_word(&self, word: &str, is_there: bool) {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.len() >= MOST_REMEMBERED {
            words.clear();
        }
        words.insert(word.into(), is_there);
    }

    /// The first visible passages, so many at most, in which a term stands.
    pub fn first_with(
        &self,
        term: &Term,
        searcher: &Searcher,
        most: usize,
    ) -> tantivy::Result<Vec<DocAddress>> {
        let mut found = Vec::new();
        for (place, reader) in (0..).zip(searcher.segment_readers()) {
            let Some(visible) = self.visible.get(&reader.segment_id()) else { continue };
            let index = reader.inverted_index(term.field())?;
            let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? else { continue };
            while postings.doc() != TERMINATED && found.len() < most {
                if visible.contains(postings.doc()) {
                    found.push(DocAddress::new(place, postings.doc()));
                }
                postings.advance();
            }
        }
        Ok(found)
    }

    /// What finds only visible passages of those that `query` finds, with the same scores.
    pub fn within(&self, query: BooleanQuery) -> impl Query {
        Within { query, visible: self.visible.clone() }
    }

    /// What scores are taken from.
    pub fn statistics<'a>(&'a self, searcher: &'a Searcher) -> impl Bm25StatisticsProvider + 'a {
        Statistics { view: self, searcher }
    }
}

struct Statistics<'a> {
    view: &'a View,
    searcher: &'a Searcher,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let place = counted(self.view.fields).iter().position(|counted| *counted == field);
        let tokens = place.map(|place| self.view.amount.tokens[place]);
        tokens.ok_or_else(|| TantivyError::InternalError("a field whose words are not counted".to_owned()))
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.view.amount.passages)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.view.frequency(term, self.searcher)
    }
}

/// A query that finds visible passages only.
#[derive(Clone)]
struct Within {
    query: BooleanQuery,
    visible: Visible,
}

impl fmt::Debug for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Within").field("query", &self.query).finish_non_exhaustive()
    }
}

impl Query for Within {
    fn weight(&self, enable_scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let weight = self.query.weight(enable_scoring)?;
        Ok(Box::new(WeightWithin { weight, visible: self.visible.clone() }))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.query.query_terms(visitor);
    }
}

struct WeightWithin {
    weight: Box<dyn Weight>,
    visible: Visible,
}

/// Everything else that a weight does goes through its scorer. The shortcuts of the query inside are not taken: they
/// skip by bounds that were taken from all passages.
impl Weight for WeightWithin {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Some(visible) = self.visible.get(&reader.segment_id()) else {
            return Ok(Box::new(EmptyScorer));
        };
        let inner = self.weight.scorer(reader, boost)?;
        let mut scorer = ScorerWithin { inner, visible: visible.clone() };
        scorer.skip_hidden();
        Ok(Box::new(scorer))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.weight.explain(reader, doc)
    }
}

struct ScorerWithin {
    inner: Box<dyn Scorer>,
    visible: Arc<BitSet>,
}

impl ScorerWithin {
    /// Goes on to the first visible passage from here.
    fn skip_hidden(&mut self) -> DocId {
        let mut doc = self.inner.doc();
        while doc != TERMINATED && !self.visible.contains(doc) {
            doc = self.inner.advance();
        }
        doc
    }
}

impl DocSet for ScorerWithin {
    fn advance(&mut self) -> DocId {
        self.inner.advance();
        self.skip_hidden()
    }

    fn doc(&self) -> DocId {
        self.inner.doc()
    }

    fn size_hint(&self) -> u32 {
        self.inner.size_hint()
    }
}

impl Scorer for ScorerWithin {
    fn score(&mut self) -> Score {
        self.inner.score()
    }
}
