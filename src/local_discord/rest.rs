//! The REST API: each request is read, recorded, and answered under the world's lock by the function that its
//! method and path name. What is not modelled answers 404, and the log says so.

mod commands;
mod guilds;
mod interactions;
mod messages;
mod request;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::faults::Moment;
use super::payload;
use super::record::Recorded;
use super::refusal::{self, Refusal};
use super::shared::Shared;
use super::world::{Id, World};
use request::Request;

/// Discord's names for buckets are hashes; all channels have this one's, and each its own count.
const MESSAGES_BUCKET: &str = "80c17d2f203122d936070c88c8d10f33";
/// For requests that are limited by a test only.
const OTHER_BUCKET: &str = "4dfbfc9d8f4e4bbd9a1a3ba5d2f6f9f0";

/// What a request that was done is answered with.
enum Reply {
    Json(Value),
    Nothing,
}

type Outcome = Result<Reply, Refusal>;

/// Answers for as long as the process, or the runtime, lives.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let router = Router::new()
        .route("/ephemeral-attachments/{application}/{upload}/{name}", get(attachment))
        .fallback(receive)
        .layer(DefaultBodyLimit::max(request::MOST_BYTES))
        .with_state(shared);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "the local Discord's REST server ended");
    }
}

/// What stands for the host of attachments, which is no part of the API: nothing is recorded.
async fn attachment(
    State(shared): State<Arc<Shared>>,
    Path((_, upload, _)): Path<(Id, Id, String)>,
) -> Response {
    let bytes = shared.read(|world| world.uploads.get(&upload).map(|upload| upload.bytes.clone()));
    bytes.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}

async fn receive(State(shared): State<Arc<Shared>>, request: axum::extract::Request) -> Response {
    match Request::read(request).await {
        Ok(request) => shared.act(|world| respond(world, &request)),
        Err(refusal) => response(Err(refusal)),
    }
}

fn respond(world: &mut World, request: &Request) -> Response {
    let outcome = with_faults(world, request);
    let wait = outcome.as_ref().err().and_then(|refusal| refusal.body["retry_after"].as_f64());
    let mut response = response(outcome);
    rate_limit_headers(world, request, wait, &mut response);
    world.records.push(Recorded {
        method: request.method.clone(),
        path: request.path.clone(),
        body: request.body.clone(),
        status: response.status().as_u16(),
        at: Instant::now(),
    });
    response
}

/// Does the request, unless a test said that it fails.
fn with_faults(world: &mut World, request: &Request) -> Outcome {
    let steps = request.steps();
    match world.faults.meet(&request.method, &steps) {
        None => route(world, request, &steps),
        Some((failure, Moment::BeforeEffect)) => Err(failure.refusal()),
        Some((failure, Moment::AfterEffect)) => {
            route(world, request, &steps)?;
            Err(failure.refusal())
        }
    }
}

fn response(outcome: Outcome) -> Response {
    match outcome {
        Ok(Reply::Json(body)) => axum::Json(body).into_response(),
        Ok(Reply::Nothing) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, axum::Json(refusal.body)).into_response()
        }
    }
}

/// Posting messages always tells how its bucket stands; any other request does only when it is limited, which
/// `wait` says: for how many seconds. `Retry-After` counts whole ones; the rest is exact.
fn rate_limit_headers(world: &World, request: &Request, wait: Option<f64>, response: &mut Response) {
    let posted_in = match (request.method.as_str(), &request.steps()[..]) {
        ("POST", ["channels", channel, "messages"]) => channel.parse().ok(),
        _ => None,
    };
    let channel = posted_in.filter(|channel| world.channels.contains_key(channel));
    if channel.is_none() && wait.is_none() {
        return;
    }
    let standing = world.buckets.standing(channel.unwrap_or_default(), world.now());
    let reset_after = wait.unwrap_or(standing.reset_after.as_secs_f64());
    let remaining = if wait.is_some() { 0 } else { standing.remaining };
    let bucket = if channel.is_some() { MESSAGES_BUCKET } else { OTHER_BUCKET };
    let mut set = |name: &'static str, value: String| {
        // Numbers and our own words: nothing that a header could not carry.
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    };
    set("x-ratelimit-limit", standing.limit.to_string());
    set("x-ratelimit-remaining", remaining.to_string());
    set("x-ratelimit-reset-after", format!("{reset_after:.3}"));
    set("x-ratelimit-reset", format!("{:.3}", world.seconds_since_1970() + reset_after));
    set("x-ratelimit-bucket", bucket.to_owned());
    if let Some(seconds) = wait {
        set("x-ratelimit-scope", "user".to_owned());
        set("retry-after", seconds.ceil().to_string());
    }
}

/// What needs no token; everything else is the bot's whose token it is.
fn route(world: &mut World, request: &Request, steps: &[&str]) -> Outcome {
    match (request.method.as_str(), steps) {
        ("GET", ["gateway"]) => Ok(Reply::Json(json!({ "url": world.gateway.url }))),
        ("POST", ["interactions", id, token, "callback"]) => {
            interactions::callback(world, request, known(id, refusal::UNKNOWN_INTERACTION)?, token)
        }
        (_, ["webhooks", application, token, rest @ ..]) => {
            let application = known(application, refusal::UNKNOWN_WEBHOOK)?;
            interactions::webhook(world, request, application, token, rest)
        }
        _ => {
            let token = request.token.as_deref().unwrap_or_default();
            let bot = world.bot_with_token(token).ok_or(refusal::UNAUTHORIZED)?;
            as_bot(world, request, steps, bot)
        }
    }
}

fn as_bot(world: &mut World, request: &Request, steps: &[&str], bot: Id) -> Outcome {
    match (request.method.as_str(), steps) {
        ("GET", ["gateway", "bot"]) => Ok(Reply::Json(json!({
            "url": world.gateway.url, "shards": 1,
            "session_start_limit": { "total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1 },
        }))),
        ("GET", ["users", "@me"]) => Ok(Reply::Json(payload::current_user(world, bot))),
        ("GET", ["applications", "@me"]) | ("GET", ["oauth2", "applications", "@me"]) => {
            Ok(Reply::Json(payload::application(world, bot)))
        }
        ("GET", ["users", "@me", "guilds"]) => guilds::mine(world, bot),
        ("DELETE", ["users", "@me", "guilds", guild]) => {
            guilds::leave(world, known(guild, refusal::UNKNOWN_GUILD)?, bot)
        }
        ("POST", ["users", "@me", "channels"]) => guilds::direct_channel(world, request, bot),
        ("GET", ["users", user]) => guilds::user(world, known(user, refusal::UNKNOWN_USER)?),
        ("GET", ["guilds", guild, rest @ ..]) => {
            guilds::get(world, known(guild, refusal::UNKNOWN_GUILD)?, rest, bot)
        }
        ("GET", ["channels", channel]) => {
            guilds::channel(world, known(channel, refusal::UNKNOWN_CHANNEL)?, bot)
        }
        ("POST", ["channels", channel, "typing"]) => {
            messages::typing(world, known(channel, refusal::UNKNOWN_CHANNEL)?, bot)
        }
        (_, ["channels", channel, "messages", rest @ ..]) => {
            let channel = known(channel, refusal::UNKNOWN_CHANNEL)?;
            messages::route(world, request, channel, rest, bot)
        }
        (_, ["applications", application, "commands", rest @ ..]) if is(application, bot) => {
            commands::route(world, request, bot, None, rest)
        }
        (_, ["applications", application, "guilds", guild, "commands", rest @ ..])
            if is(application, bot) =>
        {
            let guild = known(guild, refusal::UNKNOWN_GUILD)?;
            commands::route(world, request, bot, Some(guild), rest)
        }
        _ => Err(not_modelled(request)),
    }
}

fn not_modelled(request: &Request) -> Refusal {
    tracing::warn!(method = request.method, path = request.path, "the local Discord does not model this");
    refusal::NO_SUCH_ROUTE.into()
}

fn is(step: &str, id: Id) -> bool {
    step.parse() == Ok(id)
}

/// An id out of a path; what is no number names nothing.
fn known(step: &str, otherwise: refusal::Code) -> Result<Id, Refusal> {
    step.parse().map_err(|_| otherwise.into())
}
