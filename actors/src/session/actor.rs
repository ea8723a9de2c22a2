//! The actor of one connected device: thin. It keeps the device's commands in order and passes them on.

use super::{SessionCore, SessionEffect};
use crate::conversation::ConversationMessage;
use crate::credits::Permit;
use crate::directory::Connected;
use crate::frame::Light;
use crate::gateway::{Gateway, PendingAnswer, SubmitError};
use crate::presence::PresenceMessage;
use crate::workspace::Rooms;
use corridor_domain::command::Envelope;
use corridor_domain::ids::ConversationId;
use corridor_storage::world::World;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Mail of a session's actor.
pub enum SessionMessage {
    /// A command of this device.
    Command {
        /// What.
        envelope: Box<Envelope>,
        /// Gets the answer to wait for. Dropped: maybe done, ask again with the same id.
        reply: oneshot::Sender<Result<PendingAnswer, SubmitError>>,
        /// Room in the mailbox.
        permit: Permit,
    },
    /// The person is writing, or stopped.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Writing.
        active: bool,
        /// Room in the mailbox.
        permit: Permit,
    },
    /// The person set their light.
    Light {
        /// To what.
        light: Light,
        /// Room in the mailbox.
        permit: Permit,
    },
}

/// The actor of one connected device.
pub(crate) struct SessionActor;

/// What it is started with.
pub(crate) struct Arguments {
    pub(crate) connected: Arc<Connected>,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) gateway: Gateway,
    pub(crate) world: Arc<dyn World>,
}

/// What it holds.
pub(crate) struct State {
    arguments: Arguments,
    core: SessionCore,
}

impl Actor for SessionActor {
    type Msg = SessionMessage;
    type State = State;
    type Arguments = Arguments;

    async fn pre_start(&self, _: ActorRef<Self::Msg>, arguments: Arguments) -> Result<State, ActorProcessingErr> {
        if arguments.connected.is_staff
            && let Some(presence) = arguments.rooms.presence()
        {
            // If it fell, its successor counts this device.
            let _ = presence.cast(PresenceMessage::Connected(Arc::clone(&arguments.connected)));
        }
        Ok(State {
            arguments,
            core: SessionCore::default(),
        })
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        message: SessionMessage,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let Arguments {
            connected,
            rooms,
            gateway,
            world,
        } = &state.arguments;
        match message {
            SessionMessage::Command {
                envelope,
                reply,
                permit,
            } => {
                let _ = reply.send(gateway.forward(&envelope).await);
                drop(permit);
            }
            SessionMessage::Typing {
                conversation,
                active,
                permit,
            } => {
                let now_ms = world.monotonic_ns() / 1_000_000;
                if let Some(effect) = state.core.typing(conversation, active, now_ms) {
                    tell(rooms, connected, effect).await;
                }
                drop(permit);
            }
            SessionMessage::Light { light, permit } => {
                if connected.is_staff
                    && let Some(presence) = rooms.presence()
                {
                    // A fallen neighbour is no reason to fall.
                    let _ = presence.cast(PresenceMessage::Set(connected.person, light));
                }
                drop(permit);
            }
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Self::Msg>, state: &mut State) -> Result<(), ActorProcessingErr> {
        let Arguments { connected, rooms, .. } = &state.arguments;
        for effect in state.core.gone() {
            tell(rooms, connected, effect).await;
        }
        Ok(())
    }
}

/// Only conversations that exist are told: a made-up id wakes nobody.
async fn tell(rooms: &Arc<Rooms>, connected: &Connected, effect: SessionEffect) {
    let SessionEffect::Typing { conversation, active } = effect;
    if !rooms.writes_in(conversation, connected.person) {
        return;
    }
    if let Ok(slot) = rooms.conversation(conversation).await {
        let person = connected.person;
        // Lost typing hurts nobody.
        let _ = slot
            .send(|permit| ConversationMessage::Typing {
                person,
                active,
                is_here: true,
                permit,
            })
            .await;
    }
}
