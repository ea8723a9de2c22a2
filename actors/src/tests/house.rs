//! A small clinic with everything alive, and devices that look into their outboxes.

pub use super::device::{Device, text, text_of};
use crate::alarm::Fence;
use crate::falls::FallLimit;
use crate::frame::{Encode, Frame, Light};
use crate::queue::Standing;
use crate::rates::Rate;
use crate::{Actors, Needs, SubmitError};
use corridor_cluster::{Group, GroupConfig, Hosting};
use corridor_domain::care::Party;
use corridor_domain::command::{Acting, Command, Envelope, NewConversation, NewMessage};
use corridor_domain::conversation::{Audience, Conversation, Kind, Side};
use corridor_domain::event::{Event, EventBody, Priority};
use corridor_domain::ids::{CommandId, ConversationId, PersonId, SessionId};
use corridor_domain::outcome::{Answer, Change};
use corridor_domain::person::{AccountState, PatientFacts, Person, PersonKind, Role};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::session::Session;
use corridor_storage::apply::AppliedState;
use corridor_storage::backend::{Backend, MemoryBackend};
use corridor_storage::log::MemoryLog;
use corridor_storage::reader::Reader;
use corridor_storage::sealing::StorageKey;
use corridor_storage::state::State;
use corridor_storage::world::TestWorld;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

pub const ADMINISTRATOR: PersonId = PersonId(1);
pub const NURSE: PersonId = PersonId(2);
pub const PHYSICIAN: PersonId = PersonId(3);
pub const CLERK: PersonId = PersonId(4);
pub const MARIA: PersonId = PersonId(0x10);
pub const GENERAL: ConversationId = ConversationId(0xA0);
pub const GROUP: ConversationId = ConversationId(0xA1);
pub const OTHER: ConversationId = ConversationId(0xA2);
/// Nothing takes that long: reached only when something hangs.
const TOO_LONG: Duration = Duration::from_secs(30);
/// The tests of falls let many fall.
const MANY_FALLS: FallLimit = FallLimit {
    count: 100_000,
    window_ms: 60_000,
};
pub const PLENTY: Rate = Rate {
    per_second: 1_000_000,
    burst: 1_000_000,
};

/// Frames are `room/seq words`, in the numbering of the side. Panics over a bomb as often as it is armed.
#[derive(Debug, Default)]
pub struct Plain {
    pub armed: AtomicI32,
}

impl Encode for Plain {
    fn event(&self, head: &Conversation, event: &Event, _: Option<&Event>, side: Side) -> Option<Frame> {
        let words = match &event.body {
            EventBody::Message(message) => String::from_utf8_lossy(&message.content.0).into_owned(),
            EventBody::MemberRemoved { person } => format!("removed {:x}", person.0),
            _ => String::from("-"),
        };
        if words == "bomb" && self.armed.fetch_sub(1, Ordering::SeqCst) > 0 {
            panic!("an encoder that cannot cope");
        }
        Some(Frame::from(format!(
            "{:x}/{} {words}",
            head.id.0,
            event.place.seq_for(side)
        )))
    }

    fn typing(&self, conversation: ConversationId, person: PersonId, active: bool) -> Option<Frame> {
        Some(Frame::from(format!(
            "typing {:x} {:x} {active}",
            conversation.0, person.0
        )))
    }

    fn presence(&self, lights: &[(PersonId, Light)]) -> Option<Frame> {
        let lights: Vec<_> = lights
            .iter()
            .map(|(person, light)| format!("light {:x} {light:?}", person.0))
            .collect();
        (!lights.is_empty()).then(|| Frame::from(lights.join(", ")))
    }

    fn queue(&self, standing: &Standing) -> Option<Frame> {
        let waits = standing.waiting_since_ms.map_or("answered", |_| "waits");
        let party = match standing.party {
            Party::Pool(role) => format!("{role:?}"),
            Party::Person(person) => format!("{:x}", person.0),
        };
        let room = standing.conversation.0;
        Some(Frame::from(format!(
            "queue {room:x} {party} {:?} {waits}",
            standing.stage
        )))
    }

    fn queue_closed(&self) -> Option<Frame> {
        Some(Frame::from_static(b"queue closed"))
    }

    fn forget(&self, _: PersonId) {}

    fn personal(&self, change: &Change) -> Option<Frame> {
        Some(Frame::from(match change {
            Change::Coverage(coverage) => {
                let (covering, covered) = (coverage.window.covering.0, coverage.window.covered.0);
                format!("coverage {covering:x} for {covered:x} {:?}", coverage.stage)
            }
            Change::Attention {
                attention, reminded, ..
            } => {
                format!("attention {:x} reminded {reminded}", attention.conversation.0)
            }
            Change::Scheduled(scheduled) => format!("scheduled {:x} {:?}", scheduled.new.id.0, scheduled.refused),
            Change::ScheduledOver { scheduled, sent_seq } => {
                format!("scheduled {:x} is over {sent_seq:?}", scheduled.new.id.0)
            }
            Change::Settings(_) => String::from("settings"),
            _ => return None,
        }))
    }
}

/// Waits for an event; a test that would wait for ever fails instead.
pub async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(TOO_LONG, work).await.expect("it never happened")
}

pub struct House {
    pub actors: Actors,
    pub group: Group<AppliedState>,
    pub reader: Reader,
    pub world: Arc<TestWorld>,
    pub encode: Arc<Plain>,
    pub leads: Arc<AtomicBool>,
    commands: AtomicU64,
}

impl House {
    pub async fn open() -> Self {
        Self::over(Arc::new(MemoryBackend::new()), PLENTY, PLENTY).await
    }

    pub async fn over(backend: Arc<dyn Backend>, command_rate: Rate, send_rate: Rate) -> Self {
        let never: Fence = Arc::new(|why| panic!("fenced: {why}"));
        Self::fenced_by(backend, [command_rate, send_rate], MANY_FALLS, never).await
    }

    pub async fn fenced_by(
        backend: Arc<dyn Backend>,
        [command_rate, send_rate]: [Rate; 2],
        fall_limit: FallLimit,
        fence: Fence,
    ) -> Self {
        let world = Arc::new(TestWorld::new(1_800_000_000_000, 7));
        let (node, workspace) = (StorageKey::from_bytes([1; 32]), StorageKey::from_bytes([2; 32]));
        let state = State::new(backend, world.clone(), &node, &workspace);
        let state = state.with_carrier(Duration::ZERO).unwrap();
        let reader = Reader::new(state.clone());
        let (sender, applied) = mpsc::channel(8);
        // When everything stops nobody listens any more.
        let listener = Box::new(move |batch| drop(sender.blocking_send(batch)));
        let state = Arc::new(AppliedState::open(state, listener).unwrap());
        let fatal = Arc::new(|problem: &str| panic!("fatal: {problem}"));
        let log = Arc::new(MemoryLog::new());
        let hosting = Hosting::alone(1, world.clone(), fatal);
        let group = Group::start(7, GroupConfig::default(), hosting, log, state).await;
        let group = group.unwrap();
        group.wait_ready(TOO_LONG).await.unwrap();
        let encode = Arc::new(Plain::default());
        let leads = Arc::new(AtomicBool::new(true));
        let needs = Needs {
            reader: reader.clone(),
            proposer: group.proposer(),
            applied,
            encode: encode.clone(),
            leads: Box::new({
                let leads = Arc::clone(&leads);
                move || leads.load(Ordering::Acquire)
            }),
            world: world.clone(),
            command_rate,
            send_rate,
            space: crate::disk_space::DiskSpace::default(),
            fall_limit,
            fence: Arc::clone(&fence),
            dispatched: reader.progress().unwrap().revision,
        };
        let house = Self {
            actors: Actors::start(needs).await.unwrap(),
            group,
            reader,
            world,
            encode,
            leads,
            commands: AtomicU64::new(1),
        };
        house.move_in().await;
        house
    }

    async fn move_in(&self) {
        let name = Private::from("Elm Street");
        let administrator = Box::new(staff(ADMINISTRATOR, Role::Administrator));
        let found = Command::FoundWorkspace { name, administrator };
        self.ask(self.from(Acting::Operator, found)).await.unwrap();
        self.sign_in(ADMINISTRATOR).await;
        for (id, role) in [
            (NURSE, Role::Nurse),
            (PHYSICIAN, Role::Physician),
            (CLERK, Role::FrontDesk),
        ] {
            let person = Box::new(staff(id, role));
            self.does(ADMINISTRATOR, Command::AddPerson { person, general: None })
                .await;
            self.sign_in(id).await;
        }
        let facts = PatientFacts {
            mrn: Private::from("7"),
            birth_date: Private::from("1984-03-12"),
            care_team: vec![NURSE, PHYSICIAN],
        };
        let maria = Person {
            patient: Some(facts),
            ..person(MARIA, PersonKind::Patient)
        };
        let general = new(GENERAL, Kind::Patient { patient: MARIA }, &[]);
        let add = Command::AddPerson {
            person: Box::new(maria),
            general: Some(Box::new(general)),
        };
        self.does(ADMINISTRATOR, add).await;
        self.sign_in(MARIA).await;
        for room in [GROUP, OTHER] {
            let group = new(room, Kind::Group, &[PHYSICIAN, CLERK]);
            self.does(NURSE, Command::CreateConversation(Box::new(group))).await;
        }
        self.settle().await;
    }

    async fn sign_in(&self, person: PersonId) {
        let session = Session {
            id: session_of(person),
            person,
            token_hash: [3; 32],
            device: Private::default(),
            created_at_ms: 0,
            expires_at_ms: u64::MAX,
            ended_at_revision: None,
        };
        let command = Command::SignIn {
            session: Box::new(session),
            credential: Private::from("hash"),
        };
        self.ask(self.from(Acting::Door, command)).await.unwrap();
    }

    fn from(&self, acting: Acting, command: Command) -> Envelope {
        let number = u128::from(self.commands.fetch_add(1, Ordering::Relaxed));
        Envelope {
            command_id: CommandId(number),
            fingerprint: [5; 16],
            acting,
            on_behalf_of: None,
            salt: number.to_be_bytes(),
            command,
        }
    }

    pub fn envelope(&self, person: PersonId, command: Command) -> Envelope {
        let session = session_of(person);
        self.from(Acting::Person { person, session }, command)
    }

    pub async fn ask(&self, envelope: Envelope) -> Result<Answer, SubmitError> {
        within(self.actors.gateway().submit(&envelope)).await
    }

    /// Somebody does; the revision of it.
    pub async fn does(&self, person: PersonId, command: Command) -> u64 {
        match self.ask(self.envelope(person, command.clone())).await {
            Ok(Answer::Done { revision, .. }) => revision,
            other => panic!("{command:?}: {other:?}"),
        }
    }

    pub async fn attach(&self, person: PersonId) -> Device {
        let (side, is_staff) = if person == MARIA {
            (Side::Patient, false)
        } else {
            (Side::Team, true)
        };
        let attached = self.actors.attach(session_of(person), person, side, is_staff).await;
        Device(attached.unwrap())
    }

    /// Waits until everything that was applied was handed out.
    pub async fn settle(&self) {
        let revision = self.reader.progress().unwrap().revision;
        let rooms = self.actors.rooms();
        let busy = |id| rooms.slots.find(id).is_some_and(|slot| slot.credits.in_use() > 0);
        within(async {
            while rooms.dispatched() < revision
                || !rooms.fan_out.is_done()
                || [GENERAL, GROUP, OTHER].into_iter().any(busy)
            {
                tokio::task::yield_now().await;
            }
        })
        .await;
        // Its answer comes behind everything that it was sent before.
        self.actors.lights().await;
    }

    /// What a room's devices must have been handed, for one side.
    pub fn frames(&self, room: ConversationId, side: Side) -> Vec<String> {
        let head = self.reader.conversation(room).unwrap().unwrap();
        let events = self.reader.events(room, 1, head.last.seq, usize::MAX).unwrap();
        let visible = events.iter().filter(|event| event.is_visible_to(side));
        let frames = visible.filter_map(|event| Plain::default().event(&head, event, None, side));
        frames.map(|frame| text(&frame)).collect()
    }

    pub async fn close(self) {
        within(self.actors.stop()).await;
        within(self.group.shutdown()).await;
    }
}

pub fn session_of(person: PersonId) -> SessionId {
    SessionId(person.0 << 8)
}

fn person(id: PersonId, kind: PersonKind) -> Person {
    Person {
        id,
        kind,
        name: Private::new(format!("Person {:x}", id.0)),
        title: Private::default(),
        login: Private::new(format!("person-{:x}", id.0)),
        credential: Private::from("hash"),
        roles: [].into_iter().collect(),
        state: AccountState::Active,
        sites: Vec::new(),
        patient: None,
        proxy_for: Vec::new(),
        organization: Private::default(),
    }
}

fn staff(id: PersonId, role: Role) -> Person {
    Person {
        roles: [role].into_iter().collect(),
        ..person(id, PersonKind::Staff)
    }
}

pub fn new(id: ConversationId, kind: Kind, members: &[PersonId]) -> NewConversation {
    NewConversation {
        id,
        kind,
        topic: Private::from("Topic"),
        members: members.to_vec(),
        content_key: Sealed::default(),
    }
}

pub fn send(conversation: ConversationId, words: &str) -> Command {
    say(conversation, Audience::Everyone, words)
}

pub fn note(conversation: ConversationId, words: &str) -> Command {
    say(conversation, Audience::Team, words)
}

fn say(conversation: ConversationId, audience: Audience, words: &str) -> Command {
    let message = NewMessage {
        audience,
        priority: Priority::Routine,
        content: Sealed(words.as_bytes().to_vec()),
        mentions: Vec::new(),
        reply_to: None,
    };
    Command::Send {
        conversation,
        message: Box::new(message),
    }
}
