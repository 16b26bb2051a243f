//! The answerer in force, for programs that keep running: one for all who ask, replaced whole when the documents
//! were read again, here or by another process. Whoever is asking keeps the one they have.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use thiserror::Error;

use crate::answerer::{Answerer, AnswererError};
use crate::corpus::read::Reader;
use crate::neural::NeuralReader;
use crate::proof::changed_sources;
use crate::retrieval::generation::{self, Held};
use crate::retrieval::sync::{self, Options, Progress, Report, SyncError};
use crate::retrieval::{Index, IndexError, folder_of};
use crate::settings::Settings;

/// How the settings want documents to be read.
pub fn sync_options(settings: &Settings, rebuild: bool) -> Options<'_> {
    Options {
        threads: settings.index.threads,
        memory_per_thread: settings.index.memory_mb * 1024 * 1024,
        largest_file: settings.corpus.max_file_bytes(),
        rebuild,
        program: settings.program.as_deref(),
    }
}

/// How the settings want documents of this corpus to be read, with what is kept of them beside its index.
pub fn reader(settings: &Settings, corpus: &Path) -> Reader {
    let reader = Reader::new(settings.corpus.max_file_bytes(), settings.program.as_deref());
    match &settings.data.path {
        Some(data) => reader.beside(&folder_of(corpus, data)),
        None => reader,
    }
}

pub struct Live {
    corpus: PathBuf,
    /// Where the index lies.
    folder: PathBuf,
    settings: ArcSwap<Settings>,
    /// Held while the answerer is replaced, by another index or by other settings: neither loses the other.
    replacing: Mutex<()>,
    /// The same for every answerer there will be.
    neural: Option<Arc<NeuralReader>>,
    answerer: ArcSwap<Answerer>,
    underway: Mutex<Option<Underway>>,
}

/// A re-index that is running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Underway {
    /// Who wanted it, for people.
    pub by: String,
    /// Nanoseconds since 1970.
    pub since: i128,
    /// Files that are read, of those that have to be; 0 of 0 while it is looked for what changed.
    pub done: usize,
    pub total: usize,
    /// Whether all are read, and the index is being written.
    pub is_writing: bool,
}

/// What a re-index did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reindexed {
    pub report: Report,
    /// The paths of sources that have other bytes than before, are none any more, or cannot be read.
    pub changed: Vec<String>,
}

#[derive(Debug, Error)]
pub enum LiveError {
    #[error("documents are being read again already, for {}: {} of {} files are done", .0.by, .0.done, .0.total)]
    Underway(Underway),
    #[error(transparent)]
    Sync(#[from] SyncError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Answerer(#[from] AnswererError),
}

impl Live {
    /// Answers out of `index`, which was opened over `corpus` with these settings; its data folder is `data`.
    pub fn new(
        index: Index,
        corpus: &Path,
        data: &Path,
        settings: Settings,
        neural: Option<Arc<NeuralReader>>,
    ) -> Result<Live, LiveError> {
        let answerer = Answerer::new(index, &settings, neural.clone())?;
        Ok(Live {
            corpus: corpus.to_owned(),
            folder: folder_of(corpus, data),
            settings: ArcSwap::from_pointee(settings),
            replacing: Mutex::new(()),
            neural,
            answerer: ArcSwap::from_pointee(answerer),
            underway: Mutex::new(None),
        })
    }

    /// Answers out of all sources, whoever asks: only for those who may read all, or where nothing is shown.
    pub fn everything(&self) -> Arc<Answerer> {
        self.answerer.load_full()
    }

    /// The re-index that is running in this process.
    pub fn underway(&self) -> Option<Underway> {
        self.lock().clone()
    }

    /// The generation that an operator went back to, while it is held.
    pub fn held(&self) -> Result<Option<Held>, LiveError> {
        Ok(generation::held(&self.folder)?)
    }

    /// Takes over what another process wrote. Gives the paths of the sources that it read otherwise than before;
    /// `None` where it wrote nothing.
    pub fn take_over(&self) -> Result<Option<Vec<String>>, LiveError> {
        // What this process writes itself, it also takes itself.
        if self.underway().is_some() || self.answerer.load().index().is_current(&self.folder)? {
            return Ok(None);
        }
        let Some(index) = Index::open(&self.folder)? else { return Ok(None) };
        Ok(Some(self.replace(index)?))
    }

    /// Answers out of another index from now on; gives the paths of the sources that it has otherwise.
    fn replace(&self, index: Index) -> Result<Vec<String>, LiveError> {
        let _turn = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let answerer = Arc::new(Answerer::new(index, &self.settings.load(), self.neural.clone())?);
        let before = self.answerer.swap(answerer.clone());
        Ok(changed_sources(before.index(), answerer.index()))
    }

    /// Answers with other settings from now on, and with templates and synonyms that are read again. What fails leaves
    /// everything as it was.
    pub fn follow(&self, settings: &Settings) -> Result<(), LiveError> {
        let _turn = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let answerer = self.everything().following(settings)?;
        self.settings.store(Arc::new(settings.clone()));
        self.answerer.store(Arc::new(answerer));
        Ok(())
    }

    /// Reads the documents again, for `by`, at `now` (nanoseconds since 1970), telling `watch` how far it is. What
    /// fails leaves the answerer as it was.
    pub fn reindex(
        &self,
        by: &str,
        rebuild: bool,
        now: i128,
        watch: &mut dyn FnMut(&Underway),
    ) -> Result<Reindexed, LiveError> {
        let _turn = self.take_turn(by, now)?;
        let settings = self.settings.load_full();
        let options = sync_options(&settings, rebuild);
        let done = sync::sync(&self.folder, &self.corpus, options, now, &mut |progress| {
            if let Some(underway) = self.advance(&progress) {
                watch(&underway);
            }
        })?;
        self.reindexed(done)
    }

    /// The same where nobody asked for it: nothing is done while an operator holds the generation before.
    pub fn reindex_unless_held(&self, by: &str, now: i128) -> Result<Option<Reindexed>, LiveError> {
        let _turn = self.take_turn(by, now)?;
        let settings = self.settings.load_full();
        let options = sync_options(&settings, false);
        let done = sync::sync_unless_held(&self.folder, &self.corpus, options, now, &mut |progress| {
            self.advance(&progress);
        })?;
        done.map(|done| self.reindexed(done)).transpose()
    }

    fn reindexed(&self, (index, report): (Index, Report)) -> Result<Reindexed, LiveError> {
        // Who finds nothing changed has the same index again, only opened anew.
        let is_the_same = self.answerer.load().index().is_same_as(&index);
        Ok(Reindexed { report, changed: if is_the_same { Vec::new() } else { self.replace(index)? } })
    }

    fn take_turn(&self, by: &str, now: i128) -> Result<Turn<'_>, LiveError> {
        let mut running = self.lock();
        if let Some(underway) = &*running {
            return Err(LiveError::Underway(underway.clone()));
        }
        *running = Some(Underway { by: by.to_owned(), since: now, done: 0, total: 0, is_writing: false });
        Ok(Turn(self))
    }

    fn advance(&self, progress: &Progress<'_>) -> Option<Underway> {
        let mut running = self.lock();
        let underway = running.as_mut()?;
        match progress {
            Progress::Looking | Progress::Checking => {}
            Progress::Reading { done, total, .. } => (underway.done, underway.total) = (*done, *total),
            Progress::Committing => {
                underway.done = underway.total;
                underway.is_writing = true;
            }
        }
        Some(underway.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Underway>> {
        self.underway.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one re-index that may run; it ends with this, however it ends.
struct Turn<'a>(&'a Live);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.lock() = None;
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::answer::Outcome;
    use crate::settings::{self, UserFolders};

    struct Setup(tempfile::TempDir);

    impl Setup {
        fn new() -> Setup {
            let setup = Setup(tempfile::tempdir().unwrap());
            fs::create_dir(setup.corpus()).unwrap();
            setup.write("lease.md", "The lease runs for 15 years.\n");
            setup
        }

        fn corpus(&self) -> PathBuf {
            self.0.path().join("corpus")
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.corpus().join(name), text).unwrap();
        }

        fn live(&self) -> Live {
            let data = self.0.path().join("data");
            let settings = settings::load(&settings::Sources {
                current_dir: self.0.path(),
                user: UserFolders::default(),
                environment: &[],
                config_files: &[],
                corpus: Some(&self.corpus()),
                data: Some(&data),
            })
            .unwrap();
            let folder = folder_of(&self.corpus(), &data);
            let options = sync_options(&settings, false);
            let (index, _) = sync::sync(&folder, &self.corpus(), options, NOW, &mut |_| {}).unwrap();
            Live::new(index, &self.corpus(), &data, settings, None).unwrap()
        }
    }

    const NOW: i128 = 1_700_000_000_000_000_000;

    fn answer(answerer: &Answerer, question: &str) -> String {
        match answerer.ask(question, &[]).unwrap().outcome {
            Outcome::Found(finding) => finding.answer,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn answers_flow_from_the_old_index_while_the_new_one_is_made() {
        let setup = Setup::new();
        let live = setup.live();
        let held = live.everything();
        setup.write("boat.md", "The boat costs 900 euros.\n");
        let mut seen = Vec::new();
        let report = live.reindex("ann", false, NOW, &mut |underway| {
            seen.push((underway.done, underway.total, underway.is_writing));
            assert!(answer(&live.everything(), "How long does the lease run?").contains("15 years"));
            let refused = live.reindex("bob", false, NOW, &mut |_| {}).unwrap_err();
            assert!(refused.to_string().contains("for ann"), "{refused}");
        });
        let reindexed = report.unwrap();
        assert_eq!(reindexed.report.added, ["boat.md"]);
        assert!(reindexed.changed.is_empty(), "nothing rested on it");
        // Both are looked at: the old one is as new as the clock can tell.
        assert_eq!(seen, [(0, 0, false), (0, 2, false), (1, 2, false), (2, 2, true)]);
        assert_eq!(live.underway(), None);
        assert!(answer(&live.everything(), "How much does the boat cost?").contains("900 euros"));
        assert!(!answer(&held, "How much does the boat cost?").contains("900 euros"));
    }

    #[test]
    fn what_another_process_wrote_is_taken_over() {
        let setup = Setup::new();
        let (live, other) = (setup.live(), setup.live());
        assert_eq!(live.take_over().unwrap(), None);
        setup.write("boat.md", "The boat costs 900 euros.\n");
        setup.write("lease.md", "The lease of the boat runs for 15 years.\n");
        for (rebuild, changed) in [(false, vec!["lease.md".to_owned()]), (true, Vec::new())] {
            other.reindex("bob", rebuild, NOW, &mut |_| {}).unwrap();
            assert_eq!(live.take_over().unwrap(), Some(changed));
            assert_eq!(live.take_over().unwrap(), None);
        }
        assert!(answer(&live.everything(), "How much does the boat cost?").contains("900 euros"));
    }

    #[test]
    fn a_reindex_that_fails_leaves_the_answers_as_they_were() {
        let setup = Setup::new();
        let live = setup.live();
        fs::remove_dir_all(setup.corpus()).unwrap();
        let error = live.reindex("ann", false, NOW, &mut |_| {}).unwrap_err();
        assert!(matches!(error, LiveError::Sync(SyncError::Corpus(_))), "{error}");
        assert_eq!(live.underway(), None);
        assert!(answer(&live.everything(), "How long does the lease run?").contains("15 years"));
    }
}
