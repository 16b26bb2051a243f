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

/// Passages, and tokens by field.
#[derive(Debug, Clone, Copy, Default)]
struct Amount {
    passages: u64,
    words: u64,
    context: u64,
    codes: u64,
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
            let fields: [(Field, fn(&mut Amount) -> &mut u64); 3] = [
                (fields.words, |amount| &mut amount.words),
                (fields.context, |amount| &mut amount.context),
                (fields.codes, |amount| &mut amount.codes),
            ];
            for (field, tokens) in fields {
                count_tokens(segment, field, &source_of, |source, count| {
                    *tokens(&mut ground.amounts[source]) += count;
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
    segments: Arc<FxHashMap<SegmentId, Segment>>,
    amount: Amount,
    fields: Fields,
    /// In how many visible passages a term stands; of the terms that were asked for.
    frequencies: Mutex<FxHashMap<Term, u64>>,
    /// Whether a word stands in them, of the words that were asked for.
    words: Mutex<FxHashMap<Box<str>, bool>>,
}

struct Segment {
    visible: BitSet,
    is_empty: bool,
}

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
            amount.words += more.words;
            amount.context += more.context;
            amount.codes += more.codes;
        }
        let mut segments = FxHashMap::default();
        for (segment, source_of) in searcher.segment_readers().iter().zip(&ground.source_of) {
            let mut visible = BitSet::with_max_value(segment.max_doc());
            for (passage, source) in (0..).zip(source_of) {
                if *source != OF_NONE && is_visible[*source as usize] {
                    visible.insert(passage);
                }
            }
            let is_empty = visible.len() == 0;
            segments.insert(segment.segment_id(), Segment { visible, is_empty });
        }
        View {
            sources,
            segments: Arc::new(segments),
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
        let frequency = self.counted(term, searcher)?;
        let mut frequencies = self.frequencies.lock().unwrap_or_else(PoisonError::into_inner);
        if frequencies.len() >= MOST_REMEMBERED {
            frequencies.clear();
        }
        frequencies.insert(term.clone(), frequency);
        Ok(frequency)
    }

    fn counted(&self, term: &Term, searcher: &Searcher) -> tantivy::Result<u64> {
        let mut frequency = 0;
        for reader in searcher.segment_readers() {
            let Some(segment) = self.segment(reader) else { continue };
            let index = reader.inverted_index(term.field())?;
            let Some(mut block) = index.read_block_postings(term, IndexRecordOption::Basic)? else {
                continue;
            };
            while !block.docs().is_empty() {
                let visible = block.docs().iter().filter(|passage| segment.visible.contains(**passage));
                frequency += visible.count() as u64;
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
            let Some(segment) = self.segment(reader) else { continue };
            let index = reader.inverted_index(term.field())?;
            let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? else { continue };
            while postings.doc() != TERMINATED && found.len() < most {
                if segment.visible.contains(postings.doc()) {
                    found.push(DocAddress::new(place, postings.doc()));
                }
                postings.advance();
            }
        }
        Ok(found)
    }

    /// What finds only visible passages of those that `query` finds, with the same scores.
    pub fn within(&self, query: BooleanQuery) -> impl Query {
        Within { query, segments: self.segments.clone() }
    }

    /// What scores are taken from.
    pub fn statistics<'a>(&'a self, searcher: &'a Searcher) -> impl Bm25StatisticsProvider + 'a {
        Statistics { view: self, searcher }
    }

    /// Where something is visible.
    fn segment(&self, reader: &SegmentReader) -> Option<&Segment> {
        self.segments.get(&reader.segment_id()).filter(|segment| !segment.is_empty)
    }
}

struct Statistics<'a> {
    view: &'a View,
    searcher: &'a Searcher,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let (fields, amount) = (&self.view.fields, &self.view.amount);
        let counted =
            [(fields.words, amount.words), (fields.context, amount.context), (fields.codes, amount.codes)];
        let found = counted.into_iter().find(|(counted, _)| *counted == field);
        found
            .map(|(_, tokens)| tokens)
            .ok_or_else(|| TantivyError::InternalError("a field whose words are not counted".to_owned()))
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
    segments: Arc<FxHashMap<SegmentId, Segment>>,
}

impl fmt::Debug for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Within").field("query", &self.query).finish_non_exhaustive()
    }
}

impl Query for Within {
    fn weight(&self, enable_scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let weight = self.query.weight(enable_scoring)?;
        Ok(Box::new(WeightWithin { weight, segments: self.segments.clone() }))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.query.query_terms(visitor);
    }
}

struct WeightWithin {
    weight: Box<dyn Weight>,
    segments: Arc<FxHashMap<SegmentId, Segment>>,
}

impl Weight for WeightWithin {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let segment = self.segments.get(&reader.segment_id());
        if segment.is_none_or(|segment| segment.is_empty) {
            return Ok(Box::new(EmptyScorer));
        }
        let inner = self.weight.scorer(reader, boost)?;
        let mut scorer = ScorerWithin { inner, segments: self.segments.clone(), of: reader.segment_id() };
        scorer.skip_hidden();
        Ok(Box::new(scorer))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.weight.explain(reader, doc)
    }

    /// Without the shortcuts of the query inside: they skip by bounds that were taken from all passages.
    fn for_each_pruning(
        &self,
        mut threshold: Score,
        reader: &SegmentReader,
        callback: &mut dyn FnMut(DocId, Score) -> Score,
    ) -> tantivy::Result<()> {
        let Some(segment) = self.segments.get(&reader.segment_id()).filter(|segment| !segment.is_empty)
        else {
            return Ok(());
        };
        let mut scorer = self.weight.scorer(reader, 1.0)?;
        let mut doc = scorer.doc();
        while doc != TERMINATED {
            if segment.visible.contains(doc) {
                let score = scorer.score();
                if score > threshold {
                    threshold = callback(doc, score);
                }
            }
            doc = scorer.advance();
        }
        Ok(())
    }
}

struct ScorerWithin {
    inner: Box<dyn Scorer>,
    segments: Arc<FxHashMap<SegmentId, Segment>>,
    of: SegmentId,
}

impl ScorerWithin {
    /// Goes on to the first visible passage from here.
    fn skip_hidden(&mut self) -> DocId {
        let segment = self.segments.get(&self.of);
        let mut doc = self.inner.doc();
        while doc != TERMINATED && !segment.is_some_and(|segment| segment.visible.contains(doc)) {
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
