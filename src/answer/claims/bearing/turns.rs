//! Whether a sentence says the opposite of a claim: by a negation, a word that forbids, or a pair of opposites.

use super::{Kind, NAMED, Weighing};
use crate::answer::lexicon::is_auxiliary;
use crate::answer::polarity::{contraries, is_excepted, turns_above};
use crate::answer::sentences::asks;

impl Weighing<'_, '_, '_> {
    /// Whether an odd number of words turns one of the two round.
    pub(super) fn see_turns(&mut self) {
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
    pub(super) fn said_parts(&self) -> Vec<usize> {
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
}

fn is_unless(folded: &str) -> bool {
    matches!(folded, "unless" | "sofern")
}
