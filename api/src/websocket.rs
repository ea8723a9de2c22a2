//! The socket: one per device. Step 1 of a message's way begins here, and step 7 ends here.

mod connection;
pub mod session_protocol;
mod writer;

use crate::failure::Failure;
use crate::http::{Edge, requests};
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use corridor_actors::SubmitError;
use corridor_domain::limits;

/// `GET /v1/socket`. Pages of others are refused before the upgrade, with whatever they know.
pub(crate) async fn upgrade(State(edge): State<Edge>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let from_a_page = headers.contains_key(header::ORIGIN) || requests::has_cookie(&headers);
    if from_a_page && !requests::is_own_origin(&headers, edge.secure) {
        return Failure::OriginNotAllowed.into_response();
    }
    if edge.service.actors().devices().count() >= limits::SOCKETS_COUNT_MAX as u64 {
        return Failure::Submit(SubmitError::Overloaded { retry_after_ms: 1_000 }).into_response();
    }
    let token = requests::token(&headers).map(str::to_owned);
    upgrade
        .max_message_size(limits::FRAME_SIZE_BYTES_MAX)
        .max_frame_size(limits::FRAME_SIZE_BYTES_MAX)
        .read_buffer_size(limits::SOCKET_READ_BUFFER_SIZE_BYTES)
        .write_buffer_size(limits::SOCKET_WRITE_BUFFER_SIZE_BYTES)
        .max_write_buffer_size(limits::OUTBOX_SIZE_BYTES_MAX + limits::FRAME_SIZE_BYTES_MAX)
        .on_upgrade(move |socket| connection::run(socket, edge, token))
}
