//! Bringing a database of any earlier version up to this program's.
//!
//! `PRAGMA user_version` counts the migrations that a file has seen. Released ones are never edited: a change of
//! tables is one more file.

use rusqlite::{Connection, TransactionBehavior};

/// In order: the first makes version 1 out of an empty file.
pub const MIGRATIONS: &[&str] = &[
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
];

pub fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Each migration is one transaction with its number, so that a killed program leaves a whole version behind.
///
/// The version is read again inside of it: another process may have migrated while we waited.
pub fn migrate(connection: &mut Connection, migrations: &[&str]) -> rusqlite::Result<()> {
    while pending(connection, migrations)?.is_some() {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some((number, sql)) = pending(&transaction, migrations)? {
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "user_version", number)?;
        }
        transaction.commit()?;
    }
    Ok(())
}

/// The next migration, with the version that it leads to.
fn pending<'a>(connection: &Connection, migrations: &[&'a str]) -> rusqlite::Result<Option<(u32, &'a str)>> {
    let version = version(connection)?;
    Ok(migrations.get(version as usize).map(|sql| (version + 1, *sql)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE words (word TEXT NOT NULL);";
    const SECOND: &str = "ALTER TABLE words ADD COLUMN count INTEGER NOT NULL DEFAULT 1;";

    #[test]
    fn every_earlier_version_reaches_the_newest_with_what_it_holds() {
        for known in 0..=2 {
            let mut connection = Connection::open_in_memory().unwrap();
            migrate(&mut connection, &[FIRST, SECOND][..known]).unwrap();
            if known > 0 {
                connection.execute("INSERT INTO words (word) VALUES ('kept')", []).unwrap();
            }
            migrate(&mut connection, &[FIRST, SECOND]).unwrap();
            assert_eq!(version(&connection).unwrap(), 2);
            let kept: u32 = connection
                .query_row("SELECT count(*) FROM words WHERE count = 1", [], |row| row.get(0))
                .unwrap();
            assert_eq!(kept, u32::from(known > 0), "from version {known}");
        }
    }

    #[test]
    fn a_migration_that_fails_leaves_the_version_before_it() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = "CREATE TABLE half (a); CREATE TABLE half (a);";
        migrate(&mut connection, &[FIRST, broken]).unwrap_err();
        assert_eq!(version(&connection).unwrap(), 1);
        assert!(connection.prepare("SELECT * FROM words").is_ok());
        assert!(connection.prepare("SELECT * FROM half").is_err());
        migrate(&mut connection, &[FIRST, SECOND]).unwrap();
        assert_eq!(version(&connection).unwrap(), 2);
    }
}
