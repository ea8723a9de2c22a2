//! Delivered and read: marks that only move forward. In small rooms they are events, so that nobody misses them.

use super::Decision;
use super::room::{Room, advance_read};
use super::{attention, tasks};
use crate::conversation::{Conversation, Membership, Side};
use crate::event::EventBody;
use crate::outcome::Change;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::view::View;

pub(super) fn read(view: &View, actor: &Person) -> Result<Decision, Refusal> {
    let (head, mut own) = parties(view)?;
    let up_to = view.target.as_ref().ok_or(Refusal::NotFound)?.place;
    let moved = advance_read(&mut own, up_to);
    let delivered = up_to.seq_for(own.side);
    own.delivered_seq = own.delivered_seq.max(delivered);
    let unread = own.unread(&head.last);
    // What the patient's side has read is waited for no longer.
    let were_read = tasks::were_read(view, up_to).filter(|_| own.side == Side::Patient);
    let beside: Vec<Change> = attention::read(view).into_iter().chain(were_read).collect();
    if !moved {
        return Ok(Decision {
            changes: beside,
            unread,
            ..Decision::default()
        });
    }
    if !head.has_receipt_events() {
        let own = Change::Membership(Box::new(own));
        return Ok(Decision {
            changes: beside.into_iter().chain([own]).collect(),
            unread,
            ..Decision::default()
        });
    }
    let mut room = Room::new(view, head);
    // Patients are told that the care team has seen it, once it has seen more than before; never by whom (T-28).
    let team_saw_more = up_to.shared_number > room.head.team_read_shared_number;
    let shared = match own.side {
        Side::Patient => true,
        Side::Team => team_saw_more,
    };
    if own.side == Side::Team && team_saw_more {
        room.head.team_read_shared_number = up_to.shared_number;
    }
    let place = room.append(actor.id, None, shared, EventBody::Read { up_to });
    room.put_membership(own);
    beside.into_iter().for_each(|change| room.put(change));
    Ok(Decision {
        changes: room.finish(),
        place,
        unread,
        ..Decision::default()
    })
}

pub(super) fn delivered(view: &View, actor: &Person) -> Result<Decision, Refusal> {
    let (head, mut own) = parties(view)?;
    let up_to = view.target.as_ref().ok_or(Refusal::NotFound)?.place;
    let seq = up_to.seq_for(own.side);
    let unread = own.unread(&head.last);
    if seq <= own.delivered_seq {
        return Ok(Decision {
            unread,
            ..Decision::default()
        });
    }
    own.delivered_seq = seq;
    if !head.has_receipt_events() {
        return Ok(Decision {
            changes: vec![Change::Membership(Box::new(own))],
            unread,
            ..Decision::default()
        });
    }
    let mut room = Room::new(view, head);
    let place = room.append(
        actor.id,
        None,
        own.side == Side::Patient,
        EventBody::Delivered { up_to },
    );
    room.put_membership(own);
    Ok(Decision {
        changes: room.finish(),
        place,
        unread,
        ..Decision::default()
    })
}

fn parties(view: &View) -> Result<(Conversation, Membership), Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    let own = view.about.own.clone().ok_or(Refusal::NotAMember)?;
    Ok((head, own))
}
