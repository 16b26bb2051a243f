//! `passim index`: brings the index level, and says what changed.

use std::io::Write;

use clap::Args;
use serde::Serialize;

use super::draw::{BOLD, printable};
use super::{Failure, keep, now, open, print_json};
use crate::Answerer;
use crate::golden;
use crate::live;
use crate::proof::{self, Sources};
use crate::retrieval::{self, sync::Report};
use crate::settings::Settings;
use crate::store::Moment;

/// So many receipts are named one by one.
const NAMED: usize = 10;

#[derive(Debug, Args)]
pub struct Index {
    /// Read every document again, into a new index
    #[arg(long)]
    rebuild: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Index, settings: &Settings) -> Result<(), Failure> {
    let corpus = settings.corpus_dir()?;
    // One that cannot be read is built anew, and then it is not known what changed.
    let before = retrieval::Index::open(&open::index_folder(corpus, settings)?).unwrap_or_default();
    let (after, report) = open::synchronise(corpus, settings, command.rebuild)?;
    let stale = stale(before.as_ref(), &after, settings).unwrap_or_else(|failure| {
        open::note(&format!("whether earlier answers still hold could not be seen: {failure}"));
        Vec::new()
    });
    let golden = golden(after, settings)?;
    if command.json {
        return print_json(&Json { report: &report, stale: &stale, golden: golden.as_ref() });
    }
    draw(&report, &stale)?;
    golden.as_ref().map_or(Ok(()), draw_golden)
}

/// The golden questions, asked again; none where the settings name none, or where they cannot be asked.
fn golden(after: retrieval::Index, settings: &Settings) -> Result<Option<golden::Asked>, Failure> {
    let Some(file) = &settings.index.golden else { return Ok(None) };
    let answerer = Answerer::new(after, settings)?;
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
