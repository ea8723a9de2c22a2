//! Brings commands to whoever leads: this node's own core, or another node.
//!
//! Stands between the proposers' queue, openraft and the link. Keeps the order of the queue in both directions, stamps the leader's
//! time, and holds commands back for a bounded time while it is being settled who leads.

use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use openraft::async_runtime::WatchReceiver as _;
use openraft::raft::ClientWriteResult;
use openraft::{Raft, ReadPolicy, ServerState};
use tokio::sync::mpsc;

use corridor_domain::limits::{LEADER_LOOK_INTERVAL_MS, PEER_FORWARD_TIMEOUT_MS, PROPOSALS_HANDED_OVER_COUNT_MAX};
use corridor_storage::high_water;
use corridor_storage::planted::{self, Mistake};
use corridor_storage::replicated::{LOWEST_COMMAND_VERSION, ReplicatedState};
use corridor_storage::world::World;

use super::pace::{Pace, Turn};
use super::stamps::Stamps;
use super::versions::Versions;
use super::{Closing, Gate, Outcome, ProposeError, Queued};
use crate::applied::AppliedMark;
use crate::codec::requests::{Forwarded, decode_forwarded};
use crate::inbound::Contact;
use crate::metrics;
use crate::peers::{CallError, Kind, NodeId, PeerLink, Request};
use crate::reply::Reply;
use crate::runtime;
use crate::state_machine::StateMachine;
use crate::types::{Applied, ErasedAnswer, Proposal, SavedVote, Types};

/// Where commands go.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Route {
    /// This node leads, and a quorum has followed it.
    Here,
    /// Another node leads, and was heard lately.
    To(NodeId, String),
    /// Nobody is known to lead.
    Nowhere,
}

/// Carries proposals from the queue to the leader, without waiting for one before it hands over the next.
pub(crate) struct Carrier {
    node_id: NodeId,
    group: u64,
    raft: Raft<Types, StateMachine>,
    link: Arc<dyn PeerLink>,
    contact: Contact,
    gate: Gate,
    world: Arc<dyn World>,
    applied: AppliedMark,
    decode: fn(&[u8]) -> io::Result<ErasedAnswer>,
    versions: Versions,
    /// How long a leader that says nothing is still believed to lead, and half of how long proposals are held back.
    election_timeout_max_ms: u64,
    /// The leadership under which a quorum is known to have followed this node.
    confirmed: Option<SavedVote>,
    /// Proposals are held back once: until a leader is known again, those that follow are refused at once.
    is_patient: bool,
    pace: Pace,
    stamps: Stamps,
    /// The last stamp that was applied.
    state_ms: Box<dyn Fn() -> u64 + Send + Sync>,
    /// The highest version of a command that was applied.
    state_version: Box<dyn Fn() -> u8 + Send + Sync>,
}

/// What a carrier is made of.
pub(crate) struct Parts {
    pub node_id: NodeId,
    pub group: u64,
    pub raft: Raft<Types, StateMachine>,
    pub link: Arc<dyn PeerLink>,
    pub contact: Contact,
    pub gate: Gate,
    pub world: Arc<dyn World>,
    pub applied: AppliedMark,
    pub election_timeout_max_ms: u64,
}

impl Carrier {
    /// A carrier for the commands of this state.
    pub fn new<S: ReplicatedState>(parts: Parts, state: Weak<S>) -> Self {
        Self {
            node_id: parts.node_id,
            group: parts.group,
            raft: parts.raft,
            link: parts.link,
            contact: parts.contact,
            gate: parts.gate,
            world: parts.world,
            applied: parts.applied,
            decode: |bytes| Ok(Box::new(S::decode_answer(bytes)?)),
            versions: Versions::of::<S>(),
            election_timeout_max_ms: parts.election_timeout_max_ms,
            confirmed: None,
            is_patient: true,
            pace: Pace::default(),
            stamps: Stamps::default(),
            state_ms: Box::new({
                let state = state.clone();
                move || state.upgrade().map_or(0, |state| state.time_ms())
            }),
            state_version: Box::new(move || {
                state
                    .upgrade()
                    .map_or(LOWEST_COMMAND_VERSION, |state| state.applied_version())
            }),
        }
    }

    /// Ends with the queue.
    pub(super) async fn run(mut self, mut waiting: mpsc::UnboundedReceiver<Queued>) {
        let mut batch = Vec::with_capacity(PROPOSALS_HANDED_OVER_COUNT_MAX);
        while waiting.recv_many(&mut batch, PROPOSALS_HANDED_OVER_COUNT_MAX).await > 0 {
            let load = self.gate.load();
            high_water::PROPOSALS_COUNT.note(load.count.high_water());
            high_water::PROPOSALS_BYTES.note(load.size_bytes.high_water());
            let route = self.settle().await;
            let at_ms = self.stamp(&route);
            let turn = (route == Route::Here).then(|| self.pace.begin());
            for queued in batch.drain(..) {
                self.hand_over(&route, queued, at_ms, turn.as_ref()).await;
            }
            drop(turn);
            self.pace.room(self.raft.voter_ids().count()).await;
        }
    }

    /// Only what is written here is stamped: a clock that was wrong while others led is forgotten.
    fn stamp(&mut self, route: &Route) -> u64 {
        match route {
            Route::Here => {
                let (wall_ms, now_ns) = (self.world.now_ms(), self.world.monotonic_ns());
                let forgets = planted::is(Mistake::TimeGoesBack);
                let state_ms = if forgets { 0 } else { (self.state_ms)() };
                self.stamps.next(wall_ms, now_ns, state_ms)
            }
            Route::To(..) | Route::Nowhere => {
                self.stamps = Stamps::default();
                0
            }
        }
    }

    async fn hand_over(&self, route: &Route, queued: Queued, at_ms: u64, turn: Option<&Turn>) {
        let refusal = match route {
            _ if self.gate.reason().is_some() => self.gate.reason().map(ProposeError::from),
            Route::Nowhere => Some(ProposeError::NotLeader { leader: None }),
            Route::To(leader, _) if queued.is_forwarded => Some(ProposeError::NotLeader { leader: Some(*leader) }),
            Route::Here if !self.is_applied_by_all(&queued.command) => Some(ProposeError::TooNew),
            Route::Here | Route::To(..) => None,
        };
        match (refusal, route) {
            // Whoever proposed may have stopped waiting; here as below.
            (Some(error), _) => queued.asked.tell(|answer| drop(answer.send(Err(error)))),
            (None, Route::To(leader, address)) => self.forward(*leader, address, queued),
            (None, _) => self.write(queued, at_ms, turn.cloned()).await,
        }
    }

    /// Whether every member applies commands of this version: what is in the log cannot be taken back.
    fn is_applied_by_all(&self, command: &[u8]) -> bool {
        self.versions.is_lowest(command) || {
            let metrics = self.raft.server_metrics();
            let now = metrics.borrow_watched();
            let others = now.membership_config.membership().nodes();
            let others = others.filter(|(node, _)| **node != self.node_id);
            let said = others.map(|(node, peer)| self.link.applies(*node, &peer.address));
            // What was applied every member applies, also one that was not heard since this node's start.
            let level = self.versions.level(said).max((self.state_version)());
            self.versions.is_at_most(command, level)
        }
    }

    async fn write(&self, queued: Queued, at_ms: u64, turn: Option<Turn>) {
        let Queued {
            command,
            asked,
            began_ns,
            ..
        } = queued;
        let proposal = Proposal { at_ms, command };
        let world = Arc::clone(&self.world);
        let reply = Reply::new(move |result| {
            let outcome = judge(result);
            if outcome.is_ok() {
                metrics::PROPOSAL_SECONDS.note_time(&[], began_ns, world.monotonic_ns());
            }
            asked.tell(|answer| drop(answer.send(outcome)));
            drop(turn);
        });
        // An error means that the core is gone. The reply went with it, and its proposer hears "unknown".
        if self.raft.client_write_ff(proposal, Some(reply)).await.is_err()
            && !self.gate.is_shut_for(Closing::ShuttingDown)
        {
            self.gate.shut(Closing::Fenced);
        }
    }

    /// The command is on its way when this returns.
    fn forward(&self, leader: NodeId, address: &str, queued: Queued) {
        let Queued { command, asked, .. } = queued;
        let request = Request {
            group: self.group,
            kind: Kind::Forward,
            body: command,
        };
        let patience = Duration::from_millis(PEER_FORWARD_TIMEOUT_MS);
        let called = self.link.call(leader, address, request, patience);
        let (applied, decode) = (self.applied.clone(), self.decode);
        runtime::spawn(async move {
            let outcome = match judge_forwarded(leader, called.await) {
                Ok((revision, answer)) => caught_up(&applied, revision, decode(&answer)).await,
                Err(error) => Err(error),
            };
            asked.tell(|answer| drop(answer.send(outcome)));
        });
    }

    fn route(&self) -> Route {
        let metrics = self.raft.server_metrics();
        let now = metrics.borrow_watched();
        let Some(leader) = now.current_leader else {
            return Route::Nowhere;
        };
        if leader == self.node_id {
            let is_confirmed = now.state == ServerState::Leader && self.confirmed == Some(now.vote);
            return if is_confirmed { Route::Here } else { Route::Nowhere };
        }
        let is_heard = self
            .contact
            .heard_ms_ago()
            .is_some_and(|heard_ms| heard_ms <= self.election_timeout_max_ms);
        match now.membership_config.membership().get_node(&leader) {
            Some(peer) if is_heard => Route::To(leader, peer.address.clone()),
            _ => Route::Nowhere,
        }
    }

    /// Right after a start or an election nobody is known to lead, and a leader refuses writes until a quorum has followed
    /// it once. Callers need not see that: their proposals wait here, for a bounded time.
    async fn settle(&mut self) -> Route {
        let patience = Duration::from_millis(self.election_timeout_max_ms.saturating_mul(2));
        let route = match self.route() {
            Route::Nowhere if self.is_patient => tokio::time::timeout(patience, self.look())
                .await
                .unwrap_or(Route::Nowhere),
            Route::Nowhere => self.confirm().await.map_or(Route::Nowhere, |()| self.route()),
            known => known,
        };
        self.is_patient = route != Route::Nowhere;
        route
    }

    async fn look(&mut self) -> Route {
        let mut interval = tokio::time::interval(Duration::from_millis(LEADER_LOOK_INTERVAL_MS));
        loop {
            interval.tick().await;
            // It fails when this node does not lead: then another one may.
            let _ = self.confirm().await;
            let route = self.route();
            if route != Route::Nowhere {
                return route;
            }
        }
    }

    /// Proves with a quorum that this node leads, if it believes so.
    async fn confirm(&mut self) -> Option<()> {
        let vote = {
            let metrics = self.raft.server_metrics();
            let now = metrics.borrow_watched();
            (now.state == ServerState::Leader).then_some(now.vote)
        }?;
        let patience = Duration::from_millis(self.election_timeout_max_ms);
        let proof = self.raft.ensure_linearizable(ReadPolicy::ReadIndex);
        let proof = tokio::time::timeout(patience, proof).await;
        let is_proven = matches!(proof, Ok(Ok(_)));
        is_proven.then(|| self.confirmed = Some(vote))
    }
}

/// Read your writes: whoever asked here reads here, so the answer waits until this node has applied the command too.
async fn caught_up(applied: &AppliedMark, revision: u64, answer: io::Result<ErasedAnswer>) -> Outcome {
    let patience = Duration::from_millis(PEER_FORWARD_TIMEOUT_MS);
    match (applied.reach(revision, patience).await, answer) {
        (true, Ok(answer)) => Ok((revision, Some(answer))),
        _ => Err(ProposeError::OutcomeUnknown),
    }
}

fn judge_forwarded(leader: NodeId, called: Result<Bytes, CallError>) -> Result<(u64, Bytes), ProposeError> {
    let not_led = ProposeError::NotLeader { leader: Some(leader) };
    let answer = called.map_err(|error| match error {
        CallError::Unreachable(_) | CallError::Refused(_) => not_led,
        CallError::Lost(_) if planted::is(Mistake::UnknownCalledNotDone) => not_led,
        CallError::Lost(_) => ProposeError::OutcomeUnknown,
    })?;
    match decode_forwarded(&answer) {
        Ok(Forwarded::Done { revision, answer }) => Ok((revision, answer)),
        Ok(Forwarded::Overloaded { retry_after_ms }) => Err(ProposeError::Overloaded { retry_after_ms }),
        Ok(Forwarded::NotLeader | Forwarded::Fenced) => Err(not_led),
        Ok(Forwarded::TooNew) => Err(ProposeError::TooNew),
        Ok(Forwarded::Unknown) | Err(_) => Err(ProposeError::OutcomeUnknown),
    }
}

/// What openraft's result says for sure.
fn judge(result: ClientWriteResult<Types>) -> Outcome {
    match result {
        Ok(response) => {
            let Applied { answer } = response.data;
            Ok((response.log_id.index, answer))
        }
        // Appended here, then another leader's log won: it may be in there. openraft says "forward" also of a command that was
        // appended and then left behind by a purge (databendlabs/openraft#1761), so that is no certain refusal either.
        Err(_) => Err(ProposeError::OutcomeUnknown),
    }
}
