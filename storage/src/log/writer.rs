//! The one thread that writes the log: gathers what all groups submitted into one write and one sync.
//!
//! Stands below the group commit of `storage/sync/src/group_commit.rs`, which decides who is told when; here is what a write is. It
//! refuses to know what is in a job beyond indexes and sealed bytes.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use corridor_domain::limits::{
    LOG_QUEUE_JOBS_COUNT_MAX, LOG_QUEUE_SIZE_BYTES_MAX, LOG_WRITE_JOBS_COUNT_MAX, LOG_WRITE_SIZE_BYTES_MAX,
};
use corridor_sync::group_commit::{self, Disk, Refusal};
use corridor_sync::level::Bounds as QueueBounds;
use protobuf::well_known_types::Any;
use raft_engine::{Command, LogBatch};

use super::bounds::Bounds;
use super::fatal::{FatalHandler, FatalIfPanicking};
use super::format::{CAP_KEY, EngineEntry, FLOOR_KEY, encode_cap};
use super::housekeeping::Housekeeping;
use super::{Completion, GroupId};
use crate::high_water;
use crate::metrics;
use crate::world::World;

/// What may wait for the writer.
pub(super) const LOG_QUEUE_BOUNDS: QueueBounds = QueueBounds {
    count_max: LOG_QUEUE_JOBS_COUNT_MAX,
    size_bytes_max: LOG_QUEUE_SIZE_BYTES_MAX,
};
/// A submission on its way to the disk, and whom it concerns.
pub(super) type Job = group_commit::Job<Work, Completion>;

/// The way into the writer.
pub(super) type Queue = corridor_sync::queue::Queue<Job>;

/// What one group submitted, sealed.
pub(super) struct Work {
    pub group: GroupId,
    pub changes: Vec<SealedChange>,
}

/// A [`super::Change`] with everything sealed.
pub(super) enum SealedChange {
    Append { first: u64, entries: Vec<Any> },
    Put { key: Vec<u8>, value: Vec<u8> },
    TruncateAfter(Option<u64>),
    PurgeTo(u64),
}

/// The disk as the writer sees it; a test's may fail.
pub(super) type WriteAndSync = Box<dyn Fn(&mut LogBatch) -> io::Result<()> + Send>;

/// Everything the writer needs.
pub(super) struct Writer {
    /// Writes a batch and returns after it is synced.
    pub write_and_sync: WriteAndSync,
    pub queue: Arc<Queue>,
    /// What readers may see: changed only after the sync.
    pub bounds: Arc<Mutex<HashMap<GroupId, Bounds>>>,
    pub housekeeping: Arc<Housekeeping>,
    pub world: Arc<dyn World>,
    pub on_fatal: FatalHandler,
}

/// If the thread unwinds (the engine panics when a sync fails), nothing more may be promised.
struct ClosedAfterwards<'a>(&'a Queue);

impl Drop for ClosedAfterwards<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Writer {
    /// Writes until the queue is closed and empty, or the disk fails: then the process was told to end.
    pub fn run(self) {
        let _fatal = FatalIfPanicking::new(
            &self.on_fatal,
            "the log's writer panicked, most likely because a sync failed",
        );
        let _closed = ClosedAfterwards(&self.queue);
        let mut write = Write {
            writer: &self,
            batch: LogBatch::default(),
            gathered: Gathered::default(),
        };
        // All that waited were told the error.
        let _ = group_commit::serve(
            &self.queue,
            &mut write,
            LOG_WRITE_JOBS_COUNT_MAX,
            LOG_WRITE_SIZE_BYTES_MAX,
        );
    }

    fn visible(&self, group: GroupId) -> Bounds {
        self.bounds
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&group)
            .cloned()
            .unwrap_or_default()
    }

    fn publish(&self, gathered: Gathered) {
        self.housekeeping.note_durable(
            gathered
                .bounds
                .iter()
                .filter_map(|(group, bounds)| Some((*group, bounds.last()?))),
        );
        self.bounds
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(gathered.bounds);
        if gathered.purged {
            self.housekeeping.want_purge();
        }
    }
}

/// The write at hand.
struct Write<'a> {
    writer: &'a Writer,
    batch: LogBatch,
    gathered: Gathered,
}

impl Disk for Write<'_> {
    type Work = Work;
    type Done = Completion;
    type Error = io::Error;

    fn gather(&mut self, Work { group, changes }: Work) -> Result<(), Refusal<io::Error>> {
        let Self {
            writer,
            batch,
            gathered,
        } = self;
        let before = gathered
            .bounds
            .get(&group)
            .cloned()
            .unwrap_or_else(|| writer.visible(group));
        let (after, lowered) = plan(before.clone(), &changes).map_err(Refusal::Caller)?;
        if let Some(last) = lowered {
            writer.housekeeping.lower_mark(group, last).map_err(Refusal::Disk)?;
        }
        for change in changes {
            match change {
                SealedChange::Append { entries, .. } => {
                    gathered.entries += entries.len();
                    batch
                        .add_entries::<EngineEntry>(group, &entries)
                        .map_err(engine_error)?;
                }
                SealedChange::Put { key, value } => batch.put(group, key, value).map_err(engine_error)?,
                SealedChange::PurgeTo(_) => {
                    gathered.purged = true;
                    batch.add_command(group, Command::Compact { index: after.floor() });
                }
                SealedChange::TruncateAfter(_) => {}
            }
        }
        // In the same atomic batch as the entries that lift it: a crash sees the cap and no new entries, or neither.
        if after.cap() != before.cap() {
            batch
                .put(group, CAP_KEY.to_vec(), encode_cap(after.cap()))
                .map_err(engine_error)?;
        }
        if after.floor() != before.floor() {
            batch
                .put(group, FLOOR_KEY.to_vec(), after.floor().to_le_bytes().to_vec())
                .map_err(engine_error)?;
        }
        gathered.bounds.insert(group, after);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let writer = self.writer;
        let started_ns = writer.world.monotonic_ns();
        (writer.write_and_sync)(&mut self.batch)?;
        let ended_ns = writer.world.monotonic_ns();
        let gathered = std::mem::take(&mut self.gathered);
        metrics::LOG_SYNCS.add(&[], 1);
        metrics::LOG_SYNC_SECONDS.note_time(&[], started_ns, ended_ns);
        metrics::LOG_BATCH_ENTRIES.note(&[], gathered.entries as f64);
        let load = writer.queue.load();
        high_water::LOG_QUEUE_JOBS.note(load.count.high_water());
        high_water::LOG_QUEUE_BYTES.note(load.size_bytes.high_water());
        writer.publish(gathered);
        Ok(())
    }

    fn failed(&mut self, error: &io::Error) {
        (self.writer.on_fatal)(&format!("the log cannot be written: {error}"));
    }

    fn tell(done: Completion, outcome: Result<(), &io::Error>) {
        done(outcome.map_err(|error| io::Error::new(error.kind(), error.to_string())));
    }
}

/// What one batch does to the groups it touches.
#[derive(Default)]
struct Gathered {
    bounds: BTreeMap<GroupId, Bounds>,
    entries: usize,
    purged: bool,
}

fn engine_error(error: raft_engine::Error) -> Refusal<io::Error> {
    Refusal::Disk(io::Error::other(error.to_string()))
}

/// The bounds after `changes`, and the lowest last index on the way if some entries are dropped from the tail.
fn plan(mut bounds: Bounds, changes: &[SealedChange]) -> io::Result<(Bounds, Option<Option<u64>>)> {
    let mut lowered: Option<Option<u64>> = None;
    for change in changes {
        let before = bounds.last();
        let lowest = match change {
            SealedChange::Append { first, entries } => {
                bounds.append(*first, entries.len() as u64)?;
                first.checked_sub(1)
            }
            SealedChange::TruncateAfter(index) => {
                bounds.truncate_after(*index);
                bounds.last()
            }
            SealedChange::PurgeTo(index) => {
                bounds.purge_to(*index);
                bounds.last()
            }
            SealedChange::Put { .. } => before,
        };
        if lowest < before {
            lowered = Some(lowered.map_or(lowest, |last| last.min(lowest)));
        }
    }
    Ok((bounds, lowered))
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, channel};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use raft_engine::LogBatch;

    use super::{Job, LOG_QUEUE_BOUNDS, Queue, SealedChange, Work, Writer};
    use crate::disk::Disk;
    use crate::log::Completion;
    use crate::log::fatal::FatalHandler;
    use crate::log::housekeeping::Housekeeping;
    use crate::log::mark::Marks;
    use crate::sealing::StorageKey;
    use crate::world::TestWorld;

    fn job(group: u64, done: Completion) -> Job {
        let changes = vec![SealedChange::Put {
            key: b"v:x".to_vec(),
            value: b"y".to_vec(),
        }];
        let work = Work { group, changes };
        Job { work, done }
    }

    /// Runs a writer whose disk behaves like `write`, over three jobs; returns the answers and the fatal problems.
    fn run(write: fn(&mut LogBatch) -> io::Result<()>) -> (Receiver<io::Result<()>>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let marks = Marks::load(Disk::Real, folder.path(), StorageKey::from_bytes([1; 32])).unwrap();
        let problems = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&problems);
        let on_fatal: FatalHandler = Arc::new(move |problem| noted.lock().unwrap().push(problem.to_owned()));
        let housekeeping = Housekeeping::start(
            Box::new(|| Ok(Vec::new())),
            marks,
            Duration::ZERO,
            Arc::clone(&on_fatal),
        )
        .unwrap();
        let queue = Arc::new(Queue::new(LOG_QUEUE_BOUNDS));
        let (answer, answers) = channel();
        for group in 0..3 {
            let answer = answer.clone();
            let done = Box::new(move |outcome| answer.send(outcome).unwrap());
            assert!(queue.push(job(group, done), 1).is_ok());
        }
        let writer = Writer {
            write_and_sync: Box::new(write),
            queue: Arc::clone(&queue),
            bounds: Arc::default(),
            housekeeping: Arc::clone(&housekeeping),
            world: Arc::new(TestWorld::new(0, 0)),
            on_fatal,
        };
        queue.close(); // What is in it is still written.
        let thread = std::thread::spawn(move || writer.run());
        // A panic of the writer is one of the cases.
        let _ = thread.join();
        assert!(queue.push(job(9, Box::new(|_| {})), 1).is_err(), "the queue is closed");
        housekeeping.stop();
        let problems = problems.lock().unwrap().clone();
        (answers, problems)
    }

    #[test]
    fn what_waits_shares_one_write_across_groups() {
        static WRITES: AtomicUsize = AtomicUsize::new(0);
        static ITEMS: AtomicUsize = AtomicUsize::new(0);
        let (answers, problems) = run(|batch| {
            WRITES.fetch_add(1, Ordering::SeqCst);
            ITEMS.fetch_add(batch.approximate_size(), Ordering::SeqCst);
            Ok(())
        });
        assert_eq!((WRITES.load(Ordering::SeqCst), problems.len()), (1, 0));
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
        assert!(ITEMS.load(Ordering::SeqCst) > 0);
    }

    #[test]
    fn a_failed_write_is_fatal_once_and_nothing_is_acknowledged() {
        let (answers, problems) = run(|_| Err(io::Error::other("no space")));
        assert_eq!(problems, ["the log cannot be written: no space"]);
        assert!(answers.iter().all(|answer| answer.is_err()));
    }

    #[test]
    fn a_panicking_sync_is_fatal_and_nothing_is_acknowledged() {
        let (answers, problems) = run(|_| panic!("pipe::sync()"));
        assert_eq!(problems.len(), 1);
        assert!(answers.iter().all(|answer| answer.is_err()));
    }
}
