//! The settings: what an operator may choose, read once into one [`Settings`].
//!
//! Later layers win: the compiled-in `config/default.toml`, `default.toml` and `local.toml` of the
//! configuration folder, `--config` files, the environment, the command line. `layers` gathers them,
//! `folders` knows where things lie, `values` turns what was written into types that cannot be wrong.
//!
//! Nothing here asks the process for anything: the environment, the current folder and the user's folders are
//! handed in. Command lines, exit codes and what the settings are for are left to others.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tracing_subscriber::EnvFilter;

mod error;
mod folders;
mod layers;
mod link;
mod secret;
mod values;

pub use error::{Problem, SettingsError};
pub use folders::UserFolders;
pub use layers::Origin;
pub use link::LinkTemplate;
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
    pub corpus: CorpusSettings,
    pub data: DataSettings,
    pub index: IndexSettings,
    pub answer: AnswerSettings,
    pub sources: SourcesSettings,
    pub discord: DiscordSettings,
    pub log: LogSettings,
    /// The configuration folder, where templates and synonyms are looked for too. It need not exist.
    pub config_dir: Option<PathBuf>,
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
    let corpus = CorpusSettings::read(&mut values, sources.corpus);
    let data = DataSettings::read(
        &mut values,
        sources.data,
        folders::usual_data_dir(config_dir.as_deref(), sources),
    );
    let index = IndexSettings::read(&mut values);
    let answer = AnswerSettings::read(&mut values);
    let source_links = SourcesSettings::read(&mut values);
    let discord = DiscordSettings::read(&mut values);
    let log = LogSettings::read(&mut values);
    let in_force = values.finish()?;

    Ok(Settings { corpus, data, index, answer, sources: source_links, discord, log, config_dir, in_force })
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
    /// How people get a document in: a sentence shown when the sources do not say.
    pub how_to_add: Option<String>,
}

impl CorpusSettings {
    fn read(values: &mut Values, option: Option<&Path>) -> Self {
        Self {
            path: values.folder("corpus.path", option, None),
            max_file_mb: values.whole("corpus.max_file_mb", 1..=1024),
            how_to_add: Some(values.text("corpus.how_to_add")).filter(|sentence| !sentence.is_empty()),
        }
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
}

impl IndexSettings {
    fn read(values: &mut Values) -> Self {
        Self {
            threads: values.whole("index.threads", 1..=64),
            memory_mb: values.whole("index.memory_mb", 15..=4096),
        }
    }
}

/// How answers are chosen.
#[derive(Debug, Clone)]
pub struct AnswerSettings {
    /// With less confidence than this the sources "do not say"; a probability, 0 to 1.
    pub threshold: f64,
    /// How many of the best passages are searched for sentences; 1 to 200.
    pub passages: usize,
    /// Whether words of the question are corrected towards words of the corpus.
    pub spelling: bool,
}

impl AnswerSettings {
    fn read(values: &mut Values) -> Self {
        Self {
            threshold: values.fraction("answer.threshold"),
            passages: values.whole("answer.passages", 1..=200),
            spelling: values.truth("answer.spelling"),
        }
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

/// How we reach Discord.
#[derive(Debug, Clone)]
pub struct DiscordSettings {
    /// The bot's token; never printed.
    pub token: Option<Secret>,
}

impl DiscordSettings {
    fn read(values: &mut Values) -> Self {
        Self { token: values.secret("discord.token") }
    }
}

/// What is logged.
#[derive(Debug, Clone)]
pub struct LogSettings {
    pub filter: EnvFilter,
}

impl LogSettings {
    fn read(values: &mut Values) -> Self {
        let parse =
            |text: &str| EnvFilter::try_new(text).map_err(|_| "a filter such as warn or warn,passim=debug");
        Self { filter: values.parsed("log.filter", parse) }
    }
}

#[cfg(test)]
mod tests;
