//! Taking the short answer out of a sentence: numbers with their units, dates, names, places, quotations.
//!
//! Each finder lists what a sentence offers for one kind of question; [`best`] picks the one that stands
//! closest to the question's words. A value carries its hedge ("up to 50 years", "almost four years").

use std::ops::Range;

use super::asks_for_value;
use super::clauses::{Clause, clauses, span_of};
use super::lexicon::is_reporting_verb;
use super::names::{self, Name};
use super::question::{Asked, Question, Role};
use super::sentences::Sentence;
use crate::corpus::{Span, date};
use crate::words::{Word, is_function_word, numbers};

/// A short answer inside a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    pub words: Range<usize>,
    /// The bytes in the sentence's text.
    pub span: Span,
    /// How well it fits what is asked for, by itself: 0 to 1.
    pub fit: f64,
    /// `fit`, and how close it stands to the words of the question: 0 to 1.
    pub score: f64,
    /// More of the sentence that a person would say along: "French President" before a name.
    pub with_role: Span,
    /// The words that belong to it, said along or not.
    pub whole: Range<usize>,
    /// The first cell of its row, where it is a table cell.
    pub key: Option<Span>,
}

/// A value that scores less does not answer: the sentence is told, or nothing.
pub const WEAK: f64 = 0.25;

/// The best value that the sentence offers for this question. `None` too where the question asks for none.
pub fn best(question: &Question, sentence: &Sentence<'_>) -> Option<Value> {
    ranked(question, sentence).into_iter().next()
}

/// All of them, best first; the first of equals first, since sentences put first what matters.
pub fn ranked(question: &Question, sentence: &Sentence<'_>) -> Vec<Value> {
    if !asks_for_value(question.asked) {
        return Vec::new();
    }
    let clauses = clauses(sentence.text, &sentence.words);
    let mut found = candidates(question, sentence, &clauses);
    for value in &mut found {
        value.score = value.fit * (0.3 + 0.7 * nearness(&value.whole, sentence, &clauses));
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

fn candidates(question: &Question, sentence: &Sentence<'_>, clauses: &[Clause]) -> Vec<Value> {
    match question.asked {
        Asked::Count | Asked::Duration | Asked::Amount | Asked::Percentage | Asked::Measure => {
            numbers(question, sentence)
        }
        Asked::Date => dates(question, sentence, clauses),
        Asked::Person => people(question, sentence),
        Asked::Place => name_values(question, sentence, names::place_fit),
        Asked::Organisation => name_values(question, sentence, names::organisation_fit),
        _ => Vec::new(),
    }
}

/// How close the question's words stand, 0 to 1: each counts by its weight, less with every word between, and
/// half across a clause boundary. The predicate counts more: it says which of two numbers is meant.
pub fn nearness(own: &Range<usize>, sentence: &Sentence<'_>, clauses: &[Clause]) -> f64 {
    let clause_of = |place: usize| clauses.iter().position(|clause| place < clause.words.end);
    let own_clause = clause_of(own.start);
    let mut near = vec![0.0_f64; sentence.terms.len()];
    for (place, found) in sentence.found.iter().enumerate() {
        let Some((term, quality)) = *found else { continue };
        let between = if place < own.start { own.start - place } else { (place + 1).saturating_sub(own.end) };
        let across = if clause_of(place) == own_clause { 1.0 } else { 0.5 };
        let commas = COMMA.powi(commas_between(own, place, sentence) as i32);
        near[term] = near[term].max(quality * across * commas / (1.0 + between as f64 / 6.0));
    }
    let (mut sum, mut all) = (0.0, 0.0);
    for (term, near) in sentence.terms.iter().zip(near) {
        if matches!(term.term.role, Role::Focus | Role::Kind) {
            continue;
        }
        let weight = term.weight * if term.term.is_predicate { 1.6 } else { 1.0 };
        sum += weight * near;
        all += weight;
    }
    if all > 0.0 { sum / all } else { 0.5 }
}

/// What a name gains that says itself to be of the kind asked for: "Palace" after "which palace".
const OF_KIND: f64 = 1.6;
const OF_ANOTHER_KIND: f64 = 0.6;
/// What a comma between takes away: it parts the members of a list.
const COMMA: f64 = 0.75;

/// Commas between a value and a word, three at most; the one of an apposition ("Ada Byron, the Countess of
/// Lovelace") joins what it stands between.
fn commas_between(value: &Range<usize>, place: usize, sentence: &Sentence<'_>) -> usize {
    let (from, to) = if place < value.start { (place + 1, value.start) } else { (value.end, place) };
    let is_apposition = |gap: usize| {
        let word = sentence.words[gap].folded.as_str();
        gap == value.end
            && matches!(word, "the" | "a" | "an" | "who" | "whose" | "which" | "his" | "her" | "its")
    };
    (from..=to).filter(|gap| sentence.gap_before(*gap).contains(',') && !is_apposition(*gap)).count().min(3)
}

fn value(words: Range<usize>, fit: f64, sentence: &Sentence<'_>) -> Value {
    let span = span_of(&words, &sentence.words);
    Value { span, with_role: span, whole: words.clone(), words, fit, score: 0.0, key: None }
}

// ---------------------------------------------------------------------------------------------- numbers

/// Numbers with the words around them that belong to them.
fn numbers(question: &Question, sentence: &Sentence<'_>) -> Vec<Value> {
    let mut found = if question.asked == Asked::Duration { spans_of_time(sentence) } else { Vec::new() };
    let mut place = 0;
    while place < sentence.words.len() {
        let end = number_end(sentence, place);
        if end > place {
            found.extend(number(question, sentence, place..end));
        }
        place = end.max(place + 1);
    }
    found
}

/// "for months": a span of time without a number.
fn spans_of_time(sentence: &Sentence<'_>) -> Vec<Value> {
    let is_span = |place: &usize| {
        let unit = &sentence.words[*place].folded;
        *place > 0 && unit.ends_with('s') && sentence.words[*place - 1].folded == "for" && is_time_unit(unit)
    };
    (0..sentence.words.len())
        .filter(is_span)
        .map(|place| value(place - 1..place + 1, 0.55, sentence))
        .collect()
}

fn number(question: &Question, sentence: &Sentence<'_>, digits: Range<usize>) -> Option<Value> {
    let start = hedge_start(sentence, digits.start);
    let unit = unit_end(question, sentence, digits.end);
    let money = is_money(sentence, &digits);
    let percent = is_percent(sentence, digits.end);
    let (end, fit) = match question.asked {
        Asked::Amount if money => (money_end(sentence, digits.end), 1.0),
        Asked::Amount if percent.is_some() => (percent?, 0.4),
        Asked::Amount => (next_noun(sentence, digits.end)?, 0.25),
        Asked::Percentage => (percent?, 1.0),
        Asked::Duration => (time_unit_end(sentence, digits.end)?, 1.0),
        _ if money && unit.is_none() => (money_end(sentence, digits.end), 0.3),
        Asked::Count if unit.is_none() => (next_noun(sentence, digits.end).unwrap_or(digits.end), 0.2),
        _ => match unit {
            Some(end) => (end, 1.0),
            None => (next_noun(sentence, digits.end).unwrap_or(digits.end), 0.6),
        },
    };
    let fit =
        if is_requested(sentence, start) && !asks_for_request(question) { fit * REQUESTED } else { fit };
    let is_year = digits.len() == 1 && is_year(&sentence.words[digits.start]);
    let fit = if is_year && unit.is_none() { fit * 0.1 } else { fit };
    Some(with_sign(start..end, fit, sentence))
}

/// What was asked for is not yet so; it is the answer where the question says "ask" itself.
const REQUESTED: f64 = 0.45;

/// Whether a verb of asking or proposing stands in the twelve words before the number, and no clause between.
fn is_requested(sentence: &Sentence<'_>, number: usize) -> bool {
    for place in (number.saturating_sub(12)..number).rev() {
        if is_request(&sentence.words[place].folded) {
            return true;
        }
        if matches!(sentence.words[place].folded.as_str(), "but" | "that") {
            return false;
        }
    }
    false
}

fn asks_for_request(question: &Question) -> bool {
    question.terms.iter().any(|term| is_request(&term.word))
}

fn is_request(folded: &str) -> bool {
    matches!(
        folded,
        "ask"
            | "asked"
            | "asks"
            | "request"
            | "requested"
            | "propose"
            | "proposed"
            | "want"
            | "wanted"
            | "wants"
            | "demand"
            | "demanded"
            | "demands"
            | "seek"
            | "sought"
            | "suggest"
            | "suggested"
            | "hope"
            | "hoped"
            | "aim"
    )
}

/// A currency sign is no word: the value starts before it.
pub fn with_sign(words: Range<usize>, fit: f64, sentence: &Sentence<'_>) -> Value {
    let mut value = value(words, fit, sentence);
    let before = &sentence.text[..value.span.start];
    if let Some(sign) = before.chars().next_back().filter(|c| is_currency_sign(*c)) {
        value.span.start -= sign.len_utf8();
    }
    let after = &sentence.text[value.span.end..];
    if after.starts_with('%') {
        value.span.end += 1;
    }
    value.with_role = value.span;
    value
}

/// The end of the number that starts with the word at `place`; `place` where none does.
fn number_end(sentence: &Sentence<'_>, place: usize) -> usize {
    if is_pronoun_one(sentence, place) {
        return place;
    }
    let mut end = place;
    while end < sentence.words.len() {
        let word = &sentence.words[end];
        let joins =
            end == place || is_magnitude(&word.folded) || !word.is_number() && joins_tightly(sentence, end);
        if !is_counting_word(word) || !joins {
            break;
        }
        end += 1;
    }
    end
}

/// "one of the", "described as one": no number.
fn is_pronoun_one(sentence: &Sentence<'_>, place: usize) -> bool {
    let next = sentence.words.get(place + 1).map_or("", |word| word.folded.as_str());
    sentence.words[place].folded == "one" && (is_function_word(next) || next.is_empty())
}

fn joins_tightly(sentence: &Sentence<'_>, place: usize) -> bool {
    matches!(sentence.gap_before(place), "-" | " ")
}

/// Whether a word says a number, in digits or letters.
pub fn is_counting_word(word: &Word) -> bool {
    if word.is_number() {
        let letters = word.folded.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        return matches!(
            letters,
            "" | "k"
                | "m"
                | "bn"
                | "x"
                | "mb"
                | "gb"
                | "kb"
                | "tb"
                | "ms"
                | "s"
                | "h"
                | "km"
                | "kg"
                | "cm"
                | "mm"
                | "min"
                | "am"
                | "pm"
        );
    }
    is_number_word(&word.folded) || is_magnitude(&word.folded)
}

fn is_magnitude(folded: &str) -> bool {
    let one = folded.strip_suffix('s').unwrap_or(folded);
    numbers::magnitude(one).is_some() || one == "dozen" || folded == "trillion"
}

/// A number in letters, or what stands in the place of one.
fn is_number_word(folded: &str) -> bool {
    numbers::number_word(folded).is_some() || matches!(folded, "half" | "several")
}

/// Words before a number that say how sure or how far it is.
const HEDGES: &[&[&str]] = &[
    &["up", "to"],
    &["at", "least"],
    &["at", "most"],
    &["more", "than"],
    &["less", "than"],
    &["fewer", "than"],
    &["no", "more", "than"],
    &["not", "more", "than"],
    &["no", "less", "than"],
    &["no", "fewer", "than"],
    &["as", "many", "as"],
    &["as", "much", "as"],
    &["about"],
    &["around"],
    &["almost"],
    &["nearly"],
    &["over"],
    &["approximately"],
    &["roughly"],
    &["some"],
    &["under"],
    &["below"],
    &["above"],
    &["only"],
    &["within"],
    &["the", "first"],
    &["the", "last"],
    &["every"],
    &["a", "few"],
    &["a"],
];

fn hedge_start(sentence: &Sentence<'_>, digits: usize) -> usize {
    let before = |length: usize| digits.checked_sub(length).map(|start| &sentence.words[start..digits]);
    let matches = |hedge: &&&[&str]| {
        let is_article = **hedge == ["a"] && !sentence.words[digits].folded.ends_with(['d', 'n']);
        !is_article
            && before(hedge.len())
                .is_some_and(|words| words.iter().zip(**hedge).all(|(word, hedge)| word.folded == *hedge))
    };
    digits - HEDGES.iter().find(matches).map_or(0, |hedge| hedge.len())
}

/// Where the noun that the question asks the number of ends, at most four words on.
fn unit_end(question: &Question, sentence: &Sentence<'_>, from: usize) -> Option<usize> {
    question.focus().next()?;
    for place in from..(from + 4).min(sentence.words.len()) {
        if sentence.gap_before(place).contains(['.', ',', ';', ':', '(']) {
            return None;
        }
        if is_focus(sentence, place) {
            return Some(place + 1);
        }
    }
    None
}

fn is_focus(sentence: &Sentence<'_>, place: usize) -> bool {
    sentence.found[place].is_some_and(|(term, _)| sentence.terms[term].term.role == Role::Focus)
}

/// The end of the first noun after a number: two words at most, without function words.
fn next_noun(sentence: &Sentence<'_>, from: usize) -> Option<usize> {
    let is_noun = |place: usize| {
        let word = sentence.words.get(place)?;
        let follows = matches!(sentence.gap_before(place), " " | "-" | "\n" | "");
        (follows && !is_function_word(&word.folded) && !word.is_number() && !is_reporting_verb(&word.folded))
            .then_some(())
    };
    is_noun(from)?;
    let plural = sentence.words[from].folded.ends_with('s');
    Some(if !plural && is_noun(from + 1).is_some() { from + 2 } else { from + 1 })
}

fn time_unit_end(sentence: &Sentence<'_>, from: usize) -> Option<usize> {
    let end = (from + 2).min(sentence.words.len());
    let unit = (from..end).find(|place| is_time_unit(&sentence.words[*place].folded))?;
    let follows = !sentence.gap_before(unit).contains(['.', ',', ';']);
    follows.then_some(unit + 1)
}

fn is_time_unit(folded: &str) -> bool {
    matches!(
        folded.trim_end_matches('s'),
        "second"
            | "minute"
            | "min"
            | "hour"
            | "day"
            | "night"
            | "week"
            | "fortnight"
            | "month"
            | "quarter"
            | "year"
            | "decade"
            | "century"
            | "centurie"
    )
}

pub fn is_year(word: &Word) -> bool {
    word.folded.len() == 4 && word.folded.parse::<u16>().is_ok_and(|year| (1000..2100).contains(&year))
}

pub fn is_currency_sign(c: char) -> bool {
    matches!(c, '$' | '€' | '£' | '¥' | '₹' | '₽' | '₴')
}

fn is_money(sentence: &Sentence<'_>, digits: &Range<usize>) -> bool {
    let before = sentence.text[..sentence.words[digits.start].span.start].chars().next_back();
    before.is_some_and(is_currency_sign) || money_end(sentence, digits.end) > digits.end
}

fn money_end(sentence: &Sentence<'_>, from: usize) -> usize {
    let is_currency = sentence.words.get(from).is_some_and(|word| {
        matches!(
            word.folded.as_str(),
            "dollar"
                | "dollars"
                | "euro"
                | "euros"
                | "pound"
                | "pounds"
                | "usd"
                | "eur"
                | "gbp"
                | "yen"
                | "francs"
                | "cents"
                | "pence"
                | "rupees"
                | "roubles"
                | "rubles"
                | "hryvnia"
                | "chf"
        )
    });
    if is_currency { from + 1 } else { from }
}

fn is_percent(sentence: &Sentence<'_>, end: usize) -> Option<usize> {
    let last = sentence.words[end - 1].span.end;
    if sentence.text[last..].trim_start().starts_with('%') {
        return Some(end);
    }
    match sentence.words.get(end).map(|word| word.folded.as_str()) {
        Some("percent") => Some(end + 1),
        Some("per") if sentence.words.get(end + 1).is_some_and(|word| word.folded == "cent") => Some(end + 2),
        _ => None,
    }
}

// ------------------------------------------------------------------------------------------------ dates

/// Written dates, relative ones ("last week"), and events that a time hangs on ("once it is signed").
fn dates(question: &Question, sentence: &Sentence<'_>, clauses: &[Clause]) -> Vec<Value> {
    let asks_for = |word: &str| question.focus().any(|term| term.stem == word);
    let mut found = Vec::new();
    for mention in date::mentions(sentence.text) {
        let fit = match () {
            () if asks_for("year") => {
                if mention.year.is_some() {
                    1.0
                } else {
                    0.3
                }
            }
            () if asks_for("month") => {
                if mention.month.is_some() {
                    1.0
                } else {
                    0.3
                }
            }
            () if asks_for("day") || asks_for("date") => {
                if mention.day.is_some() || mention.weekday.is_some() { 1.0 } else { 0.4 }
            }
            () => 1.0,
        };
        let Some(words) = words_in(mention.span, &sentence.words) else { continue };
        let start = qualifier_start(sentence, words.start);
        found.push(value(start..words.end, fit, sentence));
    }
    found.extend(relative_times(sentence).into_iter().map(|words| value(words, 0.7, sentence)));
    if question.focus().next().is_none() {
        found.extend(
            temporal_clauses(sentence, clauses).into_iter().map(|words| value(words, 0.75, sentence)),
        );
    }
    found
}

fn words_in(span: Span, words: &[Word]) -> Option<Range<usize>> {
    let start = words.iter().position(|word| word.span.end > span.start)?;
    let end = words.iter().rposition(|word| word.span.start < span.end)? + 1;
    (start < end).then_some(start..end)
}

/// Words before a date that belong to it: "since November", "by the end of January".
fn qualifier_start(sentence: &Sentence<'_>, date: usize) -> usize {
    let mut start = date;
    while start > 0 {
        let word = sentence.words[start - 1].folded.as_str();
        let belongs = matches!(
            word,
            "early"
                | "late"
                | "mid"
                | "since"
                | "until"
                | "before"
                | "after"
                | "by"
                | "end"
                | "beginning"
                | "start"
        ) || (word == "of" || word == "the") && start > 1 && is_end_of(sentence, start - 1);
        if !belongs || sentence.gap_before(start).contains([',', '.', ';']) {
            break;
        }
        start -= 1;
    }
    start
}

/// "the end of" and "end of the" before a date.
fn is_end_of(sentence: &Sentence<'_>, place: usize) -> bool {
    let ends = |word: &Word| matches!(word.folded.as_str(), "end" | "beginning" | "start" | "middle");
    let word = sentence.words[place].folded.as_str();
    (word == "of" && ends(&sentence.words[place - 1]))
        || (word == "the" && sentence.words.get(place + 1).is_some_and(ends))
}

fn relative_times(sentence: &Sentence<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (place, word) in sentence.words.iter().enumerate() {
        let next = sentence.words.get(place + 1).map_or("", |word| word.folded.as_str());
        let is_unit = matches!(
            next.trim_end_matches('s'),
            "week"
                | "month"
                | "year"
                | "night"
                | "day"
                | "decade"
                | "century"
                | "spring"
                | "summer"
                | "autumn"
                | "winter"
                | "weekend"
                | "quarter"
        );
        match word.folded.as_str() {
            "last" | "next" | "this" | "previous" | "following" | "past" if is_unit => {
                found.push(place..place + 2)
            }
            "yesterday" | "today" | "tomorrow" | "tonight" | "daily" | "weekly" | "monthly" => {
                found.push(place..place + 1)
            }
            _ => {}
        }
        if let Some(end) = time_of_day_end(sentence, place) {
            found.push(place..end);
        }
    }
    found
}

/// The end of "14:30", "9 o'clock", "9am", "5 p.m." or "noon" at `place`.
fn time_of_day_end(sentence: &Sentence<'_>, place: usize) -> Option<usize> {
    let word = &sentence.words[place];
    let next = sentence.words.get(place + 1);
    let follows = |any: &[&str]| next.is_some_and(|next| any.contains(&next.folded.as_str()));
    if matches!(word.folded.as_str(), "noon" | "midnight") {
        return Some(place + 1);
    }
    if !word.is_number() && !is_number_word(&word.folded) {
        return None;
    }
    let is_half_of_day =
        follows(&["a", "p"]) && sentence.words.get(place + 2).is_some_and(|word| word.folded == "m");
    match () {
        () if sentence.gap_before(place + 1) == ":" && next.is_some_and(Word::is_number) => Some(place + 2),
        () if follows(&["oclock", "am", "pm", "uhr"]) => Some(place + 2),
        () if is_half_of_day => Some(place + 3),
        () if word.folded.ends_with("am") || word.folded.ends_with("pm") => Some(place + 1),
        () => None,
    }
}

/// "once a ceasefire enters into force", "after the vote": to the end of the clause.
fn temporal_clauses(sentence: &Sentence<'_>, clauses: &[Clause]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (place, word) in sentence.words.iter().enumerate() {
        let is_opener = matches!(
            word.folded.as_str(),
            "once" | "after" | "when" | "until" | "before" | "following" | "as"
        );
        let is_as_soon =
            word.folded != "as" || sentence.words.get(place + 1).is_some_and(|next| next.folded == "soon");
        let end = clauses.iter().map(|clause| clause.words.end).find(|end| place < *end).unwrap_or(place);
        if is_opener && is_as_soon && (3..=16).contains(&(end - place)) {
            found.push(place..end);
        }
    }
    found
}

// ------------------------------------------------------------------------------------------------ names

fn people(question: &Question, sentence: &Sentence<'_>) -> Vec<Value> {
    let verb = verb(question, sentence);
    let mut found = Vec::new();
    for name in names::names(sentence) {
        if is_asked_about(&name.words, sentence) {
            continue;
        }
        let mut fit = names::person_fit(&name, sentence);
        fit *= agency(&name, verb, sentence);
        if verb.is_some() && name.run.clone().any(|place| is_term(sentence, place)) {
            fit *= 0.5;
        }
        let mut value = value(name.words.clone(), fit, sentence);
        value.with_role = Span::new(span_of(&name.run, &sentence.words).start, value.span.end);
        value.whole = name.whole.clone();
        found.push(value);
    }
    found.retain(|value| value.fit > 0.0);
    listed_too(question, found, sentence)
}

/// Where the first of the question's words stands, if it asks for the subject: "who attended".
fn verb(question: &Question, sentence: &Sentence<'_>) -> Option<usize> {
    if !question.asks_for_subject {
        return None;
    }
    (0..sentence.words.len()).find(|place| is_term(sentence, *place))
}

/// A subject stands before its verb, or after "by".
fn agency(name: &Name, verb: Option<usize>, sentence: &Sentence<'_>) -> f64 {
    let follows_by = name.run.start > 0 && sentence.words[name.run.start - 1].folded == "by";
    let is_agent = verb.is_none_or(|verb| name.words.end <= verb) || follows_by;
    if is_agent { 1.0 } else { 0.7 }
}

/// How a name fits the noun after "which": "Elysee Palace" is a palace, "France" a country.
fn kinship(question: &Question, name: &Name, sentence: &Sentence<'_>) -> f64 {
    let Some(asked) = question.terms.iter().find(|term| matches!(term.role, Role::Focus | Role::Kind)) else {
        return 1.0;
    };
    let is_of_kind = match asked.stem.as_str() {
        "countri" | "nation" => names::names_country(name, sentence),
        _ if asked.role == Role::Kind => return 1.0,
        _ => name.run.clone().any(|place| is_focus(sentence, place)),
    };
    if is_of_kind { OF_KIND } else { OF_ANOTHER_KIND }
}

/// Whether the word at `place` is a word that the question has, apart from the kind of answer it asks for.
fn is_term(sentence: &Sentence<'_>, place: usize) -> bool {
    sentence.found[place].is_some_and(|(term, quality)| {
        quality >= 0.9 && matches!(sentence.terms[term].term.role, Role::Content | Role::Light)
    })
}

fn name_values(
    question: &Question,
    sentence: &Sentence<'_>,
    fit: fn(&Name, &Sentence<'_>) -> f64,
) -> Vec<Value> {
    let names = names::names(sentence);
    let verb = verb(question, sentence);
    let new = names.into_iter().filter(|name| !is_asked_about(&name.run, sentence));
    let values = new.map(|name| {
        let fit = fit(&name, sentence) * kinship(question, &name, sentence);
        value(name.run.clone(), fit.min(1.0) * agency(&name, verb, sentence), sentence)
    });
    let found = values.filter(|value| value.fit > 0.0).collect();
    listed_too(question, found, sentence)
}

/// "which countries" asks for all members of a list: each value grows by the names that follow it after a comma
/// or "and".
fn listed_too(question: &Question, mut found: Vec<Value>, sentence: &Sentence<'_>) -> Vec<Value> {
    let asks_for_several = question
        .terms
        .iter()
        .any(|term| matches!(term.role, Role::Focus | Role::Kind) && term.word.ends_with('s'));
    if !asks_for_several {
        return found;
    }
    for place in (0..found.len().saturating_sub(1)).rev() {
        let (first, rest) = found.split_at_mut(place + 1);
        let (value, next) = (&mut first[place], &rest[0]);
        let between = value.words.end..next.whole.start;
        let joins = between.len() <= 2
            && between
                .clone()
                .all(|word| matches!(sentence.words[word].folded.as_str(), "and" | "the" | "or"))
            && (!between.is_empty() || sentence.gap_before(next.whole.start).trim() == ",");
        if joins {
            value.words.end = next.words.end;
            value.whole.end = next.whole.end;
            value.span.end = next.span.end;
            value.with_role.end = next.with_role.end;
            value.fit = value.fit.max(next.fit);
        }
    }
    found
}

/// A name that the question already has is not what it asks for.
fn is_asked_about(words: &Range<usize>, sentence: &Sentence<'_>) -> bool {
    let known = words.clone().filter(|place| is_term(sentence, *place)).count();
    known * 2 >= words.len().max(1)
}
