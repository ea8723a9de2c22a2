//! What only a log on disk can go through: damage, torn tails, a missing end, space.
//!
//! Stands outside the crate. It knows the names of the files, so that it can damage them, and nothing of what is in them.

use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;

use bytes::Bytes;
use corridor_storage::log::{Change, EngineLog, LogError, LogOptions, LogStore};
use corridor_storage::world::SystemWorld;

use crate::support::{GROUP, durable, entries, indexes, key, never_fatal, open};

#[test]
fn a_callback_finds_its_entry_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    for index in 0..20u64 {
        let (answer, receive) = channel();
        let files = engine_files(folder.path());
        log.append(
            GROUP,
            entries(index..index + 1),
            Box::new(move |_| answer.send(written_bytes(&files)).unwrap()),
        );
        let in_callback = receive.recv().unwrap();
        assert!(in_callback > 0);
        assert_eq!(log.last_index(GROUP), Some(index));
        assert_eq!(
            in_callback,
            written_bytes(&engine_files(folder.path())),
            "everything was written when it ran"
        );
    }
}

#[test]
fn no_entry_is_on_disk_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    let canary = "canary-5f1d";
    let value = Change::Put {
        name: "vote",
        value: Bytes::from(canary),
    };
    durable(&log, vec![Change::Append(vec![(0, Bytes::from(canary))]), value]).unwrap();
    drop(log);
    for file in engine_files(folder.path()) {
        let bytes = std::fs::read(file).unwrap();
        assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()));
    }
}

#[test]
fn a_shorter_log_refuses_to_open() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    durable(&log, vec![Change::Append(entries(0..10))]).unwrap();
    drop(log);
    for file in engine_files(folder.path()) {
        std::fs::remove_file(file).unwrap();
    }
    match open(folder.path()) {
        Err(LogError::LogShorterThanMark {
            group: GROUP,
            mark: 9,
            last: None,
        }) => {}
        other => panic!("{:?}", other.map(drop)),
    }
}

#[test]
fn a_truncation_lowers_the_mark_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = open(folder.path()).unwrap();
    durable(&log, vec![Change::Append(entries(0..10))]).unwrap();
    drop(log); // The mark is 9 now.
    log = open(folder.path()).unwrap();
    durable(&log, vec![Change::TruncateAfter(Some(2))]).unwrap();
    drop(log);
    assert_eq!(indexes(&open(folder.path()).unwrap()), vec![0, 1, 2]);
}

#[test]
fn every_flipped_byte_of_the_entries_is_found_at_open() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    for index in 0..10 {
        durable(&log, vec![Change::Append(entries(index..index + 1))]).unwrap();
    }
    drop(log);
    let file = engine_files(folder.path())
        .into_iter()
        .find(|file| written_bytes(std::slice::from_ref(file)) > 100)
        .unwrap();
    let clean = std::fs::read(&file).unwrap();
    let length = clean.iter().rposition(|byte| *byte != 0).unwrap();
    let mut refused = 0;
    for position in (0..length).step_by(7) {
        flip(&file, position as u64);
        // The last record is also the torn tail that must be tolerated; the mark then says what is missing.
        match open(folder.path()) {
            Err(_) => refused += 1,
            Ok(log) => assert_eq!(
                indexes(&log).len(),
                10,
                "byte {position} cost entries and nobody said so"
            ),
        }
        std::fs::write(&file, &clean).unwrap();
    }
    assert!(refused > 100, "only {refused} of {length} bytes were noticed");
}

#[test]
fn a_torn_tail_is_tolerated_and_what_follows_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    for index in 0..10 {
        durable(&log, vec![Change::Append(entries(index..index + 1))]).unwrap();
    }
    drop(log);
    // A power cut in the middle of a write: half of the record is zeros, and the mark had not reached it.
    std::fs::remove_file(folder.path().join("high-water")).unwrap();
    let file = engine_files(folder.path())
        .into_iter()
        .find(|file| written_bytes(std::slice::from_ref(file)) > 100)
        .unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    let end = written_bytes(std::slice::from_ref(&file));
    bytes[end - 40..end].fill(0);
    std::fs::write(&file, bytes).unwrap();
    let log = open(folder.path()).unwrap();
    assert_eq!(indexes(&log), (0..9).collect::<Vec<_>>());
    durable(&log, vec![Change::Append(entries(9..12))]).unwrap();
    drop(log);
    assert_eq!(indexes(&open(folder.path()).unwrap()), (0..12).collect::<Vec<_>>());
}

#[test]
fn a_hole_is_the_callers_mistake_not_the_disks() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    durable(&log, vec![Change::Append(entries(0..2))]).unwrap();
    assert!(durable(&log, vec![Change::Append(entries(5..6))]).is_err());
    assert!(
        durable(
            &log,
            vec![Change::Append(vec![entries(2..3).remove(0), entries(4..5).remove(0)])]
        )
        .is_err()
    );
    durable(&log, vec![Change::Append(entries(2..3))]).unwrap();
    assert_eq!(indexes(&log), vec![0, 1, 2]);
}

#[test]
fn purged_space_is_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let options = LogOptions {
        file_size_bytes: 64 * 1024,
        purge_above_size_bytes: 256 * 1024,
        ..LogOptions::new(folder.path())
    };
    let open = || EngineLog::open(&options, &key(), Arc::new(SystemWorld::new()), never_fatal()).unwrap();
    let log = open();
    let large = |index: u64| {
        (
            index,
            Bytes::from([format!("entry {index}").into_bytes(), vec![0; 8_192]].concat()),
        )
    };
    for index in 0..200 {
        durable(&log, vec![Change::Append(vec![large(index)])]).unwrap();
    }
    let live = || {
        engine_files(folder.path())
            .iter()
            .filter(|file| file.extension().unwrap() == "raftlog")
            .count()
    };
    let before = live();
    durable(&log, vec![Change::PurgeTo(190)]).unwrap();
    drop(log); // Waits for the housekeeping.
    assert!(
        live() * 2 < before,
        "{before} files, now {}: {:?}",
        live(),
        engine_files(folder.path())
    );
    assert_eq!(indexes(&open()), (191..200).collect::<Vec<_>>());
}

fn engine_files(directory: &Path) -> Vec<PathBuf> {
    let found = std::fs::read_dir(directory.join("engine")).unwrap();
    let mut files: Vec<_> = found
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some())
        .collect();
    files.sort();
    files
}

fn written_bytes(files: &[PathBuf]) -> usize {
    let used = |file: &PathBuf| {
        std::fs::read(file)
            .unwrap()
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1)
    };
    files.iter().map(used).sum()
}

fn flip(file: &Path, position: u64) {
    let mut file = OpenOptions::new().read(true).write(true).open(file).unwrap();
    let mut byte = [0u8];
    file.seek(SeekFrom::Start(position)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(position)).unwrap();
    file.write_all(&[byte[0] ^ 0x10]).unwrap();
}
