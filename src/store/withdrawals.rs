//! Withdrawals: answers that a moderator took back. Their question is declined with the reason, as long as the
//! sources still say what the answer rested on; whether they do is for the caller to find out. Of the question only a
//! hash is kept: whoever asked it may want their words deleted.

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::receipts::{from_json, to_json};
use super::{By, Cited, GuildId, Moment, Receipt, Store, StoreError};
use crate::answer::receipt::sha256;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// Where it holds; none is everywhere.
    pub guild: Option<GuildId>,
    /// Of the answer that was taken back.
    pub receipt: String,
    pub answer: String,
    pub rests_on: Vec<Quoted>,
    /// In the moderator's words.
    pub reason: String,
    pub by: By,
    pub at: Moment,
}

/// Words of a source, and where they stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    pub path: String,
    pub byte_start: usize,
    pub byte_end: usize,
    pub quote: String,
}

impl From<&Cited> for Quoted {
    fn from(cited: &Cited) -> Quoted {
        Quoted {
            path: cited.path.clone(),
            byte_start: cited.byte_start,
            byte_end: cited.byte_end,
            quote: cited.quote.clone(),
        }
    }
}

impl Withdrawal {
    pub fn of(receipt: &Receipt, guild: Option<GuildId>, reason: String, by: By, at: Moment) -> Withdrawal {
        Withdrawal {
            guild,
            receipt: receipt.id.clone(),
            answer: receipt.answer.clone(),
            rests_on: receipt.citations.iter().map(Quoted::from).collect(),
            reason,
            by,
            at,
        }
    }
}

impl Store {
    /// Takes an answer back. Of several for what asks the same in one place, the newest counts.
    pub fn withdraw(&self, withdrawal: &Withdrawal, normalised: &str) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO withdrawals \
                   (guild, asked, receipt, answer, rests_on, reason, user, at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let Withdrawal { guild, receipt, answer, rests_on, reason, by, at } = withdrawal;
        self.write("withdraw an answer", |transaction| {
            let rests_on = to_json(rests_on)?;
            let guild = GuildId::or_terminal(*guild);
            transaction.prepare_cached(sql)?.execute(params![
                guild,
                sha256(normalised),
                receipt,
                answer,
                rests_on,
                reason,
                by,
                at
            ])?;
            Ok(())
        })
    }

    /// What stands in front of the answer to a question in a guild: the guild's own withdrawal, else one for all.
    pub fn withdrawal(
        &self,
        guild: Option<GuildId>,
        normalised: &str,
    ) -> Result<Option<Withdrawal>, StoreError> {
        let sql = "SELECT * FROM withdrawals WHERE asked = ?1 AND guild IN (0, ?2) \
                   ORDER BY guild = 0 LIMIT 1";
        self.read("look up a withdrawn answer", |connection| {
            let values = params![sha256(normalised), GuildId::or_terminal(guild)];
            connection.prepare_cached(sql)?.query_row(values, from_row).optional()
        })
    }

    /// All of them, newest first.
    pub fn withdrawals(&self) -> Result<Vec<Withdrawal>, StoreError> {
        let sql = "SELECT * FROM withdrawals ORDER BY at DESC, id DESC";
        self.read("list the withdrawn answers", |connection| {
            connection.prepare_cached(sql)?.query_map([], from_row)?.collect()
        })
    }

    /// Takes the withdrawals of an answer back, in one guild or everywhere. How many there were.
    pub fn lift_withdrawal(&self, receipt: &str, guild: Option<GuildId>) -> Result<usize, StoreError> {
        let sql = "DELETE FROM withdrawals WHERE receipt = ?1 AND (?2 IS NULL OR guild = ?2)";
        self.write("take a withdrawal back", |transaction| {
            transaction.prepare_cached(sql)?.execute(params![receipt, guild])
        })
    }
}

fn from_row(row: &Row) -> rusqlite::Result<Withdrawal> {
    Ok(Withdrawal {
        guild: GuildId::unless_terminal(row.get("guild")?),
        receipt: row.get("receipt")?,
        answer: row.get("answer")?,
        rests_on: from_json(row, "rests_on")?,
        reason: row.get("reason")?,
        by: row.get("user")?,
        at: row.get("at")?,
    })
}
