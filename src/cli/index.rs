//! `passim index`: brings the index level, and says what changed; once, or whenever something does. Or goes back to the
//! index before.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::draw::{BOLD, printable};
use super::{Failure, keep, now, open, print_json};
use crate::Answerer;
use crate::golden;
use crate::live;
use crate::proof::{self, Sources};
use crate::retrieval::generation::{self, Held};
use crate::retrieval::{self, sync, sync::Report};
use crate::settings::Settings;
use crate::store::Moment;
use crate::tables::written;
use crate::watch::{self, Reason, Trouble};

/// So many receipts are named one by one.
const NAMED: usize = 10;
/// Between tries to index while another process does.
const BETWEEN_TRIES: Duration = Duration::from_millis(500);
/// What a shell says of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

#[derive(Debug, Args)]
pub struct Index {
    /// Read every document again, into a new index
    #[arg(long)]
    rebuild: bool,
    /// Go on watching the folder, and bring the index level whenever something changes, until Ctrl-C
    #[arg(long, conflicts_with = "rebuild")]
    watch: bool,
    /// Go back to the index before the last change, and stay there until the next 'passim index'
    #[arg(long, conflicts_with_all = ["rebuild", "watch"])]
    rollback: bool,
    /// Print the report as JSON; with --watch a line for each
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Index, settings: &Settings) -> Result<(), Failure> {
    if command.rollback {
        return roll_back(command, settings);
    }
    if command.watch {
        return keep_level(command, settings);
    }
    let before = before(settings)?;
    let done = open::synchronise(settings.corpus_dir()?, settings, command.rebuild)?;
    outcome(before.as_ref(), done, settings)?.print(command)
}

/// What a run did, and what follows from it.
struct Outcome {
    report: Report,
    stale: Vec<String>,
    golden: Option<golden::Asked>,
}

/// The index as it is. One that cannot be read is built anew, and then it is not known what changed.
fn before(settings: &Settings) -> Result<Option<retrieval::Index>, Failure> {
    let folder = open::index_folder(settings.corpus_dir()?, settings)?;
    Ok(retrieval::Index::open(&folder).unwrap_or_default())
}

fn outcome(
    before: Option<&retrieval::Index>,
    (after, report): (retrieval::Index, Report),
    settings: &Settings,
) -> Result<Outcome, Failure> {
    let stale = stale(before, &after, settings).unwrap_or_else(|failure| {
        open::note(&format!("whether earlier answers still hold could not be seen: {failure}"));
        Vec::new()
    });
    let golden = golden(after, settings)?;
    Ok(Outcome { report, stale, golden })
}

impl Outcome {
    fn print(&self, command: &Index) -> Result<(), Failure> {
        let json = Json { report: &self.report, stale: &self.stale, golden: self.golden.as_ref() };
        if command.json && command.watch {
            let mut out = io::stdout().lock();
            serde_json::to_writer(&mut out, &json).map_err(io::Error::from)?;
            writeln!(out)?;
            return Ok(out.flush()?);
        }
        if command.json {
            return print_json(&json);
        }
        draw(&self.report, &self.stale)?;
        self.golden.as_ref().map_or(Ok(()), draw_golden)
    }
}

/// Brings the index level again and again. The first Ctrl-C ends it when the run under way is done, the second at once,
/// which loses nothing either.
fn keep_level(command: &Index, settings: &Settings) -> Result<(), Failure> {
    let corpus = settings.corpus_dir()?;
    let folder = open::index_folder(corpus, settings)?;
    let is_over = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, INTERRUPTED, is_over.clone())
            .and_then(|_| signal_hook::flag::register(signal, is_over.clone()))
            .context("cannot listen for signals")?;
    }
    let mut watching = Watching {
        command,
        settings,
        folder: &folder,
        is_over: is_over.clone(),
        has_printed: false,
        trouble: Trouble::default(),
        failure: None,
    };
    open::note(&format!("watching {}; Ctrl-C ends it", corpus.display()));
    let interval = settings.corpus.rescan_interval();
    watch::follow(corpus, interval, &|| is_over.load(Ordering::Relaxed), &mut |reason| watching.look(reason));
    watching.failure.map_or(Ok(()), Err)
}

struct Watching<'a> {
    command: &'a Index,
    settings: &'a Settings,
    /// Where the index lies.
    folder: &'a Path,
    is_over: Arc<AtomicBool>,
    /// Whether there was a report: the first one is printed even if nothing changed.
    has_printed: bool,
    trouble: Trouble,
    /// Why it cannot go on.
    failure: Option<Failure>,
}

impl Watching<'_> {
    fn look(&mut self, reason: Reason) {
        if let Reason::Unwatchable(reason) = reason {
            let minutes = self.settings.corpus.rescan_minutes;
            return open::note(&format!(
                "the folder cannot be watched ({reason}); it is looked at every {minutes} minutes instead \
                 (corpus.rescan_minutes)"
            ));
        }
        while !self.is_over.load(Ordering::Relaxed) {
            match self.run() {
                Err(Failure::Busy(_)) => std::thread::sleep(BETWEEN_TRIES),
                Err(failure) => return self.say(&failure.to_string()),
                Ok(Some(outcome)) => return self.report(&outcome),
                Ok(None) => return self.say_held(),
            }
        }
    }

    /// Nothing where an operator went back to the index before, which stays then; but the first run, which somebody
    /// asks for, ends that.
    fn run(&self) -> Result<Option<Outcome>, Failure> {
        let (corpus, settings) = (self.settings.corpus_dir()?, self.settings);
        let before = before(settings)?;
        let done = match self.has_printed {
            true => open::synchronise_unless_held(corpus, settings)?,
            false => Some(open::synchronise(corpus, settings, false)?),
        };
        match done {
            Some((_, report)) if self.has_printed && !report.is_written => {
                Ok(Some(Outcome { report, stale: Vec::new(), golden: None }))
            }
            done => done.map(|done| outcome(before.as_ref(), done, settings)).transpose(),
        }
    }

    fn say_held(&mut self) {
        if let Ok(Some(held)) = generation::held(self.folder) {
            self.say(&open::held_sentence(&held));
        }
    }

    /// The same trouble is said once, however often it is met.
    fn say(&mut self, trouble: &str) {
        if self.trouble.is_news(trouble) {
            open::note(trouble);
        }
    }

    fn report(&mut self, outcome: &Outcome) {
        if self.trouble.is_over() {
            open::note("the folder is read again");
        }
        if self.has_printed && !outcome.report.is_written {
            return;
        }
        self.has_printed = true;
        if let Err(failure) = outcome.print(self.command) {
            self.failure = Some(failure);
            self.is_over.store(true, Ordering::Relaxed);
        }
    }
}

/// What `--rollback --json` prints.
#[derive(Serialize)]
struct RolledBack<'a> {
    generation: &'a str,
    from: &'a str,
    since: String,
    documents: usize,
    passages: usize,
}

fn roll_back(command: &Index, settings: &Settings) -> Result<(), Failure> {
    let folder = open::index_folder(settings.corpus_dir()?, settings)?;
    let (index, held) = sync::roll_back(&folder, now()).map_err(open::failure)?;
    let documents = index.sources().len();
    let passages = index.sources().iter().map(|source| source.passages).sum();
    if command.json {
        let Held { generation, from, since } = &held;
        let since = written(Moment::of_nanoseconds(*since));
        return print_json(&RolledBack { generation, from, since, documents, passages });
    }
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "Back at the index before ({}): {documents} documents, {passages} passages.\n\
         It is answered from until 'passim index' or /reindex brings it level with the documents again.",
        held.generation
    )?;
    Ok(())
}

/// The golden questions, asked again; none where the settings name none, or where they cannot be asked.
fn golden(after: retrieval::Index, settings: &Settings) -> Result<Option<golden::Asked>, Failure> {
    let Some(file) = &settings.index.golden else { return Ok(None) };
    let answerer = Answerer::new(after, settings, settings.reader.open()?)?;
    let now = Moment::of_nanoseconds(now());
    let asked = keep::store(settings).and_then(|store| Ok(golden::ask(file, &answerer, &store, now)?));
    Ok(asked.inspect_err(|failure| open::note(&failure.to_string())).ok())
}

/// The report as `--json` prints it: the promise to scripts.
#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// The receipts of earlier answers that do not hold any more, of those that rest on what changed.
    stale: &'a [String],
    golden: Option<&'a golden::Asked>,
}

/// The receipts of answers that do not hold any more, of those that rest on what changed.
fn stale(
    before: Option<&retrieval::Index>,
    after: &retrieval::Index,
    settings: &Settings,
) -> Result<Vec<String>, Failure> {
    let changed = before.map(|before| proof::changed_sources(before, after));
    if changed.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let Some(store) = keep::store_if_any(settings)? else { return Ok(Vec::new()) };
    let sources = Sources::open(settings.corpus_dir()?, live::reader(settings, settings.corpus_dir()?))?;
    let stale = match changed {
        Some(changed) => proof::stale(&store, sources, changed)?,
        None => proof::all_stale(&store, sources)?,
    };
    Ok(stale.into_iter().map(|stale| stale.receipt).collect())
}

fn draw_golden(asked: &golden::Asked) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    let changed = asked.changed.len();
    writeln!(out, "Golden questions: {} asked, {changed} answered otherwise than before", asked.questions)?;
    for golden::Changed { question, old, new } in &asked.changed {
        writeln!(out, "  {BOLD}{}{BOLD:#}", printable(question))?;
        writeln!(out, "    before: {}\n    now:    {}", printable(old), printable(new))?;
    }
    Ok(())
}

fn draw(report: &Report, stale: &[String]) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    if report.rebuilt {
        writeln!(out, "The index was built anew.")?;
    }
    for (sign, paths) in [("+", &report.added), ("~", &report.changed), ("-", &report.removed)] {
        for path in paths {
            writeln!(out, "{sign} {}", printable(path))?;
        }
    }
    for file in &report.refused {
        writeln!(out, "! {}: {}", printable(&file.path), printable(&file.reason))?;
    }
    let changes = format!(
        "{} added, {} changed, {} removed, {} unchanged, {} refused",
        report.added.len(),
        report.changed.len(),
        report.removed.len(),
        report.unchanged,
        report.refused.len()
    );
    writeln!(out, "{changes}: {} documents, {} passages.", report.documents, report.passages)?;
    let verify = if stale.len() > NAMED { "--all".to_owned() } else { stale.join(" ") };
    match stale.len() {
        0 => {}
        1 => writeln!(out, "1 earlier answer no longer holds: passim verify {verify}")?,
        count => writeln!(out, "{count} earlier answers no longer hold: passim verify {verify}")?,
    }
    Ok(())
}
