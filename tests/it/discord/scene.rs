//! The bot in the local Discord, over documents written in strings.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use passim::discord::reloading::Reload;
use passim::discord::serve::{ServeError, Served, Wish, serve};
use passim::live::{Live, sync_options};
use passim::local_discord::{Id, LocalDiscord, Person, Recorded, Shown};
use passim::metrics::Metrics;
use passim::neural::NeuralReader;
use passim::operations::{Listening, Operations, listen};
use passim::retrieval::{folder_of, sync};
use passim::settings::{self, UserFolders};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::local_discord::record;

/// Long for a machine that does much else; nothing waits this long unless it fails.
pub const SOON: Duration = Duration::from_secs(30);
pub const TOKEN: &str = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.0123456789abcdefghijklmnopqrstuvwxyz";

pub const NAME: &str = "passim";

/// Settings that no crowd reaches the limits of.
pub const WIDE_LIMITS: &str = "[limits]\nperson_per_minute = 100000\nchannel_per_minute = 100000\n\
                               guild_per_minute = 100000\nwaiting = 1000\n";

/// What the sources say in most tests.
pub const LEASE: &str = "# The lease\n\nThe lease of the office in Ghent runs for 15 years. It was signed by \
                         Ada Moreau on 6 January 2026. The rent is 4,200 euros a month.\n";
pub const CANTEEN: &str =
    "# The canteen\n\nThe canteen opens at 11:30. Lunch costs 6 euros. Soup is free for apprentices.\n";

/// A guild with its owner ann, bob and carl; the bot; two channels; a folder of documents.
pub struct Scene {
    pub discord: LocalDiscord,
    pub bot: Id,
    /// The owner of the guild: she may do everything there.
    pub ann: Person,
    pub bob: Person,
    pub carl: Person,
    pub guild: Id,
    pub general: Id,
    pub random: Id,
    pub folder: tempfile::TempDir,
    settings: String,
    /// Nanoseconds since 1970; a bot has it from its start.
    pub clock: fn() -> i128,
    /// Discord answers 400 where somebody writes into a thread that is closed.
    pub has_closed_threads: bool,
    /// What a bot reads with from its start.
    pub neural: Option<Arc<NeuralReader>>,
    operations: Option<Listening>,
    running: Option<Running>,
}

struct Running {
    stop: mpsc::Sender<Wish>,
    task: JoinHandle<Result<(), ServeError>>,
}

impl Scene {
    /// Without a bot that runs.
    pub async fn quiet() -> Scene {
        let discord = LocalDiscord::start().await.unwrap();
        let bot = discord.bot(NAME, TOKEN, 0);
        let people = ["ann", "bob", "carl"].map(|name| discord.person(name));
        let [ann, bob, carl] = people;
        let guild = discord.guild("Team", &ann);
        let (general, random) = (discord.channel(guild, "general"), discord.channel(guild, "random"));
        for account in [bob.id(), carl.id(), bot] {
            discord.join(guild, account);
        }
        let folder = tempfile::tempdir().unwrap();
        let settings = format!("[discord]\nguilds = [\"{guild}\"]\noperators = [\"{}\"]\n", ann.id());
        let scene = Scene {
            discord,
            bot,
            ann,
            bob,
            carl,
            guild,
            general,
            random,
            folder,
            settings,
            clock: now,
            has_closed_threads: false,
            neural: None,
            operations: None,
            running: None,
        };
        scene.write("lease.md", LEASE);
        scene.write("canteen.md", CANTEEN);
        scene
    }

    /// With the bot, connected.
    pub async fn new() -> Scene {
        let mut scene = Scene::quiet().await;
        scene.start().await;
        scene
    }

    /// With these lines of settings beside those that name guild and operator.
    pub async fn with_settings(more: &str) -> Scene {
        let mut scene = Scene::quiet().await;
        scene.add_settings(more);
        scene.start().await;
        scene
    }

    pub fn add_settings(&mut self, more: &str) {
        self.settings.push_str(more);
    }

    pub fn set_settings(&mut self, all: &str) {
        self.settings = all.to_owned();
    }

    pub fn corpus(&self) -> PathBuf {
        self.folder.path().join("corpus")
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A document of the corpus.
    pub fn write(&self, name: &str, text: &str) {
        let file = self.corpus().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Starts the bot, and waits until it is connected.
    pub async fn start(&mut self) {
        self.launch();
        assert!(self.discord.is_connected(self.bot, SOON).await, "the bot did not connect");
    }

    /// Starts the bot, whatever comes of it.
    pub fn launch(&mut self) {
        self.launch_with(Arc::new(Operations::new(Metrics::off())));
    }

    /// Starts the bot with health and metrics, and waits until it is connected.
    pub async fn start_looked_at(&mut self) {
        let operations = Arc::new(Operations::new(Metrics::new("1.2.3")));
        let free = "127.0.0.1:0".parse().unwrap();
        self.operations = Some(listen(free, operations.clone()).await.unwrap());
        self.launch_with(operations);
        assert!(self.discord.is_connected(self.bot, SOON).await, "the bot did not connect");
    }

    /// Where health and metrics are served.
    pub fn operations(&self) -> std::net::SocketAddr {
        self.operations.as_ref().unwrap().address
    }

    fn launch_with(&mut self, operations: Arc<Operations>) {
        let (stop, wishes) = mpsc::channel(2);
        let task = tokio::spawn(serve(self.served(operations), wishes));
        self.running = Some(Running { stop, task });
    }

    fn served(&self, operations: Arc<Operations>) -> Served {
        let file = self.folder.path().join("settings.toml");
        let all = format!(
            "{}\n[log]\nfilter = \"warn\"\n",
            self.settings
                .replace("[discord]\n", &format!("[discord]\nproxy = \"{}\"\n", self.discord.origin()))
        );
        fs::write(&file, all).unwrap();
        let settings = settings::load(&settings::Sources {
            current_dir: self.folder.path(),
            user: UserFolders::default(),
            environment: &[("DISCORD_TOKEN".into(), TOKEN.into())],
            config_files: &[file],
            corpus: Some(&self.corpus()),
            data: Some(&self.data()),
        })
        .unwrap();
        let (corpus, data) = (self.corpus(), self.data());
        let folder = folder_of(&corpus, &data);
        let (index, _) =
            sync::sync(&folder, &corpus, sync_options(&settings, false), now(), &mut |_| {}).unwrap();
        let live = Live::new(index, &corpus, &data, settings.clone(), self.neural.clone()).unwrap();
        let as_it_is = settings.clone();
        let reload = Reload { read: Box::new(move || Ok(as_it_is.clone())), follow: Box::new(|_| {}) };
        Served {
            live: live.into(),
            corpus,
            data,
            settings,
            operations,
            reload: Arc::new(reload),
            clock: self.clock,
        }
    }

    /// Ends the bot as a supervisor does, and waits until it is gone.
    pub async fn stop(&mut self) {
        let running = self.running.take().unwrap();
        running.stop.send(Wish::Stop).await.unwrap();
        running.task.await.unwrap().unwrap();
    }

    /// Tells the bot to end, without waiting for it.
    pub async fn ask_to_stop(&self) {
        self.running.as_ref().unwrap().stop.send(Wish::Stop).await.unwrap();
    }

    /// Ends the bot in the middle of whatever it does.
    pub async fn kill(&mut self) {
        let running = self.running.take().unwrap();
        running.task.abort();
        let _ = running.task.await;
    }

    /// How the bot ended by itself.
    pub async fn outcome(&mut self) -> Result<(), ServeError> {
        let running = self.running.take().unwrap();
        tokio::time::timeout(SOON, running.task).await.expect("the bot goes on").unwrap()
    }

    pub async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    pub fn mention(&self, text: &str) -> String {
        format!("<@{}> {text}", self.bot)
    }

    /// Says something to the bot in a channel, and waits for the message that answers.
    pub async fn ask(&self, person: &Person, channel: Id, text: &str) -> Shown {
        let message = person.say(channel, &self.mention(text)).unwrap();
        self.reply_to(person, channel, message).await
    }

    /// The message of the bot that replies to this one, as a person sees it.
    pub async fn reply_to(&self, person: &Person, channel: Id, message: Id) -> Shown {
        let found = person
            .finds(channel, SOON, "a reply", |shown| shown.author == NAME && shown.reply_to == Some(message))
            .await;
        found.unwrap_or_else(|error| panic!("{error}"))
    }

    /// A message of the bot with this text in it.
    pub async fn says(&self, person: &Person, channel: Id, text: &str) -> Shown {
        let found = person
            .finds(channel, SOON, text, |shown| {
                shown.author == NAME && !shown.is_thinking && shown.content.contains(text)
            })
            .await;
        found.unwrap_or_else(|error| panic!("{error}"))
    }

    /// What the bot has said in a channel so far, as a person sees it.
    pub fn said(&self, person: &Person, channel: Id) -> Vec<Shown> {
        let messages = person.sees(channel).messages;
        messages.into_iter().filter(|shown| shown.author == NAME).collect()
    }

    /// What the bot says to an interaction of theirs, in a message of its own.
    pub async fn response(&self, person: &Person, channel: Id, interaction: Id) -> Shown {
        let is_meant = |shown: &Shown| shown.author == NAME && shown.id > interaction && !shown.is_thinking;
        let found = person.finds(channel, SOON, "a response", is_meant).await;
        found.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Presses a button that is answered by a message.
    pub async fn press(&self, person: &Person, channel: Id, message: Id, button: &str) -> Shown {
        let pressed = person.press(message, button).unwrap();
        self.response(person, channel, pressed).await
    }

    /// Presses a button that is not there.
    pub async fn forge(&self, person: &Person, channel: Id, message: Id, custom_id: &str) -> Shown {
        let pressed = person.press_forged(message, custom_id).unwrap();
        self.response(person, channel, pressed).await
    }

    /// Presses a button by which its message becomes another one.
    pub async fn press_changes(&self, person: &Person, channel: Id, message: Id, button: &str) -> Shown {
        let seen = person.sees(channel);
        let before = seen.messages.iter().find(|shown| shown.id == message).unwrap().content.clone();
        person.press(message, button).unwrap();
        let is_other = |shown: &Shown| shown.id == message && shown.content != before;
        let found = person.finds(channel, SOON, "a change", is_other).await;
        found.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The documents are read again, at the wish of ann.
    pub async fn read_again(&self) {
        let wished = self.ann.invoke(self.general, "reindex", &[]).unwrap();
        let is_done = |shown: &Shown| shown.id > wished && shown.content.contains("**Done**");
        let done = self.ann.finds(self.general, SOON, "a re-index", is_done).await;
        done.unwrap_or_else(|error| panic!("{error}"));
    }

    /// The documents are read by another process.
    pub fn index_elsewhere(&self) {
        let options = sync::Options {
            threads: 1,
            memory_per_thread: 20 << 20,
            largest_file: 1 << 20,
            rebuild: false,
            program: None,
        };
        let folder = folder_of(&self.corpus(), &self.data());
        sync::sync(&folder, &self.corpus(), options, now(), &mut |_| {}).unwrap();
    }

    /// A message of the bot with this text in it, that only this person sees.
    pub async fn tells(&self, person: &Person, channel: Id, text: &str) -> Shown {
        let found = person
            .finds(channel, SOON, text, |shown| {
                shown.author == NAME && shown.is_ephemeral && shown.content.contains(text)
            })
            .await;
        found.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Keeps the bot busy: what is asked after so many questions, all in one channel, has to wait.
    pub fn occupy(&self, channel: Id, questions: usize) -> Vec<Id> {
        // Words that nobody wrote cost most: each is compared with all that somebody did.
        let words: Vec<String> = (0..150).map(|number| format!("zq{number}wx")).collect();
        let text = self.mention(&format!("Who {}?", words.join(" ")));
        (0..questions).map(|_| self.carl.say(channel, &text).unwrap()).collect()
    }

    /// Requests of a kind so far; `path` is below `/api/v10`, and may end in the middle.
    pub fn requests(&self, method: &str, path: &str) -> Vec<Recorded> {
        let fits = |request: &Recorded| request.method == method && request.path.contains(path);
        self.discord.requests().into_iter().filter(fits).collect()
    }
}

impl Drop for Scene {
    /// Whatever was sent was a request that Discord takes.
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.task.abort();
        }
        if std::thread::panicking() {
            return;
        }
        let (malformed, taken): (Vec<Recorded>, Vec<Recorded>) =
            self.discord.requests().into_iter().partition(|request| request.status == 400);
        assert!(malformed.is_empty() || self.has_closed_threads, "{malformed:#?}");
        record(&taken);
        // Nothing that leaves pings anybody, whatever a test is about.
        assert!(self.discord.pinged_anybody().iter().all(|shown| shown.author != NAME));
    }
}

/// Nanoseconds since 1970.
pub fn now() -> i128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as i128
}
