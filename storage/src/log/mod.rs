//! The replicated log on this node's disk: the only thing that must be durable before an acknowledgement.
//!
//! Stands between agreement and the disk. It knows groups, indexes and bytes; it refuses to know terms, votes, leaders or
//! what an entry says. Entries and named values are sealed here, before they reach the log engine.
//!
//! Two implementations of one trait: [`EngineLog`] on disk, [`MemoryLog`] for tests and simulation.

mod bounds;
mod engine;
mod fatal;
mod format;
mod housekeeping;
mod mark;
mod memory;
mod reader;
mod renumbered;
mod writer;

use std::io;
use std::ops::Range;

use bytes::Bytes;

pub use engine::{EngineLog, LogOptions};
pub use fatal::{FatalHandler, FatalIfPanicking, abort_process, tell_fatal_panics_briefly};
pub use memory::MemoryLog;
pub use renumbered::Renumbered;

/// Which replicated group an entry belongs to. All groups of a node share one log.
pub type GroupId = u64;

/// Called once when the change is durable, or when it never will be. Runs on the writer's thread: it must not wait.
pub type Completion = Box<dyn FnOnce(io::Result<()>) + Send>;

/// One change to a group's log. Changes submitted together become durable together or not at all.
#[derive(Debug, Clone)]
pub enum Change {
    /// Entries with contiguous indexes, following the last one. Starting earlier replaces everything from there.
    Append(Vec<(u64, Bytes)>),
    /// A small named value, replacing the one before.
    Put {
        /// The value's name within the group.
        name: &'static str,
        /// Its bytes.
        value: Bytes,
    },
    /// Drops every entry after this index; `None` drops all.
    TruncateAfter(Option<u64>),
    /// Drops every entry up to and including this index, also when the log ends before it.
    PurgeTo(u64),
}

/// A submission the queue had no room for, handed back untouched.
pub struct NoRoom {
    /// The changes as submitted.
    pub changes: Vec<Change>,
    /// The completion, not called.
    pub done: Completion,
}

/// A log of many groups. Submissions become durable in the order they were made, across all groups.
pub trait LogStore: Send + Sync + 'static {
    /// Submits changes to one group if the queue has room now. `done` runs after they are durable.
    fn try_submit(&self, group: GroupId, changes: Vec<Change>, done: Completion) -> Result<(), NoRoom>;

    /// Submits changes to one group, waiting for room: holds the calling thread.
    fn submit(&self, group: GroupId, changes: Vec<Change>, done: Completion);

    /// The durable value of that name.
    fn get(&self, group: GroupId, name: &'static str) -> io::Result<Option<Vec<u8>>>;

    /// Durable entries of `range` that exist, from its start, until `size_bytes_max` is passed (at least one).
    /// May wait for the disk.
    fn read(&self, group: GroupId, range: Range<u64>, size_bytes_max: usize) -> io::Result<Vec<(u64, Bytes)>>;

    /// First and last durable index, or `None` if the group has no entries.
    fn bounds(&self, group: GroupId) -> Option<(u64, u64)>;

    /// Appends entries; see [`Change::Append`].
    fn append(&self, group: GroupId, entries: Vec<(u64, Bytes)>, done: Completion) {
        self.submit(group, vec![Change::Append(entries)], done);
    }

    /// Stores a named value; see [`Change::Put`].
    fn put(&self, group: GroupId, name: &'static str, value: Bytes, done: Completion) {
        self.submit(group, vec![Change::Put { name, value }], done);
    }

    /// Drops the tail; see [`Change::TruncateAfter`].
    fn truncate_after(&self, group: GroupId, index: Option<u64>, done: Completion) {
        self.submit(group, vec![Change::TruncateAfter(index)], done);
    }

    /// Drops the head; see [`Change::PurgeTo`].
    fn purge_to(&self, group: GroupId, index: u64, done: Completion) {
        self.submit(group, vec![Change::PurgeTo(index)], done);
    }

    /// First durable index.
    fn first_index(&self, group: GroupId) -> Option<u64> {
        self.bounds(group).map(|(first, _)| first)
    }

    /// Last durable index.
    fn last_index(&self, group: GroupId) -> Option<u64> {
        self.bounds(group).map(|(_, last)| last)
    }
}

/// Why a log does not open. Every variant but the first means: this node's disk lost or altered what it had acknowledged;
/// it must neither vote nor serve until it is seeded anew under a new node id.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The folder cannot be used: permissions, another process, the disk.
    #[error("the log folder cannot be used: {0}")]
    Unusable(#[source] io::Error),
    /// The log ends before an index that was durable once.
    #[error(
        "the log of group {group} ends at {last:?}, but {mark} was durable once: this node lost acknowledged entries"
    )]
    LogShorterThanMark {
        /// The group.
        group: GroupId,
        /// The index that was durable.
        mark: u64,
        /// Where the log ends now; `None` if it is empty.
        last: Option<u64>,
    },
    /// An entry fails its checksum or its seal.
    #[error("entry {index} of group {group} is damaged: {source}")]
    EntryDamaged {
        /// The group.
        group: GroupId,
        /// The entry.
        index: u64,
        /// What the read said.
        source: io::Error,
    },
    /// A named value fails its seal.
    #[error("a value of group {group} is damaged: {source}")]
    ValueDamaged {
        /// The group.
        group: GroupId,
        /// What the read said.
        source: io::Error,
    },
    /// The file of high-water marks is damaged: nothing says how long the log must be.
    #[error("the high-water mark file is damaged: {0}")]
    MarkDamaged(String),
}
