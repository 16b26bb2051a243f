//! Votes: whether an answer helped. One for each person and asking, which can be changed.

use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql, params};

use super::choices::{from_word, to_word};
use super::{AskingId, GuildId, Moment, Person, Store, StoreError};

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
    pub votes: Votes,
    /// When it was last said.
    pub at: Moment,
}

impl Store {
    /// The newest vote of a person counts. False where the asking is gone.
    pub fn vote(
        &self,
        asking: &AskingId,
        person: Person,
        vote: Vote,
        now: Moment,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO votes (asking, person, vote, at) SELECT id, ?2, ?3, ?4 FROM askings WHERE id = ?1 \
                   ON CONFLICT (asking, person) DO UPDATE SET vote = excluded.vote, at = excluded.at";
        self.write("keep a vote", |transaction| {
            Ok(transaction.prepare_cached(sql)?.execute(params![asking, person, vote, now])? > 0)
        })
    }

    pub fn votes(&self, asking: &AskingId) -> Result<Votes, StoreError> {
        let sql = "SELECT count(*) FILTER (WHERE vote = 'helpful') AS helpful, \
                   count(*) FILTER (WHERE vote = 'not helpful') AS not_helpful FROM votes WHERE asking = ?1";
        self.read("count the votes", |connection| connection.prepare_cached(sql)?.query_row([asking], votes))
    }

    /// What people of a guild said about answers, newest first. Private questions are left out.
    pub fn feedback(&self, guild: GuildId, limit: u32, offset: u32) -> Result<Vec<Feedback>, StoreError> {
        let sql = "SELECT askings.id, askings.question, answer, max(votes.at) AS voted_at, \
                   count(*) FILTER (WHERE vote = 'helpful') AS helpful, \
                   count(*) FILTER (WHERE vote = 'not helpful') AS not_helpful \
                   FROM askings JOIN votes ON votes.asking = askings.id \
                   LEFT JOIN receipts ON receipts.id = askings.receipt \
                   WHERE guild = ?1 AND NOT is_private \
                   GROUP BY askings.id ORDER BY voted_at DESC, askings.id LIMIT ?2 OFFSET ?3";
        self.read("list the feedback", |connection| {
            connection.prepare_cached(sql)?.query_map(params![guild, limit, offset], feedback)?.collect()
        })
    }
}

fn feedback(row: &Row) -> rusqlite::Result<Feedback> {
    Ok(Feedback {
        asking: row.get("id")?,
        question: row.get("question")?,
        answer: row.get("answer")?,
        votes: votes(row)?,
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
