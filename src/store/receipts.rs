//! Receipts: what was answered out of which words, so that anybody can check an old answer again.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};

use super::{Moment, Store, StoreError};
use crate::answer::Citation;
use crate::answer::verify::Claimed;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// 16 base-32 characters, as people see it under an answer.
    pub id: String,
    pub question: String,
    /// The state of the index that answered.
    pub fingerprint: String,
    pub answer: String,
    pub citations: Vec<Cited>,
    /// When it was first kept.
    pub at: Moment,
}

/// As much of a citation as it takes to find the words again, and to see whether they are the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cited {
    pub path: String,
    pub source: String,
    pub byte_start: usize,
    pub byte_end: usize,
    /// Of the quote, in hexadecimal.
    pub sha256: String,
    pub quote: String,
}

impl From<&Citation> for Cited {
    fn from(citation: &Citation) -> Cited {
        Cited {
            path: citation.path.clone(),
            source: citation.source.clone(),
            byte_start: citation.byte_start,
            byte_end: citation.byte_end,
            sha256: citation.sha256.clone(),
            quote: citation.quote.clone(),
        }
    }
}

impl<'a> From<&'a Cited> for Claimed<'a> {
    fn from(cited: &'a Cited) -> Claimed<'a> {
        Claimed {
            path: &cited.path,
            byte_start: cited.byte_start,
            byte_end: cited.byte_end,
            quote: &cited.quote,
            sha256: &cited.sha256,
        }
    }
}

impl Store {
    /// A receipt that was kept with an asking; gone when the last asking that has it is.
    pub fn receipt(&self, id: &str) -> Result<Option<Receipt>, StoreError> {
        let sql = "SELECT * FROM receipts WHERE id = ?1";
        self.read("look up a receipt", |connection| {
            connection.prepare_cached(sql)?.query_row([id], from_row).optional()
        })
    }
}

/// The same receipt says the same, so that the first one stays.
pub fn insert(connection: &Connection, receipt: &Receipt) -> rusqlite::Result<()> {
    let sql = "INSERT INTO receipts (id, question, fingerprint, answer, citations, at) \
               VALUES (:id, :question, :fingerprint, :answer, :citations, :at) ON CONFLICT (id) DO NOTHING";
    connection.prepare_cached(sql)?.execute(named_params! {
        ":id": receipt.id,
        ":question": receipt.question,
        ":fingerprint": receipt.fingerprint,
        ":answer": receipt.answer,
        ":citations": to_json(&receipt.citations)?,
        ":at": receipt.at,
    })?;
    Ok(())
}

fn from_row(row: &Row) -> rusqlite::Result<Receipt> {
    Ok(Receipt {
        id: row.get("id")?,
        question: row.get("question")?,
        fingerprint: row.get("fingerprint")?,
        answer: row.get("answer")?,
        citations: from_json(row, "citations")?,
        at: row.get("at")?,
    })
}

/// A list as one column: what is only ever read as a whole needs no table.
pub fn to_json(list: &[impl Serialize]) -> rusqlite::Result<String> {
    serde_json::to_string(list).map_err(|reason| rusqlite::Error::ToSqlConversionFailure(reason.into()))
}

pub fn from_json<T: for<'a> Deserialize<'a>>(row: &Row, column: &str) -> rusqlite::Result<Vec<T>> {
    let index = row.as_ref().column_index(column)?;
    let json: String = row.get(index)?;
    serde_json::from_str(&json)
        .map_err(|reason| rusqlite::Error::FromSqlConversionFailure(index, Type::Text, reason.into()))
}
