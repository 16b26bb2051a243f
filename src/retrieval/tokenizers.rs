//! How tantivy gets the words of a text: a stream of stems that remembers those of the last words it met.
//!
//! Stemming is most of the work, and most words of a text are the same few. All tokens stand at the start of
//! their text: no field records positions.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;
use tantivy::Index;
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, WhitespaceTokenizer};

use crate::words;

/// Stems, for finding.
pub const STEMS: &str = "passim_stems";
/// Terms as they are, with white space between them.
pub const AS_THEY_ARE: &str = "passim_as_they_are";

/// Words that are remembered: each has one place, and the last one that came there has it.
const PLACES: usize = 1 << 14;
/// Longer words are rare.
const LONGEST_REMEMBERED: usize = 23;

/// Tokenizers are not stored in an index: every handle needs them before it reads or writes.
pub fn register(index: &Index) {
    index.tokenizers().register(STEMS, TextAnalyzer::from(StemTokenizer::default()));
    index.tokenizers().register(AS_THEY_ARE, TextAnalyzer::from(WhitespaceTokenizer::default()));
}

#[derive(Default)]
struct StemTokenizer {
    /// [`PLACES`] from the first text on.
    remembered: Vec<Remembered>,
}

impl Clone for StemTokenizer {
    /// Each thread remembers for itself.
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// A word as it is written, and its stem.
#[derive(Default, Clone, Copy)]
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
        self.remembered.resize(PLACES, Remembered::default());
        let token = Token { position: 0, ..Token::default() };
        Stems { remembered: &mut self.remembered, text, at: 0, second: None, token }
    }
}

struct Stems<'a> {
    remembered: &'a mut [Remembered],
    text: &'a str,
    /// Where the last run ended.
    at: usize,
    /// The second word of the last run ("didn't"), as a stem.
    second: Option<String>,
    token: Token,
}

impl TokenStream for Stems<'_> {
    fn advance(&mut self) -> bool {
        if let Some(second) = self.second.take() {
            self.token.text = second;
            return true;
        }
        let Some(run) = words::next_run(self.text, self.at) else { return false };
        self.at = run.end;
        let run = &self.text[run.range()];
        let place = FxBuildHasher.hash_one(run) as usize % PLACES;
        self.token.text.clear();
        if self.remembered[place].written.as_bytes() == run.as_bytes()
            && let Ok(stem) = std::str::from_utf8(self.remembered[place].stem.as_bytes())
        {
            self.token.text.push_str(stem);
            return true;
        }
        let mut stems =
            words::words_of_run(run).into_iter().map(|word| words::stem(&word.folded).into_owned());
        self.token.text.extend(stems.next());
        self.second = stems.next();
        if self.second.is_none()
            && let (Some(written), Some(stem)) = (Short::of(run), Short::of(&self.token.text))
        {
            self.remembered[place] = Remembered { written, stem };
        }
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tokenizer: &mut StemTokenizer, text: &str) {
        let mut found = Vec::new();
        tokenizer.token_stream(text).process(&mut |token| found.push(token.text.clone()));
        let expected: Vec<String> =
            words::words(text).iter().map(|word| words::stem(&word.folded).into_owned()).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn stems_are_those_of_the_words_met_before_or_not() {
        let long = "a".repeat(300);
        let mut tokenizer = StemTokenizer::default();
        for _ in 0..2 {
            check(&mut tokenizer, "They didn't meet; they met in the U.S. for $1,000. Élysée’s v1.2");
            check(&mut tokenizer, &long);
            check(&mut tokenizer, "");
        }
    }

    #[test]
    fn words_that_share_a_place_do_not_share_a_stem() {
        let many: String = (0..3 * PLACES).map(|number| format!("words{number}ing ")).collect();
        check(&mut StemTokenizer::default(), &many);
    }
}
