//! What reaches a conversation's actor.

use crate::credits::Permit;
use crate::gateway::PendingAnswer;
use bytes::Bytes;
use corridor_domain::conversation::{Conversation, Membership};
use corridor_domain::coverage::StandIn;
use corridor_domain::event::{Event, EventBody};
use corridor_domain::ids::PersonId;
use tokio::sync::oneshot;

/// One revision's part in one conversation.
#[derive(Debug)]
pub struct Committed {
    /// The revision.
    pub revision: u64,
    /// The head after it.
    pub head: Conversation,
    /// New events, in order.
    pub events: Vec<Event>,
    /// The message that an edit or a retraction is about, as it stands now.
    pub target: Option<Event>,
    /// Memberships as they stand now.
    pub memberships: Vec<Membership>,
    /// What people came to by coverage, as it stands now.
    pub stand_ins: Vec<StandIn>,
    /// Its place among what is on its way to the devices, if it has events.
    pub place: Option<Permit>,
}

impl Committed {
    /// Whether the conversation began with it.
    pub fn began(&self) -> bool {
        self.events.iter().any(|event| event.body == EventBody::Created)
    }
}

/// Mail of a conversation's actor.
pub enum ConversationMessage {
    /// A command on its way to the log; proposed in the order of arrival.
    Propose {
        /// The envelope, encoded.
        command: Bytes,
        /// Gets the answer to wait for. Dropped: maybe done, ask again with the same id.
        reply: oneshot::Sender<PendingAnswer>,
        /// Room in the mailbox.
        permit: Permit,
    },
    /// Something happened here.
    Committed {
        /// What.
        committed: Box<Committed>,
        /// Room in the mailbox.
        permit: Permit,
    },
    /// Somebody is writing, or stopped.
    Typing {
        /// Who.
        person: PersonId,
        /// Writing.
        active: bool,
        /// On a device of this node; else another node told of it.
        is_here: bool,
        /// Room in the mailbox.
        permit: Permit,
    },
    /// Time to look whether there is anything left to do.
    Doze,
    /// Panics, to see what becomes of the others.
    #[cfg(test)]
    Crash,
}
