//! Sending, editing, taking back, acknowledging. Whether it is allowed was settled before; here it gets its effect.

use super::room::{Room, count_own};
use super::{Decision, tasks};
use crate::command::NewMessage;
use crate::conversation::{Audience, Membership, Place, Side};
use crate::decide::side_of;
use crate::event::{Event, EventBody, Mention, Message, Retraction};
use crate::limits;
use crate::outcome::Change;
use crate::person::Person;
use crate::private::{Private, Sealed};
use crate::refusal::Refusal;
use crate::task::Terms;
use crate::view::View;

pub(super) fn send(view: &View, actor: &Person, new: &NewMessage) -> Result<Decision, Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    let mut own = view.about.own.clone().ok_or(Refusal::NotAMember)?;
    let message = new_message(view, new)?;
    let shared = new.audience == Audience::Everyone;
    let mut room = Room::new(view, head);
    let place = room.append(actor.id, None, shared, EventBody::Message(Box::new(message)));
    count_own(&mut own, place);
    room.put_membership(own);
    Ok(Decision {
        changes: room.finish(),
        place,
        ..Decision::default()
    })
}

/// As [`send`], but not over the head of a colleague, and with an eye on whether the patient reads it.
pub(super) fn send_on_terms(view: &View, actor: &Person, new: &NewMessage, terms: &Terms) -> Result<Decision, Refusal> {
    let head = view.about.conversation.as_ref().ok_or(Refusal::NotFound)?;
    let to_a_patient = head.kind.is_patient() && actor.is_staff() && new.audience == Audience::Everyone;
    if *terms != Terms::default() && !to_a_patient {
        return Err(Refusal::Invalid);
    }
    if view
        .unseen
        .iter()
        .any(|event| is_a_reply_of_another(view, actor, event))
    {
        return Err(Refusal::AnotherReplied);
    }
    let mut decision = send(view, actor, new)?;
    if let Some(by_ms) = terms.read_by_ms {
        tasks::must_be_read(view, actor, decision.place, by_ms, &mut decision)?;
    }
    Ok(decision)
}

/// Whether another one of the staff wrote it to the patient just now.
fn is_a_reply_of_another(view: &View, actor: &Person, event: &Event) -> bool {
    let is_reply = |message: &Message| message.audience == Audience::Everyone && message.retraction.is_none();
    let is_patient_side = |found: &Membership| found.person == event.actor && found.side == Side::Patient;
    event.message().is_some_and(is_reply)
        && event.actor != actor.id
        && view.now_ms.saturating_sub(event.at_ms) < limits::ANOTHER_REPLIED_MS
        && !view.memberships.iter().any(is_patient_side)
}

/// A message as it is before anything happened to it.
pub(super) fn new_message(view: &View, new: &NewMessage) -> Result<Message, Refusal> {
    check_mentions(&new.mentions)?;
    let reply_to = match new.reply_to {
        None => None,
        Some(_) => Some(answered(view, new.audience)?),
    };
    Ok(Message {
        audience: new.audience,
        priority: new.priority,
        content: new.content.clone(),
        mentions: new.mentions.clone(),
        reply_to,
        version: 1,
        edited_at_ms: None,
        retraction: None,
        acknowledged: Vec::new(),
    })
}

/// The message a reply answers. A reply that patients see does not point at a note they must not know of.
fn answered(view: &View, audience: Audience) -> Result<Place, Refusal> {
    let target = view.target.as_ref().ok_or(Refusal::NotFound)?;
    let message = target.message().ok_or(Refusal::NotFound)?;
    let exposes_a_note = audience == Audience::Everyone && message.audience == Audience::Team;
    if exposes_a_note {
        Err(Refusal::Invalid)
    } else {
        Ok(target.place)
    }
}

fn check_mentions(mentions: &[Mention]) -> Result<(), Refusal> {
    if mentions.len() > limits::MENTIONS_COUNT_MAX {
        Err(Refusal::TooMany)
    } else {
        Ok(())
    }
}

pub(super) fn edit(view: &View, actor: &Person, content: &Sealed, mentions: &[Mention]) -> Result<Decision, Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    let (mut target, mut message) = target_of(view)?;
    check_mentions(mentions)?;
    if message.version >= limits::VERSIONS_COUNT_MAX {
        return Err(Refusal::TooMany);
    }
    let conversation = head.id;
    let shared = message.audience == Audience::Everyone;
    let mut room = Room::new(view, head);
    room.put(Change::Version {
        conversation,
        seq: target.place.seq,
        version: message.version,
        at_ms: message.edited_at_ms.unwrap_or(target.at_ms),
        content: std::mem::replace(&mut message.content, content.clone()),
    });
    message.version += 1;
    message.edited_at_ms = Some(view.now_ms);
    message.mentions = mentions.to_vec();
    let version = message.version;
    let place = target.place;
    target.body = EventBody::Message(message);
    room.put(Change::Event {
        conversation,
        event: Box::new(target),
    });
    let place = room.append(actor.id, None, shared, EventBody::Edited { target: place, version });
    Ok(Decision {
        changes: room.finish(),
        place,
        ..Decision::default()
    })
}

pub(super) fn retract(view: &View, actor: &Person, reason: &Private) -> Result<Decision, Refusal> {
    if reason.expose().len() > limits::REASON_SIZE_BYTES_MAX {
        return Err(Refusal::Invalid);
    }
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    let (mut target, mut message) = target_of(view)?;
    let conversation = head.id;
    let shared = message.audience == Audience::Everyone;
    message.retraction = Some(Retraction {
        by: actor.id,
        at_ms: view.now_ms,
        reason: reason.clone(),
    });
    let place = target.place;
    target.body = EventBody::Message(message);
    let mut room = Room::new(view, head);
    room.put(Change::Event {
        conversation,
        event: Box::new(target),
    });
    for over in tasks::is_over(view, place) {
        room.put(over);
    }
    let place = room.append(actor.id, None, shared, EventBody::Retracted { target: place });
    Ok(Decision {
        changes: room.finish(),
        place,
        ..Decision::default()
    })
}

pub(super) fn acknowledge(view: &View, actor: &Person) -> Result<Decision, Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    let (mut target, mut message) = target_of(view)?;
    if message.acknowledged.iter().any(|(person, _)| *person == actor.id) {
        return Err(Refusal::NothingToDo);
    }
    if message.acknowledged.len() >= limits::MEMBERS_COUNT_MAX as usize {
        return Err(Refusal::TooMany);
    }
    let conversation = head.id;
    // Who of the staff has it is the team's business; that the patient has it is the patient's too.
    let shared = message.audience == Audience::Everyone && side_of(Some(actor)) == Side::Patient;
    message.acknowledged.push((actor.id, view.now_ms));
    let place = target.place;
    target.body = EventBody::Message(message);
    let mut room = Room::new(view, head);
    room.put(Change::Event {
        conversation,
        event: Box::new(target),
    });
    // Whoever says that they have it has read it.
    for over in tasks::is_over(view, place).filter(|_| shared) {
        room.put(over);
    }
    let place = room.append(actor.id, None, shared, EventBody::Acknowledged { target: place });
    Ok(Decision {
        changes: room.finish(),
        place,
        ..Decision::default()
    })
}

pub(super) fn target_of(view: &View) -> Result<(Event, Box<Message>), Refusal> {
    let target = view.target.clone().ok_or(Refusal::NotFound)?;
    match target.body.clone() {
        EventBody::Message(message) => Ok((target, message)),
        _ => Err(Refusal::NotFound),
    }
}
