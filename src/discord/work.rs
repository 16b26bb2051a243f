//! Bounded work: so many answers at once, so many more that wait, and an honest "busy" for the rest.

use std::num::NonZero;
use std::sync::Arc;

use tokio::sync::Semaphore;

pub struct Work {
    /// One for each answer that is being made.
    at_once: Arc<Semaphore>,
    /// One for each that is being made or waits.
    accepted: Arc<Semaphore>,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDone {
    /// As many wait as may.
    Busy,
    /// It panicked; the log says where.
    Panicked,
}

impl Work {
    /// `waiting` may wait beside those that are being made, one for each core.
    pub fn new(waiting: usize) -> Work {
        let cores = std::thread::available_parallelism().map_or(2, NonZero::get);
        Work { at_once: Arc::new(Semaphore::new(cores)), accepted: Arc::new(Semaphore::new(cores + waiting)) }
    }

    /// Does something that computes, or waits for the disk, on a thread of its own.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotDone> {
        let Ok(_accepted) = self.accepted.clone().try_acquire_owned() else { return Err(NotDone::Busy) };
        // Neither is ever closed.
        let _turn = self.at_once.clone().acquire_owned().await.map_err(|_| NotDone::Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| NotDone::Panicked)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn who_comes_when_all_places_are_taken_is_told_so() {
        let work = Arc::new(Work::new(0));
        let places = work.accepted.available_permits();
        let mut release = Vec::new();
        let mut running = Vec::new();
        for _ in 0..places {
            let (go, wait) = mpsc::channel::<()>();
            release.push(go);
            let work = work.clone();
            running.push(tokio::spawn(async move { work.run(move || wait.recv().is_ok()).await }));
        }
        while work.accepted.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(work.run(|| true).await, Err(NotDone::Busy));
        release.iter().for_each(|go| go.send(()).unwrap());
        for done in running {
            assert_eq!(done.await.unwrap(), Ok(true));
        }
        assert_eq!(work.run(|| true).await, Ok(true));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_takes_no_place_for_ever() {
        let work = Work::new(0);
        let places = work.accepted.available_permits();
        let result = work.run(|| panic!("on purpose")).await;
        assert_eq!(result, Err(NotDone::Panicked));
        assert_eq!(work.accepted.available_permits(), places);
    }
}
