//! What speaks for a sentence, as numbers: the learned weights are over these, by their names.

use super::asks_for_value;
use super::lexicon::is_reporting_verb;
use super::names;
use super::question::{Asked, Question, Role};
use super::sentences::{Sentence, asks};
use super::terms::WeightedTerm;
use super::values::{self, Value};
use crate::words::is_function_word;

/// A struct of numbers whose names the weights file uses.
macro_rules! features {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq)]
        pub struct $name { $($(#[$field_doc])* pub $field: f64,)* }

        impl $name {
            pub const NAMES: &'static [&'static str] = &[$(stringify!($field)),*];
            pub const COUNT: usize = Self::NAMES.len();

            /// In the order of [`Self::NAMES`].
            pub fn values(&self) -> [f32; Self::COUNT] {
                [$(self.$field as f32),*]
            }
        }
    };
}
pub(super) use features;

features! {
    /// What speaks for a sentence; shares are of the question's weight, 0 to 1.
    Features {
        /// The share in the sentence.
        coverage,
        /// The further share in the sentences beside it.
        beside,
        /// The further share in title, headings and table header.
        above,
        /// The further share elsewhere in the passage, or in other passages of the document that were found.
        around,
        /// The share in title, headings and table header, whether or not it is here too.
        title,
        /// The share in the passage as a whole.
        passage_coverage,
        /// The share that stands here in the very form that was asked.
        exact,
        /// The share of the heaviest term that is not here.
        heaviest_missing,
        /// The same of those that are neither beside nor above.
        heaviest_missing_near,
        /// The same of those that are not beside.
        heaviest_missing_beside,
        /// 1: the heaviest term that is neither here, beside nor above occurs elsewhere in the corpus.
        missing_known,
        /// The noun that is asked for is neither here, beside nor above, 0 to 1.
        focus_missing,
        /// The share of the terms that are numbers and are not here.
        numbers_missing,
        /// The share of the terms that are not here, but a word that starts alike is ("invented", "inventor").
        resembling,
        /// The share of the terms that are not here, by how surely another word here answers for them.
        associated,
        /// The share that stands before the first colon or in the first cell.
        key,
        /// Share of the neighbours in the question that are neighbours here too.
        bigrams,
        /// How close together the question's words stand, 0 to 1.
        proximity,
        /// The most terms that follow each other here as in the question, as a share of all.
        ordered,
        /// How surely the word that says what happens stands here.
        predicate,
        /// The same, here or beside.
        predicate_near,
        /// The share of the question's names that stand here, beside or above.
        names,
        /// The score of the best value of the kind asked for.
        value,
        /// 1: a kind of value is asked for, and none is here.
        no_value,
        /// Signs of the kind of sentence that is asked for: "because", "is a", quotation marks. 0 to 1.
        cue,
        /// The passage's score as a share of the best one.
        passage,
        /// The place of the passage among those found, from 0.
        rank,
        /// The share of the first ten passages that are of this document.
        document,
        /// 1 at the start of its document, less with every 2,000 bytes.
        early,
        /// The place in its passage, from 0.
        place,
        /// Words.
        words,
        /// Content words that the question does not have.
        new_words,
        /// 1: it asks by itself.
        asks,
        /// What the sentence before covers, if that one asks by itself.
        answers_question,
        /// 1: it is what its document is called.
        is_title,
        /// Sentences of its passage.
        sentences,
        /// 1: it starts with a pronoun.
        starts_with_pronoun,
        /// 1: it has a negation that the question has not.
        negation,
        /// 1: it has a number that the question has not.
        number,
        /// 1: it has a capital that is not due to its start.
        capital,
        /// 0 in running text, 1 in a list, 2 in a table, 3 in code.
        kind,
        /// The kind of answer asked for, by its place in a fixed order.
        asked,
        /// How many terms the question has.
        terms,
        /// Coverage beside that of the best covered candidate: 0 or less.
        behind,
        /// The same with what is beside and above.
        behind_near,
    }
}

impl Features {
    /// The share of the question's weight in the sentence, beside it and above it.
    pub fn near(&self) -> f64 {
        self.coverage + self.beside + self.above
    }
}

/// The place of a kind of answer in a fixed order, those with short answers first.
pub fn asked_place(asked: Asked) -> f64 {
    let place = match asked {
        Asked::Count => 0,
        Asked::Duration => 1,
        Asked::Amount => 2,
        Asked::Percentage => 3,
        Asked::Measure => 4,
        Asked::Date => 5,
        Asked::Person => 6,
        Asked::Organisation => 7,
        Asked::Place => 8,
        Asked::Identity => 9,
        Asked::Open => 10,
        Asked::Definition => 11,
        Asked::Quotation => 12,
        Asked::YesNo => 13,
        Asked::Manner => 14,
        Asked::Reason => 15,
    };
    f64::from(place)
}

/// How surely each term stands here, beside and above.
pub struct Presence<'a> {
    pub here: &'a [f64],
    pub beside: &'a [f64],
    pub above: &'a [f64],
}

pub fn shares(features: &mut Features, sentence: &Sentence<'_>, presence: &Presence<'_>) {
    let terms = sentence.terms;
    let further = |near: &[f64], far: &[f64]| -> Vec<f64> {
        near.iter().zip(far).map(|(near, far)| near.max(*far)).collect()
    };
    let with_beside = further(presence.here, presence.beside);
    let with_above = further(&with_beside, presence.above);
    features.coverage = share(presence.here, terms);
    features.beside = share(&with_beside, terms) - features.coverage;
    features.above = share(&with_above, terms) - share(&with_beside, terms);
    features.title = share(presence.above, terms);
    features.heaviest_missing = heaviest_missing(presence.here, terms);
    features.heaviest_missing_near = heaviest_missing(&with_above, terms);
    features.heaviest_missing_beside = heaviest_missing(&with_beside, terms);
    let lacks = |(term, presence): &(&WeightedTerm, &f64)| **presence < 0.5 && term.weight > 0.0;
    let heaviest =
        terms.iter().zip(&with_above).filter(lacks).max_by(|(a, _), (b, _)| a.weight.total_cmp(&b.weight));
    features.missing_known = heaviest.map_or(0.0, |(term, _)| one_if(term.is_known));
    let focus = terms.iter().zip(&with_above).filter(|(term, _)| term.term.role == Role::Focus);
    features.focus_missing = focus.map(|(_, presence)| 1.0 - presence).fold(0.0, f64::max);
    let numbers = || terms.iter().zip(presence.here).filter(|(term, _)| is_number(term));
    let count = numbers().count();
    if count > 0 {
        features.numbers_missing = numbers().map(|(_, here)| 1.0 - here).sum::<f64>() / count as f64;
    }
    let names: Vec<usize> = (0..terms.len()).filter(|term| terms[*term].term.is_name).collect();
    if !names.is_empty() {
        features.names = names.iter().map(|name| with_above[*name]).sum::<f64>() / names.len() as f64;
    }
    if let Some(predicate) = terms.iter().position(|term| term.term.is_predicate) {
        features.predicate = presence.here[predicate];
        features.predicate_near = with_beside[predicate];
    }
    words_alike(features, sentence, presence.here);
    let missing = terms.iter().zip(presence.here).zip(&sentence.associated);
    let associated =
        missing.map(|((term, here), associated)| term.weight * (associated * (1.0 - here)).min(0.5));
    features.associated = of_all(associated.sum(), terms);
    features.key = share(&before_colon(sentence), terms);
    features.terms = terms.len() as f64;
}

/// How surely each term stands before the first colon, or in the first cell of a row.
fn before_colon(sentence: &Sentence<'_>) -> Vec<f64> {
    let mut presence = vec![0.0_f64; sentence.terms.len()];
    let text = sentence.text;
    let inside = text.len() - text.trim_start_matches(['|', ' ']).len();
    let Some(end) = text[inside..].find([':', '|']).map(|end| inside + end) else { return presence };
    for (word, found) in sentence.words.iter().zip(&sentence.found) {
        if let Some((term, quality)) = found
            && word.span.end <= end
        {
            presence[*term] = presence[*term].max(*quality);
        }
    }
    presence
}

fn is_number(term: &WeightedTerm) -> bool {
    term.term.word.starts_with(|c: char| c.is_ascii_digit())
}

/// The share of the question's weight that is present.
pub fn share(presence: &[f64], terms: &[WeightedTerm]) -> f64 {
    let here: f64 = terms.iter().zip(presence).map(|(term, presence)| term.weight * presence).sum();
    of_all(here, terms)
}

fn of_all(weight: f64, terms: &[WeightedTerm]) -> f64 {
    let all: f64 = terms.iter().map(|term| term.weight).sum();
    if all > 0.0 { weight / all } else { 0.0 }
}

fn heaviest_missing(presence: &[f64], terms: &[WeightedTerm]) -> f64 {
    let missing = terms.iter().zip(presence).map(|(term, presence)| term.weight * (1.0 - presence));
    of_all(missing.fold(0.0, f64::max), terms)
}

/// Words have this many bytes in common at their start to resemble each other.
const ALIKE: usize = 5;

fn words_alike(features: &mut Features, sentence: &Sentence<'_>, here: &[f64]) {
    let (mut exact, mut alike) = (0.0, 0.0);
    for (number, term) in sentence.terms.iter().enumerate() {
        let word = term.term.word.as_str();
        if here[number] > 0.0 {
            let is_exact =
                sentence.words.iter().zip(&sentence.found).any(|(other, found)| {
                    found.is_some_and(|(term, _)| term == number) && other.folded == word
                });
            exact += if is_exact { term.weight } else { 0.0 };
        } else if word.len() >= ALIKE {
            let start = &word.as_bytes()[..ALIKE];
            let resembles = |folded: &str| folded.as_bytes().starts_with(start);
            if sentence.words.iter().any(|other| resembles(&other.folded)) {
                alike += term.weight;
            }
        }
    }
    features.exact = of_all(exact, sentence.terms);
    features.resembling = of_all(alike, sentence.terms);
}

pub fn closeness(features: &mut Features, sentence: &Sentence<'_>) {
    let places: Vec<(usize, usize)> = sentence
        .found
        .iter()
        .enumerate()
        .filter_map(|(place, found)| found.map(|(term, _)| (place, term)))
        .collect();
    let mut distinct: Vec<usize> = places.iter().map(|(_, term)| *term).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let pairs = sentence.terms.len().saturating_sub(1);
    if pairs > 0 {
        let neighbours = |first: usize| {
            places.iter().any(|(place, term)| {
                *term == first
                    && places.iter().any(|(other, next)| *next == first + 1 && place.abs_diff(*other) <= 2)
            })
        };
        features.bigrams = (0..pairs).filter(|first| neighbours(*first)).count() as f64 / pairs as f64;
    }
    if let (Some(first), Some(last)) = (places.first(), places.last())
        && distinct.len() > 1
    {
        let window = (last.0 - first.0 + 1) as f64;
        features.proximity = (distinct.len() as f64 * 2.0 / window).min(1.0);
    }
    features.ordered = longest_rise(&places) as f64 / sentence.terms.len().max(1) as f64;
}

/// The length of the longest subsequence whose terms rise.
fn longest_rise(places: &[(usize, usize)]) -> usize {
    let mut tails: Vec<usize> = Vec::new();
    for (_, term) in places {
        let at = tails.partition_point(|tail| tail < term);
        match tails.get_mut(at) {
            Some(tail) => *tail = *term,
            None => tails.push(*term),
        }
    }
    tails.len()
}

pub fn kind(features: &mut Features, question: &Question, sentence: &Sentence<'_>, value: Option<&Value>) {
    let is_cell = value.is_some_and(|value| value.key.is_some());
    if asks_for_value(question.asked) || is_cell {
        features.value = value.map_or(0.0, |value| value.score);
        features.no_value = one_if(features.value < values::WEAK);
    }
    features.cue = cue(question, sentence);
    features.asked = asked_place(question.asked);
    features.words = sentence.words.len() as f64;
    let is_new = |place: &usize| sentence.found[*place].is_none();
    let new = || (0..sentence.words.len()).filter(is_new).map(|place| &sentence.words[place]);
    features.new_words = new().filter(|word| !is_function_word(&word.folded)).count() as f64;
    features.asks = one_if(asks(sentence.text));
    let first = sentence.words.first().map_or("", |word| word.folded.as_str());
    features.starts_with_pronoun = one_if(is_pronoun(first));
    let negates = |folded: &str| matches!(folded, "not" | "no" | "never" | "nt" | "nicht" | "kein" | "keine");
    let asks_negation = question.terms.iter().any(|term| negates(&term.word));
    features.negation = one_if(!asks_negation && sentence.words.iter().any(|word| negates(&word.folded)));
    features.number = one_if(new().any(|word| word.is_number()));
    features.capital = one_if(
        (1..sentence.words.len())
            .filter(is_new)
            .any(|place| names::is_capitalised(sentence, &sentence.words[place])),
    );
}

/// 1 where it is so, else 0.
pub fn one_if(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

fn is_pronoun(folded: &str) -> bool {
    matches!(
        folded,
        "he" | "she" | "it" | "they" | "this" | "these" | "those" | "his" | "her" | "its" | "their"
    )
}

/// Signs that a sentence is of the kind asked for.
fn cue(question: &Question, sentence: &Sentence<'_>) -> f64 {
    let has = |any: &[&str]| sentence.words.iter().any(|word| any.contains(&word.folded.as_str()));
    let has_quotation = sentence.text.contains(['“', '"', '„', '«']);
    match question.asked {
        Asked::Reason if has(&["because", "since", "due", "reason", "therefore", "cause", "caused"]) => 1.0,
        Asked::Reason if has(&["for", "to", "so"]) => 0.35,
        Asked::Quotation => {
            let speaks = sentence.words.iter().any(|word| is_reporting_verb(&word.folded));
            0.6 * one_if(has_quotation) + 0.4 * one_if(speaks)
        }
        Asked::Definition | Asked::Identity => introduction(sentence),
        Asked::Manner if has(&["by", "using", "through", "via", "with"]) => 0.4,
        _ => 0.0,
    }
}
/// How plainly the sentence says who or what the thing asked about is: "X is a …", "X, the …", "Envoy X".
fn introduction(sentence: &Sentence<'_>) -> f64 {
    let Some((first, last)) = mention(sentence) else { return 0.0 };
    let follows = |steps: usize| sentence.words.get(last + steps).map_or("", |word| word.folded.as_str());
    let is_copula = matches!(follows(1), "is" | "are" | "was" | "were" | "means" | "refers");
    let is_apposition = sentence.gap_before(last + 1).contains([',', '(', '—', '–'])
        && (matches!(follows(1), "a" | "an" | "the" | "who" | "which" | "his" | "her" | "its")
            || sentence.words.get(last + 1).is_some_and(|word| names::is_capitalised(sentence, word)));
    let has_title = first > 0 && names::is_title(&sentence.words[first - 1].folded);
    match () {
        () if is_copula && first <= 3 => 1.0,
        () if is_apposition => 0.8,
        () if has_title => 0.7,
        () if is_copula => 0.5,
        () => 0.0,
    }
}

/// The first place where all content words of the question stand close together, else from the first of them to
/// the last: first and last word.
fn mention(sentence: &Sentence<'_>) -> Option<(usize, usize)> {
    let places: Vec<(usize, usize)> = sentence
        .found
        .iter()
        .enumerate()
        .filter_map(|(place, found)| found.map(|(term, _)| (place, term)))
        .filter(|(_, term)| sentence.terms[*term].term.role == Role::Content)
        .collect();
    let mut wanted: Vec<usize> = places.iter().map(|(_, term)| *term).collect();
    wanted.sort_unstable();
    wanted.dedup();
    for (last, _) in &places {
        let window = places.iter().filter(|(place, _)| place <= last && place + 2 * wanted.len() > *last);
        let mut seen: Vec<usize> = window.clone().map(|(_, term)| *term).collect();
        seen.sort_unstable();
        seen.dedup();
        if seen == wanted {
            return window.map(|(place, _)| *place).min().map(|first| (first, *last));
        }
    }
    Some((places.first()?.0, places.last()?.0))
}
