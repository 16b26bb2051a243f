//! Listings: what somebody is paging through, so that its buttons still work after a restart.
//!
//! What a listing holds is for its caller to say. It lives as long as a conversation.

use rusqlite::{OptionalExtension, Row, params};

use super::{ListingId, Moment, Person, Store, StoreError};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    pub id: ListingId,
    /// Who pages through it.
    pub person: Person,
    /// Whatever its caller makes the pages of.
    pub content: String,
    pub at: Moment,
}

impl Store {
    pub fn keep_listing(&self, listing: &Listing) -> Result<(), StoreError> {
        let sql = "INSERT INTO listings (id, person, content, at) VALUES (?1, ?2, ?3, ?4)";
        let Listing { id, person, content, at } = listing;
        self.write("keep a listing", |transaction| {
            transaction.prepare_cached(sql)?.execute(params![id, person, content, at])?;
            Ok(())
        })
    }

    /// None where it is too old and gone, or never was.
    pub fn listing(&self, id: &ListingId) -> Result<Option<Listing>, StoreError> {
        let sql = "SELECT * FROM listings WHERE id = ?1";
        self.read("look up a listing", |connection| {
            connection.prepare_cached(sql)?.query_row([id], from_row).optional()
        })
    }
}

fn from_row(row: &Row) -> rusqlite::Result<Listing> {
    Ok(Listing {
        id: row.get("id")?,
        person: row.get("person")?,
        content: row.get("content")?,
        at: row.get("at")?,
    })
}
