//! A claim taken apart: what a source has to account for before it can be said to say the same.

use std::ops::Range;

use super::amounts::{Amount, amounts};
use crate::answer::names;
use crate::answer::polarity::contraries;
use crate::answer::sentences::Sentence;
use crate::language::Language;
use crate::words::{Word, is_function_word};

pub struct Statement<'s, 'a> {
    pub sentence: &'s Sentence<'a>,
    pub amounts: Vec<Amount>,
    /// The places of each name, titles left out.
    pub names: Vec<Range<usize>>,
    /// For each term of the claim, what part it has.
    pub parts: Vec<Part>,
    /// The stems of words that turn it round.
    pub turns: Vec<usize>,
}

/// What part a term has in a claim.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// A word with its weight.
    Word(f64),
    /// Of this name.
    Name(usize),
    /// Of a number or a date, which is compared as such.
    Amount,
}

impl<'s, 'a> Statement<'s, 'a> {
    /// `texts` are those it will be set beside: how they write its first word tells whether that is a name.
    pub fn of<'t>(sentence: &'s Sentence<'a>, texts: impl Iterator<Item = &'t str>) -> Statement<'s, 'a> {
        let stems: Vec<&str> = sentence.stems.iter().map(AsRef::as_ref).collect();
        let amounts = amounts(sentence.text, &sentence.words, &stems);
        let in_amount = |place: usize| amounts.iter().any(|amount| amount.places.contains(&place));
        // All nouns of German have capitals.
        let is_german = Language::of_text(sentence.text) == Some(Language::German);
        let mut found: Vec<Range<usize>> = if is_german { Vec::new() } else { names_of(sentence) };
        if !is_german && found.iter().all(|name| name.start > 0) && opens_with_name(sentence, texts) {
            found.insert(0, 0..1);
        }
        found.retain(|name| !name.clone().any(in_amount));
        let mut parts = Vec::with_capacity(sentence.terms.len());
        for (number, term) in sentence.terms.iter().enumerate() {
            let place = sentence.found.iter().position(|found| found.is_some_and(|(term, _)| term == number));
            let name = place.and_then(|place| found.iter().position(|name| name.contains(&place)));
            parts.push(match (place, name) {
                (Some(place), _) if in_amount(place) => Part::Amount,
                (_, Some(name)) => Part::Name(name),
                _ if is_light(&term.term.stem) => Part::Word(term.weight * LIGHT),
                _ => Part::Word(term.weight),
            });
        }
        let turns = contraries::turns(&sentence.words, &stems);
        Statement { sentence, amounts, names: found, parts, turns }
    }

    /// Whether a word is one of a number or a date: those are compared, however they are written.
    pub fn is_of_amount(&self, folded: &str) -> bool {
        let mut places = self.amounts.iter().flat_map(|amount| amount.places.clone());
        places.any(|place| self.sentence.words[place].folded == folded)
    }

    /// The terms of a name.
    pub fn terms_of(&self, name: usize) -> impl Iterator<Item = usize> {
        (0..self.parts.len()).filter(move |term| self.parts[*term] == Part::Name(name))
    }
}

/// Whether the first word of a sentence, which has a capital anyway, has one inside the sentences of others too.
fn opens_with_name<'t>(sentence: &Sentence<'_>, texts: impl Iterator<Item = &'t str>) -> bool {
    let Some(first) = sentence.words.first() else { return false };
    let written = first.written(sentence.text);
    if !written.starts_with(char::is_uppercase) || is_function_word(&first.folded) {
        return false;
    }
    let small = written.to_lowercase();
    let (mut inside, mut in_small) = (0, 0);
    for text in texts {
        for (at, found) in text.match_indices(written).chain(text.match_indices(small.as_str())) {
            let is_whole = !text[..at].ends_with(char::is_alphanumeric)
                && !text[at + found.len()..].starts_with(char::is_alphanumeric);
            let before = text[..at].trim_end_matches([' ', '(', '"', '“']);
            let is_inside = before.ends_with(|c: char| c.is_alphanumeric() || c == ',');
            in_small += usize::from(is_whole && found == small);
            inside += usize::from(is_whole && found == written && is_inside);
        }
    }
    inside > 0 && inside >= in_small
}

/// The names of a sentence without their titles; those of words that nobody would look for are none.
fn names_of(sentence: &Sentence<'_>) -> Vec<Range<usize>> {
    let is_office = |word: &Word| names::is_title(&word.folded);
    let mut found = Vec::new();
    for name in names::names(sentence) {
        let words = name.words;
        if !words.is_empty() && !sentence.words[words.clone()].iter().all(is_office) {
            found.push(words);
        }
    }
    found
}

/// What a word that says little by itself weighs beside others.
const LIGHT: f64 = 0.3;

/// Verbs and nouns that claims are built with: a source says the same without them.
pub fn is_light(stem: &str) -> bool {
    const STEMS: &[&str] = &[
        "amount",
        "anybodi",
        "becom",
        "belong",
        "bring",
        "call",
        "come",
        "compris",
        "consist",
        "contain",
        "cost",
        "creat",
        "everybodi",
        "exist",
        "fact",
        "find",
        "get",
        "give",
        "go",
        "got",
        "happen",
        "have",
        "hold",
        "includ",
        "keep",
        "kind",
        "last",
        "let",
        "like",
        "make",
        "need",
        "number",
        "offer",
        "own",
        "part",
        "pay",
        "peopl",
        "person",
        "place",
        "put",
        "receiv",
        "say",
        "see",
        "set",
        "somebodi",
        "someon",
        "spend",
        "stand",
        "take",
        "thing",
        "told",
        "total",
        "use",
        "want",
        "way",
        "worth",
        "charg",
        "respons",
        "per",
        "pro",
        "award",
        "alway",
        "currently",
        "whoever",
        "work",
        "habe",
        "gibt",
        "muss",
        "darf",
        "kann",
        "wird",
        "werden",
    ];
    STEMS.contains(&stem)
}
