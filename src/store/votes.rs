//! Votes: whether an answer helped. One for each person and asking, which can be changed, with a line if they like.

use std::cmp::Reverse;

use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql, params};

use super::choices::{from_word, to_word};
use super::receipts::from_json;
use super::{AskingId, Moment, Person, Scope, Store, StoreError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    Helpful,
    NotHelpful,
}

/// How often each was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Votes {
    pub helpful: u32,
    pub not_helpful: u32,
}

/// What was said about the answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    pub asking: AskingId,
    pub question: String,
    /// None where none was made.
    pub answer: Option<String>,
    /// Ids of the sources that it rested on, each once, the one that it was taken from first.
    pub sources: Vec<String>,
    /// Id and path of each of them, and of what came closest where the sources did not say; in no order.
    pub rests_on: Vec<(String, String)>,
    pub votes: Votes,
    /// What people said beside their votes, oldest first.
    pub notes: Vec<String>,
    /// When it was last said.
    pub at: Moment,
}

/// What was said about the answers that were taken from one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFeedback {
    pub source: String,
    /// How many answers were voted on.
    pub answers: u32,
    pub votes: Votes,
}

impl Store {
    /// The newest vote of a person counts, and takes what was said beside the one before with it. An answer that
    /// nobody finds unhelpful any more is none of those that the sources lack. False where the asking is gone.
    pub fn vote(
        &self,
        asking: &AskingId,
        person: Person,
        vote: Vote,
        now: Moment,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO votes (asking, person, vote, at) SELECT id, ?2, ?3, ?4 FROM askings WHERE id = ?1 \
                   ON CONFLICT (asking, person) \
                   DO UPDATE SET vote = excluded.vote, note = NULL, at = excluded.at";
        let unlist = "UPDATE askings SET unanswered = NULL WHERE id = ?1 AND outcome <> 'abstained' \
                      AND NOT EXISTS (SELECT 1 FROM votes WHERE asking = ?1 AND vote = 'not helpful')";
        self.write("keep a vote", |transaction| {
            let is_kept = transaction.prepare_cached(sql)?.execute(params![asking, person, vote, now])? > 0;
            transaction.prepare_cached(unlist)?.execute([asking])?;
            Ok(is_kept)
        })
    }

    /// Keeps a line beside somebody's vote, in place of the one before. False where they have none.
    pub fn note_on_vote(&self, asking: &AskingId, person: Person, note: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE votes SET note = ?3 WHERE asking = ?1 AND person = ?2";
        self.write("keep what somebody said of an answer", |transaction| {
            Ok(transaction.prepare_cached(sql)?.execute(params![asking, person, note])? > 0)
        })
    }

    pub fn votes(&self, asking: &AskingId) -> Result<Votes, StoreError> {
        let sql = "SELECT count(*) FILTER (WHERE vote = 'helpful') AS helpful, \
                   count(*) FILTER (WHERE vote = 'not helpful') AS not_helpful FROM votes WHERE asking = ?1";
        self.read("count the votes", |connection| connection.prepare_cached(sql)?.query_row([asking], votes))
    }

    /// What people said about answers, newest first. Private questions are left out.
    pub fn feedback(&self, scope: Scope, limit: u32, offset: u32) -> Result<Vec<Feedback>, StoreError> {
        let sql = "SELECT askings.id, askings.question, answer, max(votes.at) AS voted_at, \
                   json_group_array(note ORDER BY votes.at) FILTER (WHERE note IS NOT NULL) AS notes, \
                   (SELECT json_group_array(source ORDER BY number) FROM \
                    (SELECT source, min(number) AS number FROM citations \
                     WHERE citations.receipt = askings.receipt GROUP BY source)) AS sources, \
                   (SELECT json_group_array(json_array(source, path)) FROM citations \
                    WHERE citations.receipt = askings.receipt) AS rests_on, \
                   count(*) FILTER (WHERE vote = 'helpful') AS helpful, \
                   count(*) FILTER (WHERE vote = 'not helpful') AS not_helpful \
                   FROM askings JOIN votes ON votes.asking = askings.id \
                   LEFT JOIN receipts ON receipts.id = askings.receipt \
                   WHERE (?1 IS NULL OR guild = ?1) AND NOT is_private \
                   GROUP BY askings.id ORDER BY voted_at DESC, askings.id LIMIT ?2 OFFSET ?3";
        self.read("list the feedback", |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map(params![scope.guild(), limit, offset], feedback)?.collect()
        })
    }

    /// The same by the source that answers were taken from, the most disappointing first, of those whose id and
    /// path are to be counted. Answers that were declined were taken from none.
    pub fn feedback_by_source(
        &self,
        scope: Scope,
        limit: u32,
        counts: &dyn Fn(&str, &str) -> bool,
    ) -> Result<Vec<SourceFeedback>, StoreError> {
        let sql = "SELECT source, path, count(DISTINCT askings.id) AS answers, \
                   count(*) FILTER (WHERE vote = 'helpful') AS helpful, \
                   count(*) FILTER (WHERE vote = 'not helpful') AS not_helpful \
                   FROM askings JOIN votes ON votes.asking = askings.id \
                   JOIN citations ON citations.receipt = askings.receipt AND number = 0 \
                   WHERE (?1 IS NULL OR guild = ?1) AND NOT is_private AND outcome <> 'abstained' \
                   GROUP BY source, path ORDER BY source, path";
        let mut found: Vec<SourceFeedback> = Vec::new();
        self.read("list the feedback by source", |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([scope.guild()])?;
            while let Some(row) = rows.next()? {
                let (source, path): (String, String) = (row.get("source")?, row.get("path")?);
                if counts(&source, &path) {
                    let answers = row.get("answers")?;
                    add(&mut found, SourceFeedback { source, answers, votes: votes(row)? });
                }
            }
            Ok(())
        })?;
        let disappointing = |votes: &Votes| {
            let [helpful, not_helpful] = [votes.helpful, votes.not_helpful].map(i64::from);
            Reverse((not_helpful - helpful, not_helpful))
        };
        found.sort_by_key(|source| disappointing(&source.votes));
        found.truncate(limit as usize);
        Ok(found)
    }
}

/// A source may have moved from file to file: its rows follow each other.
fn add(found: &mut Vec<SourceFeedback>, more: SourceFeedback) {
    match found.last_mut().filter(|last| last.source == more.source) {
        Some(last) => {
            last.answers += more.answers;
            last.votes.helpful += more.votes.helpful;
            last.votes.not_helpful += more.votes.not_helpful;
        }
        None => found.push(more),
    }
}

fn feedback(row: &Row) -> rusqlite::Result<Feedback> {
    Ok(Feedback {
        asking: row.get("id")?,
        question: row.get("question")?,
        answer: row.get("answer")?,
        sources: from_json(row, "sources")?,
        rests_on: from_json(row, "rests_on")?,
        votes: votes(row)?,
        notes: from_json(row, "notes")?,
        at: row.get("voted_at")?,
    })
}

fn votes(row: &Row) -> rusqlite::Result<Votes> {
    Ok(Votes { helpful: row.get("helpful")?, not_helpful: row.get("not_helpful")? })
}

const VOTES: [(Vote, &str); 2] = [(Vote::Helpful, "helpful"), (Vote::NotHelpful, "not helpful")];

impl ToSql for Vote {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        to_word(&VOTES, self)
    }
}

impl FromSql for Vote {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        from_word(&VOTES, value)
    }
}
