//! Questions that are none: by mistake, by accident, or to see what happens.

use super::random::Random;
use super::vocabulary::Vocabulary;
use super::{BAD_QUESTIONS, VOCABULARY};

/// passim reads no more characters than this: just below it is the most work that a question can make.
const LONGEST: usize = 2_000;

/// Bad questions without an end, each kind in turn. Those that look like real ones are made of the words of the
/// documents that [`super::generate`] makes of the same seed.
pub fn bad_questions(seed: u64) -> impl Iterator<Item = String> {
    let vocabulary = Vocabulary::new(&mut Random::stream(seed, VOCABULARY));
    let mut random = Random::stream(seed, BAD_QUESTIONS);
    KINDS.iter().cycle().map(move |kind| kind(&mut random, &vocabulary))
}

/// One of any kind.
pub(super) fn bad_question(random: &mut Random, vocabulary: &Vocabulary) -> String {
    KINDS[random.below(KINDS.len() as u64) as usize](random, vocabulary)
}

const KINDS: &[fn(&mut Random, &Vocabulary) -> String] = &[
    |random, _| repeated(random, 0, 20, &[" ", "\t", "\n", "\u{a0}", "\u{200b}", ""]),
    |random, vocabulary| characters(6_000, || format!("{} ", vocabulary.noun(random))),
    |random, _| characters(6_000, || random.pick(&["x", "a", "0", "é"]).to_owned()),
    |random, vocabulary| characters(LONGEST - 1, || format!("{} ", vocabulary.noun(random))),
    |random, vocabulary| {
        characters(LONGEST - 1, || format!("{} ", misspelt(vocabulary.noun(random), random)))
    },
    |random, vocabulary| misspelt(&words(random, vocabulary), random),
    |random, _| repeated(random, 1, 60, STOP_WORDS),
    |random, _| repeated(random, 300, 400, STOP_WORDS),
    |random, _| repeated(random, 200, 300, &["how ", "many ", "who ", "when ", "where ", "what ", "why "]),
    |random, _| repeated(random, 1, 40, &["🎉", "🙏🏽", "👩‍👩‍👧‍👦", "🇺🇦", "❤️", "\u{fe0f}", "™️"]),
    |random, vocabulary| sprinkled(&words(random, vocabulary), CONTROLS, random),
    |random, _| repeated(random, 1, 200, CONTROLS),
    |random, _| letters(random, SCRIPTS),
    |random, _| repeated(random, 1, 900, &["(", ")", "[", "]", "{", "}", "<", ">", "«", "»"]),
    |random, _| random.pick(&["(", "[", "{", "\"", "'", "((("]).repeat(random.between(1, 5_000) as usize),
    |random, _| repeated(random, 1, 60, OPERATORS),
    |random, vocabulary| sprinkled(&words(random, vocabulary), OPERATORS, random),
    |random, vocabulary| {
        format!("'; DROP TABLE {}; -- {}", vocabulary.noun(random), random.between(0, u64::MAX - 1))
    },
    |random, vocabulary| format!("\" OR 1=1 UNION SELECT * FROM {} WHERE ''='", vocabulary.noun(random)),
    |random, vocabulary| {
        characters(random.between(100, 1_999) as usize, || vocabulary.noun(random).to_owned())
    },
    |random, _| tower(random),
    |random, _| letters(random, &[(' ', '\u{d7ff}'), ('\u{e000}', '\u{10ffff}')]),
    |random, vocabulary| {
        format!("title:{} AND NOT \"{}\"~3^2", vocabulary.noun(random), words(random, vocabulary))
    },
    |random, vocabulary| {
        format!(
            "+{} -{} /{}.*/ [a TO {{z",
            vocabulary.noun(random),
            vocabulary.verb(random),
            vocabulary.noun(random)
        )
    },
    |random, _| {
        repeated(
            random,
            1,
            250,
            &["1,000,000 ", "3.5 % ", "31 February 0000 ", "€-0 ", "99999999999999999999 "],
        )
    },
    |random, vocabulary| format!("{} ", vocabulary.noun(random)).repeat(random.between(2, 200) as usize),
    |random, vocabulary| format!("\u{202e}{}\u{2066}?", words(random, vocabulary)),
    |random, vocabulary| {
        words(random, vocabulary).replace(' ', random.pick(&["/", "\\", "..", "%00", "\r\n", "'s ", "n't "]))
    },
];

const STOP_WORDS: &[&str] = &[
    "the ", "of ", "and ", "a ", "in ", "to ", "is ", "was ", "it ", "for ", "with ", "as ", "not ", "that ",
];

const CONTROLS: &[&str] = &[
    "\0",
    "\u{1}",
    "\u{7}",
    "\u{8}",
    "\u{1b}[2J",
    "\u{7f}",
    "\u{85}",
    "\u{200b}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "\r",
    "\u{fffd}",
];

const OPERATORS: &[&str] =
    &[" AND ", " OR ", " NOT ", "&&", "||", "!", "^", "~2", ":", "*", "?", "\\", "+", "-", "\"", " TO "];

const SCRIPTS: &[(char, char)] = &[
    ('а', 'я'),
    ('α', 'ω'),
    ('א', 'ת'),
    ('ا', 'ي'),
    ('अ', 'ह'),
    ('ก', 'ฮ'),
    ('あ', 'ん'),
    ('ア', 'ン'),
    ('一', '龥'),
    ('가', '힣'),
    ('𐍈', '𐍊'),
    ('𝐀', '𝐳'),
    (' ', ' '),
];

/// A few words of the documents.
fn words(random: &mut Random, vocabulary: &Vocabulary) -> String {
    let words: Vec<&str> = (0..random.between(3, 12)).map(|_| vocabulary.noun(random)).collect();
    format!("how many {} the {}?", words[0], words[1..].join(" "))
}

/// Each word with one letter changed.
pub(super) fn misspelt(text: &str, random: &mut Random) -> String {
    let changed = |word: &str, random: &mut Random| {
        let mut letters: Vec<char> = word.chars().collect();
        let place = random.below(letters.len().max(1) as u64) as usize;
        if let Some(letter) = letters.get_mut(place) {
            *letter = char::from(b'a' + random.below(26) as u8);
        }
        letters.into_iter().collect::<String>()
    };
    text.split(' ').map(|word| changed(word, random)).collect::<Vec<String>>().join(" ")
}

fn repeated(random: &mut Random, fewest: u64, most: u64, parts: &[&str]) -> String {
    (0..random.between(fewest, most)).map(|_| random.pick(parts)).collect()
}

/// Exactly so many characters.
fn characters(count: usize, mut part: impl FnMut() -> String) -> String {
    let mut text = String::new();
    while text.chars().count() < count {
        text.push_str(&part());
    }
    text.chars().take(count).collect()
}

fn sprinkled(text: &str, with: &[&str], random: &mut Random) -> String {
    let mut sprinkled = String::new();
    for letter in text.chars() {
        sprinkled.push(letter);
        if random.one_in(6) {
            sprinkled.push_str(random.pick(with));
        }
    }
    sprinkled
}

/// Letters from first to last of some ranges, mixed.
fn letters(random: &mut Random, ranges: &[(char, char)]) -> String {
    let mut letter = || {
        let (first, last) = ranges[random.below(ranges.len() as u64) as usize];
        let letter = random.between(first.into(), last.into());
        char::from_u32(letter as u32).unwrap_or(' ')
    };
    let count = 1 + letter() as usize % 400;
    (0..count).map(|_| letter()).collect()
}

/// Letters under hundreds of accents.
fn tower(random: &mut Random) -> String {
    let marks = ["\u{301}", "\u{308}", "\u{327}", "\u{20dd}", "\u{489}"];
    let heights = (0..random.between(1, 8)).map(|_| random.between(1, 240)).collect::<Vec<u64>>();
    heights.into_iter().map(|height| format!("e{} ", repeated(random, height, height, &marks))).collect()
}
