//! How somebody who is known to the clinic comes to sign in for the first time: staff give them a code, they choose a login and a password (T-16).

use crate::ids::PersonId;
use crate::private::Private;
use serde::{Deserialize, Serialize};

/// The keyed fingerprint of a code: whoever reads the record cannot make the code of it.
pub type InvitationCode = [u8; 16];

/// The code that somebody was given last. It is gone with its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Who was invited.
    pub person: PersonId,
    /// Of the code.
    pub code: InvitationCode,
    /// By whom.
    pub by: PersonId,
    /// Until when, and not then any more.
    pub expires_at_ms: u64,
}

impl Invitation {
    /// Whether this code opens the account now.
    pub fn opens(&self, code: InvitationCode, now_ms: u64) -> bool {
        self.code == code && now_ms < self.expires_at_ms
    }
}

/// What somebody says who was given a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// Who they are.
    pub person: PersonId,
    /// Of the code.
    pub code: InvitationCode,
    /// By which name they sign in; empty: by the one that they were given.
    pub login: Private,
    /// The hash of their password in PHC form.
    pub credential: Private,
    /// From which device.
    pub device: Private,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_opens_in_time_and_no_other_does() {
        let invitation = Invitation {
            person: PersonId(1),
            code: [7; 16],
            by: PersonId(2),
            expires_at_ms: 10,
        };
        assert!(invitation.opens([7; 16], 9));
        assert!(!invitation.opens([7; 16], 10));
        assert!(!invitation.opens([8; 16], 9));
    }
}
