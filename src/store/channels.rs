//! Where we answer: a switch for each channel of a guild, on unless somebody turned it.

use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row, ToSql, params};

use super::choices::{from_word, to_word};
use super::{ChannelId, GuildId, Moment, Store, StoreError, UserId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Switch {
    #[default]
    On,
    Off,
    /// Only the asker sees answers.
    Private,
}

/// A switch that somebody set. By name: it is an admin's action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelSwitch {
    pub channel: ChannelId,
    pub switch: Switch,
    pub set_by: UserId,
    pub at: Moment,
}

impl Store {
    pub fn set_channel(&self, guild: GuildId, switch: &ChannelSwitch) -> Result<(), StoreError> {
        let sql = "INSERT INTO channels (guild, channel, switch, set_by, at) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (guild, channel) \
                   DO UPDATE SET switch = excluded.switch, set_by = excluded.set_by, at = excluded.at";
        let ChannelSwitch { channel, switch, set_by, at } = switch;
        self.write("set a channel", |transaction| {
            transaction.prepare_cached(sql)?.execute(params![guild, channel, switch, set_by, at])?;
            Ok(())
        })
    }

    pub fn channel(&self, guild: GuildId, channel: ChannelId) -> Result<Switch, StoreError> {
        let sql = "SELECT switch FROM channels WHERE guild = ?1 AND channel = ?2";
        let set = self.read("look up a channel", |connection| {
            connection.prepare_cached(sql)?.query_row(params![guild, channel], |row| row.get(0)).optional()
        })?;
        Ok(set.unwrap_or_default())
    }

    /// All that were ever set in a guild, newest first.
    pub fn channels(&self, guild: GuildId) -> Result<Vec<ChannelSwitch>, StoreError> {
        let sql = "SELECT * FROM channels WHERE guild = ?1 ORDER BY at DESC, channel";
        self.read("list the channels", |connection| {
            connection.prepare_cached(sql)?.query_map([guild], from_row)?.collect()
        })
    }
}

fn from_row(row: &Row) -> rusqlite::Result<ChannelSwitch> {
    Ok(ChannelSwitch {
        channel: row.get("channel")?,
        switch: row.get("switch")?,
        set_by: row.get("set_by")?,
        at: row.get("at")?,
    })
}

const SWITCHES: [(Switch, &str); 3] =
    [(Switch::On, "on"), (Switch::Off, "off"), (Switch::Private, "private")];

impl ToSql for Switch {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        to_word(&SWITCHES, self)
    }
}

impl FromSql for Switch {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        from_word(&SWITCHES, value)
    }
}
