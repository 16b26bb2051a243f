//! What the neural reader is given to read: stretches of the passages that the best sentences stand in, laid side by
//! side up to the length that it was trained on.

use std::ops::Range;

use super::sentences::Candidate;
use crate::corpus::{PassageKind, Span};
use crate::retrieval::Hit;

/// A window is filled up to so many word pieces; a longer sentence is a window of its own.
const LENGTH: usize = 112;
/// So many of the best sentences may get into a window.
const LOOKED_AT: usize = 24;
/// Between two stretches.
const BREAK: &str = "\n";

/// A text to read, and where it stands in the documents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Window {
    pub text: String,
    pub stretches: Vec<Stretch>,
}

/// A part of a window that stands in a document in one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The place of its passage in the hits.
    pub hit: usize,
    /// In the document.
    pub span: Span,
    /// Where it starts in the window's text; bytes.
    pub at: usize,
}

/// A window that is being filled, with what it holds in word pieces.
struct Open {
    window: Window,
    pieces: usize,
}

/// At most `most` windows over the best of `candidates`, which come best first. `pieces` counts the word pieces of a
/// text.
pub fn lay_out(
    candidates: &[Candidate<'_>],
    hits: &[Hit<'_>],
    most: usize,
    pieces: impl Fn(&str) -> usize,
) -> Vec<Window> {
    let mut windows: Vec<Open> = Vec::new();
    for candidate in candidates.iter().take(LOOKED_AT) {
        let is_there = |open: &Open| open.window.holds(candidate.hit, candidate.span);
        if windows.iter().any(is_there) {
            continue;
        }
        let around = Around::of(candidate, &hits[candidate.hit], &pieces);
        let has_room = |open: &Open| open.pieces + around.least() <= LENGTH;
        let is_full = windows.len() == most;
        if let Some(open) = windows.iter_mut().find(|open| has_room(open)) {
            around.put_into(open);
        } else if !is_full {
            let mut open = Open { window: Window::default(), pieces: 0 };
            around.put_into(&mut open);
            windows.push(open);
        }
    }
    windows.into_iter().map(|open| open.window).collect()
}

impl Window {
    fn holds(&self, hit: usize, span: Span) -> bool {
        self.stretches.iter().any(|stretch| stretch.hit == hit && stretch.span.contains(span))
    }

    /// Where in the documents a piece of the window's text stands; `None` between stretches and in what only
    /// explains them.
    pub fn place(&self, span: Span) -> Option<(usize, Span)> {
        let in_text = |stretch: &Stretch| Span::new(stretch.at, stretch.at + stretch.span.len());
        let stretch = self.stretches.iter().find(|stretch| in_text(stretch).contains(span))?;
        let in_document = |byte: usize| byte - stretch.at + stretch.span.start;
        Some((stretch.hit, Span::new(in_document(span.start), in_document(span.end))))
    }
}

/// A sentence with what stands around it in its passage.
struct Around<'a> {
    hit: usize,
    passage: &'a Hit<'a>,
    /// The place of the sentence in the passage.
    place: usize,
    /// The word pieces of each sentence of the passage, and of what stands over it.
    pieces: Vec<usize>,
    above: usize,
}

impl<'a> Around<'a> {
    fn of(candidate: &Candidate<'_>, hit: &'a Hit<'a>, pieces: &impl Fn(&str) -> usize) -> Around<'a> {
        let sentences = &hit.passage.passage.sentences;
        let place = sentences.iter().position(|span| *span == candidate.span).unwrap_or(0);
        let counted = sentences.iter().map(|span| pieces(hit.passage.slice(*span))).collect();
        let above = header(hit).map_or(0, pieces);
        Around { hit: candidate.hit, passage: hit, place, pieces: counted, above }
    }

    /// The word pieces that it needs without anything around it.
    fn least(&self) -> usize {
        self.above + self.pieces[self.place]
    }

    /// As many sentences around it as fit: those after and before it in turn.
    fn fitting(&self, room: usize) -> Range<usize> {
        let (mut range, mut used) = (self.place..self.place + 1, self.least());
        let fits = |place: usize, used: usize| used + self.pieces[place] <= room;
        loop {
            let after = (range.end < self.pieces.len() && fits(range.end, used)).then_some(range.end);
            if let Some(place) = after {
                used += self.pieces[place];
                range.end += 1;
            }
            let before = range.start.checked_sub(1).filter(|place| fits(*place, used));
            if let Some(place) = before {
                used += self.pieces[place];
                range.start -= 1;
            }
            if after.is_none() && before.is_none() {
                return range;
            }
        }
    }

    fn put_into(&self, open: &mut Open) {
        let range = self.fitting(LENGTH.saturating_sub(open.pieces));
        let passage = &self.passage.passage;
        let sentences = &passage.passage.sentences;
        let span = Span::new(sentences[range.start].start, sentences[range.end - 1].end);
        let text = &mut open.window.text;
        if !text.is_empty() {
            text.push_str(BREAK);
        }
        if let Some(header) = header(self.passage) {
            text.push_str(header);
            text.push_str(BREAK);
        }
        open.window.stretches.push(Stretch { hit: self.hit, span, at: text.len() });
        text.push_str(passage.slice(span));
        open.pieces += self.above + self.pieces[range].iter().sum::<usize>();
    }
}

/// The header of a table row: its cells say nothing without.
fn header<'a>(hit: &'a Hit<'_>) -> Option<&'a str> {
    let is_row = hit.passage.passage.kind == PassageKind::TableRow;
    hit.passage.context_text.as_ref().filter(|_| is_row).map(|(text, _)| text.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    /// The windows over what is found, a word being a piece.
    fn laid_out(documents: &[&str], question: &str, most: usize) -> Vec<Window> {
        samples::over(documents, |engine| {
            let reading = engine.read(question, &[], 8).unwrap();
            let chosen = engine.choose(&reading);
            lay_out(&chosen.candidates, &reading.hits, most, |text| text.split_whitespace().count())
        })
    }

    fn long(subject: &str, sentences: usize) -> String {
        let sentence =
            |number| format!("The {subject} has {number} lamps along its northern side for sailors.");
        (0..sentences).map(sentence).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn short_passages_stand_side_by_side_in_one_window() {
        let windows =
            laid_out(&["The pier opens at nine.", "The pier closes at six."], "When does the pier open?", 2);
        let [window] = windows.as_slice() else { panic!("{windows:?}") };
        assert_eq!(window.text.lines().count(), 2);
        assert_eq!(window.stretches.len(), 2);
    }

    #[test]
    fn every_stretch_is_the_text_of_its_document_at_its_span() {
        let documents = [long("pier", 30), long("quay", 3)];
        let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
        let windows = laid_out(&documents, "How many lamps has the pier?", 2);
        assert_eq!(windows.len(), 2);
        for window in &windows {
            assert!(window.text.split_whitespace().count() <= LENGTH, "{}", window.text);
            for stretch in &window.stretches {
                let text = &window.text[stretch.at..stretch.at + stretch.span.len()];
                let found = documents.iter().any(|document| document.get(stretch.span.range()) == Some(text));
                assert!(found, "{text}");
                let first = Span::new(stretch.at, stretch.at + 3);
                let place = (stretch.hit, Span::new(stretch.span.start, stretch.span.start + 3));
                assert_eq!(window.place(first), Some(place));
            }
        }
    }

    #[test]
    fn a_sentence_that_is_longer_than_a_window_is_read_alone() {
        let words = vec!["lamps"; 300].join(" and ");
        let windows = laid_out(&[&format!("The pier has {words}.")], "What has the pier?", 2);
        assert!(windows[0].text.split_whitespace().count() > LENGTH);
        assert_eq!(windows[0].stretches.len(), 1);
    }

    #[test]
    fn a_table_row_stands_under_its_header_which_is_no_place_to_point_at() {
        let table = "| Pier | Lamps |\n|---|---|\n| North | 12 |\n| South | 9 |\n";
        let windows = laid_out(&[table], "How many lamps has the North pier?", 1);
        let window = &windows[0];
        assert!(window.text.starts_with("| Pier | Lamps |"), "{}", window.text);
        assert_eq!(window.place(Span::new(2, 6)), None);
    }
}
