//! The clauses of a sentence, by its commas and connectives. There is no parser: a boundary is set only where
//! the words make it plain, so that a clause too long is the common mistake, and a torn one is rare.

use std::ops::Range;

use super::lexicon::{is_auxiliary, is_reporting_verb};
use super::pairs::{Pair, gap_outside};
use crate::corpus::Span;
use crate::words::Word;

/// A clause, as a range of the sentence's words, without its connectives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    pub words: Range<usize>,
    /// The connectives that open it: "but that". Empty for the first clause of most sentences.
    pub opener: Range<usize>,
}

impl Clause {
    /// The bytes of its words in the sentence.
    pub fn span(&self, words: &[Word]) -> Span {
        span_of(&self.words, words)
    }
}

/// From the first byte of the first word to the last byte of the last one.
pub fn span_of(range: &Range<usize>, words: &[Word]) -> Span {
    match (words.get(range.start), words.get(range.end.wrapping_sub(1))) {
        (Some(first), Some(last)) if !range.is_empty() => Span::new(first.span.start, last.span.end),
        _ => Span::new(0, 0),
    }
}

/// The clauses of a sentence, in order; together with their openers they hold all its words. Brackets part them:
/// what is near a word is measured by that.
pub fn clauses(text: &str, words: &[Word]) -> Vec<Clause> {
    parted(words, |start, place| {
        let gap = &text[words[place - 1].span.end..words[place].span.start];
        is_boundary(text, words, start, place, gap)
    })
}

/// The clauses as they can be told: what stands in brackets belongs to the clause around it, and no quotation is
/// torn.
pub fn told_clauses(text: &str, words: &[Word], pairs: &[Pair]) -> Vec<Clause> {
    parted(words, |start, place| {
        gap_outside(text, words, place, pairs).is_some_and(|gap| is_boundary(text, words, start, place, &gap))
    })
}

/// `is_boundary` is asked with the first word of the clause so far and the one that may start the next.
fn parted(words: &[Word], is_boundary: impl Fn(usize, usize) -> bool) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut start = 0;
    for place in 1..=words.len() {
        if place == words.len() || is_boundary(start, place) {
            let opener = opener(words, start, place);
            clauses.push(Clause { words: opener.end..place, opener });
            start = place;
        }
    }
    clauses
}

/// Whether a new clause starts with the word at `place`, `gap` being what stands before it.
fn is_boundary(text: &str, words: &[Word], start: usize, place: usize, gap: &str) -> bool {
    let word = words[place].folded.as_str();
    // "23:30" is one thing.
    if matches!(gap, ":" | "–") && words[place - 1].is_number() && words[place].is_number() {
        return false;
    }
    if gap.contains([';', ':', '—', '–', '(', ')', '…']) || gap.contains(" - ") || gap.contains("...") {
        return true;
    }
    if gap.contains(',') {
        let is_introduction = start == 0 && opens_introduction(words) && !is_list_comma(words, place);
        let joins = matches!(word, "and" | "or");
        return (CLAUSE_OPENERS.contains(&word) && (!joins || has_verb(text, words, place)))
            || is_participle_clause(words, place)
            || is_introduction;
    }
    let previous = words[place - 1].folded.as_str();
    match word {
        "but" | "because" | "although" | "though" | "whereas" | "unless" => true,
        "while" | "if" | "as" | "so" => matches!(previous, "and" | "but"),
        "that" => is_reporting_verb(previous) || is_said(previous),
        "and" => words.get(place + 1).is_some_and(|next| {
            matches!(next.folded.as_str(), "that" | "he" | "she" | "it" | "they" | "we" | "i" | "then")
        }),
        _ => false,
    }
}

const CLAUSE_OPENERS: &[&str] = &[
    "but",
    "which",
    "who",
    "whose",
    "whom",
    "where",
    "when",
    "while",
    "although",
    "though",
    "because",
    "since",
    "as",
    "so",
    "yet",
    "whereas",
    "unless",
    "if",
    "with",
    "after",
    "before",
    "until",
    "including",
    "adding",
    "saying",
    "and",
    "or",
    "though",
    "despite",
    "he",
    "she",
    "it",
    "they",
    "we",
    "this",
    "these",
    "there",
];

fn is_said(word: &str) -> bool {
    matches!(
        word,
        "believe"
            | "believes"
            | "believed"
            | "know"
            | "known"
            | "hope"
            | "hopes"
            | "hoped"
            | "agree"
            | "agreed"
            | "warned"
            | "warns"
            | "insisted"
            | "argued"
            | "promised"
            | "claimed"
            | "say"
    )
}

/// Whether a verb that is plain to see stands between `place` and the next comma.
fn has_verb(text: &str, words: &[Word], place: usize) -> bool {
    for (offset, word) in words[place..].iter().enumerate() {
        let after_comma =
            offset > 0 && text[words[place + offset - 1].span.end..word.span.start].contains(',');
        if after_comma {
            return false;
        }
        if is_auxiliary(&word.folded) || is_reporting_verb(&word.folded) {
            return true;
        }
    }
    false
}

/// "Speaking last week, …", "In Paris, …": what stands before the first comma only introduces.
fn opens_introduction(words: &[Word]) -> bool {
    let first = words[0].folded.as_str();
    (first.ends_with("ing") && first.len() > 4)
        || matches!(
            first,
            "in" | "on"
                | "at"
                | "after"
                | "before"
                | "during"
                | "following"
                | "according"
                | "until"
                | "since"
                | "by"
                | "for"
                | "with"
                | "despite"
                | "unlike"
                | "however"
                | "furthermore"
                | "if"
                | "when"
                | "as"
                | "while"
                | "under"
                | "from"
                | "once"
                | "although"
                | "because"
                | "concurrently"
                | "notably"
                | "meanwhile"
        )
}

/// A comma between things of one list: "drones, sensors and satellites".
fn is_list_comma(words: &[Word], place: usize) -> bool {
    words[place..].iter().take(4).any(|word| matches!(word.folded.as_str(), "and" | "or"))
        && !words[place..].iter().take(4).any(|word| is_auxiliary(&word.folded))
}

fn is_participle_clause(words: &[Word], place: usize) -> bool {
    let word = words[place].folded.as_str();
    word.ends_with("ing")
        && word.len() > 4
        && !matches!(word, "during" | "nothing" | "something" | "everything")
}

/// The connectives at the start of a clause.
fn opener(words: &[Word], start: usize, end: usize) -> Range<usize> {
    let mut place = start;
    while place + 1 < end
        && matches!(words[place].folded.as_str(), "but" | "and" | "that" | "so" | "yet" | "or")
    {
        let is_determiner = words[place].folded == "that" && place == 0;
        if is_determiner {
            break;
        }
        place += 1;
    }
    start..place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let words = words(text);
        let found: Vec<&str> =
            clauses(text, &words).iter().map(|clause| &text[clause.span(&words).range()]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn connectives_are_left_off() {
        check(
            "The tenant asked for ten years, but that six months had been granted.",
            &["The tenant asked for ten years", "six months had been granted"],
        );
    }

    #[test]
    fn what_was_said_is_a_clause_of_its_own() {
        check(
            "The landlord said that the roof would be mended.",
            &["The landlord said", "the roof would be mended"],
        );
    }

    #[test]
    fn an_introduction_is_not_part_of_the_statement() {
        check("Speaking in May, the head of sales left.", &["Speaking in May", "the head of sales left"]);
    }

    #[test]
    fn a_time_of_day_is_not_cut() {
        check("Music ends at 23:30: neighbours sleep.", &["Music ends at 23:30", "neighbours sleep"]);
        check("Doors open 18:00–18:30.", &["Doors open 18:00–18:30"]);
    }

    #[test]
    fn brackets_and_quotations_are_not_torn_where_they_are_told() {
        let text = r#"The slip (the old one; it leaks), which Ada calls "wet, but dear", is let."#;
        let words = words(text);
        let found: Vec<&str> = told_clauses(text, &words, &super::super::pairs::pairs(text))
            .iter()
            .map(|clause| &text[clause.span(&words).range()])
            .collect();
        assert_eq!(found, ["The slip (the old one; it leaks", r#"which Ada calls "wet, but dear", is let"#]);
    }

    #[test]
    fn commas_of_a_list_do_not_cut() {
        check("It uses drones, sensors, and satellites.", &["It uses drones, sensors, and satellites"]);
        check("It uses drones, sensors and satellites.", &["It uses drones, sensors and satellites"]);
    }
}
