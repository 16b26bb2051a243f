//! Whether an old answer still holds: the words that it was taken from, looked for in the source as it is today.
//!
//! Reading the source is left to the caller, and so is saying the verdict. Nothing here trusts the old place: the
//! text may be shorter by now, or have another character there.

use std::collections::HashMap;

use super::receipt;
use crate::corpus::lines::breaks;
use crate::corpus::read::format_of;
use crate::corpus::{Format, Span, describe, passages};
use crate::words::{is_function_word, stem, words};

/// Sentences that share less with the quote than this are about something else. 1 is all words, 0 none.
const ALIKE: f64 = 0.5;

/// What a receipt says about one quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed<'a> {
    /// Of the source, relative to the corpus: its ending says how sentences are told apart.
    pub path: &'a str,
    pub byte_start: usize,
    pub byte_end: usize,
    pub quote: &'a str,
    /// Of the quote, in hexadecimal.
    pub sha256: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The same words stand at the same place.
    Holds,
    /// The same words stand elsewhere; the line, from 1.
    Moved { line: usize },
    /// The words stand nowhere; `now` is what comes closest to them today.
    Changed { now: Option<String> },
    /// The source is not there any more.
    Gone,
}

/// Holds the claim against the present text of its source, which is `None` where there is no such source.
///
/// A quote that does not have the hash it was kept with is not what was answered from, wherever it stands.
pub fn verify(claimed: &Claimed<'_>, text: Option<&str>) -> Verdict {
    let Some(text) = text else { return Verdict::Gone };
    let is_as_kept = receipt::sha256(claimed.quote) == claimed.sha256;
    if is_as_kept && text.get(claimed.byte_start..claimed.byte_end) == Some(claimed.quote) {
        return Verdict::Holds;
    }
    match nearest(claimed, text).filter(|_| is_as_kept) {
        Some(place) => Verdict::Moved { line: breaks(text.as_bytes(), 0, place) + 1 },
        None => Verdict::Changed { now: most_alike(claimed, text) },
    }
}

/// Where the quote stands nearest to its old place: bytes.
fn nearest(claimed: &Claimed<'_>, text: &str) -> Option<usize> {
    let places = text.match_indices(claimed.quote).map(|(place, _)| place);
    places.min_by_key(|place| place.abs_diff(claimed.byte_start))
}

/// As many sentences of one passage as the quote has, those that share most words with it; of equals the nearest
/// to its old place.
fn most_alike(claimed: &Claimed<'_>, text: &str) -> Option<String> {
    let quote = Counted::of(claimed.quote);
    let length: usize = sentences(claimed.path, claimed.quote).iter().map(Vec::len).sum();
    let mut best: Option<(f64, usize, Span)> = None;
    for passage in sentences(claimed.path, text) {
        for window in passage.windows(length.clamp(1, passage.len())) {
            let span = Span::new(window[0].start, window[window.len() - 1].end);
            let likeness = quote.likeness(&text[span.range()]);
            let distance = span.start.abs_diff(claimed.byte_start);
            let is_better = best
                .is_none_or(|(most, nearest, _)| likeness > most || likeness == most && distance < nearest);
            if likeness >= ALIKE && is_better {
                best = Some((likeness, distance, span));
            }
        }
    }
    best.map(|(_, _, span)| text[span.range()].to_owned())
}

/// What can be quoted, passage by passage; none is empty.
fn sentences(path: &str, text: &str) -> Vec<Vec<Span>> {
    let format = format_of(path).unwrap_or(Format::Text);
    let document = describe::document(path, format, text.to_owned(), Vec::new());
    let passages = passages::passages(&document).into_iter().map(|passage| passage.sentences);
    passages.filter(|sentences| !sentences.is_empty()).collect()
}

/// The words of a quote that mean something, each with how often it stands there.
struct Counted {
    counts: HashMap<String, usize>,
    total: usize,
}

impl Counted {
    fn of(quote: &str) -> Counted {
        let mut counts = HashMap::new();
        let stems = stems(quote);
        let total = stems.len();
        for stem in stems {
            *counts.entry(stem).or_default() += 1;
        }
        Counted { counts, total }
    }

    /// The share of words that the quote and `other` have in common: 0 to 1.
    fn likeness(&self, other: &str) -> f64 {
        let other = stems(other);
        let words = self.total + other.len();
        let mut left = self.counts.clone();
        let mut shared = 0;
        for stem in other {
            if let Some(count) = left.get_mut(&stem).filter(|count| **count > 0) {
                *count -= 1;
                shared += 1;
            }
        }
        if words == 0 { 0.0 } else { 2.0 * shared as f64 / words as f64 }
    }
}

fn stems(text: &str) -> Vec<String> {
    let meaning = words(text).into_iter().filter(|word| !is_function_word(&word.folded));
    meaning.map(|word| stem(&word.folded).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str =
        "# Lease\n\nIt was signed in Ghent. It runs for 15 years.\n\n- Rent: 300 euros\n- Pets: none\n";

    fn claimed<'a>(text: &'a str, quote: &'a str, sha256: &'a str) -> Claimed<'a> {
        let byte_start = text.find(quote).unwrap();
        Claimed { path: "a.md", byte_start, byte_end: byte_start + quote.len(), quote, sha256 }
    }

    /// What becomes of a quote from [`TEXT`] in another text.
    #[track_caller]
    fn check(quote: &str, now: &str, expected: Verdict) {
        let hash = receipt::sha256(quote);
        assert_eq!(verify(&claimed(TEXT, quote, &hash), Some(now)), expected);
    }

    fn changed(now: &str) -> Verdict {
        Verdict::Changed { now: Some(now.to_owned()) }
    }

    #[test]
    fn a_quote_holds_where_it_stood_and_is_gone_with_its_source() {
        check("It runs for 15 years.", TEXT, Verdict::Holds);
        let hash = receipt::sha256("Ghent");
        assert_eq!(verify(&claimed(TEXT, "Ghent", &hash), None), Verdict::Gone);
    }

    #[test]
    fn of_several_places_that_a_quote_moved_to_the_nearest_counts() {
        let quote = "It runs for 15 years.";
        let now = format!("{quote}\n\n# Lease\r\n\r\nSigned in Ghent. {quote}\n\n{quote}\n");
        check(quote, &now, Verdict::Moved { line: 5 });
    }

    #[test]
    fn what_stands_there_today_is_said_where_it_is_about_the_same() {
        let quote = "It runs for 15 years.";
        check(quote, &TEXT.replace("15", "20"), changed("It runs for 20 years."));
        check("Rent: 300 euros", &TEXT.replace("300", "400"), changed("Rent: 400 euros"));
        check(quote, "# Boats\n\nThey are blue. Nobody runs.\n", Verdict::Changed { now: None });
        check(quote, "", Verdict::Changed { now: None });
    }

    #[test]
    fn a_quote_of_several_sentences_is_compared_with_as_many() {
        let quote = "It was signed in Ghent. It runs for 15 years.";
        check(quote, &TEXT.replace("15", "20"), changed("It was signed in Ghent. It runs for 20 years."));
        check(quote, "It was signed in Ghent.", changed("It was signed in Ghent."));
    }

    #[test]
    fn of_sentences_that_are_equally_alike_the_nearest_to_the_old_place_counts() {
        let now = "It runs for 10 years.\n\nIt was signed in Ghent. It runs for 20 years.\n";
        check("It runs for 15 years.", now, changed("It runs for 20 years."));
    }

    #[test]
    fn a_quote_without_its_hash_proves_nothing() {
        let quote = "It runs for 15 years.";
        let forged = receipt::sha256("It runs for 99 years.");
        assert_eq!(verify(&claimed(TEXT, quote, &forged), Some(TEXT)), changed(quote));
    }

    /// A text of several sentences with letters of one to four bytes, and the quote in its middle.
    fn texts() -> impl Strategy<Value = (String, String, String)> {
        let text = "([a-zäß漢𝄞]{1,5}[ .\n]){0,12}";
        (text, "[a-zäß漢𝄞][a-zäß漢𝄞0-9 ]{2,30}\\.", text)
    }

    proptest! {
        #[test]
        fn an_edit_within_a_quote_never_holds(
            (before, quote, after) in texts(), place in any::<prop::sample::Index>(), letter in "[A-Z]",
        ) {
            let hash = receipt::sha256(&quote);
            let text = format!("{before}{quote}{after}");
            let old = Claimed {
                path: "a.md",
                byte_start: before.len(),
                byte_end: before.len() + quote.len(),
                quote: &quote,
                sha256: &hash,
            };
            let (at, replaced) = quote.char_indices().nth(place.index(quote.chars().count())).unwrap();
            let at = before.len() + at;
            let rest = &text[at + replaced.len_utf8()..];
            for edited in [letter.as_str(), ""] {
                let edited = format!("{}{edited}{rest}", &text[..at]);
                // What follows can make up for a letter that is missing.
                if edited[before.len()..].starts_with(&quote) {
                    continue;
                }
                prop_assert_ne!(verify(&old, Some(&edited)), Verdict::Holds);
            }
            prop_assert_eq!(verify(&old, Some(&text)), Verdict::Holds);
        }

        #[test]
        fn edits_elsewhere_that_keep_the_place_change_nothing((before, quote, after) in texts()) {
            let hash = receipt::sha256(&quote);
            let (start, end) = (before.len(), before.len() + quote.len());
            let old = Claimed { path: "a.md", byte_start: start, byte_end: end, quote: &quote, sha256: &hash };
            let edited = format!("{}{quote}{}more", "x".repeat(before.len()), after.to_uppercase());
            prop_assert_eq!(verify(&old, Some(&edited)), Verdict::Holds);
        }

        #[test]
        fn lines_inserted_before_a_quote_move_it((before, quote, after) in texts(), lines in 1..9_usize) {
            let hash = receipt::sha256(&quote);
            let (start, end) = (before.len(), before.len() + quote.len());
            let old = Claimed { path: "a.md", byte_start: start, byte_end: end, quote: &quote, sha256: &hash };
            let inserted = "INSERTED LINE\n".repeat(lines);
            let edited = format!("{inserted}{before}{quote}{after}");
            let Verdict::Moved { line } = verify(&old, Some(&edited)) else { panic!("it did not move") };
            let is_there_once = edited.matches(&quote).count() == 1;
            let expected = lines + before.matches('\n').count() + 1;
            prop_assert!(line == expected || !is_there_once, "{} in place of {}", line, expected);
        }

        #[test]
        fn any_claim_about_any_text_has_a_verdict(
            text in "[a-zäß漢𝄞 .\n|#-]{0,60}", quote in "[a-zäß漢𝄞 .]{0,9}",
            byte_start in 0..90_usize, byte_end in 0..90_usize, is_whole in any::<bool>(),
        ) {
            let hash = receipt::sha256(if is_whole { &quote } else { "another" });
            let old = Claimed { path: "a.pdf", byte_start, byte_end, quote: &quote, sha256: &hash };
            let holds = text.get(byte_start..byte_end) == Some(&quote) && is_whole;
            prop_assert_eq!(verify(&old, Some(&text)) == Verdict::Holds, holds);
        }
    }

    #[test]
    fn places_at_the_end_of_what_can_be_counted_are_no_panic() {
        let hash = receipt::sha256("Ghent");
        for (byte_start, byte_end) in [(usize::MAX, 0), (0, usize::MAX), (usize::MAX, usize::MAX), (9, 3)] {
            let old = Claimed { path: "a.md", byte_start, byte_end, quote: "Ghent", sha256: &hash };
            assert_eq!(verify(&old, Some(TEXT)), Verdict::Moved { line: 3 });
        }
    }
}
