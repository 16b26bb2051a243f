//! Text of documents and people inside Discord's Markdown: it shows as it is written, and nothing else.
//!
//! Discord shows a backslash before a sign as that sign alone. Signs that could style, link, mention, hide or
//! quote are escaped wherever they stand; those that open a heading, a list or small print, at the start of a
//! line. Characters that nobody sees are left out: with them a text could show otherwise than it is.

use std::fmt::Write;

use crate::words::is_invisible;

/// The text so that Discord shows exactly it. Lines stay lines.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for (start, line) in lines(text) {
        if start > 0 {
            out.push('\n');
        }
        escape_line(line, &mut out);
    }
    out
}

/// The text on one line.
pub fn escaped_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    escaped(&line)
}

/// The text as a block quotation, some character ranges of it in bold. Ranges are in order, without overlap.
pub fn quoted(text: &str, ranges: &[[usize; 2]]) -> String {
    let mut out = String::new();
    for (start, line) in lines(text) {
        let length = line.chars().count();
        if !line.trim().is_empty() {
            let _ = writeln!(out, "> {}", with_bold(line, &within(ranges, start, start + length)));
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The parts of the ranges that lie in `start..end`, counted from `start`.
fn within(ranges: &[[usize; 2]], start: usize, end: usize) -> Vec<[usize; 2]> {
    let cut = ranges.iter().map(|[from, to]| [(*from).clamp(start, end), (*to).clamp(start, end)]);
    cut.filter(|[from, to]| from < to).map(|[from, to]| [from - start, to - start]).collect()
}

/// The text of one line, some character ranges of it in bold. Ranges are in order, without overlap.
pub fn with_bold(line: &str, ranges: &[[usize; 2]]) -> String {
    let chars: Vec<char> = line.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    for [start, end] in ranges {
        // White space just inside the marks would leave them standing as asterisks.
        let inside = |place: &usize| !chars[*place].is_whitespace() && is_shown(chars[*place]);
        let Some(first) = (*start..*end).find(inside) else { continue };
        let last = (*start..*end).rfind(inside).unwrap_or(first);
        push_escaped(&chars[at..first], at == 0, &mut out);
        out.push_str("**");
        push_escaped(&chars[first..=last], first == 0, &mut out);
        out.push_str("**");
        at = last + 1;
    }
    push_escaped(&chars[at..], at == 0, &mut out);
    out
}

/// Lines, however they end, each with the character it starts at; a separator of lines or paragraphs ends one too.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let (mut start, mut rest) = (0, text);
    while let Some(at) = rest.find(LINE_ENDS) {
        lines.push((start, &rest[..at]));
        let end =
            if rest[at..].starts_with("\r\n") { "\r\n" } else { &rest[at..rest.ceil_char_boundary(at + 1)] };
        start += rest[..at].chars().count() + end.chars().count();
        rest = &rest[at + end.len()..];
    }
    lines.push((start, rest));
    lines
}

const LINE_ENDS: [char; 7] = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

fn escape_line(line: &str, out: &mut String) {
    push_escaped(&line.chars().collect::<Vec<char>>(), true, out);
}

fn push_escaped(chars: &[char], is_line_start: bool, out: &mut String) {
    // Where only white space and digits have come, a sign may open a heading or a list.
    let mut may_open = is_line_start;
    let mut digits = false;
    for c in chars.iter().copied().filter(|c| is_shown(*c)) {
        let opens = may_open && (matches!(c, '#' | '-' | '+') || digits && matches!(c, '.' | ')'));
        if opens || is_sign(c) {
            out.push('\\');
        }
        digits = may_open && (digits || c.is_ascii_digit()) && (c.is_ascii_digit() || c.is_whitespace());
        may_open = may_open && (c.is_whitespace() || c.is_ascii_digit());
        out.push(if c.is_whitespace() { ' ' } else { c });
    }
}

/// What is more than itself anywhere in a line. The colon is: behind it, and two slashes, an address would begin,
/// in which backslashes are shown.
fn is_sign(c: char) -> bool {
    matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '[' | ']' | '(' | ')' | '@' | ':')
}

fn is_shown(c: char) -> bool {
    !is_invisible(c) && (c.is_whitespace() || !c.is_control())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What Discord shows of a text in which every sign is escaped: a backslash before a sign is left out.
    fn shown(markdown: &str) -> String {
        let mut out = String::new();
        let mut chars = markdown.chars().peekable();
        while let Some(c) = chars.next() {
            let escapes = c == '\\'
                && chars.peek().is_some_and(|next| !next.is_alphanumeric() && !next.is_whitespace());
            out.extend(if escapes { chars.next() } else { Some(c) });
        }
        out
    }

    #[test]
    fn what_could_style_mention_or_link_is_escaped() {
        for (text, expected) in [
            ("15 years", "15 years"),
            ("**bold** _it_ ~~no~~", r"\*\*bold\*\* \_it\_ \~\~no\~\~"),
            ("<@123> @everyone", r"\<\@123\> \@everyone"),
            ("[safe](https://evil.example)", r"\[safe\]\(https\://evil.example\)"),
            ("||spoiler|| `code`", r"\|\|spoiler\|\| \`code\`"),
            ("```\nfence", "\\`\\`\\`\nfence"),
            (
                "# heading\n-# small\n- item\n  + item\n1. one\n12) two",
                "\\# heading\n\\-# small\n\\- item\n  \\+ item\n1\\. one\n12\\) two",
            ),
            ("a - b # c 1. d", "a - b # c 1. d"),
            ("gar\u{200b}an\u{202e}tee\u{0}", "garantee"),
            (r"C:\dir", r"C\:\\dir"),
        ] {
            assert_eq!(escaped(text), expected);
        }
        assert_eq!(escaped_line(" a\n # b "), "a # b");
        assert_eq!(with_bold("a\r\nb", &[]), "a  b");
        assert_eq!(with_bold(" a* ", &[[0, 4]]), r" **a\*** ");
    }

    #[test]
    fn a_quotation_has_its_marks_on_every_line() {
        assert_eq!(
            quoted("15 years had\r\n\r\n# been agreed", &[[0, 8], [16, 21]]),
            "> **15 years** had\n> **\\# bee**n agreed"
        );
        assert_eq!(quoted("ab", &[[2, 9]]), "> ab");
        assert_eq!(quoted("", &[]), "");
    }

    proptest! {
        #[test]
        fn a_text_shows_as_it_is(text in r"([-*_~`|<>\[\]()@:#+.0-9 \\]|\PC|\n){0,60}") {
            let seen = |c: char| match c {
                c if LINE_ENDS.contains(&c) => Some('\n'),
                c if !is_shown(c) => None,
                c => Some(if c.is_whitespace() { ' ' } else { c }),
            };
            let seen: String = text.chars().filter_map(seen).collect();
            prop_assert_eq!(shown(&escaped(&text)), seen);
        }

        #[test]
        fn ranges_never_stop_a_quotation(text in r"[-*a-z \n\\]{0,30}", start in 0usize..20, length in 0usize..20) {
            let quotation = quoted(&text, &[[start, start + length]]);
            prop_assert_eq!(quotation.matches("**").count() % 2, 0);
        }
    }
}
