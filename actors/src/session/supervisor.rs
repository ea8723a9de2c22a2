//! Supervises the sessions of a node. A session that falls is not stood up again: its socket is cut, and the device comes back
//! with its cursor and loses nothing.

use super::SessionMessage;
use crate::alarm::Alarm;
use crate::directory::Connected;
use crate::observe::{self, Kind, Observed};
use crate::outbox::Farewell;
use crate::slots::Slot;
use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A session: the way in to its actor, and its device.
type Entry = (Slot<SessionMessage>, Arc<Connected>);

/// Which device belongs to which actor.
#[derive(Default)]
pub(crate) struct Register {
    devices: Mutex<HashMap<ActorId, Entry>>,
}

impl Register {
    pub(crate) fn note(&self, slot: Slot<SessionMessage>, connected: Arc<Connected>) {
        self.lock().insert(slot.actor.get_id(), (slot, connected));
    }

    /// How many sessions live, and some of them.
    pub(crate) fn observe(&self, limit: usize) -> Kind {
        let devices = self.lock();
        let observed = |(slot, connected): &Entry| {
            let waiting = slot.credits.in_use();
            Observed {
                kind: "session",
                id: connected.session.to_string(),
                state: observe::state(slot.actor.get_status(), waiting),
                waiting,
            }
        };
        Kind {
            alive: devices.len(),
            some: devices.values().take(limit).map(observed).collect(),
        }
    }

    fn forget(&self, actor: &ActorCell) -> Option<Arc<Connected>> {
        self.lock().remove(&actor.get_id()).map(|(_, connected)| connected)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ActorId, Entry>> {
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The supervisor of sessions.
pub(crate) struct SessionSupervisor;

impl Actor for SessionSupervisor {
    type Msg = ();
    type State = (Arc<Register>, Arc<Alarm>);
    type Arguments = (Arc<Register>, Arc<Alarm>);

    async fn pre_start(&self, _: ActorRef<()>, arguments: Self::Arguments) -> Result<Self::State, ActorProcessingErr> {
        Ok(arguments)
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        event: SupervisionEvent,
        (register, alarm): &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorFailed(fallen, error) => {
                alarm.note_fall("session");
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
