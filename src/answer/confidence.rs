//! How likely the best candidate is right: a logistic function of a few plain signs.

use super::asks_for_value;
use super::question::{Asked, Question, Role};
use super::sentences::Candidate;
use super::terms::WeightedTerm;

/// The signs, each 0 to 1, and what they weigh. Set by hand on the tuning sets; fitting them is the tuning
/// command's work.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Signs {
    /// The share of the question's weight in the sentence.
    pub coverage: f64,
    /// In the sentence, beside it, above it or around it.
    pub coverage_with_context: f64,
    /// The share of the question's weight that occurs nowhere in the corpus.
    pub missing: f64,
    /// A name of the question is nowhere near.
    pub name_missing: f64,
    /// The word that says what happens is neither here nor beside.
    pub predicate_missing: f64,
    /// A value is asked for: how well the best one fits.
    pub value: f64,
    /// A name is asked for, and none fits.
    pub no_name: f64,
    /// A number or a date is asked for, and none fits.
    pub no_number: f64,
    /// The share of the question's content words in the sentence or beside it.
    pub words: f64,
    /// The sentence is of the kind asked for.
    pub cue: f64,
    /// Somebody's words are asked for, and the sentence reports none.
    pub unquoted: f64,
}

impl Signs {
    pub fn each(&self) -> [(&'static str, f64, f64); 11] {
        [
            ("coverage", self.coverage, 3.0),
            ("coverage_with_context", self.coverage_with_context, 4.0),
            ("missing", self.missing, -3.0),
            ("name_missing", self.name_missing, -2.5),
            ("predicate_missing", self.predicate_missing, -0.8),
            ("value", self.value, 1.5),
            ("no_name", self.no_name, -3.0),
            ("no_number", self.no_number, -4.5),
            ("words", self.words, 1.0),
            ("cue", self.cue, 0.8),
            ("unquoted", self.unquoted, -1.5),
        ]
    }
}

/// What speaks against any answer before a sign was seen.
pub const INTERCEPT: f64 = -4.2;

/// The confidence in the first of the candidates, with its signs; 0 where there is none.
pub fn weigh(question: &Question, terms: &[WeightedTerm], candidates: &[Candidate<'_>]) -> (f64, Signs) {
    let Some(best) = candidates.first() else { return (0.0, Signs::default()) };
    let signs = signs(question, terms, best);
    let logit = INTERCEPT + signs.each().iter().map(|(_, value, weight)| value * weight).sum::<f64>();
    (1.0 / (1.0 + (-logit).exp()), signs)
}

fn signs(question: &Question, terms: &[WeightedTerm], best: &Candidate<'_>) -> Signs {
    let features = &best.features;
    let all: f64 = terms.iter().map(|term| term.weight).sum();
    let unknown: f64 = terms.iter().filter(|term| !term.is_known).map(|term| term.weight).sum();
    let has_names = terms.iter().any(|term| term.term.is_name);
    let has_predicate = terms.iter().any(|term| term.term.is_predicate && term.term.role == Role::Content);
    let takes_value = asks_for_value(question.asked);
    let takes_name = matches!(question.asked, Asked::Person | Asked::Place | Asked::Organisation);
    Signs {
        coverage: features.coverage,
        coverage_with_context: features.coverage + features.beside + features.above + features.around * 0.5,
        missing: if all > 0.0 { unknown / all } else { 1.0 },
        name_missing: match features.names {
            _ if !has_names => 0.0,
            // Whoever is quoted and what about are both needed: one of two is somebody else's word.
            names if names < 1.0 && question.asked == Asked::Quotation => 1.0,
            names => 1.0 - names,
        },
        predicate_missing: if has_predicate { 1.0 - features.predicate } else { 0.0 },
        value: features.value,
        no_name: if takes_value && takes_name { features.no_value } else { 0.0 },
        no_number: if takes_value && !takes_name { features.no_value } else { 0.0 },
        words: words_found(terms, best),
        unquoted: if question.asked == Asked::Quotation && features.cue < 0.3 { 1.0 } else { 0.0 },
        cue: if matches!(
            question.asked,
            Asked::Identity | Asked::Definition | Asked::Reason | Asked::Quotation
        ) {
            features.cue
        } else {
            0.0
        },
    }
}

fn words_found(terms: &[WeightedTerm], best: &Candidate<'_>) -> f64 {
    let content: Vec<usize> =
        (0..terms.len()).filter(|place| terms[*place].term.role == Role::Content).collect();
    if content.is_empty() {
        return best.features.coverage;
    }
    let here = |term: usize| best.sentence.found.iter().flatten().any(|(found, _)| *found == term);
    content.iter().filter(|term| here(**term)).count() as f64 / content.len() as f64
}
