//! The actor of one conversation: thin. It proposes in the order of arrival, hands out what was committed, and goes to sleep.

use super::{Committed, ConversationCore, ConversationMessage, Effect};
use crate::credits::Permit;
use crate::directory::Connected;
use crate::fan_out::Prepared;
use crate::outbox::Latest;
use crate::workspace::{Context, Rooms};
use corridor_domain::conversation::{Conversation, Side};
use corridor_domain::coverage::Coverage;
use corridor_domain::event::{Event, EventBody};
use corridor_domain::ids::{ConversationId, PersonId};
use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// The actor of one conversation.
pub(crate) struct ConversationActor;

/// What it is started with.
pub(crate) struct Arguments {
    pub(crate) id: ConversationId,
    pub(crate) rooms: Arc<Rooms>,
    /// Events up to here were handed out by the one that stood here before, if one did.
    pub(crate) fanned_seq: Option<u64>,
}

/// What it holds; all of it can be read again.
pub(crate) struct State {
    id: ConversationId,
    myself: ActorId,
    rooms: Arc<Rooms>,
    core: ConversationCore,
    effects: Vec<Effect>,
    /// Something was done since the last look.
    busy: bool,
}

impl Actor for ConversationActor {
    type Msg = ConversationMessage;
    type State = State;
    type Arguments = Arguments;

    async fn pre_start(&self, myself: ActorRef<Self::Msg>, arguments: Arguments) -> Result<State, ActorProcessingErr> {
        let Arguments { id, rooms, fanned_seq } = arguments;
        let reader = &rooms.context.reader;
        let head = reader.conversation(id)?;
        let before = match (fanned_seq, &head) {
            (Some(fanned_seq), _) => fanned_seq,
            (None, Some(head)) => reader
                .first_seq_above(head, Side::Team, rooms.dispatched())?
                .saturating_sub(1),
            (None, None) => 0,
        };
        rooms.note_fanned(id, myself.get_id(), before);
        let core = ConversationCore::new(reader.memberships(id)?, reader.stand_ins(id)?, before);
        let mut state = State {
            id,
            myself: myself.get_id(),
            rooms: Arc::clone(&rooms),
            core,
            effects: Vec::new(),
            busy: true,
        };
        if let (Some(_), Some(head)) = (fanned_seq, head) {
            // The one before may have died with events in its mailbox: they are in storage. What lies above the announced
            // revision comes by mail, after the sessions that ended before it are closed.
            let announced = rooms.announced();
            let mut owed = reader.events(id, before + 1, head.last.seq, usize::MAX / 2)?;
            owed.retain(|event| event.revision <= announced);
            for part in owed.chunk_by(|one, next| one.revision == next.revision) {
                let mut prepared = Vec::with_capacity(part.len());
                for event in part {
                    let target = target_of(&rooms.context, id, event)?;
                    prepared.extend(state.prepare(&head, event, target.as_ref()));
                }
                state.hand_out(part[0].revision, prepared, None);
            }
        }
        myself.send_interval(Duration::from_millis(rooms.idle_ms()), || ConversationMessage::Doze);
        Ok(state)
    }

    async fn handle(
        &self,
        myself: ActorRef<Self::Msg>,
        message: ConversationMessage,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            ConversationMessage::Propose { command, reply, permit } => {
                state.busy = true;
                // Whoever asked may be gone; the command goes its way all the same.
                let _ = reply.send(state.rooms.context.proposer.propose(command));
                drop(permit);
            }
            ConversationMessage::Committed { committed, permit } => {
                state.busy = true;
                state.on_committed(*committed);
                drop(permit);
            }
            ConversationMessage::Typing {
                person,
                active,
                is_here,
                permit,
            } => {
                state.busy = true;
                let is_welcome = state.core.is_member(person) || state.rooms.works_on(state.id, person);
                // Others hear only of what our own rules accept; that somebody stopped only if they heard of the start.
                if is_here && (!active || is_welcome) {
                    state.rooms.voice.note_typing(state.id, person, active);
                }
                if is_welcome {
                    state.on_typing(person, active);
                }
                drop(permit);
            }
            ConversationMessage::Doze => {
                let idle = !std::mem::take(&mut state.busy);
                if idle && state.rooms.retire(state.id, state.myself) {
                    myself.stop(Some("asleep".to_owned()));
                }
            }
            #[cfg(test)]
            ConversationMessage::Crash => panic!("asked to crash"),
        }
        Ok(())
    }
}

impl State {
    fn on_committed(&mut self, committed: Committed) {
        self.core.learn(&committed.memberships);
        self.core.learn_stand_ins(&committed.stand_ins);
        let target = committed.target.as_ref();
        let prepare = |event| self.prepare(&committed.head, event, target);
        let prepared: Vec<_> = committed.events.iter().filter_map(prepare).collect();
        self.hand_out(committed.revision, prepared, committed.place);
    }

    /// Finds who is there to get it, and encodes once for each side.
    fn prepare(&mut self, head: &Conversation, event: &Event, target: Option<&Event>) -> Option<Prepared> {
        self.effects.clear();
        let late = self.late(event.at_ms);
        self.core.hand_out(event, &late, &mut self.effects);
        let context = &self.rooms.context;
        let mut devices = Vec::new();
        let look = context.devices.look();
        for effect in &self.effects {
            if let Effect::Deliver { person, side } = effect {
                devices.extend(look.devices(*person).iter().map(|device| (Arc::clone(device), *side)));
            }
        }
        drop(look);
        if devices.is_empty() {
            return None;
        }
        let encode = |side| {
            let is_there = devices.iter().any(|(_, of)| *of == side);
            is_there
                .then(|| context.encode.event(head, event, target, side))
                .flatten()
        };
        Some(Prepared {
            revision: event.revision,
            frames: [encode(Side::Team), encode(Side::Patient)],
            devices,
        })
    }

    /// Whose coverage is over at that time. What cannot be read is taken for over: they come back and ask.
    fn late(&self, at_ms: u64) -> Vec<PersonId> {
        let reader = &self.rooms.context.reader;
        let is_over = |coverage: Option<Coverage>| coverage.is_none_or(|coverage| !coverage.cover().is_in_force(at_ms));
        let late = self.core.by_coverage();
        late.filter(|(_, coverage)| reader.coverage(*coverage).map_or(true, is_over))
            .map(|(person, _)| person)
            .collect()
    }

    fn hand_out(&self, revision: u64, prepared: Vec<Prepared>, place: Option<Permit>) {
        self.rooms.fan_out.ready(revision, self.id, prepared, place);
        // Noted after it was done: a successor may prepare it again, but never leaves it out.
        self.rooms.note_fanned(self.id, self.myself, self.core.fanned_seq());
    }

    /// Members are told, and who works in the queue and may read it.
    fn on_typing(&mut self, person: PersonId, active: bool) {
        self.effects.clear();
        self.core.show_typing(person, &mut self.effects);
        let context = &self.rooms.context;
        let Some(frame) = context.encode.typing(self.id, person, active) else {
            return;
        };
        let look = context.devices.look();
        for effect in &self.effects {
            let Effect::ShowTyping { person: reader } = effect else {
                continue;
            };
            for device in look.devices(*reader) {
                device.outbox.push_latest(Latest::Typing(self.id, person), &frame);
            }
        }
        if !self.rooms.queue.holds(self.id) {
            return;
        }
        let is_outside = |device: &&Arc<Connected>| device.person != person && !self.core.is_member(device.person);
        let watchers: Vec<Arc<Connected>> = look.watchers().filter(is_outside).cloned().collect();
        drop(look);
        let mut judged: HashMap<PersonId, bool> = HashMap::new();
        for device in watchers {
            let may = judged
                .entry(device.person)
                .or_insert_with(|| self.rooms.queue.shows_to(context, self.id, device.person));
            if *may {
                device.outbox.push_latest(Latest::Typing(self.id, person), &frame);
            }
        }
    }
}

/// The message that an edit or a retraction is about.
fn target_of(context: &Context, id: ConversationId, event: &Event) -> std::io::Result<Option<Event>> {
    match &event.body {
        EventBody::Edited { target, .. } | EventBody::Retracted { target } => context.reader.event(id, target.seq),
        _ => Ok(None),
    }
}
