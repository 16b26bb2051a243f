//! The directories of an index: `gen-N` for each generation, `CURRENT` naming the one that is read, `LOCK`
//! held by whoever writes.
//!
//! A commit is atomic within a generation. What a commit cannot do (new fields, another analyser, a fresh
//! start) is built as a new generation beside the old one, and `CURRENT` is switched by a rename. A process
//! that is killed at any moment leaves either the old state or the new one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::IndexError;

/// The directory of the current generation, if there is one.
pub fn current(folder: &Path) -> Result<Option<PathBuf>, IndexError> {
    let file = folder.join("CURRENT");
    match fs::read_to_string(&file) {
        Ok(name) => {
            let directory = folder.join(name.trim());
            let is_generation = number(name.trim()).is_some() && directory.is_dir();
            Ok(is_generation.then_some(directory))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(reason) => Err(io_error("read", &file, reason)),
    }
}

/// The directories of all generations that are there.
pub fn all(folder: &Path) -> Vec<PathBuf> {
    numbers(folder).into_iter().map(|number| folder.join(format!("gen-{number}"))).collect()
}

/// An empty directory for the next generation. Nobody reads it before [`switch`].
pub fn prepare(folder: &Path) -> Result<PathBuf, IndexError> {
    let newest = numbers(folder).into_iter().max().unwrap_or(0);
    let directory = folder.join(format!("gen-{}", newest + 1));
    fs::create_dir_all(&directory).map_err(|reason| io_error("create", &directory, reason))?;
    Ok(directory)
}

/// Makes `directory` the current generation, and removes all but the one before it.
pub fn switch(folder: &Path, directory: &Path) -> Result<(), IndexError> {
    let before = current(folder)?;
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    let file = folder.join("CURRENT");
    write_durably(&file, name.as_bytes()).map_err(|reason| io_error("write", &file, reason))?;
    for number in numbers(folder) {
        let old = folder.join(format!("gen-{number}"));
        if old != directory && Some(&old) != before.as_ref() {
            // A reader may still have it open, or it may be half gone: the next switch tries again.
            let _ = fs::remove_dir_all(&old);
        }
    }
    Ok(())
}

/// Writes beside the file, flushes to the disk, renames over it, flushes the folder.
pub fn write_durably(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = folder.join(name);
    let mut new = File::create(&beside)?;
    new.write_all(bytes)?;
    new.sync_all()?;
    fs::rename(&beside, file)?;
    sync_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Folders cannot be opened as files here; the rename itself is durable enough.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// The right to write into `folder`, given back when it is dropped or the process ends.
pub struct Lock(#[expect(dead_code, reason = "held for its drop, which releases the lock")] File);

impl Lock {
    pub fn take(folder: &Path) -> Result<Lock, IndexError> {
        fs::create_dir_all(folder).map_err(|reason| io_error("create", folder, reason))?;
        let path = folder.join("LOCK");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|reason| io_error("open", &path, reason))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(IndexError::Busy { path: folder.display().to_string() }),
            Err(TryLockError::Error(reason)) => Err(io_error("lock", &path, reason)),
        }
    }
}

pub(super) fn io_error(attempted: &'static str, path: &Path, reason: io::Error) -> IndexError {
    IndexError::Io { attempted, path: path.display().to_string(), reason }
}

fn numbers(folder: &Path) -> Vec<u64> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().filter_map(|entry| number(&entry.file_name().to_string_lossy())).collect()
}

fn number(name: &str) -> Option<u64> {
    name.strip_prefix("gen-")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_current_generation_before_the_first_switch() {
        let folder = tempfile::tempdir().unwrap();
        assert!(current(folder.path()).unwrap().is_none());
        prepare(folder.path()).unwrap();
        assert!(current(folder.path()).unwrap().is_none());
    }

    #[test]
    fn the_generation_before_stays_and_older_ones_go() {
        let folder = tempfile::tempdir().unwrap();
        for expected in ["gen-1", "gen-2", "gen-3"] {
            let directory = prepare(folder.path()).unwrap();
            assert!(directory.ends_with(expected));
            switch(folder.path(), &directory).unwrap();
            assert_eq!(current(folder.path()).unwrap(), Some(directory));
        }
        let mut left = numbers(folder.path());
        left.sort_unstable();
        assert_eq!(left, [2, 3]);
    }

    #[test]
    fn a_current_that_names_something_else_is_no_generation() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("CURRENT"), "../elsewhere").unwrap();
        assert!(current(folder.path()).unwrap().is_none());
    }

    #[test]
    fn a_second_writer_is_refused_until_the_first_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        assert!(matches!(Lock::take(folder.path()), Err(IndexError::Busy { .. })));
        drop(first);
        Lock::take(folder.path()).unwrap();
    }
}
