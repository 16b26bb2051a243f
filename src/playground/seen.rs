//! What a person sees of a channel, told as it changes.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::Deserialize;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::{Looking, Playground, drawing};
use crate::local_discord::{Id, Person, Screen, Shown, Watching};

/// Server-sent events: the whole channel first, then what is new, changed or gone.
pub async fn watch(
    State(playground): State<Arc<Playground>>,
    Query(looking): Query<Looking>,
) -> Result<impl IntoResponse, Refusal> {
    let person = playground.person(looking.person)?.clone();
    let watcher = Watcher {
        watching: person.watches(looking.channel),
        listed: playground.listed(&person),
        playground,
        person,
        channel: looking.channel,
        seen: None,
    };
    Ok(Sse::new(events(watcher)).keep_alive(KeepAlive::default()))
}

fn events(watcher: Watcher) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(watcher, |mut watcher| async move {
        let event = watcher.next().await;
        Some((Ok(event), watcher))
    })
}

/// Somebody at a page.
struct Watcher {
    playground: Arc<Playground>,
    person: Person,
    channel: Id,
    watching: Watching,
    /// What the page has been told; nothing at first.
    seen: Option<Screen>,
    /// The channels, and how many documents there are.
    listed: (Vec<Value>, usize),
}

impl Watcher {
    async fn next(&mut self) -> Event {
        loop {
            let now = self.person.sees(self.channel);
            if self.seen.as_ref() != Some(&now) {
                let told = self.difference(&now);
                self.seen = Some(now);
                return Event::default().event("channel").data(told.to_string());
            }
            let listed = self.playground.listed(&self.person);
            if listed != self.listed {
                self.listed = listed;
                return Event::default().event("channels").data("{}");
            }
            self.watching.change().await;
        }
    }

    fn difference(&self, now: &Screen) -> Value {
        let before: HashMap<Id, _> =
            self.seen.iter().flat_map(|seen| &seen.messages).map(|one| (one.id, one)).collect();
        let is_news = |message: &&Shown| before.get(&message.id) != Some(message);
        let news = now.messages.iter().filter(is_news);
        let messages: Vec<Value> =
            news.map(|message| drawing::message(&self.playground, &self.person, now, message)).collect();
        let there: Vec<Id> = now.messages.iter().map(|message| message.id).collect();
        let mut gone: Vec<Id> = before.into_keys().filter(|id| !there.contains(id)).collect();
        gone.sort_unstable();
        let gone: Vec<String> = gone.iter().map(Id::to_string).collect();
        json!({
            "whole": self.seen.is_none(), "messages": messages, "gone": gone, "failures": now.failures,
            "typing": now.typing,
        })
    }
}

/// A file that a message came with.
#[derive(Deserialize)]
pub struct Wanted {
    person: Id,
    message: Id,
    number: usize,
}

pub async fn file(
    State(playground): State<Arc<Playground>>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Refusal> {
    let (_, message) = playground.person(wanted.person)?.looks_at(wanted.message)?;
    let file = message.files.into_iter().nth(wanted.number);
    let file = file.ok_or_else(|| Refusal::unknown("the message has no such file"))?;
    Ok(saved(&file.name, file.bytes))
}

/// Bytes that are saved, never shown: whatever is in them.
fn saved(name: &str, bytes: Vec<u8>) -> Response {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' })
        .collect();
    let disposition = format!("attachment; filename=\"{plain}\"");
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, bytes).into_response()
}
