//! The top of the tree: one supervisor over the workspace and the sessions, and the handle that the edge works with.

use crate::agenda::{Agenda, Leads};
use crate::alarm::{Alarm, Fence};
use crate::credits::Credits;
use crate::directory::{Connected, Devices};
use crate::disk_space::DiskSpace;
use crate::falls::FallLimit;
use crate::frame::{Encode, Light};
use crate::gateway::{Gateway, PersonRates, Proposals};
use crate::gossip::{Gossip, Voice};
use crate::observe::{self, Kind, Observed};
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
use corridor_storage::high_water;
use corridor_storage::reader::Reader;
use corridor_storage::world::World;
use corridor_sync::handover::Handover;
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, ActorStatus, SpawnErr, SupervisionEvent};
use std::io;
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
    /// Whether this node leads.
    pub leads: Leads,
    /// The clock.
    pub world: Arc<dyn World>,
    /// How often one person may do anything.
    pub command_rate: Rate,
    /// How often one person may write.
    pub send_rate: Rate,
    /// Whether the disks have room: one for all workspaces of the node.
    pub space: DiskSpace,
    /// How many falls are too many.
    pub fall_limit: FallLimit,
    /// What is done then.
    pub fence: Fence,
    /// The revision up to which everything was handed out before: the one at start.
    pub dispatched: u64,
}

/// The living part of a node.
#[derive(Clone)]
pub struct Actors {
    pub(crate) rooms: Arc<Rooms>,
    devices: Arc<Devices>,
    gateway: Gateway,
    space: DiskSpace,
    world: Arc<dyn World>,
    register: Arc<crate::session::Register>,
    alarm: Arc<Alarm>,
    sessions: ActorCell,
    top: ActorRef<()>,
}

/// A connected device and the way in for its mail. Dropping it detaches the device.
pub struct Attached {
    /// The device.
    pub connected: Arc<Connected>,
    /// The way in.
    pub mail: Slot<SessionMessage>,
    /// Where the replay ends and what is live begins.
    pub handover: Handover,
    _detach: Detach,
}

/// Why a device is not attached.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// Its session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// It cannot be read how far the state is.
    #[error("the state cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// Its actor does not start.
    #[error("the session's actor does not start: {0}")]
    NoActor(#[from] SpawnErr),
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
        let voice = Voice::new(Arc::clone(&needs.world));
        let rooms = Arc::new(Rooms::new(context, needs.dispatched, voice));
        let gateway = Gateway::new(
            Arc::clone(&rooms),
            Arc::new(PersonRates {
                commands: Rates::new(needs.command_rate),
                sends: Rates::new(needs.send_rate),
            }),
            needs.space.clone(),
            Arc::clone(&needs.world),
        );
        let register = Arc::new(crate::session::Register::default());
        let alarm = Arc::new(Alarm::new(
            needs.fall_limit,
            needs.fence,
            Arc::clone(&needs.world),
            Arc::clone(&devices),
        ));
        let (top, _) = Actor::spawn(None, NodeSupervisor, ()).await?;
        let leads = Arc::new(needs.leads);
        let arguments = workspace::Arguments {
            agenda: Agenda {
                rooms: Arc::clone(&rooms),
                leads,
                world: Arc::clone(&needs.world),
                space: needs.space.clone(),
            },
            rooms: Arc::clone(&rooms),
            alarm: Arc::clone(&alarm),
            applied: needs.applied,
        };
        Actor::spawn_linked(None, WorkspaceSupervisor, arguments, top.get_cell()).await?;
        let arguments = (Arc::clone(&register), Arc::clone(&alarm));
        let (sessions, _) = Actor::spawn_linked(None, SessionSupervisor, arguments, top.get_cell()).await?;
        Ok(Self {
            rooms,
            devices,
            gateway,
            space: needs.space,
            world: needs.world,
            register,
            alarm,
            sessions: sessions.get_cell(),
            top,
        })
    }

    /// The way in for commands.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Whether the disks have room for what people write: for whoever looks at them.
    pub fn disk_space(&self) -> &DiskSpace {
        &self.space
    }

    /// What is shown here and on other nodes, to be told to them and by them.
    pub fn gossip(&self) -> Gossip {
        Gossip::new(Arc::clone(&self.rooms), Arc::clone(&self.world))
    }

    /// Who is connected.
    pub fn devices(&self) -> &Devices {
        &self.devices
    }

    /// What the actors are doing, at most `limit` of each kind shown.
    pub fn observe(&self, limit: usize) -> Vec<(&'static str, Kind)> {
        let single = |kind, status| {
            let state = observe::state(status, 0);
            let id = String::new();
            let some = vec![Observed {
                kind,
                id,
                state,
                waiting: 0,
            }];
            (kind, Kind { alive: 1, some })
        };
        let presence = self.rooms.presence().map(|actor| actor.get_status());
        let queue = self.rooms.queue.teller().map(|actor| actor.get_status());
        let agenda = self.rooms.agenda().map(|actor| actor.get_status());
        vec![
            single("node_supervisor", self.top.get_status()),
            single("session_supervisor", self.sessions.get_status()),
            single("workspace_supervisor", self.rooms.supervisor_status()),
            single("dispatcher", self.rooms.dispatcher_status()),
            single("presence", presence.unwrap_or(ActorStatus::Unstarted)),
            single("queue", queue.unwrap_or(ActorStatus::Unstarted)),
            single("agenda", agenda.unwrap_or(ActorStatus::Unstarted)),
            ("conversation", observe::slots("conversation", &self.rooms.slots, limit)),
            (
                "patient_thread",
                observe::slots("patient_thread", &self.rooms.patients, limit),
            ),
            ("session", self.register.observe(limit)),
        ]
    }

    /// Notes how near the bounds of mailboxes, outboxes and of those awake came. Looks at all of them: for who reads figures.
    pub fn note_high_water(&self) {
        self.devices.note_high_water();
        self.rooms.slots.note_high_water();
        self.rooms.patients.note_high_water();
        high_water::CONVERSATIONS_AWAKE.note(self.rooms.awake_count());
    }

    /// Actors that fell lately; too many fence the node.
    pub fn falls_lately(&self) -> usize {
        self.alarm.falls_lately()
    }

    /// Whether the node was fenced because too many fell.
    pub fn is_fenced(&self) -> bool {
        self.alarm.is_raised()
    }

    /// Conversations awake now.
    pub fn awake_count(&self) -> usize {
        self.rooms.awake_count()
    }

    /// Attaches a device: from here on it gets events. What came before, up to [`Attached::handover`], is for the caller to replay.
    pub async fn attach(
        &self,
        session: SessionId,
        person: PersonId,
        side: Side,
        is_staff: bool,
    ) -> Result<Attached, AttachError> {
        let reader = &self.rooms.context.reader;
        let revision = || Ok(reader.progress()?.revision);
        let lives = || {
            Ok(reader
                .session(session)?
                .is_some_and(|session| session.ended_at_revision.is_none()))
        };
        let then = || Handover::read::<std::io::Error>(revision, lives);
        let (connected, handover) = self.devices.attach(session, person, side, is_staff, then);
        let detach = Detach {
            connected: Arc::clone(&connected),
            rooms: Arc::clone(&self.rooms),
        };
        let handover = handover?.ok_or(AttachError::SessionEnded)?;
        let arguments = crate::session::Arguments {
            connected: Arc::clone(&connected),
            rooms: Arc::clone(&self.rooms),
            gateway: self.gateway.clone(),
            world: Arc::clone(&self.world),
        };
        let (actor, _) = Actor::spawn_linked(None, SessionActor, arguments, self.sessions.clone()).await?;
        let mail = Slot {
            actor,
            credits: Credits::new(limits::COMMANDS_PER_SOCKET_IN_FLIGHT_MAX),
        };
        self.register.note(mail.clone(), Arc::clone(&connected));
        Ok(Attached {
            connected,
            mail,
            handover,
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

    /// Whether something waits for its time: then the workspace does not rest.
    pub fn has_timers(&self) -> io::Result<bool> {
        self.rooms.context.reader.has_timers()
    }

    /// Says goodbye to all sockets; each is told when to come back.
    pub fn say_goodbye(&self) {
        self.devices.say_goodbye(Farewell::ShuttingDown);
    }

    /// This node is cut off from the others: its sockets are told to come back, here or elsewhere, and so are those who come.
    pub fn cut_off(&self) {
        self.devices.say_goodbye(Farewell::Fenced);
    }

    /// The node is in contact again, and has caught up.
    pub fn let_in_again(&self) {
        if !self.is_fenced() {
            self.devices.reopen();
        }
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
