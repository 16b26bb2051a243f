//! One question out of two: the words of the previous one, with what the next one puts in their place.

use std::ops::Range;

use super::anaphora::{Number, antecedent, with_head};
use super::phrases::{Kind, Phrase, Wording, asking, phrases};
use super::vocabulary::{
    Time, is_form_of_be, is_picking, is_predicate, preposition_for, same_relation, time,
};
use crate::answer::lexicon::Lexicon;

/// With a question mark, and without the marks and blanks before it.
pub fn as_question(text: &str) -> String {
    format!("{}?", text.trim_end_matches(['?', '!', '.', ',', ' ']).trim())
}

/// The previous question with another phrase in the place of the one of the same kind, else with it at its end.
pub fn replace(previous: &Wording<'_>, said: &Wording<'_>, lexicon: &Lexicon) -> String {
    let found = phrases(previous);
    let said_text = with_head(said, previous);
    let mut whole = Wording::of(&said_text, lexicon);
    whole.german |= said.german;
    let (said, said_text) = (&whole, said_text.as_str());
    if let Some(other) = said_text.find("the one other than ")
        && let Some(old) = found.iter().rfind(|phrase| phrase.kind == Kind::Name)
    {
        return splice(previous, old.place.clone(), &said_text[other..]);
    }
    let Some(new) = phrases(said).into_iter().next() else {
        let is_verb = said.tokens.len() == 1 && is_predicate(&said.tokens[0].word);
        return if is_verb { with_verb(previous, said) } else { without_noun(previous, said, &found) };
    };
    if let Kind::Time(kind) = new.kind {
        return replace_time(previous, said, &found, &new, kind, said_text);
    }
    let goes_to_end = said.tokens.len() == 1 && said.tokens[0].is(&["back", "abroad", "online", "zuruck"]);
    let Some(old) = counterpart(previous, said, &found, &new).filter(|_| !goes_to_end) else {
        let tie = if new.preposition.is_some() || ties_itself(said) {
            ""
        } else if previous.german {
            "für "
        } else {
            "for "
        };
        return format!("{} {tie}{said_text}", previous.text);
    };
    if new.preposition.is_some() && old.preposition.is_none() {
        return splice(previous, old.place.clone(), said.from(new.place.start));
    }
    let place = match new.preposition {
        Some(_) => old.whole(),
        None if new.has_article() || !old.has_article() => old.place.clone(),
        None if new.kind == Kind::Person || is_plural(&said.tokens[said.tokens.len() - 1].word) => {
            old.place.clone()
        }
        None => old.content..old.place.end,
    };
    let place = if new.preposition.is_none() { narrowed(previous, said, old, &new, place) } else { place };
    splice(previous, place, said_text)
}

/// "and urgent?" after "priority tasking", "and Estuary?" after "the Lake plan": only what picks one of a kind
/// is put in place of another.
fn narrowed(
    previous: &Wording<'_>,
    said: &Wording<'_>,
    old: &Phrase,
    new: &Phrase,
    place: Range<usize>,
) -> Range<usize> {
    let tokens = &previous.tokens;
    let marked: Vec<usize> = (old.content..old.place.end).filter(|at| tokens[*at].is_marked).collect();
    let is_named_kind = !marked.is_empty() && marked.len() < old.place.end - old.content;
    if new.kind == Kind::Name && is_named_kind {
        let start = if new.has_article() && old.has_article() && marked[0] == old.content {
            old.place.start
        } else {
            marked[0]
        };
        return start..marked[marked.len() - 1] + 1;
    }
    let is_one_word = said.tokens.len() == 1 && !is_plural(&said.tokens[0].word);
    let picks = is_one_word && (is_picking(&said.tokens[0].word) || is_picking(&tokens[old.content].word));
    if picks && old.place.end - old.content == 2 {
        return old.content..old.content + 1;
    }
    place
}

/// "and end?" after "when does school start": another verb.
fn with_verb(previous: &Wording<'_>, said: &Wording<'_>) -> String {
    let tokens = &previous.tokens;
    match tokens.iter().rposition(|token| is_predicate(&token.word) && !token.is_marked) {
        Some(verb) => splice(previous, verb..verb + 1, said.text),
        None => format!("{} {}", previous.text, said.text),
    }
}

/// "and without?": the preposition alone is put in place; without any phrase it goes to the end.
fn without_noun(previous: &Wording<'_>, said: &Wording<'_>, found: &[Phrase]) -> String {
    let relation = said.tokens.first().map_or("", |token| token.word.as_str());
    let has_pronoun = said.tokens.iter().any(|token| token.is(&["it", "them", "that", "this", "one"]));
    let old = found.iter().rev().find(|phrase| {
        phrase
            .preposition
            .is_some_and(|at| same_relation(&previous.tokens[at].word, relation) && !phrase.is_time())
    });
    let prepositions = said
        .tokens
        .iter()
        .enumerate()
        .take_while(|(at, _)| said.is_preposition(*at) || said.tokens[*at].is(&["out"]));
    let count = prepositions.count();
    match old {
        Some(old) if count > 0 && (has_pronoun || count == said.tokens.len()) => {
            let at = old.preposition.unwrap_or(old.place.start);
            splice(previous, at..at + 1, said.written(0..count))
        }
        _ => format!("{} {}", previous.text, said.text),
    }
}

fn replace_time(
    previous: &Wording<'_>,
    said: &Wording<'_>,
    found: &[Phrase],
    new: &Phrase,
    kind: Time,
    said_text: &str,
) -> String {
    let same = |phrase: &&Phrase| {
        phrase.is_time()
            && previous.tokens[phrase.place.clone()].iter().any(|token| time(&token.word) == Some(kind))
    };
    // "sonntags" has its preposition inside.
    let is_adverb = |word: &str| previous.german && word.ends_with("tags");
    match found.iter().rev().find(same) {
        Some(old) if new.preposition.is_some() || is_adverb(&said.tokens[new.content].word) => {
            splice(previous, old.whole(), said_text)
        }
        Some(old) => splice(previous, old.place.clone(), said_text),
        None => {
            let german = said.german;
            let head = &said.tokens[new.place.end - 1].word;
            let is_said = new.preposition.is_some()
                || german && head.ends_with("tags")
                || said.tokens[0].is(&["every", "each", "next", "last"]);
            let tie = if is_said { "" } else { preposition_for(kind, german) };
            format!("{} {tie}{said_text}", previous.text)
        }
    }
}

/// A phrase that goes to the end of a question as it is: "each day", "outside office hours".
fn ties_itself(said: &Wording<'_>) -> bool {
    said.is_preposition(0) || said.tokens[0].is(&["if", "each", "every", "back", "abroad", "online", "there"])
}

/// The phrase that the new one stands in the place of.
fn counterpart<'p>(
    previous: &Wording<'_>,
    said: &Wording<'_>,
    found: &'p [Phrase],
    new: &Phrase,
) -> Option<&'p Phrase> {
    let words = |phrase: &Phrase| phrase.preposition.map_or("", |at| previous.tokens[at].word.as_str());
    let usable = || found.iter().rev().filter(|phrase| !phrase.is_time());
    if let Some(at) = new.preposition {
        let relation = said.tokens[at].word.as_str();
        let is_of_kind = |phrase: &&Phrase| (phrase.kind == Kind::Unit) == (new.kind == Kind::Unit);
        return usable()
            .filter(is_of_kind)
            .find(|phrase| words(phrase) == relation)
            .or_else(|| usable().find(|phrase| words(phrase) == relation))
            .or_else(|| {
                usable().find(|phrase| {
                    phrase.kind == Kind::Unit && relation == "per" && phrase.preposition.is_some()
                })
            })
            .or_else(|| usable().filter(is_of_kind).find(|phrase| same_relation(words(phrase), relation)))
            .or_else(|| {
                usable().find(|phrase| {
                    phrase.kind == Kind::Person
                        && new.kind == Kind::Person
                        && matches!(relation, "for" | "fur")
                })
            })
            .filter(|phrase| !phrase.is_asked_of);
    }
    let of_kind = |kind: Kind| usable().find(|phrase| phrase.kind == kind && !phrase.is_asked_of);
    match new.kind {
        Kind::Unit => of_kind(Kind::Unit),
        Kind::Person => of_kind(Kind::Person),
        Kind::Name => of_kind(Kind::Name)
            .or_else(|| {
                usable().find(|phrase| {
                    previous.tokens[phrase.content..phrase.place.end].iter().any(|token| token.is_marked)
                })
            })
            .or_else(|| like(previous, found, new, said)),
        Kind::Thing | Kind::Time(_) => like(previous, found, new, said),
    }
}

/// A thing in the place of a thing: one with the same article after "for" or "of", else the one that the
/// question is about.
fn like<'p>(
    previous: &Wording<'_>,
    found: &'p [Phrase],
    new: &Phrase,
    said: &Wording<'_>,
) -> Option<&'p Phrase> {
    let is_thing = |phrase: &&Phrase| matches!(phrase.kind, Kind::Thing | Kind::Name) && !phrase.is_asked_of;
    let things = || found.iter().filter(is_thing);
    let article = |wording: &Wording<'_>, phrase: &Phrase| {
        let word = phrase.has_article().then(|| wording.tokens[phrase.place.start].word.clone());
        word.map(|word| if word == "an" { "a".to_owned() } else { word })
    };
    // "What is the warranty on the pump": of things it is told what they have.
    let tells_property = previous.tokens[0].is(&["what"])
        && previous.tokens.len() > 1
        && is_form_of_be(&previous.tokens[1].word);
    let is_linked = |phrase: &&Phrase| {
        phrase.preposition.is_some_and(|at| {
            tells_property
                || matches!(
                    previous.tokens[at].word.as_str(),
                    "for" | "of" | "fur" | "von" | "about" | "with" | "mit"
                )
        })
    };
    let is_common = |phrase: &&Phrase| phrase.kind == Kind::Thing;
    let wanted = article(said, new);
    things()
        .filter(is_linked)
        .find(|phrase| article(previous, phrase) == wanted)
        .or_else(|| {
            things()
                .filter(is_common)
                .filter(|phrase| phrase.preposition.is_none())
                .find(|phrase| article(previous, phrase) == wanted)
        })
        .or_else(|| things().filter(|_| wanted.is_none()).rfind(|phrase| !phrase.has_article()))
        .or_else(|| things().find(is_linked))
        .or_else(|| things().find(is_common))
        .or_else(|| things().next_back())
}

pub fn is_plural(folded: &str) -> bool {
    folded.len() > 3 && folded.ends_with('s') && !folded.ends_with("ss") && !folded.ends_with("us")
        || matches!(folded, "people" | "children" | "men" | "women")
}

fn splice(previous: &Wording<'_>, place: Range<usize>, new: &str) -> String {
    let start = previous.tokens[place.start].span.start;
    let end = previous.tokens[place.end - 1].span.end;
    format!("{}{new}{}", &previous.text[..start], &previous.text[end..])
}

/// What the previous question said, asked with other words of asking: "why", "since when".
pub fn ask_otherwise(previous: &Wording<'_>, new: &str) -> Option<String> {
    let tokens = &previous.tokens;
    let Some(asked) = asking(previous) else {
        let starts_with_auxiliary = previous.is_auxiliary(0);
        let rest = if starts_with_auxiliary { lower_first(previous.text) } else { previous.text.to_owned() };
        return Some(format!("{new} {rest}"));
    };
    let end = asked.place.end;
    if end == tokens.len() {
        return None;
    }
    let noun = asked.noun.map(|noun| previous.written(noun)).filter(|noun| !is_kind(noun));
    let (somebody, something) = if previous.german { ("jemand", "etwas") } else { ("somebody", "something") };
    let is_who = tokens[asked.place.clone()].iter().any(|token| token.is(&["who", "wer"]));
    let doer = noun.unwrap_or(if is_who { somebody } else { something });
    let rest = previous.from(end);
    if is_who && matches!(new.split(' ').next(), Some("who" | "Who" | "wer" | "Wer")) {
        return Some(format!("{new} {rest}"));
    }
    if previous.is_auxiliary(end) || previous.german {
        if is_who && !previous.is_auxiliary(end) {
            return Some(format!(
                "{new} {} {doer} {}",
                previous.written(end..end + 1),
                previous.from(end + 1)
            ));
        }
        if !is_asked_of_subject(previous, end) {
            let noun = noun.map_or(String::new(), |noun| format!(" {noun}"));
            return Some(format!("{new} {rest}{noun}"));
        }
        return Some(format!("{new} {} {doer} {}", previous.written(end..end + 1), previous.from(end + 1)));
    }
    Some(format!("{new} is it that {doer} {rest}"))
}

/// "time" in "what time", "year" in "which year": the kind of answer, which another kind has not.
fn is_kind(noun: &str) -> bool {
    let folded = noun.to_lowercase();
    matches!(
        folded.as_str(),
        "time"
            | "year"
            | "day"
            | "date"
            | "month"
            | "place"
            | "person"
            | "city"
            | "country"
            | "one"
            | "uhr"
            | "jahr"
            | "tag"
    )
}

/// Whether nobody is named who does it, between the auxiliary and the verb: "who was elected".
fn is_asked_of_subject(previous: &Wording<'_>, auxiliary: usize) -> bool {
    let Some(next) = previous.tokens.get(auxiliary + 1) else { return false };
    let place = auxiliary + 1;
    // "re-elected" is two words.
    let joined =
        previous.text[next.span.end..].starts_with('-').then(|| previous.tokens.get(place + 1)).flatten();
    let is_verb = is_predicate(&joined.unwrap_or(next).word) && !next.is_marked;
    let is_be = is_form_of_be(&previous.tokens[auxiliary].word);
    previous.is_preposition(place)
        || previous.is_auxiliary(place)
        || is_be && is_verb
        || next.is(&["not", "nicht"])
}

/// A question that says nothing of what about, with what the previous one was about.
pub fn with_topic(previous: &Wording<'_>, said: &Wording<'_>) -> String {
    let is_reason = said.tokens.iter().any(|token| token.is(&["reason", "cause", "grund"]));
    if let Some(clause) = statement(previous) {
        let tie = if is_reason { "that" } else { "when" };
        return format!("{} {tie} {clause}", said.text);
    }
    let topic = antecedent(previous, Number::Any);
    let takes_for = is_reason || said.tokens.last().is_some_and(|token| token.is(&["responsible"]));
    let tie = if previous.german || said.german {
        "bei"
    } else if takes_for {
        "for"
    } else {
        "about"
    };
    match topic {
        Some(topic) => format!("{} {tie} {topic}", said.text),
        None => format!("{} ({})", said.text, previous.text),
    }
}

/// "Is lunch included?", in what.
pub fn as_part_of(previous: &Wording<'_>, said: &Wording<'_>) -> Option<String> {
    let topic = antecedent(previous, Number::Any)?;
    let into = if said.german { "bei" } else { "in" };
    Some(format!("{} {into} {topic}", said.text))
}

/// "the dish did get stuck" out of "when did the dish get stuck": what a question takes for granted.
pub fn statement(previous: &Wording<'_>) -> Option<String> {
    let asked = asking(previous)?;
    let asks_circumstance = previous.tokens[asked.place.clone()]
        .iter()
        .any(|token| token.is(&["when", "where", "why", "how", "many", "far"]));
    let auxiliary = asked.place.end;
    if previous.german
        || !asks_circumstance
        || auxiliary >= previous.tokens.len()
        || !previous.is_auxiliary(auxiliary)
    {
        return None;
    }
    let found = phrases(previous);
    let subject = found.iter().find(|phrase| phrase.place.start == auxiliary + 1 && !phrase.is_time())?;
    if subject.place.end == previous.tokens.len() {
        return None;
    }
    let verb = previous.written(auxiliary..auxiliary + 1);
    let said = previous.written(subject.place.clone());
    let rest = previous.from(subject.place.end);
    Some(if matches!(verb, "do" | "does") {
        format!("{said} {rest}")
    } else {
        format!("{said} {verb} {rest}")
    })
}

/// "der Steg geschlossen wurde" out of "wann wurde der Steg geschlossen".
pub fn german_statement(previous: &Wording<'_>) -> Option<String> {
    let auxiliary = asking(previous)?.place.end;
    if !previous.german || auxiliary >= previous.tokens.len() || !previous.is_auxiliary(auxiliary) {
        return None;
    }
    let subject = phrases(previous).into_iter().find(|phrase| phrase.place.start == auxiliary + 1)?;
    let rest = previous.from(subject.place.end);
    let verb = previous.written(auxiliary..auxiliary + 1);
    (!rest.is_empty()).then(|| format!("{} {rest} {verb}", previous.written(subject.place.clone())))
}

/// "reset the router" out of "how do I reset the router".
pub fn doing(previous: &Wording<'_>) -> Option<String> {
    let asked = asking(previous);
    let auxiliary = asked.map_or(0, |asked| asked.place.end);
    let tokens = &previous.tokens;
    let is_doing = !previous.german
        && tokens.len() > auxiliary + 2
        && tokens[auxiliary].is(&["do", "can", "may", "must", "should", "could"])
        && tokens[auxiliary + 1].is(&["i", "we", "you", "one"]);
    is_doing.then(|| previous.from(auxiliary + 2).to_owned())
}

/// "what Ada did suggest" out of "what did Ada suggest": the answer, whatever it is.
pub fn what_was_asked(previous: &Wording<'_>) -> Option<String> {
    let asked = asking(previous)?;
    let auxiliary = asked.place.end;
    let is_what = asked.place == (0..1) && previous.tokens[0].is(&["what"]) && !previous.german;
    if !is_what || auxiliary >= previous.tokens.len() || is_form_of_be(&previous.tokens[auxiliary].word) {
        return None;
    }
    let subject = phrases(previous).into_iter().find(|phrase| phrase.place.start == auxiliary + 1)?;
    let doer = previous.written(subject.place.clone());
    let verb = previous.written(auxiliary..auxiliary + 1);
    Some(format!("what {doer} {verb} {}", previous.from(subject.place.end)))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}
