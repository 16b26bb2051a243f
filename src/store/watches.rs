//! Watches: who wants to be told once the sources answer a question that they did not answer.
//!
//! The only place that keeps somebody's Discord id, and only until they are told. A watch is as old as the question,
//! and goes with its age like one.

use rusqlite::{Row, params};

use super::receipts::{from_json, to_json};
use super::{GuildId, Moment, Store, StoreError, UserId, WatchId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    pub id: WatchId,
    pub user: UserId,
    /// The guild that the person belongs to.
    pub guild: GuildId,
    /// As it was understood.
    pub question: String,
    /// Ids of the sources that it was restricted to; none is all of them.
    pub sources: Vec<String>,
    /// The code of the language that the person is told in.
    pub language: String,
    pub at: Moment,
}

/// What somebody wants to be told about.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub user: UserId,
    pub guild: GuildId,
    pub question: &'a str,
    /// What all that ask the same have in common.
    pub normalised: &'a str,
    pub sources: &'a [String],
    pub language: &'a str,
}

impl Store {
    /// Notes that somebody wants to be told. Once is enough for a question: the newest wish counts.
    pub fn watch(&self, wanted: &Wanted<'_>, now: Moment) -> Result<(), StoreError> {
        let sql = "INSERT INTO watches (user, person, guild, question, normalised, sources, language, at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (person, normalised) DO UPDATE SET \
                   guild = excluded.guild, question = excluded.question, sources = excluded.sources, \
                   language = excluded.language, at = excluded.at";
        let person = self.person(wanted.user);
        let Wanted { user, guild, question, normalised, language, .. } = wanted;
        self.write("note who wants to be told", |transaction| {
            let sources = to_json(wanted.sources)?;
            let values = params![user, person, guild, question, normalised, sources, language, now];
            transaction.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })
    }

    /// Everybody who waits, oldest first.
    pub fn watches(&self, limit: u32) -> Result<Vec<Watch>, StoreError> {
        let sql = "SELECT * FROM watches ORDER BY at, id LIMIT ?1";
        self.read("list who wants to be told", |connection| {
            connection.prepare_cached(sql)?.query_map([limit], from_row)?.collect()
        })
    }

    /// Somebody was told, or cannot be. False where that was noted before.
    pub fn end_watch(&self, watch: WatchId) -> Result<bool, StoreError> {
        self.write("note that somebody was told", |transaction| {
            Ok(transaction.prepare_cached("DELETE FROM watches WHERE id = ?1")?.execute([watch.0])? > 0)
        })
    }
}

fn from_row(row: &Row) -> rusqlite::Result<Watch> {
    Ok(Watch {
        id: WatchId(row.get("id")?),
        user: row.get("user")?,
        guild: row.get("guild")?,
        question: row.get("question")?,
        sources: from_json(row, "sources")?,
        language: row.get("language")?,
        at: row.get("at")?,
    })
}
