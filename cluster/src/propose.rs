//! The way in: commands become entries of the log, in the order they were proposed.
//!
//! Stands between the actors and `carrier.rs`, which brings commands to the leader. Bounds what is in flight, and says of every command
//! what is certain: done, not done, or maybe done. It refuses to know what a command says, and never repeats one: only
//! whoever made the command id can do that safely.

mod carrier;
mod pace;
mod stamps;
mod versions;

use std::future::Future;
use std::io;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use corridor_domain::limits::{
    PROPOSALS_IN_FLIGHT_COUNT_MAX, PROPOSALS_IN_FLIGHT_SIZE_BYTES_MAX, PROPOSALS_RETRY_AFTER_MS,
};
use corridor_storage::replicated::ReplicatedState;
use corridor_storage::world::World;
use corridor_sync::gate::{Inside, Refused};
use corridor_sync::level::Bounds;

pub(crate) use self::carrier::{Carrier, Parts};
use crate::codec::requests::Forwarded;
use crate::metrics;
use crate::runtime;
use crate::types::ErasedAnswer;

/// Commands that may be in flight in one group.
const PROPOSALS_IN_FLIGHT_BOUNDS: Bounds = Bounds {
    count_max: PROPOSALS_IN_FLIGHT_COUNT_MAX,
    size_bytes_max: PROPOSALS_IN_FLIGHT_SIZE_BYTES_MAX,
};

/// Why a proposal has no answer, by what is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProposeError {
    /// Certainly not done: too much is in flight.
    #[error("too many proposals are in flight; try again in {retry_after_ms} ms")]
    Overloaded {
        /// When to try again.
        retry_after_ms: u64,
    },
    /// Certainly not done: nobody is known who leads the group and can prove it.
    #[error("no leader of the group took it; the last known is {leader:?}")]
    NotLeader {
        /// Who leads, as far as is known.
        leader: Option<u64>,
    },
    /// Maybe done. Ask again with the same command id.
    #[error("the outcome is unknown")]
    OutcomeUnknown,
    /// Certainly not done: it is of a version that not every member of the group applies yet.
    #[error("not every node can apply it yet; update them all")]
    TooNew,
    /// Certainly not done: this node does not trust itself with this group any more.
    #[error("the group is fenced on this node")]
    Fenced,
    /// Certainly not done: the node is shutting down.
    #[error("the node is shutting down")]
    ShuttingDown,
}

/// Why no more proposals are taken. The greater reason is the one that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Closing {
    /// The node is shutting down.
    ShuttingDown,
    /// This node does not trust itself with this group any more.
    Fenced,
}

impl From<Closing> for ProposeError {
    fn from(closing: Closing) -> Self {
        match closing {
            Closing::ShuttingDown => Self::ShuttingDown,
            Closing::Fenced => Self::Fenced,
        }
    }
}

/// Whether proposals are taken, and what is in flight.
pub(crate) type Gate = corridor_sync::gate::Gate<Closing>;

/// An open gate.
pub(crate) fn gate() -> Gate {
    Gate::new(PROPOSALS_IN_FLIGHT_BOUNDS)
}

/// The revision of a command that was done, and its answer.
type Outcome = Result<(u64, Option<ErasedAnswer>), ProposeError>;

struct Queued {
    command: Bytes,
    asked: Inside<oneshot::Sender<Outcome>, Closing>,
    began_ns: u64,
    /// Another node sent it here because this one leads: it is not sent on.
    is_forwarded: bool,
}

/// Proposes commands to one group. Cheap to clone.
pub struct Proposer<S: ReplicatedState> {
    queue: Queue,
    state: PhantomData<fn() -> S>,
}

impl<S: ReplicatedState> Clone for Proposer<S> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            state: PhantomData,
        }
    }
}

impl<S: ReplicatedState> Proposer<S> {
    /// Starts the task that carries proposals. It ends with the last proposer, or when the gate shuts.
    pub(crate) fn start(carrier: Carrier, gate: Gate, world: Arc<dyn World>) -> Self {
        // Unbounded as a channel, bounded by the permits: `propose` must not wait, or its order could not be promised.
        let (queue, waiting) = mpsc::unbounded_channel();
        runtime::spawn(carrier.run(waiting));
        Self {
            queue: Queue { queue, gate, world },
            state: PhantomData,
        }
    }

    /// The same way in, for commands that other nodes forward.
    pub(crate) fn for_others(&self) -> LocalProposals {
        LocalProposals {
            queue: self.queue.clone(),
            encode: |answer| match answer.downcast_ref::<S::Answer>() {
                Some(answer) => S::encode_answer(answer),
                None => Err(io::ErrorKind::InvalidData.into()),
            },
        }
    }

    /// Proposes a command. Calls made one after the other get into the log in that order.
    ///
    /// Dropping the [`Pending`] does not take the command back.
    pub fn propose(&self, command: Bytes) -> Pending<S::Answer> {
        let waiting = match self.queue.enter(command, false) {
            Ok(receive) => Waiting::For(receive),
            Err(error) => Waiting::Refused(error),
        };
        Pending {
            waiting,
            answer: PhantomData,
        }
    }
}

/// The queue and its gate.
#[derive(Clone)]
struct Queue {
    queue: mpsc::UnboundedSender<Queued>,
    gate: Gate,
    world: Arc<dyn World>,
}

impl Queue {
    fn enter(&self, command: Bytes, is_forwarded: bool) -> Result<oneshot::Receiver<Outcome>, ProposeError> {
        let permit = self.gate.enter(command.len()).map_err(|refused| match refused {
            Refused::Full => {
                metrics::PROPOSALS_OVERLOADED.add(&[], 1);
                ProposeError::Overloaded {
                    retry_after_ms: PROPOSALS_RETRY_AFTER_MS,
                }
            }
            Refused::Shut(closing) => closing.into(),
        })?;
        let (answer, receive) = oneshot::channel();
        let queued = Queued {
            command,
            asked: permit.hold(answer),
            began_ns: self.world.monotonic_ns(),
            is_forwarded,
        };
        self.queue.send(queued).map_err(|_| ProposeError::ShuttingDown)?;
        Ok(receive)
    }
}

/// Proposes what other nodes forward, to this node's group and nowhere else.
#[derive(Clone)]
pub(crate) struct LocalProposals {
    queue: Queue,
    encode: fn(&ErasedAnswer) -> io::Result<Bytes>,
}

impl LocalProposals {
    /// The command is in the queue when this was polled once.
    pub async fn propose(&self, command: Bytes) -> Forwarded {
        let receive = match self.queue.enter(command, true) {
            Ok(receive) => receive,
            Err(error) => return told(error),
        };
        match receive.await {
            Ok(Ok((revision, Some(answer)))) => match (self.encode)(&answer) {
                Ok(answer) => Forwarded::Done { revision, answer },
                Err(_) => Forwarded::Unknown,
            },
            Ok(Err(error)) => told(error),
            Ok(Ok((_, None))) | Err(_) => Forwarded::Unknown,
        }
    }
}

fn told(error: ProposeError) -> Forwarded {
    match error {
        ProposeError::Overloaded { retry_after_ms } => Forwarded::Overloaded { retry_after_ms },
        ProposeError::NotLeader { .. } => Forwarded::NotLeader,
        ProposeError::TooNew => Forwarded::TooNew,
        ProposeError::OutcomeUnknown => Forwarded::Unknown,
        ProposeError::Fenced | ProposeError::ShuttingDown => Forwarded::Fenced,
    }
}

/// A proposal on its way; resolves to its answer.
#[must_use = "a proposal without its answer is maybe done"]
pub struct Pending<A> {
    waiting: Waiting,
    answer: PhantomData<fn() -> A>,
}

enum Waiting {
    Refused(ProposeError),
    For(oneshot::Receiver<Outcome>),
}

impl<A: 'static> Future for Pending<A> {
    type Output = Result<A, ProposeError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.waiting {
            Waiting::Refused(error) => Poll::Ready(Err(*error)),
            Waiting::For(receive) => Pin::new(receive).poll(context).map(|received| match received {
                Ok(Ok((_, Some(answer)))) => {
                    // The group was started with the state whose answer this is, so the types agree.
                    answer
                        .downcast()
                        .map(|answer| *answer)
                        .map_err(|_| ProposeError::OutcomeUnknown)
                }
                Ok(Err(error)) => Err(error),
                // Dropped unanswered: openraft stopped with the command inside.
                Ok(Ok((_, None))) | Err(_) => Err(ProposeError::OutcomeUnknown),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Closing, ProposeError, gate};

    #[test]
    fn a_fence_is_stronger_than_a_shutdown() {
        let gate = gate();
        gate.shut(Closing::Fenced);
        gate.shut(Closing::ShuttingDown);
        assert_eq!(gate.reason().map(ProposeError::from), Some(ProposeError::Fenced));
        assert!(gate.is_shut_for(Closing::ShuttingDown));
    }
}
