//! Pinning to a patient's chart. Whether it is allowed was settled before.

use super::Decision;
use super::room::Room;
use crate::audit::{Basis, Range};
use crate::conversation::Side;
use crate::event::{Event, EventBody};
use crate::ids::ConversationId;
use crate::limits;
use crate::outcome::{Change, Grant};
use crate::permission::basis;
use crate::person::Person;
use crate::pin::{NewPin, Pin, PinnedMessage};
use crate::refusal::Refusal;
use crate::view::View;

pub(super) fn pin(view: &View, actor: &Person, new: &NewPin) -> Result<Decision, Refusal> {
    let head = view.about.conversation.clone().ok_or(Refusal::NotFound)?;
    let patient = view.subject.as_ref().ok_or(Refusal::NotFound)?;
    let facts = patient.patient.as_ref().ok_or(Refusal::NotFound)?;
    if facts.mrn != new.mrn || facts.birth_date != new.birth_date {
        return Err(Refusal::NotThisPatient);
    }
    // No two have one name.
    if new.messages.is_empty() && new.summary.0.is_empty() || view.pin_exists {
        return Err(Refusal::Invalid);
    }
    if new.messages.len() > limits::PINNED_MESSAGES_COUNT_MAX || view.pins_count >= limits::PINS_PER_PATIENT_COUNT_MAX {
        return Err(Refusal::TooMany);
    }
    let in_order = new.messages.windows(2).all(|pair| pair[0] < pair[1]);
    if !in_order {
        return Err(Refusal::Invalid);
    }
    let first_seq = view.about.own_at(view.now_ms).map_or(1, |own| own.first_seq);
    let mut messages = Vec::with_capacity(new.messages.len());
    for seq in &new.messages {
        let seen = |event: &&Event| event.place.seq == *seq && event.place.seq_for(Side::Team) >= first_seq;
        let event = view.pinned.iter().find(seen).ok_or(Refusal::NotFound)?;
        messages.push(as_it_stands(event)?);
    }
    let words = messages.iter().map(|message| message.content.0.len());
    if words.sum::<usize>() + new.summary.0.len() > limits::PIN_SIZE_BYTES_MAX {
        return Err(Refusal::TooMany);
    }
    let conversation = head.id;
    let pin = Pin {
        id: new.id,
        patient: patient.id,
        conversation,
        by: actor.id,
        at_ms: view.now_ms,
        revision: view.revision,
        summary: new.summary.clone(),
        messages,
    };
    let mut room = Room::new(view, head);
    let body = EventBody::Pinned {
        pin: pin.id,
        patient: patient.id,
    };
    let place = room.append(actor.id, None, false, body);
    room.put(Change::Pin(Box::new(pin)));
    Ok(Decision {
        changes: room.finish(),
        place,
        ..Decision::default()
    })
}

fn as_it_stands(event: &Event) -> Result<PinnedMessage, Refusal> {
    let message = event.message().ok_or(Refusal::NotFound)?;
    if message.retraction.is_some() {
        return Err(Refusal::AlreadyRetracted);
    }
    Ok(PinnedMessage {
        place: event.place,
        at_ms: event.at_ms,
        actor: event.actor,
        on_behalf_of: event.on_behalf_of,
        audience: message.audience,
        priority: message.priority,
        version: message.version,
        content: message.content.clone(),
    })
}

/// A look at what is pinned to the chart of the conversation's patient: on the record for each conversation whose words are shown by it. A
/// glass was broken for one conversation alone, and of those with a label only the care team sees more than the one it looks from.
pub(super) fn read(view: &View, actor: &Person) -> Result<Decision, Refusal> {
    let head = view.about.conversation.as_ref().ok_or(Refusal::NotFound)?;
    let basis = basis(actor, &view.about, view.now_ms).ok_or(Refusal::NotFound)?;
    let mut shown = vec![head.id];
    for conversation in &view.chart {
        let cares = |patient: &Person| actor.works_with_patients() && patient.has_in_care_team(actor.id);
        let is_theirs = || view.about.patient.as_ref().is_some_and(cares);
        let is_kept = view.labelled.contains(conversation) && !is_theirs();
        if basis != Basis::BreakGlass && !is_kept && !shown.contains(conversation) {
            shown.push(*conversation);
        }
    }
    let range = |conversation: &ConversationId| Range {
        conversation: *conversation,
        basis: Some(basis),
        side: Side::Team,
        from_seq: 0,
        to_seq: 0,
    };
    let grant = |conversation: &ConversationId| Grant {
        conversation: *conversation,
        side: Side::Team,
        basis,
        from_seq: 1,
        to_seq: 0,
    };
    Ok(Decision {
        ranges: shown.iter().map(range).collect(),
        grants: Some(shown.iter().map(grant).collect()),
        ..Decision::default()
    })
}
