//! The first thing every request meets: is there room for it, is it of a bearable size, and is it answered in time?
//!
//! Stands before routes, cookies and bodies. Refuses to know what is asked.

use super::Edge;
use crate::failure::Failure;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::Version;
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
    if request.version() == Version::HTTP_2 {
        return Failure::HttpVersion.into_response();
    }
    let size_bytes = request.uri().path_and_query().map_or(0, |both| both.as_str().len());
    if size_bytes > limits::HTTP_URI_SIZE_BYTES_MAX {
        return Failure::UriTooLong.into_response();
    }
    let _in_flight = match edge.gate.request(client.ip()) {
        Ok(in_flight) => in_flight,
        Err(failure) => return failure.into_response(),
    };
    in_time(next.run(request)).await
}

/// What was on its way into the log goes on without its request: whether it is done is for the same command id to ask.
async fn in_time(answer: impl Future<Output = Response>) -> Response {
    let limit = Duration::from_millis(limits::HTTP_REQUEST_TIMEOUT_MS);
    match timeout(limit, answer).await {
        Ok(response) => response,
        Err(_) => Failure::Submit(SubmitError::OutcomeUnknown).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{StatusCode, header};

    #[tokio::test(start_paused = true)]
    async fn a_request_is_answered_in_time_whatever_happens() {
        let in_doubt = in_time(std::future::pending()).await;
        assert_eq!(in_doubt.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(in_doubt.headers().contains_key(header::RETRY_AFTER));
        let answered = in_time(async { StatusCode::NO_CONTENT.into_response() }).await;
        assert_eq!(answered.status(), StatusCode::NO_CONTENT);
    }
}
