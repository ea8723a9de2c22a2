//! The way in: commands become entries of the log, in the order they were proposed.
//!
//! Stands between the actors and openraft. Stamps the leader's time, bounds what is in flight, and says of every command
//! what is certain: done, not done, or maybe done. It refuses to know what a command says, and never repeats one: only
//! whoever made the command id can do that safely.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use openraft::async_runtime::WatchReceiver as _;
use openraft::error::ClientWriteError;
use openraft::raft::ClientWriteResult;
use openraft::{Raft, ReadPolicy, ServerState};
use tokio::sync::{mpsc, oneshot};

use corridor_domain::limits::{
    PROPOSALS_HANDED_OVER_COUNT_MAX, PROPOSALS_IN_FLIGHT_COUNT_MAX, PROPOSALS_IN_FLIGHT_SIZE_BYTES_MAX,
    PROPOSALS_RETRY_AFTER_MS,
};
use corridor_storage::high_water;
use corridor_storage::replicated::ReplicatedState;
use corridor_storage::world::World;
use corridor_sync::gate::{Inside, Refused};
use corridor_sync::level::Bounds;

use crate::metrics;
use crate::reply::Reply;
use crate::state_machine::StateMachine;
use crate::types::{Applied, ErasedAnswer, Proposal, SavedVote, Types};

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
    /// Certainly not done: this node does not lead the group, or cannot prove now that it does.
    #[error("this node does not lead the group; the leader is {leader:?}")]
    NotLeader {
        /// Who leads, as far as is known.
        leader: Option<u64>,
    },
    /// Maybe done. Ask again with the same command id.
    #[error("the outcome is unknown")]
    OutcomeUnknown,
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

type Outcome = Result<Option<ErasedAnswer>, ProposeError>;

struct Queued {
    command: Bytes,
    asked: Inside<oneshot::Sender<Outcome>, Closing>,
    began_ns: u64,
}

/// Proposes commands to one group. Cheap to clone.
pub struct Proposer<S: ReplicatedState> {
    queue: mpsc::UnboundedSender<Queued>,
    gate: Gate,
    world: Arc<dyn World>,
    state: PhantomData<fn() -> S>,
}

impl<S: ReplicatedState> Clone for Proposer<S> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            gate: self.gate.clone(),
            world: Arc::clone(&self.world),
            state: PhantomData,
        }
    }
}

impl<S: ReplicatedState> Proposer<S> {
    /// Starts the task that carries proposals to `raft`. It ends with the last proposer, or when the gate shuts.
    pub(crate) fn start(
        raft: Raft<Types, StateMachine>,
        gate: Gate,
        world: Arc<dyn World>,
        election_timeout_max_ms: u64,
    ) -> Self {
        // Unbounded as a channel, bounded by the permits: `propose` must not wait, or its order could not be promised.
        let (queue, waiting) = mpsc::unbounded_channel();
        let patience = Duration::from_millis(election_timeout_max_ms.saturating_mul(2));
        let carrier = Carrier {
            raft,
            gate: gate.clone(),
            world: Arc::clone(&world),
            patience,
            confirmed: None,
            stamped_ms: 0,
        };
        tokio::spawn(carrier.run(waiting));
        Self {
            queue,
            gate,
            world,
            state: PhantomData,
        }
    }

    /// Proposes a command. Calls made one after the other get into the log in that order.
    ///
    /// Dropping the [`Pending`] does not take the command back.
    pub fn propose(&self, command: Bytes) -> Pending<S::Answer> {
        match self.enqueue(command) {
            Ok(receive) => Pending {
                waiting: Waiting::For(receive),
                answer: PhantomData,
            },
            Err(error) => {
                if matches!(error, ProposeError::Overloaded { .. }) {
                    metrics::PROPOSALS_OVERLOADED.add(&[], 1);
                }
                Pending {
                    waiting: Waiting::Refused(error),
                    answer: PhantomData,
                }
            }
        }
    }

    fn enqueue(&self, command: Bytes) -> Result<oneshot::Receiver<Outcome>, ProposeError> {
        let permit = self.gate.enter(command.len()).map_err(|refused| match refused {
            Refused::Full => ProposeError::Overloaded {
                retry_after_ms: PROPOSALS_RETRY_AFTER_MS,
            },
            Refused::Shut(closing) => closing.into(),
        })?;
        let (answer, receive) = oneshot::channel();
        let asked = permit.hold(answer);
        self.queue
            .send(Queued {
                command,
                asked,
                began_ns: self.world.monotonic_ns(),
            })
            .map_err(|_| ProposeError::ShuttingDown)?;
        Ok(receive)
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
                Ok(Ok(Some(answer))) => {
                    // The group was started with the state whose answer this is, so the types agree.
                    answer
                        .downcast()
                        .map(|answer| *answer)
                        .map_err(|_| ProposeError::OutcomeUnknown)
                }
                Ok(Err(error)) => Err(error),
                // Dropped unanswered: openraft stopped with the command inside.
                Ok(Ok(None)) | Err(_) => Err(ProposeError::OutcomeUnknown),
            }),
        }
    }
}

/// Carries proposals from the queue to openraft, without waiting for one before it hands over the next.
struct Carrier {
    raft: Raft<Types, StateMachine>,
    gate: Gate,
    world: Arc<dyn World>,
    /// How long proposals are held back while it is being settled who leads.
    patience: Duration,
    /// The leadership under which a quorum is known to have followed this node.
    confirmed: Option<SavedVote>,
    /// Invariant: stamps never go backwards.
    stamped_ms: u64,
}

impl Carrier {
    async fn run(mut self, mut waiting: mpsc::UnboundedReceiver<Queued>) {
        let mut batch = Vec::with_capacity(PROPOSALS_HANDED_OVER_COUNT_MAX);
        while waiting.recv_many(&mut batch, PROPOSALS_HANDED_OVER_COUNT_MAX).await > 0 {
            let load = self.gate.load();
            high_water::PROPOSALS_COUNT.note(load.count.high_water());
            high_water::PROPOSALS_BYTES.note(load.size_bytes.high_water());
            self.settle_leadership().await;
            self.stamped_ms = self.stamped_ms.max(self.world.now_ms());
            for queued in batch.drain(..) {
                self.hand_over(queued).await;
            }
        }
    }

    async fn hand_over(
        &self,
        Queued {
            command,
            asked,
            began_ns,
        }: Queued,
    ) {
        if let Some(closing) = self.gate.reason() {
            // Whoever proposed may have stopped waiting; here as below.
            asked.tell(|answer| drop(answer.send(Err(closing.into()))));
            return;
        }
        let proposal = Proposal {
            at_ms: self.stamped_ms,
            command,
        };
        let world = Arc::clone(&self.world);
        let reply = Reply::new(move |result| {
            let outcome = judge(result);
            if outcome.is_ok() {
                metrics::PROPOSAL_SECONDS.note_time(&[], began_ns, world.monotonic_ns());
            }
            asked.tell(|answer| drop(answer.send(outcome)));
        });
        // An error means that the core is gone. The reply went with it, and its proposer hears "unknown".
        if self.raft.client_write_ff(proposal, Some(reply)).await.is_err()
            && !self.gate.is_shut_for(Closing::ShuttingDown)
        {
            self.gate.shut(Closing::Fenced);
        }
    }

    /// Right after a start or an election a leader refuses writes until a quorum has followed it once, and a node that
    /// just started knows no leader at all. Callers need not see that: their proposals wait here, for a bounded time.
    async fn settle_leadership(&mut self) {
        let (vote, state) = {
            let metrics = self.raft.server_metrics();
            let now = metrics.borrow_watched();
            (now.vote, now.state)
        };
        if state == ServerState::Leader && self.confirmed == Some(vote) {
            return;
        }
        // A node that has been settled before and does not lead now refuses at once: its callers know where to go.
        if state != ServerState::Leader && self.confirmed.is_some() {
            return;
        }
        let raft = self.raft.clone();
        let settled = tokio::time::timeout(self.patience, async move {
            let known = |metrics: &openraft::RaftMetrics<Types>| metrics.current_leader.is_some();
            raft.wait(None).metrics(known, "a leader is known").await.ok()?;
            if raft.is_leader() {
                raft.ensure_linearizable(ReadPolicy::ReadIndex).await.ok()?;
            }
            Some(raft.server_metrics().borrow_watched().vote)
        });
        if let Ok(Some(vote)) = settled.await {
            self.confirmed = Some(vote);
        }
    }
}

/// What openraft's result says for sure.
fn judge(result: ClientWriteResult<Types>) -> Outcome {
    match result {
        Ok(response) => {
            let Applied { answer } = response.data;
            Ok(answer)
        }
        // In this release: refused before it was appended.
        Err(ClientWriteError::ForwardToLeader(forward)) => Err(ProposeError::NotLeader {
            leader: forward.leader_id,
        }),
        // Appended here, then another leader's log won: it may be in there.
        Err(_) => Err(ProposeError::OutcomeUnknown),
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
