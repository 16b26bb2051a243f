//! Tables as files for spreadsheets.

use super::bot::{Bot, Trouble};
use crate::store::{GuildId, Moment};

/// More rows than anybody reads.
const MOST: u32 = 10_000;
/// Spreadsheets take UTF-8 for what it is where it starts with this.
const BYTE_ORDER_MARK: &str = "\u{feff}";

pub fn unanswered(bot: &Bot, guild: GuildId) -> Result<Vec<u8>, Trouble> {
    let groups = bot.memory.look(|store| store.unanswered(guild, true, MOST, 0))?;
    let header = ["question", "asked", "words in no source", "first", "last", "resolved"];
    let rows = groups.into_iter().map(|group| {
        let resolved = if group.is_resolved { "yes" } else { "no" };
        vec![
            group.question,
            group.count.to_string(),
            group.missing.join(", "),
            written(group.first),
            written(group.last),
            resolved.to_owned(),
        ]
    });
    csv(&header, rows)
}

pub fn feedback(bot: &Bot, guild: GuildId) -> Result<Vec<u8>, Trouble> {
    let given = bot.memory.look(|store| store.feedback(guild, MOST, 0))?;
    let header = ["question", "answer", "helpful", "not helpful", "last"];
    let rows = given.into_iter().map(|feedback| {
        vec![
            feedback.question,
            feedback.answer.unwrap_or_default(),
            feedback.votes.helpful.to_string(),
            feedback.votes.not_helpful.to_string(),
            written(feedback.at),
        ]
    });
    csv(&header, rows)
}

/// A text on one line, short enough for a list.
pub fn line(text: &str) -> String {
    const LONGEST: usize = 250;
    super::message::shortened(text, LONGEST)
}

fn written(moment: Moment) -> String {
    jiff::Timestamp::from_millisecond(moment.0).map(|time| time.to_string()).unwrap_or_default()
}

fn csv(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, Trouble> {
    let failed = |error: &dyn std::fmt::Display| Trouble::failed("a table could not be written", error);
    let mut writer = csv::Writer::from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    writer.write_record(header).map_err(|error| failed(&error))?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| harmless(cell))).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|error| failed(&error))
}

/// Spreadsheets run a cell that starts like a formula. OWASP, "CSV Injection".
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_utf_8_and_no_cell_is_a_formula() {
        let row = ["=1+1", "a \"b\", c", "ü\n-"].map(str::to_owned).to_vec();
        let bytes = csv(&["a", "b", "c"], [row].into_iter()).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "\u{feff}a,b,c\n'=1+1,\"a \"\"b\"\", c\",\"ü\n-\"\n");
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            assert!(harmless(&format!("{start}x")).starts_with('\''));
        }
    }
}
