//! The production log: sealed entries of all groups in one log engine.
//!
//! Stands where agreement hands over bytes. Opening it proves that the log is whole, as far as one node alone can; the
//! writing is in `writer.rs`, the reading in `reader.rs`. It refuses to know terms and commands.

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use corridor_domain::limits::LOG_MARK_INTERVAL_MS;
use corridor_sync::queue::PushRefused;
use raft_engine::{Config, ReadableSize, RecoveryMode};

use super::bounds::Bounds;
use super::fatal::start_writing_thread;
use super::format::{
    CAP_KEY, FLOOR_KEY, NAMED_VALUE_PREFIX, decode_cap, decode_floor, open_value, seal_entry, seal_value, value_key,
};
use super::housekeeping::Housekeeping;
use super::mark::Marks;
use super::reader::Reader;
use super::writer::{Job, LOG_QUEUE_BOUNDS, Queue, SealedChange, Work, Writer};
use super::{Change, Completion, FatalHandler, GroupId, LogError, LogStore, NoRoom};
use crate::disk::{Disk, LogEngine};
use crate::planted::{self, Mistake};
use crate::sealing::StorageKey;
use crate::world::World;

/// Entries verified in one go at open.
const VERIFY_ENTRIES: u64 = 4_096;

/// Where the log lives and how large its files are.
#[derive(Debug, Clone)]
pub struct LogOptions {
    /// The log's own folder.
    pub directory: PathBuf,
    /// Size at which a new file is begun.
    pub file_size_bytes: u64,
    /// Size above which old files are given back; entries still needed are moved together first.
    pub purge_above_size_bytes: u64,
    /// How long the high-water marks may stand behind while the log is being written.
    pub mark_interval_ms: u64,
    /// The disk that `directory` is on.
    pub disk: Disk,
}

impl LogOptions {
    /// The production sizes, in `directory` on the machine's disk.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            file_size_bytes: 64 * 1024 * 1024,
            purge_above_size_bytes: 512 * 1024 * 1024,
            mark_interval_ms: LOG_MARK_INTERVAL_MS,
            disk: Disk::Real,
        }
    }
}

/// The log of all groups of this node, on disk. Dropping it writes what was submitted and ends its threads.
pub struct EngineLog {
    engine: Arc<LogEngine>,
    key: StorageKey,
    world: Arc<dyn World>,
    queue: Arc<Queue>,
    bounds: Arc<Mutex<HashMap<GroupId, Bounds>>>,
    reader: Reader,
    housekeeping: Arc<Housekeeping>,
    writer: Option<JoinHandle<()>>,
}

impl EngineLog {
    /// Opens the log, reads it once from end to end, and holds it against its high-water marks.
    ///
    /// Only a torn tail is tolerated: it was never acknowledged. `storage_key` is the node's; the log derives its own.
    pub fn open(
        options: &LogOptions,
        storage_key: &StorageKey,
        world: Arc<dyn World>,
        on_fatal: FatalHandler,
    ) -> Result<Self, LogError> {
        let key = storage_key.derive("log");
        let disk = &options.disk;
        let engine_directory = options.directory.join("engine");
        disk.create_folder(&engine_directory).map_err(LogError::Unusable)?;
        sync_files(disk, &options.directory, &engine_directory).map_err(LogError::Unusable)?;
        let marks = Marks::load(disk.clone(), &options.directory, key.clone())?;
        let engine = disk
            .open_engine(engine_config(options, &engine_directory))
            .map_err(|error| LogError::Unusable(io::Error::other(error.to_string())))?;
        // The engine syncs its folder whenever it begins a file, but not for the first ones, which it made just now.
        disk.sync_folder(&engine_directory).map_err(LogError::Unusable)?;
        let engine = Arc::new(engine);
        let reader = Reader::start(Arc::clone(&engine), key.clone()).map_err(LogError::Unusable)?;
        let bounds = match verify(&engine, &reader, &key, &marks) {
            Ok(bounds) => bounds,
            Err(error) => {
                reader.stop();
                return Err(error);
            }
        };
        let purged = Arc::clone(&engine);
        let housekeeping = Housekeeping::start(
            Box::new(move || purged.purge_expired_files().map_err(|error| error.to_string())),
            marks,
            Duration::from_millis(options.mark_interval_ms),
            Arc::clone(&on_fatal),
        )
        .map_err(LogError::Unusable)?;
        let queue = Arc::new(Queue::new(LOG_QUEUE_BOUNDS));
        let bounds = Arc::new(Mutex::new(bounds));
        let written = Arc::clone(&engine);
        let writer = Writer {
            write_and_sync: Box::new(move |batch| {
                written
                    .write(batch, !planted::is(Mistake::AnsweredBeforeTheSync))
                    .map(drop)
                    .map_err(|error| io::Error::other(error.to_string()))
            }),
            queue: Arc::clone(&queue),
            bounds: Arc::clone(&bounds),
            housekeeping: Arc::clone(&housekeeping),
            world: Arc::clone(&world),
            on_fatal,
        };
        let thread = start_writing_thread("writer", move || writer.run()).map_err(LogError::Unusable)?;
        Ok(Self {
            engine,
            key,
            world,
            queue,
            bounds,
            reader,
            housekeeping,
            writer: Some(thread),
        })
    }

    /// Seals on the caller's thread, so that it overlaps with the sync of what went before.
    fn seal(&self, group: GroupId, changes: &[Change]) -> io::Result<(Vec<SealedChange>, usize)> {
        let mut sealed = Vec::with_capacity(changes.len());
        let mut size_bytes = 0;
        for change in changes {
            match change {
                Change::Append(entries) => {
                    let Some(first) = entries.first().map(|(index, _)| *index) else {
                        continue;
                    };
                    if (first..).zip(entries).any(|(expected, (index, _))| expected != *index) {
                        return Err(io::Error::new(
                            io::ErrorKind::InvalidInput,
                            "appended indexes are not contiguous",
                        ));
                    }
                    let seal = |(index, bytes): &(u64, Bytes)| {
                        size_bytes += bytes.len();
                        seal_entry(&self.key, &*self.world, group, *index, bytes)
                    };
                    sealed.push(SealedChange::Append {
                        first,
                        entries: entries.iter().map(seal).collect(),
                    });
                }
                Change::Put { name, value } => {
                    size_bytes += value.len();
                    let value = seal_value(&self.key, &*self.world, group, name, value);
                    sealed.push(SealedChange::Put {
                        key: value_key(name),
                        value,
                    });
                }
                Change::TruncateAfter(index) => sealed.push(SealedChange::TruncateAfter(*index)),
                Change::PurgeTo(index) => sealed.push(SealedChange::PurgeTo(*index)),
            }
        }
        Ok((sealed, size_bytes))
    }

    fn readable(&self, group: GroupId) -> Range<u64> {
        let bounds = self.bounds.lock().unwrap_or_else(PoisonError::into_inner);
        bounds.get(&group).map_or(0..0, Bounds::readable)
    }
}

impl LogStore for EngineLog {
    fn try_submit(&self, group: GroupId, changes: Vec<Change>, done: Completion) -> Result<(), NoRoom> {
        let (sealed, size_bytes) = match self.seal(group, &changes) {
            Ok(sealed) => sealed,
            Err(error) => {
                done(Err(error));
                return Ok(());
            }
        };
        let work = Work { group, changes: sealed };
        match self.queue.try_push(Job { work, done }, size_bytes) {
            Ok(()) => Ok(()),
            Err(PushRefused::Full(job)) => Err(NoRoom {
                changes,
                done: job.done,
            }),
            Err(PushRefused::Closed(job)) => {
                (job.done)(Err(stopped()));
                Ok(())
            }
        }
    }

    fn submit(&self, group: GroupId, changes: Vec<Change>, done: Completion) {
        match self.seal(group, &changes) {
            Err(error) => done(Err(error)),
            Ok((sealed, size_bytes)) => {
                let work = Work { group, changes: sealed };
                if let Err(job) = self.queue.push(Job { work, done }, size_bytes) {
                    (job.done)(Err(stopped()));
                }
            }
        }
    }

    fn get(&self, group: GroupId, name: &'static str) -> io::Result<Option<Vec<u8>>> {
        let sealed = self.engine.get(group, &value_key(name));
        sealed
            .map(|sealed| open_value(&self.key, group, name.as_bytes(), &sealed))
            .transpose()
    }

    fn read(&self, group: GroupId, range: Range<u64>, size_bytes_max: usize) -> io::Result<Vec<(u64, Bytes)>> {
        let readable = self.readable(group);
        let wanted = range.start.max(readable.start)..range.end.min(readable.end);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let outcome = self.reader.read(group, wanted, size_bytes_max)?;
        match outcome.damaged {
            // Purged while we read: then it is not wanted any more.
            Some((index, error)) if index >= self.readable(group).start => Err(error),
            _ => Ok(outcome.entries),
        }
    }

    fn bounds(&self, group: GroupId) -> Option<(u64, u64)> {
        self.bounds
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&group)?
            .first_and_last()
    }
}

impl Drop for EngineLog {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(writer) = self.writer.take()
            // Dropped by a completion, on the writer's own thread: it ends by itself, the queue is closed.
            && writer.thread().id() != std::thread::current().id()
        {
            // A writer that panicked has called the fatal handler already.
            let _ = writer.join();
        }
        self.housekeeping.stop();
        self.reader.stop();
    }
}

fn stopped() -> io::Error {
    io::Error::other("the log has stopped")
}

fn engine_config(options: &LogOptions, engine_directory: &Path) -> Config {
    Config {
        dir: engine_directory.to_string_lossy().into_owned(),
        recovery_mode: RecoveryMode::TolerateTailCorruption,
        // Sealed bytes do not compress.
        batch_compression_threshold: ReadableSize(0),
        target_file_size: ReadableSize(options.file_size_bytes),
        purge_threshold: ReadableSize(options.purge_above_size_bytes.max(options.file_size_bytes)),
        ..Config::default()
    }
}

/// Makes durable what an earlier process wrote but did not live to sync: from here on it counts as acknowledged.
fn sync_files(disk: &Disk, directory: &Path, engine_directory: &Path) -> io::Result<()> {
    disk.sync_files(engine_directory)?;
    for folder in [directory].into_iter().chain(directory.parent()) {
        if !folder.as_os_str().is_empty() {
            disk.sync_folder(folder)?;
        }
    }
    Ok(())
}

/// Reads every entry and value once, then compares with the marks.
fn verify(
    engine: &LogEngine,
    reader: &Reader,
    key: &StorageKey,
    marks: &Marks,
) -> Result<HashMap<GroupId, Bounds>, LogError> {
    let mut all = HashMap::new();
    for group in engine.raft_groups() {
        let damaged = |source| LogError::ValueDamaged { group, source };
        let cap = decode_cap(engine.get(group, CAP_KEY).as_deref()).map_err(damaged)?;
        let floor = decode_floor(engine.get(group, FLOOR_KEY).as_deref()).map_err(damaged)?;
        let held = engine
            .first_index(group)
            .zip(engine.last_index(group))
            .map(|(first, last)| first..last + 1);
        let bounds = Bounds::recovered(held, floor, cap);
        verify_values(engine, key, group)?;
        verify_entries(reader, group, bounds.readable())?;
        all.insert(group, bounds);
    }
    for (group, mark) in marks.all() {
        let last = all.get(&group).and_then(Bounds::last);
        if last.is_none_or(|last| last < mark) {
            return Err(LogError::LogShorterThanMark { group, mark, last });
        }
    }
    Ok(all)
}

fn verify_values(engine: &LogEngine, key: &StorageKey, group: GroupId) -> Result<(), LogError> {
    let mut outcome = Ok(());
    engine
        .scan_raw_messages(group, Some(NAMED_VALUE_PREFIX), None, false, |name, sealed| {
            if let Some(name) = name.strip_prefix(NAMED_VALUE_PREFIX) {
                outcome = open_value(key, group, name, sealed).map(drop);
            }
            outcome.is_ok()
        })
        .map_err(|error| LogError::ValueDamaged {
            group,
            source: io::Error::other(error.to_string()),
        })?;
    outcome.map_err(|source| LogError::ValueDamaged { group, source })
}

fn verify_entries(reader: &Reader, group: GroupId, readable: Range<u64>) -> Result<(), LogError> {
    let mut start = readable.start;
    while start < readable.end {
        let end = readable.end.min(start + VERIFY_ENTRIES);
        let outcome = reader.read(group, start..end, usize::MAX).map_err(LogError::Unusable)?;
        if let Some((index, source)) = outcome.damaged {
            return Err(LogError::EntryDamaged { group, index, source });
        }
        start = end;
    }
    Ok(())
}
