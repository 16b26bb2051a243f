//! Opening the database, and telling apart the ways in which that fails.
//!
//! The order matters: first whether we may write at all, then, reading only, whether the file is a database and
//! of a version that we know, and only then anything that changes it.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use super::migrations::{MIGRATIONS, migrate, version};
use super::people::PersonKey;

const ATTEMPTED: &str = "open";

/// How many prepared statements are kept: more than there are different ones.
const STATEMENTS: usize = 64;

pub fn open(folder: &Path, file: &Path, patience: Duration) -> Result<(Connection, PersonKey), StoreError> {
    create(folder, file)?;
    refuse_newer(file, patience)?;
    let failed = |reason| StoreError::of(ATTEMPTED, file, reason);
    let mut connection =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    configure(&connection, patience).map_err(failed)?;
    check(&connection, file)?;
    migrate(&mut connection, MIGRATIONS).map_err(failed)?;
    let key = PersonKey::of(folder, &connection)?;
    Ok((connection, key))
}

/// The folder and an empty file, which is an empty database. Fails where we may not write.
fn create(folder: &Path, file: &Path) -> Result<(), StoreError> {
    let cannot_create = |reason| StoreError::CannotCreate { file: file.to_owned(), reason };
    fs::create_dir_all(folder).map_err(cannot_create)?;
    let is_new = !file.exists();
    match writable(folder, file) {
        Err(reason) if !is_new && is_read_only(&reason) => {
            Err(StoreError::ReadOnly { attempted: ATTEMPTED, file: file.to_owned() })
        }
        result => result.map_err(cannot_create),
    }
}

/// SQLite writes two files beside the database, so that the folder must be writable too.
fn writable(folder: &Path, file: &Path) -> io::Result<()> {
    tempfile::tempfile_in(folder)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    // It holds people's questions; the files beside it take its permissions.
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Looks through a connection that cannot write: not even settling what a newer program left unfinished is ours
/// to do.
fn refuse_newer(file: &Path, patience: Duration) -> Result<(), StoreError> {
    let failed = |reason| StoreError::of(ATTEMPTED, file, reason);
    let reader = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    reader.busy_timeout(patience).map_err(failed)?;
    let version = version(&reader).map_err(failed)?;
    let known = MIGRATIONS.len() as u32;
    if version > known {
        return Err(StoreError::Newer { file: file.to_owned(), version, known });
    }
    Ok(())
}

/// A killed process loses nothing that was acknowledged in WAL mode, whatever `synchronous` is. FULL also keeps
/// it through a power cut, at one flush to the disk for each write: a few a minute here, and a confirmed
/// "delete my data" must not come undone. For the same reason what is deleted is overwritten.
fn configure(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    connection.busy_timeout(patience)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// Damage is found here rather than in the middle of an answer.
fn check(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|reason| StoreError::of(ATTEMPTED, file, reason))?;
    if found == "ok" {
        return Ok(());
    }
    // SQLite's report has several lines, the first of them a heading.
    let reason = found.lines().next_back().unwrap_or_default().to_owned();
    Err(StoreError::Damaged { attempted: ATTEMPTED, file: file.to_owned(), reason })
}
