//! Words about words: which carry no content, which stand for others.
//!
//! The short English lists live here since they belong to the rules that use them; synonyms and shorthand are
//! the user's, in `synonyms.toml`.

use std::collections::HashMap;

use serde::Deserialize;
use thiserror::Error;

use crate::words::{stem, words};

/// Synonyms and shorthand, ready to look up.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    /// For the stems of a word or phrase: the other members of its groups, each as its stems.
    same: HashMap<Vec<String>, Vec<Vec<String>>>,
    /// The most words that a member has.
    longest: usize,
    shorthand: HashMap<String, String>,
}

#[derive(Debug, Error)]
#[error("{file}: {reason}")]
pub struct LexiconError {
    pub file: String,
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    same: Vec<Vec<String>>,
    #[serde(default)]
    shorthand: HashMap<String, String>,
}

impl Lexicon {
    /// Reads the text of a `synonyms.toml`; `file` names it in errors.
    pub fn parse(text: &str, file: &str) -> Result<Lexicon, LexiconError> {
        let error = |reason: String| LexiconError { file: file.to_owned(), reason };
        let parsed: File = toml::from_str(text).map_err(|reason| error(reason.to_string()))?;
        let mut lexicon = Lexicon { shorthand: parsed.shorthand, ..Lexicon::default() };
        for group in &parsed.same {
            let members: Vec<Vec<String>> = group.iter().map(|member| stems(member)).collect();
            if members.len() < 2 || members.iter().any(Vec::is_empty) {
                return Err(error(format!(
                    "the group {group:?} needs at least two members with words in them"
                )));
            }
            lexicon.add_group(&members);
        }
        Ok(lexicon)
    }

    fn add_group(&mut self, members: &[Vec<String>]) {
        for member in members {
            self.longest = self.longest.max(member.len());
            let others = self.same.entry(member.clone()).or_default();
            for other in members {
                if other != member && !others.contains(other) {
                    others.push(other.clone());
                }
            }
        }
    }

    /// The words and phrases that stand for the same as these stems.
    pub fn same(&self, stems: &[String]) -> &[Vec<String>] {
        self.same.get(stems).map_or(&[], Vec::as_slice)
    }

    /// The most words that a phrase of a group has.
    pub fn longest_phrase(&self) -> usize {
        self.longest
    }

    pub fn shorthand(&self, folded: &str) -> Option<&str> {
        self.shorthand.get(folded).map(String::as_str)
    }
}

/// The stems of the words of a text.
pub fn stems(text: &str) -> Vec<String> {
    words(text).iter().map(|word| stem(&word.folded).into_owned()).collect()
}

/// Words of asking and vague verbs: a sentence need not have them, and having them proves little.
pub fn is_light_word(folded: &str) -> bool {
    LIGHT_WORDS.binary_search(&folded).is_ok()
}

/// Words that turn, weaken or limit what a clause says: it must not be told without them.
pub fn is_guard_word(folded: &str) -> bool {
    GUARD_WORDS.binary_search(&folded).is_ok()
}

/// Verbs that report what somebody said; the speaker may stand in the proof instead of the line.
pub fn is_reporting_verb(folded: &str) -> bool {
    REPORTING_VERBS.binary_search(&folded).is_ok()
}

/// Verbs that make what follows somebody's claim: the line keeps who makes it.
pub fn is_disputing_verb(folded: &str) -> bool {
    DISPUTING_VERBS.binary_search(&folded).is_ok()
}

/// Forms of be, have and do, and the modals.
pub fn is_auxiliary(folded: &str) -> bool {
    AUXILIARIES.binary_search(&folded).is_ok()
}

/// Somebody or something in the place of its name, as a subject.
pub fn is_personal_pronoun(folded: &str) -> bool {
    matches!(folded, "i" | "you" | "we") || stands_for_another(folded)
}

/// "he", "she", "it", "they": what it stands for was said before.
pub fn stands_for_another(folded: &str) -> bool {
    matches!(folded, "he" | "she" | "it" | "they")
}

/// "this", "these", "those".
pub fn is_demonstrative(folded: &str) -> bool {
    matches!(folded, "this" | "these" | "those")
}

// All lists are sorted: they are searched by halving, and a test holds them to it.

const AUXILIARIES: &[&str] = &[
    "am", "are", "be", "been", "being", "ca", "can", "could", "did", "do", "does", "had", "has", "have",
    "is", "may", "might", "must", "shall", "should", "was", "were", "will", "wo", "would",
];

const LIGHT_WORDS: &[&str] = &[
    "actually",
    "ago",
    "big",
    "call",
    "called",
    "come",
    "date",
    "day",
    "definition",
    "describe",
    "exactly",
    "explain",
    "far",
    "get",
    "give",
    "go",
    "going",
    "got",
    "happen",
    "happened",
    "happens",
    "kind",
    "know",
    "known",
    "last",
    "lasted",
    "like",
    "list",
    "long",
    "make",
    "mean",
    "means",
    "mention",
    "mentioned",
    "month",
    "name",
    "named",
    "names",
    "old",
    "person",
    "place",
    "quote",
    "quotes",
    "said",
    "say",
    "says",
    "sort",
    "story",
    "stuff",
    "take",
    "taken",
    "takes",
    "taking",
    "tell",
    "thing",
    "things",
    "think",
    "time",
    "took",
    "type",
    "week",
    "went",
    "word",
    "words",
    "year",
];

const GUARD_WORDS: &[&str] = &[
    "allegedly",
    "appear",
    "appeared",
    "appears",
    "ausser",
    "ca",
    "can",
    "cannot",
    "could",
    "draft",
    "except",
    "excluding",
    "expected",
    "falls",
    "hardly",
    "hochstens",
    "if",
    "intended",
    "kein",
    "keine",
    "keinen",
    "keiner",
    "likely",
    "may",
    "maybe",
    "might",
    "mindestens",
    "must",
    "neither",
    "never",
    "nicht",
    "nie",
    "niemals",
    "niemand",
    "no",
    "nobody",
    "none",
    "nor",
    "not",
    "nothing",
    "nur",
    "ohne",
    "only",
    "perhaps",
    "planned",
    "possible",
    "possibly",
    "potential",
    "probably",
    "proposed",
    "prospective",
    "provided",
    "rarely",
    "reportedly",
    "scheduled",
    "seem",
    "seemed",
    "seems",
    "should",
    "sofern",
    "supposedly",
    "unless",
    "unlikely",
    "until",
    "vielleicht",
    "voraussichtlich",
    "wahrscheinlich",
    "wenn",
    "without",
    "wo",
    "would",
];

const REPORTING_VERBS: &[&str] = &[
    "added",
    "adding",
    "adds",
    "announced",
    "announces",
    "confirmed",
    "confirms",
    "declared",
    "declares",
    "explained",
    "explains",
    "indicated",
    "indicates",
    "noted",
    "notes",
    "remarked",
    "reported",
    "reports",
    "said",
    "saying",
    "says",
    "specified",
    "specifies",
    "stated",
    "stressed",
    "stresses",
    "suggested",
    "suggests",
    "tells",
    "told",
    "writes",
    "wrote",
];

const DISPUTING_VERBS: &[&str] = &[
    "accuse",
    "accused",
    "accuses",
    "alleged",
    "alleges",
    "claim",
    "claimed",
    "claims",
    "contended",
    "contends",
    "denied",
    "denies",
    "deny",
    "disputed",
    "disputes",
    "insisted",
    "insists",
    "rejected",
    "rejects",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_without_repeats() {
        for list in [AUXILIARIES, LIGHT_WORDS, GUARD_WORDS, REPORTING_VERBS, DISPUTING_VERBS] {
            assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{list:?}");
        }
    }

    #[test]
    fn members_of_a_group_find_each_other_phrases_too() {
        let lexicon = Lexicon::parse("same = [['United States', 'US'], ['us', 'America']]", "t").unwrap();
        assert_eq!(lexicon.same(&stems("us")), [stems("united states"), stems("america")]);
        assert_eq!(lexicon.same(&stems("United States")), [stems("us")]);
        assert_eq!(lexicon.longest_phrase(), 2);
    }

    #[test]
    fn what_is_wrong_with_the_file_is_said() {
        let error = Lexicon::parse("same = [['alone']]", "synonyms.toml").unwrap_err().to_string();
        assert_eq!(
            error,
            "synonyms.toml: the group [\"alone\"] needs at least two members with words in them"
        );
        assert!(Lexicon::parse("sane = []", "synonyms.toml").unwrap_err().to_string().contains("sane"));
    }
}
