//! Weighing the words of a question by the corpus: how rare each is, how else it is written, whether it is there at
//! all.

use super::question::{Question, QuestionTerm, Role};
use crate::retrieval::{Index, IndexError, Query, QueryTerm};
use crate::words::{Analyzer, is_function_word};

/// A synonym is a little less than the word itself.
const SYNONYM: f64 = 0.85;
/// What an unknown word weighs, beside a known one as rare.
const UNKNOWN: f64 = 0.6;
/// A question has fewer words that matter.
const MOST_TERMS: usize = 40;
/// Spellings of a name share this many bytes at its start.
const VARIANT_STEM: usize = 4;
/// Shorter names are not compared by their sound.
const SHORTEST_VARIANT: usize = 6;

/// One way to say a term: the stems that have to stand side by side, and how much that proves (0 to 1).
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    pub stems: Vec<String>,
    pub quality: f64,
}

/// A term with what the corpus knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedTerm {
    pub term: QuestionTerm,
    /// Best first.
    pub forms: Vec<Form>,
    /// Robertson–Spärck Jones inverse document frequency over passages, times the weight of its role.
    pub weight: f64,
    /// Whether any form occurs in the corpus.
    pub is_known: bool,
}

/// The question's terms, weighed.
pub fn weigh(question: &Question, index: &Index) -> Result<Vec<WeightedTerm>, IndexError> {
    let mut weighted = Vec::with_capacity(question.terms.len());
    for term in &question.terms {
        let mut forms = vec![Form { stems: vec![term.stem.clone()], quality: 1.0 }];
        forms.extend(in_other_languages(term, &question.analyzers, index)?);
        forms.extend(variants(term, &question.analyzers, index)?);
        forms.extend(term.alternatives.iter().map(|stems| Form { stems: stems.clone(), quality: SYNONYM }));
        let frequency = most_frequent(&forms, index)?;
        // A word that is nowhere is more often another way to say it than another thing; a name is neither.
        let doubt = if frequency == 0 && !term.is_name { UNKNOWN } else { 1.0 };
        weighted.push(WeightedTerm {
            weight: inverse_frequency(frequency, index.passages()) * role_weight(term) * doubt,
            is_known: frequency > 0,
            forms,
            term: term.clone(),
        });
    }
    Ok(heaviest(weighted))
}

/// The terms that weigh most, in their order: a page of text is not looked up word by word.
fn heaviest(mut terms: Vec<WeightedTerm>) -> Vec<WeightedTerm> {
    if terms.len() > MOST_TERMS {
        let mut weights: Vec<f64> = terms.iter().map(|term| term.weight).collect();
        weights.sort_by(|a, b| b.total_cmp(a));
        terms.retain(|term| term.weight >= weights[MOST_TERMS - 1]);
        terms.truncate(MOST_TERMS);
    }
    terms
}

/// What the index is asked for.
pub fn query(terms: &[WeightedTerm], sources: &[String]) -> Query {
    let terms = terms
        .iter()
        .filter(|term| term.is_known || term.term.exact.is_some())
        .map(|term| {
            let mut stems: Vec<String> = Vec::new();
            for form in &term.forms {
                for stem in &form.stems {
                    if !stems.contains(stem) && !is_function_word(stem) {
                        stems.push(stem.clone());
                    }
                }
            }
            let weight = role_weight(&term.term) as f32;
            QueryTerm { stems, exact: term.term.exact.clone(), weight }
        })
        .filter(|term| !term.stems.is_empty())
        .collect();
    Query { terms, sources: sources.to_vec() }
}

fn role_weight(term: &QuestionTerm) -> f64 {
    match term.role {
        Role::Content if term.is_name => 1.2,
        Role::Content => 1.0,
        Role::Focus => 0.5,
        Role::Kind => 0.02,
        Role::Light => 0.25,
    }
}

fn inverse_frequency(frequency: u64, passages: u64) -> f64 {
    let (frequency, passages) = (frequency as f64, passages as f64);
    (1.0 + (passages - frequency + 0.5).max(0.0) / (frequency + 0.5)).ln()
}

/// The frequency of a term is that of its most frequent single-word form of best quality that occurs at all.
fn most_frequent(forms: &[Form], index: &Index) -> Result<u64, IndexError> {
    let mut most = 0;
    for form in forms {
        let mut least = u64::MAX;
        for stem in &form.stems {
            least = least.min(index.passages_with(stem)?);
        }
        if form.quality < 1.0 && most > 0 {
            break;
        }
        most = most.max(least);
    }
    Ok(most)
}

/// The stems of a word in each of the languages, each once.
pub fn stems_of(word: &str, analyzers: &[Analyzer]) -> impl Iterator<Item = String> {
    let mut stems: Vec<String> = Vec::new();
    for analyzer in analyzers {
        let stem = analyzer.stem(word);
        if !stems.iter().any(|known| *known == stem) {
            stems.push(stem.into_owned());
        }
    }
    stems.into_iter()
}

/// How sources in other languages than the question's have its word: a name, or one that they alone have. Other words
/// may have a stem there that means something else.
fn in_other_languages(
    term: &QuestionTerm,
    analyzers: &[Analyzer],
    index: &Index,
) -> Result<Vec<Form>, IndexError> {
    if analyzers.len() < 2 || !term.is_name && index.passages_with(&term.stem)? > 0 {
        return Ok(Vec::new());
    }
    let others = stems_of(&term.word, analyzers).filter(|stem| *stem != term.stem && !is_function_word(stem));
    Ok(others.map(|stem| Form { stems: vec![stem], quality: 1.0 }).collect())
}

/// Other spellings of a name in the corpus: Zelensky, Zelenskyy and Zelenskiy sound the same.
fn variants(term: &QuestionTerm, analyzers: &[Analyzer], index: &Index) -> Result<Vec<Form>, IndexError> {
    if term.word.chars().count() < SHORTEST_VARIANT || !term.word.chars().all(char::is_alphabetic) {
        return Ok(Vec::new());
    }
    let sound = sound(&term.word);
    let mut forms = Vec::new();
    for word in index.vocabulary().starting(&term.word[..term.word.floor_char_boundary(VARIANT_STEM)]) {
        if self::sound(word) != sound || !index.has_word(word)? {
            continue;
        }
        // Only names are written so in other languages too.
        let analyzers = if term.is_name { analyzers } else { &analyzers[..1] };
        for stem in stems_of(word, analyzers).filter(|stem| !is_function_word(stem)) {
            let is_new = stem != term.stem && forms.iter().all(|form: &Form| form.stems[0] != stem);
            if is_new {
                forms.push(Form { stems: vec![stem], quality: 1.0 });
            }
        }
    }
    Ok(forms)
}

/// Whether two stems of some length are spellings of one name.
pub fn sounds_like(a: &str, b: &str) -> bool {
    let is_long = |stem: &str| stem.chars().count() + 1 >= SHORTEST_VARIANT;
    is_long(a) && is_long(b) && sound(a) == sound(b)
}

/// How a transliterated name sounds, roughly: y, j and i are one letter, doubled letters are single, and an
/// "s" at the end is that of a possessive or plural.
fn sound(word: &str) -> String {
    let mut sound = String::with_capacity(word.len());
    for c in word.strip_suffix('s').unwrap_or(word).chars() {
        let c = if matches!(c, 'y' | 'j') { 'i' } else { c };
        if !sound.ends_with(c) {
            sound.push(c);
        }
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_sound_the_same() {
        assert_eq!(sound("zelensky"), sound("zelenskiy"));
        assert_eq!(sound("zelensky"), sound("zelenskyy"));
        assert_ne!(sound("merkel"), sound("merkle"));
    }

    #[test]
    fn rarer_words_weigh_more() {
        assert!(inverse_frequency(1, 100) > inverse_frequency(50, 100));
        assert!(inverse_frequency(100, 100) > 0.0);
        assert!(inverse_frequency(0, 0) >= 0.0);
    }
}
