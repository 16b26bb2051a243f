//! The small words that follow-ups are made of, in English and German.
//!
//! "was", "die", "an" and "am" are words of both languages: whoever asks says which is meant.

use crate::answer::lexicon::{is_auxiliary, is_personal_pronoun};
use crate::answer::question::looks_like_participle;
use crate::words::is_function_word;

/// When something is: phrases of one kind stand in each other's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// A day of the week, working days, the weekend.
    Day,
    /// A month or a season.
    Season,
    Year,
    /// A part of the day.
    Part,
    Holiday,
    /// "today", "tomorrow".
    Relative,
}

pub fn is_connective(folded: &str) -> bool {
    matches!(
        folded,
        "and"
            | "but"
            | "so"
            | "ok"
            | "okay"
            | "then"
            | "also"
            | "n"
            | "nd"
            | "plus"
            | "und"
            | "aber"
            | "dann"
            | "sowie"
    )
}

/// Words at the end that only tie a question to what was said before.
pub fn is_trailing(folded: &str) -> bool {
    matches!(
        folded,
        "then"
            | "though"
            | "instead"
            | "too"
            | "please"
            | "pls"
            | "again"
            | "denn"
            | "dann"
            | "eigentlich"
            | "auch"
            | "bitte"
    )
}

pub fn is_asking(folded: &str) -> bool {
    matches!(
        folded,
        "what" | "who" | "whom" | "whose" | "which" | "when" | "where" | "why" | "how" | "whats" | "whos"
    ) || is_german_asking(folded)
}

fn is_german_asking(folded: &str) -> bool {
    matches!(
        folded,
        "wer"
            | "wen"
            | "wem"
            | "wessen"
            | "wann"
            | "wo"
            | "woher"
            | "wohin"
            | "warum"
            | "wieso"
            | "weshalb"
            | "wie"
            | "wieviel"
            | "wieviele"
            | "wozu"
    ) || folded.starts_with("welch")
}

/// Words that English does not have: one of them makes a question German.
pub fn is_german_only(folded: &str) -> bool {
    is_german_asking(folded)
        || matches!(
            folded,
            "der"
                | "das"
                | "dem"
                | "ein"
                | "eine"
                | "einen"
                | "einem"
                | "einer"
                | "und"
                | "ist"
                | "sind"
                | "wird"
                | "wurde"
                | "wurden"
                | "werden"
                | "im"
                | "fur"
                | "mit"
                | "nicht"
                | "kann"
                | "darf"
                | "muss"
                | "ich"
                | "wir"
                | "gibt"
                | "kostet"
                | "montag"
                | "dienstag"
                | "mittwoch"
                | "donnerstag"
                | "freitag"
                | "samstag"
                | "sonntag"
                | "sonntags"
                | "samstags"
                | "montags"
                | "bei"
        )
}

pub fn is_preposition(folded: &str, german: bool) -> bool {
    let english = matches!(
        folded,
        "in" | "on"
            | "at"
            | "for"
            | "with"
            | "without"
            | "by"
            | "from"
            | "to"
            | "under"
            | "during"
            | "after"
            | "before"
            | "of"
            | "about"
            | "into"
            | "inside"
            | "outside"
            | "within"
            | "near"
            | "over"
            | "per"
            | "via"
            | "against"
            | "since"
            | "until"
            | "between"
            | "through"
            | "till"
    );
    let german_one = matches!(
        folded,
        "im" | "ins"
            | "bei"
            | "beim"
            | "fur"
            | "mit"
            | "ohne"
            | "nach"
            | "vor"
            | "von"
            | "vom"
            | "zum"
            | "zur"
            | "zu"
            | "ab"
            | "bis"
            | "um"
            | "auf"
            | "aus"
            | "seit"
            | "gegen"
            | "pro"
            | "uber"
            | "unter"
            | "wahrend"
            | "an"
            | "am"
    );
    english || german && german_one
}

/// Prepositions of one kind stand in each other's place: "in Ghent", "at the station".
pub fn same_relation(one: &str, other: &str) -> bool {
    const RELATIONS: &[&[&str]] = &[
        &["in", "at", "near", "inside", "outside", "within", "from", "im", "bei", "beim", "an", "am", "aus"],
        &["by", "with", "via", "using", "without", "mit", "ohne"],
        &["into", "out", "from", "to", "ins", "aus", "nach"],
        &["before", "after", "vor", "nach", "during", "wahrend"],
        &["for", "fur"],
        &["about", "of", "von", "uber"],
        &["per", "pro"],
    ];
    one == other || RELATIONS.iter().any(|relation| relation.contains(&one) && relation.contains(&other))
}

pub fn is_determiner(folded: &str, german: bool) -> bool {
    let english = matches!(
        folded,
        "the"
            | "a"
            | "an"
            | "our"
            | "my"
            | "your"
            | "any"
            | "each"
            | "every"
            | "another"
            | "this"
            | "these"
            | "those"
            | "no"
            | "some"
            | "all"
            | "half"
            | "own"
    );
    let german_one = matches!(
        folded,
        "der"
            | "die"
            | "das"
            | "den"
            | "dem"
            | "des"
            | "ein"
            | "eine"
            | "einen"
            | "einem"
            | "einer"
            | "eines"
            | "mein"
            | "meine"
            | "meinen"
            | "unser"
            | "unsere"
            | "unseren"
            | "jede"
            | "jeder"
            | "jedes"
    );
    english || german && german_one
}

/// What stands before a verb: "how many days *I* can carry over".
pub fn is_subject_pronoun(folded: &str) -> bool {
    is_personal_pronoun(folded) || matches!(folded, "u" | "ich" | "du" | "wir" | "man" | "one")
}

pub fn is_auxiliary_of(folded: &str, german: bool) -> bool {
    let german_one = matches!(
        folded,
        "ist"
            | "sind"
            | "war"
            | "waren"
            | "wird"
            | "werden"
            | "wurde"
            | "wurden"
            | "hat"
            | "haben"
            | "hatte"
            | "kann"
            | "konnen"
            | "darf"
            | "durfen"
            | "muss"
            | "mussen"
            | "soll"
            | "sollen"
            | "gibt"
    );
    let is_german_word = german && matches!(folded, "was" | "am");
    is_auxiliary(folded) && !is_german_word || folded == "r" || german && german_one
}

pub fn is_form_of_be(folded: &str) -> bool {
    matches!(
        folded,
        "is" | "are"
            | "was"
            | "were"
            | "be"
            | "been"
            | "being"
            | "r"
            | "ist"
            | "sind"
            | "war"
            | "waren"
            | "wird"
            | "wurde"
            | "wurden"
            | "werden"
    )
}

/// Verbs and predicates that stand beside nouns in questions without being part of what they name.
pub fn is_predicate(folded: &str) -> bool {
    const PREDICATES: &[&str] = &[
        "allowed",
        "apply",
        "applies",
        "approve",
        "approves",
        "available",
        "begin",
        "begins",
        "belong",
        "belongs",
        "change",
        "changes",
        "close",
        "closed",
        "closes",
        "come",
        "comes",
        "cost",
        "costs",
        "cover",
        "covers",
        "do",
        "end",
        "ends",
        "expire",
        "expires",
        "free",
        "get",
        "gets",
        "give",
        "gives",
        "go",
        "goes",
        "got",
        "happen",
        "happened",
        "happens",
        "have",
        "include",
        "included",
        "involved",
        "keep",
        "keeps",
        "last",
        "lasts",
        "lead",
        "leads",
        "leave",
        "leaves",
        "mean",
        "means",
        "meet",
        "meets",
        "need",
        "needs",
        "open",
        "opens",
        "own",
        "owns",
        "pay",
        "pays",
        "possible",
        "provide",
        "require",
        "required",
        "responsible",
        "run",
        "runs",
        "send",
        "sends",
        "start",
        "starts",
        "stay",
        "stop",
        "stops",
        "take",
        "takes",
        "use",
        "used",
        "valid",
        "want",
        "work",
        "works",
        "geschlossen",
        "offen",
        "geoffnet",
        "kostet",
        "gilt",
        "erlaubt",
        "moglich",
        "passiert",
        "heisst",
        "bedeutet",
        "beginnt",
        "endet",
    ];
    PREDICATES.contains(&folded) || looks_like_participle(folded)
}

/// Adjectives that pick one of a kind, so that another takes their place.
pub fn is_picking(folded: &str) -> bool {
    const PICKING: &[&str] = &[
        "big", "cheap", "closed", "cold", "double", "early", "express", "fast", "first", "fresh", "full",
        "half", "high", "hot", "large", "late", "long", "low", "new", "next", "normal", "old", "open",
        "other", "regular", "second", "short", "single", "small", "standard", "third", "urgent", "used",
        "white", "black", "red", "blue", "green",
    ];
    const ENDINGS: &[&str] = &["able", "ed", "ful", "al", "ic", "ive", "less", "ous", "ent", "ary"];
    PICKING.contains(&folded) || folded.len() > 5 && ENDINGS.iter().any(|ending| folded.ends_with(ending))
}

/// People by what they are to others: one group of them stands in the place of another.
pub fn is_person(folded: &str) -> bool {
    const PEOPLE: &[&str] = &[
        "adult",
        "anyone",
        "apprentice",
        "babies",
        "baby",
        "child",
        "children",
        "colleague",
        "contractor",
        "customer",
        "employee",
        "everyone",
        "families",
        "family",
        "freelancer",
        "guest",
        "guests",
        "intern",
        "kid",
        "kids",
        "man",
        "manager",
        "member",
        "men",
        "nonmember",
        "parent",
        "part-timer",
        "partner",
        "people",
        "pensioner",
        "person",
        "pupil",
        "resident",
        "senior",
        "somebody",
        "someone",
        "staff",
        "student",
        "tenant",
        "timer",
        "timers",
        "trainee",
        "visitor",
        "volunteer",
        "woman",
        "women",
        "worker",
        "starter",
        "azubi",
        "azubis",
        "besucher",
        "erwachsene",
        "gast",
        "gaste",
        "kind",
        "kinder",
        "kunde",
        "kunden",
        "mitarbeiter",
        "mitglied",
        "mitglieder",
        "praktikant",
        "praktikanten",
        "student",
        "studenten",
    ];
    PEOPLE.contains(&folded) || folded.strip_suffix('s').is_some_and(|one| PEOPLE.contains(&one))
}

/// "for a *day*", "per *hour*".
pub fn is_unit_of_time(folded: &str) -> bool {
    let one = folded.strip_suffix('s').unwrap_or(folded);
    matches!(
        one,
        "minute"
            | "hour"
            | "day"
            | "night"
            | "week"
            | "month"
            | "year"
            | "quarter"
            | "stunde"
            | "tag"
            | "nacht"
            | "woche"
            | "monat"
            | "jahr"
    )
}

pub fn time(folded: &str) -> Option<Time> {
    const DAYS: &[&str] = &[
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "weekday",
        "weekend",
        "workday",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "wochenende",
        "werktag",
        "feiertag",
        "feiertagen",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    ];
    const SEASONS: &[&str] = &[
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "spring",
        "summer",
        "autumn",
        "winter",
        "januar",
        "februar",
        "marz",
        "mai",
        "juni",
        "juli",
        "oktober",
        "dezember",
        "fruhling",
        "sommer",
        "herbst",
    ];
    const HOLIDAYS: &[&str] = &["christmas", "easter", "xmas", "weihnachten", "ostern"];
    const PARTS: &[&str] = &[
        "morning",
        "afternoon",
        "evening",
        "night",
        "noon",
        "midnight",
        "morgen",
        "abend",
        "nachmittag",
        "mittag",
        "nachts",
        "abend",
        "morgens",
        "vormittag",
    ];
    let one = folded.strip_suffix('s').unwrap_or(folded);
    let is_in = |list: &[&str]| list.contains(&one) || list.contains(&folded);
    if is_in(DAYS) {
        return Some(Time::Day);
    }
    if is_in(SEASONS) {
        return Some(Time::Season);
    }
    if is_in(HOLIDAYS) {
        return Some(Time::Holiday);
    }
    if is_in(PARTS) {
        return Some(Time::Part);
    }
    if matches!(folded, "today" | "tomorrow" | "yesterday" | "tonight" | "now" | "heute" | "gestern") {
        return Some(Time::Relative);
    }
    let is_year = folded.len() == 4 && folded.parse::<u16>().is_ok_and(|year| (1900..2100).contains(&year));
    is_year.then_some(Time::Year)
}

/// The preposition that a time goes with where none is said.
pub fn preposition_for(time: Time, german: bool) -> &'static str {
    match time {
        Time::Day if german => "am ",
        Time::Day => "on ",
        Time::Season | Time::Year => "in ",
        Time::Holiday if german => "an ",
        Time::Holiday => "at ",
        Time::Part | Time::Relative => "",
    }
}

/// Nouns that say nothing without what they are the reason, the result, the price of.
pub fn is_relational(folded: &str) -> bool {
    matches!(
        folded,
        "reason"
            | "reasons"
            | "cause"
            | "result"
            | "results"
            | "outcome"
            | "vote"
            | "votes"
            | "purpose"
            | "price"
            | "cost"
            | "costs"
            | "exception"
            | "exceptions"
            | "difference"
            | "alternative"
            | "alternatives"
            | "grund"
            | "ergebnis"
            | "ursache"
            | "preis"
            | "kosten"
            | "ausnahme"
            | "ausnahmen"
    )
}

/// Words that shape a sentence, in either language.
pub fn is_shaping(folded: &str, german: bool) -> bool {
    is_function_word(folded)
        || is_asking(folded)
        || is_auxiliary_of(folded, german)
        || is_determiner(folded, german)
        || is_preposition(folded, german)
        || german
            && matches!(
                folded,
                "was"
                    | "ich"
                    | "du"
                    | "er"
                    | "sie"
                    | "es"
                    | "wir"
                    | "ihr"
                    | "man"
                    | "und"
                    | "oder"
                    | "nicht"
                    | "auch"
                    | "noch"
                    | "denn"
                    | "dann"
                    | "sich"
                    | "mir"
                    | "mich"
                    | "dich"
                    | "wenn"
                    | "ob"
                    | "dass"
                    | "viel"
                    | "viele"
                    | "lange"
                    | "hoch"
            )
}
