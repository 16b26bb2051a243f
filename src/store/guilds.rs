//! Guilds that removed us: what we have of them stays for a while, in case they come back.

use rusqlite::params;

use super::{GuildId, Moment, Store, StoreError};

impl Store {
    /// That we are in this guild no more. The first time counts, however often it is noticed.
    pub fn note_left(&self, guild: GuildId, now: Moment) -> Result<(), StoreError> {
        self.write("note that a guild was left", |transaction| {
            let sql = "INSERT INTO left_guilds (guild, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            transaction.prepare_cached(sql)?.execute(params![guild, now])?;
            Ok(())
        })
    }

    /// That we are in this guild (again).
    pub fn note_back(&self, guild: GuildId) -> Result<(), StoreError> {
        self.write("note that a guild is back", |transaction| {
            transaction.prepare_cached("DELETE FROM left_guilds WHERE guild = ?1")?.execute([guild])?;
            Ok(())
        })
    }

    /// Guilds that were left before `moment` and did not come back.
    pub fn left_before(&self, moment: Moment) -> Result<Vec<GuildId>, StoreError> {
        self.read("list the guilds that were left", |connection| {
            let sql = "SELECT guild FROM left_guilds WHERE at < ?1 ORDER BY at, guild";
            connection.prepare_cached(sql)?.query_map([moment], |row| row.get(0))?.collect()
        })
    }

    /// Guilds that something is kept of: those we are not in any more were left while nobody looked.
    pub fn known_guilds(&self) -> Result<Vec<GuildId>, StoreError> {
        self.read("list the guilds", |connection| {
            let sql = "SELECT guild FROM askings WHERE guild IS NOT NULL \
                       UNION SELECT guild FROM turns WHERE guild IS NOT NULL \
                       UNION SELECT guild FROM channels \
                       UNION SELECT guild FROM audit WHERE guild IS NOT NULL ORDER BY guild";
            connection.prepare_cached(sql)?.query_map([], |row| row.get(0))?.collect()
        })
    }
}
