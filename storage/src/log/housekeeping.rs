//! What the log does off the hot path: raising the high-water marks, and giving back the space of purged entries.
//!
//! Stands beside the writer, on a thread of its own. It refuses to know entries.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::mark::Marks;
use super::{FatalHandler, GroupId};
use crate::disk::LogEngine;

/// What the writer tells, and the thread that acts on it.
pub(super) struct Housekeeping {
    told: Mutex<Told>,
    changed: Condvar,
    /// Taken before `told` by whoever needs both. Held while the file is written.
    marks: Mutex<Marks>,
    interval: Duration,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Told {
    /// Per group the last durable index; never above what the log holds after a crash at this moment.
    durable: BTreeMap<GroupId, u64>,
    marks_behind: bool,
    purge_wanted: bool,
    stopping: bool,
}

impl Housekeeping {
    /// Starts the thread. While the log is being written, the marks stand at most `interval` behind.
    pub fn start(
        engine: Arc<LogEngine>,
        marks: Marks,
        interval: Duration,
        on_fatal: FatalHandler,
    ) -> std::io::Result<Arc<Self>> {
        let housekeeping = Arc::new(Self {
            told: Mutex::new(Told::default()),
            changed: Condvar::new(),
            marks: Mutex::new(marks),
            interval,
            thread: Mutex::new(None),
        });
        let own = Arc::clone(&housekeeping);
        let thread = std::thread::Builder::new()
            .name("log-housekeeping".to_owned())
            .spawn(move || own.run(&engine, &on_fatal))?;
        *housekeeping.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(housekeeping)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These last indexes are durable now.
    pub fn note_durable(&self, last: impl Iterator<Item = (GroupId, u64)>) {
        let mut told = self.told();
        told.durable.extend(last);
        let wake = !told.marks_behind;
        told.marks_behind = true;
        drop(told);
        if wake {
            self.changed.notify_one();
        }
    }

    /// A truncation to `last` is about to be written. When this returns the mark is not above it, durably.
    pub fn lower_mark(&self, group: GroupId, last: Option<u64>) -> std::io::Result<()> {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = self.told();
        match last {
            Some(last) => told.durable.insert(group, last),
            None => told.durable.remove(&group),
        };
        drop(told);
        marks.lower(group, last)
    }

    /// Entries were purged: their files may be free.
    pub fn want_purge(&self) {
        self.told().purge_wanted = true;
        self.changed.notify_one();
    }

    /// Finishes what was asked, writes the marks a last time and ends the thread.
    pub fn stop(&self) {
        self.told().stopping = true;
        self.changed.notify_one();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A panic there has been reported by the engine's own message; there is nothing left to save.
            let _ = thread.join();
        }
    }

    fn run(&self, engine: &LogEngine, on_fatal: &FatalHandler) {
        loop {
            let (stopping, purge) = self.wait_for_work();
            if let Err(error) = self.raise_marks() {
                on_fatal(&format!("the high-water marks cannot be written: {error}"));
                return;
            }
            if purge {
                match engine.purge_expired_files() {
                    // The groups it names hold back files by entries nobody purged yet: their next purge frees them.
                    Ok(held_back) if held_back.is_empty() => {}
                    Ok(held_back) => tracing::debug!(?held_back, "groups hold back old log files"),
                    Err(error) => {
                        on_fatal(&format!("log files cannot be purged: {error}"));
                        return;
                    }
                }
            }
            if stopping {
                return;
            }
        }
    }

    /// Sleeps while there is nothing to do; while the log is being written, gathers for one interval.
    fn wait_for_work(&self) -> (bool, bool) {
        let mut told = self.told();
        while !told.marks_behind && !told.purge_wanted && !told.stopping {
            told = self.changed.wait(told).unwrap_or_else(PoisonError::into_inner);
        }
        if !told.stopping {
            let waited = self
                .changed
                .wait_timeout_while(told, self.interval, |told| !told.stopping);
            told = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        (told.stopping, std::mem::take(&mut told.purge_wanted))
    }

    fn raise_marks(&self) -> std::io::Result<()> {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = self.told();
        told.marks_behind = false;
        let durable = told.durable.clone();
        drop(told);
        marks.raise(durable.into_iter())
    }
}
