//! The store, as the bot uses it: an answer never waits for it, and never fails because of it.
//!
//! What is kept of an answer is written before the answer goes out, if that is possible at once. Where another process
//! writes, it goes into a queue that one thread writes from, and is written when that one lets go: a locked database holds
//! up nobody for more than a moment. What somebody presses is written while they wait, since it is acknowledged.
//! Looking up has a connection of its own, and waits a while for what is queued, so that people find what they just saw.
//!
//! A database that is damaged, of a newer version or read-only costs people their buttons and follow-ups, and nobody
//! an answer. It is tried again after a while, and the log tells when it begins to fail and when it works again.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::metrics::{Metrics, StoreWork};
use crate::store::{Asking, ChannelId, GuildId, MessageId, Store, StoreError, Switch, Withdrawal};

/// How long looking up waits while another process writes, which it hardly ever has to.
const PATIENCE: Duration = Duration::from_millis(50);
/// The pause before something is written again that could not be, since another process writes.
const BETWEEN_TRIES: Duration = Duration::from_millis(20);
/// How long a store that failed is left alone.
const PAUSE: Duration = Duration::from_secs(5);
/// How long something queued is tried, before it is given up.
const LONGEST_TRIED: Duration = Duration::from_secs(120);
/// So much is queued at most: some minutes of very many questions.
const QUEUE: usize = 20_000;
/// How long an answer waits for what is queued.
const A_MOMENT: Duration = Duration::from_millis(100);
/// How often it is looked for what a message answers, and the pause between.
const LOOKS: u32 = 4;
const BETWEEN_LOOKS: Duration = Duration::from_millis(40);
/// How long somebody waits for what is queued behind another process' writing.
const A_SECOND: Duration = Duration::from_secs(1);
/// How long somebody who presses waits.
const A_WHILE: Duration = Duration::from_secs(2);

pub struct Memory {
    shared: Arc<Shared>,
    queue: SyncSender<Job>,
    /// What was read or set last: it holds where the store fails.
    switches: Mutex<HashMap<(GuildId, ChannelId), Switch>>,
    /// What was withdrawn when that was looked up last: it holds where the store fails.
    withdrawn: Mutex<HashMap<(GuildId, String), Withdrawal>>,
}

/// Something to be written. It is done again where the database was locked.
struct Job {
    work: Work,
    since: Instant,
}

type Work = Box<dyn Fn(&Store) -> Result<(), StoreError> + Send>;

/// Why something was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unwritten {
    /// Another process writes: that passes.
    Locked,
    Failing,
}

/// Something could not be remembered or looked up; the log says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgetful;

impl Memory {
    /// Opens the store in the folder, or notes why that is not possible.
    pub fn open(folder: &Path) -> Memory {
        Memory::measured(folder, Arc::new(Metrics::off()))
    }

    /// The same, counting what fails.
    pub fn measured(folder: &Path, metrics: Arc<Metrics>) -> Memory {
        let handle = |purpose| Handle::new(folder, purpose, metrics.clone());
        let shared = Arc::new(Shared {
            reading: handle(Purpose::Reading),
            writing: handle(Purpose::Writing),
            progress: Mutex::default(),
            is_written: Condvar::new(),
        });
        // The whole file is looked through here, once.
        let _ = shared.writing.store();
        let (queue, jobs) = sync_channel(QUEUE);
        let writer = shared.clone();
        std::thread::spawn(move || writer.write_all(&jobs));
        Memory { shared, queue, switches: Mutex::default(), withdrawn: Mutex::default() }
    }

    /// Why nothing can be remembered at the moment.
    pub fn failure(&self) -> Option<String> {
        let is_stuck = self.shared.progress().is_stuck;
        self.shared.writing.failure().or_else(|| {
            is_stuck.then(|| "locked by another process; what is answered is kept when it lets go".to_owned())
        })
    }

    /// Why nothing could be written now, if that is so. It tries, and blocks: not for async code.
    pub fn trouble(&self) -> Option<String> {
        let started = Instant::now();
        loop {
            match self.shared.write(Store::try_writing) {
                Ok(()) => return None,
                Err(Unwritten::Locked) if started.elapsed() < A_SECOND => std::thread::sleep(BETWEEN_TRIES),
                Err(Unwritten::Locked) => return Some("locked by another process".to_owned()),
                Err(Unwritten::Failing) => return Some(self.failure().unwrap_or_default()),
            }
        }
    }

    /// Looks something up. It blocks: not for async code.
    pub fn look<T>(&self, work: impl FnOnce(&Store) -> Result<T, StoreError>) -> Result<T, Forgetful> {
        self.shared.wait(A_WHILE, Waiting::UnlessStuck);
        self.shared.reading.attempt(work).map_err(|_| Forgetful)
    }

    /// Looks for one thing that people have seen, so that it is there or queued. It blocks.
    pub fn find<T>(
        &self,
        work: impl Fn(&Store) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<T>, Forgetful> {
        let found = self.look(&work)?;
        if found.is_some() || self.shared.is_idle() {
            return Ok(found);
        }
        self.shared.wait(A_SECOND, Waiting::Whatever);
        self.shared.reading.attempt(work).map_err(|_| Forgetful)
    }

    /// The same as `look`, for what an answer waits for.
    pub fn glance<T>(&self, work: impl FnOnce(&Store) -> Result<T, StoreError>) -> Result<T, Forgetful> {
        self.settle();
        self.shared.reading.attempt(work).map_err(|_| Forgetful)
    }

    /// What a message of ours answers. Which message answers is known a moment after it can be seen, so that this looks
    /// more than once. It blocks.
    pub fn answered_by(&self, message: MessageId) -> Result<Option<Asking>, Forgetful> {
        for _ in 0..LOOKS {
            let found = self.find(|store| store.asking_answered_by(message))?;
            if found.is_some() {
                return Ok(found);
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
        Ok(None)
    }

    /// Waits a moment until what is queued is written: what people see is then kept, even if the program is killed.
    pub fn settle(&self) {
        self.shared.wait(A_MOMENT, Waiting::UnlessStuck);
    }

    /// Writes something, and may read beside it; it outlives the program when this returns. It blocks: not for
    /// async code.
    pub fn with<T>(&self, work: impl Fn(&Store) -> Result<T, StoreError>) -> Result<T, Forgetful> {
        let started = Instant::now();
        self.shared.wait(A_WHILE, Waiting::Whatever);
        loop {
            match self.shared.write(&work) {
                Err(Unwritten::Locked) if started.elapsed() < A_WHILE => std::thread::sleep(BETWEEN_TRIES),
                result => return result.map_err(|_| Forgetful),
            }
        }
    }

    /// Writes something at once where that is possible, else soon. It blocks, but for nobody else's sake.
    pub fn keep(
        &self,
        work: impl Fn(&Store) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), Forgetful> {
        // What is queued comes first: it may be what this goes on from.
        if self.shared.is_idle() && self.shared.write(&work).is_ok() {
            return Ok(());
        }
        self.soon(work)
    }

    /// Writes something soon, and again and again where another process keeps the database locked. Refused where the
    /// store is known to fail, though it is tried.
    pub fn soon(
        &self,
        work: impl Fn(&Store) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), Forgetful> {
        let is_failing = self.shared.writing.failure().is_some();
        let job = Job { work: Box::new(work), since: Instant::now() };
        self.shared.progress().queued += 1;
        if self.queue.try_send(job).is_err() {
            self.shared.done();
            tracing::error!("the store is too slow: what was just answered is not kept");
            return Err(Forgetful);
        }
        if is_failing { Err(Forgetful) } else { Ok(()) }
    }

    /// Waits until everything queued is written, as long as that makes sense before an end.
    pub fn finish(&self, patience: Duration) {
        self.shared.wait(patience, Waiting::Whatever);
    }

    /// The switch of a channel, if it was looked up or set before.
    pub fn known_switch(&self, guild: GuildId, channel: ChannelId) -> Option<Switch> {
        lock(&self.switches).get(&(guild, channel)).copied()
    }

    /// Whether answers are given in a channel; where nothing can be looked up, as it was known last. It blocks.
    pub fn switch(&self, guild: GuildId, channel: ChannelId) -> Switch {
        if let Some(known) = self.known_switch(guild, channel) {
            return known;
        }
        let Ok(switch) = self.glance(|store| store.channel(guild, channel)) else { return Switch::default() };
        lock(&self.switches).insert((guild, channel), switch);
        switch
    }

    /// What stands in front of the answer to a question; where nothing can be looked up, as it was known last. It
    /// blocks.
    pub fn withdrawal(&self, guild: GuildId, normalised: &str) -> Option<Withdrawal> {
        let key = (guild, normalised.to_owned());
        let Ok(found) = self.glance(|store| store.withdrawal(Some(guild), normalised)) else {
            return lock(&self.withdrawn).get(&key).cloned();
        };
        let mut known = lock(&self.withdrawn);
        match &found {
            Some(withdrawal) => known.insert(key, withdrawal.clone()),
            None => known.remove(&key),
        };
        found
    }

    /// Notes a switch that was written to the store.
    pub fn note_switch(&self, guild: GuildId, channel: ChannelId, switch: Switch) {
        lock(&self.switches).insert((guild, channel), switch);
    }
}

/// The connections, and what waits to be written.
struct Shared {
    reading: Handle,
    writing: Handle,
    progress: Mutex<Progress>,
    is_written: Condvar,
}

#[derive(Default)]
struct Progress {
    /// How much was ever queued, and how much of that is done.
    queued: u64,
    done: u64,
    /// Whether what is being written had to be tried again.
    is_stuck: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// Not where the database is locked: that may take long.
    UnlessStuck,
    Whatever,
}

impl Shared {
    /// What the thread does, until nobody can queue anything any more.
    fn write_all(&self, jobs: &Receiver<Job>) {
        for job in jobs {
            // A panic in it must not end the writing for ever.
            let _ = catch_unwind(AssertUnwindSafe(|| self.write_one(&job)));
            self.done();
        }
    }

    fn write_one(&self, job: &Job) {
        while self.write(&job.work).is_err() {
            if job.since.elapsed() > LONGEST_TRIED {
                tracing::error!(
                    "something that was answered could not be kept for two minutes, and is given up"
                );
                break;
            }
            self.progress().is_stuck = true;
            self.is_written.notify_all();
            std::thread::sleep(BETWEEN_TRIES);
        }
        self.progress().is_stuck = false;
    }

    fn write<T>(&self, work: impl FnOnce(&Store) -> Result<T, StoreError>) -> Result<T, Unwritten> {
        let was_failing = self.writing.failure().is_some();
        let written = self.writing.attempt(work)?;
        if was_failing {
            tracing::info!("the store works again");
            self.reading.try_again();
        }
        Ok(written)
    }

    fn is_idle(&self) -> bool {
        let progress = self.progress();
        progress.done == progress.queued
    }

    fn done(&self) {
        self.progress().done += 1;
        self.is_written.notify_all();
    }

    /// Until all is written that is queued by now, or for so long.
    fn wait(&self, patience: Duration, waiting: Waiting) {
        let until = Instant::now() + patience;
        let mut progress = self.progress();
        let wanted = progress.queued;
        while progress.done < wanted && !(progress.is_stuck && waiting == Waiting::UnlessStuck) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.is_written.wait_timeout(progress, left);
            progress = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        lock(&self.progress)
    }
}

/// A connection that is opened when it is needed, and again after it failed.
struct Handle {
    folder: PathBuf,
    purpose: Purpose,
    metrics: Arc<Metrics>,
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Reading,
    Writing,
}

#[derive(Default)]
struct State {
    store: Option<Arc<Store>>,
    /// The last failure, while there was no success after it.
    failure: Option<(Instant, String)>,
}

impl Handle {
    fn new(folder: &Path, purpose: Purpose, metrics: Arc<Metrics>) -> Handle {
        Handle { folder: folder.to_owned(), purpose, metrics, state: Mutex::default() }
    }

    fn count_failure(&self) {
        let work = match self.purpose {
            Purpose::Reading => StoreWork::Read,
            Purpose::Writing => StoreWork::Write,
        };
        self.metrics.store_error(work);
    }

    fn failure(&self) -> Option<String> {
        lock(&self.state).failure.as_ref().map(|(_, reason)| reason.clone())
    }

    /// Whatever failed may be mended.
    fn try_again(&self) {
        lock(&self.state).failure = None;
    }

    fn attempt<T>(&self, work: impl FnOnce(&Store) -> Result<T, StoreError>) -> Result<T, Unwritten> {
        let store = self.store()?;
        // The state is not locked meanwhile: one slow write holds up nobody else.
        let result = work(&store);
        let mut state = lock(&self.state);
        match result {
            Ok(value) => {
                state.failure = None;
                Ok(value)
            }
            Err(error @ StoreError::Locked { .. }) => {
                tracing::debug!(%error, "the store is locked");
                Err(Unwritten::Locked)
            }
            Err(error) => {
                self.count_failure();
                state.fail(&error, self.purpose);
                // It is opened anew, since the file may have been replaced.
                state.store = None;
                Err(Unwritten::Failing)
            }
        }
    }

    fn store(&self) -> Result<Arc<Store>, Unwritten> {
        let mut state = lock(&self.state);
        if state.failure.as_ref().is_some_and(|(at, _)| at.elapsed() < PAUSE) {
            return Err(Unwritten::Failing);
        }
        if let Some(store) = &state.store {
            return Ok(store.clone());
        }
        let opened = match self.purpose {
            // It is tried again by whoever writes.
            Purpose::Writing => Store::open(&self.folder, Duration::ZERO),
            Purpose::Reading => Store::open_unchecked(&self.folder, PATIENCE),
        };
        match opened {
            Ok(store) => {
                let store = Arc::new(store);
                state.store = Some(store.clone());
                Ok(store)
            }
            Err(StoreError::Locked { .. }) => Err(Unwritten::Locked),
            Err(error) => {
                self.count_failure();
                state.fail(&error, self.purpose);
                Err(Unwritten::Failing)
            }
        }
    }
}

impl State {
    fn fail(&mut self, error: &StoreError, purpose: Purpose) {
        let reason = error.to_string();
        // What cannot be written can mostly not be read either: once in the log is enough.
        if purpose == Purpose::Writing && self.failure.as_ref().is_none_or(|(_, known)| *known != reason) {
            tracing::error!(
                %error,
                "the store fails: answers go on, without their buttons and without follow-ups"
            );
        }
        self.failure = Some((Instant::now(), reason));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
