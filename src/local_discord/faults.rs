//! What goes wrong on purpose: requests that answer 429 or 5xx because a test said so, and the rate limit that
//! each channel has by itself.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use serde_json::json;

use super::refusal::Refusal;
use super::world::Id;

/// How many messages a channel takes in how long, before it answers 429.
const MESSAGES: usize = 5;
const WINDOW: Duration = Duration::from_secs(5);

/// The next requests of a kind fail.
#[derive(Clone, Debug)]
pub struct Fault {
    pub method: &'static str,
    /// Below `/api/v10`; `*` stands for one step, whatever it is.
    pub path: &'static str,
    pub times: u32,
    pub failure: Failure,
    pub moment: Moment,
}

#[derive(Clone, Copy, Debug)]
pub enum Failure {
    RateLimited { retry_after: f64 },
    Status(u16),
}

/// Whether the request has its effect although its answer is a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    BeforeEffect,
    AfterEffect,
}

#[derive(Default)]
pub struct Faults {
    switched_on: Vec<Fault>,
    /// When the last messages were accepted, for each channel.
    accepted: BTreeMap<Id, VecDeque<Instant>>,
}

impl Faults {
    pub fn switch_on(&mut self, fault: Fault) {
        self.switched_on.push(fault);
    }

    /// The fault that this request meets, which is used up by it.
    pub fn meet(&mut self, method: &str, path: &[&str]) -> Option<(Failure, Moment)> {
        let concerns =
            |fault: &&mut Fault| fault.times > 0 && fault.method == method && fits(fault.path, path);
        let fault = self.switched_on.iter_mut().find(concerns)?;
        fault.times -= 1;
        Some((fault.failure, fault.moment))
    }

    /// Takes a place in the channel's bucket, or says how long to wait for one.
    pub fn take_place(&mut self, channel: Id, now: Instant) -> Result<(), Refusal> {
        let accepted = self.accepted.entry(channel).or_default();
        while accepted.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
            accepted.pop_front();
        }
        match accepted.front() {
            Some(first) if accepted.len() >= MESSAGES => {
                Err(Refusal::rate_limited((WINDOW - now.duration_since(*first)).as_secs_f64()))
            }
            _ => {
                accepted.push_back(now);
                Ok(())
            }
        }
    }
}

impl Failure {
    pub fn refusal(self) -> Refusal {
        match self {
            Failure::RateLimited { retry_after } => Refusal::rate_limited(retry_after),
            Failure::Status(status) => {
                Refusal { status, body: json!({ "code": 0, "message": format!("{status}: on purpose") }) }
            }
        }
    }
}

fn fits(pattern: &str, path: &[&str]) -> bool {
    let steps: Vec<&str> = pattern.trim_matches('/').split('/').collect();
    steps.len() == path.len() && steps.iter().zip(path).all(|(step, have)| *step == "*" || step == have)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_takes_five_messages_in_five_seconds() {
        let (mut faults, start) = (Faults::default(), Instant::now());
        for _ in 0..5 {
            faults.take_place(1, start).unwrap();
        }
        let refusal = faults.take_place(1, start + Duration::from_secs(2)).unwrap_err();
        assert_eq!((refusal.status, &refusal.body["retry_after"]), (429, &json!(3.0)));
        faults.take_place(2, start).unwrap();
        faults.take_place(1, start + Duration::from_secs(5)).unwrap();
    }

    #[test]
    fn a_fault_is_met_as_often_as_it_says_and_by_its_path_only() {
        let mut faults = Faults::default();
        faults.switch_on(Fault {
            method: "POST",
            path: "/channels/*/messages",
            times: 1,
            failure: Failure::Status(503),
            moment: Moment::BeforeEffect,
        });
        assert!(faults.meet("POST", &["channels", "1"]).is_none());
        assert!(faults.meet("GET", &["channels", "1", "messages"]).is_none());
        assert!(faults.meet("POST", &["channels", "1", "messages"]).is_some());
        assert!(faults.meet("POST", &["channels", "1", "messages"]).is_none());
    }
}
