//! What a document says that can be asked for, with the answer.

use super::random::Random;
use super::sentences::{Speaker, date, money, thousands};

/// A sentence, and a question that it answers.
pub struct Fact {
    pub statement: String,
    pub question: String,
    pub answer: String,
    pub kind: &'static str,
}

/// One fact of each kind about `name`, in any order.
pub fn facts(name: &str, speaker: &Speaker<'_>, random: &mut Random) -> Vec<Fact> {
    let mut facts: Vec<Fact> = KINDS
        .iter()
        .map(|kind| {
            let answer = (kind.answer)(speaker, random);
            let (statement, question) = kind.forms[random.below(kind.forms.len() as u64) as usize];
            let thing = random.pick(THINGS);
            let written = |template: &str| template.replace("{name}", name).replace("{thing}", thing);
            let statement = written(statement).replace("{answer}", &answer);
            Fact {
                statement: speaker.filled(&statement, random),
                question: as_typed(written(question), random),
                answer,
                kind: kind.name,
            }
        })
        .collect();
    random.shuffle(&mut facts);
    facts
}

/// One question in four is typed as in a chat.
fn as_typed(question: String, random: &mut Random) -> String {
    if random.one_in(4) { question.trim_end_matches('?').to_lowercase() } else { question }
}

struct Kind {
    name: &'static str,
    answer: fn(&Speaker<'_>, &mut Random) -> String,
    /// A statement and a question to it.
    forms: &'static [(&'static str, &'static str)],
}

const KINDS: &[Kind] = &[
    Kind {
        name: "count",
        answer: |_, random| thousands(random.between(3, 4_000)),
        forms: &[
            ("The {name} keeps {answer} {thing} in {place}.", "How many {thing} does the {name} keep?"),
            (
                "In all, the {name} owns {answer} {thing}, some of them {adj}.",
                "How many {thing} does the {name} own?",
            ),
            (
                "There are {answer} {thing} at the {name}, and each has a {noun}.",
                "How many {thing} are there at the {name}?",
            ),
        ],
    },
    Kind {
        name: "person",
        answer: |speaker, random| speaker.filled("{person}", random),
        forms: &[
            (
                "{answer} has led the {name} for {small} years, and {adv} so.",
                "Who has led the {name} for years?",
            ),
            ("The {name} was designed by {answer}, whose {nouns} are {adj}.", "Who designed the {name}?"),
            (
                "The director of the {name} is {answer}, who used to {do} in {place}.",
                "Who is the director of the {name}?",
            ),
        ],
    },
    Kind {
        name: "date",
        answer: |_, random| date(random),
        forms: &[
            ("The {name} was founded on {answer} by {small} {nouns}.", "When was the {name} founded?"),
            ("On {answer}, the {name} opened its first {noun}.", "When did the {name} open?"),
            ("The {name} burned down on {answer} and was {did} anew.", "When did the {name} burn down?"),
        ],
    },
    Kind {
        name: "place",
        answer: |speaker, random| speaker.filled("{place}", random),
        forms: &[
            (
                "The {name} has its headquarters in {answer}, beside a {adj} {noun}.",
                "Where does the {name} have its headquarters?",
            ),
            ("The {name} was built in {answer}, where the {nouns} {do}.", "Where was the {name} built?"),
        ],
    },
    Kind {
        name: "amount",
        answer: |_, random| money(random),
        forms: &[
            (
                "Building the {name} cost {answer}, without the {nouns}.",
                "How much did building the {name} cost?",
            ),
            (
                "Every year, the {name} spends {answer} on {adj} {nouns}.",
                "How much does the {name} spend every year?",
            ),
        ],
    },
];

const THINGS: &[&str] = &[
    "barges",
    "lanterns",
    "lorries",
    "beds",
    "boats",
    "cranes",
    "engines",
    "horses",
    "machines",
    "microscopes",
    "paintings",
    "pumps",
    "telescopes",
    "tents",
    "trams",
    "turbines",
    "wagons",
    "windmills",
];
