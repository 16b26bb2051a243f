//! How one sentence of a source bears on a claim: what it accounts for, and what it has instead.

use std::ops::Range;

use super::amounts::{Amount, Standing, What, amounts, is_money};
use super::statement::{Part, Statement};
use crate::answer::clauses;
use crate::answer::lexicon::{is_auxiliary, is_demonstrative, stands_for_another};
use crate::answer::names::{self, Name};
use crate::answer::polarity::{contraries, is_excepted, turns_above};
use crate::answer::sentences::{Sentence, Wanted, asks};
use crate::answer::telling::answering;
use crate::corpus::passages::is_key_value;
use crate::corpus::{PassageKind, Span};
use crate::retrieval::Hit;
use crate::words::{is_function_word, words};

/// What speaks for "supported" and for "contradicted"; each 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Signs {
    /// The share of the claim's words that the sentence accounts for, with what stands over it.
    pub covered: f64,
    /// What the rest of its passage accounts for beside that.
    pub around: f64,
    /// The share of the heaviest word that nothing accounts for.
    pub heaviest_missing: f64,
    /// The share of words that stand in no source at all.
    pub unknown: f64,
    /// How much of the covered weight stands in one clause.
    pub together: f64,
    pub name_missing: f64,
    /// The same, and the sentence has another name.
    pub name_replaced: f64,
    pub amount_same: f64,
    pub amount_missing: f64,
    pub amount_replaced: f64,
    /// Claim and sentence differ by an odd number of words that turn round what they say.
    pub contrary: f64,
    /// They do so by words that say the opposite of each other.
    pub opposed: f64,
    /// They do so since the claim is negated, and the sentence is not.
    pub denied: f64,
    /// How many differences there are beside the first one, of two.
    pub further_differences: f64,
    /// The sentence has a negation that seems to be about something else.
    pub negation_loose: f64,
    /// Somebody else stands between a name of the claim and what the claim says of it.
    pub misbound: f64,
    /// The sentence asks, and no answer follows.
    pub asks: f64,
    /// How many things of the claim stand here, of six.
    pub evidence: f64,
}

impl Signs {
    /// How many things are said otherwise.
    pub fn differences(&self) -> f64 {
        let turned = self.contrary + self.opposed + self.denied;
        turned + self.name_replaced.ceil() + self.amount_replaced + self.misbound
    }
}

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

/// Passages that stand close before another one of their document say what that goes on about.
fn look_back(passages: &mut [Passage<'_>], hits: &[Hit<'_>]) {
    /// Bytes.
    const CLOSE: usize = 400;
    for place in 0..hits.len() {
        let own = &hits[place].passage;
        for other in 0..hits.len() {
            let theirs = &hits[other].passage;
            let gap = own.passage.span.start.checked_sub(theirs.passage.span.end);
            if own.path == theirs.path && gap.is_some_and(|gap| gap < CLOSE) {
                let there: Vec<Vec<f64>> = passages[other].presence.clone();
                there.iter().for_each(|presence| add(&mut passages[place].before, presence));
            }
        }
    }
}

/// A passage, cut into what can be set beside a claim, and what stands over it.
struct Passage<'a> {
    spans: Vec<Span>,
    sentences: Vec<Sentence<'a>>,
    /// For each sentence and term, how surely the term stands there.
    presence: Vec<Vec<f64>>,
    /// The same for title, headings, the header of a table and the lead-in of a list.
    above: Vec<f64>,
    /// The same for passages of the document just before this one.
    before: Vec<f64>,
    header: Option<Sentence<'a>>,
}

impl<'a> Passage<'a> {
    fn of(hit: &'a Hit<'a>, wanted: &Wanted<'a>) -> Passage<'a> {
        let passage = &hit.passage.passage;
        let spans = units(hit);
        let sentences: Vec<Sentence<'a>> =
            spans.iter().map(|span| Sentence::new(hit.passage.slice(*span), wanted)).collect();
        let presence: Vec<Vec<f64>> = sentences.iter().map(presence).collect();
        let context = hit.passage.context_text.as_ref().map(|(text, _)| text.as_str());
        let over = [hit.source.description.title.as_str()].into_iter();
        let over = over.chain(passage.headings.iter().map(String::as_str)).chain(context);
        let mut above = vec![0.0_f64; presence.first().map_or(0, Vec::len)];
        for text in over {
            add(&mut above, &self::presence(&Sentence::new(text, wanted)));
        }
        if passage.kind == PassageKind::List
            && let Some(lead_in) = presence.first()
        {
            add(&mut above, lead_in);
        }
        let is_row = passage.kind == PassageKind::TableRow;
        let header = context.filter(|_| is_row).map(|text| Sentence::new(text, wanted));
        let before = vec![0.0; above.len()];
        Passage { spans, sentences, presence, above, before, header }
    }
}

/// The stretches of a passage that say something by themselves: its sentences, each line of a list of keys and values,
/// and a question with its answer.
fn units(hit: &Hit<'_>) -> Vec<Span> {
    let sentences = &hit.passage.passage.sentences;
    let mut units = Vec::with_capacity(sentences.len());
    for (place, span) in sentences.iter().enumerate() {
        let text = hit.passage.slice(*span);
        let keyed = text.lines().filter(|line| is_key_value(line.trim())).count();
        if keyed > 1 {
            let mut start = span.start;
            for line in text.split_inclusive('\n') {
                units.extend(trimmed_in(hit, Span::new(start, start + line.len())));
                start += line.len();
            }
            continue;
        }
        let answer = answering(&hit.passage, place).filter(|_| asks(text));
        units.push(answer.map_or(*span, |answer| Span::new(span.start, sentences[answer].end)));
    }
    units
}

fn trimmed_in(hit: &Hit<'_>, span: Span) -> Option<Span> {
    let text = hit.passage.slice(span);
    let start = span.start + (text.len() - text.trim_start().len());
    let text = text.trim();
    (!text.is_empty()).then(|| Span::new(start, start + text.len()))
}

fn add(all: &mut [f64], more: &[f64]) {
    all.iter_mut().zip(more).for_each(|(all, more)| *all = all.max(*more));
}

/// For each term, how surely it stands in a sentence.
fn presence(sentence: &Sentence<'_>) -> Vec<f64> {
    let mut presence = vec![0.0_f64; sentence.terms.len()];
    for (term, quality) in sentence.found.iter().flatten() {
        presence[*term] = presence[*term].max(*quality);
    }
    presence
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

    fn see_names(&mut self) {
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
    fn see_binding(&mut self) {
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

    /// For each word, in which part of a list it stands: commas and "and" part them.
    fn list_parts(&self) -> Vec<usize> {
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

    fn see_amounts(&mut self) {
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
            let stems: Vec<_> = words.iter().map(|word| crate::words::kept_stem(&word.folded)).collect();
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

    /// Whether an odd number of words turns one of the two round.
    fn see_turns(&mut self) {
        let (claim, here) = (self.claim.sentence, self.sentence);
        let stems: Vec<&str> = here.stems.iter().map(AsRef::as_ref).collect();
        let claimed: Vec<&str> = claim.stems.iter().map(AsRef::as_ref).collect();
        let is_shared =
            |stem: &str| contraries::is_negative(stem) && stems.contains(&stem) && claimed.contains(&stem);
        let (says_no, end) = self.answer();
        let parts = self.said_parts();
        let (mut turning, mut loose) = (Vec::new(), 0);
        let mut turns = contraries::turns(&here.words, &stems);
        turns.extend((0..here.words.len()).filter(|place| is_unless(&here.words[*place].folded)));
        for place in turns.into_iter().filter(|place| *place < end && !is_shared(stems[*place])) {
            let reach = |other: &usize| parts[*other] == parts[place] || self.reaches_on(place, *other);
            let mut near = (0..end.min(parts.len())).filter(reach).filter_map(|place| here.found[place]);
            if near.any(|(term, _)| self.is_of_weight(term)) { turning.push(place) } else { loose += 1 }
        }
        let turning = self.of_the_main_part(turning, &parts);
        let in_claim = self.claim.turns.iter().filter(|place| !is_shared(claimed[**place])).count()
            + claim.words.iter().filter(|word| is_unless(&word.folded)).count();
        let own = self.passage.spans[self.place];
        // A heading that says no is said again by a sentence that does.
        let above = if turning.is_empty() && !says_no { turns_above(own, self.hit) } else { 0 };
        let opposites = self.opposites();
        let others = opposites.len() + usize::from(is_excepted(here)) + above;
        let count = in_claim + turning.len() + others + usize::from(says_no);
        let is_contrary = count % 2 == 1;
        let is_turned = !turning.is_empty() || above > 0 || says_no || is_excepted(here);
        self.signs.contrary = f64::from(u8::from(is_contrary && is_turned));
        self.signs.opposed = f64::from(u8::from(is_contrary && !is_turned && !opposites.is_empty()));
        self.signs.denied = f64::from(u8::from(is_contrary && !is_turned && opposites.is_empty()));
        self.signs.negation_loose = f64::from(u8::from(loose > 0));
        if is_contrary {
            let turned = turning.first().copied().or(opposites.first().copied());
            let turned = turned.map_or(String::new(), |place| self.said(&(place..place + 1)));
            let first = self.claim.turns.first();
            let claimed = first.map_or(String::new(), |place| self.claimed(&(*place..place + 1)));
            self.differ(Kind::Negation, claimed, turned);
        }
    }

    /// Where words in two parts turn round, each what its own part says, those in the part that has most of the claim.
    /// Two in one part are back again.
    fn of_the_main_part(&self, turning: Vec<usize>, parts: &[usize]) -> Vec<usize> {
        let mut own: Vec<usize> = turning.iter().map(|place| parts[*place]).collect();
        own.dedup();
        if own.len() < 2 {
            return turning;
        }
        let weight = |part: usize| -> f64 {
            let mut terms: Vec<usize> = (0..parts.len())
                .filter(|place| parts[*place] == part)
                .filter_map(|place| self.sentence.found[place].map(|(term, _)| term))
                .collect();
            terms.sort_unstable();
            terms.dedup();
            terms.iter().map(|term| self.sentence.terms[*term].weight).sum()
        };
        let most = own.iter().map(|part| weight(*part)).fold(0.0, f64::max);
        turning.into_iter().filter(|place| weight(parts[*place]) >= most).collect()
    }

    /// The places of words that say the opposite of a word that the sentence has not.
    fn opposites(&self) -> Vec<usize> {
        let mut places = Vec::new();
        for (term, _) in self.words() {
            let stem = &self.sentence.terms[term].term.stem;
            if self.passage.presence[self.place][term] < NAMED
                && let Some(place) =
                    self.sentence.stems.iter().position(|here| contraries::are_opposites(stem, here))
                && self.sentence.found[place].is_none()
            {
                places.push(place);
            }
        }
        places
    }

    /// "but not in the canteen, the laboratory or the hall": what is excepted may be a list.
    fn reaches_on(&self, from: usize, place: usize) -> bool {
        let before = from.checked_sub(1).map_or("", |before| self.sentence.words[before].folded.as_str());
        place > from && matches!(before, "but" | "aber")
    }

    /// For each word, in which part of what is said it stands: commas part them, and "and" before a verb.
    fn said_parts(&self) -> Vec<usize> {
        let words = &self.sentence.words;
        let mut part = 0;
        let mut parts = Vec::with_capacity(words.len());
        for place in 0..words.len() {
            let is_joint = matches!(
                words[place].folded.as_str(),
                "and" | "or" | "but" | "und" | "aber" | "because" | "unless"
            ) && words
                .get(place + 1)
                .is_some_and(|next| is_auxiliary(&next.folded) || next.folded == "not")
                || is_unless(&words[place].folded);
            if place > 0
                && (is_joint
                    || self
                        .sentence
                        .gap_before(place)
                        .contains([',', ';', ':', '(', ')', '|', '—', '?', '.', '!']))
            {
                part += 1;
            }
            parts.push(part);
        }
        parts
    }

    fn is_of_weight(&self, term: usize) -> bool {
        match self.claim.parts[term] {
            Part::Word(weight) => weight >= 0.5 * self.words().map(|(_, w)| w).fold(0.0, f64::max),
            Part::Name(_) => self.words().count() == 0,
            Part::Amount => false,
        }
    }

    /// Where the sentence asks: whether the answer is no, and where what may turn it round ends. Yes and no say it
    /// all.
    fn answer(&mut self) -> (bool, usize) {
        let all = self.sentence.words.len();
        let text = self.sentence.text;
        let Some(mark) = text.find('?').filter(|_| !self.is_plain()) else { return (false, all) };
        let first = self.sentence.words.iter().position(|word| word.span.start > mark);
        match first.map(|place| (place, self.sentence.words[place].folded.as_str())) {
            Some((place, "a" | "answer")) if self.sentence.words.len() > place + 1 => {
                (self.sentence.words[place + 1].folded == "no", self.after_answer(place + 1))
            }
            Some((place, "yes" | "ja")) => (false, place),
            Some((place, "no" | "nein")) => (true, place),
            Some(_) => (false, all),
            None => {
                self.signs.asks = 1.0;
                (false, all)
            }
        }
    }

    /// Where what may turn round ends, with an answer that opens at `place`.
    fn after_answer(&self, place: usize) -> usize {
        let is_said = matches!(self.sentence.words[place].folded.as_str(), "yes" | "no" | "ja" | "nein");
        if is_said { place } else { self.sentence.words.len() }
    }

    /// Whether it does not open with a question.
    fn is_plain(&self) -> bool {
        !self.hit.passage.passage.sentences.iter().any(|span| {
            span.start == self.passage.spans[self.place].start && asks(self.hit.passage.slice(*span))
        })
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

    fn claimed_amount(&self, amount: &Amount) -> String {
        with_unit(self.claim.sentence, amount)
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
}

fn is_person(words: &Range<usize>, sentence: &Sentence<'_>) -> bool {
    let name = names::names(sentence).into_iter().find(|name| name.words == *words);
    name.is_some_and(|name| {
        let person = names::person_fit(&name, sentence);
        person >= names::place_fit(&name, sentence) && person >= names::organisation_fit(&name, sentence)
    })
}

fn is_unless(folded: &str) -> bool {
    matches!(folded, "unless" | "sofern")
}

fn written(sentence: &Sentence<'_>, places: &Range<usize>) -> String {
    sentence.text[clauses::span_of(places, &sentence.words).range()].to_owned()
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

/// What a word of the sentence before counts, and one elsewhere in the passage.
const GOES_ON: f64 = 0.8;
const BEFORE: f64 = 0.7;
const BESIDE: f64 = 0.4;
/// What stands over a sentence is nearly said by it.
const ABOVE: f64 = 0.9;
/// A word that begins alike ("payment" for "pay"), or one that often answers for it.
const AKIN: f64 = 0.6;
/// So many amounts of a sentence are told beside the claim's.
const MOST_INSTEAD: usize = 3;
/// Words that weigh less are no evidence.
const LEAST_EVIDENCE: f64 = 0.6;
/// A name is here from this on.
const NAMED: f64 = 0.6;
const NAMED_BESIDE: f64 = 0.4;

/// What a bare number of a table counts stands over it.
fn name_by_header(amount: &mut Amount, row: &Sentence<'_>, header: &Sentence<'_>) {
    if amount.is_measured() {
        return;
    }
    let own = column(row, amount.places.start);
    let over = (0..header.words.len()).filter(|place| column(header, *place) == own);
    let over = over.filter(|place| !is_function_word(&header.words[*place].folded));
    amount.units = over.map(|place| header.stems[place].to_string()).collect();
}

/// In which column of its row a word stands.
fn column(row: &Sentence<'_>, place: usize) -> usize {
    row.text[..row.words[place].span.start].matches('|').count()
}

/// Whether a sentence is about what the one before it named: "They have to be used by March".
fn goes_on(sentence: &Sentence<'_>) -> bool {
    let mut first = sentence.words.iter().take(2).map(|word| word.folded.as_str());
    first.any(|word| {
        stands_for_another(word) || is_demonstrative(word) || matches!(word, "its" | "their" | "his" | "her")
    })
}

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
