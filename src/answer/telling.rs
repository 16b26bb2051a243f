//! What is told of the chosen sentence: itself, or the stretch of its passage that it cannot be understood or does
//! not answer without.
//!
//! A question is told by its answer, a step with its procedure, a sentence that says "it" with the one before. All
//! that is told stands in one piece in the source, and is cited in one piece.

use std::ops::Range;

use super::clauses::span_of;
use super::entries;
use super::headline::{self, Cited, LONGEST_LINE, Line, plain};
use super::lexicon::{is_demonstrative, stands_for_another};
use super::lists::{self, List};
use super::marked::Marked;
use super::names::{self, Name};
use super::question::{Asked, Question};
use super::sentences::{Candidate, Sentence, Wanted, asks};
use super::spans::{self, Scoring};
use super::weights::Weights;
use super::{asks_for_value, tables, values};
use crate::corpus::passages::is_key_value;
use crate::corpus::sentences::sentences;
use crate::corpus::{PassageKind, Span};
use crate::retrieval::{Hit, IndexedPassage};
use crate::words::{Analyzer, is_function_word};

/// A question with all that may be told.
pub struct Telling<'a> {
    pub question: &'a Question,
    /// Best first, never empty.
    pub candidates: &'a [Candidate<'a>],
    pub hits: &'a [Hit<'a>],
    pub wanted: &'a Wanted<'a>,
    pub weights: &'a Weights,
    /// What the neural reader has read, where there is one.
    pub marked: Option<&'a Marked>,
}

/// What a neighbour has to add of the question's weight to be told along, 0 to 1.
const WORTH_ADDING: f64 = 0.3;
/// A neighbour that is one of the next so many candidates …
const RUNNERS_UP: usize = 2;
/// … and stays behind by no more log-odds is told along.
const CLOSE: f64 = 2.0;
/// A sentence with a short answer and so much of the question's weight needs no such company, 0 to 1.
const NEARLY_ALL: f64 = 0.85;
/// A step with less of the question's weight is told with the others, 0 to 1.
const MOST_OF_IT: f64 = 0.6;
/// A person's name is told in brackets only where it looks as much like one; see `names::person_fit`.
const SURELY_A_PERSON: f64 = 0.7;
/// A passage that follows another begins at most so many bytes after it: a line break and a marker.
const LONGEST_BREAK: usize = 8;

impl<'a> Telling<'a> {
    /// The chosen sentence by itself.
    pub fn alone(&self) -> Line {
        let best = &self.candidates[0];
        let part = entries::entry(&best.sentence).or_else(|| self.part(&best.sentence));
        let whole = Cited { hit: best.hit, span: best.span };
        let Some(part) = part else { return self.sentence_line(&best.sentence, whole) };
        let sentence = Sentence::new(&best.sentence.text[part.range()], best.sentence.analyzer, self.wanted);
        let cited = Cited { hit: best.hit, span: part.shifted(best.span.start) };
        Line { cited: Some(cited), ..self.sentence_line(&sentence, cited) }
    }

    /// An item of a list may hold several sentences. Where they are too many for a line: those in a row that fit and
    /// have most of the question's words, the first of equals.
    fn part(&self, sentence: &Sentence<'a>) -> Option<Span> {
        let inner = sentences(sentence.text);
        let words = |span: Span| plain(&sentence.text[span.range()]).split_whitespace().count();
        if inner.len() < 2 || words(Span::new(0, sentence.text.len())) <= LONGEST_LINE {
            return None;
        }
        let mut best: Option<(Span, f64)> = None;
        for (first, start) in inner.iter().enumerate() {
            let fitting = inner[first..].iter().map(|end| Span::new(start.start, end.end));
            for span in fitting.take_while(|span| span.end == start.end || words(*span) <= LONGEST_LINE) {
                let here =
                    presence(&Sentence::new(&sentence.text[span.range()], sentence.analyzer, self.wanted));
                let weight = self.weight_of(&here, &vec![0.0; here.len()]);
                if best.is_none_or(|(_, most)| weight > most) {
                    best = Some((span, weight));
                }
            }
        }
        best.map(|(span, _)| span)
    }

    /// What is told instead of `alone`, the chosen sentence by itself, where that is not enough.
    pub fn line(&self, alone: Line) -> Line {
        let best = &self.candidates[0];
        let passage = &self.hits[best.hit].passage;
        let place = passage.passage.sentences.iter().position(|span| *span == best.span);
        let Some(place) = place.filter(|_| alone.cited.is_none()) else { return alone };
        let instead = match () {
            () if asks(best.sentence.text) => self.answer(best.hit, place),
            () if is_mail_header(best.sentence.text) => self.body(),
            () if passage.passage.kind == PassageKind::TableRow => self.same_row_elsewhere(&alone),
            () => self.listed(best.hit, place).or_else(|| self.together(best.hit, place, &alone)),
        };
        instead.map_or(alone.clone(), |told| Line { probability: alone.probability, fit: alone.fit, ..told })
    }

    /// The line of a sentence that stands at `at`.
    fn sentence_line(&self, sentence: &Sentence<'a>, at: Cited) -> Line {
        let marks = self.marked.and_then(|marked| marked.of(at.hit, at.span, sentence));
        let short = spans::best(self.question, sentence, Scoring::with(marks.as_ref(), self.weights));
        headline::line(self.question, sentence, self.header(at.hit).as_ref(), short.as_ref())
    }

    /// The header of a table row.
    fn header(&self, hit: usize) -> Option<Sentence<'a>> {
        let passage = &self.hits[hit].passage;
        let (text, _) = passage.context_text.as_ref()?;
        (passage.passage.kind == PassageKind::TableRow)
            .then(|| Sentence::new(text, self.analyzer(hit), self.wanted))
    }

    fn analyzer(&self, hit: usize) -> Analyzer {
        self.hits[hit].source.description.analyzer()
    }

    fn text(&self, hit: usize, place: usize) -> &'a str {
        let passage = &self.hits[hit].passage;
        passage.slice(passage.passage.sentences[place])
    }

    fn sentence(&self, hit: usize, place: usize) -> Sentence<'a> {
        Sentence::new(self.text(hit, place), self.analyzer(hit), self.wanted)
    }

    /// Sentences of one passage as a line, without the marker before the first.
    fn told(&self, hit: usize, places: Range<usize>) -> Line {
        let sentences = &self.hits[hit].passage.passage.sentences;
        let marker = answer_marker(self.text(hit, places.start));
        let span = Span::new(sentences[places.start].start + marker, sentences[places.end - 1].end);
        let mut text = String::new();
        for place in places.clone() {
            let skipped = if place == places.start { marker } else { 0 };
            if place > places.start {
                text.push_str(if text.ends_with(['.', '!', '?', ':', '”', '"']) { " " } else { "; " });
            }
            text.push_str(&plain(&self.text(hit, place)[skipped..]));
        }
        let text = text.strip_suffix(['.', ',', ';']).unwrap_or(&text).to_owned();
        Line { cited: Some(Cited { hit, span }), ..Line::new(text, None, Span::new(0, span.len())) }
    }

    /// The same of one sentence, its short answer taken out where there is one.
    fn told_alone(&self, hit: usize, place: usize) -> Line {
        let span = self.hits[hit].passage.passage.sentences[place];
        let marker = answer_marker(self.text(hit, place));
        let sentence = Sentence::new(&self.text(hit, place)[marker..], self.analyzer(hit), self.wanted);
        let cited = Cited { hit, span: Span::new(span.start + marker, span.end) };
        Line { cited: Some(cited), ..self.sentence_line(&sentence, cited) }
    }

    /// As many sentences from `start` on as fit in a line, up to the next question; at least one.
    fn run(&self, hit: usize, start: usize) -> Range<usize> {
        let count = self.hits[hit].passage.passage.sentences.len();
        let mut end = start + 1;
        while end < count && !asks(self.text(hit, end)) && self.fits(hit, start..end + 1) {
            end += 1;
        }
        start..end
    }

    fn fits(&self, hit: usize, places: Range<usize>) -> bool {
        self.told(hit, places).text.split_whitespace().count() <= LONGEST_LINE
    }

    fn offers_value(&self, sentence: &Sentence<'_>) -> bool {
        values::best(self.question, sentence).is_some_and(|value| value.score >= values::WEAK)
    }

    // -------------------------------------------------------------------------------- what a question is told by

    /// A question that stands in the source is told by the answer that follows it.
    fn answer(&self, hit: usize, place: usize) -> Option<Line> {
        let passage = &self.hits[hit].passage;
        let (hit, start) = match answering(passage, place) {
            Some(start) => (hit, start),
            None => (self.following(hit)?, 0),
        };
        let run = self.run(hit, start);
        if asks_for_value(self.question.asked)
            && let Some(place) = run.clone().find(|place| self.offers_value(&self.sentence(hit, *place)))
        {
            return Some(self.told_alone(hit, place));
        }
        Some(self.told(hit, run))
    }

    /// The passage right below, where it was found too.
    fn following(&self, hit: usize) -> Option<usize> {
        let above = &self.hits[hit].passage;
        self.hits.iter().position(|below| {
            let gap = below.passage.passage.span.start.checked_sub(above.passage.span.end);
            below.passage.path == above.path && gap.is_some_and(|gap| gap <= LONGEST_BREAK)
        })
    }

    /// A mail's header only says what it is about: the best sentence of the same document is told.
    fn body(&self) -> Option<Line> {
        let best = &self.candidates[0];
        let says = |other: &&Candidate<'_>| {
            other.document == best.document
                && !asks(other.sentence.text)
                && !is_mail_header(other.sentence.text)
        };
        let other = self.candidates[1..].iter().find(says)?;
        let cited = Cited { hit: other.hit, span: other.span };
        Some(Line { cited: Some(cited), ..self.sentence_line(&other.sentence, cited) })
    }

    /// A row that has no column for what is asked may have one in another table of the document, where its first
    /// cell stands again. What the question named of the first row is told in brackets.
    fn same_row_elsewhere(&self, alone: &Line) -> Option<Line> {
        let best = &self.candidates[0];
        if alone.value.is_some() || !asks_for_value(self.question.asked) {
            return None;
        }
        let key = tables::key(best.sentence.text);
        let named = tables::named_beside_key(&best.sentence);
        let rows = self.candidates[1..].iter().filter(|other| {
            other.document == best.document && !key.is_empty() && tables::key(other.sentence.text) == key
        });
        rows.filter_map(|row| {
            let header = self.header(row.hit)?;
            let cell = tables::asked_for_in(self.question, &row.sentence, &header)?;
            let text = cell.told_as(&named);
            let cited = Some(Cited { hit: row.hit, span: row.span });
            Some(Line { cited, ..Line::new(text, Some(cell.value), cell.span) })
        })
        .next()
    }

    // -------------------------------------------------------------------------------- what stands in a list

    fn listed(&self, hit: usize, place: usize) -> Option<Line> {
        let passage = &self.hits[hit].passage;
        if self.text(hit, place).ends_with(':') {
            return lists::lead_in_with_items(passage, place).map(|(text, span)| whole_line(text, hit, span));
        }
        let list = List::of(passage).filter(|list| list.is_item(place))?;
        if !lists::asks_for_several(self.question, list.is_numbered)
            || !self.is_asked_above(hit, place, &list)
        {
            return None;
        }
        let (text, span) = list.told_with(place)?;
        Some(whole_line(text, hit, span))
    }

    /// Whether the lead-in or the headings have as much of the question as the item alone has, or a step has little.
    fn is_asked_above(&self, hit: usize, place: usize, list: &List<'a>) -> bool {
        let item = presence(&self.sentence(hit, place));
        let headings = self.hits[hit].passage.passage.headings.iter().map(String::as_str);
        let title = self.hits[hit].source.description.title.as_str();
        let mut above = vec![0.0_f64; item.len()];
        for text in headings.chain(list.lead_in()).chain([title]) {
            above
                .iter_mut()
                .zip(presence(&Sentence::new(text, self.analyzer(hit), self.wanted)))
                .for_each(|(all, here)| *all = all.max(here));
        }
        let all: f64 = self.candidates[0].sentence.terms.iter().map(|term| term.weight).sum();
        let is_partial = list.is_numbered && self.weight_of(&item, &vec![0.0; item.len()]) < MOST_OF_IT * all;
        is_partial || self.weight_of(&above, &item) >= self.weight_of(&item, &above)
    }

    /// The weight of the terms that `here` has and `there` has not.
    fn weight_of(&self, here: &[f64], there: &[f64]) -> f64 {
        let terms = self.candidates[0].sentence.terms.iter();
        terms
            .zip(here.iter().zip(there))
            .map(|(term, (here, there))| term.weight * (here - there).max(0.0))
            .sum()
    }

    // -------------------------------------------------------------------------------- sentences told together

    /// The chosen sentence with the one before or after it, where it does not answer or cannot be understood alone.
    fn together(&self, hit: usize, place: usize, alone: &Line) -> Option<Line> {
        let best = &self.candidates[0].sentence;
        let is_whole = headline::whole_sentence(best).text == alone.text;
        let is_prose =
            self.hits[hit].passage.passage.kind == PassageKind::Paragraph && !is_key_value(best.text);
        if !is_whole || !is_prose || self.question.asked == Asked::YesNo {
            return None;
        }
        if let Some(named) = self.with_name(hit, place, alone) {
            return Some(named);
        }
        let other = self.needed(hit, place, alone.value.is_some())?;
        let places = place.min(other)..place.max(other) + 1;
        self.fits(hit, places.clone()).then(|| Line { value: alone.value.clone(), ..self.told(hit, places) })
    }

    /// The neighbour that the sentence at `place` needs. `has_value`: a short answer was found in it.
    fn needed(&self, hit: usize, place: usize, has_value: bool) -> Option<usize> {
        let here = self.sentence(hit, place);
        let count = self.hits[hit].passage.passage.sentences.len();
        let is_statement = |place: &usize| *place < count && is_statement(self.text(hit, *place));
        let before = place.checked_sub(1).filter(is_statement);
        let after = Some(place + 1).filter(is_statement);
        let either = |is: &dyn Fn(&Sentence<'_>) -> bool| {
            [after, before].into_iter().flatten().find(|place| is(&self.sentence(hit, *place)))
        };
        if refers_back(&here) && before.is_some() {
            return before;
        }
        if says_nothing_new(&here) {
            return after;
        }
        let is_runner_up = |place: &usize| {
            let span = self.hits[hit].passage.passage.sentences[*place];
            let best = self.candidates[0].log_odds();
            let close = self.candidates[1..]
                .iter()
                .take(RUNNERS_UP)
                .find(|other| other.hit == hit && other.span == span);
            close.is_some_and(|other| best - other.log_odds() <= CLOSE)
        };
        let close = [after, before].into_iter().flatten().find(is_runner_up);
        let is_settled = has_value && self.candidates[0].features.coverage >= NEARLY_ALL;
        if close.is_some() && !is_settled {
            return close;
        }
        match self.question.asked {
            asked if asks_for_value(asked) => {
                let is_missing = !self.offers_value(&here);
                if is_missing { either(&|other| self.offers_value(other)) } else { None }
            }
            Asked::Reason if !gives_reason(&here) => either(&gives_reason),
            Asked::Open | Asked::Manner | Asked::Definition => {
                let known = presence(&here);
                let all: f64 = here.terms.iter().map(|term| term.weight).sum();
                either(&|other| self.weight_of(&presence(other), &known) >= WORTH_ADDING * all)
            }
            _ => None,
        }
    }

    /// "She [Ada Lund] sails it": where the sentence before is about one person, and names nobody else.
    fn with_name(&self, hit: usize, place: usize, alone: &Line) -> Option<Line> {
        let here = &self.candidates[0].sentence;
        let pronoun = here.words.first().filter(|word| matches!(word.folded.as_str(), "he" | "she"))?;
        let before = self.sentence(hit, place.checked_sub(1)?);
        let names = names::names(&before);
        let people: Vec<&Name> =
            names.iter().filter(|name| names::person_fit(name, &before) >= SURELY_A_PERSON).collect();
        let [person] = people.as_slice() else { return None };
        if person.run.start > 0 || names.len() > 1 {
            return None;
        }
        let name = plain(&before.text[span_of(&person.words, &before.words).range()]);
        let rest = alone.text.strip_prefix(pronoun.written(here.text))?;
        Some(Line { text: format!("{} [{name}]{rest}", pronoun.written(here.text)), ..alone.clone() })
    }
}

fn whole_line(text: String, hit: usize, span: Span) -> Line {
    Line { cited: Some(Cited { hit, span }), ..Line::new(text, None, Span::new(0, span.len())) }
}

/// The first sentence of what answers the question that the sentence at `place` asks, or belongs to: "My flag is
/// torn. Who mends it?"
pub fn answering(passage: &IndexedPassage, place: usize) -> Option<usize> {
    let sentences = &passage.passage.sentences;
    let text = |place: usize| passage.slice(sentences[place]);
    let mut start = place + 1;
    while start < sentences.len() && answer_marker(text(start)) == 0 && !ends_question(text(start - 1)) {
        start += 1;
    }
    while start < sentences.len() && asks(text(start)) {
        start += 1;
    }
    (start < sentences.len()).then_some(start)
}

fn ends_question(text: &str) -> bool {
    text.trim_end_matches([' ', '*', '_', '"', '”']).ends_with('?')
}

/// The length of "A: " before an answer, 0 where it has none.
fn answer_marker(text: &str) -> usize {
    let after = ["A:", "A.", "**A:**", "**A:"].iter().find_map(|marker| text.strip_prefix(marker));
    match after {
        Some(rest) if rest.starts_with(char::is_whitespace) => text.len() - rest.trim_start().len(),
        _ => 0,
    }
}

/// "Subject: …" and the other lines over a mail.
fn is_mail_header(text: &str) -> bool {
    const KEYS: &[&str] = &["subject", "betreff", "re", "fwd", "cc"];
    let key =
        text.trim_start_matches(['*', '_', '>', ' ']).split_once(':').map(|(key, _)| key.to_lowercase());
    key.is_some_and(|key| KEYS.contains(&key.as_str()))
}

/// For each term, how surely it stands in the sentence.
fn presence(sentence: &Sentence<'_>) -> Vec<f64> {
    let mut presence = vec![0.0_f64; sentence.terms.len()];
    for (term, quality) in sentence.found.iter().flatten() {
        presence[*term] = presence[*term].max(*quality);
    }
    presence
}

/// Neither a question nor a heading.
fn is_statement(text: &str) -> bool {
    let ends = text.trim_end_matches(['"', '”', '“', ')', '*', '_']).ends_with(['.', '!', ';']);
    ends && !asks(text)
}

/// Whether a sentence starts with a word that stands for something said before it.
fn refers_back(sentence: &Sentence<'_>) -> bool {
    let Some(first) = sentence.words.first() else { return false };
    let word = first.folded.as_str();
    stands_for_another(word)
        || is_demonstrative(word)
        || matches!(word, "that" | "otherwise" | "then" | "both")
}

fn gives_reason(sentence: &Sentence<'_>) -> bool {
    sentence.words.iter().enumerate().any(|(place, word)| {
        let is_conjunction = word.folded == "as" && sentence.gap_before(place).contains(',');
        is_conjunction
            || matches!(
                word.folded.as_str(),
                "because"
                    | "since"
                    | "reason"
                    | "reasons"
                    | "due"
                    | "cause"
                    | "caused"
                    | "causes"
                    | "therefore"
                    | "so"
                    | "owing"
                    | "otherwise"
                    | "thus"
                    | "weil"
                    | "denn"
                    | "grund"
                    | "deshalb"
            )
    })
}

/// Whether the question says all of it itself.
fn says_nothing_new(sentence: &Sentence<'_>) -> bool {
    sentence
        .words
        .iter()
        .zip(&sentence.found)
        .all(|(word, found)| found.is_some() || is_function_word(&word.folded))
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    /// What is told where the sentence that starts with `chosen` was chosen out of the one document.
    fn told(document: &str, question: &str, chosen: &str) -> Line {
        samples::over(&[document], |engine| {
            let reading = engine.read(question, &[], 8).unwrap();
            let mut candidates = engine.collect(&reading);
            let place = candidates.iter().position(|candidate| candidate.sentence.text.starts_with(chosen));
            let place = place.unwrap_or_else(|| panic!("{chosen} was not found"));
            candidates.swap(0, place);
            candidates[0].score = 9.0;
            let wanted = engine.wanted(&reading);
            let telling = Telling {
                question: &reading.question,
                candidates: &candidates,
                hits: &reading.hits,
                wanted: &wanted,
                weights: engine.weights,
                marked: None,
            };
            telling.line(telling.alone())
        })
    }

    #[track_caller]
    fn check(document: &str, question: &str, chosen: &str, expected: &str) {
        assert_eq!(told(document, question, chosen).text, expected, "{question}");
    }

    const QUESTIONS: &str = "Q: My oar is broken. What now?\nA: Tie up at the slip. Do not paddle by hand, unless help \
                             is far.\n\nQ: Can I fish?\nA: No.\n";

    #[test]
    fn a_question_of_the_source_is_told_by_its_answer() {
        check(
            QUESTIONS,
            "what if my oar is broken",
            "Q: My oar",
            "Tie up at the slip. Do not paddle by hand, unless help is far",
        );
        check(QUESTIONS, "Can I fish here?", "Q: Can I fish", "No");
    }

    #[test]
    fn a_question_that_nothing_follows_is_told_itself() {
        check("Who may fish at night?", "who may fish", "Who may fish", "Who may fish at night?");
    }

    const STEPS: &str = "# Hoisting the sail\n\nTo hoist it:\n\n1. Turn into the wind.\n2. Free the halyard.\n3. Pull \
                         until the mark is at the mast.\n";

    #[test]
    fn steps_are_told_in_order_from_the_first() {
        check(
            STEPS,
            "How do I hoist the sail?",
            "Free the halyard",
            "To hoist it: Turn into the wind; Free the halyard; Pull until the mark is at the mast",
        );
    }

    #[test]
    fn one_step_that_is_asked_for_is_told_alone() {
        check(STEPS, "Where is the mark?", "Pull until", "Pull until the mark is at the mast");
    }

    #[test]
    fn a_lead_in_is_told_with_whole_items_as_far_as_a_line_goes() {
        let item = "a rope that is long enough to reach the other side of the lock at low water";
        let list = format!("Bring along:\n\n- {item}\n- {item}\n- {item}\n");
        let line = told(&list, "What do I bring along?", "Bring along");
        assert_eq!(line.text, format!("Bring along: {item}; {item}"));
    }

    #[test]
    fn a_sentence_that_says_it_is_told_with_the_one_before() {
        check(
            "The lock was rebuilt in 1990. It is opened by hand, except in July.",
            "How do I open the lock?",
            "It is opened",
            "The lock was rebuilt in 1990. It is opened by hand, except in July",
        );
    }

    #[test]
    fn a_pronoun_is_resolved_where_one_person_is_named() {
        check(
            "Ada Lund joined the crew last. She steers the ferry when it is foggy and whenever the pilot is away, \
             and never without a lamp.",
            "What happens when it is foggy?",
            "She steers",
            "She [Ada Lund] steers the ferry when it is foggy and whenever the pilot is away, and never without a \
             lamp",
        );
    }

    #[test]
    fn a_pronoun_is_not_resolved_where_two_people_are_named() {
        let line = told(
            "Ada Lund and Bo Rask joined the crew. She steers the ferry when it is foggy.",
            "What happens when it is foggy?",
            "She steers",
        );
        assert!(!line.text.contains('['), "{}", line.text);
    }

    #[test]
    fn the_subject_of_a_mail_is_not_told() {
        let line = told(
            "Subject: Price of the anchor\n\nHello Bo,\n\nthe anchor will cost about 90 euros.\n",
            "What is the price of the anchor?",
            "Subject",
        );
        assert!(line.text.contains("90 euros") && !line.text.contains("Subject"), "{}", line.text);
    }

    #[test]
    fn a_row_is_asked_by_what_another_table_says_of_it() {
        let tables = "| Boat | Kind |\n|---|---|\n| Petrel | small dinghy |\n| Skua | launch |\n\nText between.\n\n\
                      | Boat | Per hour | Per day |\n|---|---|---|\n| Petrel | €4 | €20 |\n| Skua | €9 | €50 |\n";
        check(
            tables,
            "How much is the small dinghy for a day?",
            "| Petrel | small",
            "Petrel [small dinghy] · [Per day] €20",
        );
    }

    #[test]
    fn of_an_item_too_long_for_a_line_the_sentences_that_were_asked_for_are_told() {
        let filler =
            "The board lets it be known that all of this has been so for many years and will stay so";
        let item =
            format!("- {filler}. {filler}. Guests may moor for two nights, unless the basin is full.\n- b\n");
        let line = told(&item, "How long may guests moor?", "The board");
        assert!(line.text.contains("two nights, unless the basin is full"), "{}", line.text);
        assert!(line.text.split_whitespace().count() <= LONGEST_LINE, "{}", line.text);
    }

    #[test]
    fn what_is_told_is_cited_in_one_piece() {
        let document = "The lock was rebuilt in 1990. It is opened by hand.";
        let line = told(document, "How do I open the lock?", "It is opened");
        let cited = line.cited.unwrap();
        assert_eq!(&document[cited.span.range()], document);
        assert_eq!(line.span, Span::new(0, document.len()));
    }
}
