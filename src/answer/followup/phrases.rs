//! The phrases of a question: who, what, where and when it speaks of, and what it does with them.
//!
//! There is no parser here. A phrase is a run of words of content with the article and the preposition before
//! it; what is taken off it as a verb is guessed from where questions have theirs.

use std::ops::Range;

use super::vocabulary::{
    Time, is_asking, is_auxiliary_of, is_determiner, is_form_of_be, is_german_only, is_person, is_predicate,
    is_preposition, is_shaping, is_subject_pronoun, is_unit_of_time, time,
};
use crate::answer::lexicon::{Lexicon, is_personal_pronoun};
use crate::words::words;

/// A word of a question, shorthand written out.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub word: String,
    /// Its bytes in the text, with a possessive ending.
    pub span: Range<usize>,
    /// Written with a capital or a digit in front.
    pub is_marked: bool,
}

impl Token {
    pub fn is(&self, any: &[&str]) -> bool {
        any.contains(&self.word.as_str())
    }
}

/// A question with its words, without the marks at its end.
#[derive(Debug, Clone)]
pub struct Wording<'t> {
    pub text: &'t str,
    pub tokens: Vec<Token>,
    pub german: bool,
}

impl<'t> Wording<'t> {
    pub fn of(text: &'t str, lexicon: &Lexicon) -> Wording<'t> {
        let text = text.trim().trim_end_matches(['?', '!', '.', ' ', '…']);
        let mut tokens = Vec::new();
        for word in words(text) {
            let written = word.written(text);
            let short = match word.folded.as_str() {
                "n" | "nd" if tokens.is_empty() => Some("and"),
                "bout" => Some("about"),
                "wat" => Some("what"),
                folded => lexicon.shorthand(folded),
            };
            let folded =
                short.filter(|whole| !whole.contains(' ')).map_or(word.folded.clone(), str::to_owned);
            let is_marked = written.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
            tokens.push(Token { word: folded, span: word.span.range(), is_marked });
        }
        let german = tokens.iter().any(|token| is_german_only(&token.word))
            || tokens.len() > 1
                && tokens[0].word == "was"
                && time(&tokens[1].word).is_none()
                && is_german_verb(&tokens[1].word);
        Wording { text, tokens, german }
    }

    /// The text of some of its words.
    pub fn written(&self, place: Range<usize>) -> &'t str {
        let Some(last) = place.end.checked_sub(1).filter(|last| *last >= place.start) else { return "" };
        &self.text[self.tokens[place.start].span.start..self.tokens[last].span.end]
    }

    /// The text from a word on.
    pub fn from(&self, place: usize) -> &'t str {
        self.tokens.get(place).map_or("", |token| &self.text[token.span.start..])
    }

    pub fn is_asking(&self, place: usize) -> bool {
        is_asking(&self.tokens[place].word) || place == 0 && self.german && self.tokens[place].word == "was"
    }

    pub fn is_auxiliary(&self, place: usize) -> bool {
        let is_german_what = place == 0 && self.german && self.tokens[place].word == "was";
        let is_month = self.tokens[place].word == "may" && place > 0 && self.is_preposition(place - 1);
        is_auxiliary_of(&self.tokens[place].word, self.german) && !is_german_what && !is_month
    }

    pub fn is_preposition(&self, place: usize) -> bool {
        is_preposition(&self.tokens[place].word, self.german)
    }

    pub fn is_content(&self, place: usize) -> bool {
        let word = &self.tokens[place].word;
        // The month is not the modal.
        let is_month = word == "may" && place > 0 && self.is_preposition(place - 1);
        let is_somebody = matches!(word.as_str(), "someone" | "somebody" | "anyone");
        // "zone A".
        let is_letter =
            word == "a" && self.tokens[place].is_marked && place > 0 && self.is_content(place - 1);
        is_month || is_somebody || is_letter || !is_shaping(word, self.german)
    }
}

fn is_german_verb(folded: &str) -> bool {
    matches!(
        folded,
        "ist" | "kostet" | "kosten" | "bedeutet" | "heisst" | "passiert" | "gilt" | "hat" | "war" | "steht"
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Time(Time),
    /// "for a day", "per hour".
    Unit,
    /// Capitals or digits throughout.
    Name,
    Person,
    Thing,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// With its article, without its preposition.
    pub place: Range<usize>,
    /// Where its words of content begin.
    pub content: usize,
    pub preposition: Option<usize>,
    pub kind: Kind,
    /// What the asking word asks of: "years" in "how many years".
    pub is_asked_of: bool,
}

impl Phrase {
    /// With its preposition.
    pub fn whole(&self) -> Range<usize> {
        self.preposition.unwrap_or(self.place.start)..self.place.end
    }

    pub fn is_time(&self) -> bool {
        matches!(self.kind, Kind::Time(_))
    }

    pub fn has_article(&self) -> bool {
        self.content > self.place.start
    }
}

/// What asks at the start of a question: "from when", "how many years", "what is".
#[derive(Debug, Clone, PartialEq)]
pub struct Asking {
    /// The words that ask, with a preposition before them and the noun after them.
    pub place: Range<usize>,
    /// The noun they ask of.
    pub noun: Option<Range<usize>>,
}

/// What asks, where the question begins with it.
pub fn asking(wording: &Wording<'_>) -> Option<Asking> {
    let tokens = &wording.tokens;
    let at = match tokens.len() {
        0 => return None,
        _ if wording.is_asking(0) => 0,
        1 => return None,
        _ if wording.is_preposition(0) && (wording.is_asking(1) || tokens[1].is(&["was"])) => 1,
        _ => return None,
    };
    let mut end = at + 1;
    let takes_noun =
        |place: usize| tokens.get(place).is_some_and(|token| token.is(&["many", "much", "viel", "viele"]));
    let asks_with_adjective = tokens[at].is(&["how", "wie"]);
    let mut takes = tokens[at].is(&["what", "which", "whose", "wieviel", "wieviele"])
        || tokens[at].word.starts_with("welch");
    if asks_with_adjective && takes_noun(end) {
        end += 1;
        takes = true;
    } else if asks_with_adjective
        && end < tokens.len()
        && !wording.is_auxiliary(end)
        && !wording.is_preposition(end)
    {
        end += 1;
    }
    let is_noun =
        |place: usize| place < tokens.len() && wording.is_content(place) && !wording.is_auxiliary(place);
    let start = end;
    if takes && is_noun(end) && !(is_predicate(&tokens[end].word) && has_no_verb_after_noun(wording, end)) {
        end += 1;
        while is_noun(end) && !is_predicate(&tokens[end].word) && has_verb_after(wording, end) {
            end += 1;
        }
        if tokens[start..end].iter().any(|token| token.is(&["time"])) && start == end {
            end += 1;
        }
    }
    Some(Asking { place: 0..end, noun: (end > start).then_some(start..end) })
}

/// Whether a word is left that can be the verb: the noun of "which plan costs most" does not reach over it.
fn has_verb_after(wording: &Wording<'_>, place: usize) -> bool {
    (place + 1..wording.tokens.len())
        .any(|later| wording.is_auxiliary(later) || is_predicate(&wording.tokens[later].word))
        && wording.tokens.get(place + 1).is_some()
}

/// "what *happened* at the harbour": the word after the asking word is the verb itself.
fn has_no_verb_after_noun(wording: &Wording<'_>, place: usize) -> bool {
    !(place + 1..wording.tokens.len()).any(|later| wording.is_auxiliary(later))
}

/// The phrases of a question, in their order.
pub fn phrases(wording: &Wording<'_>) -> Vec<Phrase> {
    let tokens = &wording.tokens;
    let asking = asking(wording);
    let from = asking.as_ref().map_or(0, |asking| asking.place.end);
    let mut phrases = Vec::new();
    if let Some(noun) = asking.and_then(|asking| asking.noun) {
        phrases.push(phrase(wording, noun.start, noun, None, true));
    }
    let mut preposition = None;
    let mut place = from;
    while place < tokens.len() {
        if is_standing_pronoun(wording, place) {
            preposition = None;
            place += 1;
        } else if wording.is_preposition(place) {
            preposition = Some(place);
            place += 1;
        } else if wording.is_content(place) || opens_phrase(wording, place) {
            let start = place;
            while opens_phrase(wording, place) {
                place += 1;
            }
            let content = place;
            while place < tokens.len()
                && wording.is_content(place)
                && !is_comma_before(wording, place, content)
            {
                place += 1;
            }
            if let Some(kept) = without_verbs(wording, start, content..place) {
                let start = if kept.start > content { kept.start } else { start };
                phrases.push(phrase(wording, start, kept, preposition, false));
            }
            preposition = None;
            place = place.max(start + 1);
        } else {
            preposition = None;
            place += 1;
        }
    }
    phrases
}

fn is_comma_before(wording: &Wording<'_>, place: usize, content: usize) -> bool {
    place > content
        && wording.text[wording.tokens[place - 1].span.end..wording.tokens[place].span.start]
            .contains([',', ';', ':'])
}

fn is_standing_pronoun(wording: &Wording<'_>, place: usize) -> bool {
    let token = &wording.tokens[place];
    is_personal_pronoun(&token.word) || token.is(&["them", "there"])
}

/// An article or a number word before a noun.
fn opens_phrase(wording: &Wording<'_>, place: usize) -> bool {
    let Some(token) = wording.tokens.get(place) else { return false };
    let followed = wording.tokens.len() > place + 1
        && (wording.is_content(place + 1) || is_determiner(&wording.tokens[place + 1].word, wording.german));
    is_determiner(&token.word, wording.german) && followed
}

/// What of a run of content words names something.
fn without_verbs(wording: &Wording<'_>, start: usize, run: Range<usize>) -> Option<Range<usize>> {
    let tokens = &wording.tokens;
    let (mut first, mut last) = (run.start, run.end);
    let has_article = start < run.start;
    let before = start.checked_sub(1);
    let after_subject = before.is_some_and(|before| is_subject_pronoun(&tokens[before].word));
    let after_who = before.is_some_and(|before| tokens[before].is(&["who", "wer"]))
        || !has_article
            && start > 0
            && asking(wording).is_some_and(|asking| asking.noun.is_some() && asking.place.end == start);
    let after_to =
        before.is_some_and(|before| tokens[before].is(&["to"]) && opens_infinitive(wording, before, &run));
    if !has_article && (after_subject || after_who || after_to) {
        first += 1;
    }
    let after_auxiliary = before.filter(|before| wording.is_auxiliary(*before));
    if let Some(before) = after_auxiliary {
        let is_be = is_form_of_be(&tokens[before].word) || wording.german;
        let who = before.checked_sub(1).is_some_and(|who| tokens[who].is(&["who"]));
        if !is_be && last - first >= 2 {
            last -= 1;
        } else if !is_be && who && !has_article {
            last = first;
        }
    }
    if !has_article && last > first && is_predicate(&tokens[first].word) && !tokens[first].is_marked {
        first += 1;
    }
    // The first word after an article belongs to the noun, whatever it could be elsewhere.
    let certain = first + usize::from(has_article && first == run.start);
    if let Some(verb) =
        (certain..last).find(|place| is_predicate(&tokens[*place].word) && !is_part_of_name(wording, *place))
    {
        last = verb;
    }
    if wording.german && has_article && tokens[first..last].iter().any(|token| token.is_marked) {
        while !tokens[last - 1].is_marked {
            last -= 1;
        }
    }
    (first < last).then_some(first..last)
}

/// "have *to* use", "to *sell* it": not "to Leipzig".
fn opens_infinitive(wording: &Wording<'_>, to: usize, run: &Range<usize>) -> bool {
    let tokens = &wording.tokens;
    let after_verb = to.checked_sub(1).is_some_and(|verb| {
        wording.is_auxiliary(verb) || tokens[verb].is(&["need", "needs", "allowed", "want", "able", "going"])
    });
    let before_object = run.len() == 1
        && tokens.get(run.end).is_some_and(|next| {
            is_determiner(&next.word, wording.german)
                || next.is(&["it", "them", "that", "this", "one", "him", "her"])
        });
    after_verb || before_object
}

/// "two", "half", "whole": how much of a unit.
fn is_amount(token: &Token) -> bool {
    token.word.starts_with(|c: char| c.is_ascii_digit())
        || token.is(&[
            "one", "two", "three", "four", "five", "six", "ten", "half", "whole", "full", "single", "ganze",
            "ganzen", "ganzer", "halbe", "halben", "zwei", "drei",
        ])
}

fn is_part_of_name(wording: &Wording<'_>, place: usize) -> bool {
    wording.tokens[place].is_marked
}

fn phrase(
    wording: &Wording<'_>,
    start: usize,
    content: Range<usize>,
    preposition: Option<usize>,
    is_asked_of: bool,
) -> Phrase {
    let tokens = &wording.tokens[content.clone()];
    let head = &tokens[tokens.len() - 1].word;
    let time_of = |token: &Token| {
        time(&token.word).filter(|_| token.word != "may" || preposition.is_some() || token.is_marked)
    };
    let is_public_holiday =
        tokens[0].is(&["public", "bank"]) && tokens[tokens.len() - 1].is(&["holiday", "holidays"]);
    let kind = if is_public_holiday {
        Kind::Time(Time::Day)
    } else if let Some(time) = time_of(&tokens[tokens.len() - 1]) {
        Kind::Time(time)
    } else if is_unit_of_time(head) && !is_asked_of && tokens[..tokens.len() - 1].iter().all(is_amount) {
        Kind::Unit
    } else if is_person(head) {
        Kind::Person
    } else if tokens.iter().all(|token| token.is_marked) && !wording.german {
        Kind::Name
    } else {
        Kind::Thing
    };
    Phrase { place: start..content.end, content: content.start, preposition, kind, is_asked_of }
}
