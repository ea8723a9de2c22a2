//! The actor of one conversation: thin. It proposes in the order of arrival, hands out what was committed, and goes to sleep.

use super::{Committed, ConversationCore, ConversationMessage, Effect};
use crate::frame::Frame;
use crate::outbox::Latest;
use crate::workspace::{Context, Rooms};
use corridor_domain::conversation::{Conversation, Side};
use corridor_domain::event::{Event, EventBody};
use corridor_domain::ids::{ConversationId, PersonId};
use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef};
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
        let core = ConversationCore::new(reader.memberships(id)?, before);
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
            for event in reader.events(id, before + 1, head.last.seq, usize::MAX / 2)? {
                if event.revision > announced {
                    break;
                }
                let target = target_of(&rooms.context, id, &event)?;
                state.hand_out(&head, &event, target.as_ref());
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
                state.on_committed(&committed);
                drop(permit);
            }
            ConversationMessage::Typing { person, active, permit } => {
                state.busy = true;
                state.on_typing(person, active);
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
    fn on_committed(&mut self, committed: &Committed) {
        self.core.learn(&committed.memberships);
        for event in &committed.events {
            self.hand_out(&committed.head, event, committed.target.as_ref());
        }
    }

    /// Encodes once for each side, pushes to every device.
    fn hand_out(&mut self, head: &Conversation, event: &Event, target: Option<&Event>) {
        self.effects.clear();
        self.core.hand_out(event, &mut self.effects);
        let context = &self.rooms.context;
        let look = context.devices.look();
        let mut frames: [Option<Option<Frame>>; 2] = [None, None];
        let mut deliveries = 0_u64;
        for effect in &self.effects {
            let Effect::Deliver { person, side } = effect else {
                continue;
            };
            for device in look.devices(*person) {
                let frame =
                    frames[*side as usize].get_or_insert_with(|| context.encode.event(head, event, target, *side));
                if let Some(frame) = frame {
                    device.outbox.push_event(event.revision, frame);
                    deliveries += 1;
                }
            }
        }
        drop(look);
        crate::metrics::DELIVERIES.add(&[], deliveries);
        // Noted after it was done: a successor may repeat this event, but never leave it out.
        self.rooms.note_fanned(self.id, self.myself, self.core.fanned_seq());
    }

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
    }
}

/// The message that an edit or a retraction is about.
fn target_of(context: &Context, id: ConversationId, event: &Event) -> std::io::Result<Option<Event>> {
    match &event.body {
        EventBody::Edited { target, .. } | EventBody::Retracted { target } => context.reader.event(id, target.seq),
        _ => Ok(None),
    }
}
