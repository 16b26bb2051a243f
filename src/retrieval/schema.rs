//! What is indexed, and how: the fields, and what a passage puts into them.

use serde::{Deserialize, Serialize};
use tantivy::TantivyDocument;
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value,
};

use sha2::{Digest, Sha256};

use super::manifest::hex;
use super::tokenizers;
use crate::corpus::format::pages::{PAGE_BREAK, page_at};
use crate::corpus::lines::breaks;
use crate::corpus::neighbours::{Surrounding, WrittenLines};
use crate::corpus::{Document, Format, Neighbours, Passage, Span, describe, extract, passages};
use crate::words::{self, Analyzer};

/// Raised when what is written into the fields changes in a way that [`rules`] cannot see.
const SCHEMA_VERSION: u32 = 6;

/// A hash over everything that decides what an index holds: the fields, what is extracted from files and known of
/// a document, the analyser, and the cutting into passages, the latter three by what they make of a probe. An index that was built by other rules is built anew.
pub fn rules() -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{SCHEMA_VERSION} {}\n", serde_json::to_string(&schema()).unwrap_or_default()));
    hash.update(format!("{}\n", extract::VERSION));
    for (name, format) in
        [("probe.txt", Format::Text), ("probe.md", Format::Markdown), ("probe.pdf", Format::Pdf)]
    {
        let document = describe::document(name, format, PROBE.to_owned(), Vec::new());
        hash.update(serde_json::to_string(&document.description).unwrap_or_default());
        for passage in passages::passages(&document) {
            hash.update(serde_json::to_string(&passage).unwrap_or_default());
        }
    }
    for word in words::words(PROBE) {
        hash.update(format!("{} {}", word.span.start, word.folded));
        for analyzer in Analyzer::ALL {
            let is_function = analyzer.is_function_word(&word.folded);
            hash.update(format!(" {} {is_function}", analyzer.stem(&word.folded)));
        }
        hash.update("\n");
    }
    for word in words::function_words() {
        hash.update(format!("{word}\n"));
    }
    for code in words::codes(PROBE) {
        hash.update(code + "\n");
    }
    hex(&hash.finalize())
}

/// A little of everything that the rules tell apart.
const PROBE: &str = "\
---
title: Probe
status: superseded
---
# Première Straße

Mr. Smith's U.S. envoy didn't pay $1,000.50 (v1.2.3) for C++ in 2026. \u{201c}No.\u{201d} He went, \
running, to the well-known meetings;
they were long.

Port: 8080
Host: here

The tools:

- a *drone*
- [sensors](https://example.org)

| plan | price |
|---|---|
| small | 5 € |

Then restart it:

```sh
systemctl --now restart
```
";

/// The fields by name.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// The file: what a changed or vanished one is removed by.
    pub path: Field,
    /// The source's id: what a search is narrowed by.
    pub id: Field,
    /// Stems of the passage.
    pub words: Field,
    /// The passage's codes, as they are written.
    pub codes: Field,
    /// Stems of title, headings and what else the passage cannot be understood without.
    pub context: Field,
    /// The passage itself but for its text.
    pub passage: Field,
}

impl Fields {
    pub fn of(schema: &Schema) -> Fields {
        let field =
            |name| schema.get_field(name).expect("the version in the payload says the fields are these");
        Fields {
            path: field("path"),
            id: field("id"),
            words: field("words"),
            codes: field("codes"),
            context: field("context"),
            passage: field("passage"),
        }
    }
}

pub fn schema() -> Schema {
    let text = |tokenizer: &str| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer);
        TextOptions::default().set_indexing_options(indexing.set_index_option(IndexRecordOption::WithFreqs))
    };
    let mut builder = Schema::builder();
    builder.add_text_field("path", STRING);
    builder.add_text_field("id", STRING);
    builder.add_text_field("words", text(tokenizers::STEMS).set_stored());
    builder.add_text_field("codes", text(tokenizers::AS_THEY_ARE));
    builder.add_text_field("context", text(tokenizers::STEMS));
    builder.add_bytes_field("passage", STORED);
    builder.build()
}

/// A passage as it lies in the index: with its text, so that answering reads no file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedPassage {
    pub path: String,
    pub passage: Passage,
    /// The document's text at `passage.span`; in the index it is the words field that keeps it.
    #[serde(skip)]
    pub text: String,
    /// The line that the passage starts in, from 1.
    pub line: usize,
    /// The page that it starts on, from 1, where the document has pages.
    pub page: Option<u32>,
    /// The document's text at `passage.context`, and the line it starts in.
    pub context_text: Option<(String, usize)>,
    /// The lines above and below, by which a quote from it is found again.
    pub surrounding: Surrounding,
}

impl IndexedPassage {
    /// The text at a span of the document that lies inside this passage.
    pub fn slice(&self, span: Span) -> &str {
        let start = self.passage.span.start;
        &self.text[span.start - start..span.end - start]
    }

    /// The lines around a span of the document that lies inside this passage.
    pub fn neighbours(&self, span: Span) -> Neighbours {
        let start = self.passage.span.start;
        self.surrounding.neighbours(&self.text, Span::new(span.start - start, span.end - start))
    }

    /// The line of the document that a byte inside this passage stands in, from 1.
    pub fn line_at(&self, byte: usize) -> usize {
        self.line + breaks(self.text.as_bytes(), 0, byte - self.passage.span.start)
    }

    /// The page that a byte inside this passage stands on.
    pub fn page_at(&self, byte: usize) -> Option<u32> {
        self.page.map(|page| page + page_at(&self.text, byte - self.passage.span.start) - 1)
    }
}

/// The tantivy document for each passage of `document`.
pub fn documents(document: &Document, passages: Vec<Passage>, fields: Fields) -> Vec<TantivyDocument> {
    // Two counters, since table headers stand before rows: each walks the text once.
    let mut lines = LineCounter::new(&document.text);
    let mut context_lines = LineCounter::new(&document.text);
    let written = WrittenLines::of(&document.text);
    let pages = Pages::of(document);
    passages
        .into_iter()
        .map(|passage| {
            let line = lines.line_of(passage.span.start);
            let context_text = passage
                .context
                .map(|span| (document.text[span.range()].to_owned(), context_lines.line_of(span.start)));
            let indexed = IndexedPassage {
                path: document.description.path.clone(),
                text: document.text[passage.span.range()].to_owned(),
                line,
                page: pages.page_of(passage.span.start),
                context_text,
                surrounding: Surrounding::of(&document.text, passage.span, &written),
                passage,
            };
            tantivy_document(document, &indexed, fields)
        })
        .collect()
}

fn tantivy_document(document: &Document, indexed: &IndexedPassage, fields: Fields) -> TantivyDocument {
    let context = [&document.description.title]
        .into_iter()
        .chain(&indexed.passage.headings)
        .chain(indexed.context_text.as_ref().map(|(text, _)| text))
        .map(String::as_str)
        .collect::<Vec<&str>>()
        .join("\n");
    let mut fielded = TantivyDocument::default();
    fielded.add_text(fields.path, &indexed.path);
    fielded.add_text(fields.id, &document.description.id);
    let analyzer = document.description.analyzer();
    fielded.add_text(fields.words, tokenizers::marked(&indexed.text, analyzer));
    fielded.add_text(fields.codes, codes(&indexed.text));
    fielded.add_text(fields.context, tokenizers::marked(&context, analyzer));
    let stored = postcard::to_allocvec(indexed).expect("strings, numbers and lists always serialise");
    fielded.add_bytes(fields.passage, &stored);
    fielded
}

fn codes(text: &str) -> String {
    let mut codes = String::new();
    for code in words::codes(text) {
        codes.push_str(&code);
        codes.push(' ');
    }
    codes
}

pub fn stored_passage(document: &TantivyDocument, fields: Fields) -> Result<IndexedPassage, String> {
    let missing = "a passage is missing";
    let bytes = document.get_first(fields.passage).and_then(|value| value.as_bytes()).ok_or(missing)?;
    let text = document.get_first(fields.words).and_then(|value| value.as_str()).ok_or(missing)?;
    let passage: IndexedPassage = postcard::from_bytes(bytes).map_err(|error| error.to_string())?;
    Ok(IndexedPassage { text: tokenizers::unmarked(text).1.to_owned(), ..passage })
}

/// Where the pages of a document end; a document without pages has no list.
struct Pages(Option<Vec<usize>>);

impl Pages {
    fn of(document: &Document) -> Pages {
        let ends = || document.text.match_indices(PAGE_BREAK).map(|(at, _)| at).collect();
        Pages((document.description.format == Format::Pdf).then(ends))
    }

    fn page_of(&self, byte: usize) -> Option<u32> {
        let ends = self.0.as_ref()?;
        Some(ends.partition_point(|end| *end < byte) as u32 + 1)
    }
}

/// Counts lines in one pass, for places asked in ascending order; starts again for an earlier one.
struct LineCounter<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0, line: 1 }
    }

    fn line_of(&mut self, byte: usize) -> usize {
        if byte < self.at {
            (self.at, self.line) = (0, 1);
        }
        self.line += breaks(self.text, self.at, byte);
        self.at = byte;
        self.line
    }
}
