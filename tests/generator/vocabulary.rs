//! Words that nobody uses, as often as words are used: the second half as often as the first, the third a
//! third as often (Zipf), so that an index has to do with few common words and many rare ones.
//!
//! They are made of syllables, can be spoken, and begin with a consonant, so that "a" is right before each.

use std::collections::HashSet;

use super::random::Random;

const NOUNS: usize = 24_000;
const VERBS: usize = 8_000;
const ADJECTIVES: usize = 8_000;
const SURNAMES: usize = 3_000;
const PLACES: usize = 800;

pub struct Vocabulary {
    nouns: Ranked,
    verbs: Ranked,
    adjectives: Ranked,
    surnames: Vec<String>,
    places: Vec<String>,
}

impl Vocabulary {
    pub fn new(random: &mut Random) -> Vocabulary {
        let mut taken: HashSet<String> = RESERVED.iter().map(|word| (*word).to_owned()).collect();
        let mut words = |count: usize, random: &mut Random| -> Vec<String> {
            (0..count).map(|rank| new_word(syllables(rank), random, &mut taken)).collect()
        };
        Vocabulary {
            nouns: Ranked::new(words(NOUNS, random)),
            verbs: Ranked::new(words(VERBS, random)),
            adjectives: Ranked::new(words(ADJECTIVES, random)),
            surnames: words(SURNAMES, random).iter().map(|word| capitalised(word)).collect(),
            places: words(PLACES, random).iter().map(|word| place(word, random)).collect(),
        }
    }

    pub fn noun(&self, random: &mut Random) -> &str {
        self.nouns.pick(random)
    }

    pub fn verb(&self, random: &mut Random) -> &str {
        self.verbs.pick(random)
    }

    pub fn adjective(&self, random: &mut Random) -> &str {
        self.adjectives.pick(random)
    }

    pub fn person(&self, random: &mut Random) -> String {
        let surname = &self.surnames[random.below(SURNAMES as u64) as usize];
        format!("{} {surname}", random.pick(FIRST_NAMES))
    }

    pub fn place(&self, random: &mut Random) -> &str {
        &self.places[random.below(PLACES as u64) as usize]
    }
}

/// Words, most common first.
struct Ranked {
    words: Vec<String>,
    /// The weights of all words up to this one: whole numbers, so that rounding is the same everywhere.
    up_to: Vec<u64>,
}

impl Ranked {
    fn new(words: Vec<String>) -> Ranked {
        let mut sum = 0;
        // The first content words of English are less common than Zipf's law alone would have it.
        let weights = (10..10 + words.len() as u64).map(|rank| (1 << 40) / rank);
        let up_to = weights.map(|weight| {
            sum += weight;
            sum
        });
        Ranked { up_to: up_to.collect(), words }
    }

    fn pick(&self, random: &mut Random) -> &str {
        let at = random.below(self.up_to[self.up_to.len() - 1]);
        &self.words[self.up_to.partition_point(|up_to| *up_to <= at)]
    }
}

/// The name that only document `number` is about: numbers and names fit one to one, up to two million.
pub fn organisation(number: u64) -> String {
    // An odd factor, so that neighbours look different and no two are the same.
    let mut rest = number.wrapping_mul(1_180_211) % (1 << 21);
    let mut name = String::new();
    for _ in 0..3 {
        let syllable = (rest % 128) as usize;
        name.push_str(NAME_ONSETS[syllable / 8]);
        name.push_str(NAME_NUCLEI[syllable % 8]);
        rest /= 128;
    }
    let kind = ORGANISATIONS[(number % ORGANISATIONS.len() as u64) as usize];
    format!("{} {kind}", capitalised(&name))
}

/// Common words are short.
fn syllables(rank: usize) -> (u64, u64) {
    match rank {
        0..300 => (1, 2),
        300..4_000 => (2, 2),
        _ => (2, 4),
    }
}

fn new_word((fewest, most): (u64, u64), random: &mut Random, taken: &mut HashSet<String>) -> String {
    loop {
        let mut word = String::new();
        for _ in 0..random.between(fewest, most) {
            word.push_str(random.pick(ONSETS));
            word.push_str(random.pick(NUCLEI));
        }
        word.push_str(random.pick(CODAS));
        if taken.insert(word.clone()) {
            return word;
        }
    }
}

fn place(word: &str, random: &mut Random) -> String {
    let name = capitalised(word);
    match random.below(4) {
        0 => format!("Port {name}"),
        1 => format!("{name}ford"),
        2 => format!("{name}haven"),
        _ => name,
    }
}

pub fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

const ONSETS: &[&str] = &[
    "b", "br", "d", "dr", "f", "fl", "g", "gr", "h", "k", "kl", "l", "m", "n", "p", "pr", "r", "s", "st",
    "t", "tr", "v", "w", "z",
];
const NUCLEI: &[&str] = &["a", "e", "i", "o", "u", "ai", "ea", "ou"];
const CODAS: &[&str] =
    &["n", "r", "l", "t", "k", "m", "d", "p", "nd", "rt", "lk", "st", "mp", "rn", "ft", "nt"];
const NAME_ONSETS: &[&str] =
    &["b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z"];
const NAME_NUCLEI: &[&str] = &["a", "e", "i", "o", "u", "ai", "ea", "ou"];

/// English words that the syllables could make, and that mean something to a reader of questions.
const RESERVED: &[&str] = &[
    "bad", "bear", "beat", "best", "bet", "bread", "dead", "dear", "din", "dream", "far", "fear", "feast",
    "fit", "flat", "four", "fun", "get", "gold", "great", "had", "hand", "hat", "heat", "her", "him", "hot",
    "hour", "hut", "lead", "least", "left", "lend", "let", "lost", "mad", "man", "men", "met", "most", "not",
    "our", "past", "pair", "per", "pound", "put", "ran", "rest", "run", "said", "sat", "sell", "send",
    "sent", "set", "sit", "sold", "sound", "start", "told", "treat", "van", "want", "was", "went", "will",
    "won", "wound",
];

const FIRST_NAMES: &[&str] = &[
    "Ada", "Alan", "Alice", "Anna", "Ben", "Carl", "Clara", "Daniel", "Diana", "Edith", "Emma", "Erik",
    "Felix", "Frank", "George", "Grace", "Hannah", "Helen", "Henry", "Ida", "Ingrid", "Jack", "Jane", "John",
    "Julia", "Karl", "Laura", "Leo", "Louise", "Maria", "Martin", "Mary", "Nora", "Oscar", "Paul", "Peter",
    "Rosa", "Ruth", "Samuel", "Sarah", "Simon", "Sofia", "Thomas", "Victor",
];

const ORGANISATIONS: &[&str] = &[
    "Harbour Trust",
    "Water Board",
    "Railway",
    "Library",
    "Foundry",
    "Museum",
    "Observatory",
    "Shipyard",
    "College",
    "Hospital",
    "Orchestra",
    "Brewery",
    "Theatre",
    "Institute",
    "Academy",
    "Society",
    "Lifeboat Station",
    "Power Station",
    "Research Centre",
    "Mountain Club",
    "Printing House",
    "Savings Bank",
    "Botanical Garden",
];
