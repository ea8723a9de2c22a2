//! Tasks, what patients must read, and pins: what their commands look at.

use super::coverage::drop_who_is_late;
use super::{load_subject, person_of, readable, target};
use crate::keys;
use crate::state::Records;
use corridor_domain::care::Party;
use corridor_domain::conversation::{Conversation, Kind, Membership, Side};
use corridor_domain::event::Event;
use corridor_domain::ids::{ConversationId, TaskId};
use corridor_domain::limits;
use corridor_domain::pin::NewPin;
use corridor_domain::restriction::Restriction;
use corridor_domain::task::{NewTask, ReadBy, TaskStep, Terms};
use corridor_domain::view::View;
use std::collections::HashSet;
use std::io;

pub(super) fn load_for_creation(
    records: &impl Records,
    view: &mut View,
    conversation: ConversationId,
    new: &NewTask,
) -> io::Result<()> {
    load_task(records, view, new.id)?;
    view.target = target(records, view, conversation, new.message)?;
    load_assignee(records, view, conversation, new.assignee)?;
    count_open(records, view, conversation)
}

pub(super) fn load_for_step(
    records: &impl Records,
    view: &mut View,
    conversation: ConversationId,
    task: TaskId,
    step: &TaskStep,
) -> io::Result<()> {
    load_task(records, view, task)?;
    view.task = view.task.take().filter(|found| found.conversation == conversation);
    if let TaskStep::Assign { to } = step {
        load_assignee(records, view, conversation, *to)?;
    }
    count_open(records, view, conversation)
}

pub(super) fn load_task(records: &impl Records, view: &mut View, task: TaskId) -> io::Result<()> {
    view.task = records.record(&keys::task(task))?;
    Ok(())
}

fn count_open(records: &impl Records, view: &mut View, conversation: ConversationId) -> io::Result<()> {
    let open = keys::open_tasks_about(conversation);
    view.open_tasks_count = records.ids(&open, limits::TASKS_PER_CONVERSATION_COUNT_MAX)?.len();
    Ok(())
}

fn load_assignee(
    records: &impl Records,
    view: &mut View,
    conversation: ConversationId,
    assignee: Party,
) -> io::Result<()> {
    if let Party::Person(person) = assignee {
        view.subject_membership = records.record(&keys::membership(conversation, person))?;
        load_subject(records, view, person)?;
        drop_who_is_late(records, view)?;
    }
    Ok(())
}

/// The patient, and the messages as they stand.
pub(super) fn load_for_pin(
    records: &impl Records,
    view: &mut View,
    conversation: ConversationId,
    new: &NewPin,
) -> io::Result<()> {
    load_subject(records, view, new.patient)?;
    view.pin_exists = records.bytes(&keys::pin(new.id))?.is_some();
    let pins = keys::pins_of(new.patient);
    view.pins_count = records.ids(&pins, limits::PINS_PER_PATIENT_COUNT_MAX)?.len();
    for seq in new.messages.iter().take(limits::PINNED_MESSAGES_COUNT_MAX) {
        view.pinned
            .extend(records.record::<Event>(&keys::event(conversation, *seq))?);
    }
    Ok(())
}

/// The patient, and from which conversations the last pins of their chart are.
pub(super) fn load_chart(records: &impl Records, view: &mut View) -> io::Result<()> {
    let Some(patient) = view.about.patient.clone() else {
        return Ok(());
    };
    let pins = records.prefix(&keys::pins_of(patient.id), limits::PINS_PER_PATIENT_COUNT_MAX)?;
    let mut known = HashSet::new();
    for (_, from) in pins.iter().rev() {
        let from = <[u8; 16]>::try_from(from.as_slice());
        let from = from.map_err(|_| crate::state::damaged("an id is not sixteen bytes long"))?;
        let from = ConversationId::from_bytes(from);
        if !known.insert(from) {
            continue;
        }
        // The room beside one with a label is as it.
        let head: Option<Conversation> = records.record(&keys::conversation(from))?;
        let of = match head.map(|head| head.kind) {
            Some(Kind::CareRoom { beside, .. }) => beside,
            _ => from,
        };
        let restriction: Option<Restriction> = records.record(&keys::restriction(of))?;
        if restriction.is_some_and(|known| known.sensitivity.is_some()) {
            view.labelled.push(from);
        }
        view.chart.push(from);
    }
    view.subject = Some(patient);
    Ok(())
}

/// Beside the message itself: what the author has not seen, and what else must be read.
pub(super) fn load_terms(
    records: &impl Records,
    view: &mut View,
    conversation: ConversationId,
    terms: &Terms,
) -> io::Result<()> {
    if terms.read_by_ms.is_some() {
        load_read_bys(records, view, conversation)?;
    }
    let (Some(seen_seq), Some(head)) = (terms.seen_seq, &view.about.conversation) else {
        return Ok(());
    };
    let last_seq = head.last.seq;
    let looked_back = last_seq.saturating_sub(limits::ANOTHER_REPLIED_EVENTS_COUNT_MAX);
    for seq in (seen_seq.max(looked_back)..last_seq).rev() {
        let event: Option<Event> = records.record(&keys::event(conversation, seq + 1))?;
        let Some(event) = event.filter(|event| view.now_ms.saturating_sub(event.at_ms) < limits::ANOTHER_REPLIED_MS)
        else {
            break;
        };
        let writes = event.message().is_some();
        if writes && !view.memberships.iter().any(|known| known.person == event.actor) {
            let membership: Option<Membership> = records.record(&keys::membership(conversation, event.actor))?;
            view.memberships.extend(membership);
        }
        if writes {
            view.unseen.push(event);
        }
    }
    Ok(())
}

/// Only where somebody of the patient's side may have read what is waited for.
pub(super) fn load_for_read(records: &impl Records, view: &mut View, conversation: ConversationId) -> io::Result<()> {
    let is_patients = view.about.own.as_ref().is_some_and(|own| own.side == Side::Patient);
    match is_patients {
        true => load_read_bys(records, view, conversation),
        false => Ok(()),
    }
}

pub(super) fn load_read_bys(records: &impl Records, view: &mut View, conversation: ConversationId) -> io::Result<()> {
    view.read_bys = read_bys_in(records, conversation)?;
    Ok(())
}

/// The patient has not read in time: whose message it is, and whether they still belong there.
pub(super) fn load_not_read(
    records: &impl Records,
    view: &mut View,
    conversation: ConversationId,
    seq: u64,
) -> io::Result<()> {
    let read_by: Option<ReadBy> = records.record(&keys::read_by(conversation, seq))?;
    let Some(read_by) = read_by else { return Ok(()) };
    view.read_bys = vec![read_by];
    view.actor = person_of(records, read_by.author)?;
    view.about = readable(records, None, conversation)?;
    view.about.care = records.record(&keys::care(conversation))?;
    if let Some(holder) = view.about.care.as_ref().and_then(|care| care.holder) {
        view.about.holder = person_of(records, holder)?;
    }
    view.subject_membership = records.record(&keys::membership(conversation, read_by.author))?;
    load_subject(records, view, read_by.author)?;
    drop_who_is_late(records, view)
}

pub(crate) fn read_bys_in(records: &impl Records, conversation: ConversationId) -> io::Result<Vec<ReadBy>> {
    let pairs = records.prefix(
        &keys::read_bys_in(conversation),
        limits::READ_BYS_KEPT_PER_CONVERSATION_COUNT_MAX,
    )?;
    pairs.iter().map(|(_, bytes)| crate::records::decode(bytes)).collect()
}
