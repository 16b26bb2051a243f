//! Whether the names of a claim are in a sentence, and in their places.

use std::ops::Range;

use super::{Kind, NAMED, NAMED_BESIDE, Weighing};
use crate::answer::claims::amounts::is_money;
use crate::answer::names::{self, Name};
use crate::answer::sentences::Sentence;

impl Weighing<'_, '_, '_> {
    pub(super) fn see_names(&mut self) {
        let mut missing = 0.0;
        let mut gone = Vec::new();
        let mut all: f64 = self.words().map(|(_, weight)| weight).sum();
        let weight = |term: usize| self.sentence.terms[term].weight;
        for name in 0..self.claim.names.len() {
            let terms: Vec<usize> = self.claim.terms_of(name).collect();
            let own: f64 = terms.iter().map(|term| weight(*term)).sum();
            all += own;
            if own == 0.0 || self.has_name(&terms) {
                continue;
            }
            missing += own;
            gone.push(name);
        }
        // Where nobody of the claim is named, the sentence is about somebody else.
        let is_one_of_many = gone.len() == 1;
        if let (Some(name), true, Some(other)) = (gone.first(), is_one_of_many, self.name_instead()) {
            let name = &self.claim.names[*name];
            let alike = self
                .names
                .iter()
                .map(|known| &known.words)
                .find(|known| self.is_other(known) && self.is_of_kind(name, known));
            self.signs.name_replaced = if self.is_of_kind(name, &other) { 1.0 } else { 0.5 };
            let told = self.said(alike.unwrap_or(&other));
            self.differ(Kind::Name, self.claimed(name), told);
        }
        self.signs.name_missing = if all > 0.0 { missing / all } else { 0.0 };
    }

    /// Whether the name is here: its last word, or most of it; what stands over the sentence counts too.
    fn has_name(&self, terms: &[usize]) -> bool {
        let last = terms[terms.len() - 1];
        let here = terms.iter().filter(|term| self.accounted[**term] >= NAMED).count();
        let beside = terms.iter().filter(|term| self.anywhere[**term] >= NAMED_BESIDE).count();
        let is_here = self.accounted[last] >= NAMED && 2 * here >= terms.len() || 2 * here > terms.len();
        // Where the sentence names nobody else, whoever was named before is meant.
        is_here || 2 * beside > terms.len() && self.name_instead().is_none()
    }

    /// A name of the sentence that the claim has not.
    fn name_instead(&self) -> Option<Range<usize>> {
        let near = |name: &&Name| {
            let found = (0..self.sentence.found.len()).filter(|place| self.sentence.found[*place].is_some());
            found.map(|place| place.abs_diff(name.words.start)).min().unwrap_or(usize::MAX)
        };
        let other = self.names.iter().filter(|name| self.is_other(&name.words)).min_by_key(near)?;
        Some(other.words.clone())
    }

    /// Whether a name of the sentence is none of the claim's.
    fn is_other(&self, name: &Range<usize>) -> bool {
        name.clone().all(|place| self.sentence.found[place].is_none())
            && name.clone().any(|place| !names::is_title(&self.sentence.words[place].folded))
            && !name.clone().any(|place| is_money(&self.sentence.stems[place]))
    }

    /// Whether a name of the claim and one of the sentence have the same part: both persons, or between the same words.
    fn is_of_kind(&self, ours: &Range<usize>, theirs: &Range<usize>) -> bool {
        let beside = |words: &Range<usize>, sentence: &Sentence<'_>| {
            let word = |place: usize| sentence.words.get(place).map(|word| word.folded.clone());
            (words.start.checked_sub(1).and_then(word), word(words.end))
        };
        let (our_beside, their_beside) = (beside(ours, self.claim.sentence), beside(theirs, self.sentence));
        is_person(ours, self.claim.sentence) && is_person(theirs, self.sentence)
            || our_beside.0.is_some() && our_beside.0 == their_beside.0
            || our_beside.1.is_some() && our_beside.1 == their_beside.1
    }

    /// Whether somebody else stands between the first name of the claim and the word that says most of it.
    pub(super) fn see_binding(&mut self) {
        if self.is_intruded() || self.is_crossed() || self.is_beside_another() {
            self.signs.misbound = 1.0;
            if let (Some(name), Some(other)) = (self.claim.names.first(), self.name_instead()) {
                self.differ(Kind::Name, self.claimed(name), self.said(&other));
            }
        }
    }

    fn is_intruded(&self) -> bool {
        let Some(name) = self.claim.names.first() else { return false };
        let place_of = |term: usize| {
            self.sentence.found.iter().position(|found| found.is_some_and(|(found, _)| found == term))
        };
        let own: Vec<usize> =
            (0..self.claim.names.len()).take(1).flat_map(|name| self.claim.terms_of(name)).collect();
        let Some(subject) = own.last().and_then(|term| place_of(*term)) else { return false };
        let heaviest =
            self.words().filter(|(term, _)| place_of(*term).is_some()).max_by(|a, b| a.1.total_cmp(&b.1));
        let Some(said) = heaviest.and_then(|(term, _)| place_of(term)) else { return false };
        let is_person = name.len() > 1
            || self.names.iter().any(|known| {
                known.words.contains(&subject) && names::person_fit(known, self.sentence) >= 0.5
            });
        let between = subject.min(said)..subject.max(said);
        let intrudes = |other: &&Name| {
            between.contains(&other.words.start)
                && !other.words.contains(&subject)
                && other.words.clone().all(|place| self.sentence.found[place].is_none())
                && names::person_fit(other, self.sentence) >= 0.5
        };
        is_person && self.names.iter().any(|other| intrudes(&other))
    }

    /// Whether what is said of the first name of the claim stands in a part of a list with another name, and its own
    /// part has nothing of it: "Ann plays the king, Bob the fool" for "Bob plays the king".
    fn is_beside_another(&self) -> bool {
        let Some(last) = self.claim.terms_of(0).last().filter(|_| !self.claim.names.is_empty()) else {
            return false;
        };
        let parts = self.said_parts();
        let of = |term: usize| -> Vec<usize> {
            let places = (0..parts.len())
                .filter(|place| self.sentence.found[*place].is_some_and(|(found, _)| found == term));
            places.map(|place| parts[place]).collect()
        };
        let own = of(last);
        let heavy = self.words().filter(|(term, _)| self.is_of_weight(*term));
        let said: Vec<Vec<usize>> =
            heavy.map(|(term, _)| of(term)).filter(|parts| !parts.is_empty()).collect();
        let is_apart =
            !own.is_empty() && !said.is_empty() && said.iter().flatten().all(|part| !own.contains(part));
        let with_other = |part: &usize| {
            self.names.iter().any(|other| {
                parts[other.words.start] == *part
                    && other.words.clone().all(|place| self.sentence.found[place].is_none())
                    && names::person_fit(other, self.sentence) >= 0.45
            })
        };
        is_apart && said.iter().all(|parts| parts.iter().any(with_other))
    }

    /// Whether two names of the claim stand in two parts of a list, each beside another name.
    fn is_crossed(&self) -> bool {
        let parts = self.list_parts();
        let mut with_own: Vec<usize> = Vec::new();
        for name in 0..self.claim.names.len() {
            let terms: Vec<usize> = self.claim.terms_of(name).collect();
            let place = self
                .sentence
                .found
                .iter()
                .position(|found| found.is_some_and(|(term, _)| terms.last() == Some(&term)));
            let Some(place) = place else { continue };
            let other = self.names.iter().any(|other| {
                parts[other.words.start] == parts[place]
                    && other.words.clone().all(|place| self.sentence.found[place].is_none())
            });
            if other && !with_own.contains(&parts[place]) {
                with_own.push(parts[place]);
            }
        }
        with_own.len() > 1
    }
}

fn is_person(words: &Range<usize>, sentence: &Sentence<'_>) -> bool {
    let name = names::names(sentence).into_iter().find(|name| name.words == *words);
    name.is_some_and(|name| {
        let person = names::person_fit(&name, sentence);
        person >= names::place_fit(&name, sentence) && person >= names::organisation_fit(&name, sentence)
    })
}
