//! Lines of key and value that stand together as one sentence: the one that is asked for is told alone.

use super::sentences::Sentence;
use crate::corpus::Span;
use crate::corpus::lines::lines;
use crate::corpus::sentences::trimmed;

/// Fewer lines are told together.
const FEWEST: usize = 3;
/// Longer keys are the start of a sentence. Characters.
const LONGEST_KEY: usize = 40;

/// The bytes of the line with most of the question's words, with the lines that continue it; the first of equals.
/// `None` where the sentence is no run of keys and values.
pub fn entry(sentence: &Sentence<'_>) -> Option<Span> {
    let found: Vec<Span> = lines(sentence.text).filter_map(|line| trimmed(sentence.text, line)).collect();
    let has_key = |line: &Span| has_key(&sentence.text[line.range()]);
    let keyed = found.iter().filter(|line| has_key(line)).count();
    if found.len() < FEWEST || keyed * 3 < found.len() * 2 {
        return None;
    }
    let mut entries: Vec<Span> = Vec::new();
    for line in found {
        match entries.last_mut() {
            Some(entry) if !has_key(&line) && has_key(entry) => entry.end = line.end,
            _ => entries.push(line),
        }
    }
    // What stands over them is about all of them.
    let (titles, entries): (Vec<Span>, Vec<Span>) = entries.into_iter().partition(|entry| !has_key(entry));
    let mut over = vec![0.0_f64; sentence.terms.len()];
    for title in titles {
        over.iter_mut().zip(presence(sentence, title)).for_each(|(all, here)| *all = all.max(here));
    }
    let mut best: Option<(Span, f64)> = None;
    for entry in entries {
        let new = presence(sentence, entry).into_iter().zip(&over).map(|(here, over)| (here - over).max(0.0));
        let weight: f64 = sentence.terms.iter().zip(new).map(|(term, new)| term.weight * new).sum();
        if weight > best.map_or(0.0, |(_, most)| most) {
            best = Some((entry, weight));
        }
    }
    best.map(|(entry, _)| entry)
}

/// "Fire warden: Ada Lund", "Sun      : comfort".
fn has_key(line: &str) -> bool {
    let Some((key, value)) = line.split_once(':') else { return false };
    key.starts_with(char::is_alphabetic)
        && key.chars().count() <= LONGEST_KEY
        && value.starts_with(char::is_whitespace)
        && !value.trim().is_empty()
}

/// For each term, how surely it stands in the bytes.
fn presence(sentence: &Sentence<'_>, bytes: Span) -> Vec<f64> {
    let mut presence = vec![0.0_f64; sentence.terms.len()];
    for (word, found) in sentence.words.iter().zip(&sentence.found) {
        if let Some((term, quality)) = found
            && bytes.contains(word.span)
        {
            presence[*term] = presence[*term].max(*quality);
        }
    }
    presence
}

#[cfg(test)]
mod tests {
    use super::super::samples::sentences_for;
    use super::*;

    const BLOCK: &str = "HARBOUR\nPilot: Ada Lund, ext. 12\nFire warden quay: Bo Rask\nFire warden shed: Cy Toll\n  weekdays only\nLamp     : green";

    #[track_caller]
    fn check(question: &str, text: &str, told: Option<&str>) {
        let found = sentences_for(question, &[text], |_, sentences| entry(&sentences[0]));
        assert_eq!(found.map(|span| &text[span.range()]), told, "{question}");
    }

    #[test]
    fn the_line_whose_key_or_value_is_asked_for_is_told_alone() {
        check("Who is the pilot?", BLOCK, Some("Pilot: Ada Lund, ext. 12"));
        check("Who is Bo Rask?", BLOCK, Some("Fire warden quay: Bo Rask"));
        check("What colour is the lamp?", BLOCK, Some("Lamp     : green"));
    }

    #[test]
    fn a_line_that_goes_on_is_told_whole() {
        check(
            "Who is the fire warden of the shed?",
            BLOCK,
            Some("Fire warden shed: Cy Toll\n  weekdays only"),
        );
    }

    #[test]
    fn prose_is_no_run_of_keys() {
        check("Who is the pilot?", "The pilot is new.\nHer name: Ada.\nShe sails well,\nand far.", None);
        check("Who is the cook?", BLOCK, None);
    }
}
