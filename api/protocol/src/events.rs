//! Events as clients see them. A message is given as it stands: edited ones with their newest body, retracted ones without any.

use crate::care::Party;
use crate::commands::{Audience, History, Mention, Priority};
use crate::objects::Author;
use crate::safeguards::Sensitivity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A message taken back: what is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retracted {
    /// When.
    pub at_ms: u64,
    /// By whom.
    pub person: Author,
    /// Why; may be empty.
    pub reason: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventBody {
    /// The conversation began.
    ConversationCreated,
    /// A message.
    MessageSent {
        /// Its number among the messages.
        number: u64,
        /// Who sees it.
        audience: Audience,
        /// How urgent.
        priority: Priority,
        /// The newest version; absent once retracted.
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// The `seq` of the message it answers.
        #[serde(skip_serializing_if = "Option::is_none")]
        reply_to: Option<u64>,
        /// Whom it means.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<Mention>,
        /// 1 when never edited.
        version: u32,
        /// When the newest version was written.
        #[serde(skip_serializing_if = "Option::is_none")]
        edited_at_ms: Option<u64>,
        /// Set once it was taken back.
        #[serde(skip_serializing_if = "Option::is_none")]
        retracted: Option<Retracted>,
        /// Who acknowledged it; staff only.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        acknowledged_by: Vec<Author>,
    },
    /// A message got a new version.
    MessageEdited {
        /// The message.
        target_seq: u64,
        /// Which version.
        version: u32,
        /// The newest body; absent if the message was retracted since.
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// Whom it means now.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<Mention>,
    },
    /// A message was taken back.
    MessageRetracted {
        /// The message.
        target_seq: u64,
        /// Why; may be empty.
        reason: String,
    },
    /// Somebody came.
    MemberAdded {
        /// Who.
        person: Author,
        /// What they see of before.
        history: History,
    },
    /// Somebody went.
    MemberRemoved {
        /// Who.
        person: Author,
        /// By themselves.
        left: bool,
    },
    /// The topic changed.
    Renamed {
        /// The new one.
        topic: String,
    },
    /// Put away.
    Archived,
    /// Taken out again.
    Reopened,
    /// Somebody else answers for the room.
    OwnerChanged {
        /// Who.
        person: Author,
    },
    /// Everything up to there reached a device of that person.
    Delivered {
        /// Whose.
        person: Author,
        /// Up to and with.
        up_to_seq: u64,
    },
    /// Everything up to there was read.
    Read {
        /// By whom; absent towards patients: "your care team".
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<Author>,
        /// Up to and with: events.
        up_to_seq: u64,
        /// Up to and with: messages.
        up_to_number: u64,
    },
    /// Somebody has it.
    Acknowledged {
        /// The message.
        target_seq: u64,
        /// Who.
        person: Author,
    },
    /// Somebody else answers for the patient conversation; staff only.
    ResponsibilityMoved {
        /// Who does now.
        party: Party,
    },
    /// The actor asks somebody to take it over; staff only.
    HandOverOffered {
        /// Whom.
        to: Author,
        /// Until when they can.
        expires_at_ms: u64,
    },
    /// That will not happen; staff only.
    HandOverEnded {
        /// Who had been asked.
        to: Author,
        /// `declined` or `withdrawn`.
        how: String,
    },
    /// The work has come to another stage; patients see that it is closed, and that it is open again.
    StageChanged {
        /// `open`, `resolved` or `closed`.
        stage: String,
    },
    /// Others may reply in it for the one who answers, or not; staff only.
    OnBehalfChanged {
        /// They may.
        allowed: bool,
    },
    /// The time of who covered for somebody is over; patients see it where they came by it.
    CoverageEnded {
        /// Who covered.
        person: Author,
        /// They came by it, and are no member any more.
        left: bool,
        /// Who answers now, if that changed; staff only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        party: Option<Party>,
    },
    /// Something of it was pinned to a patient's chart; the team's side only.
    Pinned {
        /// `pin_…`
        pin_id: String,
        /// To whose; absent outside that patient's conversations.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        patient: Option<Author>,
    },
    /// Something happened to a task; the team's side only.
    TaskChanged {
        /// `tsk_…`
        task_id: String,
        /// `created`, `assigned`, `rescheduled`, `completed`, `cancelled`, `reopened`, or `not_read`: it was made by itself, because the patient
        /// had not read the actor's message in time.
        what: String,
        /// Who is to do it, if that is new.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assignee: Option<Party>,
    },
    /// These are no part of it any more; patients only.
    MembersLeft {
        /// Who.
        people: Vec<Author>,
    },
    /// It has another label; staff only.
    Labelled {
        /// Which; absent: none any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sensitivity: Option<Sensitivity>,
        /// Who covered for somebody in it, and is gone.
        left: Vec<Author>,
    },
    /// It is kept from those who act for the patient, or not any more.
    ConfidentialChanged {
        /// It is.
        confidential: bool,
        /// Those who acted for the patient in it, and are gone.
        left: Vec<Author>,
    },
    /// The actor asks whoever writes from the patient's account to show who they are.
    IdentityAsked,
    /// The actor showed it.
    IdentityConfirmed,
}

/// One event of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its place in the workspace's one order.
    pub revision: u64,
    /// Where.
    pub conversation_id: String,
    /// Its place in the conversation, contiguous.
    pub seq: u64,
    /// When.
    pub at_ms: u64,
    /// By whom; absent towards patients where it was the care team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Author>,
    /// For whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Author>,
    /// What.
    pub event: EventBody,
}
