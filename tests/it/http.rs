//! What is served for those who run the bot, as a probe reads it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Long for a machine that does much else; nothing waits this long unless it fails.
const SOON: Duration = Duration::from_secs(30);

/// The status and the body of a page.
pub fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// What /readyz says: the status, and of each check whether it is ready and why.
pub fn readiness(address: SocketAddr) -> (u16, BTreeMap<String, (bool, String)>) {
    let (status, body) = get(address, "/readyz");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["ready"], status == 200, "{body}");
    let checks = body["checks"].as_object().unwrap_or_else(|| panic!("{body}"));
    let check = |check: &Value| (check["ready"] == true, check["reason"].as_str().unwrap().to_owned());
    (status, checks.iter().map(|(name, value)| (name.clone(), check(value))).collect())
}

/// Waits until one check is as wanted, and gives its reason.
pub async fn comes_to_be(address: SocketAddr, name: &str, is_ready: bool) -> String {
    let started = Instant::now();
    loop {
        let (status, checks) = look(move || readiness(address)).await;
        if let Some((found, reason)) = checks.get(name).filter(|(found, _)| *found == is_ready) {
            assert!(*found || status == 503, "{status}: {checks:?}");
            return reason.clone();
        }
        assert!(started.elapsed() < SOON, "{checks:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Every line of /metrics that is no comment: name and labels, and the number.
pub fn metrics(address: SocketAddr) -> BTreeMap<String, f64> {
    let (status, body) = get(address, "/metrics");
    assert_eq!(status, 200, "{body}");
    numbers(&body)
}

pub fn numbers(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let number = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("{line}")))
    };
    lines.map(number).collect()
}

/// Blocking work of a test, off the threads that the bot under test runs on.
pub async fn look<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}
