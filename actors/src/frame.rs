//! The seam to the wire: actors push frames that somebody above encodes. A frame is encoded once and shared by all who get it.

use crate::queue::Standing;
use bytes::Bytes;
use corridor_domain::conversation::{Conversation, Side};
use corridor_domain::event::Event;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::Change;

/// A frame, encoded. Cheap to clone.
pub type Frame = Bytes;

/// What somebody's light shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Light {
    /// There.
    Available,
    /// There, not free.
    Busy,
    /// There, off duty.
    OffDuty,
    /// No device connected.
    Offline,
}

/// Makes frames of what happened. Implemented by the edge.
pub trait Encode: Send + Sync + 'static {
    /// An event as one side sees it; `target` is the message an edit or a retraction is about. None: cannot be shown.
    fn event(&self, head: &Conversation, event: &Event, target: Option<&Event>, side: Side) -> Option<Frame>;

    /// Somebody is writing, or stopped.
    fn typing(&self, conversation: ConversationId, person: PersonId, active: bool) -> Option<Frame>;

    /// Lights.
    fn presence(&self, lights: &[(PersonId, Light)]) -> Option<Frame>;

    /// How a conversation stands in the queue.
    fn queue(&self, standing: &Standing) -> Option<Frame>;

    /// The right to watch the queue ended.
    fn queue_closed(&self) -> Option<Frame>;

    /// Somebody is called otherwise now.
    fn forget(&self, person: PersonId);

    /// What concerns single people: a coverage, one's own view, what is to be sent later. None for any other change.
    fn personal(&self, change: &Change) -> Option<Frame>;
}
