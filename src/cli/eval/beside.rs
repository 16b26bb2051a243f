//! `passim eval --beside`: the same questions answered by words alone, by the reader alone, and by both.

use std::io::Write;
use std::thread::available_parallelism;

use super::super::{Failure, open, print_json};
use super::{Eval, ask_all, lacks_for_reading, note_degraded, reply_to, write_predictions};
use crate::Answerer;
use crate::answer::Chooser;
use crate::eval::asking::AskingWord;
use crate::eval::beside::table::{self, Timing};
use crate::eval::beside::{self, Way, name};
use crate::eval::measures::{Latency, latency};
use crate::eval::question_set::Question;
use crate::eval::selection;
use crate::tune::Seed;

/// So many questions are asked one after the other, to see how long each takes; the 99th percentile of fewer would be
/// the slowest one.
const TIMED: usize = 300;
/// So many before, whose times are not taken.
const WARM_UP: usize = 20;

pub(super) fn run(
    command: &Eval,
    questions: &[Question],
    asking: &[AskingWord],
    mut answerer: Answerer,
    threads: usize,
) -> Result<(), Failure> {
    let timed = timed(questions, threads, Seed(command.seed));
    let mut ways = Vec::new();
    for chooser in choosers(&answerer) {
        answerer = answerer.choosing_by(*chooser);
        ways.push(way(*chooser, questions, &timed, &answerer, threads)?);
    }
    if let Some(last) = ways.last() {
        write_predictions(&last.answered, command.pred.as_deref())?;
    }
    let timing = Timing {
        questions: timed.len(),
        machine_threads: available_parallelism().map_or(1, |threads| threads.get()),
    };
    let beside = beside::of(&ways, asking);
    if command.json {
        return print_json(&table::json(&beside, timing));
    }
    write!(anstream::stdout(), "{}", table::text(&beside, timing))?;
    Ok(())
}

fn choosers(answerer: &Answerer) -> &'static [Chooser] {
    let Some(lack) = lacks_for_reading(answerer) else {
        return &[Chooser::Lexical, Chooser::Reader, Chooser::Both];
    };
    open::note(&format!("words alone choose: {lack}"));
    &[Chooser::Lexical]
}

/// All of them where they are asked one after the other anyway.
fn timed(questions: &[Question], threads: usize, seed: Seed) -> Vec<Question> {
    let most = if threads == 1 { questions.len() } else { TIMED };
    selection::sample(questions.to_vec(), most, seed)
}

fn way(
    chooser: Chooser,
    questions: &[Question],
    timed: &[Question],
    answerer: &Answerer,
    threads: usize,
) -> Result<Way, Failure> {
    let replies = ask_all(questions, threads, name(chooser), |question| reply_to(question, answerer))?;
    let answered: Vec<_> =
        questions.iter().cloned().zip(replies.into_iter().map(|(prediction, _)| prediction)).collect();
    note_degraded(&answered);
    let latency = if threads == 1 {
        latency(answered.iter().map(|(_, prediction)| prediction.latency_ms).collect())
    } else {
        latency_alone(timed, answerer)?
    };
    Ok(Way { chooser, answered, latency })
}

/// Of each question asked with nothing beside it.
fn latency_alone(timed: &[Question], answerer: &Answerer) -> Result<Option<Latency>, Failure> {
    let took = |question: &Question| Ok(reply_to(question, answerer)?.0.latency_ms);
    ask_all(&timed[..timed.len().min(WARM_UP)], 1, "warming up", took)?;
    Ok(latency(ask_all(timed, 1, "timing", took)?))
}
