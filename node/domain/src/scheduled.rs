//! Messages that are to be sent later. Until then they are nobody's but their author's; when their time has come they are judged as if
//! the author sent them at that moment, and stand in the conversation once, whoever leads by then.

use crate::command::NewMessage;
use crate::ids::{ConversationId, PersonId, ScheduledId};
use crate::refusal::Refusal;
use crate::timer::Timer;
use serde::{Deserialize, Serialize};

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewScheduled {
    /// Drawn by the node.
    pub id: ScheduledId,
    /// When it is to be sent, Unix milliseconds.
    pub at_ms: u64,
    /// What.
    pub message: NewMessage,
}

/// A message that waits for its time, or that could not be sent when it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// What is to be sent, and when.
    pub new: NewScheduled,
    /// Where.
    pub conversation: ConversationId,
    /// By whom.
    pub author: PersonId,
    /// Why it was not sent; none: it waits.
    pub refused: Option<Refusal>,
}

impl Scheduled {
    /// What it waits for, and when that comes.
    pub fn timer(&self) -> Option<(u64, Timer)> {
        self.refused
            .is_none()
            .then_some((self.new.at_ms, Timer::MessageDue(self.new.id)))
    }
}
