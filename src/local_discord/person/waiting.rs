//! Waiting for what will be seen: woken by changes, ended by a limit, and told with a picture when it fails.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::super::screen::{Screen, Shown};
use super::super::shared::{Listening, Topic};
use super::super::world::{Id, Response};
use super::Person;

/// A form that an application has opened.
#[derive(Clone, Debug)]
pub struct Form {
    pub title: String,
    pub custom_id: String,
    /// The text inputs as they came.
    pub inputs: Vec<Value>,
}

/// A completion.
#[derive(Clone, Debug)]
pub struct Choice {
    pub name: String,
    pub value: Value,
}

/// What did not come in time, and what was there instead.
pub struct NotSeen {
    pub what: String,
    pub limit: Duration,
    pub picture: String,
}

/// What may have changed in a channel.
pub struct Watching(Listening);

impl Watching {
    /// Returns when something may have, after a quarter of a second at the latest: some things come by time alone.
    pub async fn change(&mut self) {
        self.0.news().await;
    }
}

impl Person {
    /// The screen as soon as it is as wanted. `what` says what is waited for.
    pub async fn sees_when(
        &self,
        channel: Id,
        limit: Duration,
        what: &str,
        is_there: impl Fn(&Screen) -> bool,
    ) -> Result<Screen, NotSeen> {
        let look = || Some(self.sees(channel)).filter(&is_there);
        self.waits(channel, limit, what, look).await
    }

    /// The first message that is as wanted.
    pub async fn finds(
        &self,
        channel: Id,
        limit: Duration,
        what: &str,
        is_meant: impl Fn(&Shown) -> bool,
    ) -> Result<Shown, NotSeen> {
        let look = || self.sees(channel).messages.into_iter().find(|message| is_meant(message));
        self.waits(channel, limit, what, look).await
    }

    /// For whoever looks at a channel for long.
    pub fn watches(&self, channel: Id) -> Watching {
        Watching(self.shared.listen(Topic::Channel(channel)))
    }

    /// Whether the application has responded to this interaction of theirs, now or within the limit.
    pub async fn gets_response(&self, interaction: Id, limit: Duration) -> bool {
        let look = || self.response(interaction, |_| Some(()));
        let channel = self.channel_of(interaction);
        self.shared.wait(Topic::Channel(channel), limit, look).await.is_some()
    }

    /// The form that this interaction of theirs is answered with.
    pub async fn gets_form(&self, interaction: Id, limit: Duration) -> Result<Form, NotSeen> {
        let form = |response: &Response| match response {
            Response::Modal { form, is_submitted: false } => Some(Form::read(form)),
            _ => None,
        };
        let look = || self.response(interaction, form);
        self.waits(self.channel_of(interaction), limit, "a form", look).await
    }

    /// The completions that this interaction of theirs is answered with.
    pub async fn gets_choices(&self, interaction: Id, limit: Duration) -> Result<Vec<Choice>, NotSeen> {
        let choices = |response: &Response| match response {
            Response::Choices(choices) => Some(choices.iter().map(Choice::read).collect()),
            _ => None,
        };
        let look = || self.response(interaction, choices);
        self.waits(self.channel_of(interaction), limit, "completions", look).await
    }

    /// What `pick` finds in the response to an interaction, once there is one.
    fn response<T>(&self, interaction: Id, pick: impl Fn(&Response) -> Option<T>) -> Option<T> {
        self.shared.read(|world| pick(world.interactions.get(&interaction)?.response.as_ref()?))
    }

    fn channel_of(&self, interaction: Id) -> Id {
        self.shared.read(|world| world.interactions.get(&interaction).map_or(0, |found| found.channel))
    }

    async fn waits<T>(
        &self,
        channel: Id,
        limit: Duration,
        what: &str,
        look: impl FnMut() -> Option<T>,
    ) -> Result<T, NotSeen> {
        let found = self.shared.wait(Topic::Channel(channel), limit, look).await;
        let picture = || self.sees(channel).to_string();
        found.ok_or_else(|| NotSeen { what: what.to_owned(), limit, picture: picture() })
    }
}

impl Form {
    fn read(form: &Value) -> Form {
        let rows = form["components"].as_array().into_iter().flatten();
        Form {
            title: form["title"].as_str().unwrap_or_default().to_owned(),
            custom_id: form["custom_id"].as_str().unwrap_or_default().to_owned(),
            inputs: rows.map(|row| row["components"][0].clone()).collect(),
        }
    }
}

impl Choice {
    fn read(choice: &Value) -> Choice {
        let name = choice["name"].as_str().unwrap_or_default().to_owned();
        Choice { name, value: choice["value"].clone() }
    }
}

impl fmt::Display for NotSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} did not come within {:?}; there is:\n{}", self.what, self.limit, self.picture)
    }
}

/// A test that unwraps shows this, so it is the same readable picture.
impl fmt::Debug for NotSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for NotSeen {}
