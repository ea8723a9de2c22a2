//! Supervises the sessions of a node. A session that falls is not stood up again: its socket is cut, and the device comes back
//! with its cursor and loses nothing.

use crate::directory::Connected;
use crate::outbox::Farewell;
use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Which device belongs to which actor.
#[derive(Debug, Default)]
pub(crate) struct Register {
    devices: Mutex<HashMap<ActorId, Arc<Connected>>>,
}

impl Register {
    pub(crate) fn note(&self, actor: &ActorCell, connected: Arc<Connected>) {
        self.devices
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(actor.get_id(), connected);
    }

    fn forget(&self, actor: &ActorCell) -> Option<Arc<Connected>> {
        self.devices
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&actor.get_id())
    }
}

/// The supervisor of sessions.
pub(crate) struct SessionSupervisor;

impl Actor for SessionSupervisor {
    type Msg = ();
    type State = Arc<Register>;
    type Arguments = Arc<Register>;

    async fn pre_start(&self, _: ActorRef<()>, register: Arc<Register>) -> Result<Self::State, ActorProcessingErr> {
        Ok(register)
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        event: SupervisionEvent,
        register: &mut Arc<Register>,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorFailed(fallen, error) => {
                metrics::counter!(crate::metrics::ACTOR_RESTARTS_TOTAL, "kind" => "session").increment(1);
                tracing::error!(%error, "a session's actor fell; its socket is cut and comes back");
                if let Some(connected) = register.forget(&fallen) {
                    connected.outbox.close(Farewell::TooSlow);
                }
            }
            SupervisionEvent::ActorTerminated(stopped, ..) => {
                register.forget(&stopped);
            }
            _ => {}
        }
        Ok(())
    }
}
