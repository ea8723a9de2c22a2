//! The way to the other nodes.
//!
//! Stands where openraft sends to a peer. There is no transport yet: a single voter has nobody to talk to, and a call that is
//! made all the same is answered "unreachable", which openraft treats as a node that is down. The mutually authenticated
//! TLS transport takes this place; it refuses to know what the messages say.

use std::future::Future;

use openraft::OptionalSend;
use openraft::alias::VoteOf;
use openraft::error::{RPCError, ReplicationClosed, StreamingError, Unreachable};
use openraft::network::{RPCOption, RaftNetworkFactory, v2::RaftNetworkV2};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, TransferLeaderRequest, TransferLeaderResponse,
    VoteRequest, VoteResponse,
};

use corridor_storage::replicated::StateSnapshot;

use crate::types::{Peer, Snapshot, Types};

/// Makes the connections of one group.
#[derive(Debug, Clone)]
pub(crate) struct PeerNetwork {
    /// The group whose messages are carried: the connection to a peer is shared between groups.
    pub group: u64,
}

/// One group's view of the connection to one peer.
pub(crate) struct PeerConnection {
    group: u64,
    target: u64,
    peer: Peer,
}

impl RaftNetworkFactory<Types> for PeerNetwork {
    type Network = PeerConnection;

    async fn new_client(&mut self, target: u64, peer: &Peer) -> PeerConnection {
        PeerConnection {
            group: self.group,
            target,
            peer: peer.clone(),
        }
    }
}

impl PeerConnection {
    fn unreachable(&self) -> Unreachable<Types> {
        Unreachable::from_string(format!(
            "group {}: node {} at '{}' cannot be reached: this program has no transport between nodes yet",
            self.group, self.target, self.peer.address
        ))
    }
}

impl RaftNetworkV2<Types> for PeerConnection {
    type SnapshotData = StateSnapshot;

    async fn append_entries(
        &mut self,
        _request: AppendEntriesRequest<Types>,
        _option: RPCOption,
    ) -> Result<AppendEntriesResponse<Types>, RPCError<Types>> {
        Err(RPCError::Unreachable(self.unreachable()))
    }

    async fn vote(
        &mut self,
        _request: VoteRequest<Types>,
        _option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        Err(RPCError::Unreachable(self.unreachable()))
    }

    // openraft's default grants: an isolated node would then count its own invention as a quorum.
    async fn pre_vote(
        &mut self,
        _request: VoteRequest<Types>,
        _option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        Err(RPCError::Unreachable(self.unreachable()))
    }

    async fn full_snapshot(
        &mut self,
        _vote: VoteOf<Types>,
        _snapshot: Snapshot,
        _cancel: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        _option: RPCOption,
    ) -> Result<SnapshotResponse<Types>, StreamingError<Types>> {
        Err(StreamingError::Unreachable(self.unreachable()))
    }

    async fn transfer_leader(
        &mut self,
        _request: TransferLeaderRequest<Types>,
        _option: RPCOption,
    ) -> Result<TransferLeaderResponse<Types>, RPCError<Types>> {
        Err(RPCError::Unreachable(self.unreachable()))
    }
}
