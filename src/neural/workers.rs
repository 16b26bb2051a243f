//! Who reads: a few threads that take windows from one bounded queue. Whoever asks waits for their own windows, and
//! no longer than they have patience for; what nobody waits for any more is not read.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::Late;
use super::model::{Input, Lane, Logits};

/// So many windows wait at most.
const LONGEST_QUEUE: usize = 64;

pub(super) struct Workers {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

/// A window to be read, and who wants it.
struct Job {
    input: Input,
    place: usize,
    /// Gone when whoever asked has left.
    asker: Weak<()>,
    reply: Sender<(usize, Logits)>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    /// A window came, or the end.
    arrived: Condvar,
    /// A window was taken.
    taken: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    is_closed: bool,
}

impl State {
    fn has_no_room(&mut self) -> bool {
        self.jobs.retain(Job::is_wanted);
        self.jobs.len() >= LONGEST_QUEUE
    }
}

impl Workers {
    /// As many threads as said, at least one.
    /// The error of `run` says what went wrong.
    pub fn start(
        threads: usize,
        run: impl Fn(&Input, &Lane) -> Result<Logits, String> + Send + Sync + 'static,
    ) -> io::Result<Workers> {
        let mut workers = Workers { queue: Arc::default(), threads: Vec::new() };
        let run = Arc::new(run);
        for _ in 0..threads.max(1) {
            let (queue, run) = (workers.queue.clone(), run.clone());
            let work = move || {
                let lane = Lane::new();
                while let Some(job) = queue.take() {
                    job.done(run(&job.input, &lane));
                }
            };
            workers.threads.push(thread::Builder::new().name("reader".to_owned()).spawn(work)?);
        }
        Ok(workers)
    }

    /// What comes of each input, in their order; late where the deadline passes before, or one cannot be read.
    pub fn read(&self, inputs: Vec<Input>, deadline: Instant) -> Result<Vec<Logits>, Late> {
        let asker = Arc::new(());
        let (reply, replies) = mpsc::channel();
        let mut read: Vec<Option<Logits>> = inputs.iter().map(|_| None).collect();
        for (place, input) in inputs.into_iter().enumerate() {
            let job = Job { input, place, asker: Arc::downgrade(&asker), reply: reply.clone() };
            self.queue.put(job, deadline)?;
        }
        // What is left are the senders of the windows: a window that fails drops its own.
        drop(reply);
        for _ in 0..read.len() {
            let left = deadline.saturating_duration_since(Instant::now());
            let (place, logits) = replies.recv_timeout(left).map_err(|_| Late)?;
            read[place] = Some(logits);
        }
        read.into_iter().collect::<Option<Vec<Logits>>>().ok_or(Late)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            // It has nothing left to say.
            let _ = thread.join();
        }
    }
}

impl Job {
    fn is_wanted(&self) -> bool {
        self.asker.strong_count() > 0
    }

    fn done(&self, read: Result<Logits, String>) {
        match read {
            // Whoever asked may have left meanwhile.
            Ok(logits) => drop(self.reply.send((self.place, logits))),
            Err(reason) => {
                tracing::error!(reason, tokens = self.input.ids.len(), "the reader failed on a window");
            }
        }
    }
}

impl Queue {
    /// Waits for room until the deadline.
    fn put(&self, job: Job, deadline: Instant) -> Result<(), Late> {
        let mut state = self.lock();
        while state.has_no_room() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Late);
            }
            state = self.taken.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.jobs.push_back(job);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for a window; nothing when there will be none any more.
    fn take(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            while let Some(job) = state.jobs.pop_front() {
                self.taken.notify_one();
                if job.is_wanted() {
                    return Some(job);
                }
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        // Whoever waits for them learns that nobody reads them.
        state.jobs.clear();
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    /// A window with one token.
    fn window(id: i32) -> Input {
        Input { ids: vec![id], second: 1 }
    }

    fn echo(input: &Input) -> Result<Logits, String> {
        let numbers: Vec<f32> = input.ids.iter().map(|&id| id as f32).collect();
        Ok(Logits { starts: numbers.clone(), ends: numbers })
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    #[test]
    fn windows_come_back_in_their_order_however_many_there_are() {
        for threads in [1, 4] {
            let workers = Workers::start(threads, |input, _| {
                // The first takes longest.
                thread::sleep(Duration::from_millis(if input.ids[0] == 0 { 20 } else { 0 }));
                echo(input)
            });
            let read = workers.unwrap().read((0..300).map(window).collect(), soon()).unwrap();
            let first: Vec<usize> = read.iter().map(|logits| logits.starts[0] as usize).collect();
            assert_eq!(first, (0..300).collect::<Vec<_>>());
        }
    }

    #[test]
    fn whoever_has_no_patience_leaves_and_what_they_left_is_not_read() {
        let (open, gate) = mpsc::channel::<()>();
        let gate = Mutex::new(gate);
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        let workers = Workers::start(1, move |input, _| {
            counted.fetch_add(1, Ordering::SeqCst);
            if input.ids[0] == 0 {
                let _ = gate.lock().unwrap().recv();
            }
            echo(input)
        });
        let workers = workers.unwrap();
        let shortly = Instant::now() + Duration::from_millis(30);
        // More than the queue holds: the room for the last is waited for no longer than the rest.
        assert_eq!(workers.read((0..100).map(window).collect(), shortly), Err(Late));
        open.send(()).unwrap();
        assert_eq!(workers.read(vec![window(7)], soon()).unwrap().len(), 1);
        assert_eq!(
            count.load(Ordering::SeqCst),
            2,
            "the one that was being read, and the one that is wanted"
        );
    }

    #[test]
    fn a_window_that_cannot_be_read_makes_its_answer_late_and_no_other() {
        let workers = Workers::start(1, |input, _| match input.ids[0] {
            13 => Err("damaged".to_owned()),
            _ => echo(input),
        });
        let workers = workers.unwrap();
        let begin = Instant::now();
        assert_eq!(workers.read(vec![window(1), window(13), window(2)], soon()), Err(Late));
        assert!(begin.elapsed() < Duration::from_secs(10), "it is known at once");
        assert_eq!(workers.read(vec![window(1), window(2)], soon()).unwrap().len(), 2);
    }

    #[test]
    fn dropping_them_ends_their_threads() {
        let alive = Arc::new(());
        let held = alive.clone();
        let workers = Workers::start(3, move |input, _| {
            let _held = &held;
            echo(input)
        });
        drop(workers.unwrap());
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}
