//! People without their names: an HMAC-SHA-256 of the Discord id, under a key drawn once for each data folder.
//!
//! The key lies in a file of its own, `person.key`, readable by its owner only, and not in the database: Discord
//! ids are few enough to try them all, so that a copied database would identify people if it held the key. The
//! price is that a backup has two files. The database notes which key it was written with: under another one,
//! nobody's data could be found again, and "delete my data" would delete nothing and say that all is well.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, ToSql};
use sha2::Sha256;
use tempfile::NamedTempFile;

use super::open::ATTEMPTED;
use super::{StoreError, UserId};

pub const FILE: &str = "person.key";

const LENGTH: usize = 32;
const NOT_ITS_KEY: &str = "it is not the key that passim.db was written with";

/// Somebody, as one data folder knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Person([u8; LENGTH]);

/// What makes a person's hash. Never printed.
pub struct PersonKey([u8; LENGTH]);

impl PersonKey {
    /// The key of a data folder with the database in it; drawn where neither has one yet.
    pub fn of(folder: &Path, connection: &Connection) -> Result<PersonKey, StoreError> {
        let file = folder.join(FILE);
        let failed = |reason| StoreError::of(ATTEMPTED, &folder.join("passim.db"), reason);
        let noted = noted(connection).map_err(failed)?;
        let key = match read(&file)? {
            Some(key) => key,
            None if noted.is_none() => draw(folder, &file)?,
            None => return Err(unusable(&file, "it is not there")),
        };
        if note_once(connection, &key.check()).map_err(failed)? != key.check() {
            return Err(unusable(&file, NOT_ITS_KEY));
        }
        Ok(key)
    }

    /// That a database was written with the key in its folder; nothing is drawn or noted.
    pub fn check_of(folder: &Path, connection: &Connection) -> Result<(), StoreError> {
        let file = folder.join(FILE);
        let key = read(&file)?.ok_or_else(|| unusable(&file, "it is not there"))?;
        let noted = noted(connection)
            .map_err(|reason| StoreError::of(ATTEMPTED, &folder.join("passim.db"), reason))?;
        if noted.is_some_and(|noted| noted != key.check()) {
            return Err(unusable(&file, NOT_ITS_KEY));
        }
        Ok(())
    }

    pub fn person(&self, user: UserId) -> Person {
        Person(self.hash("person", &user.0.to_le_bytes()))
    }

    /// Tells keys apart and says nothing about them.
    fn check(&self) -> [u8; LENGTH] {
        self.hash("check", &[])
    }

    /// Different purposes give unrelated hashes.
    fn hash(&self, purpose: &str, bytes: &[u8]) -> [u8; LENGTH] {
        // HMAC pads a short key and hashes a long one, so that no length is wrong.
        let mut hash = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        hash.update(purpose.as_bytes());
        hash.update(bytes);
        hash.finalize().into_bytes().into()
    }
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

fn read(file: &Path) -> Result<Option<PersonKey>, StoreError> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(StoreError::ReadOnly { attempted: ATTEMPTED, file: file.to_owned() });
        }
        Err(reason) => return Err(unusable(file, &reason.to_string())),
    };
    let found = bytes.len();
    match bytes.try_into() {
        Ok(key) => Ok(Some(PersonKey(key))),
        Err(_) => Err(unusable(file, &format!("it has {found} bytes in place of {LENGTH}"))),
    }
}

/// Written beside, then put there in one step, unless another process was first: then that one's key counts.
fn draw(folder: &Path, file: &Path) -> Result<PersonKey, StoreError> {
    let mut key = [0; LENGTH];
    getrandom::fill(&mut key).map_err(|reason| StoreError::NoRandomness { reason: reason.to_string() })?;
    let written = write_once(folder, file, &key);
    written.map_err(|reason| StoreError::CannotCreate { file: file.to_owned(), reason })?;
    read(file)?.ok_or_else(|| unusable(file, "it vanished while it was read"))
}

fn write_once(folder: &Path, file: &Path, key: &[u8]) -> io::Result<()> {
    // Readable by its owner only, as all temporary files are.
    let mut new = NamedTempFile::new_in(folder)?;
    new.write_all(key)?;
    new.as_file().sync_all()?;
    match new.persist_noclobber(file) {
        Err(refused) if refused.error.kind() != io::ErrorKind::AlreadyExists => Err(refused.error),
        _ => Ok(()),
    }
}

fn unusable(file: &Path, reason: &str) -> StoreError {
    StoreError::Key { file: PathBuf::from(file), reason: reason.to_owned() }
}

fn noted(connection: &Connection) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT value FROM meta WHERE name = 'person_key'";
    connection.query_row(sql, [], |row| row.get(0)).optional()
}

/// Notes which key is in use, unless that is known; what is noted in the end.
fn note_once(connection: &Connection, check: &[u8]) -> rusqlite::Result<Vec<u8>> {
    if let Some(noted) = noted(connection)? {
        return Ok(noted);
    }
    connection.execute("INSERT OR IGNORE INTO meta (name, value) VALUES ('person_key', ?1)", [check])?;
    Ok(noted(connection)?.unwrap_or_default())
}

impl ToSql for Person {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_slice().into())
    }
}

impl FromSql for Person {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; LENGTH]>::column_result(value).map(Person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_the_same_under_one_key_and_another_under_another() {
        let key = PersonKey([1; LENGTH]);
        assert_eq!(key.person(UserId(7)), key.person(UserId(7)));
        assert_ne!(key.person(UserId(7)), key.person(UserId(8)));
        assert_ne!(key.person(UserId(7)), PersonKey([2; LENGTH]).person(UserId(7)));
    }

    #[test]
    fn a_key_is_drawn_once_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("person.key");
        let first = draw(folder.path(), &file).unwrap();
        assert_eq!(draw(folder.path(), &file).unwrap().0, first.0);
        assert_eq!(format!("{first:?}"), "<hidden>");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_key_of_another_length_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("person.key");
        fs::write(&file, "too short").unwrap();
        let error = read(&file).err().unwrap().to_string();
        assert!(error.contains("it has 9 bytes in place of 32"), "{error}");
    }
}
