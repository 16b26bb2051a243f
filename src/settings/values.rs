//! What was written, turned into types that cannot be wrong.
//!
//! Each reader names a key and what its value must be. What is wrong is noted and a stand-in returned, so that
//! one load finds every problem; [`Values::finish`] hands nothing out where there was one.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use config::{Map, Value, ValueKind};

use super::error::{Problem, SettingsError};
use super::folders::joined;
use super::layers::{Layers, Origin, Written, nearest};
use super::secret::{HIDDEN, Secret};
use crate::scopes::{PatternError, Rule, Scopes};

/// One setting as it is in force, for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// Such as `corpus.path`.
    pub key: String,
    /// As text: folders absolute, secrets hidden, empty where nothing is set.
    pub value: String,
    pub origin: Origin,
}

pub(super) struct Values<'a> {
    written: BTreeMap<String, Written>,
    problems: Vec<Problem>,
    in_force: Vec<InForce>,
    current_dir: &'a Path,
}

impl<'a> Values<'a> {
    pub fn new(layers: Layers, current_dir: &'a Path) -> Self {
        Self { written: layers.written, problems: layers.problems, in_force: Vec::new(), current_dir }
    }

    /// A whole number within a range.
    pub fn whole(&mut self, key: &str, range: RangeInclusive<usize>) -> usize {
        let written = self.written(key);
        let number = written.whole().filter(|number| range.contains(number));
        let must_be = format!("a whole number from {} to {}", range.start(), range.end());
        self.checked(key, written, number, &must_be)
    }

    /// A number from 0 to 1.
    pub fn fraction(&mut self, key: &str) -> f64 {
        let written = self.written(key);
        let number = written.number().filter(|number| (0.0..=1.0).contains(number));
        self.checked(key, written, number, "a number from 0 to 1")
    }

    /// True or false.
    pub fn truth(&mut self, key: &str) -> bool {
        let written = self.written(key);
        let truth = written.truth();
        self.checked(key, written, truth, "true or false")
    }

    /// Any text.
    pub fn text(&mut self, key: &str) -> String {
        self.parsed(key, |text| Ok(text.to_owned()))
    }

    /// A text with a form of its own. The error of `parse` completes "it must be …".
    pub fn parsed<T: Default>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, &'static str>) -> T {
        let written = self.written(key);
        let Some(text) = written.text() else {
            self.refuse(key, written, "a text in quotation marks");
            return T::default();
        };
        match parse(&text) {
            Ok(value) => {
                self.accept(key, text, written.origin);
                value
            }
            Err(must_be) => {
                self.refuse(key, written, must_be);
                T::default()
            }
        }
    }

    /// A folder or a file, absolute: the command line's, else what was written, else the usual one where that is empty.
    pub fn folder(&mut self, key: &str, option: Option<&Path>, usual: Option<PathBuf>) -> Option<PathBuf> {
        // It is not one of the layers, whose values are text: the name of a folder need not be UTF-8.
        if let Some(option) = option {
            let folder = joined(self.current_dir, option);
            self.accept(key, folder.display().to_string(), Origin::CommandLine);
            return Some(folder);
        }
        let written = self.written(key);
        let Some(text) = written.text() else {
            self.refuse(key, written, "a text in quotation marks");
            return None;
        };
        let folder = if text.is_empty() { usual } else { written.resolved(&text) };
        let printable = folder.as_ref().map(|folder| folder.display().to_string());
        self.accept(key, printable.unwrap_or_default(), written.origin);
        folder
    }

    /// A text that nobody gets to see, in errors no more than elsewhere.
    pub fn secret(&mut self, key: &str) -> Option<Secret> {
        let written = self.written(key);
        let Some(text) = written.text() else {
            self.problems.push(Problem::WrongSecret { key: key.to_owned(), origin: written.origin });
            return None;
        };
        let is_set = !text.is_empty();
        let printable = if is_set { HIDDEN } else { "" };
        self.accept(key, printable.to_owned(), written.origin);
        is_set.then(|| Secret::new(text))
    }

    /// Ids of Discord: servers, channels, users, roles.
    pub fn ids(&mut self, key: &str) -> Vec<u64> {
        let written = self.written(key);
        match written.ids() {
            Ok(ids) => {
                let printable: Vec<String> = ids.iter().map(u64::to_string).collect();
                self.accept(key, printable.join(", "), written.origin);
                ids
            }
            Err(value) => {
                self.refuse_value(key, written.origin, value, IDS);
                Vec::new()
            }
        }
    }

    /// Who may read what: a table for each rule, and each with a line of its own among the settings in force.
    pub fn scopes(&mut self, key: &str) -> Scopes {
        let written = self.written(key);
        let tables = match &written.value {
            ValueKind::Array(tables) => tables.as_slice(),
            _ => {
                self.refuse(key, written, "tables [[scopes]] in a settings file");
                return Scopes::default();
            }
        };
        if tables.is_empty() {
            self.accept(key, String::new(), written.origin.clone());
        }
        let mut rules = Vec::with_capacity(tables.len());
        for (place, table) in tables.iter().enumerate() {
            let key = format!("{key}[{}]", place + 1);
            match rule(&key, &table.kind, &written.origin) {
                Ok(rule) => {
                    self.accept(&key, printable(&rule), written.origin.clone());
                    rules.push(rule);
                }
                Err(problems) => self.problems.extend(problems),
            }
        }
        Scopes::new(rules)
    }

    /// Every setting with its origin, or everything that is wrong.
    pub fn finish(self) -> Result<Vec<InForce>, SettingsError> {
        if self.problems.is_empty() { Ok(self.in_force) } else { Err(SettingsError::new(self.problems)) }
    }

    fn written(&self, key: &str) -> Written {
        self.written
            .get(key)
            .cloned()
            .expect("every key that is read stands in default.toml; a test loads them all")
    }

    fn checked<T: Default + ToString>(
        &mut self,
        key: &str,
        written: Written,
        value: Option<T>,
        must_be: &str,
    ) -> T {
        match &value {
            Some(value) => self.accept(key, value.to_string(), written.origin),
            None => self.refuse(key, written, must_be),
        }
        value.unwrap_or_default()
    }

    fn accept(&mut self, key: &str, printable: String, origin: Origin) {
        self.in_force.push(InForce { key: key.to_owned(), value: printable, origin });
    }

    fn refuse(&mut self, key: &str, written: Written, must_be: &str) {
        let value = quoted(&written.value);
        self.refuse_value(key, written.origin, value, must_be);
    }

    fn refuse_value(&mut self, key: &str, origin: Origin, value: String, must_be: &str) {
        let (key, must_be) = (key.to_owned(), must_be.to_owned());
        self.problems.push(Problem::WrongValue { key, origin, value, must_be });
    }
}

/// What a rule about sources may say.
const RULE_KEYS: [&str; 5] = ["sources", "guilds", "channels", "roles", "users"];

/// A rule about sources, out of its table; else all that is wrong with it.
fn rule(key: &str, table: &ValueKind, origin: &Origin) -> Result<Rule, Vec<Problem>> {
    let wrong = |key: String, value: String, must_be: &str| Problem::WrongValue {
        key,
        origin: origin.clone(),
        value,
        must_be: must_be.to_owned(),
    };
    let ValueKind::Table(table) = table else {
        return Err(vec![wrong(key.to_owned(), quoted(table), "a table, as in [[scopes]]")]);
    };
    let mut problems = unknown_keys(key, table, origin);
    let mut ids = |name: &str| match table.get(name).map_or(Ok(Vec::new()), |list| ids_of(&list.kind)) {
        Ok(ids) => ids,
        Err(value) => {
            problems.push(wrong(format!("{key}.{name}"), value, IDS));
            Vec::new()
        }
    };
    let [guilds, channels, roles, users] = ["guilds", "channels", "roles", "users"].map(&mut ids);
    let about = texts(table.get("sources")).and_then(|sources| {
        Rule::about(&sources).map_err(|error| match error {
            PatternError::None => "no list".to_owned(),
            other => format!("a list with {other}"),
        })
    });
    match about {
        Ok(mut rule) if problems.is_empty() => {
            (rule.guilds, rule.channels, rule.roles, rule.users) = (guilds, channels, roles, users);
            Ok(rule)
        }
        Ok(_) => Err(problems),
        Err(value) => {
            problems.push(wrong(format!("{key}.sources"), value, SOURCES));
            Err(problems)
        }
    }
}

/// What the sources of a rule must be.
const SOURCES: &str = "a list of paths in the corpus or of ids, as in [\"hr/**\", \"salaries.md\"]";

fn unknown_keys(key: &str, table: &Map<String, Value>, origin: &Origin) -> Vec<Problem> {
    let Origin::File(file) = origin else { return Vec::new() };
    let mut unknown: Vec<&String> = table.keys().filter(|name| !RULE_KEYS.contains(&name.as_str())).collect();
    unknown.sort();
    let problem = |name: &String| Problem::UnknownKey {
        key: format!("{key}.{name}"),
        file: file.clone(),
        nearest: nearest(name, RULE_KEYS).map(|nearest| format!("{key}.{nearest}")),
    };
    unknown.into_iter().map(problem).collect()
}

fn texts(list: Option<&Value>) -> Result<Vec<String>, String> {
    let Some(list) = list else { return Err("no list".to_owned()) };
    let ValueKind::Array(entries) = &list.kind else { return Err(quoted(&list.kind)) };
    let text = |entry: &Value| match &entry.kind {
        ValueKind::String(text) => Ok(text.clone()),
        other => Err(format!("a list with {}", quoted(other))),
    };
    entries.iter().map(text).collect()
}

/// A rule on one line.
fn printable(rule: &Rule) -> String {
    let sources: Vec<&str> = rule.sources().collect();
    let mut readers = Vec::new();
    for (what, ids) in [
        ("guilds", &rule.guilds),
        ("channels", &rule.channels),
        ("roles", &rule.roles),
        ("users", &rule.users),
    ] {
        let ids: Vec<String> = ids.iter().map(u64::to_string).collect();
        if !ids.is_empty() {
            readers.push(format!("{what} {}", ids.join(", ")));
        }
    }
    let readers = if readers.is_empty() { "operators only".to_owned() } else { readers.join("; ") };
    format!("{} for {readers}", sources.join(", "))
}

impl Written {
    fn whole(&self) -> Option<usize> {
        match &self.value {
            ValueKind::I64(number) => usize::try_from(*number).ok(),
            ValueKind::String(text) if self.is_variable() => text.parse().ok(),
            _ => None,
        }
    }

    fn number(&self) -> Option<f64> {
        match &self.value {
            ValueKind::Float(number) => Some(*number),
            ValueKind::I64(number) => Some(*number as f64),
            ValueKind::String(text) if self.is_variable() => text.parse().ok(),
            _ => None,
        }
    }

    fn truth(&self) -> Option<bool> {
        match &self.value {
            ValueKind::Boolean(truth) => Some(*truth),
            ValueKind::String(text) if self.is_variable() => text.parse().ok(),
            _ => None,
        }
    }

    fn text(&self) -> Option<String> {
        match &self.value {
            ValueKind::String(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// A file has a list, a variable the ids one after the other. The error is what stands there instead.
    fn ids(&self) -> Result<Vec<u64>, String> {
        match &self.value {
            ValueKind::String(text) if self.is_variable() => text
                .split(|c: char| c == ',' || c.is_whitespace())
                .filter(|digits| !digits.is_empty())
                .map(|digits| id_of_digits(digits).ok_or_else(|| quoted(&self.value)))
                .collect(),
            other => ids_of(other),
        }
    }

    /// The folder that a path leads to; nothing where a relative one has nowhere to start.
    fn resolved(&self, path: &str) -> Option<PathBuf> {
        let path = Path::new(path);
        match &self.base {
            Some(base) => Some(joined(base, path)),
            None => path.is_absolute().then(|| path.to_owned()),
        }
    }

    /// A variable holds text and nothing else: the key decides how it is read, so that a folder or a token of
    /// digits stays what it is.
    fn is_variable(&self) -> bool {
        matches!(self.origin, Origin::Variable(_))
    }
}

/// What the entries of a list of ids must be.
const IDS: &str = "a list of Discord ids, each of digits, as in [\"81384788765712384\"]";

/// The most digits that an id has.
const LONGEST_ID: usize = 20;

/// The ids of a list; else what stands there instead.
fn ids_of(value: &ValueKind) -> Result<Vec<u64>, String> {
    let ValueKind::Array(list) = value else { return Err(quoted(value)) };
    list.iter()
        .map(|entry| id(&entry.kind).ok_or_else(|| format!("a list with {}", quoted(&entry.kind))))
        .collect()
}

/// In a file an id is a text, as Discord writes it, or a number.
fn id(value: &ValueKind) -> Option<u64> {
    match value {
        ValueKind::I64(number) => u64::try_from(*number).ok().filter(|id| *id > 0),
        ValueKind::String(digits) => id_of_digits(digits),
        _ => None,
    }
}

fn id_of_digits(digits: &str) -> Option<u64> {
    // Rust would read "+7" as well.
    let is_digits = digits.len() <= LONGEST_ID && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|id| is_digits && *id > 0)
}

/// A value as errors show it.
fn quoted(value: &ValueKind) -> String {
    match value {
        ValueKind::String(text) => format!("{text:?}"),
        ValueKind::Table(_) => "a table".to_owned(),
        ValueKind::Array(_) => "a list".to_owned(),
        // A float stays one: 2.0 is not the whole number 2.
        ValueKind::Float(number) => format!("{number:?}"),
        other => other.to_string(),
    }
}
