//! Golden questions: those of a file that the operator names, asked after each re-index, so that a changed document
//! that changes an answer is noticed by somebody who knows the answer.

use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use crate::Answerer;
use crate::answer::followup::Conversation;
use crate::answer::{AnswerError, Outcome};
use crate::eval::question_set::{self, Question, QuestionSetError};
use crate::language::Language;
use crate::store::{GoldenReply, Moment, Store, StoreError};

/// What came of asking them again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Asked {
    /// How many there are.
    pub questions: usize,
    /// Those that are answered otherwise than the last time, in the order of the file.
    pub changed: Vec<Changed>,
    /// How many were not asked the last time.
    pub new: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    pub question: String,
    /// The replies as people saw and see them, without the proof.
    pub old: String,
    pub new: String,
}

#[derive(Debug, Error)]
pub enum GoldenError {
    #[error("{0}; name another file with index.golden, or none")]
    File(#[from] QuestionSetError),
    #[error("cannot ask the golden questions of {}: {reason}", file.display())]
    Answer { file: PathBuf, reason: AnswerError },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks all questions of the file, and tells which answers are others than the last time over this folder. What they
/// are now is kept for the next time.
pub fn ask(file: &Path, answerer: &Answerer, store: &Store, now: Moment) -> Result<Asked, GoldenError> {
    let corpus = answerer.index().corpus();
    let questions = question_set::read(file)?;
    let replies = questions
        .iter()
        .map(|question| reply(question, answerer))
        .collect::<Result<Vec<GoldenReply>, AnswerError>>()
        .map_err(|reason| GoldenError::Answer { file: file.to_owned(), reason })?;
    let asked = compare(&store.golden(corpus)?, &replies);
    store.keep_golden(corpus, &replies, now)?;
    Ok(asked)
}

/// The reply to the last of a question's turns.
fn reply(question: &Question, answerer: &Answerer) -> Result<GoldenReply, AnswerError> {
    let mut conversation = Conversation::default();
    let (last, before) = question.turns.split_last().expect("a question set has no question without a turn");
    for turn in before {
        answerer.ask_in(&mut conversation, turn, &[])?;
    }
    let answer = answerer.ask_in(&mut conversation, last, &[])?;
    let reply = match &answer.outcome {
        // Told as the closest statement or as the answer: it is the same answer.
        Outcome::Found(finding) => finding.answer.clone(),
        _ => answerer.reply(&answer, Language::English).headline,
    };
    Ok(GoldenReply { question: question.turns.join(" / "), reply, receipt: answer.receipt })
}

fn compare(old: &[GoldenReply], new: &[GoldenReply]) -> Asked {
    let mut asked = Asked { questions: new.len(), ..Asked::default() };
    for reply in new {
        match old.iter().find(|old| old.question == reply.question) {
            None => asked.new += 1,
            Some(old) if old.reply != reply.reply => asked.changed.push(Changed {
                question: reply.question.clone(),
                old: old.reply.clone(),
                new: reply.reply.clone(),
            }),
            Some(_) => {}
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_otherwise_is_told_with_both_answers() {
        let reply = |question: &str, reply: &str| GoldenReply {
            question: question.to_owned(),
            reply: reply.to_owned(),
            receipt: reply.to_owned(),
        };
        let old = [reply("a", "1"), reply("b", "2"), reply("gone", "3")];
        let asked = compare(&old, &[reply("b", "4"), reply("a", "1"), reply("c", "5")]);
        let changed = Changed { question: "b".to_owned(), old: "2".to_owned(), new: "4".to_owned() };
        assert_eq!(asked, Asked { questions: 3, changed: vec![changed], new: 1 });
    }
}
