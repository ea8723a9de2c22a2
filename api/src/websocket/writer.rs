//! The writing half of a socket: frames in order, with a time limit. A client that does not read is told
//! so if it still listens, and not waited for.

use super::handshake::Socket;
use axum::body::Bytes;
use corridor_actors::outbox::Outbox;
use corridor_domain::limits;
use corridor_protocol::{GoodbyeReason, ServerFrame};
use futures::SinkExt;
use futures::stream::SplitSink;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// Why a frame was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// The client is not there any more.
    Closed,
    /// The client does not read, or its outbox was closed while it did not. It may still be told.
    Stalled,
}

/// The writing half.
pub(super) struct Writer {
    sink: SplitSink<Socket, Message>,
    /// While a write waits it is looked whether this was closed.
    outbox: Option<Arc<Outbox>>,
}

impl Writer {
    pub(super) fn new(sink: SplitSink<Socket, Message>) -> Self {
        Self { sink, outbox: None }
    }

    /// For whoever says whole frames of another node.
    pub(super) fn sink(&mut self) -> &mut SplitSink<Socket, Message> {
        &mut self.sink
    }

    /// From now on a write that waits ends with this outbox.
    pub(super) fn watch(&mut self, outbox: Arc<Outbox>) {
        self.outbox = Some(outbox);
    }

    /// Puts an encoded frame into the buffer.
    pub(super) async fn feed(&mut self, frame: Bytes) -> Result<(), Gone> {
        let text = Utf8Bytes::try_from(frame).map_err(|_| Gone::Closed)?;
        self.timed(Message::Text(text), false).await
    }

    /// Puts a frame into the buffer.
    pub(super) async fn feed_frame(&mut self, frame: &ServerFrame) -> Result<(), Gone> {
        match crate::encode::frame(frame) {
            Some(frame) => self.feed(frame).await,
            None => Ok(()),
        }
    }

    /// Writes what is in the buffer.
    pub(super) async fn flush(&mut self) -> Result<(), Gone> {
        patiently(self.sink.flush(), self.outbox.as_deref()).await
    }

    pub(super) async fn ping(&mut self) -> Result<(), Gone> {
        self.timed(Message::Ping(Bytes::new()), true).await
    }

    async fn timed(&mut self, message: Message, flush: bool) -> Result<(), Gone> {
        match flush {
            true => patiently(self.sink.send(message), self.outbox.as_deref()).await,
            false => patiently(self.sink.feed(message), self.outbox.as_deref()).await,
        }
    }

    /// Says why and when to come back, then closes.
    pub(super) async fn goodbye(mut self, reason: GoodbyeReason, retry_after_ms: Option<u64>) {
        let name = crate::metrics::reason_name(reason);
        crate::metrics::GOODBYES.add(&[name], 1);
        let code = match reason {
            GoodbyeReason::ShuttingDown | GoodbyeReason::Fenced => CloseCode::Away,
            GoodbyeReason::SessionEnded | GoodbyeReason::ProtocolError => CloseCode::Policy,
            GoodbyeReason::TooSlow => CloseCode::Again,
        };
        self.outbox = None;
        let goodbye = async {
            self.feed_frame(&ServerFrame::Goodbye { reason, retry_after_ms })
                .await?;
            let close = Message::Close(Some(CloseFrame {
                code,
                reason: Utf8Bytes::from_static(name),
            }));
            self.timed(close, true).await
        };
        // Whoever does not take the goodbye has none.
        let _ = timeout(Duration::from_millis(limits::GOODBYE_TIMEOUT_MS), goodbye).await;
    }
}

/// Waits for a write, but not for ever, and not for a client that was cut meanwhile.
async fn patiently<E>(write: impl Future<Output = Result<(), E>>, outbox: Option<&Outbox>) -> Result<(), Gone> {
    const LOOKS: u64 = limits::SOCKET_WRITE_TIMEOUT_MS / limits::SOCKET_WRITE_LOOK_MS;
    tokio::pin!(write);
    for _ in 0..LOOKS {
        match timeout(Duration::from_millis(limits::SOCKET_WRITE_LOOK_MS), &mut write).await {
            Ok(written) => return written.map_err(|_| Gone::Closed),
            Err(_) if outbox.is_some_and(|outbox| outbox.farewell().is_some()) => break,
            Err(_) => {}
        }
    }
    Err(Gone::Stalled)
}
