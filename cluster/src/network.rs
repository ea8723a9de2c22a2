//! openraft's way to the other nodes: its requests become bytes, and go by the [`PeerLink`].
//!
//! Stands where openraft sends to a peer. Appends are pipelined: the next is handed over before the last is answered, and the link
//! keeps their order. It refuses to know how bytes travel.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, Stream, StreamExt as _};
use openraft::OptionalSend;
use openraft::alias::VoteOf;
use openraft::error::{NetworkError, RPCError, ReplicationClosed, StreamingError, Unreachable};
use openraft::network::{RPCOption, RaftNetworkFactory, v2::RaftNetworkV2};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, StreamAppendResult, TransferLeaderRequest,
    TransferLeaderResponse, VoteRequest, VoteResponse,
};

use corridor_domain::limits::{APPENDS_IN_PIPELINE_COUNT_MAX, PEER_APPEND_TIMEOUT_MS};
use corridor_storage::planted::{self, Mistake};
use corridor_storage::replicated::StateSnapshot;
use corridor_storage::world::World;

use crate::codec::encode_position;
use crate::codec::messages::{
    decode_appended, decode_transferred, decode_vote_response, encode_append, encode_transfer, encode_vote_request,
};
use crate::confirmed::{AllConfirmed, Confirmed};
use crate::peers::{CallError, Kind, PeerLink, Request};
use crate::snapshot::send;
use crate::types::{LogPosition, Peer, Snapshot, Types};

/// Makes the connections of one group.
#[derive(Clone)]
pub(crate) struct PeerNetwork {
    /// The group whose messages are carried: the connection to a peer is shared between groups.
    pub group: u64,
    /// The way there.
    pub link: Arc<dyn PeerLink>,
    /// Draws the numbers of transfers.
    pub world: Arc<dyn World>,
    /// What followers confirmed while this node led.
    pub confirmed: AllConfirmed,
}

/// One group's view of the connection to one peer.
pub(crate) struct PeerConnection {
    network: PeerNetwork,
    target: u64,
    peer: Peer,
    confirmed: Arc<Confirmed>,
}

impl RaftNetworkFactory<Types> for PeerNetwork {
    type Network = PeerConnection;

    async fn new_client(&mut self, target: u64, peer: &Peer) -> PeerConnection {
        PeerConnection {
            network: self.clone(),
            target,
            peer: peer.clone(),
            confirmed: self.confirmed.of(target),
        }
    }
}

impl PeerConnection {
    /// Hands a request over now; what it returns waits for the answer.
    pub fn call(
        &self,
        kind: Kind,
        body: Bytes,
        deadline: Duration,
    ) -> impl Future<Output = Result<Bytes, CallError>> + Send + use<> {
        let group = self.network.group;
        let request = Request { group, kind, body };
        self.network
            .link
            .call(self.target, &self.peer.address, request, deadline)
    }

    async fn ask<T>(
        &self,
        kind: Kind,
        body: Bytes,
        deadline: Duration,
        decode: impl FnOnce(&[u8]) -> std::io::Result<T>,
    ) -> Result<T, RPCError<Types>> {
        let answer = self.call(kind, body, deadline).await.map_err(failure)?;
        decode(&answer).map_err(|error| unreadable(&error))
    }

    fn append(
        &self,
        request: &AppendEntriesRequest<Types>,
    ) -> impl Future<Output = Result<AppendEntriesResponse<Types>, RPCError<Types>>> + Send + use<> {
        // Not openraft's own limit, which is a heartbeat: a disk that takes longer once must not stop the pipeline.
        let deadline = Duration::from_millis(PEER_APPEND_TIMEOUT_MS);
        let called = self.call(Kind::Append, encode_append(request), deadline);
        let (vote, (before, last)) = (request.vote, range_of(request));
        let (confirmed, tell) = (Arc::clone(&self.confirmed), self.telling());
        async move {
            let called = called.await;
            if planted::is(Mistake::LostAnswerTakenForYes) && matches!(called, Err(CallError::Lost(_))) {
                return Ok(AppendEntriesResponse::Success);
            }
            let answer = decode_appended(&called.map_err(failure)?).map_err(|error| unreadable(&error))?;
            match confirmed.note(vote, before, last, &answer) {
                None => Ok(answer),
                // openraft knows no such follower: it would take it for a mistake of its own.
                Some(lost) => {
                    tell(lost);
                    let why = format!("the node has lost what it confirmed up to {}", lost.index);
                    Err(unreadable(&std::io::Error::other(why)))
                }
            }
        }
    }

    /// Tells the follower what it confirmed and seems to have lost. Whether it listens is seen by whether it ends.
    fn telling(&self) -> impl FnOnce(LogPosition) + Send + use<> {
        let (network, target, address) = (self.network.clone(), self.target, self.peer.address.clone());
        move |lost| {
            let request = Request {
                group: network.group,
                kind: Kind::Confirmed,
                body: encode_position(&lost),
            };
            let patience = Duration::from_millis(PEER_APPEND_TIMEOUT_MS);
            drop(network.link.call(target, &address, request, patience));
        }
    }
}

/// What openraft makes of a failure: ask again at once, or after a while.
fn failure(error: CallError) -> RPCError<Types> {
    match error {
        CallError::Lost(_) => RPCError::Network(NetworkError::new(&error)),
        CallError::Unreachable(_) | CallError::Refused(_) => RPCError::Unreachable(Unreachable::new(&error)),
    }
}

fn unreadable(error: &std::io::Error) -> RPCError<Types> {
    RPCError::Unreachable(Unreachable::new(error))
}

/// What an append covers: the entry before it, and its last.
fn range_of(request: &AppendEntriesRequest<Types>) -> (Option<LogPosition>, Option<LogPosition>) {
    let last = request.entries.last().map(|entry| entry.log_id);
    (request.prev_log_id, last.or(request.prev_log_id))
}

impl RaftNetworkV2<Types> for PeerConnection {
    type SnapshotData = StateSnapshot;

    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest<Types>,
        _option: RPCOption,
    ) -> Result<AppendEntriesResponse<Types>, RPCError<Types>> {
        self.append(&request).await
    }

    fn stream_append<'s, S>(
        &'s mut self,
        input: S,
        _option: RPCOption,
    ) -> BoxFuture<'s, Result<BoxStream<'s, Result<StreamAppendResult<Types>, RPCError<Types>>>, RPCError<Types>>>
    where
        S: Stream<Item = AppendEntriesRequest<Types>> + OptionalSend + Unpin + 'static,
    {
        let connection: &Self = self;
        let answers = input
            .map(move |request| {
                let (before, last) = range_of(&request);
                let appended = connection.append(&request);
                async move { Ok(appended.await?.into_stream_result(before, last)) }
            })
            .buffered(APPENDS_IN_PIPELINE_COUNT_MAX);
        Box::pin(async move { Ok(answers.boxed()) })
    }

    async fn vote(
        &mut self,
        request: VoteRequest<Types>,
        option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        let body = encode_vote_request(&request);
        self.ask(Kind::Vote, body, option.soft_ttl(), decode_vote_response)
            .await
    }

    // openraft's default grants: an isolated node would then count its own invention as a quorum.
    async fn pre_vote(
        &mut self,
        request: VoteRequest<Types>,
        option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        let body = encode_vote_request(&request);
        self.ask(Kind::PreVote, body, option.soft_ttl(), decode_vote_response)
            .await
    }

    async fn full_snapshot(
        &mut self,
        vote: VoteOf<Types>,
        snapshot: Snapshot,
        cancel: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        _option: RPCOption,
    ) -> Result<SnapshotResponse<Types>, StreamingError<Types>> {
        let (mut number, last) = ([0; 8], snapshot.meta.last_log_id);
        self.network.world.fill_random(&mut number);
        let sending = send(u64::from_le_bytes(number), vote, snapshot.snapshot, |body, deadline| {
            self.call(Kind::Snapshot, body, deadline)
        });
        futures::pin_mut!(sending, cancel);
        match futures::future::select(sending, cancel).await {
            futures::future::Either::Left((Ok(answered), _)) => {
                if answered == vote {
                    // It has all of that now, as if it had confirmed the entries.
                    self.confirmed.note(vote, None, last, &AppendEntriesResponse::Success);
                }
                Ok(SnapshotResponse::new(answered))
            }
            futures::future::Either::Left((Err(error), _)) => {
                Err(StreamingError::Unreachable(Unreachable::new(&error)))
            }
            futures::future::Either::Right((closed, _)) => Err(StreamingError::Closed(closed)),
        }
    }

    async fn transfer_leader(
        &mut self,
        request: TransferLeaderRequest<Types>,
        option: RPCOption,
    ) -> Result<TransferLeaderResponse<Types>, RPCError<Types>> {
        let body = encode_transfer(&request);
        self.ask(Kind::TransferLeader, body, option.soft_ttl(), decode_transferred)
            .await
    }
}
