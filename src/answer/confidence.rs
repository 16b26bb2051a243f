//! How likely the best candidate is right, and how likely the sources answer at all: learned on questions that
//! choosing was not learned on.

use std::collections::BTreeSet;

use super::asks_for_value;
use super::clauses::span_of;
use super::features::{asked_place, features, one_if};
use super::headline::{self, Line};
use super::model::{Trees, probability};
use super::question::{Asked, Question, Role};
use super::sentences::Candidate;
use super::spans::Short;
use super::spelling::Correction;
use super::terms::WeightedTerm;
use crate::corpus::Span;
use crate::words::words;

features! {
    /// What speaks for or against the best candidate.
    WordSigns {
        /// The log-odds of its sentence, by its words.
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

features! {
    /// What the reader says of the best candidate.
    ReadSigns {
        /// Its log-odds by words and reader together.
        reread,
        /// How far the next sentence stays behind by that, 10 where there is none.
        reread_lead,
        /// The same of the best sentence in another document.
        reread_lead_over_documents,
        /// How much likelier the answer stands in it than not in the window; log-odds.
        margin,
        /// How far that stays behind the sentence that the reader likes best.
        margin_behind,
        /// Its share of the reader's probability in its window, 0 to 1.
        read_share,
        /// Its share of what the reader finds in all sentences, 0 to 1.
        read_share_of_all,
        /// Log-probability that the answer is not in the window.
        none,
        /// 1: the words alone choose the same sentence.
        agrees,
        /// How far the sentence stays behind the best one by words alone.
        words_behind,
        /// 1: the short answer is the run of words that the reader likes best.
        same_run,
        /// How much of the short answer and of what the words alone would give are the same words, 0 to 1; 0 where
        /// they give none.
        same_words,
        /// How likely the words alone hold their short answer for right.
        span_by_words,
    }
}

/// All that speaks for or against the best candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signs {
    pub by_words: WordSigns,
    /// `None` where no reader has read.
    pub read: Option<ReadSigns>,
}

impl Signs {
    /// In the order of [`Signs::names`].
    pub fn values(&self) -> Vec<f32> {
        let read = self.read.iter().flat_map(ReadSigns::values);
        self.by_words.values().into_iter().chain(read).collect()
    }

    pub fn names(&self) -> Vec<&'static str> {
        if self.read.is_some() { read_names() } else { WordSigns::NAMES.to_vec() }
    }
}

/// The names of all signs where the reader has read.
pub fn read_names() -> Vec<&'static str> {
    [WordSigns::NAMES, ReadSigns::NAMES].concat()
}

/// What the reader says of the first of the candidates, whose line is `line`; `None` where there is no reader.
/// `by_words` is the short answer that its words alone give.
pub fn read_signs(candidates: &[Candidate<'_>], line: &Line, by_words: Option<&Short>) -> Option<ReadSigns> {
    let best = candidates.first()?;
    let read = best.read.as_ref()?;
    let lead = |other: Option<&Candidate<'_>>| {
        let score = other.and_then(|other| other.read.as_ref()).map(|other| other.score);
        score.map_or(10.0, |score| read.score - score)
    };
    let features = &read.features;
    let told = line.short.as_deref().unwrap_or_default();
    let liked = read.marks.as_ref().and_then(|marks| marks.best(1).pop());
    let text = |span: Span| headline::plain(&best.sentence.text[span.range()]);
    let liked = liked.map(|run| text(span_of(&run, &best.sentence.words))).unwrap_or_default();
    let short = by_words.map(|short| text(short.value.span)).unwrap_or_default();
    Some(ReadSigns {
        reread: read.score,
        reread_lead: lead(candidates.get(1)),
        reread_lead_over_documents: lead(candidates.iter().find(|other| other.document != best.document)),
        margin: features.margin,
        margin_behind: features.margin_behind,
        read_share: features.share,
        read_share_of_all: features.share_of_all,
        none: features.none,
        agrees: one_if(features.behind == 0.0),
        words_behind: features.behind,
        same_run: one_if(!told.is_empty() && told == liked),
        same_words: shared(told, &short),
        span_by_words: by_words.map_or(0.0, |short| short.probability),
    })
}

/// The share of the words of either that both have, 0 to 1 (Jaccard).
fn shared(one: &str, other: &str) -> f64 {
    let folded =
        |text: &str| -> BTreeSet<String> { words(text).into_iter().map(|word| word.folded).collect() };
    let (one, other) = (folded(one), folded(other));
    let both = one.intersection(&other).count();
    both as f64 / one.union(&other).count().max(1) as f64
}

/// The probability that signs stand for, by one of the models over them: 0 to 1.
pub fn weigh(signs: &[f32], model: &Trees) -> f64 {
    probability(model.score(signs))
}

/// What the answer `line` of the first candidate rests on.
pub fn signs(
    question: &Question,
    terms: &[WeightedTerm],
    corrections: &[Correction],
    candidates: &[Candidate<'_>],
    line: &Line,
) -> WordSigns {
    let Some(best) = candidates.first() else { return WordSigns::default() };
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
    WordSigns {
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
