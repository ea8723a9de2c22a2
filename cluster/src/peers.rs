//! The seam between agreement and the way to other nodes.
//!
//! Stands under [`crate::Group`]: what a group asks of another node passes here as bytes. In production [`PeerLink`] is TLS
//! (`cluster/src/transport`), in a simulation a network that loses and delays. It refuses to know what the bytes say.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;

use crate::tunnel::Tunnel;

/// A node of the cluster. Drawn once, never used again after the node is gone.
pub type NodeId = u64;

/// What a request is about. The numbers stand on the wire and stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// Entries of a group's log, or a heartbeat.
    Append = 1,
    /// A vote for a candidate.
    Vote = 2,
    /// Whether a vote would be given.
    PreVote = 3,
    /// The leader asks its successor to stand.
    TransferLeader = 4,
    /// A piece of a group's state.
    Snapshot = 5,
    /// A command for the group's leader.
    Forward = 6,
    /// The index that a current read must have applied.
    ReadIndex = 7,
    /// What does not concern one group's log: presence, typing, questions between nodes.
    Gossip = 8,
    /// A change of who belongs to a group, for its leader.
    Steer = 9,
    /// Whether the asker belongs to a group, for its leader, who has to be certain.
    Belongs = 10,
    /// What an operator asks of a workspace that the asker has not.
    Operate = 11,
    /// What the asked confirmed to the asker, its leader, and does not seem to have any more.
    Confirmed = 12,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Append,
        Self::Vote,
        Self::PreVote,
        Self::TransferLeader,
        Self::Snapshot,
        Self::Forward,
        Self::ReadIndex,
        Self::Gossip,
        Self::Steer,
        Self::Belongs,
        Self::Operate,
        Self::Confirmed,
    ];

    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }
}

/// What one node asks another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which group it concerns.
    pub group: u64,
    /// What it is about.
    pub kind: Kind,
    /// What it says.
    pub body: Bytes,
}

/// Why a request has no answer, by what is certain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Certainly not delivered: there is no connection. Ask again later, not at once.
    #[error("the node cannot be reached: {0}")]
    Unreachable(String),
    /// Maybe delivered, maybe done: the connection broke, or no answer came in time.
    #[error("no answer came: {0}")]
    Lost(String),
    /// Delivered, and certainly not done: the other node says why.
    #[error("the node refused: {0}")]
    Refused(String),
}

/// The way to the other nodes.
pub trait PeerLink: Send + Sync + 'static {
    /// Hands a request over, before this returns; the future is for its answer. Must not wait.
    ///
    /// Requests handed over one after the other to one node at one address arrive there in that order, or the line between them breaks and
    /// every one that has no answer yet fails. Answers may come in any order. After `deadline` the answer is
    /// [`CallError::Lost`]. Dropping the future does not take the request back.
    fn call(
        &self,
        to: NodeId,
        address: &str,
        request: Request,
        deadline: Duration,
    ) -> BoxFuture<'static, Result<Bytes, CallError>>;

    /// The highest version of commands that the node applies, as it said when it was last connected; `None`: it did not say.
    fn applies(&self, _node: NodeId, _address: &str) -> Option<u8> {
        None
    }
}

/// Gives a request its answer, once, from anywhere. Dropped unused, the asker hears that the answer was lost.
pub type Reply = Box<dyn FnOnce(Result<Bytes, String>) + Send>;

/// What a node does with the requests of others.
pub trait PeerService: Send + Sync + 'static {
    /// Takes a request of node `from`, which the transport has proven to be that node. Must not wait.
    ///
    /// `line` is a number that no other connection has in the life of this process: requests of one line come in the order in
    /// which they were handed over.
    fn take(&self, from: NodeId, line: u64, request: Request, reply: Reply);

    /// No more requests will come on this line.
    fn end(&self, line: u64);

    /// Node `from`, which the transport has proven to be that node, brings a client to the workspace of this group. What is given serves it; an
    /// error is told as the reason of a refusal, and promises that nothing was done. Must not wait.
    fn bring(&self, from: NodeId, group: u64) -> Result<Serve, String> {
        let _ = (from, group);
        Err("nobody is served here for another node".to_owned())
    }
}

/// Serves one client that another node brings, until it goes.
pub type Serve = Box<dyn FnOnce(Tunnel) -> BoxFuture<'static, ()> + Send>;

/// A node without others: nobody can be reached.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl PeerLink for Alone {
    fn call(
        &self,
        to: NodeId,
        _address: &str,
        _request: Request,
        _deadline: Duration,
    ) -> BoxFuture<'static, Result<Bytes, CallError>> {
        let why = format!("node {to} is not of this cluster: this node is alone");
        Box::pin(std::future::ready(Err(CallError::Unreachable(why))))
    }
}

/// A shared way to the other nodes.
pub type SharedLink = Arc<dyn PeerLink>;

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn the_numbers_of_kinds_stay() {
        let numbers: Vec<u8> = Kind::ALL.iter().map(|kind| *kind as u8).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert_eq!(Kind::from_number(6), Some(Kind::Forward));
        assert_eq!((Kind::from_number(0), Kind::from_number(13)), (None, None));
    }
}
