//! The rate limit of posting messages, which every channel has for itself: so many in a window, which begins
//! with the first of them.

use std::time::{Duration, Instant};

use litemap::LiteMap;

use super::refusal::Refusal;
use super::world::Id;

pub struct Buckets {
    /// How many messages a channel takes in a window.
    messages: usize,
    window: Duration,
    running: LiteMap<Id, Window>,
}

/// The window that runs in a channel.
struct Window {
    began: Instant,
    taken: usize,
}

/// How a channel's bucket stands, as the answers' headers tell it.
pub struct Standing {
    pub limit: usize,
    pub remaining: usize,
    pub reset_after: Duration,
}

impl Default for Buckets {
    fn default() -> Buckets {
        Buckets::new(5, Duration::from_secs(5))
    }
}

impl Buckets {
    pub fn new(messages: usize, window: Duration) -> Buckets {
        Buckets { messages, window, running: LiteMap::new_vec() }
    }

    /// Takes a place in the channel's bucket, or says how long to wait for one.
    pub fn take_place(&mut self, channel: Id, now: Instant) -> Result<(), Refusal> {
        let standing = self.standing(channel, now);
        if standing.remaining == 0 {
            return Err(Refusal::rate_limited(standing.reset_after.as_secs_f64()));
        }
        if standing.remaining == self.messages {
            self.running.insert(channel, Window { began: now, taken: 0 });
        }
        if let Some(running) = self.running.get_mut(&channel) {
            running.taken += 1;
        }
        Ok(())
    }

    pub fn standing(&self, channel: Id, now: Instant) -> Standing {
        let is_over = |window: &&Window| now.duration_since(window.began) >= self.window;
        let running = self.running.get(&channel).filter(|window| !is_over(window));
        Standing {
            limit: self.messages,
            remaining: self.messages.saturating_sub(running.map_or(0, |window| window.taken)),
            reset_after: running
                .map_or(self.window, |window| self.window.saturating_sub(now.duration_since(window.began))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_channel_takes_five_messages_in_five_seconds() {
        let (mut buckets, start) = (Buckets::default(), Instant::now());
        for _ in 0..5 {
            buckets.take_place(1, start).unwrap();
        }
        let refusal = buckets.take_place(1, start + Duration::from_secs(2)).unwrap_err();
        assert_eq!((refusal.status, &refusal.body["retry_after"]), (429, &json!(3.0)));
        buckets.take_place(2, start).unwrap();
        buckets.take_place(1, start + Duration::from_secs(5)).unwrap();
    }

    #[test]
    fn when_the_window_is_over_all_places_are_free_again() {
        let (mut buckets, start) = (Buckets::new(3, Duration::from_secs(5)), Instant::now());
        buckets.take_place(1, start).unwrap();
        buckets.take_place(1, start + Duration::from_secs(4)).unwrap();
        assert_eq!(buckets.standing(1, start + Duration::from_secs(4)).remaining, 1);
        assert_eq!(buckets.standing(1, start + Duration::from_secs(5)).remaining, 3);
    }
}
