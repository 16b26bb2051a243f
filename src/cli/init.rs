//! `passim init`: asks for what has to be known, and writes it into `local.toml`.
//!
//! Nothing is written before the last answer, and then all at once. From a pipe it takes one answer a line; a
//! wrong one ends it there, while somebody at a terminal is asked again.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write, stderr, stdin, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use tempfile::NamedTempFile;
use toml_edit::{DocumentMut, Item, Value};

use super::draw::printable;
use super::this_program;
use super::{Failure, token};
use crate::corpus::read::{self, Reader};
use crate::discord::permissions;
use crate::settings;

/// Of a larger file it does not matter here whether it can be read: the default of `corpus.max_file_mb`.
const LARGEST_FILE: u64 = 32 << 20;

const NEW_FILE: &str = "\
# What differs from the defaults, which stand with every other setting in `config/default.toml` of passim.
";

#[derive(Debug, Args)]
pub struct Init {
    /// Change a local.toml that is there; its other keys stay
    #[arg(long)]
    force: bool,
}

pub(super) fn run(command: &Init, sources: &settings::Sources) -> Result<(), Failure> {
    let folder = settings::config_dir(sources)
        .context("no configuration folder is known; name one with PASSIM_CONFIG_DIR")?;
    let file = folder.join("local.toml");
    let mut document = opened(&file, command.force)?;
    if stdin().is_terminal() {
        writeln!(stderr(), "The settings go into {}.", file.display())?;
    }
    if let Some(corpus) = corpus(sources, text_of(&document, "corpus", "path"))? {
        set(&mut document, "corpus", "path", &corpus)?;
    }
    if let Some(token) = discord_token(text_of(&document, "discord", "token").is_some())? {
        set(&mut document, "discord", "token", &token)?;
    }
    write(&file, &document.to_string(), command.force)
        .with_context(|| format!("cannot write {}", file.display()))?;
    say_what_next(&file, text_of(&document, "discord", "token").and_then(token::application))?;
    Ok(())
}

/// The file as it is, or a new one.
fn opened(file: &Path, force: bool) -> Result<DocumentMut, anyhow::Error> {
    let is_there = file.symlink_metadata().is_ok();
    let shown = file.display();
    if !is_there {
        return Ok(NEW_FILE.parse().expect("a comment is TOML"));
    }
    if !force {
        bail!("{shown} is there already; 'passim init --force' changes it, and keeps its other keys");
    }
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    // Not the parser's own words: they show the line, which may hold a secret.
    text.parse().map_err(|error: toml_edit::TomlError| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        anyhow!("{shown} is not valid TOML at line {line}; mend it or remove it first")
    })
}

/// The folder to write down, absolute; nothing where the one in the file stays.
fn corpus(sources: &settings::Sources, present: Option<&str>) -> Result<Option<String>, anyhow::Error> {
    if let Some(option) = sources.corpus {
        return folder_of_documents(&sources.current_dir.join(option)).map(Some);
    }
    let keep = present.map_or(String::new(), |present| format!(" (Enter keeps {})", printable(present)));
    loop {
        let answer = asked(&format!("Folder with the documents{keep}: "), "the folder with the documents")?;
        if answer.is_empty() && present.is_some() {
            return Ok(None);
        }
        match folder_of_documents(&sources.current_dir.join(typed_path(&answer))) {
            Err(error) if stdin().is_terminal() => writeln!(stderr(), "{}", printable(&error.to_string()))?,
            checked => return checked.map(Some),
        }
    }
}

/// A path as people type or drag it into a terminal: maybe in quotation marks, maybe below `~`.
fn typed_path(answer: &str) -> PathBuf {
    let quoted = |mark: char| answer.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    let path = quoted('"').or_else(|| quoted('\'')).unwrap_or(answer);
    match (path.strip_prefix('~'), std::env::home_dir()) {
        (Some(""), Some(home)) => home,
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(&rest[1..]),
        _ => PathBuf::from(path),
    }
}

/// The path, if documents can be read there.
fn folder_of_documents(folder: &Path) -> Result<String, anyhow::Error> {
    let folder: PathBuf = folder.components().collect();
    let listing = read::list(&folder)?;
    let mut refused = listing.refused;
    let reader = Reader::new(LARGEST_FILE, this_program().as_deref());
    for file in &listing.files {
        match read::read(file, &reader) {
            Ok(_) => {
                return folder.into_os_string().into_string().map_err(|folder| {
                    anyhow!("the name {} is not UTF-8; rename the folder", folder.display())
                });
            }
            Err(reason) => refused.push(reason),
        }
    }
    let example = refused.first().map_or(String::new(), |file| format!(": {} {}", file.path, file.reason));
    bail!("no file in {} can be read{example}", folder.display());
}

/// The token to write down; nothing where none was given.
fn discord_token(is_present: bool) -> Result<Option<String>, anyhow::Error> {
    let none = if is_present { "Enter keeps the one that is there" } else { "Enter for none" };
    loop {
        let token = asked_in_secret(&format!("Discord bot token, which is not shown ({none}): "))?;
        if token.is_empty() {
            return Ok(None);
        }
        match token::shape(&token) {
            Ok(()) => return Ok(Some(token)),
            Err(wrong) if stdin().is_terminal() => writeln!(stderr(), "The token {wrong}.")?,
            Err(wrong) => {
                bail!(
                    "the token {wrong}; nothing was written. Copy it from the page “Bot” of the application"
                )
            }
        }
    }
}

/// One line of the input, without the white space around it.
fn asked(prompt: &str, what: &str) -> Result<String, anyhow::Error> {
    if stdin().is_terminal() {
        write!(stderr(), "{prompt}")?;
    }
    let mut line = String::new();
    // The standard library's error for what is not UTF-8 does not show it.
    if stdin().lock().read_line(&mut line).with_context(|| format!("cannot read {what}"))? == 0 {
        return Err(ended(what));
    }
    Ok(line.trim().to_owned())
}

/// The same without showing what is typed.
fn asked_in_secret(prompt: &str) -> Result<String, anyhow::Error> {
    const WHAT: &str = "the Discord token (an empty line for none)";
    if !stdin().is_terminal() {
        return asked(prompt, WHAT);
    }
    // Ctrl-C has to come back from here as an error, or the terminal would stay without echo.
    signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::default())?;
    match rpassword::prompt_password(prompt) {
        Ok(token) => Ok(token.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            bail!("interrupted; nothing was written")
        }
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(ended(WHAT)),
        Err(error) => Err(error).context("cannot read the Discord token"),
    }
}

fn ended(what: &str) -> anyhow::Error {
    if stdin().is_terminal() {
        // Ctrl-D leaves the cursor behind the prompt. Standard error may be closed: then nobody sees it.
        let _ = writeln!(stderr());
    }
    anyhow!("the input ended before {what} was given; nothing was written")
}

fn text_of<'a>(document: &'a DocumentMut, table: &str, key: &str) -> Option<&'a str> {
    document.get(table)?.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// Sets a text; a comment behind the old one stays.
fn set(document: &mut DocumentMut, table: &str, key: &str, text: &str) -> Result<(), anyhow::Error> {
    let entry = document.entry(table).or_insert_with(toml_edit::table);
    let keys = entry
        .as_table_like_mut()
        .with_context(|| format!("{table} in local.toml is no table, as in [{table}]; mend it first"))?;
    let mut value = Value::from(text);
    if let Some(old) = keys.get(key).and_then(Item::as_value) {
        *value.decor_mut() = old.decor().clone();
    }
    keys.insert(key, Item::Value(value));
    Ok(())
}

/// Beside it first, then renamed: what is there is the old file or the new one. It may hold a secret, so it is
/// the owner's alone.
fn write(file: &Path, text: &str, may_replace: bool) -> io::Result<()> {
    // A link stays one: what it leads to is replaced.
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut beside = NamedTempFile::new_in(folder)?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().sync_all()?;
    if may_replace {
        beside.persist(&file)?
    } else {
        beside.persist_noclobber(&file)?
    };
    Ok(())
}

/// With the link that brings the bot into a server, where a token says whose that would be.
fn say_what_next(file: &Path, application: Option<u64>) -> io::Result<()> {
    let mut out = stdout().lock();
    let reader = if cfg!(unix) { "; only you can read it" } else { "" };
    writeln!(out, "Wrote {}{reader}.", file.display())?;
    writeln!(out, "Next:")?;
    writeln!(out, "  passim doctor        checks that everything is in place")?;
    writeln!(out, "  passim ask QUESTION  reads the documents, and answers")?;
    let Some(application) = application else { return Ok(()) };
    writeln!(out, "  passim serve         answers in Discord")?;
    writeln!(
        out,
        "This link adds the bot to a server of yours; it asks for what the bot needs and for nothing else: {}.",
        permissions::needed_names().join(", ")
    )?;
    writeln!(out, "  {}", permissions::invitation(application))?;
    writeln!(
        out,
        "Then name the server in {}, below [discord], by its id (Discord's developer mode lets you copy it):",
        file.display()
    )?;
    writeln!(out, "  guilds = [\"…\"]")
}
