//! Reads that are current: how far a node must have applied the log before what it reads may be called so.
//!
//! Stands beside the proposals. The leader proves to itself, with a quorum, that it still leads (Raft's ReadIndex, section 6.4 of
//! Ongaro's dissertation), never by a clock. It refuses to know what is read.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use openraft::async_runtime::WatchReceiver as _;
use openraft::{Raft, ReadPolicy};

use corridor_domain::limits::PEER_APPEND_TIMEOUT_MS;
use corridor_storage::planted::{self, Mistake};

use crate::applied::AppliedMark;
use crate::codec::requests::decode_read_index;
use crate::group::NotReady;
use crate::peers::{Kind, NodeId, PeerLink, Request};
use crate::state_machine::StateMachine;
use crate::types::Types;

/// One group's way to a current read.
#[derive(Clone)]
pub(crate) struct Reading {
    pub node_id: NodeId,
    pub group: u64,
    pub raft: Raft<Types, StateMachine>,
    pub link: Arc<dyn PeerLink>,
    pub applied: AppliedMark,
}

fn refused(error: impl std::error::Error) -> NotReady {
    NotReady(error.to_string())
}

impl Reading {
    /// Waits until everything that was committed when this was asked is applied here.
    pub async fn catch_up(&self) -> Result<u64, NotReady> {
        let metrics = self.raft.metrics().borrow_watched().clone();
        let nobody = || NotReady("no node leads the group".to_owned());
        let leader = metrics.current_leader.ok_or_else(nobody)?;
        if leader == self.node_id {
            return self.confirm_leadership().await;
        }
        let peer = metrics.membership_config.membership().get_node(&leader).cloned();
        let request = Request {
            group: self.group,
            kind: Kind::ReadIndex,
            body: Bytes::new(),
        };
        let patience = Duration::from_millis(PEER_APPEND_TIMEOUT_MS);
        let address = peer.unwrap_or_default().address;
        let answer = self
            .link
            .call(leader, &address, request, patience)
            .await
            .map_err(refused)?;
        let revision = decode_read_index(&answer).map_err(refused)?;
        match self.applied.reach(revision, patience).await {
            true => Ok(revision),
            false => Err(NotReady(format!("revision {revision} is not applied here in time"))),
        }
    }

    /// Proves that this node leads; everything up to the revision is applied here.
    pub async fn confirm_leadership(&self) -> Result<u64, NotReady> {
        if planted::is(Mistake::ReadWithoutAQuorum) {
            let applied = self.raft.metrics().borrow_watched().last_applied;
            return Ok(applied.map_or(0, |applied| applied.index));
        }
        let confirmed = self.raft.ensure_linearizable(ReadPolicy::ReadIndex).await;
        confirmed.map(|read| read.index()).map_err(refused)
    }
}
