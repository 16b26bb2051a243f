//! What people type who want to break something, or who do not know better: conversations over hostile documents.

use super::bad_questions::{bad_question, misspelt};
use super::random::Random;
use super::vocabulary::Vocabulary;
use super::{HOSTILE_QUESTIONS, VOCABULARY};

/// Makes conversations out of real questions and of the documents' own text.
pub struct Asker<'a> {
    seed: u64,
    vocabulary: Vocabulary,
    questions: &'a [String],
    texts: &'a [&'a str],
}

impl<'a> Asker<'a> {
    /// Neither of the two may be empty.
    pub fn new(seed: u64, questions: &'a [String], texts: &'a [&'a str]) -> Asker<'a> {
        Asker { seed, vocabulary: Vocabulary::new(&mut Random::stream(seed, VOCABULARY)), questions, texts }
    }

    /// The turns of the conversation of this number, which needs nothing of those before.
    pub fn conversation(&self, number: u64) -> Vec<String> {
        let random = &mut Random::stream(self.seed ^ HOSTILE_QUESTIONS, number);
        let mut turns = vec![self.question(random)];
        while turns.len() < 4 && random.one_in(3) {
            turns.push(self.follow_up(random));
        }
        turns
    }

    fn question(&self, random: &mut Random) -> String {
        let real = &self.questions[number(random, self.questions.len())];
        match random.below(12) {
            0..3 => real.clone(),
            3 => spoilt(real, random),
            4 => misspelt(real, random),
            5 | 6 => bad_question(random, &self.vocabulary),
            7 => self.piece(random, 300),
            8 => format!("{} {}?", random.pick(ASKING), self.piece(random, 60).trim()),
            9 => format!("{} {}?", random.pick(YES_OR_NO), self.piece(random, 120).trim()),
            10 => format!("{} {}", self.piece(random, 40), random.pick(SIGNS).repeat(number(random, 40))),
            _ => spoilt(random.pick(SIGNS), random),
        }
    }

    fn follow_up(&self, random: &mut Random) -> String {
        match random.below(5) {
            0 | 1 => random.pick(FOLLOW_UPS).to_owned(),
            2 => format!("and {}?", self.piece(random, 30).trim()),
            3 => format!("{} {}", random.pick(FOLLOW_UPS), random.pick(SIGNS)),
            _ => self.question(random),
        }
    }

    /// Up to so many characters of a document, from anywhere in it.
    fn piece(&self, random: &mut Random, longest: u64) -> String {
        let text = self.texts[number(random, self.texts.len())];
        let start = text.ceil_char_boundary(number(random, text.len() + 1));
        text[start..].chars().take(random.between(1, longest) as usize).collect()
    }
}

fn number(random: &mut Random, bound: usize) -> usize {
    random.below(bound as u64) as usize
}

/// With signs between its letters.
fn spoilt(question: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = question.chars().collect();
    for _ in 0..random.between(1, 8) {
        let at = number(random, letters.len() + 1);
        letters.splice(at..at, random.pick(SIGNS).chars());
    }
    letters.into_iter().collect()
}

const ASKING: &[&str] = &[
    "What is",
    "Who is",
    "Who",
    "When did",
    "When",
    "Where is",
    "How many",
    "How much",
    "How long",
    "Why",
    "How do I",
    "Which",
    "What does",
    "Wer",
    "Wie viele",
    "Wann",
    "What are the steps of",
    "What is the difference between",
    "List",
    "Compare",
    "Quelle est",
    "¿Cuándo",
];

const YES_OR_NO: &[&str] = &[
    "Is it true that",
    "Does",
    "Is",
    "Are",
    "May I",
    "Is it A or",
    "Did not",
    "Isn't it that",
    "Stimmt es, dass",
    "Can",
    "Has nobody",
    "Is",
];

const FOLLOW_UPS: &[&str] = &[
    "and who agreed?",
    "why?",
    "and on Sundays?",
    "and in 2025?",
    "the other one?",
    "it?",
    "they",
    "what about it",
    "how many",
    "und wer?",
    "und warum?",
    "are you sure?",
    "thanks",
    "no",
    "yes",
    "?",
    "and",
    "and and and?",
    "who is he",
    "and the second?",
    "what else?",
    "and not?",
    "the same in 31 February?",
    "and {{ it }}?",
    "and @everyone?",
    "and \u{202e}?",
    "more",
    "…",
    "and how much is that of the other one's?",
];

const SIGNS: &[&str] = &[
    "@everyone",
    "<@1400000000000000001>",
    "<#1>",
    "</ask:1>",
    "```",
    "||",
    "**",
    "[a](https://evil.example)",
    "https://evil.example/",
    "<t:0:R>",
    "{{ 7*7 }}",
    "{% raw %}",
    "${jndi:ldap://x}",
    "\u{1b}[2J",
    "\u{1b}]8;;x\u{7}",
    "\u{9b}",
    "\0",
    "\u{202e}",
    "\u{200b}",
    "\u{2028}",
    "\r",
    "\n# ",
    "\n> ",
    "'; DROP TABLE askings; --",
    "$(id)",
    "../../",
    "%00",
    "\\",
    "\"",
    "'",
    "AND NOT",
    "title:",
    "^9",
    "~",
    "*:*",
    "(",
    "]",
    "=1+1",
    "🎉",
    "e\u{301}\u{301}",
    "İ",
    "ß",
    "ﬁ",
    "\u{ad}",
    "\u{feff}",
    "not",
    "no",
    "or",
    "99999999999999999999",
    "31 February",
    "€",
    "½",
    ".",
    "…",
    "¿",
    "？",
    "，",
];
