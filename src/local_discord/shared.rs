//! The world under its lock, and the news that it has changed.
//!
//! What people and bots do wakes only who waits for that channel: hundreds may wait at once, and each of them
//! looks through a channel when woken.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use litemap::LiteMap;
use tokio::sync::watch;

use super::world::{Id, World};

/// Some things come by time alone, as that an application did not respond: who waits looks this often anyway.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// What somebody waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Topic {
    /// What is seen in a channel.
    Channel(Id),
    /// Requests and gateway connections.
    Traffic,
}

pub struct Shared {
    world: Mutex<World>,
    /// For everybody.
    changes: watch::Sender<()>,
    /// For those who wait for a topic; a topic that nobody ever waited for is not there.
    news: Mutex<LiteMap<Topic, watch::Sender<()>>>,
}

impl Shared {
    pub fn new(world: World) -> Shared {
        Shared { world: Mutex::new(world), changes: watch::Sender::new(()), news: Mutex::default() }
    }

    pub fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&lock(&self.world))
    }

    /// For what a test sets, which may concern anybody.
    pub fn change<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let outcome = act(&mut lock(&self.world));
        self.changes.send_replace(());
        outcome
    }

    /// For what people and bots do, which concerns the channels that it touches.
    pub fn act<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let (outcome, touched) = {
            let mut world = lock(&self.world);
            let outcome = act(&mut world);
            (outcome, mem::take(&mut world.touched))
        };
        self.tell(&touched);
        outcome
    }

    fn tell(&self, touched: &BTreeSet<Id>) {
        let news = lock(&self.news);
        let topics = touched.iter().map(|channel| Topic::Channel(*channel)).chain([Topic::Traffic]);
        for waiting in topics.filter_map(|topic| news.get(&topic)) {
            waiting.send_replace(());
        }
    }

    /// What `look` finds, as soon as it finds something; nothing when that takes longer than `limit`. `look`
    /// takes the lock itself, and only as long as it needs it: a test's own conditions run without it.
    pub async fn wait<T>(
        &self,
        topic: Topic,
        limit: Duration,
        mut look: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        // Subscribed before looking, so that no change falls between the two.
        let mut listening = self.listen(topic);
        let search = async {
            loop {
                if let Some(found) = look() {
                    return found;
                }
                listening.news().await;
            }
        };
        tokio::time::timeout(limit, search).await.ok()
    }

    /// From now on, what happens to the topic is heard of.
    pub fn listen(&self, topic: Topic) -> Listening {
        Listening { changes: self.changes.subscribe(), news: self.subscribe(topic) }
    }

    fn subscribe(&self, topic: Topic) -> watch::Receiver<()> {
        let mut news = lock(&self.news);
        news.entry(topic).or_insert_with(|| watch::Sender::new(())).subscribe()
    }
}

/// Somebody who waits for a topic.
pub struct Listening {
    changes: watch::Receiver<()>,
    news: watch::Receiver<()>,
}

impl Listening {
    /// Returns when something may have happened, after [`LOOK_AGAIN`] at the latest.
    pub async fn news(&mut self) {
        tokio::select! {
            _ = self.changes.changed() => {}
            _ = self.news.changed() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

/// A test that failed while it held a lock does not hide what the others would say.
fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
