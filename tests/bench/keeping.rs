//! What it costs an answer that it is kept, on the thread that answers and to the disk: the bot hands this to a thread
//! of its own, so that this is the most that an answer may wait.

use std::fs;
use std::time::{Duration, Instant};

use passim::Answerer;
use passim::answer::followup::Conversation;
use passim::keeping::{explained, receipt};
use passim::language::Language;
use passim::store::{
    Asking, AskingId, ChannelId, GuildId, Moment, Outcome, Place as Spot, Store, Surface, UserId,
};

use crate::milliseconds;
use crate::place::Place;

/// Milliseconds of each question, answered without and with what is kept of it, in turns.
pub struct Times {
    pub off: Vec<f64>,
    pub on: Vec<f64>,
}

pub fn measure(answerer: &Answerer, questions: &[String], place: &Place) -> anyhow::Result<Times> {
    let data = place.folder().join("kept");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let store = Store::open(&data, Duration::from_secs(10))?;
    let mut times = Times { off: Vec::new(), on: Vec::new() };
    for (number, question) in questions.iter().enumerate() {
        // Whoever comes second finds caches warm: they take turns in that too.
        for is_on in [number % 2 == 0, number % 2 == 1] {
            let started = Instant::now();
            if is_on {
                ask_and_keep(answerer, question, &store, number)?
            } else {
                ask(answerer, question)?
            }
            let took = milliseconds(started.elapsed());
            if is_on { times.on.push(took) } else { times.off.push(took) }
        }
    }
    Ok(times)
}

fn ask(answerer: &Answerer, question: &str) -> anyhow::Result<()> {
    let answer = answerer.ask_in(&mut Conversation::default(), question, &[])?;
    std::hint::black_box(answerer.reply(&answer, Language::English));
    Ok(())
}

fn ask_and_keep(answerer: &Answerer, question: &str, store: &Store, number: usize) -> anyhow::Result<()> {
    let (answer, trace) = answerer.ask_traced(&mut Conversation::default(), question, &[])?;
    std::hint::black_box(answerer.reply(&answer, Language::English));
    let at = Moment(number as i64);
    let asking = Asking {
        id: AskingId::random()?,
        surface: Surface::Mention,
        place: Some(Spot { guild: Some(GuildId(1)), channel: ChannelId(number as u64 % 20), thread: None }),
        person: Some(store.person(UserId(number as u64 % 50))),
        question: answer.question.clone(),
        understood_as: None,
        sources: Vec::new(),
        receipt: Some(answer.receipt.clone()),
        outcome: Outcome::from(&answer.outcome),
        confidence: answer.confidence,
        at,
        asked_in: None,
        reply: None,
        further: Vec::new(),
        is_private: false,
    };
    let receipt = explained(receipt(&answer, answerer.index(), at), trace.as_ref());
    store.keep_asking(&asking, Some(&receipt), Some(question))?;
    Ok(())
}
