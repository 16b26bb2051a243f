//! The layers of settings laid over each other: for each known key what was written last, and where.
//!
//! A key is known because it stands in the compiled-in `default.toml`, so it has one home. What a value means
//! is left to [`super::values`].

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use config::{FileFormat, Map, Source, Value, ValueKind};

use super::error::Problem;
use super::folders;

const DEFAULTS: &str = include_str!("../../config/default.toml");

/// Where a setting was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    CompiledIn,
    File(PathBuf),
    Variable(String),
    CommandLine,
}

/// What was written for one key.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub value: ValueKind,
    pub origin: Origin,
    /// Where a relative path starts; nothing where it would not mean anything.
    pub base: Option<PathBuf>,
}

pub(super) struct Layers {
    pub written: BTreeMap<String, Written>,
    pub problems: Vec<Problem>,
}

impl Layers {
    /// The lowest layer, which says what keys there are.
    pub fn compiled_in(base: Option<&Path>) -> Self {
        let tables = parse(DEFAULTS).expect("a test loads the compiled-in settings");
        let mut written = BTreeMap::new();
        let default = |value: Value| Written {
            value: value.kind,
            origin: Origin::CompiledIn,
            base: base.map(Path::to_owned),
        };
        for (name, value) in tables {
            let ValueKind::Table(table) = value.kind else {
                written.insert(name, default(value));
                continue;
            };
            for (key, value) in table {
                written.insert(format!("{name}.{key}"), default(value));
            }
        }
        Self { written, problems: Vec::new() }
    }

    /// Lays a settings file over what is there. It is absolute.
    pub fn add_file(&mut self, file: &Path) {
        match fs::read_to_string(file) {
            Ok(text) => self.add_text(file, &text),
            Err(reason) => self.problems.push(Problem::Unreadable { file: file.to_owned(), reason }),
        }
    }

    /// The same for a file that nobody is obliged to have.
    pub fn add_file_if_present(&mut self, file: &Path) {
        let is_missing = matches!(fs::metadata(file), Err(error) if error.kind() == io::ErrorKind::NotFound);
        if !is_missing {
            self.add_file(file);
        }
    }

    fn add_text(&mut self, file: &Path, text: &str) {
        match parse(text) {
            Ok(table) => self.add_table(file, "", table),
            Err(reason) => self.problems.push(Problem::NotToml { file: file.to_owned(), reason }),
        }
    }

    fn add_table(&mut self, file: &Path, prefix: &str, table: Map<String, Value>) {
        // Sorted, so that the same file gives the same list of problems.
        let table: BTreeMap<String, Value> = table.into_iter().collect();
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            match value.kind {
                value if self.written.contains_key(&key) => {
                    let base = Some(folders::base_of(file).to_owned());
                    self.written.insert(key, Written { value, origin: Origin::File(file.to_owned()), base });
                }
                ValueKind::Table(inner) if self.is_table(&key) || !inner.is_empty() => {
                    self.add_table(file, &format!("{key}."), inner);
                }
                _ if self.is_table(&key) => {
                    self.problems.push(Problem::NotATable { key, file: file.to_owned() });
                }
                _ => {
                    let nearest = self.nearest(&key);
                    self.problems.push(Problem::UnknownKey { key, file: file.to_owned(), nearest });
                }
            }
        }
    }

    /// Lays the variables of the environment over what is there: ours, and the name that bots usually give
    /// their token. An empty variable counts as not set, because that is how compose files hand on nothing.
    pub fn add_environment(&mut self, environment: &[(OsString, OsString)], current_dir: &Path) {
        let (mut common, mut ours) = (Vec::new(), Vec::new());
        for (name, value) in environment {
            let Some(name) = name.to_str() else { continue };
            match name.strip_prefix("PASSIM_") {
                _ if value.is_empty() => {}
                // It says where the files are and has done so by now.
                Some("CONFIG_DIR") => {}
                Some(rest) => ours.push((name, rest.to_lowercase().replace("__", "."), value)),
                None if name == "DISCORD_TOKEN" => common.push((name, "discord.token".to_owned(), value)),
                None => {}
            }
        }
        for (name, key, value) in common.into_iter().chain(ours) {
            self.add_variable(name, key, value.to_str(), current_dir);
        }
    }

    fn add_variable(&mut self, name: &str, key: String, value: Option<&str>, current_dir: &Path) {
        let name = name.to_owned();
        if !self.written.contains_key(&key) {
            let nearest = self.nearest(&key).map(|key| variable_of(&key));
            self.problems.push(Problem::UnknownVariable { name, nearest });
            return;
        }
        let Some(value) = value else {
            self.problems.push(Problem::NotUtf8 { name });
            return;
        };
        let (value, base) = (ValueKind::String(value.to_owned()), Some(current_dir.to_owned()));
        self.written.insert(key, Written { value, origin: Origin::Variable(name), base });
    }

    fn is_table(&self, key: &str) -> bool {
        self.written.keys().any(|known| known.split_once('.').is_some_and(|(table, _)| table == key))
    }

    /// The known key that was probably meant.
    fn nearest(&self, key: &str) -> Option<String> {
        nearest(key, self.written.keys().map(String::as_str)).map(str::to_owned)
    }
}

/// The one of the known keys that was probably meant.
pub(super) fn nearest<'a>(key: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (edits, known) = known.into_iter().map(|known| (edits_between(known, key), known)).min()?;
    (edits <= A_SLIP).then_some(known)
}

/// How many edits may lie between what somebody wrote and what they meant.
const A_SLIP: usize = 3;

/// How unlike two keys are. One that stands in the wrong table is as near as a slip.
fn edits_between(known: &str, key: &str) -> usize {
    let name = |key: &str| key.rsplit('.').next().map(str::to_owned);
    let edits = levenshtein(known, key);
    if name(known) == name(key) { edits.min(A_SLIP) } else { edits }
}

/// The number of characters to insert, remove or replace that make one text of the other.
fn levenshtein(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.chars().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

/// The environment variable that sets a key.
fn variable_of(key: &str) -> String {
    format!("PASSIM_{}", key.to_uppercase().replace('.', "__"))
}

fn parse(text: &str) -> Result<Map<String, Value>, String> {
    // Windows editors begin files with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    config::File::from_str(text, FileFormat::Toml)
        .collect()
        .map_err(|error| reason_without_excerpt(&error.to_string()))
}

/// The parser's error shows the line it stumbled over, which may hold a secret; the number of the line and the
/// reason are enough. It reads `TOML parse error at line 3, column 9`, three lines with the excerpt, the reason.
fn reason_without_excerpt(error: &str) -> String {
    let place = error.strip_prefix("TOML parse error at ").and_then(|rest| rest.split(',').next());
    let Some(place) = place else { return format!("not valid TOML: {}", error.trim()) };
    let reason: Vec<&str> = error.trim().lines().skip(4).collect();
    format!("not valid TOML at {place}: {}", reason.join(", "))
}

impl Origin {
    /// As it follows a key: "in config/local.toml".
    pub(super) fn in_a_sentence(&self) -> String {
        match self {
            Origin::CompiledIn => "as compiled in".to_owned(),
            Origin::File(file) => format!("in {}", file.display()),
            Origin::Variable(name) => format!("from {name}"),
            Origin::CommandLine => "from the command line".to_owned(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::CompiledIn => f.write_str("compiled in"),
            Origin::File(file) => write!(f, "{}", file.display()),
            Origin::Variable(name) => f.write_str(name),
            Origin::CommandLine => f.write_str("command line"),
        }
    }
}
