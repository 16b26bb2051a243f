//! What was meant by a misspelt word: the word of the corpus that is nearest to it, or a word of asking.
//!
//! A slip of the finger (letters swapped, left out, struck twice, the key beside) is likelier than any other change.

use std::cmp::Reverse;

use super::terms::{WeightedTerm, stems_of};
use crate::retrieval::{Index, IndexError};
use crate::words::keyboard::is_slip;
use crate::words::{Analyzer, is_function_word, words};

/// Shorter words have too many neighbours to correct them.
const SHORTEST: usize = 4;
/// Shorter ones are corrected where the finger slipped, and not otherwise.
const SHORTEST_FOR_OTHER_CHANGES: usize = 5;
/// From this length on, two letters may differ.
const TWO_CHANGES_FROM: usize = 8;
/// In so many words a correction is looked for: whoever writes more that nobody knows writes about something else.
const MOST_TRIED: usize = 8;

/// What a question opens with, and what it asks for a number by; who mistypes one asks for something else.
const ASKING: &[&str] = &[
    "what", "which", "when", "where", "whose", "whom", "does", "many", "much", "warum", "wann", "welche",
    "welcher", "welches", "welchem", "welchen", "wieviel", "wieviele", "wohin", "woher",
];

/// How far a word is from what was typed, the likeliest least: the changes, whether they are no slip, how often the
/// corpus has it.
type Rank = (usize, bool, Reverse<u64>);

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Correction {
    pub from: String,
    pub to: String,
}

/// The words of a question that the corpus has in no form, as they were most likely meant.
pub fn of_terms(
    terms: &[WeightedTerm],
    analyzers: &[Analyzer],
    index: &Index,
) -> Result<Vec<Correction>, IndexError> {
    let mut corrections = Vec::new();
    for term in terms.iter().filter(|term| !term.is_known).take(MOST_TRIED) {
        if let Some(to) = correction(&term.term.word, analyzers, index)? {
            corrections.push(Correction { from: term.term.word.clone(), to });
        }
    }
    Ok(corrections)
}

/// The word of the corpus that a word which is not in it was most likely meant to be.
fn correction(word: &str, analyzers: &[Analyzer], index: &Index) -> Result<Option<String>, IndexError> {
    let length = word.chars().count();
    if length < SHORTEST || !word.chars().all(char::is_alphabetic) {
        return Ok(None);
    }
    let most = if length < TWO_CHANGES_FROM { 1 } else { 2 };
    let mut best: Option<(Rank, &str)> = None;
    for (found, changes) in index.vocabulary().similar(word, most) {
        let is_function = |analyzer: &Analyzer| analyzer.is_function_word(found);
        let is_other = !is_slip(word, found);
        if analyzers.iter().any(is_function) || is_other && length < SHORTEST_FOR_OTHER_CHANGES {
            continue;
        }
        if best.is_some_and(|((fewest, others, _), _)| (fewest, others) < (changes, is_other)) {
            continue;
        }
        // Of equals the first in the alphabet stays, so that the answer does not depend on anything else.
        let mut frequency = 0;
        // "others" has the stem of a function word, which nothing is found by.
        for stem in stems_of(found, analyzers).filter(|stem| !is_function_word(stem)) {
            frequency = frequency.max(index.passages_with(&stem)?);
        }
        let rank = (changes, is_other, Reverse(frequency));
        if frequency > 0 && best.is_none_or(|(least, _)| rank < least) && index.has_word(found)? {
            best = Some((rank, found));
        }
    }
    Ok(best.map(|(_, to)| to.to_owned()))
}

/// Words of asking that the finger slipped in, unless the corpus has the word as it stands.
pub fn of_asking(text: &str, index: &Index) -> Result<Vec<Correction>, IndexError> {
    let mut corrections = Vec::new();
    let unknown = words(text).into_iter().filter(|word| {
        word.folded.len() + 1 >= SHORTEST
            && !index.analyzers().iter().any(|analyzer| analyzer.is_function_word(&word.folded))
            && !is_function_word(&word.folded)
    });
    for word in unknown.take(MOST_TRIED) {
        let mut meant = ASKING.iter().filter(|asking| is_slip(&word.folded, asking));
        let (Some(to), None) = (meant.next(), meant.next()) else { continue };
        let mut is_known = false;
        for stem in stems_of(&word.folded, index.analyzers()) {
            is_known |= index.passages_with(&stem)? > 0;
        }
        if !is_known {
            corrections.push(Correction { from: word.folded, to: (*to).to_owned() });
        }
    }
    Ok(corrections)
}

/// The text with its misspelt words written as they were meant.
pub fn respelt(text: &str, corrections: &[Correction]) -> String {
    let mut respelt = String::with_capacity(text.len());
    let mut end = 0;
    for word in words(text) {
        let Some(correction) = corrections.iter().find(|correction| correction.from == word.folded) else {
            continue;
        };
        respelt.push_str(&text[end..word.span.start]);
        let is_capital = word.written(text).starts_with(char::is_uppercase);
        let mut letters = correction.to.chars();
        match letters.next().filter(|_| is_capital) {
            Some(first) => {
                respelt.extend(first.to_uppercase());
                respelt.push_str(letters.as_str());
            }
            None => respelt.push_str(&correction.to),
        }
        end = word.span.end;
    }
    respelt.push_str(&text[end..]);
    respelt
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    const PIER: &str =
        "The ferry leaves the pier at noon. A bell rings twice. The bill is paid by the owner.";

    #[track_caller]
    fn meant(question: &str, expected: &[(&str, &str)], read_as: &str) {
        samples::over(&[PIER], |engine| {
            let reading = engine.read(question, &[], 8).unwrap();
            let corrections: Vec<(&str, &str)> =
                reading.corrections.iter().map(|made| (made.from.as_str(), made.to.as_str())).collect();
            assert_eq!(corrections, expected, "{question}");
            assert_eq!(reading.question.text, read_as);
        });
    }

    #[test]
    fn a_question_is_read_as_it_was_meant() {
        meant("Whcih pier?", &[("whcih", "which")], "Which pier?");
        meant("when does the frery leave", &[("frery", "ferry")], "when does the ferry leave");
        meant(
            "How mnay pires has the Frery?",
            &[("mnay", "many"), ("frery", "ferry")],
            "How many pires has the Ferry?",
        );
        meant("Who rings the blel?", &[("blel", "bell")], "Who rings the bell?");
    }

    #[test]
    fn what_stands_in_the_sources_or_is_like_nothing_stays() {
        meant("Who pays the bill?", &[], "Who pays the bill?");
        meant("Who pays the bxyl?", &[], "Who pays the bxyl?");
    }

    #[test]
    fn a_slip_is_likelier_than_another_change() {
        meant("Who hears the bekl?", &[("bekl", "bell")], "Who hears the bell?");
    }
}
