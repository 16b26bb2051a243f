//! Tables as files, for whoever leafs through them in Discord.

use super::bot::{Bot, Trouble};
use super::pages::{View, as_read, is_read};
use crate::store::{Feedback, Scope, Unanswered};
use crate::tables::{self, BYTE_ORDER_MARK};

/// More rows than anybody reads.
const MOST: u32 = 10_000;

pub fn unanswered(bot: &Bot, view: &View) -> Result<Vec<u8>, Trouble> {
    let guild = view.guild.ok_or(Trouble::NotYours)?;
    let groups = bot.memory.look(|store| store.unanswered(Scope::Guild(guild), true, MOST, 0))?;
    let groups: Vec<Unanswered> = groups.into_iter().map(|group| as_read(group, view)).collect();
    file(tables::unanswered(&groups))
}

pub fn feedback(bot: &Bot, view: &View) -> Result<Vec<u8>, Trouble> {
    let guild = view.guild.ok_or(Trouble::NotYours)?;
    let given = bot.memory.look(|store| store.feedback(Scope::Guild(guild), MOST, 0))?;
    let given: Vec<Feedback> = given.into_iter().filter(|given| is_read(given, &view.answerer)).collect();
    file(tables::feedback(&given))
}

/// A text on one line, short enough for a list.
pub fn line(text: &str) -> String {
    const LONGEST: usize = 250;
    super::message::shortened(text, LONGEST)
}

fn file(table: csv::Result<Vec<u8>>) -> Result<Vec<u8>, Trouble> {
    let table = table.map_err(|error| Trouble::failed("a table could not be written", &error))?;
    Ok([BYTE_ORDER_MARK.as_bytes(), &table].concat())
}
