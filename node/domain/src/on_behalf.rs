//! Replying for somebody else (T-05): one writes, another one's name stands beside, and both are kept apart for ever.
//!
//! It takes two steps, so that nobody does it by mistake and no program can leave out the screen that says what the patient will see:
//! first what is to be said is named with the one for whom, then it is sent with the token that came back. The token is good once,
//! for a short time, for these words and this person, and only while nobody else has written to the patient since (P-18).

use crate::care::Party;
use crate::conversation::Conversation;
use crate::ids::{ConversationId, PersonId};
use crate::view::Readable;
use serde::{Deserialize, Serialize};

/// What ties the sending to the confirming: keyed fingerprints, made by the node that takes the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Of the token.
    pub token: [u8; 16],
    /// Of the words.
    pub body: [u8; 16],
}

/// What somebody was shown and confirmed, until it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// Who is about to write.
    pub person: PersonId,
    /// Where.
    pub conversation: ConversationId,
    /// For whom.
    pub principal: PersonId,
    /// What.
    pub confirmation: Confirmation,
    /// Messages that the patient could see by then.
    pub shared_number: u64,
    /// From then on it is void; 0 once it was sent.
    pub expires_at_ms: u64,
}

/// For whom somebody may reply in a patient conversation: for who answers for it, or where a pool does, for who began it.
pub fn principal(about: &Readable) -> Option<PersonId> {
    let conversation: &Conversation = about.conversation.as_ref()?;
    Some(match about.care()?.party(about.holder.as_ref()) {
        Party::Person(person) => person,
        Party::Pool(_) => conversation.owner,
    })
}
