//! Replying for somebody else, in two steps; and who refuses it. Whether it is allowed was settled before, at each of the two.

use super::Decision;
use super::messages::new_message;
use super::room::{Room, count_own};
use crate::command::NewMessage;
use crate::conversation::Audience;
use crate::event::EventBody;
use crate::ids::PersonId;
use crate::limits;
use crate::on_behalf::{Confirmation, Confirmed};
use crate::outcome::Change;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::view::View;

/// What was shown is noted, and what it was shown for.
pub(super) fn confirm(view: &View, actor: &Person, confirmation: Confirmation) -> Result<Decision, Refusal> {
    let head = view.about.conversation.as_ref().ok_or(Refusal::NotFound)?;
    let principal = view.subject.as_ref().ok_or(Refusal::NotFound)?.id;
    let confirmed = Confirmed {
        person: actor.id,
        conversation: head.id,
        principal,
        confirmation,
        shared_number: head.last.shared_number,
        expires_at_ms: view.now_ms + limits::ON_BEHALF_CONFIRMATION_MS,
    };
    Ok(Decision {
        changes: vec![Change::Confirmed(confirmed)],
        ..Decision::default()
    })
}

pub(super) fn send(
    view: &View,
    actor: &Person,
    message: &NewMessage,
    confirmation: &Confirmation,
) -> Result<Decision, Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    let principal = view.subject.as_ref().ok_or(Refusal::NotFound)?.id;
    let confirmed = view.confirmed.filter(|known| {
        known.principal == principal && known.confirmation == *confirmation && view.now_ms < known.expires_at_ms
    });
    let confirmed = confirmed.ok_or(Refusal::ConfirmFirst)?;
    if confirmed.shared_number != head.last.shared_number {
        return Err(Refusal::MovedOn);
    }
    // A note is the team's own, and is written under one's own name. Words that the node could not seal are none.
    if message.audience != Audience::Everyone || message.content.0.is_empty() {
        return Err(Refusal::Invalid);
    }
    let said = new_message(view, message)?;
    let mut room = Room::new(view, head);
    let place = room.append(actor.id, Some(principal), true, EventBody::Message(Box::new(said)));
    if let Some(mut own) = view.about.own.clone().filter(|own| own.is_current()) {
        count_own(&mut own, place);
        room.put_membership(own);
    }
    room.put(Change::Confirmed(Confirmed {
        expires_at_ms: 0,
        ..confirmed
    }));
    Ok(Decision {
        changes: room.finish(),
        place,
        ..Decision::default()
    })
}

/// Whether others may reply for somebody.
pub(super) fn change(view: &View, refuses: bool) -> Result<Decision, Refusal> {
    let person: PersonId = view.subject.as_ref().ok_or(Refusal::NotFound)?.id;
    if view.subject_refuses_on_behalf == refuses {
        return Err(Refusal::NothingToDo);
    }
    Ok(Decision {
        changes: vec![Change::RefusesOnBehalf { person, refuses }],
        person: Some(person),
        ..Decision::default()
    })
}
