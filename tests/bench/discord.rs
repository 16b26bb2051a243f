//! The bot under load: `passim serve` in a process of its own, over the documents that ship, in a local Discord
//! in this one. Times are from the event until its request has arrived, so that a network would come on top.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use passim::local_discord::{Id, LocalDiscord, Person, Ping, Recorded};
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::Notify;

use crate::machine::memory_of;
use crate::measure::percentile;
use crate::table::Row;
use crate::{Plan, milliseconds};

const TOKEN: &str = "MTAwMDAwMDAwMDAwMDAwMDAw.GlocaL.only-for-the-local-discord-on-this-machine";
const LIMIT: Duration = Duration::from_secs(60);

const PEOPLE: usize = 50;
const CHANNELS: usize = 20;
const QUESTIONS: [&str; 8] = [
    "How many years were agreed?",
    "Who agreed to the guarantees?",
    "How many troops will be sent?",
    "When did the talks in Paris take place?",
    "Who leads the monitoring of the ceasefire?",
    "What did Zelenskyy say about the guarantees?",
    "Where did the leaders meet?",
    "How high is the training budget?",
];

pub fn rows(plan: &Plan, folder: &Path) -> anyhow::Result<Vec<Row>> {
    std::fs::create_dir_all(folder)?;
    let mut rows = vec![
        Row::new("Discord: memory, idle", "MB", 1),
        Row::new("Discord: event to request, p50", "ms", 2),
        Row::new("Discord: event to request, p99", "ms", 2),
        Row::new("burst: questions", "1/s", 0),
        Row::new("- acknowledged, p99", "ms", 1),
        Row::new("- answered, p99", "ms", 1),
        Row::new("- told busy", "count", 0),
        Row::new("- lost or twice", "count", 0),
        Row::new("all at once: questions", "1/s", 0),
        Row::new("- acknowledged, p99", "ms", 1),
        Row::new("- answered, p99", "ms", 1),
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
    Ok(rows)
}

async fn round_of(plan: &Plan, folder: &Path) -> anyhow::Result<Vec<f64>> {
    let scene = Scene::start(folder).await?;
    let idle = memory_of(scene.bot_process.id());
    let (p50, p99) = one_by_one(&scene, plan.questions.min(400)).await?;
    let each = if plan.questions < 1_000 { 2 } else { 20 };
    let mut figures = vec![idle, p50, p99];
    for pace in [Pace::AsPeopleRead, Pace::AllAtOnce] {
        let burst = burst(&scene, each, pace).await?;
        figures.extend([burst.per_second, burst.acknowledged, burst.answered, burst.busy, burst.lost]);
    }
    figures.push(memory_of(scene.bot_process.id()));
    Ok(figures)
}

struct Scene {
    discord: LocalDiscord,
    bot: Id,
    people: Vec<Person>,
    channels: Vec<Id>,
    bot_process: Child,
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.bot_process.kill();
        let _ = self.bot_process.wait();
    }
}

impl Scene {
    async fn start(folder: &Path) -> anyhow::Result<Scene> {
        let discord = LocalDiscord::start().await?;
        // What is measured is the bot, not Discord's limits.
        discord.message_bucket(usize::MAX, Duration::from_secs(5));
        let bot = discord.bot("passim", TOKEN, 0);
        let people: Vec<Person> =
            (0..PEOPLE).map(|number| discord.person(&format!("person{number}"))).collect();
        let guild = discord.guild("Team", &people[0]);
        for person in &people[1..] {
            discord.join(guild, person.id());
        }
        discord.join(guild, bot);
        let channels =
            (0..CHANNELS).map(|number| discord.channel(guild, &format!("channel{number}"))).collect();
        let bot_process = serve(&discord, guild, folder)?;
        let scene = Scene { discord, bot, people, channels, bot_process };
        ensure!(scene.discord.is_connected(bot, LIMIT).await, "the bot did not connect");
        Ok(scene)
    }
}

fn serve(discord: &LocalDiscord, guild: Id, folder: &Path) -> anyhow::Result<Child> {
    std::fs::create_dir_all(folder)?;
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let mut command = Command::new(env!("CARGO_BIN_EXE_passim"));
    command.env_clear().current_dir(folder).env("DISCORD_TOKEN", TOKEN);
    command.env("PASSIM_DISCORD__PROXY", discord.origin()).env("PASSIM_DISCORD__GUILDS", guild.to_string());
    for limit in ["PERSON_PER_MINUTE", "CHANNEL_PER_MINUTE", "GUILD_PER_MINUTE"] {
        command.env(format!("PASSIM_LIMITS__{limit}"), "100000");
    }
    command.env("PASSIM_LIMITS__WAITING", "1000").env("PASSIM_LOG__FILTER", "error");
    command.arg("--corpus").arg(seeds).arg("--data").arg(folder.join("data")).arg("serve");
    Ok(command.stdout(Stdio::null()).spawn()?)
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

#[derive(Clone, Copy, PartialEq)]
enum Surface {
    Mention,
    Command,
    Private,
    Direct,
    Reply,
    Menu,
    Form,
}

const SURFACES: [Surface; 7] = [
    Surface::Mention,
    Surface::Command,
    Surface::Private,
    Surface::Direct,
    Surface::Reply,
    Surface::Menu,
    Surface::Form,
];

/// A question that was asked: what its answer will name.
struct Asked {
    at: Instant,
    /// Of the message or the interaction.
    id: Id,
}

async fn ask(
    scene: &Scene,
    surface: Surface,
    person: &Person,
    channel: Id,
    question: &str,
    answer: Option<Id>,
) -> anyhow::Result<Asked> {
    let mention = format!("<@{}> {question}", scene.bot);
    let options = [("question", json!(question)), ("private", json!(surface == Surface::Private))];
    let form = match (surface, answer) {
        (Surface::Form, Some(answer)) => {
            let pressed = person.press(answer, "Ask on")?;
            person.gets_form(pressed, LIMIT).await.map_err(|error| anyhow::anyhow!("{error}"))?;
            pressed
        }
        _ => 0,
    };
    let menu = match surface {
        Surface::Menu => person.say(channel, question)?,
        _ => 0,
    };
    let at = Instant::now();
    let id = match (surface, answer) {
        (Surface::Mention, _) => person.say(channel, &mention)?,
        (Surface::Command | Surface::Private, _) => person.invoke(channel, "ask", &options)?,
        (Surface::Direct, _) => person.say(person.direct_channel(scene.bot), question)?,
        (Surface::Menu, _) => person.use_menu(menu, "Ask the sources about this")?,
        (Surface::Reply, Some(answer)) => person.reply(answer, question, Ping::Yes)?,
        (Surface::Form, Some(_)) => person.submit(form, &[("text", question)])?,
        _ => bail!("there is no answer yet to go on from"),
    };
    Ok(Asked { at, id })
}

/// When somebody asks the next question.
#[derive(Clone, Copy, PartialEq)]
enum Pace {
    /// As soon as the one before is answered: as many are under way as there are people.
    AsPeopleRead,
    AllAtOnce,
}

struct Burst {
    per_second: f64,
    acknowledged: f64,
    answered: f64,
    busy: f64,
    lost: f64,
}

/// Everybody asks `each` questions, on all surfaces.
async fn burst(scene: &Scene, each: usize, pace: Pace) -> anyhow::Result<Burst> {
    let answers = first_answers(scene).await?;
    let before = scene.discord.requests().len();
    let seen = Seen::default();
    let started = Instant::now();
    let everybody = scene.people.iter().enumerate().map(|(number, person)| {
        let (answers, seen) = (&answers, &seen);
        async move {
            let mut asked = Vec::new();
            for question in 0..each {
                let turn = number + question;
                let (surface, channel) = (SURFACES[turn % SURFACES.len()], turn % CHANNELS);
                let text = QUESTIONS[turn % QUESTIONS.len()];
                let answer = Some(answers[channel]);
                let one = ask(scene, surface, person, scene.channels[channel], text, answer).await?;
                if pace == Pace::AsPeopleRead {
                    seen.wait_for(one.id).await;
                }
                asked.push(one);
            }
            anyhow::Ok(asked)
        }
    });
    let asked = tokio::select! {
        asked = futures_util::future::try_join_all(everybody) => asked?,
        () = seen.watch(&scene.discord, before) => bail!("nothing is watched any more"),
    };
    let asked: Vec<Asked> = asked.into_iter().flatten().collect();
    loop {
        let requests = scene.discord.requests_after(before);
        let burst = judged(&asked, &requests, started);
        if burst.lost == 0.0 || started.elapsed() > LIMIT {
            return Ok(burst);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// An answer in each channel, to reply to and to go on from.
async fn first_answers(scene: &Scene) -> anyhow::Result<Vec<Id>> {
    let mut answers = Vec::new();
    for (person, channel) in scene.people.iter().zip(&scene.channels) {
        let message = person.say(*channel, &format!("<@{}> {}", scene.bot, QUESTIONS[0]))?;
        let found = person.finds(*channel, LIMIT, "an answer", |shown| shown.reply_to == Some(message)).await;
        answers.push(found.map_err(|error| anyhow::anyhow!("{error}"))?.id);
    }
    Ok(answers)
}

/// Which questions were answered, by the message or interaction that asks.
#[derive(Default)]
struct Seen {
    answered: Mutex<HashSet<String>>,
    news: Notify,
}

impl Seen {
    async fn wait_for(&self, id: Id) {
        loop {
            let news = self.news.notified();
            if self.answered.lock().unwrap_or_else(PoisonError::into_inner).contains(&id.to_string()) {
                return;
            }
            news.await;
        }
    }

    /// Looks at every request after the first so many, for ever.
    async fn watch(&self, discord: &LocalDiscord, mut first: usize) {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let requests = discord.requests_after(first);
            if requests.is_empty() {
                continue;
            }
            first += requests.len();
            let ids = requests.iter().filter_map(asked_by);
            self.answered.lock().unwrap_or_else(PoisonError::into_inner).extend(ids);
            self.news.notify_waiters();
        }
    }
}

/// The message or interaction that a request answers for the first time.
fn asked_by(request: &Recorded) -> Option<String> {
    let steps: Vec<&str> = request.path.split('/').collect();
    match steps[..] {
        [.., "interactions", id, _, "callback"] => Some(id.to_owned()),
        _ => request.body["message_reference"]["message_id"].as_str().map(str::to_owned),
    }
}

/// When each was acknowledged and answered, and how often.
fn judged(asked: &[Asked], requests: &[Recorded], started: Instant) -> Burst {
    let mut by_id: HashMap<String, Vec<&Recorded>> = HashMap::new();
    let mut by_token: HashMap<&str, Vec<&Recorded>> = HashMap::new();
    for request in requests {
        if let Some(id) = asked_by(request) {
            by_id.entry(id).or_default().push(request);
        }
        let steps: Vec<&str> = request.path.split('/').collect();
        if let [.., "webhooks", _, token, "messages", "@original"] = steps[..] {
            by_token.entry(token).or_default().push(request);
        }
    }
    let (mut acknowledged, mut answered, mut busy, mut lost) = (Vec::new(), Vec::new(), 0.0, 0.0);
    for one in asked {
        let Some([first]) = by_id.get(&one.id.to_string()).map(Vec::as_slice) else {
            lost += 1.0;
            continue;
        };
        let is_deferred = first.body["type"] == 5;
        let token = first.path.split('/').rev().nth(1).unwrap_or_default();
        let last = match by_token.get(token).map(Vec::as_slice) {
            Some([edit]) if is_deferred => edit,
            _ if is_deferred => {
                lost += 1.0;
                continue;
            }
            _ => *first,
        };
        acknowledged.push(milliseconds(first.at.duration_since(one.at)));
        answered.push(milliseconds(last.at.duration_since(one.at)));
        let content = last.body["data"]["content"].as_str().or(last.body["content"].as_str());
        busy += f64::from(u8::from(content.is_some_and(|content| content.starts_with("Too many questions"))));
    }
    if acknowledged.is_empty() {
        let unknown = f64::NAN;
        return Burst { per_second: unknown, acknowledged: unknown, answered: unknown, busy, lost };
    }
    let took = requests.last().map_or(started.elapsed(), |last| last.at.duration_since(started));
    Burst {
        per_second: asked.len() as f64 / took.as_secs_f64(),
        acknowledged: percentile(&acknowledged, 0.99),
        answered: percentile(&answered, 0.99),
        busy,
        lost,
    }
}
