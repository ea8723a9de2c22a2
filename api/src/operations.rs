//! The operations address: is it alive, is it ready, how is it doing. For the machine's own people; nothing of patients is here.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use std::sync::Arc;

/// Where the answers come from.
#[derive(Clone)]
pub struct Operations {
    /// Whether the node takes commands now.
    pub is_ready: Arc<dyn Fn() -> bool + Send + Sync>,
    /// All figures, as Prometheus reads them.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// How the node is doing, for `corridor status`.
    pub status: Arc<dyn Fn() -> serde_json::Value + Send + Sync>,
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
        .with_state(operations)
}

async fn ready(State(operations): State<Operations>) -> Response {
    match (operations.is_ready)() {
        true => "ready\n".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    }
}

async fn metrics(State(operations): State<Operations>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], (operations.metrics)()).into_response()
}
