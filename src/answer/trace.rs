//! How an answer was chosen, in short: what is kept with its receipt, so that it can be told when sources, weights
//! and program are others. It is made while the answer is, of what the answer was made of.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Steps;
use super::explain::declined;
use super::features::Features;
use super::marked::ReadFeatures;
use super::polarity::Polarity;
use super::question::{Asked, Role};
use super::sentences::Candidate;
use super::spelling::Correction;
use super::weights::Weights;
use crate::words::cut;

/// So many sentences are kept, with so many of what spoke most for or against each.
const CANDIDATES: usize = 3;
const CONTRIBUTIONS: usize = 5;
/// A sentence is cut here, between two characters; bytes.
const LONGEST_SENTENCE: usize = 400;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The kind of answer that was asked for.
    pub asked: Asked,
    pub terms: Vec<TracedTerm>,
    pub corrections: Vec<Correction>,
    /// How many passages were searched for sentences.
    pub passages: usize,
    /// The best sentences, best first.
    pub candidates: Vec<TracedCandidate>,
    /// How likely the answer was right: 0 to 1.
    pub confidence: f64,
    /// How likely the sources answered at all: 0 to 1.
    pub support: f64,
    /// `answer.threshold`, as it was.
    pub threshold: f64,
    /// Why the question was declined, if it was.
    pub declined: Option<String>,
    /// How a yes or no question was answered, and how likely the answer was yes; `None` for any other.
    pub polarity: Option<(Polarity, f64)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TracedTerm {
    pub word: String,
    pub role: Role,
    pub weight: f64,
    pub is_known: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TracedCandidate {
    pub source: String,
    pub path: String,
    pub line: usize,
    /// From 1, where the source has pages.
    #[serde(default)]
    pub page: Option<u32>,
    pub sentence: String,
    /// Log-odds that it held the answer.
    pub score: f64,
    /// What changed the score most, by name, in log-odds.
    pub contributions: Vec<(Cow<'static, str>, f64)>,
}

impl Trace {
    pub fn of(steps: &Steps<'_, '_>) -> Trace {
        let Steps { reading, candidates, conclusion, engine } = steps;
        let threshold = engine.options.threshold;
        let term = |term: &super::WeightedTerm| TracedTerm {
            word: term.term.word.clone(),
            role: term.term.role,
            weight: rounded(term.weight),
            is_known: term.is_known,
        };
        let candidate = |candidate: &Candidate<'_>| {
            let hit = &reading.hits[candidate.hit];
            TracedCandidate {
                source: hit.source.description.id.clone(),
                path: hit.passage.path.clone(),
                line: hit.passage.line_at(candidate.span.start),
                page: hit.passage.page_at(candidate.span.start),
                sentence: cut(candidate.sentence.text, LONGEST_SENTENCE).to_owned(),
                score: rounded(candidate.log_odds()),
                contributions: contributions(candidate, engine.weights),
            }
        };
        let verdict = conclusion.and_then(|conclusion| conclusion.verdict.as_ref());
        Trace {
            asked: reading.question.asked,
            terms: reading.terms.iter().map(term).collect(),
            corrections: reading.corrections.clone(),
            passages: reading.hits.len(),
            candidates: candidates.iter().take(CANDIDATES).map(candidate).collect(),
            confidence: rounded(conclusion.map_or(0.0, |conclusion| conclusion.confidence)),
            support: rounded(conclusion.map_or(0.0, |conclusion| conclusion.support)),
            threshold,
            declined: declined(*conclusion, threshold),
            polarity: verdict.map(|verdict| (verdict.polarity, rounded(verdict.probability))),
        }
    }
}

/// The largest, whichever way they point.
fn contributions(candidate: &Candidate<'_>, weights: &Weights) -> Vec<(Cow<'static, str>, f64)> {
    let (names, (_, brought)) = match (&candidate.read, &weights.reader) {
        (Some(read), Some(weights)) => {
            (ReadFeatures::NAMES, weights.sentences.contributions(&read.features.values()))
        }
        _ => (Features::NAMES, weights.sentences.contributions(&candidate.features.values())),
    };
    let named = names.iter().map(|name| Cow::Borrowed(*name)).zip(brought);
    let mut parts: Vec<(Cow<'static, str>, f64)> = named.filter(|(_, brought)| *brought != 0.0).collect();
    parts.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    parts.truncate(CONTRIBUTIONS);
    parts.iter_mut().for_each(|(_, brought)| *brought = rounded(*brought));
    parts
}

/// What people read of it has two decimals.
fn rounded(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}
