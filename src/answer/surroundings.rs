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
    /// Where the quote, or a part of it, stands: characters of `text`.
    pub quote: Option<[usize; 2]>,
}

/// What stands around the quote in the index; `None` where the source does not hold it there any more.
pub fn around(citation: &Citation, index: &Index) -> Result<Option<Surroundings>, AnswerError> {
    let passages = index.passages_of(&citation.path)?;
    let quote = Span::new(citation.byte_start, citation.byte_end);
    let Some(place) = passages.iter().position(|indexed| indexed.passage.span.contains(quote)) else {
        return Ok(None);
    };
    let home = &passages[place];
    if home.slice(quote) != citation.quote {
        return Ok(None);
    }
    let shown = neighbours(&passages, place);
    Ok(Some(Surroundings {
        headings: home.passage.headings.clone(),
        passages: passages[shown].iter().map(|indexed| surrounding(indexed, quote)).collect(),
    }))
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
    Surrounding { text: indexed.text.clone(), line: indexed.line, quote }
}

impl Answer {
    /// The citation that people can look around: that of the answer, else of what comes closest.
    pub fn first_citation(&self) -> Option<&Citation> {
        match &self.outcome {
            Outcome::Found(finding) => finding.citations.first(),
            Outcome::Abstained { nearest } => nearest.as_ref(),
            Outcome::SmallTalk(_) | Outcome::Empty | Outcome::TooLong => None,
        }
    }
}
