//! Plain text: what is a paragraph, a heading, a list, where nothing says so but lines.
//!
//! Blank lines part blocks. A block of several lines is one paragraph where it was wrapped by hand, and a
//! paragraph a line where each line is one. A short line without final punctuation, with text after it, is a
//! heading.

use crate::corpus::lines::lines;
use crate::corpus::passages::{Collector, is_key_value};
use crate::corpus::sentences::{ends_like_a_sentence, sentences};
use crate::corpus::{Passage, Span, date};

/// Hand-wrapped lines are no longer than this, in characters.
const LONGEST_WRAPPED: usize = 110;
/// A line that was wrapped is about as long as the others: a shorter one may be a heading.
const SHORT_LINE: usize = 60;
/// Headings are no longer than this, in characters.
const LONGEST_HEADING: usize = 80;

pub fn passages(text: &str) -> Vec<Passage> {
    let mut collector = Collector::new(text);
    let blocks = joined_lists(text, blocks(text));
    for (place, block) in blocks.iter().enumerate() {
        add_block(text, block, place + 1 < blocks.len(), &mut collector);
    }
    collector.finish()
}

/// Runs of lines between blank ones; each line as its span, without the line break.
pub(super) fn blocks(text: &str) -> Vec<Vec<Span>> {
    let mut blocks = vec![Vec::new()];
    for line in lines(text) {
        let written = text[line.range()].trim_end();
        // A line without a letter or a digit is a ruler, or underlines the title above it.
        if !written.contains(char::is_alphanumeric) {
            blocks.push(Vec::new());
        } else if let Some(block) = blocks.last_mut() {
            block.push(Span::new(line.start, line.start + written.len()));
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// Items of one list may have blank lines between them.
pub(super) fn joined_lists(text: &str, blocks: Vec<Vec<Span>>) -> Vec<Vec<Span>> {
    let is_item = |span: Option<&Span>| span.is_some_and(|span| item_text(&text[span.range()]).is_some());
    let mut joined: Vec<Vec<Span>> = Vec::new();
    for block in blocks {
        match joined.last_mut() {
            Some(before) if is_item(block.first()) && before.iter().any(|line| is_item(Some(line))) => {
                before.extend(block)
            }
            _ => joined.push(block),
        }
    }
    joined
}

/// A block may hold paragraphs and lists in turn.
pub(super) fn add_block(text: &str, lines: &[Span], has_more: bool, collector: &mut Collector<'_>) {
    let mut rest = lines;
    while !rest.is_empty() {
        let first_item = rest.iter().position(|span| item_text(&text[span.range()]).is_some());
        let end = match first_item {
            Some(0) => {
                let end = list_end(text, rest);
                collector.list(&items(text, &rest[..end]));
                end
            }
            first_item => {
                let end = first_item.unwrap_or(rest.len());
                add_lines(text, &rest[..end], has_more || end < rest.len(), collector);
                end
            }
        };
        rest = &rest[end..];
    }
}

fn add_lines(text: &str, lines: &[Span], has_more: bool, collector: &mut Collector<'_>) {
    let line = |span: &Span| &text[span.range()];
    let whole = Span::new(lines[0].start, lines[lines.len() - 1].end);
    let is_key_values = lines.len() > 1 && lines.iter().all(|span| is_key_value(line(span).trim()));
    if is_key_values || lines.len() > 1 && is_wrapped(text, lines) {
        return collector.paragraph(whole, &[]);
    }
    for (place, span) in lines.iter().enumerate() {
        let is_followed = place + 1 < lines.len() || has_more;
        if is_followed && is_heading(line(span).trim()) {
            collector.heading(1, line(span), *span);
        } else {
            collector.paragraph(*span, &[]);
        }
    }
}

/// Whether the lines are one paragraph that was wrapped: all are short, and some break off within a sentence.
fn is_wrapped(text: &str, lines: &[Span]) -> bool {
    let length = |span: &Span| text[span.range()].chars().count();
    let line = |span: &Span| text[span.range()].trim();
    let breaks_off = |pair: &&[Span]| !ends_like_a_sentence(line(&pair[0]));
    let is_titled = |pair: &[Span]| {
        is_heading(line(&pair[0]))
            && length(&pair[0]) < SHORT_LINE
            && !line(&pair[1]).starts_with(char::is_lowercase)
    };
    let mut broken = lines.windows(2).filter(breaks_off).peekable();
    let all_fit = lines.iter().all(|span| length(span) <= LONGEST_WRAPPED);
    all_fit && broken.peek().is_some() && !broken.all(is_titled)
}

fn is_heading(line: &str) -> bool {
    let starts_well = line.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || "\"'“‘«(".contains(c));
    let ends_open = line.ends_with([':', ',', ';', '…', '-']) || ends_like_a_sentence(line);
    starts_well
        && !ends_open
        && line.chars().count() <= LONGEST_HEADING
        && line.contains(char::is_alphabetic)
        && !is_key_value(line)
        && date::standing_alone(line).is_none()
        && sentences(line).len() == 1
}

/// Where the list at the start of the lines ends: at a line that is no item, is not indented, and starts like a
/// sentence of its own.
fn list_end(text: &str, lines: &[Span]) -> usize {
    let goes_on = |span: &Span| {
        let line = &text[span.range()];
        item_text(line).is_some() || !line.starts_with(char::is_uppercase)
    };
    (1..lines.len()).find(|place| !goes_on(&lines[*place])).unwrap_or(lines.len())
}

/// The items of a list, each with the lines that continue it.
fn items(text: &str, lines: &[Span]) -> Vec<Span> {
    let mut items: Vec<Span> = Vec::new();
    for span in lines {
        match item_text(&text[span.range()]) {
            Some(offset) => items.push(Span::new(span.start + offset, span.end)),
            None => {
                if let Some(item) = items.last_mut() {
                    item.end = span.end;
                }
            }
        }
    }
    items
}

/// Where the text of a list item starts in its line: after "- ", "* ", "• ", "1. ", "2) ".
fn item_text(line: &str) -> Option<usize> {
    let inside = line.trim_start();
    let indent = line.len() - inside.len();
    let marker = match inside.chars().next()? {
        c @ ('-' | '*' | '•' | '–' | '+') => c.len_utf8(),
        c if c.is_ascii_digit() => {
            let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
            let closes = matches!(inside.as_bytes().get(digits), Some(b'.' | b')'));
            if !closes || digits > 3 {
                return None;
            }
            digits + 1
        }
        _ => return None,
    };
    let rest = &inside[marker..];
    let starts = rest.starts_with([' ', '\t']) && !rest.trim().is_empty();
    starts.then(|| indent + marker + (rest.len() - rest.trim_start().len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headings, then sentences parted by bars.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let shown: Vec<String> = passages(text)
            .iter()
            .map(|passage| {
                let sentences: Vec<&str> = passage.sentences.iter().map(|span| &text[span.range()]).collect();
                format!("[{}] {}", passage.headings.join(" > "), sentences.join(" | "))
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn wrapped_lines_are_one_paragraph() {
        check(
            "The pier was built\nin 1901. It is old.\n\nNext one.\n",
            &["[] The pier was built\nin 1901. | It is old.", "[] Next one."],
        );
    }

    #[test]
    fn long_lines_are_a_paragraph_each_and_short_ones_between_are_headings() {
        let long = "This line is so long that nobody would have wrapped it by hand, since it goes on and on for far more than a hundred characters.";
        check(
            &format!("{long}\nThe second part\n{long}\nShare\n"),
            &[&format!("[] {long}"), &format!("[The second part] {long}"), "[The second part] Share"],
        );
    }

    #[test]
    fn a_list_keeps_its_lead_in() {
        check(
            "The tools are:\n- a drone\n- a sensor that\n  sees far\n\nAfter it.\n",
            &["[] The tools are: | a drone | a sensor that\n  sees far", "[] After it."],
        );
        check("- a\n- b\nAfter the list.\n", &["[] a | b", "[] After the list."]);
        check("Steps follow.\n\n1. Stop it.\n2) Start it.\n", &["[] Steps follow. | Stop it. | Start it."]);
    }

    #[test]
    fn keys_and_values_stand_line_by_line() {
        check("Port: 8080\nOwner: Nora Quill\n", &["[] Port: 8080 | Owner: Nora Quill"]);
    }

    #[test]
    fn titles_may_be_underlined_and_captions_are_none() {
        check("Title\n=====\nText here.\n", &["[Title] Text here."]);
        check(
            "Guards on the courtyard. AFP\n\nText here.\n",
            &["[] Guards on the courtyard. | AFP", "[] Text here."],
        );
        check("Alpha\n\nBeta\n\nText here.\n", &["[] Alpha", "[Beta] Text here."]);
    }

    #[test]
    fn a_date_line_is_no_heading() {
        check(
            "Title of it\n\n6 January 2026\n\nText here.\n",
            &["[Title of it] 6 January 2026", "[Title of it] Text here."],
        );
    }

    #[test]
    fn numbers_and_dashes_in_prose_are_no_items() {
        check(
            "2024. was a good year.\n-5 degrees were measured.\n",
            &["[] 2024. was a good year.", "[] -5 degrees were measured."],
        );
    }
}
