//! Sentences of two sources that are word for word the same but for one thing: two versions of one statement, as in
//! a notice that was copied and changed. What they differ in is where the sources disagree, whatever was asked.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::canonical::{Canonical, Comparison};
use super::clauses::span_of;
use super::headline::plain;
use super::lexicon::{is_auxiliary, is_guard_word, is_reporting_verb};
use super::sentences::Sentence;
use super::values::is_year;
use crate::words::{Word, is_function_word};

/// Two sentences are versions of one statement if they share so many of their words: 0 to 1 (Dice).
const SHARED: f64 = 0.75;
/// The same where all other words are the same ones.
const SHARED_EXACTLY: f64 = 0.55;
/// Fewer words say too little to be recognised by.
const FEWEST_WORDS: usize = 5;
/// What stands in place of something else has at most so many words.
const MOST_INSTEAD: usize = 6;

/// The words of the one sentence and the words of the other that stand in their place, where they are two versions
/// of one statement that differ in just that.
pub fn difference(ours: &Sentence<'_>, theirs: &Sentence<'_>) -> Option<(Range<usize>, Range<usize>)> {
    let (our_words, their_words) = (folded(ours), folded(theirs));
    if our_words.len() < FEWEST_WORDS {
        return None;
    }
    let steps = capture_diff_slices(Algorithm::Myers, &our_words, &their_words);
    let length = |step: &DiffOp| if let DiffOp::Equal { len, .. } = step { *len } else { 0 };
    let shared: usize = steps.iter().map(length).sum();
    let replaced = |step: &DiffOp| match step {
        DiffOp::Replace { .. } => Some((step.old_range(), step.new_range())),
        _ => None,
    };
    let is_exact = steps.iter().filter(|step| length(step) == 0).count() == 1;
    let least = if is_exact { SHARED_EXACTLY } else { SHARED };
    let dice = 2.0 * shared as f64 / ((our_words.len() + their_words.len()) as f64);
    let is_turned = |step: &DiffOp| {
        length(step) == 0
            && (our_words[step.old_range()].iter().chain(&their_words[step.new_range()]))
                .any(|word| is_guard_word(word))
    };
    if dice < least || steps.iter().any(is_turned) {
        return None;
    }
    let is_other_thing = |(our, their): &(Range<usize>, Range<usize>)| {
        says_something(&our_words[our.clone()])
            && says_something(&their_words[their.clone()])
            && our.clone().all(|place| ours.found[place].is_none())
            && their.clone().all(|place| theirs.found[place].is_none())
            && ours.words[..our.start].iter().any(says_what_happens)
            && !(is_year_alone(ours, our) && is_year_alone(theirs, their))
            && differ(&form(ours, our), &form(theirs, their))
    };
    // Other spellings and other small words are no difference.
    let mut differences = steps.iter().filter_map(replaced).filter(is_other_thing);
    let difference = differences.next()?;
    differences.next().is_none().then_some(difference)
}

/// What stands before the verb tells two things apart: "Room 4 is closed", "Room 5 is closed".
fn says_what_happens(word: &Word) -> bool {
    is_auxiliary(&word.folded) || is_reporting_verb(&word.folded) || word.folded.ends_with("ed")
}

fn folded<'s>(sentence: &'s Sentence<'_>) -> Vec<&'s str> {
    sentence.words.iter().map(|word| word.folded.as_str()).collect()
}

fn says_something(words: &[&str]) -> bool {
    words.len() <= MOST_INSTEAD && words.iter().any(|word| !is_function_word(word))
}

/// In one place of one statement, three months and six weeks differ too.
fn differ(ours: &Canonical, theirs: &Canonical) -> bool {
    let are_numbers = matches!((ours, theirs), (Canonical::Numbers { .. }, Canonical::Numbers { .. }));
    match ours.compare(theirs) {
        Comparison::Same => false,
        Comparison::Different => true,
        Comparison::Incomparable => are_numbers,
    }
}

/// Something of one year, and something of another.
fn is_year_alone(sentence: &Sentence<'_>, words: &Range<usize>) -> bool {
    words.len() == 1 && is_year(&sentence.words[words.start])
}

fn form(sentence: &Sentence<'_>, words: &Range<usize>) -> Canonical {
    Canonical::of(&plain(&sentence.text[span_of(words, &sentence.words).range()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::samples::sentences_for;

    #[track_caller]
    fn check(question: &str, ours: &str, theirs: &str, expected: Option<(&str, &str)>) {
        let told = sentences_for(question, &[ours, theirs], |_, sentences| {
            let (our, their) = difference(&sentences[0], &sentences[1])?;
            let of = |sentence: &Sentence<'_>, words: &Range<usize>| {
                sentence.text[span_of(words, &sentence.words).range()].to_owned()
            };
            Some((of(&sentences[0], &our), of(&sentences[1], &their)))
        });
        let told = told.as_ref().map(|(our, their)| (our.as_str(), their.as_str()));
        assert_eq!(told, expected, "{question}");
    }

    #[test]
    fn what_two_versions_of_a_statement_differ_in_is_found() {
        let question = "What does the harbour office do with lost keys?";
        check(
            question,
            "Lost keys are kept by the harbour office for thirty days and then sold.",
            "Lost keys are kept by the harbour office for thirty days and then melted.",
            Some(("sold", "melted")),
        );
        check(
            "What is Dora Vell's trade?",
            "Dora Vell is a Latvian bell founder known for her small bells.",
            "Dora Vell is a Latvian pastry cook known for her small bells.",
            Some(("bell founder", "pastry cook")),
        );
        let question = "What is the notice?";
        let (ours, theirs) = ("The notice is three months.", "The notice is six weeks.");
        check(question, ours, theirs, Some(("three months", "six weeks")));
    }

    #[test]
    fn another_subject_another_spelling_or_another_statement_is_no_version() {
        // What was asked for differs: another thing.
        check("Who runs Elm Hall?", "Elm Hall is run by the town.", "Oak Hall is run by the town.", None);
        let question = "When was the mill built?";
        check(
            question,
            "The mill was built by monks in 1410.",
            "The mill was built by monks in 1410, too.",
            None,
        );
        check(
            question,
            "The mill has fifteen sails and one door.",
            "The mill has 15 sails and one door.",
            None,
        );
        check(
            "What is closed?",
            "Room 4 is closed at night and on Sundays.",
            "Room 5 is closed at night and on Sundays.",
            None,
        );
        check(question, "The mill was built by monks.", "Nobody knows who made the doors of it.", None);
    }
}
