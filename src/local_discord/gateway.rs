//! The gateway: websockets, the handshake (HELLO, IDENTIFY or RESUME), heartbeats, and sessions that outlive
//! their connection.
//!
//! What is told to whom is decided in [`super::events`]; here it is numbered, kept for a resume, and sent.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Websocket;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::events::{self, ALL_INTENTS, PRIVILEGED};
use super::shared::Shared;
use super::world::{Id, World};

mod op {
    pub const DISPATCH: u64 = 0;
    pub const HEARTBEAT: u64 = 1;
    pub const IDENTIFY: u64 = 2;
    pub const RESUME: u64 = 6;
    pub const INVALID_SESSION: u64 = 9;
    pub const HELLO: u64 = 10;
    pub const HEARTBEAT_ACK: u64 = 11;
}

mod close {
    pub const UNKNOWN_OPCODE: u16 = 4001;
    pub const DECODE_ERROR: u16 = 4002;
    pub const NOT_AUTHENTICATED: u16 = 4003;
    pub const AUTHENTICATION_FAILED: u16 = 4004;
    pub const ALREADY_AUTHENTICATED: u16 = 4005;
    pub const INVALID_INTENTS: u16 = 4013;
    pub const DISALLOWED_INTENTS: u16 = 4014;
}

/// Puts bytes into zlib's format.
pub type Compressor = fn(&[u8]) -> Vec<u8>;

/// What goes to a client.
#[derive(Clone, Debug)]
pub enum Frame {
    Text(Value),
    /// The same, in zlib's format.
    Zlib(Vec<u8>),
    Close(u16),
    /// The connection ends without a word.
    Cut,
}

/// What a client began with IDENTIFY. It stays when the connection ends, until it is invalidated.
pub struct Session {
    pub bot: Id,
    pub intents: u64,
    compressor: Option<Compressor>,
    /// Every event so far but for those that are forgotten; the first of all has the number 1.
    events: Vec<Value>,
    forgotten: usize,
    connection: Option<UnboundedSender<Frame>>,
}

impl Session {
    pub fn push(&mut self, name: &str, event: Value) {
        let number = self.forgotten + self.events.len() + 1;
        let numbered = json!({ "op": op::DISPATCH, "s": number, "t": name, "d": event });
        let compressor = self.compressor.filter(|_| name == "READY");
        self.send(match compressor {
            Some(compress) => Frame::Zlib(compress(numbered.to_string().as_bytes())),
            None => Frame::Text(numbered.clone()),
        });
        self.events.push(numbered);
    }

    /// The events so far, each with its number and name.
    pub fn events(&self) -> &[Value] {
        &self.events
    }

    /// What came until now cannot be replayed any more.
    pub fn forget(&mut self) {
        self.forgotten += self.events.len();
        self.events.clear();
    }

    fn send(&mut self, frame: Frame) {
        if let Some(connection) = &self.connection {
            // It fails when the connection just ended: then the resume replays it.
            let _ = connection.send(frame);
        }
    }

    pub fn is_connected(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| !connection.is_closed())
    }
}

/// Accepts clients for as long as the process, or the runtime, lives.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            if let Err(error) = converse(stream, &shared).await {
                tracing::debug!(%error, "a gateway connection ended");
            }
        });
    }
}

async fn converse(
    stream: TcpStream,
    shared: &Shared,
) -> Result<(), Box<tokio_tungstenite::tungstenite::Error>> {
    if shared.read(|world| world.gateway.is_shut) {
        return Ok(());
    }
    let mut socket = tokio_tungstenite::accept_async(stream).await?;
    let (outbox, mut frames) = mpsc::unbounded_channel();
    let interval = shared.change(|world| {
        world.connections.push(outbox.clone());
        world.gateway.heartbeat_interval
    });
    let hello = json!({ "heartbeat_interval": interval.as_millis() as u64 });
    send(&mut socket, Frame::Text(json!({ "op": op::HELLO, "s": null, "t": null, "d": hello }))).await?;
    let mut session = None;
    loop {
        tokio::select! {
            Some(frame) = frames.recv() => {
                let is_last = matches!(frame, Frame::Close(_) | Frame::Cut);
                send(&mut socket, frame).await?;
                if is_last {
                    break;
                }
            }
            incoming = socket.next() => match incoming {
                Some(Ok(Websocket::Text(text))) => {
                    shared.act(|world| answer(world, &text, &mut session, &outbox));
                }
                Some(Ok(Websocket::Close(_))) => {
                    // Whoever hangs up waits for the answer, which is written already.
                    socket.flush().await?;
                    break;
                }
                None => break,
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }
    // A closing handshake that the peer does not answer is not waited for: dropping the socket ends it.
    Ok(())
}

async fn send(
    socket: &mut WebSocketStream<TcpStream>,
    frame: Frame,
) -> Result<(), Box<tokio_tungstenite::tungstenite::Error>> {
    match frame {
        Frame::Text(payload) => socket.send(Websocket::text(payload.to_string())).await?,
        Frame::Zlib(packed) => socket.send(Websocket::binary(packed)).await?,
        Frame::Close(code) => {
            socket.close(Some(CloseFrame { code: code.into(), reason: "".into() })).await?;
        }
        Frame::Cut => {}
    }
    Ok(())
}

/// What one frame of a client brings about. `session` is the one that this connection has, once it has one.
fn answer(world: &mut World, text: &str, session: &mut Option<String>, outbox: &UnboundedSender<Frame>) {
    // An invalidated session leaves its connection free to identify anew.
    let has_session = session.as_ref().is_some_and(|id| world.sessions.contains_key(id));
    let reply = match serde_json::from_str::<Value>(text) {
        Err(_) => Some(Frame::Close(close::DECODE_ERROR)),
        Ok(frame) => match (frame["op"].as_u64(), has_session) {
            (Some(op::HEARTBEAT), _) => {
                let acknowledgement = Frame::Text(json!({ "op": op::HEARTBEAT_ACK }));
                world.gateway.acknowledges_heartbeats.then_some(acknowledgement)
            }
            (Some(op::IDENTIFY | op::RESUME), true) => Some(Frame::Close(close::ALREADY_AUTHENTICATED)),
            (Some(op::IDENTIFY), false) => identify(world, &frame["d"], session, outbox),
            (Some(op::RESUME), false) => resume(world, &frame["d"], session, outbox),
            (Some(_), false) => Some(Frame::Close(close::NOT_AUTHENTICATED)),
            // Presence, members and voice states: nothing that is modelled depends on them.
            (Some(3 | 4 | 8), true) => None,
            _ => Some(Frame::Close(close::UNKNOWN_OPCODE)),
        },
    };
    if let Some(reply) = reply {
        let _ = outbox.send(reply);
    }
}

fn identify(
    world: &mut World,
    identify: &Value,
    session: &mut Option<String>,
    outbox: &UnboundedSender<Frame>,
) -> Option<Frame> {
    let Some(bot) = authenticate(world, identify) else {
        return Some(Frame::Close(close::AUTHENTICATION_FAILED));
    };
    let Some(intents) = identify["intents"].as_u64().filter(|intents| intents & !ALL_INTENTS == 0) else {
        return Some(Frame::Close(close::INVALID_INTENTS));
    };
    let granted = world.bot(bot).map_or(0, |bot| bot.privileged);
    if intents & PRIVILEGED & !granted != 0 {
        return Some(Frame::Close(close::DISALLOWED_INTENTS));
    }
    let id = format!("session-{}", world.new_id());
    let compressor = world.gateway.compressor.filter(|_| identify["compress"] == true);
    let connection = Some(outbox.clone());
    world.sessions.insert(
        id.clone(),
        Session { bot, intents, compressor, events: Vec::new(), forgotten: 0, connection },
    );
    events::begin(world, &id);
    *session = Some(id);
    None
}

/// Replays what the client has not seen; what cannot be resumed is to be identified anew.
fn resume(
    world: &mut World,
    resume: &Value,
    session: &mut Option<String>,
    outbox: &UnboundedSender<Frame>,
) -> Option<Frame> {
    let Some(bot) = authenticate(world, resume) else {
        return Some(Frame::Close(close::AUTHENTICATION_FAILED));
    };
    let invalid = Frame::Text(json!({ "op": op::INVALID_SESSION, "d": false }));
    let id = resume["session_id"].as_str().unwrap_or_default();
    let Some(found) = world.sessions.get_mut(id).filter(|found| found.bot == bot) else {
        return Some(invalid);
    };
    let seen = resume["seq"].as_u64().and_then(|seq| usize::try_from(seq).ok());
    let unseen = seen.and_then(|seen| found.events.get(seen.checked_sub(found.forgotten)?..));
    let Some(missed) = unseen else { return Some(invalid) };
    for event in missed {
        let _ = outbox.send(Frame::Text(event.clone()));
    }
    found.connection = Some(outbox.clone());
    found.push("RESUMED", json!({}));
    *session = Some(id.to_owned());
    None
}

fn authenticate(world: &World, hello: &Value) -> Option<Id> {
    let token = hello["token"].as_str()?;
    world.bot_with_token(token.strip_prefix("Bot ").unwrap_or(token))
}
