//! What a crash leaves of files, names and batches, operation by operation.

use super::{Batches, Files, Kept, Remains, Replay};
use crate::backend::{Backend, MemoryBackend};
use crate::disk::{FileChange, SimulatedDisk, Trace};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const NOTHING_UNSYNCED: Kept = Kept {
    files: Files::Synced,
    batches: Batches::Persisted,
};
const EVERYTHING: Kept = Kept {
    files: Files::All,
    batches: Batches::All,
};

fn replay(trace: &Trace) -> Replay {
    let mut replay = Replay::new();
    trace.operations().iter().for_each(|operation| replay.play(operation));
    replay
}

fn write(disk: &SimulatedDisk, path: &Path, offset: u64, bytes: &'static [u8]) {
    disk.create(path)
        .unwrap()
        .change(FileChange::Write(offset, bytes.into()));
}

fn content(remains: &Remains, name: &str) -> Option<Vec<u8>> {
    remains.files.get(&PathBuf::from(name)).cloned()
}

#[test]
fn a_file_is_there_when_it_and_its_name_were_synced() {
    let folder = tempfile::tempdir().unwrap();
    let (root, trace) = (folder.path(), Trace::new());
    let disk = SimulatedDisk::new(root, trace.clone());
    let path = root.join("a");
    write(&disk, &path, 0, b"first");
    assert_eq!(replay(&trace).left(NOTHING_UNSYNCED), Remains::default());
    assert_eq!(content(&replay(&trace).left(EVERYTHING), "a"), Some(b"first".to_vec()));
    disk.open(&path).unwrap().sync();
    assert_eq!(
        content(&replay(&trace).left(NOTHING_UNSYNCED), "a"),
        None,
        "no name yet"
    );
    disk.sync_folder(root);
    write(&disk, &path, 5, b" and more");
    assert_eq!(
        content(&replay(&trace).left(NOTHING_UNSYNCED), "a"),
        Some(b"first".to_vec())
    );
    disk.rename(&path, &root.join("b")).unwrap();
    disk.open(&root.join("b")).unwrap().sync();
    let left = replay(&trace).left(NOTHING_UNSYNCED);
    assert_eq!(
        content(&left, "a"),
        Some(b"first and more".to_vec()),
        "under its old name"
    );
    disk.sync_folder(root);
    let left = replay(&trace).left(NOTHING_UNSYNCED);
    assert_eq!(
        (content(&left, "a"), content(&left, "b")),
        (None, Some(b"first and more".to_vec()))
    );
    disk.remove(&root.join("b")).unwrap();
    assert_eq!(replay(&trace).left(NOTHING_UNSYNCED), left);
    assert_eq!(replay(&trace).left(EVERYTHING), Remains::default());
}

#[test]
fn what_was_synced_stays_whatever_happens_to_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let (root, trace) = (folder.path(), Trace::new());
    let disk = SimulatedDisk::new(root, trace.clone());
    let path = root.join("a");
    write(&disk, &path, 0, b"kept");
    disk.sync_files(root);
    disk.sync_folder(root);
    write(&disk, &path, 4, b"XXXX");
    write(&disk, &path, 8, b"YYYY");
    disk.open(&path).unwrap().change(FileChange::Extend(20));
    let replay = replay(&trace);
    let left = |files| {
        let kept = Kept {
            files,
            batches: Batches::All,
        };
        content(&replay.left(kept), "a").unwrap()
    };
    let torn: BTreeSet<_> = (0..99).map(|seed| left(Files::Torn(seed))).collect();
    assert!(
        torn.len() >= 5
            && torn
                .iter()
                .all(|bytes| bytes.starts_with(b"keptXXXX") && bytes.len() == 20)
    );
    let some: BTreeSet<_> = (0..999).map(|seed| left(Files::Some(seed))).collect();
    assert!(some.iter().all(|bytes| bytes.starts_with(b"kept")));
    for wanted in [
        b"kept".as_slice(),
        b"keptXXXX",
        b"kept\0\0\0\0YYYY",
        b"kept\0\0\0\0\0\0YY",
    ] {
        assert!(some.iter().any(|bytes| bytes.starts_with(wanted)), "{wanted:?}");
    }
    assert_eq!(left(Files::Some(5)), left(Files::Some(5)), "one seed, one crash");
}

#[test]
fn the_state_keeps_a_prefix_that_is_not_shorter_than_what_was_persisted() {
    let trace = Trace::new();
    let state = MemoryBackend::recording(trace.clone());
    for number in 0..6_u8 {
        state
            .commit(vec![(vec![number], Some(vec![])), (vec![number + 1], None)])
            .unwrap();
        if number == 2 {
            state.persist().unwrap();
        }
    }
    let replay = replay(&trace);
    let lengths = |batches| {
        let files = Files::All;
        replay.left(Kept { files, batches }).state.len()
    };
    assert_eq!((lengths(Batches::All), lengths(Batches::Persisted)), (6, 3));
    let some: BTreeSet<_> = (0..99).map(|seed| lengths(Batches::Some(seed))).collect();
    assert_eq!(some, BTreeSet::from([3, 4, 5, 6]));
}

#[test]
fn a_disk_goes_on_from_what_was_left() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let trace = Trace::new();
    let disk = SimulatedDisk::new(folder.path(), trace.clone());
    std::fs::create_dir(folder.path().join("engine")).unwrap();
    write(&disk, &folder.path().join("engine/1"), 0, b"one");
    write(&disk, &folder.path().join("mark"), 2, b"two");
    let left = replay(&trace).left(EVERYTHING);
    let second = Trace::new();
    let copy = left.disk(other.path(), second.clone()).unwrap();
    assert_eq!(replay(&second).left(NOTHING_UNSYNCED), left, "all of it is durable");
    copy.remove(&other.path().join("engine/1")).unwrap();
    assert!(other.path().join("mark").exists() && !other.path().join("engine/1").exists());
    assert_eq!(copy.read(&other.path().join("mark")).unwrap(), b"\0\0two");
    assert_eq!(
        disk.read(&folder.path().join("engine/1")).unwrap(),
        b"one",
        "they are two now"
    );
}

#[test]
fn after_a_kill_what_was_not_synced_is_still_on_its_way() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let trace = Trace::new();
    let disk = SimulatedDisk::new(folder.path(), trace.clone());
    let state = MemoryBackend::recording(trace.clone());
    write(&disk, &folder.path().join("a"), 0, b"a");
    state.commit(vec![(vec![1], Some(vec![]))]).unwrap();
    let trace = Trace::after(&trace.operations());
    let disk = SimulatedDisk::after_kill(other.path(), trace.clone()).unwrap();
    let state = MemoryBackend::after_kill(trace.clone());
    assert_eq!(disk.read(&other.path().join("a")).unwrap(), b"a");
    assert_eq!(state.get(&[1]).unwrap(), Some(vec![]));
    assert_eq!(replay(&trace).left(NOTHING_UNSYNCED), Remains::default());
    disk.sync_files(other.path());
    disk.sync_folder(other.path());
    state.persist().unwrap();
    assert_eq!(replay(&trace).left(NOTHING_UNSYNCED), replay(&trace).left(EVERYTHING));
}
