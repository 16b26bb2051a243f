//! The files of the page, as they were compiled in.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;

/// Nothing runs or is drawn that is not one of these files; nothing is fetched from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const INDEX: &str = include_str!("page/index.html");
const FILES: &[(&str, &str, &str)] = &[
    ("page.css", "text/css", include_str!("page/page.css")),
    ("page.js", "text/javascript", include_str!("page/page.js")),
    ("message.js", "text/javascript", include_str!("page/message.js")),
    ("composer.js", "text/javascript", include_str!("page/composer.js")),
    ("proof.js", "text/javascript", include_str!("page/proof.js")),
];

pub async fn index() -> Response {
    as_file("text/html", INDEX)
}

/// Browsers ask for a picture that there is none of.
pub async fn icon() -> StatusCode {
    StatusCode::NO_CONTENT
}

pub async fn file(Path(name): Path<String>) -> Response {
    let found = FILES.iter().find(|(known, ..)| *known == name);
    found.map_or_else(
        || Refusal::unknown("the playground has no such file").into_response(),
        |(_, kind, text)| as_file(kind, text),
    )
}

fn as_file(kind: &str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, format!("{kind}; charset=utf-8"))], text).into_response()
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
