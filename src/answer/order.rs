//! Putting the best sentences in order once more, with their short answers in view: a sentence that offers a good
//! one is the better answer.

use super::features::{asked_place, features};
use super::question::Question;
use super::sentences::Candidate;
use super::spans;
use super::weights::Weights;

/// How many of the best are looked at again.
const LOOKED_AT: usize = 6;

features! {
    /// What speaks for one of the best sentences.
    OrderFeatures {
        /// Its log-odds.
        score,
        /// Its log-odds beside the best one's: 0 or less.
        behind,
        /// Its place, from 0.
        place,
        /// The probability of its best short answer; -1 where none is looked for.
        span,
        /// How far the next short answer stays behind.
        span_lead,
        /// The probability of its best short answer beside the best of the others.
        span_behind,
        /// The share of the question's weight in the sentence.
        coverage,
        /// The share of the heaviest term that is not here.
        heaviest_missing,
        /// The score of the finders' best value.
        value,
        /// How close together the question's words stand.
        proximity,
        /// How surely the word that says what happens stands here.
        predicate,
        /// The share of the question's names that stand here, beside or above.
        names,
        /// Words.
        words,
        /// Content words that the question does not have.
        new_words,
        /// 0 in running text, 1 in a list, 2 in a table, 3 in code.
        kind,
        /// The kind of answer asked for, by its place in a fixed order.
        asked,
        /// How much of the other best sentences is of its passage: 0 to 1.
        company,
    }
}

/// What speaks for each of the first candidates, in their order.
pub fn collect(question: &Question, candidates: &[Candidate<'_>], weights: &Weights) -> Vec<OrderFeatures> {
    let best = &candidates[..candidates.len().min(LOOKED_AT)];
    let shorts: Vec<(f64, f64)> = best
        .iter()
        .map(|candidate| {
            let ranked = spans::ranked(question, &candidate.sentence, &weights.spans);
            let probability = |place: usize| ranked.get(place).map_or(0.0, |(_, probability)| *probability);
            match ranked.first() {
                Some((_, first)) => (*first, first - probability(1)),
                None => (-1.0, 0.0),
            }
        })
        .collect();
    let of = |(place, candidate): (usize, &Candidate<'_>)| {
        let features = &candidate.features;
        let others = || best.iter().enumerate().filter(|(other, _)| *other != place);
        let rival = others().map(|(other, _)| shorts[other].0).fold(0.0, f64::max);
        let company = others().filter(|(_, other)| other.hit == candidate.hit).count();
        OrderFeatures {
            score: candidate.score,
            behind: candidate.score - best[0].score,
            place: place as f64,
            span: shorts[place].0,
            span_lead: shorts[place].1,
            span_behind: shorts[place].0 - rival,
            coverage: features.coverage,
            heaviest_missing: features.heaviest_missing,
            value: features.value,
            proximity: features.proximity,
            predicate: features.predicate,
            names: features.names,
            words: features.words,
            new_words: features.new_words,
            kind: features.kind,
            asked: asked_place(question.asked),
            company: company as f64 / (best.len() as f64 - 1.0).max(1.0),
        }
    };
    best.iter().enumerate().map(of).collect()
}

/// The first candidates in their new order, with their new scores; further ones stay behind them.
pub fn arrange(question: &Question, candidates: &mut [Candidate<'_>], weights: &Weights) {
    let features = collect(question, candidates, weights);
    let count = features.len();
    for (candidate, features) in candidates.iter_mut().zip(features) {
        candidate.score = f64::from(weights.order.score(&features.values()));
    }
    candidates[..count].sort_by(|a, b| b.score.total_cmp(&a.score));
    let last = candidates[..count].last().map_or(0.0, |candidate| candidate.score);
    for candidate in &mut candidates[count..] {
        candidate.score = candidate.score.min(last);
    }
}
