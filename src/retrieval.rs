//! Finding passages: the index over the corpus, and searching it.
//!
//! The only module that knows tantivy; none of its types leaves. [`sync`] brings an index level with a folder,
//! [`generation`] keeps its directories, [`integrity`] finds damage, [`schema`] and [`tokenizers`] say what is indexed and how, [`vocabulary`] has the words for spelling, [`manifest`] what was read, [`view`] is for those who may not read all of it.
//!
//! People's text never reaches a query parser: it arrives here as terms that were taken out of it, and no
//! character of it has a meaning beyond being part of a word.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};
use tantivy::collector::{DocSetCollector, TopDocs};
use tantivy::directory::MmapDirectory;
use tantivy::query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, TermQuery, TermSetQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, ReloadPolicy, Searcher, TantivyDocument, Term};
use thiserror::Error;

use crate::corpus::{Description, Refused, Span};
use crate::words::{self, Analyzer, is_function_word};

pub mod generation;
pub mod integrity;
pub mod manifest;
mod read_only;
pub mod schema;
mod seen;
pub mod sync;
mod tokenizers;
mod view;
mod vocabulary;

use manifest::hex;
pub use manifest::{Manifest, Source};
use read_only::ReadOnly;
pub use schema::IndexedPassage;
use schema::{Fields, stored_passage};
use view::{Ground, View};
use vocabulary::Met;
pub use vocabulary::Vocabulary;

/// Matches in headings, titles and table headers say what a passage is about, but not what it says.
const CONTEXT_BOOST: f32 = 0.4;
/// A code that stands as it was typed ("v1.2.3") is worth more than the words it is made of.
const EXACT_BOOST: f32 = 1.5;

#[derive(Debug, Error)]
pub enum IndexError {
    #[error(
        "cannot {attempted} {path}: {reason}; --data DIR or data.path names another folder for the index"
    )]
    Io { attempted: &'static str, path: String, reason: std::io::Error },
    #[error("cannot read the index in {path}: {reason}; 'passim index --rebuild' makes it anew")]
    Unreadable { path: String, reason: String },
    #[error("another process is indexing into {path}; wait for it, or stop it")]
    Busy { path: String },
    #[error("cannot search the index: {0}")]
    Search(#[from] tantivy::TantivyError),
}

/// What is looked for: a word in the forms that count as the same, and how much it matters.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryTerm {
    /// Stems that stand for the same thing: the word's own first, then synonyms and spelling variants.
    pub stems: Vec<String>,
    /// The word as it was typed, where that is a code such as "v1.2.3".
    pub exact: Option<String>,
    /// 1 is an ordinary word.
    pub weight: f32,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    pub terms: Vec<QueryTerm>,
    /// Only these sources; all where empty.
    pub sources: Vec<String>,
}

/// A passage that was found. Hits are ordered by score; equal scores by path and place.
#[derive(Debug, Clone)]
pub struct Hit<'a> {
    pub source: &'a Source,
    pub passage: IndexedPassage,
    /// BM25, summed over the fields; 0 or more, comparable within one search only.
    pub score: f32,
}

/// One state of the index, open for reading. Searches see this state however much is indexed meanwhile.
pub struct Index {
    searcher: Searcher,
    fields: Fields,
    manifest: Manifest,
    directory: PathBuf,
    /// Of the commit that is seen.
    payload: Option<String>,
    /// What views are made of; counted for the first of them.
    ground: OnceLock<Arc<Ground>>,
    /// Where not all of it may be read; the manifest is then without the other sources.
    view: Option<View>,
}

impl Index {
    /// Opens the current generation in `folder`: `None` where nothing was indexed yet, or by another version.
    pub fn open(folder: &Path) -> Result<Option<Index>, IndexError> {
        loop {
            let Some(directory) = generation::current(folder)? else { return Ok(None) };
            match Index::open_generation(&directory) {
                // Another process may have made two new ones meanwhile, and have removed this one.
                Err(_) if generation::current(folder)?.as_ref() != Some(&directory) => {}
                result => return result,
            }
        }
    }

    /// What tells the folder of documents from others, as [`name_of`] does.
    pub fn corpus(&self) -> &str {
        let folder = self.directory.parent().and_then(Path::file_name);
        folder.and_then(|name| name.to_str()).unwrap_or_default()
    }

    fn open_generation(directory: &Path) -> Result<Option<Index>, IndexError> {
        Index::open_with(directory, |payload| Manifest::load(directory, payload))
    }

    /// Opens the current generation, whose manifest is at hand.
    fn open_just_written(folder: &Path, manifest: Manifest) -> Result<Index, IndexError> {
        let is_missing = || IndexError::Unreadable {
            path: folder.display().to_string(),
            reason: "what was just written is not there".to_owned(),
        };
        let directory = generation::current(folder)?.ok_or_else(is_missing)?;
        Index::open_with(&directory, |_| Ok(Some(manifest)))?.ok_or_else(is_missing)
    }

    fn open_with(
        directory: &Path,
        manifest: impl FnOnce(Option<&str>) -> Result<Option<Manifest>, String>,
    ) -> Result<Option<Index>, IndexError> {
        let unreadable =
            |reason: String| IndexError::Unreadable { path: directory.display().to_string(), reason };
        // Where nothing can be written the usual way of reading fails; what else is wrong fails both ways.
        let (searcher, payload) = open_searcher(|| tantivy::Index::open_in_dir(directory))
            .or_else(|_| open_searcher(|| tantivy::Index::open(ReadOnly(MmapDirectory::open(directory)?))))
            .map_err(|error| unreadable(error.to_string()))?;
        let Some(manifest) = manifest(payload.as_deref()).map_err(unreadable)? else { return Ok(None) };
        let fields = Fields::of(searcher.schema());
        let directory = directory.to_owned();
        let (ground, view) = (OnceLock::new(), None);
        Ok(Some(Index { searcher, fields, manifest, directory, payload, ground, view }))
    }

    /// The part of it that may be read, as if there were nothing else: of the sources, by id and path, and of the
    /// files that could not be read, by path. What it shows, counts and weighs is that of an index over these files
    /// alone; only [`Index::fingerprint`], which goes into hashes, is that of the whole.
    pub fn narrowed(
        &self,
        may_read: impl Fn(&str, &str) -> bool,
        may_see_refused: impl Fn(&str) -> bool,
    ) -> Result<Index, IndexError> {
        let ground = self.ground()?;
        let places: Vec<u32> = match &self.view {
            Some(view) => view.sources.clone(),
            None => (0..).take(self.manifest.sources.len()).collect(),
        };
        let mut manifest = Manifest { fingerprint: self.manifest.fingerprint.clone(), ..Manifest::default() };
        let (mut kept, mut hidden) = (Vec::new(), Vec::new());
        for (source, place) in self.manifest.sources.iter().zip(places) {
            let Description { id, path, .. } = &source.description;
            if may_read(id, path) {
                kept.push(place);
                manifest.sources.push(source.clone());
            } else {
                hidden.push(path.as_str());
            }
        }
        let seen = self.manifest.refused.iter().filter(|file| may_see_refused(&file.path));
        manifest.refused = seen.map(|file| without_names(file, &hidden)).collect();
        Ok(Index {
            searcher: self.searcher.clone(),
            fields: self.fields,
            manifest,
            directory: self.directory.clone(),
            payload: self.payload.clone(),
            view: Some(View::of(&ground, kept, &self.searcher, self.fields)),
            ground: OnceLock::from(ground),
        })
    }

    fn ground(&self) -> Result<Arc<Ground>, IndexError> {
        if let Some(ground) = self.ground.get() {
            return Ok(ground.clone());
        }
        // Two that start at once count the same.
        let ground = Arc::new(Ground::of(&self.searcher, self.fields, &self.manifest)?);
        Ok(self.ground.get_or_init(|| ground).clone())
    }

    /// Whether a file is a source that is not in this part of the index.
    pub fn hides(&self, path: &str) -> bool {
        let (Some(_), Some(ground)) = (&self.view, self.ground.get()) else { return false };
        ground.knows(path) && self.manifest.by_path(path).is_none()
    }

    /// Whether [`Index::open`] would open this very state.
    pub fn is_current(&self, folder: &Path) -> Result<bool, IndexError> {
        let is_same_generation = generation::current(folder)?.is_none_or(|current| current == self.directory);
        Ok(is_same_generation && self.searcher.index().load_metas()?.payload == self.payload)
    }

    /// Its number, as in the name of its directory.
    pub fn generation(&self) -> u64 {
        generation::number_of(&self.directory).unwrap_or_default()
    }

    /// Whether its files look as they did when they were last read through, where that was written down.
    pub fn is_as_checked(&self) -> bool {
        integrity::looks_as_recorded(&self.directory)
    }

    /// Whether both are of one state.
    pub fn is_same_as(&self, other: &Index) -> bool {
        self.directory == other.directory && self.payload == other.payload
    }

    /// What was read, ordered by path.
    pub fn sources(&self) -> &[Source] {
        &self.manifest.sources
    }

    /// What could not be read, and why.
    pub fn refused(&self) -> &[Refused] {
        &self.manifest.refused
    }

    pub fn source(&self, id: &str) -> Option<&Source> {
        self.manifest.sources.iter().find(|source| source.description.id == id)
    }

    /// Whether a source has this path.
    pub fn has_source_at(&self, path: &str) -> bool {
        self.manifest.by_path(path).is_some()
    }

    /// How the words of the sources were taken apart: one analyzer for each of their languages, in the order of the
    /// analyzers.
    pub fn analyzers(&self) -> &[Analyzer] {
        self.manifest.analyzers()
    }

    /// The languages of the sources, as ISO 639-1 codes, ordered; those whose language is not known count as English.
    pub fn languages(&self) -> &[String] {
        self.manifest.languages()
    }

    /// A hash over everything that was read and the rules it was read by: equal for equal content.
    pub fn fingerprint(&self) -> &str {
        &self.manifest.fingerprint
    }

    /// How many passages there are; those of changed files count until their segment is merged.
    pub fn passages(&self) -> u64 {
        if let Some(view) = &self.view {
            return view.passages();
        }
        self.searcher.segment_readers().iter().map(|segment| u64::from(segment.max_doc())).sum()
    }

    /// In how many passages the stem occurs, or over how many of them it stands: in a title, a heading, a table's
    /// header. Function words are not indexed, and count as standing everywhere.
    pub fn passages_with(&self, stem: &str) -> Result<u64, IndexError> {
        if is_function_word(stem) {
            return Ok(self.passages());
        }
        let inside = self.frequency(&Term::from_field_text(self.fields.words, stem))?;
        let above = self.frequency(&Term::from_field_text(self.fields.context, stem))?;
        Ok(inside.max(above))
    }

    fn frequency(&self, term: &Term) -> Result<u64, IndexError> {
        Ok(match &self.view {
            Some(view) => view.frequency(term, &self.searcher)?,
            None => self.searcher.doc_freq(term)?,
        })
    }

    /// The best `limit` passages.
    pub fn search(&self, query: &Query, limit: usize) -> Result<Vec<Hit<'_>>, IndexError> {
        if query.terms.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        if let Some(view) = &self.view {
            return self.search_within(view, query, limit);
        }
        let collector = TopDocs::with_limit(limit).order_by_score();
        self.hits(self.searcher.search(&self.compile(query), &collector)?)
    }

    /// Which of equally good passages are among the best must not depend on where hidden ones lie between them: so
    /// many are looked at that the last ones are worse.
    fn search_within(&self, view: &View, query: &Query, limit: usize) -> Result<Vec<Hit<'_>>, IndexError> {
        if view.passages() == 0 {
            return Ok(Vec::new());
        }
        let statistics = view.statistics(&self.searcher);
        let compiled = view.within(self.compile(query));
        let mut looked_at = limit + 1;
        loop {
            let collector = TopDocs::with_limit(looked_at).order_by_score();
            let mut found =
                self.searcher.search_with_statistics_provider(&compiled, &collector, &statistics)?;
            let score_at = |place: usize| found.get(place).map_or(0.0, |(score, _)| *score);
            let (last_taken, last) = (score_at(limit - 1), score_at(looked_at - 1));
            if found.len() < looked_at || last < last_taken || looked_at >= MOST_ALIKE {
                found.retain(|(score, _)| *score >= last_taken);
                let mut hits = self.hits(found)?;
                hits.truncate(limit);
                return Ok(hits);
            }
            looked_at = (looked_at * 4).min(MOST_ALIKE);
        }
    }

    fn hits(&self, found: Vec<(f32, DocAddress)>) -> Result<Vec<Hit<'_>>, IndexError> {
        let mut hits = Vec::with_capacity(found.len());
        for (score, address) in found {
            hits.extend(self.hit(score, address)?);
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.place().cmp(&b.place())));
        Ok(hits)
    }

    /// All passages of a source, in their order.
    pub fn passages_of(&self, path: &str) -> Result<Vec<IndexedPassage>, IndexError> {
        if self.hides(path) {
            return Ok(Vec::new());
        }
        let query = TermQuery::new(Term::from_field_text(self.fields.path, path), IndexRecordOption::Basic);
        let mut passages = Vec::new();
        for address in self.searcher.search(&query, &DocSetCollector)? {
            passages.extend(self.hit(0.0, address)?.map(|hit| hit.passage));
        }
        passages.sort_by_key(|passage| (passage.passage.span.start, passage.passage.span.end));
        Ok(passages)
    }

    fn hit(&self, score: f32, address: DocAddress) -> Result<Option<Hit<'_>>, IndexError> {
        let document: TantivyDocument = self.searcher.doc(address)?;
        let passage = stored_passage(&document, self.fields)
            .map_err(|reason| IndexError::Unreadable { path: "its stored passages".to_owned(), reason })?;
        Ok(self.manifest.by_path(&passage.path).map(|source| Hit { source, passage, score }))
    }

    fn compile(&self, query: &Query) -> BooleanQuery {
        let any_term = query.terms.iter().map(|term| (Occur::Should, self.compile_term(term))).collect();
        let any_term = BooleanQuery::new(any_term);
        if query.sources.is_empty() {
            return any_term;
        }
        let ids = query.sources.iter().map(|id| Term::from_field_text(self.fields.id, id));
        BooleanQuery::new(vec![
            (Occur::Must, Box::new(any_term) as Box<dyn tantivy::query::Query>),
            (Occur::Must, Box::new(BoostQuery::new(Box::new(TermSetQuery::new(ids)), 0.0))),
        ])
    }

    fn compile_term(&self, term: &QueryTerm) -> Box<dyn tantivy::query::Query> {
        let mut parts: Vec<(Occur, Box<dyn tantivy::query::Query>)> = vec![
            (Occur::Should, best_of(self.fields.words, &term.stems, term.weight)),
            (Occur::Should, best_of(self.fields.context, &term.stems, term.weight * CONTEXT_BOOST)),
        ];
        if let Some(exact) = &term.exact {
            let exact = std::slice::from_ref(exact);
            parts.push((Occur::Should, best_of(self.fields.codes, exact, term.weight * EXACT_BOOST)));
        }
        Box::new(BooleanQuery::new(parts))
    }

    /// Words of the corpus, as people write them. Where not all of it may be read, whoever shows one asks
    /// [`Index::has_word`] first.
    pub fn vocabulary(&self) -> &Vocabulary {
        match self.ground.get() {
            Some(ground) if self.view.is_some() => &ground.vocabulary,
            _ => &self.manifest.vocabulary,
        }
    }

    /// Whether a word of the vocabulary stands in what may be read: as it is, not only in another form. Where that
    /// is hard to tell it does not: its other forms stand in thousands of passages, or its stem in none, being that
    /// of a function word.
    pub fn has_word(&self, word: &str) -> Result<bool, IndexError> {
        let Some(view) = &self.view else { return Ok(true) };
        if let Some(known) = view.known_word(word) {
            return Ok(known);
        }
        let fields = [self.fields.words, self.fields.context];
        let terms = fields.iter().flat_map(|field| {
            let stems = self.analyzers().iter().map(|analyzer| analyzer.stem(word));
            stems.map(|stem| Term::from_field_text(*field, &stem))
        });
        let mut is_there = false;
        for term in terms {
            for address in view.first_with(&term, &self.searcher, MOST_READ)? {
                is_there = is_there || self.hit(0.0, address)?.is_some_and(|hit| hit.has_word(word));
            }
        }
        view.remember_word(word, is_there);
        Ok(is_there)
    }
}

/// So many passages with one score are told apart by their place; of more, those that were indexed first are taken.
const MOST_ALIKE: usize = 4096;

/// So many passages are read to find a word in them.
const MOST_READ: usize = 4096;

/// What is left of a reason that names a file.
const WITHOUT_NAMES: &str =
    "has an id that another file has already; give it another one in its front matter";

/// A reason may name another file, which has the same id.
fn without_names(file: &Refused, hidden: &[&str]) -> Refused {
    let names_one = hidden.iter().any(|path| file.reason.contains(path));
    let reason = if names_one { WITHOUT_NAMES.to_owned() } else { file.reason.clone() };
    Refused { path: file.path.clone(), reason }
}

/// Where in the data folder the index over `corpus` lies: each corpus has one of its own, so that asking another
/// folder costs nobody theirs.
pub fn folder_of(corpus: &Path, data: &Path) -> PathBuf {
    data.join("corpora").join(name_of(corpus))
}

/// What tells a folder of documents from others: its own name, with a hash of where it lies.
pub fn name_of(corpus: &Path) -> String {
    let whole = corpus.canonicalize().unwrap_or_else(|_| corpus.to_owned());
    let name = whole.file_name().map_or("corpus".into(), |name| name.to_string_lossy());
    let hash = hex(&Sha256::digest(whole.as_os_str().as_encoded_bytes()));
    format!("{name}-{}", &hash[..12])
}

/// A searcher, and the payload of the very commit that it sees: another process may commit in between.
fn open_searcher(
    open: impl Fn() -> tantivy::Result<tantivy::Index>,
) -> tantivy::Result<(Searcher, Option<String>)> {
    loop {
        let index = open()?;
        tokenizers::register(&index, &Met::default());
        let before = index.load_metas()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        if index.load_metas()?.opstamp == before.opstamp {
            return Ok((reader.searcher(), before.payload));
        }
    }
}

impl Hit<'_> {
    fn place(&self) -> (&str, Span) {
        (&self.passage.path, self.passage.passage.span)
    }

    /// Whether a folded word stands in the passage, or over it.
    fn has_word(&self, word: &str) -> bool {
        let above = self.passage.context_text.as_ref().map(|(text, _)| text);
        let texts = [&self.passage.text, &self.source.description.title];
        let mut texts = texts.into_iter().chain(&self.passage.passage.headings).chain(above);
        texts.any(|text| words::words(text).iter().any(|found| found.folded == word))
    }
}

/// The best match among words that mean the same: saying it in two ways is not saying it twice.
fn best_of(field: tantivy::schema::Field, terms: &[String], boost: f32) -> Box<dyn tantivy::query::Query> {
    let mut queries: Vec<Box<dyn tantivy::query::Query>> = terms
        .iter()
        .map(|term| {
            let query = TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs);
            Box::new(BoostQuery::new(Box::new(query), boost)) as Box<dyn tantivy::query::Query>
        })
        .collect();
    if queries.len() == 1 { queries.remove(0) } else { Box::new(DisjunctionMaxQuery::new(queries)) }
}
