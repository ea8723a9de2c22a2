//! A node's parts as the cuts need them: keys, folders, the log and the state over a simulated disk.
//!
//! Stands under the run and the cuts alike, so that both open the same things in the same way.

use bytes::Bytes;
use corridor_cluster::{GroupConfig, Peer};
use corridor_domain::outcome::Answer;
use corridor_storage::apply::{Applied, AppliedState};
use corridor_storage::backend::MemoryBackend;
use corridor_storage::disk::{Disk, Operation, Remains, SimulatedDisk, Trace};
use corridor_storage::log::{EngineLog, LogError, LogOptions, LogStore as _};
use corridor_storage::reader::Reader;
use corridor_storage::replicated::{CommittedCommand, ReplicatedState, StateSnapshot};
use corridor_storage::sealing::StorageKey;
use corridor_storage::state::State;
use corridor_storage::world::TestWorld;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

pub const GROUP: u64 = 1;
/// Small, so that files are begun, purged and taken up again all the time.
const LOG_FILE_SIZE_BYTES: u64 = 8 * 1024;
const LOG_PURGE_ABOVE_SIZE_BYTES: u64 = 24 * 1024;
const MARK_INTERVAL_MS: u64 = 3;

pub fn group_config() -> GroupConfig {
    GroupConfig {
        floor: None,
        peer: Peer::default(),
        heartbeat_interval_ms: 1_000,
        election_timeout_min_ms: 5_000,
        election_timeout_max_ms: 10_000,
        lease_ms: 10_000,
        snapshot_every_entries: 40,
        keep_entries: 10,
        initialise_if_pristine: true,
    }
}

pub fn node_key() -> StorageKey {
    StorageKey::from_bytes([1; 32])
}

/// A folder of its own, in memory where the machine has such a place: it only holds names.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        Self(folder.unwrap())
    }

    pub fn log(&self) -> PathBuf {
        self.0.path().join("log")
    }
}

/// What a crash left, on its own.
pub struct Node {
    pub place: Place,
    pub disk: Disk,
    pub backend: MemoryBackend,
    pub trace: Trace,
}

impl Node {
    pub fn after(remains: &Remains) -> Self {
        let (place, trace) = (Place::new(), Trace::new());
        std::fs::create_dir_all(place.log()).unwrap();
        let disk = remains.disk(&place.log(), trace.clone()).unwrap();
        let backend = remains.backend(trace.clone());
        Self {
            place,
            disk: Disk::Simulated(disk),
            backend,
            trace,
        }
    }
}

impl Node {
    /// What a kill left, on a machine that went on.
    pub fn after_kill(operations: &[Operation]) -> Self {
        let (place, trace) = (Place::new(), Trace::after(operations));
        let disk = SimulatedDisk::after_kill(place.log(), trace.clone()).unwrap();
        let backend = MemoryBackend::after_kill(trace.clone());
        Self {
            place,
            disk: Disk::Simulated(disk),
            backend,
            trace,
        }
    }

    /// Behind the last index of its log. Opening the log to see it changes the disk: asked of a copy.
    pub fn log_end(&self) -> u64 {
        let log = open_log(&self.place, &self.disk).unwrap();
        log.last_index(GROUP).map_or(0, |last| last + 1)
    }
}

pub fn open_log(place: &Place, disk: &Disk) -> Result<EngineLog, LogError> {
    let options = LogOptions {
        file_size_bytes: LOG_FILE_SIZE_BYTES,
        purge_above_size_bytes: LOG_PURGE_ABOVE_SIZE_BYTES,
        mark_interval_ms: MARK_INTERVAL_MS,
        disk: disk.clone(),
        ..LogOptions::new(place.log())
    };
    let world = Arc::new(TestWorld::new(0, 5));
    let never_fatal = Arc::new(|problem: &str| panic!("fatal: {problem}"));
    EngineLog::open(&options, &node_key(), world, never_fatal)
}

/// Applied state, a reader of it, and what its listener hears.
pub struct OpenState {
    pub applied: Arc<AppliedState>,
    pub reader: Reader,
    pub heard: Arc<Mutex<Vec<Applied>>>,
}

pub fn open_state(backend: &MemoryBackend, key: &StorageKey) -> io::Result<OpenState> {
    let world = Arc::new(TestWorld::new(0, 3));
    let workspace_key = StorageKey::from_bytes([2; 32]);
    let state = State::new(Arc::new(backend.clone()), world, key, &workspace_key);
    let heard: Arc<Mutex<Vec<Applied>>> = Arc::default();
    let ear = Arc::clone(&heard);
    let listener = Box::new(move |applied| ear.lock().unwrap().extend(applied));
    Ok(OpenState {
        applied: Arc::new(AppliedState::open(state.clone(), listener)?),
        reader: Reader::new(state),
        heard,
    })
}

/// The applied state, and everything that reached it.
pub struct Witness {
    pub state: OpenState,
    seen: Mutex<Vec<CommittedCommand>>,
}

impl Witness {
    pub fn new(state: OpenState) -> Self {
        Self {
            state,
            seen: Mutex::default(),
        }
    }

    pub fn seen(&self) -> Vec<CommittedCommand> {
        self.seen.lock().unwrap().clone()
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
        self.state.applied.time_ms()
    }

    fn marker(&self) -> io::Result<Option<Vec<u8>>> {
        self.state.applied.marker()
    }

    fn apply(&self, commands: Vec<CommittedCommand>, marker: Vec<u8>) -> io::Result<Vec<Answer>> {
        self.seen.lock().unwrap().extend(commands.iter().cloned());
        self.state.applied.apply(commands, marker)
    }

    fn persist(&self) -> io::Result<()> {
        self.state.applied.persist()
    }

    fn snapshot(&self) -> io::Result<StateSnapshot> {
        self.state.applied.snapshot()
    }

    fn install(&self, snapshot: StateSnapshot) -> io::Result<()> {
        self.state.applied.install(snapshot)
    }
}
