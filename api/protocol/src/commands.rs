//! What a client asks for over the socket; over HTTP the same bodies come without the place, which stands in the path.

use crate::care::CareStep;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who will see a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody in the conversation.
    #[default]
    Everyone,
    /// Staff only: an internal note in a patient conversation.
    Team,
}

/// How urgent the sender says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// In its turn.
    #[default]
    Routine,
    /// Soon.
    Urgent,
    /// At once.
    Stat,
}

/// Who is meant: a person, or whoever has a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Mention {
    /// One person.
    Person {
        /// Whom.
        person_id: String,
    },
    /// Whoever of the members has the role.
    Role {
        /// Which role.
        role: String,
    },
}

/// What a late joiner sees of the time before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// Everything.
    #[default]
    Full,
    /// What comes from now on.
    FromNow,
    /// What was written at or after that time, in Unix milliseconds.
    SinceMs(u64),
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SendMessage {
    /// Safe Markdown, at most 64 KiB.
    pub body: String,
    /// Who will see it.
    #[serde(default)]
    pub audience: Audience,
    /// How urgent.
    #[serde(default)]
    pub priority: Priority,
    /// The `seq` of the message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// Whom it means.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// For whom it is sent, after that was confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf: Option<OnBehalf>,
    /// The last `seq` that was seen before it was written, towards patients: refused with `another_replied` if another one of the staff wrote
    /// to the patient after it and within the last ten seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_seq: Option<u64>,
    /// By when the patient must have read it, a year ahead at most; staff towards patients only. Else there is a task for it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_by_ms: Option<u64>,
    /// Ask whether it names another patient than the one it is about: refused with `another_patient` and what was found, so that whoever wrote
    /// looks again; in a channel that is not for patient information, whether it names any: `names_a_patient`. Sent without it, it is not asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub check_patient: bool,
}

/// For whom a message is sent, and that it was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnBehalf {
    /// `per_…`
    pub person_id: String,
    /// As it came from confirming the same words.
    pub token: String,
}

/// A new version of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EditMessage {
    /// The new body.
    pub body: String,
    /// Whom it means now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// As in [`SendMessage::check_patient`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub check_patient: bool,
}

/// Why a message is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RetractMessage {
    /// Shown at the tombstone; may be empty.
    #[serde(default)]
    pub reason: String,
}

/// A place up to which something is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpTo {
    /// The `seq` of an event.
    pub seq: u64,
}

/// Everything that goes over the socket as a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Send a message.
    SendMessage {
        /// Where.
        conversation_id: String,
        /// What.
        #[serde(flatten)]
        message: SendMessage,
    },
    /// Give a message a new version.
    EditMessage {
        /// Where.
        conversation_id: String,
        /// The `seq` of the message.
        seq: u64,
        /// The new version.
        #[serde(flatten)]
        edit: EditMessage,
    },
    /// Take a message back.
    RetractMessage {
        /// Where.
        conversation_id: String,
        /// The `seq` of the message.
        seq: u64,
        /// Why.
        #[serde(default)]
        reason: String,
    },
    /// Everything up to there was read.
    MarkRead {
        /// Where.
        conversation_id: String,
        /// Up to and with.
        seq: u64,
    },
    /// Everything up to there reached this device.
    ConfirmDelivery {
        /// Where.
        conversation_id: String,
        /// Up to and with.
        seq: u64,
    },
    /// I have it.
    Acknowledge {
        /// Where.
        conversation_id: String,
        /// The `seq` of the message.
        seq: u64,
    },
    /// Move the responsibility for a patient conversation, or say how far its work has come.
    Care {
        /// Where.
        conversation_id: String,
        /// What.
        #[serde(flatten)]
        step: CareStep,
    },
}
