//! The directories of an index: `gen-N` for each generation, `CURRENT` naming the one that is read, `LOCK`
//! held by whoever writes, `HELD` where an operator went back to the generation before.
//!
//! Nothing is ever written into a generation that can be read. A run makes the next one beside it, under a name that
//! no reader takes ([`Making`]), and `CURRENT` is switched by a rename: a process that is killed at any moment leaves
//! the old state or the new one, whole, and the one before that stays for [`roll_back`]. Segments never change once
//! they are written, so a new generation shares those of the old one as hard links, and costs what changed.
//!
//! What a killed run leaves is removed by the next one ([`sweep`]). What cannot be removed, as on Windows while
//! somebody reads it, waits for the run after that.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::IndexError;

/// Follows the name of a generation that is not whole yet, or is being removed.
const UNFINISHED: &str = ".unfinished";
/// Follows the name of a file while it is written.
const NEW: &str = ".new";

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

/// The directory of the generation before the current one, if it is still there.
pub fn before(folder: &Path) -> Result<Option<PathBuf>, IndexError> {
    let Some(current) = current(folder)?.as_deref().and_then(number_of) else { return Ok(None) };
    let before = numbers(folder).into_iter().filter(|number| *number < current).max();
    Ok(before.map(|number| folder.join(named(number))))
}

/// The directories of all generations that are there.
pub fn all(folder: &Path) -> Vec<PathBuf> {
    numbers(folder).into_iter().map(|number| folder.join(named(number))).collect()
}

/// A generation that is being made. Nobody reads it before [`Making::switch`]; dropped before that, it is removed.
pub struct Making {
    folder: PathBuf,
    number: u64,
    /// Whether it has its name; what is dropped before that is removed.
    is_switched: bool,
}

impl Making {
    /// One without a file.
    pub fn empty(folder: &Path) -> Result<Making, IndexError> {
        let number = numbers(folder).into_iter().max().unwrap_or(0) + 1;
        sweep(folder)?;
        let making = Making { folder: folder.to_owned(), number, is_switched: false };
        let directory = making.directory();
        fs::create_dir_all(&directory).map_err(|reason| io_error("create", &directory, reason))?;
        Ok(making)
    }

    /// One with the segments of `old`: the same files, where the file system has hard links.
    pub fn after(folder: &Path, old: &Path) -> Result<Making, IndexError> {
        let making = Making::empty(folder)?;
        let directory = making.directory();
        let failed = |reason| io_error("read", old, reason);
        for entry in fs::read_dir(old).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let (from, to) = (old.join(&name), directory.join(&name));
            let shared = match Share::of(&name.to_string_lossy()) {
                Share::Not => Ok(()),
                Share::Copied => fs::copy(&from, &to).map(drop),
                Share::Linked => fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop)),
            };
            shared.map_err(|reason| io_error("write", &to, reason))?;
        }
        Ok(making)
    }

    /// Where it is made.
    pub fn directory(&self) -> PathBuf {
        self.folder.join(named(self.number) + UNFINISHED)
    }

    /// Makes it the current generation, and removes all but the one before it. Its files have to be on the disk.
    pub fn switch(mut self) -> Result<PathBuf, IndexError> {
        let (unfinished, directory) = (self.directory(), self.folder.join(named(self.number)));
        let failed = |reason| io_error("write", &directory, reason);
        sync_folder(&unfinished).map_err(failed)?;
        fs::rename(&unfinished, &directory).map_err(failed)?;
        self.is_switched = true;
        if let Err(error) = make_current(&self.folder, self.number) {
            // The very last step may have failed: then it is current, and stays.
            if !current(&self.folder).is_ok_and(|current| current.as_ref() == Some(&directory)) {
                remove_generation(&self.folder, self.number);
            }
            return Err(error);
        }
        sweep(&self.folder)?;
        Ok(directory)
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        if !self.is_switched {
            remove_directory(&self.directory());
        }
    }
}

/// What a new generation does with a file of the one before it.
enum Share {
    /// A segment: written once, never changed.
    Linked,
    /// Replaced by each commit.
    Copied,
    /// Belongs to that one alone: what was read, whether it was found whole, locks.
    Not,
}

impl Share {
    fn of(name: &str) -> Share {
        match name {
            "meta.json" | ".managed.json" => Share::Copied,
            "VERIFIED" => Share::Not,
            name if name.starts_with('.') || name.starts_with("sources-") || name.ends_with(NEW) => {
                Share::Not
            }
            _ => Share::Linked,
        }
    }
}

fn make_current(folder: &Path, number: u64) -> Result<(), IndexError> {
    let file = folder.join("CURRENT");
    write_durably(&file, named(number).as_bytes()).map_err(|reason| io_error("write", &file, reason))
}

/// Removes what no one needs: generations but the current one and the one before it, and what a killed run left.
/// Only for who has the [`Lock`]. What cannot be removed is left for the next time.
pub fn sweep(folder: &Path) -> Result<(), IndexError> {
    let current = current(folder)?.as_deref().and_then(number_of);
    let kept = [current, before(folder)?.as_deref().and_then(number_of)];
    // Without a current one nothing is whole, and what there is was made by another version, or is damaged.
    for number in numbers(folder) {
        if current.is_some() && !kept.contains(&Some(number)) {
            remove_generation(folder, number);
        }
    }
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_generation = name.strip_suffix(UNFINISHED).is_some_and(|name| number(name).is_some());
        if is_generation {
            remove_directory(&entry.path());
        } else if name.ends_with(NEW) {
            let _ = fs::remove_file(entry.path());
        }
    }
    if held(folder)?.is_none() {
        let _ = fs::remove_file(folder.join(HELD));
    }
    Ok(())
}

/// Under another name first: what is called `gen-N` is whole.
fn remove_generation(folder: &Path, number: u64) {
    let (whole, going) = (folder.join(named(number)), folder.join(named(number) + UNFINISHED));
    if fs::rename(&whole, &going).is_ok() {
        remove_directory(&going);
    }
}

fn remove_directory(directory: &Path) {
    if let Err(error) = fs::remove_dir_all(directory)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%error, directory = %directory.display(), "left for the next run to remove");
    }
}

const HELD: &str = "HELD";

/// That an operator went back to the generation before, which is read until the documents are indexed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The generation that is held.
    pub generation: String,
    /// The one that was current until then.
    pub from: String,
    /// Nanoseconds since 1970.
    pub since: i128,
}

/// Whether the current generation is held. A mark that is left of another one does not count.
pub fn held(folder: &Path) -> Result<Option<Held>, IndexError> {
    let file = folder.join(HELD);
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(reason) => return Err(io_error("read", &file, reason)),
    };
    let current = current(folder)?.as_deref().map(name_of);
    let held: Option<Held> = serde_json::from_slice(&bytes).ok();
    Ok(held.filter(|held| Some(&held.generation) == current.as_ref()))
}

/// Makes `before` the current generation, and holds it. A process that is killed in between has done nothing: the mark
/// is of a generation that is not the current one.
pub fn roll_back(folder: &Path, before: &Path, now: i128) -> Result<Held, IndexError> {
    let from = current(folder)?.as_deref().map(name_of).unwrap_or_default();
    let held = Held { generation: name_of(before), from, since: now };
    let file = folder.join(HELD);
    let written = serde_json::to_vec(&held).map_err(io::Error::from);
    written
        .and_then(|bytes| write_durably(&file, &bytes))
        .map_err(|reason| io_error("write", &file, reason))?;
    make_current(folder, number_of(before).unwrap_or(0))?;
    Ok(held)
}

/// Holds no generation any more.
pub fn release(folder: &Path) -> Result<(), IndexError> {
    let file = folder.join(HELD);
    match fs::remove_file(&file).and_then(|()| sync_folder(folder)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("remove", &file, error)),
        _ => Ok(()),
    }
}

/// Writes beside the file, flushes to the disk, renames over it, flushes the folder.
pub fn write_durably(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(NEW);
    let beside = folder.join(name);
    let written = write(&beside, bytes).and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        // A full disk has no room for halves.
        let _ = fs::remove_file(&beside);
    }
    written?;
    sync_folder(folder)
}

fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut new = File::create(file)?;
    new.write_all(bytes)?;
    new.sync_all()
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

pub(super) fn number_of(directory: &Path) -> Option<u64> {
    number(&name_of(directory))
}

fn named(number: u64) -> String {
    format!("gen-{number}")
}

/// The name of a generation, without where it lies.
pub fn name_of(directory: &Path) -> String {
    directory.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(folder: &Path) -> PathBuf {
        Making::empty(folder).unwrap().switch().unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn there_is_no_current_generation_before_the_first_switch() {
        let folder = tempfile::tempdir().unwrap();
        assert!(current(folder.path()).unwrap().is_none());
        let making = Making::empty(folder.path()).unwrap();
        assert!(current(folder.path()).unwrap().is_none());
        drop(making);
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn the_generation_before_stays_and_older_ones_go() {
        let folder = tempfile::tempdir().unwrap();
        for expected in ["gen-1", "gen-2", "gen-3"] {
            let directory = made(folder.path());
            assert!(directory.ends_with(expected));
            assert_eq!(current(folder.path()).unwrap(), Some(directory));
        }
        assert_eq!(before(folder.path()).unwrap(), Some(folder.path().join("gen-2")));
        assert_eq!(names(folder.path()), ["CURRENT", "gen-2", "gen-3"]);
    }

    #[test]
    fn a_new_generation_shares_segments_and_nothing_that_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let first = Making::empty(folder.path()).unwrap();
        for name in ["a.term", "meta.json", ".managed.json", "sources-1.json", "VERIFIED", ".x.lock"] {
            fs::write(first.directory().join(name), name).unwrap();
        }
        let first = first.switch().unwrap();
        let second = Making::after(folder.path(), &first).unwrap();
        assert_eq!(names(&second.directory()), [".managed.json", "a.term", "meta.json"]);
        fs::write(second.directory().join("meta.json"), "changed").unwrap();
        assert_eq!(fs::read_to_string(first.join("meta.json")).unwrap(), "meta.json");
        fs::remove_file(second.directory().join("a.term")).unwrap();
        assert_eq!(fs::read_to_string(first.join("a.term")).unwrap(), "a.term");
    }

    #[test]
    fn what_a_killed_run_left_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        made(folder.path());
        made(folder.path());
        fs::create_dir(folder.path().join("gen-3.unfinished")).unwrap();
        fs::create_dir(folder.path().join("gen-4")).unwrap();
        fs::write(folder.path().join("CURRENT.new"), "gen-4").unwrap();
        fs::write(folder.path().join("HELD"), "half of a mark").unwrap();
        fs::write(folder.path().join("LOCK"), "").unwrap();
        sweep(folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["CURRENT", "LOCK", "gen-1", "gen-2"]);
    }

    #[test]
    fn a_generation_is_held_until_another_one_is_current() {
        let folder = tempfile::tempdir().unwrap();
        let first = made(folder.path());
        made(folder.path());
        assert_eq!(held(folder.path()).unwrap(), None);
        let mark = roll_back(folder.path(), &first, 7).unwrap();
        assert_eq!(mark, Held { generation: "gen-1".into(), from: "gen-2".into(), since: 7 });
        assert_eq!(held(folder.path()).unwrap(), Some(mark));
        assert_eq!(current(folder.path()).unwrap(), Some(first));
        assert!(made(folder.path()).ends_with("gen-3"), "a name is not used for something else");
        assert_eq!(held(folder.path()).unwrap(), None);
        assert_eq!(names(folder.path()), ["CURRENT", "gen-1", "gen-3"]);
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
