//! The twin of the log on disk: one writer that gathers what waits into one sync, and a crash that takes what was not synced.
//!
//! Stands where the log engine stands in production, over the log in memory that openraft's suite also runs on.

use crate::disk::Condition;
use crate::record::Record;
use corridor_cluster::simulation::Process;
use corridor_storage::log::{Change, Completion, FatalHandler, GroupId, LogStore, MemoryLog, NoRoom};
use corridor_storage::planted::{self, Mistake};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

/// The log of one process on one disk.
#[derive(Clone)]
pub struct Log {
    memory: MemoryLog,
    disk: Condition,
    wake: Arc<Notify>,
    /// How many submissions have been handed to the operating system; the first ones of those that wait.
    written: Arc<AtomicUsize>,
}

impl Log {
    /// Opens what a disk holds, and starts the writer in this process.
    pub fn open(memory: MemoryLog, disk: Condition, process: &Process, record: Record, on_fatal: FatalHandler) -> Self {
        let log = Self {
            memory,
            disk,
            wake: Arc::default(),
            written: Arc::default(),
        };
        process.spawn(log.clone().write(record, on_fatal));
        log
    }

    async fn write(self, record: Record, on_fatal: FatalHandler) {
        loop {
            if self.memory.waiting() == 0 {
                self.wake.notified().await;
                continue;
            }
            let count = self.memory.waiting();
            self.written.store(count, Ordering::SeqCst);
            tokio::time::sleep(self.disk.sync_takes()).await;
            let outcome = self.disk.outcome();
            self.written.store(0, Ordering::SeqCst);
            let problem = match outcome {
                Ok(()) => {
                    self.memory.sync_first(count);
                    continue;
                }
                Err(problem) => problem,
            };
            record.count("sync or write of the log failed");
            if planted::is(Mistake::FailedSyncTriedAgain) {
                // The kernel has dropped what the first sync did not write: the second has nothing to do, and says that all is well.
                self.memory.forget_first(count);
                continue;
            }
            on_fatal(&format!("the log cannot be written: {problem}"));
            self.memory.fail(&problem.to_string());
            return;
        }
    }

    /// How many of those that wait had reached the operating system.
    pub fn written(&self) -> usize {
        self.written.load(Ordering::SeqCst)
    }

    /// What the disk holds.
    pub fn memory(&self) -> &MemoryLog {
        &self.memory
    }
}

impl LogStore for Log {
    fn try_submit(&self, group: GroupId, changes: Vec<Change>, done: Completion) -> Result<(), NoRoom> {
        self.submit(group, changes, done);
        Ok(())
    }

    fn submit(&self, group: GroupId, changes: Vec<Change>, done: Completion) {
        self.memory.submit(group, changes, done);
        self.wake.notify_one();
    }

    fn get(&self, group: GroupId, name: &'static str) -> io::Result<Option<Vec<u8>>> {
        self.memory.get(group, name)
    }

    fn read(&self, group: GroupId, range: Range<u64>, size_bytes_max: usize) -> io::Result<Vec<(u64, bytes::Bytes)>> {
        self.disk.read(self.memory.read(group, range, size_bytes_max)?)
    }

    fn bounds(&self, group: GroupId) -> Option<(u64, u64)> {
        self.memory.bounds(group)
    }
}
