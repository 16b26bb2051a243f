//! Why the database cannot be used, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Each says what was attempted, on which file, why it failed, and what helps.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "cannot create {}: {reason}; make its folder writable, or name another one with --data DIR",
        file.display()
    )]
    CannotCreate { file: PathBuf, reason: io::Error },

    #[error(
        "cannot {attempted}: this user may not read and write {} or its folder; let them, or name another \
         folder with --data DIR",
        file.display()
    )]
    ReadOnly { attempted: &'static str, file: PathBuf },

    #[error(
        "cannot {attempted}: another process has kept {} locked for too long; end that process, or try \
         again",
        file.display()
    )]
    Locked { attempted: &'static str, file: PathBuf },

    #[error(
        "cannot {attempted}: {} is damaged ({reason}); move it away together with the files beside it \
         whose names start alike, and restore a copy or start afresh",
        file.display()
    )]
    Damaged { attempted: &'static str, file: PathBuf, reason: String },

    #[error(
        "cannot open {}: it has version {version}, and this program knows versions up to {known}; use the \
         newer passim that wrote it, or name another folder with --data DIR",
        file.display()
    )]
    Newer { file: PathBuf, version: u32, known: u32 },

    #[error(
        "cannot use {}: {reason}; restore the key that the passim.db beside it was written with, or move both \
         away and start afresh",
        file.display()
    )]
    Key { file: PathBuf, reason: String },

    #[error("cannot {attempted}: the disk of {} is full; free some space", file.display())]
    Full { attempted: &'static str, file: PathBuf },

    #[error("cannot draw a random number: {reason}; the operating system refuses, so look there")]
    NoRandomness { reason: String },

    #[error("cannot {attempted} with {}: {reason}", file.display())]
    Failed { attempted: &'static str, file: PathBuf, reason: String },
}

impl StoreError {
    /// What SQLite said, sorted by what can be done about it.
    pub(super) fn of(attempted: &'static str, file: &Path, reason: rusqlite::Error) -> StoreError {
        let file = file.to_owned();
        match reason.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                StoreError::Locked { attempted, file }
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::Damaged { attempted, file, reason: reason.to_string() }
            }
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                StoreError::ReadOnly { attempted, file }
            }
            Some(ErrorCode::DiskFull) => StoreError::Full { attempted, file },
            None if is_unreadable_value(&reason) => {
                StoreError::Damaged { attempted, file, reason: reason.to_string() }
            }
            _ => StoreError::Failed { attempted, file, reason: reason.to_string() },
        }
    }
}

/// A value that we never write, as text that is no UTF-8: something else has written into the file.
fn is_unreadable_value(error: &rusqlite::Error) -> bool {
    use rusqlite::Error;
    matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..)
    )
}
