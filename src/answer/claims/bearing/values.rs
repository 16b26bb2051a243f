//! Whether the numbers and dates of a claim are in a sentence, or others in their place.

use super::{Kind, Weighing};
use crate::answer::claims::amounts::{Amount, Standing, What, amounts};
use crate::answer::claims::passage::column;
use crate::answer::claims::statement::Part;
use crate::answer::clauses;
use crate::answer::sentences::Sentence;
use crate::corpus::Span;
use crate::words::{Analyzer, is_function_word, kept_stem, words};

/// So many amounts of a sentence are told beside the claim's.
const MOST_INSTEAD: usize = 3;

impl Weighing<'_, '_, '_> {
    pub(super) fn see_amounts(&mut self) {
        if self.claim.amounts.is_empty() {
            return;
        }
        let mut all_same = true;
        for wanted in &self.claim.amounts {
            match self.standing(wanted) {
                (Standing::Same, _) => {}
                (Standing::Other, found) => {
                    all_same = false;
                    self.signs.amount_replaced = 1.0;
                    let kind = if matches!(wanted.what, What::Date(_)) { Kind::Date } else { Kind::Number };
                    let found = found.map(|place| self.said_instead(wanted, place)).unwrap_or_default();
                    self.differ(kind, self.claimed_amount(wanted), found);
                }
                (Standing::Unrelated, _) => {
                    all_same = false;
                    self.signs.amount_missing = 1.0;
                }
            }
        }
        self.signs.amount_same = f64::from(u8::from(all_same));
    }

    /// How the sentence stands to an amount of the claim, and which of its own is in its place.
    fn standing(&self, wanted: &Amount) -> (Standing, Option<usize>) {
        let lexicon = self.sentence.lexicon;
        let mut other = None;
        let closest = self.amounts.iter().map(|amount| wanted.shared_parts(amount)).max().unwrap_or(0);
        for (place, amount) in self.amounts.iter().enumerate() {
            // "Wednesday" is no answer to "Wednesday the 10th" where "Tuesday the 9th" stands beside it.
            if !self.is_in_asked_column(amount) || wanted.shared_parts(amount) < closest {
                continue;
            }
            match wanted.standing(amount, lexicon) {
                Standing::Same => {
                    return match self.instead_of(place, wanted) {
                        None => (Standing::Same, None),
                        Some(other) => (Standing::Other, Some(other)),
                    };
                }
                Standing::Other => other = other.or(Some(place)),
                Standing::Unrelated => {}
            }
        }
        if other.is_some() {
            return (Standing::Other, other);
        }
        match self.around(wanted) {
            (true, _) => (Standing::Same, None),
            (false, true) => (Standing::Other, None),
            (false, false) => (Standing::Unrelated, None),
        }
    }

    /// Where the sentence lists amounts, each with its thing, and the claim's thing comes later with another one.
    fn instead_of(&self, same: usize, wanted: &Amount) -> Option<usize> {
        let parts = self.list_parts();
        let here = parts[self.amounts[same].places.start];
        let heaviest = self.words().map(|(_, weight)| weight).fold(0.0, f64::max);
        let is_heavy = |term: usize| match self.claim.parts[term] {
            Part::Word(weight) => weight >= 0.6 * heaviest,
            Part::Name(_) => true,
            Part::Amount => false,
        };
        for term in (0..self.claim.parts.len()).filter(|term| is_heavy(*term)) {
            let places = (0..parts.len())
                .filter(|place| self.sentence.found[*place].is_some_and(|(found, _)| found == term));
            let own: Vec<usize> = places.map(|place| parts[place]).collect();
            let Some(first) = own.first().copied().filter(|_| own.iter().all(|part| *part > here)) else {
                continue;
            };
            let is_there = |place: &usize| {
                parts[self.amounts[*place].places.start] == first
                    && wanted.standing(&self.amounts[*place], self.sentence.lexicon) == Standing::Other
            };
            if let Some(other) = (0..self.amounts.len()).find(is_there) {
                return Some(other);
            }
        }
        None
    }

    /// In a table, only what stands in a column that the claim speaks of is in the place of what it says.
    fn is_in_asked_column(&self, amount: &Amount) -> bool {
        let Some(header) = &self.passage.header else { return true };
        let own = column(self.sentence, amount.places.start);
        let is_asked = |own: usize| {
            (0..header.words.len()).any(|place| column(header, place) == own && header.found[place].is_some())
        };
        // The header of a row may open with a bar where the row does not.
        let columns = header.text.matches('|').count().max(1);
        is_asked(own) || !(1..=columns).any(is_asked)
    }

    /// Whether an amount of the claim stands over the sentence or beside it, and whether the heading has another one
    /// in its place.
    fn around(&self, wanted: &Amount) -> (bool, bool) {
        let passage = &self.hit.passage;
        let description = &self.hit.source.description;
        let lexicon = self.sentence.lexicon;
        let stands = |text: &str, standing: Standing| {
            let words = words(text);
            let stems: Vec<_> = words.iter().map(|word| kept_stem(&word.folded, Analyzer::English)).collect();
            let stems: Vec<&str> = stems.iter().map(AsRef::as_ref).collect();
            amounts(text, &words, &stems).iter().any(|amount| wanted.standing(amount, lexicon) == standing)
        };
        let mut over = vec![description.title.as_str()];
        over.extend(passage.passage.headings.iter().map(String::as_str));
        over.extend(passage.context_text.as_ref().map(|(text, _)| text.as_str()));
        over.extend(self.passage.sentences.iter().map(|sentence| sentence.text));
        let date = description.date.map(|date| Amount {
            what: What::Date([Some(date.year()), Some(date.month().into()), Some(date.day().into()), None]),
            units: Vec::new(),
            places: 0..0,
        });
        let is_dated = date.is_some_and(|date| wanted.standing(&date, lexicon) == Standing::Same);
        let is_there = is_dated || over.iter().any(|text| stands(text, Standing::Same));
        let heading = passage.passage.headings.last();
        let is_date = matches!(wanted.what, What::Date(_));
        (is_there, is_date && heading.is_some_and(|heading| stands(heading, Standing::Other)))
    }

    /// The amounts that may stand in the place of the claim's, as they are written: the first that does, and others
    /// like it.
    fn said_instead(&self, wanted: &Amount, first: usize) -> String {
        let is_like = |place: &usize| {
            let amount = &self.amounts[*place];
            *place != first
                && self.is_in_asked_column(amount)
                && wanted.standing(amount, self.sentence.lexicon) == Standing::Other
        };
        let others = (0..self.amounts.len()).filter(is_like).take(MOST_INSTEAD - 1);
        let places = [first].into_iter().chain(others);
        places
            .map(|place| with_unit(self.sentence, &self.amounts[place]))
            .collect::<Vec<String>>()
            .join(" / ")
    }

    fn claimed_amount(&self, amount: &Amount) -> String {
        with_unit(self.claim.sentence, amount)
    }

    /// For each word, in which part of a list it stands: commas and "and" part them.
    pub(super) fn list_parts(&self) -> Vec<usize> {
        let mut part = 0;
        let mut parts = Vec::with_capacity(self.sentence.words.len());
        for (place, word) in self.sentence.words.iter().enumerate() {
            let is_joint = matches!(word.folded.as_str(), "and" | "or" | "und" | "oder" | "but" | "aber");
            if place > 0
                && (is_joint || self.sentence.gap_before(place).contains([',', ';', ':', '(', '|', '—']))
            {
                part += 1;
            }
            parts.push(part);
        }
        parts
    }
}

/// The amount with its sign before it, or the word after it: "€20", "20 years".
fn with_unit(sentence: &Sentence<'_>, amount: &Amount) -> String {
    let end = amount.places.end;
    let is_said = amount.places.len() > 1;
    let has_word = !is_said
        && sentence.words.get(end).is_some_and(|next| {
            matches!(sentence.gap_before(end), " " | "-") && !is_function_word(&next.folded)
        });
    let counts = matches!(amount.what, What::Number(_)) && has_word;
    let mut span = clauses::span_of(&(amount.places.start..end + usize::from(counts)), &sentence.words);
    let before = &sentence.text[..span.start];
    if let Some(sign) = before.chars().next_back().filter(|c| matches!(c, '€' | '$' | '£')) {
        span.start -= sign.len_utf8();
        span = Span::new(span.start, sentence.words[amount.places.start].span.end);
    }
    let percent = sentence.text[span.end..].starts_with('%') || sentence.text[span.end..].starts_with(" %");
    let sign = if percent { "%" } else { "" };
    format!("{}{sign}", &sentence.text[span.range()])
}
