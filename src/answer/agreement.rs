//! Who else says so: other sources whose sentences give the same value.

use super::headline::Line;
use super::sentences::Candidate;
use crate::corpus::Span;
use crate::retrieval::Hit;
use crate::words::words;

/// A source that says the same scores nearly as well; a worse one talks of something else.
const COMPARABLE: f64 = 0.7;
/// More sources than that prove nothing more.
const MOST: usize = 4;

/// Sentences of further sources with the same value, best first, one a source, with the value's bytes in them.
pub fn same<'c, 'a>(
    line: &Line,
    candidates: &'c [Candidate<'a>],
    hits: &[Hit<'_>],
) -> Vec<(&'c Candidate<'a>, Span)> {
    let Some(value) = &line.value else { return Vec::new() };
    let wanted = normalised(value);
    let best = candidates[0].score;
    let mut sources = vec![&hits[candidates[0].hit].source.description.id];
    let mut found = Vec::new();
    for candidate in &candidates[1..] {
        let source = &hits[candidate.hit].source.description.id;
        let Some(theirs) = &candidate.value else { continue };
        let says_same = normalised(&candidate.sentence.text[theirs.span.range()]) == wanted;
        let is_comparable = candidate.score >= best * COMPARABLE;
        if says_same && is_comparable && !sources.contains(&source) && found.len() < MOST {
            sources.push(source);
            found.push((candidate, theirs.span));
        }
    }
    found
}

/// A value without case, accents and punctuation, small numbers as digits: "Fifteen years" is "15 years".
pub fn normalised(value: &str) -> String {
    let spoken: Vec<String> = words(value).into_iter().map(|word| digits(word.folded)).collect();
    spoken.join(" ")
}

fn digits(folded: String) -> String {
    const NUMBERS: &[&str] = &[
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    match NUMBERS.iter().position(|number| *number == folded) {
        Some(number) => number.to_string(),
        None => folded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value_are_one() {
        assert_eq!(normalised("Fifteen years"), normalised("15 years"));
        assert_eq!(normalised("1,000 men"), normalised("1000 men"));
        assert_eq!(normalised("Élysée"), normalised("Elysee"));
        assert_ne!(normalised("15 years"), normalised("50 years"));
    }
}
