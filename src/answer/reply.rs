//! What people see: the line, the proof under it, the numbered sources. Terminal, Discord and HTTP draw the
//! same reply, each in its own way.

use super::template::Templates;
use super::{Answer, Citation, Outcome};
use crate::corpus::Date;

/// A reply, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The answer and its sources, or what there is to say instead.
    pub headline: String,
    /// What of the headline was asked for: the bare value, where there is one.
    pub value: Option<String>,
    /// How the question was read, where that is not as it was written.
    pub notes: Vec<String>,
    /// What stands above the proof, where that has to be explained.
    pub proof_title: Option<String>,
    /// Numbered from 1, in this order.
    pub proof: Vec<Citation>,
    /// How a document gets in, where one seems to be missing.
    pub hint: Option<String>,
}

impl Reply {
    /// `how_to_add` is shown where the sources do not say.
    pub fn of(answer: &Answer, templates: &Templates, how_to_add: Option<&str>) -> Reply {
        let mut reply = Reply {
            headline: templates.headline(answer),
            value: None,
            notes: templates.understood(answer).into_iter().chain(templates.corrected(answer)).collect(),
            proof_title: None,
            proof: Vec::new(),
            hint: None,
        };
        match &answer.outcome {
            Outcome::Found(finding) => {
                reply.value = finding.value.clone();
                reply.proof = finding.citations.clone();
            }
            Outcome::Abstained { nearest } => {
                reply.proof = nearest.iter().cloned().collect();
                reply.proof_title = nearest.as_ref().map(|_| templates.nearest());
                reply.hint = how_to_add.map(str::to_owned);
            }
            Outcome::SmallTalk(_) | Outcome::Empty | Outcome::TooLong => {}
        }
        reply
    }
}

/// "line 3", "lines 3-5": where in its file a citation stands.
pub fn spoken_lines(citation: &Citation) -> String {
    match (citation.line_start, citation.line_end) {
        (start, end) if start == end => format!("line {start}"),
        (start, end) => format!("lines {start}-{end}"),
    }
}

/// "6 January 2026".
pub fn spoken_date(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    format!("{} {} {}", date.day(), MONTHS[date.month() as usize - 1], date.year())
}
