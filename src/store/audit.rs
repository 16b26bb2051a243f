//! The audit log: which admin did what. By name, since admins answer for what they do. It is written at its end
//! only: the database itself refuses to change a line.

use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql, params};

use super::{GuildId, Moment, Store, StoreError, UserId};

/// Something that an admin did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub by: By,
    /// None where it concerns no guild, as a re-index that was asked for in a direct message.
    pub guild: Option<GuildId>,
    /// One of the caller's few words, such as `reindex`.
    pub what: String,
    pub details: String,
    pub at: Moment,
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    User(UserId),
    /// Whoever has a shell where passim runs.
    Terminal,
}

const TERMINAL: &str = "terminal";

impl Store {
    pub fn audit(&self, deed: &Deed) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit (user, guild, what, details, at) VALUES (?1, ?2, ?3, ?4, ?5)";
        let Deed { by, guild, what, details, at } = deed;
        self.write("write to the audit log", |transaction| {
            transaction.prepare_cached(sql)?.execute(params![by, guild, what, details, at])?;
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

    /// What was done anywhere, newest first.
    pub fn whole_audit_log(&self, limit: u32) -> Result<Vec<Deed>, StoreError> {
        let sql = "SELECT * FROM audit ORDER BY at DESC, id DESC LIMIT ?1";
        self.read("read the audit log", |connection| {
            connection.prepare_cached(sql)?.query_map([limit], from_row)?.collect()
        })
    }
}

fn from_row(row: &Row) -> rusqlite::Result<Deed> {
    Ok(Deed {
        by: row.get("user")?,
        guild: row.get("guild")?,
        what: row.get("what")?,
        details: row.get("details")?,
        at: row.get("at")?,
    })
}

impl ToSql for By {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            By::User(user) => user.to_sql(),
            By::Terminal => TERMINAL.to_sql(),
        }
    }
}

impl FromSql for By {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            TERMINAL => Ok(By::Terminal),
            _ => UserId::column_result(value).map(By::User),
        }
    }
}
