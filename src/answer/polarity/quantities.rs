//! Numbers, years, months and the like: whether the sentence has another one where the question has this one.

use crate::words::{Word, numbers};

/// What stands in each other's place: a year is no answer to a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    Percentage,
    Year,
    /// "sixteenth", "16th".
    Rank,
    Month,
    Weekday,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    pub kind: Kind,
    pub value: f64,
    /// The place of its first word.
    pub place: usize,
}

/// All of a text, in order. "one" is left out, since it is a pronoun more often.
pub fn quantities(text: &str, words: &[Word]) -> Vec<Quantity> {
    let mut found = Vec::new();
    let mut place = 0;
    while place < words.len() {
        let tens = numbers::tens(&words[place].folded);
        let next =
            words.get(place + 1).and_then(|next| below_twenty(&next.folded)).filter(|(_, n)| *n < 10.0);
        let (kind, value, length) = match (tens, next) {
            (Some(tens), Some((kind, rest))) => (kind, tens + rest, 2),
            (Some(tens), None) => (Kind::Number, tens, 1),
            (None, _) => match single(&words[place].folded) {
                Some((kind, value)) => (kind, value, 1),
                None => {
                    place += 1;
                    continue;
                }
            },
        };
        let (kind, value) =
            if kind == Kind::Number { scaled(text, words, place + length, value) } else { (kind, value) };
        found.push(Quantity { kind, value, place });
        place += length;
    }
    found
}

/// "1.5 million" is one number; "5 %" is a share.
fn scaled(text: &str, words: &[Word], after: usize, value: f64) -> (Kind, f64) {
    let gap_end = words.get(after).map_or(text.len(), |word| word.span.start);
    let gap = &text[words[after - 1].span.end..gap_end];
    let next = words.get(after).map_or("", |word| word.folded.as_str());
    if gap.trim_start().starts_with('%') || words[after - 1].written(text).ends_with('%') {
        return (Kind::Percentage, value);
    }
    match next {
        "percent" | "prozent" => (Kind::Percentage, value),
        next => (Kind::Number, value * numbers::magnitude(next).unwrap_or(1.0)),
    }
}

fn single(folded: &str) -> Option<(Kind, f64)> {
    if let Some(month) = MONTHS.iter().position(|names| names.contains(&folded)) {
        return Some((Kind::Month, month as f64));
    }
    if let Some(day) = WEEKDAYS.iter().position(|names| names.contains(&folded)) {
        return Some((Kind::Weekday, day as f64));
    }
    if folded == "one" {
        return None;
    }
    below_twenty(folded).or_else(|| digits(folded))
}

fn below_twenty(folded: &str) -> Option<(Kind, f64)> {
    let number = numbers::below_twenty(folded).map(|number| (Kind::Number, number));
    number.or_else(|| RANKS.iter().position(|rank| *rank == folded).map(|n| (Kind::Rank, (n + 1) as f64)))
}

fn digits(folded: &str) -> Option<(Kind, f64)> {
    let end = folded.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(folded.len());
    let value: f64 = folded[..end].parse().ok()?;
    match &folded[end..] {
        "" if end == 4 && (1000.0..2200.0).contains(&value) => Some((Kind::Year, value)),
        "st" | "nd" | "rd" | "th" => Some((Kind::Rank, value)),
        _ => Some((Kind::Number, value)),
    }
}

#[rustfmt::skip]
const RANKS: &[&str] = &[
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
];
/// "may" and "march" are verbs more often than months in small letters, and are left out.
#[rustfmt::skip]
const MONTHS: &[&[&str]] = &[
    &["january", "januar"], &["february", "februar"], &["marz"], &["april"], &["mai"], &["june", "juni"],
    &["july", "juli"], &["august"], &["september"], &["october", "oktober"], &["november"],
    &["december", "dezember"],
];
#[rustfmt::skip]
const WEEKDAYS: &[&[&str]] = &[
    &["monday", "mondays", "montag", "montags"], &["tuesday", "tuesdays", "dienstag", "dienstags"],
    &["wednesday", "wednesdays", "mittwoch", "mittwochs"], &["thursday", "thursdays", "donnerstag", "donnerstags"],
    &["friday", "fridays", "freitag", "freitags"], &["saturday", "saturdays", "samstag", "samstags"], &["sunday", "sundays", "sonntag", "sonntags"],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[track_caller]
    fn check(text: &str, expected: &[(Kind, f64)]) {
        let found: Vec<_> = quantities(text, &words(text)).iter().map(|q| (q.kind, q.value)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn quantities_have_a_kind_and_a_value() {
        check("the twenty-eighth president", &[(Kind::Rank, 28.0)]);
        check("the 28th of June 1805", &[(Kind::Rank, 28.0), (Kind::Month, 5.0), (Kind::Year, 1805.0)]);
        check("1.5 million or 15%", &[(Kind::Number, 1.5e6), (Kind::Percentage, 15.0)]);
        check("thirty of one on Mondays", &[(Kind::Number, 30.0), (Kind::Weekday, 0.0)]);
        check("25 days, 2,500 euros", &[(Kind::Number, 25.0), (Kind::Number, 2500.0)]);
    }
}
