//! Askings: every question that somebody put to us, with what came of it.

use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params, params};
use strum::{EnumIter, IntoStaticStr};

use super::choices::{from_word, to_word};
use super::conversations;
use super::receipts::{self, Receipt, from_json, to_json};
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
    /// Ids of the sources that the question was restricted to; none is all of them.
    pub sources: Vec<String>,
    /// None where no answer was made.
    pub receipt: Option<String>,
    pub outcome: Outcome,
    pub confidence: f64,
    pub at: Moment,
    /// The message that asked: an edit of it is answered anew.
    pub asked_in: Option<MessageId>,
    /// The message that answers, known once it is sent: see [`Store::set_reply`].
    pub reply: Option<MessageId>,
    /// The messages after it, in order, where the answer needed several.
    pub further: Vec<MessageId>,
    pub is_private: bool,
}

impl Asking {
    /// The question that was answered: what a follow-up stood for, else the question itself.
    pub fn whole_question(&self) -> &str {
        self.understood_as.as_deref().unwrap_or(&self.question)
    }
}

/// How a question came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
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
    /// The sources disagreed.
    Disputed,
    /// The question fitted several subjects.
    Ambiguous,
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
            answer::Outcome::Disputed { .. } => Outcome::Disputed,
            answer::Outcome::Ambiguous { .. } => Outcome::Ambiguous,
            answer::Outcome::Abstained { .. } | answer::Outcome::Withdrawn { .. } => Outcome::Abstained,
            answer::Outcome::SmallTalk(_) => Outcome::SmallTalk,
            answer::Outcome::Empty | answer::Outcome::TooLong => Outcome::NotAQuestion,
        }
    }
}

impl Store {
    /// Keeps an asking, once, together with the receipt that it names. `remembered` is the whole question that it
    /// stands for: the conversation of that person in that place goes on with it. In the terminal there is none.
    pub fn keep_asking(
        &self,
        asking: &Asking,
        receipt: Option<&Receipt>,
        remembered: Option<&str>,
    ) -> Result<(), StoreError> {
        self.write("keep a question", |transaction| {
            if let Some(receipt) = receipt {
                receipts::insert(transaction, receipt)?;
            }
            // Kept before, by an attempt of which only the rest failed.
            if !insert(transaction, asking)? {
                return Ok(());
            }
            insert_further(transaction, &asking.id, &asking.further)?;
            if let (Some(question), Some(place), Some(person)) = (remembered, &asking.place, asking.person) {
                conversations::remember(transaction, place, person, question, asking.at)?;
            }
            Ok(())
        })
    }

    /// Notes which message answers, with those that it goes on in. False where the asking is gone.
    pub fn set_reply(
        &self,
        asking: &AskingId,
        reply: MessageId,
        further: &[MessageId],
    ) -> Result<bool, StoreError> {
        let note = "UPDATE askings SET reply = ?2 WHERE id = ?1";
        let forget_further = "DELETE FROM further_messages WHERE asking = ?1";
        self.write("note a reply", |transaction| {
            if transaction.prepare_cached(note)?.execute(params![asking, reply])? == 0 {
                return Ok(false);
            }
            transaction.prepare_cached(forget_further)?.execute([asking])?;
            insert_further(transaction, asking, further)?;
            Ok(true)
        })
    }

    pub fn asking(&self, id: &AskingId) -> Result<Option<Asking>, StoreError> {
        self.one_asking("WHERE id = ?1", &[id])
    }

    /// What a message of ours answers, be it the first of an answer or one that it goes on in; the newest, where
    /// the message was edited to answer something else.
    pub fn asking_answered_by(&self, message: MessageId) -> Result<Option<Asking>, StoreError> {
        self.one_asking(ANSWERED_BY, &[&message])
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
            connection.prepare_cached(&select_one(which))?.query_row(values, from_row).optional()
        })
    }
}

/// Each half has an index of its own.
pub const ANSWERED_BY: &str = "WHERE reply = ?1 \
                                      OR id = (SELECT asking FROM further_messages WHERE message = ?1) \
                                      ORDER BY at DESC, rowid DESC";

pub fn select_one(which: &str) -> String {
    let further = "SELECT json_group_array(message ORDER BY place) FROM further_messages WHERE asking = id";
    format!("SELECT *, ({further}) AS further FROM askings {which} LIMIT 1")
}

/// A message answers one asking: the one that was noted last.
fn insert_further(connection: &Connection, asking: &AskingId, further: &[MessageId]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO further_messages (message, asking, place) VALUES (?1, ?2, ?3) \
               ON CONFLICT (message) DO UPDATE SET asking = excluded.asking, place = excluded.place";
    let mut statement = connection.prepare_cached(sql)?;
    for (place, message) in (0_i64..).zip(further) {
        statement.execute(params![message, asking, place])?;
    }
    Ok(())
}

/// Whether it was not there yet.
fn insert(connection: &Connection, asking: &Asking) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO askings (id, surface, guild, channel, thread, person, question, understood_as, \
               sources, receipt, outcome, confidence, at, asked_in, reply, is_private) \
               VALUES (:id, :surface, :guild, :channel, :thread, :person, :question, :understood_as, \
               :sources, :receipt, :outcome, :confidence, :at, :asked_in, :reply, :is_private) \
               ON CONFLICT (id) DO NOTHING";
    let place = asking.place;
    let added = connection.prepare_cached(sql)?.execute(named_params! {
        ":id": asking.id,
        ":surface": asking.surface,
        ":guild": place.and_then(|place| place.guild),
        ":channel": place.map(|place| place.channel),
        ":thread": place.and_then(|place| place.thread),
        ":person": asking.person,
        ":question": asking.question,
        ":understood_as": asking.understood_as,
        ":sources": to_json(&asking.sources)?,
        ":receipt": asking.receipt,
        ":outcome": asking.outcome,
        ":confidence": asking.confidence,
        ":at": asking.at,
        ":asked_in": asking.asked_in,
        ":reply": asking.reply,
        ":is_private": asking.is_private,
    })?;
    Ok(added > 0)
}

fn from_row(row: &Row) -> rusqlite::Result<Asking> {
    Ok(Asking {
        id: row.get("id")?,
        surface: row.get("surface")?,
        place: place(row)?,
        person: row.get("person")?,
        question: row.get("question")?,
        understood_as: row.get("understood_as")?,
        sources: from_json(row, "sources")?,
        receipt: row.get("receipt")?,
        outcome: row.get("outcome")?,
        confidence: row.get("confidence")?,
        at: row.get("at")?,
        asked_in: row.get("asked_in")?,
        reply: row.get("reply")?,
        further: further(row)?,
        is_private: row.get("is_private")?,
    })
}

/// The database knows numbers with a sign only.
fn further(row: &Row) -> rusqlite::Result<Vec<MessageId>> {
    let signed: Vec<i64> = from_json(row, "further")?;
    Ok(signed.into_iter().map(|id| MessageId(id.cast_unsigned())).collect())
}

pub fn place(row: &Row) -> rusqlite::Result<Option<Place>> {
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

const OUTCOMES: [(Outcome, &str); 7] = [
    (Outcome::Found, "found"),
    (Outcome::Disputed, "disputed"),
    (Outcome::Ambiguous, "ambiguous"),
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
