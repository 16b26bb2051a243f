//! The settings: what an operator may choose, read once into one [`Settings`].
//!
//! Later layers win: the compiled-in `config/default.toml`, `default.toml` and `local.toml` of the
//! configuration folder, `--config` files, the environment, the command line. `layers` gathers them,
//! `folders` knows where things lie, `values` turns what was written into types that cannot be wrong.
//!
//! Nothing here asks the process for anything: the environment, the current folder and the user's folders are
//! handed in. Command lines, exit codes and what the settings are for are left to others.

use std::ffi::OsString;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

use crate::language::Language;
use crate::neural::{Limits, NeuralError, NeuralReader};
use crate::scopes::Scopes;

mod error;
mod folders;
mod layers;
mod link;
mod reloading;
mod secret;
mod values;

pub use error::{Problem, SettingsError};
pub use folders::UserFolders;
pub use layers::Origin;
pub use link::LinkTemplate;
pub use reloading::Reloaded;
pub use secret::Secret;
pub use values::InForce;

use layers::Layers;
use values::Values;

/// Everything that settings may come from, handed in by `main` or by a test.
pub struct Sources<'a> {
    /// Where the program was started; absolute. Relative paths of environment and command line start here.
    pub current_dir: &'a Path,
    pub user: UserFolders,
    /// `std::env::vars_os()`, collected.
    pub environment: &'a [(OsString, OsString)],
    /// `--config FILE`, in the order given.
    pub config_files: &'a [PathBuf],
    /// `--corpus DIR`.
    pub corpus: Option<&'a Path>,
    /// `--data DIR`.
    pub data: Option<&'a Path>,
}

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who may read what.
    pub scopes: Scopes,
    pub corpus: CorpusSettings,
    pub data: DataSettings,
    pub index: IndexSettings,
    pub answer: AnswerSettings,
    pub reader: ReaderSettings,
    pub sources: SourcesSettings,
    pub discord: DiscordSettings,
    pub channels: ChannelSettings,
    pub limits: LimitSettings,
    pub retention: RetentionSettings,
    pub operations: OperationsSettings,
    pub log: LogSettings,
    /// The configuration folder, where templates and synonyms are looked for too. It need not exist.
    pub config_dir: Option<PathBuf>,
    /// This program, where it may start itself; no layer has it, whoever loads the settings may know it.
    pub program: Option<PathBuf>,
    in_force: Vec<InForce>,
}

/// Reads and checks every layer. The error lists all that is wrong, not only the first of it.
pub fn load(sources: &Sources) -> Result<Settings, SettingsError> {
    let config_dir = folders::config_dir(sources)?;
    let mut layers = Layers::compiled_in(config_dir.as_deref().and_then(folders::above_config));
    if let Some(folder) = &config_dir {
        layers.add_file_if_present(&folder.join("default.toml"));
        layers.add_file_if_present(&folder.join("local.toml"));
    }
    for file in sources.config_files {
        layers.add_file(&folders::joined(sources.current_dir, file));
    }
    layers.add_environment(sources.environment, sources.current_dir);

    let mut values = Values::new(layers, sources.current_dir);
    let scopes = values.scopes("scopes");
    let corpus = CorpusSettings::read(&mut values, sources.corpus);
    let data = DataSettings::read(
        &mut values,
        sources.data,
        folders::usual_data_dir(config_dir.as_deref(), sources),
    );
    let index = IndexSettings::read(&mut values);
    let answer = AnswerSettings::read(&mut values);
    let reader = ReaderSettings::read(&mut values, config_dir.as_deref().map(|folder| folder.join("reader")));
    let source_links = SourcesSettings::read(&mut values);
    let discord = DiscordSettings::read(&mut values);
    let channels = ChannelSettings::read(&mut values);
    let limits = LimitSettings::read(&mut values);
    let retention = RetentionSettings::read(&mut values);
    let operations = OperationsSettings::read(&mut values);
    let log = LogSettings::read(&mut values);
    let in_force = values.finish()?;

    Ok(Settings {
        scopes,
        corpus,
        data,
        index,
        answer,
        reader,
        sources: source_links,
        discord,
        channels,
        limits,
        retention,
        operations,
        log,
        config_dir,
        program: None,
        in_force,
    })
}

/// The configuration folder that [`load`] looks into, for those who write one. It need not exist.
pub fn config_dir(sources: &Sources) -> Option<PathBuf> {
    folders::config_dir_to_be(sources)
}

/// The file of the configuration folder that is read in place of the compiled-in one of that name.
pub fn own_file(config_dir: Option<&Path>, name: &str) -> Option<PathBuf> {
    config_dir.map(|folder| folder.join(name)).filter(|file| file.exists())
}

impl Settings {
    /// The folder with the documents, for what cannot do without one.
    pub fn corpus_dir(&self) -> Result<&Path, SettingsError> {
        let missing = || Problem::NoCorpus { file: self.file_to_edit() };
        Ok(self.corpus.path.as_deref().ok_or_else(missing)?)
    }

    /// The folder for index and receipts, for what cannot do without one. It need not exist.
    pub fn data_dir(&self) -> Result<&Path, SettingsError> {
        let missing = || Problem::NoData { file: self.file_to_edit() };
        Ok(self.data.path.as_deref().ok_or_else(missing)?)
    }

    /// Every key with its value and where that came from, in the order of `default.toml`; secrets hidden.
    pub fn origins(&self) -> &[InForce] {
        &self.in_force
    }

    fn file_to_edit(&self) -> String {
        match &self.config_dir {
            Some(folder) => folder.join("local.toml").display().to_string(),
            None => "a file given with --config".to_owned(),
        }
    }
}

/// What is read.
#[derive(Debug, Clone)]
pub struct CorpusSettings {
    /// The folder with the documents, absolute; `None` where none is set. See [`Settings::corpus_dir`].
    pub path: Option<PathBuf>,
    /// Larger files are refused; megabytes of 1,048,576 bytes, 1 to 1024.
    pub max_file_mb: usize,
    /// Whether `serve` watches the folder.
    pub watch: bool,
    /// How often a watched folder is looked at without an event, since events get lost; 1 to 1440.
    pub rescan_minutes: usize,
    /// How people get a document in: a sentence shown when the sources do not say.
    pub how_to_add: Option<String>,
}

impl CorpusSettings {
    fn read(values: &mut Values, option: Option<&Path>) -> Self {
        Self {
            path: values.folder("corpus.path", option, None),
            max_file_mb: values.whole("corpus.max_file_mb", 1..=1024),
            watch: values.truth("corpus.watch"),
            rescan_minutes: values.whole("corpus.rescan_minutes", 1..=1_440),
            how_to_add: Some(values.text("corpus.how_to_add")).filter(|sentence| !sentence.is_empty()),
        }
    }

    pub fn rescan_interval(&self) -> Duration {
        Duration::from_secs(self.rescan_minutes as u64 * 60)
    }

    /// The size up to which files are read, in bytes.
    pub fn max_file_bytes(&self) -> u64 {
        self.max_file_mb as u64 * 1024 * 1024
    }
}

/// What is kept.
#[derive(Debug, Clone)]
pub struct DataSettings {
    /// The folder for index and receipts, absolute; `None` where none is known. See [`Settings::data_dir`].
    pub path: Option<PathBuf>,
}

impl DataSettings {
    fn read(values: &mut Values, option: Option<&Path>, usual: Option<PathBuf>) -> Self {
        Self { path: values.folder("data.path", option, usual) }
    }
}

/// How the index is written.
#[derive(Debug, Clone)]
pub struct IndexSettings {
    /// Threads that write; 1 to 64.
    pub threads: usize,
    /// Memory that each thread may fill before it writes to disk; megabytes of 1,048,576 bytes, 15 to 4096.
    pub memory_mb: usize,
    /// A question set that is asked after each re-index.
    pub golden: Option<PathBuf>,
}

impl IndexSettings {
    fn read(values: &mut Values) -> Self {
        Self {
            threads: values.whole("index.threads", 1..=64),
            memory_mb: values.whole("index.memory_mb", 15..=4096),
            golden: values.folder("index.golden", None, None),
        }
    }
}

/// How answers are chosen.
#[derive(Debug, Clone)]
pub struct AnswerSettings {
    /// With less confidence than this the sources "do not say"; a probability, 0 to 1.
    pub threshold: f64,
    /// With less confidence than this, an answer is shown as the closest statement, to be checked; 0 to 1.
    pub closest_below: f64,
    /// How many of the best passages are searched for sentences; 1 to 200.
    pub passages: usize,
    /// Whether words of the question are corrected towards words of the corpus.
    pub spelling: bool,
}

impl AnswerSettings {
    fn read(values: &mut Values) -> Self {
        Self {
            threshold: values.fraction("answer.threshold"),
            closest_below: values.fraction("answer.closest_below"),
            passages: values.whole("answer.passages", 1..=200),
            spelling: values.truth("answer.spelling"),
        }
    }
}

/// A small neural network that reads the best passages too.
#[derive(Debug, Clone)]
pub struct ReaderSettings {
    pub enabled: bool,
    /// The folder with model and tokenizer, absolute; `None` where none is known. It need not exist.
    pub folder: Option<PathBuf>,
    /// How many stretches of text are read for a question; 1 to 8.
    pub windows: usize,
    /// How many are read at the same time; 1 to 64.
    pub threads: usize,
    /// After so long an answer does without; seconds, 1 to 60.
    pub patience_seconds: usize,
}

impl ReaderSettings {
    fn read(values: &mut Values, usual: Option<PathBuf>) -> Self {
        Self {
            enabled: values.truth("reader.enabled"),
            folder: values.folder("reader.folder", None, usual),
            windows: values.whole("reader.windows", 1..=8),
            threads: values.whole("reader.threads", 1..=64),
            patience_seconds: values.whole("reader.patience_seconds", 1..=60),
        }
    }

    /// Loads it, which takes as long as some answers: once for all who ask. `None` where it is switched off, or there
    /// is none: then answers are chosen by words alone.
    pub fn open(&self) -> Result<Option<Arc<NeuralReader>>, NeuralError> {
        let Some(folder) = self.folder.as_deref().filter(|_| self.enabled) else { return Ok(None) };
        let patience = Duration::from_secs(self.patience_seconds as u64);
        let reader = NeuralReader::open(folder, Limits { threads: self.threads, patience })?;
        Ok(reader.map(Arc::new))
    }
}

/// How cited documents are pointed to.
#[derive(Debug, Clone)]
pub struct SourcesSettings {
    /// A link for documents that name no `url` themselves; http or https.
    pub link: Option<LinkTemplate>,
}

impl SourcesSettings {
    fn read(values: &mut Values) -> Self {
        let parse = |text: &str| match text {
            "" => Ok(None),
            template => LinkTemplate::parse(template).map(Some),
        };
        Self { link: values.parsed("sources.link", parse) }
    }
}

/// How we reach Discord, and whom we serve there.
#[derive(Debug, Clone)]
pub struct DiscordSettings {
    /// The bot's token; never printed.
    pub token: Option<Secret>,
    /// The servers that are served; none where it is empty.
    pub guilds: Vec<u64>,
    /// Users or roles that may see the whole corpus and re-index it.
    pub operators: Vec<u64>,
    /// Whether operators may add documents to the corpus and remove them.
    pub add_files: bool,
    /// What is spoken where neither the person's locale nor the question tells.
    pub language: Language,
    /// The origin of a proxy for Discord's REST API that keeps to Discord's rate limits itself.
    pub proxy: Option<String>,
    /// So long without the gateway ends the program; seconds, 10 to 3600.
    pub watchdog_seconds: usize,
    /// So long may answers under way take when the program is told to stop; seconds, 1 to 300.
    pub drain_seconds: usize,
    /// Whether a note is written under public answers that no longer hold after a re-index.
    pub announce_stale: bool,
    /// Only under those that are no older; days, 1 to 36500.
    pub announce_stale_days: usize,
}

impl DiscordSettings {
    fn read(values: &mut Values) -> Self {
        Self {
            token: values.secret("discord.token"),
            guilds: values.ids("discord.guilds"),
            operators: values.ids("discord.operators"),
            add_files: values.truth("discord.add_files"),
            language: values
                .parsed("discord.language", |code| Language::parse(code).ok_or("\"en\" or \"de\"")),
            proxy: values.parsed("discord.proxy", proxy),
            watchdog_seconds: values.whole("discord.watchdog_seconds", 10..=3600),
            drain_seconds: values.whole("discord.drain_seconds", 1..=300),
            announce_stale: values.truth("discord.announce_stale"),
            announce_stale_days: values.whole("discord.announce_stale_days", 1..=36_500),
        }
    }
}

/// Scheme, host and perhaps a port. A path would be lost: the client puts its own in that place.
fn proxy(text: &str) -> Result<Option<String>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let is_origin = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"))
        .is_some_and(|authority| is_host_with_port(authority.strip_suffix('/').unwrap_or(authority)));
    if !is_origin {
        return Err("empty or an origin such as http://127.0.0.1:3000, with no path after it");
    }
    Ok(Some(text.trim_end_matches('/').to_owned()))
}

/// The port is optional; the colons of an IPv6 address stand in brackets.
fn is_host_with_port(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    let is_host = match host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => is_name(host),
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    is_host && is_port
}

/// Where in a served server people are answered. Threads follow the channel that they belong to.
#[derive(Debug, Clone)]
pub struct ChannelSettings {
    /// Only these channels; all where it is empty.
    pub allow: Vec<u64>,
    /// Never these, whatever `allow` says.
    pub deny: Vec<u64>,
}

impl ChannelSettings {
    fn read(values: &mut Values) -> Self {
        Self { allow: values.ids("channels.allow"), deny: values.ids("channels.deny") }
    }
}

/// How much may be asked.
#[derive(Debug, Clone)]
pub struct LimitSettings {
    /// Questions a minute of one person; 1 to 100000, as for channel and server.
    pub person_per_minute: usize,
    pub channel_per_minute: usize,
    pub guild_per_minute: usize,
    /// Questions that may wait for an answer; further ones are told that we are busy; 1 to 10000.
    pub waiting: usize,
}

impl LimitSettings {
    fn read(values: &mut Values) -> Self {
        Self {
            person_per_minute: values.whole("limits.person_per_minute", 1..=100_000),
            channel_per_minute: values.whole("limits.channel_per_minute", 1..=100_000),
            guild_per_minute: values.whole("limits.guild_per_minute", 1..=100_000),
            waiting: values.whole("limits.waiting", 1..=10_000),
        }
    }
}

/// How long what was asked is remembered.
#[derive(Debug, Clone)]
pub struct RetentionSettings {
    /// Questions, receipts and votes; 1 to 36500.
    pub questions_days: usize,
    /// So long a follow-up is understood from the questions before it; 1 to 10080.
    pub conversation_minutes: usize,
    /// Who ran what; 1 to 36500.
    pub audit_days: usize,
    /// The data of a server that removed the bot; 0 to 36500.
    pub guild_days: usize,
}

impl RetentionSettings {
    fn read(values: &mut Values) -> Self {
        Self {
            questions_days: values.whole("retention.questions_days", 1..=36_500),
            conversation_minutes: values.whole("retention.conversation_minutes", 1..=10_080),
            audit_days: values.whole("retention.audit_days", 1..=36_500),
            guild_days: values.whole("retention.guild_days", 0..=36_500),
        }
    }
}

/// What those who run the bot can look at.
#[derive(Debug, Clone)]
pub struct OperationsSettings {
    /// Where health and metrics are served; nowhere where there is none.
    pub listen: Option<SocketAddr>,
}

impl OperationsSettings {
    fn read(values: &mut Values) -> Self {
        let must_be = "an address with a port, such as 127.0.0.1:9464 or 0.0.0.0:9464, or off";
        let parse = |text: &str| match text {
            // Where an empty variable counts as none, a word has to do.
            "" | "off" => Ok(None),
            address => address.parse().map(Some).map_err(|_| must_be),
        };
        Self { listen: values.parsed("operations.listen", parse) }
    }
}

/// What is logged.
#[derive(Debug, Clone)]
pub struct LogSettings {
    pub filter: EnvFilter,
    pub format: LogFormat,
    /// Whether questions stand in the log.
    pub questions: bool,
}

/// How an event is written, in one line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    #[default]
    Human,
    Json,
}

impl LogSettings {
    fn read(values: &mut Values) -> Self {
        let parse =
            |text: &str| EnvFilter::try_new(text).map_err(|_| "a filter such as warn or warn,passim=debug");
        let format = |text: &str| match text {
            "human" => Ok(LogFormat::Human),
            "json" => Ok(LogFormat::Json),
            _ => Err("\"human\" or \"json\""),
        };
        Self {
            filter: values.parsed("log.filter", parse),
            format: values.parsed("log.format", format),
            questions: values.truth("log.questions"),
        }
    }
}

#[cfg(test)]
mod tests;
