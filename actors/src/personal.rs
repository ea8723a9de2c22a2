//! What concerns single people and is no event of a conversation: coverage, their own view, what they have to be sent later.
//!
//! Their devices are told the newest state of it. Who does not take it in time is cut, and asks when they are back.

use crate::outbox::{Farewell, Latest};
use crate::workspace::Rooms;
use corridor_domain::ids::PersonId;
use corridor_domain::outcome::Change;
use corridor_storage::apply::Applied;

/// Tells those whom it concerns.
pub(crate) fn tell(rooms: &Rooms, applied: &Applied) {
    for change in &applied.changes {
        let Some((people, latest)) = concerns(change) else {
            continue;
        };
        let look = rooms.context.devices.look();
        // Encoded once, and only if somebody is there.
        let mut frame = None;
        for device in people.iter().flatten().flat_map(|person| look.devices(*person)) {
            let encoded = frame.get_or_insert_with(|| rooms.context.encode.personal(change));
            if let Some(frame) = encoded
                && !device.outbox.push_latest(latest, frame)
            {
                device.outbox.close(Farewell::TooSlow);
            }
        }
    }
}

/// Whom it concerns, and what a newer one replaces.
fn concerns(change: &Change) -> Option<([Option<PersonId>; 2], Latest)> {
    Some(match change {
        Change::Coverage(coverage) => {
            let window = &coverage.window;
            let both = [Some(window.covered), Some(window.covering)];
            (both, Latest::Coverage(window.id))
        }
        Change::Attention { attention, .. } => (
            [Some(attention.person), None],
            Latest::Attention(attention.conversation),
        ),
        Change::Scheduled(scheduled) | Change::ScheduledOver { scheduled, .. } => {
            ([Some(scheduled.author), None], Latest::Scheduled(scheduled.new.id))
        }
        _ => return None,
    })
}
