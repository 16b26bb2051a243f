//! What we read: documents, and the passages they are made of.
//!
//! This is the vocabulary that everything else speaks. Reading the folder lives in [`read`], what a file says
//! about itself in [`describe`], and that it no longer holds in [`superseded`], its bytes become text in [`decode`]
//! or, where it is no text, in [`extract`], one file a format in [`mod@format`], cutting a text into passages in [`passages`], sentence boundaries in
//! [`sentences`], the lines around a place in [`neighbours`], written dates in [`date`]. Nothing here knows about
//! searching or answering.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::words::Analyzer;

pub mod date;
pub mod decode;
pub mod describe;
pub mod extract;
pub mod format;
pub mod lines;
pub mod neighbours;
pub mod passages;
pub mod read;
pub mod sentences;
pub mod superseded;

pub use date::Date;
pub use decode::Encoding;
pub use neighbours::Neighbours;

/// A stretch of a document's text: bytes, start inclusive, end exclusive, both on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "span {start}..{end} runs backwards");
        Self { start, end }
    }

    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    pub fn len(self) -> usize {
        self.end - self.start
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The same stretch, counted from `offset` bytes further on.
    pub fn shifted(self, offset: usize) -> Self {
        Self::new(self.start + offset, self.end + offset)
    }
}

/// The kinds of file that passim reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Text,
    Markdown,
    Html,
    Pdf,
    Docx,
}

impl Format {
    /// Whether its text is Markdown: it is, or was written as that.
    pub fn is_markdown(self) -> bool {
        match self {
            Format::Markdown | Format::Html | Format::Docx => true,
            Format::Text | Format::Pdf => false,
        }
    }
}

/// What a file says about itself, and what we found out by reading it. Kept in the index, shown by `sources`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Front matter `id`, else the digits the file name starts with, else the path without its ending.
    pub id: String,
    /// Relative to the corpus folder, with `/` between its parts on every system.
    pub path: String,
    /// Front matter, first heading or first line; at most 80 characters.
    pub title: String,
    /// Front matter, or a full date that stands alone on one of the first lines; never guessed.
    pub date: Option<Date>,
    /// Whether it says of itself that it no longer holds: superseded, replaced, withdrawn, archived.
    pub is_superseded: bool,
    pub publisher: Option<String>,
    /// `url` of the front matter: http or https.
    pub url: Option<String>,
    pub format: Format,
    /// How its bytes became text.
    pub encoding: Encoding,
    /// ISO 639-1, where the text is long enough to be sure.
    pub language: Option<String>,
    /// What is wrong with the file although it could be read, each a sentence for its owner.
    pub problems: Vec<String>,
}

impl Description {
    /// How the words of the document are taken apart.
    pub fn analyzer(&self) -> Analyzer {
        Analyzer::of(self.language.as_deref())
    }
}

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub description: Description,
    /// Exactly what was extracted, decoded once; the file's own bytes where it is UTF-8, a byte-order mark included.
    pub text: String,
    /// The text without byte-order mark and front matter: what passages are made of.
    pub body: Span,
}

/// One file that could not be read, and why, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub path: String,
    pub reason: String,
}

/// How a passage is built, which decides what may be quoted from it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PassageKind {
    Paragraph,
    /// A lead-in and its items; each item is a sentence.
    List,
    /// One row; the header stands in `context`.
    TableRow,
    /// A code block and the sentence before it.
    Code,
}

/// The unit that is searched: small enough to quote from, large enough to mean something by itself.
///
/// Invariant: `span` and `context` lie inside the document's body, and `sentences` lie inside `span`, in order,
/// without overlap, and none is empty or only white space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    pub kind: PassageKind,
    /// Headings above it, outermost first, as plain text.
    pub headings: Vec<String>,
    pub span: Span,
    /// What it cannot be understood without, where that stands apart from it: a table's header row.
    pub context: Option<Span>,
    /// What can be quoted: sentences, list items, table rows, lines of key and value, code blocks.
    pub sentences: Vec<Span>,
}
