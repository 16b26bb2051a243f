//! What the checks look at, gathered once. Nothing is written, and nothing stops it: what cannot be had is an
//! error inside, or not there.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::{now, open, this_program};
use crate::corpus::read::{self, Listing, ReadError, Reader};
use crate::corpus::{Description, Refused};
use crate::live;
use crate::retrieval::{Index, IndexError, integrity};
use crate::settings::{self, Settings, SettingsError};

pub(super) struct Context {
    loaded: Result<Settings, SettingsError>,
    pub current_dir: PathBuf,
    pub environment: Vec<(OsString, OsString)>,
    /// The configuration folder, whether it exists or not.
    pub config_dir: Option<PathBuf>,
    /// Those given with `--config`.
    pub config_files: Vec<PathBuf>,
    /// Where the settings name one.
    corpus: Option<Result<Corpus, ReadError>>,
    /// Where the settings name a corpus and a data folder.
    pub index: Option<IndexState>,
    pub now: Timestamp,
    pub cores: usize,
}

/// The documents, read one after the other as for the index.
pub(super) struct Corpus {
    pub listing: Listing,
    pub read: Vec<Description>,
    pub refused: Vec<Refused>,
    /// Of the files that were read.
    pub bytes: u64,
}

pub(super) struct IndexState {
    /// This corpus's own folder in the data folder. It need not exist.
    pub folder: PathBuf,
    pub was_built: bool,
    /// `None` where there is none that this version reads.
    pub opened: Result<Option<Index>, IndexError>,
    /// Of everything in the folder.
    pub bytes: u64,
}

impl Context {
    pub fn gather(sources: &settings::Sources) -> Context {
        let mut loaded = settings::load(sources);
        if let Ok(settings) = &mut loaded {
            settings.program = this_program();
        }
        let settings = loaded.as_ref().ok();
        Context {
            current_dir: sources.current_dir.to_owned(),
            environment: sources.environment.to_vec(),
            config_dir: settings::config_dir(sources),
            config_files: sources.config_files.iter().map(|file| sources.current_dir.join(file)).collect(),
            corpus: settings.and_then(Corpus::of),
            index: settings.and_then(IndexState::of),
            now: Timestamp::from_nanosecond(now()).unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            loaded,
        }
    }

    /// The settings, for checks that cannot do without: where they are wrong, that is a finding of its own.
    pub fn settings(&self) -> Option<&Settings> {
        self.loaded.as_ref().ok()
    }

    pub fn problems(&self) -> &[settings::Problem] {
        self.loaded.as_ref().err().map_or(&[], SettingsError::problems)
    }

    /// The documents, for checks that cannot do without: the same.
    pub fn corpus(&self) -> Option<&Corpus> {
        self.corpus.as_ref()?.as_ref().ok()
    }

    pub fn corpus_error(&self) -> Option<&ReadError> {
        self.corpus.as_ref()?.as_ref().err()
    }

    /// The value of a variable that is set to something.
    pub fn variable(&self, name: &str) -> Option<&OsString> {
        let (_, value) = self.environment.iter().find(|(known, _)| known == name)?;
        Some(value).filter(|value| !value.is_empty())
    }
}

impl Corpus {
    fn of(settings: &Settings) -> Option<Result<Corpus, ReadError>> {
        let folder = settings.corpus.path.as_deref()?;
        Some(read::list(folder).map(|listing| Corpus::read(listing, &live::reader(settings, folder))))
    }

    fn read(listing: Listing, reader: &Reader) -> Corpus {
        let mut corpus = Corpus { refused: listing.refused.clone(), listing, read: Vec::new(), bytes: 0 };
        for file in &corpus.listing.files {
            match read::read(file, reader) {
                Ok((document, _)) => {
                    corpus.read.push(document.description);
                    corpus.bytes += file.size;
                }
                Err(refused) => corpus.refused.push(refused),
            }
        }
        corpus
    }
}

impl IndexState {
    fn of(settings: &Settings) -> Option<IndexState> {
        let folder = open::index_folder(settings.corpus.path.as_deref()?, settings).ok()?;
        Some(IndexState {
            was_built: folder.join("CURRENT").exists(),
            opened: opened(&folder),
            bytes: bytes_below(&folder),
            folder,
        })
    }
}

/// Compared with its checksums first: opening trusts what was whole before.
fn opened(folder: &Path) -> Result<Option<Index>, IndexError> {
    match integrity::check(folder) {
        Some(Err(reason)) => Err(IndexError::Unreadable { path: folder.display().to_string(), reason }),
        Some(Ok(())) | None => Index::open(folder),
    }
}

fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let mut bytes = 0;
    for entry in entries.flatten() {
        // A link is not followed: it could lead back.
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes += bytes_below(&entry.path()),
            Ok(metadata) => bytes += metadata.len(),
            Err(_) => {}
        }
    }
    bytes
}
