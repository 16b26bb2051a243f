//! Looking up: passages for some words, with the words marked. No answer is taken out.

use super::lexicon::Lexicon;
use super::question::Question;
use super::sentences::{Sentence, Wanted};
use super::{AnswerError, Options, check_sources, terms};
use crate::retrieval::{Hit, Index};

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
    index: &'a Index,
    lexicon: &Lexicon,
    options: Options,
) -> Result<Vec<Found<'a>>, AnswerError> {
    check_sources(sources, index)?;
    let question = Question::parse(query, lexicon);
    let (terms, _) = terms::weigh(&question, index, options.spelling)?;
    let hits = index.search(&terms::query(&terms, sources), limit)?;
    let wanted = Wanted::new(&terms, lexicon);
    let highlights = |hit: &Hit<'_>| {
        let text = &hit.passage.text;
        let sentence = Sentence::new(text, &wanted);
        let found = sentence.words.iter().zip(&sentence.found).filter(|(_, found)| found.is_some());
        let characters = |byte: usize| text[..byte].chars().count();
        found.map(|(word, _)| (characters(word.span.start), characters(word.span.end))).collect()
    };
    Ok(hits.into_iter().map(|hit| Found { highlights: highlights(&hit), hit }).collect())
}
