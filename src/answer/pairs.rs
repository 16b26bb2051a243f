//! Brackets and quotation marks that belong together. What stands between them is one unit: nothing is cut within.

use crate::corpus::Span;
use crate::words::Word;

/// An opening mark and the closing one that belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The bytes from the opening mark to the closing one, both included.
    pub span: Span,
    pub is_bracket: bool,
}

impl Pair {
    pub fn holds(&self, word: &Word) -> bool {
        self.span.start <= word.span.start && word.span.end <= self.span.end
    }
}

/// The outermost brackets, and the quotations, of a text. A mark without its partner is none of them, nor is a pair
/// around the whole text.
pub fn pairs(text: &str) -> Vec<Pair> {
    let mut pairs = brackets(text);
    pairs.extend(quotations(text));
    let is_inside = |pair: &Pair| {
        text[..pair.span.start].contains(char::is_alphanumeric)
            || text[pair.span.end..].contains(char::is_alphanumeric)
    };
    pairs.retain(is_inside);
    pairs
}

fn brackets(text: &str) -> Vec<Pair> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut pairs: Vec<Pair> = Vec::new();
    for (at, c) in text.char_indices() {
        let opening = match c {
            '(' | '[' => {
                open.push((at, c));
                continue;
            }
            ')' => '(',
            ']' => '[',
            _ => continue,
        };
        let Some(place) = open.iter().rposition(|(_, mark)| *mark == opening) else { continue };
        let start = open[place].0;
        open.truncate(place);
        pairs.retain(|inner| inner.span.start < start);
        pairs.push(Pair { span: Span::new(start, at + 1), is_bracket: true });
    }
    pairs
}

fn quotations(text: &str) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (opening, closing) in
        [('"', &['"'][..]), ('“', &['”'][..]), ('„', &['“', '”'][..]), ('«', &['»'][..]), ('\'', &['\''][..])]
    {
        let mut open: Option<usize> = None;
        for (at, c) in text.char_indices() {
            let before = text[..at].chars().next_back();
            let after = text[at + c.len_utf8()..].chars().next();
            // "5" pipe" and "the owners' fee" open nothing, "it's" closes nothing.
            let can_open =
                !before.is_some_and(char::is_alphanumeric) && !after.is_none_or(char::is_whitespace);
            let can_close = c != '\'' || !after.is_some_and(char::is_alphanumeric);
            match open {
                Some(start) if closing.contains(&c) && can_close => {
                    pairs.push(Pair { span: Span::new(start, at + c.len_utf8()), is_bracket: false });
                    open = None;
                }
                None if c == opening && can_open => open = Some(at),
                _ => {}
            }
        }
    }
    pairs
}

/// What stands between the word at `place` and the one before it, brackets with all that is in them left out.
/// `None` where a clause cannot begin with that word without tearing a pair.
pub fn gap_outside(text: &str, words: &[Word], place: usize, pairs: &[Pair]) -> Option<String> {
    let word = &words[place];
    let is_torn = pairs
        .iter()
        .any(|pair| pair.holds(word) && (pair.is_bracket || place > 0 && pair.holds(&words[place - 1])));
    if is_torn {
        return None;
    }
    let is_bracketed = |word: &&Word| pairs.iter().any(|pair| pair.is_bracket && pair.holds(word));
    let start = words[..place].iter().rev().find(|word| !is_bracketed(word)).map_or(0, |word| word.span.end);
    let mut gap = String::new();
    let mut at = start;
    for pair in pairs.iter().filter(|pair| pair.is_bracket) {
        if at <= pair.span.start && pair.span.end <= word.span.start {
            gap.push_str(&text[at..pair.span.start]);
            at = pair.span.end;
        }
    }
    gap.push_str(&text[at..word.span.start]);
    Some(gap)
}

/// The span with the marks around it whose partner it has or touches.
pub fn with_marks(span: Span, words: &[Word], pairs: &[Pair]) -> Span {
    let mut span = span;
    for pair in pairs {
        let mut inside = words.iter().filter(|word| pair.holds(word));
        let is_told = |word: &Word| span.start <= word.span.start && word.span.end <= span.end;
        if let Some(first) = inside.next()
            && is_told(first)
            && inside.all(is_told)
        {
            span = Span::new(span.start.min(pair.span.start), span.end.max(pair.span.end));
        }
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = pairs(text).iter().map(|pair| &text[pair.span.range()]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn brackets_are_found_with_what_stands_in_them() {
        check(
            "Ada (born (it is said) in Ghent) steers [with Bo].",
            &["(born (it is said) in Ghent)", "[with Bo]"],
        );
        check("a) the slip, b) the lock (new", &[]);
        check("It is (so [they say) here].", &["(so [they say)"]);
    }

    #[test]
    fn quotations_are_found_and_inches_and_owners_are_not() {
        check(r#"The 5" pipe is called "the long, thin one" here."#, &[r#""the long, thin one""#]);
        check("It's the owners' fee, and they call it 'dear, very dear' too.", &["'dear, very dear'"]);
        check("He said “no” and „nie“.", &["“no”", "„nie“"]);
    }

    #[test]
    fn a_pair_around_all_of_it_is_no_unit() {
        check("(The ferry leaves, and the lock closes.)", &[]);
    }

    #[test]
    fn a_gap_is_read_past_brackets() {
        let text = "Ada (born here; it is said), the pilot";
        let words = words(text);
        let pairs = pairs(text);
        assert_eq!(gap_outside(text, &words, 1, &pairs), None);
        assert_eq!(gap_outside(text, &words, 6, &pairs).as_deref(), Some(" , "));
    }

    #[test]
    fn marks_come_along_with_all_their_words() {
        let text = r#"They call it "the long slip" (or lock)."#;
        let words = words(text);
        let told = |from: usize, to: usize| {
            let span = Span::new(words[from].span.start, words[to - 1].span.end);
            &text[with_marks(span, &words, &pairs(text)).range()]
        };
        assert_eq!(told(3, 6), r#""the long slip""#);
        assert_eq!(told(3, 8), r#""the long slip" (or lock)"#);
        assert_eq!(told(1, 5), "call it \"the long");
    }
}
