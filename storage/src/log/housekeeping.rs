//! What the log does off the hot path: raising the high-water marks, and giving back the space of purged entries.
//!
//! Stands beside the writer, on a thread of its own. It refuses to know entries.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::GroupId;
use super::fatal::{FatalHandler, FatalIfPanicking, start_writing_thread};
use super::mark::Marks;

/// Gives back what nobody needs any more; the groups that hold back files by entries that nobody purged yet.
pub(super) type Purge = Box<dyn FnMut() -> Result<Vec<GroupId>, String> + Send>;

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
    pub fn start(purge: Purge, marks: Marks, interval: Duration, on_fatal: FatalHandler) -> std::io::Result<Arc<Self>> {
        let housekeeping = Arc::new(Self {
            told: Mutex::new(Told::default()),
            changed: Condvar::new(),
            marks: Mutex::new(marks),
            interval,
            thread: Mutex::new(None),
        });
        let own = Arc::clone(&housekeeping);
        let thread = start_writing_thread("housekeeping", move || own.run(purge, &on_fatal))?;
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
            // A thread that panicked has called the fatal handler already.
            let _ = thread.join();
        }
    }

    fn run(&self, mut purge: Purge, on_fatal: &FatalHandler) {
        // Giving back space writes what is still needed anew, and syncs it: where that fails, the engine panics.
        let _fatal = FatalIfPanicking::new(
            on_fatal,
            "the log's housekeeping panicked, most likely because a sync failed",
        );
        loop {
            let (stopping, purge_wanted) = self.wait_for_work();
            if let Err(error) = self.raise_marks() {
                on_fatal(&format!("the high-water marks cannot be written: {error}"));
                return;
            }
            if purge_wanted {
                match purge() {
                    // The next purge of these groups frees them.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Disk;
    use crate::sealing::StorageKey;

    /// What the fatal handler is told when space is given back like this.
    fn told(purge: Purge) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::load(Disk::Real, folder.path(), StorageKey::from_bytes([1; 32])).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&told);
        let on_fatal: FatalHandler = Arc::new(move |problem| noted.lock().unwrap().push(problem.to_owned()));
        let housekeeping = Housekeeping::start(purge, marks, Duration::ZERO, on_fatal).unwrap();
        housekeeping.want_purge();
        housekeeping.stop();
        std::mem::take(&mut *told.lock().unwrap())
    }

    #[test]
    fn space_that_cannot_be_given_back_is_fatal_also_where_the_engine_panics() {
        assert!(told(Box::new(|| Ok(vec![1]))).is_empty());
        let refused = told(Box::new(|| Err("no space".to_owned())));
        assert_eq!(refused, ["log files cannot be purged: no space"]);
        let panicked = told(Box::new(|| panic!("fdatasync")));
        assert_eq!(
            panicked,
            ["the log's housekeeping panicked, most likely because a sync failed"]
        );
    }
}
