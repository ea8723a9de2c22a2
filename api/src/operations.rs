//! The operations address: is it alive, is it ready, how is it doing. For the machine's own people; nothing of patients is here.

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use std::sync::Arc;

/// Actors of each kind that are shown to whoever names no number.
const SHOWN_COUNT: usize = 100;

/// Where the answers come from.
#[derive(Clone)]
pub struct Operations {
    /// Whether the node takes commands now.
    pub is_ready: Arc<dyn Fn() -> bool + Send + Sync>,
    /// All figures, as Prometheus reads them.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// How the node is doing, for `corridor status`.
    pub status: Arc<dyn Fn() -> serde_json::Value + Send + Sync>,
    /// What the actors are doing, at most so many of each kind.
    pub actors: Arc<dyn Fn(usize) -> serde_json::Value + Send + Sync>,
}

/// The routes of the operations address.
pub fn router(operations: Operations) -> Router {
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route(
            "/status",
            get(async |State(operations): State<Operations>| Json((operations.status)())),
        )
        .route("/actors", get(actors))
        .with_state(operations)
}

async fn ready(State(operations): State<Operations>) -> Response {
    match (operations.is_ready)() {
        true => "ready\n".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    }
}

#[derive(Debug, Deserialize)]
struct Shown {
    limit: Option<usize>,
}

async fn actors(State(operations): State<Operations>, Query(shown): Query<Shown>) -> Json<serde_json::Value> {
    Json((operations.actors)(shown.limit.unwrap_or(SHOWN_COUNT)))
}

async fn metrics(State(operations): State<Operations>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], (operations.metrics)()).into_response()
}
