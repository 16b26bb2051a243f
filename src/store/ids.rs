//! Who, where, when and which: each a type of its own, so that none is taken for another.

use std::fmt;

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};

use super::StoreError;
use crate::answer::receipt;

/// A Discord server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GuildId(pub u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelId(pub u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThreadId(pub u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub u64);

/// Somebody's Discord id. Kept as it is only where an admin must be accountable; else see [`super::Person`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub u64);

/// Milliseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    /// `nanoseconds` since 1970, as clocks and the index count.
    pub fn of_nanoseconds(nanoseconds: i128) -> Moment {
        Moment((nanoseconds / 1_000_000) as i64)
    }
}

impl GuildId {
    /// Where the database wants a guild and there is none: Discord gives no such id.
    const TERMINAL: GuildId = GuildId(0);

    pub(super) fn or_terminal(guild: Option<GuildId>) -> GuildId {
        guild.unwrap_or(GuildId::TERMINAL)
    }

    pub(super) fn unless_terminal(guild: GuildId) -> Option<GuildId> {
        (guild != GuildId::TERMINAL).then_some(guild)
    }
}

/// Somebody's wish to be told: see [`super::Watch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WatchId(pub i64);

/// A group of questions that the sources did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnansweredId(pub i64);

/// Where something was asked. Direct messages have a channel and no guild.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    pub guild: Option<GuildId>,
    pub channel: ChannelId,
    pub thread: Option<ThreadId>,
}

/// 16 base-32 characters that nobody can guess: buttons carry it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AskingId(String);

/// Like an [`AskingId`], of a [`super::Listing`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ListingId(String);

impl AskingId {
    pub fn random() -> Result<AskingId, StoreError> {
        random().map(AskingId)
    }

    /// `None` where the text cannot be one, as in a forged or foreign button.
    pub fn parse(text: &str) -> Option<AskingId> {
        parse(text).map(AskingId)
    }
}

impl ListingId {
    pub fn random() -> Result<ListingId, StoreError> {
        random().map(ListingId)
    }

    /// `None` where the text cannot be one, as in a forged or foreign button.
    pub fn parse(text: &str) -> Option<ListingId> {
        parse(text).map(ListingId)
    }
}

fn random() -> Result<String, StoreError> {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).map_err(|reason| StoreError::NoRandomness { reason: reason.to_string() })?;
    Ok(receipt::base32(&bytes))
}

fn parse(text: &str) -> Option<String> {
    receipt::is_base32(text).then(|| text.to_owned())
}

impl fmt::Display for AskingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ListingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ToSql for AskingId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for AskingId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(|text| AskingId(text.to_owned()))
    }
}

impl ToSql for ListingId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for ListingId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(|text| ListingId(text.to_owned()))
    }
}

// SQLite's integers have a sign and Discord's ids none: every id keeps its 64 bits, also one that is no
// snowflake.

impl ToSql for GuildId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.cast_signed().into())
    }
}

impl FromSql for GuildId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(|id| GuildId(id.cast_unsigned()))
    }
}

impl ToSql for ChannelId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.cast_signed().into())
    }
}

impl FromSql for ChannelId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(|id| ChannelId(id.cast_unsigned()))
    }
}

impl ToSql for ThreadId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.cast_signed().into())
    }
}

impl FromSql for ThreadId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(|id| ThreadId(id.cast_unsigned()))
    }
}

impl ToSql for MessageId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.cast_signed().into())
    }
}

impl FromSql for MessageId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(|id| MessageId(id.cast_unsigned()))
    }
}

/// As text: people read the audit log, and a copy of it into a table must not round the number.
impl ToSql for UserId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.to_string().into())
    }
}

impl FromSql for UserId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let id = value.as_str()?.parse().map_err(rusqlite::types::FromSqlError::other)?;
        Ok(UserId(id))
    }
}

impl ToSql for Moment {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for Moment {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Moment)
    }
}

impl ToSql for UnansweredId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for UnansweredId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(UnansweredId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_buttons_carry_is_drawn_anew_and_survives_them() {
        let id = AskingId::random().unwrap();
        assert_ne!(id, AskingId::random().unwrap());
        assert_eq!(id.to_string().len(), 16);
        assert_eq!(AskingId::parse(&id.to_string()), Some(id));
        let id = ListingId::random().unwrap();
        assert_ne!(id, ListingId::random().unwrap());
        assert_eq!(ListingId::parse(&id.to_string()), Some(id));
    }

    #[test]
    fn what_no_button_of_ours_holds_is_no_id() {
        for text in [
            "",
            "0123456789abcde",
            "0123456789abcdefg",
            "0123456789ABCDEF",
            "0123456789abcdeü",
            "' OR 1=1 --'''''",
        ] {
            assert_eq!(AskingId::parse(text), None, "{text}");
            assert_eq!(ListingId::parse(text), None, "{text}");
        }
    }
}
