//! From a request to a socket: the server's half of the opening handshake (RFC 6455, section 4.2).
//!
//! Stands between HTTP and the frames. Our own and not axum's, because of what lies under the frames: what is written gathers in
//! [`Gathering`] until it is flushed, and a socket that says nothing holds no buffer for it.

use super::gathering::Gathering;
use crate::failure::Failure;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use corridor_domain::limits;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// A socket with a client at its other end.
pub(super) type Socket = WebSocketStream<Gathering<TokioIo<Upgraded>>>;

/// A request for a socket that is as it should be.
pub(crate) struct Handshake {
    accept: HeaderValue,
    upgrade: OnUpgrade,
}

impl<S: Sync> FromRequestParts<S> for Handshake {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        const NO_SOCKET: Failure = Failure::Invalid("This address speaks WebSocket, version 13 (RFC 6455).");
        let headers = &parts.headers;
        let is_asked_for = parts.method == Method::GET
            && lists(headers, header::CONNECTION, "upgrade")
            && lists(headers, header::UPGRADE, "websocket")
            && lists(headers, header::SEC_WEBSOCKET_VERSION, "13");
        let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| is_asked_for);
        let accept = key.map(|key| derive_accept_key(key.as_bytes()));
        let accept = accept.and_then(|accept| HeaderValue::try_from(accept).ok());
        // A connection that cannot change its protocol carries none.
        let upgrade = parts.extensions.remove::<OnUpgrade>();
        match (accept, upgrade) {
            (Some(accept), Some(upgrade)) => Ok(Self { accept, upgrade }),
            _ => Err(NO_SOCKET),
        }
    }
}

impl Handshake {
    /// Agrees, and serves the socket once the agreement has left.
    pub fn agree<F>(self, serve: impl FnOnce(Socket) -> F + Send + 'static) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let upgrade = self.upgrade;
        tokio::spawn(async move {
            // It was closed before it was one.
            let Ok(upgraded) = upgrade.await else { return };
            let stream = Gathering::new(TokioIo::new(upgraded));
            let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config())).await;
            serve(socket).await;
        });
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, self.accept);
        response
    }
}

/// Of sockets in both directions.
pub(super) fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(limits::FRAME_SIZE_BYTES_MAX))
        .max_frame_size(Some(limits::FRAME_SIZE_BYTES_MAX))
        .read_buffer_size(limits::SOCKET_READ_BUFFER_SIZE_BYTES)
        // Every frame goes on at once, to where frames gather.
        .write_buffer_size(0)
        .max_write_buffer_size(limits::FRAME_SIZE_BYTES_MAX)
}

/// Whether a header is a list in which this stands, in letters of either case.
fn lists(headers: &HeaderMap, name: HeaderName, wanted: &str) -> bool {
    let values = headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_a_list() {
        let mut headers = HeaderMap::new();
        headers.append(header::CONNECTION, HeaderValue::from_static("keep-alive, Upgrade"));
        headers.append(header::UPGRADE, HeaderValue::from_static("h2c"));
        headers.append(header::UPGRADE, HeaderValue::from_static("WebSocket"));
        assert!(lists(&headers, header::CONNECTION, "upgrade"));
        assert!(lists(&headers, header::UPGRADE, "websocket"));
        assert!(!lists(&headers, header::UPGRADE, "web"));
        assert!(!lists(&headers, header::SEC_WEBSOCKET_VERSION, "13"));
    }
}
