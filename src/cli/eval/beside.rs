//! `passim eval --beside`: the same questions answered by words alone, by the reader alone, and by both.

use std::io::Write;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use super::super::{Failure, open, print_json};
use super::{Asking, Eval, ask_all, lacks_for_reading, note_degraded, reply_to, write_predictions};
use crate::Answerer;
use crate::answer::Chooser;
use crate::eval::asking::AskingWord;
use crate::eval::beside::table::{self, Timing};
use crate::eval::beside::{self, Way, name};
use crate::eval::measures::latency;
use crate::eval::question_set::Question;
use crate::eval::selection;
use crate::tune::Seed;

/// So many questions are asked one after the other, to see how long each takes; the 99th percentile of fewer would be
/// the slowest one.
const TIMED: usize = 300;
/// So many before, whose times are not taken.
const WARM_UP: usize = 20;

/// `words` are those of the questions as they were written.
pub(super) fn run(command: &Eval, asking: &Asking<'_>, words: &[AskingWord]) -> Result<(), Failure> {
    let mut ways = answered(asking)?;
    if let Some(last) = ways.last() {
        write_predictions(&last.answered, command.pred.as_deref())?;
    }
    let timing = time(&mut ways, asking, Seed(command.seed))?;
    let beside = beside::of(&ways, words);
    if command.json {
        return print_json(&table::json(&beside, timing));
    }
    write!(anstream::stdout(), "{}", table::text(&beside, timing))?;
    Ok(())
}

/// Every question in every way that there is; not timed.
fn answered(asking: &Asking<'_>) -> Result<Vec<Way>, Failure> {
    let mut answerer = asking.patient_answerer()?;
    let mut ways = Vec::new();
    for chooser in choosers(&answerer) {
        answerer = answerer.choosing_by(*chooser);
        let reply = |question: &Question| Ok((question.clone(), reply_to(question, &answerer)?.0));
        let answered = ask_all(&asking.questions, asking.threads, name(*chooser), reply)?;
        note_degraded(&answered);
        ways.push(Way { chooser: *chooser, answered, latency: None });
    }
    Ok(ways)
}

fn choosers(answerer: &Answerer) -> &'static [Chooser] {
    let Some(lack) = lacks_for_reading(answerer) else {
        return &[Chooser::Lexical, Chooser::Reader, Chooser::Both];
    };
    open::note(&format!("words alone choose: {lack}"));
    &[Chooser::Lexical]
}

/// How long single answers take, with nothing beside them and with the reader that the settings give.
fn time(ways: &mut [Way], asking: &Asking<'_>, seed: Seed) -> Result<Timing, Failure> {
    let mut timing = Timing {
        questions: asking.questions.len(),
        machine_threads: available_parallelism().map_or(1, NonZeroUsize::get),
        reader_threads: asking.settings.reader.threads,
    };
    if asking.threads == 1 {
        for way in ways {
            way.latency = latency(way.answered.iter().map(|(_, prediction)| prediction.latency_ms).collect());
        }
        return Ok(timing);
    }
    let timed = selection::sample(asking.questions.clone(), TIMED, seed);
    timing.questions = timed.len();
    let mut answerer = asking.answerer()?;
    for way in ways {
        answerer = answerer.choosing_by(way.chooser);
        let took = |question: &Question| Ok(reply_to(question, &answerer)?.0.latency_ms);
        ask_all(&timed[..timed.len().min(WARM_UP)], 1, "warming up", took)?;
        way.latency = latency(ask_all(&timed, 1, "timing", took)?);
    }
    Ok(timing)
}
