//! How one sentence of a source bears on a claim: what it accounts for, and what it has instead.

use std::ops::Range;

use super::amounts::{Amount, amounts};
use super::passage::{Passage, goes_on, look_back, name_by_header};
use super::signs::Signs;
use super::statement::{Part, Statement};
use crate::answer::clauses;
use crate::answer::names::{self, Name};
use crate::answer::polarity::contraries;
use crate::answer::sentences::{Sentence, Wanted};
use crate::corpus::Span;
use crate::retrieval::Hit;

mod naming;
mod turns;
mod values;

pub struct Bearing {
    pub hit: usize,
    /// In the document: what is quoted.
    pub span: Span,
    pub signs: Signs,
    pub differs: Option<Difference>,
    /// Bytes of the quote that the claim is about.
    pub marked: Vec<Span>,
}

/// What a claim says, and what a source has in its place; empty where there is only a negation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    pub kind: Kind,
    pub claimed: String,
    pub found: String,
}

/// What kind of thing it is that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Number,
    Name,
    Date,
    Negation,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Number => "number",
            Kind::Name => "name",
            Kind::Date => "date",
            Kind::Negation => "negation",
        }
    }
}

/// The bearing of every sentence of the hits that has anything of the claim, in their order.
pub fn bearings<'a>(statement: &Statement<'_, 'a>, hits: &'a [Hit<'a>], wanted: &Wanted<'a>) -> Vec<Bearing> {
    let mut found = Vec::new();
    let mut passages: Vec<Passage<'a>> = hits.iter().map(|hit| Passage::of(hit, wanted)).collect();
    look_back(&mut passages, hits);
    for (number, (hit, passage)) in hits.iter().zip(&passages).enumerate() {
        for place in 0..passage.sentences.len() {
            let has_any = passage.presence[place].iter().any(|quality| *quality > 0.0);
            if has_any || goes_on(&passage.sentences[place]) {
                found.push(Weighing::of(statement, hit, passage, place).bearing(number));
            }
        }
    }
    found
}

struct Weighing<'w, 's, 'a> {
    claim: &'w Statement<'s, 'a>,
    hit: &'w Hit<'a>,
    passage: &'w Passage<'a>,
    place: usize,
    sentence: &'w Sentence<'a>,
    /// For each term, how surely the sentence accounts for it, with what stands over it.
    accounted: Vec<f64>,
    /// The same with the rest of the passage.
    anywhere: Vec<f64>,
    names: Vec<Name>,
    amounts: Vec<Amount>,
    signs: Signs,
    differs: Option<Difference>,
}

impl<'w, 's, 'a> Weighing<'w, 's, 'a> {
    fn of(
        claim: &'w Statement<'s, 'a>,
        hit: &'w Hit<'a>,
        passage: &'w Passage<'a>,
        place: usize,
    ) -> Weighing<'w, 's, 'a> {
        let sentence = &passage.sentences[place];
        let accounted = accounted(claim, passage, place);
        let mut anywhere = accounted.clone();
        for (all, before) in anywhere.iter_mut().zip(&passage.before) {
            *all = all.max(before * BESIDE);
        }
        for (other, presence) in passage.presence.iter().enumerate() {
            let factor = if other + 1 == place { BEFORE } else { BESIDE };
            for (all, here) in anywhere.iter_mut().zip(presence) {
                *all = all.max(*here * factor);
            }
        }
        let stems: Vec<&str> = sentence.stems.iter().map(AsRef::as_ref).collect();
        let mut amounts = amounts(sentence.text, &sentence.words, &stems);
        if let Some(header) = &passage.header {
            amounts.iter_mut().for_each(|amount| name_by_header(amount, sentence, header));
        }
        Weighing {
            claim,
            hit,
            passage,
            place,
            sentence,
            accounted,
            anywhere,
            names: names::names(sentence),
            amounts,
            signs: Signs::default(),
            differs: None,
        }
    }

    fn bearing(mut self, hit: usize) -> Bearing {
        let span = self.passage.spans[self.place];
        self.see_words();
        self.see_binding();
        self.see_names();
        self.see_amounts();
        self.see_turns();
        let signs = &mut self.signs;
        signs.further_differences = ((signs.differences() - 1.0) / 2.0).clamp(0.0, 1.0);
        let marked = self.marked();
        Bearing { hit, span, signs: self.signs, differs: self.differs, marked }
    }

    /// The words that are the claim's, those that follow each other as one.
    fn marked(&self) -> Vec<Span> {
        let mut marked: Vec<Span> = Vec::new();
        for (place, word) in self.sentence.words.iter().enumerate() {
            if self.sentence.found[place].is_none() {
                continue;
            }
            match marked.last_mut() {
                Some(last) if self.sentence.text[last.end..word.span.start].trim().is_empty() => {
                    last.end = word.span.end;
                }
                _ => marked.push(word.span),
            }
        }
        marked
    }

    /// The weight of each word of the claim, with its term.
    fn words(&self) -> impl Iterator<Item = (usize, f64)> {
        self.claim.parts.iter().enumerate().filter_map(|(term, part)| match part {
            Part::Word(weight) => Some((term, *weight)),
            _ => None,
        })
    }

    fn see_words(&mut self) {
        let all: f64 = self.words().map(|(_, weight)| weight).sum();
        if all == 0.0 {
            // Names and numbers alone: "Ada Lovelace, 1815."
            self.signs.covered = 0.5;
            return;
        }
        let share = |of: &dyn Fn(usize) -> f64| self.words().map(|(term, w)| w * of(term)).sum::<f64>() / all;
        let covered = share(&|term| self.accounted[term]);
        let around = share(&|term| self.anywhere[term]) - covered;
        let missing = self.words().map(|(term, weight)| weight * (1.0 - self.anywhere[term]));
        let heaviest_missing = missing.fold(0.0, f64::max) / all;
        let terms = self.sentence.terms;
        let unknown =
            share(&|term| f64::from(u8::from(!terms[term].is_known)) * (1.0 - self.accounted[term]));
        let together = self.together();
        // In a few documents no word is rare.
        let least = terms.iter().map(|term| 0.5 * term.weight).fold(0.0, f64::max).min(LEAST_EVIDENCE);
        let found =
            (0..terms.len()).filter(|term| self.accounted[*term] >= NAMED && terms[*term].weight >= least);
        self.signs.evidence = (found.count() as f64 / 6.0).min(1.0);
        self.signs = Signs { covered, around, heaviest_missing, unknown, together, ..self.signs };
    }

    /// The largest share of what stands here that one clause has.
    fn together(&self) -> f64 {
        let weight = |range: Range<usize>| -> f64 {
            let mut terms: Vec<usize> =
                self.sentence.found[range].iter().flatten().map(|(term, _)| *term).collect();
            terms.sort_unstable();
            terms.dedup();
            terms.iter().map(|term| self.sentence.terms[*term].weight).sum()
        };
        let all = weight(0..self.sentence.words.len());
        let clauses = clauses::clauses(self.sentence.text, &self.sentence.words);
        let most =
            clauses.iter().map(|clause| weight(clause.opener.start..clause.words.end)).fold(0.0, f64::max);
        if all > 0.0 { most / all } else { 0.0 }
    }

    fn is_of_weight(&self, term: usize) -> bool {
        match self.claim.parts[term] {
            Part::Word(weight) => weight >= 0.5 * self.words().map(|(_, w)| w).fold(0.0, f64::max),
            Part::Name(_) => self.words().count() == 0,
            Part::Amount => false,
        }
    }

    /// The first difference that is found is told.
    fn differ(&mut self, kind: Kind, claimed: String, found: String) {
        if self.differs.is_none() {
            self.differs = Some(Difference { kind, claimed, found });
        }
    }

    fn claimed(&self, places: &Range<usize>) -> String {
        written(self.claim.sentence, places)
    }

    fn said(&self, places: &Range<usize>) -> String {
        written(self.sentence, places)
    }
}

fn written(sentence: &Sentence<'_>, places: &Range<usize>) -> String {
    sentence.text[clauses::span_of(places, &sentence.words).range()].to_owned()
}

/// What a word of the sentence before counts, and one elsewhere in the passage.
const GOES_ON: f64 = 0.8;
const BEFORE: f64 = 0.7;
const BESIDE: f64 = 0.4;
/// What stands over a sentence is nearly said by it.
const ABOVE: f64 = 0.9;
/// A word that begins alike ("payment" for "pay"), or one that often answers for it.
const AKIN: f64 = 0.6;
/// Words that weigh less are no evidence.
const LEAST_EVIDENCE: f64 = 0.6;
/// A name is here from this on.
const NAMED: f64 = 0.6;
const NAMED_BESIDE: f64 = 0.4;

/// For each term, how surely the sentence at `place` accounts for it, with what stands over it.
fn accounted(claim: &Statement<'_, '_>, passage: &Passage<'_>, place: usize) -> Vec<f64> {
    let sentence = &passage.sentences[place];
    let mut accounted = passage.presence[place].clone();
    if goes_on(sentence) {
        let before = place.checked_sub(1).map_or(&passage.before, |before| &passage.presence[before]);
        for (all, before) in accounted.iter_mut().zip(before) {
            *all = all.max(before * GOES_ON);
        }
    }
    for (term, quality) in accounted.iter_mut().enumerate() {
        *quality = quality.max(passage.above[term] * ABOVE);
        if let Part::Word(_) = claim.parts[term] {
            let stem = &sentence.terms[term].term.stem;
            let is_akin = sentence.stems.iter().any(|here| are_akin(stem, here));
            let is_opposite =
                *quality < NAMED && sentence.stems.iter().any(|here| contraries::are_opposites(stem, here));
            let associated = (sentence.associated[term] * 2.0).min(AKIN);
            *quality = quality.max(associated).max(if is_akin { AKIN } else { 0.0 });
            // A word whose opposite stands here is not what the sentence leaves out.
            *quality = quality.max(if is_opposite { 1.0 } else { 0.0 });
        }
    }
    accounted
}

/// "represent" and "representative": the same beginning, and most of the shorter one.
fn are_akin(one: &str, other: &str) -> bool {
    let common = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let shorter = one.len().min(other.len());
    common >= 4 && common + 1 >= shorter && one.len().max(other.len()) <= shorter + 5
        || common >= 6 && 3 * common >= 2 * one.len().max(other.len())
}
