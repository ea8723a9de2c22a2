//! A socket that says only in its first frame where it belongs, and that is not here: from then on its frames are carried.
//!
//! Stands between a socket's first frame and its node. Whoever names the workspace in the request, or shows its token there, does not come
//! here: that socket is handed on whole. Refuses to know what frames say.

use super::{CLIENT_HEADER, authority};
use axum::http::{HeaderValue, header};
use corridor_cluster::Tunnel;
use corridor_domain::limits;
use futures::{Sink, SinkExt, Stream, StreamExt};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

/// What is said on behalf of the socket.
pub(crate) struct Beginning {
    /// The workspace.
    pub workspace: u64,
    /// Where the client comes from.
    pub client: SocketAddr,
    /// Its token.
    pub token: String,
    /// Its first frame.
    pub hello: String,
}

/// Opens a socket at the other end of the tunnel, and carries frames in both directions until one side goes. An error if it never came about.
pub(crate) async fn carry(
    tunnel: Tunnel,
    config: WebSocketConfig,
    beginning: Beginning,
    opened: impl FnOnce(),
    near: (
        &mut (impl Sink<Message> + Unpin),
        &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
    ),
) -> Result<(), Error> {
    let mut request = format!("ws://{}/v1/socket", authority(beginning.workspace)).into_client_request()?;
    let headers = request.headers_mut();
    let value = |text: String| HeaderValue::try_from(text).map_err(|_| Error::Utf8(String::new()));
    headers.insert(header::AUTHORIZATION, value(format!("Bearer {}", beginning.token))?);
    headers.insert(CLIENT_HEADER, value(beginning.client.to_string())?);
    let patience = Duration::from_millis(limits::HELLO_TIMEOUT_MS);
    let answered = timeout(patience, client_async_with_config(request, tunnel, Some(config))).await;
    let (far, _) = answered.map_err(|_| Error::Io(io::ErrorKind::TimedOut.into()))??;
    // From here on the other node bounds what it says.
    opened();
    let (mut far_sink, mut far_stream) = far.split();
    far_sink.send(Message::text(beginning.hello)).await?;
    let (near_sink, near_stream) = near;
    // Each direction goes on while the other one waits; whoever is gone ends both, and then there is nobody to tell.
    tokio::select! {
        () = pass(near_stream, &mut far_sink) => {}
        () = pass(&mut far_stream, near_sink) => {}
    }
    Ok(())
}

async fn pass(from: &mut (impl Stream<Item = Result<Message, Error>> + Unpin), to: &mut (impl Sink<Message> + Unpin)) {
    while let Some(Ok(said)) = from.next().await {
        if to.send(said).await.is_err() {
            return;
        }
    }
}
