//! The writing half of a socket: frames in order, with a time limit. A client that does not read is gone, not waited for.

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use corridor_domain::limits;
use corridor_protocol::{GoodbyeReason, ServerFrame};
use futures::SinkExt;
use futures::stream::SplitSink;
use std::time::Duration;

/// The client is gone, or does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone;

/// The writing half.
pub(super) struct Writer {
    sink: SplitSink<WebSocket, Message>,
}

impl Writer {
    pub(super) fn new(sink: SplitSink<WebSocket, Message>) -> Self {
        Self { sink }
    }

    /// Puts an encoded frame into the buffer.
    pub(super) async fn feed(&mut self, frame: Bytes) -> Result<(), Gone> {
        let text = Utf8Bytes::try_from(frame).map_err(|_| Gone)?;
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
        let limit = Duration::from_millis(limits::SOCKET_WRITE_TIMEOUT_MS);
        tokio::time::timeout(limit, self.sink.flush())
            .await
            .map_err(|_| Gone)?
            .map_err(|_| Gone)
    }

    pub(super) async fn ping(&mut self) -> Result<(), Gone> {
        self.timed(Message::Ping(Bytes::new()), true).await
    }

    async fn timed(&mut self, message: Message, flush: bool) -> Result<(), Gone> {
        let limit = Duration::from_millis(limits::SOCKET_WRITE_TIMEOUT_MS);
        let write = async {
            match flush {
                true => self.sink.send(message).await,
                false => self.sink.feed(message).await,
            }
        };
        tokio::time::timeout(limit, write)
            .await
            .map_err(|_| Gone)?
            .map_err(|_| Gone)
    }

    /// Says why and when to come back, then closes.
    pub(super) async fn goodbye(mut self, reason: GoodbyeReason, retry_after_ms: Option<u64>) {
        let name = crate::metrics::reason_name(reason);
        crate::metrics::GOODBYES.add(&[name], 1);
        let code = match reason {
            GoodbyeReason::ShuttingDown | GoodbyeReason::Fenced => close_code::AWAY,
            GoodbyeReason::SessionEnded | GoodbyeReason::ProtocolError => close_code::POLICY,
            GoodbyeReason::TooSlow => close_code::AGAIN,
        };
        // Whoever does not take the goodbye has none.
        if self
            .feed_frame(&ServerFrame::Goodbye { reason, retry_after_ms })
            .await
            .is_ok()
        {
            let close = Message::Close(Some(CloseFrame {
                code,
                reason: Utf8Bytes::from_static(name),
            }));
            let _ = self.timed(close, true).await;
        }
    }
}
