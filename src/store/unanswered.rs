//! What the sources did not say: questions that were declined, and those whose answer did not help; those that ask
//! the same in one group, for each guild and for the terminal.

use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

use super::askings::place;
use super::receipts::{from_json, to_json};
use super::{AskingId, GuildId, Moment, Place, Scope, Store, StoreError, UnansweredId};

/// Everybody's askings of one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Unanswered {
    pub id: UnansweredId,
    /// As it was asked last.
    pub question: String,
    /// What was lacking then.
    pub gap: Gap,
    /// How often it was asked, as far back as askings are kept.
    pub count: u32,
    /// How often of these there was an answer, which did not help.
    pub disliked: u32,
    /// How many people asked; nobody in the terminal.
    pub people: u32,
    /// In how many guilds; the terminal counts as one.
    pub guilds: u32,
    pub first: Moment,
    pub last: Moment,
    pub is_resolved: bool,
}

/// What the sources lack for a question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gap {
    /// Words of it that occur nowhere in the sources.
    pub missing: Vec<String>,
    /// What came closest.
    pub nearest: Option<Nearest>,
}

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nearest {
    pub source: String,
    pub path: String,
    /// From 1.
    pub line: usize,
}

/// A group of questions of which none was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declined {
    pub id: UnansweredId,
    /// None is the terminal.
    pub guild: Option<GuildId>,
    /// The whole question that was asked last, and where.
    pub question: String,
    pub place: Option<Place>,
}

impl Store {
    /// Puts an asking into the group of all that ask the same, which is what the caller's `normalised` says. A
    /// resolved group is open again: whatever was done, somebody still got no answer. Once noted, an asking
    /// counts once. False where the asking is gone. No guild is the terminal.
    pub fn note_unanswered(
        &self,
        asking: &AskingId,
        guild: Option<GuildId>,
        normalised: &str,
        gap: &Gap,
    ) -> Result<bool, StoreError> {
        let group = "INSERT INTO unanswered (guild, normalised, missing, nearest) \
                     SELECT ?2, ?3, ?4, ?5 FROM askings WHERE id = ?1 AND unanswered IS NULL \
                     ON CONFLICT (guild, normalised) \
                     DO UPDATE SET missing = excluded.missing, nearest = excluded.nearest, resolved = 0";
        let join = "UPDATE askings SET unanswered = coalesce(unanswered, \
                    (SELECT id FROM unanswered WHERE guild = ?2 AND normalised = ?3)) WHERE id = ?1";
        let guild = GuildId::or_terminal(guild);
        self.write("note an unanswered question", |transaction| {
            let (missing, nearest) = (to_json(&gap.missing)?, to_json(gap.nearest.as_slice())?);
            let mut statement = transaction.prepare_cached(group)?;
            statement.execute(params![asking, guild, normalised, missing, nearest])?;
            Ok(transaction.prepare_cached(join)?.execute(params![asking, guild, normalised])? > 0)
        })
    }

    /// The open groups, most asked first, or with the resolved ones. Over all guilds, those that ask the same are
    /// one.
    pub fn unanswered(
        &self,
        scope: Scope,
        with_resolved: bool,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<Unanswered>, StoreError> {
        // Beside one max(), SQLite takes the other columns from the row that has it: the question asked last. A
        // min() beside it would undo that.
        let sql = "SELECT noted.id, missing, nearest, resolved, question, count(*) AS count, max(at) AS last, \
                   count(*) FILTER (WHERE outcome <> 'abstained') AS disliked, \
                   count(DISTINCT person) AS people, count(DISTINCT noted.guild) AS guilds, \
                   (SELECT min(at) FROM askings JOIN unanswered AS same ON askings.unanswered = same.id \
                    WHERE same.normalised = noted.normalised AND (?1 IS NULL OR same.guild = ?1)) AS first \
                   FROM unanswered AS noted JOIN askings ON askings.unanswered = noted.id \
                   WHERE (?1 IS NULL OR noted.guild = ?1) AND (?2 OR NOT resolved) \
                   GROUP BY noted.normalised ORDER BY count DESC, last DESC, noted.id LIMIT ?3 OFFSET ?4";
        self.read("list the unanswered questions", |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map(params![scope.guild(), with_resolved, limit, offset], from_row)?.collect()
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

    /// Marks groups as answered by now, whichever guild they are of.
    pub fn resolve_all(&self, groups: &[UnansweredId]) -> Result<(), StoreError> {
        self.write("resolve unanswered questions", |transaction| {
            let mut statement =
                transaction.prepare_cached("UPDATE unanswered SET resolved = 1 WHERE id = ?1")?;
            for group in groups {
                statement.execute([group])?;
            }
            Ok(())
        })
    }

    /// Open groups of which no asking was answered, most asked first.
    pub fn declined_groups(&self, limit: u32) -> Result<Vec<Declined>, StoreError> {
        let sql = "SELECT noted.id AS noted_id, noted.guild AS noted_guild, askings.guild, channel, thread, \
                   coalesce(understood_as, question) AS whole, max(at), count(*) AS count \
                   FROM unanswered AS noted JOIN askings ON askings.unanswered = noted.id \
                   WHERE NOT resolved AND askings.sources = '[]' GROUP BY noted.id \
                   HAVING count(*) FILTER (WHERE outcome <> 'abstained') = 0 \
                   ORDER BY count DESC, noted.id LIMIT ?1";
        self.read("list the questions that were declined", |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map([limit], declined)?.collect()
        })
    }
}

fn declined(row: &Row) -> rusqlite::Result<Declined> {
    Ok(Declined {
        id: row.get("noted_id")?,
        guild: GuildId::unless_terminal(row.get("noted_guild")?),
        question: row.get("whole")?,
        place: place(row)?,
    })
}

fn from_row(row: &Row) -> rusqlite::Result<Unanswered> {
    let nearest: Option<String> = row.get("nearest")?;
    let nearest = if nearest.is_some() { from_json(row, "nearest")? } else { Vec::new() };
    Ok(Unanswered {
        id: row.get("id")?,
        question: row.get("question")?,
        gap: Gap { missing: from_json(row, "missing")?, nearest: nearest.into_iter().next() },
        count: row.get("count")?,
        disliked: row.get("disliked")?,
        people: row.get("people")?,
        guilds: row.get("guilds")?,
        first: row.get("first")?,
        last: row.get("last")?,
        is_resolved: row.get("resolved")?,
    })
}
