//! How the bot is: its connection, its latest answers, its last re-index.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many answers the percentiles are of.
const ANSWERS: usize = 1_000;
/// More new sessions than this in so long are no bad luck: Discord resets the token of who identifies 1,000
/// times a day.
const SESSIONS: usize = 20;
const SESSIONS_WITHIN: Duration = Duration::from_secs(60 * 60);

pub struct Health(Mutex<State>);

struct State {
    is_connected: bool,
    /// Since when it is, or is not.
    since: Instant,
    /// When sessions began.
    sessions: VecDeque<Instant>,
    answers: VecDeque<Duration>,
    last_reindex: Option<String>,
    /// When the folder was last compared with the index.
    checked: Instant,
}

/// How long the latest answers took, from the event to the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    pub answers: usize,
    pub p50: Duration,
    pub p99: Duration,
}

impl Health {
    pub fn new(now: Instant) -> Health {
        Health(Mutex::new(State {
            is_connected: false,
            since: now,
            sessions: VecDeque::new(),
            answers: VecDeque::new(),
            last_reindex: None,
            checked: now,
        }))
    }

    /// That the gateway is connected, or is not.
    pub fn connected(&self, is_connected: bool, now: Instant) {
        let mut state = self.lock();
        if state.is_connected != is_connected {
            (state.is_connected, state.since) = (is_connected, now);
        }
    }

    /// That the gateway is connected again, or anew: that it was lost may not have been noticed.
    pub fn came_back(&self, now: Instant) {
        let mut state = self.lock();
        (state.is_connected, state.since) = (true, now);
    }

    /// That a new session began; resuming begins none.
    pub fn session_began(&self, now: Instant) {
        let mut state = self.lock();
        state.sessions.push_back(now);
        while state.sessions.front().is_some_and(|first| now.duration_since(*first) > SESSIONS_WITHIN) {
            state.sessions.pop_front();
        }
    }

    /// Why the program had better end, if it had: not connected for longer than `patience`, or connected anew
    /// again and again.
    pub fn is_hopeless(&self, patience: Duration, now: Instant) -> Option<String> {
        let state = self.lock();
        let lost = now.duration_since(state.since);
        if !state.is_connected && lost > patience {
            return Some(format!("Discord's gateway has not been connected for {} seconds", lost.as_secs()));
        }
        (state.sessions.len() > SESSIONS).then(|| {
            format!(
                "Discord's gateway ended {} sessions within an hour; it closes connections of requests that it \
                 does not understand (4003, 4010, 4011)",
                state.sessions.len()
            )
        })
    }

    /// Whether the gateway is connected, and for how long it is or is not.
    pub fn connection(&self, now: Instant) -> (bool, Duration) {
        let state = self.lock();
        (state.is_connected, now.duration_since(state.since))
    }

    pub fn answered(&self, took: Duration) {
        let mut state = self.lock();
        if state.answers.len() == ANSWERS {
            state.answers.pop_front();
        }
        state.answers.push_back(took);
    }

    /// `None` before the first answer.
    pub fn latency(&self) -> Option<Latency> {
        let mut took: Vec<Duration> = self.lock().answers.iter().copied().collect();
        took.sort_unstable();
        let at = |percent: usize| took.get((took.len().saturating_sub(1)) * percent / 100).copied();
        Some(Latency { answers: took.len(), p50: at(50)?, p99: at(99)? })
    }

    /// That the index was as the folder is.
    pub fn checked(&self, now: Instant) {
        self.lock().checked = now;
    }

    /// How long ago that was.
    pub fn since_checked(&self, now: Instant) -> Duration {
        now.duration_since(self.lock().checked)
    }

    pub fn reindexed(&self, summary: String) {
        self.lock().last_reindex = Some(summary);
    }

    pub fn last_reindex(&self) -> Option<String> {
        self.lock().last_reindex.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_stays_away_is_hopeless_and_one_that_comes_back_is_not() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let patience = Duration::from_secs(60);
        let health = Health::new(start);
        assert_eq!(health.is_hopeless(patience, at(60)), None);
        assert!(health.is_hopeless(patience, at(61)).unwrap().contains("61 seconds"));
        health.connected(true, at(61));
        assert_eq!(health.is_hopeless(patience, at(1_000)), None);
        health.connected(false, at(1_000));
        health.connected(false, at(1_050));
        assert!(health.is_hopeless(patience, at(1_061)).is_some());
    }

    #[test]
    fn a_gateway_that_ends_every_session_is_hopeless() {
        let start = Instant::now();
        let health = Health::new(start);
        health.connected(true, start);
        for minute in 0..=SESSIONS as u64 {
            assert_eq!(health.is_hopeless(Duration::MAX, start), None);
            health.session_began(start + Duration::from_secs(60 * minute));
        }
        assert!(health.is_hopeless(Duration::MAX, start).unwrap().contains("21 sessions"));
        health.session_began(start + Duration::from_secs(2 * 60 * 60));
        assert_eq!(health.is_hopeless(Duration::MAX, start), None);
    }

    #[test]
    fn latency_is_of_the_latest_answers() {
        let health = Health::new(Instant::now());
        assert_eq!(health.latency(), None);
        health.answered(Duration::from_secs(1));
        for millisecond in 1..=1_000 {
            health.answered(Duration::from_millis(millisecond));
        }
        let latency = health.latency().unwrap();
        assert_eq!((latency.answers, latency.p50.as_millis(), latency.p99.as_millis()), (1_000, 500, 990));
    }
}
