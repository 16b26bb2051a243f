//! Lists: an item alone, a lead-in with its items, or the steps of a procedure from the first.
//!
//! Items are told whole or not at all, as many as fit in a line, in their order.

use std::ops::Range;

use super::headline::{LONGEST_LINE, plain};
use super::question::{Asked, Question};
use crate::corpus::{PassageKind, Span};
use crate::retrieval::IndexedPassage;

/// A passage that is a list, taken apart.
pub struct List<'p> {
    passage: &'p IndexedPassage,
    /// The sentences of the passage that lead it in.
    lead_in: Range<usize>,
    /// Those that are its items.
    items: Range<usize>,
    pub is_numbered: bool,
}

impl<'p> List<'p> {
    /// The list that a passage is; `None` where it is something else.
    pub fn of(passage: &'p IndexedPassage) -> Option<List<'p>> {
        let sentences = &passage.passage.sentences;
        let markers: Vec<Option<Marker>> = (0..sentences.len())
            .map(|place| {
                let before = place.checked_sub(1)?;
                Marker::in_gap(passage.slice(Span::new(sentences[before].end, sentences[place].start)))
            })
            .collect();
        let is_list = passage.passage.kind == PassageKind::List;
        let first_marker = markers.iter().position(Option::is_some).filter(|_| is_list)?;
        let opens_with_item = first_marker == 1
            && markers[1] != Some(Marker::Number(1))
            && !passage.slice(sentences[0]).ends_with(':');
        let lead_in = 0..if opens_with_item { 0 } else { first_marker };
        let is_numbered = matches!(markers[first_marker], Some(Marker::Number(_)));
        Some(List { passage, items: lead_in.end..sentences.len(), lead_in, is_numbered })
    }

    pub fn is_item(&self, sentence: usize) -> bool {
        self.items.contains(&sentence)
    }

    /// The text that leads it in.
    pub fn lead_in(&self) -> Option<&'p str> {
        let (first, last) = (self.lead_in.start, self.lead_in.end.checked_sub(1)?);
        let sentences = &self.passage.passage.sentences;
        Some(self.passage.slice(Span::new(sentences[first].start, sentences[last].end)))
    }

    /// The items from the first on, with the lead-in where that leaves room for the item `wanted`. `None` where it
    /// stands too far down.
    pub fn told_with(&self, wanted: usize) -> Option<(String, Span)> {
        let starts = [self.lead_in.end.saturating_sub(1).min(self.items.start), self.items.start];
        for start in starts {
            let (text, told) = self.told_from(start);
            if told.contains(&wanted) {
                return Some((text, self.span(&told)));
            }
        }
        None
    }

    /// As many sentences from `start` on as fit, at least one item.
    fn told_from(&self, start: usize) -> (String, Range<usize>) {
        let sentences = &self.passage.passage.sentences;
        let mut text = String::new();
        let mut end = start;
        for (place, sentence) in sentences.iter().enumerate().skip(start) {
            let told = plain(self.passage.slice(*sentence));
            let words = text.split_whitespace().count() + told.split_whitespace().count();
            let has_item = end > self.items.start.max(start);
            if has_item && words > LONGEST_LINE {
                break;
            }
            text.push_str(match () {
                () if place == start => "",
                () if self.is_item(place - 1) => "; ",
                () => " ",
            });
            text.push_str(told.trim_end_matches(['.', ';', ',']));
            end = place + 1;
        }
        (text, start..end)
    }

    fn span(&self, told: &Range<usize>) -> Span {
        let sentences = &self.passage.passage.sentences;
        Span::new(sentences[told.start].start, sentences[told.end - 1].end)
    }
}

/// A lead-in says nothing alone: what follows it, in its list or its code, is told along.
pub fn lead_in_with_items(passage: &IndexedPassage, place: usize) -> Option<(String, Span)> {
    let sentences = &passage.passage.sentences;
    if place + 1 == sentences.len() {
        return None;
    }
    let mut text = plain(passage.slice(sentences[place]));
    let mut end = sentences[place].end;
    for (number, item) in sentences[place + 1..].iter().enumerate() {
        let told = plain(passage.slice(*item));
        let words = text.split_whitespace().count() + told.split_whitespace().count();
        if number > 0 && words > LONGEST_LINE {
            break;
        }
        text.push_str(if number == 0 { " " } else { "; " });
        text.push_str(told.trim_end_matches(['.', ';', ',']));
        end = item.end;
    }
    Some((text, Span::new(sentences[place].start, end)))
}

/// What stands before an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marker {
    Sign,
    Number(usize),
}

impl Marker {
    /// The marker at the end of what stands between two sentences.
    fn in_gap(gap: &str) -> Option<Marker> {
        let last = gap.split_whitespace().next_back()?;
        if matches!(last, "-" | "*" | "•" | "–" | "+") {
            return Some(Marker::Sign);
        }
        last.strip_suffix(['.', ')'])?.parse().ok().map(Marker::Number)
    }
}

/// Whether a question wants what is listed together rather than one item of it: how something is done, or which
/// things there are.
pub fn asks_for_several(question: &Question, is_numbered: bool) -> bool {
    let words = crate::words::words(&question.text);
    let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.folded.as_str()));
    match question.asked {
        Asked::Manner => true,
        Asked::Open | Asked::Definition if is_numbered => {
            has(&["do", "does", "step", "steps", "procedure", "process", "first", "when", "if", "how"])
        }
        Asked::Open | Asked::Definition => {
            has(&["all", "everything", "list", "things", "are", "items", "do", "should", "need"])
                || words.windows(2).any(|two| {
                    matches!(two[0].folded.as_str(), "which" | "what") && two[1].folded.ends_with('s')
                })
        }
        _ => false,
    }
}
