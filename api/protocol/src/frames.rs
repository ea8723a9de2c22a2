//! The socket's frames: JSON text, one object each, told apart by `type`.

use crate::care::Care;
use crate::commands::Command;
use crate::coverage::Coverage;
use crate::events::Event;
use crate::objects::{Person, Presence};
use crate::problem::Problem;
use crate::waiting::{Attention, Scheduled};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The version of the socket's protocol.
pub const VERSION: u32 = 1;

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame.
    Hello {
        /// [`VERSION`].
        version: u32,
        /// The highest revision held; absent on a fresh start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<u64>,
        /// The session's token, where neither cookie nor header carried it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
    },
    /// Something to be done, once.
    Command {
        /// The command id: 32 hexadecimal digits or a UUID.
        id: String,
        /// What.
        command: Command,
    },
    /// Somebody is writing, or stopped.
    Typing {
        /// Where.
        conversation_id: String,
        /// Writing.
        active: bool,
    },
    /// One's own light.
    Presence {
        /// What it shows.
        status: Presence,
    },
    /// Is anybody there? The node answers with the same frame.
    Heartbeat,
    /// Tell me what moves in the queue from now on, or no longer; staff only.
    WatchQueue {
        /// From now on.
        active: bool,
    },
}

/// Somebody's light changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PresenceChange {
    /// Whose.
    pub person_id: String,
    /// What it shows now.
    pub status: Presence,
}

/// Why the node says goodbye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoodbyeReason {
    /// Signed out, suspended, expired.
    SessionEnded,
    /// The node stops; another, or this one later, goes on.
    ShuttingDown,
    /// The client did not read; resume from the last revision held.
    TooSlow,
    /// A frame that is not allowed.
    ProtocolError,
    /// The node is cut off from the others.
    Fenced,
}

/// It was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Succeeded {
    /// The revision of the change.
    pub revision: u64,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    /// The event's place; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The message's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The leader's time.
    pub at_ms: u64,
    /// What is left unread, for marks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<u64>,
}

/// It was not done, or nobody knows: the code says which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failed {
    /// Why.
    pub problem: Problem,
}

/// What a node sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to hello.
    Welcome {
        /// [`VERSION`].
        version: u32,
        /// Who one is.
        person: Box<Person>,
        /// `ses_…`
        session_id: String,
        /// The node's revision now.
        revision: u64,
        /// How often the node pings.
        heartbeat_ms: u64,
        /// Whether it answers a client's heartbeats; a node of an earlier release closes the socket at one.
        heartbeat_answered: bool,
    },
    /// Everything up to here was sent; what follows is live.
    CaughtUp {
        /// Up to and with.
        revision: u64,
    },
    /// The node is there. A page cannot see a socket's pings.
    Heartbeat,
    /// The answer to a command.
    Result {
        /// The command id, as it was sent.
        id: String,
        /// Whether it was done.
        ok: bool,
        /// With `ok`.
        #[serde(flatten, skip_serializing_if = "Option::is_none")]
        succeeded: Option<Succeeded>,
        /// Without `ok`.
        #[serde(flatten, skip_serializing_if = "Option::is_none")]
        failed: Option<Failed>,
    },
    /// Something happened in a conversation.
    Event(Box<Event>),
    /// Somebody is writing, or stopped.
    Typing {
        /// Where.
        conversation_id: String,
        /// Who.
        person_id: String,
        /// Their name.
        name: String,
        /// Writing.
        active: bool,
    },
    /// Lights changed; staff only.
    Presence {
        /// Whose, and to what.
        people: Vec<PresenceChange>,
    },
    /// A conversation moved in the queue: to who watches and may read it, the newest state only.
    QueueChanged {
        /// Which.
        conversation_id: String,
        /// Of its newest message that the patient may see.
        revision: u64,
        /// How it stands.
        care: Box<Care>,
    },
    /// A coverage began, ended or was granted: to both who are part of it.
    CoverageChanged {
        /// How it stands.
        coverage: Box<Coverage>,
    },
    /// One's own view of a conversation changed, here or on another device.
    AttentionChanged {
        /// Of which.
        conversation_id: String,
        /// What it is now.
        attention: Attention,
        /// Its time has come.
        reminded: bool,
    },
    /// The clinic changed what it sets for itself: fetch it anew.
    SettingsChanged,
    /// A message that was to be sent later was written, sent, refused or removed: to its author.
    ScheduledChanged {
        /// What became of it.
        scheduled: Box<Scheduled>,
    },
    /// A task changed: to whom it concerns. What it is, is fetched.
    TaskChanged {
        /// `tsk_…`
        task_id: String,
        /// About which conversation.
        conversation_id: String,
    },
    /// The right to watch the queue ended: nothing of it is to be shown any more.
    QueueClosed,
    /// The cursor is too old or unknown: fetch anew.
    Reset {
        /// Why.
        reason: String,
    },
    /// The node closes after this frame.
    Goodbye {
        /// Why.
        reason: GoodbyeReason,
        /// When to come back.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
}
