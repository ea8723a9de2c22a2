//! The first thing every request meets: is there room for it, is it of a bearable size, and is it answered in time?
//!
//! Stands before routes, cookies and bodies. Refuses to know what is asked.

use super::Edge;
use crate::failure::Failure;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use corridor_actors::SubmitError;
use corridor_domain::limits;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

/// Lets a request in, or says when to try again.
pub(super) async fn admit(
    State(edge): State<Edge>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let size_bytes = request.uri().path_and_query().map_or(0, |both| both.as_str().len());
    if size_bytes > limits::HTTP_URI_SIZE_BYTES_MAX {
        return Failure::UriTooLong.into_response();
    }
    let _in_flight = match edge.gate.request(client.ip()) {
        Ok(in_flight) => in_flight,
        Err(failure) => return failure.into_response(),
    };
    let limit = Duration::from_millis(limits::HTTP_REQUEST_TIMEOUT_MS);
    // What was on its way into the log goes on without its request: whether it is done is for the same command id to ask.
    match timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::Submit(SubmitError::OutcomeUnknown).into_response(),
    }
}
