//! Many people who ask at once, in a local Discord, of a bot in a process of its own: for a test and a benchmark.

#![allow(dead_code, reason = "the test and the benchmark each use a part")]

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use passim::local_discord::{Id, LocalDiscord, Person, Ping, Recorded};
use serde_json::json;
use tokio::sync::Notify;

const TOKEN: &str = "MTAwMDAwMDAwMDAwMDAwMDAw.GlocaL.only-for-the-local-discord-on-this-machine";
pub const LIMIT: Duration = Duration::from_secs(60);

pub const PEOPLE: usize = 50;
pub const CHANNELS: usize = 20;
pub const QUESTIONS: [&str; 8] = [
    "How many years were agreed?",
    "Who agreed to the guarantees?",
    "How many troops will be sent?",
    "When did the talks in Paris take place?",
    "Who leads the monitoring of the ceasefire?",
    "What did Zelenskyy say about the guarantees?",
    "Where did the leaders meet?",
    "How high is the training budget?",
];

pub struct Scene {
    pub discord: LocalDiscord,
    pub bot: Id,
    pub people: Vec<Person>,
    pub channels: Vec<Id>,
    pub bot_process: Child,
    guild: Id,
    folder: PathBuf,
    pub corpus: PathBuf,
}

/// How a bot ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ending {
    /// SIGTERM: what is under way is answered first.
    Asked,
    /// SIGKILL.
    Killed,
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.bot_process.kill();
        let _ = self.bot_process.wait();
    }
}

impl Scene {
    /// Over the documents that ship.
    pub async fn start(folder: &Path) -> anyhow::Result<Scene> {
        Scene::start_over(&seeds(), folder).await
    }

    /// With a bot that has these variables, and logs there.
    pub async fn start_with(
        folder: &Path,
        variables: &[(&str, String)],
        log: Stdio,
    ) -> anyhow::Result<Scene> {
        Scene::launch(&seeds(), folder, variables, log).await
    }

    pub async fn start_over(corpus: &Path, folder: &Path) -> anyhow::Result<Scene> {
        Scene::launch(corpus, folder, &[], errors_of(folder)?.into()).await
    }

    async fn launch(
        corpus: &Path,
        folder: &Path,
        variables: &[(&str, String)],
        log: Stdio,
    ) -> anyhow::Result<Scene> {
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
        fs::create_dir_all(folder)?;
        let mut program = program(&discord, guild, &people[0], folder, corpus);
        program.envs(variables.iter().map(|(name, value)| (name, value)));
        let bot_process = serve(program, log)?;
        let (folder, corpus) = (folder.to_owned(), corpus.to_owned());
        let scene = Scene { discord, bot, people, channels, bot_process, guild, folder, corpus };
        scene.is_ready().await?;
        Ok(scene)
    }

    async fn is_ready(&self) -> anyhow::Result<()> {
        let is_connected = self.discord.is_connected(self.bot, LIMIT).await;
        ensure!(is_connected, "the bot did not connect: {}", self.errors().unwrap_or_default());
        Ok(())
    }

    /// The program with the settings that the bot has; the first of the people is its operator.
    pub fn program(&self) -> Command {
        program(&self.discord, self.guild, &self.people[0], &self.folder, &self.corpus)
    }

    /// What the bot has written to standard error so far, in all its processes.
    pub fn errors(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.folder.join(ERRORS))?)
    }

    /// Tells the bot to end, without waiting for it.
    pub fn tell_to_end(&self, how: Ending) -> anyhow::Result<()> {
        let signal = if how == Ending::Asked { "-TERM" } else { "-KILL" };
        let sent = Command::new("kill").args([signal, &self.bot_process.id().to_string()]).status()?;
        ensure!(sent.success(), "cannot send {signal} to the bot");
        Ok(())
    }

    /// Waits until it is gone.
    pub async fn is_gone(&mut self) -> anyhow::Result<()> {
        let asked = Instant::now();
        while self.bot_process.try_wait()?.is_none() {
            ensure!(asked.elapsed() < LIMIT, "the bot does not end");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// The bot again, after its end.
    pub async fn begin(&mut self) -> anyhow::Result<()> {
        // What an ended process has not heard is nobody's any more.
        self.discord.forget_sessions();
        self.bot_process = serve(self.program(), errors_of(&self.folder)?.into())?;
        self.is_ready().await
    }
}

/// In the scene's folder.
const ERRORS: &str = "stderr.txt";

fn program(discord: &LocalDiscord, guild: Id, operator: &Person, folder: &Path, corpus: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passim"));
    command.env_clear().current_dir(folder).env("DISCORD_TOKEN", TOKEN);
    command.env("PASSIM_DISCORD__PROXY", discord.origin()).env("PASSIM_DISCORD__GUILDS", guild.to_string());
    command.env("PASSIM_DISCORD__OPERATORS", operator.id().to_string());
    for limit in ["PERSON_PER_MINUTE", "CHANNEL_PER_MINUTE", "GUILD_PER_MINUTE"] {
        command.env(format!("PASSIM_LIMITS__{limit}"), "100000");
    }
    command.env("PASSIM_OPERATIONS__LISTEN", "off");
    command.env("PASSIM_LIMITS__WAITING", "1000").env("PASSIM_LOG__FILTER", "warn");
    command.arg("--corpus").arg(corpus).arg("--data").arg(folder.join("data"));
    command
}

fn serve(mut program: Command, log: Stdio) -> anyhow::Result<Child> {
    program.arg("serve").stdout(Stdio::null()).stderr(log).spawn().context("the bot does not start")
}

fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}

/// What the bot writes to standard error, in all its processes.
fn errors_of(folder: &Path) -> std::io::Result<File> {
    fs::create_dir_all(folder)?;
    File::options().create(true).append(true).open(folder.join(ERRORS))
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Surface {
    Mention,
    Command,
    Private,
    Direct,
    Reply,
    Menu,
    Form,
}

pub const SURFACES: [Surface; 7] = [
    Surface::Mention,
    Surface::Command,
    Surface::Private,
    Surface::Direct,
    Surface::Reply,
    Surface::Menu,
    Surface::Form,
];

/// A question that was asked: what its answer will name.
pub struct Asked {
    pub at: Instant,
    /// Of the message or the interaction.
    pub id: Id,
}

pub async fn ask(
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
pub enum Pace {
    /// As soon as the one before is answered: as many are under way as there are people.
    AsPeopleRead,
    AllAtOnce,
}

/// What became of the questions of a burst.
#[derive(Default)]
pub struct Burst {
    /// From the first question to the last request.
    pub took: Duration,
    /// How long each waited until it was acknowledged, and until it was answered.
    pub acknowledged: Vec<Duration>,
    pub answered: Vec<Duration>,
    /// Told that too many wait.
    pub busy: usize,
    /// Not answered, or more than once.
    pub lost: usize,
}

/// Everybody asks `each` questions, on all surfaces.
pub async fn burst(scene: &Scene, each: usize, pace: Pace) -> anyhow::Result<Burst> {
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
        if burst.lost == 0 || started.elapsed() > LIMIT {
            return Ok(burst);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// An answer in each channel, to reply to and to go on from.
pub async fn first_answers(scene: &Scene) -> anyhow::Result<Vec<Id>> {
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
pub fn asked_by(request: &Recorded) -> Option<String> {
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
    let mut burst = Burst::default();
    for one in asked {
        let Some([first]) = by_id.get(&one.id.to_string()).map(Vec::as_slice) else {
            burst.lost += 1;
            continue;
        };
        let is_deferred = first.body["type"] == 5;
        let token = first.path.split('/').rev().nth(1).unwrap_or_default();
        let last = match by_token.get(token).map(Vec::as_slice) {
            Some([edit]) if is_deferred => edit,
            _ if is_deferred => {
                burst.lost += 1;
                continue;
            }
            _ => *first,
        };
        burst.acknowledged.push(first.at.duration_since(one.at));
        burst.answered.push(last.at.duration_since(one.at));
        let content = last.body["data"]["content"].as_str().or(last.body["content"].as_str());
        burst.busy += usize::from(content.is_some_and(|content| content.starts_with("Too many questions")));
    }
    burst.took = requests.last().map_or(started.elapsed(), |last| last.at.duration_since(started));
    burst
}
