//! What goes wrong on purpose: requests that answer 429 or 5xx because a test said so.

use serde_json::json;

use super::refusal::Refusal;

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
