//! Choosing sentences: every sentence of the passages that were found, with the features that speak for it.
//!
//! The score of a sentence is the sum of its features times their weights: nothing is hidden in it, and each
//! contribution can be shown.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::asks_for_value;
use super::lexicon::{Lexicon, is_reporting_verb};
use super::names;
use super::question::{Asked, Question, Role};
use super::tables;
use super::terms::{Form, WeightedTerm};
use super::values::{self, Value};
use crate::corpus::{PassageKind, Span};
use crate::retrieval::Hit;
use crate::words::{Word, is_function_word, stem, words};

/// What is looked for in sentences: the forms of all terms, by the stem that each starts with.
pub struct Wanted<'a> {
    terms: &'a [WeightedTerm],
    lexicon: &'a Lexicon,
    by_first_stem: HashMap<&'a str, Vec<(usize, &'a Form)>>,
    /// Most words of a text are few words over and over: each is stemmed once a question.
    stems: RefCell<HashMap<String, Rc<str>>>,
}

impl<'a> Wanted<'a> {
    pub fn new(terms: &'a [WeightedTerm], lexicon: &'a Lexicon) -> Wanted<'a> {
        let mut by_first_stem: HashMap<&str, Vec<(usize, &Form)>> = HashMap::new();
        for (number, term) in terms.iter().enumerate() {
            for form in &term.forms {
                by_first_stem.entry(&form.stems[0]).or_default().push((number, form));
            }
        }
        Wanted { terms, lexicon, by_first_stem, stems: RefCell::default() }
    }

    fn stem(&self, folded: &str) -> Rc<str> {
        let mut stems = self.stems.borrow_mut();
        if let Some(known) = stems.get(folded) {
            return Rc::clone(known);
        }
        let stem: Rc<str> = stem(folded).into();
        stems.insert(folded.to_owned(), Rc::clone(&stem));
        stem
    }

    /// Which term each word is: the surest form wins, phrases mark all their words.
    fn find(&self, words: &[Word], stems: &[Rc<str>]) -> Vec<Option<(usize, f64)>> {
        let mut found: Vec<Option<(usize, f64)>> = vec![None; stems.len()];
        for (place, stem) in stems.iter().enumerate() {
            for (term, form) in self.by_first_stem.get(&**stem).into_iter().flatten() {
                let is_alone = form.stems.len() == 1;
                if is_alone && self.is_another_word(&words[place].folded, *term)
                    || !starts_with(&stems[place..], &form.stems)
                {
                    continue;
                }
                for word in &mut found[place..place + form.stems.len()] {
                    if word.is_none_or(|(_, quality)| quality < form.quality) {
                        *word = Some((*term, form.quality));
                    }
                }
            }
        }
        found
    }

    /// A function word that shares its stem with a word of the question: "will" is not "willing".
    fn is_another_word(&self, folded: &str, term: usize) -> bool {
        self.terms[term].term.word != folded && is_function_word(folded)
    }
}

fn starts_with(stems: &[Rc<str>], form: &[String]) -> bool {
    stems.len() >= form.len() && stems.iter().zip(form).all(|(stem, wanted)| **stem == **wanted)
}

/// A sentence with its words, and which of them the question has.
pub struct Sentence<'a> {
    pub text: &'a str,
    pub words: Vec<Word>,
    pub stems: Vec<Rc<str>>,
    /// For each word: the term of the question that it is, and how surely (0 to 1).
    pub found: Vec<Option<(usize, f64)>>,
    pub terms: &'a [WeightedTerm],
    pub lexicon: &'a Lexicon,
}

impl<'a> Sentence<'a> {
    pub fn new(text: &'a str, wanted: &Wanted<'a>) -> Sentence<'a> {
        let words = words(text);
        let stems: Vec<Rc<str>> = words.iter().map(|word| wanted.stem(&word.folded)).collect();
        let found = wanted.find(&words, &stems);
        Sentence { text, words, stems, found, terms: wanted.terms, lexicon: wanted.lexicon }
    }

    /// What stands between the word at `place` and the one before it.
    pub fn gap_before(&self, place: usize) -> &'a str {
        let start = if place == 0 { 0 } else { self.words[place - 1].span.end };
        self.words.get(place).map_or("", |word| &self.text[start..word.span.start])
    }

    /// For each term, how surely it stands here.
    fn presence(&self) -> Vec<f64> {
        let mut presence = vec![0.0_f64; self.terms.len()];
        for (term, quality) in self.found.iter().flatten() {
            presence[*term] = presence[*term].max(*quality);
        }
        presence
    }
}

/// What speaks for a sentence; each 0 to 1 unless said otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Features {
    /// The share of the question's weight that the sentence holds.
    pub coverage: f64,
    /// The further share in the sentences beside it.
    pub beside: f64,
    /// The further share in title, headings and table header.
    pub above: f64,
    /// The further share elsewhere in the passage, or in other passages of the document that were found.
    pub around: f64,
    /// Neighbours in the question that are neighbours here too.
    pub bigrams: f64,
    /// How close together the question's words stand.
    pub proximity: f64,
    /// The word that says what happens stands here.
    pub predicate: f64,
    /// The share of the question's names that stand here or beside.
    pub names: f64,
    /// The score of the best value of the kind asked for.
    pub value: f64,
    /// A kind of value is asked for, and none is here.
    pub no_value: f64,
    /// Signs of the kind of sentence that is asked for: "because", "is a", quotation marks.
    pub cue: f64,
    /// The passage's score as a share of the best one.
    pub passage: f64,
    /// Comes early in its document.
    pub early: f64,
    /// Too short to say anything, or too long to be read.
    pub length: f64,
    /// Ends with a question mark: it asks by itself.
    pub asks: f64,
}

impl Features {
    /// Name, value and weight of each feature.
    pub fn each(&self) -> [(&'static str, f64, f64); 15] {
        // Set by hand on shared sentences of the question sets; learning them is the tuning command's work.
        [
            ("coverage", self.coverage, 4.0),
            ("beside", self.beside, 1.6),
            ("above", self.above, 1.6),
            ("around", self.around, 0.8),
            ("bigrams", self.bigrams, 0.8),
            ("proximity", self.proximity, 0.5),
            ("predicate", self.predicate, 0.7),
            ("names", self.names, 0.6),
            ("value", self.value, 2.2),
            ("no_value", self.no_value, -2.0),
            ("cue", self.cue, 1.3),
            ("passage", self.passage, 0.8),
            ("early", self.early, 0.15),
            ("length", self.length, -0.8),
            ("asks", self.asks, -0.8),
        ]
    }

    pub fn score(&self) -> f64 {
        self.each().iter().map(|(_, value, weight)| value * weight).sum()
    }
}

/// A sentence that may be the answer.
pub struct Candidate<'a> {
    /// Its place in the hits.
    pub hit: usize,
    /// In the document.
    pub span: Span,
    pub sentence: Sentence<'a>,
    pub value: Option<Value>,
    pub features: Features,
    pub score: f64,
}

/// Every sentence of the hits, best first; equals in the order of the hits.
pub fn choose<'a>(
    question: &Question,
    terms: &'a [WeightedTerm],
    hits: &'a [Hit<'a>],
    lexicon: &'a Lexicon,
) -> Vec<Candidate<'a>> {
    let wanted = Wanted::new(terms, lexicon);
    let mut headings = HeadingWords::default();
    let passages: Vec<PassageWords<'a>> =
        hits.iter().map(|hit| PassageWords::of(hit, &wanted, &mut headings)).collect();
    let mut candidates = Vec::new();
    for (place, passage) in passages.into_iter().enumerate() {
        candidates.extend(passage.candidates(question, place, hits));
    }
    spread_over_document(&mut candidates, hits);
    for candidate in &mut candidates {
        candidate.score = candidate.features.score();
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.hit.cmp(&b.hit)).then(a.span.cmp(&b.span)));
    candidates
}

/// What stands in other passages of the same document counts a little, where nearer places lack it.
fn spread_over_document(candidates: &mut [Candidate<'_>], hits: &[Hit<'_>]) {
    let Some(terms) = candidates.first().map(|candidate| candidate.sentence.terms) else { return };
    let mut by_document: HashMap<&str, Vec<f64>> = HashMap::new();
    for candidate in candidates.iter() {
        let presence =
            by_document.entry(&hits[candidate.hit].passage.path).or_insert_with(|| vec![0.0; terms.len()]);
        for (all, here) in presence.iter_mut().zip(candidate.sentence.presence()) {
            *all = all.max(here);
        }
    }
    for candidate in candidates {
        let all = share(&by_document[hits[candidate.hit].passage.path.as_str()], terms);
        let features = &mut candidate.features;
        let nearer = features.coverage + features.beside + features.above;
        features.around = (all - nearer).max(features.around).max(0.0);
    }
}

/// Titles and headings stand over many passages: each is taken apart once a question.
#[derive(Default)]
struct HeadingWords<'a>(HashMap<&'a str, Vec<f64>>);

impl<'a> HeadingWords<'a> {
    fn presence(&mut self, text: &'a str, wanted: &Wanted<'a>) -> &[f64] {
        self.0.entry(text).or_insert_with(|| Sentence::new(text, wanted).presence())
    }
}

/// A passage, its sentences taken apart.
struct PassageWords<'a> {
    hit: &'a Hit<'a>,
    sentences: Vec<(Span, Sentence<'a>)>,
    /// How surely each term stands in title, headings or table header.
    above: Vec<f64>,
    /// The header of a table row.
    header: Option<Sentence<'a>>,
}

impl<'a> PassageWords<'a> {
    fn of(hit: &'a Hit<'a>, wanted: &Wanted<'a>, headings: &mut HeadingWords<'a>) -> PassageWords<'a> {
        let sentences = hit
            .passage
            .passage
            .sentences
            .iter()
            .map(|span| (*span, Sentence::new(hit.passage.slice(*span), wanted)))
            .collect();
        let mut above = vec![0.0_f64; wanted.terms.len()];
        let context = hit.passage.context_text.as_ref().map(|(text, _)| text);
        for text in
            [&hit.source.description.title].into_iter().chain(&hit.passage.passage.headings).chain(context)
        {
            for (all, here) in above.iter_mut().zip(headings.presence(text, wanted)) {
                *all = all.max(*here);
            }
        }
        let header = context.map(|text| Sentence::new(text, wanted));
        let header = header.filter(|_| hit.passage.passage.kind == PassageKind::TableRow);
        PassageWords { hit, sentences, above, header }
    }

    fn candidates(self, question: &Question, place: usize, hits: &[Hit<'_>]) -> Vec<Candidate<'a>> {
        let best_hit = hits.first().map_or(1.0, |hit| hit.score.max(f32::MIN_POSITIVE));
        let presence: Vec<Vec<f64>> =
            self.sentences.iter().map(|(_, sentence)| sentence.presence()).collect();
        let lead_in = matches!(self.hit.passage.passage.kind, PassageKind::List | PassageKind::Code);
        let header = self.header;
        let mut candidates = Vec::with_capacity(self.sentences.len());
        for (number, (span, sentence)) in self.sentences.into_iter().enumerate() {
            let beside = beside(&presence, number, lead_in);
            // The first one stays: it is the closest passage where only a heading has the words.
            let says_nothing = presence[number].iter().chain(&beside).all(|here| *here == 0.0);
            if says_nothing && number > 0 {
                continue;
            }
            let cell = header.as_ref().and_then(|header| tables::cell(&sentence, header));
            let value = cell.or_else(|| values::best(question, &sentence));
            let mut features = Features {
                passage: f64::from(self.hit.score / best_hit),
                early: 1.0 / (1.0 + span.start as f64 / 2000.0),
                ..Features::default()
            };
            shares(&mut features, &sentence, &presence[number], &beside, &self.above);
            closeness(&mut features, &sentence);
            kind(&mut features, question, &sentence, value.as_ref());
            candidates.push(Candidate { hit: place, span, sentence, value, features, score: 0.0 });
        }
        candidates
    }
}

/// What stands in the sentence before, less so in the one after, and in a list's lead-in.
fn beside(presence: &[Vec<f64>], number: usize, lead_in: bool) -> Vec<f64> {
    let mut beside = vec![0.0_f64; presence[number].len()];
    let mut add = |other: Option<&Vec<f64>>, factor: f64| {
        for (all, here) in beside.iter_mut().zip(other.into_iter().flatten()) {
            *all = all.max(*here * factor);
        }
    };
    add(number.checked_sub(1).and_then(|before| presence.get(before)), 1.0);
    add(presence.get(number + 1), 0.6);
    add(lead_in.then(|| &presence[0]), 1.0);
    beside
}

/// The share of the question's weight that is present.
fn share(presence: &[f64], terms: &[WeightedTerm]) -> f64 {
    let all: f64 = terms.iter().map(|term| term.weight).sum();
    let here: f64 = terms.iter().zip(presence).map(|(term, presence)| term.weight * presence).sum();
    if all > 0.0 { here / all } else { 0.0 }
}

fn shares(features: &mut Features, sentence: &Sentence<'_>, here: &[f64], beside: &[f64], above: &[f64]) {
    let terms = sentence.terms;
    let further = |near: &[f64], far: &[f64]| -> Vec<f64> {
        near.iter().zip(far).map(|(near, far)| near.max(*far)).collect()
    };
    let with_beside = further(here, beside);
    let with_above = further(&with_beside, above);
    features.coverage = share(here, terms);
    features.beside = share(&with_beside, terms) - features.coverage;
    features.above = share(&with_above, terms) - share(&with_beside, terms);
    let names: Vec<usize> = (0..terms.len()).filter(|term| terms[*term].term.is_name).collect();
    if !names.is_empty() {
        features.names = names.iter().map(|name| with_above[*name]).sum::<f64>() / names.len() as f64;
    }
    if let Some(predicate) = terms.iter().position(|term| term.term.is_predicate) {
        features.predicate = here[predicate];
    }
}

fn closeness(features: &mut Features, sentence: &Sentence<'_>) {
    let places: Vec<(usize, usize)> = sentence
        .found
        .iter()
        .enumerate()
        .filter_map(|(place, found)| found.map(|(term, _)| (place, term)))
        .collect();
    let distinct = |places: &[(usize, usize)]| {
        let mut terms: Vec<usize> = places.iter().map(|(_, term)| *term).collect();
        terms.sort_unstable();
        terms.dedup();
        terms.len()
    };
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
        && distinct(&places) > 1
    {
        let window = (last.0 - first.0 + 1) as f64;
        features.proximity = (distinct(&places) as f64 * 2.0 / window).min(1.0);
    }
}

fn kind(features: &mut Features, question: &Question, sentence: &Sentence<'_>, value: Option<&Value>) {
    let is_cell = value.is_some_and(|value| value.key.is_some());
    if asks_for_value(question.asked) || is_cell {
        features.value = value.map_or(0.0, |value| value.score);
        features.no_value = if features.value < values::WEAK { 1.0 } else { 0.0 };
    }
    features.cue = cue(question, sentence);
    let count = sentence.words.len();
    features.length = match count {
        0..=3 => 1.0,
        4..=5 => 0.5,
        6..=45 => 0.0,
        _ => ((count - 45) as f64 / 45.0).min(1.0),
    };
    features.asks = if sentence.text.trim_end().ends_with('?') { 1.0 } else { 0.0 };
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
            0.6 * f64::from(u8::from(has_quotation)) + 0.4 * f64::from(u8::from(speaks))
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
