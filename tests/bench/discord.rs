//! The bot under load: `passim serve` in a process of its own, over the documents that ship, in a local Discord
//! in this one. Times are from the event until its request has arrived, so that a network would come on top.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use passim::local_discord::{Id, LocalDiscord, Person, Ping, Recorded};
use serde_json::json;
use tokio::runtime::Runtime;

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
        Row::new("Discord burst: acknowledged, p99", "ms", 1),
        Row::new("Discord burst: answered, p99", "ms", 1),
        Row::new("Discord burst: told busy", "count", 0),
        Row::new("Discord burst: lost or twice", "count", 0),
        Row::new("Discord: memory after the burst", "MB", 1),
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

async fn round_of(plan: &Plan, folder: &Path) -> anyhow::Result<[f64; 8]> {
    let scene = Scene::start(folder).await?;
    let idle = memory_of(scene.bot_process.id());
    let (p50, p99) = one_by_one(&scene, plan.questions.min(400)).await?;
    let each = if plan.questions < 1_000 { 2 } else { 20 };
    let burst = burst(&scene, each).await?;
    let after = memory_of(scene.bot_process.id());
    Ok([idle, p50, p99, burst.acknowledged, burst.answered, burst.busy, burst.lost, after])
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
        let is_answer = |request: &Recorded| asked.is_acknowledged_by(request);
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
    by: By,
}

enum By {
    Message(Id),
    Interaction(Id),
}

impl Asked {
    fn is_acknowledged_by(&self, request: &Recorded) -> bool {
        match self.by {
            By::Message(message) => request.body["message_reference"]["message_id"] == message.to_string(),
            By::Interaction(id) => request.path.contains(&format!("/interactions/{id}/")),
        }
    }
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
    let by = match (surface, answer) {
        (Surface::Mention, _) => By::Message(person.say(channel, &mention)?),
        (Surface::Command | Surface::Private, _) => By::Interaction(person.invoke(channel, "ask", &options)?),
        (Surface::Direct, _) => By::Message(person.say(person.direct_channel(scene.bot), question)?),
        (Surface::Menu, _) => By::Interaction(person.use_menu(menu, "Ask the sources about this")?),
        (Surface::Reply, Some(answer)) => By::Message(person.reply(answer, question, Ping::Yes)?),
        (Surface::Form, Some(_)) => By::Interaction(person.submit(form, &[("text", question)])?),
        _ => bail!("there is no answer yet to go on from"),
    };
    Ok(Asked { at, by })
}

struct Burst {
    acknowledged: f64,
    answered: f64,
    busy: f64,
    lost: f64,
}

/// Everybody asks `each` questions at once, on all surfaces.
async fn burst(scene: &Scene, each: usize) -> anyhow::Result<Burst> {
    let mut answers = Vec::new();
    for (person, channel) in scene.people.iter().zip(&scene.channels) {
        let message = person.say(*channel, &format!("<@{}> {}", scene.bot, QUESTIONS[0]))?;
        let found = person.finds(*channel, LIMIT, "an answer", |shown| shown.reply_to == Some(message)).await;
        answers.push(found.map_err(|error| anyhow::anyhow!("{error}"))?.id);
    }
    let before = scene.discord.requests().len();
    let everybody = scene.people.iter().enumerate().map(|(number, person)| {
        let answers = &answers;
        async move {
            let mut asked = Vec::new();
            for question in 0..each {
                let turn = number + question;
                let (surface, channel) = (SURFACES[turn % SURFACES.len()], turn % CHANNELS);
                let text = QUESTIONS[turn % QUESTIONS.len()];
                let answer = Some(answers[channel]);
                asked.push(ask(scene, surface, person, scene.channels[channel], text, answer).await?);
            }
            anyhow::Ok(asked)
        }
    });
    let asked: Vec<Asked> =
        futures_util::future::try_join_all(everybody).await?.into_iter().flatten().collect();
    let started = Instant::now();
    loop {
        let requests = scene.discord.requests().split_off(before);
        let burst = judged(&asked, &requests);
        if burst.lost == 0.0 || started.elapsed() > LIMIT {
            return Ok(burst);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// When each was acknowledged and answered, and how often.
fn judged(asked: &[Asked], requests: &[Recorded]) -> Burst {
    let mut by_message: HashMap<String, Vec<&Recorded>> = HashMap::new();
    let mut by_interaction: HashMap<&str, Vec<&Recorded>> = HashMap::new();
    let mut by_token: HashMap<&str, Vec<&Recorded>> = HashMap::new();
    for request in requests {
        let steps: Vec<&str> = request.path.split('/').collect();
        if let Some(message) = request.body["message_reference"]["message_id"].as_str() {
            by_message.entry(message.to_owned()).or_default().push(request);
        }
        match steps[..] {
            [.., "interactions", id, _, "callback"] => by_interaction.entry(id).or_default().push(request),
            [.., "webhooks", _, token, "messages", "@original"] if request.method == "PATCH" => {
                by_token.entry(token).or_default().push(request);
            }
            _ => {}
        }
    }
    let (mut acknowledged, mut answered, mut busy, mut lost) = (Vec::new(), Vec::new(), 0.0, 0.0);
    for one in asked {
        let found = match one.by {
            By::Message(id) => by_message.get(&id.to_string()),
            By::Interaction(id) => by_interaction.get(id.to_string().as_str()),
        };
        let Some([first]) = found.map(Vec::as_slice) else {
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
        return Burst { acknowledged: f64::NAN, answered: f64::NAN, busy, lost };
    }
    let (acknowledged, answered) = (percentile(&acknowledged, 0.99), percentile(&answered, 0.99));
    Burst { acknowledged, answered, busy, lost }
}
