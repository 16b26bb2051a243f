//! Bringing a sentence that is too long down to a line: first without what stands in brackets, then as a stretch of
//! its clauses, or of what stands between its commas.
//!
//! A stretch is told only where nothing that is left out turns, weakens or limits it. Where a clause is cut, and not
//! left out whole, "…" shows it.

use std::ops::Range;

use super::clauses::{self, span_of};
use super::headline::{LONGEST_LINE, is_condition, plain, stands_alone};
use super::lexicon::{is_disputing_verb, is_guard_word};
use super::pairs::{Pair, gap_outside, pairs, with_marks};
use super::sentences::Sentence;
use crate::corpus::Span;
use crate::words::Word;

/// What is told of a sentence, and the bytes of it from the first to the last that is told.
pub struct Trimmed {
    pub text: String,
    pub span: Span,
}

/// What a stretch gains by beginning where the sentence does, which names what it is about. The question's words
/// that stand in the sentence are 1 together, as in what follows.
const BEGINNING: f64 = 0.2;
/// What it gains by each end where a clause ends.
const WHOLE_CLAUSE: f64 = 0.05;
/// What it gains by being as long as a line may be.
const FULL_LINE: f64 = 0.3;
/// Without a value, a stretch has to have so much of the question's words.
const ENOUGH: f64 = 0.5;

/// The sentence as a line of at most [`LONGEST_LINE`] words, or the shortest stretch with the `value` where there
/// is none so short. `None` where the sentence is told whole: it fits, or nothing of it can be left out.
pub fn trimmed(sentence: &Sentence<'_>, value: Option<&Range<usize>>) -> Option<Trimmed> {
    if word_count(sentence.text) <= LONGEST_LINE {
        return None;
    }
    let pairs = pairs(sentence.text);
    let all = whole_span(sentence.text);
    let mut asides = asides(sentence, &pairs, value);
    asides.sort_by_key(|aside| (std::cmp::Reverse(aside.len()), aside.start));
    for count in 1..=asides.len() {
        let text = without(sentence.text, all, &asides[..count]);
        if word_count(&text) <= LONGEST_LINE {
            return Some(Trimmed { text, span: all });
        }
    }
    let cutting = Cutting::new(sentence, &pairs, asides, value);
    cutting.best()
}

/// All of it, without the mark at its end.
pub fn whole_span(text: &str) -> Span {
    let start = text.len() - text.trim_start().len();
    let text = text.trim();
    // Items of a list, and what was cut for its length, end in other signs.
    let kept = text.strip_suffix(['.', ',', ';']).unwrap_or(text);
    Span::new(start, start + kept.len())
}

fn word_count(text: &str) -> usize {
    plain(text).split_whitespace().count()
}

// ------------------------------------------------------------------------------------- what stands in brackets

/// The brackets that can be left out: without the value, a word of the question, or anything that limits what is
/// said around them.
fn asides(sentence: &Sentence<'_>, pairs: &[Pair], value: Option<&Range<usize>>) -> Vec<Span> {
    let is_aside = |pair: &&Pair| {
        let inside = sentence.words.iter().position(|word| pair.holds(word)).unwrap_or(0);
        let count = sentence.words.iter().filter(|word| pair.holds(word)).count();
        let inside = inside..inside + count;
        pair.is_bracket
            && is_set_apart(sentence.text, pair.span)
            && value.is_none_or(|value| value.end <= inside.start || inside.end <= value.start)
            && sentence.found[inside.clone()].iter().all(Option::is_none)
            && !limits(sentence.text, pair.span, &sentence.words[inside])
    };
    pairs.iter().filter(is_aside).map(|pair| pair.span).collect()
}

/// "tree(s)", "f(x)", "[He] left" and the address of a link belong to what they stand in; a note like "[3]" hangs on
/// the word before.
fn is_set_apart(text: &str, span: Span) -> bool {
    let before = text[..span.start].chars().next_back();
    let after = text[span.end..].chars().next();
    let is_note = text[span.range()].starts_with('[');
    let is_joined = after.is_some_and(|c| c.is_alphanumeric() || matches!(c, '(' | '['));
    let hangs = before.is_some_and(|c| !c.is_whitespace());
    !is_joined && hangs == is_note && before.is_some_and(|c| c != '[')
}

/// Whether a bracket says for what, for when or how surely the words around it hold.
fn limits(text: &str, span: Span, words: &[Word]) -> bool {
    let is_first_limit = words
        .first()
        .is_some_and(|word| is_limiting_opener(&word.folded) || LIMITS.contains(&word.folded.as_str()));
    let is_guarded = words.iter().any(|word| governs(&word.folded));
    // "The fee (2026) is 5 euros" is not said of another year; "(1920–1987)" and "(born 1920)" are about lives.
    let is_date = !words.is_empty() && words.iter().all(is_calendar);
    let is_range = text[span.range()].contains(['–', '-', '—']);
    is_first_limit || is_guarded || is_date && !is_range
}

const LIMITS: &[&str] = &[
    "about",
    "all",
    "any",
    "approximately",
    "around",
    "at",
    "both",
    "but",
    "each",
    "excl",
    "for",
    "gross",
    "half",
    "in",
    "incl",
    "including",
    "less",
    "maximum",
    "minimum",
    "minus",
    "more",
    "net",
    "not",
    "over",
    "per",
    "plus",
    "some",
    "subject",
    "to",
    "under",
    "up",
    "within",
];

/// The text of a span without the asides in it, as one line, with one space where they stood.
fn without(text: &str, span: Span, asides: &[Span]) -> String {
    let mut inside: Vec<Span> =
        asides.iter().copied().filter(|aside| span.start <= aside.start && aside.end <= span.end).collect();
    inside.sort_by_key(|aside| aside.start);
    let mut told = String::new();
    let mut at = span.start;
    for aside in inside {
        told.push_str(text[at..aside.start].trim_end());
        at = aside.end;
        // "Ada Lund, (the pilot), left" has one comma.
        if told.ends_with(',') && text[at..span.end].starts_with([',', ';']) {
            told.pop();
        }
        let closes = text[at..].starts_with([',', ';', ':', '.', '!', '?', ')', ']', '”', '"', '\'']);
        if !closes && !text[at..].starts_with(char::is_whitespace) {
            told.push(' ');
        }
    }
    told.push_str(&text[at..span.end]);
    plain(&told)
}

// -------------------------------------------------------------------------------------------- stretches of pieces

/// What stands between two places where a sentence can be cut.
struct Piece {
    words: Range<usize>,
    starts_clause: bool,
    /// It follows a semicolon or the end of a statement: what stands before does not govern it.
    starts_statement: bool,
}

struct Cutting<'s, 'a> {
    sentence: &'s Sentence<'a>,
    pairs: &'s [Pair],
    asides: Vec<Span>,
    value: Option<&'s Range<usize>>,
    pieces: Vec<Piece>,
}

impl<'s, 'a> Cutting<'s, 'a> {
    fn new(
        sentence: &'s Sentence<'a>,
        pairs: &'s [Pair],
        asides: Vec<Span>,
        value: Option<&'s Range<usize>>,
    ) -> Cutting<'s, 'a> {
        let pieces = pieces(sentence, pairs);
        Cutting { sentence, pairs, asides, value, pieces }
    }

    fn best(&self) -> Option<Trimmed> {
        let count = self.pieces.len();
        let mut best: Option<(Trimmed, f64)> = None;
        let mut shortest: Option<(Trimmed, usize)> = None;
        for first in 0..count {
            for end in first + 1..=count {
                if end - first == count || !self.has_value(first..end) || !self.is_safe(first, end) {
                    continue;
                }
                let weight = self.weight(self.words(first..end));
                if self.value.is_none() && weight < ENOUGH {
                    continue;
                }
                let told = self.told(first, end);
                let length = told.text.split_whitespace().filter(|word| *word != "…").count();
                if length > LONGEST_LINE {
                    if shortest.as_ref().is_none_or(|(_, least)| length < *least) {
                        shortest = Some((told, length));
                    }
                    continue;
                }
                let score = weight + self.shape(first, end) + FULL_LINE * length as f64 / LONGEST_LINE as f64;
                if best.as_ref().is_none_or(|(_, most)| score > *most) {
                    best = Some((told, score));
                }
            }
        }
        best.map(|(told, _)| told).or(shortest.map(|(told, _)| told))
    }

    fn words(&self, pieces: Range<usize>) -> Range<usize> {
        self.pieces[pieces.start].words.start..self.pieces[pieces.end - 1].words.end
    }

    fn has_value(&self, pieces: Range<usize>) -> bool {
        let words = self.words(pieces);
        self.value.is_none_or(|value| words.start <= value.start && value.end <= words.end)
    }

    /// The share of the question's weight in the sentence that these words have, 0 to 1.
    fn weight(&self, words: Range<usize>) -> f64 {
        let weight = |words: Range<usize>| -> f64 {
            let mut present = vec![0.0_f64; self.sentence.terms.len()];
            for (term, quality) in self.sentence.found[words].iter().flatten() {
                present[*term] = present[*term].max(*quality);
            }
            present.iter().zip(self.sentence.terms).map(|(here, term)| here * term.weight).sum()
        };
        let all = weight(0..self.sentence.words.len());
        if all > 0.0 { weight(words) / all } else { 1.0 }
    }

    fn shape(&self, first: usize, end: usize) -> f64 {
        let starts_whole = self.starts_whole(first);
        let ends_whole = self.ends_whole(end);
        let at_start = if first == 0 { BEGINNING } else { 0.0 };
        at_start + WHOLE_CLAUSE * f64::from(u8::from(starts_whole) + u8::from(ends_whole))
    }

    fn starts_whole(&self, first: usize) -> bool {
        let start = self.after_opener(first);
        first == 0 || self.pieces[first].starts_clause && stands_alone(self.sentence, start)
    }

    fn ends_whole(&self, end: usize) -> bool {
        self.pieces.get(end).is_none_or(|next| next.starts_clause)
    }

    /// The first word of a piece that is not one that joins it to what stands before.
    fn after_opener(&self, first: usize) -> usize {
        let words = &self.pieces[first].words;
        let is_joint = |place: &usize| {
            matches!(self.sentence.words[*place].folded.as_str(), "and" | "but" | "so" | "yet" | "that")
        };
        match first {
            0 => words.start,
            _ => words.start + words.clone().take_while(is_joint).count().min(words.len() - 1),
        }
    }

    fn told(&self, first: usize, end: usize) -> Trimmed {
        let words = self.after_opener(first)..self.pieces[end - 1].words.end;
        let all = whole_span(self.sentence.text);
        let mut span = with_marks(span_of(&words, &self.sentence.words), &self.sentence.words, self.pairs);
        if first == 0 {
            span.start = all.start;
        }
        if end == self.pieces.len() {
            span.end = all.end;
        }
        span = with_signs(self.sentence.text, span);
        let mut text = without(self.sentence.text, span, &self.asides);
        if !self.starts_whole(first) {
            text.insert_str(0, "… ");
        }
        if !self.ends_whole(end) {
            text.push_str(" …");
        }
        Trimmed { text, span }
    }

    // ---------------------------------------------------------------------------------- what must not be lost

    /// Whether nothing that is left out governs what is told.
    fn is_safe(&self, first: usize, end: usize) -> bool {
        !self.is_governed_before(first) && !self.is_governed_after(end)
    }

    fn is_governed_before(&self, first: usize) -> bool {
        if first > 0 && self.opens_with(first, |word, _| matches!(word, "or" | "than")) {
            return true;
        }
        let statement = (0..=first).rev().find(|place| self.pieces[*place].starts_statement).unwrap_or(0);
        (statement..first).any(|place| {
            let words = &self.sentence.words[self.pieces[place].words.clone()];
            let dates = matches!(words[0].folded.as_str(), "in" | "at") && words.iter().any(is_calendar);
            dates
                || self.opens_with(place, |word, _| is_limiting_opener(word))
                || words.iter().any(|word| governs(&word.folded))
        })
    }

    fn is_governed_after(&self, end: usize) -> bool {
        let statement =
            (end..self.pieces.len()).find(|place| self.pieces[*place].starts_statement && *place > end);
        let is_right_behind = |place: usize| place == end && !self.pieces[end].starts_statement;
        let after = end..statement.unwrap_or(self.pieces.len());
        after.into_iter().any(|place| {
            let words = &self.sentence.words[self.pieces[place].words.clone()];
            let is_exception = self.opens_with(place, |word, next| is_exception(word, next));
            let is_limit =
                self.opens_with(place, |word, _| is_limiting_opener(word) || matches!(word, "or" | "nor"));
            is_exception
                || is_right_behind(place) && is_limit
                || words.iter().any(|word| {
                    is_disputing_verb(&word.folded)
                        || matches!(
                            word.folded.as_str(),
                            "unless" | "if" | "except" | "excluding" | "provided" | "sofern" | "wenn"
                        )
                })
        })
    }

    /// Whether one of the first two words of a piece is such a one; it is asked with the word after it, too.
    fn opens_with(&self, place: usize, is: impl Fn(&str, &str) -> bool) -> bool {
        let words = &self.pieces[place].words;
        let folded = |place: usize| self.sentence.words.get(place).map_or("", |word| word.folded.as_str());
        words.clone().take(2).any(|place| is(folded(place), folded(place + 1)))
    }
}

/// The sentence in pieces, in order, at its clauses and at the commas, semicolons, colons and dashes outside of
/// brackets and quotations.
fn pieces(sentence: &Sentence<'_>, pairs: &[Pair]) -> Vec<Piece> {
    let (text, words) = (sentence.text, &sentence.words);
    let clauses = clauses::told_clauses(text, words, pairs);
    let starts_clause = |place: usize| clauses.iter().any(|clause| clause.opener.start == place);
    let mut pieces: Vec<Piece> = Vec::new();
    for place in 0..words.len() {
        let gap = if place == 0 { None } else { gap_outside(text, words, place, pairs) };
        let is_cut = gap
            .as_ref()
            .is_some_and(|gap| starts_clause(place) || is_cut(gap, &words[place - 1], &words[place]));
        match pieces.last_mut() {
            Some(last) if !is_cut => last.words.end = place + 1,
            _ => pieces.push(Piece {
                words: place..place + 1,
                starts_clause: place == 0 || starts_clause(place),
                starts_statement: place == 0
                    || gap.is_some_and(|gap| ends_statement(text, &gap, &words[place])),
            }),
        }
    }
    pieces
}

fn is_cut(gap: &str, before: &Word, after: &Word) -> bool {
    // "1,000", "23:30", "March 3, 1998".
    if before.is_number() && after.is_number() && !gap.contains(';') {
        return false;
    }
    let is_parted = gap.chars().any(char::is_whitespace);
    gap.contains([';', '—']) || is_parted && gap.contains([',', ':', '–']) || gap.contains(" - ")
}

/// Whether a gap parts two statements: a semicolon, or a point with a note of its source behind it.
fn ends_statement(text: &str, gap: &str, word: &Word) -> bool {
    let is_capital = word.written(text).starts_with(char::is_uppercase);
    gap.contains(';') || gap.contains(".:") || is_capital && gap.contains(['!', '?'])
}

/// A currency sign before a number and a per cent behind one belong to it.
pub fn with_signs(text: &str, span: Span) -> Span {
    let mut span = span;
    if let Some(sign) = text[..span.start].chars().next_back().filter(|c| matches!(c, '$' | '€' | '£')) {
        span.start -= sign.len_utf8();
    }
    if text[span.end..].starts_with(['%', '°']) {
        span.end += text[span.end..].chars().next().map_or(0, char::len_utf8);
    }
    span
}

/// Years, days and months.
fn is_calendar(word: &Word) -> bool {
    word.is_number() || MONTHS.contains(&word.folded.as_str())
}

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "januar",
    "februar",
    "marz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
];

/// Words that reach over all that follows them in a statement.
fn governs(folded: &str) -> bool {
    is_guard_word(folded) || is_disputing_verb(folded) || TURNING.contains(&folded)
}

/// Verbs and nouns that say that what follows is not so, or is not known to be.
const TURNING: &[&str] = &[
    "avoid",
    "avoided",
    "ban",
    "banned",
    "believed",
    "cancelled",
    "declined",
    "doubt",
    "doubted",
    "fail",
    "failed",
    "fails",
    "false",
    "falsely",
    "few",
    "forbade",
    "forbidden",
    "forbids",
    "instead",
    "lack",
    "lacked",
    "lacks",
    "little",
    "myth",
    "prevent",
    "prevented",
    "prevents",
    "prohibited",
    "prohibits",
    "refused",
    "refuses",
    "rumour",
    "rumours",
    "stopped",
    "thought",
    "whether",
];

/// What takes back, or makes doubtful, what stands before it, however far.
fn is_exception(folded: &str, next: &str) -> bool {
    const EXCEPTIONS: &[&str] = &[
        "allegedly",
        "although",
        "but",
        "except",
        "excluding",
        "hardly",
        "however",
        "never",
        "no",
        "nor",
        "not",
        "perhaps",
        "possibly",
        "probably",
        "rarely",
        "reportedly",
        "supposedly",
        "though",
        "whereas",
    ];
    is_condition(folded)
        || EXCEPTIONS.contains(&folded)
        || matches!((folded, next), ("as" | "so", "long") | ("in", "case") | ("subject", "to"))
}

/// Words that open what says when or under what condition the rest holds.
fn is_limiting_opener(folded: &str) -> bool {
    is_condition(folded)
        || matches!(
            folded,
            "after"
                | "although"
                | "as"
                | "before"
                | "by"
                | "during"
                | "from"
                | "on"
                | "once"
                | "since"
                | "when"
                | "while"
        )
}
