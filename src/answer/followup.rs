//! Follow-ups: what a question that leaves something out stands for, by the question before it.
//!
//! It takes words from the previous *question*, never from its answer. A question that is complete takes
//! nothing: carrying a topic over where none is missing is the worse mistake, so that each rule asks for a sign
//! that something is.

use super::lexicon::{Lexicon, is_auxiliary};
use super::question::{Asked, Question, Role};
use crate::words::{Word, is_function_word, words};

/// The questions that somebody asked one after the other, as they were understood.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    previous: Option<String>,
}

impl Conversation {
    /// The whole question that `text` stands for; `None` where it is whole itself.
    pub fn understand(&self, text: &str, lexicon: &Lexicon) -> Option<String> {
        let previous = self.previous.as_deref()?;
        let found = words(text);
        let start = connective_end(&found);
        if start == found.len() {
            return None;
        }
        let rest = text[found[start].span.start..].trim_end_matches(['?', '!', '.', ' ']);
        let rest_words = words(rest);
        if let Some(instead) = instead(rest, &rest_words, start > 0) {
            return Some(replaced(previous, instead));
        }
        let topic = topic(previous, lexicon)?;
        if let Some(pronoun) = pronoun(&rest_words) {
            let other = rest_words.iter().filter(|word| !is_function_word(&word.folded)).count();
            return (other <= MOST_WORDS_BESIDE_PRONOUN).then(|| with_pronoun(rest, pronoun, &topic));
        }
        is_open_ended(rest, start > 0, lexicon).then(|| format!("{rest} ({topic})?"))
    }

    /// What the next question may refer to: this one, as it was understood.
    pub fn remember(&mut self, question: &str) {
        self.previous = Some(question.to_owned());
    }
}

/// A question with a pronoun and more words of its own than this is about something else as well.
const MOST_WORDS_BESIDE_PRONOUN: usize = 4;

/// "And", "but", "so": how many words only tie a question to what was said before.
fn connective_end(words: &[Word]) -> usize {
    words
        .iter()
        .take_while(|word| matches!(word.folded.as_str(), "and" | "but" | "so" | "ok" | "then" | "also"))
        .count()
}

/// What is to be asked instead: "what about France", "and in Leipzig".
fn instead<'t>(rest: &'t str, words: &[Word], has_connective: bool) -> Option<&'t str> {
    let starts = |first: &[&str]| {
        first.len() < words.len() && words.iter().zip(first).all(|(word, first)| word.folded == **first)
    };
    for opening in [&["what", "about"][..], &["how", "about"], &["what", "of"], &["same", "for"]] {
        if starts(opening) {
            return Some(&rest[words[opening.len()].span.start..]);
        }
    }
    let asks = words.iter().any(|word| is_asking(&word.folded))
        || words.first().is_some_and(|word| is_auxiliary(&word.folded));
    let is_short = words.len() <= 5;
    (has_connective && !asks && is_short || is_bare_phrase(words)).then_some(rest)
}

/// "in Leipzig?", "for part-timers?": nothing but a preposition and what follows it.
fn is_bare_phrase(words: &[Word]) -> bool {
    let asks = words.iter().any(|word| is_asking(&word.folded));
    words.first().is_some_and(|word| is_preposition(&word.folded))
        && words.len() <= 5
        && words.len() > 1
        && !asks
}

/// The previous question with another phrase in the place of the one that it stands for: the last with the same
/// preposition, else the last name, else added at the end.
fn replaced(previous: &str, instead: &str) -> String {
    let whole = previous.trim_end_matches(['?', '!', '.', ' ']);
    let found = words(whole);
    let new = words(instead);
    let Some(first) = new.first() else { return previous.to_owned() };
    if is_preposition(&first.folded) {
        if let Some(place) = found.iter().rposition(|word| word.folded == first.folded) {
            let end = phrase_end(whole, &found, place + 1);
            return splice(whole, found[place].span.start, found[end - 1].span.end, instead);
        }
        return format!("{whole} {instead}?");
    }
    let is_name = |place: &usize| {
        *place > 0
            && found[*place].written(whole).starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
    };
    if let Some(last) = (0..found.len()).rev().find(is_name) {
        let mut start = last;
        while start > 0 && is_name(&(start - 1)) {
            start -= 1;
        }
        return splice(whole, found[start].span.start, found[last].span.end, instead);
    }
    format!("{whole} for {instead}?")
}

fn splice(text: &str, start: usize, end: usize, new: &str) -> String {
    format!("{}{new}{}?", &text[..start], &text[end..])
}

/// The end of the noun phrase after a preposition: of a name where it starts with one, else the next function
/// word that is no article.
fn phrase_end(text: &str, words: &[Word], from: usize) -> usize {
    let is_article = |word: &Word| matches!(word.folded.as_str(), "the" | "a" | "an" | "our" | "my");
    let is_named =
        |word: &Word| word.written(text).starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    let start = from + words[from..].iter().take_while(|word| is_article(word)).count();
    let named = words[start..].iter().take_while(|word| is_named(word)).count();
    if named > 0 {
        return start + named;
    }
    start + words[start..].iter().take_while(|word| !is_function_word(&word.folded)).count()
}

fn is_preposition(folded: &str) -> bool {
    matches!(
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
    )
}

fn is_asking(folded: &str) -> bool {
    matches!(folded, "what" | "who" | "whom" | "whose" | "which" | "when" | "where" | "why" | "how")
}

/// What the previous question was about: its words of content from the first to the last, without those that
/// only ask.
fn topic(previous: &str, lexicon: &Lexicon) -> Option<String> {
    let question = Question::parse(previous, lexicon);
    let found = words(previous);
    let matters = |word: &&Word| {
        question
            .terms
            .iter()
            .any(|term| term.word == word.folded && matches!(term.role, Role::Content | Role::Focus))
    };
    let first = found.iter().find(matters)?;
    let last = found.iter().rfind(matters)?;
    Some(previous[first.span.start..last.span.end].to_owned())
}

/// A word that stands for something said before.
fn pronoun(words: &[Word]) -> Option<&Word> {
    words.iter().find(|word| {
        matches!(
            word.folded.as_str(),
            "it" | "they"
                | "them"
                | "he"
                | "she"
                | "him"
                | "his"
                | "its"
                | "their"
                | "this"
                | "that"
                | "these"
                | "those"
                | "there"
        )
    })
}

fn with_pronoun(rest: &str, pronoun: &Word, topic: &str) -> String {
    let (before, after) = (&rest[..pronoun.span.start], &rest[pronoun.span.end..]);
    match pronoun.folded.as_str() {
        "his" | "its" | "their" => format!("{before}{topic}'s{after}?"),
        "there" => format!("{}{after} ({topic})?", before.trim_end()),
        _ => format!("{before}{topic}{after}?"),
    }
}

/// Whether a question asks, and says nothing of what about: "since when", "and who agreed".
fn is_open_ended(rest: &str, has_connective: bool, lexicon: &Lexicon) -> bool {
    let question = Question::parse(rest, lexicon);
    if matches!(question.asked, Asked::Identity | Asked::Definition) {
        return false;
    }
    let asks = words(rest).iter().any(|word| is_asking(&word.folded));
    let content: Vec<_> = question.terms.iter().filter(|term| term.role == Role::Content).collect();
    let only_a_verb = content.len() == 1 && content[0].is_predicate && !content[0].is_name;
    asks && (content.is_empty() || only_a_verb && (has_connective || words(rest).len() <= 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(previous: &str, text: &str, whole: Option<&str>) {
        let mut conversation = Conversation::default();
        conversation.remember(previous);
        assert_eq!(
            conversation.understand(text, &Lexicon::default()).as_deref(),
            whole,
            "{previous} / {text}"
        );
    }

    #[test]
    fn what_is_left_out_is_taken_from_the_question_before() {
        check("How many years were agreed?", "and who agreed?", Some("who agreed (years were agreed)?"));
        check(
            "How long is the canteen open in Ghent?",
            "and in Leipzig?",
            Some("How long is the canteen open in Leipzig?"),
        );
        check(
            "How many troops will Poland send?",
            "what about France?",
            Some("How many troops will France send?"),
        );
        check("How high is the training budget?", "who approves it?", Some("who approves training budget?"));
        check("When was the pier closed?", "why?", Some("why (pier closed)?"));
    }

    #[test]
    fn a_complete_question_takes_nothing() {
        check("How high is the training budget?", "Who is the mayor of Port Ellery?", None);
        check("How high is the training budget?", "How tall is the crane?", None);
        check("How high is the training budget?", "What is Tarn?", None);
        check("How high is the training budget?", "Can I bring my dog to the office in Ghent?", None);
        check("How high is the training budget?", "thanks", None);
    }

    #[test]
    fn the_first_question_has_nothing_to_take() {
        assert_eq!(Conversation::default().understand("and who agreed?", &Lexicon::default()), None);
    }
}
