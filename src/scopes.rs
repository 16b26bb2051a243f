//! Who may read what: rules that name sources by pattern, and say who reads them.
//!
//! A source that no rule names is for all that the bot serves. One that rules name is for those whom at least one
//! of these rules admits. [`Scopes`] is made from the settings, a [`Reader`] by whoever knows who asks and where;
//! what somebody may not read is then kept from them by [`crate::Answerer::for_reader`].

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// Who wants to read, and where: a public reply has only guild and channels; a private one has the person too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader {
    pub guilds: Vec<u64>,
    /// The channel, and a thread's parent.
    pub channels: Vec<u64>,
    pub roles: Vec<u64>,
    pub user: Option<u64>,
    /// Operators read everything.
    pub is_operator: bool,
}

/// Every rule there is, in the order in which the settings have them.
#[derive(Debug, Clone, Default)]
pub struct Scopes {
    rules: Vec<Rule>,
}

/// The rules that admit somebody: whoever has the same may read the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Admitted {
    ToEverything,
    /// The places of the rules, ascending.
    By(Vec<usize>),
}

/// Which sources, and who reads them. It admits nobody where all four lists are empty.
#[derive(Debug, Clone)]
pub struct Rule {
    patterns: Vec<Pattern>,
    /// All patterns; the last one that fits a path decides.
    matcher: Gitignore,
    pub guilds: Vec<u64>,
    pub channels: Vec<u64>,
    pub roles: Vec<u64>,
    pub users: Vec<u64>,
}

/// One entry of a rule's sources: a path as in a gitignore file, or a source's id.
#[derive(Debug, Clone)]
struct Pattern {
    written: String,
    /// Where it may be an id: composed (NFC).
    id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatternError {
    #[error("a rule without sources")]
    None,
    #[error("{written:?}, which names nothing")]
    Empty { written: String },
    #[error("{written:?}, which is no pattern: {reason}")]
    Invalid { written: String, reason: String },
}

impl Scopes {
    pub fn new(rules: Vec<Rule>) -> Scopes {
        Scopes { rules }
    }

    /// Whether everything is for all.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// In the order in which the settings have them.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rules that admit a reader.
    pub fn admitted(&self, reader: &Reader) -> Admitted {
        if reader.is_operator {
            return Admitted::ToEverything;
        }
        let admits = |place: &usize| self.rules[*place].admits(reader);
        let by: Vec<usize> = (0..self.rules.len()).filter(admits).collect();
        if by.len() == self.rules.len() { Admitted::ToEverything } else { Admitted::By(by) }
    }

    /// Whether those who are admitted so may read a source.
    pub fn may_read(&self, admitted: &Admitted, id: &str, path: &str) -> bool {
        let Admitted::By(by) = admitted else { return true };
        let source = Name::of(Some(id), path);
        by.iter().any(|place| self.rules[*place].names_source(&source)) || !self.names_source(&source)
    }

    /// The same for a file that is no source, or none any more: its id is not known, but for what its path says.
    pub fn may_read_file(&self, admitted: &Admitted, path: &str) -> bool {
        let Admitted::By(by) = admitted else { return true };
        let file = Name::of(None, path);
        by.iter().any(|place| self.rules[*place].names_source(&file)) || !self.names_source(&file)
    }

    fn names_source(&self, source: &Name<'_>) -> bool {
        self.rules.iter().any(|rule| rule.names_source(source))
    }
}

impl Rule {
    /// A rule about the sources that these patterns name: paths as in a gitignore file, relative to the corpus, or
    /// ids. It admits nobody yet.
    pub fn about(sources: &[String]) -> Result<Rule, PatternError> {
        if sources.is_empty() {
            return Err(PatternError::None);
        }
        let mut builder = GitignoreBuilder::new("");
        builder.allow_unclosed_class(false);
        let patterns = sources.iter().map(|written| Pattern::add(written, &mut builder));
        let patterns = patterns.collect::<Result<Vec<Pattern>, PatternError>>()?;
        let matcher = builder.build().map_err(|error| invalid(&sources.join(", "), &error))?;
        let [guilds, channels, roles, users] = [const { Vec::new() }; 4];
        Ok(Rule { patterns, matcher, guilds, channels, roles, users })
    }

    /// The patterns as they were written.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|pattern| pattern.written.as_str())
    }

    /// Whether it lets nobody read but operators.
    pub fn admits_nobody(&self) -> bool {
        [&self.guilds, &self.channels, &self.roles, &self.users].iter().all(|list| list.is_empty())
    }

    /// The patterns that name none of these sources, each an id and a path.
    pub fn idle_patterns(&self, sources: &[(&str, &str)]) -> Vec<&str> {
        let names: Vec<Name<'_>> = sources.iter().map(|(id, path)| Name::of(Some(id), path)).collect();
        let is_idle = |pattern: &&Pattern| {
            let mut builder = GitignoreBuilder::new("");
            // An exception is at work where it names what another pattern may name too.
            let positive = pattern.written.strip_prefix('!').unwrap_or(&pattern.written);
            let matcher = builder.add_line(None, positive).and_then(|builder| builder.build());
            let Ok(matcher) = matcher else { return false };
            !names.iter().any(|name| name.ids.iter().any(|id| pattern.is_id(id)) || fits(&matcher, name))
        };
        self.patterns.iter().filter(is_idle).map(|pattern| pattern.written.as_str()).collect()
    }

    fn admits(&self, reader: &Reader) -> bool {
        let share = |these: &[u64], those: &[u64]| these.iter().any(|id| those.contains(id));
        share(&self.guilds, &reader.guilds)
            || share(&self.channels, &reader.channels)
            || share(&self.roles, &reader.roles)
            || reader.user.is_some_and(|user| self.users.contains(&user))
    }

    fn names_source(&self, source: &Name<'_>) -> bool {
        let is_named = |id: &String| self.patterns.iter().any(|pattern| pattern.is_id(id));
        source.ids.iter().any(is_named) || fits(&self.matcher, source)
    }
}

impl Pattern {
    fn add(written: &str, builder: &mut GitignoreBuilder) -> Result<Pattern, PatternError> {
        let composed: String = written.nfc().collect();
        let is_empty = composed.trim().trim_start_matches('!').trim_matches('/').is_empty();
        if is_empty || composed.starts_with('#') {
            return Err(PatternError::Empty { written: written.to_owned() });
        }
        builder.add_line(None, &composed).map_err(|error| invalid(written, &error))?;
        let is_plain = !composed.contains(['*', '?', '[', ']', '{', '}', '!', '\\']);
        Ok(Pattern { written: written.to_owned(), id: is_plain.then_some(composed) })
    }

    fn is_id(&self, id: &str) -> bool {
        self.id.as_deref() == Some(id)
    }
}

fn invalid(written: &str, error: &ignore::Error) -> PatternError {
    let reason = match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    };
    PatternError::Invalid { written: written.to_owned(), reason }
}

/// What a source is called, composed (NFC): some file systems take letters apart that people write as one.
struct Name<'a> {
    ids: Vec<String>,
    path: std::borrow::Cow<'a, str>,
}

impl Name<'_> {
    fn of<'a>(id: Option<&str>, path: &'a str) -> Name<'a> {
        let composed = |text: &str| text.nfc().collect::<String>();
        let ids = match id {
            Some(id) => vec![composed(id)],
            None => vec![composed(&crate::corpus::describe::usual_id(path))],
        };
        let is_plain = path.is_ascii();
        Name { ids, path: if is_plain { path.into() } else { composed(path).into() } }
    }
}

fn fits(matcher: &Gitignore, name: &Name<'_>) -> bool {
    let path = Path::new(name.path.trim_start_matches('/'));
    // No path of a corpus has a root; what has one is not looked for.
    !path.has_root() && matcher.matched_path_or_any_parents(path, false).is_ignore()
}
