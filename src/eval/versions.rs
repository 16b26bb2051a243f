//! Questions as people type them in a hurry: in lower case, or with typing errors.
//!
//! What is right stays as it was. The same seed and question give the same version on every machine.

use super::question_set::Question;
use crate::tune::Seed;
use crate::words::keyboard::touching;

/// Of so many words one is mistyped.
const WORDS_A_TYPO: f64 = 6.0;
/// A question of so many words has at least one mistyped.
const WORDS_WITH_A_TYPO: usize = 4;
/// Shorter words are typed rightly.
const SHORTEST_MISTYPED: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// As the set has it.
    Written,
    /// In lower case, without the question mark at its end.
    Lower,
    /// About one word in six with a slip of a finger on a QWERTY keyboard. Numbers, codes, abbreviations and first
    /// letters are typed rightly.
    Typos,
}

/// The version of a question, with every turn that leads to it.
pub fn version(question: &Question, version: Version, seed: Seed) -> Question {
    let typed = |(turn, text): (usize, &String)| match version {
        Version::Written => text.clone(),
        Version::Lower => lower(text),
        Version::Typos => mistyped(text, Draws { seed, of: &format!("{} {turn}", question.id) }),
    };
    let turns = question.turns.iter().enumerate().map(typed).collect();
    Question { turns, ..question.clone() }
}

fn lower(text: &str) -> String {
    text.trim_end().trim_end_matches(['?', '\u{ff1f}']).trim_end().to_lowercase()
}

/// Chance for one text.
#[derive(Clone, Copy)]
struct Draws<'a> {
    seed: Seed,
    of: &'a str,
}

impl Draws<'_> {
    /// From 0 to below 1.
    fn share(&self, what: &str, word: usize) -> f64 {
        self.seed.share(&format!("typo {} {what} {word}", self.of))
    }
}

fn mistyped(text: &str, draws: Draws<'_>) -> String {
    // Each with the white space after it.
    let mut tokens: Vec<String> = text.split_inclusive(char::is_whitespace).map(str::to_owned).collect();
    let words = tokens.iter().filter(|token| !token.trim().is_empty()).count();
    let typos = (words as f64 / WORDS_A_TYPO + draws.share("how many", 0)) as usize;
    let at_least = usize::from(words >= WORDS_WITH_A_TYPO);
    let mut places: Vec<(f64, usize)> = (0..tokens.len())
        .filter(|place| mistypable(&tokens[*place]).is_some())
        .map(|place| (draws.share("which", place), place))
        .collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for (_, place) in places.into_iter().take(typos.max(at_least)) {
        tokens[place] = with_slip(&tokens[place], place, draws);
    }
    tokens.concat()
}

/// What stands before a word, the word, and what stands after it; `None` where the token is too short, a number, a
/// code or an abbreviation.
fn mistypable(token: &str) -> Option<(&str, &str, &str)> {
    let start = token.find(char::is_alphanumeric)?;
    let (before, rest) = token.split_at(start);
    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let ends_here = ["'s", "\u{2019}s"].iter().find_map(|ending| after.strip_prefix(ending)).unwrap_or(after);
    let is_whole = !ends_here.contains(char::is_alphanumeric) && !ends_here.contains(['_', '/', '\\']);
    // `--flag`, `/path`, `$name`: what a computer reads.
    let is_bare =
        !before.contains(|c: char| !c.is_whitespace() && !matches!(c, '(' | '"' | '\'' | '\u{201c}'));
    let is_long = word.chars().count() >= SHORTEST_MISTYPED;
    let is_word = word.chars().skip(1).all(char::is_lowercase);
    (is_bare && is_whole && is_long && is_word).then_some((before, word, after))
}

fn with_slip(token: &str, place: usize, draws: Draws<'_>) -> String {
    let Some((before, word, after)) = mistypable(token) else { return token.to_owned() };
    let letters: Vec<char> = word.chars().collect();
    let (kind, at) = (draws.share("kind", place), draws.share("at", place));
    let slipped = match (kind * 4.0) as usize {
        0 => struck_beside(&letters, at, draws.share("key", place)),
        1 => swapped(&letters, at),
        2 => left_out(&letters, at),
        _ => None,
    };
    let word: String = slipped.unwrap_or_else(|| doubled(&letters, at)).into_iter().collect();
    format!("{before}{word}{after}")
}

/// `None` where no letter but the first has a key that we know.
fn struck_beside(letters: &[char], at: f64, key: f64) -> Option<Vec<char>> {
    let known: Vec<usize> =
        (1..letters.len()).filter(|place| !touching(letters[*place]).is_empty()).collect();
    let place = *drawn(&known, at)?;
    let mut typed = letters.to_vec();
    typed[place] = *drawn(&touching(letters[place]), key)?;
    Some(typed)
}

/// `None` where that would change nothing.
fn swapped(letters: &[char], at: f64) -> Option<Vec<char>> {
    let places: Vec<usize> =
        (1..letters.len() - 1).filter(|place| letters[*place] != letters[place + 1]).collect();
    let place = *drawn(&places, at)?;
    let mut typed = letters.to_vec();
    typed.swap(place, place + 1);
    Some(typed)
}

fn left_out(letters: &[char], at: f64) -> Option<Vec<char>> {
    let mut typed = letters.to_vec();
    typed.remove(place_after_first(letters, at));
    Some(typed)
}

fn doubled(letters: &[char], at: f64) -> Vec<char> {
    let place = place_after_first(letters, at);
    let mut typed = letters.to_vec();
    typed.insert(place, letters[place]);
    typed
}

/// The share is below 1, so that the place is one of the letters.
fn place_after_first(letters: &[char], share: f64) -> usize {
    1 + (share * (letters.len() - 1) as f64) as usize
}

fn drawn<T>(from: &[T], share: f64) -> Option<&T> {
    from.get((share * from.len() as f64) as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::question_set;
    use super::*;

    fn question(id: &str, text: &str) -> Question {
        let line = serde_json::json!({"id": id, "question": text, "answers": ["Ada"], "answerable": true});
        question_set::parse(&line.to_string()).unwrap().remove(0)
    }

    fn typed(id: &str, text: &str, as_typed: Version, seed: u64) -> String {
        version(&question(id, text), as_typed, Seed(seed)).turns.remove(0)
    }

    #[test]
    fn lower_case_has_no_question_mark_at_its_end() {
        for (written, expected) in [
            ("Who paid Ada Lovelace?", "who paid ada lovelace"),
            ("Is it RFC-12 ? ", "is it rfc-12"),
            ("What is “Why?” about?", "what is “why?” about"),
            ("Wie heißt die ÜBUNG?", "wie heißt die übung"),
        ] {
            assert_eq!(typed("1", written, Version::Lower, 1), expected);
        }
    }

    #[test]
    fn a_question_as_written_is_not_touched() {
        assert_eq!(typed("1", " Who paid  it? ", Version::Written, 1), " Who paid  it? ");
    }

    #[test]
    fn each_slip_leaves_the_first_letter() {
        let letters: Vec<char> = "letter".chars().collect();
        let text = |letters: Vec<char>| letters.into_iter().collect::<String>();
        for (share, beside, swap, out, double) in [
            (0.0, "lwtter", "lteter", "ltter", "leetter"),
            (0.5, "letrer", "letetr", "leter", "lettter"),
            (0.99, "lettee", "lettre", "lette", "letterr"),
        ] {
            assert_eq!(text(struck_beside(&letters, share, 0.0).unwrap()), beside);
            assert_eq!(text(swapped(&letters, share).unwrap()), swap);
            assert_eq!(text(left_out(&letters, share).unwrap()), out);
            assert_eq!(text(doubled(&letters, share)), double);
        }
        assert_eq!(swapped(&['a', 'b', 'b', 'b'], 0.0), None);
    }

    #[test]
    fn numbers_codes_and_abbreviations_are_typed_rightly() {
        for token in [
            "1998",
            "4,000",
            "the",
            "RFC-1234",
            "UNESCO",
            "iPhone",
            "long-term",
            "--force",
            "/tmp/place",
            "name_of",
            "file.toml",
            "mp3s",
            "`",
            "$HOME",
            "don't",
        ] {
            assert_eq!(mistypable(token), None, "{token}");
        }
        for (token, word) in [
            ("paid?", "paid"),
            ("(Ghent's", "Ghent"),
            ("Übung,", "Übung"),
            ("“shed”.", "shed"),
            ("boats ", "boats"),
        ] {
            assert_eq!(mistypable(token).map(|(_, word, _)| word), Some(word), "{token}");
        }
    }

    #[test]
    fn the_same_seed_and_question_give_the_same_typos_everywhere() {
        const QUESTION: &str = "Which harbour received the letters of the committee in 1922?";
        for (id, seed, expected) in [
            ("a", 1, "Which harbour recieved the letters of the comittee in 1922?"),
            ("b", 1, "Whichh harbour received the letters of the commitee in 1922?"),
            ("a", 2, "Whifh harbour received the letters of the committee in 1922?"),
        ] {
            assert_eq!(typed(id, QUESTION, Version::Typos, seed), expected);
        }
    }

    #[test]
    fn about_one_word_in_six_is_mistyped() {
        const QUESTION: &str = "where were those boats kept while every pier stayed closed during winter";
        let changed = |id: usize| {
            let typed = typed(&id.to_string(), QUESTION, Version::Typos, 1);
            typed.split(' ').zip(QUESTION.split(' ')).filter(|(typed, written)| typed != written).count()
        };
        let all: usize = (0..500).map(changed).sum();
        let share = all as f64 / 6_000.0;
        assert!((share - 1.0 / 6.0).abs() < 0.01, "{share}");
    }

    #[test]
    fn every_turn_is_a_version_and_what_is_right_stays() {
        let line = r#"{"id": "1", "turns": ["Who is Ada?", "And her son?"], "answers": ["Ada"], "answerable": true}"#;
        let written = question_set::parse(line).unwrap().remove(0);
        let lower = version(&written, Version::Lower, Seed(1));
        assert_eq!(lower.turns, ["who is ada", "and her son"]);
        assert_eq!((lower.id, lower.answers), (written.id, written.answers));
    }

    proptest! {
        #[test]
        fn typos_change_few_words_of_any_text_and_no_first_letter(text in "\\PC{1,80}", id in "[a-z]{1,4}") {
            prop_assume!(!text.trim().is_empty());
            let typed = typed(&id, &text, Version::Typos, 1);
            let (typed, written): (Vec<&str>, Vec<&str>) =
                (typed.split_whitespace().collect(), text.split_whitespace().collect());
            prop_assert_eq!(typed.len(), written.len());
            let changed: Vec<_> = typed.iter().zip(&written).filter(|(typed, written)| typed != written).collect();
            prop_assert!(changed.len() <= written.len() / 6 + 1);
            for (typed, written) in changed {
                prop_assert_eq!(typed.chars().next(), written.chars().next());
            }
        }

        #[test]
        fn a_question_of_four_words_has_a_typo(words in prop::collection::vec("[a-z]{4,9}", 4..12)) {
            let text = words.join(" ");
            prop_assert_ne!(typed("1", &text, Version::Typos, 1), text);
        }
    }
}
