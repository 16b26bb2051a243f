//! The world under its lock, and the news that it has changed.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::world::World;

pub struct Shared {
    world: Mutex<World>,
    changes: watch::Sender<()>,
}

impl Shared {
    pub fn new(world: World) -> Shared {
        Shared { world: Mutex::new(world), changes: watch::Sender::new(()) }
    }

    pub fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock())
    }

    pub fn change<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let outcome = act(&mut self.lock());
        self.changes.send_replace(());
        outcome
    }

    /// What `look` finds, as soon as it finds something; nothing when that takes longer than `limit`.
    pub async fn wait<T>(&self, limit: Duration, look: impl Fn(&World) -> Option<T>) -> Option<T> {
        // Subscribed before looking, so that no change falls between the two.
        let mut changes = self.changes.subscribe();
        let search = async {
            loop {
                if let Some(found) = self.read(&look) {
                    return Some(found);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(limit, search).await.ok().flatten()
    }

    /// A test that failed while it held the lock does not hide what the others would say.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
