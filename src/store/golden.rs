//! What the golden questions of a corpus were answered with last, so that a re-index can tell which answers changed.

use rusqlite::params;

use super::{Moment, Store, StoreError};

/// The reply to a golden question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenReply {
    pub question: String,
    /// As people see it, without the proof.
    pub reply: String,
    pub receipt: String,
}

impl Store {
    /// What was kept of a corpus, in the order of the questions' letters.
    pub fn golden(&self, corpus: &str) -> Result<Vec<GoldenReply>, StoreError> {
        let sql = "SELECT question, reply, receipt FROM golden WHERE corpus = ?1 ORDER BY question";
        self.read("look up the answers to the golden questions", |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let replies = statement.query_map([corpus], |row| {
                Ok(GoldenReply { question: row.get(0)?, reply: row.get(1)?, receipt: row.get(2)? })
            })?;
            replies.collect()
        })
    }

    /// Keeps these in place of what was kept of the corpus: questions that are asked no more go.
    pub fn keep_golden(&self, corpus: &str, replies: &[GoldenReply], now: Moment) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO golden (corpus, question, reply, receipt, at) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.write("keep the answers to the golden questions", |transaction| {
            transaction.execute("DELETE FROM golden WHERE corpus = ?1", [corpus])?;
            let mut statement = transaction.prepare_cached(sql)?;
            for GoldenReply { question, reply, receipt } in replies {
                statement.execute(params![corpus, question, reply, receipt, now])?;
            }
            Ok(())
        })
    }
}
