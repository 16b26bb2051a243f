//! The lines around a place: by them a place is known again when what stands before it has grown or shrunk.
//!
//! A line is kept as a short hash. Lines of white space are passed over, and where a text ends counts as a line
//! of its own kind.

use std::cell::OnceCell;

use serde::{Deserialize, Serialize};

use super::Span;
use super::lines::lines;

/// CRC-32 of a line without the white space around it: two lines have the same one by accident once in four billion.
pub type LineHash = u32;

/// The nearest lines with text above the line that a place begins in, and below the one that it ends in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbours {
    pub before: LineHash,
    pub after: LineHash,
}

/// The lines of a text that are not all white space, to be asked about many places of it. Each is hashed once at
/// most: in some documents one line is the whole text, and stands around thousands of passages.
#[derive(Debug)]
pub struct WrittenLines(Vec<(Span, OnceCell<LineHash>)>);

/// What a stretch of a text does not tell of the lines around the places in it: those above and below it, and the
/// two that it may have only a part of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surrounding {
    around: Neighbours,
    first: LineHash,
    last: LineHash,
}

impl WrittenLines {
    pub fn of(text: &str) -> WrittenLines {
        let written = lines(text).filter(|line| !text[line.range()].trim().is_empty());
        WrittenLines(written.map(|line| (line, OnceCell::new())).collect())
    }

    /// The neighbours of a span that is not all white space, in the text that the lines are of.
    pub fn neighbours(&self, text: &str, span: Span) -> Neighbours {
        let before = self.line_of(span.start).checked_sub(1);
        let after = self.line_of(last_byte(span)) + 1;
        Neighbours { before: self.hash(text, before), after: self.hash(text, Some(after)) }
    }

    /// The last line that starts at the byte or before it.
    fn line_of(&self, byte: usize) -> usize {
        self.0.partition_point(|(line, _)| line.start <= byte).saturating_sub(1)
    }

    fn hash(&self, text: &str, line: Option<usize>) -> LineHash {
        match line.and_then(|line| self.0.get(line)) {
            Some((line, known)) => *known.get_or_init(|| hash(&text[line.range()])),
            None => hash(""),
        }
    }
}

impl Surrounding {
    /// Of a stretch of the text that the lines are of.
    pub fn of(text: &str, stretch: Span, lines: &WrittenLines) -> Surrounding {
        let inside = &text[stretch.range()];
        let start = stretch.start + (inside.len() - inside.trim_start().len());
        let end = stretch.start + inside.trim_end().len();
        let stretch = Span::new(start, end.max(start));
        Surrounding {
            around: lines.neighbours(text, stretch),
            first: lines.hash(text, Some(lines.line_of(start))),
            last: lines.hash(text, Some(lines.line_of(last_byte(stretch)))),
        }
    }

    /// The neighbours of a span of the stretch, whose text is `text`; the span counts from its start.
    pub fn neighbours(&self, text: &str, span: Span) -> Neighbours {
        let inside = WrittenLines::of(text);
        let last = inside.0.len().saturating_sub(1);
        let before = match inside.line_of(span.start) {
            0 => self.around.before,
            1 => self.first,
            line => inside.hash(text, Some(line - 1)),
        };
        let after = match inside.line_of(last_byte(span)) {
            line if line >= last => self.around.after,
            line if line + 1 == last => self.last,
            line => inside.hash(text, Some(line + 1)),
        };
        Neighbours { before, after }
    }
}

fn last_byte(span: Span) -> usize {
    span.end.saturating_sub(1).max(span.start)
}

fn hash(line: &str) -> LineHash {
    crc32fast::hash(line.trim().as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "# Lease\r\n\r\nIt was signed. It\nruns.\n \nThe end.\n";

    fn span(quote: &str) -> Span {
        let start = TEXT.find(quote).unwrap();
        Span::new(start, start + quote.len())
    }

    #[test]
    fn neighbours_are_the_nearest_lines_with_text_or_the_ends() {
        let lines = WrittenLines::of(TEXT);
        let of = |quote| lines.neighbours(TEXT, span(quote));
        let expected = |before, after| Neighbours { before: hash(before), after: hash(after) };
        assert_eq!(of("Lease"), expected("", "It was signed. It"));
        assert_eq!(of("It was signed."), expected("# Lease", "runs."));
        assert_eq!(of("It\nruns."), expected("# Lease", "The end."));
        assert_eq!(of("The end."), expected("runs.", ""));
    }

    proptest! {
        #[test]
        fn a_stretch_tells_the_neighbours_that_the_whole_text_has(
            text in "([a-cä .]{0,6}(\n|\r\n|\r)?){1,12}", places in any::<[prop::sample::Index; 4]>(),
        ) {
            let mut places = places.map(|place| place.index(text.len() + 1));
            places.sort_unstable();
            prop_assume!(places.iter().all(|place| text.is_char_boundary(*place)));
            let [start, quote_start, quote_end, end] = places;
            prop_assume!(!text[quote_start..quote_end].trim().is_empty());
            // As quotes are cut: without white space around them.
            let quote = &text[quote_start..quote_end];
            let quote_start = quote_start + (quote.len() - quote.trim_start().len());
            let quote = Span::new(quote_start, quote_start + quote.trim().len());
            let lines = WrittenLines::of(&text);
            let surrounding = Surrounding::of(&text, Span::new(start, end), &lines);
            let inside = Span::new(quote.start - start, quote.end - start);
            prop_assert_eq!(surrounding.neighbours(&text[start..end], inside), lines.neighbours(&text, quote));
        }
    }
}
