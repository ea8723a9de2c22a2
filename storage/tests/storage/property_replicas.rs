//! Whatever way the same commands take into the state, the state is the same: batches, restarts, power cuts, snapshots.

use crate::clinic::{Clinic, NOW_MS, folk, steps};
use corridor_domain::command::Envelope;
use corridor_storage::apply::{AppliedState, encode_command};
use corridor_storage::backend::{Backend, FjallBackend, MemoryBackend};
use corridor_storage::records::Progress;
use corridor_storage::replicated::{CommittedCommand, ReplicatedState};
use corridor_storage::sealing::StorageKey;
use corridor_storage::state::State;
use corridor_storage::world::TestWorld;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use std::sync::Arc;
use std::time::Duration;

/// A node of its own key, which may fall and come back.
struct Replica {
    memory: MemoryBackend,
    key: StorageKey,
    /// Whether a thread carries its batches to the store.
    carried: bool,
    applied: AppliedState,
}

/// What happens to a replica between two batches.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Nothing,
    Persist,
    /// Stops in order and starts again.
    Restart,
    /// Everything since the last persist is gone, and comes again from the log.
    PowerCut,
    /// A new node takes over from its snapshot; `true`: one that had a state of its own before.
    Replaced(bool),
}

impl Replica {
    fn new(key: u8) -> Self {
        Self::over(MemoryBackend::new(), StorageKey::from_bytes([key; 32]), false)
    }

    fn over(memory: MemoryBackend, key: StorageKey, carried: bool) -> Self {
        let mut state = state(Arc::new(memory.clone()), &key);
        if carried {
            state = state.with_carrier(Duration::ZERO).unwrap();
        }
        let applied = AppliedState::open(state, Box::new(|_| ())).unwrap();
        Self {
            memory,
            key,
            carried,
            applied,
        }
    }

    fn after(self, fate: Fate) -> Self {
        match fate {
            Fate::Nothing => self,
            Fate::Persist => {
                self.applied.persist().unwrap();
                self
            }
            Fate::Restart => {
                self.applied.persist().unwrap();
                Self::over(self.memory.after_power_cut(), self.key, self.carried)
            }
            Fate::PowerCut => Self::over(self.memory.after_power_cut(), self.key, self.carried),
            Fate::Replaced(had_a_state) => {
                let other = Self::over(MemoryBackend::new(), StorageKey::from_bytes([77; 32]), self.carried);
                if had_a_state {
                    run(&other.applied, &folk::opening(), 1_000);
                }
                other.applied.install(self.applied.snapshot().unwrap()).unwrap();
                other
            }
        }
    }
}

fn state(backend: Arc<dyn Backend>, key: &StorageKey) -> State {
    let world = Arc::new(TestWorld::new(0, 3));
    State::new(backend, world, key, &StorageKey::from_bytes([2; 32]))
}

/// Applies what is not applied yet, in batches of that size.
fn run(applied: &AppliedState, log: &[Envelope], size: usize) {
    let done = applied.progress().revision as usize;
    let mut index = done;
    for batch in log[done..].chunks(size) {
        let commands: Vec<CommittedCommand> = batch
            .iter()
            .map(|envelope| {
                index += 1;
                CommittedCommand {
                    revision: index as u64,
                    at_ms: NOW_MS + index as u64 * 1_000,
                    command: encode_command(envelope).unwrap(),
                }
            })
            .collect();
        let answers = applied.apply(commands, index.to_be_bytes().to_vec()).unwrap();
        assert_eq!(answers.len(), batch.len());
    }
}

type Whole = (Progress, Option<Vec<u8>>, Vec<(Vec<u8>, Vec<u8>)>);

fn whole(applied: &AppliedState) -> Whole {
    let records = applied.snapshot().unwrap().records();
    let records = records.map(|record| record.unwrap()).collect();
    (applied.progress(), applied.marker().unwrap(), records)
}

fn log() -> impl Strategy<Value = Vec<Envelope>> {
    vec(steps::asked(), 0..60).prop_map(|asked| folk::opening().into_iter().chain(asked).collect())
}

fn fates() -> impl Strategy<Value = Vec<(Fate, usize, usize)>> {
    let fate = prop_oneof![
        Just(Fate::Nothing),
        Just(Fate::Persist),
        Just(Fate::Restart),
        Just(Fate::PowerCut),
        proptest::bool::ANY.prop_map(Fate::Replaced),
    ];
    vec((fate, 0..30_usize, 1..20_usize), 0..8)
}

proptest! {
    #![proptest_config(steps::config())]

    #[test]
    fn property_the_same_commands_give_the_same_state(log in log(), fates in fates(), carried: bool) {
        let straight = Replica::new(1);
        run(&straight.applied, &log, 1);
        let mut winding = Replica::over(MemoryBackend::new(), StorageKey::from_bytes([1; 32]), carried);
        for (fate, length, size) in fates {
            let until = (winding.applied.progress().revision as usize + length).min(log.len());
            run(&winding.applied, &log[..until], size);
            winding = winding.after(fate);
        }
        run(&winding.applied, &log, 1_000);
        prop_assert_eq!(whole(&winding.applied), whole(&straight.applied));
    }

    #[test]
    fn property_a_restored_snapshot_is_the_snapshot(log in log()) {
        let source = Replica::new(1);
        run(&source.applied, &log, 7);
        let snapshot = source.applied.snapshot().unwrap();
        let target = Replica::new(9);
        run(&target.applied, &folk::opening()[..9], 3);
        target.applied.install(snapshot.clone()).unwrap();
        prop_assert_eq!(whole(&target.applied), whole(&source.applied));
        let again = target.applied.snapshot().unwrap();
        prop_assert_eq!(again.marker(), snapshot.marker());
        // Nothing of before is left on the disk either, and all of it opens with the new node's key only.
        let reopened = Replica::over(target.memory.clone(), StorageKey::from_bytes([9; 32]), false);
        prop_assert_eq!(whole(&reopened.applied), whole(&source.applied));
    }
}

#[test]
fn the_one_on_disk_agrees_with_the_one_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let key = StorageKey::from_bytes([1; 32]);
    let on_disk = || {
        let state = state(Arc::new(FjallBackend::open(folder.path()).unwrap()), &key);
        let state = state.with_carrier(Duration::from_millis(5)).unwrap();
        AppliedState::open(state, Box::new(|_| ())).unwrap()
    };
    let first = on_disk();
    run(&first, &folk::opening()[..11], 4);
    first.persist().unwrap();
    drop(first);
    let second = on_disk();
    run(&second, &folk::opening(), 5);
    let in_memory = Replica::new(2);
    run(&in_memory.applied, &folk::opening(), 1);
    assert_eq!(whole(&second), whole(&in_memory.applied));
    second.install(in_memory.applied.snapshot().unwrap()).unwrap();
    assert_eq!(whole(&second), whole(&in_memory.applied));
}

#[test]
fn a_snapshot_under_another_marker_keeps_its_records() {
    let source = Clinic::staffed();
    let target = Replica::new(5);
    let snapshot = source.applied.snapshot().unwrap().with_marker(b"installed".to_vec());
    target.applied.install(snapshot).unwrap();
    assert_eq!(target.applied.marker().unwrap(), Some(b"installed".to_vec()));
    assert_eq!(target.applied.progress(), source.applied.progress());
    let empty = Replica::new(6);
    assert_eq!(empty.applied.marker().unwrap(), None);
    assert_eq!(empty.applied.snapshot().unwrap().marker(), b"");
    target.applied.install(empty.applied.snapshot().unwrap()).unwrap();
    assert_eq!(target.applied.progress(), Progress::default());
}

#[test]
fn the_hash_tells_one_history_from_another() {
    let mut hashes = Vec::new();
    for skipped in 0..folk::opening().len() {
        let mut log = folk::opening();
        log.remove(skipped);
        let replica = Replica::new(1);
        run(&replica.applied, &log, 3);
        hashes.push(replica.applied.progress().hash);
    }
    let count = hashes.len();
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), count);
}
