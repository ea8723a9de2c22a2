//! Sessions: one sign-in on one device. Knows the hash of a token, never the token.

use crate::ids::{ConversationId, PersonId, SessionId};
use crate::private::Private;
use serde::{Deserialize, Serialize};

/// One sign-in on one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Never reused.
    pub id: SessionId,
    /// Whose it is.
    pub person: PersonId,
    /// SHA-256 of the token's secret.
    pub token_hash: [u8; 32],
    /// What the device calls itself.
    pub device: Private,
    /// When it began.
    pub created_at_ms: u64,
    /// When it ends at the latest.
    pub expires_at_ms: u64,
    /// The revision at which it was ended, if it was.
    pub ended_at_revision: Option<u64>,
}

impl Session {
    /// Whether the session may be used at that time.
    pub fn is_live(&self, now_ms: u64) -> bool {
        self.ended_at_revision.is_none() && now_ms < self.expires_at_ms
    }
}

/// A broken glass: reading without being a member, for a time and a reason, on the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlass {
    /// Who reads.
    pub person: PersonId,
    /// What is read.
    pub conversation: ConversationId,
    /// Why.
    pub reason: Private,
    /// Until when.
    pub expires_at_ms: u64,
}
