//! Saying it in a line: words of the sentence, in their order, with nothing lost that would change what it says.
//!
//! A value stands alone only where its clause holds no word that turns, weakens or limits it; else the clause
//! is told. A short clause is told anyway, since "15 years agreed" says more than "15 years". A statement is
//! the sentence; what is too long to be read in a line is left to `trimming`.

use std::ops::Range;

use super::asks_for_value;
use super::clauses::{self, Clause, span_of};
use super::lexicon::{is_auxiliary, is_disputing_verb, is_guard_word};
use super::names;
use super::pairs;
use super::question::{Question, looks_like_participle};
use super::sentences::Sentence;
use super::spans::Short;
use super::tables::{self, AskedCell};
use super::trimming;
use super::values::{self, Value};
use crate::corpus::Span;
use crate::corpus::passages::is_key_value;

/// A clause of so many words is told whole beside its value.
const SHORT_CLAUSE: usize = 9;
/// A line of key and value with so many words is told whole, since its key says what the value is.
const SHORT_ENTRY: usize = 14;
/// What people read at a glance: longer statements give up clauses.
pub const LONGEST_LINE: usize = 38;

/// The line, what it was taken from, and the bare value in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub text: String,
    pub value: Option<String>,
    /// The best short answer of the sentence, told or not.
    pub short: Option<String>,
    /// The bytes of the sentence that it was taken from.
    pub span: Span,
    /// How likely the best short answer of the sentence is right, 0 to 1; 0 where none was looked for.
    pub probability: f64,
    /// The same whatever the sentence is.
    pub fit: f64,
    /// What is cited where that is not the chosen sentence; `span` is of its text then.
    pub cited: Option<Cited>,
}

/// A stretch of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cited {
    /// The place of its passage in the hits.
    pub hit: usize,
    /// In the document.
    pub span: Span,
}

impl Line {
    pub fn new(text: String, value: Option<String>, span: Span) -> Line {
        Line { text, value, short: None, span, probability: 0.0, fit: 0.0, cited: None }
    }
}

/// From this probability on a short answer is told alone.
const TOLD_ALONE: f64 = 0.5;
/// From this probability on it is marked within the sentence that is told.
const MARKED: f64 = 0.05;

/// The line for a sentence; `header` stands over it where it is a row of a table, `short` is its best short
/// answer, and how likely that is right.
pub fn line(
    question: &Question,
    sentence: &Sentence<'_>,
    header: Option<&Sentence<'_>>,
    short: Option<&Short>,
) -> Line {
    let clauses = &clauses::told_clauses(sentence.text, &sentence.words, &pairs::pairs(sentence.text));
    if let Some(cell) = header.and_then(|header| tables::asked_for(question, sentence, header)) {
        return cell_line(cell);
    }
    if header.is_some() {
        return whole_sentence(sentence);
    }
    let Some(Short { value, probability, fit }) = short else { return statement(sentence, None) };
    let line = match () {
        () if is_key_value(sentence.text) && sentence.words.len() <= SHORT_ENTRY => {
            let told = (*probability >= MARKED).then(|| told(sentence, value).0);
            Line { value: told, ..whole_sentence(sentence) }
        }
        () if *probability >= TOLD_ALONE && asks_for_value(question.asked) => {
            value_line(sentence, clauses, value)
        }
        () if *probability >= MARKED => {
            Line { value: Some(told(sentence, value).0), ..statement(sentence, Some(&value.words)) }
        }
        () => statement(sentence, None),
    };
    let short = Some(told(sentence, value).0);
    Line { short, probability: *probability, fit: *fit, ..line }
}

/// The sentence as a line that has these words of it, which are its value.
pub fn around(sentence: &Sentence<'_>, words: &Range<usize>) -> Line {
    let value = plain(&sentence.text[span_of(words, &sentence.words).range()]);
    Line { value: Some(value), ..statement(sentence, Some(words)) }
}

/// A table cell is told with what its row is about.
fn cell_line(cell: AskedCell) -> Line {
    let short = Some(cell.value.clone());
    Line { probability: 1.0, fit: 1.0, short, ..Line::new(cell.told, Some(cell.value), cell.span) }
}

/// A short answer as it is told, and where that stands.
fn told(sentence: &Sentence<'_>, value: &Value) -> (String, Span) {
    let span = trimming::with_signs(sentence.text, value.span);
    (plain(&sentence.text[span.range()]), span)
}

fn value_line(sentence: &Sentence<'_>, clauses: &[Clause], value: &Value) -> Line {
    let (told, span) = told(sentence, value);
    let Some(clause) = clause_around(clauses, &value.words) else {
        return Line::new(told.clone(), Some(told), span);
    };
    let value_text = Some(told);
    if is_disputed(sentence, clause) {
        return Line { value: value_text, ..statement(sentence, Some(&value.words)) };
    }
    if hangs_on_condition(sentence, clause, clauses) {
        return Line { value: value_text, ..statement(sentence, Some(&value.words)) };
    }
    let is_guarded = guard_outside(sentence, clause, &value.words);
    let is_short = clause.words.len() <= SHORT_CLAUSE && stands_alone(sentence, clause.words.start);
    if let Some(short) = reduced(sentence, clause, &value.words) {
        return Line::new(short, value_text, clause.span(&sentence.words));
    }
    // "The cathedral (1858) is in the north": what is in brackets says nothing without what stands around them.
    let first = &sentence.words[value.words.start];
    let is_bracketed = pairs::pairs(sentence.text).iter().any(|pair| pair.is_bracket && pair.holds(first));
    if is_guarded || is_bracketed {
        let told = if stands_alone(sentence, clause.words.start) && (is_guarded || fits(sentence, clause)) {
            whole(sentence, &clause.words)
        } else {
            statement(sentence, Some(&value.words))
        };
        if is_guarded || told.text.split_whitespace().count() <= LONGEST_LINE {
            return Line { value: value_text, ..told };
        }
    }
    if is_short {
        return Line { value: value_text, ..whole(sentence, &clause.words) };
    }
    let span = trimming::with_signs(sentence.text, with_limit(sentence, value));
    Line::new(plain(&sentence.text[span.range()]), value_text, span)
}

/// A name with those that stand in one list with it: "Ada Lund, Bo Rask and Cy Toll".
fn with_companions(sentence: &Sentence<'_>, mut span: Span) -> Span {
    let names = names::names(sentence);
    let spans: Vec<Span> = names.iter().map(|name| span_of(&name.run, &sentence.words)).collect();
    let joins = |before: Span, after: Span| {
        let between = sentence.text[before.end..after.start].trim();
        matches!(between, "," | "and" | ", and" | "&" | "or" | "und")
    };
    let Some(own) = spans.iter().position(|name| name.start <= span.start && span.end <= name.end) else {
        return span;
    };
    let mut last = own;
    while last + 1 < spans.len() && joins(spans[last], spans[last + 1]) {
        last += 1;
    }
    let mut first = own;
    while first > 0 && joins(spans[first - 1], spans[first]) {
        first -= 1;
    }
    // "Ada Lund, Ghent" are not two of a kind: a list is known by its "and".
    let is_list = sentence.text[spans[first].start..spans[last].end]
        .split_whitespace()
        .any(|word| matches!(word, "and" | "&" | "or" | "und"));
    if is_list {
        span = Span::new(span.start.min(spans[first].start), span.end.max(spans[last].end));
    }
    span
}

/// The value with the words before it that limit it, "by 23:30", "at least 12", or with who else is named in one
/// breath.
fn with_limit(sentence: &Sentence<'_>, value: &Value) -> Span {
    let mut span = value.with_role;
    let is_measured = value
        .words
        .clone()
        .any(|place| values::is_counting_word(&sentence.words[place]) || names::is_calendar(sentence, place));
    if !is_measured {
        return with_companions(sentence, span);
    }
    let before = |steps: usize| {
        let place = value.words.start.checked_sub(steps)?;
        let gap = sentence.gap_before(place + 1);
        (!gap.contains([',', '.', ';', ':', '(', '|'])).then(|| sentence.words[place].folded.as_str())
    };
    let steps = match (before(2), before(1)) {
        (Some("at"), Some("least" | "most" | "latest"))
        | (Some("up"), Some("to"))
        | (
            Some("more" | "less" | "fewer" | "later" | "earlier" | "longer" | "older" | "younger"),
            Some("than"),
        )
        | (Some("not"), Some("before" | "after" | "until")) => 2,
        (
            _,
            Some(
                "ab" | "bis" | "etwa" | "hochstens" | "mindestens" | "nach" | "rund" | "seit" | "vor"
                | "about" | "after" | "almost" | "approximately" | "around" | "before" | "below" | "by"
                | "from" | "minimum" | "maximum" | "nearly" | "only" | "over" | "roughly" | "since" | "under"
                | "until" | "within",
            ),
        ) => 1,
        _ => 0,
    };
    // "no more than", "not later than".
    let is_negated = steps == 2 && matches!(before(3), Some("no" | "not"));
    let start = value.words.start - steps - usize::from(is_negated);
    if steps > 0 {
        span.start = span.start.min(sentence.words[start].span.start);
    }
    span
}

fn fits(sentence: &Sentence<'_>, clause: &Clause) -> bool {
    let text = &sentence.text[clause.span(&sentence.words).range()];
    text.split_whitespace().count() <= LONGEST_LINE
}

fn clause_around<'c>(clauses: &'c [Clause], words: &Range<usize>) -> Option<&'c Clause> {
    clauses.iter().find(|clause| clause.words.start <= words.start && words.end <= clause.words.end)
}

/// Whether the clause has a guard word that the value does not tell by itself.
fn guard_outside(sentence: &Sentence<'_>, clause: &Clause, value: &Range<usize>) -> bool {
    let is_opener_guard = clause.opener.clone().any(|place| is_guard_word(&sentence.words[place].folded));
    is_opener_guard
        || clause
            .words
            .clone()
            .any(|place| !value.contains(&place) && is_guard_word(&sentence.words[place].folded))
}

/// Whether another clause of the sentence sets a condition, an exception or an end: then both are told.
fn hangs_on_condition(sentence: &Sentence<'_>, clause: &Clause, clauses: &[Clause]) -> bool {
    clauses.iter().filter(|other| *other != clause).any(|other| {
        let opening: Vec<&str> = (other.opener.start..other.words.end)
            .take(2)
            .map(|place| sentence.words[place].folded.as_str())
            .collect();
        // "According to the draft, …": a phrase with no verb of its own belongs to what follows.
        let is_phrase = other.words.end <= clause.opener.start.max(clause.words.start)
            && !other.words.clone().any(|place| is_auxiliary(&sentence.words[place].folded));
        let is_hedge =
            is_phrase && other.words.clone().any(|place| is_guard_word(&sentence.words[place].folded));
        // "In March, 12 workers were attacked": not at all times.
        let is_date = is_phrase
            && other
                .words
                .clone()
                .any(|place| names::is_calendar(sentence, place) || values::is_year(&sentence.words[place]));
        is_hedge
            || is_date
            || opening.iter().any(|word| is_condition(word))
            || matches!(opening.as_slice(), ["as" | "so", "long"] | ["in", "case"] | ["subject", "to"])
    })
}

pub fn is_condition(folded: &str) -> bool {
    matches!(
        folded,
        "unless" | "if" | "until" | "except" | "provided" | "only" | "without" | "falls" | "sofern" | "wenn"
    )
}

/// Whether the clause is somebody's accusation, denial or claim: then who makes it stays in the line.
fn is_disputed(sentence: &Sentence<'_>, clause: &Clause) -> bool {
    sentence.words[..clause.words.end].iter().any(|word| is_disputing_verb(&word.folded))
}

/// Whether a clause from the word at `start` on can be told without what stands before it: it does not start with a pronoun or a verb.
pub fn stands_alone(sentence: &Sentence<'_>, start: usize) -> bool {
    let Some(first) = sentence.words.get(start) else { return false };
    let word = first.folded.as_str();
    let is_dependent = matches!(
        word,
        "he" | "she"
            | "it"
            | "they"
            | "this"
            | "these"
            | "those"
            | "which"
            | "who"
            | "whose"
            | "whom"
            | "where"
            | "with"
            | "including"
            | "its"
            | "their"
            | "his"
            | "her"
            | "as"
            | "for"
            | "of"
    );
    !is_dependent && !word.ends_with("ing") && !is_auxiliary(word)
}

/// "15 years had been agreed" is "15 years agreed": a measure can only be what something is done to, so that
/// its participle says the same without the auxiliary. "12 people were attacked" has to keep it.
fn reduced(sentence: &Sentence<'_>, clause: &Clause, value: &Range<usize>) -> Option<String> {
    let words = &sentence.words;
    let starts_with_value = clause.words.start == value.start;
    let auxiliaries = value.end
        ..(value.end..clause.words.end)
            .find(|place| {
                !matches!(words[*place].folded.as_str(), "had" | "has" | "have" | "been" | "was" | "were")
            })
            .unwrap_or(clause.words.end);
    let participle = auxiliaries.end;
    let is_passive = !auxiliaries.is_empty()
        && matches!(words[auxiliaries.end - 1].folded.as_str(), "been" | "was" | "were")
        && participle < clause.words.end
        && looks_like_participle(&words[participle].folded);
    let rest = participle..clause.words.end;
    let is_guarded = rest.clone().any(|place| is_guard_word(&words[place].folded));
    let fits = starts_with_value && is_passive && rest.len() <= 5 && !is_guarded;
    if !fits || !is_measure(words[value.end - 1].folded.as_str()) {
        return None;
    }
    let head = &sentence.text[span_of(value, words).range()];
    let tail = &sentence.text[span_of(&rest, words).range()];
    Some(plain(&format!("{head} {tail}")))
}

/// Units of measure: things that do nothing by themselves.
fn is_measure(folded: &str) -> bool {
    const MEASURES: &[&str] = &[
        "acre",
        "byte",
        "cent",
        "day",
        "decade",
        "degree",
        "dollar",
        "euro",
        "foot",
        "feet",
        "gallon",
        "gigabyte",
        "gram",
        "hectare",
        "hour",
        "inch",
        "kg",
        "kilo",
        "kilogram",
        "kilometer",
        "kilometre",
        "km",
        "liter",
        "litre",
        "megabyte",
        "meter",
        "metre",
        "mile",
        "minute",
        "month",
        "ounce",
        "percent",
        "point",
        "pound",
        "quarter",
        "second",
        "ton",
        "tonne",
        "week",
        "yard",
        "year",
    ];
    let singular = folded.strip_suffix('s').unwrap_or(folded);
    MEASURES.contains(&folded) || MEASURES.contains(&singular)
}

/// The words of a range as a line, with the brackets and quotation marks that belong to them.
fn whole(sentence: &Sentence<'_>, words: &Range<usize>) -> Line {
    let pairs = pairs::pairs(sentence.text);
    let span = pairs::with_marks(span_of(words, &sentence.words), &sentence.words, &pairs);
    let span = trimming::with_signs(sentence.text, span);
    Line::new(plain(&sentence.text[span.range()]), None, span)
}

/// The sentence as a line. One too long is brought down to a line; the value stays.
fn statement(sentence: &Sentence<'_>, value: Option<&Range<usize>>) -> Line {
    match trimming::trimmed(sentence, value) {
        Some(trimmed) => Line::new(trimmed.text, None, trimmed.span),
        None => whole_sentence(sentence),
    }
}

/// All of it, without the full stop.
pub fn whole_sentence(sentence: &Sentence<'_>) -> Line {
    let span = trimming::whole_span(sentence.text);
    Line::new(plain(&sentence.text[span.range()]), None, span)
}

/// One line without markup: emphasis, code marks, the bars of a table row and the addresses of links are left
/// out, no other word is. Marks inside of a word stay: 2*4 is not 24.
pub fn plain(text: &str) -> String {
    let text = text.trim();
    if let Some(cells) = text.strip_prefix('|') {
        let cells = cells.trim_end_matches('|').split('|').map(plain).filter(|cell| !cell.is_empty());
        return cells.collect::<Vec<String>>().join(" · ");
    }
    let mut line = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(end) = link_target(rest) {
            rest = &rest[end..];
            line.push_str(if would_join(&line, rest) { " " } else { "" });
            continue;
        }
        let marks = rest.len() - rest.trim_start_matches(['*', '`']).len();
        if marks > 0 && would_join(&line, &rest[marks..]) {
            line.push_str(&rest[..marks]);
            rest = &rest[marks..];
            continue;
        }
        let opens_link = c == '[' && rest.contains("](");
        if opens_link && would_join(&line, &rest[1..]) {
            line.push(' ');
        }
        let is_emphasis = c == '*' && !(line.ends_with(' ') && rest[1..].starts_with(' '));
        let is_mark = c == '`' || is_emphasis || opens_link;
        if !is_mark {
            line.push(if c.is_whitespace() { ' ' } else { c });
        }
        rest = &rest[c.len_utf8()..];
        if is_hyphenated(&line, rest) {
            rest = rest.trim_start();
        }
    }
    line.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// Whether the end of the one and the start of the other would become one word.
fn would_join(line: &str, rest: &str) -> bool {
    let is_of_word = |c: char| c == '_' || !c.is_whitespace() && !c.is_ascii_punctuation();
    line.chars().next_back().is_some_and(is_of_word) && rest.chars().next().is_some_and(is_of_word)
}

/// Whether a word goes on in the next line.
fn is_hyphenated(line: &str, rest: &str) -> bool {
    let before = line.strip_suffix('-').and_then(|line| line.chars().next_back());
    let after = rest.trim_start().chars().next();
    before.is_some_and(char::is_alphabetic)
        && rest.starts_with(['\n', '\r'])
        && after.is_some_and(char::is_lowercase)
}

/// The length of "](address)" where `text` starts with it.
fn link_target(text: &str) -> Option<usize> {
    text.strip_prefix("](")?;
    text.find(')').map(|end| end + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::sentences_for;
    use super::*;

    /// The line where `value` is the short answer, for sure.
    fn line_with(question: &str, text: &str, value: &str) -> Line {
        sentences_for(question, &[text], |question, sentences| {
            let sentence = &sentences[0];
            let start = text.find(value).unwrap();
            let inside = |span: Span| start <= span.start && span.end <= start + value.len();
            let first = sentence.words.iter().position(|word| inside(word.span)).unwrap();
            let count = sentence.words[first..].iter().take_while(|word| inside(word.span)).count();
            let value = values::with_sign(first..first + count, 1.0, sentence);
            line(question, sentence, None, Some(&Short { value, probability: 0.9, fit: 0.9 }))
        })
    }

    #[track_caller]
    fn check(question: &str, text: &str, value: &str, expected: &str) {
        let line = line_with(question, text, value);
        assert_eq!((line.text.as_str(), line.value.as_deref()), (expected, Some(value)), "{question}");
    }

    const LONG: &str = "the crew of the ferry and the three people in the office moved all of the chairs";

    #[test]
    fn a_short_clause_is_told_with_its_value() {
        check("Who steers the ferry?", "Ada Lund steers the ferry.", "Ada Lund", "Ada Lund steers the ferry");
    }

    #[test]
    fn a_limit_right_before_a_value_is_told() {
        for limit in ["by", "after", "at least", "up to", "more than", "about", "within"] {
            let text = format!("On that day {LONG} {limit} 23:30.");
            check("When did they move the chairs?", &text, "23:30", &format!("{limit} 23:30"));
        }
        let line = line_with("When?", &format!("On that day {LONG} no later than 23:30."), "23:30");
        assert!(line.text.ends_with("no later than 23:30"), "{}", line.text);
        check("When did they move them?", &format!("On that day {LONG} at 23:30."), "23:30", "23:30");
    }

    #[test]
    fn a_value_in_brackets_is_told_with_the_clause_around_it() {
        let told = "The old town has nine chapels and its large church (1858) is by the lock";
        check("When was the church built?", &format!("{told}."), "1858", told);
        let told = "The guest steers the *Tern* (then the Skua)";
        check("Who steers?", &format!("{told}."), "Skua", &told.replace('*', ""));
    }

    #[test]
    fn names_of_one_list_are_told_together() {
        let text = format!("On that day {LONG} with Ada Lund, Bo Rask and Cy Toll.");
        check("Who helped?", &text, "Ada Lund", "Ada Lund, Bo Rask and Cy Toll");
        let text = format!("On that day {LONG} with Ada Lund, Ghent.");
        check("Who helped?", &text, "Ada Lund", "Ada Lund");
    }

    #[test]
    fn a_line_of_key_and_value_is_told_whole() {
        check("Who is the pilot?", "Pilot: Ada Lund, ext. 12", "Ada Lund", "Pilot: Ada Lund, ext. 12");
    }

    #[test]
    fn a_first_clause_that_limits_is_not_dropped() {
        let tail = "which the harbour office has printed on the board at the slip, at the lock, on the ferry and in \
                    the hall by the old crane, so that nobody can say that they have not seen it";
        let text = format!("If the lock is closed, the fee is lowered by 3 per cent for each day, {tail}.");
        let line = line_with("How is the fee lowered?", &text, "3 per cent");
        assert!(line.text.starts_with("If the lock is closed"), "{}", line.text);
    }

    proptest! {
        #[test]
        fn no_word_that_turns_weakens_or_limits_is_lost(
            opening in prop_oneof![
                Just(""), Just("If the owner agrees, "), Just("Until 2031, "), Just("In the north, "),
                Just("According to the draft, "), Just("Unless it rains, "),
            ],
            subject in prop_oneof![Just("the small berth by the lock"), Just("nobody who lives here"), Just("the ferry")],
            verb in prop_oneof![
                Just("is let for"), Just("is not let for"), Just("may be let for"), Just("would only be kept for"),
                Just("is probably free for"), Just("cannot be had for"), Just("was let for"), Just("must stay for"),
            ],
            tail in prop_oneof![
                Just(""), Just(" if the board agrees"), Just(", unless the lock is closed"), Just(", except in July"),
                Just(" provided that it is clean"), Just(", as long as it is dry"), Just(", and the fee is low"),
            ],
        ) {
            let text = format!("{opening}{subject} {verb} 6 weeks{tail}.");
            let line = line_with("How long is it let?", &text, "6 weeks");
            let told: Vec<String> = crate::words::words(&line.text).into_iter().map(|word| word.folded).collect();
            for word in crate::words::words(&text) {
                let is_limit = is_guard_word(&word.folded) || word.folded == "long";
                prop_assert!(!is_limit || told.contains(&word.folded), "{text:?} lost {:?}: {:?}", word.folded, line.text);
            }
        }
    }

    #[test]
    fn markup_is_left_out_and_words_are_not() {
        assert_eq!(
            plain("Run **`make test`** in\n[the folder](https://example.org/a)."),
            "Run make test in the folder."
        );
        assert_eq!(plain("5 * 3 is `__init__`"), "5 * 3 is __init__");
        assert_eq!(plain("| small | **5 €** | |"), "small · 5 €");
        assert_eq!(plain("a long-\n  term plan - or two"), "a long-term plan - or two");
    }

    #[test]
    fn nothing_that_was_apart_becomes_one_word() {
        for text in ["a 2*4 beam", "10**9 bytes", "wa`it", "a*b*c"] {
            assert_eq!(plain(text), text);
        }
        assert_eq!(plain("Th[safe](https://a.example)e *ferry*"), "Th safe e ferry");
    }

    #[test]
    fn a_measure_is_told_by_its_singular() {
        assert!(is_measure("years") && is_measure("feet") && is_measure("dollars"));
        assert!(!is_measure("people") && !is_measure("states"));
    }
}
