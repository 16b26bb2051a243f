//! Opening the index for a command: brought level with the documents first.

use std::io::{IsTerminal, Write, stderr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, now};
use crate::neural::NeuralReader;
use crate::retrieval::generation::Held;
use crate::retrieval::sync::{self, Progress, Report, SyncError};
use crate::retrieval::{self, Index, IndexError};
use crate::settings::Settings;
use crate::{Answerer, live};

/// How long a command waits for the very first index that another process is making.
const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// Everything that answers, over the corpus of the settings.
pub(super) fn answerer(settings: &Settings) -> Result<Answerer, Failure> {
    answerer_over(settings.corpus_dir()?, settings)
}

pub(super) fn answerer_over(corpus: &Path, settings: &Settings) -> Result<Answerer, Failure> {
    // First, since one that is damaged is told before documents are read.
    let neural = settings.reader.open()?;
    Ok(Answerer::new(index(corpus, settings)?, settings, neural)?)
}

/// The same with a neural reader that is open already.
pub(super) fn answerer_with(
    neural: Option<Arc<NeuralReader>>,
    settings: &Settings,
) -> Result<Answerer, Failure> {
    Ok(Answerer::new(index(settings.corpus_dir()?, settings)?, settings, neural)?)
}

/// For what the neural reader has no part in: looking up and checking do not wait until it is loaded.
pub(super) fn without_reader(settings: &Settings) -> Result<Answerer, Failure> {
    answerer_with(None, settings)
}

/// The index, level with the documents; as it is where another process is bringing it level right now.
pub(super) fn index(corpus: &Path, settings: &Settings) -> Result<Index, Failure> {
    let folder = index_folder(corpus, settings)?;
    let started = Instant::now();
    loop {
        if let Some((index, held)) = sync::held(&folder)? {
            note(&held_sentence(&held));
            return Ok(index);
        }
        match synchronise_unless_held(corpus, settings) {
            Ok(Some((index, _))) => return Ok(index),
            // It is held since a moment ago.
            Ok(None) => {}
            Err(Failure::Busy(error)) => {
                if let Some(index) = Index::open(&folder)? {
                    note("another process is indexing; this is answered from the index as it was before");
                    return Ok(index);
                }
                if started.elapsed() > PATIENCE {
                    return Err(Failure::Failed(error));
                }
                std::thread::sleep(BETWEEN_TRIES);
            }
            Err(Failure::Failed(error)) if is_about_writing(&error) => {
                let Ok(Some(index)) = Index::open(&folder) else { return Err(Failure::Failed(error)) };
                note(&format!("{error:#}; this is answered from the index as it was before"));
                return Ok(index);
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// Whether the documents were read, and only the index could not be written: a full or read-only disk.
fn is_about_writing(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref::<SyncError>(),
        Some(SyncError::Write { .. } | SyncError::Index(IndexError::Io { .. }))
    )
}

/// That the documents are not read again for now, and what ends that.
pub(super) fn held_sentence(held: &Held) -> String {
    let since = jiff::Timestamp::from_nanosecond(held.since).unwrap_or_default();
    format!(
        "the index was rolled back to {} on {}, and is answered from as it was then; 'passim index' brings it level \
         again",
        held.generation,
        since.strftime("%Y-%m-%d at %H:%M UTC")
    )
}

/// A line for whoever watches; it is no part of the result.
pub(super) fn note(text: &str) {
    // Standard error may be closed: then there is nobody to tell.
    let _ = writeln!(stderr(), "passim: {text}");
}

/// Brings the index level, with a progress bar where somebody is watching.
pub(super) fn synchronise(
    corpus: &Path,
    settings: &Settings,
    rebuild: bool,
) -> Result<(Index, Report), Failure> {
    let folder = index_folder(corpus, settings)?;
    let options = live::sync_options(settings, rebuild);
    let bar = Bar::new();
    let result = sync::sync(&folder, corpus, options, now(), &mut |progress| bar.show(&progress));
    bar.clear();
    let (index, report) = result.map_err(failure)?;
    note_rebuilding(&report);
    Ok((index, report))
}

/// The same where nobody asked for it; nothing is done while an operator holds the index before.
pub(super) fn synchronise_unless_held(
    corpus: &Path,
    settings: &Settings,
) -> Result<Option<(Index, Report)>, Failure> {
    let folder = index_folder(corpus, settings)?;
    let options = live::sync_options(settings, false);
    let bar = Bar::new();
    let result = sync::sync_unless_held(&folder, corpus, options, now(), &mut |progress| bar.show(&progress));
    bar.clear();
    let done = result.map_err(failure)?;
    if let Some((_, report)) = &done {
        note_rebuilding(report);
    }
    Ok(done)
}

fn note_rebuilding(report: &Report) {
    if let Some(reason) = &report.rebuilt_because {
        note(&format!("the index was built anew: {reason}"));
    }
}

pub(super) fn failure(error: SyncError) -> Failure {
    match error {
        SyncError::Index(IndexError::Busy { .. }) => Failure::Busy(error.into()),
        error => Failure::Failed(error.into()),
    }
}

pub(super) fn index_folder(corpus: &Path, settings: &Settings) -> Result<PathBuf, Failure> {
    Ok(retrieval::folder_of(corpus, settings.data_dir()?))
}

/// A progress bar on standard error, if that is a terminal; it shows after a moment, so that a quick run
/// leaves no flicker.
pub(super) struct Bar(Option<ProgressBar>);

impl Bar {
    pub(super) fn new() -> Bar {
        Bar(stderr().is_terminal().then(ProgressBar::no_length).inspect(|bar| {
            let style = ProgressStyle::with_template("{msg:>10} [{bar:30}] {pos}/{len}");
            bar.set_style(
                style.expect("a constant template is right or wrong at once").progress_chars("=> "),
            );
        }))
    }

    fn show(&self, progress: &Progress<'_>) {
        let Some(bar) = &self.0 else { return };
        match progress {
            Progress::Looking => self.wait("Looking"),
            Progress::Checking => self.wait("Checking"),
            Progress::Reading { done, total, .. } => self.count("Reading", *done, *total),
            Progress::Committing => {
                bar.set_position(bar.length().unwrap_or(0));
                self.wait("Writing");
            }
        }
    }

    pub(super) fn count(&self, doing: &'static str, done: usize, total: usize) {
        if let Some(bar) = &self.0 {
            bar.set_length(total as u64);
            bar.set_message(doing);
            bar.set_position(done as u64);
        }
    }

    /// For what nobody can count.
    fn wait(&self, doing: &'static str) {
        if let Some(bar) = &self.0 {
            bar.set_message(doing);
            bar.tick();
        }
    }

    pub(super) fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
