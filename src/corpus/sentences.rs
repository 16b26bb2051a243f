//! Where the sentences of a paragraph begin and end.
//!
//! The boundaries come from `sentencex`, which knows abbreviations, initials and quotations. Around it stand
//! four rules of our own: a line that ends like a sentence ends one, closing marks belong to the sentence they
//! close, a few boundaries are undone, and what is too long to quote is cut. Finding paragraphs is left to
//! [`format`](super::format).

use unicode_segmentation::UnicodeSegmentation;

use super::Span;

/// The sentences of one paragraph: trimmed, in order, none longer than [`LONGEST`] characters. Together they
/// hold everything but white space. A line break inside a paragraph is as good as a space.
pub fn sentences(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for stretch in stretches(text) {
        // Line breaks become spaces so that a wrapped line beginning with `5. ` is not taken for a list item.
        let line = text[stretch.range()].replace(['\n', '\r'], " ");
        for sentence in joined(&line, boundaries(&line)) {
            cut(text, sentence.shifted(stretch.start), LONGEST, &mut found);
        }
    }
    found
}

/// The most characters that one quote may have.
pub const LONGEST: usize = 1_000;

/// A stretch of text without the white space around it; `None` where there is nothing else.
pub fn trimmed(text: &str, span: Span) -> Option<Span> {
    let inside = &text[span.range()];
    let start = span.start + (inside.len() - inside.trim_start().len());
    let kept = inside.trim().len();
    (kept > 0).then(|| Span::new(start, start + kept))
}

/// Cuts a stretch of text into trimmed pieces of at most `limit` characters: after the last mark that ends or
/// divides a sentence, else at white space, else between two graphemes.
pub fn cut(text: &str, span: Span, limit: usize, pieces: &mut Vec<Span>) {
    let Some(mut rest) = trimmed(text, span) else { return };
    // A stretch with fewer bytes than allowed characters needs no counting.
    while rest.len() > limit {
        let inside = &text[rest.range()];
        let Some((window, _)) = inside.char_indices().nth(limit) else { break };
        let at = rest.start + cutting_point(inside, window);
        pieces.extend(trimmed(text, Span::new(rest.start, at)));
        match trimmed(text, Span::new(at, rest.end)) {
            Some(remaining) => rest = remaining,
            None => return,
        }
    }
    pieces.push(rest);
}

/// Where to cut a text so that its first part has at most `window` bytes and at least one character.
fn cutting_point(text: &str, window: usize) -> usize {
    let spaces = || text[..window].char_indices().rev().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let after_mark = |&at: &usize| text[..at].ends_with(['.', '!', '?', ';', ':', '”', '"', '…', '。']);
    let late_enough = |&at: &usize| at > window / 3;
    if let Some(at) = spaces().take_while(late_enough).find(after_mark) {
        return at;
    }
    if let Some(at) = spaces().find(|&at| at > 0) {
        return at;
    }
    // One grapheme can be longer than the window: a letter with a thousand accents.
    let grapheme = text[..window].grapheme_indices(true).next_back().map_or(0, |(at, _)| at);
    if grapheme > 0 { grapheme } else { window }
}

/// The stretches between lines that end like a sentence. In a hard-wrapped paragraph these are its sentences
/// or several of them; in a text with a paragraph a line, the lines.
fn stretches(text: &str) -> Vec<Span> {
    let mut stretches = Vec::new();
    let (mut start, mut line) = (0, 0);
    for (at, _) in text.match_indices(['\n', '\r']) {
        if ends_like_a_sentence(&text[line..at]) {
            stretches.push(Span::new(start, at + 1));
            start = at + 1;
        }
        line = at + 1;
    }
    stretches.push(Span::new(start, text.len()));
    stretches
}

/// Whether a line ends with the punctuation that ends sentences, closing quotes and brackets aside, and not
/// with an abbreviation or an ellipsis.
pub fn ends_like_a_sentence(line: &str) -> bool {
    let line = line.trim_end();
    let line = line.trim_end_matches(is_closing_mark);
    if line.ends_with(['!', '?', '。', '！', '？']) {
        return true;
    }
    line.strip_suffix('.').is_some_and(|before| !before.ends_with('.') && !is_abbreviation(last_word(before)))
}

/// What may follow the full stop and still belong to the sentence: quotes, brackets and Markdown's marks.
fn is_closing_mark(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '»' | '›' | ')' | ']' | '}' | '*' | '_' | '~' | '`')
}

fn last_word(text: &str) -> &str {
    text.rsplit(char::is_whitespace).next().unwrap_or_default()
}

/// Words that end with a full stop without ending a sentence; `sentencex` does not see the line break that
/// follows them here.
fn is_abbreviation(word: &str) -> bool {
    const ABBREVIATIONS: [&str; 37] = [
        "Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Gen", "Sen", "Rep", "Gov", "Lt", "Col", "Capt", "Sgt", "Rev",
        "Hon", "No", "Nos", "Nr", "Fig", "Sec", "Art", "Vol", "vs", "ca", "approx", "cf", "bzw", "usw",
        "Jan", "Feb", "Aug", "Sept", "Oct", "Nov", "Dec", "al",
    ];
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut letters = word.chars();
    let single_letter = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
    let dotted = word.len() <= 6 && word.contains('.') && word.split('.').all(|part| part.len() <= 2);
    single_letter || dotted && word.contains(char::is_alphabetic) || ABBREVIATIONS.contains(&word)
}

/// The pieces that `sentencex` sees, in windows: it looks at every pair of quotes again for each full stop,
/// so that a megabyte of quotes at once would take hours. The last piece of a window may go on in the next,
/// so the next begins with it.
fn boundaries(text: &str) -> Vec<Span> {
    const WINDOW: usize = 3_000;
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = window_end(text, start, WINDOW);
        let mut at = start;
        let mut found: Vec<Span> = Vec::new();
        for sentence in sentencex::segment("en", &text[start..end]) {
            found.push(Span::new(at, at + sentence.len()));
            at += sentence.len();
        }
        if end < text.len() && found.len() > 1 {
            found.pop();
        }
        start = found.last().map_or(end, |last| last.end);
        pieces.append(&mut found);
    }
    pieces
}

/// The end of a window: the last white space in it, else the last character that it holds whole.
fn window_end(text: &str, start: usize, window: usize) -> usize {
    if text.len() - start <= window {
        return text.len();
    }
    let end = text.floor_char_boundary(start + window);
    let space = text[start..end].rfind(char::is_whitespace).filter(|&at| at > 0);
    space.map_or(end, |at| start + at)
}

/// Puts closing marks back to the sentence they close, and undoes boundaries that are none.
fn joined(text: &str, pieces: Vec<Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(pieces.len());
    // Kept beside the last sentence, because looking again for each piece joined to it would be quadratic.
    let mut last_has_word = false;
    for mut piece in pieces {
        let moved = joined.last().map_or(0, |&last| closing_marks(text, last, piece));
        piece.start += moved;
        let has_word = text[piece.range()].contains(char::is_alphabetic);
        match joined.last_mut() {
            Some(last) if !(has_word && last_has_word && is_boundary(text, piece)) => {
                last.end = piece.end;
                last_has_word |= has_word;
            }
            Some(last) => {
                last.end = piece.start;
                joined.push(piece);
            }
            None => {
                joined.push(piece);
                last_has_word = has_word;
            }
        }
    }
    joined
}

/// How many bytes at the start of a piece close the sentence before it: `**It ends.` and `** Next`.
fn closing_marks(text: &str, last: Span, piece: Span) -> usize {
    let inside = &text[piece.range()];
    let after = inside.trim_start_matches(is_closing_mark);
    let touches = !text[last.range()].ends_with(char::is_whitespace);
    let stands_apart = after.starts_with(char::is_whitespace) || after.is_empty();
    if touches && stands_apart { inside.len() - after.len() } else { 0 }
}

/// Not a boundary: inside a German date (`6. Januar`), and in the middle of a word. Neither is one before a
/// piece without a word (`[1]`) nor after one (`2.`), which [`joined`] knows.
fn is_boundary(text: &str, piece: Span) -> bool {
    let (before, after) = text.split_at(piece.start);
    let space_between = before.ends_with(char::is_whitespace) || after.starts_with(char::is_whitespace);
    let ideographic = before.ends_with(['。', '！', '？', '…', '।']);
    (space_between || ideographic) && !is_german_date(before, &text[piece.range()])
}

fn is_german_date(before: &str, after: &str) -> bool {
    const MONTHS: [&str; 13] = [
        "Januar",
        "Jänner",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ];
    let day = before.trim_end().strip_suffix('.').is_some_and(|number| {
        let digits = number.bytes().rev().take(3).take_while(u8::is_ascii_digit).count();
        (1..=2).contains(&digits)
    });
    let month = after.trim_start().split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    day && MONTHS.contains(&month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text).iter().map(|span| &text[span.range()]).collect();
        assert_eq!(found, expected);
    }

    /// What must stay one sentence although it has full stops inside.
    #[track_caller]
    fn check_whole(text: &str) {
        check(text, &[text]);
    }

    #[test]
    fn sentences_are_trimmed_and_end_where_they_end() {
        check("  One is here. Two is there!  Is three? ", &["One is here.", "Two is there!", "Is three?"]);
        check(" \n ", &[]);
        check("", &[]);
    }

    #[test]
    fn abbreviations_initials_versions_and_decimals_end_nothing() {
        check_whole("Mr. Smith and Gen. Jones met the U.S. envoy at 5 a.m. on Tuesday.");
        check_whole("This is, e.g. this, see No. 5 and p. 7.");
        check_whole("J. K. Rowling wrote v1.2.3 for $3.5 million.");
        check_whole("Visit example.com/a.b?c=d for more.");
        check_whole("Er kam am 6. Januar 2026 an.");
    }

    #[test]
    fn a_quotation_ends_with_its_closing_mark() {
        check(
            "He spoke of “real security.” He added more.",
            &["He spoke of “real security.”", "He added more."],
        );
        check("“Yes.” “No.” So it goes.", &["“Yes.”", "“No.”", "So it goes."]);
        check_whole(
            "\"They are meant to ... deter, and ... if not, they defend. They are strong,\" he said.",
        );
    }

    #[test]
    fn marks_of_markdown_stay_with_the_sentence_they_close() {
        check("**It ends.** Next. *Also.* More.", &["**It ends.**", "Next.", "*Also.*", "More."]);
        check("It is proven. [1] It stays so.", &["It is proven. [1]", "It stays so."]);
    }

    #[test]
    fn a_wrapped_line_goes_on_and_a_finished_line_ends() {
        check("This line is\nwrapped. And it\ngoes on.", &["This line is\nwrapped.", "And it\ngoes on."]);
        check("The app is done.\niPhones follow.", &["The app is done.", "iPhones follow."]);
        check("He asked: “why?”\nnobody knew", &["He asked: “why?”", "nobody knew"]);
        check_whole("They met Mr.\nSmith from the U.S.\nembassy and ...\nleft.");
        check("See section\n5. They are short.", &["See section\n5.", "They are short."]);
    }

    #[test]
    fn what_is_too_long_is_cut_at_white_space() {
        let text = "word ".repeat(500);
        let found = sentences(&text);
        assert!(found.len() == 3 && found.iter().all(|span| span.len() <= LONGEST));
        assert!(
            found
                .iter()
                .all(|span| text[span.range()].starts_with("word") && text[span.range()].ends_with("word"))
        );
    }

    #[test]
    fn a_long_speech_is_cut_after_its_sentences() {
        let text = format!("“{}”", "They said a word. ".repeat(100).trim_end());
        for span in sentences(&text) {
            assert!(text[span.range()].trim_end_matches('”').ends_with("word."));
        }
    }

    #[test]
    fn what_is_too_long_without_white_space_is_cut_between_graphemes() {
        let text = "🇩🇪".repeat(700);
        let found = sentences(&text);
        assert!(found.len() >= 2 && found.iter().all(|span| span.len() % "🇩🇪".len() == 0));
        let accents = format!("e{}", "\u{301}".repeat(5_000));
        assert!(sentences(&accents).iter().all(|span| accents[span.range()].chars().count() <= LONGEST));
    }

    #[test]
    fn hostile_text_takes_time_in_proportion() {
        // The pieces that make `sentencex` slow get less text, so that the test stays quick unoptimised.
        for (piece, length) in [
            ("(", 1_000_000),
            ("[", 1_000_000),
            ("\"", 300_000),
            (".", 1_000_000),
            ("a.", 300_000),
            ("😀", 1_000_000),
            ("\n", 1_000_000),
            ("a.\n", 300_000),
            ("x", 1_000_000),
            (" ", 1_000_000),
            ("'", 100_000),
            ("`", 60_000),
            ("“a.” ", 200_000),
            ("(a.) ", 200_000),
            ("A. ", 200_000),
            ("1. a ", 200_000),
            ("\u{301}", 300_000),
        ] {
            let text = piece.repeat(length / piece.len());
            assert!(sentences(&text).len() <= text.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn every_character_but_white_space_is_in_exactly_one_sentence(text in r#"([a-zA-Z0-9]{1,8}|[ .!?'"“”()\[\]*`\n\r]|6\. Januar|\PC){0,80}"#) {
            let mut at = 0;
            for span in sentences(&text) {
                let (between, sentence) = (&text[at..span.start], &text[span.range()]);
                assert!(between.trim().is_empty() && !sentence.trim().is_empty() && sentence.trim() == sentence);
                assert!(sentence.chars().count() <= LONGEST);
                at = span.end;
            }
            assert!(text[at..].trim().is_empty());
        }
    }
}
