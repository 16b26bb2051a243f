//! Whether an old answer still holds: the words that it was taken from, looked for in the source as it is today.
//!
//! Reading the source is left to the caller, and so are other files and saying the verdict. Nothing here trusts the
//! old place: the text may be shorter by now, or have another character there.

use std::cell::OnceCell;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::receipt;
use crate::corpus::lines::{breaks, lines};
use crate::corpus::neighbours::WrittenLines;
use crate::corpus::read::{Text, format_of};
use crate::corpus::{Encoding, Format, Neighbours, Span, describe, passages};
use crate::words::{is_function_word, stem, words};

/// Sentences that share less with the quote than this are about something else. 1 is all words, 0 none.
const ALIKE: f64 = 0.5;

/// What a receipt says about one quote. What is an `Option` is not known of every receipt, and then not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed<'a> {
    /// Of the source, relative to the corpus: its ending says how sentences are told apart.
    pub path: &'a str,
    pub byte_start: usize,
    pub byte_end: usize,
    /// The line that the quote began in, from 1.
    pub line: Option<usize>,
    pub quote: &'a str,
    /// Of the quote, in hexadecimal.
    pub sha256: &'a str,
    /// How the file was read.
    pub encoding: Option<Encoding>,
    /// The lines around the quote.
    pub neighbours: Option<Neighbours>,
}

/// A stretch of a source as it is today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub span: Span,
    /// The line that it begins in, from 1.
    pub line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The same words stand at the same place, or where only other parts of the text were changed: next to a line
    /// that they stood next to, or in the line with the same number.
    Holds(Place),
    /// The same words stand elsewhere in the source.
    Moved(Place),
    /// The words stand there, but the file's bytes became text in another way, and are not the bytes that were
    /// cited.
    Reencoded(Place),
    /// The words stand nowhere in the source; with what comes closest to them today.
    Changed(Option<Place>),
    /// The quote does not have the hash that it was kept with: it is not what was answered from.
    Forged(Option<Place>),
}

/// A source as it is today, with what is found out about it only once.
#[derive(Debug)]
pub struct Today {
    pub text: String,
    pub encoding: Encoding,
    lines: OnceCell<WrittenLines>,
    sentences: OnceCell<Vec<Vec<Sentence>>>,
}

/// Of one passage; with the hash of each word that means something.
#[derive(Debug)]
struct Sentence {
    span: Span,
    stems: Vec<u64>,
}

impl From<Text> for Today {
    fn from(Text { text, encoding }: Text) -> Today {
        Today { text, encoding, lines: OnceCell::new(), sentences: OnceCell::new() }
    }
}

impl Today {
    /// Where a span stands.
    pub fn place(&self, span: Span) -> Place {
        Place { span, line: breaks(self.text.as_bytes(), 0, span.start) + 1 }
    }

    fn neighbours(&self, span: Span) -> Neighbours {
        let lines = self.lines.get_or_init(|| WrittenLines::of(&self.text));
        lines.neighbours(&self.text, span)
    }

    /// What can be quoted, passage by passage; none is empty.
    fn sentences(&self, path: &str) -> &[Vec<Sentence>] {
        self.sentences.get_or_init(|| sentences(path, &self.text))
    }
}

/// Holds the claim against the present text of its source.
pub fn verify(claimed: &Claimed<'_>, today: &Today) -> Verdict {
    if receipt::sha256(claimed.quote) != claimed.sha256 {
        return Verdict::Forged(most_alike(claimed, today));
    }
    let is_same_encoding = claimed.encoding.is_none_or(|encoding| encoding == today.encoding);
    let is_there = today.text.get(claimed.byte_start..claimed.byte_end) == Some(claimed.quote);
    let places = || {
        let found = today.text.match_indices(claimed.quote);
        found.map(|(start, quote)| Span::new(start, start + quote.len()))
    };
    let distance = |span: &Span| span.start.abs_diff(claimed.byte_start);
    if is_same_encoding {
        let old = is_there.then(|| Span::new(claimed.byte_start, claimed.byte_end));
        let line = old.is_none().then(|| old_line(claimed, today)).flatten();
        let is_same_place = |span: &Span| stands_as_before(*span, line, claimed, today);
        if let Some(span) = old.or_else(|| places().filter(is_same_place).min_by_key(distance)) {
            return Verdict::Holds(today.place(span));
        }
    }
    match places().min_by_key(distance) {
        Some(span) if is_same_encoding => Verdict::Moved(today.place(span)),
        Some(span) => Verdict::Reencoded(today.place(span)),
        None => Verdict::Changed(most_alike(claimed, today)),
    }
}

/// The line of today that has the number of the quote's.
fn old_line(claimed: &Claimed<'_>, today: &Today) -> Option<Span> {
    lines(&today.text).nth(claimed.line?.checked_sub(1)?)
}

fn stands_as_before(span: Span, old_line: Option<Span>, claimed: &Claimed<'_>, today: &Today) -> bool {
    if old_line.is_some_and(|line| line.range().contains(&span.start)) {
        return true;
    }
    claimed.neighbours.is_some_and(|then| {
        let now = today.neighbours(span);
        now.before == then.before || now.after == then.after
    })
}

/// As many sentences of one passage as the quote has, those that share most words with it; of equals the nearest
/// to its old place.
fn most_alike(claimed: &Claimed<'_>, today: &Today) -> Option<Place> {
    let quote = Counted::of(claimed.quote);
    let length: usize = sentences(claimed.path, claimed.quote).iter().map(Vec::len).sum();
    let mut best: Option<(f64, usize, Span)> = None;
    for passage in today.sentences(claimed.path) {
        for window in passage.windows(length.clamp(1, passage.len())) {
            let span = Span::new(window[0].span.start, window[window.len() - 1].span.end);
            let likeness = quote.likeness(window);
            let distance = span.start.abs_diff(claimed.byte_start);
            let is_better = best
                .is_none_or(|(most, nearest, _)| likeness > most || likeness == most && distance < nearest);
            if likeness >= ALIKE && is_better {
                best = Some((likeness, distance, span));
            }
        }
    }
    best.map(|(_, _, span)| today.place(span))
}

fn sentences(path: &str, text: &str) -> Vec<Vec<Sentence>> {
    let format = format_of(path).unwrap_or(Format::Text);
    let document = describe::document(path, format, text.to_owned(), Vec::new());
    let passages = passages::passages(&document).into_iter().map(|passage| passage.sentences);
    let sentence = |span: Span| Sentence { span, stems: stems(&text[span.range()]) };
    let sentences = passages.map(|spans| spans.into_iter().map(sentence).collect());
    sentences.filter(|sentences: &Vec<Sentence>| !sentences.is_empty()).collect()
}

/// The words of a quote that mean something, each with how often it stands there.
struct Counted {
    counts: FxHashMap<u64, usize>,
    total: usize,
}

impl Counted {
    fn of(quote: &str) -> Counted {
        let mut counts = FxHashMap::default();
        let stems = stems(quote);
        let total = stems.len();
        for stem in stems {
            *counts.entry(stem).or_default() += 1;
        }
        Counted { counts, total }
    }

    /// The share of words that the quote and some sentences have in common: 0 to 1.
    fn likeness(&self, sentences: &[Sentence]) -> f64 {
        let mut left = self.counts.clone();
        let (mut words, mut shared) = (self.total, 0);
        for stem in sentences.iter().flat_map(|sentence| &sentence.stems) {
            words += 1;
            if let Some(count) = left.get_mut(stem).filter(|count| **count > 0) {
                *count -= 1;
                shared += 1;
            }
        }
        if words == 0 { 0.0 } else { 2.0 * f64::from(shared) / words as f64 }
    }
}

/// Hashes of the stems: they are only ever compared.
fn stems(text: &str) -> Vec<u64> {
    let meaning = words(text).into_iter().filter(|word| !is_function_word(&word.folded));
    let hash = |stem: &str| {
        let mut hasher = FxHasher::default();
        stem.hash(&mut hasher);
        hasher.finish()
    };
    meaning.map(|word| hash(&stem(&word.folded))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str =
        "# Lease\n\nIt was signed in Ghent. It runs for 15 years.\n\n- Rent: 300 euros\n- Pets: none\n";

    fn today(text: &str) -> Today {
        Text { text: text.to_owned(), encoding: Encoding::Utf8 }.into()
    }

    /// A quote of a text, as it is kept.
    fn claimed<'a>(text: &'a str, quote: &'a str, sha256: &'a str) -> Claimed<'a> {
        let byte_start = text.find(quote).unwrap();
        let old = today(text);
        let span = Span::new(byte_start, byte_start + quote.len());
        Claimed {
            path: "a.md",
            byte_start,
            byte_end: span.end,
            line: Some(old.place(span).line),
            quote,
            sha256,
            encoding: Some(Encoding::Utf8),
            neighbours: Some(old.neighbours(span)),
        }
    }

    /// The verdict in words, with the line or the text of today.
    fn said(verdict: Verdict, now: &str) -> String {
        let text =
            |place: Option<Place>| place.map_or("nothing", |place| &now[place.span.range()]).to_owned();
        match verdict {
            Verdict::Holds(place) => format!("holds in {}", place.line),
            Verdict::Moved(place) => format!("moved to {}", place.line),
            Verdict::Reencoded(place) => format!("reencoded in {}", place.line),
            Verdict::Changed(now) => format!("changed: {}", text(now)),
            Verdict::Forged(now) => format!("forged: {}", text(now)),
        }
    }

    /// What becomes of a quote from [`TEXT`] in another text.
    #[track_caller]
    fn check(quote: &str, now: &str, expected: &str) {
        let hash = receipt::sha256(quote);
        assert_eq!(said(verify(&claimed(TEXT, quote, &hash), &today(now)), now), expected);
    }

    const YEARS: &str = "It runs for 15 years.";

    #[test]
    fn a_quote_holds_where_it_stood() {
        check(YEARS, TEXT, "holds in 3");
        check("Pets: none", TEXT, "holds in 6");
    }

    #[test]
    fn a_quote_holds_where_only_other_parts_were_changed() {
        // Lines before it, the one next to it too, and after it.
        check(YEARS, &format!("New.\n\n{TEXT}"), "holds in 5");
        check(YEARS, &TEXT.replace("# Lease\n", "# The lease\n\nNew.\n"), "holds in 5");
        check(YEARS, &TEXT.replace("- Rent", "New.\n\n- New\n- Rent"), "holds in 3");
        check(YEARS, &TEXT.replace('\n', "\r\n"), "holds in 3");
        // In its own line, and around it while it stays in its line.
        check(YEARS, &TEXT.replace("signed in Ghent", "made"), "holds in 3");
        check(YEARS, &TEXT.replace("Lease", "L").replace("Rent: 300", "Rent: 9"), "holds in 3");
        // The ends of the text are neighbours too.
        check("# Lease", &format!("{}\nNew.\n", TEXT.lines().next().unwrap()), "holds in 1");
        check("- Pets: none", "New.\n\n# Pets\n\n- Pets: none", "holds in 5");
    }

    #[test]
    fn a_quote_between_other_lines_has_moved_to_the_nearest_place() {
        let now = format!("# Terms\n\nA.\n\nBecause B. {YEARS}\n\n# Else\n\n{YEARS}\n\nC.\n");
        check(YEARS, &now, "moved to 5");
        let other_place =
            TEXT.replace(" It runs for 15 years.", "") + "\nAs agreed. It runs for 15 years.\nSo.\n";
        check(YEARS, &other_place, "moved to 8");
    }

    #[test]
    fn of_an_older_receipt_only_the_place_and_the_words_are_known() {
        let hash = receipt::sha256(YEARS);
        let old = Claimed { line: None, encoding: None, neighbours: None, ..claimed(TEXT, YEARS, &hash) };
        for (now, expected) in [(TEXT.to_owned(), "holds in 3"), (format!("New.\n\n{TEXT}"), "moved to 5")] {
            assert_eq!(said(verify(&old, &today(&now)), &now), expected);
        }
    }

    #[test]
    fn a_file_with_another_encoding_has_not_the_bytes_that_were_cited() {
        let hash = receipt::sha256(YEARS);
        let claimed = claimed(TEXT, YEARS, &hash);
        for (encoding, text) in
            [(Encoding::Utf16Le, TEXT.to_owned()), (Encoding::Utf8WithMark, format!("\u{feff}{TEXT}"))]
        {
            let now: Today = Text { text: text.clone(), encoding }.into();
            assert_eq!(said(verify(&claimed, &now), &text), "reencoded in 3");
        }
        let now = Text { text: TEXT.replace("15", "20"), encoding: Encoding::Utf16Le }.into();
        assert!(matches!(verify(&claimed, &now), Verdict::Changed(Some(_))));
    }

    #[test]
    fn what_stands_there_today_is_said_where_it_is_about_the_same() {
        check(YEARS, &TEXT.replace("15", "20"), "changed: It runs for 20 years.");
        check("Rent: 300 euros", &TEXT.replace("300", "400"), "changed: Rent: 400 euros");
        check(YEARS, "# Boats\n\nThey are blue. Nobody runs.\n", "changed: nothing");
        check(YEARS, "", "changed: nothing");
    }

    #[test]
    fn a_quote_of_several_sentences_is_compared_with_as_many() {
        let quote = "It was signed in Ghent. It runs for 15 years.";
        check(quote, &TEXT.replace("15", "20"), "changed: It was signed in Ghent. It runs for 20 years.");
        check(quote, "It was signed in Ghent.", "changed: It was signed in Ghent.");
    }

    #[test]
    fn of_sentences_that_are_equally_alike_the_nearest_to_the_old_place_counts() {
        let now = "It runs for 10 years.\n\nIt was signed in Ghent. It runs for 20 years.\n";
        check(YEARS, now, "changed: It runs for 20 years.");
    }

    #[test]
    fn a_quote_without_its_hash_proves_nothing() {
        let forged = receipt::sha256("It runs for 99 years.");
        let verdict = verify(&claimed(TEXT, YEARS, &forged), &today(TEXT));
        assert_eq!(said(verdict, TEXT), format!("forged: {YEARS}"));
    }

    /// A text of several sentences with letters of one to four bytes, and the quote in its middle.
    fn texts() -> impl Strategy<Value = (String, String, String)> {
        let text = "([a-zäß漢𝄞]{1,5}[ .\n]){0,12}";
        (text, "[a-zäß漢𝄞][a-zäß漢𝄞0-9 ]{2,30}\\.", text)
    }

    /// The quote between its two texts, as it is kept.
    fn between<'a>(before: &str, quote: &'a str, after: &str, sha256: &'a str) -> Claimed<'a> {
        let old = today(&format!("{before}{quote}{after}"));
        let span = Span::new(before.len(), before.len() + quote.len());
        Claimed {
            path: "a.md",
            byte_start: span.start,
            byte_end: span.end,
            line: Some(old.place(span).line),
            quote,
            sha256,
            encoding: Some(Encoding::Utf8),
            neighbours: Some(old.neighbours(span)),
        }
    }

    proptest! {
        #[test]
        fn an_edit_within_a_quote_never_holds(
            (before, quote, after) in texts(), place in any::<prop::sample::Index>(), letter in "[A-Z]",
        ) {
            let hash = receipt::sha256(&quote);
            let text = format!("{before}{quote}{after}");
            let old = between(&before, &quote, &after, &hash);
            let (at, replaced) = quote.char_indices().nth(place.index(quote.chars().count())).unwrap();
            let at = before.len() + at;
            let rest = &text[at + replaced.len_utf8()..];
            for edited in [letter.as_str(), ""] {
                let edited = format!("{}{edited}{rest}", &text[..at]);
                // What stands around it can make up for a letter that is missing.
                if edited.contains(&quote) {
                    continue;
                }
                let verdict = verify(&old, &today(&edited));
                prop_assert!(matches!(verdict, Verdict::Changed(_)), "{:?}", verdict);
            }
            let holds = matches!(verify(&old, &today(&text)), Verdict::Holds(place) if place.span.start == before.len());
            prop_assert!(holds);
        }

        #[test]
        fn edits_elsewhere_that_keep_the_place_change_nothing((before, quote, after) in texts()) {
            let hash = receipt::sha256(&quote);
            let old = between(&before, &quote, &after, &hash);
            let edited = format!("{}{quote}{}more", "x".repeat(before.len()), after.to_uppercase());
            let holds = matches!(verify(&old, &today(&edited)), Verdict::Holds(place) if place.span.start == before.len());
            prop_assert!(holds);
        }

        #[test]
        fn a_quote_holds_after_lines_were_inserted_before_it((before, quote, after) in texts(), lines in 1..9_usize) {
            let hash = receipt::sha256(&quote);
            let old = between(&before, &quote, &after, &hash);
            let edited = format!("{}{before}{quote}{after}", "INSERTED LINE\n".repeat(lines));
            let Verdict::Holds(place) = verify(&old, &today(&edited)) else { panic!("it does not hold") };
            let is_there_once = edited.matches(&quote).count() == 1;
            let expected = lines + before.matches('\n').count() + 1;
            prop_assert!(place.line == expected || !is_there_once, "{} in place of {}", place.line, expected);
        }

        #[test]
        fn any_claim_about_any_text_has_a_verdict(
            text in "[a-zäß漢𝄞 .\n|#-]{0,60}", quote in "[a-zäß漢𝄞 .]{0,9}",
            byte_start in 0..90_usize, byte_end in 0..90_usize, is_whole in any::<bool>(), line in 0..5_usize,
        ) {
            let hash = receipt::sha256(if is_whole { &quote } else { "another" });
            let old = Claimed {
                path: "a.pdf",
                byte_start,
                byte_end,
                line: Some(line),
                quote: &quote,
                sha256: &hash,
                encoding: None,
                neighbours: Some(Neighbours::default()),
            };
            let is_there = text.get(byte_start..byte_end) == Some(&quote);
            match verify(&old, &today(&text)) {
                Verdict::Holds(place) | Verdict::Moved(place) => {
                    prop_assert!(is_whole);
                    prop_assert_eq!(&text[place.span.range()], &quote);
                    prop_assert!(!is_there || place.span.start == byte_start);
                }
                Verdict::Changed(_) => prop_assert!(is_whole && !text.contains(&quote)),
                Verdict::Forged(_) => prop_assert!(!is_whole),
                Verdict::Reencoded(_) => prop_assert!(false, "no encoding was kept"),
            }
        }
    }

    #[test]
    fn places_at_the_end_of_what_can_be_counted_are_no_panic() {
        let hash = receipt::sha256("Ghent");
        let ends = [(usize::MAX, 0), (0, usize::MAX), (usize::MAX, usize::MAX), (9, 3)];
        for (byte_start, byte_end) in ends {
            let old = Claimed {
                byte_start,
                byte_end,
                line: None,
                neighbours: None,
                ..claimed(TEXT, "Ghent", &hash)
            };
            assert_eq!(said(verify(&old, &today(TEXT)), TEXT), "moved to 3");
            let old = Claimed { line: Some(usize::MAX), ..old };
            assert_eq!(said(verify(&old, &today(TEXT)), TEXT), "moved to 3");
        }
    }
}
