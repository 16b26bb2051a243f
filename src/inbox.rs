//! Documents come in and go out: a file into the `inbox/` of the corpus, a source into its `trash/`.
//!
//! A new file is written under a hidden name, which [`read::list`] leaves out, and read there as a file of the folder
//! is; only what has passed everything gets its name, in one step. Nothing is deleted: what is removed or replaced
//! lies in `trash/`. Where the bytes come from, who may do this, and reading the corpus again are left to others.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;
use thiserror::Error;

use crate::corpus::read::{self, ReadError, Reader};
use crate::corpus::{Description, Document, Refused, passages};
use crate::retrieval::Source;
use crate::retrieval::manifest::hex;

mod name;
mod trash;

pub use name::safe_name;

/// The folder that new files come into, below the corpus.
const INBOX: &str = "inbox";
/// What the names of files that are not whole yet begin with.
const INCOMING: &str = ".incoming-";

/// The corpus, for those who change what is in it.
pub struct Inbox {
    corpus: PathBuf,
    turn: Mutex<()>,
}

/// A file that somebody wants to add.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// As they call it; what is kept of it is for [`safe_name`] to say.
    pub name: &'a str,
    pub bytes: &'a [u8],
    /// How it is read, as any other file of the corpus.
    pub reader: &'a Reader,
    /// Whether it may take the place of a source with its name or its id.
    pub replace: bool,
}

/// A file that is in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    pub description: Description,
    pub passages: usize,
    /// Of its bytes, in hexadecimal.
    pub sha256: String,
    /// Where the version before it lies, below the corpus.
    pub replaced: Option<String>,
}

/// Why a file did not come in, or not go out. The corpus is as it was.
#[derive(Debug, Error)]
pub enum InboxError {
    #[error(
        "cannot add '{name}': no letter or digit stands before the ending of that name; give it another one"
    )]
    Name { name: String },
    #[error("cannot add {}: it {}", .0.path, .0.reason)]
    Unreadable(Refused),
    #[error("cannot add the file: source {id} ({path}) has the same bytes already")]
    SameBytes { id: String, path: String },
    #[error("cannot add the file: source {id} ({path}) has its id already; say that it is to be replaced")]
    SameId { id: String, path: String },
    #[error("cannot add the file: {path} is there already; say that it is to be replaced, or rename yours")]
    SameName { path: String },
    #[error("cannot add {path}: a .passimignore of the corpus leaves it out, so that nobody would read it")]
    LeftOut { path: String },
    #[error(
        "cannot move {path}: it is a link or lies behind one; whoever looks after the folder has to move it"
    )]
    BehindLink { path: String },
    #[error("cannot move {path}: it is no file of the corpus any more; read the documents again")]
    Gone { path: String },
    #[error("cannot remove {path}: no other source is left then; add another one first")]
    Last { path: String },
    #[error(
        "cannot use trash/ of the corpus: it holds files and no .passimignore with the one line '*', so that they are \
         sources; rename that folder"
    )]
    OwnTrash,
    #[error(transparent)]
    Corpus(#[from] ReadError),
    #[error(
        "cannot write {path} in the corpus: {reason}; look whether it is mounted for writing and has room"
    )]
    Write { path: String, reason: io::Error },
}

impl Inbox {
    pub fn new(corpus: &Path) -> Inbox {
        Inbox { corpus: corpus.to_owned(), turn: Mutex::default() }
    }

    /// Puts a file into the corpus, of which `sources` are in the index; `now` is nanoseconds since 1970. A new
    /// version lies where the old one did, if it is the same source there too.
    pub fn add(&self, incoming: Incoming<'_>, sources: &[Source], now: i128) -> Result<Added, InboxError> {
        let name = safe_name(incoming.name).ok_or(InboxError::Name { name: incoming.name.to_owned() })?;
        let own = format!("{INBOX}/{name}");
        let _turn = self.take_turn();
        let known = self.known(sources, incoming.reader)?;
        let is_new = self.make_inbox()?;
        let added = self.put(incoming, &own, &known, now);
        if is_new && added.is_err() {
            // Only where nothing lies in it.
            let _ = fs::remove_dir(self.corpus.join(INBOX));
        }
        added
    }

    /// Moves a source into `trash/`, by its path below the corpus; gives its path there. `sources` are those in the
    /// index, `now` is nanoseconds since 1970.
    pub fn remove(&self, path: &str, sources: &[Source], now: i128) -> Result<String, InboxError> {
        let _turn = self.take_turn();
        self.require_plain_file(path)?;
        let is_source = |name: &str| sources.iter().any(|source| source.description.path == name);
        let files = read::list(&self.corpus)?.files;
        if !files.iter().any(|file| file.name != path && is_source(&file.name)) {
            return Err(InboxError::Last { path: path.to_owned() });
        }
        let kept = trash::keep(&self.corpus, path, now)?;
        self.take_away(path)?;
        Ok(kept)
    }

    /// One at a time: what one adds, the next one knows.
    fn take_turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every file that can be read, with those first that are in the index. What has changed since is read.
    fn known(&self, sources: &[Source], reader: &Reader) -> Result<Vec<Known>, InboxError> {
        let by_path: BTreeMap<&str, &Source> =
            sources.iter().map(|source| (source.description.path.as_str(), source)).collect();
        let (mut known, mut new) = (Vec::new(), Vec::new());
        for file in read::list(&self.corpus)?.files {
            let source = by_path
                .get(file.name.as_str())
                .filter(|source| source.bytes == file.size && source.modified == i128::from(file.modified));
            match source {
                Some(source) => known.push(Known {
                    id: source.description.id.clone(),
                    sha256: source.sha256.clone(),
                    path: file.name,
                }),
                None => new.extend(read::read(&file, reader).ok().map(|(document, sha256)| Known {
                    id: document.description.id,
                    sha256: hex(&sha256),
                    path: file.name,
                })),
            }
        }
        known.extend(new);
        Ok(known)
    }

    /// Whether it had to be made.
    fn make_inbox(&self) -> Result<bool, InboxError> {
        let inbox = self.corpus.join(INBOX);
        match fs::symlink_metadata(&inbox) {
            Ok(metadata) if metadata.is_dir() => Ok(false),
            Ok(_) => Err(InboxError::BehindLink { path: INBOX.to_owned() }),
            Err(_) => fs::create_dir(&inbox).map(|()| true).map_err(|reason| cannot_write(INBOX, reason)),
        }
    }

    fn put(
        &self,
        incoming: Incoming<'_>,
        own: &str,
        known: &[Known],
        now: i128,
    ) -> Result<Added, InboxError> {
        let file = self.written(incoming.bytes).map_err(|reason| cannot_write(own, reason))?;
        let (document, sha256) = self.read_as(own, &file, incoming)?;
        let sha256 = hex(&sha256);
        if let Some(same) = known.iter().find(|known| known.sha256 == sha256) {
            return Err(InboxError::SameBytes { id: same.id.clone(), path: same.path.clone() });
        }
        let old = self.older(&document.description.id, own, known, incoming.replace)?;
        let (path, document) = self.place(own, document, old.as_deref(), &file, incoming);
        let replaced = match old {
            Some(old) => Some(self.replace(file, &path, &old, now)?),
            None => {
                self.name(file, &path)?;
                None
            }
        };
        let passages = passages::passages(&document).len();
        Ok(Added { description: document.description, passages, sha256, replaced })
    }

    /// The bytes under a hidden name, on the disk. It goes away when it is dropped, or, where this process is
    /// killed, when the next file comes.
    fn written(&self, bytes: &[u8]) -> io::Result<NamedTempFile> {
        let inbox = self.corpus.join(INBOX);
        clean(&inbox);
        let mut builder = tempfile::Builder::new();
        builder.prefix(INCOMING);
        #[cfg(unix)]
        // As any new file, not for this user alone.
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(&inbox)?;
        // Where nothing can be locked, nothing is cleaned either.
        let _ = file.as_file().try_lock();
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    }

    /// Reads the new file as one of this path.
    fn read_as(
        &self,
        path: &str,
        file: &NamedTempFile,
        incoming: Incoming<'_>,
    ) -> Result<(Document, [u8; 32]), InboxError> {
        let (size, modified) = (incoming.bytes.len() as u64, 0);
        let file = read::File { path: file.path().to_owned(), name: path.to_owned(), size, modified };
        read::read(&file, incoming.reader).map_err(InboxError::Unreadable)
    }

    /// The path of the file that the new one takes the place of.
    fn older(
        &self,
        id: &str,
        own: &str,
        known: &[Known],
        replace: bool,
    ) -> Result<Option<String>, InboxError> {
        let same_id = known.iter().find(|known| known.id == id);
        let is_there = fs::symlink_metadata(self.corpus.join(own)).is_ok();
        let old = match same_id {
            Some(same) if !replace => {
                return Err(InboxError::SameId { id: id.to_owned(), path: same.path.clone() });
            }
            None if is_there && !replace => return Err(InboxError::SameName { path: own.to_owned() }),
            Some(same) => same.path.clone(),
            None if is_there => own.to_owned(),
            None => return Ok(None),
        };
        self.require_plain_file(&old)?;
        Ok(Some(old))
    }

    /// Where the new file goes, and what it is there: links and receipts name the path of the old one.
    fn place(
        &self,
        own: &str,
        document: Document,
        old: Option<&str>,
        file: &NamedTempFile,
        incoming: Incoming<'_>,
    ) -> (String, Document) {
        let Some(old) = old else { return (own.to_owned(), document) };
        match self.read_as(old, file, incoming) {
            Ok((there, _))
                if there.description.id == document.description.id
                    && there.description.format == document.description.format =>
            {
                (old.to_owned(), there)
            }
            _ => (own.to_owned(), document),
        }
    }

    /// Gives the new file its name, and the old one a place in `trash/`: at no moment is none of them there.
    fn replace(&self, file: NamedTempFile, path: &str, old: &str, now: i128) -> Result<String, InboxError> {
        let kept = trash::keep(&self.corpus, old, now)?;
        let placed = if path == old { self.overwrite(file, path) } else { self.supersede(file, path, old) };
        if let Err(error) = placed {
            let _ = fs::remove_file(self.corpus.join(kept));
            return Err(error);
        }
        Ok(kept)
    }

    fn overwrite(&self, file: NamedTempFile, path: &str) -> Result<(), InboxError> {
        let target = self.corpus.join(path);
        let written =
            file.persist(&target).map_err(|error| error.error).and_then(|_| sync_folder_of(&target));
        written.map_err(|reason| cannot_write(path, reason))
    }

    fn supersede(&self, file: NamedTempFile, path: &str, old: &str) -> Result<(), InboxError> {
        self.name(file, path)?;
        self.take_away(old).inspect_err(|_| {
            let _ = fs::remove_file(self.corpus.join(path));
        })
    }

    /// Gives the new file a name that nothing has, and makes sure that it is read under it.
    fn name(&self, file: NamedTempFile, path: &str) -> Result<(), InboxError> {
        let target = self.corpus.join(path);
        match file.persist_noclobber(&target) {
            Ok(_) => {}
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(InboxError::SameName { path: path.to_owned() });
            }
            Err(error) => return Err(cannot_write(path, error.error)),
        }
        let is_listed = read::list(&self.corpus)?.files.iter().any(|file| file.name == path);
        if !is_listed {
            fs::remove_file(&target).map_err(|reason| cannot_write(path, reason))?;
            return Err(InboxError::LeftOut { path: path.to_owned() });
        }
        sync_folder_of(&target).map_err(|reason| cannot_write(path, reason))
    }

    /// What a link leads to is not ours to move, and a link by itself is no document.
    fn require_plain_file(&self, path: &str) -> Result<(), InboxError> {
        let gone = || InboxError::Gone { path: path.to_owned() };
        let mut so_far = self.corpus.clone();
        for part in Path::new(path).components() {
            let Component::Normal(part) = part else { return Err(gone()) };
            so_far.push(part);
            let metadata = fs::symlink_metadata(&so_far).map_err(|_| gone())?;
            if metadata.is_symlink() {
                return Err(InboxError::BehindLink { path: path.to_owned() });
            }
        }
        if fs::symlink_metadata(&so_far).is_ok_and(|metadata| metadata.is_file()) {
            Ok(())
        } else {
            Err(gone())
        }
    }

    fn take_away(&self, path: &str) -> Result<(), InboxError> {
        let target = self.corpus.join(path);
        let removed = fs::remove_file(&target).and_then(|()| sync_folder_of(&target));
        removed.map_err(|reason| cannot_write(path, reason))
    }
}

/// A file of the corpus, by what tells it from others.
struct Known {
    id: String,
    sha256: String,
    path: String,
}

/// Removes what killed processes left behind. What is being written is locked by who writes it.
fn clean(inbox: &Path) {
    for entry in fs::read_dir(inbox).into_iter().flatten().flatten() {
        let is_left = entry.file_name().as_encoded_bytes().starts_with(INCOMING.as_bytes())
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if is_left {
            // What stays is hidden, and the next one tries again.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn cannot_write(path: &str, reason: io::Error) -> InboxError {
    InboxError::Write { path: path.to_owned(), reason }
}

/// Makes names last that were given or taken away beside this file.
fn sync_folder_of(file: &Path) -> io::Result<()> {
    // Elsewhere folders cannot be opened as files, and the rename itself is durable enough.
    if cfg!(unix) {
        OpenOptions::new().read(true).open(file.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
