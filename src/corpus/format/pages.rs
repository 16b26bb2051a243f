//! Text with pages, as it comes out of a PDF: a form feed on a line of its own parts them.
//!
//! Paragraphs are lines, blank lines part them, and rows of tables are written between bars.

use super::text;
use crate::corpus::passages::Collector;
use crate::corpus::{Passage, Span};

/// What stands between two pages.
pub const PAGE_BREAK: char = '\u{c}';

/// The page that a byte of the text stands on, from 1.
pub fn page_at(text: &str, byte: usize) -> u32 {
    let before = text.as_bytes().get(..byte).unwrap_or(text.as_bytes());
    memchr::memchr_iter(PAGE_BREAK as u8, before).count() as u32 + 1
}

pub fn passages(text: &str) -> Vec<Passage> {
    let mut collector = Collector::new(text);
    let blocks = text::joined_lists(text, text::blocks(text));
    for (place, block) in blocks.iter().enumerate() {
        if block.len() > 1 && block.iter().all(|line| is_row(text, *line)) {
            for row in &block[1..] {
                collector.row(*row, Some(block[0]));
            }
        } else {
            text::add_block(text, block, place + 1 < blocks.len(), &mut collector);
        }
    }
    collector.finish()
}

fn is_row(text: &str, line: Span) -> bool {
    let line = text[line.range()].trim();
    line.len() > 2 && line.starts_with("| ") && line.ends_with('|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_stands_on_a_page() {
        let text = "One\n\u{c}\nTwo\n\u{c}\n";
        assert_eq!([0, 3, 6, 9, 99].map(|byte| page_at(text, byte)), [1, 1, 2, 2, 3]);
    }

    #[test]
    fn a_row_keeps_its_header_and_a_page_ends_a_paragraph() {
        let text = "Prices\n\nOne text.\n\u{c}\n| plan | price |\n| small | 5 € |\n\nAnother text.\n";
        let found: Vec<(String, String)> = passages(text)
            .iter()
            .map(|passage| {
                let context = passage.context.map_or("", |span| &text[span.range()]);
                (context.to_owned(), text[passage.span.range()].to_owned())
            })
            .collect();
        let expected = [("", "One text."), ("| plan | price |", "| small | 5 € |"), ("", "Another text.")];
        assert_eq!(found, expected.map(|(context, text)| (context.to_owned(), text.to_owned())));
    }
}
