//! A group of one voter, as a clinic starts it: proposing, overload, restarts, purging.
//!
//! Stands outside the crate, as the node does. Waits for states, never for time.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use bytes::Bytes;
use corridor_cluster::{Group, GroupConfig, Hosting, ProposeError};
use corridor_storage::log::{EngineLog, FatalHandler, LogOptions, LogStore, MemoryLog};
use corridor_storage::replicated::{CommittedCommand, MemoryAnswer, MemoryState, ReplicatedState, StateSnapshot};
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::{SystemWorld, TestWorld, World};

const NODE: u64 = 1;
const GROUP: u64 = 7;
const SOON: Duration = Duration::from_secs(20);

fn never_fatal() -> FatalHandler {
    Arc::new(|problem| panic!("fatal: {problem}"))
}

fn open_log(directory: &Path) -> Arc<dyn LogStore> {
    let key = StorageKey::from_bytes([1; 32]);
    let world = Arc::new(SystemWorld::new());
    Arc::new(EngineLog::open(&LogOptions::new(directory), &key, world, never_fatal()).unwrap())
}

async fn start<S: ReplicatedState>(log: Arc<dyn LogStore>, state: S) -> Group<S> {
    start_with(GroupConfig::default(), log, state, Arc::new(SystemWorld::new())).await
}

async fn start_with<S: ReplicatedState>(
    config: GroupConfig,
    log: Arc<dyn LogStore>,
    state: S,
    world: Arc<dyn World>,
) -> Group<S> {
    let hosting = Hosting::alone(NODE, world, never_fatal());
    Group::start(GROUP, config, hosting, log, Arc::new(state))
        .await
        .unwrap()
}

fn command(number: usize) -> Bytes {
    Bytes::from(format!("command {number}"))
}

/// Proposes without waiting in between, then takes all answers.
async fn propose_all(group: &Group<MemoryState>, numbers: std::ops::Range<usize>) -> Vec<MemoryAnswer> {
    let proposer = group.proposer();
    let pending: Vec<_> = numbers.map(|number| proposer.propose(command(number))).collect();
    let mut answers = Vec::new();
    for pending in pending {
        answers.push(pending.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_commands_survive_a_restart_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let state = MemoryState::new();
    let group = start(open_log(folder.path()), state.clone()).await;
    // Not waiting until it is ready: the proposer hides the start.
    let answers = propose_all(&group, 0..1_000).await;
    assert!(
        answers
            .windows(2)
            .all(|pair| pair[0].revision < pair[1].revision && pair[0].at_ms <= pair[1].at_ms)
    );
    assert_eq!(answers.last().unwrap().count, 1_000);
    let before = state.commands();
    group.shutdown().await;

    // The state is kept, as after a clean stop: nothing may be applied twice (the state would refuse).
    let group = start(open_log(folder.path()), state.clone()).await;
    group.wait_ready(SOON).await.unwrap();
    assert_eq!(state.commands(), before);
    assert!(
        before
            .iter()
            .map(|(_, bytes)| bytes.clone())
            .eq((0..1_000).map(command)),
        "the order of the calls"
    );
    let next = propose_all(&group, 1_000..1_001).await;
    assert!(next[0].count == 1_001 && next[0].revision > answers.last().unwrap().revision);
    assert!(group.confirm_leadership().await.unwrap() >= next[0].revision);
    let status = group
        .wait_status(SOON, |status| status.applied_index >= Some(next[0].revision))
        .await
        .unwrap();
    assert!(status.is_leader && status.leader == Some(NODE) && status.last_log_index == status.applied_index);
    group.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_persisted_is_replayed_from_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let state = MemoryState::new();
    let group = start(open_log(folder.path()), state.clone()).await;
    propose_all(&group, 0..300).await;
    state.persist().unwrap();
    propose_all(&group, 300..2_000).await;
    group.shutdown().await;

    let after = state.after_power_cut();
    assert_eq!(after.commands().len(), 300);
    let group = start(open_log(folder.path()), after.clone()).await;
    group.wait_ready(SOON).await.unwrap();
    assert_eq!(after.commands(), state.commands());
    group.shutdown().await;

    // Without any state at all, the log alone rebuilds it.
    let fresh = MemoryState::new();
    let group = start(open_log(folder.path()), fresh.clone()).await;
    group.wait_ready(SOON).await.unwrap();
    assert_eq!(fresh.commands(), state.commands());
    group.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_purged_only_behind_persisted_state() {
    let folder = tempfile::tempdir().unwrap();
    let state = MemoryState::new();
    let config = GroupConfig {
        snapshot_every_entries: 500,
        keep_entries: 100,
        ..GroupConfig::default()
    };
    let world: Arc<dyn World> = Arc::new(SystemWorld::new());
    let group = start_with(
        config.clone(),
        open_log(folder.path()),
        state.clone(),
        Arc::clone(&world),
    )
    .await;
    propose_all(&group, 0..2_000).await;
    let purged = group
        .wait_status(SOON, |status| status.purged_index > Some(1_000))
        .await
        .unwrap();
    assert!(purged.purged_index <= purged.snapshot_index && purged.snapshot_index <= purged.applied_index);
    group.shutdown().await;

    let after = state.after_power_cut();
    let persisted_to = after.commands().last().unwrap().0;
    assert!(
        Some(persisted_to) >= purged.purged_index,
        "purged beyond what a power cut leaves"
    );
    let group = start_with(config, open_log(folder.path()), after.clone(), world).await;
    group.wait_ready(SOON).await.unwrap();
    assert_eq!(after.commands(), state.commands());
    group.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_each_keep_their_order() {
    let state = MemoryState::new();
    let group = start(Arc::new(MemoryLog::new()), state.clone()).await;
    let tasks = (0..8).map(|task| {
        let proposer = group.proposer();
        tokio::spawn(async move {
            let mut pending = Vec::new();
            for number in 0..200 {
                pending.push(proposer.propose(Bytes::from(format!("{task} {number:03}"))));
                if number % 7 == 0 {
                    tokio::task::yield_now().await;
                }
            }
            for pending in pending {
                pending.await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    for task in 0..8 {
        let prefix = format!("{task} ");
        let own: Vec<_> = state
            .commands()
            .into_iter()
            .filter(|(_, bytes)| bytes.starts_with(prefix.as_bytes()))
            .collect();
        assert_eq!(own.len(), 200);
        assert!(own.windows(2).all(|pair| pair[0].1 < pair[1].1));
    }
    group.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_leaders_stamp_never_goes_back() {
    let world = Arc::new(TestWorld::new(5_000, 0));
    let group = start_with(
        GroupConfig::default(),
        Arc::new(MemoryLog::new()),
        MemoryState::new(),
        Arc::clone(&world) as Arc<dyn World>,
    )
    .await;
    let mut stamps = Vec::new();
    for now_ms in [5_000, 4_000, 5_001] {
        world.set_now_ms(now_ms);
        stamps.push(propose_all(&group, 0..1).await[0].at_ms);
    }
    assert_eq!(stamps, [5_000, 5_000, 5_001]);
    group.shutdown().await;
}

/// A state that applies only while the valve is open.
#[derive(Clone, Default)]
struct Valve {
    state: MemoryState,
    open: Arc<(Mutex<bool>, Condvar)>,
}

impl Valve {
    fn set(&self, open: bool) {
        *self.open.0.lock().unwrap() = open;
        self.open.1.notify_all();
    }
}

impl ReplicatedState for Valve {
    type Answer = MemoryAnswer;

    fn encode_answer(answer: &MemoryAnswer) -> std::io::Result<Bytes> {
        MemoryState::encode_answer(answer)
    }
    fn decode_answer(bytes: &[u8]) -> std::io::Result<MemoryAnswer> {
        MemoryState::decode_answer(bytes)
    }

    fn marker(&self) -> std::io::Result<Option<Vec<u8>>> {
        self.state.marker()
    }
    fn apply(&self, commands: Vec<CommittedCommand>, marker: Vec<u8>) -> std::io::Result<Vec<MemoryAnswer>> {
        drop(
            self.open
                .1
                .wait_while(self.open.0.lock().unwrap(), |open| !*open)
                .unwrap(),
        );
        self.state.apply(commands, marker)
    }
    fn persist(&self) -> std::io::Result<()> {
        self.state.persist()
    }
    fn snapshot(&self) -> std::io::Result<StateSnapshot> {
        self.state.snapshot()
    }
    fn install(&self, snapshot: StateSnapshot) -> std::io::Result<()> {
        self.state.install(snapshot)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overload_is_refused_at_once_and_is_certain() {
    let valve = Valve::default();
    valve.set(true);
    let group = start(Arc::new(MemoryLog::new()), valve.clone()).await;
    group.wait_ready(SOON).await.unwrap();
    valve.set(false);
    let proposer = group.proposer();
    let taken: Vec<_> = (0..4_096).map(|number| proposer.propose(command(number))).collect();
    let refused = proposer.propose(command(4_096)).await;
    assert!(matches!(refused, Err(ProposeError::Overloaded { retry_after_ms: 1.. })));
    valve.set(true);
    for pending in taken {
        pending.await.unwrap();
    }
    let large = Bytes::from(vec![0; 9 * 1024 * 1024]);
    valve.set(false);
    let first = proposer.propose(large.clone());
    assert!(
        matches!(proposer.propose(large).await, Err(ProposeError::Overloaded { .. })),
        "bounded by bytes too"
    );
    valve.set(true);
    first.await.unwrap();
    assert_eq!(valve.state.commands().len(), 4_097, "what was refused was not done");
    group.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_or_fenced_group_says_so() {
    let group = start(Arc::new(MemoryLog::new()), MemoryState::new()).await;
    group.wait_ready(SOON).await.unwrap();
    let proposer = group.proposer();
    group.fence();
    assert_eq!(proposer.propose(command(0)).await, Err(ProposeError::Fenced));
    group.shutdown().await;

    let group = start(Arc::new(MemoryLog::new()), MemoryState::new()).await;
    let proposer = group.proposer();
    group.shutdown().await;
    assert_eq!(proposer.propose(command(0)).await, Err(ProposeError::ShuttingDown));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_to_join_others_does_not_lead_itself() {
    let config = GroupConfig {
        initialise_if_pristine: false,
        election_timeout_min_ms: 20,
        election_timeout_max_ms: 40,
        heartbeat_interval_ms: 5,
        ..GroupConfig::default()
    };
    let world = Arc::new(SystemWorld::new());
    let group = start_with(config, Arc::new(MemoryLog::new()), MemoryState::new(), world).await;
    let refused = group.proposer().propose(command(0)).await;
    assert_eq!(refused, Err(ProposeError::NotLeader { leader: None }));
    assert!(group.wait_ready(Duration::from_millis(50)).await.is_err());
    group.shutdown().await;
}

/// A state whose disk fails.
struct Broken(Arc<AtomicBool>);

impl ReplicatedState for Broken {
    type Answer = ();

    fn encode_answer((): &()) -> std::io::Result<Bytes> {
        Ok(Bytes::new())
    }
    fn decode_answer(_bytes: &[u8]) -> std::io::Result<()> {
        Ok(())
    }

    fn marker(&self) -> std::io::Result<Option<Vec<u8>>> {
        Ok(None)
    }
    fn apply(&self, commands: Vec<CommittedCommand>, _marker: Vec<u8>) -> std::io::Result<Vec<()>> {
        if self.0.load(Ordering::SeqCst) {
            return Err(std::io::Error::other("the disk is gone"));
        }
        Ok(commands.into_iter().map(drop).collect())
    }
    fn persist(&self) -> std::io::Result<()> {
        Ok(())
    }
    fn snapshot(&self) -> std::io::Result<StateSnapshot> {
        Ok(StateSnapshot::new(Vec::new(), || Box::new(std::iter::empty())))
    }
    fn install(&self, _snapshot: StateSnapshot) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_that_fails_is_fatal_and_the_outcome_is_unknown() {
    let broken = Arc::new(AtomicBool::new(false));
    let (report, problems) = std::sync::mpsc::channel();
    let on_fatal: FatalHandler = Arc::new(move |problem| drop(report.send(problem.to_owned())));
    let hosting = Hosting::alone(NODE, Arc::new(SystemWorld::new()), on_fatal);
    let (log, state) = (Arc::new(MemoryLog::new()), Arc::new(Broken(Arc::clone(&broken))));
    let group = Group::start(GROUP, GroupConfig::default(), hosting, log, state)
        .await
        .unwrap();
    group.wait_ready(SOON).await.unwrap();
    group.proposer().propose(command(0)).await.unwrap();
    broken.store(true, Ordering::SeqCst);
    assert_eq!(
        group.proposer().propose(command(1)).await,
        Err(ProposeError::OutcomeUnknown)
    );
    let problem = problems.recv_timeout(SOON).unwrap();
    assert!(problem.contains("the disk is gone"), "{problem}");
    group.shutdown().await;
}
