//! Askings: every question that somebody put to us, with what came of it.

use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params};

use super::choices::{from_word, to_word};
use super::receipts::{self, Receipt};
use super::{AskingId, MessageId, Moment, Person, Place, Store, StoreError};
use crate::answer;

#[derive(Debug, Clone, PartialEq)]
pub struct Asking {
    pub id: AskingId,
    pub surface: Surface,
    /// Nowhere in the terminal.
    pub place: Option<Place>,
    /// Nobody in the terminal, which does not ask for names.
    pub person: Option<Person>,
    pub question: String,
    /// The whole question that a follow-up stood for.
    pub understood_as: Option<String>,
    /// None where no answer was made.
    pub receipt: Option<String>,
    pub outcome: Outcome,
    pub confidence: f64,
    pub at: Moment,
    /// The message that asked: an edit of it is answered anew.
    pub asked_in: Option<MessageId>,
    /// The message that answers, known once it is sent: see [`Store::set_reply`].
    pub reply: Option<MessageId>,
    pub is_private: bool,
}

/// How a question came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Mention,
    Command,
    Reply,
    Menu,
    DirectMessage,
    Modal,
    Terminal,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Found,
    Abstained,
    SmallTalk,
    /// Nothing was asked, or far too much.
    NotAQuestion,
    /// We could not answer, for a reason of ours.
    Failed,
}

impl From<&answer::Outcome> for Outcome {
    fn from(outcome: &answer::Outcome) -> Outcome {
        match outcome {
            answer::Outcome::Found(_) => Outcome::Found,
            answer::Outcome::Abstained { .. } => Outcome::Abstained,
            answer::Outcome::SmallTalk(_) => Outcome::SmallTalk,
            answer::Outcome::Empty | answer::Outcome::TooLong => Outcome::NotAQuestion,
        }
    }
}

impl Store {
    /// Keeps an asking, together with the receipt that it names.
    pub fn keep_asking(&self, asking: &Asking, receipt: Option<&Receipt>) -> Result<(), StoreError> {
        self.write("keep a question", |transaction| {
            if let Some(receipt) = receipt {
                receipts::insert(transaction, receipt)?;
            }
            insert(transaction, asking)
        })
    }

    /// Notes which message answers. False where the asking is gone.
    pub fn set_reply(&self, asking: &AskingId, reply: MessageId) -> Result<bool, StoreError> {
        let sql = "UPDATE askings SET reply = :reply WHERE id = :id";
        self.write("note a reply", |transaction| {
            Ok(transaction.prepare_cached(sql)?.execute(named_params! {":reply": reply, ":id": asking})? > 0)
        })
    }

    pub fn asking(&self, id: &AskingId) -> Result<Option<Asking>, StoreError> {
        self.one_asking("WHERE id = ?1", &[id])
    }

    /// What a message of ours answers.
    pub fn asking_answered_by(&self, reply: MessageId) -> Result<Option<Asking>, StoreError> {
        self.one_asking("WHERE reply = ?1", &[&reply])
    }

    /// What a message of somebody asked; the newest, where it was edited since.
    pub fn asking_in(&self, message: MessageId) -> Result<Option<Asking>, StoreError> {
        self.one_asking("WHERE asked_in = ?1 ORDER BY at DESC, rowid DESC", &[&message])
    }

    /// The newest of a person in a place.
    pub fn last_asking(&self, place: &Place, person: Person) -> Result<Option<Asking>, StoreError> {
        self.one_asking(
            "WHERE person = ?1 AND guild IS ?2 AND channel = ?3 AND thread IS ?4 ORDER BY at DESC, rowid DESC",
            &[&person, &place.guild, &place.channel, &place.thread],
        )
    }

    fn one_asking(&self, which: &str, values: &[&dyn ToSql]) -> Result<Option<Asking>, StoreError> {
        self.read("look up a question", |connection| {
            let sql = format!("SELECT * FROM askings {which} LIMIT 1");
            connection.prepare_cached(&sql)?.query_row(values, from_row).optional()
        })
    }
}

fn insert(connection: &Connection, asking: &Asking) -> rusqlite::Result<()> {
    let sql = "INSERT INTO askings (id, surface, guild, channel, thread, person, question, understood_as, \
               receipt, outcome, confidence, at, asked_in, reply, is_private) \
               VALUES (:id, :surface, :guild, :channel, :thread, :person, :question, :understood_as, \
               :receipt, :outcome, :confidence, :at, :asked_in, :reply, :is_private)";
    let place = asking.place;
    connection.prepare_cached(sql)?.execute(named_params! {
        ":id": asking.id,
        ":surface": asking.surface,
        ":guild": place.and_then(|place| place.guild),
        ":channel": place.map(|place| place.channel),
        ":thread": place.and_then(|place| place.thread),
        ":person": asking.person,
        ":question": asking.question,
        ":understood_as": asking.understood_as,
        ":receipt": asking.receipt,
        ":outcome": asking.outcome,
        ":confidence": asking.confidence,
        ":at": asking.at,
        ":asked_in": asking.asked_in,
        ":reply": asking.reply,
        ":is_private": asking.is_private,
    })?;
    Ok(())
}

fn from_row(row: &Row) -> rusqlite::Result<Asking> {
    Ok(Asking {
        id: row.get("id")?,
        surface: row.get("surface")?,
        place: place(row)?,
        person: row.get("person")?,
        question: row.get("question")?,
        understood_as: row.get("understood_as")?,
        receipt: row.get("receipt")?,
        outcome: row.get("outcome")?,
        confidence: row.get("confidence")?,
        at: row.get("at")?,
        asked_in: row.get("asked_in")?,
        reply: row.get("reply")?,
        is_private: row.get("is_private")?,
    })
}

fn place(row: &Row) -> rusqlite::Result<Option<Place>> {
    let Some(channel) = row.get("channel")? else { return Ok(None) };
    Ok(Some(Place { guild: row.get("guild")?, channel, thread: row.get("thread")? }))
}

const SURFACES: [(Surface, &str); 7] = [
    (Surface::Mention, "mention"),
    (Surface::Command, "command"),
    (Surface::Reply, "reply"),
    (Surface::Menu, "menu"),
    (Surface::DirectMessage, "direct message"),
    (Surface::Modal, "modal"),
    (Surface::Terminal, "terminal"),
];

const OUTCOMES: [(Outcome, &str); 5] = [
    (Outcome::Found, "found"),
    (Outcome::Abstained, "abstained"),
    (Outcome::SmallTalk, "small talk"),
    (Outcome::NotAQuestion, "not a question"),
    (Outcome::Failed, "failed"),
];

impl ToSql for Surface {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        to_word(&SURFACES, self)
    }
}

impl FromSql for Surface {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        from_word(&SURFACES, value)
    }
}

impl ToSql for Outcome {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        to_word(&OUTCOMES, self)
    }
}

impl FromSql for Outcome {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        from_word(&OUTCOMES, value)
    }
}
