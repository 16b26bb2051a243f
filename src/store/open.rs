//! Opening the database, and telling apart the ways in which that fails.
//!
//! The order matters: first whether we may write at all, then, reading only, whether the file is a database and
//! of a version that we know, and only then anything that changes it.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::NamedTempFile;

use super::StoreError;
use super::migrations::{MIGRATIONS, migrate, version};
use super::people::PersonKey;

pub const ATTEMPTED: &str = "open the store";

/// So many pages of 4 KB are written ahead before they are put in their place, which takes some milliseconds.
const PAGES_AHEAD: u32 = 4_000;

/// How many prepared statements are kept: more than there are different ones.
const STATEMENTS: usize = 64;

/// What is looked through for damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    All,
    Nothing,
}

pub fn open(
    folder: &Path,
    file: &Path,
    patience: Duration,
    what: Check,
) -> Result<(Connection, PersonKey), StoreError> {
    create(folder, file, patience)?;
    refuse_newer(file, patience)?;
    let failed = |reason| StoreError::of(ATTEMPTED, file, reason);
    let mut connection = connect(file, patience).map_err(failed)?;
    // Where it may not write, SQLite is content to read.
    if connection.is_readonly("main").map_err(failed)? {
        return Err(read_only(file));
    }
    match what {
        Check::All => check(&connection, file)?,
        // Whoever is there for one question leaves it to others to put what is written ahead in its place.
        Check::Nothing => {
            let setting = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
            connection.set_db_config(setting, true).map_err(failed)?;
        }
    }
    migrate(&mut connection, MIGRATIONS).map_err(failed)?;
    let key = PersonKey::of(folder, &connection)?;
    Ok((connection, key))
}

/// The folder and an empty database. Fails where we may not write.
///
/// It is made beside and put in its place whole: of two processes that make SQLite write ahead in the same new
/// file, one is refused without patience. It is for its owner only, as every temporary file, since it will hold
/// people's questions. A database that exists is not opened as a file here: closing that would release the locks
/// that another connection of this process holds on it.
fn create(folder: &Path, file: &Path, patience: Duration) -> Result<(), StoreError> {
    let cannot_create = |reason| StoreError::CannotCreate { file: file.to_owned(), reason };
    fs::create_dir_all(folder).map_err(cannot_create)?;
    // Also where the database exists: SQLite writes files beside it.
    let beside = match NamedTempFile::new_in(folder) {
        Ok(beside) => beside.into_temp_path(),
        Err(reason) if is_refusal(&reason) && file.exists() => return Err(read_only(file)),
        Err(reason) => return Err(cannot_create(reason)),
    };
    if file.exists() {
        return Ok(());
    }
    let connection = connect(&beside, patience).map_err(|reason| StoreError::of(ATTEMPTED, file, reason))?;
    drop(connection);
    match beside.persist_noclobber(file) {
        Err(refused) if refused.error.kind() != io::ErrorKind::AlreadyExists => {
            Err(cannot_create(refused.error))
        }
        _ => Ok(()),
    }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

fn read_only(file: &Path) -> StoreError {
    StoreError::ReadOnly { attempted: ATTEMPTED, file: file.to_owned() }
}

/// How many questions a database has, if it is whole and none of a newer program.
pub fn inspect(file: &Path, patience: Duration) -> Result<usize, StoreError> {
    let failed = |reason| StoreError::of(ATTEMPTED, file, reason);
    refuse_newer(file, patience)?;
    let reader = reader(file, patience).map_err(failed)?;
    check(&reader, file)?;
    // One that was only just made has no tables.
    let has_tables = version(&reader).map_err(failed)? > 0;
    let count = || reader.query_row("SELECT count(*) FROM askings", [], |row| row.get::<_, u32>(0));
    Ok(if has_tables { count().map_err(failed)? as usize } else { 0 })
}

/// Copies one moment of a database, while others write, into a file that is not there: how many questions it has.
///
/// What was deleted is not in the copy, not even as free space.
pub fn copy(file: &Path, to: &Path, patience: Duration) -> Result<usize, StoreError> {
    const ATTEMPTED: &str = "copy the store";
    refuse_newer(file, patience)?;
    let cannot_create = |reason| StoreError::CannotCreate { file: to.to_owned(), reason };
    // For its owner only, as every temporary file is.
    let empty = NamedTempFile::new_in(to.parent().unwrap_or(Path::new("."))).map_err(cannot_create)?;
    let path = empty.into_temp_path();
    let copied = || -> rusqlite::Result<usize> {
        reader(file, patience)?.execute("VACUUM INTO ?1", [path.to_string_lossy()])
    };
    copied().map_err(|reason| match reason.sqlite_error_code() {
        // Of the two disks it is the other one.
        Some(ErrorCode::DiskFull) => StoreError::of(ATTEMPTED, to, reason),
        _ => StoreError::of(ATTEMPTED, file, reason),
    })?;
    // SQLite leaves that to the system here.
    File::open(&path).and_then(|copy| copy.sync_all()).map_err(cannot_create)?;
    path.persist_noclobber(to).map_err(|refused| cannot_create(refused.error))?;
    inspect(to, patience)
}

/// That the key in a folder is the one that the database was written with.
pub fn check_key(folder: &Path, file: &Path, patience: Duration) -> Result<(), StoreError> {
    let reader = reader(file, patience).map_err(|reason| StoreError::of(ATTEMPTED, file, reason))?;
    PersonKey::check_of(folder, &reader)
}

/// A connection that cannot write.
fn reader(file: &Path, patience: Duration) -> rusqlite::Result<Connection> {
    let reader = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    reader.busy_timeout(patience)?;
    Ok(reader)
}

/// Looks through a connection that cannot write: not even settling what a newer program left unfinished is ours
/// to do.
fn refuse_newer(file: &Path, patience: Duration) -> Result<(), StoreError> {
    let failed = |reason| StoreError::of(ATTEMPTED, file, reason);
    let reader = reader(file, patience).map_err(failed)?;
    let version = version(&reader).map_err(failed)?;
    let known = MIGRATIONS.len() as u32;
    if version > known {
        return Err(StoreError::Newer { file: file.to_owned(), version, known });
    }
    Ok(())
}

/// A killed process loses nothing that was acknowledged in WAL mode, whatever `synchronous` is. NORMAL spares
/// every question a flush to the disk: a power cut may take the last few writes back, and never damages the
/// file. A deletion is flushed nevertheless (`removal`): a confirmed "delete my data" must not come undone. For
/// the same reason what is deleted is overwritten.
fn connect(file: &Path, patience: Duration) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(patience)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "wal_autocheckpoint", PAGES_AHEAD)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
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
