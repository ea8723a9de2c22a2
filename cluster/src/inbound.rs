//! What a group answers to the requests of other nodes.
//!
//! Stands between the [`crate::peers::PeerLink`] of another node and openraft. Requests of one line are given to openraft's core in the order
//! in which they came: each is polled once before the next is looked at, and that puts it into the core's queue. It refuses to know
//! how bytes travel.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};

use bytes::Bytes;
use openraft::async_runtime::WatchReceiver as _;
use openraft::raft::AppendEntriesResponse;
use openraft::{Raft, ReadPolicy};
use tokio::sync::Notify;

use corridor_storage::log::FatalHandler;
use corridor_storage::replicated::StateSnapshot;
use corridor_storage::spool::Spools;
use corridor_storage::world::World;

use crate::codec::messages::{
    decode_append, decode_transfer, decode_vote_request, encode_appended, encode_transferred, encode_vote_response,
};
use crate::codec::requests::{
    Piece, Received, decode_piece, decode_received, encode_forwarded, encode_read_index, encode_received,
};
use crate::codec::{decode_marker, decode_position, encode_position};
use crate::confirmed::complaint;
use crate::log_store::GroupLog;
use crate::peers::{Kind, NodeId, Reply, Request};
use crate::propose::LocalProposals;
use crate::runtime;
use crate::snapshot::{Incoming, Taken};
use crate::state_machine::StateMachine;
use crate::steer::Steering;
use crate::types::{LogPosition, SavedVote, Snapshot, SnapshotMeta, Types};

/// The answers to [`Kind::Belongs`]; behind the second stands the place in the log at which the members were settled on.
const BELONGS: &[u8] = &[1, 1];
const BELONGS_NOT: &[u8] = &[1, 0];

/// Reads what a leader answered to [`Kind::Belongs`]: if the asker certainly does not belong to the group, the place in the log at which that was
/// settled. A node that comes back must not vote for who does not know that place.
pub fn let_go_at(answer: &[u8]) -> Option<Vec<u8>> {
    let place = answer.strip_prefix(BELONGS_NOT)?;
    decode_position(place).ok().map(|_| place.to_vec())
}

/// When this node last heard its group's leader.
#[derive(Clone)]
pub(crate) struct Contact {
    world: Arc<dyn World>,
    heard_ns: Arc<AtomicU64>,
}

impl Contact {
    /// Nobody was heard yet.
    pub fn new(world: Arc<dyn World>) -> Self {
        let heard_ns = Arc::new(AtomicU64::new(0));
        Self { world, heard_ns }
    }

    fn note(&self) {
        // Never 0, which means "never".
        self.heard_ns.store(self.world.monotonic_ns().max(1), Ordering::Release);
    }

    /// How long ago, in milliseconds; `None`: never.
    pub fn heard_ms_ago(&self) -> Option<u64> {
        match self.heard_ns.load(Ordering::Acquire) {
            0 => None,
            heard_ns => Some(self.world.monotonic_ns().saturating_sub(heard_ns) / 1_000_000),
        }
    }
}

/// One group's answers to other nodes. Cheap to clone.
#[derive(Clone)]
pub(crate) struct GroupService {
    pub group: u64,
    pub raft: Raft<Types, StateMachine>,
    pub contact: Contact,
    pub proposals: LocalProposals,
    pub steering: Steering,
    /// How far the group had come when this node was let go, if it was here before.
    pub floor: Option<LogPosition>,
    pub incoming: Arc<Mutex<Option<Incoming>>>,
    pub spools: Spools,
    /// Told after a whole state has taken the place of this node's, and the node that sent it was told so.
    pub installed: Arc<Notify>,
    pub on_fatal: FatalHandler,
    pub log: GroupLog,
}

/// Polls once now, and leaves the rest to a task. Without a budget: a poll that is put off would lose its place.
fn hand_over(future: impl Future<Output = ()> + Send + 'static) {
    let mut future: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(tokio::task::unconstrained(future));
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    if polled.is_pending() {
        runtime::spawn(future);
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn is_installed(answer: &[u8]) -> bool {
    matches!(decode_received(answer), Ok(Received::Installed(_)))
}

impl GroupService {
    /// Takes a request of node `from`. Must not wait.
    pub fn take(&self, from: NodeId, request: Request, reply: Reply) {
        let (kind, installed) = (request.kind, Arc::clone(&self.installed));
        let answering = self.clone().answer(from, kind, request.body);
        hand_over(async move {
            let answer = answering.await;
            let is_installed = kind == Kind::Snapshot && answer.as_ref().is_ok_and(|bytes| is_installed(bytes));
            reply(answer);
            if is_installed {
                installed.notify_one();
            }
        });
    }

    async fn answer(self, from: NodeId, kind: Kind, body: Bytes) -> Result<Bytes, String> {
        if matches!(kind, Kind::Forward | Kind::ReadIndex | Kind::Steer) {
            self.check_member(from)?;
        }
        match kind {
            Kind::Append => self.append(&body).await,
            Kind::Vote => {
                let request = decode_vote_request(&body).map_err(text)?;
                self.check_floor(request.last_log_id)?;
                let voted = self.raft.vote(request).await.map_err(text)?;
                Ok(encode_vote_response(&voted))
            }
            Kind::PreVote => {
                let request = decode_vote_request(&body).map_err(text)?;
                self.check_floor(request.last_log_id)?;
                let voted = self.raft.pre_vote(request).await.map_err(text)?;
                Ok(encode_vote_response(&voted))
            }
            Kind::TransferLeader => {
                let request = decode_transfer(&body).map_err(text)?;
                let transferred = self.raft.handle_transfer_leader(request).await.map_err(text)?;
                Ok(encode_transferred(&transferred))
            }
            Kind::Snapshot => self.receive(from, decode_piece(&body).map_err(text)?).await,
            Kind::Forward => Ok(encode_forwarded(&self.proposals.propose(body).await)),
            Kind::ReadIndex => {
                let (confirmed, _) = self.raft.get_read_log_id(ReadPolicy::ReadIndex).await.map_err(text)?;
                Ok(encode_read_index(confirmed.index()))
            }
            Kind::Steer => self.steering.answer(&body).await,
            Kind::Belongs => self.belongs(from).await,
            Kind::Confirmed => self.compare(from, decode_position(&body).map_err(text)?),
            Kind::Gossip | Kind::Operate => Err("this is not for a group".to_owned()),
        }
    }

    /// Who was taken out still has its certificate for a while. What is about the log itself is for openraft to judge: a leader may be
    /// one that this node has not heard of yet.
    fn check_member(&self, from: NodeId) -> Result<(), String> {
        let metrics = self.raft.metrics();
        let metrics = metrics.borrow_watched();
        match metrics.membership_config.membership().get_node(&from) {
            Some(_) => Ok(()),
            None => Err(format!("node {from} is not one of the group's members")),
        }
    }

    /// As the leader, proven by a quorum just now: whether a node is a member, by what is committed.
    async fn belongs(&self, from: NodeId) -> Result<Bytes, String> {
        let (confirmed, _) = self.raft.get_read_log_id(ReadPolicy::ReadIndex).await.map_err(text)?;
        let metrics = self.raft.metrics();
        let metrics = metrics.borrow_watched();
        let members = &metrics.membership_config;
        let settled_at = members.log_id().filter(|position| position.index <= confirmed.index());
        let is_one = members.membership().get_joint_config().len() == 1;
        match settled_at.filter(|_| is_one) {
            None => Err("the members of the group are being changed".to_owned()),
            Some(_) if members.membership().get_node(&from).is_some() => Ok(Bytes::from_static(BELONGS)),
            Some(position) => Ok([BELONGS_NOT, &encode_position(&position)].concat().into()),
        }
    }

    /// A node that was of this group before, and forgot it, judges who may lead as if it had forgotten nothing: it knows how far the group had come
    /// when it was let go, and gives nobody a vote who is not there yet. Once it has applied as much itself the log says so.
    fn check_floor(&self, last: Option<LogPosition>) -> Result<(), String> {
        let applied = || self.raft.metrics().borrow_watched().last_applied;
        match self.floor {
            Some(floor) if last < Some(floor) && applied() < Some(floor) => {
                Err("the candidate does not know how this node came back".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// The leader that this node follows remembers more than this log holds: then this node must neither vote nor serve any more.
    fn compare(&self, from: NodeId, confirmed: LogPosition) -> Result<Bytes, String> {
        let metrics = self.raft.metrics().borrow_watched().clone();
        if metrics.current_leader != Some(from) {
            return Err(format!("node {from} does not lead this one"));
        }
        if let Some(problem) = complaint(self.group, from, confirmed, metrics.last_log_index, self.floor) {
            // On disk first: it must not vote either when it is started again.
            let on_fatal = Arc::clone(&self.on_fatal);
            let text = problem.clone();
            self.log.note_lost(&text, move || on_fatal(&problem));
        }
        Ok(Bytes::new())
    }

    async fn append(self, body: &Bytes) -> Result<Bytes, String> {
        let request = decode_append(body).map_err(text)?;
        let appended = self.raft.append_entries(request).await.map_err(text)?;
        if !matches!(appended, AppendEntriesResponse::HigherVote(_)) {
            self.contact.note();
        }
        Ok(encode_appended(&appended))
    }

    async fn receive(&self, from: NodeId, piece: Piece) -> Result<Bytes, String> {
        let (incoming, spools, vote) = (Arc::clone(&self.incoming), self.spools.clone(), piece.vote);
        let taking = runtime::blocking(move || {
            let mut incoming = incoming.lock().unwrap_or_else(PoisonError::into_inner);
            Incoming::take(&mut incoming, &spools, from, &piece)
        });
        let received = match taking.await.map_err(text)?.map_err(text)? {
            Taken::Wants(wanted) => Received::Wants(wanted),
            Taken::Whole(state) => Received::Installed(self.install(vote, state).await?),
        };
        Ok(encode_received(&received))
    }

    async fn install(&self, vote: SavedVote, state: StateSnapshot) -> Result<SavedVote, String> {
        let marker = decode_marker(state.marker()).map_err(text)?;
        let meta = SnapshotMeta {
            last_log_id: marker.applied,
            last_membership: marker.members,
        };
        let snapshot = Snapshot { meta, snapshot: state };
        let installed = self.raft.install_full_snapshot(vote, snapshot).await.map_err(text)?;
        self.contact.note();
        Ok(installed.vote)
    }
}
