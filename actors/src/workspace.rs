//! The supervisor of one workspace: wakes the actors of its conversations and patients, and stands them up again when they fall.
//!
//! An actor that dies is found here, counted, and started again from storage; its neighbours never notice. What waited in its
//! mailbox is answered "maybe done" (the reply is dropped), and what it had not handed out yet is handed out by its successor.
//! Whatever cannot be handed out cuts those who wait for it: they come back and read it from storage. A hole is worse than a cut.

use crate::conversation::{self, ConversationActor, ConversationMessage};
use crate::credits::Credits;
use crate::directory::Devices;
use crate::dispatcher::{self, Dispatcher};
use crate::frame::Encode;
use crate::gateway::Proposals;
use crate::outbox::Farewell;
use crate::patient_thread::{PatientThreadActor, PatientThreadMessage};
use crate::presence::{PresenceActor, PresenceCore, PresenceMessage};
use crate::slots::{Slot, Slots};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use corridor_storage::apply::Applied;
use corridor_storage::reader::Reader;
use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, ActorStatus, SpawnErr, SupervisionEvent};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use tokio::sync::mpsc;

/// What every actor of a workspace works with.
pub struct Context {
    /// Reads what was applied.
    pub reader: Reader,
    /// The way into the log.
    pub proposer: Proposals,
    /// Who is connected.
    pub devices: Arc<Devices>,
    /// Makes frames.
    pub encode: Arc<dyn Encode>,
}

/// The conversations and patients that are awake.
pub struct Rooms {
    pub(crate) context: Context,
    pub(crate) slots: Slots<ConversationId, ConversationMessage>,
    pub(crate) patients: Slots<PersonId, PatientThreadMessage>,
    /// How far each awake conversation has handed out its events, and by whom. An actor that falls asleep takes its entry with
    /// it; one that falls leaves it: that is how its successor, whoever wakes it, knows where to go on.
    fanned: Mutex<HashMap<ConversationId, (ActorId, u64)>>,
    /// Everything up to this revision was given to the actors. dispatched <= announced.
    dispatched: AtomicU64,
    /// The sessions that ended up to this revision are closed: what happened up to here may be handed out.
    announced: AtomicU64,
    /// Conversations that exist, asleep or awake; a fall of the dispatcher may count one twice.
    conversations: AtomicU64,
    supervisor: OnceLock<ActorCell>,
    presence: RwLock<Option<ActorRef<PresenceMessage>>>,
    /// Outlives the presence actor, so that its successor can say what changed in between.
    lights: Mutex<PresenceCore>,
    /// The dispatcher panics once at this moment: twice the revision, and one more for after it.
    #[cfg(test)]
    pub(crate) crash_dispatcher_at: AtomicU64,
}

impl Rooms {
    /// Nobody is awake. `dispatched` is the revision up to which events were handed out before the start, and `conversations` how
    /// many there were at it.
    pub(crate) fn new(context: Context, dispatched: u64, conversations: u64) -> Self {
        Self {
            context,
            slots: Slots::new("conversation"),
            patients: Slots::new("patient_thread"),
            fanned: Mutex::new(HashMap::new()),
            dispatched: AtomicU64::new(dispatched),
            announced: AtomicU64::new(dispatched),
            conversations: AtomicU64::new(conversations),
            supervisor: OnceLock::new(),
            presence: RwLock::new(None),
            lights: Mutex::new(PresenceCore::default()),
            #[cfg(test)]
            crash_dispatcher_at: AtomicU64::new(0),
        }
    }

    /// Everything up to this revision was given to the actors.
    pub fn dispatched(&self) -> u64 {
        self.dispatched.load(Ordering::Acquire)
    }

    pub(crate) fn note_dispatched(&self, revision: u64) {
        self.dispatched.fetch_max(revision, Ordering::AcqRel);
    }

    /// What happened up to this revision may be handed out.
    pub(crate) fn announced(&self) -> u64 {
        self.announced.load(Ordering::Acquire)
    }

    pub(crate) fn note_announced(&self, revision: u64) {
        self.announced.fetch_max(revision, Ordering::AcqRel);
    }

    pub(crate) fn note_fanned(&self, id: ConversationId, by: ActorId, seq: u64) {
        self.fanned().insert(id, (by, seq));
    }

    fn fanned(&self) -> MutexGuard<'_, HashMap<ConversationId, (ActorId, u64)>> {
        self.fanned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Conversations of which it is known how far they were handed out.
    #[cfg(test)]
    pub(crate) fn fanned_count(&self) -> usize {
        self.fanned().len()
    }

    /// Lets a conversation's actor go to sleep, if nobody has mail for it.
    pub(crate) fn retire(&self, id: ConversationId, actor: ActorId) -> bool {
        if !self.slots.retire(id, actor) {
            return false;
        }
        // It may have been woken again between the two lines: then the entry is its successor's.
        let mut fanned = self.fanned();
        if fanned.get(&id).is_some_and(|(by, _)| *by == actor) {
            fanned.remove(&id);
        }
        true
    }

    /// Cuts the devices of a conversation's members: what they should have got cannot be handed out.
    pub(crate) fn cut_members(&self, id: ConversationId) {
        let devices = &self.context.devices;
        let Ok(members) = self.context.reader.memberships(id) else {
            return devices.close_all(Farewell::TooSlow);
        };
        let look = devices.look();
        for member in members {
            for device in look.devices(member.person) {
                device.outbox.close(Farewell::TooSlow);
            }
        }
    }

    /// Whether fallen actors are stood up again: false once everything stops.
    pub(crate) fn is_up(&self) -> bool {
        let status = self.supervisor.get().map(ActorCell::get_status);
        status.is_some_and(|status| status < ActorStatus::Draining)
    }

    /// Lets an actor that sleeps or fell leave its place. False: nobody will come after it.
    pub(crate) async fn make_way(&self) -> bool {
        tokio::task::yield_now().await;
        self.is_up()
    }

    pub(crate) fn lights(&self) -> MutexGuard<'_, PresenceCore> {
        self.lights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_presence(&self, actor: ActorRef<PresenceMessage>) {
        *self.presence.write().unwrap_or_else(PoisonError::into_inner) = Some(actor);
    }

    /// The presence actor. It may have fallen: mail to it may be lost, which its successor makes good.
    pub fn presence(&self) -> Option<ActorRef<PresenceMessage>> {
        self.presence.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn note_began(&self) {
        self.conversations.fetch_add(1, Ordering::Relaxed);
    }

    /// Conversations that exist and are not awake.
    pub fn asleep_count(&self) -> u64 {
        let awake = self.awake_count() as u64;
        self.conversations.load(Ordering::Relaxed).saturating_sub(awake)
    }

    /// Conversations awake now.
    pub fn awake_count(&self) -> usize {
        self.slots.len()
    }

    /// The actor of a conversation, woken if it sleeps.
    pub async fn conversation(self: &Arc<Self>, id: ConversationId) -> Result<Slot<ConversationMessage>, SpawnErr> {
        if let Some(slot) = self.slots.find(id) {
            return Ok(slot);
        }
        let _starting = self.slots.starting.lock().await;
        if let Some(slot) = self.slots.find(id) {
            return Ok(slot);
        }
        let arguments = conversation::Arguments {
            id,
            rooms: Arc::clone(self),
            fanned_seq: self.fanned().get(&id).map(|(_, seq)| *seq),
        };
        let (actor, _) = Actor::spawn_linked(None, ConversationActor, arguments, self.supervisor()?).await?;
        let slot = Slot {
            actor,
            credits: Credits::new(limits::ACTOR_CREDITS),
        };
        self.slots.insert(id, slot.clone());
        Ok(slot)
    }

    /// The actor of a patient, woken if it sleeps.
    pub async fn patient(self: &Arc<Self>, id: PersonId) -> Result<Slot<PatientThreadMessage>, SpawnErr> {
        if let Some(slot) = self.patients.find(id) {
            return Ok(slot);
        }
        let _starting = self.patients.starting.lock().await;
        if let Some(slot) = self.patients.find(id) {
            return Ok(slot);
        }
        let (actor, _) =
            Actor::spawn_linked(None, PatientThreadActor, (id, Arc::clone(self)), self.supervisor()?).await?;
        let slot = Slot {
            actor,
            credits: Credits::new(limits::ACTOR_CREDITS),
        };
        self.patients.insert(id, slot.clone());
        Ok(slot)
    }

    fn supervisor(&self) -> Result<ActorCell, SpawnErr> {
        self.supervisor
            .get()
            .cloned()
            .ok_or_else(|| SpawnErr::StartupFailed("the workspace is not started".into()))
    }

    /// Stands a fallen actor up again, whatever it was.
    async fn stand_up(self: &Arc<Self>, fallen: &ActorCell) -> Option<&'static str> {
        if let Some(id) = self.slots.bury(fallen) {
            // Somebody who wanted it may have been faster: whoever starts it, it goes on where the fallen one stood.
            if let Err(error) = self.conversation(id).await {
                tracing::error!(%error, "a conversation's actor could not be started again; its members are cut");
                self.cut_members(id);
            }
            return Some("conversation");
        }
        // A patient's actor hands nothing out: it is started again when somebody asks for it.
        self.patients.bury(fallen).map(|_| "patient_thread")
    }
}

/// Supervises everything that lives in a workspace.
pub(crate) struct WorkspaceSupervisor;

/// What it is started with.
pub(crate) struct Arguments {
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) applied: mpsc::Receiver<Vec<Applied>>,
}

pub(crate) struct State {
    rooms: Arc<Rooms>,
    applied: dispatcher::Feed,
    dispatcher: ActorCell,
    /// How often the dispatcher fell at this revision.
    falls: (u64, u32),
    presence: ActorCell,
}

impl Actor for WorkspaceSupervisor {
    type Msg = ();
    type State = State;
    type Arguments = Arguments;

    async fn pre_start(&self, myself: ActorRef<()>, arguments: Arguments) -> Result<State, ActorProcessingErr> {
        let Arguments { rooms, applied } = arguments;
        let applied = dispatcher::feed(applied);
        rooms.supervisor.get_or_init(|| myself.get_cell());
        let dispatcher = start_dispatcher(&myself, &rooms, &applied).await?;
        let presence = start_presence(&myself, &rooms).await?;
        Ok(State {
            rooms,
            applied,
            dispatcher,
            falls: (0, 0),
            presence,
        })
    }

    async fn handle_supervisor_evt(
        &self,
        myself: ActorRef<()>,
        event: SupervisionEvent,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let SupervisionEvent::ActorFailed(fallen, error) = event else {
            return Ok(());
        };
        let kind = if fallen.get_id() == state.dispatcher.get_id() {
            state.note_fall()?;
            state.dispatcher = start_dispatcher(&myself, &state.rooms, &state.applied).await?;
            "dispatcher"
        } else if fallen.get_id() == state.presence.get_id() {
            state.presence = start_presence(&myself, &state.rooms).await?;
            "presence"
        } else {
            state.rooms.stand_up(&fallen).await.unwrap_or("other")
        };
        metrics::counter!(crate::metrics::ACTOR_RESTARTS_TOTAL, "kind" => kind).increment(1);
        tracing::error!(kind, %error, "an actor fell and was started again from storage");
        Ok(())
    }
}

impl State {
    /// A revision that fells the dispatcher every time would be tried for ever; leaving it out would be a hole.
    fn note_fall(&mut self) -> Result<(), ActorProcessingErr> {
        let at = self.rooms.dispatched();
        self.falls = match self.falls {
            (revision, count) if revision == at => (at, count + 1),
            _ => (at, 1),
        };
        if self.falls.1 > limits::DISPATCHER_FALLS_COUNT_MAX {
            return Err("the dispatcher falls again and again at one revision".into());
        }
        Ok(())
    }
}

async fn start_dispatcher(
    myself: &ActorRef<()>,
    rooms: &Arc<Rooms>,
    applied: &dispatcher::Feed,
) -> Result<ActorCell, SpawnErr> {
    let arguments = (Arc::clone(rooms), Arc::clone(applied));
    let (actor, _) = Actor::spawn_linked(None, Dispatcher, arguments, myself.get_cell()).await?;
    Ok(actor.get_cell())
}

async fn start_presence(myself: &ActorRef<()>, rooms: &Arc<Rooms>) -> Result<ActorCell, SpawnErr> {
    let (actor, _) = Actor::spawn_linked(None, PresenceActor, Arc::clone(rooms), myself.get_cell()).await?;
    Ok(actor.get_cell())
}
