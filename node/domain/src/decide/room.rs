//! A conversation while something happens in it: counts events, keeps the head true, collects what is to be written.

use crate::conversation::{Conversation, Membership, Place, Side};
use crate::event::{Event, EventBody};
use crate::ids::PersonId;
use crate::outcome::Change;
use crate::view::View;

/// A head in hand. Events are appended to it; the head is written once, at the end.
pub(super) struct Room {
    pub(super) head: Conversation,
    changes: Vec<Change>,
    revision: u64,
    now_ms: u64,
}

impl Room {
    pub(super) fn new(view: &View, head: Conversation) -> Self {
        Self {
            head,
            changes: Vec::new(),
            revision: view.revision,
            now_ms: view.now_ms,
        }
    }

    /// Appends one event. Only events that patients may see move the shared counters, and only where patients are.
    pub(super) fn append(
        &mut self,
        actor: PersonId,
        on_behalf_of: Option<PersonId>,
        shared: bool,
        body: EventBody,
    ) -> Place {
        let shared = shared && self.head.kind.is_patient();
        let is_message = matches!(body, EventBody::Message(_));
        let last = &mut self.head.last;
        last.seq += 1;
        last.number += u64::from(is_message);
        last.shared_seq += u64::from(shared);
        last.shared_number += u64::from(shared && is_message);
        let place = *last;
        if is_message {
            self.head.last_message_seq = place.seq;
            if shared {
                self.head.last_shared_message_seq = place.seq;
            }
        }
        self.head.revision = self.revision;
        self.head.last_at_ms = self.now_ms;
        let event = Event {
            place,
            shared,
            revision: self.revision,
            at_ms: self.now_ms,
            actor,
            on_behalf_of,
            body,
        };
        self.changes.push(Change::Event {
            conversation: self.head.id,
            event: Box::new(event),
        });
        place
    }

    pub(super) fn put(&mut self, change: Change) {
        self.changes.push(change);
    }

    pub(super) fn put_membership(&mut self, membership: Membership) {
        self.changes.push(Change::Membership(Box::new(membership)));
    }

    /// The head last: whoever reads the list sees the events before the counters that promise them.
    pub(super) fn finish(mut self) -> Vec<Change> {
        self.changes.push(Change::Conversation(Box::new(self.head)));
        self.changes
    }
}

/// Moves a read mark forward. Says whether it moved.
pub(super) fn advance_read(membership: &mut Membership, up_to: Place) -> bool {
    let number = up_to.number_for(membership.side);
    let seq = up_to.seq_for(membership.side);
    let moved = number > membership.read_number || seq > membership.read_seq;
    membership.read_number = membership.read_number.max(number);
    membership.read_seq = membership.read_seq.max(seq);
    let read = membership.read_number;
    membership.own_since_read.retain(|own| *own > read);
    moved
}

/// Counts an own message: read if nothing of others was unread before it, else kept apart so that it is not counted as unread.
pub(super) fn count_own(membership: &mut Membership, place: Place) {
    let number = place.number_for(membership.side);
    let all_before_is_own = membership.read_number + membership.own_since_read.len() as u64 + 1 == number;
    membership.own_since_read.push(number);
    if all_before_is_own || membership.own_since_read.len() > crate::limits::OWN_SINCE_READ_COUNT_MAX {
        membership.read_number = number;
        membership.read_seq = membership.read_seq.max(place.seq_for(membership.side));
        membership.own_since_read.clear();
    }
}

/// A new or returning member, having read everything that was there before.
pub(super) fn membership_at(
    head: &Conversation,
    person: PersonId,
    side: Side,
    joined: Place,
    now_ms: u64,
    history: crate::conversation::History,
    first_seq: u64,
) -> Membership {
    Membership {
        conversation: head.id,
        person,
        side,
        joined_seq: joined.seq,
        joined_at_ms: now_ms,
        history,
        first_seq,
        read_seq: joined.seq_for(side),
        read_number: joined.number_for(side),
        own_since_read: Vec::new(),
        delivered_seq: joined.seq_for(side),
        departure: None,
        past_stays: Vec::new(),
    }
}
