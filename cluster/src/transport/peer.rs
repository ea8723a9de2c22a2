//! One node that this node asks, at one address: what waits for its answers, and when it may be called again.
//!
//! Stands between [`PeerLink`](crate::peers::PeerLink) and the connection, which comes and goes. Refuses to know sockets.
//!
//! Who hands over holds the state's lock until the request is in the line's queue, and a line is taken out of the state before
//! all that waits on it fails: so nothing is left waiting on a line that ended.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use corridor_domain::limits;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::frame::{Frame, HEAD_SIZE, Outcome};
use super::room::{Held, Room};
use super::wire::Outgoing;
use crate::peers::{CallError, NodeId, Request};

/// A node at an address.
pub(crate) struct Peer {
    pub node: NodeId,
    pub address: String,
    room: Arc<Room>,
    state: Mutex<State>,
}

struct State {
    /// Being made, or made.
    line: Option<Arc<Line>>,
    /// The end of the node's certificate, in Unix time; with the line.
    connected: Option<Option<u64>>,
    /// The highest version of commands that it applies, as it said last.
    applies: Option<u8>,
    /// Attempts in a row that came to nothing.
    failures: u32,
    rest_until: Instant,
    last_error: Option<String>,
    used: Instant,
}

/// What is known of a node that this node asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerStatus {
    /// The node.
    pub node: NodeId,
    /// Where it was called.
    pub address: String,
    /// There is a connection, and both know who is there.
    pub is_connected: bool,
    /// Requests without an answer.
    pub in_flight_count: usize,
    /// Why there was no connection, or why the last one ended.
    pub last_error: Option<String>,
    /// The end of the certificate that it showed, in Unix time.
    pub certificate_not_after_s: Option<u64>,
}

/// One connection's requests, from before it is made until it has ended.
pub(crate) struct Line {
    queue: UnboundedSender<Outgoing>,
    pending: Mutex<HashMap<u64, Waiting>>,
    next_id: AtomicU64,
}

struct Waiting {
    answer: oneshot::Sender<Result<Bytes, CallError>>,
    until: Instant,
    _held: Arc<Held>,
}

/// An answer that will come, or not.
pub(crate) struct Awaited {
    line: Arc<Line>,
    id: u64,
    answer: oneshot::Receiver<Result<Bytes, CallError>>,
    until: Instant,
}

impl Peer {
    pub fn new(node: NodeId, address: &str) -> Arc<Self> {
        let now = Instant::now();
        Arc::new(Self {
            node,
            address: address.to_owned(),
            room: Room::new(
                limits::PEER_REQUESTS_IN_FLIGHT_COUNT_MAX,
                limits::PEER_REQUESTS_IN_FLIGHT_SIZE_BYTES_MAX,
            ),
            state: Mutex::new(State {
                line: None,
                connected: None,
                applies: None,
                failures: 0,
                rest_until: now,
                last_error: None,
                used: now,
            }),
        })
    }

    /// Queues a request; `dial` makes a connection when there is none.
    pub fn hand_over(
        &self,
        request: Request,
        deadline: Duration,
        dial: impl FnOnce(Arc<Line>, UnboundedReceiver<Outgoing>),
    ) -> Result<Awaited, CallError> {
        let size_bytes = HEAD_SIZE + request.body.len();
        if size_bytes > limits::PEER_FRAME_SIZE_BYTES_MAX {
            let why = format!("a request of {size_bytes} bytes is more than may be sent");
            return Err(CallError::Unreachable(why));
        }
        let held = self.room.try_take(size_bytes);
        let held = held.ok_or_else(|| CallError::Unreachable("too much is in flight to it".to_owned()))?;
        let now = Instant::now();
        let until = now + deadline.min(Duration::from_millis(limits::PEER_UNUSED_MS));

        let mut state = self.lock();
        state.used = now;
        let line = if let Some(line) = &state.line {
            Arc::clone(line)
        } else {
            if now < state.rest_until {
                let why = state.last_error.clone().unwrap_or_default();
                return Err(CallError::Unreachable(why));
            }
            let (line, queue) = Line::new();
            state.line = Some(Arc::clone(&line));
            dial(Arc::clone(&line), queue);
            line
        };
        let awaited = line.hand_over(request, until, Arc::new(held));
        if awaited.is_none() {
            // Its task was ended from outside, with the runtime: the next call begins anew.
            state.line = None;
        }
        awaited.ok_or_else(|| CallError::Unreachable("its connection ended".to_owned()))
    }

    /// Both know who is there, and this node what commands the other one applies.
    pub fn connected(&self, not_after_s: Option<u64>, applies: u8) {
        let mut state = self.lock();
        state.connected = Some(not_after_s);
        state.applies = Some(applies);
        state.last_error = None;
    }

    /// A line is over. `lasted` is for how long both knew who was there, if they ever did; `random` spreads the next attempts.
    pub fn ended(&self, line: &Arc<Line>, why: &str, lasted: Option<Duration>, random: u64) {
        let mut state = self.lock();
        if state.line.as_ref().is_some_and(|current| Arc::ptr_eq(current, line)) {
            state.line = None;
            state.connected = None;
            state.last_error = Some(why.to_owned());
            if lasted.is_some_and(|lasted| lasted.as_millis() >= u128::from(limits::PEER_BACK_OFF_MS_MAX)) {
                state.failures = 0;
            } else {
                state.failures = state.failures.saturating_add(1);
                state.rest_until = Instant::now() + back_off(state.failures, random);
            }
        }
        drop(state);
        let why = why.to_owned();
        line.fail(&if lasted.is_some() {
            CallError::Lost(why)
        } else {
            CallError::Unreachable(why)
        });
    }

    /// Takes the line out if nobody asked for long and nothing waits.
    pub fn leave_if_unused(&self, line: &Arc<Line>) -> bool {
        let mut state = self.lock();
        let is_unused = is_long_ago(state.used) && line.lock().is_empty();
        if is_unused {
            state.line = None;
            state.connected = None;
            state.failures = 0;
        }
        is_unused
    }

    /// Nobody asks it any more: it can be forgotten.
    pub fn is_idle(&self) -> bool {
        let state = self.lock();
        state.line.is_none() && is_long_ago(state.used)
    }

    /// What it said last of the commands that it applies.
    pub fn applies(&self) -> Option<u8> {
        self.lock().applies
    }

    pub fn status(&self) -> PeerStatus {
        let state = self.lock();
        PeerStatus {
            node: self.node,
            address: self.address.clone(),
            is_connected: state.connected.is_some(),
            in_flight_count: self.room.count(),
            last_error: state.last_error.clone(),
            certificate_not_after_s: state.connected.flatten(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_long_ago(used: Instant) -> bool {
    Instant::now() - used >= Duration::from_millis(limits::PEER_UNUSED_MS)
}

/// Doubles with each failure; a random half of it, so that nodes that fell together do not call together.
fn back_off(failures: u32, random: u64) -> Duration {
    let doubled = limits::PEER_BACK_OFF_MS_MIN << failures.saturating_sub(1).min(16);
    let longest_ms = doubled.min(limits::PEER_BACK_OFF_MS_MAX);
    let half_ms = longest_ms / 2;
    Duration::from_millis(longest_ms - random % (half_ms + 1))
}

impl Line {
    fn new() -> (Arc<Self>, UnboundedReceiver<Outgoing>) {
        let (queue, receiver) = unbounded_channel();
        let line = Self {
            queue,
            pending: Mutex::default(),
            next_id: AtomicU64::new(1),
        };
        (Arc::new(line), receiver)
    }

    fn hand_over(self: &Arc<Self>, request: Request, until: Instant, held: Arc<Held>) -> Option<Awaited> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (answer, awaited) = oneshot::channel();
        let waiting = Waiting {
            answer,
            until,
            _held: Arc::clone(&held),
        };
        self.lock().insert(id, waiting);
        let frame = Frame::Request {
            id,
            group: request.group,
            kind: request.kind as u8,
            body: request.body,
        };
        let queued = self.queue.send(Outgoing {
            frame,
            held: Some(held),
        });
        if queued.is_err() {
            self.lock().remove(&id);
            return None;
        }
        Some(Awaited {
            line: Arc::clone(self),
            id,
            answer: awaited,
            until,
        })
    }

    /// An answer came. Nobody may wait for it any more.
    pub fn settle(&self, id: u64, outcome: Outcome) {
        let Some(waiting) = self.lock().remove(&id) else {
            return;
        };
        // Whoever asked may have gone: that is theirs to decide.
        let _ = waiting.answer.send(match outcome {
            Outcome::Done(body) => Ok(body),
            Outcome::Refused(why) => Err(CallError::Refused(why)),
            Outcome::Lost(why) => Err(CallError::Lost(why)),
        });
    }

    /// Gives back the room of requests whose time is over and whose asker does not look.
    pub fn forget_expired(&self) {
        let now = Instant::now();
        self.lock().retain(|_, waiting| waiting.until > now);
    }

    fn fail(&self, error: &CallError) {
        let pending = std::mem::take(&mut *self.lock());
        for waiting in pending.into_values() {
            let _ = waiting.answer.send(Err(error.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Waiting>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Awaited {
    pub async fn answer(mut self) -> Result<Bytes, CallError> {
        match timeout_at(self.until, &mut self.answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) if Instant::now() < self.until => Err(CallError::Lost("its connection ended".to_owned())),
            _ => {
                self.line.lock().remove(&self.id);
                Err(CallError::Lost("its time is over".to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests;
