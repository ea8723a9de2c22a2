//! That whoever writes from a patient's account is who they say: the team asks, and whoever sits there shows their password once more. For before
//! a result is told, or where a phone may have changed hands.

use crate::ids::{ConversationId, PersonId};
use serde::{Deserialize, Serialize};

/// The last check of a conversation; there is no record where nobody ever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityCheck {
    /// Where.
    pub conversation: ConversationId,
    /// Who asked.
    pub asked_by: PersonId,
    /// When.
    pub asked_at_ms: u64,
    /// Who showed it, and when.
    pub confirmed: Option<(PersonId, u64)>,
}

impl IdentityCheck {
    /// Whether somebody still has to show it.
    pub fn is_open(&self) -> bool {
        self.confirmed.is_none()
    }
}
