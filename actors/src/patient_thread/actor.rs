//! The actor of one patient: thin. New topics of a patient are proposed one after the other, through here.

use super::PatientThreadCore;
use crate::credits::Permit;
use crate::gateway::PendingAnswer;
use crate::workspace::Rooms;
use bytes::Bytes;
use corridor_domain::ids::{ConversationId, PersonId};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Mail of a patient's actor.
pub enum PatientThreadMessage {
    /// A command that begins a topic, on its way to the log.
    Propose {
        /// The envelope, encoded.
        command: Bytes,
        /// Gets the answer to wait for. Dropped: maybe done, ask again with the same id.
        reply: oneshot::Sender<PendingAnswer>,
        /// Room in the mailbox.
        permit: Permit,
    },
    /// A topic began.
    TopicBegan {
        /// Which.
        topic: ConversationId,
        /// Room in the mailbox.
        permit: Permit,
    },
    /// Which topics are there?
    Topics {
        /// Gets them.
        reply: oneshot::Sender<Vec<ConversationId>>,
        /// Room in the mailbox.
        permit: Permit,
    },
    /// Time to look whether there is anything left to do.
    Doze,
}

/// The actor of one patient.
pub(crate) struct PatientThreadActor;

pub(crate) struct State {
    id: PersonId,
    rooms: Arc<Rooms>,
    core: PatientThreadCore,
    busy: bool,
}

impl Actor for PatientThreadActor {
    type Msg = PatientThreadMessage;
    type State = State;
    type Arguments = (PersonId, Arc<Rooms>);

    async fn pre_start(
        &self,
        myself: ActorRef<Self::Msg>,
        (id, rooms): Self::Arguments,
    ) -> Result<State, ActorProcessingErr> {
        let core = PatientThreadCore::new(rooms.context.reader.conversations_about(id)?);
        myself.send_interval(Duration::from_millis(rooms.idle_ms()), || PatientThreadMessage::Doze);
        Ok(State {
            id,
            rooms,
            core,
            busy: true,
        })
    }

    async fn handle(
        &self,
        myself: ActorRef<Self::Msg>,
        message: Self::Msg,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            PatientThreadMessage::Propose { command, reply, permit } => {
                state.busy = true;
                let _ = reply.send(state.rooms.context.proposer.propose(command));
                drop(permit);
            }
            PatientThreadMessage::TopicBegan { topic, permit } => {
                state.core.begin(topic);
                drop(permit);
            }
            PatientThreadMessage::Topics { reply, permit } => {
                state.busy = true;
                let _ = reply.send(state.core.topics().to_vec());
                drop(permit);
            }
            PatientThreadMessage::Doze => {
                let idle = !std::mem::take(&mut state.busy);
                if idle && state.rooms.patients.retire(state.id, myself.get_id()) {
                    myself.stop(Some("asleep".to_owned()));
                }
            }
        }
        Ok(())
    }
}
