//! Short answers inside a sentence: every run of words that could be one, with the features that speak for it.
//!
//! The finders of [`values`](super::values) know what a date or a name looks like; what they say of a run is
//! among its features. The score is what the learned trees make of them; what share the runs of a short
//! answer have among all of its sentence (softmax) is how likely it is right.

use std::ops::Range;

use super::clauses::{Clause, clauses};
use super::features::{asked_place, features, one_if};
use super::lexicon::is_auxiliary;
use super::marked::MarkedSentence;
use super::model::{Trees, probability};
use super::names::{self, Name};
use super::question::{Asked, Question, Role};
use super::sentences::{Candidate, Sentence};
use super::values::{self, Value};
use super::weights::Weights;
use crate::words::{Word, is_function_word};

/// Longer runs are rarely the answer, and there are many of them. Words.
const LONGEST: usize = 8;

features! {
    /// What speaks for a run of words as a short answer.
    SpanFeatures {
        /// Words.
        words,
        /// Function words inside.
        functions,
        /// The kind of answer asked for, by its place in a fixed order.
        asked,
        /// 1: whoever does it is asked for.
        asks_subject,
        /// What the finders give it by itself, 0 to 1; 0 where it is none of their values.
        fit,
        /// The same with how close it stands to the question's words.
        found,
        /// How much of it and the finders' best value are the same words, 0 to 1.
        overlap,
        /// 1: the noun that is asked for stands in it; 2: it ends with it.
        focus_inside,
        /// Words from its end to that noun, 9 where it does not follow.
        focus_after,
        /// Words from that noun to its start, 9 where it does not come before.
        focus_before,
        /// Numbers inside.
        numbers,
        /// 1: it starts with a number.
        number_first,
        /// 1: a year is in it.
        year,
        /// 1: a month or a day of the week is in it.
        calendar,
        /// 1: a sign or word of money or per cent is in or at it.
        sign,
        /// The share of its words with a capital.
        capitals,
        /// 1: it is a whole run of capitals; 0.5: a part of one.
        capital_run,
        /// 1: an office or form of address is in it; 2: stands right before it.
        title,
        /// How much the name looks like a person's, 0 to 1; 0 where it is no whole name.
        person,
        /// A place's.
        site,
        /// An organisation's.
        organisation,
        /// The class of the word before.
        before,
        /// The class of the word before that.
        before_that,
        /// The class of the word after.
        after,
        /// The class of the word after that.
        after_that,
        /// What stands between it and the word before.
        gap_before,
        /// What stands between it and the word after.
        gap_after,
        /// How close the question's words stand, 0 to 1.
        nearness,
        /// Words to the nearest question word before, 20 at most.
        left,
        /// Words to the nearest question word after, 20 at most.
        right,
        /// Words from it to the word that says what happens: negative where that comes first, ±20 at most; 0: none.
        predicate,
        /// The share of the question's weight inside.
        asked_inside,
        /// The share of the question's weight in its clause.
        clause,
        /// 1: starts a clause.
        clause_start,
        /// 1: ends a clause.
        clause_end,
        /// 1: within quotation marks.
        quoted,
        /// The class of its first word's ending.
        first_ending,
        /// The class of its last word's ending.
        last_ending,
        /// Where in the sentence it starts, 0 to 1.
        position,
        /// Words of the sentence.
        sentence,
        /// 1: the question ends with the word before it ("born in").
        question_end,
    }
}

/// A run of words with what speaks for it.
#[derive(Debug, Clone)]
pub struct Run {
    pub words: Range<usize>,
    pub features: SpanFeatures,
}

/// A short answer of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Short {
    pub value: Value,
    /// How likely it is told with it where the sentence is right: its share among all runs of the sentence, with
    /// that of the runs within it, 0 to 1.
    pub probability: f64,
    /// How likely it is right whatever the sentence is, 0 to 1.
    pub fit: f64,
}

/// What scores the runs of words of a sentence.
#[derive(Clone, Copy)]
pub struct Scoring<'a> {
    pub lexical: &'a Trees,
    /// What the neural reader says of the sentence, and the trees over that too.
    pub read: Option<(&'a MarkedSentence, &'a Trees)>,
}

impl<'a> Scoring<'a> {
    /// By the words, and by the reader where it has read the candidate's sentence.
    pub fn of(candidate: &'a Candidate<'_>, weights: &'a Weights) -> Scoring<'a> {
        Scoring::with(candidate.read.as_ref().and_then(|read| read.marks.as_ref()), weights)
    }

    /// The same for a sentence with these marks of the reader's.
    pub fn with(marks: Option<&'a MarkedSentence>, weights: &'a Weights) -> Scoring<'a> {
        let read = marks.zip(weights.reader.as_ref().map(|reader| &reader.spans));
        Scoring { lexical: &weights.spans, read }
    }

    /// The runs that may be the answer with their log-odds, in the order of the sentence.
    fn scored(
        self,
        question: &Question,
        sentence: &Sentence<'_>,
        found: &[Value],
    ) -> Vec<(Range<usize>, f64)> {
        match self.read {
            Some((marks, model)) => {
                let runs = collect_read(question, sentence, found, marks, self.lexical);
                runs.into_iter().map(|run| (run.words, model.score(&run.values))).collect()
            }
            None => {
                let runs = collect(question, sentence, found).into_iter();
                runs.map(|run| (run.words, self.lexical.score(&run.features.values()))).collect()
            }
        }
    }
}

/// The best short answer of a sentence.
pub fn best(question: &Question, sentence: &Sentence<'_>, scoring: Scoring<'_>) -> Option<Short> {
    ranked(question, sentence, scoring).into_iter().next()
}

/// The best of them that share no words, best first; of equals the first in the sentence. None where whole sentences
/// answer.
pub fn ranked(question: &Question, sentence: &Sentence<'_>, scoring: Scoring<'_>) -> Vec<Short> {
    let may_be_short = match scoring.read {
        Some(_) => may_be_marked(question.asked),
        None => may_be_short(question.asked),
    };
    if !may_be_short {
        return Vec::new();
    }
    let found = values::ranked(question, sentence);
    let mut scored = scoring.scored(question, sentence, &found);
    scored.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let value = |words: Range<usize>| {
        // A number is told with its unit, which the finders know.
        let has_unit = |value: &&Value| {
            value.fit >= WITH_UNIT
                && value.words.start <= words.start
                && words.end <= value.words.end
                && values::is_counting_word(&sentence.words[words.start])
        };
        let exact = found.iter().find(|value| value.words == words);
        let known = found.iter().find(has_unit).or(exact).cloned();
        known.unwrap_or_else(|| values::with_sign(words, 0.0, sentence))
    };
    let Some(most) = scored.first().map(|(_, score)| *score) else { return Vec::new() };
    let all: f64 = scored.iter().map(|(_, score)| (score - most).exp()).sum();
    // Whoever hears "six weeks" hears "six" too.
    let inside = |told: &Range<usize>| -> f64 {
        let is_inside = |words: &Range<usize>| told.start <= words.start && words.end <= told.end;
        scored.iter().filter(|(words, _)| is_inside(words)).map(|(_, score)| (score - most).exp()).sum()
    };
    let mut shown: Vec<Short> = Vec::new();
    for (words, score) in &scored {
        // A run that shares words with a better one is the same answer, told worse.
        let overlaps =
            |short: &Short| short.value.words.start < words.end && words.start < short.value.words.end;
        if shown.len() == MOST_SHOWN {
            break;
        }
        if !shown.iter().any(overlaps) {
            let value = value(words.clone());
            shown.push(Short { probability: inside(&value.words) / all, fit: probability(*score), value });
        }
    }
    shown
}

/// How well a finder's value fits that has the unit which is asked for.
const WITH_UNIT: f64 = 0.9;

/// More short answers of one sentence are not looked at. Also how many are shown.
const MOST_SHOWN: usize = 5;

/// Whether a short answer is looked for: why, how and what somebody said are answered by sentences.
pub fn may_be_short(asked: Asked) -> bool {
    !matches!(
        asked,
        Asked::Reason | Asked::Manner | Asked::YesNo | Asked::Definition | Asked::Identity | Asked::Quotation
    )
}

/// Whether one is looked for where the reader has read the sentence: it marks the words of a reason or a manner too.
pub fn may_be_marked(asked: Asked) -> bool {
    !matches!(asked, Asked::YesNo | Asked::Quotation)
}

/// Every run of the sentence that could be the answer, in order. `found` are the finders' values, best first.
pub fn collect(question: &Question, sentence: &Sentence<'_>, found: &[Value]) -> Vec<Run> {
    let context = Context::new(question, sentence, found);
    let count = sentence.words.len();
    let mut runs = Vec::new();
    for start in 0..count {
        if !context.may_border(start) {
            continue;
        }
        for end in start + 1..=count.min(start + LONGEST) {
            if end > start + 1 && !joins(sentence, end - 1) {
                break;
            }
            let words = start..end;
            if context.may_border(end - 1) && !context.is_asked_about(&words) {
                runs.push(Run { features: context.features(&words), words });
            }
        }
    }
    runs
}

features! {
    /// What the reader says of a run of words, beside what its words say.
    ReadSpanFeatures {
        /// The log-odds by its words alone.
        lexical,
        /// How far that stays behind the best run's.
        lexical_behind,
        /// How much likelier it is the answer than that the window has none; log-odds.
        margin,
        /// How far it stays behind the run that the reader likes best; log-odds.
        behind,
        /// How far its first word stays behind the likeliest to start with.
        start_behind,
        /// How far its last word stays behind the likeliest to end with.
        end_behind,
        /// Its share among the runs of the sentence by the reader, 0 to 1.
        share,
        /// How much of it and the run that the reader likes best are the same words, 0 to 1.
        overlap_read,
        /// How much of it and the best run by its words are the same words, 0 to 1.
        overlap_lexical,
    }
}

/// The names of all features of a run that the reader has read.
pub fn read_names() -> Vec<&'static str> {
    [SpanFeatures::NAMES, ReadSpanFeatures::NAMES].concat()
}

/// A run of words with what speaks for it, in the order of [`read_names`].
#[derive(Debug, Clone)]
pub struct ReadRun {
    pub words: Range<usize>,
    pub values: Vec<f32>,
}

/// So many runs are looked at as the reader likes them, and so many as their words speak for them.
const BY_READER: usize = 20;
const BY_WORDS: usize = 8;

/// The likeliest runs of a sentence, by the reader and by their words, in the order of the sentence.
pub fn collect_read(
    question: &Question,
    sentence: &Sentence<'_>,
    found: &[Value],
    marks: &MarkedSentence,
    lexical: &Trees,
) -> Vec<ReadRun> {
    let context = Context::new(question, sentence, found);
    let by_words = if may_be_short(question.asked) { collect(question, sentence, found) } else { Vec::new() };
    let mut by_words: Vec<(Range<usize>, f64)> =
        by_words.into_iter().map(|run| (run.words, lexical.score(&run.features.values()))).collect();
    by_words.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let by_reader = marks.best(BY_READER);
    let mut runs: Vec<Range<usize>> =
        by_words.iter().take(BY_WORDS).map(|(words, _)| words.clone()).collect();
    runs.extend(by_reader.iter().cloned());
    runs.sort_by_key(|words| (words.start, words.end));
    runs.dedup();
    let liked = by_reader.first();
    let all: f64 = by_reader.iter().map(|words| marks.of(words).exp()).sum();
    let most = |of: &dyn Fn(&Range<usize>) -> f64| by_reader.iter().map(of).fold(f64::MIN, f64::max);
    let (most_start, most_end) = (most(&|words| marks.start(words)), most(&|words| marks.end(words)));
    let read = |words: Range<usize>| {
        let features = context.features(&words);
        let own = by_words.iter().find(|(run, _)| *run == words).map(|(_, score)| *score);
        let own = own.unwrap_or_else(|| lexical.score(&features.values()));
        let read = ReadSpanFeatures {
            lexical: own,
            lexical_behind: by_words.first().map_or(0.0, |(_, best)| own - best),
            margin: marks.of(&words) - marks.none(),
            behind: liked.map_or(0.0, |liked| marks.of(&words) - marks.of(liked)),
            start_behind: marks.start(&words) - most_start,
            end_behind: marks.end(&words) - most_end,
            share: marks.of(&words).exp() / all.max(f64::MIN_POSITIVE),
            overlap_read: liked.map_or(0.0, |liked| overlap(&words, liked)),
            overlap_lexical: by_words.first().map_or(0.0, |(best, _)| overlap(&words, best)),
        };
        let values = features.values().into_iter().chain(read.values()).collect();
        ReadRun { words, values }
    };
    runs.into_iter().map(read).collect()
}

/// The share of the words of either that both have, 0 to 1 (Jaccard).
fn overlap(one: &Range<usize>, other: &Range<usize>) -> f64 {
    let both = one.end.min(other.end).saturating_sub(one.start.max(other.start));
    both as f64 / (one.len() + other.len() - both).max(1) as f64
}

/// Whether the word at `place` can belong to the same run as the one before.
fn joins(sentence: &Sentence<'_>, place: usize) -> bool {
    let gap = sentence.gap_before(place);
    let is_initial = gap == ". " && sentence.words[place - 1].span.len() <= 3;
    is_initial || gap == ":" || !gap.contains(['.', ';', ':', '(', ')', '—', '?', '!', '|'])
}

/// What the features of all runs of one sentence are made of.
struct Context<'s, 'a> {
    question: &'s Question,
    sentence: &'s Sentence<'a>,
    found: &'s [Value],
    clauses: Vec<Clause>,
    names: Vec<Name>,
    /// The class of each word.
    classes: Vec<u8>,
    /// The weight of the question's terms up to each word.
    weight_before: Vec<f64>,
    all_weight: f64,
    predicate: Option<usize>,
    quoted: Vec<bool>,
    last_of_question: String,
}

impl<'s, 'a> Context<'s, 'a> {
    fn new(question: &'s Question, sentence: &'s Sentence<'a>, found: &'s [Value]) -> Context<'s, 'a> {
        let classes = (0..sentence.words.len()).map(|place| class(sentence, place)).collect();
        let mut weight_before = vec![0.0];
        for found in &sentence.found {
            let here = found.map_or(0.0, |(term, quality)| sentence.terms[term].weight * quality);
            weight_before.push(weight_before[weight_before.len() - 1] + here);
        }
        let is_predicate = |found: &Option<(usize, f64)>| {
            found.is_some_and(|(term, _)| sentence.terms[term].term.is_predicate)
        };
        Context {
            question,
            sentence,
            found,
            clauses: clauses(sentence.text, &sentence.words),
            names: names::names(sentence),
            classes,
            weight_before,
            all_weight: sentence.terms.iter().map(|term| term.weight).sum::<f64>().max(f64::MIN_POSITIVE),
            predicate: sentence.found.iter().position(is_predicate),
            quoted: quoted(sentence),
            last_of_question: crate::words::words(&question.text)
                .pop()
                .map_or_else(String::new, |word| word.folded),
        }
    }

    fn may_border(&self, place: usize) -> bool {
        !is_function_word(&self.sentence.words[place].folded)
            || values::is_counting_word(&self.sentence.words[place])
    }

    /// Whether most of its words are the question's own.
    fn is_asked_about(&self, words: &Range<usize>) -> bool {
        let asked = words.clone().filter(|place| self.is_term(*place)).count();
        asked == words.len()
    }

    fn is_term(&self, place: usize) -> bool {
        self.sentence.found[place].is_some_and(|(term, quality)| {
            quality >= 0.85 && !matches!(self.sentence.terms[term].term.role, Role::Focus | Role::Kind)
        })
    }

    fn is_focus(&self, place: usize) -> bool {
        self.sentence.found[place]
            .is_some_and(|(term, _)| matches!(self.sentence.terms[term].term.role, Role::Focus | Role::Kind))
    }

    fn features(&self, words: &Range<usize>) -> SpanFeatures {
        let sentence = self.sentence;
        let inside = || words.clone();
        let folded = |place: usize| sentence.words[place].folded.as_str();
        let count = |is: &dyn Fn(usize) -> bool| inside().filter(|place| is(*place)).count() as f64;
        let length = words.len() as f64;
        let mut features = SpanFeatures {
            words: length,
            functions: count(&|place| is_function_word(folded(place))),
            asked: asked_place(self.question.asked),
            asks_subject: one_if(self.question.asks_for_subject),
            numbers: count(&|place| values::is_counting_word(&sentence.words[place])),
            number_first: one_if(values::is_counting_word(&sentence.words[words.start])),
            year: one_if(inside().any(|place| values::is_year(&sentence.words[place]))),
            calendar: one_if(inside().any(|place| names::is_calendar(sentence, place))),
            sign: one_if(self.has_sign(words)),
            capitals: count(&|place| self.is_capital(place)) / length,
            before: self.class_at(words.start.checked_sub(1)),
            before_that: self.class_at(words.start.checked_sub(2)),
            after: self.class_at(Some(words.end)),
            after_that: self.class_at(Some(words.end + 1)),
            gap_before: gap_class(sentence, words.start),
            gap_after: gap_class(sentence, words.end),
            nearness: values::nearness(words, sentence, &self.clauses),
            left: self.distance((0..words.start).rev()),
            right: self.distance(words.end..sentence.words.len()),
            predicate: self.to_predicate(words),
            asked_inside: (self.weight_before[words.end] - self.weight_before[words.start]) / self.all_weight,
            quoted: one_if(inside().all(|place| self.quoted[place])),
            first_ending: ending(&sentence.words[words.start]),
            last_ending: ending(&sentence.words[words.end - 1]),
            position: words.start as f64 / sentence.words.len() as f64,
            sentence: sentence.words.len() as f64,
            question_end: one_if(words.start > 0 && folded(words.start - 1) == self.last_of_question),
            ..SpanFeatures::default()
        };
        self.by_finders(&mut features, words);
        self.by_focus(&mut features, words);
        self.by_names(&mut features, words);
        self.by_clause(&mut features, words);
        features
    }

    fn by_finders(&self, features: &mut SpanFeatures, words: &Range<usize>) {
        if let Some(value) = self.found.iter().find(|value| value.words == *words) {
            (features.fit, features.found) = (value.fit, value.score);
        }
        if let Some(best) = self.found.first() {
            features.overlap = overlap(words, &best.words);
        }
    }

    fn by_focus(&self, features: &mut SpanFeatures, words: &Range<usize>) {
        let ends_with = self.is_focus(words.end - 1);
        let is_inside = words.clone().any(|place| self.is_focus(place));
        features.focus_inside = if ends_with { 2.0 } else { one_if(is_inside) };
        let after =
            (words.end..self.sentence.words.len().min(words.end + 8)).position(|place| self.is_focus(place));
        let before =
            (words.start.saturating_sub(8)..words.start).rev().position(|place| self.is_focus(place));
        features.focus_after = after.map_or(9.0, |steps| steps as f64);
        features.focus_before = before.map_or(9.0, |steps| steps as f64);
    }

    fn by_names(&self, features: &mut SpanFeatures, words: &Range<usize>) {
        let is_capital = |place: Option<usize>| place.is_some_and(|place| self.is_capital(place));
        if features.capitals == 1.0 {
            let next = (words.end < self.sentence.words.len()).then_some(words.end);
            let is_part = is_capital(words.start.checked_sub(1)) || is_capital(next);
            features.capital_run = if is_part { 0.5 } else { 1.0 };
        }
        let is_title = |place: usize| names::is_title(&self.sentence.words[place].folded);
        features.title = match () {
            () if words.start > 0 && is_title(words.start - 1) => 2.0,
            () => one_if(words.clone().any(is_title)),
        };
        let same = |name: &&Name| name.words == *words || name.run == *words;
        if let Some(name) = self.names.iter().find(same) {
            features.person = names::person_fit(name, self.sentence);
            features.site = names::place_fit(name, self.sentence);
            features.organisation = names::organisation_fit(name, self.sentence);
        }
    }

    fn by_clause(&self, features: &mut SpanFeatures, words: &Range<usize>) {
        let Some(clause) = self.clauses.iter().find(|clause| words.start < clause.words.end) else { return };
        let range = clause.opener.start..clause.words.end;
        features.clause = (self.weight_before[range.end] - self.weight_before[range.start]) / self.all_weight;
        features.clause_start = one_if(clause.words.start == words.start);
        features.clause_end = one_if(clause.words.end == words.end);
    }

    fn is_capital(&self, place: usize) -> bool {
        names::is_capitalised(self.sentence, &self.sentence.words[place])
    }

    fn has_sign(&self, words: &Range<usize>) -> bool {
        let (first, last) = (&self.sentence.words[words.start], &self.sentence.words[words.end - 1]);
        let text = self.sentence.text;
        text[..first.span.start].ends_with(values::is_currency_sign)
            || text[first.span.start..last.span.end].contains(values::is_currency_sign)
            || text[last.span.end..].trim_start().starts_with('%')
            || matches!(last.folded.as_str(), "percent" | "dollars" | "euros" | "pounds" | "cent")
    }

    fn class_at(&self, place: Option<usize>) -> f64 {
        place.and_then(|place| self.classes.get(place)).map_or(0.0, |class| f64::from(*class))
    }

    fn distance(&self, mut places: impl Iterator<Item = usize>) -> f64 {
        places.position(|place| self.is_term(place)).map_or(20.0, |steps| steps.min(20) as f64)
    }

    fn to_predicate(&self, words: &Range<usize>) -> f64 {
        let Some(predicate) = self.predicate else { return 0.0 };
        if predicate >= words.end {
            ((predicate - words.end + 1) as f64).min(20.0)
        } else {
            -((words.start.saturating_sub(predicate)) as f64).min(20.0)
        }
    }
}

/// What a word is, as far as short words and spelling tell; 0 is for no word.
fn class(sentence: &Sentence<'_>, place: usize) -> u8 {
    let word = &sentence.words[place];
    match word.folded.as_str() {
        "in" => 1,
        "at" => 2,
        "on" => 3,
        "of" => 4,
        "by" => 5,
        "to" => 6,
        "from" => 7,
        "for" => 8,
        "with" => 9,
        "as" => 10,
        "the" => 11,
        "a" | "an" => 12,
        "and" => 13,
        "or" => 14,
        "is" | "was" | "are" | "were" => 15,
        folded if is_auxiliary(folded) => 16,
        "that" | "which" | "who" | "whose" | "whom" => 17,
        "than" | "about" | "over" | "around" | "approximately" | "nearly" => 18,
        "until" | "since" | "before" | "after" | "during" | "between" => 19,
        folded if is_function_word(folded) => 20,
        _ if sentence.found[place].is_some() => 21,
        _ if values::is_counting_word(word) => 22,
        _ if names::is_capitalised(sentence, word) => 23,
        folded if folded.ends_with("ed") || folded.ends_with("ing") => 24,
        _ => 25,
    }
}

/// What stands before the word at `place`, or after the last word.
fn gap_class(sentence: &Sentence<'_>, place: usize) -> f64 {
    let gap = if place >= sentence.words.len() {
        sentence.words.last().map_or("", |word| &sentence.text[word.span.end..])
    } else {
        sentence.gap_before(place)
    };
    let class = match () {
        () if gap == " " => 0,
        () if gap.contains(['"', '“', '”', '„', '‘']) => 1,
        () if gap.contains(['(', ')', '[', ']']) => 2,
        () if gap.contains(',') => 3,
        () if gap.contains(['.', '?', '!', ';', ':']) => 4,
        () if gap.contains(['-', '–', '—', '/']) => 5,
        () if place == 0 || place >= sentence.words.len() => 6,
        () => 7,
    };
    f64::from(class)
}

fn ending(word: &Word) -> f64 {
    const ENDINGS: &[&[&str]] = &[
        &["ing"],
        &["ed"],
        &["ly"],
        &["tion", "sion", "ment", "ness", "ity", "ism"],
        &["er", "or", "ist", "ian", "an"],
        &["al", "ic", "ous", "ive", "able", "ful"],
        &["s"],
    ];
    if values::is_counting_word(word) {
        return 0.0;
    }
    let has = |endings: &&[&str]| endings.iter().any(|ending| word.folded.ends_with(ending));
    ENDINGS.iter().position(has).map_or(8.0, |place| place as f64 + 1.0)
}

/// For each word, whether it stands within quotation marks.
fn quoted(sentence: &Sentence<'_>) -> Vec<bool> {
    let mut is_open = false;
    let places = (0..sentence.words.len()).map(|place| {
        for c in sentence.gap_before(place).chars() {
            is_open = match c {
                '“' | '„' => true,
                '”' => false,
                '"' => !is_open,
                _ => is_open,
            };
        }
        is_open
    });
    places.collect()
}
