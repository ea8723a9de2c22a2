//! What somebody keeps for themselves: their own view of a conversation, and what they have to be sent later.

use crate::commands::SendMessage;
use crate::events::Event;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One's own view of a conversation. Nobody else sees it, and it changes nothing for them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Attention {
    /// Put away when it had so many messages: it is, as long as `last_number` is not above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_away_number: Option<u64>,
    /// Its messages do not call for attention.
    pub muted: bool,
    /// Marked as unread.
    pub marked_unread: bool,
    /// When one is reminded of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at_ms: Option<u64>,
    /// What one said of its threads: whoever began one and said nothing follows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub threads: Vec<Following>,
}

/// What one said of a thread: a message, and the answers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Following {
    /// The message that it hangs on.
    pub seq: u64,
    /// Its answers call for one's attention.
    pub follows: bool,
}

/// A thread, a page of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Thread {
    /// The message that it hangs on, on the first page; then the answers, ascending.
    pub events: Vec<Event>,
    /// One follows it.
    pub follows: bool,
    /// Ask with this `after` for what comes behind; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<u64>,
}

/// What one does with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum AttentionStep {
    /// Put it away until somebody writes.
    PutAway,
    /// Take it out again.
    TakeOut,
    /// Let its messages not call for attention, or let them.
    Mute {
        /// Not.
        muted: bool,
    },
    /// Mark it as unread, until it is read again.
    MarkUnread,
    /// Be reminded of it; absent: not any more.
    Remind {
        /// When, a year ahead at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_ms: Option<u64>,
    },
    /// Follow a thread, or not; staff, 64 threads of a conversation.
    Follow {
        /// The message that it hangs on.
        seq: u64,
        /// One does.
        follows: bool,
    },
}

/// A message to be sent later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleMessage {
    /// When, a year ahead at most.
    pub at_ms: u64,
    /// What; not on behalf of somebody else.
    #[serde(flatten)]
    pub message: SendMessage,
}

/// A message that waits for its time, for its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Scheduled {
    /// `sch_…`
    pub id: String,
    /// Where.
    pub conversation_id: String,
    /// When.
    pub at_ms: u64,
    /// `waiting`, `refused`; in frames also `sent` and `removed`; to who asks again for one that waits no longer, `over`.
    pub state: String,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Where it stands, in the author's numbering, once it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// What; absent in frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<SendMessage>,
}

/// All that one has to be sent later, and what could not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduledList {
    /// The earliest first.
    pub scheduled: Vec<Scheduled>,
}
