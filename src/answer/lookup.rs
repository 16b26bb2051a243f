//! Looking up: passages for some words, with the words marked. No answer is taken out.

use super::sentences::{Sentence, Wanted};
use super::{AnswerError, Engine, Reading};
use crate::retrieval::Hit;

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
