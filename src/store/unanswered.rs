//! What the sources did not say: the questions of a guild, those that ask the same in one group.

use rusqlite::{Row, params};

use super::receipts::{from_json, to_json};
use super::{AskingId, GuildId, Moment, Store, StoreError, UnansweredId};

/// Everybody's askings of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    pub id: UnansweredId,
    /// As it was asked last.
    pub question: String,
    /// Words of it that occur nowhere in the sources.
    pub missing: Vec<String>,
    /// How often it was asked, as far back as askings are kept.
    pub count: u32,
    pub first: Moment,
    pub last: Moment,
    pub is_resolved: bool,
}

impl Store {
    /// Puts an asking into the group of all that ask the same, which is what the caller's `normalised` says. A
    /// resolved group is open again: whatever was done, somebody still got no answer. Once noted, an asking
    /// counts once. False where the asking is gone.
    pub fn note_unanswered(
        &self,
        asking: &AskingId,
        guild: GuildId,
        normalised: &str,
        missing: &[String],
    ) -> Result<bool, StoreError> {
        let group = "INSERT INTO unanswered (guild, normalised, missing) \
                     SELECT ?2, ?3, ?4 FROM askings WHERE id = ?1 AND unanswered IS NULL \
                     ON CONFLICT (guild, normalised) DO UPDATE SET missing = excluded.missing, resolved = 0";
        let join = "UPDATE askings SET unanswered = coalesce(unanswered, \
                    (SELECT id FROM unanswered WHERE guild = ?2 AND normalised = ?3)) WHERE id = ?1";
        self.write("note an unanswered question", |transaction| {
            let mut statement = transaction.prepare_cached(group)?;
            statement.execute(params![asking, guild, normalised, to_json(missing)?])?;
            Ok(transaction.prepare_cached(join)?.execute(params![asking, guild, normalised])? > 0)
        })
    }

    /// The open groups of a guild, most asked first, or with the resolved ones.
    pub fn unanswered(
        &self,
        guild: GuildId,
        with_resolved: bool,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<Unanswered>, StoreError> {
        // Beside one max(), SQLite takes the other columns from the row that has it: the question asked last. A
        // min() beside it would undo that.
        let sql = "SELECT noted.id, missing, resolved, question, count(*) AS count, max(at) AS last, \
                   (SELECT min(at) FROM askings WHERE askings.unanswered = noted.id) AS first \
                   FROM unanswered AS noted JOIN askings ON askings.unanswered = noted.id \
                   WHERE noted.guild = ?1 AND (?2 OR NOT resolved) \
                   GROUP BY noted.id ORDER BY count DESC, last DESC, noted.id LIMIT ?3 OFFSET ?4";
        self.read("list the unanswered questions", |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map(params![guild, with_resolved, limit, offset], from_row)?.collect()
        })
    }

    /// How many groups of a guild are open.
    pub fn unanswered_count(&self, guild: GuildId) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM unanswered WHERE guild = ?1 AND NOT resolved";
        self.read("count the unanswered questions", |connection| {
            connection.prepare_cached(sql)?.query_row([guild], |row| row.get(0))
        })
    }

    /// Marks a group of this guild. False where the guild has no such group.
    pub fn set_resolved(
        &self,
        guild: GuildId,
        group: UnansweredId,
        is_resolved: bool,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE unanswered SET resolved = ?3 WHERE guild = ?1 AND id = ?2";
        self.write("resolve an unanswered question", |transaction| {
            Ok(transaction.prepare_cached(sql)?.execute(params![guild, group, is_resolved])? > 0)
        })
    }
}

fn from_row(row: &Row) -> rusqlite::Result<Unanswered> {
    Ok(Unanswered {
        id: row.get("id")?,
        question: row.get("question")?,
        missing: from_json(row, "missing")?,
        count: row.get("count")?,
        first: row.get("first")?,
        last: row.get("last")?,
        is_resolved: row.get("resolved")?,
    })
}
