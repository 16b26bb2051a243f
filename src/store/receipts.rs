//! Receipts: what was answered out of which words, so that anybody can check an old answer again.

use std::cmp::Reverse;

use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, Type, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params, params};
use serde::{Deserialize, Serialize};

use super::choices::{from_word, to_word};
use super::{AskingId, MessageId, Moment, Place, Store, StoreError};
use crate::answer::Citation;
use crate::answer::verify::Claimed;
use crate::corpus::{Encoding, Neighbours};

#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// 16 base-32 characters, as people see it under an answer.
    pub id: String,
    pub question: String,
    /// The state of the index that answered.
    pub fingerprint: String,
    /// What tells its folder of documents from others ([`crate::retrieval::name_of`]); unknown as `confidence` is.
    pub corpus: Option<String>,
    /// Empty where the sources did not say.
    pub answer: String,
    /// Of an answer that was declined, the passage that came closest.
    pub citations: Vec<Cited>,
    /// How likely the answer is right: 0 to 1. Versions before 3 of the store did not keep it.
    pub confidence: Option<f64>,
    /// The version of the program that answered; unknown as `confidence` is.
    pub version: Option<String>,
    /// How the answer was chosen, as JSON; unknown as `confidence` is.
    pub explanation: Option<String>,
    /// When it was first kept.
    pub at: Moment,
}

/// As much of a citation as it takes to find the words again, and to see whether they are the same. What is an
/// `Option` was not kept by versions before 3 of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    pub path: String,
    pub source: String,
    pub byte_start: usize,
    pub byte_end: usize,
    /// First and last, from 1.
    pub lines: Option<(usize, usize)>,
    /// Of the quote, in hexadecimal.
    pub sha256: String,
    pub quote: String,
    pub encoding: Option<Encoding>,
    pub neighbours: Option<Neighbours>,
}

/// What of a receipt it takes to hold it against the sources of today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    pub receipt: String,
    pub corpus: Option<String>,
    pub question: String,
    pub answer: String,
    pub citations: Vec<Cited>,
    pub at: Moment,
}

impl Claims {
    /// Whether the sources did not say: then nothing was claimed, and only what came closest is cited.
    pub fn is_declined(&self) -> bool {
        self.answer.is_empty()
    }
}

impl From<Receipt> for Claims {
    fn from(receipt: Receipt) -> Claims {
        let Receipt { id, corpus, question, answer, citations, at, .. } = receipt;
        Claims { receipt: id, corpus, question, answer, citations, at }
    }
}

impl From<&Citation> for Cited {
    fn from(citation: &Citation) -> Cited {
        Cited {
            path: citation.path.clone(),
            source: citation.source.clone(),
            byte_start: citation.byte_start,
            byte_end: citation.byte_end,
            lines: Some((citation.line_start, citation.line_end)),
            sha256: citation.sha256.clone(),
            quote: citation.quote.clone(),
            encoding: Some(citation.encoding),
            neighbours: Some(citation.neighbours),
        }
    }
}

impl<'a> From<&'a Cited> for Claimed<'a> {
    fn from(cited: &'a Cited) -> Claimed<'a> {
        Claimed {
            path: &cited.path,
            byte_start: cited.byte_start,
            byte_end: cited.byte_end,
            line: cited.lines.map(|(first, _)| first),
            quote: &cited.quote,
            sha256: &cited.sha256,
            encoding: cited.encoding,
            neighbours: cited.neighbours,
        }
    }
}

/// Which receipts are gone through, so that as many as possible that rest on one source follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    All,
    /// Those with a citation of this source.
    Citing(&'a str),
}

/// An answer that everybody in its place can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAnswer {
    pub asking: AskingId,
    pub receipt: String,
    pub place: Place,
    pub question: String,
    /// The message that asked.
    pub asked_in: Option<MessageId>,
    /// The last message of the answer.
    pub message: MessageId,
}

/// Where going through receipts goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct After {
    path: String,
    receipt: String,
}

impl Store {
    /// A receipt that was kept with an asking; gone when the last asking that has it is.
    pub fn receipt(&self, id: &str) -> Result<Option<Receipt>, StoreError> {
        let sql = "SELECT * FROM receipts WHERE id = ?1";
        self.read("look up a receipt", |connection| {
            let receipt = connection.prepare_cached(sql)?.query_row([id], from_row).optional()?;
            let Some(receipt) = receipt else { return Ok(None) };
            let cited = "SELECT * FROM citations WHERE receipt = ?1 ORDER BY number";
            let mut cited = connection.prepare_cached(cited)?;
            let citations = cited.query_map([id], cited_from_row)?.collect::<rusqlite::Result<_>>()?;
            Ok(Some(Receipt { citations, ..receipt }))
        })
    }

    /// The next `most` receipts, and where to go on; no more are left where there are none. They come in the order
    /// of the path of their first citation, those without one first.
    pub fn claims(
        &self,
        which: Which<'_>,
        after: &After,
        most: usize,
    ) -> Result<(Vec<Claims>, After), StoreError> {
        self.read("go through the receipts", |connection| match which {
            Which::Citing(path) => page(connection, CITING, path, after, most),
            Which::All if after.path.is_empty() => {
                let without = page(connection, CITING_NOTHING, "", after, most)?;
                if without.0.is_empty() {
                    page(connection, ALL, "", &After::default(), most)
                } else {
                    Ok(without)
                }
            }
            Which::All => page(connection, ALL, &after.path, after, most),
        })
    }
}

/// Receipts that cite nothing have the empty path, which no file has. Each of these three ends after as many rows as
/// are wanted, without sorting what is left.
const CITING_NOTHING: &str = "SELECT ?1 AS path, id AS receipt FROM receipts WHERE id > ?2 \
                              AND NOT EXISTS (SELECT 1 FROM citations WHERE citations.receipt = receipts.id) \
                              ORDER BY id LIMIT ?3";
const ALL: &str = "SELECT path, receipt FROM citations WHERE number = 0 AND (path, receipt) > (?1, ?2) \
                   ORDER BY path, receipt LIMIT ?3";
const CITING: &str = "SELECT DISTINCT path, receipt FROM citations WHERE path = ?1 AND receipt > ?2 \
                      ORDER BY receipt LIMIT ?3";

fn page(
    connection: &Connection,
    which: &str,
    path: &str,
    after: &After,
    most: usize,
) -> rusqlite::Result<(Vec<Claims>, After)> {
    let sql = format!(
        "SELECT page.path AS first, receipts.id, corpus, question, answer, at, citations.* FROM ({which}) AS page \
         JOIN receipts ON receipts.id = page.receipt LEFT JOIN citations ON citations.receipt = page.receipt \
         ORDER BY page.path, page.receipt, number"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![path, after.receipt, most as i64])?;
    let (mut claims, mut last): (Vec<Claims>, After) = Default::default();
    while let Some(row) = rows.next()? {
        let receipt: String = row.get("id")?;
        if claims.last().is_none_or(|last| last.receipt != receipt) {
            last = After { path: row.get("first")?, receipt: receipt.clone() };
            claims.push(claims_from_row(row, receipt)?);
        }
        if let (Some(newest), Some(_)) = (claims.last_mut(), row.get::<_, Option<i64>>("number")?) {
            newest.citations.push(cited_from_row(row)?);
        }
    }
    Ok((claims, last))
}

impl Store {
    /// The answers with these receipts that others can see, given since then, under which nothing was noted yet;
    /// newest first.
    pub fn public_answers(
        &self,
        receipts: &[String],
        since: Moment,
    ) -> Result<Vec<PublicAnswer>, StoreError> {
        let mut found: Vec<(Moment, PublicAnswer)> = self.read("look up public answers", |connection| {
            let mut statement = connection.prepare_cached(PUBLIC)?;
            let mut found = Vec::new();
            for receipt in receipts {
                for answer in statement.query_map(params![receipt, since], public_from_row)? {
                    found.push(answer?);
                }
            }
            Ok(found)
        })?;
        found.sort_by_key(|(at, answer)| (Reverse(*at), answer.message));
        Ok(found.into_iter().map(|(_, answer)| answer).collect())
    }

    /// Remembers that it stands under an answer that it does not hold any more.
    pub fn note_stale(&self, asking: &AskingId, at: Moment) -> Result<(), StoreError> {
        let sql = "INSERT INTO stale_notes (asking, at) SELECT id, ?2 FROM askings WHERE id = ?1 \
                   ON CONFLICT (asking) DO NOTHING";
        self.write("note that an answer is stale", |transaction| {
            transaction.prepare_cached(sql)?.execute(params![asking, at]).map(|_| ())
        })
    }
}

/// A message that was edited to answer something else is no answer to the first question any more.
const PUBLIC: &str = "SELECT *, (SELECT message FROM further_messages WHERE asking = askings.id \
                                 ORDER BY place DESC LIMIT 1) AS last FROM askings \
                      WHERE receipt = ?1 AND at >= ?2 AND NOT is_private AND guild IS NOT NULL \
                      AND reply IS NOT NULL \
                      AND NOT EXISTS (SELECT 1 FROM stale_notes WHERE asking = askings.id) \
                      AND NOT EXISTS (SELECT 1 FROM askings AS newer WHERE newer.reply = askings.reply \
                                      AND (newer.at, newer.rowid) > (askings.at, askings.rowid))";

fn public_from_row(row: &Row) -> rusqlite::Result<(Moment, PublicAnswer)> {
    let reply: MessageId = row.get("reply")?;
    let answer = PublicAnswer {
        asking: row.get("id")?,
        receipt: row.get("receipt")?,
        place: Place { guild: row.get("guild")?, channel: row.get("channel")?, thread: row.get("thread")? },
        question: row.get("question")?,
        asked_in: row.get("asked_in")?,
        message: row.get::<_, Option<MessageId>>("last")?.unwrap_or(reply),
    };
    Ok((row.get("at")?, answer))
}

/// The same receipt says the same, so that the first one stays; its folder may have been moved since.
pub fn insert(connection: &Connection, receipt: &Receipt) -> rusqlite::Result<()> {
    let sql = "INSERT INTO receipts \
               (id, question, fingerprint, corpus, answer, confidence, version, explanation, at) VALUES \
               (:id, :question, :fingerprint, :corpus, :answer, :confidence, :version, :explanation, :at) \
               ON CONFLICT (id) DO NOTHING";
    let added = connection.prepare_cached(sql)?.execute(named_params! {
        ":id": receipt.id,
        ":question": receipt.question,
        ":fingerprint": receipt.fingerprint,
        ":corpus": receipt.corpus,
        ":answer": receipt.answer,
        ":confidence": receipt.confidence,
        ":version": receipt.version,
        ":explanation": receipt.explanation,
        ":at": receipt.at,
    })?;
    if added > 0 {
        return insert_citations(connection, receipt);
    }
    let moved = "UPDATE receipts SET corpus = ?2 WHERE id = ?1 AND corpus IS NOT ?2";
    connection.prepare_cached(moved)?.execute(params![receipt.id, receipt.corpus])?;
    Ok(())
}

fn insert_citations(connection: &Connection, receipt: &Receipt) -> rusqlite::Result<()> {
    let sql = "INSERT INTO citations (receipt, number, source, path, byte_start, byte_end, line_start, line_end, \
               sha256, quote, encoding, line_before, line_after) \
               VALUES (:receipt, :number, :source, :path, :byte_start, :byte_end, :line_start, :line_end, \
               :sha256, :quote, :encoding, :line_before, :line_after)";
    let mut statement = connection.prepare_cached(sql)?;
    for (number, cited) in receipt.citations.iter().enumerate() {
        statement.execute(named_params! {
            ":receipt": receipt.id,
            ":number": number as i64,
            ":source": cited.source,
            ":path": cited.path,
            ":byte_start": cited.byte_start as i64,
            ":byte_end": cited.byte_end as i64,
            ":line_start": cited.lines.map(|(first, _)| first as i64),
            ":line_end": cited.lines.map(|(_, last)| last as i64),
            ":sha256": cited.sha256,
            ":quote": cited.quote,
            ":encoding": cited.encoding,
            ":line_before": cited.neighbours.map(|neighbours| neighbours.before),
            ":line_after": cited.neighbours.map(|neighbours| neighbours.after),
        })?;
    }
    Ok(())
}

/// Without its citations.
fn from_row(row: &Row) -> rusqlite::Result<Receipt> {
    Ok(Receipt {
        id: row.get("id")?,
        question: row.get("question")?,
        fingerprint: row.get("fingerprint")?,
        corpus: row.get("corpus")?,
        answer: row.get("answer")?,
        citations: Vec::new(),
        confidence: row.get("confidence")?,
        version: row.get("version")?,
        explanation: row.get("explanation")?,
        at: row.get("at")?,
    })
}

/// Without their citations.
fn claims_from_row(row: &Row, receipt: String) -> rusqlite::Result<Claims> {
    Ok(Claims {
        receipt,
        corpus: row.get("corpus")?,
        question: row.get("question")?,
        answer: row.get("answer")?,
        citations: Vec::new(),
        at: row.get("at")?,
    })
}

fn cited_from_row(row: &Row) -> rusqlite::Result<Cited> {
    let place = |column| row.get::<_, i64>(column).map(|place| usize::try_from(place).unwrap_or(usize::MAX));
    let both = |first: &str, second: &str| -> rusqlite::Result<Option<(u32, u32)>> {
        let (first, second) = (row.get::<_, Option<u32>>(first)?, row.get::<_, Option<u32>>(second)?);
        Ok(first.zip(second))
    };
    Ok(Cited {
        path: row.get("path")?,
        source: row.get("source")?,
        byte_start: place("byte_start")?,
        byte_end: place("byte_end")?,
        lines: both("line_start", "line_end")?.map(|(first, last)| (first as usize, last as usize)),
        sha256: row.get("sha256")?,
        quote: row.get("quote")?,
        encoding: row.get("encoding")?,
        neighbours: both("line_before", "line_after")?.map(|(before, after)| Neighbours { before, after }),
    })
}

const ENCODINGS: [(Encoding, &str); 5] = [
    (Encoding::Utf8, "utf-8"),
    (Encoding::Utf8WithMark, "utf-8-bom"),
    (Encoding::Utf16Le, "utf-16le"),
    (Encoding::Utf16Be, "utf-16be"),
    (Encoding::Windows1252, "windows-1252"),
];

impl ToSql for Encoding {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        to_word(&ENCODINGS, self)
    }
}

impl FromSql for Encoding {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        from_word(&ENCODINGS, value)
    }
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
