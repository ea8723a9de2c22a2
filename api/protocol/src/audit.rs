//! The audit record, for who may read it.

use crate::objects::Author;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A stretch of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditRange {
    /// `con_…`
    pub conversation_id: String,
    /// In whose numbering: `team` or `patient`.
    pub numbering: String,
    /// The first event; 0 if nothing was shown or done.
    pub from_seq: u64,
    /// The last event.
    pub to_seq: u64,
}

/// One line of the audit record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditRecord {
    /// Its place among all lines, from 0.
    pub index: u64,
    /// When, in the order of the workspace.
    pub revision: u64,
    /// When.
    pub at_ms: u64,
    /// Who; absent for the operator's console and for sign-ins that named nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Author>,
    /// For whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Author>,
    /// `ses_…`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// What the device calls itself.
    pub device: String,
    /// On which basis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// What.
    pub action: String,
    /// `accepted`, or the code of the refusal.
    pub outcome: String,
    /// Where, if in one place: the first of `ranges`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Author>,
    /// Where.
    pub ranges: Vec<AuditRange>,
    /// A reason that was given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who was there to receive it.
    pub recipients: Vec<Author>,
    /// The leaf of the record, RFC 6962, in hexadecimal.
    pub leaf: String,
}

/// A page of the audit record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// Newest first.
    pub records: Vec<AuditRecord>,
    /// Ask with this `before` for older ones; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_before: Option<u64>,
}
