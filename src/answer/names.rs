//! Names in a sentence, by their capitals: who is a person, what is a place, what is an organisation.
//!
//! No list of the world's names: titles, prepositions, verbs of saying and endings tell them apart, and a
//! date is never a name.

use std::ops::Range;

use super::lexicon::{is_auxiliary, is_reporting_verb};
use super::sentences::Sentence;
use crate::words::{Word, is_function_word};

/// A run of capitalised words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// All that belongs to it: "Giorgia Meloni, the Prime Minister of Italy".
    pub whole: Range<usize>,
    /// The capitalised words: "French President Emmanuel Macron".
    pub run: Range<usize>,
    /// Without titles and what stands before them: "Emmanuel Macron".
    pub words: Range<usize>,
    /// An office or a form of address stands in it, before it, or in its apposition.
    pub has_title: bool,
}

/// The names of a sentence, in order.
pub fn names(sentence: &Sentence<'_>) -> Vec<Name> {
    let mut names = Vec::new();
    let mut place = 0;
    while place < sentence.words.len() {
        let end = run_end(sentence, place);
        if end > place {
            names.push(name(sentence, place..end));
        }
        place = end.max(place + 1);
    }
    names
}

fn name(sentence: &Sentence<'_>, run: Range<usize>) -> Name {
    let is_title = |place: &usize| is_title(&sentence.words[*place].folded);
    let last_title = run.clone().take(run.len().saturating_sub(1)).rev().find(|place| is_title(place));
    let end = apposition_end(sentence, run.end);
    let has_title = last_title.is_some()
        || run.start > 0 && is_title(&(run.start - 1))
        || (run.end..end).any(|place| is_title(&place));
    let words = last_title.map_or(run.start, |title| title + 1)..run.end;
    Name { words, has_title, whole: run.start..end, run }
}

/// The end of "the Prime Minister of Italy" after "Giorgia Meloni,".
fn apposition_end(sentence: &Sentence<'_>, from: usize) -> usize {
    let starts = sentence.gap_before(from).starts_with(',')
        && sentence.words.get(from).is_some_and(|word| matches!(word.folded.as_str(), "the" | "a" | "an"));
    if !starts {
        return from;
    }
    let mut end = from + 1;
    while end < sentence.words.len().min(from + 8) {
        let is_over = sentence.gap_before(end).contains([',', ';', ')', '—'])
            || is_auxiliary(&sentence.words[end].folded);
        if is_over {
            return end;
        }
        end += 1;
    }
    if end == sentence.words.len() { end } else { from }
}

/// The end of the run of capitalised words from `place`, particles ("van", "de") between them included.
fn run_end(sentence: &Sentence<'_>, place: usize) -> usize {
    if !starts_name(sentence, place) {
        return place;
    }
    let mut end = place + 1;
    while end < sentence.words.len() {
        let gap = sentence.gap_before(end);
        let is_initial = gap == ". " && sentence.words[end - 1].span.len() <= 2;
        let is_possessive = matches!(gap, "'s " | "’s ") && is_title_ahead(sentence, end);
        let follows = matches!(gap, " " | "\n" | "-") || is_initial || is_possessive;
        let word = &sentence.words[end];
        let is_particle = PARTICLES.contains(&word.folded.as_str())
            && sentence.words.get(end + 1).is_some_and(|next| is_capitalised(sentence, next))
            && matches!(sentence.gap_before(end + 1), " " | "-");
        let continues = is_capitalised(sentence, word) || is_particle;
        if !follows || !continues || is_calendar(sentence, end) {
            break;
        }
        end += 1;
    }
    end
}

/// "Prime Minister Donald Tusk" after "Poland's".
fn is_title_ahead(sentence: &Sentence<'_>, place: usize) -> bool {
    let ahead = sentence.words[place..].iter().take(2);
    ahead.clone().any(|word| is_title(&word.folded))
        && ahead.into_iter().all(|word| is_capitalised(sentence, word))
}

/// The first word of a sentence is capitalised anyway: it starts a name where another capital follows or it is
/// no ordinary word.
fn starts_name(sentence: &Sentence<'_>, place: usize) -> bool {
    let word = &sentence.words[place];
    if !is_capitalised(sentence, word) || is_calendar(sentence, place) || is_function_word(&word.folded) {
        return false;
    }
    if place > 0 && !sentence.gap_before(place).contains(['.', '!', '?', '“', '"']) {
        return true;
    }
    let next = sentence.words.get(place + 1);
    let next_is_capitalised =
        next.is_some_and(|next| is_capitalised(sentence, next) && sentence.gap_before(place + 1) == " ");
    let speaks = next.is_some_and(|next| {
        is_reporting_verb(&next.folded)
            || matches!(next.folded.as_str(), "has" | "is" | "was" | "had" | "will")
    });
    let is_plain = word.folded.ends_with("ing") || word.folded.ends_with("ly") || word.folded.ends_with('s');
    next_is_capitalised || speaks && !is_plain
}

pub fn is_capitalised(sentence: &Sentence<'_>, word: &Word) -> bool {
    word.written(sentence.text).starts_with(char::is_uppercase)
}

/// Days and months; a short form that a hyphen ties to the next word is something else ("Mar-a-Lago").
pub fn is_calendar(sentence: &Sentence<'_>, place: usize) -> bool {
    let folded = sentence.words[place].folded.as_str();
    if sentence.gap_before(place + 1) == "-" {
        return false;
    }
    matches!(
        folded,
        "monday"
            | "tuesday"
            | "wednesday"
            | "thursday"
            | "friday"
            | "saturday"
            | "sunday"
            | "january"
            | "february"
            | "march"
            | "april"
            | "june"
            | "july"
            | "august"
            | "september"
            | "october"
            | "november"
            | "december"
            | "jan"
            | "feb"
            | "mar"
            | "apr"
            | "jun"
            | "jul"
            | "aug"
            | "sep"
            | "sept"
            | "oct"
            | "nov"
            | "dec"
    )
}

const PARTICLES: &[&str] = &[
    "de", "da", "di", "del", "der", "den", "van", "von", "la", "le", "el", "al", "bin", "ibn", "y", "a", "of",
];

const TITLES: &[&str] = &[
    "president",
    "minister",
    "chancellor",
    "taoiseach",
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "sir",
    "dame",
    "lord",
    "lady",
    "king",
    "queen",
    "prince",
    "princess",
    "pope",
    "senator",
    "congressman",
    "governor",
    "mayor",
    "judge",
    "justice",
    "general",
    "colonel",
    "captain",
    "major",
    "lieutenant",
    "sergeant",
    "admiral",
    "professor",
    "prof",
    "envoy",
    "envoys",
    "ambassador",
    "secretary",
    "director",
    "chairman",
    "chair",
    "chief",
    "ceo",
    "cto",
    "cfo",
    "coach",
    "officer",
    "commissioner",
    "spokesman",
    "spokeswoman",
    "spokesperson",
    "deputy",
    "premier",
    "emperor",
    "st",
    "saint",
    "father",
    "sister",
    "brother",
    "manager",
    "engineer",
    "architect",
    "leader",
];

/// Whether a word is an office or a form of address that stands before names.
pub fn is_title(folded: &str) -> bool {
    TITLES.contains(&folded)
}

/// How much a name looks like that of a person, 0 to 1.
pub fn person_fit(name: &Name, sentence: &Sentence<'_>) -> f64 {
    let written = |place: usize| sentence.words[place].written(sentence.text);
    let is_acronym = name
        .words
        .clone()
        .all(|place| written(place).chars().all(|c| !c.is_lowercase()) && written(place).len() > 1);
    let before = name.run.start.checked_sub(1).map(|place| sentence.words[place].folded.as_str());
    let after = sentence.words.get(name.words.end).map(|word| word.folded.as_str());
    let names_office = name.run.clone().any(|place| sentence.words[place].folded == "of")
        || before == Some("for")
            && name.run.start > 1
            && is_title(&sentence.words[name.run.start - 2].folded);
    if names_office {
        return 0.0;
    }
    let mut fit: f64 = match name.words.len() {
        1 => 0.45,
        2 | 3 => 0.7,
        _ => 0.4,
    };
    if name.has_title {
        fit += 0.3;
    }
    if after.is_some_and(is_reporting_verb) || before == Some("by") {
        fit += 0.15;
    }
    if is_acronym || names_organisation(name, sentence) {
        fit -= 0.45;
    }
    if names_country(name, sentence) {
        fit -= 0.35;
    }
    if matches!(before, Some("in" | "at" | "near" | "from")) {
        fit -= 0.3;
    }
    if before == Some("the") && !name.has_title {
        fit -= 0.3;
    }
    fit.clamp(0.0, 1.0)
}

/// How much a name looks like that of a place, 0 to 1.
pub fn place_fit(name: &Name, sentence: &Sentence<'_>) -> f64 {
    let word_before =
        |steps: usize| name.run.start.checked_sub(steps).map(|place| sentence.words[place].folded.as_str());
    let preposition = match word_before(1) {
        Some("the") => word_before(2),
        other => other,
    };
    let mut fit: f64 = match preposition {
        Some("in" | "at" | "near" | "inside" | "outside" | "into" | "across" | "around") => 0.85,
        Some("to" | "from" | "of" | "on" | "over" | "through" | "toward" | "towards") => 0.5,
        _ => 0.3,
    };
    if names_country(name, sentence) || names_site(name, sentence) {
        fit += 0.15;
    }
    if is_adjective(name, sentence) {
        fit -= 0.5;
    }
    if name.has_title || names_organisation(name, sentence) {
        fit -= 0.4;
    }
    fit.clamp(0.0, 1.0)
}

/// "French" before "capital": what something is, not where.
fn is_adjective(name: &Name, sentence: &Sentence<'_>) -> bool {
    let last = sentence.words[name.run.end - 1].folded.as_str();
    let next = sentence.words.get(name.run.end);
    let has_ending =
        ["ish", "an", "ese", "nch", "tch", "iss", "eek"].iter().any(|ending| last.ends_with(ending));
    let is_tied =
        next.is_some_and(|next| !is_function_word(&next.folded)) && sentence.gap_before(name.run.end) == " ";
    name.run.len() == 1 && has_ending && is_tied
}

/// How much a name looks like that of an organisation, 0 to 1.
pub fn organisation_fit(name: &Name, sentence: &Sentence<'_>) -> f64 {
    let mut fit: f64 = 0.45;
    if names_organisation(name, sentence) {
        fit += 0.45;
    }
    let is_acronym = name.run.len() == 1
        && sentence.words[name.run.start].written(sentence.text).chars().all(char::is_uppercase);
    if is_acronym {
        fit += 0.25;
    }
    if name.has_title {
        fit -= 0.4;
    }
    if names_country(name, sentence) {
        fit -= 0.5;
    }
    fit.clamp(0.0, 1.0)
}

fn has_word(name: &Name, sentence: &Sentence<'_>, list: &[&str]) -> bool {
    name.run.clone().any(|place| list.contains(&sentence.words[place].folded.as_str()))
}

fn names_organisation(name: &Name, sentence: &Sentence<'_>) -> bool {
    const CUES: &[&str] = &[
        "agency",
        "alliance",
        "army",
        "assembly",
        "association",
        "authority",
        "bank",
        "board",
        "brothers",
        "bureau",
        "centre",
        "center",
        "church",
        "club",
        "co",
        "coalition",
        "college",
        "commission",
        "committee",
        "company",
        "congress",
        "corp",
        "corporation",
        "council",
        "court",
        "department",
        "federation",
        "force",
        "foundation",
        "fund",
        "gmbh",
        "government",
        "group",
        "guards",
        "inc",
        "institute",
        "journal",
        "league",
        "limited",
        "ltd",
        "ministry",
        "museum",
        "nations",
        "nato",
        "news",
        "office",
        "organisation",
        "organization",
        "parliament",
        "party",
        "plc",
        "police",
        "post",
        "press",
        "records",
        "reuters",
        "school",
        "senate",
        "service",
        "society",
        "studios",
        "team",
        "times",
        "tribunal",
        "union",
        "university",
    ];
    has_word(name, sentence, CUES)
}

fn names_site(name: &Name, sentence: &Sentence<'_>) -> bool {
    const CUES: &[&str] = &[
        "airport",
        "avenue",
        "bay",
        "beach",
        "bridge",
        "castle",
        "cathedral",
        "city",
        "coast",
        "county",
        "desert",
        "district",
        "forest",
        "hall",
        "harbour",
        "hill",
        "hotel",
        "house",
        "island",
        "islands",
        "lake",
        "mountain",
        "mountains",
        "ocean",
        "palace",
        "park",
        "peninsula",
        "plaza",
        "port",
        "province",
        "region",
        "republic",
        "river",
        "road",
        "sea",
        "square",
        "stadium",
        "state",
        "station",
        "strait",
        "street",
        "temple",
        "theatre",
        "tower",
        "town",
        "valley",
        "village",
    ];
    has_word(name, sentence, CUES)
}

/// Countries are known by the groups of `synonyms.toml` that join a country and its people.
pub fn names_country(name: &Name, sentence: &Sentence<'_>) -> bool {
    let stems: Vec<String> = name.words.clone().map(|place| sentence.stems[place].to_string()).collect();
    !sentence.lexicon.same(&stems).is_empty()
}
