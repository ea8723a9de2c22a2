//! The types openraft is built with.
//!
//! Stands under every other file of this crate. Answers are type-erased here, so that openraft is compiled once for the
//! whole program and not once per state; [`crate::Pending`] gives them their type back.

use std::any::Any;
use std::fmt;

use bytes::Bytes;
use openraft::alias::{DefaultEntryOf, EntryOf, LogIdOf, SnapshotMetaOf, SnapshotOf, StoredMembershipOf, VoteOf};
use openraft::impls::leader_id_adv::LeaderId;
use openraft::{EntryPayload, OptionalSend, RaftTypeConfig, Vote};
use serde::{Deserialize, Serialize};

use crate::reply::Reply;
use corridor_storage::replicated::StateSnapshot;

/// How a node is reached by the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Host and port of its node-to-node endpoint; empty while it has none.
    pub address: String,
    /// The URL at which clients reach it; empty if it is not known.
    pub client_url: String,
}

/// What is put into the log for a command. Opaque: what it says is for whoever applies it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proposal {
    /// The leader's stamp.
    pub at_ms: u64,
    /// The command.
    #[serde(with = "command_bytes")]
    pub command: Bytes,
}

impl fmt::Debug for Proposal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Proposal({} bytes at {} ms)", self.command.len(), self.at_ms)
    }
}

impl fmt::Display for Proposal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

mod command_bytes {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(command: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(command)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        Vec::<u8>::deserialize(deserializer).map(Bytes::from)
    }
}

/// An answer without its type.
pub(crate) type ErasedAnswer = Box<dyn Any + Send + Sync>;

/// What applying an entry gives back: an answer for a command, nothing for the cluster's own entries.
#[derive(Serialize, Deserialize)]
pub(crate) struct Applied {
    /// Stays on the node that proposed: it is never sent.
    #[serde(skip)]
    pub answer: Option<ErasedAnswer>,
}

impl fmt::Debug for Applied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.answer.is_some() {
            "Applied(answer)"
        } else {
            "Applied"
        })
    }
}

/// openraft's type table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Types;

impl RaftTypeConfig for Types {
    type D = Proposal;
    type R = Applied;
    type NodeId = u64;
    type Node = Peer;
    type Term = u64;
    type LeaderId = LeaderId<u64, u64>;
    type Vote = Vote<Self::LeaderId>;
    type Payload = EntryPayload<Proposal, u64, Peer>;
    type Entry = DefaultEntryOf<Self>;
    type AsyncRuntime = crate::runtime::Runtime;
    type Responder<T>
        = Reply<T>
    where
        T: OptionalSend + 'static;
    type Batch<T>
        = openraft::impls::InlineBatch<T>
    where
        T: OptionalSend + 'static;
    type ErrorSource = openraft::AnyError;
}

pub(crate) type LogEntry = EntryOf<Types>;
pub(crate) type LogPosition = LogIdOf<Types>;
pub(crate) type StoredMembers = StoredMembershipOf<Types>;
pub(crate) type SavedVote = VoteOf<Types>;
pub(crate) type SnapshotMeta = SnapshotMetaOf<Types>;
pub(crate) type Snapshot = SnapshotOf<Types, StateSnapshot>;
pub(crate) type Members = openraft::Membership<u64, Peer>;
