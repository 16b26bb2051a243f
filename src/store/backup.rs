//! Copies of what cannot be made again: the database and the key beside it, each backup a folder with a list of what has to
//! be in it.
//!
//! The index is left out, which is made of the documents. A backup is taken while others write: SQLite copies one moment of
//! the database. It gets its name when it is whole and on the disk, so that what a killed process leaves is never taken for
//! one. Restoring looks through the copy before it gets its name, and only where nothing was kept.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};

use super::{FILE, Moment, StoreError, open, people};
use crate::retrieval::generation::write_durably;
use crate::retrieval::manifest::hex;

const LIST: &str = "backup.json";
const FORMAT: u32 = 1;
/// Begins the name of every backup; the time follows.
const NAME: &str = "passim-";
/// Follows the name of a folder that is not whole.
const UNFINISHED: &str = ".unfinished";
const RESTORING: &str = "restore.unfinished";
/// What SQLite keeps beside a database: with another one it would be taken for that one's.
const BESIDE: [&str; 3] = ["passim.db-wal", "passim.db-shm", "passim.db-journal"];

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// How many questions are in it.
    pub questions: usize,
    files: Vec<Copied>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Copied {
    name: String,
    bytes: u64,
    /// In hexadecimal.
    sha256: String,
}

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(
        "cannot back up {}: nothing was ever kept there; name the data folder of the bot with --data DIR",
        folder.display()
    )]
    NothingKept { folder: PathBuf },

    #[error("cannot make the backup {}: it is there already; try again in a second", folder.display())]
    Exists { folder: PathBuf },

    #[error("cannot write {}: another process is doing so right now; let it end first", folder.display())]
    Underway { folder: PathBuf },

    #[error("cannot {attempted} {}: {reason}", path.display())]
    Io { attempted: &'static str, path: PathBuf, reason: io::Error },

    #[error(
        "cannot restore {}: it has no {LIST}, so it is no backup or was not finished; name a folder \
         {NAME}… that 'passim backup' made",
        folder.display()
    )]
    NoBackup { folder: PathBuf },

    #[error("cannot restore {}: {reason}; restore another backup", folder.display())]
    Damaged { folder: PathBuf, reason: String },

    #[error(
        "cannot restore {}: it is of a newer passim ({program}), in a form that this one does not know; use that one",
        folder.display()
    )]
    Newer { folder: PathBuf, program: String },

    #[error(
        "cannot restore into {}: {} is there, and nothing is overwritten; stop passim and move the folder away, or name \
         another one with --data DIR",
        folder.display(), name
    )]
    Occupied { folder: PathBuf, name: String },

    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Backup {
    /// Makes one of a data folder inside of `into`, named by the time; `patience` is how long to wait for who writes.
    pub fn make(
        data: &Path,
        into: &Path,
        at: Moment,
        patience: Duration,
    ) -> Result<(PathBuf, Backup), BackupError> {
        if !data.join(FILE).exists() {
            return Err(BackupError::NothingKept { folder: data.to_owned() });
        }
        fs::create_dir_all(into).map_err(io_error("create", into))?;
        sweep(into);
        let folder = into.join(name_of(at));
        if folder.exists() {
            return Err(BackupError::Exists { folder });
        }
        let making = Unfinished::take(into.join(name_of(at) + UNFINISHED))?;
        let file = making.folder.join(FILE);
        let questions = open::copy(&data.join(FILE), &file, patience)?;
        open::check_key(data, &file, patience)?;
        copy_new(&data.join(people::FILE), &making.folder.join(people::FILE))?;
        let files = [FILE, people::FILE];
        let files =
            files.into_iter().map(|name| Copied::of(&making.folder, name)).collect::<Result<_, _>>()?;
        let program = env!("CARGO_PKG_VERSION").to_owned();
        let backup = Backup { format: FORMAT, program, at: at.0, questions, files };
        backup.check(&making.folder, patience)?;
        let list = serde_json::to_vec_pretty(&backup).map_err(io::Error::from);
        let path = making.folder.join(LIST);
        list.and_then(|list| write_durably(&path, &list)).map_err(io_error("write", &path))?;
        making.becomes(&folder)?;
        Ok((folder, backup))
    }

    /// What a folder says that it holds; nothing is compared yet.
    fn of(folder: &Path) -> Result<Backup, BackupError> {
        let list = match fs::read(folder.join(LIST)) {
            Ok(list) => list,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(BackupError::NoBackup { folder: folder.to_owned() });
            }
            Err(reason) => return Err(io_error("read", &folder.join(LIST))(reason)),
        };
        let damaged = |reason: String| BackupError::Damaged { folder: folder.to_owned(), reason };
        let backup: Backup = serde_json::from_slice(&list)
            .map_err(|error| damaged(format!("its {LIST} is damaged ({error})")))?;
        if backup.format > FORMAT {
            return Err(BackupError::Newer { folder: folder.to_owned(), program: backup.program });
        }
        if !backup.files.iter().map(|file| file.name.as_str()).eq([FILE, people::FILE]) {
            return Err(damaged(format!("its {LIST} does not name {FILE} and {}", people::FILE)));
        }
        Ok(backup)
    }

    /// Puts the backup that lies in `from` into a data folder where nothing was kept.
    pub fn restore(from: &Path, data: &Path, patience: Duration) -> Result<Backup, BackupError> {
        let backup = Backup::of(from)?;
        fs::create_dir_all(data).map_err(io_error("create", data))?;
        let unfinished = Unfinished::take(data.join(RESTORING))?;
        for file in &backup.files {
            copy_new(&from.join(&file.name), &unfinished.folder.join(&file.name))?;
            if Copied::of(&unfinished.folder, &file.name)? != *file {
                let reason = format!("{} is not as it was written: its SHA-256 is another one", file.name);
                return Err(BackupError::Damaged { folder: from.to_owned(), reason });
            }
        }
        backup.check(&unfinished.folder, patience)?;
        refuse_occupied(data, &unfinished.folder)?;
        // The key first: one without a database waits for it, the other way round nobody could be found.
        for name in [people::FILE, FILE] {
            let put = TempPath::try_from_path(unfinished.folder.join(name))
                .and_then(|copy| copy.persist_noclobber(data.join(name)).map_err(io::Error::from));
            match put {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && name == people::FILE => {}
                put => put.map_err(io_error("write", &data.join(name)))?,
            }
        }
        flush_folder(data)?;
        Ok(backup)
    }

    /// That the files are a database which is whole, of a version that we know, and the key it was written with.
    fn check(&self, folder: &Path, patience: Duration) -> Result<(), BackupError> {
        open::inspect(&folder.join(FILE), patience)?;
        open::check_key(folder, &folder.join(FILE), patience)?;
        Ok(())
    }
}

/// Removes the oldest backups beside the one just made, until so many are left with it; how many these were. That one
/// stays, whatever the clock said when others were made.
pub fn thin_out(made: &Path, keep: usize) -> Result<usize, BackupError> {
    let mut backups = all(made.parent().unwrap_or(Path::new(".")));
    backups.retain(|backup| backup != made);
    backups.truncate((backups.len() + 1).saturating_sub(keep));
    for backup in &backups {
        // Under another name first: what is called a backup is whole.
        let mut going = backup.clone().into_os_string();
        going.push(UNFINISHED);
        fs::rename(backup, &going).map_err(io_error("remove", backup))?;
        fs::remove_dir_all(&going).map_err(io_error("remove", Path::new(&going)))?;
    }
    Ok(backups.len())
}

/// The backups in a folder, oldest first: their names are times.
pub fn all(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let is_backup = |path: &PathBuf| is_named_so(path, "") && path.join(LIST).is_file();
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_backup).collect();
    found.sort();
    found
}

/// As `passim-20261122-060012Z`.
fn name_of(at: Moment) -> String {
    let time = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    format!("{NAME}{}", time.strftime("%Y%m%d-%H%M%SZ"))
}

fn is_named_so(path: &Path, end: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let time = name.strip_prefix(NAME).and_then(|rest| rest.strip_suffix(end));
    time.is_some_and(|time| {
        time.len() == "20261122-060012Z".len()
            && time.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'Z')
    })
}

/// Removes what killed processes left. What is being made stays, and what cannot be removed.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| is_named_so(path, UNFINISHED)) {
        // Dropped at once, which removes it.
        let _ = Unfinished::take(path);
    }
}

fn refuse_occupied(data: &Path, restored: &Path) -> Result<(), BackupError> {
    let occupied = |name: &str| BackupError::Occupied { folder: data.to_owned(), name: name.to_owned() };
    if let Some(name) = [FILE].iter().chain(&BESIDE).find(|name| data.join(name).exists()) {
        return Err(occupied(name));
    }
    // A restore that was killed may have come so far.
    let key = data.join(people::FILE);
    if key.exists() && fs::read(&key).ok() != fs::read(restored.join(people::FILE)).ok() {
        return Err(occupied(people::FILE));
    }
    Ok(())
}

/// A folder that is filled, for this process alone; removed unless it becomes something.
struct Unfinished {
    folder: PathBuf,
    /// Held for its lock, which ends with the process.
    lock: File,
}

impl Unfinished {
    /// Empty, whatever a killed process left in it.
    fn take(folder: PathBuf) -> Result<Unfinished, BackupError> {
        match private_folder(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(io_error("create", &folder)(error));
            }
            _ => {}
        }
        let lock = File::open(&folder).map_err(io_error("open", &folder))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::Underway { folder }),
            Err(TryLockError::Error(reason)) => return Err(io_error("lock", &folder)(reason)),
        }
        for entry in fs::read_dir(&folder).map_err(io_error("read", &folder))?.flatten() {
            fs::remove_file(entry.path()).map_err(io_error("remove", &entry.path()))?;
        }
        Ok(Unfinished { folder, lock })
    }

    fn becomes(self, name: &Path) -> Result<(), BackupError> {
        self.lock.sync_all().map_err(io_error("write", &self.folder))?;
        fs::rename(&self.folder, name).map_err(io_error("write", name))?;
        flush_folder(name.parent().unwrap_or(Path::new(".")))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After it has become something there is nothing of this name.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// For its owner only: people's questions will lie in it.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Readable by its owner only, as all temporary files are; on the disk when this returns.
fn copy_new(from: &Path, to: &Path) -> Result<(), BackupError> {
    let mut source = File::open(from).map_err(io_error("read", from))?;
    let mut copied = || -> io::Result<()> {
        let mut new = NamedTempFile::new_in(to.parent().unwrap_or(Path::new(".")))?;
        io::copy(&mut source, &mut new)?;
        new.as_file().sync_all()?;
        new.persist_noclobber(to)?;
        Ok(())
    };
    copied().map_err(io_error("write", to))
}

fn flush_folder(folder: &Path) -> Result<(), BackupError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_error("write", folder))
}

impl Copied {
    fn of(folder: &Path, name: &str) -> Result<Copied, BackupError> {
        let path = folder.join(name);
        let (bytes, sha256) = hash(&path).map_err(io_error("read", &path))?;
        Ok(Copied { name: name.to_owned(), bytes, sha256 })
    }
}

fn hash(path: &Path) -> io::Result<(u64, String)> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
    let mut part = vec![0; 1 << 20];
    loop {
        match file.read(&mut part)? {
            0 => return Ok((bytes, hex(&hash.finalize()))),
            read => {
                hash.update(&part[..read]);
                bytes += read as u64;
            }
        }
    }
}

fn io_error(attempted: &'static str, path: &Path) -> impl Fn(io::Error) -> BackupError {
    let path = path.to_owned();
    move |reason| BackupError::Io { attempted, path: path.clone(), reason }
}
