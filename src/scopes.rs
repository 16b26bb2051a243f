//! Who may read what: rules that name sources by pattern, and say who reads them.
//!
//! A source that no rule names is for all that the bot serves. One that rules name is for those whom at least one
//! of these rules admits. [`Scopes`] is made from the settings, a [`Reader`] by whoever knows who asks and where;
//! what somebody may not read is then kept from them by [`crate::Answerer::for_reader`].

use std::borrow::Cow;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::corpus::describe::usual_id;

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
        self.may_read_called(admitted, &Name::of(id, path))
    }

    /// The same for a file that is no source, or none any more: its id is not known, but for what its path says.
    pub fn may_read_file(&self, admitted: &Admitted, path: &str) -> bool {
        self.may_read_called(admitted, &Name::of(&usual_id(path), path))
    }

    fn may_read_called(&self, admitted: &Admitted, source: &Name<'_>) -> bool {
        let Admitted::By(by) = admitted else { return true };
        let mut is_named = false;
        for (place, _) in self.rules.iter().enumerate().filter(|(_, rule)| rule.names_source(source)) {
            if by.contains(&place) {
                return true;
            }
            is_named = true;
        }
        !is_named
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
        let names: Vec<Name<'_>> = sources.iter().map(|(id, path)| Name::of(id, path)).collect();
        let is_idle = |pattern: &&Pattern| {
            let mut builder = GitignoreBuilder::new("");
            // What an exception excepts from is for the other patterns to name.
            let positive = pattern.written.strip_prefix('!').unwrap_or(&pattern.written);
            let matcher = builder.add_line(None, &composed(positive)).and_then(|builder| builder.build());
            let Ok(matcher) = matcher else { return false };
            !names.iter().any(|name| pattern.is_id(&name.id) || fits(&matcher, name))
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
        self.patterns.iter().any(|pattern| pattern.is_id(&source.id)) || fits(&self.matcher, source)
    }
}

impl Pattern {
    fn add(written: &str, builder: &mut GitignoreBuilder) -> Result<Pattern, PatternError> {
        let composed = composed(written).into_owned();
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
    id: Cow<'a, str>,
    path: Cow<'a, str>,
}

impl<'a> Name<'a> {
    fn of(id: &'a str, path: &'a str) -> Name<'a> {
        Name { id: composed(id), path: composed(path) }
    }
}

fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

fn fits(matcher: &Gitignore, name: &Name<'_>) -> bool {
    let path = Path::new(name.path.trim_start_matches('/'));
    // No path of a corpus has a root; what has one is not looked for.
    !path.has_root() && matcher.matched_path_or_any_parents(path, false).is_ignore()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(sources: &[&str], roles: &[u64]) -> Rule {
        let sources: Vec<String> = sources.iter().map(|source| (*source).to_owned()).collect();
        Rule { roles: roles.to_vec(), ..Rule::about(&sources).unwrap() }
    }

    fn with_roles(roles: &[u64]) -> Reader {
        Reader { roles: roles.to_vec(), ..Reader::default() }
    }

    #[track_caller]
    fn check(sources: &[&str], id: &str, path: &str, is_named: bool) {
        let scopes = Scopes::new(vec![rule(sources, &[1])]);
        let may_read = |reader| scopes.may_read(&scopes.admitted(&reader), id, path);
        assert_eq!(may_read(with_roles(&[])), !is_named, "{sources:?} names {id} {path}");
        assert!(may_read(with_roles(&[1])));
    }

    #[test]
    fn sources_are_named_as_in_a_gitignore_file() {
        for (patterns, path, is_named) in [
            (&["hr/**"][..], "hr/pay/2024.md", true),
            (&["hr/**"], "team/hr/pay.md", false),
            (&["hr/"], "team/hr/pay.md", true),
            (&["/hr/"], "team/hr/pay.md", false),
            (&["hr"], "hr/pay.md", true),
            (&["hr"], "hr.md", false),
            (&["salaries.md"], "board/salaries.md", true),
            (&["/salaries.md"], "board/salaries.md", false),
            (&["*.csv"], "a/b/c.csv", true),
            (&["hr/*.md"], "hr/sub/pay.md", false),
            (&["hr/**", "!hr/public/**"], "hr/public/leave.md", false),
            (&["hr/**", "!hr/public/**"], "hr/private/leave.md", true),
            (&["!hr/public/**", "hr/**"], "hr/public/leave.md", true),
            (&["Gehälter/"], "Geha\u{308}lter/2024.md", true),
            (&["Geha\u{308}lter/"], "Gehälter/2024.md", true),
            (&["HR/"], "hr/pay.md", false),
        ] {
            check(patterns, "an-id", path, is_named);
        }
    }

    #[test]
    fn sources_are_named_by_their_id() {
        check(&["017"], "017", "lease.md", true);
        check(&["017"], "17", "lease.md", false);
        check(&["hr/pay"], "hr/pay", "hr/pay.md", true);
        check(&["0*"], "017", "lease.md", false);
        check(&["GEHÄLTER"], "GEHA\u{308}LTER", "x.md", true);
    }

    #[test]
    fn a_rule_admits_by_guild_channel_role_or_user() {
        let mut rule = rule(&["a"], &[3]);
        (rule.guilds, rule.channels, rule.users) = (vec![1], vec![2], vec![4]);
        let scopes = Scopes::new(vec![rule]);
        let may_read = |reader: Reader| scopes.may_read(&scopes.admitted(&reader), "a", "a.md");
        let nobody = Reader::default;
        assert!(may_read(Reader { guilds: vec![9, 1], ..nobody() }));
        assert!(may_read(Reader { channels: vec![9, 2], ..nobody() }));
        assert!(may_read(Reader { roles: vec![9, 3], ..nobody() }));
        assert!(may_read(Reader { user: Some(4), ..nobody() }));
        assert!(may_read(Reader { is_operator: true, ..nobody() }));
        assert!(!may_read(nobody()));
        // An id of one kind is none of another.
        let wrong = Reader { guilds: vec![2], channels: vec![3], roles: vec![4], user: Some(1), ..nobody() };
        assert!(!may_read(wrong));
    }

    #[test]
    fn one_rule_that_admits_is_enough_and_one_that_admits_nobody_is_for_operators() {
        let scopes = Scopes::new(vec![rule(&["a"], &[1]), rule(&["a", "b"], &[2]), rule(&["c"], &[])]);
        for (roles, expected) in [(&[][..], "d"), (&[1], "ad"), (&[2], "abd"), (&[1, 2], "abd")] {
            let admitted = scopes.admitted(&with_roles(roles));
            let read: String = ["a", "b", "c", "d"]
                .into_iter()
                .filter(|id| scopes.may_read(&admitted, id, "x.md"))
                .collect();
            assert_eq!(read, expected, "{roles:?}");
        }
        assert_eq!(
            scopes.admitted(&Reader { is_operator: true, ..Reader::default() }),
            Admitted::ToEverything
        );
    }

    #[test]
    fn without_rules_everything_is_for_all() {
        let scopes = Scopes::default();
        assert!(scopes.is_empty());
        assert_eq!(scopes.admitted(&Reader::default()), Admitted::ToEverything);
    }

    #[test]
    fn a_file_that_is_no_source_is_known_by_its_path() {
        let scopes = Scopes::new(vec![rule(&["017", "hr/"], &[1])]);
        let nobody = scopes.admitted(&Reader::default());
        for (path, may_read) in
            [("a/017-lease.md", false), ("hr/x.png", false), ("a/18.md", true), ("/hr/x", false)]
        {
            assert_eq!(scopes.may_read_file(&nobody, path), may_read, "{path}");
        }
    }

    #[test]
    fn patterns_that_name_nothing_are_told() {
        let rule = rule(&["hr/**", "!hr/public/**", "017", "18", "*.csv"], &[]);
        let sources = [("017", "lease.md"), ("hr/pay", "hr/pay.md")];
        assert_eq!(rule.idle_patterns(&sources), ["!hr/public/**", "18", "*.csv"]);
    }
}
