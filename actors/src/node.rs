//! The top of the tree: one supervisor over the workspace and the sessions, and the handle that the edge works with.

use crate::credits::Credits;
use crate::directory::{Connected, Devices};
use crate::frame::{Encode, Light};
use crate::gateway::{Gateway, Proposals};
use crate::outbox::Farewell;
use crate::presence::PresenceMessage;
use crate::rates::{Rate, Rates};
use crate::session::{SessionActor, SessionMessage, SessionSupervisor};
use crate::slots::Slot;
use crate::workspace::{self, Context, Rooms, WorkspaceSupervisor};
use corridor_domain::conversation::Side;
use corridor_domain::ids::{PersonId, SessionId};
use corridor_domain::limits;
use corridor_storage::apply::Applied;
use corridor_storage::reader::Reader;
use corridor_storage::world::World;
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, SpawnErr, SupervisionEvent};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// What the tree is grown from.
pub struct Needs {
    /// Reads what was applied.
    pub reader: Reader,
    /// The way into the log.
    pub proposer: Proposals,
    /// What was applied, in order.
    pub applied: mpsc::Receiver<Vec<Applied>>,
    /// Makes frames.
    pub encode: Arc<dyn Encode>,
    /// The clock.
    pub world: Arc<dyn World>,
    /// How often one person may write.
    pub send_rate: Rate,
    /// The revision up to which everything was handed out before: the one at start.
    pub dispatched: u64,
    /// How many conversations there were at it.
    pub conversations: u64,
}

/// The living part of a node.
#[derive(Clone)]
pub struct Actors {
    rooms: Arc<Rooms>,
    devices: Arc<Devices>,
    gateway: Gateway,
    world: Arc<dyn World>,
    register: Arc<crate::session::Register>,
    sessions: ActorCell,
    top: ActorRef<()>,
}

/// A connected device and the way in for its mail. Dropping it detaches the device.
pub struct Attached {
    /// The device.
    pub connected: Arc<Connected>,
    /// The way in.
    pub mail: Slot<SessionMessage>,
    _detach: Detach,
}

/// Takes a device out of the directory, however its way in ends.
struct Detach {
    connected: Arc<Connected>,
    rooms: Arc<Rooms>,
}

struct NodeSupervisor;

impl Actor for NodeSupervisor {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        event: SupervisionEvent,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        if let SupervisionEvent::ActorFailed(fallen, error) = event {
            // A supervisor itself fell: what it watched is gone with it. Loudly down is better than quietly deaf.
            tracing::error!(%error, actor = %fallen.get_id(), "a supervisor fell; the process ends and starts from storage");
            std::process::abort();
        }
        Ok(())
    }
}

impl Actors {
    /// Grows the tree.
    pub async fn start(needs: Needs) -> Result<Self, SpawnErr> {
        let devices = Arc::new(Devices::new());
        let context = Context {
            reader: needs.reader,
            proposer: needs.proposer,
            devices: Arc::clone(&devices),
            encode: needs.encode,
        };
        let rooms = Arc::new(Rooms::new(context, needs.dispatched, needs.conversations));
        let gateway = Gateway::new(
            Arc::clone(&rooms),
            Arc::new(Rates::new(needs.send_rate)),
            Arc::clone(&needs.world),
        );
        let register = Arc::new(crate::session::Register::default());
        let (top, _) = Actor::spawn(None, NodeSupervisor, ()).await?;
        let arguments = workspace::Arguments {
            rooms: Arc::clone(&rooms),
            applied: needs.applied,
        };
        Actor::spawn_linked(None, WorkspaceSupervisor, arguments, top.get_cell()).await?;
        let (sessions, _) = Actor::spawn_linked(None, SessionSupervisor, Arc::clone(&register), top.get_cell()).await?;
        Ok(Self {
            rooms,
            devices,
            gateway,
            world: needs.world,
            register,
            sessions: sessions.get_cell(),
            top,
        })
    }

    /// The way in for commands.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Who is connected.
    pub fn devices(&self) -> &Devices {
        &self.devices
    }

    /// Conversations awake now.
    pub fn awake_count(&self) -> usize {
        self.rooms.awake_count()
    }

    /// Conversations that exist and are not awake.
    pub fn asleep_count(&self) -> u64 {
        self.rooms.asleep_count()
    }

    /// Attaches a device: from here on it gets events. What came before is for the caller to replay.
    pub async fn attach(
        &self,
        session: SessionId,
        person: PersonId,
        side: Side,
        is_staff: bool,
    ) -> Result<Attached, SpawnErr> {
        let connected = self.devices.attach(session, person, side, is_staff);
        let detach = Detach {
            connected: Arc::clone(&connected),
            rooms: Arc::clone(&self.rooms),
        };
        let arguments = crate::session::Arguments {
            connected: Arc::clone(&connected),
            rooms: Arc::clone(&self.rooms),
            gateway: self.gateway.clone(),
            world: Arc::clone(&self.world),
        };
        let (actor, _) = Actor::spawn_linked(None, SessionActor, arguments, self.sessions.clone()).await?;
        self.register.note(&actor.get_cell(), Arc::clone(&connected));
        let mail = Slot {
            actor,
            credits: Credits::new(limits::COMMANDS_PER_SOCKET_IN_FLIGHT_MAX),
        };
        Ok(Attached {
            connected,
            mail,
            _detach: detach,
        })
    }

    #[cfg(test)]
    pub(crate) fn rooms(&self) -> &Arc<Rooms> {
        &self.rooms
    }

    /// The lights that are on.
    pub async fn lights(&self) -> Vec<(PersonId, Light)> {
        let (reply, lights) = oneshot::channel();
        match self
            .rooms
            .presence()
            .map(|presence| presence.cast(PresenceMessage::Lights(reply)))
        {
            Some(Ok(())) => lights.await.unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// Says goodbye to all sockets; each is told when to come back.
    pub fn say_goodbye(&self) {
        self.devices.close_all(Farewell::ShuttingDown);
    }

    /// Stops the tree.
    pub async fn stop(&self) {
        self.say_goodbye();
        let _ = self.top.stop_and_wait(None, None).await;
    }
}

impl Drop for Detach {
    fn drop(&mut self) {
        self.rooms.context.devices.detach(&self.connected);
        if self.connected.is_staff
            && let Some(presence) = self.rooms.presence()
        {
            // If it fell, its successor counts the devices that are left.
            let _ = presence.cast(PresenceMessage::Disconnected(self.connected.person));
        }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.mail.actor.stop(Some("the socket closed".to_owned()));
    }
}
