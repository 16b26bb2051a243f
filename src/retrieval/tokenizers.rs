//! How tantivy gets the words of a text: a stream of stems, without function words, that remembers the last ones.
//!
//! Stemming is most of the work, and most words of a text are the same few. All tokens stand at the start of
//! their text: no field records positions.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::ops::RangeInclusive;

use rustc_hash::{FxBuildHasher, FxHashSet};
use tantivy::Index;
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, WhitespaceTokenizer};

use super::vocabulary::Met;
use crate::corpus::Span;
use crate::words::{self, Analyzer};

/// Stems, for finding.
pub const STEMS: &str = "passim_stems";
/// Terms as they are, with white space between them.
pub const AS_THEY_ARE: &str = "passim_as_they_are";

/// Words that are remembered: each has one place, and the last one that came there has it.
const PLACES: usize = 1 << 14;
/// Longer words are rare, and with these two lie in one line of the processor's cache.
const LONGEST_REMEMBERED: usize = 15;

/// A text that is not in English starts with a character that says so, out of the last but one private use area: tantivy
/// has one tokenizer for a field, and documents have languages.
const MARKS: RangeInclusive<char> = '\u{f0000}'..='\u{f00ff}';

/// The text as the tokenizer wants it.
pub fn marked(text: &str, analyzer: Analyzer) -> Cow<'_, str> {
    // A mark of somebody else's is none of ours.
    if analyzer == Analyzer::English && !text.starts_with(|c| MARKS.contains(&c)) {
        return Cow::Borrowed(text);
    }
    let mark = char::from_u32(u32::from(*MARKS.start()) + analyzer as u32).unwrap_or(*MARKS.end());
    Cow::Owned(format!("{mark}{text}"))
}

/// The text as it was before.
pub fn unmarked(text: &str) -> (Analyzer, &str) {
    let Some(mark) = text.chars().next().filter(|c| MARKS.contains(c)) else {
        return (Analyzer::English, text);
    };
    let number = u32::from(mark) - u32::from(*MARKS.start());
    let analyzer = Analyzer::ALL.get(number as usize).copied().unwrap_or_default();
    (analyzer, &text[mark.len_utf8()..])
}

/// Tokenizers are not stored in an index: every handle needs them before it reads or writes.
/// What is written through this handle adds its words to `met`.
pub fn register(index: &Index, met: &Met) {
    index.tokenizers().register(STEMS, TextAnalyzer::from(StemTokenizer::new(met)));
    index.tokenizers().register(AS_THEY_ARE, TextAnalyzer::from(WhitespaceTokenizer::default()));
}

struct StemTokenizer {
    met: Met,
    /// Hashes of what it was told. Where two words share one, the second is not.
    told: FxHashSet<u64>,
    /// For each analyzer: [`PLACES`] from its first text on.
    remembered: [Vec<Remembered>; Analyzer::ALL.len()],
}

impl StemTokenizer {
    fn new(met: &Met) -> Self {
        Self { met: met.clone(), told: FxHashSet::default(), remembered: Default::default() }
    }
}

impl Clone for StemTokenizer {
    /// Each thread remembers for itself.
    fn clone(&self) -> Self {
        Self::new(&self.met)
    }
}

/// A word as it is written, and its stem.
#[derive(Default, Clone, Copy)]
#[repr(align(32))]
struct Remembered {
    written: Short,
    stem: Short,
}

#[derive(Default, Clone, Copy)]
struct Short {
    length: u8,
    bytes: [u8; LONGEST_REMEMBERED],
}

impl Short {
    fn of(text: &str) -> Option<Short> {
        let mut bytes = [0; LONGEST_REMEMBERED];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Short { length: text.len() as u8, bytes })
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl Tokenizer for StemTokenizer {
    type TokenStream<'a> = Stems<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stems<'a> {
        let (analyzer, text) = unmarked(text);
        let remembered = &mut self.remembered[analyzer as usize];
        remembered.resize(PLACES, Remembered::default());
        let token = Token { position: 0, ..Token::default() };
        Stems {
            met: &self.met,
            told: &mut self.told,
            remembered,
            analyzer,
            text,
            at: 0,
            token,
            folded: String::new(),
        }
    }
}

struct Stems<'a> {
    met: &'a Met,
    told: &'a mut FxHashSet<u64>,
    remembered: &'a mut [Remembered],
    analyzer: Analyzer,
    text: &'a str,
    /// Where the last run ended.
    at: usize,
    token: Token,
    /// A word, folded: kept for its memory.
    folded: String,
}

impl TokenStream for Stems<'_> {
    fn advance(&mut self) -> bool {
        while let Some(run) = words::next_run(self.text, self.at) {
            self.at = run.end;
            self.read(run);
            if !self.token.text.is_empty() {
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

impl Stems<'_> {
    /// Puts the stem of a run into the token: nothing for a function word.
    fn read(&mut self, run: Span) {
        let run = &self.text[run.range()];
        self.token.text.clear();
        let hash = FxBuildHasher.hash_one(run);
        let place = hash as usize % PLACES;
        if self.remembered[place].written.as_bytes() == run.as_bytes()
            && let Ok(stem) = std::str::from_utf8(self.remembered[place].stem.as_bytes())
        {
            self.token.text.push_str(stem);
            return;
        }
        if run.bytes().all(|b| b.is_ascii_alphanumeric()) {
            self.folded.clear();
            self.folded.push_str(words::cut(run, words::LONGEST_WORD_BYTES));
            self.folded.make_ascii_lowercase();
        } else {
            // What may follow the first word is "not", a function word.
            self.folded =
                words::words_of_run(run).into_iter().next().map(|word| word.folded).unwrap_or_default();
        }
        if !run.starts_with(|c: char| c.is_ascii_digit()) && self.told.insert(hash) {
            self.met.add(&self.folded);
        }
        self.token.text.push_str(&self.analyzer.stem(&self.folded));
        if is_left_out(self.analyzer, &self.folded, &self.token.text) {
            self.token.text.clear();
        }
        if let (Some(written), Some(stem)) = (Short::of(run), Short::of(&self.token.text)) {
            self.remembered[place] = Remembered { written, stem };
        }
    }
}

/// English has short lists, made for stems; elsewhere the word itself tells.
fn is_left_out(analyzer: Analyzer, folded: &str, stem: &str) -> bool {
    analyzer.is_function_word(if analyzer == Analyzer::English { stem } else { folded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tokenizer: &mut StemTokenizer, text: &str) {
        let mut found = Vec::new();
        tokenizer.token_stream(text).process(&mut |token| found.push(token.text.clone()));
        let stems = words::words(text).into_iter().map(|word| words::stem(&word.folded).into_owned());
        let expected: Vec<String> = stems.filter(|stem| !words::is_function_word(stem)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn each_language_has_its_own_stems_and_function_words() {
        let mut tokenizer = StemTokenizer::new(&Met::default());
        let mut stems = |text: &str, analyzer| {
            let mut found = Vec::new();
            let text = marked(text, analyzer);
            tokenizer.token_stream(&text).process(&mut |token| found.push(token.text.clone()));
            found
        };
        for _ in 0..2 {
            assert_eq!(stems("Die Verträge der Gemeinde", Analyzer::German), ["vertrag", "gemeind"]);
            assert_eq!(stems("die of contracts", Analyzer::English), ["die", "contract"]);
        }
    }

    #[test]
    fn a_mark_is_taken_off_again_even_one_that_was_there_before() {
        for text in ["", "Text", "\u{f0003}Text", "\u{f0000}"] {
            for analyzer in Analyzer::ALL {
                assert_eq!(unmarked(&marked(text, analyzer)), (analyzer, text));
            }
        }
        assert!(matches!(marked("Text", Analyzer::English), Cow::Borrowed(_)));
    }

    #[test]
    fn stems_are_those_of_the_words_met_before_or_not() {
        let long = "a".repeat(300);
        let mut tokenizer = StemTokenizer::new(&Met::default());
        for _ in 0..2 {
            check(&mut tokenizer, "They didn't meet; they met in the U.S. for $1,000. Élysée’s v1.2");
            check(&mut tokenizer, &long);
            check(&mut tokenizer, "");
        }
    }

    #[test]
    fn words_that_share_a_place_do_not_share_a_stem() {
        let many: String = (0..3 * PLACES).map(|number| format!("words{number}ing ")).collect();
        check(&mut StemTokenizer::new(&Met::default()), &many);
    }
}
