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
use crate::corpus::{Span, date};
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
/// A quotation of more words can be cut; its marks are told around what is left of it.
const LONG_QUOTATION: usize = 15;
/// What leads in a statement has at most so many words: "In some cases".
const LONGEST_INTRODUCTION: usize = 5;
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
    Cutting { sentence, pairs: &pairs, asides, value, pieces: pieces(sentence, &pairs) }.best()
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
    let is_note = text[span.range()].starts_with('[');
    let is_range = text[span.range()].contains(['–', '-', '—']);
    is_first_limit || is_guarded || is_date && !is_range && !is_note
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

impl Cutting<'_, '_> {
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
                    if self.value.is_some() && shortest.as_ref().is_none_or(|(_, least)| length < *least) {
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
        let text = without(self.sentence.text, span, &self.asides);
        let mut text = text.trim_end_matches(['.', ',', ';', ':']).to_owned();
        let is_quotation_cut = |at: usize| {
            self.pairs.iter().any(|pair| !pair.is_bracket && pair.span.start < at && at < pair.span.end)
        };
        if !self.starts_whole(first) || is_quotation_cut(span.start) {
            text.insert_str(0, "… ");
        }
        if !self.ends_whole(end) || is_quotation_cut(span.end) {
            text.push_str(" …");
        }
        for pair in self.pairs.iter().filter(|pair| !pair.is_bracket) {
            let marks = &self.sentence.text[pair.span.range()];
            let (has_start, has_end) = (pair.span.start >= span.start, pair.span.end <= span.end);
            if has_start && !has_end && pair.span.start < span.end {
                text.extend(marks.chars().next_back());
            } else if has_end && !has_start && pair.span.end > span.start {
                text.insert_str(0, marks.get(..marks.chars().next().map_or(0, char::len_utf8)).unwrap_or(""));
            }
        }
        Trimmed { text, span }
    }

    // ---------------------------------------------------------------------------------- what must not be lost

    /// Whether nothing that is left out governs what is told.
    fn is_safe(&self, first: usize, end: usize) -> bool {
        !self.is_unfinished(first, end) && !self.is_governed_before(first) && !self.is_governed_after(end)
    }

    /// Whether the stretch ends with what leads in a statement, "In some cases", or sets a condition for it.
    fn is_unfinished(&self, first: usize, end: usize) -> bool {
        if self.pieces.get(end).is_none_or(|next| next.starts_statement) {
            return false;
        }
        let last = &self.pieces[end - 1];
        let sets_condition = self.sentence.words[last.words.clone()]
            .iter()
            .any(|word| matches!(word.folded.as_str(), "if" | "unless" | "wenn" | "falls" | "sofern"));
        sets_condition || last.starts_statement && first + 1 < end && last.words.len() <= LONGEST_INTRODUCTION
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
            let is_exception = self.opens_with(place, is_exception);
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
    let is_unit = |pair: &&Pair| {
        pair.is_bracket || words.iter().filter(|word| pair.holds(word)).count() <= LONG_QUOTATION
    };
    let units: Vec<Pair> = pairs.iter().filter(is_unit).copied().collect();
    let clauses = clauses::told_clauses(text, words, &units);
    let starts_clause = |place: usize| clauses.iter().any(|clause| clause.opener.start == place);
    let mut pieces: Vec<Piece> = Vec::new();
    for place in 0..words.len() {
        let gap = if place == 0 { None } else { gap_outside(text, words, place, &units) };
        let ends_statement =
            gap.as_ref().is_some_and(|gap| ends_statement(text, &words[place - 1], gap, &words[place]));
        // "He said that it leaks" is not told as "He said".
        let is_cut =
            gap.filter(|gap| !gap.trim().is_empty() || words[place].folded != "that").is_some_and(|gap| {
                ends_statement || starts_clause(place) || is_cut(&gap, &words[place - 1], &words[place])
            });
        match pieces.last_mut() {
            Some(last) if !is_cut => last.words.end = place + 1,
            _ => pieces.push(Piece {
                words: place..place + 1,
                starts_clause: place == 0 || starts_clause(place) || ends_statement,
                starts_statement: place == 0 || ends_statement,
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

/// Whether a gap parts two statements: a semicolon, or a point that is not one of an abbreviation.
fn ends_statement(text: &str, before: &Word, gap: &str, after: &Word) -> bool {
    let is_capital = after.written(text).starts_with(char::is_uppercase);
    let is_word = before.folded.len() > 4
        || before.folded.len() > 2 && before.written(text).starts_with(char::is_lowercase);
    let is_point = gap.starts_with('.') && gap.contains(char::is_whitespace) && is_word;
    gap.contains(';') || gap.starts_with(".:") || is_capital && (is_point || gap.starts_with(['!', '?']))
}

/// A currency sign before a number and a per cent behind one belong to it, and so does all of a name that has
/// underscores, as programs have them or emphasis: a part of it would be another word.
pub fn with_signs(text: &str, span: Span) -> Span {
    let is_of_name = |c: char| c == '_' || c.is_alphanumeric();
    let name_before = |end: usize| match text[..end].ends_with('_') {
        true => text[..end].trim_end_matches(is_of_name).len(),
        false => end,
    };
    let mut start = name_before(span.start);
    if let Some(sign) = text[..start].chars().next_back().filter(|c| matches!(c, '$' | '€' | '£')) {
        start = name_before(start - sign.len_utf8());
    }
    let mut end = span.end;
    if text[end..].starts_with('_') {
        end = text.len() - text[end..].trim_start_matches(is_of_name).len();
    }
    if text[end..].starts_with(['%', '°']) {
        end += text[end..].chars().next().map_or(0, char::len_utf8);
    }
    Span::new(start, end)
}

/// Years, days and months.
fn is_calendar(word: &Word) -> bool {
    word.is_number() || date::is_month(&word.folded)
}

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::sentences_for;
    use super::*;

    /// The line for a sentence, whole where nothing of it can be left out.
    fn line(question: &str, text: &str, value: Option<&str>) -> String {
        told(question, text, value).text
    }

    fn told(question: &str, text: &str, value: Option<&str>) -> Trimmed {
        sentences_for(question, &[text], |_, sentences| {
            let sentence = &sentences[0];
            let value = value.map(|value| {
                let start = text.find(value).unwrap();
                let inside = |word: &&Word| start <= word.span.start && word.span.end <= start + value.len();
                let first = sentence.words.iter().position(|word| inside(&word)).unwrap();
                first..first + sentence.words[first..].iter().take_while(inside).count()
            });
            let trimmed = trimmed(sentence, value.as_ref());
            if let Some(trimmed) = &trimmed {
                assert!(trimmed.span.end <= text.len() && text.is_char_boundary(trimmed.span.start));
            }
            let whole = || whole_span(text);
            trimmed.unwrap_or_else(|| Trimmed { text: plain(&text[whole().range()]), span: whole() })
        })
    }

    /// Twenty-four words that say nothing of the question.
    const FILLER: &str = "which the painter from the far end of the long quay had sold for much less than its \
                          worth to an old friend";

    #[test]
    fn brackets_go_where_they_hold_nothing_that_matters() {
        let cases = [
            ("(born 1920 in the old town)", false),
            ("(1920–1987)", false),
            ("(/lʊnd/; Greek: Λουνδ)", false),
            ("(the old captain)", false),
            ("(until 2031)", true),
            ("(not in July)", true),
            ("(draft)", true),
            ("(2026)", true),
            ("(plus tax)", true),
            ("(only on Sundays)", true),
            ("(the harbour pilot)", true),
            ("(at most two days)", true),
        ];
        for (bracket, stays) in cases {
            let tail = "on the second of the eleven boats that were brought here from the other side of the wide \
                        sound by the four brothers of the miller and by their two very old uncles";
            let text = format!("Ada Lund {bracket} is the pilot {tail}.");
            let told = line("Who is the pilot?", &text, Some("Ada Lund"));
            assert_eq!(told.contains(bracket), stays, "{told:?}");
            assert!(!told.contains("  ") && told.starts_with("Ada Lund "), "{told:?}");
        }
    }

    #[test]
    fn signs_that_touch_a_word_are_told_with_it() {
        for (text, word, expected) in [
            ("It costs €25 now", "25", "€25"),
            ("It rose by 3% then", "3", "3%"),
            ("It calls self.__init__ first", "init", "__init__"),
            ("It sets max_open_files to 10", "open", "max_open_files"),
            ("It is due on _Friday_ at noon", "Friday", "_Friday_"),
            ("It costs _€25_ now", "25", "_€25_"),
        ] {
            let start = text.find(word).unwrap();
            let span = with_signs(text, Span::new(start, start + word.len()));
            assert_eq!(&text[span.range()], expected, "{text}");
        }
    }

    #[test]
    fn what_belongs_to_a_word_is_not_taken_out_of_it() {
        for (text, expected) in [
            ("The tree(s) of Ada (an oak) fell", "The tree(s) of Ada fell"),
            ("It fell in 1990[3] and [he] left", "It fell in 1990 and [he] left"),
            ("Ada, (an oak), fell", "Ada, fell"),
            ("See [the list (old)](a.md) of Ada (new)", "See the list (old) of Ada"),
        ] {
            let told = sentences_for("What?", &[text], |_, sentences| {
                let pairs = pairs(text);
                without(text, whole_span(text), &asides(&sentences[0], &pairs, None))
            });
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn a_sentence_too_long_is_told_by_its_clauses_and_shows_where_one_is_cut() {
        let text = format!(
            "The ferry was built in Ghent, {FILLER}, the baker, the smith, the miller, the cook, \
                            the priest, the mason and the sailor of the big house."
        );
        let told = line("Where was the ferry built?", &text, Some("Ghent"));
        assert!(told.starts_with("The ferry was built in Ghent, which the painter"), "{told:?}");
        assert!(told.ends_with(" …"), "{told:?}");
        let text = format!(
            "The mill is old, {FILLER}, the smith, the cook, the priest of the small old chapel, \
                            and the ferry was built in Ghent."
        );
        let told = line("Where was the ferry built?", &text, Some("Ghent"));
        assert!(told.ends_with("the ferry was built in Ghent"), "{told:?}");
        assert!(told.split_whitespace().count() <= LONGEST_LINE + 1, "{told:?}");
    }

    #[test]
    fn what_governs_the_line_is_not_cut_off_before_it() {
        for opening in [
            "Nobody believes that",
            "The board denied that",
            "If the lock is closed,",
            "In 1990,",
            "Unless it rains,",
            "The owner failed to show that",
            "By the old rule,",
            "It is a myth that",
        ] {
            let text = format!("{opening} the mill, {FILLER}, {FILLER}, and the ferry was built in Ghent.");
            let told = line("Where was the ferry built?", &text, Some("Ghent"));
            assert!(told.starts_with(opening), "{told:?}");
        }
    }

    #[test]
    fn what_takes_back_the_line_is_not_cut_off_behind_it() {
        for ending in [
            "unless the lock is closed",
            "but this was never proved",
            "except in July",
            "not in Bruges",
            "if the papers are right",
            "as long as the slip holds",
            "or in Bruges",
            "the heirs claimed",
        ] {
            let text = format!("The ferry was built in Ghent, {ending}, {FILLER}, {FILLER}.");
            let told = line("Where was the ferry built?", &text, Some("Ghent"));
            assert!(told.contains(ending), "{told:?}");
            let text = format!("The ferry was built in Ghent, {FILLER}, {FILLER}, {ending}.");
            let told = line("Where was the ferry built?", &text, Some("Ghent"));
            assert!(told.contains(ending) || ending.starts_with("or "), "{told:?}");
        }
    }

    #[test]
    fn a_statement_is_not_governed_by_the_one_before() {
        let text = format!("Nobody liked the mill, {FILLER}, {FILLER}; the ferry was built in Ghent.");
        assert_eq!(line("Where was the ferry built?", &text, Some("Ghent")), "the ferry was built in Ghent");
    }

    #[test]
    fn a_long_quotation_that_is_cut_keeps_its_marks() {
        let text = format!("Ada Lund said of the ferry: \"It was built in Ghent, {FILLER}, {FILLER}.\"");
        let told = line("Where was the ferry built?", &text, Some("Ghent"));
        assert!(told.starts_with("Ada Lund said of the ferry: \"It was built in Ghent, "), "{told:?}");
        assert!(told.ends_with("…\""), "{told:?}");
    }

    #[test]
    fn what_fits_or_cannot_be_cut_is_told_whole() {
        assert_eq!(
            line("Who?", "Ada (born 1920) steers, and Bo mends.", None),
            "Ada (born 1920) steers, and Bo mends"
        );
        let text = format!("The ferry {FILLER} {FILLER}.");
        assert_eq!(line("Where is the ferry?", &text, None), text.trim_end_matches('.'));
    }

    fn phrase() -> impl Strategy<Value = String> {
        let phrases = prop_oneof![
            Just("the ferry was built in Ghent"),
            Just("which leaked (so they say) for years"),
            Just("but the lock is closed"),
            Just("the fee may be raised"),
            Just("not in July"),
            Just("and she called it \"wet, cold, and dear\""),
            Just("unless the board agrees"),
            Just("the mill (old; 1920–1987) and the slip"),
            Just("in 1990"),
            Just("Ada said that it holds"),
            Just("who has [as they tell it] three boats"),
            Just("the owner denied it"),
            Just("with the smith"),
            Just("the baker and the cook of the big house by the sea"),
            Just("only on Sundays"),
        ];
        phrases.prop_map(str::to_owned)
    }

    fn is_balanced(text: &str) -> bool {
        let count = |mark: char| text.matches(mark).count();
        count('(') == count(')') && count('[') == count(']') && count('"').is_multiple_of(2)
    }

    proptest! {
        #[test]
        fn lines_are_short_balanced_and_in_the_order_of_the_sentence(
            phrases in prop::collection::vec((phrase(), prop_oneof![Just(", "), Just("; "), Just(" – "), Just(": ")]), 1..14),
        ) {
            let mut text: String = phrases.iter().map(|(phrase, gap)| format!("{phrase}{gap}")).collect();
            text.push_str("and this is the end.");
            let Trimmed { text: told, span } = told("Where was the ferry built?", &text, None);
            prop_assert!(is_balanced(&told), "{told:?} of {text:?}");
            let whole = plain(&text[whole_span(&text).range()]);
            let count = told.split_whitespace().filter(|word| *word != "…").count();
            prop_assert!(count <= LONGEST_LINE || told == whole, "{count} words: {told:?}");
            let mut words = crate::words::words(&text).into_iter();
            for word in crate::words::words(&told) {
                prop_assert!(words.any(|other| other.folded == word.folded), "{told:?} of {text:?}");
            }
            // What is right behind the end of the line takes nothing of it back.
            if told != whole {
                let behind = text[span.end..].trim_start_matches([',', ' ', '–', ':', '"']);
                for taken_back in ["but ", "not ", "unless ", "only "] {
                    prop_assert!(!behind.starts_with(taken_back), "{told:?} of {text:?}");
                }
            }
        }
    }
}
