//! Opening the database, and telling apart the ways in which that fails.
//!
//! The order matters: first whether we may write at all, then, reading only, whether the file is a database and
//! of a version that we know, and only then anything that changes it.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tempfile::NamedTempFile;

use super::StoreError;
use super::migrations::{MIGRATIONS, migrate, version};
use super::people::PersonKey;

pub const ATTEMPTED: &str = "open the store";

/// How many prepared statements are kept: more than there are different ones.
const STATEMENTS: usize = 64;

pub fn open(folder: &Path, file: &Path, patience: Duration) -> Result<(Connection, PersonKey), StoreError> {
    create(folder, file)?;
    refuse_newer(file, patience)?;
    let failed = |reason| StoreError::of(ATTEMPTED, file, reason);
    let mut connection =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    // Where it may not write, SQLite is content to read.
    if connection.is_readonly("main").map_err(failed)? {
        return Err(read_only(file));
    }
    configure(&connection, patience).map_err(failed)?;
    check(&connection, file)?;
    migrate(&mut connection, MIGRATIONS).map_err(failed)?;
    let key = PersonKey::of(folder, &connection)?;
    Ok((connection, key))
}

/// The folder and an empty file, which is an empty database. Fails where we may not write.
///
/// The file is never opened here where it exists: closing it would release the locks that another connection of
/// this process holds on it.
fn create(folder: &Path, file: &Path) -> Result<(), StoreError> {
    let cannot_create = |reason| StoreError::CannotCreate { file: file.to_owned(), reason };
    fs::create_dir_all(folder).map_err(cannot_create)?;
    match create_file(folder, file) {
        Err(reason) if is_refusal(&reason) && file.exists() => Err(read_only(file)),
        result => result.map_err(cannot_create),
    }
}

/// Beside first, since SQLite too writes files beside the database: the folder must be writable. The database
/// holds people's questions, and like every temporary file this one is for its owner only.
fn create_file(folder: &Path, file: &Path) -> io::Result<()> {
    let beside = NamedTempFile::new_in(folder)?.into_temp_path();
    if file.exists() {
        return Ok(());
    }
    match beside.persist_noclobber(file) {
        Err(refused) if refused.error.kind() != io::ErrorKind::AlreadyExists => Err(refused.error),
        _ => Ok(()),
    }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

fn read_only(file: &Path) -> StoreError {
    StoreError::ReadOnly { attempted: ATTEMPTED, file: file.to_owned() }
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
