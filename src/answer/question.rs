//! Understanding a question: what kind of answer it asks for, and which words have to be found.
//!
//! Chat is how people write, so nothing here relies on capitals, a question mark or whole sentences; where
//! they are there they help. A question is a list of words: no character of it has a meaning beyond that.

use std::ops::Range;

use super::lexicon::{Lexicon, is_auxiliary, is_light_word};
use crate::words::{Analyzer, Word, codes, is_function_word, likeliest, stem, words};

/// What kind of answer is asked for: it decides what is taken out of a sentence, and how much of it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// "how many years": a number of what `focus` names.
    Count,
    /// "how long": a number of a unit of time.
    Duration,
    /// "how much": money, or a number with a unit.
    Amount,
    Percentage,
    /// "how tall", "what temperature": a number with any unit.
    Measure,
    /// "when", "what year": a date, a time, or the event that it hangs on.
    Date,
    /// "who": a person, or whoever acts.
    Person,
    /// "who is Ada Lovelace": the role of somebody named.
    Identity,
    Place,
    Organisation,
    /// "what is a lock file".
    Definition,
    /// "what did she say".
    Quotation,
    Reason,
    /// "how does": the way something is done.
    Manner,
    YesNo,
    /// Everything else: the sentence is the answer.
    Open,
}

/// How a term takes part in the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Content,
    /// What is asked for, as in "how many *years*": it belongs beside the answer.
    Focus,
    /// The kind of thing that is asked for, as in "what *day*": answers do not say it.
    Kind,
    /// A word of asking or a vague verb: good to have, no loss without.
    Light,
}

/// A word of the question that has to be found.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionTerm {
    /// Without case and accents.
    pub word: String,
    pub stem: String,
    /// Stems of words and phrases that count as the same.
    pub alternatives: Vec<Vec<String>>,
    /// As it was typed, where that is a code.
    pub exact: Option<String>,
    pub role: Role,
    /// Written with a capital where none is due: most likely a name.
    pub is_name: bool,
    /// The word that says what happens: "agreed" in "how many years were agreed".
    pub is_predicate: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub text: String,
    pub asked: Asked,
    /// Whoever or whatever does it is asked for: "who attended", "which countries are ready".
    pub asks_for_subject: bool,
    pub terms: Vec<QuestionTerm>,
    /// Never empty. The language that it is most likely in comes first, then the others of the sources: its words are looked for
    /// in each.
    pub analyzers: Vec<Analyzer>,
}

impl Question {
    /// A question to sources in English.
    pub fn parse(text: &str, lexicon: &Lexicon) -> Question {
        Question::parse_for(text, lexicon, &[])
    }

    /// A question to sources of these languages; in English where there are none.
    pub fn parse_for(text: &str, lexicon: &Lexicon, among: &[Analyzer]) -> Question {
        let analyzer = likeliest(text, among);
        let tokens = tokens(text, lexicon, analyzer);
        let prefix = polite_prefix(&tokens);
        let tokens = &tokens[prefix..];
        let shape = match yes_no_asking(tokens, prefix > 0, text.trim_end().ends_with('?')) {
            Some(_) if offers_alternatives(tokens) => Shape::open(),
            Some(asking) => Shape { asking, ..Shape::yes_no(tokens) },
            None => Shape::of(tokens),
        };
        let terms = terms(text, tokens, &shape, lexicon, analyzer);
        let asks_for_subject = asks_for_subject(tokens, &shape);
        let others = among.iter().copied().filter(|other| *other != analyzer);
        let analyzers = std::iter::once(analyzer).chain(others).collect();
        Question { text: text.to_owned(), asked: shape.asked, asks_for_subject, terms, analyzers }
    }

    /// What its own words were taken apart by.
    pub fn analyzer(&self) -> Analyzer {
        self.analyzers[0]
    }

    /// The stems of what is asked for: "year" in "how many years".
    pub fn focus(&self) -> impl Iterator<Item = &QuestionTerm> {
        self.terms.iter().filter(|term| term.role == Role::Focus)
    }

    pub fn predicate(&self) -> Option<usize> {
        self.terms.iter().position(|term| term.is_predicate)
    }
}

/// A word of the question with its shorthand written out.
#[derive(Debug, Clone)]
struct Token {
    word: String,
    /// Starts with a capital where none is due.
    is_capitalised: bool,
    /// Shapes the sentence, and finds nothing.
    is_function: bool,
}

impl Token {
    fn is(&self, any: &[&str]) -> bool {
        any.contains(&self.word.as_str())
    }

    fn is_content(&self) -> bool {
        !self.is_function
    }
}

fn tokens(text: &str, lexicon: &Lexicon, analyzer: Analyzer) -> Vec<Token> {
    let is_function = |folded: &str| is_function_word(folded) || analyzer.is_function_word(folded);
    let token = |word: String, is_capitalised| {
        let is_function = is_function(&word);
        Token { word, is_capitalised, is_function }
    };
    let found = words(text);
    let shouts = found.iter().all(|word| word.written(text).chars().all(|c| !c.is_lowercase()));
    // German writes all nouns so: a capital tells no name there.
    let nouns_are_capitalised = analyzer == Analyzer::German;
    let mut tokens = Vec::with_capacity(found.len());
    for (place, word) in found.iter().enumerate() {
        let capital = word.written(text).starts_with(char::is_uppercase) && !shouts;
        let is_capitalised = capital
            && !nouns_are_capitalised
            && (place > 0 || !is_function(&word.folded) && !is_asking(&word.folded));
        let leads_as_why = place == 0 && word.folded == "y" && found.len() > 1;
        let shorthand =
            if leads_as_why { Some("why") } else { lexicon.shorthand(&shorthand_key(text, word)) };
        match shorthand {
            Some(whole) => tokens.extend(words(whole).into_iter().map(|word| token(word.folded, false))),
            None => tokens.push(token(word.folded.clone(), is_capitalised)),
        }
    }
    if analyzer == Analyzer::German { asking_in_english(tokens) } else { tokens }
}

/// The words of asking of a German question in English, which is what decides the kind of answer: "wie lange" is "how
/// long".
fn asking_in_english(mut tokens: Vec<Token>) -> Vec<Token> {
    const WAYS: &[(&[&str], &[&str])] = &[
        (&["wie", "viele"], &["how", "many"]),
        (&["wieviele"], &["how", "many"]),
        (&["wie", "viel"], &["how", "much"]),
        (&["wieviel"], &["how", "much"]),
        (&["wie", "teuer"], &["how", "much"]),
        (&["wie", "hoch"], &["how", "much"]),
        (&["wie", "lange"], &["how", "long"]),
        (&["wie", "lang"], &["how", "long"]),
        (&["wie", "oft"], &["how", "often"]),
        (&["wie", "weit"], &["how", "far"]),
        (&["wie"], &["how"]),
        (&["was", "kostet"], &["how", "much", "kostet"]),
        (&["was", "kosten"], &["how", "much", "kosten"]),
        (&["was"], &["what"]),
        (&["welche"], &["which"]),
        (&["welcher"], &["which"]),
        (&["welches"], &["which"]),
        (&["welchen"], &["which"]),
        (&["welchem"], &["which"]),
        (&["wer"], &["who"]),
        (&["wen"], &["who"]),
        (&["wem"], &["who"]),
        (&["wessen"], &["whose"]),
        (&["wann"], &["when"]),
        (&["wo"], &["where"]),
        (&["woher"], &["where"]),
        (&["wohin"], &["where"]),
        (&["warum"], &["why"]),
        (&["wieso"], &["why"]),
        (&["weshalb"], &["why"]),
    ];
    for place in 0..tokens.len() {
        let rest = &tokens[place..];
        let is_here = |german: &[&str]| {
            rest.len() >= german.len() && rest.iter().zip(german).all(|(token, word)| token.word == **word)
        };
        if let Some((german, english)) = WAYS.iter().find(|(german, _)| is_here(german)) {
            let english = english.iter().map(|word| Token {
                word: (*word).to_owned(),
                is_capitalised: false,
                is_function: is_function_word(word),
            });
            tokens.splice(place..place + german.len(), english);
            break;
        }
    }
    tokens
}

/// Shorthand is looked up without apostrophes: "who's" is "whos" there. As `words` drops "'s", look again.
fn shorthand_key(text: &str, word: &Word) -> String {
    let rest = &text[word.span.end..];
    let is_contracted = rest.starts_with("'s") || rest.starts_with("’s");
    if is_contracted && is_asking(&word.folded) { format!("{}s", word.folded) } else { word.folded.clone() }
}

fn is_asking(folded: &str) -> bool {
    matches!(folded, "what" | "who" | "whom" | "whose" | "which" | "when" | "where" | "why" | "how")
}

/// How many tokens at the start only ask for the favour of an answer.
fn polite_prefix(tokens: &[Token]) -> usize {
    const PREFIXES: &[&[&str]] = &[
        &["can", "you", "tell", "me"],
        &["could", "you", "tell", "me"],
        &["can", "someone", "tell", "me"],
        &["please", "tell", "me"],
        &["tell", "me"],
        &["do", "you", "know"],
        &["does", "anyone", "know"],
        &["do", "we", "know"],
        &["does", "anybody", "know"],
        &["does", "someone", "know"],
        &["do", "you", "happen", "to", "know"],
        &["can", "you", "explain"],
        &["could", "you", "explain"],
        &["can", "you", "say"],
        &["can", "i", "ask"],
        &["may", "i", "ask"],
        &["i", "wonder"],
        &["weiss", "jemand"],
        &["weisst", "du"],
        &["kannst", "du", "mir", "sagen"],
        &["i", "want", "to", "know"],
        &["i", "would", "like", "to", "know"],
        &["any", "idea"],
        &["please"],
        &["hey"],
        &["hi"],
        &["hello"],
        &["so"],
        &["ok"],
        &["and"],
        &["passim"],
    ];
    let mut start = 0;
    'again: loop {
        for prefix in PREFIXES {
            let rest = &tokens[start..];
            let matches = rest.len() > prefix.len()
                && rest.iter().zip(*prefix).all(|(token, word)| token.word == **word);
            if matches {
                start += prefix.len();
                continue 'again;
            }
        }
        return start;
    }
}

/// The words that make it a question of yes or no, where it is one: the auxiliary or the "whether" it opens with,
/// or none where a statement ends with a question mark ("so wifi is free?").
fn yes_no_asking(tokens: &[Token], is_after_prefix: bool, ends_as_question: bool) -> Option<Range<usize>> {
    const ALLOWING: &[&str] =
        &["allowed", "permitted", "possible", "forbidden", "erlaubt", "gestattet", "moglich", "verboten"];
    let first = tokens.first().filter(|_| tokens.len() > 1)?;
    let asking_word = tokens.iter().position(|token| is_asking(&token.word));
    if first.is(&["was"]) && asks_in_german_with(&tokens[1]) {
        return None;
    }
    // "is what she said true" asks what; "is the pier closed when it rains" asks whether.
    if (is_auxiliary(&first.word) || opens_german_question(tokens)) && asking_word.is_none_or(|at| at > 1) {
        return Some(0..1);
    }
    if first.is(&["whether", "ob"]) || first.is(&["if"]) && is_after_prefix {
        return Some(0..1);
    }
    let is_statement = tokens
        .iter()
        .any(|token| is_auxiliary(&token.word) || is_german_auxiliary(&token.word) || token.is(ALLOWING));
    (ends_as_question && is_statement && asking_word.is_none() && !asks_in_german(first)).then_some(0..0)
}

/// "Darf ich …", "Gibt es …". "war" and "hat" are English words too, and need more than themselves.
fn opens_german_question(tokens: &[Token]) -> bool {
    const SUBJECTS: &[&str] = &[
        "das", "der", "die", "dies", "ein", "eine", "er", "es", "ich", "ihr", "jemand", "man", "sie", "wir",
    ];
    let is_plain = |token: &Token| is_german_auxiliary(&token.word);
    let is_english_too = |token: &Token| token.is(&["war", "hat", "hatte", "gilt"]);
    is_plain(&tokens[0]) || is_english_too(&tokens[0]) && tokens[1].is(SUBJECTS)
}

fn is_german_auxiliary(folded: &str) -> bool {
    const AUXILIARIES: &[&str] = &[
        "braucht", "brauche", "brauchen", "darf", "durfen", "gibt", "haben", "habt", "ist", "kann", "kannst",
        "konnen", "muss", "mussen", "sind", "soll", "sollen", "sollte", "waren", "werden", "wird", "wurde",
        "wurden",
    ];
    AUXILIARIES.contains(&folded)
}

/// "Was ist …": what, and not a form of "be".
fn asks_in_german_with(verb: &Token) -> bool {
    is_german_auxiliary(&verb.word)
        || verb.is(&[
            "bedeutet", "heisst", "hat", "kostet", "kosten", "macht", "passiert", "sagt", "steht", "war",
        ])
}

fn asks_in_german(first: &Token) -> bool {
    first.word.starts_with("welch")
        || first.is(&[
            "was", "wer", "wen", "wem", "wie", "wo", "wann", "warum", "wieso", "woher", "wohin", "wieviel",
        ])
}

/// "Is it Monday or Friday?" wants one of the two, not a yes; "is it open or not" wants a yes or no.
fn offers_alternatives(tokens: &[Token]) -> bool {
    // In longer ones the word joins descriptions.
    tokens.len() <= 12
        && tokens.windows(2).any(|pair| {
            pair[0].is(&["or", "oder"])
                && !pair[1].is(&["not", "nicht", "so", "more", "less", "later", "mehr", "no", "nein"])
        })
}

/// What the words of asking say, as places in the tokens.
#[derive(Debug)]
struct Shape {
    asked: Asked,
    /// The tokens that ask ("how many"): never searched for.
    asking: Range<usize>,
    /// What the number or the value is asked of.
    focus: Vec<usize>,
    predicate: Option<usize>,
}

impl Shape {
    fn of(tokens: &[Token]) -> Shape {
        let Some(at) = tokens.iter().position(|token| is_asking(&token.word)) else {
            return Shape::without_asking_word(tokens);
        };
        match tokens[at].word.as_str() {
            "how" => Shape::how(tokens, at),
            "who" | "whom" | "whose" => Shape::who(tokens, at),
            "when" => Shape::plain(Asked::Date, tokens, at),
            "where" => Shape::plain(Asked::Place, tokens, at),
            "why" => Shape::plain(Asked::Reason, tokens, at),
            _ => Shape::what(tokens, at),
        }
    }

    fn open() -> Shape {
        Shape { asked: Asked::Open, asking: 0..0, focus: Vec::new(), predicate: None }
    }

    fn yes_no(tokens: &[Token]) -> Shape {
        Shape { asked: Asked::YesNo, predicate: predicate(tokens, 0), ..Shape::open() }
    }

    fn plain(asked: Asked, tokens: &[Token], at: usize) -> Shape {
        Shape { asked, asking: at..at + 1, focus: Vec::new(), predicate: predicate(tokens, at + 1) }
    }

    fn with_focus(asked: Asked, tokens: &[Token], asking: Range<usize>) -> Shape {
        let focus = focus(tokens, asking.end);
        let rest = focus.map_or(asking.end, |place| place + 1);
        Shape { asked, focus: focus.into_iter().collect(), predicate: predicate(tokens, rest), asking }
    }

    fn how(tokens: &[Token], at: usize) -> Shape {
        let next = tokens.get(at + 1).map_or("", |token| token.word.as_str());
        let two = at..at + 2;
        match next {
            "many" => Shape::with_focus(Asked::Count, tokens, two),
            "much" if tokens.get(at + 2).is_some_and(|token| token.is(&["money", "cash", "funding"])) => {
                Shape::with_focus(Asked::Amount, tokens, two)
            }
            "much" if tokens.get(at + 2).is_some_and(Token::is_content) => {
                Shape::with_focus(Asked::Count, tokens, two)
            }
            "much" => Shape { asking: two, ..Shape::plain(Asked::Amount, tokens, at + 1) },
            "long" => Shape { asking: two, ..Shape::plain(Asked::Duration, tokens, at + 1) },
            "old" | "far" | "tall" | "high" | "big" | "large" | "fast" | "deep" | "wide" | "heavy"
            | "hot" | "cold" | "small" | "late" | "early" => {
                Shape { asking: two, ..Shape::plain(Asked::Measure, tokens, at + 1) }
            }
            "come" => Shape { asking: two, ..Shape::plain(Asked::Reason, tokens, at + 1) },
            _ => Shape::plain(Asked::Manner, tokens, at),
        }
    }

    fn who(tokens: &[Token], at: usize) -> Shape {
        let is_copula = tokens.get(at + 1).is_some_and(|token| token.is(&["is", "was", "are", "were"]));
        let rest = &tokens[(at + 2).min(tokens.len())..];
        let names_a_role = rest.iter().any(|token| ROLES.contains(&stem(&token.word).as_ref()));
        let has_function_words = rest.iter().any(|token| !token.is_content());
        let is_short = !rest.is_empty() && rest.len() <= 4;
        if is_copula && is_short && !names_a_role && !has_function_words {
            return Shape::plain(Asked::Identity, tokens, at);
        }
        Shape::plain(Asked::Person, tokens, at)
    }

    fn what(tokens: &[Token], at: usize) -> Shape {
        let next = tokens.get(at + 1).map_or("", |token| token.word.as_str());
        let next_stem = stem(next);
        // The noun that is asked for may have one word before it: "which news agency".
        for noun in at + 1..(at + 3).min(tokens.len()) {
            if !tokens[noun].is_content() {
                break;
            }
            if let Some(asked) = kind_of(&tokens[noun].word) {
                let predicate = predicate(tokens, noun + 1);
                return Shape { asked, asking: at..at + 1, focus: vec![noun], predicate };
            }
        }
        match next_stem.as_ref() {
            "reason" | "caus" | "led" => return Shape::plain(Asked::Reason, tokens, at),
            _ => {}
        }
        if next_stem == "for" && tokens.len() == at + 2 {
            return Shape::plain(Asked::Reason, tokens, at);
        }
        if let Some(shape) = Shape::what_is_the(tokens, at) {
            return shape;
        }
        if tokens.iter().any(|token| token.is(SAYING)) {
            return Shape::plain(Asked::Quotation, tokens, at);
        }
        Shape::plain(Asked::Open, tokens, at)
    }

    /// "what is the date of", "what is the price of", "what is a lock file".
    fn what_is_the(tokens: &[Token], at: usize) -> Option<Shape> {
        if !tokens.get(at + 1)?.is(&["is", "was", "are", "were"]) {
            return None;
        }
        let noun = (at + 2..tokens.len()).find(|place| tokens[*place].is_content())?;
        let asked = match stem(&tokens[noun].word).as_ref() {
            "date" | "deadlin" => Asked::Date,
            "price" | "cost" | "fee" | "salari" | "budget" => Asked::Amount,
            "number" | "popul" | "limit" | "maximum" | "minimum" | "height" | "length" | "temperatur"
            | "size" | "port" | "age" => Asked::Measure,
            "capit" => Asked::Place,
            "name" => Asked::Person,
            "reason" | "caus" => Asked::Reason,
            _ => {
                let rest = &tokens[at + 2..];
                let is_name =
                    rest.iter().filter(|token| token.is_content()).all(|token| token.is_capitalised);
                let of_more = !is_name
                    && rest.iter().skip(1).any(|token| !token.is_content() && !token.is(&["of", "the", "a"]));
                let is_definition = rest.len() <= 5 && !of_more && !looks_like_verb(rest);
                return is_definition.then(|| Shape::plain(Asked::Definition, tokens, at));
            }
        };
        Some(Shape { focus: vec![noun], ..Shape::plain(asked, tokens, at) })
    }

    fn without_asking_word(tokens: &[Token]) -> Shape {
        if tokens.iter().any(|token| token.is(SAYING)) {
            return Shape { asked: Asked::Quotation, ..Shape::open() };
        }
        let is_name =
            !tokens.is_empty() && tokens.len() <= 3 && tokens.iter().all(|token| token.is_capitalised);
        Shape { asked: if is_name { Asked::Identity } else { Asked::Open }, ..Shape::open() }
    }
}

/// Stems that name a kind of answer and not a thing: the answer to "what day" need not say "day".
const KINDS: &[&str] = &[
    "agenc",
    "amount",
    "citi",
    "compani",
    "countri",
    "date",
    "day",
    "deadlin",
    "firm",
    "locat",
    "month",
    "name",
    "newspap",
    "number",
    "organis",
    "organiz",
    "percentag",
    "person",
    "place",
    "region",
    "time",
    "town",
    "venu",
    "year",
];

const SAYING: &[&str] =
    &["say", "said", "says", "quote", "quotes", "tell", "told", "comment", "comments", "statement"];

/// The kind of answer that "which …" asks for with this noun.
fn kind_of(noun: &str) -> Option<Asked> {
    Some(match stem(noun).as_ref() {
        "year" | "day" | "date" | "month" | "time" | "week" | "decad" | "centuri" => Asked::Date,
        "countri" | "citi" | "town" | "place" | "region" | "contin" | "locat" | "venu" | "nation"
        | "villag" | "palac" | "street" | "build" => Asked::Place,
        "compani" | "organis" | "organiz" | "team" | "parti" | "agenc" | "newspap" | "univers" | "club"
        | "band" | "firm" | "bank" => Asked::Organisation,
        "percentag" | "percent" | "proport" => Asked::Percentage,
        "number" => Asked::Measure,
        stem if PERSONS.contains(&stem) => Asked::Person,
        _ => return None,
    })
}

/// Stems of offices: "who is the president" asks for a person, "who is Ada" for a role.
const ROLES: &[&str] = &[
    "ambassador",
    "author",
    "boss",
    "captain",
    "ceo",
    "chair",
    "chairman",
    "chancellor",
    "chief",
    "coach",
    "commission",
    "contact",
    "director",
    "editor",
    "envoy",
    "founder",
    "general",
    "governor",
    "head",
    "host",
    "king",
    "lead",
    "leader",
    "manag",
    "mayor",
    "minist",
    "owner",
    "presid",
    "queen",
    "respons",
    "secretari",
    "spokesperson",
    "taoiseach",
    "winner",
    "writer",
];

/// Stems after "which": a person is asked for.
const PERSONS: &[&str] = &[
    "actor",
    "actress",
    "artist",
    "author",
    "chancellor",
    "director",
    "envoy",
    "general",
    "king",
    "leader",
    "man",
    "minist",
    "offici",
    "person",
    "player",
    "politician",
    "presid",
    "queen",
    "scientist",
    "singer",
    "woman",
    "writer",
];

/// The noun that a number is asked of: the first plural after "how many", else the first word.
fn focus(tokens: &[Token], from: usize) -> Option<usize> {
    let end = (from..tokens.len()).find(|place| !tokens[*place].is_content()).unwrap_or(tokens.len());
    let nouns = from..end;
    nouns.clone().find(|place| tokens[*place].word.ends_with('s')).or_else(|| nouns.clone().next())
}

/// The word that says what happens. There is no parser here: after a form of "be" or "have" it is the last
/// participle, after "did" or a modal the first word that can be a bare verb, without either the first word.
fn predicate(tokens: &[Token], from: usize) -> Option<usize> {
    let content = |place: &usize| tokens[*place].is_content();
    let auxiliary = (from..tokens.len()).find(|place| is_auxiliary(&tokens[*place].word));
    let Some(auxiliary) = auxiliary else { return (from..tokens.len()).find(content) };
    let after = auxiliary + 1..tokens.len();
    let is_verb = |place: &usize| {
        let token = &tokens[*place];
        let follows_article =
            tokens[*place - 1].is(&["the", "a", "an", "this", "that", "its", "their", "his", "her"]);
        token.is_content() && !token.is_capitalised && !follows_article
    };
    let is_be =
        tokens[auxiliary].is(&["is", "are", "was", "were", "be", "been", "has", "have", "had", "being"]);
    if is_be {
        let participle =
            after.clone().rev().find(|place| is_verb(place) && looks_like_participle(&tokens[*place].word));
        return participle;
    }
    after
        .clone()
        .find(|place| is_verb(place) && !tokens[*place].word.ends_with('s') && !is_after_to(tokens, *place))
        .or_else(|| after.rev().find(content))
}

/// Whether what is asked for does what the question says: the verb follows it at once, or after a form of "be"
/// or "have" with no subject between.
fn asks_for_subject(tokens: &[Token], shape: &Shape) -> bool {
    let is_first = shape.asking.start == 0;
    let after = shape.focus.iter().map(|place| place + 1).max().unwrap_or(shape.asking.end);
    let Some(next) = tokens.get(after).filter(|_| is_first && !shape.asking.is_empty()) else { return false };
    if next.is(&["do", "does", "did"]) {
        return false;
    }
    if !is_auxiliary(&next.word) {
        return next.is_content();
    }
    tokens.get(after + 1).is_some_and(|token| token.is_content() && !token.is_capitalised)
}

fn is_after_to(tokens: &[Token], place: usize) -> bool {
    tokens[place - 1].is(&["to"])
}

fn looks_like_verb(tokens: &[Token]) -> bool {
    tokens.iter().skip(1).any(|token| looks_like_participle(&token.word) || token.word.ends_with("ing"))
}

/// Regular participles, and the irregular ones that questions are full of.
pub fn looks_like_participle(folded: &str) -> bool {
    const IRREGULAR: &[&str] = &[
        "begun",
        "born",
        "bought",
        "broken",
        "brought",
        "built",
        "caught",
        "chosen",
        "cut",
        "done",
        "drawn",
        "driven",
        "drunk",
        "eaten",
        "fallen",
        "felt",
        "fought",
        "found",
        "frozen",
        "given",
        "gone",
        "grown",
        "heard",
        "held",
        "hidden",
        "hit",
        "hurt",
        "kept",
        "known",
        "laid",
        "led",
        "left",
        "lent",
        "lost",
        "made",
        "meant",
        "met",
        "paid",
        "put",
        "read",
        "run",
        "said",
        "seen",
        "sent",
        "set",
        "shot",
        "shown",
        "shut",
        "sold",
        "spent",
        "spoken",
        "stolen",
        "struck",
        "sung",
        "taken",
        "taught",
        "thought",
        "told",
        "understood",
        "used",
        "won",
        "worn",
        "written",
    ];
    (folded.len() > 3 && folded.ends_with("ed")) || IRREGULAR.binary_search(&folded).is_ok()
}

fn terms(
    text: &str,
    tokens: &[Token],
    shape: &Shape,
    lexicon: &Lexicon,
    analyzer: Analyzer,
) -> Vec<QuestionTerm> {
    let codes: Vec<String> = codes(text).collect();
    let all_stems: Vec<String> = tokens.iter().map(|token| analyzer.stem(&token.word).into_owned()).collect();
    let mut terms: Vec<QuestionTerm> = Vec::new();
    // "how many years" wants to see years, "what year" does not.
    let counts = matches!(shape.asked, Asked::Count | Asked::Amount);
    for (place, token) in tokens.iter().enumerate() {
        let is_focus = shape.focus.contains(&place);
        if shape.asking.contains(&place) || !token.is_content() && !is_focus {
            continue;
        }
        let stem = &all_stems[place];
        if let Some(earlier) = terms.iter_mut().find(|term| term.stem == *stem) {
            earlier.is_predicate |= shape.predicate == Some(place);
            continue;
        }
        let role = match () {
            () if is_focus && !counts && KINDS.contains(&stem.as_str()) => Role::Kind,
            () if is_focus => Role::Focus,
            () if is_light_word(&token.word) => Role::Light,
            () => Role::Content,
        };
        terms.push(QuestionTerm {
            word: token.word.clone(),
            stem: stem.clone(),
            alternatives: alternatives(&all_stems, place, lexicon),
            exact: codes.iter().find(|code| is_part_of(&token.word, code)).cloned(),
            role,
            is_name: token.is_capitalised && place > shape.asking.end.saturating_sub(1).min(place),
            is_predicate: shape.predicate == Some(place),
        });
    }
    terms
}

/// What counts as the same as the token at `place`, alone or as the start of a phrase of the synonyms.
fn alternatives(stems: &[String], place: usize, lexicon: &Lexicon) -> Vec<Vec<String>> {
    let mut alternatives = Vec::new();
    for length in (1..=lexicon.longest_phrase().min(stems.len() - place)).rev() {
        for same in lexicon.same(&stems[place..place + length]) {
            if !alternatives.contains(same) {
                alternatives.push(same.clone());
            }
        }
    }
    alternatives
}

/// Whether a word is one of those that a code falls into: 42 of err-42.
fn is_part_of(word: &str, code: &str) -> bool {
    words(code).iter().any(|part| part.folded == word)
}

/// What a message is when it is not a question to the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmallTalk {
    Greeting,
    Thanks,
    Farewell,
    Help,
}

/// Recognised by the whole message, so that "hi, how long is the lease?" stays a question.
pub fn small_talk(text: &str) -> Option<SmallTalk> {
    let message = words(text).into_iter().map(|word| word.folded).collect::<Vec<String>>().join(" ");
    let message = message.strip_suffix(" passim").unwrap_or(&message);
    Some(match message {
        "hi" | "hello" | "hey" | "hey there" | "hi there" | "hello there" | "good morning"
        | "good afternoon" | "good evening" | "how are you" | "hi how are you" | "whats up"
        | "what is up" | "hallo" | "moin" => SmallTalk::Greeting,
        "thanks"
        | "thank you"
        | "thx"
        | "ty"
        | "thanks a lot"
        | "many thanks"
        | "thank you very much"
        | "cheers"
        | "great thanks"
        | "ok thanks"
        | "nice"
        | "cool"
        | "good bot"
        | "well done"
        | "danke" => SmallTalk::Thanks,
        "bye" | "goodbye" | "see you" | "good night" | "cu" => SmallTalk::Farewell,
        "help" | "what can you do" | "who are you" | "what are you" | "how do you work"
        | "how does this work" | "what is this" | "are you a bot" | "are you an ai" | "what is passim"
        | "how do i use this" | "how can i use this" | "what can i ask" | "what can i ask you" => {
            SmallTalk::Help
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_of_yes_or_no_is_told_from_others() {
        let yes_no = [
            "Is there a canteen?",
            "is dog allowed in office",
            "can i bring my dog",
            "do visitors need a badge",
            "is it true that the pier is closed",
            "Is the pier closed when it rains?",
            "so wifi is free?",
            "dogs allowed in the office?",
            "The gate is locked at night, isn't it?",
            "In winter, is the pier closed?",
            "can you tell me if dogs are allowed",
            "does anyone know whether the pool is heated",
            "Isn't the pool heated?",
            "is the pool open or not",
            "Darf ich meinen Hund mitbringen?",
            "dürfen Hunde ins Büro",
            "gibt es eine Kantine",
            "Ist das Parken kostenlos?",
            "Kann man mit Karte zahlen?",
            "Muss ich mich anmelden?",
            "weiß jemand, ob der Steg offen ist",
            "War der Steg offen?",
        ];
        let others = [
            "can you tell me when the pool opens",
            "Is it Monday or Friday that the pool is cleaned?",
            "Ist der Steg offen oder geschlossen?",
            "war in the north",
            "who is allowed to swim?",
            "parking rules?",
            "wifi is free",
            "Was ist der Code?",
            "was kostet der Steg",
            "Wann ist der Steg offen?",
            "may",
            "if the pool is closed, where can I swim?",
        ];
        let asked = |text: &str| Question::parse(text, &Lexicon::default()).asked;
        for text in yes_no {
            assert_eq!(asked(text), Asked::YesNo, "{text}");
        }
        for text in others {
            assert_ne!(asked(text), Asked::YesNo, "{text}");
        }
    }
}
