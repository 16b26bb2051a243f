//! The words of the corpus as people write them: what a misspelt word is corrected towards.
//!
//! Each run adds the words it meets, and an index that is built anew starts without any. A word that no passage
//! has any more does no harm: whoever takes one asks how frequent it is.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use strsim::osa_distance;

/// Shorter words have too many neighbours, longer ones are none. Bytes.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=40;

/// Words of letters, folded, in alphabetical order, with a space between two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Vocabulary(String);

impl Vocabulary {
    /// These words, and those of `older`.
    pub fn of(met: &Met, older: &Vocabulary) -> Vocabulary {
        let met = met.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut words: Vec<&str> = met.iter().map(Box::as_ref).chain(older.0.split_terminator(' ')).collect();
        words.sort_unstable();
        words.dedup();
        Vocabulary(words.join(" "))
    }

    /// Those that start so.
    pub fn starting<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        let words = self.0[self.place_of(prefix)..].split_terminator(' ');
        words.take_while(move |word| word.starts_with(prefix))
    }

    /// Those with the same first letter that at most `most` changes lead to, each with how many: a letter more,
    /// less or another, or two neighbours swapped.
    pub fn similar<'a>(&'a self, word: &'a str, most: usize) -> impl Iterator<Item = (&'a str, usize)> {
        let letters = word.chars().count();
        let first = word.chars().next().map_or(0, char::len_utf8);
        self.starting(&word[..first])
            .filter(move |other| other.chars().count().abs_diff(letters) <= most)
            .map(move |other| (other, osa_distance(word, other)))
            .filter(move |(_, changes)| *changes <= most)
    }

    /// The byte of the first word that is not before `prefix`.
    fn place_of(&self, prefix: &str) -> usize {
        let bytes = self.0.as_bytes();
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let start = bytes[..middle].iter().rposition(|b| *b == b' ').map_or(0, |space| space + 1);
            let length = bytes[start..].iter().position(|b| *b == b' ').unwrap_or(bytes.len() - start);
            if &bytes[start..start + length] < prefix.as_bytes() {
                low = (start + length + 1).min(bytes.len());
            } else {
                high = start;
            }
        }
        low
    }
}

/// The words that the threads of one run met.
#[derive(Debug, Clone, Default)]
pub struct Met(Arc<Mutex<FxHashSet<Box<str>>>>);

impl Met {
    pub fn add(&self, folded: &str) {
        if LENGTHS.contains(&folded.len()) && folded.chars().all(char::is_alphabetic) {
            let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if !met.contains(folded) {
                met.insert(folded.into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(words: &[&str]) -> Vocabulary {
        let met = Met::default();
        words.iter().for_each(|word| met.add(word));
        Vocabulary::of(&met, &Vocabulary::default())
    }

    #[test]
    fn words_are_found_by_their_start() {
        let words = ["abbey", "able", "guarantee", "guarantees", "guard", "strasse", "élan", "zone"];
        let vocabulary = vocabulary(&words);
        for length in 1..=5 {
            for word in words {
                let prefix = &word[..word.floor_char_boundary(length)];
                let expected: Vec<&str> = words.into_iter().filter(|word| word.starts_with(prefix)).collect();
                let mut found: Vec<&str> = vocabulary.starting(prefix).collect();
                found.sort_by_key(|word| words.iter().position(|other| other == word));
                assert_eq!(found, expected, "{prefix}");
            }
        }
        assert_eq!(vocabulary.starting("zz").count(), 0);
        assert_eq!(vocabulary.starting("b").count(), 0);
        assert_eq!(Vocabulary::default().starting("a").count(), 0);
    }

    #[test]
    fn changes_are_counted() {
        let vocabulary = vocabulary(&["guarantee", "guarantees", "guard", "garden"]);
        let similar = |word, most| vocabulary.similar(word, most).collect::<Vec<(&str, usize)>>();
        assert_eq!(similar("guarentee", 2), [("guarantee", 1), ("guarantees", 2)]);
        assert_eq!(similar("gaurd", 1), [("guard", 1)]);
        assert_eq!(similar("uarantee", 2), []);
        assert_eq!(similar("", 2), []);
    }

    #[test]
    fn what_is_no_word_is_left_out_and_older_words_stay() {
        let met = Met::default();
        ["the", "v1.2.3", "2026", "well"].iter().for_each(|word| met.add(word));
        let vocabulary = Vocabulary::of(&met, &vocabulary(&["older", "well"]));
        assert_eq!(vocabulary.0, "older well");
    }
}
