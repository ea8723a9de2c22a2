//! The last step before the sockets: events that their conversations prepared, in the order of revisions.
//!
//! Conversations prepare at the same time; a device of several gets what they prepared in one order all the same
//! (`storage/sync/src/order.rs`). That is what makes the highest revision a client holds its cursor: everything below it was
//! handed to it before. Knows frames and devices, not what they say.

use crate::credits::{Credits, Permit};
use crate::directory::Connected;
use crate::frame::Frame;
use crate::metrics::DELIVERIES;
use corridor_domain::conversation::Side;
use corridor_domain::ids::ConversationId;
use corridor_domain::limits;
use corridor_sync::order::InOrder;
use std::sync::Arc;

/// One event, encoded, and whom it is for.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) revision: u64,
    /// By side; none where it does not encode, or nobody of that side is there.
    pub(crate) frames: [Option<Frame>; 2],
    pub(crate) devices: Vec<(Arc<Connected>, Side)>,
}

/// What one revision did in one conversation, and its place among those on their way.
#[derive(Debug, Default)]
struct Part {
    events: Vec<Prepared>,
    _place: Option<Permit>,
}

type Key = (u64, ConversationId);

/// What is on its way to the devices.
#[derive(Debug)]
pub(crate) struct FanOut {
    order: InOrder<Key, Part>,
    /// Whoever expects waits for a place: a conversation that does not get on holds the log back, not memory.
    places: Credits,
}

impl FanOut {
    pub(crate) fn new() -> Self {
        Self {
            order: InOrder::new(),
            places: Credits::new(limits::FAN_OUT_COUNT_MAX),
        }
    }

    /// Waits for room for one more. None once everything stops.
    pub(crate) async fn place(&self) -> Option<Permit> {
        self.places.acquire().await.ok()
    }

    /// Nothing above this is handed out before it was, or was given up.
    pub(crate) fn reserve(&self, revision: u64, conversation: ConversationId) {
        self.order.reserve((revision, conversation));
    }

    /// A conversation prepared its part of a revision. Prepared twice, it is handed out once.
    pub(crate) fn ready(
        &self,
        revision: u64,
        conversation: ConversationId,
        events: Vec<Prepared>,
        place: Option<Permit>,
    ) {
        let part = Part { events, _place: place };
        self.order.ready((revision, conversation), part, hand_out);
    }

    /// Nobody will prepare what this conversation owes up to that revision; its members were cut.
    pub(crate) fn give_up(&self, conversation: ConversationId, up_to: u64) {
        let owed = |(revision, of): Key| of == conversation && revision <= up_to;
        self.order.give_up(owed, Part::default, hand_out);
    }

    /// Whether nothing is on its way.
    #[cfg(test)]
    pub(crate) fn is_done(&self) -> bool {
        self.order.is_done()
    }
}

fn hand_out(part: Part) {
    let mut deliveries = 0;
    for Prepared {
        revision,
        frames,
        devices,
    } in &part.events
    {
        for (device, side) in devices {
            if let Some(frame) = &frames[*side as usize] {
                device.outbox.push_event(*revision, frame);
                deliveries += 1;
            }
        }
    }
    DELIVERIES.add(&[], deliveries);
}
