//! How likely the best candidate is right, and how likely the sources answer at all: learned on questions that
//! choosing was not learned on.

use super::asks_for_value;
use super::features::{asked_place, features};
use super::headline::Line;
use super::model::{Trees, probability};
use super::question::{Asked, Question, Role};
use super::sentences::Candidate;
use super::terms::{Correction, WeightedTerm};
use crate::words::words;

features! {
    /// What speaks for or against the best candidate.
    Signs {
        /// The log-odds of its sentence.
        score,
        /// How far the next sentence stays behind, 10 where there is none.
        lead,
        /// The same of the best sentence in another document.
        lead_over_documents,
        /// Its sentence's share among all that were found (softmax of their scores).
        share,
        /// The shares of the other sentences that have its short answer too.
        agreeing,
        /// The probability of its short answer, 0 where none was looked for.
        span,
        /// The same whatever the sentence is.
        fit,
        /// 1: the line is the short answer; 0.5: it has one.
        tells_value,
        /// Words of the line.
        line,
        /// The share of the question's weight in the sentence.
        coverage,
        /// The same with what stands beside and above.
        coverage_near,
        /// The same with what stands around.
        coverage_around,
        /// The share of the question's weight that occurs nowhere in the corpus.
        missing,
        /// The share of the heaviest term that is neither here, beside nor above.
        heaviest_missing,
        /// 1: that term occurs elsewhere in the corpus.
        missing_known,
        /// The share of the heaviest term that is neither here nor beside.
        missing_beside,
        /// The noun that is asked for is neither here, beside nor above, 0 to 1.
        focus_missing,
        /// The share of the terms that are not here, by how surely another word answers for them.
        associated,
        /// The share that stands here in the very form that was asked.
        exact,
        /// The share of the question's names that are neither here, beside nor above.
        names_missing,
        /// How many names the question has.
        names,
        /// The word that says what happens is neither here nor beside, 0 to 1.
        predicate_missing,
        /// The share of the question's numbers that are not here.
        numbers_missing,
        /// The score of the finders' best value.
        value,
        /// 1: a kind of value is asked for, and none is here.
        no_value,
        /// The share of the question's content words in the sentence.
        words,
        /// Signs of the kind of sentence asked for, 0 to 1.
        cue,
        /// 1: somebody's words are asked for, and none are here.
        unquoted,
        /// The place of its passage.
        rank,
        /// The share of the first ten passages that are of its document.
        document,
        /// How many terms the question has.
        terms,
        /// How many words were corrected.
        corrected,
        /// The kind of answer asked for, by its place in a fixed order.
        asked,
        /// 0 in running text, 1 in a list, 2 in a table, 3 in code.
        kind,
        /// How well its passage covers the question.
        passage,
        /// Words of the question side by side here too.
        bigrams,
    }
}

/// The probability that the signs stand for, by one of the models over them: 0 to 1.
pub fn weigh(signs: &Signs, model: &Trees) -> f64 {
    probability(model.score(&signs.values()))
}

/// What the answer `line` of the first candidate rests on.
pub fn signs(
    question: &Question,
    terms: &[WeightedTerm],
    corrections: &[Correction],
    candidates: &[Candidate<'_>],
    line: &Line,
) -> Signs {
    let Some(best) = candidates.first() else { return Signs::default() };
    let features = &best.features;
    let all: f64 = terms.iter().map(|term| term.weight).sum();
    let unknown: f64 = terms.iter().filter(|term| !term.is_known).map(|term| term.weight).sum();
    let names = terms.iter().filter(|term| term.term.is_name).count();
    let has_predicate = terms.iter().any(|term| term.term.is_predicate && term.term.role == Role::Content);
    let lead = |other: Option<&Candidate<'_>>| other.map_or(10.0, |other| best.score - other.score);
    let coverage_near = features.near();
    // Beside the best sentence's, which is 1.
    let beside_best = |other: &Candidate<'_>| (other.score - best.score).exp();
    let all_shares: f64 = candidates.iter().map(beside_best).sum();
    let agreeing: f64 = match &line.short {
        Some(short) => {
            let short: Vec<String> = words(short).into_iter().map(|word| word.folded).collect();
            candidates[1..].iter().filter(|other| has_words(other, &short)).map(beside_best).sum()
        }
        None => 0.0,
    };
    Signs {
        score: best.score,
        lead: lead(candidates.get(1)),
        lead_over_documents: lead(candidates.iter().find(|other| other.document != best.document)),
        share: 1.0 / all_shares,
        agreeing: agreeing / all_shares,
        span: line.probability,
        fit: line.fit,
        tells_value: match &line.value {
            Some(value) if *value == line.text => 1.0,
            Some(_) => 0.5,
            None => 0.0,
        },
        line: line.text.split_whitespace().count() as f64,
        coverage: features.coverage,
        coverage_near,
        coverage_around: coverage_near + features.around,
        missing: if all > 0.0 { unknown / all } else { 1.0 },
        heaviest_missing: features.heaviest_missing_near,
        missing_known: features.missing_known,
        missing_beside: features.heaviest_missing_beside,
        focus_missing: features.focus_missing,
        associated: features.associated,
        exact: features.exact,
        names_missing: if names == 0 { 0.0 } else { 1.0 - features.names },
        names: names as f64,
        predicate_missing: if has_predicate { 1.0 - features.predicate_near } else { 0.0 },
        numbers_missing: features.numbers_missing,
        value: features.value,
        no_value: if asks_for_value(question.asked) { features.no_value } else { 0.0 },
        words: words_found(terms, best),
        cue: features.cue,
        unquoted: if question.asked == Asked::Quotation && features.cue < 0.3 { 1.0 } else { 0.0 },
        rank: features.rank,
        document: features.document,
        terms: terms.len() as f64,
        corrected: corrections.len() as f64,
        asked: asked_place(question.asked),
        kind: features.kind,
        passage: features.passage_coverage,
        bigrams: features.bigrams,
    }
}

/// Whether it is asked how many there are of something that no source mentions, by any of its names. Measures are
/// often told by signs ("€", "%"), and people by what they do.
pub fn is_unmentioned(question: &Question, terms: &[WeightedTerm]) -> bool {
    let is_thing = |stem: &str| {
        !matches!(stem, "peopl" | "person" | "time" | "dollar" | "euro" | "pound" | "percent" | "degre")
    };
    question.asked == Asked::Count
        && terms
            .iter()
            .any(|term| term.term.role == Role::Focus && !term.is_known && is_thing(&term.term.stem))
}

/// Whether these words stand in the sentence, one after the other.
fn has_words(candidate: &Candidate<'_>, short: &[String]) -> bool {
    candidate.sentence.words.windows(short.len().max(1)).any(|window| {
        window.len() == short.len() && window.iter().zip(short).all(|(word, wanted)| word.folded == *wanted)
    })
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
