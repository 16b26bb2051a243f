//! Words that stand for something said before: "it", "they", "there", "the other one".
//!
//! Not every such word does: "how long does it take to …" and "is there …" refer to nothing, and "do members
//! pay their fee" finds its noun in its own question.

use std::ops::Range;

use super::joining::{ask_otherwise, doing, german_statement, is_plural, statement, what_was_asked};
use super::phrases::{Kind, Phrase, Wording, asking, phrases};
use super::vocabulary::{is_determiner, is_form_of_be, is_picking, is_predicate, is_unit_of_time, time};

/// How many things a pronoun stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    One,
    Many,
    Person,
    Any,
    /// Whatever there is.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
struct Anaphor {
    place: Range<usize>,
    stands_for: Number,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Possessive,
    /// "there": a place.
    There,
    /// "that plan": the noun is said again.
    Pointing,
    /// "which one".
    Which,
}

/// A question with an anaphor and more words of its own than this is about something else as well.
const MOST_WORDS_BESIDE: usize = 4;

/// The question with what was meant in the place of the word that stands for it.
pub fn resolve(said: &Wording<'_>, is_tied: bool, previous: &Wording<'_>) -> Option<String> {
    let content = (0..said.tokens.len()).filter(|place| said.is_content(*place)).count();
    if content > MOST_WORDS_BESIDE {
        return None;
    }
    if let Some(text) = with_one(said, previous) {
        return Some(text);
    }
    let found = anaphor(said, is_tied).filter(|found| needs_previous(said, found, previous))?;
    if let Some(whole) = event(said, &found, previous) {
        return Some(whole);
    }
    let meant = antecedent(previous, found.stands_for)
        .or_else(|| what_was_asked(previous).filter(|_| found.form == Form::Plain))
        .or_else(|| antecedent(previous, Number::Any))
        .or_else(|| statement(previous))
        .or_else(|| antecedent(previous, Number::Unknown))?;
    let before = &said.text[..said.tokens[found.place.start].span.start];
    let after = &said.text[said.tokens[found.place.end - 1].span.end..];
    Some(match found.form {
        Form::Plain => format!("{before}{meant}{after}"),
        Form::Possessive => {
            let owner = first_phrase(previous, found.stands_for).unwrap_or(meant);
            let ending = if owner.ends_with('s') { "'" } else { "'s" };
            format!("{before}{owner}{ending}{after}")
        }
        Form::There => {
            let place = place_of(previous).unwrap_or_else(|| format!("({meant})"));
            let before = before.strip_suffix("in ").unwrap_or(before);
            format!("{before}{place}{after}")
        }
        Form::Which => format!("{}{} of {meant}{after}", before, said.written(found.place.clone())),
        Form::Pointing => format!("{} ({meant})", said.text),
    })
}

/// "Who lost their key?" and "how many members paid their fee?" are whole; "where did they find the key?" says
/// enough of its own.
fn needs_previous(said: &Wording<'_>, found: &Anaphor, previous: &Wording<'_>) -> bool {
    let place = found.place.start;
    let asked = asking(said);
    if found.form == Form::Possessive {
        let is_own = said.tokens.get(place + 1).is_some_and(|next| next.is(&["own"]));
        let asks_owner = asked.is_some_and(|asked| {
            asked.noun.is_some() || said.tokens[0].is(&["who"]) && !said.is_auxiliary(1)
        });
        let names_somebody = phrases(previous).iter().any(|phrase| is_somebody(previous, phrase));
        return !is_own && (!asks_owner || found.stands_for == Number::Person && names_somebody);
    }
    if said.tokens[place].is(&["they"]) {
        return !phrases(said).iter().any(|phrase| {
            let article = &said.tokens[phrase.place.start];
            let is_definite = phrase.has_article() && !article.is(&["a", "an", "any", "each", "every"]);
            let is_by = phrase.preposition.is_some_and(|at| said.tokens[at].is(&["by", "of"]));
            let says_much = is_definite || is_by || !phrase.has_article() && phrase.place.len() > 1;
            phrase.place.start > place && !phrase.is_time() && phrase.kind != Kind::Unit && says_much
        });
    }
    true
}

/// "When was that?", "who decided that?", "how long does that take?": what happened is meant, not a thing.
fn event(said: &Wording<'_>, found: &Anaphor, previous: &Wording<'_>) -> Option<String> {
    let tokens = &said.tokens;
    let place = found.place.start;
    let is_last = found.place.end == tokens.len();
    let word = tokens[place].word.as_str();
    if found.form != Form::Plain || found.place.len() > 1 || place == 0 {
        return None;
    }
    let is_when_was_that = is_last && place == 2 && is_form_of_be(&tokens[1].word) && said.is_asking(0);
    if is_when_was_that
        && matches!(word, "that" | "das")
        && !tokens[0].is(&["what", "who", "was", "wer", "how", "wie"])
    {
        return ask_otherwise(previous, said.written(0..1));
    }
    let before = said.written(0..place);
    let is_decision =
        tokens.iter().any(|token| token.word.starts_with("decid") || token.word.starts_with("entsch"));
    if is_decision && matches!(word, "that" | "it" | "das") {
        if let Some(clause) = statement(previous).filter(|_| is_last) {
            return Some(format!("{before} that {clause}"));
        }
        let after = said.from(found.place.end);
        return german_statement(previous).map(|clause| format!("{before} {after}, dass {clause}"));
    }
    let takes = tokens.get(place + 1).is_some_and(|verb| verb.is(&["take", "cost", "help", "matter"]));
    let is_effort = takes && place + 2 == tokens.len() && matches!(word, "that" | "it");
    doing(previous)
        .filter(|_| is_effort && tokens.len() > 2)
        .map(|doing| format!("{before} it {} to {doing}", said.from(place + 1)))
}

fn anaphor(said: &Wording<'_>, is_tied: bool) -> Option<Anaphor> {
    (0..said.tokens.len()).find_map(|place| anaphor_at(said, place, is_tied))
}

fn anaphor_at(said: &Wording<'_>, place: usize, is_tied: bool) -> Option<Anaphor> {
    let tokens = &said.tokens;
    let word = tokens[place].word.as_str();
    let next = tokens.get(place + 1);
    let whole = |stands_for, form| Some(Anaphor { place: place..place + 1, stands_for, form });
    if has_antecedent_of_its_own(said, place) {
        return None;
    }
    match word {
        "it" if !is_expletive(said, place) => whole(Number::One, Form::Plain),
        "they" | "them" => whole(Number::Many, Form::Plain),
        "he" | "she" | "him" => whole(Number::Person, Form::Plain),
        "her" if next.is_none_or(|_| !said.is_content(place + 1)) => whole(Number::Person, Form::Plain),
        "his" | "her" | "hers" => whole(Number::Person, Form::Possessive),
        "its" => whole(Number::One, Form::Possessive),
        "their" => whole(Number::Many, Form::Possessive),
        "there" if !is_existential(said, place) && next.is_none_or(|_| !said.is_preposition(place + 1)) => {
            whole(Number::One, Form::There)
        }
        "this" | "that" | "these" | "those" => pointing(said, place),
        "one" | "ones" if place > 0 && tokens[place - 1].is(&["which"]) => {
            Some(Anaphor { place: place - 1..place + 1, stands_for: Number::Any, form: Form::Which })
        }
        "one" if next.is_none() && place > 0 && is_predicate(&tokens[place - 1].word) => {
            whole(Number::One, Form::Plain)
        }
        "same" if is_tied && next.is_none() => whole(Number::Any, Form::Plain),
        _ if said.german => german(said, place),
        _ => None,
    }
}

fn german(said: &Wording<'_>, place: usize) -> Option<Anaphor> {
    let tokens = &said.tokens;
    let word = tokens[place].word.as_str();
    let is_last = place + 1 == tokens.len();
    let before_verb = place + 2 == tokens.len()
        && !tokens[place + 1].is_marked
        && place > 0
        && !said.is_preposition(place - 1);
    let whole = |stands_for, form| Some(Anaphor { place: place..place + 1, stands_for, form });
    let is_polite = tokens[place].is_marked;
    match word {
        "das"
            if is_last
                || before_verb
                    && (is_participle(&tokens[place + 1].word) || said.is_auxiliary(place - 1)) =>
        {
            whole(Number::Any, Form::Plain)
        }
        "es" if place > 0 && !tokens[place - 1].is(&["gibt"]) && tokens.len() <= 6 => {
            whole(Number::One, Form::Plain)
        }
        "er" | "ihn" => whole(Number::One, Form::Plain),
        "sie" if !is_polite => whole(Number::Any, Form::Plain),
        "dort" | "da" => whole(Number::One, Form::There),
        "dafur" | "davon" | "dazu" | "daran" | "darin" | "damit" | "daruber" | "dabei"
            if tokens.len() <= 6 =>
        {
            whole(Number::Any, Form::Pointing)
        }
        _ => None,
    }
}

/// German participles, roughly.
fn is_participle(folded: &str) -> bool {
    let prefixed = ["ge", "be", "ent", "ver", "er", "an", "ab", "auf", "ein"]
        .iter()
        .any(|prefix| folded.starts_with(prefix));
    prefixed && (folded.ends_with('t') || folded.ends_with("en"))
}

/// "that" and its like: alone, or before the noun that is said again; not before a clause, nor with a time.
fn pointing(said: &Wording<'_>, place: usize) -> Option<Anaphor> {
    let tokens = &said.tokens;
    let many = tokens[place].is(&["these", "those"]);
    let stands_for = if many { Number::Many } else { Number::Any };
    let plain = Some(Anaphor { place: place..place + 1, stands_for, form: Form::Plain });
    let Some(next) = tokens.get(place + 1) else { return plain };
    let is_time = time(&next.word).is_some() || is_unit_of_time(&next.word) || next.is(&["time", "moment"]);
    if is_time && tokens[place].is(&["this", "these"]) {
        return None;
    }
    let is_after = |before: usize| {
        said.is_preposition(before) || said.is_auxiliary(before) || is_predicate(&tokens[before].word)
    };
    let stands_well = place == 0 || is_after(place - 1);
    let is_clause = tokens[place].is(&["that"]) && place > 0 && !stands_well;
    let before_noun = said.is_content(place + 1) && !is_predicate(&next.word) && !next.word.ends_with("ed");
    if before_noun && tokens[place].is(&["this", "these", "those"])
        || before_noun && stands_well && tokens.len() <= place + 2
    {
        return Some(Anaphor { place: place..place + 2, stands_for, form: Form::Pointing });
    }
    if is_clause || tokens[place].is(&["those"]) && next.is(&["who", "with", "in"]) {
        return None;
    }
    let auxiliary_before = place > 0 && (said.is_auxiliary(place - 1) || said.is_preposition(place - 1));
    (auxiliary_before && !before_noun).then_some(plain).flatten()
}

/// "how long does it take to", "is it true that", "what will it cost if": a word that fills a place.
fn is_expletive(said: &Wording<'_>, place: usize) -> bool {
    let tokens = &said.tokens;
    let later = place + 1..tokens.len();
    let has_content = |from: usize| (from..tokens.len()).any(|at| said.is_content(at));
    let is_verb =
        |at: usize| tokens.get(at).is_some_and(|verb| said.is_content(at) && !is_plural(&verb.word));
    let infinitive = later.clone().any(|at| {
        tokens[at].is(&["to"])
            && is_verb(at + 1)
            && !tokens[at - 1].is(&["have", "has", "need", "apply", "belong", "go", "lead", "compare", "get"])
    });
    let tells_time = asking(said)
        .and_then(|asked| asked.noun)
        .is_some_and(|noun| tokens[noun.start].is(&["time", "day", "date", "year"]))
        && place + 1 == tokens.len();
    let is_weather = tokens.get(place + 1).is_some_and(|next| next.is(&["rain", "rains", "snow", "snows"]));
    if tells_time || is_weather {
        return true;
    }
    let clause = later
        .clone()
        .any(|at| tokens[at].is(&["if", "when", "that", "whether", "wenn", "dass"]) && has_content(at + 1));
    infinitive || clause
}

/// "is there", "there are", "will there be".
fn is_existential(said: &Wording<'_>, place: usize) -> bool {
    let tokens = &said.tokens;
    let before = place.checked_sub(1).is_some_and(|at| said.is_auxiliary(at));
    let after = tokens.get(place + 1).is_some_and(|next| is_form_of_be(&next.word));
    let is_last = place + 1 == tokens.len();
    let counts = asking(said).is_some_and(|asked| asked.noun.is_some());
    after || before && (!is_last || counts)
}

/// A noun of the same question that the pronoun may stand for.
fn has_antecedent_of_its_own(said: &Wording<'_>, place: usize) -> bool {
    // "bike gone who do I tell about it": what it is about stands in front.
    let opens_with_topic = place > 0 && !said.is_asking(0) && !said.is_auxiliary(0) && said.is_content(0);
    opens_with_topic
        || phrases(said).iter().any(|phrase| {
            phrase.place.end <= place && !phrase.is_asked_of && !phrase.is_time() && {
                let subject = phrase.place.start > 0 && said.is_auxiliary(phrase.place.start - 1);
                let is_verb = !phrase.has_article() && !subject && phrase.preposition.is_none();
                !is_verb
            }
        })
}

/// What a pronoun stands for: the first noun of the previous question that fits, with what belongs to it.
pub fn antecedent(previous: &Wording<'_>, number: Number) -> Option<String> {
    let found = phrases(previous);
    let at = found.iter().position(|phrase| fits(previous, phrase, number))?;
    let phrase = &found[at];
    if phrase.is_asked_of {
        return Some(relative(previous, phrase));
    }
    let mut text = previous.written(phrase.place.clone()).to_owned();
    let mut end = phrase.place.end;
    for later in found[at + 1..].iter().filter(|later| later.preposition.is_some()) {
        if later.place.start >= end {
            text.push(' ');
            text.push_str(previous.written(later.whole()));
            end = later.place.end;
        }
    }
    Some(text)
}

/// The noun alone.
fn first_phrase(previous: &Wording<'_>, number: Number) -> Option<String> {
    let found = phrases(previous);
    let phrase = found.iter().find(|phrase| fits(previous, phrase, number))?;
    Some(previous.written(phrase.place.clone()).to_owned())
}

fn fits(previous: &Wording<'_>, phrase: &Phrase, number: Number) -> bool {
    if phrase.is_time() || phrase.kind == Kind::Unit {
        return false;
    }
    let tokens = &previous.tokens[phrase.content..phrase.place.end];
    let head = &tokens[tokens.len() - 1].word;
    let is_somebody = is_somebody(previous, phrase);
    match number {
        Number::One => {
            !is_plural(head) && !is_somebody && phrase.kind != Kind::Person && !is_acting(previous, phrase)
        }
        Number::Many => is_plural(head) || is_group(head),
        Number::Person => is_somebody || !is_plural(head) && !phrase.is_asked_of,
        Number::Any => phrase.kind != Kind::Person && !is_somebody,
        Number::Unknown => true,
    }
}

/// Several people by one name.
fn is_group(folded: &str) -> bool {
    matches!(
        folded,
        "board" | "committee" | "company" | "council" | "crew" | "department" | "firm" | "office" | "team"
    )
}

/// "what did *the council* decide": "it" is what was decided on.
fn is_acting(previous: &Wording<'_>, phrase: &Phrase) -> bool {
    let head = &previous.tokens[phrase.place.end - 1].word;
    let after_did =
        phrase.place.start > 0 && previous.tokens[phrase.place.start - 1].is(&["did", "do", "does"]);
    is_group(head) && after_did
}

/// Given name and surname, as hardly anything but people has them.
fn is_somebody(previous: &Wording<'_>, phrase: &Phrase) -> bool {
    let tokens = &previous.tokens[phrase.content..phrase.place.end];
    phrase.kind == Kind::Name
        && tokens.len() > 1
        && tokens.iter().all(|token| token.word.chars().all(char::is_alphabetic) && token.word.len() > 2)
}

/// "the days I can carry over": what is asked of, with what the question says of it.
fn relative(previous: &Wording<'_>, phrase: &Phrase) -> String {
    let noun = previous.written(phrase.place.clone());
    let the = if previous.german { "" } else { "the " };
    let end = phrase.place.end;
    let Some(first) = previous.tokens.get(end) else { return format!("{the}{noun}") };
    if previous.german {
        return format!("{noun} ({})", previous.from(end));
    }
    if !previous.is_auxiliary(end) {
        return format!("{the}{noun} that {}", previous.from(end));
    }
    let found = phrases(previous);
    let subject =
        found.iter().find(|other| other.place.start == end + 1 && other.place.end < previous.tokens.len());
    let subject_end = match subject {
        Some(subject) => subject.place.end,
        None if previous
            .tokens
            .get(end + 1)
            .is_some_and(|token| token.is(&["i", "you", "we", "they", "u"])) =>
        {
            end + 2
        }
        None => return format!("{the}{noun} that {}", previous.from(end)),
    };
    let doer = previous.written(end + 1..subject_end);
    let rest = previous.from(subject_end);
    let verb = &previous.text[first.span.clone()];
    if matches!(verb, "do" | "does") {
        format!("{the}{noun} {doer} {rest}")
    } else {
        format!("{the}{noun} {doer} {verb} {rest}")
    }
}

/// The place that the previous question speaks of, with its preposition.
fn place_of(previous: &Wording<'_>) -> Option<String> {
    let found = phrases(previous);
    let placed = found.iter().rev().find(|phrase| {
        !phrase.is_time()
            && phrase.preposition.is_some_and(|at| {
                previous.tokens[at].is(&["in", "at", "near", "inside", "to", "from", "im", "bei", "am", "on"])
            })
    });
    if let Some(phrase) = placed {
        let preposition = phrase.preposition?;
        let is_towards = previous.tokens[preposition].is(&["to", "from"]);
        let noun = previous.written(phrase.place.clone());
        return Some(if is_towards {
            format!("in {noun}")
        } else {
            previous.written(phrase.whole()).to_owned()
        });
    }
    let noun = antecedent(previous, Number::Any)?;
    let at = if previous.german { "bei" } else { "at" };
    Some(format!("{at} {noun}"))
}

/// "a used one" with the noun that "one" stands for; `None` where there is no such word.
fn with_one(said: &Wording<'_>, previous: &Wording<'_>) -> Option<String> {
    let text = with_head(said, previous);
    if text == said.text {
        return None;
    }
    let says_when = phrases(said).iter().any(Phrase::is_time);
    let when = phrases(previous).into_iter().find(|phrase| phrase.is_time() && phrase.preposition.is_some());
    Some(match when.filter(|_| !says_when) {
        Some(when) => format!("{text} {}", previous.written(when.whole())),
        None => text,
    })
}

/// Not "one key", nor "one of the keys".
fn stands_for_noun(said: &Wording<'_>, one: usize) -> bool {
    one + 1 == said.tokens.len() || !said.is_content(one + 1) && !said.tokens[one + 1].is(&["of"])
}

/// "where do I *get* one", not "a *used* one".
fn is_verb_before(said: &Wording<'_>, one: usize) -> bool {
    let has_article = one > 1 && is_determiner(&said.tokens[one - 2].word, said.german);
    is_predicate(&said.tokens[one - 1].word) && !has_article
}

/// The text with the previous question's noun in the place of "one": "a covered one" is "a covered parking
/// space".
pub fn with_head(said: &Wording<'_>, previous: &Wording<'_>) -> String {
    let tokens = &said.tokens;
    let unchanged = || said.text.to_owned();
    let other = tokens.windows(2).position(|pair| pair[0].is(&["the"]) && pair[1].is(&["other", "others"]));
    let one = tokens.iter().position(|token| token.is(&["one", "ones"]));
    let place = match (other, one) {
        (Some(other), _) => {
            let has_noun = tokens.get(other + 2).is_some_and(|token| !token.is(&["one", "ones"]));
            if has_noun {
                return unchanged();
            }
            other..(other + 3).min(tokens.len())
        }
        (None, Some(one))
            if one > 0
                && stands_for_noun(said, one)
                && !is_verb_before(said, one)
                && (said.is_content(one - 1) || tokens[one - 1].is(&["another"])) =>
        {
            one..one + 1
        }
        _ => return unchanged(),
    };
    let found = phrases(previous);
    let fitting =
        |number| found.iter().rev().find(|phrase| fits(previous, phrase, number) && !phrase.is_asked_of);
    let Some(phrase) = fitting(Number::One).or_else(|| fitting(Number::Any)) else { return unchanged() };
    let kind = previous.written(phrase.content..phrase.place.end);
    let new = match (other, phrase.kind) {
        (Some(_), Kind::Name) => format!("the one other than {kind}"),
        (Some(_), _) => format!("the other {kind}"),
        (None, _) => {
            // "the south one" is told apart from the one before by nothing else.
            let is_contrast = tokens.iter().any(|token| token.is(&["the"]));
            let picks = phrase.place.end - phrase.content > 1
                && (is_contrast || is_picking(&previous.tokens[phrase.content].word));
            previous.written(phrase.content + usize::from(picks)..phrase.place.end).to_owned()
        }
    };
    let start = tokens[place.start].span.start;
    let end = tokens[place.end - 1].span.end;
    format!("{}{new}{}", &said.text[..start], &said.text[end..])
}
