//! What every log must do, run on the one on disk and on its twin in memory.
//!
//! Stands outside the crate, as agreement does. It refuses to know how either log works inside.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use corridor_storage::log::{Change, EngineLog, LogStore, MemoryLog};

use crate::support::{GROUP, durable, entries, indexes, open};

/// A log and how to close and reopen it.
trait Subject {
    fn log(&self) -> &dyn LogStore;
    fn reopen(self: Box<Self>) -> Box<dyn Subject>;
}

struct OnDisk(Option<EngineLog>, Arc<tempfile::TempDir>);

impl Subject for OnDisk {
    fn log(&self) -> &dyn LogStore {
        self.0.as_ref().unwrap()
    }
    fn reopen(mut self: Box<Self>) -> Box<dyn Subject> {
        drop(self.0.take());
        Box::new(OnDisk(Some(open(self.1.path()).unwrap()), Arc::clone(&self.1)))
    }
}

struct InMemory(MemoryLog);

impl Subject for InMemory {
    fn log(&self) -> &dyn LogStore {
        &self.0
    }
    fn reopen(self: Box<Self>) -> Box<dyn Subject> {
        Box::new(InMemory(self.0.after_power_cut()))
    }
}

fn subjects() -> Vec<Box<dyn Subject>> {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let on_disk = OnDisk(Some(open(folder.path()).unwrap()), folder);
    vec![Box::new(on_disk), Box::new(InMemory(MemoryLog::new()))]
}

#[test]
fn appends_are_read_back_also_after_a_restart() {
    for subject in subjects() {
        assert_eq!(subject.log().bounds(GROUP), None);
        durable(subject.log(), vec![Change::Append(entries(0..10))]).unwrap();
        durable(subject.log(), vec![Change::Append(entries(10..25))]).unwrap();
        let check = |log: &dyn LogStore| {
            assert_eq!(indexes(log), (0..25).collect::<Vec<_>>());
            assert_eq!((log.first_index(GROUP), log.last_index(GROUP)), (Some(0), Some(24)));
            assert_eq!(log.read(GROUP, 3..5, usize::MAX).unwrap(), entries(3..5));
            assert_eq!(log.read(GROUP, 3..9, 1).unwrap(), entries(3..4), "at least one");
            assert_eq!(log.read(GROUP, 24..90, usize::MAX).unwrap(), entries(24..25));
            assert!(log.read(GROUP + 1, 0..9, usize::MAX).unwrap().is_empty());
        };
        check(subject.log());
        check(subject.reopen().log());
    }
}

#[test]
fn named_values_survive() {
    for subject in subjects() {
        assert_eq!(subject.log().get(GROUP, "vote").unwrap(), None);
        for value in ["first", "second"] {
            durable(
                subject.log(),
                vec![Change::Put {
                    name: "vote",
                    value: Bytes::from(value),
                }],
            )
            .unwrap();
        }
        let subject = subject.reopen();
        assert_eq!(subject.log().get(GROUP, "vote").unwrap(), Some(b"second".to_vec()));
        assert_eq!(subject.log().get(GROUP + 1, "vote").unwrap(), None);
    }
}

#[test]
fn a_truncated_tail_stays_away() {
    for subject in subjects() {
        durable(subject.log(), vec![Change::Append(entries(0..10))]).unwrap();
        durable(subject.log(), vec![Change::TruncateAfter(Some(5))]).unwrap();
        assert_eq!(indexes(subject.log()), (0..6).collect::<Vec<_>>());
        let subject = subject.reopen();
        assert_eq!(
            indexes(subject.log()),
            (0..6).collect::<Vec<_>>(),
            "after a restart between truncation and append"
        );
        assert!(
            durable(subject.log(), vec![Change::Append(entries(7..8))]).is_err(),
            "a hole is refused"
        );
        durable(subject.log(), vec![Change::Append(entries(6..8))]).unwrap();
        let subject = subject.reopen();
        assert_eq!(indexes(subject.log()), (0..8).collect::<Vec<_>>());
        durable(subject.log(), vec![Change::TruncateAfter(None)]).unwrap();
        let subject = subject.reopen();
        assert_eq!(subject.log().bounds(GROUP), None);
        durable(subject.log(), vec![Change::Append(entries(0..2))]).unwrap();
        assert_eq!(indexes(subject.reopen().log()), vec![0, 1]);
    }
}

#[test]
fn truncation_and_rewrite_in_one_submission() {
    for subject in subjects() {
        durable(subject.log(), vec![Change::Append(entries(0..10))]).unwrap();
        durable(
            subject.log(),
            vec![Change::TruncateAfter(Some(3)), Change::Append(entries(4..6))],
        )
        .unwrap();
        assert_eq!(indexes(subject.reopen().log()), (0..6).collect::<Vec<_>>());
    }
}

#[test]
fn purging_moves_the_start_also_beyond_the_end() {
    for subject in subjects() {
        durable(subject.log(), vec![Change::Append(entries(0..10))]).unwrap();
        let purged = Change::Put {
            name: "purged",
            value: Bytes::from("4"),
        };
        durable(subject.log(), vec![Change::PurgeTo(4), purged]).unwrap();
        assert_eq!(indexes(subject.log()), (5..10).collect::<Vec<_>>());
        let subject = subject.reopen();
        assert_eq!(indexes(subject.log()), (5..10).collect::<Vec<_>>());
        durable(subject.log(), vec![Change::PurgeTo(20)]).unwrap();
        let subject = subject.reopen();
        assert_eq!(subject.log().bounds(GROUP), None);
        assert!(durable(subject.log(), vec![Change::Append(entries(20..21))]).is_err());
        durable(subject.log(), vec![Change::Append(entries(21..23))]).unwrap();
        assert_eq!(indexes(subject.reopen().log()), vec![21, 22]);
    }
}

#[test]
fn order_is_kept_across_submitters_callbacks() {
    for subject in subjects() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        for index in 0..500 {
            let seen = Arc::clone(&seen);
            subject.log().append(
                GROUP,
                entries(index..index + 1),
                Box::new(move |outcome| {
                    outcome.unwrap();
                    seen.lock().unwrap().push(index);
                }),
            );
        }
        durable(
            subject.log(),
            vec![Change::Put {
                name: "end",
                value: Bytes::new(),
            }],
        )
        .unwrap();
        assert_eq!(*seen.lock().unwrap(), (0..500).collect::<Vec<_>>());
        assert_eq!(indexes(subject.log()).len(), 500);
    }
}

#[test]
fn nothing_is_answered_before_the_sync() {
    let log = MemoryLog::sync_when_told();
    let answered = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&answered);
    log.append(
        GROUP,
        entries(0..1),
        Box::new(move |_| flag.store(true, Ordering::SeqCst)),
    );
    assert!(!answered.load(Ordering::SeqCst));
    assert_eq!(log.bounds(GROUP), None);
    assert_eq!(log.after_power_cut().bounds(GROUP), None);
    assert_eq!(log.sync(), 1);
    assert!(answered.load(Ordering::SeqCst));
    assert_eq!(log.after_power_cut().bounds(GROUP), Some((0, 0)));
}
