//! The store, as the bot uses it: an answer never waits for it long, and never fails because of it.
//!
//! A database that is locked, damaged, of a newer version or read-only costs people their buttons and
//! follow-ups, and nobody an answer. It is tried again after a while, and the log tells when it begins to fail
//! and when it works again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::store::{ChannelId, GuildId, Store, StoreError, Switch};

/// How long a question may wait while another process writes.
const PATIENCE: Duration = Duration::from_millis(150);
/// How long a store that failed is left alone.
const PAUSE: Duration = Duration::from_secs(5);

pub struct Memory {
    folder: PathBuf,
    state: Mutex<State>,
    /// What was read or set last: it holds where the store fails.
    switches: Mutex<HashMap<(GuildId, ChannelId), Switch>>,
}

struct State {
    store: Option<Arc<Store>>,
    /// The last failure, while there was no success after it.
    failure: Option<(Instant, String)>,
}

/// Something could not be remembered or looked up; the log says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgetful;

impl Memory {
    /// Opens the store in the folder, or notes why that is not possible.
    pub fn open(folder: &Path) -> Memory {
        let memory = Memory {
            folder: folder.to_owned(),
            state: Mutex::new(State { store: None, failure: None }),
            switches: Mutex::default(),
        };
        let _ = memory.store();
        memory
    }

    /// Why nothing can be remembered at the moment.
    pub fn failure(&self) -> Option<String> {
        lock(&self.state).failure.as_ref().map(|(_, reason)| reason.clone())
    }

    /// Looks something up. It blocks: not for async code.
    pub fn look<T>(&self, work: impl FnOnce(&Store) -> Result<T, StoreError>) -> Result<T, Forgetful> {
        // Where nothing can be written, much can still be read: that heals nothing.
        self.attempt(work, |_| {})
    }

    /// Writes something, and may read beside it. It blocks: not for async code.
    pub fn with<T>(&self, work: impl FnOnce(&Store) -> Result<T, StoreError>) -> Result<T, Forgetful> {
        self.attempt(work, |state| {
            if state.failure.take().is_some() {
                tracing::info!("the store works again");
            }
        })
    }

    fn attempt<T>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError>,
        succeeded: impl FnOnce(&mut State),
    ) -> Result<T, Forgetful> {
        let store = self.store()?;
        // The state is not locked meanwhile: one slow write holds up nobody else.
        let result = work(&store);
        let mut state = lock(&self.state);
        match result {
            Ok(value) => {
                succeeded(&mut state);
                Ok(value)
            }
            Err(error) => {
                state.fail(&error);
                // It is opened anew, since the file may have been replaced.
                state.store = None;
                Err(Forgetful)
            }
        }
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
        let Ok(switch) = self.look(|store| store.channel(guild, channel)) else { return Switch::default() };
        lock(&self.switches).insert((guild, channel), switch);
        switch
    }

    /// Notes a switch that was written to the store.
    pub fn note_switch(&self, guild: GuildId, channel: ChannelId, switch: Switch) {
        lock(&self.switches).insert((guild, channel), switch);
    }

    fn store(&self) -> Result<Arc<Store>, Forgetful> {
        let mut state = lock(&self.state);
        if state.failure.as_ref().is_some_and(|(at, _)| at.elapsed() < PAUSE) {
            return Err(Forgetful);
        }
        if let Some(store) = &state.store {
            return Ok(store.clone());
        }
        match Store::open(&self.folder, PATIENCE) {
            Ok(store) => {
                let store = Arc::new(store);
                state.store = Some(store.clone());
                Ok(store)
            }
            Err(error) => {
                state.fail(&error);
                Err(Forgetful)
            }
        }
    }
}

impl State {
    fn fail(&mut self, error: &StoreError) {
        let reason = error.to_string();
        if self.failure.as_ref().is_none_or(|(_, known)| *known != reason) {
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
