//! Answering a node: hands its requests to the service in their order, and carries the answers back in theirs.
//!
//! Stands between one proven connection and [`PeerService`](crate::peers::PeerService). While too much is being answered it does
//! not read on. Refuses to know what is asked.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use corridor_domain::limits;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::sleep;

use super::accept::Stream;
use super::frame::{Frame, HEAD_SIZE, Outcome};
use super::lines::Entered;
use super::room::{Held, Room};
use super::shared::{Shared, Stop};
use super::wire::{FrameReader, Outgoing, write_frames};
use crate::metrics::PEER_CONNECTIONS;
use crate::peers::{Kind, NodeId, PeerService, Request};

/// The service hears of the end, however it comes.
struct End {
    service: Arc<dyn PeerService>,
    line: u64,
}

impl Drop for End {
    fn drop(&mut self) {
        self.service.end(self.line);
    }
}

/// A line from the first request to its end.
pub(crate) async fn run(
    mut stop: Stop,
    shared: Arc<Shared>,
    stream: FrameReader<Stream>,
    mut entered: Entered,
    not_after_s: Option<u64>,
) {
    let (node, line) = (entered.node, entered.line);
    PEER_CONNECTIONS.add(&["in"], 1);
    tracing::info!(node, line, "a node connected");
    let end = End {
        service: Arc::clone(&shared.service),
        line,
    };
    let (queue, answers) = unbounded_channel();
    let asked = Asked {
        service: Arc::clone(&shared.service),
        node,
        line,
        queue,
    };
    let why = tokio::select! {
        why = carry(asked, stream, answers) => why.to_string(),
        () = certificate_is_over(&shared, not_after_s) => "the node's certificate has expired".to_owned(),
        _ = &mut entered.replaced => "the node has newer connections".to_owned(),
        () = stop.wait() => "this node is stopping".to_owned(),
    };
    drop(end);
    tracing::info!(node, line, why, "the connection of a node ended");
}

async fn certificate_is_over(shared: &Shared, not_after_s: Option<u64>) {
    while !shared.is_over(not_after_s) {
        sleep(Duration::from_millis(limits::PEER_PING_INTERVAL_MS)).await;
    }
}

/// Requests in, answers out.
async fn carry(asked: Asked, stream: FrameReader<Stream>, answers: UnboundedReceiver<Outgoing>) -> io::Error {
    let (reader, writer) = stream.split();
    let Err(error) = tokio::select! {
        read = asked.read(reader) => read,
        written = write_frames(writer, answers) => written,
    };
    error
}

struct Asked {
    service: Arc<dyn PeerService>,
    node: NodeId,
    line: u64,
    queue: UnboundedSender<Outgoing>,
}

impl Asked {
    async fn read<R: tokio::io::AsyncRead + Unpin>(&self, mut reader: FrameReader<R>) -> io::Result<Infallible> {
        let room = Room::new(
            limits::PEER_REQUESTS_IN_FLIGHT_COUNT_MAX,
            limits::PEER_REQUESTS_IN_FLIGHT_SIZE_BYTES_MAX,
        );
        loop {
            match reader.next().await? {
                Frame::Request { id, group, kind, body } => {
                    let held = room.take(HEAD_SIZE + body.len()).await;
                    self.take(id, group, kind, body, held);
                }
                Frame::Ping => {}
                _ => return Err(io::Error::other("it says what only answerers say")),
            }
        }
    }

    fn take(&self, id: u64, group: u64, kind: u8, body: Bytes, held: Held) {
        let answer = Answer {
            queue: self.queue.clone(),
            id,
            held: Some(held),
        };
        match Kind::from_number(kind) {
            Some(kind) => {
                let request = Request { group, kind, body };
                let reply = Box::new(move |result| answer.give(result));
                self.service.take(self.node, self.line, request, reply);
            }
            None => answer.give(Err(format!("this node does not know requests of kind {kind}"))),
        }
    }
}

/// Where an answer goes; dropped without one, the asker hears that it was lost.
struct Answer {
    queue: UnboundedSender<Outgoing>,
    id: u64,
    held: Option<Held>,
}

impl Answer {
    fn give(mut self, result: Result<Bytes, String>) {
        self.send(match result {
            Ok(body) if HEAD_SIZE + body.len() > limits::PEER_FRAME_SIZE_BYTES_MAX => {
                tracing::error!(
                    size_bytes = body.len(),
                    "an answer to a node is larger than may be sent"
                );
                Outcome::Lost("the answer is too large".to_owned())
            }
            Ok(body) => Outcome::Done(body),
            Err(why) => Outcome::Refused(why),
        });
    }

    fn send(&mut self, outcome: Outcome) {
        let Some(mut held) = self.held.take() else { return };
        if let Outcome::Done(body) = &outcome {
            held.resize(HEAD_SIZE + body.len());
        }
        // If the line is gone, so is whoever asked.
        let _ = self.queue.send(Outgoing {
            frame: Frame::Answer { id: self.id, outcome },
            held: Some(Arc::new(held)),
        });
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.send(Outcome::Lost("the node gave no answer".to_owned()));
    }
}
