//! The bot under load: `passim serve` in a process of its own, over the documents that ship, in a local Discord
//! in this one. Times are from the event until its request has arrived, so that a network would come on top.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use passim::local_discord::Recorded;
use tokio::runtime::Runtime;

use crate::burst::{CHANNELS, LIMIT, PEOPLE, Pace, QUESTIONS, Scene, Surface, ask, asked_by, burst};
use crate::machine::{memory_of, processor_time_of};
use crate::measure::percentile;
use crate::place::Place;
use crate::plan::Plan;
use crate::processes::milliseconds;
use crate::table::{Measured, Row};

pub fn rows(plan: &Plan, place: &Place) -> anyhow::Result<Measured> {
    let folder = place.folder().join("discord");
    let mut rows = vec![
        Row::new("Discord: memory, idle", "MB", 1),
        Row::new("Discord: event to request, p50", "ms", 2),
        Row::new("Discord: event to request, p99", "ms", 2),
        Row::new("burst: questions", "1/s", 0),
        Row::new("- acknowledged, p99", "ms", 1),
        Row::new("- answered, p99", "ms", 1),
        Row::new("- processor time a question", "ms", 2),
        Row::new("- told busy", "count", 0),
        Row::new("- lost or twice", "count", 0),
        Row::new("all at once: questions", "1/s", 0),
        Row::new("- acknowledged, p99", "ms", 1),
        Row::new("- answered, p99", "ms", 1),
        Row::new("- processor time a question", "ms", 2),
        Row::new("- told busy", "count", 0),
        Row::new("- lost or twice", "count", 0),
        Row::new("Discord: memory after that", "MB", 1),
    ];
    let runtime = Runtime::new()?;
    for round in 0..plan.rounds {
        let figures = runtime.block_on(round_of(plan, &folder.join(round.to_string())))?;
        for (row, figure) in rows.iter_mut().zip(figures) {
            row.add_alone(figure);
        }
    }
    Ok(rows.into())
}

async fn round_of(plan: &Plan, folder: &Path) -> anyhow::Result<Vec<f64>> {
    let scene = Scene::start(folder).await?;
    let idle = memory_of(scene.bot_process.id());
    let (p50, p99) = one_by_one(&scene, plan.questions.min(400)).await?;
    let each = if plan.questions < 1_000 { 2 } else { 20 };
    let mut figures = vec![idle, p50, p99];
    for pace in [Pace::AsPeopleRead, Pace::AllAtOnce] {
        let before = processor_time_of(scene.bot_process.id());
        let burst = burst(&scene, each, pace).await?;
        let questions = (each * PEOPLE) as f64;
        let work = (processor_time_of(scene.bot_process.id()) - before) * 1e3 / questions;
        let p99 = |took: &[Duration]| {
            let took: Vec<f64> = took.iter().copied().map(milliseconds).collect();
            if took.is_empty() { f64::NAN } else { percentile(&took, 0.99) }
        };
        let per_second = questions / burst.took.as_secs_f64();
        let (acknowledged, answered) = (p99(&burst.acknowledged), p99(&burst.answered));
        let (busy, lost) = (burst.busy as f64, burst.lost as f64);
        figures.extend([per_second, acknowledged, answered, work, busy, lost]);
    }
    figures.push(memory_of(scene.bot_process.id()));
    Ok(figures)
}

/// One question after the other: a mention and a command in turn.
async fn one_by_one(scene: &Scene, questions: usize) -> anyhow::Result<(f64, f64)> {
    let mut took = Vec::new();
    for number in 0..questions {
        let (person, channel) = (&scene.people[number % PEOPLE], scene.channels[number % CHANNELS]);
        let surface = if number % 2 == 0 { Surface::Mention } else { Surface::Command };
        let asked = ask(scene, surface, person, channel, QUESTIONS[number % QUESTIONS.len()], None).await?;
        let is_answer = |request: &Recorded| asked_by(request) == Some(asked.id.to_string());
        let request = scene.discord.request_when(LIMIT, is_answer).await.context("no answer came")?;
        took.push(milliseconds(request.at.duration_since(asked.at)));
    }
    Ok((percentile(&took, 0.5), percentile(&took, 0.99)))
}
