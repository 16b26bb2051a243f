//! What stands around a quote: the whole passage that it was taken from, with its neighbours where that is short.

use super::{Answer, AnswerError, Citation, Outcome};
use crate::corpus::Span;
use crate::retrieval::{Index, IndexedPassage};

/// So much text around a quote is enough to see what it is about; bytes.
const ENOUGH: usize = 600;

/// A stretch of a source around a quote, in whole passages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The headings above the quote, outermost first.
    pub headings: Vec<String>,
    /// Passages in the order of the source.
    pub passages: Vec<Surrounding>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surrounding {
    pub text: String,
    /// The line it starts in, from 1.
    pub line: usize,
    /// The page it starts on, from 1, where the source has pages.
    pub page: Option<u32>,
    /// Where the quote, or a part of it, stands: characters of `text`.
    pub quote: Option<[usize; 2]>,
}

/// What stands around the quote in the index: at its span or, since text before it may have grown or shrunk, where
/// the same words stand nearest to it. `None` where the source does not hold them any more.
pub fn around(
    path: &str,
    span: Span,
    quote: &str,
    index: &Index,
) -> Result<Option<Surroundings>, AnswerError> {
    let passages = index.passages_of(path)?;
    let Some(span) = present_span(&passages, span, quote) else { return Ok(None) };
    let Some(place) = passages.iter().position(|indexed| text_at(indexed, span) == Some(quote)) else {
        return Ok(None);
    };
    let shown = neighbours(&passages, place);
    Ok(Some(Surroundings {
        headings: passages[place].passage.headings.clone(),
        passages: passages[shown].iter().map(|indexed| surrounding(indexed, span)).collect(),
    }))
}

/// Where the quote stands today, as near to its old place as it does.
fn present_span(passages: &[IndexedPassage], old: Span, quote: &str) -> Option<Span> {
    let places = passages.iter().flat_map(|indexed| {
        let offset = indexed.passage.span.start;
        indexed.text.match_indices(quote).map(move |(place, _)| offset + place)
    });
    let start = places.min_by_key(|start| start.abs_diff(old.start))?;
    Some(Span::new(start, start + quote.len()))
}

/// The text of a passage there. The span may be of an older text: it may lead out of this one, or into the middle
/// of a character.
fn text_at(indexed: &IndexedPassage, span: Span) -> Option<&str> {
    let offset = indexed.passage.span.start;
    indexed.text.get(span.start.checked_sub(offset)?..span.end.checked_sub(offset)?)
}

/// The passage and those next to it, until there is enough; under the same headings, since what stands under
/// others is about something else.
fn neighbours(passages: &[IndexedPassage], place: usize) -> std::ops::Range<usize> {
    let is_near = |other: usize| passages[other].passage.headings == passages[place].passage.headings;
    let (mut start, mut end) = (place, place + 1);
    let mut length = passages[place].text.len();
    while length < ENOUGH {
        let before = start.checked_sub(1).filter(|before| is_near(*before));
        let after = Some(end).filter(|after| *after < passages.len() && is_near(*after));
        start = before.unwrap_or(start);
        end = after.map_or(end, |after| after + 1);
        let added = before.into_iter().chain(after).map(|added| passages[added].text.len()).sum::<usize>();
        if added == 0 {
            break;
        }
        length += added;
    }
    start..end
}

fn surrounding(indexed: &IndexedPassage, quote: Span) -> Surrounding {
    let span = indexed.passage.span;
    let characters = |byte: usize| indexed.text[..byte - span.start].chars().count();
    let quote = span.contains(quote).then(|| [characters(quote.start), characters(quote.end)]);
    Surrounding { text: indexed.text.clone(), line: indexed.line, page: indexed.page, quote }
}

impl Answer {
    /// The citation that people can look around: that of the answer, else of what comes closest.
    pub fn first_citation(&self) -> Option<&Citation> {
        match &self.outcome {
            Outcome::Found(finding) => finding.citations.first(),
            Outcome::Disputed { best, .. } => best.citations.first(),
            Outcome::Abstained { nearest } => nearest.as_ref(),
            Outcome::Ambiguous { .. }
            | Outcome::Withdrawn { .. }
            | Outcome::SmallTalk(_)
            | Outcome::Empty
            | Outcome::TooLong => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Passage, PassageKind};

    #[test]
    fn a_span_of_an_older_text_that_cuts_a_letter_or_leads_out_has_no_text() {
        let text = "über";
        let indexed = IndexedPassage {
            path: "a.md".to_owned(),
            passage: Passage {
                kind: PassageKind::Paragraph,
                headings: Vec::new(),
                span: Span::new(10, 10 + text.len()),
                context: None,
                sentences: vec![Span::new(10, 10 + text.len())],
            },
            text: text.to_owned(),
            line: 1,
            page: None,
            context_text: None,
            surrounding: Default::default(),
        };
        assert_eq!(text_at(&indexed, Span::new(12, 15)), Some("ber"));
        for (start, end) in [(11, 15), (10, 11), (9, 15), (0, 3), (12, 16), (16, 20)] {
            assert_eq!(text_at(&indexed, Span::new(start, end)), None, "{start}..{end}");
        }
    }
}
