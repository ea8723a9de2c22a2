//! What is pinned to a patient's chart: copies, made once, that nothing changes. Staff only.

use crate::commands::{Audience, Priority};
use crate::objects::{Author, PatientSummary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is to be pinned. The patient is named three times over: a pin to a namesake cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePin {
    /// To whose chart: `per_…`
    pub patient_id: String,
    /// The clinic's number of the patient.
    pub mrn: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// The messages, ascending, at most 100; with a summary there may be none.
    #[serde(default)]
    pub seqs: Vec<u64>,
    /// A summary, at most 8,000 bytes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
}

/// It is pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PinCreated {
    /// `pin_…`
    pub pin_id: String,
    /// Of the change.
    pub revision: u64,
}

/// A message as it stood when it was pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PinnedMessage {
    /// Its place in its conversation.
    pub seq: u64,
    /// When it was sent.
    pub at_ms: u64,
    /// By whom.
    pub author: Author,
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Author>,
    /// Who could see it.
    pub audience: Audience,
    /// How urgent.
    pub priority: Priority,
    /// Which version of it.
    pub version: u32,
    /// What it said.
    pub body: String,
}

/// What is in a patient's chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pin {
    /// `pin_…`
    pub id: String,
    /// In whose.
    pub patient: PatientSummary,
    /// From which conversation; absent if the viewer may not read that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    /// By whom.
    pub by: Author,
    /// When.
    pub at_ms: u64,
    /// A summary.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// What was said, in its order.
    pub messages: Vec<PinnedMessage>,
    /// SHA-256 of the record as it is kept, in hexadecimal: the same for ever.
    pub sha256: String,
}

/// What is pinned to a chart, the last first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PinList {
    /// Those.
    pub pins: Vec<Pin>,
    /// There are more than are shown.
    pub more: bool,
    /// Ask with this `before` for what was pinned earlier; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_before: Option<String>,
}
