//! What the neural reader says of the sentences that it has read: where in them the answer starts and ends, and how
//! likely it is that it does not stand in the window at all.

use std::ops::Range;

use super::features::{asked_place, features};
use super::question::Question;
use super::sentences::{Candidate, Sentence};
use super::windows::Window;
use crate::corpus::Span;
use crate::neural::Marks;

/// Log-probability of what the reader was not shown.
const UNREAD: f64 = -20.0;
/// Longer runs of words are not looked at.
const LONGEST: usize = 24;
/// The place of a sentence counts up to here.
const LAST_PLACE: f64 = 30.0;

/// What the reader made of all windows of a question.
#[derive(Debug, Clone, Default)]
pub struct Marked {
    windows: Vec<MarkedWindow>,
}

/// Its word pieces in their order, with log-probabilities among all of the window (softmax).
#[derive(Debug, Clone)]
struct MarkedWindow {
    /// That the answer is not here: of its start and its end together.
    none: f64,
    pieces: Vec<MarkedPiece>,
}

#[derive(Debug, Clone, Copy)]
struct MarkedPiece {
    hit: usize,
    /// In the document.
    span: Span,
    /// That the answer starts here.
    start: f64,
    /// That it ends here.
    end: f64,
}

impl Marked {
    /// `marks` are of the windows, in their order.
    pub fn new(windows: &[Window], marks: &[Marks]) -> Marked {
        let windows = windows.iter().zip(marks).map(|(window, marks)| MarkedWindow::new(window, marks));
        Marked { windows: windows.collect() }
    }

    /// What it says of the words of a sentence that stands at `span`; `None` where it has not read it. Where two
    /// windows have it, the one that it finds more in.
    pub fn of(&self, hit: usize, span: Span, sentence: &Sentence<'_>) -> Option<MarkedSentence> {
        let read = self.windows.iter().filter_map(|window| window.sentence(hit, span, sentence));
        read.max_by(|a, b| a.margin().total_cmp(&b.margin()))
    }
}

impl MarkedWindow {
    fn new(window: &Window, marks: &Marks) -> MarkedWindow {
        let of = |logit: &dyn Fn(&crate::neural::Piece) -> f32, none: f32| {
            let logits = marks.pieces.iter().map(|piece| f64::from(logit(piece)));
            log_sum(logits.chain([f64::from(none)]))
        };
        let starts = of(&|piece| piece.start, marks.none_start);
        let ends = of(&|piece| piece.end, marks.none_end);
        let pieces = marks.pieces.iter().filter_map(|piece| {
            let (hit, span) = window.place(piece.span)?;
            let (start, end) = (f64::from(piece.start) - starts, f64::from(piece.end) - ends);
            Some(MarkedPiece { hit, span, start, end })
        });
        let none = f64::from(marks.none_start) - starts + f64::from(marks.none_end) - ends;
        MarkedWindow { none, pieces: pieces.collect() }
    }

    fn sentence(&self, hit: usize, span: Span, sentence: &Sentence<'_>) -> Option<MarkedSentence> {
        let inside: Vec<&MarkedPiece> =
            self.pieces.iter().filter(|piece| piece.hit == hit && span.contains(piece.span)).collect();
        if inside.is_empty() {
            return None;
        }
        let words = &sentence.words;
        let mut starts = vec![UNREAD; words.len()];
        let mut ends = vec![UNREAD; words.len()];
        for piece in inside {
            let (from, to) = (piece.span.start - span.start, piece.span.end - span.start);
            // A sign belongs to the word behind it where an answer starts, and to the one before where it ends.
            if let Some(word) = words.iter().position(|word| from < word.span.end) {
                starts[word] = starts[word].max(piece.start);
            }
            if let Some(word) = words.iter().rposition(|word| word.span.start < to) {
                ends[word] = ends[word].max(piece.end);
            }
        }
        Some(MarkedSentence { none: self.none, starts, ends })
    }
}

/// What the reader says of the words of one sentence; log-probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkedSentence {
    none: f64,
    starts: Vec<f64>,
    ends: Vec<f64>,
}

impl MarkedSentence {
    /// That these words are the answer.
    pub fn of(&self, words: &Range<usize>) -> f64 {
        self.starts[words.start] + self.ends[words.end - 1]
    }

    pub fn start(&self, words: &Range<usize>) -> f64 {
        self.starts[words.start]
    }

    pub fn end(&self, words: &Range<usize>) -> f64 {
        self.ends[words.end - 1]
    }

    /// The likeliest runs of words, at most `most`; of equals the first.
    pub fn best(&self, most: usize) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = self.runs().collect();
        runs.sort_by(|a, b| self.of(b).total_cmp(&self.of(a)));
        runs.truncate(most);
        runs
    }

    /// How much likelier its likeliest run is than that the answer is not in the window; log-odds.
    pub fn margin(&self) -> f64 {
        self.runs().map(|run| self.of(&run)).fold(2.0 * UNREAD, f64::max) - self.none
    }

    /// How likely the answer is one of its runs, beside all of the window; 0 to 1.
    pub fn share(&self) -> f64 {
        self.runs().map(|run| self.of(&run).exp()).sum()
    }

    /// Log-probability that the answer is not in the window.
    pub fn none(&self) -> f64 {
        self.none
    }

    fn runs(&self) -> impl Iterator<Item = Range<usize>> {
        let count = self.starts.len();
        (0..count).flat_map(move |start| (start + 1..=count.min(start + LONGEST)).map(move |end| start..end))
    }
}

fn log_sum(logits: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = logits.clone().fold(f64::MIN, f64::max);
    most + logits.map(|logit| (logit - most).exp()).sum::<f64>().ln()
}

features! {
    /// What speaks for a sentence once the reader has read the best of them.
    ReadFeatures {
        /// Its log-odds by its words alone.
        score,
        /// How far that stays behind the best sentence's; 0 for the best one.
        behind,
        /// The place among all by that, 30 at most.
        place,
        /// 1: the reader has read it.
        is_read,
        /// How much likelier the answer stands here than not in the window; log-odds, -40 where it was not read.
        margin,
        /// How far that stays behind the one that the reader likes best.
        margin_behind,
        /// The share of the reader's probability in its window, 0 to 1.
        share,
        /// The share of what it finds in all sentences, 0 to 1.
        share_of_all,
        /// Log-probability that the answer is not in the window.
        none,
        /// Words of the run that the reader likes best.
        words,
        /// The share of the question's weight that it has.
        coverage,
        /// The same with what stands beside and above.
        coverage_near,
        /// The score of the finders' best value.
        value,
        /// 1: a kind of value is asked for, and none is here.
        no_value,
        /// How much of the question the sentence before asks.
        answers_question,
        /// 0 in running text, 1 in a list, 2 in a table, 3 in code.
        kind,
        /// The kind of answer asked for, by its place in a fixed order.
        asked,
    }
}

/// What the reader says of a candidate, and what that makes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    pub features: ReadFeatures,
    /// Log-odds that it holds the answer, by its words and by the reader.
    pub score: f64,
    /// `None` where it was not read.
    pub marks: Option<MarkedSentence>,
}

/// What speaks for each of the candidates, which come best first by their words; without a score.
pub fn reread(question: &Question, candidates: &mut [Candidate<'_>], marked: &Marked) {
    let marks: Vec<Option<MarkedSentence>> = candidates
        .iter()
        .map(|candidate| marked.of(candidate.hit, candidate.span, &candidate.sentence))
        .collect();
    let margin = |marks: &Option<MarkedSentence>| marks.as_ref().map_or(2.0 * UNREAD, MarkedSentence::margin);
    let margins: Vec<f64> = marks.iter().map(margin).collect();
    let most = margins.iter().copied().fold(2.0 * UNREAD, f64::max);
    let all: f64 = margins.iter().map(|margin| (margin - most).exp()).sum();
    let best = candidates.first().map_or(0.0, |candidate| candidate.score);
    for (place, ((candidate, marks), margin)) in candidates.iter_mut().zip(marks).zip(margins).enumerate() {
        let run = marks.as_ref().and_then(|marks| marks.best(1).pop());
        let own = &candidate.features;
        let features = ReadFeatures {
            score: candidate.score,
            behind: candidate.score - best,
            place: (place as f64).min(LAST_PLACE),
            is_read: f64::from(u8::from(marks.is_some())),
            margin,
            margin_behind: margin - most,
            share: marks.as_ref().map_or(0.0, MarkedSentence::share),
            share_of_all: (margin - most).exp() / all,
            none: marks.as_ref().map_or(0.0, MarkedSentence::none),
            words: run.map_or(0.0, |run| run.len() as f64),
            coverage: own.coverage,
            coverage_near: own.near(),
            value: own.value,
            no_value: own.no_value,
            answers_question: own.answers_question,
            kind: own.kind,
            asked: asked_place(question.asked),
        };
        candidate.read = Some(Read { features, score: 0.0, marks });
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::super::windows::Stretch;
    use super::*;
    use crate::neural::Piece;

    /// What a reader says that marks these runs of bytes of the text; everything else speaks as much for itself as
    /// that there is nothing.
    fn marked(text: &str, runs: &[(&str, f32)]) -> Marked {
        let pieces = text.char_indices().filter(|(_, c)| !c.is_whitespace()).map(|(byte, c)| {
            let strength = |at: &dyn Fn(usize, usize) -> bool| {
                let runs = runs.iter().map(|(run, strength)| (text.find(run).unwrap(), run.len(), *strength));
                runs.filter(|(start, length, _)| at(*start, *length)).map(|(.., strength)| strength).sum()
            };
            Piece {
                span: Span::new(byte, byte + c.len_utf8()),
                start: strength(&|start, _| start == byte),
                end: strength(&|start, length| start + length == byte + c.len_utf8()),
            }
        });
        let marks = Marks { none_start: 0.0, none_end: 0.0, pieces: pieces.collect() };
        let stretches = vec![Stretch { hit: 0, span: Span::new(100, 100 + text.len()), at: 0 }];
        Marked::new(&[Window { text: text.to_owned(), stretches }], &[marks])
    }

    fn read<T>(text: &str, runs: &[(&str, f32)], of: impl Fn(&Sentence<'_>, MarkedSentence) -> T) -> T {
        samples::sentences_for("What does the ferry cost?", &[text], |_, sentences| {
            let span = Span::new(100, 100 + text.len());
            of(&sentences[0], marked(text, runs).of(0, span, &sentences[0]).unwrap())
        })
    }

    #[test]
    fn the_run_that_the_reader_marks_is_the_likeliest() {
        read("The ferry costs 4 euros a head.", &[("4 euros", 6.0), ("ferry", 2.0)], |sentence, marks| {
            let best = &marks.best(2)[0];
            assert_eq!(*best, 3..5, "{:?}", sentence.words);
            assert!(marks.margin() > 10.0 && marks.share() > 0.8 && marks.none() < -5.0);
            assert!(marks.of(&(3..5)) > marks.of(&(1..2)));
        });
    }

    #[test]
    fn a_sign_before_a_word_belongs_to_it() {
        read("The ferry costs €4 a head.", &[("€4", 6.0)], |_, marks| {
            assert_eq!(marks.best(1).first(), Some(&(3..4)));
        });
    }

    #[test]
    fn a_sentence_that_was_not_read_has_no_marks() {
        let text = "The ferry costs 4 euros.";
        samples::sentences_for("What does the ferry cost?", &[text], |_, sentences| {
            let marked = marked(text, &[]);
            let elsewhere = Span::new(500, 500 + text.len());
            assert_eq!(marked.of(0, elsewhere, &sentences[0]), None);
            assert_eq!(marked.of(1, Span::new(100, 100 + text.len()), &sentences[0]), None);
        });
    }

    #[test]
    fn log_probabilities_of_all_that_can_start_an_answer_add_up_to_one() {
        read("The ferry costs 4 euros a head.", &[("4 euros", 3.0)], |_, marks| {
            let all =
                marks.starts.iter().filter(|start| **start > UNREAD).map(|start| start.exp()).sum::<f64>();
            assert!(all < 1.0 && all > 0.3, "{all}");
        });
    }
}
