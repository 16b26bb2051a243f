//! A page in a browser that shows the local Discord as people know a channel, with the real bot in it.
//!
//! It draws what is there, and lets people do what [`Person`] can; what the bot says comes from the bot alone. Beside an
//! answer it shows the proof ([`proof`]): what was asked and sent, how the answer was chosen, and the cited file.

mod acts;
mod drawing;
mod guard;
mod page;
mod proof;
mod refusal;
mod seen;

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Query, State};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::live::Live;
use crate::local_discord::{CommandKind, Id, LocalDiscord, Person};
use crate::settings::Settings;
pub use guard::Reach;
use refusal::Refusal;

/// As large as a file that people may attach.
const MOST_BYTES: usize = 10 << 20;

/// What the page shows, and out of what.
pub struct Playground {
    pub discord: LocalDiscord,
    pub guild: Named,
    pub bot: Named,
    /// Who can be switched between; the first one is who somebody is at first.
    pub people: Vec<Player>,
    pub live: Arc<Live>,
    pub settings: Settings,
    /// The folder with the documents.
    pub corpus: PathBuf,
    /// Where the bot's store lies.
    pub data: PathBuf,
}

pub struct Named {
    pub id: Id,
    pub name: String,
}

/// Somebody whom a visitor can be.
pub struct Player {
    pub name: String,
    /// What they are in the team, as in `operator`.
    pub role: String,
    pub person: Person,
}

impl Playground {
    fn person(&self, id: Id) -> Result<&Person, Refusal> {
        let player = self.people.iter().find(|player| player.person.id() == id);
        player.map(|player| &player.person).ok_or_else(|| Refusal::unknown("there is no such person"))
    }

    /// What the list of channels and the header show.
    fn listed(&self, person: &Person) -> (Vec<Value>, usize) {
        (self.channels(person), self.live.everything().index().sources().len())
    }

    /// The text channels, the threads, and the direct messages with the bot, as this person sees them.
    fn channels(&self, person: &Person) -> Vec<Value> {
        let seen = self.discord.channels_of(person).into_iter().map(|(id, name, parent)| {
            let kind = if parent.is_some() { "thread" } else { "text" };
            json!({ "id": id.to_string(), "name": name, "kind": kind, "parent": parent.map(|id| id.to_string()) })
        });
        let direct = person.direct_channel(self.bot.id);
        let direct =
            json!({ "id": direct.to_string(), "name": self.bot.name, "kind": "direct", "parent": null });
        seen.chain([direct]).collect()
    }
}

/// Answers on the listener until `stop` is ready.
pub async fn serve(
    listener: TcpListener,
    playground: Arc<Playground>,
    reach: Reach,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Pages that look on for ever do not keep it from ending.
    let routes = routes(playground, reach).into_make_service();
    tokio::select! {
        ended = async { axum::serve(listener, routes).await } => ended,
        () = stop => Ok(()),
    }
}

fn routes(playground: Arc<Playground>, reach: Reach) -> Router {
    Router::new()
        .route("/api/place", get(place))
        .route("/api/commands", get(commands))
        .route("/api/watch", get(seen::watch))
        .route("/api/file", get(seen::file))
        .route("/api/proof", get(proof::proof))
        .route("/api/attach", post(acts::attach))
        .route("/api/{act}", post(acts::act))
        .fallback(page::file)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(middleware::from_fn_with_state(reach, guard::guard))
        .layer(middleware::map_response(page::headers))
        .with_state(playground)
}

#[derive(Deserialize)]
struct Visitor {
    person: Option<Id>,
}

async fn place(
    State(playground): State<Arc<Playground>>,
    Query(visitor): Query<Visitor>,
) -> Result<Json<Value>, Refusal> {
    let first = playground.people.first().map(|player| player.person.id());
    let id = visitor.person.or(first).unwrap_or_default();
    let person = playground.person(id)?;
    let people: Vec<Value> = playground
        .people
        .iter()
        .map(|player| json!({ "id": player.person.id().to_string(), "name": player.name, "role": player.role }))
        .collect();
    let (channels, documents) = playground.listed(person);
    Ok(Json(json!({
        "people": people, "person": id.to_string(),
        "bot": { "id": playground.bot.id.to_string(), "name": playground.bot.name },
        "guild": { "id": playground.guild.id.to_string(), "name": playground.guild.name },
        "channels": channels,
        "corpus": { "folder": playground.corpus.display().to_string(), "documents": documents },
    })))
}

/// Somebody who looks at a channel.
#[derive(Deserialize)]
struct Looking {
    person: Id,
    channel: Id,
}

async fn commands(
    State(playground): State<Arc<Playground>>,
    Query(looking): Query<Looking>,
) -> Result<Json<Value>, Refusal> {
    let person = playground.person(looking.person)?;
    let slash = person.commands(looking.channel, CommandKind::Slash);
    let menu = person.commands(looking.channel, CommandKind::MessageMenu);
    let commands: Vec<Value> = slash.iter().flat_map(|command| drawing::command(command, "")).collect();
    let menu: Vec<&Value> = menu.iter().map(|command| &command["name"]).collect();
    Ok(Json(json!({ "commands": commands, "menu": menu })))
}
