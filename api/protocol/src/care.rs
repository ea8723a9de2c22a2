//! Who answers for a patient conversation, and the steps by which that changes.

use crate::commands::SendMessage;
use crate::coverage::Covering;
use crate::objects::{Author, Conversation, PatientSummary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who answers: one person, or whoever has a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Party {
    /// One person.
    Person {
        /// Who.
        person: Author,
    },
    /// Whoever has the role.
    Role {
        /// `front_desk`, `nurse`, …
        role: String,
    },
}

/// A hand-over that was asked for. Until it is accepted the conversation stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandOver {
    /// Who is to take it.
    pub to: Author,
    /// Who asked.
    pub by: Author,
    /// When.
    pub at_ms: u64,
    /// From then on it cannot be accepted any more.
    pub expires_at_ms: u64,
}

/// The responsibility for a patient conversation, as the viewer may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Care {
    /// `open`, `resolved` or `closed`; towards patients `open` or `closed`.
    pub stage: String,
    /// Who answers; staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// Since when; staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_ms: Option<u64>,
    /// A hand-over that was not accepted yet, or not in time; staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<HandOver>,
    /// For whom the viewer may reply; staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Author>,
    /// Nobody replies in it for somebody else; staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refuses_on_behalf: Option<bool>,
    /// Whoever answers covers for somebody; patients see it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covering: Option<Covering>,
    /// When the patient wrote what nobody has answered yet; staff only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since_ms: Option<u64>,
}

/// A step with the responsibility for a patient conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum CareStep {
    /// Take it.
    Take {
        /// From whom, if somebody holds it: otherwise it is `held_by_another`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_id: Option<String>,
    },
    /// Give it to a member; nobody holds it.
    Assign {
        /// To whom.
        to_id: String,
    },
    /// Give it back to its pool, or to another one.
    Return {
        /// To which role; absent: the one from which it came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
    },
    /// Ask a member to take it over.
    HandOver {
        /// Whom.
        to_id: String,
        /// How long they have; absent: half an hour.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minutes: Option<u32>,
    },
    /// Accept what is offered.
    Accept,
    /// Decline what is offered.
    Decline,
    /// Take an offer back.
    Withdraw,
    /// Call it done; the next message that the patient may see opens it again.
    Resolve,
    /// Close it: the patient cannot reply.
    Close,
    /// Open it again.
    Open,
    /// Let others reply in it for the one who answers, or not.
    AllowOnBehalf {
        /// Let them.
        allowed: bool,
    },
}

/// What one is about to send for somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfirmOnBehalf {
    /// For whom: `care.on_behalf_of` says who it can be.
    pub person_id: String,
    /// The message, as it will be sent.
    #[serde(flatten)]
    pub message: SendMessage,
}

/// How it will be signed, to be shown before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OnBehalfConfirmed {
    /// Goes with the message.
    pub token: String,
    /// Until when it can be sent.
    pub expires_at_ms: u64,
    /// Who writes.
    pub author: Author,
    /// For whom.
    pub on_behalf_of: Author,
}

/// A page of the organization's queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueuePage {
    /// The revision it is of.
    pub revision: u64,
    /// Newest first.
    pub conversations: Vec<Conversation>,
    /// How many there are with this filter, within what the viewer may see.
    pub total: u64,
    /// Ask with this `after` for the next page; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<String>,
}

/// What is open and what waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Load {
    /// Open conversations.
    pub open: u64,
    /// Of these, where the patient wrote last.
    pub waiting: u64,
    /// Since when the longest waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_ms: Option<u64>,
}

/// What waits for so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Age {
    /// Below; absent: whatever is older than the step before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below_ms: Option<u64>,
    /// Conversations.
    pub waiting: u64,
}

/// How much one who answers has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartyLoad {
    /// Who.
    pub party: Party,
    /// How much.
    #[serde(flatten)]
    pub load: Load,
}

/// How long patients waited for a first reply, in the last seven days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FirstReplies {
    /// Replies.
    pub count: u64,
    /// Half of them took no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<u64>,
    /// Nine of ten took no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90_ms: Option<u64>,
}

/// A hand-over that nobody accepted in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LateHandOver {
    /// `con_…`
    pub conversation_id: String,
    /// Of whom.
    pub patient: PatientSummary,
    /// What was asked of whom.
    #[serde(flatten)]
    pub hand_over: HandOver,
}

/// The figures of the patient conversations that one may know of by care team, coverage or queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// When, by the node's clock.
    pub at_ms: u64,
    /// All of them.
    #[serde(flatten)]
    pub load: Load,
    /// What waits by how long, the shortest first.
    pub ages: Vec<Age>,
    /// By who answers, what waits longest first.
    pub parties: Vec<PartyLoad>,
    /// Hand-overs that nobody accepted in time.
    pub late_hand_overs: u64,
    /// The oldest 100 of them; for administrators of the whole clinic, but for conversations with a label.
    pub late: Vec<LateHandOver>,
    /// First replies.
    pub first_replies: FirstReplies,
}
