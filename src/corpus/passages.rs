//! Cutting a document into passages, each small enough to quote from and whole enough to mean something.
//!
//! What the parts of a file are is for its format to say ([`format`](super::format)); how a paragraph, a list
//! or a code block becomes passages is the same for all and lives here.

use super::format::{markdown, pages, text};
use super::lines::lines;
use super::sentences::{cut, sentences, trimmed};
use super::{Document, Format, Passage, PassageKind, Span};

/// Longer passages are divided: more than this is too much to search as one thing. Bytes.
const LONGEST: usize = 1_500;
/// Between a lead-in and what it leads in stands no more than a marker: "1.", "```python". Bytes.
const LONGEST_MARKER: usize = 24;
/// A paragraph of at most so many bytes before a list belongs to it whole, else its last sentence does.
const LONGEST_LEAD_IN: usize = 300;

/// The passages of a document, in order.
pub fn passages(document: &Document) -> Vec<Passage> {
    let body = &document.text[document.body.range()];
    let mut passages = match document.description.format {
        format if format.is_markdown() => markdown::passages(body),
        Format::Pdf => pages::passages(body),
        _ => text::passages(body),
    };
    for passage in &mut passages {
        passage.span = passage.span.shifted(document.body.start);
        passage.context = passage.context.map(|span| span.shifted(document.body.start));
        for sentence in &mut passage.sentences {
            *sentence = sentence.shifted(document.body.start);
        }
    }
    passages
}

/// Collects the passages of one text under the headings that it comes by.
pub struct Collector<'t> {
    text: &'t str,
    headings: Vec<(usize, String)>,
    /// A heading that nothing has followed yet.
    bare: Option<(usize, Span)>,
    passages: Vec<Passage>,
}

impl<'t> Collector<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, headings: Vec::new(), bare: None, passages: Vec::new() }
    }

    pub fn finish(mut self) -> Vec<Passage> {
        self.keep_bare_heading(0);
        self.passages
    }

    /// What follows stands under this heading; level 1 is the outermost.
    pub fn heading(&mut self, level: usize, heading: &str, span: Span) {
        self.keep_bare_heading(level);
        self.bare = Some((level, span));
        self.headings.retain(|(above, _)| *above < level);
        let heading = heading.split_whitespace().collect::<Vec<&str>>().join(" ");
        if !heading.is_empty() {
            self.headings.push((level, heading));
        }
    }

    /// A heading that has nothing under it is text like any other, else its words would be lost. `next` is the
    /// level of what follows: a deeper heading is something.
    fn keep_bare_heading(&mut self, next: usize) {
        let Some((level, span)) = self.bare.take() else { return };
        if next <= level
            && let Some(span) = trimmed(self.text, span)
        {
            let under = std::mem::take(&mut self.headings);
            self.headings = under.iter().filter(|(above, _)| *above < level).cloned().collect();
            self.push(PassageKind::Paragraph, None, &[span]);
            self.headings = under;
        }
    }

    /// A paragraph, with the bytes at which it breaks its line on purpose, or a comment starts or ends.
    pub fn paragraph(&mut self, span: Span, breaks: &[usize]) {
        let Some(span) = trimmed(self.text, span) else { return };
        let mut found = Vec::new();
        let mut start = span.start;
        for end in breaks.iter().copied().filter(|at| span.start < *at && *at < span.end).chain([span.end]) {
            // A comment is for whoever edits the file: it must not be quoted.
            if !self.text[start..end].starts_with("<!--") {
                found.extend(self.sentences(Span::new(start, end)));
            }
            start = end;
        }
        self.divided(PassageKind::Paragraph, None, &found);
    }

    /// A list: each item is a sentence, and the paragraph just before leads it in.
    pub fn list(&mut self, items: &[Span]) {
        let items: Vec<Span> = items.iter().filter_map(|item| trimmed(self.text, *item)).collect();
        let Some(first) = items.first() else { return };
        let lead_in = self.take_lead_in(first.start);
        let mut sentences = lead_in.clone();
        for item in &items {
            cut(self.text, *item, super::sentences::LONGEST, &mut sentences);
        }
        let context = lead_in.first().map(|first| Span::new(first.start, lead_in[lead_in.len() - 1].end));
        self.divided(PassageKind::List, context, &sentences);
    }

    /// The text of a code block, with the sentence before it.
    pub fn code(&mut self, code: Span) {
        let Some(code) = trimmed(self.text, code) else { return };
        let lead_in = self.take_lead_in(code.start);
        let mut sentences: Vec<Span> = lead_in.last().copied().into_iter().collect();
        let context = sentences.first().copied();
        if lead_in.len() > 1 {
            self.divided(PassageKind::Paragraph, None, &lead_in[..lead_in.len() - 1]);
        }
        cut(self.text, code, super::sentences::LONGEST, &mut sentences);
        self.divided(PassageKind::Code, context, &sentences);
    }

    /// A table row, which means nothing without its header.
    pub fn row(&mut self, row: Span, header: Option<Span>) {
        let Some(row) = trimmed(self.text, row) else { return };
        let mut sentences = Vec::new();
        cut(self.text, row, super::sentences::LONGEST, &mut sentences);
        self.push(PassageKind::TableRow, header.and_then(|header| trimmed(self.text, header)), &sentences);
    }

    /// The sentences that lead in what starts at `next`: those of a short paragraph just before, or the last of
    /// a long one. They are taken out of its passage, so that each sentence stands in one passage only.
    fn take_lead_in(&mut self, next: usize) -> Vec<Span> {
        let Some(last) = self.passages.last_mut() else { return Vec::new() };
        let between = &self.text[last.span.end.min(next)..next];
        let is_close = between.trim().len() <= LONGEST_MARKER;
        let headings_differ = last.headings.iter().ne(self.headings.iter().map(|(_, heading)| heading));
        if last.kind != PassageKind::Paragraph || !is_close || headings_differ {
            return Vec::new();
        }
        if last.span.len() <= LONGEST_LEAD_IN || last.sentences.len() == 1 {
            return self.passages.pop().map(|passage| passage.sentences).unwrap_or_default();
        }
        let lead_in = last.sentences.pop();
        if let Some(end) = last.sentences.last() {
            last.span.end = end.end;
        }
        lead_in.into_iter().collect()
    }

    /// Prose falls into sentences, lines of key and value into lines.
    fn sentences(&self, span: Span) -> Vec<Span> {
        let inside = &self.text[span.range()];
        if let Some(lines) = key_value_lines(inside) {
            return lines.into_iter().map(|line| line.shifted(span.start)).collect();
        }
        sentences(inside).into_iter().map(|sentence| sentence.shifted(span.start)).collect()
    }

    /// Sentences as passages, a new one wherever the last would grow too long. Parts after the first keep the
    /// lead-in as their context.
    fn divided(&mut self, kind: PassageKind, lead_in: Option<Span>, sentences: &[Span]) {
        let mut start = 0;
        for end in 1..=sentences.len() {
            let is_last = end == sentences.len();
            if is_last || sentences[end].end - sentences[start].start > LONGEST {
                let context = if start == 0 { None } else { lead_in };
                self.push(kind, context, &sentences[start..end]);
                start = end;
            }
        }
    }

    fn push(&mut self, kind: PassageKind, context: Option<Span>, sentences: &[Span]) {
        let (Some(first), Some(last)) = (sentences.first(), sentences.last()) else { return };
        self.bare = None;
        self.passages.push(Passage {
            kind,
            headings: self.headings.iter().map(|(_, heading)| heading.clone()).collect(),
            span: Span::new(first.start, last.end),
            context,
            sentences: sentences.to_vec(),
        });
    }
}

/// The lines of a paragraph that is a run of keys and values, "Port: 8080".
fn key_value_lines(text: &str) -> Option<Vec<Span>> {
    let mut found = Vec::new();
    for line in lines(text) {
        let Some(line) = trimmed(text, line) else { continue };
        if !is_key_value(&text[line.range()]) {
            return None;
        }
        found.push(line);
    }
    (found.len() > 1).then_some(found)
}

/// "Port: 8080": a short key of letters, a colon, a value on the same line.
pub fn is_key_value(line: &str) -> bool {
    let line = line.trim_start_matches(['*', '_', '`']);
    let Some((key, value)) = line.split_once(':') else { return false };
    let is_key = key.starts_with(char::is_alphabetic)
        && key.chars().count() <= 40
        && key.split_whitespace().count() <= 5
        && !key.contains(['.', '"', '“', '!', '?', ';', ',']);
    is_key
        && value.trim_start_matches(['*', '_', '`']).starts_with(char::is_whitespace)
        && !value.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::corpus::describe;

    /// What every passage promises, for any text.
    fn holds(text: &str, format: Format) {
        let document = describe::document("a.md", format, text.to_owned(), Vec::new());
        for passage in passages(&document) {
            assert!(document.body.contains(passage.span), "{text:?}");
            assert!(passage.context.is_none_or(|context| document.body.contains(context)), "{text:?}");
            assert!(!passage.sentences.is_empty());
            let mut before = passage.span.start;
            for sentence in &passage.sentences {
                assert!(
                    before <= sentence.start && passage.span.contains(*sentence),
                    "{text:?}: {passage:?}"
                );
                assert!(!document.text[sentence.range()].trim().is_empty(), "{text:?}");
                before = sentence.end;
            }
        }
    }

    proptest! {
        #[test]
        fn passages_hold_their_promises_for_any_text(text in "[ -~\\n\\PC]{0,200}") {
            holds(&text, Format::Text);
            holds(&text, Format::Markdown);
            holds(&text, Format::Pdf);
        }

        #[test]
        fn passages_hold_their_promises_for_texts_that_look_like_documents(
            parts in prop::collection::vec(prop_oneof![
                Just("# Heading\n"), Just("- item\n"), Just("  - nested item\n"), Just("1. one\n"), Just("\n"),
                Just("A sentence. Another one!\n"), Just("| a | b |\n|---|---|\n| 1 | 2 |\n"), Just("```\ncode\n```\n"),
                Just("> quoted text\n"), Just("Key: value\n"), Just("<!-- hidden -->\n"), Just("Höhe: 3 m\r\n"),
                Just("---\n"), Just("    indented\n"), Just("[^1]: a note\n"), Just("word  \nbroken line\n"),
                Just("\u{c}\n"),
            ], 0..24)
        ) {
            let text = parts.concat();
            holds(&text, Format::Text);
            holds(&text, Format::Markdown);
            holds(&text, Format::Pdf);
        }
    }

    #[test]
    fn hostile_texts_are_cut_in_time() {
        for text in [
            "[".repeat(5_000),
            ">".repeat(5_000),
            "> ".repeat(5_000),
            "- ".repeat(5_000),
            "* a\n".repeat(20_000),
            "* a\nText.\n".repeat(20_000),
            "Heading\n\n".repeat(20_000),
            "x".repeat(1 << 20),
            "```\n".to_owned() + &"code\n".repeat(50_000),
            "|".repeat(50_000),
            "a.".repeat(100_000),
            "\"".repeat(100_000),
        ] {
            holds(&text, Format::Text);
            holds(&text, Format::Markdown);
            holds(&text, Format::Pdf);
        }
    }

    #[test]
    fn a_long_paragraph_is_divided_between_sentences() {
        let document = describe::document(
            "a.txt",
            Format::Text,
            "This is a sentence of some words. ".repeat(100),
            Vec::new(),
        );
        let passages = passages(&document);
        assert!(passages.len() > 1);
        assert!(passages.iter().all(|passage| passage.span.len() <= LONGEST));
        assert_eq!(passages.iter().map(|passage| passage.sentences.len()).sum::<usize>(), 100);
    }

    #[test]
    fn keys_and_values_are_lines() {
        assert!(
            is_key_value("Port: 8080")
                && is_key_value("**Owner**: Nora Quill")
                && is_key_value("Next review: May")
        );
        assert!(!is_key_value("He said: \"No\". Then: yes") || !is_key_value("https://example.org"));
        assert!(!is_key_value("https://example.org") && !is_key_value("Note:"));
    }
}
