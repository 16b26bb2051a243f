//! What a plain search engine would answer: the figure that ours have to beat, in the same run on the same index.
//!
//! The first passage of a BM25 search over the stems of the question's words; of its sentences the one whose
//! words weigh most by their rarity. No synonyms, no spelling, no weights, no short answer, no declining. A
//! question of a conversation is taken as it stands, without those before it.

use crate::answer::headline;
use crate::answer::lexicon::stems;
use crate::corpus::Span;
use crate::retrieval::{Hit, Index, IndexError, Query, QueryTerm};
use crate::words::{is_function_word, stem, words};

use super::Prediction;

/// As many documents as the ranking is measured over.
const RANKED: usize = 10;

/// What the baseline replies to the question with this id. Where no word of it is found the answer is empty.
/// `confidence` is the share of the question's rarity that the sentence holds, 0 to 1; `latency_ms` is 0.
pub fn predict(id: &str, question: &str, index: &Index) -> Result<Prediction, IndexError> {
    let stems = question_stems(question);
    let weights = stems.iter().map(|stem| rarity(stem, index)).collect::<Result<Vec<f64>, _>>()?;
    let hits = index.search(&plain_query(&stems), RANKED)?;
    let mut prediction = Prediction {
        id: id.to_owned(),
        status: "answered".to_owned(),
        ranked_docs: ranked(&hits),
        ..Prediction::default()
    };
    let best = hits.first().and_then(|hit| best_sentence(hit, &stems, &weights).map(|best| (hit, best)));
    let Some((hit, (sentence, overlap))) = best else { return Ok(prediction) };
    let whole: f64 = weights.iter().sum();
    prediction.quote = hit.passage.slice(sentence).to_owned();
    prediction.answer = headline::plain(&prediction.quote);
    prediction.quotes = vec![prediction.quote.clone()];
    prediction.citations = vec![hit.source.description.id.clone()];
    prediction.confidence = if whole > 0.0 { overlap / whole } else { 0.0 };
    Ok(prediction)
}

/// Each once, in their order.
fn question_stems(question: &str) -> Vec<String> {
    let mut stems = Vec::new();
    for word in words(question).iter().filter(|word| !is_function_word(&word.folded)) {
        let stem = stem(&word.folded).into_owned();
        if !stems.contains(&stem) {
            stems.push(stem);
        }
    }
    stems
}

fn plain_query(stems: &[String]) -> Query {
    let term = |stem: &String| QueryTerm { stems: vec![stem.clone()], exact: None, weight: 1.0 };
    Query { terms: stems.iter().map(term).collect(), sources: Vec::new() }
}

/// Inverse frequency over passages, as BM25 has it.
fn rarity(stem: &str, index: &Index) -> Result<f64, IndexError> {
    let (with, all) = (index.passages_with(stem)? as f64, index.passages() as f64);
    Ok((1.0 + (all - with + 0.5).max(0.0) / (with + 0.5)).ln())
}

/// The sentence with the greatest overlap, and how great it is; of equals the first.
fn best_sentence(hit: &Hit<'_>, question: &[String], weights: &[f64]) -> Option<(Span, f64)> {
    let mut best: Option<(Span, f64)> = None;
    for sentence in &hit.passage.passage.sentences {
        let said = stems(hit.passage.slice(*sentence));
        let overlap =
            question.iter().zip(weights).filter(|(stem, _)| said.contains(stem)).map(|(_, w)| w).sum();
        if best.is_none_or(|(_, greatest)| overlap > greatest) {
            best = Some((*sentence, overlap));
        }
    }
    best
}

fn ranked(hits: &[Hit<'_>]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for hit in hits {
        let id = &hit.source.description.id;
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_question_count_once_and_small_ones_not() {
        assert_eq!(question_stems("Who may use the use of boats?"), ["use", "boat"]);
    }

    #[test]
    fn a_question_of_small_words_searches_for_nothing() {
        assert_eq!(plain_query(&question_stems("who is it?")).terms, []);
    }
}
