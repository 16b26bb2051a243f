//! What is asked in a terminal is kept like what is asked anywhere, so that `passim verify` and `passim why --receipt`
//! know it. Nobody is named: a terminal does not ask who sits there.
//!
//! An answer never fails because it cannot be kept: that is a line on standard error.

use std::time::Duration;

use super::{Failure, now, open::note};
use crate::Answerer;
use crate::answer::trace::Trace;
use crate::answer::{self, Answer, AnswerError};
use crate::keeping::{self, explained, gap, normalised, still_stands};
use crate::settings::Settings;
use crate::store::{Asking, AskingId, Moment, Outcome, Store, StoreError, Surface, Withdrawal};

/// How long a command waits while another process writes.
const PATIENCE: Duration = Duration::from_secs(2);

/// The store, for a command that needs it.
pub(super) fn store(settings: &Settings) -> Result<Store, Failure> {
    Ok(Store::open_unchecked(settings.data_dir()?, PATIENCE)?)
}

/// The store, if anything was ever kept: a command that only looks makes none.
pub(super) fn store_if_any(settings: &Settings) -> Result<Option<Store>, Failure> {
    if !Store::is_there(settings.data_dir()?) {
        return Ok(None);
    }
    store(settings).map(Some)
}

/// The store, for commands that go on without it.
pub(super) struct Keeper<'s> {
    store: Option<Store>,
    settings: &'s Settings,
}

impl Keeper<'_> {
    pub(super) fn open(settings: &Settings) -> Result<Keeper<'_>, Failure> {
        let opened = Store::open_unchecked(settings.data_dir()?, PATIENCE);
        let store = opened.inspect_err(|error| note(&format!("{error}; this answer is not kept"))).ok();
        Ok(Keeper { store, settings })
    }

    /// The answer, or why somebody took it back.
    pub(super) fn unless_withdrawn(&self, answer: Answer, answerer: &Answerer) -> Result<Answer, Failure> {
        let Some(store) = self.store.as_ref().filter(|_| answer.outcome.is_about_sources()) else {
            return Ok(answer);
        };
        let withdrawal = match store.withdrawal(None, &normalised(answer.whole_question())) {
            Ok(Some(withdrawal)) => withdrawal,
            Ok(None) => return Ok(answer),
            Err(error) => {
                note(&error.to_string());
                return Ok(answer);
            }
        };
        match stands_or_is_lifted(&withdrawal, store, answerer)? {
            Some(reason) => Ok(answer.withdrawn(reason, answerer.index().fingerprint())),
            None => Ok(answer),
        }
    }

    /// Keeps the answer, and does the daily cleaning where nobody did.
    pub(super) fn keep(
        &self,
        answer: &Answer,
        trace: Option<&Trace>,
        answerer: &Answerer,
        sources: &[String],
    ) {
        let Some(store) = &self.store else { return };
        let now = Moment::of_nanoseconds(now());
        let kept = keep(store, (answer, trace), answerer, sources, now)
            .and_then(|()| store.clean_daily(&keeping::retention(&self.settings.retention, now), now));
        if let Err(error) = kept {
            note(&format!("{error}; this answer is not kept"));
        }
    }
}

/// The reason of a withdrawal; nothing, and no withdrawal either, where the sources say something else by now.
fn stands_or_is_lifted(
    withdrawal: &Withdrawal,
    store: &Store,
    answerer: &Answerer,
) -> Result<Option<String>, AnswerError> {
    if still_stands(withdrawal, answerer)? {
        return Ok(Some(withdrawal.reason.clone()));
    }
    if let Err(error) = store.lift_withdrawal(&withdrawal.receipt, withdrawal.guild) {
        note(&error.to_string());
    }
    Ok(None)
}

fn keep(
    store: &Store,
    (answer, trace): (&Answer, Option<&Trace>),
    answerer: &Answerer,
    sources: &[String],
    now: Moment,
) -> Result<(), StoreError> {
    let is_about_sources = answer.outcome.is_about_sources();
    let asking = Asking {
        id: AskingId::random()?,
        surface: Surface::Terminal,
        place: None,
        person: None,
        question: answer.question.clone(),
        understood_as: answer.understood_as.clone(),
        sources: sources.to_vec(),
        receipt: is_about_sources.then(|| answer.receipt.clone()),
        outcome: Outcome::from(&answer.outcome),
        confidence: answer.confidence,
        at: now,
        asked_in: None,
        reply: None,
        further: Vec::new(),
        is_private: false,
    };
    let receipt = is_about_sources.then(|| explained(keeping::receipt(answer, answerer.index(), now), trace));
    store.keep_asking(&asking, receipt.as_ref(), None)?;
    // What was withdrawn is no gap of the sources.
    if let answer::Outcome::Abstained { .. } = answer.outcome {
        store.note_unanswered(&asking.id, None, &normalised(answer.whole_question()), &gap(answer))?;
    }
    Ok(())
}
