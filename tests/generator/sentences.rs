//! Sentences with the grammar of English, and nothing to say.

use super::random::Random;
use super::vocabulary::{Vocabulary, capitalised};

/// How many nouns a document keeps coming back to.
const TOPIC: usize = 24;

/// What the sentences of one document are made of.
pub struct Speaker<'v> {
    vocabulary: &'v Vocabulary,
    topic: Vec<&'v str>,
    /// Organisations that are named in passing, each the subject of another document.
    others: Vec<String>,
}

impl<'v> Speaker<'v> {
    pub fn new(vocabulary: &'v Vocabulary, others: Vec<String>, random: &mut Random) -> Speaker<'v> {
        let topic = (0..TOPIC).map(|_| vocabulary.noun(random)).collect();
        Speaker { vocabulary, topic, others }
    }

    /// A sentence with its full stop.
    pub fn sentence(&self, random: &mut Random) -> String {
        capitalised(&self.filled(random.pick(TEMPLATES), random))
    }

    pub fn heading(&self, random: &mut Random) -> String {
        capitalised(&self.filled(random.pick(HEADINGS), random))
    }

    pub fn item(&self, random: &mut Random) -> String {
        self.filled(random.pick(ITEMS), random)
    }

    /// A template with a word in place of each letter in braces.
    pub fn filled(&self, template: &str, random: &mut Random) -> String {
        let mut filled = String::with_capacity(template.len() * 2);
        let mut rest = template;
        while let Some((before, from_brace)) = rest.split_once('{') {
            filled.push_str(before);
            let (slot, after) = from_brace.split_once('}').expect("a brace of a template is closed");
            filled.push_str(&self.word(slot, random));
            rest = after;
        }
        filled + rest
    }

    fn word(&self, slot: &str, random: &mut Random) -> String {
        match slot {
            "noun" => self.noun(random).to_owned(),
            "nouns" => format!("{}s", self.noun(random)),
            "adj" => self.vocabulary.adjective(random).to_owned(),
            "adv" => format!("{}ly", self.vocabulary.adjective(random)),
            "do" => self.vocabulary.verb(random).to_owned(),
            "does" => format!("{}s", self.vocabulary.verb(random)),
            "did" => format!("{}ed", self.vocabulary.verb(random)),
            "doing" => format!("{}ing", self.vocabulary.verb(random)),
            "person" => self.vocabulary.person(random),
            "place" => self.vocabulary.place(random).to_owned(),
            "other" => self.others[random.below(self.others.len() as u64) as usize].clone(),
            "year" => random.between(1870, 2025).to_string(),
            "date" => date(random),
            "small" => random.between(2, 90).to_string(),
            "number" => thousands(random.between(100, 90_000)),
            "unit" => random.pick(UNITS).to_owned(),
            "percent" => format!("{}.{} %", random.between(1, 98), random.below(10)),
            "money" => money(random),
            _ => panic!("no words are known for {{{slot}}}"),
        }
    }

    fn noun(&self, random: &mut Random) -> &str {
        if random.one_in(3) {
            return self.topic[random.below(TOPIC as u64) as usize];
        }
        self.vocabulary.noun(random)
    }
}

pub fn date(random: &mut Random) -> String {
    format!("{} {} {}", random.between(1, 28), random.pick(MONTHS), random.between(1870, 2025))
}

pub fn money(random: &mut Random) -> String {
    match random.below(3) {
        0 => format!("€{}", thousands(random.between(2, 900) * 1_000)),
        1 => format!("${}.{} million", random.between(1, 90), random.between(1, 9)),
        _ => format!("{} pounds", thousands(random.between(200, 90_000))),
    }
}

/// 1,234,567
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

const MONTHS: &[&str] = &[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const UNITS: &[&str] =
    &["tonnes", "kilometres", "litres", "hours", "days", "metres", "kilowatts", "hectares", "degrees"];

const HEADINGS: &[&str] = &[
    "The {adj} {noun}",
    "What became of the {nouns}",
    "{nouns} and {nouns}",
    "The {noun} of {place}",
    "After {year}",
    "On {doing} the {noun}",
];

const ITEMS: &[&str] = &[
    "the {adj} {noun} of {place}, {number} {unit}",
    "{nouns} that have been {did} {adv} since {year}",
    "a {noun} for every {noun}, at {money} each",
    "{adj} {nouns}, which {person} keeps",
    "no more than {small} {nouns} to a {noun}",
];

const TEMPLATES: &[&str] = &[
    "the {adj} {noun} of the {noun} was {did} by the {noun}, and nobody in {place} had {did} it before.",
    "when the {nouns} were {did}, the {noun} could no longer {do} without a {adj} {noun}.",
    "{person} {did} that the {noun} would {do} the {nouns} as soon as the {adj} {noun} allowed it.",
    "in {year}, a {noun} of {number} {unit} was {did} at {place}, where it {does} to this day.",
    "it is not the {noun} that {does} the {noun}, but the {adj} {nouns} under it.",
    "the {nouns} have {did} more than {percent} of all {nouns}, although the {noun} is {adj}.",
    "about {number} {nouns} are {did} every year, most of them by {doing} the {noun}.",
    "according to {person}, the {noun} had to be {did} {adv}, since its {noun} was {adj} and {adj}.",
    "the {other} had {did} a {adj} {noun} with {person}, who later {did} it to the {noun} in {place}.",
    "on {date}, the {nouns} of {place} were {did} for the first time.",
    "they paid {money} for the {noun}, which was less than the {adj} {noun} had been worth.",
    "if a {noun} {does}, its {nouns} are {did} within {small} {unit}, and the {noun} is told about it.",
    "neither the {noun} nor the {nouns} can {do} while the {adj} {noun} is being {did}.",
    "from {place} to {place} the {noun} is {number} {unit} long, and {adv} {adj} at its end.",
    "some of the {nouns} were {adj}, others had been {did}, and only a few of them {did} at all.",
    "the {noun}, which {person} had {did} in {year}, was {did} again when its {noun} became too {adj}.",
    "there is a {noun} between the {nouns} and the {noun} that everybody at the {other} {does}.",
    "because of the {adj} {noun}, {doing} was put off until {date}.",
    "whoever {does} a {noun} should {do} its {nouns} first, then its {noun}, and at last the {adj} {noun}.",
    "her {noun} was {adj}; his was {did} by {small} {nouns} and a {noun}.",
    "what the {nouns} {did} in {place} is {adv} known, for {person} wrote down every {noun} of it.",
    "the cost of {doing} rose by {percent} to {money} between one {adj} {noun} and the next.",
    "as the {noun} {did}, so did the {nouns}, and with them the {noun} that had {did} all this.",
    "no {noun} of that kind may be {did} in a {adj} {noun} without the {noun} of {person}.",
    "for most of its {nouns} the {noun} has been {adj}, yet it {does} {adv} under a {noun}.",
    "the {adj} {nouns} {do}.",
    "after that, the {noun} was never {did} again.",
    "this is why the {nouns} are {adj}, and why {person} would rather {do} them.",
];
