//! Lines, however they end: with a line feed, with carriage return and line feed, or with a carriage return
//! alone. Counting them and cutting at them agree, so that a cited line is the line that `show` prints.

use memchr::{memchr2, memchr2_iter};

use super::Span;

/// The lines of a text without their ends, in order. A text that ends with a line break has no line after it.
pub fn lines(text: &str) -> impl Iterator<Item = Span> + '_ {
    let bytes = text.as_bytes();
    let mut start = 0;
    std::iter::from_fn(move || {
        if start >= bytes.len() {
            return None;
        }
        let end = memchr2(b'\n', b'\r', &bytes[start..]).map_or(bytes.len(), |length| start + length);
        let line = Span::new(start, end);
        start = if bytes[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 };
        Some(line)
    })
}

/// How many lines have ended before `end`, counted from `start`. A break of two bytes that is cut in the middle
/// counts on the far side.
pub fn breaks(text: &[u8], start: usize, end: usize) -> usize {
    memchr2_iter(b'\n', b'\r', &text[start..end])
        .filter(|at| text[start + at] == b'\n' || text.get(start + at + 1) != Some(&b'\n'))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_ends_a_line() {
        let text = "a\nb\r\nc\rd\n\n\re";
        let found: Vec<&str> = lines(text).map(|line| &text[line.range()]).collect();
        assert_eq!(found, ["a", "b", "c", "d", "", "", "e"]);
        assert_eq!(breaks(text.as_bytes(), 0, text.len()), found.len() - 1);
        assert_eq!(lines("").count(), 0);
        assert_eq!(lines("a\r\n").count(), 1);
    }
}
