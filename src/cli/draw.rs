//! How things look in a terminal: plain text, with colour where that is welcome.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_normalization::char::is_combining_mark;

use crate::answer::reply::{Reply, spoken_date, spoken_lines, spoken_title};
use crate::answer::surroundings::Surroundings;
use crate::answer::{Choice, Citation};
use crate::language::Language;
use crate::words::is_invisible;

pub const BOLD: Style = Style::new().bold();
pub const DIM: Style = Style::new().dimmed();
pub const MARKED: Style = AnsiColor::Green.on_default().bold();

/// A reply: the line, the proof, the numbered sources.
pub fn reply(reply: &Reply) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}\n", printable(&reply.headline));
    if !reply.choices.is_empty() {
        let _ = write!(text, "\n{}", choices(&reply.choices));
    }
    for note in &reply.notes {
        let _ = writeln!(text, "{DIM}{}{DIM:#}", printable(note));
    }
    if let Some(title) = &reply.proof_title {
        let _ = write!(text, "\n{title}");
    }
    for (number, citation) in reply.proof.iter().enumerate() {
        let _ = write!(text, "\n{}", proof(citation, number + 1, reply.language));
    }
    if let Some(hint) = &reply.hint {
        let _ = writeln!(text, "\n{}", printable(hint));
    }
    text
}

/// Sources to choose from, numbered from 1.
fn choices(choices: &[Choice]) -> String {
    let mut text = String::new();
    for (number, choice) in choices.iter().enumerate() {
        let (source, title) = (line(&choice.source), line(&choice.title));
        let _ = writeln!(text, "  {}. {title}  {DIM}{source}{DIM:#}", number + 1);
    }
    text
}

/// Without anything that would end the line.
fn line(text: &str) -> String {
    printable(&text.split_whitespace().collect::<Vec<&str>>().join(" "))
}

fn proof(citation: &Citation, number: usize, language: Language) -> String {
    let highlights: Vec<(usize, usize)> =
        citation.highlights.iter().map(|[start, end]| (*start, *end)).collect();
    let quote = marked(&citation.quote, &highlights);
    let mut text = String::new();
    for line in quote.lines() {
        let _ = writeln!(text, "  > {}", line.trim_end());
    }
    let _ = writeln!(text, "  {DIM}[{number}] {}{DIM:#}", place(citation, language));
    text
}

/// Where a citation stands, for people: id, title, file and line, date, address.
fn place(citation: &Citation, language: Language) -> String {
    let mut parts = vec![
        citation.source.clone(),
        spoken_title(&citation.title, citation.is_superseded, language),
        format!("{}, {}", citation.path, spoken_lines(citation, language)),
    ];
    parts.extend(citation.date.map(|date| spoken_date(date, language)));
    parts.extend(citation.url.clone());
    printable(&parts.join(" · "))
}

/// The passages around a quote, the quote in colour, each with the line it starts in.
pub(super) fn surroundings(surroundings: &Surroundings) -> String {
    let mut text = String::new();
    if !surroundings.headings.is_empty() {
        let _ = writeln!(text, "{DIM}{}{DIM:#}", printable(&surroundings.headings.join(" › ")));
    }
    for passage in &surroundings.passages {
        let ranges: Vec<(usize, usize)> = passage.quote.iter().map(|[start, end]| (*start, *end)).collect();
        let place = passage.page.map_or_else(|| passage.line.to_string(), |page| format!("p. {page}"));
        let _ = writeln!(text, "{DIM}{place:>5}{DIM:#}  {}", marked(&passage.text, &ranges));
    }
    text
}

/// The text with some character ranges in colour; ranges in order, without overlap.
pub(super) fn marked(text: &str, ranges: &[(usize, usize)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut ranges = ranges.iter().peekable();
    let mut is_open = false;
    for (place, c) in text.chars().enumerate() {
        if is_open && ranges.peek().is_some_and(|(_, end)| *end == place) {
            let _ = write!(out, "{MARKED:#}");
            is_open = false;
            ranges.next();
        }
        if !is_open && ranges.peek().is_some_and(|(start, end)| *start == place && start < end) {
            let _ = write!(out, "{MARKED}");
            is_open = true;
        }
        push_printable(&mut out, c);
    }
    if is_open {
        let _ = write!(out, "{MARKED:#}");
    }
    out
}

/// Text of people and documents, unable to steer the terminal: control characters become visible, those that
/// hide or turn text are left out.
pub(super) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_printable(&mut out, c));
    out
}

fn push_printable(out: &mut String, c: char) {
    match c {
        '\n' | '\t' => out.push(c),
        '\r' => {}
        c if c.is_control() => out.push('\u{fffd}'),
        c if is_invisible(c) => {}
        c if is_combining_mark(c) && out.is_empty() => {}
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_marked() {
        let plain = anstream::adapter::strip_str(&marked("abc def", &[(4, 7)])).to_string();
        assert_eq!(plain, "abc def");
        assert_eq!(marked("abc def", &[(4, 7)]), format!("abc {MARKED}def{MARKED:#}"));
        assert_eq!(marked("äbc", &[(0, 1)]), format!("{MARKED}ä{MARKED:#}bc"));
    }

    #[test]
    fn choices_are_numbered_each_on_its_line_with_its_id() {
        let choice =
            |source: &str, title: &str| Choice { source: source.to_owned(), title: title.to_owned() };
        let drawn = choices(&[choice("004", "The lease\n2. Forged"), choice("5", "Travel\u{1b}[2J")]);
        assert_eq!(
            anstream::adapter::strip_str(&drawn).to_string(),
            "  1. The lease 2. Forged  004\n  2. Travel\u{fffd}[2J  5\n"
        );
    }

    #[test]
    fn documents_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\r\n"), "a\u{fffd}[2Jbc\n");
    }
}
