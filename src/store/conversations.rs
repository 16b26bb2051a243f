//! Conversations: what a person asked last in one place, so that "and who agreed?" is understood.
//!
//! By guild, channel, thread and person together, never by person alone: nothing said in one channel shows up in
//! another.

use rusqlite::{Connection, params};

use super::{Asking, Moment, Person, Place, Store, StoreError};

/// So many questions are kept for each person and place.
pub const LONGEST_CONVERSATION: u32 = 8;

impl Store {
    /// The last questions of a person in a place that are not older than `since`, oldest first.
    pub fn conversation(
        &self,
        place: &Place,
        person: Person,
        limit: u32,
        since: Moment,
    ) -> Result<Vec<String>, StoreError> {
        self.turns(place, person, limit, since, true)
    }

    /// The same without what they asked in private: an answer for all shows what it was understood from.
    pub fn public_conversation(
        &self,
        place: &Place,
        person: Person,
        limit: u32,
        since: Moment,
    ) -> Result<Vec<String>, StoreError> {
        self.turns(place, person, limit, since, false)
    }

    fn turns(
        &self,
        place: &Place,
        person: Person,
        limit: u32,
        since: Moment,
        with_private: bool,
    ) -> Result<Vec<String>, StoreError> {
        // A turn is as old as the asking that it was kept with.
        let sql = "SELECT question FROM turns \
                   WHERE guild IS ?1 AND channel = ?2 AND thread IS ?3 AND person = ?4 AND at >= ?5 \
                   AND (?7 OR NOT EXISTS (SELECT 1 FROM askings WHERE askings.person = turns.person \
                       AND askings.at = turns.at AND askings.is_private)) \
                   ORDER BY at DESC, id DESC LIMIT ?6";
        let Place { guild, channel, thread } = place;
        self.read("read a conversation", |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let newest_first = statement
                .query_map(params![guild, channel, thread, person, since, limit, with_private], |row| {
                    row.get(0)
                })?;
            let mut questions: Vec<String> = newest_first.collect::<Result<_, _>>()?;
            questions.reverse();
            Ok(questions)
        })
    }

    /// Takes an asking out of its conversation: what it asked was edited, and nothing goes on from that.
    pub fn forget_turn(&self, asking: &Asking) -> Result<(), StoreError> {
        let (Some(Place { guild, channel, thread }), Some(person)) = (asking.place, asking.person) else {
            return Ok(());
        };
        let sql = "DELETE FROM turns \
                   WHERE guild IS ?1 AND channel = ?2 AND thread IS ?3 AND person = ?4 AND at = ?5";
        self.write("forget a part of a conversation", |transaction| {
            let mut statement = transaction.prepare_cached(sql)?;
            statement.execute(params![guild, channel, thread, person, asking.at])?;
            Ok(())
        })
    }
}

/// Keeps a whole question, one that needs none before it. The oldest beyond the limit goes.
pub fn remember(
    connection: &Connection,
    place: &Place,
    person: Person,
    question: &str,
    now: Moment,
) -> rusqlite::Result<()> {
    let insert = "INSERT INTO turns (guild, channel, thread, person, question, at) \
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let forget_oldest = "DELETE FROM turns WHERE id IN ( \
                             SELECT id FROM turns \
                             WHERE guild IS ?1 AND channel = ?2 AND thread IS ?3 AND person = ?4 \
                             ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?5)";
    let Place { guild, channel, thread } = place;
    let mut statement = connection.prepare_cached(insert)?;
    statement.execute(params![guild, channel, thread, person, question, now])?;
    let mut statement = connection.prepare_cached(forget_oldest)?;
    statement.execute(params![guild, channel, thread, person, LONGEST_CONVERSATION])?;
    Ok(())
}
