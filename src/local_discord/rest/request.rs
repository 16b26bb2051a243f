//! A request as far as the API looks at it: method, path, token, JSON, uploaded files.

use axum::extract::{FromRequest, Multipart};
use axum::http::header;
use serde_json::Value;

use super::super::refusal::{self, Refusal};

/// Discord takes 10 MiB a file; this is for the whole body.
pub const MOST_BYTES: usize = 26 * 1024 * 1024;
const PREFIX: &str = "/api/v10/";

pub struct Request {
    pub method: String,
    /// As it was sent, without the query.
    pub path: String,
    decoded: Vec<String>,
    pub query: String,
    pub token: Option<String>,
    /// The JSON body, or the `payload_json` of a multipart body; null where there is none.
    pub body: Value,
    pub uploads: Vec<Upload>,
}

pub struct Upload {
    /// The number in `files[n]`, by which `attachments` describes it.
    pub number: u64,
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Request {
    pub async fn read(request: axum::extract::Request) -> Result<Request, Refusal> {
        let mut read = Request::head(&request);
        if is_multipart(&request) {
            read.multipart(request).await?;
        } else {
            let bytes = axum::body::to_bytes(request.into_body(), MOST_BYTES).await;
            read.body = json(&bytes.map_err(|_| refusal::INVALID_JSON)?)?;
        }
        Ok(read)
    }

    /// Everything but the body.
    fn head(request: &axum::extract::Request) -> Request {
        let authorization = request.headers().get(header::AUTHORIZATION);
        let token = authorization.and_then(|value| value.to_str().ok()?.strip_prefix("Bot "));
        let path = request.uri().path();
        let below = path.strip_prefix(PREFIX).unwrap_or_default();
        Request {
            method: request.method().to_string(),
            path: path.to_owned(),
            decoded: below.split('/').map(percent_decoded).collect(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            token: token.map(str::to_owned),
            body: Value::Null,
            uploads: Vec::new(),
        }
    }

    async fn multipart(&mut self, request: axum::extract::Request) -> Result<(), Refusal> {
        let broken = |_| Refusal::from(refusal::INVALID_JSON);
        let mut parts =
            Multipart::from_request(request, &()).await.map_err(|_| Refusal::from(refusal::INVALID_JSON))?;
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let field = part.name().unwrap_or_default().to_owned();
            let name = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(broken)?;
            let number = field.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']')?.parse().ok());
            match number {
                Some(number) => self.uploads.push(Upload { number, name, bytes: bytes.to_vec() }),
                None if field == "payload_json" => self.body = json(&bytes)?,
                None => {}
            }
        }
        Ok(())
    }

    /// The path below the API's version.
    pub fn steps(&self) -> Vec<&str> {
        self.decoded.iter().map(String::as_str).collect()
    }

    /// A parameter out of the query.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

fn is_multipart(request: &axum::extract::Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"))
}

fn json(bytes: &[u8]) -> Result<Value, Refusal> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(bytes).map_err(|_| refusal::INVALID_JSON.into())
}

fn percent_decoded(step: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = step.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_in_a_path_is_decoded() {
        assert_eq!(percent_decoded("%F0%9F%91%8D"), "👍");
        assert_eq!(percent_decoded("@me"), "@me");
        assert_eq!(percent_decoded("100%"), "100%");
    }
}
