//! Applied state, and everything that becomes of it: which command got which place, and what each node has written of it.
//!
//! Stands around the state that a node really has, as the group sees it. All nodes write into one ledger.

use crate::history::{Happened, Said, Told};
use crate::machines::GROUP;
use crate::record::Record;
use crate::store::Store;
use bytes::Bytes;
use corridor_domain::command::Envelope;
use corridor_domain::event::Event;
use corridor_domain::ids::ConversationId;
use corridor_domain::outcome::{Answer, Change};
use corridor_storage::apply::{Applied, AppliedState};
use corridor_storage::log::LogStore;
use corridor_storage::reader::Reader;
use corridor_storage::replicated::{CommittedCommand, ReplicatedState, StateSnapshot};
use corridor_storage::scrub::Scrub;
use corridor_storage::sealing::StorageKey;
use corridor_storage::state::State;
use corridor_storage::world::World;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The key that all nodes of the workspace have.
pub fn workspace_key() -> StorageKey {
    StorageKey::from_bytes([2; 32])
}

/// The one order of all commands, as the first node that applied each of them saw it. Clones are the same ledger.
#[derive(Clone, Default)]
pub struct Ledger {
    ordered: Arc<Mutex<BTreeMap<u64, CommittedCommand>>>,
}

impl Ledger {
    fn ordered(&self) -> MutexGuard<'_, BTreeMap<u64, CommittedCommand>> {
        self.ordered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything, in order.
    pub fn all(&self) -> Vec<CommittedCommand> {
        self.ordered().values().cloned().collect()
    }

    fn note(&self, record: &Record, command: &CommittedCommand) {
        let mut ordered = self.ordered();
        if ordered.get(&command.revision) == Some(command) {
            return;
        }
        let envelope = decode(&command.command);
        record.happened(Happened::Ordered {
            revision: command.revision,
            at_ms: command.at_ms,
            command: envelope.as_ref().map_or_else(|| "damaged".to_owned(), command_name),
            conflict: envelope.is_some_and(|envelope| is_conflict(&envelope)),
        });
        ordered.entry(command.revision).or_insert_with(|| command.clone());
    }
}

/// The envelope of a command of the log: a byte for the version, and what postcard makes of it.
pub fn decode(command: &Bytes) -> Option<Envelope> {
    postcard::from_bytes(command.get(1..)?).ok()
}

/// How a command is called in the history.
pub fn command_name(envelope: &Envelope) -> String {
    format!("{:x}", envelope.command_id.0)
}

/// Other words under the name of an earlier command.
pub fn is_conflict(envelope: &Envelope) -> bool {
    envelope.fingerprint == CONFLICT
}

/// The fingerprint of other words.
pub const CONFLICT: [u8; 16] = [0xEE; 16];

/// The state of one life of one node.
pub struct Witness {
    pub node: u64,
    pub life: u64,
    applied: AppliedState,
    state: State,
    pub reader: Reader,
    ledger: Ledger,
    record: Record,
}

impl Witness {
    /// Opens what the store holds.
    pub fn open(
        (node, life): (u64, u64),
        store: &Store,
        world: Arc<dyn World>,
        ledger: Ledger,
        record: Record,
    ) -> io::Result<Self> {
        let key = StorageKey::from_bytes([node as u8; 32]);
        let state = State::new(Arc::new(store.clone()), world, &key, &workspace_key());
        let telling = record.clone();
        let listener = move |applied: Vec<Applied>| tell(&telling, node, life, &applied);
        Ok(Self {
            node,
            life,
            applied: AppliedState::open(state.clone(), Box::new(listener))?,
            reader: Reader::new(state.clone()),
            state,
            ledger,
            record,
        })
    }

    /// The last revision and the hash of everything up to there.
    pub fn stand(&self) -> (u64, String) {
        let progress = self.applied.progress();
        (progress.revision, hex(&progress.hash[..8]))
    }

    /// What reads everything of this state and its log.
    pub fn scrub(&self, log: Arc<dyn LogStore>) -> Scrub {
        Scrub::new(self.state.clone(), log, GROUP)
    }

    /// Of every key and clear value, but the one that is the node's own.
    pub fn digest(&self) -> String {
        digest(&self.applied)
    }

    fn note_stand(&self) {
        let (revision, hash) = self.stand();
        self.record.happened(Happened::Applied {
            node: self.node,
            life: self.life,
            revision,
            hash,
        });
    }
}

/// Of every key and clear value of a state, but its marker.
pub fn digest(applied: &AppliedState) -> String {
    const MARKER_KEY: [u8; 2] = [0x01, 1];
    let mut bytes = Vec::new();
    let records = applied.snapshot().map(|snapshot| snapshot.records());
    for record in records.into_iter().flatten() {
        let Ok((key, value)) = record else {
            return "unreadable".to_owned();
        };
        if key != MARKER_KEY {
            bytes.extend_from_slice(&(key.len() as u64).to_le_bytes());
            bytes.extend_from_slice(&key);
            bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
            bytes.extend_from_slice(&value);
        }
    }
    hex(&StorageKey::from_bytes([0; 32]).fingerprint(&bytes)[..8])
}

/// As text.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn tell(record: &Record, node: u64, life: u64, applied: &[Applied]) {
    for one in applied {
        for change in &one.changes {
            if let Change::Event { conversation, event } = change
                && event.revision == one.revision
            {
                let event = said(*conversation, event);
                record.happened(Happened::Tells { node, life, event });
            }
        }
    }
}

/// An event as the history has it.
pub fn said(conversation: ConversationId, event: &Event) -> Said {
    let words = |message: &corridor_domain::event::Message| String::from_utf8_lossy(&message.content.0).into_owned();
    Said {
        conversation: format!("{:x}", conversation.0),
        seq: event.place.seq,
        shared_seq: event.place.shared_seq,
        shared: event.shared,
        revision: event.revision,
        at_ms: event.at_ms,
        actor: format!("{:x}", event.actor.0),
        body: event.message().map(words),
    }
}

/// An answer as the history has it.
pub fn told(answer: &Answer) -> Told {
    match answer {
        Answer::Done { revision, place, .. } => Told::Done {
            revision: *revision,
            seq: place.seq,
            shared_seq: place.shared_seq,
        },
        Answer::Refused { revision, refusal } => Told::Refused {
            revision: *revision,
            refusal: refusal.code().to_owned(),
        },
        Answer::Granted { revision, .. } => Told::Granted { revision: *revision },
    }
}

impl ReplicatedState for Witness {
    type Answer = Answer;

    fn encode_answer(answer: &Answer) -> io::Result<Bytes> {
        AppliedState::encode_answer(answer)
    }

    fn decode_answer(bytes: &[u8]) -> io::Result<Answer> {
        AppliedState::decode_answer(bytes)
    }

    fn time_ms(&self) -> u64 {
        self.applied.time_ms()
    }

    fn marker(&self) -> io::Result<Option<Vec<u8>>> {
        self.applied.marker()
    }

    fn apply(&self, commands: Vec<CommittedCommand>, marker: Vec<u8>) -> io::Result<Vec<Answer>> {
        for command in &commands {
            self.ledger.note(&self.record, command);
        }
        let says_something = !commands.is_empty();
        let answers = self.applied.apply(commands, marker)?;
        if says_something {
            self.note_stand();
        }
        Ok(answers)
    }

    fn persist(&self) -> io::Result<()> {
        self.applied.persist()
    }

    fn snapshot(&self) -> io::Result<StateSnapshot> {
        self.applied.snapshot()
    }

    fn install(&self, snapshot: StateSnapshot) -> io::Result<()> {
        self.applied.install(snapshot)?;
        self.record.count("state installed from another node");
        self.note_stand();
        Ok(())
    }
}
