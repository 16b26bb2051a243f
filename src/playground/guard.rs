//! Only the page itself talks to the playground: no other site that is open in the same browser, under whatever
//! name it reaches this machine.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;

/// From where the page may be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// From this machine only.
    Loopback,
    /// By whoever reaches the address.
    Anywhere,
}

pub async fn guard(State(reach): State<Reach>, request: Request, next: Next) -> Response {
    match refused(reach, request.method(), request.headers()) {
        Some(why) => Refusal::foreign(why).into_response(),
        None => next.run(request).await,
    }
}

fn refused(reach: Reach, method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    if reach == Reach::Loopback && !is_loopback(host) {
        return Some("the playground is for this machine only; open it as http://127.0.0.1 with its port");
    }
    // Browsers tell who sends a request, and do not let a page change it.
    let is_foreign_site = text(header::HeaderName::from_static("sec-fetch-site"))
        .is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let is_foreign_origin = text(header::ORIGIN).is_some_and(|origin| origin != format!("http://{host}"));
    if is_foreign_origin || is_foreign_site && method != Method::GET {
        return Some("only the playground's own page may do that");
    }
    // What a form of another site could send without being asked.
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    let is_known = kind.starts_with("application/json") || kind.starts_with("application/octet-stream");
    (method == Method::POST && !is_known).then_some("only JSON is read here")
}

fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reach: Reach, method: Method, headers: &[(&'static str, &str)], is_let_in: bool) {
        let headers = headers.iter().map(|(name, value)| {
            (header::HeaderName::from_static(name), header::HeaderValue::from_str(value).unwrap())
        });
        let headers: HeaderMap = headers.collect();
        assert_eq!(refused(reach, &method, &headers).is_none(), is_let_in, "{method} {headers:?}");
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for (host, is_let_in) in [
            ("127.0.0.1:3000", true),
            ("localhost:3000", true),
            ("[::1]:3000", true),
            ("evil.example:3000", false),
            ("127.0.0.1.evil.example", false),
            ("", false),
        ] {
            check(Reach::Loopback, Method::GET, &[("host", host)], is_let_in);
            check(Reach::Anywhere, Method::GET, &[("host", host)], true);
        }
    }

    #[test]
    fn other_sites_can_do_nothing() {
        let (host, json) = (("host", "localhost:1"), ("content-type", "application/json"));
        let post = |more: &[(&'static str, &str)], is_let_in| {
            check(Reach::Loopback, Method::POST, &[&[host], more].concat(), is_let_in);
        };
        post(&[json], true);
        post(&[json, ("origin", "http://localhost:1"), ("sec-fetch-site", "same-origin")], true);
        post(&[json, ("origin", "https://evil.example")], false);
        post(&[json, ("sec-fetch-site", "cross-site")], false);
        post(&[("content-type", "text/plain")], false);
        post(&[], false);
    }
}
