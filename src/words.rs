//! Text to words: the one analyser that indexing, searching and answering share.
//!
//! A word is a run of letters and digits. Numbers keep their inner points and commas ("3.5", "1,000" is 1000),
//! initials lose theirs ("U.S." is us), possessives lose their ending ("Ukraine's" is ukraine), contractions
//! are cut before "n't" so that the negation is a word of its own. Folding lowers case and drops accents
//! ("Élysée" is elysee). Codes ("v1.2.3", "ERR-42", "C++") exist beside that as they are written.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::corpus::Span;

mod analyzer;
pub mod keyboard;
mod lists;
pub mod numbers;

pub use analyzer::{Analyzer, certain_language, code_of, likeliest, primary_code};
use lists::{FUNCTION_WORDS, IRREGULAR};

/// Longer words are cut here for the index: nobody asks for them whole, and terms have a length limit.
pub const LONGEST_WORD_BYTES: usize = 200;

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub span: Span,
    /// Lower case, without accents, apostrophes and thousands separators.
    pub folded: String,
}

impl Word {
    /// How it stands in `text`.
    pub fn written<'a>(&self, text: &'a str) -> &'a str {
        &text[self.span.range()]
    }

    pub fn is_number(&self) -> bool {
        self.folded.starts_with(|c: char| c.is_ascii_digit())
    }
}

/// The words of `text`, in order.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(run) = next_run(text, at) {
        push_words(text, run, &mut words);
        at = run.end;
    }
    words
}

/// The first run of letters and digits at or after byte `from`: a word, or two where a negation is joined to it.
pub fn next_run(text: &str, from: usize) -> Option<Span> {
    let mut start = from;
    loop {
        let byte = *text.as_bytes().get(start)?;
        if byte.is_ascii_alphanumeric() {
            break;
        }
        if byte.is_ascii() {
            start += 1;
            continue;
        }
        let c = text[start..].chars().next()?;
        if c.is_alphanumeric() {
            break;
        }
        start += c.len_utf8();
    }
    Some(Span::new(start, run_end(text, start)))
}

/// The words of a text that is one run.
pub fn words_of_run(run: &str) -> Vec<Word> {
    let mut words = Vec::new();
    push_words(run, Span::new(0, run.len()), &mut words);
    words
}

/// Words that shape an English sentence, and never find anything.
pub fn is_function_word(folded: &str) -> bool {
    is_english_function_word(folded)
}

fn is_english_function_word(folded: &str) -> bool {
    // It is asked of every word of every sentence that is read.
    static SET: LazyLock<FxHashSet<&str>> = LazyLock::new(|| FUNCTION_WORDS.iter().copied().collect());
    SET.contains(folded)
}

pub fn function_words() -> impl Iterator<Item = &'static str> {
    FUNCTION_WORDS.iter().copied()
}

/// The stem of a folded English word; numbers and words with digits stay whole.
pub fn stem(folded: &str) -> Cow<'_, str> {
    Analyzer::English.stem(folded)
}

fn english_stem(folded: &str) -> Cow<'_, str> {
    let regular =
        IRREGULAR.binary_search_by_key(&folded, |(form, _)| form).map_or(folded, |found| IRREGULAR[found].1);
    Stemmer::new(Algorithm::English).stem(regular)
}

/// The same, kept for the words that this thread met last: texts are few words over and over.
pub fn kept_stem(folded: &str, analyzer: Analyzer) -> Rc<str> {
    /// Some megabytes at most.
    const MOST_KEPT: usize = 1 << 15;
    type Stems = FxHashMap<Box<str>, Rc<str>>;
    thread_local! {
        static KEPT: RefCell<FxHashMap<Analyzer, Stems>> = RefCell::default();
    }
    KEPT.with_borrow_mut(|kept| {
        let kept = kept.entry(analyzer).or_default();
        if let Some(stem) = kept.get(folded) {
            return Rc::clone(stem);
        }
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        let stem: Rc<str> = analyzer.stem(folded).into();
        kept.insert(folded.into(), Rc::clone(&stem));
        stem
    })
}

/// Lower case, without accents and apostrophes.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        let mut folded = text.to_ascii_lowercase();
        folded.retain(|c| c != '\'');
        return folded;
    }
    let mut before = ' ';
    text.nfkd()
        .filter(move |c| {
            // Without its breve, й is another letter.
            let is_kept = !is_accent(*c) || *c == '\u{306}' && matches!(before, 'и' | 'И');
            before = *c;
            is_kept && !is_apostrophe(*c) && !is_invisible(*c)
        })
        .flat_map(char::to_lowercase)
        .flat_map(|c| if c == 'ß' { ['s', 's'].into_iter().take(2) } else { [c, c].into_iter().take(1) })
        .nfc()
        .collect()
}

/// The codes of a text as they are written, lower case: tokens between white space, without the punctuation
/// around them, that would lose something as words.
pub fn codes(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_whitespace().filter_map(|token| {
        // Most tokens: plain letters, with or without a mark after them.
        let letters = token.bytes().take_while(u8::is_ascii_alphabetic).count();
        if letters == token.len()
            || token.as_bytes()[letters..] == *b","
            || token.as_bytes()[letters..] == *b"."
        {
            return None;
        }
        let token = trim_punctuation(token);
        if !is_code(token) {
            return None;
        }
        let code = fold(possessive_off(token));
        is_code(&code).then(|| cut(&code, LONGEST_WORD_BYTES).to_owned())
    })
}

/// Whether a token would lose something as words: it has a digit or a sign beside its letters.
fn is_code(token: &str) -> bool {
    let has_letter = token.chars().any(char::is_alphabetic);
    let has_sign = token.chars().any(|c| !c.is_alphanumeric() && !is_apostrophe(c) && c != '-');
    let has_digit = token.chars().any(|c| c.is_ascii_digit());
    token.chars().count() > 1 && has_letter && (has_sign || has_digit)
}

/// `text` cut to at most `limit` bytes, at a character boundary.
pub fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

fn run_end(text: &str, start: usize) -> usize {
    let plain = text.as_bytes()[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    match text.as_bytes().get(start + plain) {
        // Most words: plain letters, and nothing after them that could join.
        None => return start + plain,
        Some(b) if plain > 0 && b.is_ascii() && !matches!(b, b'.' | b',' | b'\'') => return start + plain,
        Some(_) => {}
    }
    let mut end = start;
    let mut chars = text[start..].char_indices().peekable();
    let mut previous = ' ';
    while let Some((offset, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        if !c.is_alphanumeric()
            && !is_combining_mark(c)
            && !is_invisible(c)
            && !joins(previous, c, next, &text[start..start + offset])
        {
            break;
        }
        previous = c;
        end = start + offset + c.len_utf8();
    }
    end
}

/// Whether `c` between two characters belongs to the word: the point of 3.5 and U.S., the comma of 1,000, the
/// apostrophe of can't.
fn joins(before: char, c: char, after: Option<char>, word: &str) -> bool {
    let Some(after) = after else { return c == '.' && is_initials(word) };
    match c {
        '.' => {
            (before.is_ascii_digit() && after.is_ascii_digit())
                || (is_initials(word) && (after.is_alphabetic() || word.contains('.')))
        }
        ',' => {
            before.is_ascii_digit()
                && after.is_ascii_digit()
                && word.chars().all(|c| c.is_ascii_digit() || c == ',')
        }
        c if is_apostrophe(c) => before.is_alphabetic() && after.is_alphabetic(),
        _ => false,
    }
}

/// Single letters with points between them: "U", "U.S".
fn is_initials(word: &str) -> bool {
    !word.is_empty()
        && word.split('.').all(|part| {
            let mut chars = part.chars();
            chars.next().is_some_and(char::is_uppercase) && chars.next().is_none()
        })
        && (word.contains('.') || word.len() == 1)
}

/// Marks that people leave out: accents, and the vowel signs of Arabic and Hebrew. Other scripts write vowels with marks.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Characters that nobody sees: soft hyphens, zero-width ones, and those that turn the direction of writing. A
/// word with one of them inside is the word without it.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

fn push_words(text: &str, span: Span, words: &mut Vec<Word>) {
    let written = &text[span.range()];
    let kept = possessive_off(written);
    if let Some(stump) = negation_off(kept) {
        let middle = span.start + stump.len();
        words.push(word(text, Span::new(span.start, middle)));
        words.push(Word { span: Span::new(middle, span.end), folded: "not".to_owned() });
        return;
    }
    words.push(word(text, Span::new(span.start, span.start + kept.len())));
}

fn word(text: &str, span: Span) -> Word {
    let written = &text[span.range()];
    let mut folded = fold(cut(written, LONGEST_WORD_BYTES));
    if written.starts_with(|c: char| c.is_ascii_digit()) {
        folded.retain(|c| c != ',');
    } else if written.contains('.') {
        folded.retain(|c| c != '.');
    }
    Word { span, folded }
}

fn possessive_off(written: &str) -> &str {
    let mut chars = written.char_indices().rev();
    let (Some((_, 's' | 'S')), Some((apostrophe, c))) = (chars.next(), chars.next()) else { return written };
    if is_apostrophe(c) && apostrophe > 0 { &written[..apostrophe] } else { written }
}

/// "didn’t" is "did" and "not"; "can't" is "ca" and "not", "won't" is "wo" and "not", as in the Penn Treebank.
fn negation_off(written: &str) -> Option<&str> {
    let stump = written.strip_suffix(['t', 'T'])?.strip_suffix(is_apostrophe)?.strip_suffix(['n', 'N'])?;
    (!stump.is_empty()).then_some(stump)
}

fn trim_punctuation(token: &str) -> &str {
    let opening =
        |c: char| !c.is_alphanumeric() && !matches!(c, '-' | '/' | '.' | '$' | '€' | '£' | '#' | '@' | '_');
    let closing = |c: char| !c.is_alphanumeric() && !matches!(c, '+' | '#' | '%' | '/' | '_');
    let token = token.trim_start_matches(opening).trim_end_matches(closing);
    if token.chars().any(char::is_alphanumeric) { token } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_word_is_known_as_one() {
        assert!(FUNCTION_WORDS.iter().all(|word| is_function_word(word)));
        assert!(!is_function_word("notwithstandingly") && !is_function_word("harbour"));
        assert_eq!(
            (&*kept_stem("harbours", Analyzer::English), &*kept_stem("harbours", Analyzer::English)),
            ("harbour", "harbour")
        );
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = words(text);
        let folded: Vec<&str> = found.iter().map(|word| word.folded.as_str()).collect();
        assert_eq!(folded, expected, "{text}");
        for word in &found {
            assert!(!word.written(text).is_empty());
        }
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        check("The US-led force, in 2026.", &["the", "us", "led", "force", "in", "2026"]);
        check("", &[]);
        check("…!? 🎉", &[]);
    }

    #[test]
    fn numbers_keep_their_point_and_lose_their_thousands_separator() {
        check(
            "1,000 men and 3.5 tons, 27, not 28.",
            &["1000", "men", "and", "3.5", "tons", "27", "not", "28"],
        );
    }

    #[test]
    fn initials_are_one_word() {
        check("The U.S. envoy", &["the", "us", "envoy"]);
        check("in the U.S.", &["in", "the", "us"]);
        check("J. K. Rowling", &["j", "k", "rowling"]);
        check("Plan A. Then B", &["plan", "a", "then", "b"]);
    }

    #[test]
    fn possessives_and_contractions_are_taken_apart() {
        check("Ukraine's and Europe’s", &["ukraine", "and", "europe"]);
        check("didn't can’t", &["did", "not", "ca", "not"]);
    }

    #[test]
    fn characters_that_nobody_sees_do_not_part_words() {
        check("gar\u{200b}an\u{ad}tee \u{202e}of\u{202c} it", &["garantee", "of", "it"]);
    }

    #[test]
    fn accents_are_dropped() {
        check("Élysée Micheál Straße", &["elysee", "micheal", "strasse"]);
        check("Чёрный Йод, தமிழ்", &["черный", "йод", "தமிழ்"]);
    }

    #[test]
    fn codes_stay_whole() {
        let codes: Vec<String> =
            codes("Use `v1.2.3` (or --verbose), ERR-42 in 2026; a C++ guarantee's!").collect();
        assert_eq!(codes, ["v1.2.3", "err-42", "c++"]);
    }

    #[test]
    fn stems_join_the_forms_of_a_word() {
        assert_eq!(stem("guarantees"), stem("guaranteed"));
        assert_eq!(stem("v2s"), "v2s");
        assert_eq!(stem("met"), stem("meeting"));
        assert_eq!(stem("written"), stem("writes"));
    }
}
