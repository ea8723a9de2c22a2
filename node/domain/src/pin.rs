//! Pins: what was said, or a summary of it, put to a patient's chart. A pin is a copy, made once, that nothing changes (T-03): neither an edit
//! nor a retraction of the message, nor the end of the conversation. This page refuses to know who may pin (`permission/pins.rs`).

use crate::conversation::{Audience, Place};
use crate::event::Priority;
use crate::ids::{ConversationId, PersonId, PinId};
use crate::private::{Private, Sealed};
use serde::{Deserialize, Serialize};

/// What somebody asks for. They name the patient three times over: a pin to a namesake cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPin {
    /// Drawn by the node.
    pub id: PinId,
    /// To whose chart.
    pub patient: PersonId,
    /// The clinic's number of the patient, as whoever pins has it.
    pub mrn: Private,
    /// The patient's birth date, the same.
    pub birth_date: Private,
    /// The messages, by their places in the team's numbering.
    pub messages: Vec<u64>,
    /// A summary, under the conversation's key; empty: none.
    pub summary: Sealed,
}

/// A message as it stood when it was pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedMessage {
    /// Where.
    pub place: Place,
    /// When it was sent.
    pub at_ms: u64,
    /// By whom.
    pub actor: PersonId,
    /// For whom.
    pub on_behalf_of: Option<PersonId>,
    /// Who could see it.
    pub audience: Audience,
    /// As the sender said.
    pub priority: Priority,
    /// Which version of it.
    pub version: u32,
    /// What it said, sealed by its author.
    pub content: Sealed,
}

/// What is in a patient's chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Which.
    pub id: PinId,
    /// In whose chart.
    pub patient: PersonId,
    /// From which conversation.
    pub conversation: ConversationId,
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at_ms: u64,
    /// The workspace's revision then.
    pub revision: u64,
    /// A summary, sealed by who pinned it; empty: none.
    pub summary: Sealed,
    /// What was said, in its order.
    pub messages: Vec<PinnedMessage>,
}
