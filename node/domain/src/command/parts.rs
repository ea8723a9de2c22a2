//! What commands are made of: the envelope around them, and what some of them carry.

use super::Command;
use crate::conversation::{Audience, Kind};
use crate::event::{Mention, Priority};
use crate::ids::{CommandId, ConversationId, PersonId, SessionId};
use crate::private::{Private, Sealed};
use serde::{Deserialize, Serialize};

/// On whose authority a command acts. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Acting {
    /// A person, signed in.
    Person {
        /// Who.
        person: PersonId,
        /// By which sign-in.
        session: SessionId,
    },
    /// The door: a sign-in that is not a session yet.
    Door,
    /// The operator at the machine's own console.
    Operator,
    /// The workspace's time: something is due. Since version 3.
    Clock,
}

/// A command with all that the outcome depends on besides the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The client's name for it.
    pub command_id: CommandId,
    /// Keyed fingerprint of what the client asked for: tells a retry from a conflict.
    pub fingerprint: [u8; 16],
    /// On whose authority.
    pub acting: Acting,
    /// For whom, if not for oneself.
    pub on_behalf_of: Option<PersonId>,
    /// For the audit leaf.
    pub salt: [u8; 16],
    /// What is asked.
    pub command: Command,
}

/// A conversation to be created; the node drew the id and the content key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewConversation {
    /// Drawn by the node.
    pub id: ConversationId,
    /// What it is.
    pub kind: Kind,
    /// What it is about.
    pub topic: Private,
    /// Who belongs to it besides its creator. For patient conversations and care rooms the care team comes by itself.
    pub members: Vec<PersonId>,
    /// Its content key, wrapped under the workspace's key.
    pub content_key: Sealed,
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMessage {
    /// Who may see it.
    pub audience: Audience,
    /// How urgent.
    pub priority: Priority,
    /// Its body under the conversation's key.
    pub content: Sealed,
    /// Whom it means.
    pub mentions: Vec<Mention>,
    /// The message it answers, in the numbering of the sender's side.
    pub reply_to: Option<u64>,
}

/// A message that was written to the wrong patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    /// Its place there.
    pub seq: u64,
    /// In which version it was looked at.
    pub version: u32,
    /// Where it belongs.
    pub to: ConversationId,
    /// Its words under the key of that one.
    pub content: Sealed,
}

/// A stretch of content somebody wants to read, in the numbering of their side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Where.
    pub conversation: ConversationId,
    /// The first event.
    pub from_seq: u64,
    /// The last event.
    pub to_seq: u64,
}
