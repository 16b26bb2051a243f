//! Follow-ups: what a question that leaves something out stands for, by the question before it.
//!
//! It takes words from the previous *question*, never from its answer. A question that is complete takes
//! nothing: carrying a topic over where none is missing is the worse mistake, so that each rule asks for a sign
//! that something is.
//!
//! [`phrases`] takes both questions apart, [`anaphora`] finds the words that stand for something said before,
//! [`joining`] makes one question of the two.

use super::LONGEST_QUESTION;
use super::lexicon::{Lexicon, is_light_word};
use super::question::small_talk;

mod anaphora;
mod joining;
mod phrases;
mod vocabulary;

use phrases::{Wording, asking, phrases};
use vocabulary::{is_connective, is_predicate, is_relational, is_trailing};

/// The questions that somebody asked one after the other, as they were understood.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    previous: Option<String>,
}

impl Conversation {
    /// The whole question that `text` stands for; `None` where it is whole itself.
    pub fn understand(&self, text: &str, lexicon: &Lexicon) -> Option<String> {
        let previous = Wording::of(self.previous.as_deref()?, lexicon);
        let said = Wording::of(text, lexicon);
        let (rest, is_tied) = without_ties(&said, lexicon)?;
        if previous.tokens.is_empty() || is_only_polite(text, &rest) {
            return None;
        }
        let whole = instead(&rest, is_tied, &previous, lexicon)
            .or_else(|| condition(&rest, is_tied, &previous))
            .or_else(|| bare_phrase(&rest, is_tied).then(|| joining::replace(&previous, &rest, lexicon)))
            .or_else(|| bare_asking(&rest, is_tied, &previous, lexicon))
            .or_else(|| anaphora::resolve(&rest, is_tied, &previous))
            .or_else(|| open_ended(&rest, is_tied, &previous))?;
        // Where one follow-up after the other makes it longer than a question may be, it is asked as it is.
        let is_askable = whole.chars().nth(LONGEST_QUESTION - 1).is_none();
        is_askable.then(|| joining::as_question(&whole))
    }

    /// What the next question may refer to: this one, as it was understood.
    pub fn remember(&mut self, question: &str) {
        self.previous = Some(question.to_owned());
    }
}

/// A phrase with more words of content than this is a topic of its own.
const MOST_WORDS_OF_A_PHRASE: usize = 4;

/// A question that only hints has no more words than this.
const MOST_WORDS_OF_A_HINT: usize = 6;

/// What is said without the words that only tie it to what came before ("and", "then"), and whether it opens
/// with such.
fn without_ties<'t>(said: &Wording<'t>, lexicon: &Lexicon) -> Option<(Wording<'t>, bool)> {
    let tokens = &said.tokens;
    let start = tokens.iter().take_while(|token| is_connective(&token.word)).count();
    let trailing = tokens[start..].iter().rev().take_while(|token| is_trailing(&token.word)).count();
    let end = tokens.len() - trailing;
    if start >= end {
        return None;
    }
    let mut rest = Wording::of(said.written(start..end), lexicon);
    rest.german |= said.german;
    Some((rest, start > 0))
}

/// "ok thanks", "and great": said to the bot, not asked of the sources.
fn is_only_polite(text: &str, rest: &Wording<'_>) -> bool {
    const PLEASED: &[&str] = &[
        "great", "nice", "cool", "good", "fine", "perfect", "thanks", "thank", "you", "super", "got", "it",
        "bye", "lol", "right", "yes", "no", "sure", "danke", "gut", "prima", "ja", "nein", "alles", "klar",
        "see", "wow",
    ];
    small_talk(text).is_some()
        || small_talk(rest.text).is_some()
        || rest.tokens.iter().all(|token| token.is(PLEASED))
}

/// "What about France?": another phrase in the place of the one that it stands for.
fn instead(rest: &Wording<'_>, is_tied: bool, previous: &Wording<'_>, lexicon: &Lexicon) -> Option<String> {
    const OPENINGS: &[&[&str]] = &[
        &["what", "about"],
        &["how", "about"],
        &["what", "of"],
        &["same", "for"],
        &["the", "same", "for"],
        &["was", "ist", "mit"],
        &["wie", "ist", "es", "mit"],
        &["wie", "sieht", "es", "mit"],
        &["wie", "siehts", "mit"],
    ];
    let opening = OPENINGS.iter().find(|opening| {
        rest.tokens.len() > opening.len()
            && rest.tokens.iter().zip(**opening).all(|(token, word)| token.word == *word)
    })?;
    let mut phrase = Wording::of(rest.from(opening.len()), lexicon);
    phrase.german |= rest.german;
    if phrase.german && phrase.tokens.last().is_some_and(|token| token.is(&["aus"])) {
        phrase = Wording::of(phrase.written(0..phrase.tokens.len() - 1), lexicon);
    }
    if let Some(whole) = condition(&phrase, is_tied, previous) {
        return Some(whole);
    }
    let is_phrase = content(&phrase) <= MOST_WORDS_OF_A_PHRASE && !has_verb(&phrase);
    is_phrase.then(|| joining::replace(previous, &phrase, lexicon))
}

/// "What if nobody answers?": the same question under a condition.
fn condition(rest: &Wording<'_>, is_tied: bool, previous: &Wording<'_>) -> Option<String> {
    const HINTS: &[&str] = &[
        "only", "another", "other", "others", "else", "instead", "already", "still", "nobody", "it", "they",
        "that", "this", "them", "one", "es", "das", "nur", "niemand", "doch",
    ];
    let tokens = &rest.tokens;
    let start =
        usize::from(tokens.len() > 2 && tokens[0].is(&["what", "was"]) && tokens[1].is(&["if", "wenn"]));
    let is_when = tokens[0].is(&["when"]) && is_tied && tokens.len() > 2 && !rest.is_auxiliary(1);
    if !is_when && !tokens.get(start)?.is(&["if", "wenn", "falls", "unless"]) || tokens.len() < start + 2 {
        return None;
    }
    let asks_more = (start + 1..tokens.len()).any(|place| rest.is_asking(place) && place > start + 1);
    let hints = tokens[start..].iter().any(|token| token.is(HINTS));
    if asks_more || !is_tied && !hints {
        return None;
    }
    let has_condition = previous.tokens.iter().position(|token| token.is(&["if", "wenn", "falls"]));
    Some(match has_condition {
        Some(place) if place > 0 && previous.german == rest.german => {
            let and = if rest.german { "und" } else { "and" };
            format!("{} {and} {}", previous.text, rest.from(start + 1))
        }
        _ => format!("{} {}", previous.text, rest.from(start)),
    })
}

/// "and in Leipzig", "for part-timers", "sundays": a phrase and nothing that asks.
fn bare_phrase(rest: &Wording<'_>, is_tied: bool) -> bool {
    let places = 0..rest.tokens.len();
    if places.clone().any(|place| rest.is_asking(place))
        || has_verb(rest)
        || content(rest) > MOST_WORDS_OF_A_PHRASE
    {
        return false;
    }
    let found = phrases(rest);
    let is_time =
        found.len() == 1 && found[0].is_time() && found[0].whole() == places && rest.tokens.len() <= 2;
    // "in case of fire" is a topic.
    let is_placed = rest.is_preposition(0)
        && (2..=5).contains(&rest.tokens.len())
        && !rest.tokens[1].is(&["case", "fall"]);
    is_tied || is_time || is_placed
}

/// "Why?", "since when?", "and who in Leipzig?": what the previous question said is asked otherwise.
fn bare_asking(
    rest: &Wording<'_>,
    is_tied: bool,
    previous: &Wording<'_>,
    lexicon: &Lexicon,
) -> Option<String> {
    let asked = asking(rest)?;
    let end = asked.place.end;
    let left = &rest.tokens[end..];
    let is_else = left.len() == 1 && left[0].is(&["else", "sonst", "noch", "exactly", "genau"]);
    if left.len() == 1 && left[0].is(&["not", "nicht"]) {
        return joining::ask_otherwise(previous, rest.written(0..end));
    }
    if left.is_empty() || is_else {
        return joining::ask_otherwise(previous, rest.text);
    }
    let others = has_verb(rest) || content(rest) > MOST_WORDS_OF_A_PHRASE;
    let placed = rest.is_preposition(end) && !others && left.len() <= 4;
    if !placed || !is_tied && !phrases(rest).last()?.is_time() {
        return None;
    }
    let asked_otherwise = joining::ask_otherwise(previous, rest.written(0..end))?;
    let whole = Wording::of(&asked_otherwise, lexicon);
    let phrase = Wording::of(rest.from(end), lexicon);
    Some(joining::replace(&whole, &phrase, lexicon))
}

/// "Who agreed?", "what was the reason?": asks, and says nothing of what about.
fn open_ended(rest: &Wording<'_>, is_tied: bool, previous: &Wording<'_>) -> Option<String> {
    let tokens = &rest.tokens;
    if tokens.len() > MOST_WORDS_OF_A_HINT {
        return None;
    }
    let Some(asked) = asking(rest) else {
        let is_part =
            tokens.len() <= 4 && tokens.last()?.is(&["included", "inbegriffen", "enthalten", "dabei"]);
        return (is_part && rest.is_auxiliary(0)).then(|| joining::as_part_of(previous, rest)).flatten();
    };
    let says: Vec<usize> = (asked.place.end..tokens.len())
        .filter(|place| rest.is_content(*place) && !is_light_word(&tokens[*place].word))
        .collect();
    let is_named = says.iter().any(|place| tokens[*place].is_marked);
    if is_named || asked.noun.is_some() && !says.is_empty() {
        return None;
    }
    let follows_article = |place: usize| place > 0 && tokens[place - 1].is(&["the", "der", "die", "das"]);
    let is_the_relation =
        says.len() == 1 && is_relational(&tokens[says[0]].word) && (follows_article(says[0]) || is_tied);
    let is_only_verb = says.len() == 1
        && !(says[0] > 0 && tokens[says[0] - 1].is(&["the", "a", "an", "der", "die", "das", "ein", "eine"]))
        && !rest.is_preposition(says[0] - 1)
        && (is_predicate(&tokens[says[0]].word) || is_deed(rest, says[0]))
        && (is_tied || tokens.len() <= 3)
        && !is_copula_before(rest, says[0]);
    let says_nothing = says.is_empty() && asked.noun.is_none() && is_about_something(rest, asked.place.end);
    let asks_whom = tokens[0].is(&["who", "whom"])
        && says.len() == 1
        && tokens[says[0]].is(&["ask", "contact", "tell", "talk", "inform", "notify"])
        && says[0] + 2 >= tokens.len();
    // "Who was on duty?", "who was in favour?": at what?
    let is_part_in_it = says.len() == 1
        && rest.is_preposition(says[0] - 1)
        && tokens[says[0]].is(&["duty", "charge", "favour", "favor", "fault", "attendance"]);
    if asks_whom || is_part_in_it || is_the_relation || is_only_verb || says_nothing {
        return Some(joining::with_topic(previous, rest));
    }
    let is_definite = is_tied && says.len() == 1 && follows_article(says[0]) && asked.noun.is_none();
    is_definite.then(|| joining::with_topic(previous, rest))
}

/// "who *voted*", "and who *approves*": a verb, as far as its ending tells.
fn is_deed(rest: &Wording<'_>, place: usize) -> bool {
    let word = &rest.tokens[place].word;
    let after_who = rest.tokens[place - 1].is(&["who", "wer"]);
    word.ends_with("ed") || after_who && (word.ends_with('s') || rest.german && word.ends_with('t'))
}

/// "What is tarn?": a definition, not a verb.
fn is_copula_before(rest: &Wording<'_>, place: usize) -> bool {
    rest.tokens[place - 1].is(&["is", "are", "ist", "sind"]) && !is_predicate(&rest.tokens[place].word)
}

/// There is more than "who is it" left: a light word or a verb that needs a topic.
fn is_about_something(rest: &Wording<'_>, end: usize) -> bool {
    rest.tokens.len() > end
        && rest.tokens[end..].iter().all(|token| !token.is(&["i", "you", "u", "ich", "du", "me"]))
}

fn content(wording: &Wording<'_>) -> usize {
    (0..wording.tokens.len()).filter(|place| wording.is_content(*place)).count()
}

fn has_verb(wording: &Wording<'_>) -> bool {
    (0..wording.tokens.len()).any(|place| wording.is_auxiliary(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(previous: &str, text: &str) -> Option<String> {
        let mut conversation = Conversation::default();
        conversation.remember(previous);
        conversation.understand(text, &Lexicon::default())
    }

    #[track_caller]
    fn check(previous: &str, turns: &[(&str, &str)]) {
        for (text, whole) in turns {
            assert_eq!(understood(previous, text).as_deref(), Some(*whole), "{previous} / {text}");
        }
    }

    #[test]
    fn a_phrase_takes_the_place_of_the_one_of_its_kind() {
        check(
            "How long is the canteen open in Ghent?",
            &[
                ("and in Leipzig?", "How long is the canteen open in Leipzig?"),
                ("n leipzig", "How long is the canteen open in leipzig?"),
                ("at the station?", "How long is the canteen open at the station?"),
                ("and on Sundays?", "How long is the canteen open in Ghent on Sundays?"),
                ("What about Fridays?", "How long is the canteen open in Ghent on Fridays?"),
                ("and in winter?", "How long is the canteen open in Ghent in winter?"),
                ("and the library?", "How long is the library open in Ghent?"),
            ],
        );
        check(
            "When does the bus to the quarry leave on weekdays?",
            &[
                ("at the weekend?", "When does the bus to the quarry leave at the weekend?"),
                ("saturdays?", "When does the bus to the quarry leave on saturdays?"),
                ("and to the pier?", "When does the bus to the pier leave on weekdays?"),
            ],
        );
        check(
            "How many troops will Poland send?",
            &[("wat about france", "How many troops will france send?")],
        );
        check(
            "What is the price of the Basic plan?",
            &[
                ("and Premium", "What is the price of the Premium plan?"),
                ("what about the Premium plan?", "What is the price of the Premium plan?"),
                ("and the premium one?", "What is the price of the premium plan?"),
            ],
        );
        check("what does error 404 mean", &[("and 503", "what does error 503 mean?")]);
        check(
            "How many days off does an apprentice get?",
            &[
                ("and an intern?", "How many days off does an intern get?"),
                ("and for employees?", "How many days off does employees get?"),
            ],
        );
        check(
            "How much is fast delivery per parcel?",
            &[("and slow?", "How much is slow delivery per parcel?")],
        );
        check("Can I bring my dog to the office?", &[("and my cat?", "Can I bring my cat to the office?")]);
        check("What is the fee in zone A?", &[("and in zone B?", "What is the fee in zone B?")]);
        check(
            "What is the warranty on the pump?",
            &[("and the filter?", "What is the warranty on the filter?")],
        );
        check(
            "When does the gym open on Saturday?",
            &[("what about public holidays?", "When does the gym open on public holidays?")],
        );
        check("Can I pay by card?", &[("and with cash", "Can I pay with cash?")]);
        check("When does school start?", &[("and end?", "When does school end?")]);
        check("How wide is Gate-1?", &[("and of the other one?", "How wide is the one other than Gate-1?")]);
        check("Is the pier open?", &[("and if it rains?", "Is the pier open if it rains?")]);
        check(
            "What do I do if the lift stops?",
            &[("And if nobody answers?", "What do I do if the lift stops and nobody answers?")],
        );
    }

    #[test]
    fn what_was_said_is_asked_otherwise() {
        check(
            "When was the pier closed?",
            &[
                ("why?", "why was the pier closed?"),
                ("for how long?", "for how long was the pier closed?"),
                ("With how many votes?", "With how many votes was the pier closed?"),
                ("who decided that?", "who decided that the pier was closed?"),
                ("Who was on duty?", "Who was on duty when the pier was closed?"),
                ("What was the reason?", "What was the reason that the pier was closed?"),
            ],
        );
        check("When is the summer fair?", &[("Where?", "Where is the summer fair?")]);
        check("Who was re-elected in 2025?", &[("why?", "why was somebody re-elected in 2025?")]);
        check("Who opened the pier?", &[("since when", "since when is it that somebody opened the pier?")]);
        check("Were the rules adopted?", &[("When?", "When were the rules adopted?")]);
        check("Who is on the board?", &[("and who else?", "who else is on the board?")]);
        check(
            "How many years were agreed?",
            &[("and who agreed?", "who agreed about the years that were agreed?")],
        );
    }

    #[test]
    fn a_pronoun_gives_way_to_what_it_stands_for() {
        check(
            "How high is the training budget?",
            &[
                ("who approves it?", "who approves the training budget?"),
                ("how much is it for trainees", "how much is the training budget for trainees?"),
            ],
        );
        check(
            "How many days can I carry over?",
            &[("By when do they have to be used?", "By when do the days I can carry over have to be used?")],
        );
        check(
            "When do quiet hours start at the weekend?",
            &[("And when do they end?", "when do quiet hours at the weekend end?")],
        );
        check(
            "Which network is for guests?",
            &[("How fast is it?", "How fast is the network that is for guests?")],
        );
        check("Who founded Elm Bakery?", &[("where is it located?", "where is Elm Bakery located?")]);
        check(
            "Which team handles refunds?",
            &[("Who leads it?", "Who leads the team that handles refunds?")],
        );
        check(
            "What did the council decide on the bridge?",
            &[("who voted against it?", "who voted against the bridge?")],
        );
        check(
            "How many guests can I invite?",
            &[("do they need a ticket?", "do the guests I can invite need a ticket?")],
        );
        check("Who is the head gardener?", &[("What is his number?", "What is the head gardener's number?")]);
        check(
            "When is the meeting with Acme?",
            &[("who will be there?", "who will be at the meeting with Acme?")],
        );
        check(
            "How do I reset the router?",
            &[("how long does that take", "how long does it take to reset the router?")],
        );
        check("Was a new oven approved?", &[("Who wanted a used one?", "Who wanted a used oven?")]);
        check(
            "Do I need a permit for the north car park?",
            &[
                ("and the south one?", "Do I need a permit for the south car park?"),
                ("where do I get one?", "where do I get a permit for the north car park?"),
            ],
        );
        check(
            "What did Ada Byron suggest against the gulls?",
            &[("What did it cost?", "What did what Ada Byron did suggest against the gulls cost?")],
        );
    }

    #[test]
    fn german_follow_ups_are_understood() {
        check(
            "Wie lange hat die Kantine in Gent geöffnet?",
            &[
                ("und in Leipzig?", "Wie lange hat die Kantine in Leipzig geöffnet?"),
                ("und sonntags?", "Wie lange hat die Kantine in Gent geöffnet sonntags?"),
            ],
        );
        check(
            "Wann wurde der Steg geschlossen?",
            &[
                ("warum?", "warum wurde der Steg geschlossen?"),
                ("wer hat das entschieden?", "wer hat entschieden, dass der Steg geschlossen wurde?"),
            ],
        );
        check(
            "Was kostet ein Stellplatz?",
            &[
                ("und eine Garage?", "Was kostet eine Garage?"),
                ("seit wann?", "seit wann kostet ein Stellplatz?"),
            ],
        );
        check(
            "Wann ist das Büro geöffnet?",
            &[
                ("und am Freitag?", "Wann ist das Büro geöffnet am Freitag?"),
                ("und das Lager?", "Wann ist das Lager geöffnet?"),
            ],
        );
        check("Wer leitet das Team?", &[("seit wann?", "seit wann leitet jemand das Team?")]);
    }

    const COMPLETE: &[&str] = &[
        "Who is the mayor of Port Ellery?",
        "And who is the mayor of Port Ellery?",
        "How tall is the crane?",
        "What is Tarn?",
        "Can I bring my dog to the office in Ghent?",
        "Is there a canteen in Leipzig?",
        "how many parking spaces are there?",
        "How long does it take to register a bike?",
        "Is it allowed to smoke on the balcony?",
        "How much will it cost me if I lose my badge?",
        "Do members have to pay their fee in advance?",
        "Who lost their key?",
        "How many people may share one key?",
        "How do I reserve one of the boats?",
        "Where did they find the missing key?",
        "What do they mean by quiet hours?",
        "lost bike who do I tell about it",
        "What do I do when the printer says it is offline?",
        "Who said that the pier is closed?",
        "When does the nursery close this year?",
        "What time is it?",
        "what happens if i lose my badge",
        "training budget",
        "in case of fire",
        "when payday",
        "who is ada lovelace",
        "what is a lock file",
        "how much for a parking space",
        "Why was the pier closed?",
        "Wo parke ich mein Fahrrad?",
        "Was kostet ein Stellplatz?",
        "Gibt es eine Kantine?",
        "thanks",
        "ok thanks",
        "and great!",
    ];

    #[test]
    fn a_complete_question_takes_nothing() {
        for previous in ["How high is the training budget?", "When was Gate-1 in Ghent closed on Sundays?"] {
            for text in COMPLETE {
                assert_eq!(understood(previous, text), None, "{previous} / {text}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn a_question_with_a_topic_of_its_own_takes_nothing(
            asking in "(Who is|Where is|When is|What is|How big is|Why is|Who owns|What does) ",
            article in "(the|a|our) ",
            topic in "([bdfgklmnprstvz][aeiou]){2}[km] ([bdfgklmnprstvz][aeiou]){2}[km]",
            place in "( in [A-Z][aeiou][bdfgklmnprstvz]{2}[aeiou]m)?",
        ) {
            let text = format!("{asking}{article}{topic}{place}?");
            let previous = "How long is the canteen open in Ghent on Sundays?";
            proptest::prop_assert_eq!(understood(previous, &text), None);
        }

        #[test]
        fn any_two_messages_are_survived(previous in "\\PC{0,40}", text in "\\PC{0,40}") {
            let _ = understood(&previous, &text);
        }

        #[test]
        fn any_small_words_are_survived(
            previous in "((who|what|the|one|in|is|was|other|my|Ghent|key|of|2024|das|if) ?){0,8}",
            text in "((and|who|it|the|one|in|is|other|that|Ghent|to|of|2024|und|das|if) ?){0,8}",
        ) {
            let _ = understood(&previous, &text);
        }
    }

    #[test]
    fn the_first_question_has_nothing_to_take() {
        assert_eq!(Conversation::default().understand("and who agreed?", &Lexicon::default()), None);
    }
}
