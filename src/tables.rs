//! What owners of the sources want to see as tables for spreadsheets: unanswered questions, feedback, what was done.

use csv::Writer;

use crate::store::{Feedback, Moment, SourceFeedback, Unanswered};

/// Spreadsheets take UTF-8 for what it is where it starts with this.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// One line a group of questions that ask the same.
pub fn unanswered(groups: &[Unanswered]) -> csv::Result<Vec<u8>> {
    let header = [
        "question",
        "asked",
        "people",
        "servers",
        "did not help",
        "words in no source",
        "nearest source",
        "nearest line",
        "first",
        "last",
        "resolved",
    ];
    let rows = groups.iter().map(|group| {
        let nearest = group.gap.nearest.as_ref();
        vec![
            group.question.clone(),
            group.count.to_string(),
            group.people.to_string(),
            group.guilds.to_string(),
            group.disliked.to_string(),
            group.gap.missing.join(", "),
            nearest.map(|place| place.source.clone()).unwrap_or_default(),
            nearest.map(|place| place.line.to_string()).unwrap_or_default(),
            written(group.first),
            written(group.last),
            if group.is_resolved { "yes" } else { "no" }.to_owned(),
        ]
    });
    table(&header, rows)
}

/// One line an answer that somebody voted on.
pub fn feedback(given: &[Feedback]) -> csv::Result<Vec<u8>> {
    let header = ["question", "answer", "sources", "helpful", "not helpful", "remarks", "last"];
    let rows = given.iter().map(|feedback| {
        vec![
            feedback.question.clone(),
            feedback.answer.clone().unwrap_or_default(),
            feedback.sources.join(", "),
            feedback.votes.helpful.to_string(),
            feedback.votes.not_helpful.to_string(),
            feedback.notes.join(" | "),
            written(feedback.at),
        ]
    });
    table(&header, rows)
}

/// One line a source, the most disappointing first.
pub fn feedback_by_source(sources: &[SourceFeedback]) -> csv::Result<Vec<u8>> {
    let header = ["source", "answers", "helpful", "not helpful"];
    let rows = sources.iter().map(|source| {
        vec![
            source.source.clone(),
            source.answers.to_string(),
            source.votes.helpful.to_string(),
            source.votes.not_helpful.to_string(),
        ]
    });
    table(&header, rows)
}

/// As people and spreadsheets read it: RFC 3339, UTC.
pub fn written(moment: Moment) -> String {
    jiff::Timestamp::from_millisecond(moment.0).map(|time| time.to_string()).unwrap_or_default()
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> csv::Result<Vec<u8>> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| harmless(cell)))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Spreadsheets run a cell that starts like a formula. OWASP, "CSV Injection".
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_of_a_table_is_a_formula() {
        let row = ["=1+1", "a \"b\", c", "ü\n-"].map(str::to_owned).to_vec();
        let bytes = table(&["a", "b", "c"], [row].into_iter()).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "a,b,c\n'=1+1,\"a \"\"b\"\", c\",\"ü\n-\"\n");
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            assert!(harmless(&format!("{start}x")).starts_with('\''));
        }
    }
}
