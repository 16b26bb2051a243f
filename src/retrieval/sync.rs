//! Bringing the index level with a folder: what changed is read again, in one commit.
//!
//! A file counts as unchanged while its size and modification time are; else its hash decides. A file that
//! was in the index and cannot be read now keeps its old passages and is reported. Nothing is visible before
//! the commit, and a process that dies before it leaves the old state.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use tantivy::{IndexWriter, TantivyDocument, Term};
use thiserror::Error;

use super::generation::{self, Lock, io_error};
use super::integrity;
use super::manifest::{self, Manifest, Source, hex};
use super::schema::{self, Fields};
use super::vocabulary::{Met, Vocabulary};
use super::{Index, IndexError, tokenizers};
use crate::corpus::read::{self, File, ReadError, Reader};
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
}

/// Where a run is: `done` of `total` files that have to be read, then the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress<'a> {
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
}

/// Brings the index in `folder` level with `corpus`. `now` is nanoseconds since 1970.
pub fn sync(
    folder: &Path,
    corpus: &Path,
    options: Options<'_>,
    now: i128,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(Index, Report), SyncError> {
    let listing = read::list(corpus)?;
    let _lock = Lock::take(folder)?;
    let first = generation::current(folder)?.is_none();
    let (old, because) = if options.rebuild || first { (None, None) } else { whole(folder) };
    let manifest = old.as_ref().map(|index| index.manifest.clone()).unwrap_or_default();
    let mut plan = Plan::make(listing.files, &manifest);
    let mut refused: BTreeMap<String, String> =
        listing.refused.into_iter().map(|file| (file.path, file.reason)).collect();
    plan.keep_what_cannot_be_listed(&refused, &manifest);

    if let Some(old) = old
        && plan.is_empty()
        && refused_now(&refused) == old.manifest.refused
    {
        let report = Report {
            unchanged: plan.unchanged.len(),
            documents: old.manifest.sources.len(),
            passages: old.manifest.sources.iter().map(|source| source.passages).sum(),
            refused: old.manifest.refused.clone(),
            ..Report::default()
        };
        return Ok((old, report));
    }

    let is_new = manifest.fingerprint.is_empty();
    let directory = match generation::current(folder)? {
        Some(directory) if !is_new => directory,
        _ => generation::prepare(folder)?,
    };
    let reader =
        Reader::new(options.largest_file, options.program).beside(folder).keeping().anew(options.rebuild);
    let mut run = Run::start(&directory, is_new, &plan, options)?;
    let mut report = run.read(plan, &manifest, &mut refused, &reader, now, progress)?;
    progress(Progress::Committing);
    run.commit(refused_now(&refused), &manifest.vocabulary, &mut report)?;
    if is_new {
        generation::switch(folder, &directory)?;
    }
    reader.remove_orphans(|| manifest::hashes_in(&generation::all(folder)));
    report.rebuilt = is_new && !first;
    report.rebuilt_because = because;
    let index = Index::open(folder)?.ok_or_else(|| IndexError::Unreadable {
        path: folder.display().to_string(),
        reason: "what was just written is not there".to_owned(),
    })?;
    Ok((index, report))
}

/// The index as it is; else why it has to be built anew.
fn whole(folder: &Path) -> (Option<Index>, Option<String>) {
    let checked = match generation::current(folder) {
        Ok(Some(directory)) => integrity::check_if_changed(&directory),
        Ok(None) => Err("CURRENT names no index".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    match checked.and_then(|()| Index::open(folder).map_err(|error| error.to_string())) {
        Ok(Some(index)) => (Some(index), None),
        Ok(None) => (None, Some("it was of another version".to_owned())),
        Err(reason) => (None, Some(format!("it was damaged: {reason}"))),
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
    fn make(files: Vec<File>, manifest: &Manifest) -> Plan {
        let mut gone: BTreeMap<&str, &Source> =
            manifest.sources.iter().map(|source| (source.description.path.as_str(), source)).collect();
        let mut plan = Plan { read: Vec::new(), unchanged: Vec::new(), removed: Vec::new() };
        for file in files {
            match gone.remove(file.name.as_str()) {
                Some(source) if is_unchanged(&file, source) => plan.unchanged.push(source.clone()),
                _ => plan.read.push(file),
            }
        }
        plan.removed = gone.into_values().cloned().collect();
        plan
    }

    /// A file that is there but could not even be listed (a link to itself, say) keeps what it had.
    fn keep_what_cannot_be_listed(&mut self, refused: &BTreeMap<String, String>, manifest: &Manifest) {
        let is_kept = |path: &str| {
            refused.keys().any(|refused| path == refused || path.starts_with(&format!("{refused}/")))
        };
        self.removed.retain(|source| !is_kept(&source.description.path));
        let kept = manifest.sources.iter().filter(|source| is_kept(&source.description.path));
        self.unchanged.extend(kept.cloned());
    }

    fn is_empty(&self) -> bool {
        self.read.is_empty() && self.removed.is_empty()
    }

    fn bytes(&self) -> u64 {
        self.read.iter().map(|file| file.size).sum()
    }
}

fn is_unchanged(file: &File, source: &Source) -> bool {
    file.size == source.bytes
        && i128::from(file.modified) == source.modified
        && source.modified + COARSEST_CLOCK < source.indexed_at
}

/// One write session. A fresh handle each time: one that stays open while another process writes leaks files.
struct Run {
    directory: std::path::PathBuf,
    writer: IndexWriter,
    fields: Fields,
    sources: Vec<Source>,
    met: Met,
}

impl Run {
    fn start(directory: &Path, is_new: bool, plan: &Plan, options: Options<'_>) -> Result<Run, SyncError> {
        let failed = |reason| SyncError::Write { path: directory.display().to_string(), reason };
        let index = if is_new {
            tantivy::Index::create_in_dir(directory, schema::schema())
        } else {
            tantivy::Index::open_in_dir(directory)
        }
        .map_err(failed)?;
        let met = Met::default();
        tokenizers::register(&index, &met);
        let threads = if plan.bytes() < ONE_THREAD_BYTES { 1 } else { options.threads };
        let writer =
            index.writer_with_num_threads(threads, threads * options.memory_per_thread).map_err(failed)?;
        let fields = Fields::of(&index.schema());
        Ok(Run { directory: directory.to_owned(), writer, fields, sources: Vec::new(), met })
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
            self.remove(&source.description.path);
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
                        self.remove(&file.name);
                        report.removed.extend(known.map(|source| source.description.path.clone()));
                        continue;
                    }
                    let mut source = self.source(&file, &document, hex(&sha256), now);
                    match known {
                        Some(known) if known.sha256 == source.sha256 => {
                            source.passages = known.passages;
                            report.unchanged += 1;
                        }
                        Some(_) => {
                            self.remove(&file.name);
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

    fn source(&self, file: &File, document: &Document, sha256: String, now: i128) -> Source {
        Source {
            description: document.description.clone(),
            bytes: file.size,
            modified: file.modified.into(),
            sha256,
            passages: 0,
            indexed_at: now,
        }
    }

    fn remove(&self, path: &str) {
        self.writer.delete_term(Term::from_field_text(self.fields.path, path));
    }

    fn add(&self, document: &Document) -> Result<usize, SyncError> {
        let documents: Vec<TantivyDocument> =
            schema::documents(document, passages::passages(document), self.fields);
        let count = documents.len();
        for document in documents {
            self.writer.add_document(document).map_err(|reason| self.failed(reason))?;
        }
        Ok(count)
    }

    fn commit(
        mut self,
        refused: Vec<Refused>,
        older: &Vocabulary,
        report: &mut Report,
    ) -> Result<(), SyncError> {
        let sources = std::mem::take(&mut self.sources);
        let mut manifest = Manifest { sources, refused, ..Manifest::default() };
        manifest.seal();
        report.documents = manifest.sources.len();
        report.passages = manifest.sources.iter().map(|source| source.passages).sum();
        report.refused = manifest.refused.clone();
        let path = self.directory.display().to_string();
        let failed = |reason| SyncError::Write { path: path.clone(), reason };
        let mut commit = self.writer.prepare_commit().map_err(failed)?;
        // By now every passage has been taken apart into words.
        manifest.vocabulary = Vocabulary::of(&self.met, older);
        let number = commit.opstamp();
        let payload = manifest
            .store(&self.directory, number)
            .map_err(|reason| io_error("write the list of sources into", &self.directory, reason))?;
        commit.set_payload(&payload);
        commit.commit().map_err(failed)?;
        self.writer.wait_merging_threads().map_err(failed)?;
        remove_old_manifests(&self.directory, number);
        integrity::record(&self.directory);
        Ok(())
    }

    fn failed(&self, reason: tantivy::TantivyError) -> SyncError {
        SyncError::Write { path: self.directory.display().to_string(), reason }
    }
}

/// A reader that opened the commit before may still want its manifest: the one before stays.
fn remove_old_manifests(directory: &Path, current: u64) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    let number =
        |name: &str| -> Option<u64> { name.strip_prefix("sources-")?.strip_suffix(".json")?.parse().ok() };
    let mut old: Vec<u64> =
        entries.flatten().filter_map(|entry| number(&entry.file_name().to_string_lossy())).collect();
    old.retain(|number| *number != current);
    old.sort_unstable();
    old.pop();
    for number in old {
        // Left for the next run where it cannot be removed.
        let _ = std::fs::remove_file(directory.join(format!("sources-{number}.json")));
    }
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
