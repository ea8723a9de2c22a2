//! Committed events → the actors that live. One task, in the order of revisions: what ends a session is done here, before
//! anything later is handed out, so that nothing after that revision reaches it.

use crate::conversation::{Committed, ConversationMessage};
use crate::patient_thread::PatientThreadMessage;
use crate::personal;
use crate::workspace::Rooms;
use corridor_domain::conversation::{Conversation, Membership};
use corridor_domain::coverage::StandIn;
use corridor_domain::event::Event;
use corridor_domain::ids::ConversationId;
use corridor_domain::outcome::Change;
use corridor_storage::apply::Applied;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};

/// Where applied batches come from. Outlives the dispatcher: a successor goes on with it, and with what was in hand.
pub(crate) type Feed = Arc<Mutex<Inbox>>;

/// What was applied and is to be handed out.
pub(crate) struct Inbox {
    applied: mpsc::Receiver<Vec<Applied>>,
    /// Leaves only when it was handed out: a fall may repeat a revision, never leave one out.
    in_hand: VecDeque<Applied>,
}

/// The feed of these batches.
pub(crate) fn feed(applied: mpsc::Receiver<Vec<Applied>>) -> Feed {
    Arc::new(Mutex::new(Inbox {
        applied,
        in_hand: VecDeque::new(),
    }))
}

/// The dispatcher.
pub(crate) struct Dispatcher;

/// It has one piece of mail: go on.
#[derive(Debug)]
pub(crate) struct GoOn;

impl Actor for Dispatcher {
    type Msg = GoOn;
    type State = (Arc<Rooms>, Feed);
    type Arguments = (Arc<Rooms>, Feed);

    async fn pre_start(
        &self,
        myself: ActorRef<GoOn>,
        arguments: Self::Arguments,
    ) -> Result<Self::State, ActorProcessingErr> {
        myself.cast(GoOn)?;
        Ok(arguments)
    }

    async fn handle(
        &self,
        myself: ActorRef<GoOn>,
        _: GoOn,
        (rooms, feed): &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        let mut inbox = feed.lock().await;
        if inbox.in_hand.is_empty() {
            let Some(batch) = inbox.applied.recv().await else {
                myself.stop(Some("the state is closed".to_owned()));
                return Ok(());
            };
            inbox.in_hand.extend(batch);
        }
        while let Some(applied) = inbox.in_hand.front() {
            dispatch(rooms, applied).await;
            rooms.note_dispatched(applied.revision);
            inbox.in_hand.pop_front();
        }
        Ok(myself.cast(GoOn)?)
    }
}

async fn dispatch(rooms: &Arc<Rooms>, applied: &Applied) {
    let mut parts = parts_of(applied);
    let with_events = parts.iter_mut().filter(|part| !part.events.is_empty());
    for (number, part) in with_events.enumerate() {
        if number == 0 {
            // One for a revision: whoever held some and waited for more could wait for ever.
            part.place = rooms.fan_out.place().await;
        }
        // Before it is announced: from then on whoever stands up for a fallen one may prepare it.
        rooms.fan_out.reserve(part.revision, part.head.id);
    }
    rooms.announce(applied.revision, || close_sessions(rooms, applied));
    rooms.queue.note(applied);
    rooms.charts.note(applied);
    forget_names(rooms, applied);
    personal::tell(rooms, applied);
    for part in parts {
        #[cfg(test)]
        crash_if_asked(rooms, 2 * applied.revision);
        crate::metrics::note_committed(&part);
        tell_patient_thread(rooms, &part).await;
        tell_conversation(rooms, part).await;
        #[cfg(test)]
        crash_if_asked(rooms, 2 * applied.revision + 1);
    }
}

/// Before anything of this revision is shown.
fn forget_names(rooms: &Rooms, applied: &Applied) {
    for change in &applied.changes {
        if let Change::Person(person) = change {
            rooms.context.encode.forget(person.id);
        }
    }
}

/// What the revision did, by conversation.
fn parts_of(applied: &Applied) -> Vec<Committed> {
    let mut heads: Vec<&Conversation> = Vec::new();
    let mut events: Vec<(ConversationId, &Event)> = Vec::new();
    let mut memberships: Vec<&Membership> = Vec::new();
    let mut stand_ins: Vec<StandIn> = Vec::new();
    for change in &applied.changes {
        match change {
            Change::Conversation(head) => heads.push(head),
            Change::Event { conversation, event } => events.push((*conversation, event)),
            Change::Membership(membership) => memberships.push(membership),
            Change::StandIn(stand_in) => stand_ins.push(*stand_in),
            _ => {}
        }
    }
    let part = |head: &Conversation| {
        let of_it = |event: &&(ConversationId, &Event)| event.0 == head.id;
        // A rewritten message has an older revision than the event that says so.
        let new = events
            .iter()
            .filter(of_it)
            .filter(|(_, event)| event.revision == applied.revision);
        let target = events
            .iter()
            .filter(of_it)
            .find(|(_, event)| event.revision < applied.revision);
        Committed {
            revision: applied.revision,
            events: new.map(|(_, event)| (*event).clone()).collect(),
            target: target.map(|(_, event)| (*event).clone()),
            memberships: memberships
                .iter()
                .filter(|membership| membership.conversation == head.id)
                .map(|membership| (*membership).clone())
                .collect(),
            stand_ins: stand_ins
                .iter()
                .filter(|stand_in| stand_in.conversation == head.id)
                .copied()
                .collect(),
            head: head.clone(),
            place: None,
        }
    };
    heads.into_iter().map(part).collect()
}

fn close_sessions(rooms: &Rooms, applied: &Applied) {
    for change in &applied.changes {
        if let Change::Session(session) = change
            && session.ended_at_revision.is_some()
        {
            rooms.context.devices.end_session(session.person, session.id);
        }
    }
}

/// Panics before (even) or after (odd) a revision was handed out, to see what becomes of it and of those behind it.
#[cfg(test)]
fn crash_if_asked(rooms: &Rooms, moment: u64) {
    use std::sync::atomic::Ordering;
    let asked = rooms
        .crash_dispatcher_at
        .compare_exchange(moment, 0, Ordering::AcqRel, Ordering::Acquire);
    assert!(asked.is_err(), "asked to crash");
}

/// Waits for room in the mailbox: a conversation that falls behind holds the log back, not memory.
async fn tell_conversation(rooms: &Arc<Rooms>, committed: Committed) {
    let id = committed.head.id;
    let mut committed = Box::new(committed);
    loop {
        let slot = match rooms.conversation(id).await {
            Ok(slot) => slot,
            Err(error) => {
                if rooms.is_up() {
                    tracing::error!(%error, "a conversation's actor cannot be woken; its members are cut");
                    rooms.give_up(id, committed.revision);
                }
                return;
            }
        };
        if let Ok(permit) = slot.credits.acquire().await {
            match slot.actor.cast(ConversationMessage::Committed { committed, permit }) {
                Ok(()) => return,
                Err(ractor::MessagingErr::SendErr(ConversationMessage::Committed { committed: back, .. })) => {
                    committed = back;
                }
                // It died with the mail: its successor reads it from storage.
                Err(_) => return,
            }
        }
        // It fell asleep or fell between the lines, and is woken again.
        if !rooms.make_way().await {
            return;
        }
    }
}

/// A patient's actor that sleeps learns about topics when it wakes.
async fn tell_patient_thread(rooms: &Rooms, committed: &Committed) {
    let Some(patient) = committed.head.kind.patient().filter(|_| committed.began()) else {
        return;
    };
    if let Some(slot) = rooms.patients.find(patient) {
        let topic = committed.head.id;
        let _ = slot
            .send(|permit| PatientThreadMessage::TopicBegan { topic, permit })
            .await;
    }
}
