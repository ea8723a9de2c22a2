//! Places that a command names, in the numbering of the asking person's side, as events.

use crate::keys;
use crate::state::Records;
use corridor_domain::conversation::{Conversation, Membership, Side};
use corridor_domain::decide::side_of;
use corridor_domain::event::Event;
use corridor_domain::ids::ConversationId;
use corridor_domain::view::View;
use std::io;

/// The event at a place that the actor named, if the actor may see it.
pub(super) fn target(
    records: &impl Records,
    view: &View,
    conversation: ConversationId,
    seq: Option<u64>,
) -> io::Result<Option<Event>> {
    let Some(named) = seq else { return Ok(None) };
    let own: Option<&Membership> = view.about.own.as_ref();
    let side = own.map_or_else(|| side_of(view.actor.as_ref()), |own| own.side);
    if own.is_some_and(|own| named < own.first_seq) {
        return Ok(None);
    }
    let seq = match side {
        Side::Team => Some(named),
        Side::Patient => records.number(&keys::shared_seq(conversation, named))?,
    };
    match seq {
        Some(seq) => records.record(&keys::event(conversation, seq)),
        None => Ok(None),
    }
}

/// The first event at or after a time, in both numberings; time never goes backwards in a conversation, so halving finds it.
pub(super) fn first_since(records: &impl Records, head: &Conversation, at_ms: u64) -> io::Result<(u64, u64)> {
    let (mut low, mut high) = (1, head.last.seq + 1);
    let mut found = (head.last.seq + 1, head.last.shared_seq + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let event: Option<Event> = records.record(&keys::event(head.id, middle))?;
        match event {
            Some(event) if event.at_ms >= at_ms => {
                // The shared counter stands at the event or before it: the next shared one is visible.
                let next_shared = event.place.shared_seq + u64::from(!event.shared);
                found = (middle, next_shared);
                high = middle;
            }
            _ => low = middle + 1,
        }
    }
    Ok(found)
}
