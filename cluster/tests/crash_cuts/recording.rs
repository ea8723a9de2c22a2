//! One recorded run: commands through a group over a simulated disk, every operation and every acknowledgement in one order.
//!
//! Stands before the cuts, which know nothing but what is in a [`Recording`]. What the commands are is in `story.rs`.

use crate::clinic::NOW_MS;
use crate::node::{Node, Place, Witness, group_config, node_key, open_log, open_state};
use corridor_cluster::{Group, Hosting, Proposer};
use corridor_domain::command::Envelope;
use corridor_domain::outcome::Answer;
use corridor_storage::apply::encode_command;
use corridor_storage::backend::MemoryBackend;
use corridor_storage::disk::{Disk, Operation, SimulatedDisk, Trace};
use corridor_storage::log::LogStore;
use corridor_storage::replicated::{CommittedCommand, ReplicatedState as _, SnapshotRecord, StateSnapshot};
use corridor_storage::world::TestWorld;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// How long a sync takes while somebody waits for an answer: who is answered in that time was answered before it.
const SYNC_TAKES: Duration = Duration::from_millis(2);
const SOON: Duration = Duration::from_secs(20);

/// Somebody was told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Acknowledgement {
    pub envelope: Envelope,
    pub answer: Answer,
}

/// A view of the state at some moment, taken out of the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakenSnapshot {
    pub marker: Vec<u8>,
    pub records: Vec<SnapshotRecord>,
}

impl TakenSnapshot {
    pub fn snapshot(&self) -> StateSnapshot {
        let records = self.records.clone();
        StateSnapshot::new(self.marker.clone(), move || {
            Box::new(records.clone().into_iter().map(Ok))
        })
    }
}

/// Everything that happened.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Recording {
    pub operations: Vec<Operation>,
    /// Operations before this one only laid out what the run began with.
    pub begins: usize,
    /// The highest revision that somebody had been told of before it began.
    pub promised_before: Option<u64>,
    /// A note in the trace is an index into these.
    pub acknowledged: Vec<Acknowledgement>,
    /// By revision.
    pub commands: BTreeMap<u64, (u64, Envelope)>,
    pub snapshots: Vec<TakenSnapshot>,
}

impl Recording {
    /// Where a recording is kept after a finding.
    fn file() -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash_cuts.recording")
    }

    /// Keeps it, so that one cut of it can be made again: no two runs share their writes in the same way.
    pub fn keep(&self) {
        std::fs::write(Self::file(), postcard::to_stdvec(self).unwrap()).unwrap();
    }

    /// The one that was kept.
    pub fn kept() -> Self {
        let bytes = std::fs::read(Self::file()).expect("a cut by name needs the recording of a failed run");
        postcard::from_bytes(&bytes).unwrap()
    }
}

/// How many proposals have no answer yet.
#[derive(Default)]
struct Waiting {
    count: Mutex<usize>,
    changed: Condvar,
}

impl Waiting {
    fn add(&self, count: usize) {
        *self.count.lock().unwrap() += count;
    }

    fn answered(&self) {
        *self.count.lock().unwrap() -= 1;
        self.changed.notify_all();
    }

    /// Returns at once if nobody waits. Else somebody may be answered meanwhile, who should not be.
    fn pass(&self, time: Duration) {
        let count = self.count.lock().unwrap();
        drop(
            self.changed
                .wait_timeout_while(count, time, |count| *count > 0)
                .unwrap(),
        );
    }
}

/// Drives a group and writes down what comes back.
pub struct Recorder {
    trace: Trace,
    world: Arc<TestWorld>,
    log: Disk,
    backend: MemoryBackend,
    place: Place,
    waiting: Arc<Waiting>,
    acknowledged: Arc<Mutex<Vec<Acknowledgement>>>,
    /// By their bytes in the log.
    submitted: Vec<Envelope>,
    witness: Arc<Witness>,
    group: Option<Group<Witness>>,
    begins: usize,
    /// What was in the log when the run began, by revision.
    known: BTreeMap<u64, (u64, Envelope)>,
    promised_before: Option<u64>,
    snapshots: Vec<TakenSnapshot>,
    seen: Vec<CommittedCommand>,
    pub commands: u128,
}

impl Recorder {
    /// On an empty disk.
    pub async fn new() -> Self {
        let (trace, waiting) = (Trace::new(), Arc::<Waiting>::default());
        let place = Place::new();
        let slow = Arc::clone(&waiting);
        let disk = SimulatedDisk::with_slow_syncs(place.log(), trace.clone(), move || slow.pass(SYNC_TAKES));
        let backend = MemoryBackend::recording(trace.clone());
        Self::over(place, Disk::Simulated(disk), backend, trace, waiting).await
    }

    /// On what is left of another run, after somebody had been told of `promised`. `left` gives it anew each time.
    pub async fn after(left: impl Fn() -> Node, before: &Recording, promised: Option<u64>) -> Self {
        let end = left().log_end();
        let node = left();
        let recorder = Self::over(node.place, node.disk, node.backend, node.trace, Arc::default());
        let known = before.commands.range(..end);
        Self {
            known: known.map(|(revision, known)| (*revision, known.clone())).collect(),
            promised_before: promised,
            commands: 2_000_000_000,
            ..recorder.await
        }
    }

    async fn over(place: Place, log: Disk, backend: MemoryBackend, trace: Trace, waiting: Arc<Waiting>) -> Self {
        let begins = trace.len();
        let world = Arc::new(TestWorld::new(NOW_MS, 7));
        let witness = Arc::new(Witness::new(open_state(&backend, &node_key()).unwrap()));
        let mut recorder = Self {
            trace,
            world,
            log,
            backend,
            place,
            waiting,
            acknowledged: Arc::default(),
            submitted: Vec::new(),
            witness,
            group: None,
            begins,
            known: BTreeMap::new(),
            promised_before: None,
            snapshots: Vec::new(),
            seen: Vec::new(),
            commands: 1_000_000_000,
        };
        recorder.start().await;
        recorder
    }

    async fn start(&mut self) {
        let log = open_log(&self.place, &self.log).unwrap();
        let log: Arc<dyn LogStore> = Arc::new(log);
        let never_fatal = Arc::new(|problem: &str| panic!("fatal: {problem}"));
        let (witness, world) = (Arc::clone(&self.witness), Arc::clone(&self.world));
        let hosting = Hosting::alone(1, world, never_fatal);
        let group = Group::start(crate::node::GROUP, group_config(), hosting, log, witness);
        let group = group.await.unwrap();
        group.wait_ready(SOON).await.unwrap();
        self.group = Some(group);
    }

    /// Stops in order, and starts again on the same disk.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.witness = Arc::new(Witness::new(open_state(&self.backend, &node_key()).unwrap()));
        self.start().await;
    }

    async fn stop(&mut self) {
        self.group.take().unwrap().shutdown().await;
        self.seen.extend(self.witness.seen());
    }

    fn proposer(&self) -> Proposer<Witness> {
        self.group.as_ref().unwrap().proposer()
    }

    /// Proposes all in this order, without waiting in between; gives the answers in this order.
    pub async fn round(&mut self, envelopes: Vec<Envelope>) -> Vec<Answer> {
        self.waiting.add(envelopes.len());
        let proposer = self.proposer();
        let mut tasks = Vec::new();
        for envelope in envelopes {
            let pending = proposer.propose(encode_command(&envelope).unwrap());
            self.submitted.push(envelope.clone());
            let (waiting, acknowledged) = (Arc::clone(&self.waiting), Arc::clone(&self.acknowledged));
            let trace = self.trace.clone();
            tasks.push(tokio::spawn(async move {
                let answer = pending.await.unwrap();
                let mut all = acknowledged.lock().unwrap();
                trace.note(all.len() as u64);
                all.push(Acknowledgement {
                    envelope,
                    answer: answer.clone(),
                });
                drop(all);
                waiting.answered();
                answer
            }));
        }
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        self.world.advance_ms(700);
        answers
    }

    /// Takes a view of the state now.
    pub fn take_snapshot(&mut self) {
        let snapshot = self.witness.snapshot().unwrap();
        self.snapshots.push(TakenSnapshot {
            marker: snapshot.marker().to_vec(),
            records: snapshot.records().map(Result::unwrap).collect(),
        });
    }

    /// How many files the log has taken up again after they were purged.
    pub fn recycled(&self) -> usize {
        let is_recycled = |operation: &&Operation| matches!(operation, Operation::Rename(from, _) if from.extension().is_some_and(|ending| ending == "raftlog" || ending == "reserved"));
        self.trace.operations().iter().filter(is_recycled).count()
    }

    /// Makes a snapshot point, which persists the state, and waits until the log was purged behind it.
    pub async fn purge(&self) {
        let group = self.group.as_ref().unwrap();
        let before = group.status();
        group.make_snapshot_point().await.unwrap();
        let purged = group.wait_status(SOON, |now| now.purged_index > before.purged_index);
        purged.await.unwrap();
    }

    /// Stops in order; the end of the run is part of it.
    pub async fn finish(mut self) -> Recording {
        self.stop().await;
        let known = self.known.values().map(|(_, envelope)| envelope);
        let by_bytes: BTreeMap<_, _> = known
            .chain(&self.submitted)
            .map(|envelope| (encode_command(envelope).unwrap(), envelope))
            .collect();
        let mut commands = self.known.clone();
        for command in &self.seen {
            let envelope = by_bytes[&command.command].clone();
            commands.insert(command.revision, (command.at_ms, envelope));
        }
        let acknowledged = std::mem::take(&mut *self.acknowledged.lock().unwrap());
        Recording {
            operations: self.trace.operations(),
            begins: self.begins,
            promised_before: self.promised_before,
            acknowledged,
            commands,
            snapshots: self.snapshots,
        }
    }
}
