//! What is indexed, and how: the fields, and the tokenizers that feed them.

use serde::{Deserialize, Serialize};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value,
};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};
use tantivy::{TantivyDocument, doc};

use sha2::{Digest, Sha256};

use super::manifest::hex;
use crate::corpus::lines::breaks;
use crate::corpus::{Document, Format, Passage, Span, describe, passages};
use crate::words;

/// Raised when what is written into the fields changes in a way that [`rules`] cannot see.
const SCHEMA_VERSION: u32 = 1;

/// A hash over everything that decides what an index holds: the fields, the analyser, and the cutting into
/// passages, the latter two by what they make of a probe. An index that was built by other rules is built anew.
pub fn rules() -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{SCHEMA_VERSION} {}\n", serde_json::to_string(&schema()).unwrap_or_default()));
    for (name, format) in [("probe.txt", Format::Text), ("probe.md", Format::Markdown)] {
        let document = describe::document(name, format, PROBE.to_owned(), Vec::new());
        for passage in passages::passages(&document) {
            hash.update(serde_json::to_string(&passage).unwrap_or_default());
        }
    }
    for word in words::words(PROBE) {
        hash.update(format!("{} {} {}\n", word.span.start, word.folded, words::stem(&word.folded)));
    }
    for (_, token) in words::exact_tokens(PROBE) {
        hash.update(token + "\n");
    }
    hex(&hash.finalize())
}

/// A little of everything that the rules tell apart.
const PROBE: &str = "\
---
title: Probe
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

const WORDS: &str = "passim_words";
const EXACT: &str = "passim_exact";

/// The fields by name.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// The file: what a changed or vanished one is removed by.
    pub path: Field,
    /// The source's id: what a search is narrowed by.
    pub id: Field,
    /// Stems of the passage.
    pub words: Field,
    /// The passage's tokens as they are written: codes, and the vocabulary for spelling.
    pub exact: Field,
    /// Stems of title, headings and what else the passage cannot be understood without.
    pub context: Field,
    /// The passage itself, as JSON.
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
            exact: field("exact"),
            context: field("context"),
            passage: field("passage"),
        }
    }
}

pub fn schema() -> Schema {
    let text = |tokenizer: &str, record| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record);
        TextOptions::default().set_indexing_options(indexing)
    };
    let mut builder = Schema::builder();
    builder.add_text_field("path", STRING);
    builder.add_text_field("id", STRING);
    builder.add_text_field("words", text(WORDS, IndexRecordOption::WithFreqs));
    builder.add_text_field("exact", text(EXACT, IndexRecordOption::WithFreqs));
    builder.add_text_field("context", text(WORDS, IndexRecordOption::WithFreqs));
    builder.add_bytes_field("passage", STORED);
    builder.build()
}

/// Tokenizers are not stored in an index: every handle needs them before it reads or writes.
pub fn register_tokenizers(index: &tantivy::Index) {
    index.tokenizers().register(WORDS, TextAnalyzer::from(WordTokenizer));
    index.tokenizers().register(EXACT, TextAnalyzer::from(ExactTokenizer));
}

/// A passage as it lies in the index: with its text, so that answering reads no file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedPassage {
    pub path: String,
    pub passage: Passage,
    /// The document's text at `passage.span`.
    pub text: String,
    /// The line that the passage starts in, from 1.
    pub line: usize,
    /// The document's text at `passage.context`, and the line it starts in.
    pub context_text: Option<(String, usize)>,
}

impl IndexedPassage {
    /// The text at a span of the document that lies inside this passage.
    pub fn slice(&self, span: Span) -> &str {
        let start = self.passage.span.start;
        &self.text[span.start - start..span.end - start]
    }

    /// The line of the document that a byte inside this passage stands in, from 1.
    pub fn line_at(&self, byte: usize) -> usize {
        self.line + breaks(self.text.as_bytes(), 0, byte - self.passage.span.start)
    }
}

/// The tantivy document for each passage of `document`.
pub fn documents(document: &Document, passages: Vec<Passage>, fields: Fields) -> Vec<TantivyDocument> {
    // Two counters, since table headers stand before rows: each walks the text once.
    let mut lines = LineCounter::new(&document.text);
    let mut context_lines = LineCounter::new(&document.text);
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
                context_text,
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
    doc!(
        fields.path => indexed.path.clone(),
        fields.id => document.description.id.clone(),
        fields.words => indexed.text.clone(),
        fields.exact => indexed.text.clone(),
        fields.context => context,
        fields.passage => serde_json::to_vec(indexed).expect("strings, numbers and lists always serialise"),
    )
}

pub fn stored_passage(document: &TantivyDocument, field: Field) -> Result<IndexedPassage, String> {
    let bytes = document.get_first(field).and_then(|value| value.as_bytes()).ok_or("a passage is missing")?;
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
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

/// Stems, for finding.
#[derive(Clone)]
struct WordTokenizer;

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        let stems = words::words(text).into_iter();
        Tokens::new(stems.map(|word| (word.span, words::stem(&word.folded).into_owned())))
    }
}

/// Tokens as they are written, for codes and for spelling.
#[derive(Clone)]
struct ExactTokenizer;

impl Tokenizer for ExactTokenizer {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        Tokens::new(words::exact_tokens(text))
    }
}

struct Tokens {
    tokens: std::vec::IntoIter<Token>,
    current: Token,
}

impl Tokens {
    fn new(found: impl Iterator<Item = (Span, String)>) -> Self {
        let tokens: Vec<Token> = found
            .enumerate()
            .map(|(position, (span, text))| Token {
                offset_from: span.start,
                offset_to: span.end,
                position,
                text,
                position_length: 1,
            })
            .collect();
        Self { tokens: tokens.into_iter(), current: Token::default() }
    }
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        match self.tokens.next() {
            Some(token) => {
                self.current = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.current
    }
}
