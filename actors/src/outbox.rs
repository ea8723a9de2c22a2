//! What waits for one socket: the shared queue with what is ours in it.
//!
//! How it is bounded and closed, and how typing and presence coalesce, stands in `storage/sync/src/outbox.rs`.

use crate::frame::Frame;
use corridor_domain::ids::{ConversationId, CoverageId, PersonId, ScheduledId, TaskId};
use corridor_domain::limits;
pub use corridor_sync::outbox::Farewell;

/// What a newer frame replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latest {
    /// Somebody's typing in a conversation.
    Typing(ConversationId, PersonId),
    /// Somebody's light.
    Presence(PersonId),
    /// All lights for somebody who came, by the number of the frame.
    Lights(usize),
    /// How a conversation stands in the queue.
    Queue(ConversationId),
    /// That the queue is not shown any more.
    QueueClosed,
    /// How a coverage stands.
    Coverage(CoverageId),
    /// One's own view of a conversation, or that one is reminded of it.
    Attention(ConversationId, bool),
    /// That the clinic changed what it sets for itself.
    Settings,
    /// What becomes of a message that is to be sent later.
    Scheduled(ScheduledId),
    /// That a task changed.
    Task(TaskId),
}

/// One thing to be written to the socket.
pub type Item = corridor_sync::outbox::Item<Latest, Frame>;

/// A bounded queue in front of one socket. Many push, one takes.
pub type Outbox = corridor_sync::outbox::Outbox<
    Latest,
    Frame,
    { limits::OUTBOX_EVENTS_COUNT_MAX },
    { limits::OUTBOX_SIZE_BYTES_MAX },
>;

/// A place in the queue is paid for as its frame is: short frames must still reach the bound on their number.
const _: () = assert!(limits::OUTBOX_EVENTS_COUNT_MAX * size_of::<Item>() < limits::OUTBOX_SIZE_BYTES_MAX * 2 / 3);
