//! Where sources go that are removed or replaced: a folder of the corpus of which nothing is read.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::{InboxError, cannot_write, sync_folder_of};
use crate::retrieval::generation::write_durably;

const TRASH: &str = "trash";
const IGNORE_FILE: &str = ".passimignore";
const IGNORED: &str =
    "# What passim was told to remove, or to replace. Move a file out of here to have it back.\n*\n";

/// Bytes of a path that stand in a name; with date and number that is less than any file system takes.
const LONGEST: usize = 180;
/// How many files with one path may come in one second.
const NUMBERS: std::ops::Range<usize> = 1..1_000;

/// Keeps what lies at `path`, below the corpus, in the trash too; gives its path there. `now` is nanoseconds since
/// 1970.
pub fn keep(corpus: &Path, path: &str, now: i128) -> Result<String, InboxError> {
    make(corpus)?;
    let flat = path.replace('/', "-");
    let end = &flat[flat.ceil_char_boundary(flat.len().saturating_sub(LONGEST))..];
    for number in NUMBERS {
        let more = if number == 1 { String::new() } else { format!("-{number}") };
        let kept = format!("{TRASH}/{}{more}-{end}", written(now));
        match copy(&corpus.join(path), &corpus.join(&kept)) {
            Ok(()) => return Ok(kept),
            Err(reason) if reason.kind() == io::ErrorKind::AlreadyExists => {}
            Err(reason) => return Err(cannot_write(&kept, reason)),
        }
    }
    Err(cannot_write(TRASH, io::ErrorKind::AlreadyExists.into()))
}

/// Makes the folder where there is none.
fn make(corpus: &Path) -> Result<(), InboxError> {
    let trash = corpus.join(TRASH);
    match fs::symlink_metadata(&trash) {
        Ok(metadata) if !metadata.is_dir() => return Err(InboxError::OwnTrash),
        Ok(_) if leaves_all_out(&trash) => return Ok(()),
        Ok(_) if !is_bare(&trash) => return Err(InboxError::OwnTrash),
        Ok(_) => {}
        Err(_) => fs::create_dir(&trash).map_err(|reason| cannot_write(TRASH, reason))?,
    }
    let made = write_durably(&trash.join(IGNORE_FILE), IGNORED.as_bytes());
    made.and_then(|()| sync_folder_of(&trash)).map_err(|reason| cannot_write(TRASH, reason))
}

/// Whether its `.passimignore` says so, and says no more.
fn leaves_all_out(trash: &Path) -> bool {
    let file = trash.join(IGNORE_FILE);
    let is_file = fs::symlink_metadata(&file).is_ok_and(|metadata| metadata.is_file());
    let text = if is_file { fs::read_to_string(&file).unwrap_or_default() } else { String::new() };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next() == Some("*") && lines.next().is_none()
}

/// Whether it holds nothing, as where somebody was killed while making it.
fn is_bare(trash: &Path) -> bool {
    let is_ours = |name: std::ffi::OsString| name.to_str() == Some(".passimignore.new");
    fs::read_dir(trash).is_ok_and(|entries| entries.flatten().all(|entry| is_ours(entry.file_name())))
}

/// A second name for the same file, or, where there can be none, a copy.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            let mut new = File::create_new(to)?;
            io::copy(&mut File::open(from)?, &mut new)?;
            new.sync_all()?;
        }
        linked => linked?,
    }
    sync_folder_of(to)
}

/// The second, in UTC, as every file system takes it.
fn written(now: i128) -> String {
    // Far from the ends of time, where this would fail.
    let time = jiff::Timestamp::from_nanosecond(now).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H-%M-%SZ").to_string()
}
