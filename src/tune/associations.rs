//! Which words of answering sentences stand for which words of questions: IBM Model 1 (Brown et al. 1993), from
//! sentences to questions, by expectation maximisation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::words::{is_function_word, stem, words};

/// A question and a sentence that answers it, by the stems of their content words.
pub(super) struct Pair {
    pub document: usize,
    pub asked: Vec<String>,
    pub answering: Vec<String>,
}

impl Pair {
    pub fn of(document: usize, question: &str, sentence: &str) -> Pair {
        Pair { document, asked: stems(question), answering: stems(sentence) }
    }
}

fn stems(text: &str) -> Vec<String> {
    let content = words(text).into_iter().filter(|word| !is_function_word(&word.folded) && !word.is_number());
    let stems: BTreeSet<String> = content.map(|word| stem(&word.folded).into_owned()).collect();
    stems.into_iter().collect()
}

const ROUNDS: usize = 6;
/// Words of fewer documents are names and rarities.
const FEWEST_DOCUMENTS: usize = 5;
/// A pair that holds in fewer documents is chance.
const FEWEST_FOR_PAIR: usize = 3;
/// Weaker associations say nothing; 0 to 1.
const WEAKEST: f64 = 0.01;
/// How much more often than by itself a word is asked beside the other: the natural logarithm of the ratio.
const LEAST_LIFT: f64 = 1.5;
/// The most answering words for one asked word.
const MOST: usize = 12;

/// Lines of the form "die: death 0.31 kill 0.13", in alphabetical order.
pub(super) fn learn(pairs: &[Pair]) -> Vec<String> {
    let numbered = Numbered::of(pairs);
    let table = numbered.translate();
    let mut documents: HashMap<(u32, u32), BTreeSet<usize>> = HashMap::new();
    let mut asked_times: HashMap<u32, f64> = HashMap::new();
    let mut all = 0.0;
    for (document, asked, answering) in &numbered.pairs {
        for asked in asked {
            *asked_times.entry(*asked).or_default() += 1.0;
            all += 1.0;
            for answering in answering.iter().filter(|answering| *answering != asked) {
                if table.get(&(*asked, *answering)).is_some_and(|strength| *strength >= WEAKEST) {
                    documents.entry((*asked, *answering)).or_default().insert(*document);
                }
            }
        }
    }
    let mut lines: BTreeMap<&str, Vec<(f64, &str)>> = BTreeMap::new();
    for (pair, in_documents) in documents {
        let strength = table[&pair];
        let lift = (strength / (asked_times[&pair.0] / all)).ln();
        if in_documents.len() >= FEWEST_FOR_PAIR && lift >= LEAST_LIFT {
            let (asked, answering) = (numbered.stem(pair.0), numbered.stem(pair.1));
            lines.entry(asked).or_default().push((strength, answering));
        }
    }
    let line = |(asked, mut answers): (&str, Vec<(f64, &str)>)| {
        answers.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        answers.truncate(MOST);
        let answers: Vec<String> =
            answers.iter().map(|(strength, stem)| format!("{stem} {strength:.2}")).collect();
        format!("{asked}: {}", answers.join(" "))
    };
    lines.into_iter().map(line).collect()
}

/// The pairs with numbers for stems; 0 is the empty word, which any word may come from.
struct Numbered<'p> {
    stems: Vec<&'p str>,
    pairs: Vec<(usize, Vec<u32>, Vec<u32>)>,
}

impl<'p> Numbered<'p> {
    fn of(pairs: &'p [Pair]) -> Numbered<'p> {
        let asked = frequent(pairs, |pair| &pair.asked);
        let answering = frequent(pairs, |pair| &pair.answering);
        let stems: BTreeSet<&str> = asked.iter().chain(&answering).copied().collect();
        let stems: Vec<&str> = [""].into_iter().chain(stems).collect();
        let number: HashMap<&str, u32> =
            stems.iter().enumerate().map(|(n, stem)| (*stem, n as u32)).collect();
        let numbers = |words: &'p [String], known: &BTreeSet<&str>| -> Vec<u32> {
            words
                .iter()
                .filter(|word| known.contains(word.as_str()))
                .map(|word| number[word.as_str()])
                .collect()
        };
        let pairs = pairs
            .iter()
            .map(|pair| (pair.document, numbers(&pair.asked, &asked), numbers(&pair.answering, &answering)))
            .collect();
        Numbered { stems, pairs }
    }

    fn stem(&self, number: u32) -> &'p str {
        self.stems[number as usize]
    }

    /// How likely each stem of a question comes from each stem of a sentence.
    fn translate(&self) -> HashMap<(u32, u32), f64> {
        let mut table: HashMap<(u32, u32), f64> = HashMap::new();
        for round in 0..ROUNDS {
            let mut counts: HashMap<(u32, u32), f64> = HashMap::new();
            let mut totals: HashMap<u32, f64> = HashMap::new();
            for (_, asked, answering) in &self.pairs {
                for asked in asked {
                    let from = || answering.iter().chain(&[0]);
                    let share = |answering: &u32| match round {
                        0 => 1.0,
                        _ => table.get(&(*asked, *answering)).copied().unwrap_or(0.0),
                    };
                    let all: f64 = from().map(share).sum();
                    for answering in from() {
                        let part = share(answering) / all.max(f64::MIN_POSITIVE);
                        if part > 1e-5 {
                            *counts.entry((*asked, *answering)).or_default() += part;
                            *totals.entry(*answering).or_default() += part;
                        }
                    }
                }
            }
            table = counts.into_iter().map(|(pair, count)| (pair, count / totals[&pair.1])).collect();
        }
        table
    }
}

/// The stems that stand in the pairs of enough documents.
fn frequent(pairs: &[Pair], side: impl Fn(&Pair) -> &Vec<String>) -> BTreeSet<&str> {
    let mut documents: HashMap<&str, BTreeSet<usize>> = HashMap::new();
    for pair in pairs {
        for stem in side(pair) {
            documents.entry(stem).or_default().insert(pair.document);
        }
    }
    let frequent = documents.into_iter().filter(|(_, documents)| documents.len() >= FEWEST_DOCUMENTS);
    frequent.map(|(stem, _)| stem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_always_answer_for_another_are_found() {
        let sayings = [
            ("When did {} die?", "The death of {} was sudden."),
            ("How did the reign of {} begin?", "The start of the reign of {} was calm."),
            ("What did the palace of {} cost?", "The palace of {} had a price of gold."),
            ("Where did {} marry?", "The wedding of {} was at sea."),
            ("Who taught {} to sing?", "The choir gave {} lessons in song."),
        ];
        let names = ["Ada", "Bob", "Eve", "Kim", "Lou", "Max", "Ned", "Pia", "Ray", "Sue", "Tom", "Una"];
        let pairs: Vec<Pair> = names
            .iter()
            .enumerate()
            .flat_map(|(document, name)| {
                sayings.map(|(asked, said)| {
                    Pair::of(document, &asked.replace("{}", name), &said.replace("{}", name))
                })
            })
            .collect();
        let lines = learn(&pairs);
        let of = |asked: &str| lines.iter().find(|line| line.starts_with(asked)).map(String::as_str);
        assert!(of("die: ").is_some_and(|line| line.contains("death ")), "{lines:?}");
        assert!(of("marri: ").is_some_and(|line| line.contains("wed ")), "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains("ada")), "{lines:?}");
    }
}
