//! REST and gateway by hand: for what serenity does not show, and for a client that does nothing else.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// What came back, with its headers by their lower-case names.
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Status and Discord's own code.
    pub fn code(&self) -> (u16, u64) {
        (self.status, self.body["code"].as_u64().unwrap_or(0))
    }
}

/// One request to the API, `path` being below its version.
pub async fn request(origin: &str, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    let address = origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!(
        "{method} /api/v10{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bot {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    read(&answer)
}

fn read(answer: &str) -> Answer {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    Answer {
        status,
        headers: headers.map(|(key, value)| (key.to_lowercase(), value.to_owned())).collect(),
        body: if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() },
    }
}

/// A connected client that has identified, and only listens.
pub struct Listener {
    socket: WebSocketStream<TcpStream>,
}

impl Listener {
    pub async fn connect(origin: &str, token: &str, intents: u64) -> Listener {
        let gateway = request(origin, token, "GET", "/gateway", &Value::Null).await;
        let url = gateway.body["url"].as_str().unwrap().to_owned();
        let stream = TcpStream::connect(url.strip_prefix("ws://").unwrap()).await.unwrap();
        let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
        let identify = json!({ "op": 2, "d": { "token": token, "intents": intents, "properties": {} } });
        socket.send(Message::text(identify.to_string())).await.unwrap();
        let mut listener = Listener { socket };
        listener.next("READY").await;
        listener
    }

    /// The next event of that name; what comes before it is passed over.
    pub async fn next(&mut self, name: &str) -> Value {
        loop {
            let frame = self.socket.next().await.unwrap().unwrap();
            let Message::Text(text) = frame else { continue };
            let mut frame: Value = serde_json::from_str(&text).unwrap();
            if frame["t"] == name {
                return frame["d"].take();
            }
        }
    }
}
