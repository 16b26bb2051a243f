//! Values in one form, so that "fifteen years" is 15 years, "Tue 6th Jan 2026" is 6 January 2026, and Mr Tusk is
//! Donald Tusk: what tells agreement from disagreement.

use crate::corpus::date;
use crate::words::numbers::{self, number_word};
use crate::words::{is_function_word, stem, words};

/// How two values stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// They say the same, one perhaps in more detail.
    Same,
    /// They cannot both be the answer.
    Different,
    /// They are no answers to one question: years and people, a day and a place.
    Incomparable,
}

/// A value as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Canonical {
    /// Numbers in their order, with the stems of what they count.
    Numbers {
        numbers: Vec<f64>,
        units: Vec<String>,
    },
    Date {
        year: Option<i16>,
        month: Option<i8>,
        day: Option<i8>,
    },
    /// Stems of content words, in their order.
    Words(Vec<String>),
}

impl Canonical {
    /// The one form of a value as it was told.
    pub fn of(value: &str) -> Canonical {
        let mentions = date::mentions(value);
        if let Some(mention) =
            mentions.first().filter(|mention| mention.year.is_some() || mention.month.is_some())
        {
            return Canonical::Date { year: mention.year, month: mention.month, day: mention.day };
        }
        let found = words(value);
        let mut numbers = Vec::new();
        let mut rest = Vec::new();
        let mut magnitude_of_last = false;
        for word in &found {
            match (number(&word.folded), magnitude(&word.folded)) {
                (Some(number), _) => {
                    numbers.push(number);
                    magnitude_of_last = true;
                }
                (None, Some(factor)) if magnitude_of_last => {
                    if let Some(last) = numbers.last_mut() {
                        *last *= factor;
                    }
                }
                _ if is_function_word(&word.folded) || is_hedge(&word.folded) => {}
                _ => {
                    magnitude_of_last = false;
                    rest.push(stem(&word.folded).into_owned());
                }
            }
        }
        if value.contains('%') {
            rest.push("percent".to_owned());
        }
        if numbers.is_empty() { Canonical::Words(rest) } else { Canonical::Numbers { numbers, units: rest } }
    }

    pub fn compare(&self, other: &Canonical) -> Comparison {
        match (self, other) {
            (
                Canonical::Numbers { numbers, units },
                Canonical::Numbers { numbers: their_numbers, units: their_units },
            ) => compare_numbers((numbers, units), (their_numbers, their_units)),
            (
                Canonical::Date { year, month, day },
                Canonical::Date { year: their_year, month: their_month, day: their_day },
            ) => {
                let parts = [
                    (year.map(i32::from), their_year.map(i32::from)),
                    (month.map(i32::from), their_month.map(i32::from)),
                    (day.map(i32::from), their_day.map(i32::from)),
                ];
                compare_parts(&parts)
            }
            (Canonical::Words(words), Canonical::Words(theirs)) => compare_words(words, theirs),
            _ => Comparison::Incomparable,
        }
    }
}

fn compare_numbers(ours: (&[f64], &[String]), theirs: (&[f64], &[String])) -> Comparison {
    let shares_unit =
        ours.1.is_empty() || theirs.1.is_empty() || ours.1.iter().any(|unit| theirs.1.contains(unit));
    match () {
        () if !shares_unit => Comparison::Incomparable,
        () if ours.0.iter().any(|number| theirs.0.contains(number)) => Comparison::Same,
        () => Comparison::Different,
    }
}

fn compare_parts(parts: &[(Option<i32>, Option<i32>)]) -> Comparison {
    let mut both = parts.iter().filter_map(|(ours, theirs)| ours.zip(*theirs)).peekable();
    match () {
        () if both.peek().is_none() => Comparison::Incomparable,
        () if both.all(|(ours, theirs)| ours == theirs) => Comparison::Same,
        () => Comparison::Different,
    }
}

/// Names and phrases are the same where one holds all words of the other, in any spelling that sounds alike.
fn compare_words(ours: &[String], theirs: &[String]) -> Comparison {
    let (fewer, more) = if ours.len() <= theirs.len() { (ours, theirs) } else { (theirs, ours) };
    if fewer.is_empty() {
        return Comparison::Incomparable;
    }
    let has =
        |stem: &String| more.iter().any(|other| other == stem || super::terms::sounds_like(stem, other));
    if fewer.iter().all(has) { Comparison::Same } else { Comparison::Different }
}

/// What a word counts, where it is a number.
fn number(folded: &str) -> Option<f64> {
    if let Some(number) = number_word(folded) {
        return Some(number);
    }
    let digits = folded.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: f64 = digits.parse().ok()?;
    match &folded[digits.len()..] {
        "" | "st" | "nd" | "rd" | "th" => Some(number),
        suffix => Some(number * magnitude(suffix)?),
    }
}

fn magnitude(folded: &str) -> Option<f64> {
    numbers::magnitude(folded).or(match folded {
        "k" => Some(1e3),
        "m" | "mn" => Some(1e6),
        "bn" => Some(1e9),
        "dozen" => Some(12.0),
        _ => None,
    })
}

fn is_hedge(folded: &str) -> bool {
    matches!(
        folded,
        "almost"
            | "nearly"
            | "approximately"
            | "roughly"
            | "circa"
            | "least"
            | "most"
            | "exactly"
            | "mr"
            | "mrs"
            | "ms"
            | "dr"
    )
}

#[cfg(test)]
mod tests {
    use super::Comparison::{Different, Incomparable, Same};
    use super::*;

    #[test]
    fn values_are_compared_by_what_they_say() {
        let cases = [
            ("15 years", "fifteen years", Same),
            ("15 years", "up to 50 years", Different),
            ("15 years", "15 people", Incomparable),
            ("€30", "30 EUR", Same),
            ("1.5 million", "1,500,000", Same),
            ("83 %", "83 percent", Same),
            ("6 January 2026", "Tue 6th Jan 2026", Same),
            ("January 2026", "6 January 2026", Same),
            ("6 January 2026", "7 January 2026", Different),
            ("1856", "1900", Different),
            ("Mr Tusk", "Donald Tusk", Same),
            ("Zelensky", "President Zelenskiy", Same),
            ("Ada Byron", "Charles Babbage", Different),
            ("12 people", "Ghent", Incomparable),
            ("the", "Ghent", Incomparable),
        ];
        for (ours, theirs, expected) in cases {
            let (a, b) = (Canonical::of(ours), Canonical::of(theirs));
            assert_eq!(a.compare(&b), expected, "{ours:?} {theirs:?}: {a:?} {b:?}");
            assert_eq!(b.compare(&a), expected, "{theirs:?} {ours:?}");
        }
    }
}
