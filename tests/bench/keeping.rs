//! What it costs an answer that it is kept, as the bot does it: what is kept is made and handed to the thread that writes,
//! the reply is drawn meanwhile, and the answer waits until it is written.

use std::fs;
use std::time::Instant;

use passim::Answerer;
use passim::answer::followup::Conversation;
use passim::discord::memory::Memory;
use passim::keeping::{explained, receipt};
use passim::language::Language;
use passim::store::{Asking, AskingId, ChannelId, GuildId, Moment, Outcome, Place as Spot, Surface, UserId};

use crate::engines::prepare;
use crate::place::Place;
use crate::plan::Plan;
use crate::processes::{child, milliseconds};
use crate::steps::{Engine, Figures, Step};
use crate::table::{Measured, Row};

/// Plain tantivy keeps nothing.
pub fn rows(plan: &Plan, place: &Place) -> anyhow::Result<Measured> {
    prepare(plan, place)?;
    let rounds = (0..plan.rounds).map(|_| child(Step::Keep, Engine::Passim, 1, plan, place));
    let rounds = rounds.collect::<anyhow::Result<Vec<Figures>>>()?;
    let row = |name: &str, key: &str| {
        Row::alone(name, "ms", 3, rounds.iter().map(|figures| figures.figure(key)).collect())
    };
    let rows = vec![
        row("answer p50, nothing kept", "off_p50"),
        row("answer p50, kept", "on_p50"),
        row("- more of it, p50 over the questions", "more_p50"),
        row("- more of it, p99", "more_p99"),
    ];
    Ok(rows.into())
}

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
    let memory = Memory::open(&data);
    let mut times = Times { off: Vec::new(), on: Vec::new() };
    for (number, question) in questions.iter().enumerate() {
        // Whoever comes second finds caches warm: they take turns in that too.
        for is_on in [number % 2 == 0, number % 2 == 1] {
            let started = Instant::now();
            if is_on {
                ask_and_keep(answerer, question, &memory, number)?
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

fn ask_and_keep(answerer: &Answerer, question: &str, memory: &Memory, number: usize) -> anyhow::Result<()> {
    let (answer, trace) = answerer.ask_traced(&mut Conversation::default(), question, &[])?;
    let at = Moment(number as i64);
    let asking = Asking {
        id: AskingId::random()?,
        surface: Surface::Mention,
        place: Some(Spot { guild: Some(GuildId(1)), channel: ChannelId(number as u64 % 20), thread: None }),
        person: None,
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
    let (receipt, question) = (receipt(&answer, answerer.index(), at), question.to_owned());
    let kept = memory.keep(move |store| {
        let person = Some(store.person(UserId(number as u64 % 50)));
        let receipt = explained(receipt.clone(), trace.as_ref());
        store.keep_asking(&Asking { person, ..asking.clone() }, Some(&receipt), Some(&question))
    });
    kept.map_err(|_| anyhow::anyhow!("the store fails"))?;
    std::hint::black_box(answerer.reply(&answer, Language::English));
    memory.settle();
    Ok(())
}
