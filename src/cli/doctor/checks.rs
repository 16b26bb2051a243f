//! The checks: what people and machines get wrong most often, each in one function.
//!
//! A check gives nothing where what it would look at is not there, because another one says so.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::Finding;
use super::context::{Context, IndexState};
use super::discord;
use crate::answer::lexicon::Lexicon;
use crate::answer::template::Templates;
use crate::cli::{open, token};
use crate::corpus::read::ReadError;
use crate::eval::question_set;
use crate::language::Language;
use crate::neural::NeuralReader;
use crate::retrieval::{IndexError, generation};
use crate::settings::{self, Problem, Settings};
use crate::store::Store;

/// How long another process that writes is waited for.
const STORE_PATIENCE: Duration = Duration::from_secs(2);

type Check = fn(&Context) -> Option<Finding>;

/// Every check with its name, in the order in which mistakes follow from each other.
pub(super) const CHECKS: [(&str, Check); 35] = [
    ("settings", all_settings),
    ("environment", environment),
    ("configuration", configuration),
    ("secrecy", secrecy),
    ("replies", replies),
    ("replies-de", german_replies),
    ("words", discord::words),
    ("synonyms", synonyms),
    ("reader", reader),
    ("link", link),
    ("threshold", threshold),
    ("threads", threads),
    ("clock", clock),
    ("corpus", corpus),
    ("documents", documents),
    ("refused", refused),
    ("ids", ids),
    ("problems", problems),
    ("dates", dates),
    ("scopes", scopes),
    ("data", data),
    ("overlap", overlap),
    ("disk", disk),
    ("index", index),
    ("lock", lock),
    ("index-held", held),
    ("index-size", index_size),
    ("store", store),
    ("golden", golden),
    ("token", token_shape),
    ("two-tokens", two_tokens),
    ("servers", discord::servers),
    ("operators", discord::operators),
    ("application", discord::application),
    ("permissions", discord::permissions),
];

// Settings and what belongs to them.

fn all_settings(context: &Context) -> Option<Finding> {
    let count = context.settings().map(|settings| settings.origins().len());
    if let Some(count) = count {
        return Some(Finding::ok(format!("{count} settings, none of them wrong")));
    }
    let problems = told(context, |problem| !is_variable(problem) && !is_folder(problem))?;
    let cure = "mend that first: corpus, index and token are looked at afterwards; every setting stands in \
                config/default.toml with its range";
    Some(Finding::fail(problems, cure))
}

fn environment(context: &Context) -> Option<Finding> {
    if told(context, is_folder).is_some() {
        // Then nothing else was read.
        return None;
    }
    if let Some(problems) = told(context, is_variable) {
        return Some(Finding::fail(
            problems,
            "mend its name (corpus.path is PASSIM_CORPUS__PATH) or unset it; the rest is looked at afterwards",
        ));
    }
    let names = context.environment.iter().filter_map(|(name, _)| name.to_str());
    let ours: Vec<&str> = names.filter(|name| name.to_uppercase().starts_with("PASSIM_")).collect();
    match ours.iter().find(|name| !name.starts_with("PASSIM_")) {
        Some(name) => Some(Finding::warn(format!("{name} is not read"), "write its name in capital letters")),
        None => Some(Finding::ok(format!("{} variables PASSIM_…, none of them unknown", ours.len()))),
    }
}

fn configuration(context: &Context) -> Option<Finding> {
    if let Some(problems) = told(context, is_folder) {
        return Some(Finding::fail(problems, "create it, or unset PASSIM_CONFIG_DIR"));
    }
    let here = context.current_dir.join("config");
    if here.join("local.toml").is_file() && context.config_dir.as_ref() != Some(&here) {
        let message = format!("{} has a local.toml that is not read", here.display());
        return Some(Finding::warn(
            message,
            "set PASSIM_CONFIG_DIR to that folder, or put a default.toml (even an empty one) beside it",
        ));
    }
    let Some(folder) = &context.config_dir else { return Some(Finding::ok("no folder is known")) };
    let names_no_corpus = context.settings().is_some_and(|settings| settings.corpus.path.is_none());
    match folder.is_dir() {
        true => Some(Finding::ok(folder.display().to_string())),
        false if names_no_corpus => Some(Finding::warn(
            format!("{} does not exist", folder.display()),
            "'passim init' makes it; or start passim in the folder above config/",
        )),
        false => Some(Finding::ok(format!("{} does not exist and need not", folder.display()))),
    }
}

/// A file that everybody can read is no place for a token.
fn secrecy(context: &Context) -> Option<Finding> {
    let of_folder = |name: &str| context.config_dir.as_ref().map(|folder| folder.join(name));
    let files = [of_folder("default.toml"), of_folder("local.toml")].into_iter().flatten();
    for file in files.chain(context.config_files.iter().cloned()) {
        if holds_token(&file) && is_open_to_all(&file) {
            let shown = file.display();
            let message =
                format!("{shown} holds the Discord token, and everybody on this machine can read it");
            return Some(Finding::warn(message, format!("chmod 600 {shown}")));
        }
    }
    Some(Finding::ok("no token lies in a file that everybody can read"))
}

fn replies(context: &Context) -> Option<Finding> {
    checked_file(context, "replies.toml", |text, file| {
        Templates::parse(text, file, Language::English).map(drop).map_err(|error| error.to_string())
    })
}

fn german_replies(context: &Context) -> Option<Finding> {
    checked_file(context, "replies.de.toml", |text, file| {
        Templates::parse(text, file, Language::German).map(drop).map_err(|error| error.to_string())
    })
}

fn synonyms(context: &Context) -> Option<Finding> {
    checked_file(context, "synonyms.toml", |text, file| {
        Lexicon::parse(text, file).map(drop).map_err(|error| error.to_string())
    })
}

/// About as long as what is read for a question at a time.
const WINDOW: &str = "The key of the boat house hangs behind the door of the office. Ann lends it to whoever rows, and \
                      wants it back before six in the evening. Two boats lie there, a long one and a short one; the \
                      long one leaks. Oars and vests are in the shed, which is never locked. Who takes a boat out \
                      writes into the book on the table when they left, who was with them, and when they came back. \
                      In winter, from November to March, the boats are dry and nobody rows.";

fn reader(context: &Context) -> Option<Finding> {
    const BY_WORDS: &str = "answers are chosen by words alone";
    let all = context.settings()?;
    let settings = &all.reader;
    let folder = match &settings.folder {
        _ if !settings.enabled => return Some(Finding::ok(format!("switched off: {BY_WORDS}"))),
        Some(folder) => folder.display().to_string(),
        None => {
            let message = format!("no folder is known for it: {BY_WORDS}");
            return Some(Finding::warn(message, "name one as reader.folder, or set reader.enabled to false"));
        }
    };
    let begun = Instant::now();
    Some(match settings.open() {
        Err(error) => Finding::fail(error.to_string(), "until then no question is answered"),
        Ok(None) => Finding::warn(
            format!("{folder} has none: {BY_WORDS}"),
            "put its model.onnx and tokenizer.json there, or set reader.enabled to false",
        ),
        Ok(Some(reader)) => {
            let what = format!("{folder}, {}", size(reader.bytes()));
            let loading = begun.elapsed();
            weighed_otherwise(&reader, all, &what).unwrap_or_else(|| read_with(&reader, &what, loading))
        }
    })
}

/// What its word is worth was learned with one reader, and holds for no other. Weights that cannot be read are refused
/// elsewhere.
fn weighed_otherwise(reader: &NeuralReader, settings: &Settings, what: &str) -> Option<Finding> {
    const LEARN: &str = "learn the weights with it ('passim tune --reader'), or set reader.enabled to false";
    match crate::weights(settings).ok()?.reader {
        None => {
            let message =
                format!("{what}: weights.toml was learned without a reader, so that it is not asked");
            Some(Finding::warn(message, LEARN))
        }
        Some(weights) if weights.learned_with != reader.fingerprint() => {
            let message = format!("{what}: weights.toml was learned with another reader");
            Some(Finding::warn(message, LEARN))
        }
        Some(_) => None,
    }
}

fn read_with(reader: &NeuralReader, what: &str, loading: Duration) -> Finding {
    let begun = Instant::now();
    let read = reader.read("Who has the key of the boat house?", &[WINDOW]);
    let (loading, reading) = (loading.as_millis(), begun.elapsed().as_millis());
    let fingerprint: String = reader.fingerprint().chars().take(12).collect();
    let message = format!("{what}, SHA-256 {fingerprint}…: loaded in {loading} ms");
    match read {
        Ok(_) => Finding::ok(format!("{message}, read a window in {reading} ms")),
        Err(late) => Finding::warn(
            format!("{message}; {late} for one window"),
            "set reader.patience_seconds higher, or reader.enabled to false",
        ),
    }
}

fn link(context: &Context) -> Option<Finding> {
    let template = in_force(context, "sources.link")?;
    if template.is_empty() {
        return Some(Finding::ok("sources.link is empty: citations have no link of ours"));
    }
    // An id names a document as well as its path does.
    if template.contains("{path}") || template.contains("{source}") {
        return Some(Finding::ok(template));
    }
    let message = format!("sources.link is {template}: without {{path}} all citations lead to one page");
    Some(Finding::warn(message, "write {path} where the path of the document belongs"))
}

fn threshold(context: &Context) -> Option<Finding> {
    let threshold = context.settings()?.answer.threshold;
    let message = format!("answer.threshold is {threshold}");
    Some(match threshold {
        low if low < 0.2 => {
            Finding::warn(format!("{message}: many answers will be wrong"), "the default is 0.5")
        }
        high if high > 0.9 => {
            Finding::warn(format!("{message}: hardly anything will be answered"), "the default is 0.5")
        }
        _ => Finding::ok(message),
    })
}

fn threads(context: &Context) -> Option<Finding> {
    let (threads, cores) = (context.settings()?.index.threads, context.cores);
    let message = format!("index.threads is {threads}, and this machine has {cores} processor cores");
    // Two are the default, and no mistake anywhere.
    Some(match threads > cores.max(2) {
        true => Finding::warn(message, format!("set it to {cores} or less")),
        false => Finding::ok(message),
    })
}

/// 1 January 2025: passim is younger than that.
const NO_EARLIER: Timestamp = Timestamp::constant(1_735_689_600, 0);
/// A file server's clock may be a little ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

fn clock(context: &Context) -> Option<Finding> {
    let now = context.now.strftime("%Y-%m-%d %H:%M UTC");
    if context.now < NO_EARLIER {
        let cure = "set it: index and dates go by it";
        return Some(Finding::fail(format!("the clock of this machine says {now}"), cure));
    }
    let files = context.corpus().map_or([].as_slice(), |corpus| &corpus.listing.files);
    if let Some(newest) = files.iter().max_by_key(|file| file.modified)
        && i128::from(newest.modified) > (context.now + AHEAD).as_nanosecond()
    {
        let message = format!("{} was changed later than it is now ({now})", newest.name);
        return Some(Finding::warn(message, "set the clock, or 'touch' the file"));
    }
    Some(Finding::ok(now.to_string()))
}

// The documents.

fn corpus(context: &Context) -> Option<Finding> {
    let settings = context.settings()?;
    let Some(folder) = &settings.corpus.path else {
        return Some(Finding::fail(
            "no corpus is set",
            "'passim init' asks for the folder; or name it with --corpus DIR, PASSIM_CORPUS__PATH or corpus.path",
        ));
    };
    let shown = folder.display();
    Some(match context.corpus_error() {
        None => Finding::ok(shown.to_string()),
        Some(ReadError::Folder { reason, .. }) => Finding::fail(
            format!("cannot read {shown}: {reason}"),
            "name a folder of documents with --corpus DIR or corpus.path",
        ),
        Some(ReadError::Empty { .. }) if folder.join(".passimignore").is_file() => Finding::fail(
            format!("{shown} has no file that its .passimignore does not hide"),
            "take a line out of it: a pattern such as * hides everything",
        ),
        Some(ReadError::Empty { .. }) => Finding::fail(
            format!("{shown} has no files"),
            "put documents there, or look whether the folder is mounted",
        ),
    })
}

fn documents(context: &Context) -> Option<Finding> {
    let corpus = context.corpus()?;
    Some(match corpus.read.len() {
        0 => Finding::fail(
            format!("none of {} can be read", counted(corpus.refused.len(), "file")),
            "save documents as plain text (.txt) or Markdown (.md), in UTF-8",
        ),
        read => Finding::ok(format!("{}, {}", counted(read, "document"), size(corpus.bytes))),
    })
}

fn refused(context: &Context) -> Option<Finding> {
    let refused = &context.corpus()?.refused;
    if refused.is_empty() {
        return Some(Finding::ok("every file can be read"));
    }
    let reasons = commonest(refused.iter().map(|file| short(&file.reason)));
    let reasons: Vec<String> =
        reasons.iter().take(3).map(|(reason, count)| format!("{reason} ({count})")).collect();
    let message = format!("{} not read: {}", counted(refused.len(), "file"), reasons.join(", "));
    Some(Finding::warn(message, "'passim sources' names each of them with its reason"))
}

fn ids(context: &Context) -> Option<Finding> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    let mut clashes = Vec::new();
    for source in &context.corpus()?.read {
        if let Some(owner) = owners.insert(&source.id, &source.path) {
            clashes.push(format!("{owner} and {} both have the id '{}'", source.path, source.id));
        }
    }
    let Some(first) = clashes.first() else {
        return Some(Finding::ok("every document has an id of its own"));
    };
    let more = if clashes.len() > 1 { format!(" (and {} more)", clashes.len() - 1) } else { String::new() };
    Some(Finding::warn(
        format!("{first}{more}"),
        "give one of them another id in its front matter; until then only one is read",
    ))
}

fn problems(context: &Context) -> Option<Finding> {
    let mut problems = Vec::new();
    for source in &context.corpus()?.read {
        problems.extend(source.problems.iter().map(|problem| format!("{}: {problem}", source.path)));
    }
    let Some(first) = problems.first() else {
        return Some(Finding::ok("no document has a problem of its own"));
    };
    let more = if problems.len() > 1 { format!(" (and {} more)", problems.len() - 1) } else { String::new() };
    Some(Finding::warn(format!("{first}{more}"), "mend it there; 'passim sources' lists them all"))
}

fn dates(context: &Context) -> Option<Finding> {
    // It may be tomorrow already where the documents are written.
    let tomorrow = context.now.to_zoned(TimeZone::UTC).date().saturating_add(1.day());
    let read = &context.corpus()?.read;
    let late: Vec<_> = read.iter().filter(|source| source.date.is_some_and(|date| date > tomorrow)).collect();
    Some(match late.first() {
        None => Finding::ok("no document is dated in the future"),
        Some(first) => Finding::warn(
            format!("{} dated in the future, such as {}", counted(late.len(), "document"), first.path),
            "mend the date in its front matter or first lines",
        ),
    })
}

/// A pattern that names nothing protects nothing.
fn scopes(context: &Context) -> Option<Finding> {
    let (settings, corpus) = (context.settings()?, context.corpus()?);
    let read = corpus.read.iter().map(|source| (source.id.as_str(), source.path.as_str()));
    let refused = corpus.refused.iter().map(|file| ("", file.path.as_str()));
    let sources: Vec<(&str, &str)> = read.chain(refused).collect();
    let rules = settings.scopes.rules();
    for (number, rule) in (1..).zip(rules) {
        if let Some(pattern) = rule.idle_patterns(&sources).first() {
            return Some(Finding::warn(
                format!("scopes[{number}] names '{pattern}', and no document is called so"),
                "write its path in the corpus, as 'passim sources --json' has it; until then nothing is kept \
                 from anybody by this pattern",
            ));
        }
        if rule.admits_nobody() {
            return Some(Finding::warn(
                format!("scopes[{number}] admits nobody: only operators read what it names"),
                "name guilds, channels, roles or users in it, unless that is meant",
            ));
        }
    }
    Some(Finding::ok(match rules.len() {
        0 => "no rules: every document is for all who are served".to_owned(),
        count => format!("{}, each names a document", counted(count, "rule")),
    }))
}

// The data folder and the index.

fn data(context: &Context) -> Option<Finding> {
    let settings = context.settings()?;
    let Some(folder) = &settings.data.path else {
        return Some(Finding::fail(
            "no data folder is known",
            "name one with --data DIR, PASSIM_DATA__PATH or data.path",
        ));
    };
    let nearest = nearest_existing(folder);
    let elsewhere = "name another folder with --data DIR or data.path";
    Some(if !nearest.is_dir() {
        Finding::fail(format!("{} is a file, not a folder", nearest.display()), elsewhere)
    } else if !is_writable(&nearest) {
        Finding::fail(
            format!("{} cannot be written to", nearest.display()),
            format!("let the user of passim write there, or {elsewhere}"),
        )
    } else if nearest == *folder {
        Finding::ok(folder.display().to_string())
    } else {
        Finding::ok(format!("{} is made when it is needed", folder.display()))
    })
}

fn overlap(context: &Context) -> Option<Finding> {
    let settings = context.settings()?;
    let corpus = whole(settings.corpus.path.as_deref()?);
    let data = whole(settings.data.path.as_deref()?);
    Some(if corpus.starts_with(&data) {
        Finding::warn(
            format!("the documents lie in the data folder {}", data.display()),
            "keep them elsewhere: whoever cleans up the data folder would lose them",
        )
    } else if data.strip_prefix(&corpus).is_ok_and(|below| !is_hidden(below)) {
        Finding::warn(
            format!("the data folder {} lies among the documents", data.display()),
            "name one outside of them with --data DIR or data.path: its files would be read as documents",
        )
    } else {
        Finding::ok("documents and data folder are apart")
    })
}

fn disk(context: &Context) -> Option<Finding> {
    let folder = nearest_existing(context.settings()?.data.path.as_deref()?);
    let corpus = context.corpus().map_or(0, |corpus| corpus.bytes);
    let free = fs4::available_space(&folder).ok()?;
    Some(room(free, corpus))
}

/// What an index takes at most while the next one is built beside it, and what a machine needs to live.
fn room(free: u64, corpus: u64) -> Finding {
    let message = format!("{} are free for the data folder", size(free));
    let cure = "make room, or name a folder on another disk with --data DIR or data.path";
    match free {
        _ if free < 20 * MB => Finding::fail(message, cure),
        _ if free < 500 * MB => Finding::warn(message, cure),
        _ if free < corpus.saturating_mul(3) => {
            Finding::warn(format!("{message}, less than three times the documents"), cure)
        }
        _ => Finding::ok(message),
    }
}

fn index(context: &Context) -> Option<Finding> {
    let IndexState { opened, was_built, folder, .. } = context.index.as_ref()?;
    Some(match opened {
        Ok(Some(index)) => Finding::ok(format!("{} in it", counted(index.sources().len(), "document"))),
        Ok(None) if *was_built => Finding::warn(
            "it is of another version of passim, or not whole",
            "the next question builds it anew; 'passim index' does so now",
        ),
        Ok(None) => Finding::ok("not there yet: the first question builds it"),
        Err(IndexError::Unreadable { path, reason }) => Finding::fail(
            format!("{path} is damaged: {reason}"),
            // Without that word it would trust what has the size and time that it had when it was whole.
            "'passim index --rebuild' makes it anew; look after the disk if it happens again",
        ),
        Err(error) => Finding::fail(
            format!("{} cannot be opened: {error}", folder.display()),
            "'passim index --rebuild' makes it anew",
        ),
    })
}

/// Somebody wanted it so, and may have forgotten.
fn held(context: &Context) -> Option<Finding> {
    let held = generation::held(&context.index.as_ref()?.folder).ok()??;
    Some(Finding::warn(
        open::held_sentence(&held),
        "'passim index' ends that, once the documents are as they should be",
    ))
}

fn lock(context: &Context) -> Option<Finding> {
    // Opened to look: taking it as whoever writes does would make it.
    let file = File::open(context.index.as_ref()?.folder.join("LOCK")).ok();
    let is_taken = file.is_some_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)));
    Some(match is_taken {
        true => {
            Finding::warn("another process is indexing", "wait for it; answers come from the index as it is")
        }
        false => Finding::ok("no other process is indexing"),
    })
}

fn index_size(context: &Context) -> Option<Finding> {
    Some(proportion(context.index.as_ref()?.bytes, context.corpus()?.bytes))
}

/// An index is about as large as its documents, and twice that while the one before it is still there.
fn proportion(index: u64, corpus: u64) -> Finding {
    let message = format!("{} of index for {} of documents", size(index), size(corpus));
    match index > corpus.saturating_mul(10).max(100 * MB) {
        true => Finding::warn(message, "'passim index --rebuild' makes it anew"),
        false => Finding::ok(message),
    }
}

/// What people asked: unlike the index, nothing makes it again.
fn store(context: &Context) -> Option<Finding> {
    let folder = context.settings()?.data.path.as_ref()?;
    Some(match Store::inspect(folder, STORE_PATIENCE) {
        Ok(None) => Finding::ok("not there yet: the first question makes it"),
        Ok(Some(questions)) => Finding::ok(format!("whole, with {}", counted(questions, "question"))),
        // The error says what to do.
        Err(error) => {
            let told = error.to_string();
            let (message, cure) = told.split_once("; ").unwrap_or((&told, "look after the disk"));
            Finding::fail(message, cure)
        }
    })
}

fn golden(context: &Context) -> Option<Finding> {
    let file = context.settings()?.index.golden.as_ref()?;
    Some(match question_set::read(file) {
        Ok(questions) => Finding::ok(counted(questions.len(), "golden question")),
        Err(error) => Finding::fail(error.to_string(), "mend it, or name another file with index.golden"),
    })
}

// Discord.

const TOKEN_PAGE: &str = "copy it from the page “Bot” of the application at https://discord.com/developers, and set \
                          it as DISCORD_TOKEN";

fn token_shape(context: &Context) -> Option<Finding> {
    let Some(token) = &context.settings()?.discord.token else {
        // Names that other bots read.
        let others = ["DISCORD_BOT_TOKEN", "BOT_TOKEN", "DISCORD_API_TOKEN"];
        return Some(match others.into_iter().find(|name| context.variable(name).is_some()) {
            Some(name) => Finding::warn(
                format!("no Discord token is set; {name} is, and is not read"),
                "set it as DISCORD_TOKEN",
            ),
            None => Finding::ok("none is set: everything but Discord works"),
        });
    };
    let origin = in_force_from(context, "discord.token")?;
    Some(match token::shape(token.expose()) {
        Ok(()) => Finding::ok(format!("it has the shape of a bot's token ({origin})")),
        Err(wrong) => Finding::fail(format!("the token ({origin}) {wrong}"), TOKEN_PAGE),
    })
}

fn two_tokens(context: &Context) -> Option<Finding> {
    let (common, ours) = (context.variable("DISCORD_TOKEN"), context.variable("PASSIM_DISCORD__TOKEN"));
    let differ = common.is_some() && ours.is_some() && common != ours;
    Some(match differ {
        true => Finding::warn(
            "DISCORD_TOKEN and PASSIM_DISCORD__TOKEN differ, and the second is used",
            "unset one of them",
        ),
        false => Finding::ok("no two variables contradict each other"),
    })
}

// What several checks need.

const MB: u64 = 1 << 20;

/// The problems of the settings that one check is for, if there are any.
fn told(context: &Context, is_ours: impl Fn(&Problem) -> bool) -> Option<String> {
    let ours = context.problems().iter().filter(|problem| is_ours(problem));
    let ours: Vec<String> = ours.map(Problem::to_string).collect();
    (!ours.is_empty()).then(|| ours.join("\n"))
}

fn is_variable(problem: &Problem) -> bool {
    matches!(problem, Problem::UnknownVariable { .. } | Problem::NotUtf8 { .. })
}

fn is_folder(problem: &Problem) -> bool {
    matches!(problem, Problem::NoConfigDir { .. })
}

fn in_force<'a>(context: &'a Context, key: &str) -> Option<&'a str> {
    let setting = context.settings()?.origins().iter().find(|setting| setting.key == key)?;
    Some(&setting.value)
}

fn in_force_from(context: &Context, key: &str) -> Option<String> {
    let setting = context.settings()?.origins().iter().find(|setting| setting.key == key)?;
    Some(setting.origin.to_string())
}

fn checked_file(
    context: &Context,
    name: &str,
    check: impl Fn(&str, &str) -> Result<(), String>,
) -> Option<Finding> {
    let Some(file) = settings::own_file(context.config_dir.as_deref(), name) else {
        return Some(Finding::ok("compiled in"));
    };
    let shown = file.display().to_string();
    let checked = match fs::read_to_string(&file) {
        Ok(text) => check(&text, &shown),
        Err(error) => Err(format!("cannot read {shown}: {error}")),
    };
    Some(match checked {
        Ok(()) => Finding::ok(shown),
        Err(wrong) => {
            Finding::fail(without_excerpt(&wrong), "mend it, or move it away to use the one compiled in")
        }
    })
}

/// A TOML parser draws the place it means over several lines, which makes no sense on one.
fn without_excerpt(error: &str) -> String {
    let is_drawn =
        |line: &&str| line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit()).starts_with('|');
    error.lines().filter(|line| !is_drawn(line)).collect::<Vec<_>>().join("\n")
}

fn holds_token(file: &Path) -> bool {
    let Ok(text) = fs::read_to_string(file) else { return false };
    let Ok(table) = text.trim_start_matches('\u{feff}').parse::<toml::Table>() else { return false };
    let token = table.get("discord").and_then(|discord| discord.get("token")?.as_str());
    token.is_some_and(|token| !token.is_empty())
}

#[cfg(unix)]
fn is_open_to_all(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

/// Who may read a file is not one number here.
#[cfg(not(unix))]
fn is_open_to_all(_file: &Path) -> bool {
    false
}

#[cfg(unix)]
fn is_writable(folder: &Path) -> bool {
    use rustix::fs::{Access, access};
    access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn is_writable(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|metadata| !metadata.permissions().readonly())
}

/// The folder, or what of the way to it exists.
fn nearest_existing(folder: &Path) -> PathBuf {
    folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder).to_owned()
}

/// Without links, as far as it exists.
fn whole(folder: &Path) -> PathBuf {
    let nearest = nearest_existing(folder);
    let rest = folder.strip_prefix(&nearest).unwrap_or(Path::new(""));
    nearest.canonicalize().unwrap_or(nearest).join(rest)
}

/// Whether reading the documents leaves it out, as it does everything that starts with a dot.
fn is_hidden(below: &Path) -> bool {
    below.iter().any(|part| part.as_encoded_bytes().starts_with(b"."))
}

/// A reason without its particulars, so that equal ones can be counted: "is not UTF-8 (at byte 4); save it …".
fn short(reason: &str) -> &str {
    let end = [" (", ", ", "; "].iter().filter_map(|mark| reason.find(mark)).min();
    &reason[..end.unwrap_or(reason.len())]
}

/// Each with how often it occurs, most often first; equally often by alphabet.
fn commonest<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    texts.for_each(|text| *counts.entry(text).or_default() += 1);
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

fn size(bytes: u64) -> String {
    match bytes {
        0..MB => format!("{} kB", bytes.div_ceil(1024)),
        _ => format!("{} MB", bytes / MB),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;

    #[test]
    fn a_disk_needs_room_for_three_times_the_documents_and_for_itself() {
        assert_eq!(room(1000 * MB, 100 * MB).status, Status::Ok);
        assert_eq!(room(1000 * MB, 400 * MB).status, Status::Warn);
        assert_eq!(room(400 * MB, 0).status, Status::Warn);
        assert_eq!(room(MB, 0).status, Status::Fail);
    }

    #[test]
    fn a_small_index_is_never_too_large() {
        assert_eq!(proportion(90 * MB, 1).status, Status::Ok);
        assert_eq!(proportion(900 * MB, 100 * MB).status, Status::Ok);
        assert_eq!(proportion(1100 * MB, 100 * MB).status, Status::Warn);
    }

    #[test]
    fn reasons_are_counted_without_their_particulars() {
        let reasons = ["is not UTF-8 (at byte 4); save it", "is empty", "is not UTF-8 (at byte 9); save it"];
        assert_eq!(commonest(reasons.into_iter().map(short)), [("is not UTF-8", 2), ("is empty", 1)]);
    }
}
