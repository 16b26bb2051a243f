//! Looking up: passages for some words, with the words marked. No answer is taken out.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::sentences::{Sentence, Wanted};
use super::{AnswerError, Engine, Reading};
use crate::retrieval::{Hit, Index, IndexError};
use crate::words::words;

/// In how many ways a word that was begun goes on.
const MOST_ENDINGS: usize = 6;
/// So many words with this beginning are looked at.
const MOST_LOOKED_AT: usize = 200;
/// Fewer letters begin too many words.
const SHORTEST_BEGINNING: usize = 2;

/// A passage, and where the words stand in it.
#[derive(Debug)]
pub struct Found<'a> {
    pub hit: Hit<'a>,
    /// Character ranges in the passage's text, in order, without overlap.
    pub highlights: Vec<(usize, usize)>,
}

/// The best `limit` passages for the words of `query`, out of all sources or those with the given ids.
pub fn look_up<'a>(
    query: &str,
    sources: &[String],
    limit: usize,
    engine: Engine<'a>,
) -> Result<Vec<Found<'a>>, AnswerError> {
    let Reading { terms, hits, .. } = engine.read(query, sources, limit)?;
    let wanted = Wanted::new(&terms, engine.lexicon, &engine.weights.associations);
    let highlights = |hit: &Hit<'_>| {
        let text = &hit.passage.text;
        let sentence = Sentence::new(text, hit.source.description.analyzer(), &wanted);
        let found = sentence.words.iter().zip(&sentence.found).filter(|(_, found)| found.is_some());
        let characters = |byte: usize| text[..byte].chars().count();
        found.map(|(word, _)| (characters(word.span.start), characters(word.span.end))).collect()
    };
    Ok(hits.into_iter().map(|hit| Found { highlights: highlights(&hit), hit }).collect())
}

/// What is being typed, with the words of the sources that its last word is the beginning of behind it: those that
/// stand in most passages.
pub fn gone_on(typed: &str, index: &Index) -> Result<String, IndexError> {
    let spoken = words(typed);
    let Some(begun) = spoken.last().filter(|word| word.span.end == typed.len()) else {
        return Ok(typed.to_owned());
    };
    let begun = begun.folded.as_str();
    if begun.chars().count() < SHORTEST_BEGINNING {
        return Ok(typed.to_owned());
    }
    // One word for all of its forms, which are found by each other.
    let mut endings: BTreeMap<String, (u64, &str)> = BTreeMap::new();
    let longer = index.vocabulary().starting(begun).filter(|word| *word != begun);
    for word in longer.take(MOST_LOOKED_AT) {
        for analyzer in index.analyzers() {
            let stem = analyzer.stem(word).into_owned();
            if !analyzer.is_function_word(word) && !endings.contains_key(&stem) {
                let passages = index.passages_with(&stem)?;
                endings.insert(stem, (passages, word));
            }
        }
    }
    let mut found: Vec<(u64, &str)> = endings.into_values().filter(|(passages, _)| *passages > 0).collect();
    found.sort_by_key(|(passages, word)| (Reverse(*passages), *word));
    let ways = found.into_iter().take(MOST_ENDINGS).map(|(_, word)| word);
    Ok([typed].into_iter().chain(ways).collect::<Vec<&str>>().join(" "))
}
