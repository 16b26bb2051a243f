//! Who else says so, and who says otherwise: the best sentences of other sources beside the chosen one.
//!
//! Only a sentence that speaks of the same thing may agree or disagree. Whether another value is the other side of a
//! disagreement, or an answer to something else, is learned. A newer source does not win silently.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use super::canonical::{Canonical, Comparison};
use super::features::{asked_place, features};
use super::headline::plain;
use super::model::probability;
use super::question::{Asked, Question};
use super::restated;
use super::sentences::Candidate;
use super::spans::{self, Scoring};
use super::values::{self, Value};
use super::weights::Weights;
use crate::corpus::Span;
use crate::retrieval::Hit;
use crate::words::{is_function_word, stem, words};

/// So many of the best sentences are compared.
const COMPARED: usize = 40;
/// More sources that say the same prove nothing more, and more sides than that nobody reads.
const MOST_SAME: usize = 4;
const MOST_SIDES: usize = 4;
/// A source that says the same covers the question nearly as well; a worse one talks of something else.
const COMPARABLE: f64 = 0.7;
/// From this probability on a short answer is what was asked for, whatever else two versions of its sentence say.
const SURE: f64 = 0.5;
/// From this probability on, another value is a side of a disagreement.
const LEAST_LIKELY: f64 = 0.06;

/// What other sources say.
#[derive(Default)]
pub struct Compared<'c, 'a> {
    /// Sentences with the same value, one a source, best first, with the value's bytes in them.
    pub same: Vec<(&'c Candidate<'a>, Span)>,
    /// Other values, best supported first: the sentences that give each, one a source.
    pub sides: Vec<Vec<(&'c Candidate<'a>, Value)>>,
    /// The words of the first candidate's sentence that the sides have something else instead of, where they are
    /// versions of that sentence.
    pub instead_of: Option<Range<usize>>,
}

features! {
    /// What speaks for another source's sentence as the other side of a disagreement.
    SideFeatures {
        /// Its log-odds of holding the answer.
        score,
        /// The same beside the chosen sentence's.
        behind,
        /// The share of the question's weight that it covers with what is beside and above.
        covered,
        /// The same beside the chosen sentence's.
        covered_behind,
        /// The share that stands in the sentence alone, beside the chosen one's.
        coverage_behind,
        /// The share of the question's names that stand here, beside or above.
        names,
        /// How many names the question has.
        names_asked,
        /// The share of the question's numbers that are not here.
        numbers_missing,
        /// How surely the word that says what happens stands here or beside.
        predicate,
        /// The same in the chosen sentence.
        predicate_chosen,
        /// The probability of its short answer.
        short,
        /// The same of the chosen sentence's.
        short_chosen,
        /// How many words the two sentences share, of those that either has: 0 to 1 (Jaccard).
        alike,
        /// The share of the question's weight in its title and headings.
        title,
        /// The same of the chosen sentence.
        title_chosen,
        /// 0: numbers, 1: dates, 2: words.
        kind,
        /// How many other sources speak of it.
        sources,
        /// The place among the sources, from 1.
        place,
        /// The kind of answer asked for, by its place in a fixed order.
        asked,
        /// The share of the heaviest term that is neither here, beside nor above.
        heaviest_missing,
    }
}

/// Another source's best sentence, with its short answer and what speaks for it as another side.
pub struct Other<'c, 'a> {
    pub candidate: &'c Candidate<'a>,
    pub value: Value,
    pub canonical: Canonical,
    /// With the first candidate's.
    pub comparison: Comparison,
    pub features: SideFeatures,
}

/// The best sentences of other sources with a short answer, each set beside the first candidate, whose short answer
/// is `value`.
pub fn others<'c, 'a>(
    question: &Question,
    value: &(String, f64),
    candidates: &'c [Candidate<'a>],
    hits: &[Hit<'_>],
    weights: &Weights,
) -> Vec<Other<'c, 'a>> {
    let best = &candidates[0];
    let ours = Canonical::of(&value.0);
    let source = |candidate: &Candidate<'_>| hits[candidate.hit].source.description.id.as_str();
    let mut seen = vec![source(best)];
    let mut others = Vec::new();
    for candidate in candidates[1..].iter().take(COMPARED) {
        if seen.contains(&source(candidate)) {
            continue;
        }
        seen.push(source(candidate));
        if candidate.features.near() < best.features.near() * COMPARABLE {
            continue;
        }
        let Some((theirs, probability)) = short_answer(question, candidate, weights) else { continue };
        let canonical = Canonical::of(&plain(&candidate.sentence.text[theirs.span.range()]));
        let mut features = side_features(candidate, best);
        features.short = probability;
        features.short_chosen = value.1;
        features.place = seen.len() as f64 - 1.0;
        features.asked = asked_place(question.asked);
        features.kind = match &canonical {
            Canonical::Numbers { .. } => 0.0,
            Canonical::Date { .. } => 1.0,
            Canonical::Words(_) => 2.0,
        };
        let comparison = ours.compare(&canonical);
        others.push(Other { candidate, value: theirs, canonical, comparison, features });
    }
    let sources = others.len() as f64;
    others.iter_mut().for_each(|other| other.features.sources = sources);
    others
}

fn side_features(candidate: &Candidate<'_>, best: &Candidate<'_>) -> SideFeatures {
    let (here, chosen) = (&candidate.features, &best.features);
    let stems = |candidate: &Candidate<'_>| -> BTreeSet<Rc<str>> {
        candidate.sentence.stems.iter().cloned().collect()
    };
    let (ours, theirs) = (stems(best), stems(candidate));
    let both = ours.intersection(&theirs).count() as f64;
    SideFeatures {
        score: candidate.score,
        behind: candidate.score - best.score,
        covered: here.near(),
        covered_behind: here.near() - chosen.near(),
        coverage_behind: here.coverage - chosen.coverage,
        names: here.names,
        numbers_missing: here.numbers_missing,
        predicate: here.predicate_near,
        predicate_chosen: chosen.predicate_near,
        alike: both / ours.union(&theirs).count().max(1) as f64,
        names_asked: names_asked(best) as f64,
        title: here.title,
        title_chosen: chosen.title,
        heaviest_missing: here.heaviest_missing_near,
        ..SideFeatures::default()
    }
}

/// Sets the best sentences of other sources beside the first candidate, whose short answer is `value`, with how
/// likely that is right, if it has one.
pub fn compare<'c, 'a>(
    question: &Question,
    value: Option<&(String, f64)>,
    candidates: &'c [Candidate<'a>],
    hits: &[Hit<'_>],
    weights: &Weights,
) -> Compared<'c, 'a> {
    if question.asked != Asked::YesNo
        && value.is_none_or(|(_, probability)| *probability < SURE)
        && let Some(compared) = versions(candidates, hits)
    {
        return compared;
    }
    let mut compared = Compared::default();
    let Some(value) = value else { return compared };
    let mut sides: Vec<Side<'c, 'a>> = Vec::new();
    for other in others(question, value, candidates, hits, weights) {
        let Other { candidate, value, canonical, comparison, features } = other;
        match comparison {
            Comparison::Same
                if compared.same.len() < MOST_SAME && speaks_of_the_same(candidate, &candidates[0]) =>
            {
                compared.same.push((candidate, value.span));
            }
            Comparison::Different => {
                if probability(weights.sides.score(&features.values())) >= LEAST_LIKELY {
                    add_side(&mut sides, canonical, (candidate, value));
                }
            }
            Comparison::Same | Comparison::Incomparable => {}
        }
    }
    // Sides are in the order in which they were found; more sources first.
    sides.sort_by_key(|side| std::cmp::Reverse(side.given.len()));
    compared.sides = sides.into_iter().take(MOST_SIDES).map(|side| side.given).collect();
    compared
}

/// Other sources' versions of the first candidate's sentence that say something else in one place.
fn versions<'c, 'a>(candidates: &'c [Candidate<'a>], hits: &[Hit<'_>]) -> Option<Compared<'c, 'a>> {
    let best = &candidates[0];
    let source = |candidate: &Candidate<'_>| hits[candidate.hit].source.description.id.as_str();
    let mut seen = vec![source(best)];
    let mut instead_of = None;
    let mut sides: Vec<Side<'c, 'a>> = Vec::new();
    for candidate in candidates[1..].iter().take(COMPARED) {
        if seen.contains(&source(candidate)) || !speaks_of_the_same(candidate, best) {
            continue;
        }
        let Some((ours, theirs)) = restated::difference(&best.sentence, &candidate.sentence) else {
            continue;
        };
        // All sides stand in the place of the same words.
        if instead_of.as_ref().is_some_and(|known| *known != ours) {
            continue;
        }
        seen.push(source(candidate));
        instead_of = Some(ours);
        let value = values::with_sign(theirs, 0.0, &candidate.sentence);
        let form = Canonical::of(&plain(&candidate.sentence.text[value.span.range()]));
        add_side(&mut sides, form, (candidate, value));
    }
    sides.sort_by_key(|side| std::cmp::Reverse(side.given.len()));
    let sides: Vec<_> = sides.into_iter().take(MOST_SIDES).map(|side| side.given).collect();
    (!sides.is_empty()).then_some(Compared { same: Vec::new(), sides, instead_of })
}

/// Whether a sentence covers the question about as well as the chosen one, its names above all.
fn speaks_of_the_same(candidate: &Candidate<'_>, best: &Candidate<'_>) -> bool {
    let (here, chosen) = (&candidate.features, &best.features);
    let has_names = names_asked(best) == 0 || here.names >= 1.0 - 1e-9;
    has_names && here.numbers_missing == 0.0 && here.near() - chosen.near() >= -0.25
}

fn names_asked(best: &Candidate<'_>) -> usize {
    best.sentence.terms.iter().filter(|term| term.term.is_name).count()
}

/// One other value, in every form that it was given in.
struct Side<'c, 'a> {
    forms: Vec<Canonical>,
    given: Vec<(&'c Candidate<'a>, Value)>,
}

fn add_side<'c, 'a>(sides: &mut Vec<Side<'c, 'a>>, form: Canonical, given: (&'c Candidate<'a>, Value)) {
    let is_of =
        |side: &&mut Side<'_, '_>| side.forms.iter().any(|other| other.compare(&form) == Comparison::Same);
    match sides.iter_mut().find(is_of) {
        Some(side) => {
            side.forms.push(form);
            side.given.push(given);
        }
        None => sides.push(Side { forms: vec![form], given: vec![given] }),
    }
}

fn short_answer(question: &Question, candidate: &Candidate<'_>, weights: &Weights) -> Option<(Value, f64)> {
    match &candidate.value {
        Some(cell) if cell.key.is_some() => Some((cell.clone(), 1.0)),
        _ => spans::best(question, &candidate.sentence, Scoring::of(candidate, weights))
            .map(|short| (short.value, short.probability)),
    }
}

/// Whether two titles name two things of one kind: "Lease of Elm Street 4" and "Lease of Oak Road 9". Titles that
/// differ by a year, a version or a word such as "draft" name one thing twice.
pub fn are_parallel(ours: &str, theirs: &str) -> bool {
    let of = |title: &str| -> Vec<String> {
        let content = words(title).into_iter().filter(|word| !is_function_word(&word.folded));
        content.map(|word| stem(&word.folded).into_owned()).collect()
    };
    let (ours, theirs) = (of(ours), of(theirs));
    let own = |title: &[String], other: &[String]| {
        title
            .iter()
            .any(|stem| !other.contains(stem) && stem.chars().all(char::is_alphabetic) && !is_edition(stem))
    };
    let shared = ours.iter().filter(|stem| theirs.contains(stem)).count();
    shared > 0 && 2 * shared + 2 >= ours.len().min(theirs.len()) && own(&ours, &theirs) && own(&theirs, &ours)
}

/// Stems of words that tell editions of one document apart.
fn is_edition(stem: &str) -> bool {
    const EDITIONS: &[&str] = &[
        "draft", "edit", "final", "new", "old", "revis", "version", "updat", "supersed", "januari",
        "februari", "march", "april", "may", "june", "juli", "august", "septemb", "octob", "novemb",
        "decemb", "spring", "summer", "autumn", "winter", "morn", "even",
    ];
    EDITIONS.contains(&stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_two_things_are_told_from_two_editions_of_one() {
        assert!(are_parallel("Lease of Elm Street 4", "Lease of Oak Road 9"));
        assert!(are_parallel("Rent agreement: Ghent", "Rent agreement: Leipzig"));
        assert!(!are_parallel("Leave policy 2025", "Leave policy 2026"));
        assert!(!are_parallel("Leave policy (draft)", "Leave policy"));
        assert!(!are_parallel("Office FAQ", "Price list"));
    }
}
