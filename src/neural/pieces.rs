//! Text to the word pieces that a BERT model was trained on (WordPiece), each with its place in the text.
//!
//! It follows the tokenizers of Hugging Face for what `tokenizer.json` of a BERT model says, but for two things:
//! `[SEP]` in a text is text, and never a mark; and a form feed divides words. Ours, because the places matter: an
//! answer is cut at them. (`rten-text` 0.27 counts them wrongly from the third piece of a word on, and does not divide
//! Chinese.)

use std::sync::LazyLock;

use regex::Regex;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use unicode_normalization::char::decompose_canonical;

use crate::corpus::Span;

const FIRST: &str = "[CLS]";
const SEPARATOR: &str = "[SEP]";

static REMOVED: LazyLock<Regex> = LazyLock::new(|| class(r"[\p{Cc}\p{Cf}\p{Co}]"));
static ACCENT: LazyLock<Regex> = LazyLock::new(|| class(r"\p{Mn}"));
static PUNCTUATION: LazyLock<Regex> = LazyLock::new(|| class(r"\p{P}"));

fn class(pattern: &str) -> Regex {
    // Three fixed patterns, which the tests use.
    Regex::new(pattern).expect("a class of characters is a pattern")
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    pub id: i32,
    /// Of the characters that it was made of, with the accents on them.
    pub span: Span,
}

/// A vocabulary, and how a text is made ready for it.
pub(super) struct WordPieces {
    starts: FxHashMap<Box<str>, i32>,
    /// Without their prefix `##`.
    continuations: FxHashMap<Box<str>, i32>,
    unknown: i32,
    longest_word: usize,
    folding: Folding,
    /// `[CLS]`.
    pub first: i32,
    /// `[SEP]`.
    pub separator: i32,
    /// The last id there is.
    pub largest: i32,
}

/// What is done to the characters of a text.
struct Folding {
    cleans: bool,
    divides_chinese: bool,
    strips_accents: bool,
    lowers: bool,
}

#[derive(Deserialize)]
struct Kinds {
    model: Kind,
    normalizer: Option<Kind>,
    pre_tokenizer: Option<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Written {
    model: Vocabulary,
    normalizer: Normalizer,
}

#[derive(Deserialize)]
struct Vocabulary {
    vocab: FxHashMap<Box<str>, u32>,
    #[serde(default = "unknown")]
    unk_token: String,
    #[serde(default = "prefix")]
    continuing_subword_prefix: String,
    #[serde(default = "longest_word")]
    max_input_chars_per_word: usize,
}

#[derive(Deserialize)]
struct Normalizer {
    #[serde(default = "yes")]
    clean_text: bool,
    #[serde(default = "yes")]
    handle_chinese_chars: bool,
    strip_accents: Option<bool>,
    #[serde(default = "yes")]
    lowercase: bool,
}

fn unknown() -> String {
    "[UNK]".to_owned()
}

fn prefix() -> String {
    "##".to_owned()
}

fn longest_word() -> usize {
    100
}

fn yes() -> bool {
    true
}

impl WordPieces {
    /// Reads a `tokenizer.json`. The error says what it is, and what it should be.
    pub fn parse(json: &[u8]) -> Result<WordPieces, String> {
        let kinds: Kinds = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        check("model", Some(&kinds.model), "WordPiece")?;
        check("normalizer", kinds.normalizer.as_ref(), "BertNormalizer")?;
        check("pre_tokenizer", kinds.pre_tokenizer.as_ref(), "BertPreTokenizer")?;
        let written: Written = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        WordPieces::of(written)
    }

    fn of(Written { model, normalizer }: Written) -> Result<WordPieces, String> {
        let id = |piece: &str| match model.vocab.get(piece) {
            Some(&id) => i32::try_from(id).map_err(|_| format!("the id of '{piece}' is too large")),
            None => Err(format!("its vocabulary has no '{piece}'")),
        };
        let (first, separator, unknown) = (id(FIRST)?, id(SEPARATOR)?, id(&model.unk_token)?);
        let largest = model.vocab.values().copied().max().unwrap_or(0);
        let largest = i32::try_from(largest).map_err(|_| format!("the id {largest} is too large"))?;
        let (mut starts, mut continuations) = (FxHashMap::default(), FxHashMap::default());
        for (piece, id) in model.vocab {
            // No id is larger than the largest.
            let id = id as i32;
            match piece.strip_prefix(&model.continuing_subword_prefix) {
                Some(rest) if !rest.is_empty() => continuations.insert(rest.into(), id),
                _ => starts.insert(piece, id),
            };
        }
        let folding = Folding {
            cleans: normalizer.clean_text,
            divides_chinese: normalizer.handle_chinese_chars,
            strips_accents: normalizer.strip_accents.unwrap_or(normalizer.lowercase),
            lowers: normalizer.lowercase,
        };
        let longest_word = model.max_input_chars_per_word;
        Ok(WordPieces { starts, continuations, unknown, longest_word, folding, first, separator, largest })
    }

    /// The first `most` pieces of a text.
    pub fn cut(&self, text: &str, most: usize) -> Vec<Cut> {
        let mut pieces = Vec::new();
        let mut word: Vec<Letter> = Vec::new();
        for (at, character) in text.char_indices() {
            if pieces.len() >= most {
                break;
            }
            let span = Span::new(at, at + character.len_utf8());
            match self.folding.of(character) {
                Part::Gap => self.cut_word(&mut word, &mut pieces),
                Part::Nothing => {}
                Part::Accent => word.last_mut().into_iter().for_each(|letter| letter.span.end = span.end),
                Part::Letters(letters) => {
                    for letter in letters.into_iter().map(|letter| Letter { letter, span }) {
                        self.add(letter, &mut word, &mut pieces);
                    }
                }
            }
        }
        self.cut_word(&mut word, &mut pieces);
        pieces.truncate(most);
        pieces
    }

    fn add(&self, letter: Letter, word: &mut Vec<Letter>, pieces: &mut Vec<Cut>) {
        let stands_alone =
            is_punctuation(letter.letter) || self.folding.divides_chinese && is_chinese(letter.letter);
        if letter.letter.is_whitespace() {
            self.cut_word(word, pieces);
        } else if stands_alone {
            self.cut_word(word, pieces);
            word.push(letter);
            self.cut_word(word, pieces);
        } else {
            word.push(letter);
        }
    }

    /// Adds the pieces of a word, always the longest that there is; unknown as a whole where a part of it is. The
    /// word is empty afterwards.
    fn cut_word(&self, word: &mut Vec<Letter>, pieces: &mut Vec<Cut>) {
        let known_before = pieces.len();
        let mut from = 0;
        while from < word.len() {
            let longest = if word.len() > self.longest_word { None } else { self.longest(word, from) };
            let Some((id, to)) = longest else {
                pieces.truncate(known_before);
                pieces.push(Cut { id: self.unknown, span: span_of(word) });
                break;
            };
            pieces.push(Cut { id, span: span_of(&word[from..to]) });
            from = to;
        }
        word.clear();
    }

    /// The longest piece at a place of a word, and where it ends.
    fn longest(&self, word: &[Letter], from: usize) -> Option<(i32, usize)> {
        let known = if from == 0 { &self.starts } else { &self.continuations };
        let mut rest: String = word[from..].iter().map(|letter| letter.letter).collect();
        for to in (from + 1..=word.len()).rev() {
            if let Some(&id) = known.get(rest.as_str()) {
                return Some((id, to));
            }
            rest.pop();
        }
        None
    }
}

fn check(part: &str, found: Option<&Kind>, wanted: &str) -> Result<(), String> {
    match found.and_then(|kind| kind.name.as_deref()) {
        Some(name) if name == wanted => Ok(()),
        Some(name) => Err(format!("its {part} is {name}, not {wanted}")),
        None => Err(format!("it has no {part} {wanted}")),
    }
}

/// A character as the vocabulary has it, and the one of the text that it is of.
struct Letter {
    letter: char,
    span: Span,
}

/// From the first letter to the last; a word is never empty here.
fn span_of(word: &[Letter]) -> Span {
    let ends = |letter: &Letter| letter.span;
    let first = word.first().map_or(Span::new(0, 0), ends);
    let last = word.last().map_or(first, ends);
    Span::new(first.start, last.end)
}

/// What becomes of a character.
enum Part {
    Gap,
    Nothing,
    /// It was on the letter before.
    Accent,
    Letters(Vec<char>),
}

impl Folding {
    fn of(&self, character: char) -> Part {
        if character.is_whitespace() {
            return Part::Gap;
        }
        let is_removed = || matches!(character, '\0' | '\u{fffd}') || is_of(&REMOVED, character);
        if self.cleans && is_removed() {
            return Part::Nothing;
        }
        if self.strips_accents && is_of(&ACCENT, character) {
            return Part::Accent;
        }
        let mut letters = Vec::with_capacity(1);
        match self.strips_accents && !character.is_ascii() {
            false => letters.push(character),
            true => decompose_canonical(character, |part| {
                if !is_of(&ACCENT, part) {
                    letters.push(part);
                }
            }),
        }
        if self.lowers {
            letters = letters.into_iter().flat_map(char::to_lowercase).collect();
        }
        Part::Letters(letters)
    }
}

fn is_punctuation(letter: char) -> bool {
    letter.is_ascii_punctuation() || !letter.is_ascii() && is_of(&PUNCTUATION, letter)
}

fn is_of(class: &Regex, character: char) -> bool {
    // No control character of ASCII is an accent; a look at a table is saved for nearly all text.
    if (' '..='~').contains(&character) {
        return false;
    }
    class.is_match(character.encode_utf8(&mut [0; 4]))
}

/// The blocks of Chinese characters, as BERT has them: Japanese and Korean letters are none.
fn is_chinese(letter: char) -> bool {
    matches!(letter,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2b73f}'
        | '\u{2b740}'..='\u{2b81f}' | '\u{2b920}'..='\u{2ceaf}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VOCABULARY: [&str; 21] = [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "boat", "##s", "##man", "the", "eve", "##re", "##st", "[", "]",
        "sep", "!", "船", "ᄒ", "##ᅡ", "##ᆫ", "##e", "a",
    ];

    fn json(model: &str, normalizer: &str) -> String {
        let ids = VOCABULARY.iter().enumerate().map(|(id, piece)| format!("\"{piece}\": {id}"));
        let vocab = ids.collect::<Vec<_>>().join(", ");
        format!(
            r#"{{"model": {{"type": "{model}", "vocab": {{{vocab}}}}}, "normalizer": {{"type": "{normalizer}"}},
                 "pre_tokenizer": {{"type": "BertPreTokenizer"}}}}"#
        )
    }

    fn pieces() -> WordPieces {
        WordPieces::parse(json("WordPiece", "BertNormalizer").as_bytes()).unwrap()
    }

    /// Each piece with what stands at its place.
    fn cut(text: &str) -> Vec<(&'static str, &str)> {
        let cut = pieces().cut(text, usize::MAX);
        cut.iter().map(|piece| (VOCABULARY[piece.id as usize], &text[piece.span.range()])).collect()
    }

    #[test]
    fn a_word_falls_into_the_longest_pieces_and_each_keeps_its_place() {
        for (text, expected) in [
            ("The boats", vec![("the", "The"), ("boat", "boat"), ("##s", "s")]),
            ("boatsmans!", vec![("boat", "boat"), ("##s", "s"), ("##man", "man"), ("##s", "s"), ("!", "!")]),
            ("Everest", vec![("eve", "Eve"), ("##re", "re"), ("##st", "st")]),
            ("Éveré", vec![("eve", "Éve"), ("##re", "ré")]),
            ("E\u{301}vere\u{301}", vec![("eve", "E\u{301}ve"), ("##re", "re\u{301}")]),
            ("boatyard boat", vec![("[UNK]", "boatyard"), ("boat", "boat")]),
            ("[SEP]", vec![("[", "["), ("sep", "SEP"), ("]", "]")]),
            ("boat船boat", vec![("boat", "boat"), ("船", "船"), ("boat", "boat")]),
            ("한", vec![("ᄒ", "한"), ("##ᅡ", "한"), ("##ᆫ", "한")]),
            ("boat\u{c}boat\0s", vec![("boat", "boat"), ("boat", "boat"), ("##s", "s")]),
            ("\u{301}\0\u{200b}", vec![]),
            ("🚤🚤 a", vec![("[UNK]", "🚤🚤"), ("a", "a")]),
        ] {
            assert_eq!(cut(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_word_of_more_than_a_hundred_letters_is_unknown() {
        assert_eq!(cut(&"s".repeat(101)).len(), 1);
        assert_eq!(cut(&"a".repeat(2_000)), [("[UNK]", "a".repeat(2_000).as_str())]);
    }

    #[test]
    fn no_more_pieces_are_cut_than_wanted() {
        let pieces = pieces();
        let cut = pieces.cut("boatsmans boat", 3);
        assert_eq!(cut, pieces.cut("boatsmans boat", usize::MAX)[..3]);
        assert!(pieces.cut("boat", 0).is_empty());
    }

    #[test]
    fn another_tokenizer_is_refused_with_what_it_is() {
        for (json, expected) in [
            ("{".to_owned(), "EOF"),
            (
                "{\"model\": {\"type\": \"Unigram\", \"vocab\": []}}".to_owned(),
                "its model is Unigram, not WordPiece",
            ),
            (json("BPE", "BertNormalizer"), "its model is BPE, not WordPiece"),
            (json("WordPiece", "NFC"), "its normalizer is NFC, not BertNormalizer"),
            (json("WordPiece", "BertNormalizer").replace("[SEP]", "</s>"), "has no '[SEP]'"),
            (json("WordPiece", "BertNormalizer").replace("20}", "4294967295}"), "too large"),
        ] {
            let error = WordPieces::parse(json.as_bytes()).map(|_| ()).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    proptest! {
        #[test]
        fn every_piece_lies_in_the_text_after_the_one_before(text in any::<String>(), letters in "[a-eA-E\u{301}é船한!\\s]*") {
            for text in [text, letters] {
                let mut before = Span::new(0, 0);
                for Cut { span, .. } in pieces().cut(&text, usize::MAX) {
                    prop_assert!(text.get(span.range()).is_some_and(|part| !part.is_empty()));
                    prop_assert!(before.start <= span.start && before.end <= span.end);
                    let is_beside = before.end <= span.start;
                    // A Korean syllable falls into its letters.
                    let is_shared = |part: &str| part.chars().any(|c| ('가'..='힣').contains(&c));
                    prop_assert!(is_beside || is_shared(&text[span.start..before.end]), "{before:?} {span:?}");
                    before = span;
                }
            }
        }
    }
}
