//! Removing what was kept: of a person, of a guild, or older than somebody wants to keep.
//!
//! Receipts and groups of unanswered questions belong to askings, and go with the last of them: what one person
//! asked leaves nothing behind, and what others asked too stays theirs.
//!
//! What admins did stays when they ask to be forgotten, since the others rely on it: it goes with its guild, or
//! with its age. Answers that they withdrew stay withdrawn, and go with their guild only.

use rusqlite::{Connection, OptionalExtension, ToSql, Transaction};

use super::{GuildId, Moment, Person, Store, StoreError, in_transaction};

/// How many of each were removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    pub askings: usize,
    pub receipts: usize,
    pub turns: usize,
    pub listings: usize,
    pub votes: usize,
    pub unanswered: usize,
    pub watches: usize,
    pub withdrawals: usize,
    pub channels: usize,
    pub deeds: usize,
}

/// What is older goes.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// With their votes, receipts and groups, and with who waits to be told.
    pub askings: Moment,
    /// With what somebody paged through.
    pub conversations: Moment,
    pub audit: Moment,
    /// Everything of guilds that were left before.
    pub left_guilds: Moment,
}

impl Store {
    /// Everything of a person: what they asked, paged through and wait for, what others said about the answers, and
    /// how they voted.
    pub fn forget(&self, person: Person) -> Result<Removed, StoreError> {
        self.remove("delete a person's data", |transaction| {
            let own_votes = delete(transaction, "votes", "person = ?1", &person)?;
            let votes = own_votes + delete_votes_on(transaction, "person = ?1", &person)?;
            let turns = delete(transaction, "turns", "person = ?1", &person)?;
            let listings = delete(transaction, "listings", "person = ?1", &person)?;
            let watches = delete(transaction, "watches", "person = ?1", &person)?;
            let askings = delete(transaction, "askings", "person = ?1", &person)?;
            let orphans = delete_orphans(transaction)?;
            Ok(Removed { votes, turns, listings, watches, askings, ..orphans })
        })
    }

    /// Everything that was asked, set and done in a guild.
    pub fn forget_guild(&self, guild: GuildId) -> Result<Removed, StoreError> {
        self.remove("delete a guild's data", |transaction| {
            let votes = delete_votes_on(transaction, "guild = ?1", &guild)?;
            let turns = delete(transaction, "turns", "guild = ?1", &guild)?;
            let askings = delete(transaction, "askings", "guild = ?1", &guild)?;
            let channels = delete(transaction, "channels", "guild = ?1", &guild)?;
            let deeds = delete(transaction, "audit", "guild = ?1", &guild)?;
            let groups = delete(transaction, "unanswered", "guild = ?1", &guild)?;
            let watches = delete(transaction, "watches", "guild = ?1", &guild)?;
            let withdrawals = delete(transaction, "withdrawals", "guild = ?1", &guild)?;
            delete(transaction, "left_guilds", "guild = ?1", &guild)?;
            let orphans = delete_orphans(transaction)?;
            let unanswered = groups + orphans.unanswered;
            Ok(Removed {
                votes,
                turns,
                askings,
                channels,
                deeds,
                unanswered,
                watches,
                withdrawals,
                ..orphans
            })
        })
    }

    /// The same once a day, for programs that do not run for long.
    pub fn clean_daily(&self, retention: &Retention, now: Moment) -> Result<(), StoreError> {
        const DAY: i64 = 24 * 60 * 60 * 1_000;
        let last = "SELECT value FROM meta WHERE name = 'cleaned'";
        let note = "INSERT OR REPLACE INTO meta (name, value) VALUES ('cleaned', ?1)";
        let cleaned = self.read("look when old data was deleted", |connection| {
            connection.query_row(last, [], |row| row.get::<_, [u8; 8]>(0)).optional()
        })?;
        if cleaned.is_some_and(|cleaned| (now.0 - i64::from_le_bytes(cleaned)).abs() < DAY) {
            return Ok(());
        }
        self.clean(retention)?;
        self.write("note when old data was deleted", |transaction| {
            transaction.execute(note, [now.0.to_le_bytes()]).map(|_| ())
        })
    }

    /// What is older than somebody wants to keep, and everything of guilds that were left long ago: which they were.
    pub fn clean(&self, retention: &Retention) -> Result<Vec<GuildId>, StoreError> {
        self.prune(retention)?;
        let left = self.left_before(retention.left_guilds)?;
        for guild in &left {
            self.forget_guild(*guild)?;
        }
        Ok(left)
    }

    /// What is older than somebody wants to keep. Switches of channels have no age.
    pub fn prune(&self, retention: &Retention) -> Result<Removed, StoreError> {
        self.remove("delete old data", |transaction| {
            let votes = delete_votes_on(transaction, "at < ?1", &retention.askings)?;
            let turns = delete(transaction, "turns", "at < ?1", &retention.conversations)?;
            let listings = delete(transaction, "listings", "at < ?1", &retention.conversations)?;
            let askings = delete(transaction, "askings", "at < ?1", &retention.askings)?;
            let watches = delete(transaction, "watches", "at < ?1", &retention.askings)?;
            let deeds = delete(transaction, "audit", "at < ?1", &retention.audit)?;
            let orphans = delete_orphans(transaction)?;
            Ok(Removed { votes, turns, listings, watches, askings, deeds, ..orphans })
        })
    }

    /// A confirmed deletion must not come undone in a power cut. Emptying the log flushes it too, but not while
    /// another process reads, so that the deletion itself is flushed to the disk.
    fn remove(
        &self,
        attempted: &'static str,
        work: impl FnOnce(&Transaction) -> rusqlite::Result<Removed>,
    ) -> Result<Removed, StoreError> {
        let mut connection = self.connection();
        let flushed = connection.pragma_update(None, "synchronous", "full");
        let removed = flushed.and_then(|()| in_transaction(&mut connection, work));
        // Where this fails, the next writes are slower.
        let _ = connection.pragma_update(None, "synchronous", "normal");
        drop(connection);
        let removed = removed.map_err(|reason| StoreError::of(attempted, &self.file, reason))?;
        self.empty_log();
        Ok(removed)
    }

    /// Empties the write-ahead log, which holds what was deleted until it is written over. While another process
    /// reads it this fails, and the next write or deletion does it.
    fn empty_log(&self) {
        let _ = self.read("empty the write-ahead log", |connection| {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        });
    }
}

fn delete(connection: &Connection, table: &str, which: &str, value: &dyn ToSql) -> rusqlite::Result<usize> {
    connection.execute(&format!("DELETE FROM {table} WHERE {which}"), [value])
}

/// They would go with their askings too, but uncounted.
fn delete_votes_on(connection: &Connection, askings: &str, value: &dyn ToSql) -> rusqlite::Result<usize> {
    delete(connection, "votes", &format!("asking IN (SELECT id FROM askings WHERE {askings})"), value)
}

/// Receipts and groups that no asking refers to any more.
fn delete_orphans(connection: &Connection) -> rusqlite::Result<Removed> {
    let receipts = "DELETE FROM receipts WHERE NOT EXISTS ( \
                    SELECT 1 FROM askings WHERE askings.receipt = receipts.id)";
    let groups = "DELETE FROM unanswered WHERE NOT EXISTS ( \
                  SELECT 1 FROM askings WHERE askings.unanswered = unanswered.id)";
    Ok(Removed {
        receipts: connection.execute(receipts, [])?,
        unanswered: connection.execute(groups, [])?,
        ..Removed::default()
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_deletion_is_flushed_to_the_disk_and_the_next_write_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Duration::from_secs(10)).unwrap();
        let synchronous = |connection: &Connection| {
            connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0))
        };
        let look = |connection: &Transaction| {
            assert_eq!(synchronous(connection)?, 2);
            Ok(Removed::default())
        };
        store.remove("look", look).unwrap();
        assert_eq!(synchronous(&store.connection()).unwrap(), 1);
        store.remove("fail", |_| Err(rusqlite::Error::InvalidQuery)).unwrap_err();
        assert_eq!(synchronous(&store.connection()).unwrap(), 1);
    }
}
