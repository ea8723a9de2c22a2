//! The way in: commands become entries of the log, in the order they were proposed.
//!
//! Stands between the actors and openraft. Stamps the leader's time, bounds what is in flight, and says of every command
//! what is certain: done, not done, or maybe done. It refuses to know what a command says, and never repeats one: only
//! whoever made the command id can do that safely.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
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

use crate::metrics;
use crate::reply::Reply;
use crate::state_machine::StateMachine;
use crate::types::{Applied, ErasedAnswer, Proposal, SavedVote, Types};

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

/// Whether proposals are taken.
#[derive(Debug, Default)]
pub(crate) struct Gate(AtomicU8);

impl Gate {
    const SHUTTING_DOWN: u8 = 1;
    const FENCED: u8 = 2;

    pub fn fence(&self) {
        self.0.fetch_or(Self::FENCED, Ordering::SeqCst);
    }

    pub fn shut_down(&self) {
        self.0.fetch_or(Self::SHUTTING_DOWN, Ordering::SeqCst);
    }

    pub fn is_shutting_down(&self) -> bool {
        self.0.load(Ordering::SeqCst) & Self::SHUTTING_DOWN != 0
    }

    pub fn is_fenced(&self) -> bool {
        self.0.load(Ordering::SeqCst) & Self::FENCED != 0
    }

    fn check(&self) -> Result<(), ProposeError> {
        match self.0.load(Ordering::SeqCst) {
            0 => Ok(()),
            closed if closed & Self::FENCED != 0 => Err(ProposeError::Fenced),
            _ => Err(ProposeError::ShuttingDown),
        }
    }
}

/// What is in flight. Invariant: at most [`PROPOSALS_IN_FLIGHT_COUNT_MAX`] and [`PROPOSALS_IN_FLIGHT_SIZE_BYTES_MAX`].
#[derive(Debug, Default)]
struct InFlight {
    count: AtomicUsize,
    size_bytes: AtomicUsize,
}

/// A place among what is in flight, given back when dropped.
struct Permit {
    in_flight: Arc<InFlight>,
    size_bytes: usize,
}

impl Permit {
    fn take(in_flight: &Arc<InFlight>, size_bytes: usize) -> Option<Self> {
        let count = in_flight.count.fetch_add(1, Ordering::Relaxed) + 1;
        let total = in_flight.size_bytes.fetch_add(size_bytes, Ordering::Relaxed) + size_bytes;
        // Made first: dropped, it gives back both.
        let permit = Self {
            in_flight: Arc::clone(in_flight),
            size_bytes,
        };
        let fits = count <= PROPOSALS_IN_FLIGHT_COUNT_MAX && total <= PROPOSALS_IN_FLIGHT_SIZE_BYTES_MAX;
        if fits {
            high_water::PROPOSALS_COUNT.note(count);
            high_water::PROPOSALS_BYTES.note(total);
        }
        fits.then_some(permit)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.in_flight.count.fetch_sub(1, Ordering::Relaxed);
        self.in_flight.size_bytes.fetch_sub(self.size_bytes, Ordering::Relaxed);
    }
}

type Outcome = Result<Option<ErasedAnswer>, ProposeError>;

struct Queued {
    command: Bytes,
    permit: Permit,
    answer: oneshot::Sender<Outcome>,
    began_ns: u64,
}

/// Proposes commands to one group. Cheap to clone.
pub struct Proposer<S: ReplicatedState> {
    queue: mpsc::UnboundedSender<Queued>,
    in_flight: Arc<InFlight>,
    gate: Arc<Gate>,
    world: Arc<dyn World>,
    state: PhantomData<fn() -> S>,
}

impl<S: ReplicatedState> Clone for Proposer<S> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            in_flight: Arc::clone(&self.in_flight),
            gate: Arc::clone(&self.gate),
            world: Arc::clone(&self.world),
            state: PhantomData,
        }
    }
}

impl<S: ReplicatedState> Proposer<S> {
    /// Starts the task that carries proposals to `raft`. It ends with the last proposer, or when the gate shuts.
    pub(crate) fn start(
        raft: Raft<Types, StateMachine>,
        gate: Arc<Gate>,
        world: Arc<dyn World>,
        election_timeout_max_ms: u64,
    ) -> Self {
        // Unbounded as a channel, bounded by the permits: `propose` must not wait, or its order could not be promised.
        let (queue, waiting) = mpsc::unbounded_channel();
        let patience = Duration::from_millis(election_timeout_max_ms.saturating_mul(2));
        let carrier = Carrier {
            raft,
            gate: Arc::clone(&gate),
            world: Arc::clone(&world),
            patience,
            confirmed: None,
            stamped_ms: 0,
        };
        tokio::spawn(carrier.run(waiting));
        Self {
            queue,
            in_flight: Arc::default(),
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
        self.gate.check()?;
        let permit = Permit::take(&self.in_flight, command.len()).ok_or(ProposeError::Overloaded {
            retry_after_ms: PROPOSALS_RETRY_AFTER_MS,
        })?;
        let (answer, receive) = oneshot::channel();
        self.queue
            .send(Queued {
                command,
                permit,
                answer,
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
    gate: Arc<Gate>,
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
            permit,
            answer,
            began_ns,
        }: Queued,
    ) {
        if let Err(error) = self.gate.check() {
            // Whoever proposed may have stopped waiting; here as below.
            let _ = answer.send(Err(error));
            return;
        }
        let proposal = Proposal {
            at_ms: self.stamped_ms,
            command,
        };
        let world = Arc::clone(&self.world);
        let reply = Reply::new(move |result| {
            drop(permit);
            let outcome = judge(result);
            if outcome.is_ok() {
                metrics::PROPOSAL_SECONDS.note_time(&[], began_ns, world.monotonic_ns());
            }
            let _ = answer.send(outcome);
        });
        // An error means that the core is gone. The reply went with it, and its proposer hears "unknown".
        if self.raft.client_write_ff(proposal, Some(reply)).await.is_err() && !self.gate.is_shutting_down() {
            self.gate.fence();
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
    use std::sync::Arc;

    use super::{
        Gate, InFlight, PROPOSALS_IN_FLIGHT_COUNT_MAX, PROPOSALS_IN_FLIGHT_SIZE_BYTES_MAX, Permit, ProposeError,
    };

    #[test]
    fn permits_bound_count_and_bytes_and_come_back() {
        let in_flight = Arc::new(InFlight::default());
        let all: Vec<_> = (0..PROPOSALS_IN_FLIGHT_COUNT_MAX)
            .map(|_| Permit::take(&in_flight, 1).unwrap())
            .collect();
        assert!(Permit::take(&in_flight, 1).is_none());
        drop(all);
        let large = Permit::take(&in_flight, PROPOSALS_IN_FLIGHT_SIZE_BYTES_MAX).unwrap();
        assert!(Permit::take(&in_flight, 1).is_none());
        drop(large);
        assert!(Permit::take(&in_flight, 1).is_some());
    }

    #[test]
    fn a_fence_is_stronger_than_a_shutdown() {
        let gate = Gate::default();
        assert_eq!(gate.check(), Ok(()));
        gate.shut_down();
        assert_eq!(gate.check(), Err(ProposeError::ShuttingDown));
        gate.fence();
        assert_eq!(gate.check(), Err(ProposeError::Fenced));
    }
}
