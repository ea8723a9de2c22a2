//! Errors as problem details (RFC 9457), with a stable code of ours.

use crate::safeguards::Found;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why something was not done. `code` is for programs, `detail` for people; neither ever quotes a patient; what `found` quotes is the asker's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:corridor:problem:CODE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, what was kept, what to do.
    pub detail: String,
    /// Stable; see docs/protocol.md.
    pub code: String,
    /// When to try again, with 429 and 503.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// With `another_patient` and `names_a_patient`: what of the message is another one's, or a patient's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Found>,
}

impl Problem {
    /// A problem with this code.
    pub fn new(status: u16, code: &str, title: &str, detail: &str) -> Self {
        Self {
            kind: format!("urn:corridor:problem:{code}"),
            title: title.to_owned(),
            status,
            detail: detail.to_owned(),
            code: code.to_owned(),
            retry_after_ms: None,
            found: Vec::new(),
        }
    }
}
