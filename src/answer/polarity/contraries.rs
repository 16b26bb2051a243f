//! Words that turn a statement round: negations, verbs that forbid, and pairs that say the opposite.

use crate::answer::lexicon::is_auxiliary;
use crate::words::Word;

/// The places of words that turn what they say round; two of them are back again. `stems` are those of the words.
pub fn turns(words: &[Word], stems: &[&str]) -> Vec<usize> {
    (0..words.len()).filter(|place| turns_at(words, stems, *place)).collect()
}

fn turns_at(words: &[Word], stems: &[&str], place: usize) -> bool {
    let word = words[place].folded.as_str();
    let next = words.get(place + 1);
    let follows = |any: &[&str]| next.is_some_and(|next| any.contains(&next.folded.as_str()));
    let is_number = next.is_some_and(Word::is_number);
    let previous = place.checked_sub(1).map_or("", |before| words[before].folded.as_str());
    match word {
        // "not even" repeats a negation that came before.
        "not" => !follows(&["only", "just", "least", "merely", "even", "until"]),
        // "no. 5", "no doubt", "no fewer than", "at no cost".
        "no" => {
            !is_number && !follows(&["doubt", "fewer", "later", "less", "matter", "more", "cost", "charge"])
        }
        "nothing" => !follows(&["but"]) && previous != "for",
        "nicht" => !follows(&["nur"]),
        // "Smoking is illegal", not "an illegal copy".
        "illegal" | "ineligible" | "unavailable" => is_auxiliary(previous),
        _ => NEGATIONS.contains(&word) || is_negative(stems[place]) || is_negative_with_next(words, place),
    }
}

/// "ruled out", "called off": two words that say together that something is not so, or will not be.
pub fn is_negative_with_next(words: &[Word], place: usize) -> bool {
    let next = words.get(place + 1).map_or("", |next| next.folded.as_str());
    matches!(
        (words[place].folded.as_str(), next),
        ("rule" | "rules" | "ruled" | "ruling", "out")
            | ("call" | "calls" | "called" | "calling", "off")
            | ("turn" | "turns" | "turned" | "turning", "down")
    )
}

/// Whether a stem says by itself that something is not so, or must not be.
pub fn is_negative(stem: &str) -> bool {
    NEGATIVE_STEMS.contains(&stem)
}

#[rustfmt::skip]
const NEGATIONS: &[&str] = &[
    "cannot", "cant", "dont", "doesnt", "didnt", "isnt", "wont", "hardly", "impossible",
    "neither", "never", "nobody", "none", "nor", "nowhere", "rarely", "seldom", "unable", "unlikely", "without",
    // German
    "ausgeschlossen", "kein", "keine", "keinen", "keinem", "keiner", "keines", "nie", "niemals",
    "niemand", "ohne", "untersagt", "verboten", "weder",
];

#[rustfmt::skip]
const NEGATIVE_STEMS: &[&str] = &[
    "abolish", "avoid", "ban", "cancel", "ceas", "deni", "discontinu", "exclud", "fail", "forbid",
    "forbidden", "omit", "prevent", "prohibit", "refus", "reject",
    "revok",
];

/// Whether one word says the opposite of the other: "closed" of "open", "unsafe" of "safe". Both are stems.
pub fn are_opposites(one: &str, other: &str) -> bool {
    let is_pair =
        |(left, right): &(&str, &str)| (*left == one && *right == other) || (*left == other && *right == one);
    OPPOSITES.iter().any(is_pair) || is_negated(one, other) || is_negated(other, one)
}

/// "unsafe" of "safe", "nonprofit" of "profit": prefixes that say nothing else.
fn is_negated(long: &str, short: &str) -> bool {
    // The stemmer leaves the "e" of "safe" and takes that of "unsafe".
    let end = short.trim_end_matches('e');
    short.len() >= 4
        && ["un", "non"]
            .iter()
            .any(|prefix| long.strip_prefix(prefix).is_some_and(|rest| rest.trim_end_matches('e') == end))
}

/// Whether a word says that something may be or is so: "Dogs are welcome."
pub fn affirms(word: &str) -> bool {
    const AFFIRMING: &[&str] = &[
        "accepted",
        "allowed",
        "allows",
        "approved",
        "available",
        "can",
        "covered",
        "fine",
        "free",
        "included",
        "includes",
        "may",
        "permitted",
        "possible",
        "welcome",
        "darf",
        "durfen",
        "erlaubt",
        "gestattet",
        "kann",
        "konnen",
        "moglich",
    ];
    AFFIRMING.contains(&word)
}

/// Pairs of stems.
#[rustfmt::skip]
const OPPOSITES: &[(&str, &str)] = &[
    ("abov", "below"), ("absent", "present"), ("accept", "declin"), ("activ", "inact"), ("add", "remov"),
    ("after", "befor"), ("agre", "disagre"), ("alway", "never"), ("aliv", "dead"), ("anoth", "onli"), ("arriv", "depart"),
    ("begin", "end"), ("big", "small"), ("buy", "sell"), ("cheap", "expens"), ("closer", "farther"),
    ("cold", "hot"), ("cold", "warm"), ("common", "rare"), ("complet", "incomplet"), ("correct", "incorrect"),
    ("daytim", "night"), ("decreas", "increas"), ("decreas", "rise"), ("decreas", "rais"), ("declin", "grow"),
    ("declin", "increas"), ("disabl", "enabl"), ("down", "up"), ("dri", "wet"), ("earli", "late"),
    ("earlier", "later"), ("east", "west"), ("eastern", "western"), ("easi", "difficult"), ("easi", "hard"),
    ("fall", "rise"), ("fals", "true"), ("fast", "slow"), ("femal", "male"), ("few", "mani"),
    ("first", "last"), ("free", "paid"), ("full", "empti"), ("heavier", "lighter"), ("high", "low"),
    ("higher", "lower"), ("highest", "lowest"), ("insid", "outsid"), ("join", "leav"), ("larg", "small"),
    ("larger", "smaller"), ("largest", "smallest"), ("least", "most"), ("left", "right"), ("less", "more"),
    ("legal", "illeg"), ("long", "short"), ("longer", "shorter"), ("loss", "profit"), ("lose", "win"),
    ("mandatori", "option"), ("mandatori", "voluntari"), ("maximum", "minimum"), ("major", "minor"),
    ("majority", "minor"), ("narrow", "wide"), ("negat", "posit"), ("new", "old"), ("newer", "older"),
    ("north", "south"), ("northern", "southern"), ("older", "younger"), ("onli", "other"), ("open", "close"), ("open", "shut"),
    ("oppos", "support"), ("oppos", "favor"), ("oppos", "favour"), ("option", "requir"), ("option", "compulsori"),
    ("permanent", "temporari"), ("poor", "rich"), ("private", "public"), ("privat", "public"),
    ("same", "differ"), ("start", "stop"), ("start", "end"), ("start", "finish"), ("strong", "weak"),
    ("strength", "weak"), ("succeed", "fail"), ("summer", "winter"), ("urban", "rural"), ("valid", "invalid"),
    ("valid", "expir"), ("weekday", "weekend"), ("within", "outsid"), ("with", "without"),
    // German, as the English stemmer leaves it
    ("offen", "geschlossen"), ("geoffnet", "geschlossen"), ("kostenlo", "kostenpflichtig"), ("vor", "nach"),
    ("mehr", "wenig"), ("freiwillig", "pflicht"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{stem, words};

    fn turns_of(text: &str) -> usize {
        let words = words(text);
        let stems: Vec<_> = words.iter().map(|word| stem(&word.folded)).collect();
        turns(&words, &stems.iter().map(AsRef::as_ref).collect::<Vec<&str>>()).len()
    }

    #[test]
    fn negations_are_counted() {
        let cases = [
            ("Dogs are allowed.", 0),
            ("Dogs aren't allowed.", 1),
            ("Dogs are prohibited.", 1),
            ("Dogs are not prohibited.", 2),
            ("A strike was ruled out, and the fair called off.", 2),
            ("The rule is out of date.", 0),
            ("Not only dogs are allowed.", 0),
            ("It is room no. 5.", 0),
            ("No fewer than 20 people came.", 0),
            ("Hunde sind nicht erlaubt.", 1),
            ("Der Zutritt ist verboten.", 1),
        ];
        for (text, count) in cases {
            assert_eq!(turns_of(text), count, "{text}");
        }
    }

    #[test]
    fn opposites_are_pairs_or_have_a_prefix() {
        let opposite = |one: &str, other: &str| are_opposites(&stem(one), &stem(other));
        assert!(opposite("open", "closed") && opposite("closed", "opens"));
        assert!(opposite("safe", "unsafe") && opposite("increased", "decreases"));
        assert!(!opposite("open", "opened") && !opposite("it", "unit"));
    }
}
