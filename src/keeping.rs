//! What is kept of an answer, wherever it was asked for: its receipt, what it has in common with others that ask the
//! same, and what the sources lack for it; and what was kept that stands in front of an answer.

use crate::Answerer;
use crate::answer::trace::Trace;
use crate::answer::{Answer, AnswerError, Citation, Outcome};
use crate::corpus::Span;
use crate::retrieval::Index;
use crate::settings::RetentionSettings;
use crate::store::{Cited, Gap, Moment, Nearest, Receipt, Retention, Withdrawal};
use crate::words::{is_function_word, stem, words};

/// The proof of an answer: every side of a dispute is kept, since whoever verifies it wants to know about all.
pub fn receipt(answer: &Answer, index: &Index, at: Moment) -> Receipt {
    let sides = answer.outcome.sides();
    let nearest = match &answer.outcome {
        Outcome::Abstained { nearest } => nearest.as_ref(),
        _ => None,
    };
    let citations = sides.iter().flat_map(|side| &side.citations).chain(nearest).map(Cited::from).collect();
    let text = sides.iter().map(|side| side.answer.as_str()).collect::<Vec<&str>>().join("; ");
    Receipt {
        id: answer.receipt.clone(),
        question: answer.whole_question().to_owned(),
        fingerprint: index.fingerprint().to_owned(),
        corpus: Some(index.corpus().to_owned()),
        answer: text,
        citations,
        confidence: Some(answer.confidence),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        explanation: None,
        at,
    }
}

/// The receipt with how its answer was chosen, where that was traced.
pub fn explained(receipt: Receipt, trace: Option<&Trace>) -> Receipt {
    let explanation = trace.and_then(|trace| serde_json::to_string(trace).ok());
    Receipt { explanation, ..receipt }
}

/// How the answer of a receipt was chosen; `None` where that was not kept, or by a version that kept other things.
pub fn trace(receipt: &Receipt) -> Option<Trace> {
    serde_json::from_str(receipt.explanation.as_deref()?).ok()
}

/// What questions that ask the same have in common: their words that carry something, in the order of the
/// alphabet.
pub fn normalised(question: &str) -> String {
    let mut carrying: Vec<String> = words(question)
        .into_iter()
        .filter(|word| !is_function_word(&word.folded))
        .map(|word| stem(&word.folded).into_owned())
        .collect();
    carrying.sort_unstable();
    carrying.dedup();
    if carrying.is_empty() { question.trim().to_lowercase() } else { carrying.join(" ") }
}

/// What the sources lack for a question that was declined, or whose answer did not help.
pub fn gap(answer: &Answer) -> Gap {
    let nearest = match &answer.outcome {
        Outcome::Abstained { nearest } => nearest.as_ref(),
        outcome => outcome.sides().first().and_then(|side| side.citations.first()),
    };
    let place = |citation: &Citation| Nearest {
        source: citation.source.clone(),
        path: citation.path.clone(),
        line: citation.line_start,
    };
    Gap { missing: answer.missing.clone(), nearest: nearest.map(place) }
}

/// The words of a question that occur nowhere in what these answers come from; none where that cannot be seen.
pub fn missing(question: &str, answerer: &Answerer) -> Vec<String> {
    answerer.ask(question, &[]).map(|answer| answer.missing).unwrap_or_default()
}

/// Whether a withdrawn answer is still out of what the sources say. Where they say something else by now, the
/// withdrawal has done its work.
pub fn still_stands(withdrawal: &Withdrawal, answerer: &Answerer) -> Result<bool, AnswerError> {
    for quoted in &withdrawal.rests_on {
        let span = Span::new(quoted.byte_start, quoted.byte_end);
        if answerer.around(&quoted.path, span, &quoted.quote)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// From when on things are kept, by the settings.
pub fn retention(settings: &RetentionSettings, now: Moment) -> Retention {
    let before = |age: i64| Moment(now.0 - age);
    Retention {
        askings: before(settings.questions_days as i64 * DAY),
        conversations: before(settings.conversation_minutes as i64 * MINUTE),
        audit: before(settings.audit_days as i64 * DAY),
        left_guilds: before(settings.guild_days as i64 * DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::samples;

    #[test]
    fn questions_that_ask_the_same_are_one() {
        assert_eq!(normalised("Who pays for the lunch?"), normalised("who is paying for the lunch"));
        assert_ne!(normalised("Who pays for lunch?"), normalised("Who pays for dinner?"));
        assert_eq!(normalised("What is it?"), "what is it?");
    }

    #[test]
    fn of_a_dispute_every_side_is_kept_with_its_quotes() {
        let answer = samples::answer(samples::disputed());
        let kept =
            samples::over(&["Notice: 30 days are due."], |engine| receipt(&answer, engine.index, Moment(1)));
        assert_eq!(kept.answer, "30 days are due; 28 days");
        let cited: Vec<(&str, &str)> =
            kept.citations.iter().map(|cited| (cited.source.as_str(), cited.quote.as_str())).collect();
        assert_eq!(
            cited,
            [("101", "Notice: 30 days are due."), ("6", "Thirty days are due."), ("105", "Notice: 28 days.")]
        );
    }
}
