//! Bringing the index level with a folder: what changed is read again, in one commit.
//!
//! A file counts as unchanged while its size and modification time are; else its hash decides. A file that
//! was in the index and cannot be read now keeps its old passages and is reported. A run that changes anything
//! writes a generation of its own ([`generation`]): nothing is visible before it is whole, and a process that dies
//! before that leaves the old state. A folder in which nothing can be read any more is an error, never a reason to
//! forget what was read.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tantivy::index::SegmentComponent;
use tantivy::{IndexWriter, TantivyDocument, Term};
use thiserror::Error;

use super::generation::{self, Held, Lock, Making, io_error};
use super::integrity;
use super::manifest::{self, Manifest, Source, hex};
use super::schema::{self, Fields};
use super::seen::Seen;
use super::vocabulary::{Met, Vocabulary};
use super::{Index, IndexError, tokenizers};
use crate::corpus::read::{self, File, Listing, ReadError, Reader};
use crate::corpus::{Document, Refused, passages};

/// A file whose time is this close to when it was read may have been written again in the same tick of a
/// coarse file-system clock: its hash decides. FAT has the coarsest one, with two seconds.
const COARSEST_CLOCK: i128 = 2_000_000_000;

/// Below this, one thread is faster than starting more, and leaves one segment.
const ONE_THREAD_BYTES: u64 = 4 << 20;

#[derive(Debug, Clone, Copy)]
pub struct Options<'p> {
    /// Threads that build segments.
    pub threads: usize,
    /// Memory for each of them, in bytes; at least 15 MB.
    pub memory_per_thread: usize,
    /// Larger files are refused.
    pub largest_file: u64,
    /// Everything is read again, into a new generation.
    pub rebuild: bool,
    /// This program, which takes files apart in a process of its own; without it, a thread does.
    pub program: Option<&'p Path>,
}

/// What a run did, by path, each list ordered.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub removed: Vec<String>,
    pub refused: Vec<Refused>,
    /// How many files were left alone.
    pub unchanged: usize,
    /// In the index now.
    pub documents: usize,
    pub passages: usize,
    /// Everything was read anew: on request, for a new version, or since the index was damaged.
    pub rebuilt: bool,
    /// Why it was, unless that was asked for.
    pub rebuilt_because: Option<String>,
    /// Whether there is a new index; a run that finds nothing changed writes none.
    #[serde(skip)]
    pub is_written: bool,
}

/// Where a run is: it looks for what changed, checks the index where that is not as it was last seen, reads `done` of
/// `total` files, and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress<'a> {
    Looking,
    Checking,
    Reading { done: usize, total: usize, path: &'a str },
    Committing,
}

#[derive(Debug, Error)]
pub enum SyncError {
    #[error(transparent)]
    Corpus(#[from] ReadError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(
        "cannot write the index in {path}: {reason}; look whether the disk is full, or name another folder with --data DIR"
    )]
    Write { path: String, reason: tantivy::TantivyError },
    #[error(
        "none of the {known}documents of the index can be read any more in {folder}, so nothing was changed; look \
         whether the folder is mounted, or run 'passim index --rebuild' if they are meant to be gone"
    )]
    Emptied { folder: String, known: String },
    #[error("cannot roll back the index in {folder}: {reason}")]
    RollBack { folder: String, reason: String },
}

/// Brings the index in `folder` level with `corpus`, and holds no generation any more. `now` is nanoseconds since 1970.
pub fn sync(
    folder: &Path,
    corpus: &Path,
    options: Options<'_>,
    now: i128,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(Index, Report), SyncError> {
    progress(Progress::Looking);
    let listing = read::list(corpus)?;
    let _lock = Lock::take(folder)?;
    level((folder, corpus), listing, options, now, progress)
}

/// The same for who was not told to index: nothing is done, and `None` given, where an operator went back to the
/// generation before.
pub fn sync_unless_held(
    folder: &Path,
    corpus: &Path,
    options: Options,
    now: i128,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<(Index, Report)>, SyncError> {
    progress(Progress::Looking);
    let listing = read::list(corpus)?;
    let _lock = Lock::take(folder)?;
    // Asked with the lock in hand: nobody goes back from now on.
    if generation::held(folder)?.is_some() {
        return Ok(None);
    }
    level((folder, corpus), listing, options, now, progress).map(Some)
}

/// For who has the lock.
fn level(
    (folder, corpus): (&Path, &Path),
    listing: Listing,
    options: Options,
    now: i128,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(Index, Report), SyncError> {
    generation::sweep(folder)?;
    let first = generation::current(folder)?.is_none();
    let (old, because) = if options.rebuild || first { (None, None) } else { whole(folder, progress) };
    let nothing = Manifest::default();
    let manifest = old.as_ref().map_or(&nothing, |index| &index.manifest);
    let mut seen = Seen::load(folder);
    let mut plan = Plan::make(listing.files, manifest, &seen);
    let mut refused: BTreeMap<String, String> =
        listing.refused.into_iter().map(|file| (file.path, file.reason)).collect();
    let mut present = plan.unchanged.len();
    plan.keep_what_cannot_be_listed(&refused);

    let mut run = Run::new(folder, old.as_ref(), &plan, options);
    let reader =
        Reader::new(options.largest_file, options.program).beside(folder).keeping().anew(options.rebuild);
    let mut report = run.read(plan, manifest, &mut refused, &reader, now, progress)?;
    present += run.readable;
    let may_be_emptied = first || options.rebuild;
    if present == 0 && !may_be_emptied && (old.is_none() || !report.removed.is_empty()) {
        return Err(emptied(corpus, old.as_ref()));
    }
    report.refused = refused_now(&refused);
    if report.changes_nothing() && old.as_ref().is_some_and(|old| old.manifest.refused == report.refused) {
        if seen.remember(&run.sources, manifest) {
            seen.store(folder);
        }
        generation::release(folder)?;
        report.count(manifest);
        return Ok((old.ok_or_else(|| missing(folder))?, report));
    }
    progress(Progress::Committing);
    report.rebuilt = old.is_none() && !first;
    report.rebuilt_because = because;
    report.is_written = true;
    let manifest = run.commit(&manifest.vocabulary, &mut report)?;
    Seen::forget(folder);
    generation::release(folder)?;
    reader.remove_orphans(|| manifest::hashes_in(&generation::all(folder)));
    Ok((Index::open_just_written(folder, manifest)?, report))
}

fn missing(folder: &Path) -> IndexError {
    let reason = "what was there a moment ago is not any more".to_owned();
    IndexError::Unreadable { path: folder.display().to_string(), reason }
}

fn emptied(corpus: &Path, old: Option<&Index>) -> SyncError {
    let known = old.map_or(String::new(), |index| format!("{} ", index.sources().len()));
    SyncError::Emptied { folder: corpus.display().to_string(), known }
}

/// What an operator went back to, open, for as long as it is held.
pub fn held(folder: &Path) -> Result<Option<(Index, Held)>, IndexError> {
    let Some(held) = generation::held(folder)? else { return Ok(None) };
    let directory = folder.join(&held.generation);
    integrity::check_if_changed(&directory)
        .map_err(|reason| IndexError::Unreadable { path: directory.display().to_string(), reason })?;
    Ok(Index::open(folder)?.map(|index| (index, held)))
}

/// Goes back to the generation before, and holds it: it is answered from, and the documents are not read again,
/// until [`sync`] is run. `now` is nanoseconds since 1970.
pub fn roll_back(folder: &Path, now: i128) -> Result<(Index, Held), SyncError> {
    let refused = |reason: String| SyncError::RollBack { folder: folder.display().to_string(), reason };
    if !folder.is_dir() {
        return Err(refused("there is none; 'passim index' makes one".to_owned()));
    }
    let _lock = Lock::take(folder)?;
    let Some(current) = generation::current(folder)? else {
        return Err(refused("there is none; 'passim index' makes one".to_owned()));
    };
    let Some(before) = generation::before(folder)? else {
        let name = generation::name_of(&current);
        let why = match generation::held(folder)? {
            Some(_) => "it was rolled back already, and only one generation before is kept",
            None => "each run that changes something keeps the one before, and there was none yet",
        };
        return Err(refused(format!("there is no generation before {name}; {why}")));
    };
    let name = generation::name_of(&before);
    let damaged = |reason: String| {
        refused(format!("the generation before, {name}, is damaged ({reason}); {} stays", current.display()))
    };
    integrity::check_directory(&before).map_err(damaged)?;
    let index = match Index::open_generation(&before) {
        Ok(Some(index)) => index,
        Ok(None) => return Err(refused(format!("the generation before, {name}, is of another version"))),
        Err(error) => return Err(damaged(error.to_string())),
    };
    Ok((index, generation::roll_back(folder, &before, now)?))
}

/// The index as it is; else why it has to be built anew.
fn whole(folder: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> (Option<Index>, Option<String>) {
    let checked = match generation::current(folder) {
        Ok(Some(directory)) if integrity::is_as_recorded(&directory) => Ok(()),
        Ok(Some(directory)) => {
            progress(Progress::Checking);
            integrity::check_if_changed(&directory)
        }
        Ok(None) => Err("CURRENT names no index".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    match checked.and_then(|()| Index::open(folder).map_err(|error| error.to_string())) {
        Ok(Some(index)) => (Some(index), None),
        Ok(None) => (None, Some("it was of another version".to_owned())),
        Err(reason) => (None, Some(format!("it was damaged: {reason}"))),
    }
}

impl Report {
    fn changes_nothing(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    fn count(&mut self, manifest: &Manifest) {
        self.documents = manifest.sources.len();
        self.passages = manifest.sources.iter().map(|source| source.passages).sum();
    }
}

fn refused_now(refused: &BTreeMap<String, String>) -> Vec<Refused> {
    refused.iter().map(|(path, reason)| Refused { path: path.clone(), reason: reason.clone() }).collect()
}

/// What has to be done with each file of the folder.
struct Plan {
    /// New, or different in size or time.
    read: Vec<File>,
    unchanged: Vec<Source>,
    /// In the index, no longer in the folder.
    removed: Vec<Source>,
}

impl Plan {
    fn make(files: Vec<File>, manifest: &Manifest, seen: &Seen) -> Plan {
        let mut gone: BTreeMap<&str, &Source> =
            manifest.sources.iter().map(|source| (source.description.path.as_str(), source)).collect();
        let mut plan = Plan { read: Vec::new(), unchanged: Vec::new(), removed: Vec::new() };
        for file in files {
            match gone.remove(file.name.as_str()) {
                Some(source) => match unchanged(&file, source, seen) {
                    Some(source) => plan.unchanged.push(source),
                    None => plan.read.push(file),
                },
                None => plan.read.push(file),
            }
        }
        plan.removed = gone.into_values().cloned().collect();
        plan
    }

    /// A file that is there but could not even be listed (a link to itself, say) keeps what it had.
    fn keep_what_cannot_be_listed(&mut self, refused: &BTreeMap<String, String>) {
        let is_kept = |source: &Source| {
            let path = source.description.path.as_str();
            refused.contains_key(".") || folders_of(path).any(|above| refused.contains_key(above))
        };
        let (kept, removed) = std::mem::take(&mut self.removed).into_iter().partition(is_kept);
        self.removed = removed;
        self.unchanged.extend::<Vec<Source>>(kept);
    }

    fn bytes(&self) -> u64 {
        self.read.iter().map(|file| file.size).sum()
    }
}

/// The source, where size and time say that the file is as it was when it was indexed or last read.
fn unchanged(file: &File, source: &Source, seen: &Seen) -> Option<Source> {
    let mut source = source.clone();
    if let Some((modified, read_at)) = seen.of(&source) {
        (source.modified, source.indexed_at) = (modified, read_at);
    }
    let is_unchanged = file.size == source.bytes
        && i128::from(file.modified) == source.modified
        && source.modified + COARSEST_CLOCK < source.indexed_at;
    is_unchanged.then_some(source)
}

/// The path itself and every folder that it lies in.
fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    let above = path.match_indices('/').map(|(end, _)| &path[..end]);
    above.chain([path])
}

/// One run: what it reads, and what it writes of it.
struct Run<'a> {
    folder: &'a Path,
    old: Option<&'a Index>,
    options: Options<'a>,
    /// Threads that write.
    threads: usize,
    sources: Vec<Source>,
    /// How many files were read, and are no second ones of an id.
    readable: usize,
    met: Met,
    /// From the first change on.
    writing: Option<Writing>,
}

/// A generation that is being written. A fresh handle each time: one that stays open while another process writes
/// leaks files.
struct Writing {
    // Dropped in this order: what writes, then where it writes.
    writer: IndexWriter,
    fields: Fields,
    making: Making,
}

impl<'a> Run<'a> {
    fn new(folder: &'a Path, old: Option<&'a Index>, plan: &Plan, options: Options<'a>) -> Run<'a> {
        let threads = if plan.bytes() < ONE_THREAD_BYTES { 1 } else { options.threads };
        Run {
            folder,
            old,
            options,
            threads,
            sources: Vec::new(),
            readable: 0,
            met: Met::default(),
            writing: None,
        }
    }

    fn writing(&mut self) -> Result<&mut Writing, SyncError> {
        let writing = match self.writing.take() {
            Some(writing) => writing,
            None => self.begin_writing()?,
        };
        Ok(self.writing.insert(writing))
    }

    fn begin_writing(&self) -> Result<Writing, SyncError> {
        let making = match self.old {
            Some(old) => Making::after(self.folder, &old.directory)?,
            None => Making::empty(self.folder)?,
        };
        let directory = making.directory();
        let failed = |reason| SyncError::Write { path: directory.display().to_string(), reason };
        let index = match self.old {
            Some(_) => tantivy::Index::open_in_dir(&directory),
            None => tantivy::Index::create_in_dir(&directory, schema::schema()),
        }
        .map_err(failed)?;
        tokenizers::register(&index, &self.met);
        let memory = self.threads * self.options.memory_per_thread;
        let writer = index.writer_with_num_threads(self.threads, memory).map_err(failed)?;
        Ok(Writing { writer, fields: Fields::of(&index.schema()), making })
    }

    fn read(
        &mut self,
        plan: Plan,
        manifest: &Manifest,
        refused: &mut BTreeMap<String, String>,
        reader: &Reader,
        now: i128,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Report, SyncError> {
        let mut report = Report { unchanged: plan.unchanged.len(), ..Report::default() };
        for source in &plan.removed {
            self.remove(&source.description.path)?;
            report.removed.push(source.description.path.clone());
        }
        let mut ids = Ids::of(&plan.unchanged);
        self.sources = plan.unchanged;
        let total = plan.read.len();
        for (done, file) in plan.read.into_iter().enumerate() {
            progress(Progress::Reading { done, total, path: &file.name });
            let known = manifest.by_path(&file.name);
            match read::read(&file, reader) {
                Err(reason) => {
                    refused.insert(reason.path, reason.reason);
                    self.sources.extend(known.cloned());
                }
                Ok((document, sha256)) => {
                    if let Some(other) = ids.taken(&document, &file.name) {
                        let id = &document.description.id;
                        refused.insert(file.name.clone(), format!("has the id '{id}', which {other} has already; give it another one in its front matter"));
                        if let Some(known) = known {
                            self.remove(&file.name)?;
                            report.removed.push(known.description.path.clone());
                        }
                        continue;
                    }
                    self.readable += 1;
                    let mut source = source(&file, &document, hex(&sha256), now);
                    match known {
                        Some(known) if known.sha256 == source.sha256 => {
                            source.passages = known.passages;
                            report.unchanged += 1;
                        }
                        Some(_) => {
                            self.remove(&file.name)?;
                            source.passages = self.add(&document)?;
                            report.changed.push(file.name.clone());
                        }
                        None => {
                            source.passages = self.add(&document)?;
                            report.added.push(file.name.clone());
                        }
                    }
                    self.sources.push(source);
                }
            }
        }
        Ok(report)
    }

    fn remove(&mut self, path: &str) -> Result<(), SyncError> {
        let writing = self.writing()?;
        writing.writer.delete_term(Term::from_field_text(writing.fields.path, path));
        Ok(())
    }

    fn add(&mut self, document: &Document) -> Result<usize, SyncError> {
        let writing = self.writing()?;
        let documents: Vec<TantivyDocument> =
            schema::documents(document, passages::passages(document), writing.fields);
        let count = documents.len();
        for document in documents {
            writing.writer.add_document(document).map_err(|reason| writing.failed(reason))?;
        }
        Ok(count)
    }

    /// Writes it all, and makes it current.
    fn commit(mut self, older: &Vocabulary, report: &mut Report) -> Result<Manifest, SyncError> {
        let writing = match self.writing.take() {
            Some(writing) => writing,
            None => self.begin_writing()?,
        };
        let Run { sources, met, .. } = self;
        let mut manifest = Manifest { sources, refused: report.refused.clone(), ..Manifest::default() };
        manifest.seal();
        report.count(&manifest);
        let Writing { mut writer, making, .. } = writing;
        let directory = making.directory();
        let failed = |reason| SyncError::Write { path: directory.display().to_string(), reason };
        let mut commit = writer.prepare_commit().map_err(failed)?;
        // By now every passage has been taken apart into words.
        manifest.vocabulary = Vocabulary::of(&met, older);
        let payload = manifest
            .store(&directory, commit.opstamp())
            .map_err(|reason| io_error("write the list of sources into", &directory, reason))?;
        commit.set_payload(&payload);
        commit.commit().map_err(failed)?;
        writer.wait_merging_threads().map_err(failed)?;
        remove_orphans(&directory).map_err(failed)?;
        integrity::record(&directory);
        making.switch()?;
        Ok(manifest)
    }
}

/// See [`Source::text_sha256`].
fn text_sha256(document: &Document) -> String {
    let mut hash = Sha256::new();
    for piece in document.text[document.body.range()].trim().split('\r') {
        hash.update(piece);
    }
    hex(&hash.finalize())
}

impl Writing {
    fn failed(&self, reason: tantivy::TantivyError) -> SyncError {
        SyncError::Write { path: self.making.directory().display().to_string(), reason }
    }
}

fn source(file: &File, document: &Document, sha256: String, now: i128) -> Source {
    Source {
        description: document.description.clone(),
        bytes: file.size,
        modified: file.modified.into(),
        sha256,
        text_sha256: text_sha256(document),
        passages: 0,
        indexed_at: now,
    }
}

/// Removes the files of segments that are merged or were never committed; tantivy keeps some as long as it writes.
fn remove_orphans(directory: &Path) -> tantivy::Result<()> {
    let segments = tantivy::Index::open_in_dir(directory)?.load_metas()?.segments;
    let living: HashMap<String, PathBuf> = segments
        .iter()
        .map(|segment| (segment.id().uuid_string(), segment.relative_path(SegmentComponent::Delete)))
        .collect();
    for entry in std::fs::read_dir(directory)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some((start, rest)) = name.split_once('.') else { continue };
        let is_of_a_segment = start.len() == 32 && start.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_living = living.get(start).is_some_and(|deleted| {
            !rest.ends_with(".temp") && (!rest.ends_with("del") || deleted.as_os_str() == name.as_str())
        });
        if is_of_a_segment && !is_living {
            // On Windows it may still be open: the generation after this one does not take it over.
            let _ = std::fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// Which file has which id, so that a second file with one is refused by name.
struct Ids(HashMap<String, String>);

impl Ids {
    fn of(sources: &[Source]) -> Ids {
        let taken = sources.iter().map(|source| &source.description);
        Ids(taken.map(|source| (source.id.clone(), source.path.clone())).collect())
    }

    /// The other file that has this document's id; else the id is this file's from now on.
    fn taken(&mut self, document: &Document, path: &str) -> Option<&str> {
        let owner = self.0.entry(document.description.id.clone()).or_insert_with(|| path.to_owned());
        (owner != path).then_some(owner.as_str())
    }
}
