//! What can be wrong with settings, each in one sentence that names the place and the cure.

use std::io;
use std::path::PathBuf;

use super::layers::Origin;

/// The settings cannot be used. Printed, it is one line for each problem.
#[derive(Debug, thiserror::Error)]
#[error("{}", lines(.problems))]
pub struct SettingsError {
    problems: Vec<Problem>,
}

/// One thing that is wrong. None of them ever holds the value of a secret.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("PASSIM_CONFIG_DIR names {}, which is not a folder", folder.display())]
    NoConfigDir { folder: PathBuf },

    #[error("cannot read the settings file {}: {reason}", file.display())]
    Unreadable { file: PathBuf, reason: io::Error },

    #[error("cannot read the settings file {}: {reason}", file.display())]
    NotToml { file: PathBuf, reason: String },

    #[error("unknown key {key} in {}{}", file.display(), did_you_mean(.nearest))]
    UnknownKey { key: String, file: PathBuf, nearest: Option<String> },

    #[error("unknown environment variable {name}{}", did_you_mean(.nearest))]
    UnknownVariable { name: String, nearest: Option<String> },

    #[error("the environment variable {name} is not valid UTF-8")]
    NotUtf8 { name: String },

    #[error("{key} in {} must be a table, as in [{key}]", file.display())]
    NotATable { key: String, file: PathBuf },

    #[error("{key} {} is {value}; it must be {must_be}", origin.in_a_sentence())]
    WrongValue { key: String, origin: Origin, value: String, must_be: String },

    #[error("{key} {} must be a text in quotation marks", origin.in_a_sentence())]
    WrongSecret { key: String, origin: Origin },

    #[error(
        "no corpus is set: name a folder with --corpus DIR, PASSIM_CORPUS__PATH or corpus.path in {file}"
    )]
    NoCorpus { file: String },

    #[error("no data folder is known: name one with --data DIR, PASSIM_DATA__PATH or data.path in {file}")]
    NoData { file: String },
}

impl SettingsError {
    pub(super) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// At least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl From<Problem> for SettingsError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.join("\n")
}

fn did_you_mean(nearest: &Option<String>) -> String {
    match nearest {
        Some(nearest) => format!("; did you mean {nearest}?"),
        None => String::new(),
    }
}
