//! What a node does with the requests of others, group by group.
//!
//! Stands between the [`crate::peers::PeerLink`] of another node and openraft. Requests of one line are given to openraft's core in the order
//! in which they came: each is polled once before the next is looked at, and that puts it into the core's queue. It refuses to know
//! how bytes travel.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Waker};

use bytes::Bytes;
use openraft::raft::AppendEntriesResponse;
use openraft::{Raft, ReadPolicy};

use corridor_storage::replicated::StateSnapshot;
use corridor_storage::spool::Spools;
use corridor_storage::world::World;

use crate::codec::decode_marker;
use crate::codec::messages::{
    decode_append, decode_transfer, decode_vote_request, encode_appended, encode_transferred, encode_vote_response,
};
use crate::codec::requests::{Piece, Received, decode_piece, encode_forwarded, encode_read_index, encode_received};
use crate::peers::{Kind, NodeId, PeerService, Reply, Request};
use crate::propose::LocalProposals;
use crate::snapshot::{Incoming, Taken};
use crate::state_machine::StateMachine;
use crate::steer::Steering;
use crate::types::{SavedVote, Snapshot, SnapshotMeta, Types};

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
    pub raft: Raft<Types, StateMachine>,
    pub contact: Contact,
    pub proposals: LocalProposals,
    pub steering: Steering,
    pub incoming: Arc<Mutex<Option<Incoming>>>,
    pub spools: Spools,
}

/// Polls once now, and leaves the rest to a task. Without a budget: a poll that is put off would lose its place.
fn hand_over(future: impl Future<Output = ()> + Send + 'static) {
    let mut future: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(tokio::task::unconstrained(future));
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    if polled.is_pending() {
        tokio::spawn(future);
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

impl GroupService {
    /// Takes a request of node `from`. Must not wait.
    pub fn take(&self, from: NodeId, request: Request, reply: Reply) {
        let answering = self.clone().answer(from, request.kind, request.body);
        hand_over(async move { reply(answering.await) });
    }

    async fn answer(self, from: NodeId, kind: Kind, body: Bytes) -> Result<Bytes, String> {
        match kind {
            Kind::Append => self.append(&body).await,
            Kind::Vote => {
                let request = decode_vote_request(&body).map_err(text)?;
                let voted = self.raft.vote(request).await.map_err(text)?;
                Ok(encode_vote_response(&voted))
            }
            Kind::PreVote => {
                let request = decode_vote_request(&body).map_err(text)?;
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
            Kind::Gossip => Err("a group has no gossip".to_owned()),
        }
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
        let taking = tokio::task::spawn_blocking(move || {
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

/// Whoever answers what is not about one group's log.
pub type GossipService = Box<dyn Fn(NodeId, Bytes) -> io::Result<Bytes> + Send + Sync>;

/// All groups of a node, as other nodes see them.
#[derive(Default)]
pub struct Host {
    groups: RwLock<BTreeMap<u64, GroupService>>,
    gossip: RwLock<Option<GossipService>>,
}

impl Host {
    /// A node that hosts no group yet.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(&self, group: u64, service: GroupService) {
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        groups.insert(group, service);
    }

    pub(crate) fn remove(&self, group: u64) {
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        groups.remove(&group);
    }

    /// Says who answers [`Kind::Gossip`].
    pub fn set_gossip(&self, gossip: GossipService) {
        *self.gossip.write().unwrap_or_else(PoisonError::into_inner) = Some(gossip);
    }

    /// Nobody answers it any more, and what answered is let go of.
    pub fn forget_gossip(&self) {
        *self.gossip.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl PeerService for Host {
    fn take(&self, from: NodeId, _line: u64, request: Request, reply: Reply) {
        if request.kind == Kind::Gossip {
            let gossip = self.gossip.read().unwrap_or_else(PoisonError::into_inner);
            let answer = gossip.as_ref().map(|answer| answer(from, request.body).map_err(text));
            return reply(answer.unwrap_or_else(|| Err("this node does not gossip".to_owned())));
        }
        let groups = self.groups.read().unwrap_or_else(PoisonError::into_inner);
        match groups.get(&request.group) {
            Some(service) => service.take(from, request, reply),
            None => reply(Err(format!("group {} is not on this node", request.group))),
        }
    }

    fn end(&self, _line: u64) {}
}
