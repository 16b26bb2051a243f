//! How good the answers are: question sets, the figures of a run over one, and the table of them.
//!
//! Asking is left to the caller. A question set comes in ([`question_set`]), the caller answers each question
//! and hands back a [`Prediction`], and [`measures`] sets the two beside each other; [`table`] shows the
//! outcome beside that of a plain search ([`baseline`]), and [`beside`] what comes of choosing by words alone, by the
//! reader alone and by both. The figures are those of the outside scorer `score.py`, to the last rule: whoever
//! changes one here has to change it there.

use serde::{Deserialize, Serialize};

pub mod question_set;

pub mod selection;

pub mod versions;

pub mod measures;

pub mod calibration;

pub mod baseline;

pub mod claims;

pub mod report;

pub mod table;

pub mod asking;

pub mod beside;

/// What we replied to one question: a line of `eval --pred`, whose form is a promise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The id of the question.
    pub id: String,
    /// The line without its sources; empty where we declined.
    pub answer: String,
    /// The bare span inside `answer`, where there is one.
    pub value: Option<String>,
    /// The first citation's sentence.
    pub quote: String,
    /// The sentences of all citations.
    pub quotes: Vec<String>,
    /// The ids of the cited documents, the one the answer was taken from first.
    pub citations: Vec<String>,
    /// The `status` of `ask --json`.
    pub status: String,
    /// What other sources say instead.
    pub disagreements: Vec<Side>,
    pub abstained: bool,
    /// How likely the answer is right, 0 to 1; for declined questions too, about the best candidate.
    pub confidence: f64,
    /// How likely the documents answer the question at all, 0 to 1.
    #[serde(default)]
    pub support: f64,
    /// The documents that were found, best first.
    pub ranked_docs: Vec<String>,
    pub latency_ms: f64,
    /// The reader was late or failed, so that words alone chose. Written where it is so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub degraded: bool,
}

/// An answer that other sources give to the same question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    pub answer: String,
    pub citations: Vec<String>,
}
