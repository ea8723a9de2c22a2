//! The supervisor of one workspace: wakes the actors of its conversations and patients, and stands them up again when they fall.
//!
//! An actor that dies is found here, counted, and started again from storage; its neighbours never notice. What waited in its
//! mailbox is answered "maybe done" (the reply is dropped), and what it had not handed out yet is handed out by its successor.
//! Whatever cannot be handed out cuts those who wait for it: they come back and read it from storage. A hole is worse than a cut.

use crate::agenda::{Agenda, AgendaActor, Look};
use crate::alarm::Alarm;
use crate::charts::KnownCharts;
use crate::conversation::{self, ConversationActor, ConversationMessage};
use crate::directory::Devices;
use crate::dispatcher::{self, Dispatcher};
use crate::fan_out::FanOut;
use crate::frame::Encode;
use crate::gateway::Proposals;
use crate::gossip::Voice;
use crate::outbox::Farewell;
use crate::patient_thread::{PatientThreadActor, PatientThreadMessage};
use crate::presence::{Board, Lights, PresenceActor, PresenceMessage};
use crate::queue::{Queue, QueueActor};
use crate::slots::{Slot, Slots};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use corridor_storage::apply::Applied;
use corridor_storage::reader::Reader;
use corridor_sync::handover::Progress;
use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, ActorStatus, SpawnErr, SupervisionEvent};
use std::collections::HashMap;
#[cfg(test)]
use std::sync::atomic::AtomicU64;
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
    pub(crate) fan_out: FanOut,
    pub(crate) slots: Slots<ConversationId, ConversationMessage>,
    pub(crate) patients: Slots<PersonId, PatientThreadMessage>,
    /// How far each awake conversation has handed out its events, and by whom. An actor that falls asleep takes its entry with
    /// it; one that falls leaves it: that is how its successor, whoever wakes it, knows where to go on.
    fanned: Mutex<HashMap<ConversationId, (ActorId, u64)>>,
    /// How far the dispatcher has come.
    progress: Progress,
    supervisor: OnceLock<ActorCell>,
    presence: RwLock<Option<ActorRef<PresenceMessage>>>,
    /// Only to be observed.
    dispatcher: RwLock<Option<ActorCell>>,
    /// Outlives the presence actor, so that its successor can say what changed in between.
    lights: Lights,
    /// What other nodes told, and what is shown of all of it. Outlives the presence actor for the same reason.
    board: Mutex<Board>,
    agenda: RwLock<Option<ActorRef<Look>>>,
    /// What other nodes are to be told.
    pub(crate) voice: Voice,
    /// Patient conversations by their newest message. Outlives the actor that tells of it.
    pub(crate) queue: Queue,
    pub(crate) charts: KnownCharts,
    /// The dispatcher panics once at this moment: twice the revision, and one more for after it.
    #[cfg(test)]
    pub(crate) crash_dispatcher_at: AtomicU64,
}

impl Rooms {
    /// Nobody is awake. `dispatched` is the revision up to which events were handed out before the start.
    pub(crate) fn new(context: Context, dispatched: u64, voice: Voice) -> Self {
        Self {
            context,
            fan_out: FanOut::new(),
            slots: Slots::new("conversation"),
            patients: Slots::new("patient_thread"),
            fanned: Mutex::new(HashMap::new()),
            progress: Progress::new(dispatched),
            supervisor: OnceLock::new(),
            presence: RwLock::new(None),
            dispatcher: RwLock::new(None),
            lights: Lights::new(),
            board: Mutex::default(),
            agenda: RwLock::new(None),
            voice,
            queue: Queue::default(),
            charts: KnownCharts::default(),
            #[cfg(test)]
            crash_dispatcher_at: AtomicU64::new(0),
        }
    }

    /// Everything up to this revision was given to the actors.
    pub fn dispatched(&self) -> u64 {
        self.progress.dispatched()
    }

    pub(crate) fn note_dispatched(&self, revision: u64) {
        self.progress.note_dispatched(revision);
    }

    /// What happened up to this revision may be handed out.
    pub(crate) fn announced(&self) -> u64 {
        self.progress.announced()
    }

    /// Closes the sessions that ended at this revision; then it may be handed out.
    pub(crate) fn announce(&self, revision: u64, close_sessions: impl FnOnce()) {
        self.progress.announce(revision, close_sessions);
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

    /// What a conversation owes can never be handed out: its members are cut, and then the others go on.
    pub(crate) fn give_up(&self, id: ConversationId, up_to: u64) {
        self.cut_members(id);
        self.fan_out.give_up(id, up_to);
    }

    /// Cuts the devices of a conversation's members: what they should have got cannot be handed out.
    fn cut_members(&self, id: ConversationId) {
        let devices = &self.context.devices;
        let Ok(members) = self.context.reader.memberships(id) else {
            return devices.cut_all();
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

    pub(crate) fn lights(&self) -> &Lights {
        &self.lights
    }

    pub(crate) fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_presence(&self, actor: ActorRef<PresenceMessage>) {
        *self.presence.write().unwrap_or_else(PoisonError::into_inner) = Some(actor);
    }

    /// The presence actor. It may have fallen: mail to it may be lost, which its successor makes good.
    pub fn presence(&self) -> Option<ActorRef<PresenceMessage>> {
        self.presence.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_agenda(&self, actor: ActorRef<Look>) {
        *self.agenda.write().unwrap_or_else(PoisonError::into_inner) = Some(actor);
    }

    /// The agenda's actor. It may have fallen: its successor looks what is due.
    pub(crate) fn agenda(&self) -> Option<ActorRef<Look>> {
        self.agenda.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the dispatcher does.
    pub(crate) fn dispatcher_status(&self) -> ActorStatus {
        let dispatcher = self.dispatcher.read().unwrap_or_else(PoisonError::into_inner);
        dispatcher
            .as_ref()
            .map_or(ActorStatus::Unstarted, ActorCell::get_status)
    }

    /// How long an actor that wakes now stays awake without anything to do: shorter once very many are awake.
    pub(crate) fn idle_ms(&self) -> u64 {
        match self.slots.len() < limits::CONVERSATIONS_AWAKE_COUNT_MAX {
            true => limits::CONVERSATION_IDLE_MS,
            false => limits::CONVERSATION_IDLE_CROWDED_MS,
        }
    }

    /// The dispatcher and the presence actor are found by nobody; the supervisor tells how they are.
    pub(crate) fn supervisor_status(&self) -> ActorStatus {
        self.supervisor
            .get()
            .map_or(ActorStatus::Unstarted, ActorCell::get_status)
    }

    /// Conversations awake now.
    pub fn awake_count(&self) -> usize {
        self.slots.len()
    }

    /// The actor of a conversation, woken if it sleeps.
    pub async fn conversation(self: &Arc<Self>, id: ConversationId) -> Result<Slot<ConversationMessage>, SpawnErr> {
        let start = || async {
            let arguments = conversation::Arguments {
                id,
                rooms: Arc::clone(self),
                fanned_seq: self.fanned().get(&id).map(|(_, seq)| *seq),
            };
            Actor::spawn_linked(None, ConversationActor, arguments, self.supervisor()?).await
        };
        self.slots.wake(id, start).await
    }

    /// The actor of a patient, woken if it sleeps.
    pub async fn patient(self: &Arc<Self>, id: PersonId) -> Result<Slot<PatientThreadMessage>, SpawnErr> {
        let arguments = (id, Arc::clone(self));
        let start = || async { Actor::spawn_linked(None, PatientThreadActor, arguments, self.supervisor()?).await };
        self.patients.wake(id, start).await
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
                self.give_up(id, self.announced());
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
    pub(crate) agenda: Agenda,
    pub(crate) alarm: Arc<Alarm>,
    pub(crate) applied: mpsc::Receiver<Vec<Applied>>,
}

pub(crate) struct State {
    rooms: Arc<Rooms>,
    alarm: Arc<Alarm>,
    applied: dispatcher::Feed,
    dispatcher: ActorCell,
    /// How often the dispatcher fell at this revision.
    falls: (u64, u32),
    presence: ActorCell,
    queue: ActorCell,
    agenda: (Agenda, ActorCell),
}

impl Actor for WorkspaceSupervisor {
    type Msg = ();
    type State = State;
    type Arguments = Arguments;

    async fn pre_start(&self, myself: ActorRef<()>, arguments: Arguments) -> Result<State, ActorProcessingErr> {
        let Arguments {
            rooms,
            agenda,
            alarm,
            applied,
        } = arguments;
        let applied = dispatcher::feed(applied);
        rooms.supervisor.get_or_init(|| myself.get_cell());
        let dispatcher = start_dispatcher(&myself, &rooms, &applied).await?;
        let presence = start(&myself, PresenceActor, Arc::clone(&rooms)).await?;
        let queue = start(&myself, QueueActor, Arc::clone(&rooms)).await?;
        let started = start(&myself, AgendaActor, agenda.clone()).await?;
        Ok(State {
            rooms,
            alarm,
            applied,
            dispatcher,
            falls: (0, 0),
            presence,
            queue,
            agenda: (agenda, started),
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
            state.presence = start(&myself, PresenceActor, Arc::clone(&state.rooms)).await?;
            "presence"
        } else if fallen.get_id() == state.queue.get_id() {
            state.queue = start(&myself, QueueActor, Arc::clone(&state.rooms)).await?;
            "queue"
        } else if fallen.get_id() == state.agenda.1.get_id() {
            state.agenda.1 = start(&myself, AgendaActor, state.agenda.0.clone()).await?;
            "agenda"
        } else {
            state.rooms.stand_up(&fallen).await.unwrap_or("other")
        };
        state.alarm.note_fall(kind);
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
    let dispatcher = start(myself, Dispatcher, arguments).await?;
    *rooms.dispatcher.write().unwrap_or_else(PoisonError::into_inner) = Some(dispatcher.clone());
    Ok(dispatcher)
}

/// Starts one that the supervisor stands up again.
async fn start<A: Actor>(myself: &ActorRef<()>, actor: A, arguments: A::Arguments) -> Result<ActorCell, SpawnErr> {
    let (started, _) = Actor::spawn_linked(None, actor, arguments, myself.get_cell()).await?;
    Ok(started.get_cell())
}
