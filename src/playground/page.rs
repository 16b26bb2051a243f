//! The files of the page, as they were compiled in: packed by `src/build.rs`, unpacked by the browser.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;

/// Nothing runs or is drawn that is not one of these files; nothing is fetched from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

macro_rules! packed {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name))
    };
}

/// The path of each file, its media type, and what it holds, in gzip's format.
const FILES: &[(&str, &str, &[u8])] = &[
    ("/", "text/html; charset=utf-8", packed!("index.html")),
    ("/page.css", "text/css; charset=utf-8", packed!("page.css")),
    ("/page.js", "text/javascript; charset=utf-8", packed!("page.js")),
    ("/message.js", "text/javascript; charset=utf-8", packed!("message.js")),
    ("/composer.js", "text/javascript; charset=utf-8", packed!("composer.js")),
    ("/proof.js", "text/javascript; charset=utf-8", packed!("proof.js")),
];

/// Browsers ask for this picture; there is none.
const ICON: &str = "/favicon.ico";

pub async fn file(address: Uri) -> Response {
    if address.path() == ICON {
        return StatusCode::NO_CONTENT.into_response();
    }
    let found = FILES.iter().find(|(path, ..)| *path == address.path());
    found.map_or_else(
        || Refusal::unknown("the playground has no such file").into_response(),
        |(_, kind, packed)| {
            ([(header::CONTENT_TYPE, *kind), (header::CONTENT_ENCODING, "gzip")], *packed).into_response()
        },
    )
}

/// With everything that is answered.
pub async fn headers(mut response: Response) -> Response {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
