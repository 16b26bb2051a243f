//! What those who run passim look at: `/healthz`, `/readyz` and `/metrics`, over HTTP.
//!
//! It listens before anything else is done, so that a port that is taken is told at once and whoever supervises sees
//! the documents being read. What there is to see is handed in by whoever serves, with [`Operations::show`].

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::metrics::Metrics;

/// Whoever probes gives up soon after: better to hear what is wrong.
const PATIENCE: Duration = Duration::from_secs(2);
/// The text format of Prometheus.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Something that has to be well for answers to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    pub is_ready: bool,
    /// For people: how it is, or what is wrong.
    pub reason: String,
}

type Look = Box<dyn Fn() -> Vec<Check> + Send + Sync>;

/// What is measured, and how readiness is found out once there is something to be ready.
pub struct Operations {
    pub metrics: Arc<Metrics>,
    look: OnceLock<Look>,
}

#[derive(Debug, Error)]
#[error(
    "cannot listen on {address} for health and metrics: {reason}; name another address in operations.listen \
     (PASSIM_OPERATIONS__LISTEN), or off for none"
)]
pub struct ListenError {
    address: SocketAddr,
    reason: io::Error,
}

/// The server; it ends when this is dropped.
pub struct Listening {
    pub address: SocketAddr,
    server: JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Operations {
    pub fn new(metrics: Metrics) -> Operations {
        Operations { metrics: Arc::new(metrics), look: OnceLock::new() }
    }

    /// From now on readiness is found out so. `look` may wait for the disk, and brings the gauges up to date.
    pub fn show(&self, look: impl Fn() -> Vec<Check> + Send + Sync + 'static) {
        let _ = self.look.set(Box::new(look));
    }

    fn look(&self) -> Vec<Check> {
        let starting = || {
            let reason = "starting: the documents are being read".to_owned();
            vec![Check { name: "index", is_ready: false, reason }]
        };
        self.look.get().map_or_else(starting, |look| look())
    }
}

/// Listens on an address until the result is dropped.
pub async fn listen(address: SocketAddr, operations: Arc<Operations>) -> Result<Listening, ListenError> {
    let failed = |reason| ListenError { address, reason };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let server = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes(operations)).await {
            tracing::error!(%error, "health and metrics are not served any more");
        }
    });
    Ok(Listening { address, server })
}

fn routes(operations: Arc<Operations>) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(operations)
}

/// The threads that wait for Discord answer this: who gets no answer knows that they hang.
async fn alive() -> Json<Value> {
    Json(json!({ "alive": true, "version": env!("CARGO_PKG_VERSION") }))
}

async fn ready(State(operations): State<Arc<Operations>>) -> Response {
    let Some(checks) = in_time(move || operations.look()).await else {
        let body = json!({ "ready": false, "reason": "too much is under way to find out" });
        return (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response();
    };
    let is_ready = checks.iter().all(|check| check.is_ready);
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let checks: Map<String, Value> = checks
        .into_iter()
        .map(|check| (check.name.to_owned(), json!({ "ready": check.is_ready, "reason": check.reason })))
        .collect();
    (status, Json(json!({ "ready": is_ready, "checks": checks }))).into_response()
}

async fn metrics(State(operations): State<Arc<Operations>>) -> Response {
    let looking = operations.clone();
    // Where that takes too long, what was counted is still right.
    let _ = in_time(move || looking.look()).await;
    ([(header::CONTENT_TYPE, METRICS_TYPE)], operations.metrics.text()).into_response()
}

/// Looks at what may wait for the disk, off the threads that wait for Discord; `None` where it takes too long.
fn in_time<T: Send + 'static>(look: impl FnOnce() -> T + Send + 'static) -> impl Future<Output = Option<T>> {
    let looking = tokio::task::spawn_blocking(look);
    async { tokio::time::timeout(PATIENCE, looking).await.ok()?.ok() }
}
