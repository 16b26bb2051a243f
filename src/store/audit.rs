//! The audit log: which admin did what. By name, since admins answer for what they do.

use rusqlite::{Row, params};

use super::{GuildId, Moment, Store, StoreError, UserId};

/// Something that an admin did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub user: UserId,
    /// None where it concerns no guild, as a re-index that was asked for in a direct message.
    pub guild: Option<GuildId>,
    /// One of the caller's few words, such as `reindex`.
    pub what: String,
    pub details: String,
    pub at: Moment,
}

impl Store {
    pub fn audit(&self, deed: &Deed) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit (user, guild, what, details, at) VALUES (?1, ?2, ?3, ?4, ?5)";
        let Deed { user, guild, what, details, at } = deed;
        self.write("write to the audit log", |transaction| {
            transaction.prepare_cached(sql)?.execute(params![user, guild, what, details, at])?;
            Ok(())
        })
    }

    /// What was done in a guild, or what concerns none, newest first.
    pub fn audit_log(&self, guild: Option<GuildId>, limit: u32) -> Result<Vec<Deed>, StoreError> {
        let sql = "SELECT * FROM audit WHERE guild IS ?1 ORDER BY at DESC, id DESC LIMIT ?2";
        self.read("read the audit log", |connection| {
            connection.prepare_cached(sql)?.query_map(params![guild, limit], from_row)?.collect()
        })
    }
}

fn from_row(row: &Row) -> rusqlite::Result<Deed> {
    Ok(Deed {
        user: row.get("user")?,
        guild: row.get("guild")?,
        what: row.get("what")?,
        details: row.get("details")?,
        at: row.get("at")?,
    })
}
