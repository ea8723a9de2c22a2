//! What was done to a disk, in the one order in which it was done.
//!
//! Stands under the simulated disk and the state's twin in memory, which write into it, and before [`super::Replay`], which
//! reads it. It refuses to know what the bytes mean.

use crate::backend::Write;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// A file as the disk knows it: it keeps its number when it gets another name.
pub type FileId = u64;

/// A change of what is in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileChange {
    /// Bytes at an offset.
    Write(u64, Vec<u8>),
    /// Exactly this size from now on.
    Truncate(u64),
    /// At least this size from now on; what is added is zeros.
    Extend(u64),
}

/// One operation. Names are relative to the disk's root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// A file got its first name.
    Create(FileId, PathBuf),
    /// What is in a file changed.
    Change(FileId, FileChange),
    /// Everything in a file is durable.
    Sync(FileId),
    /// A file got another name, in the same folder.
    Rename(PathBuf, PathBuf),
    /// A name is gone.
    Remove(PathBuf),
    /// All names in a folder are durable.
    SyncFolder(PathBuf),
    /// The state wrote a batch.
    Commit(Vec<Write>),
    /// Every batch so far is durable.
    Persist,
    /// Not of the disk: whoever drives it notes that something happened now.
    Note(u64),
}

impl Operation {
    /// Whether the disk is another one afterwards, so that a cut there is worth its while.
    pub fn is_of_the_disk(&self) -> bool {
        !matches!(self, Self::Note(_))
    }
}

/// The order of everything. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    operations: Arc<Mutex<Vec<Operation>>>,
}

impl Trace {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that goes on after these operations.
    pub fn after(operations: &[Operation]) -> Self {
        Self {
            operations: Arc::new(Mutex::new(operations.to_vec())),
        }
    }

    pub(crate) fn record(&self, operation: Operation) {
        self.operations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(operation);
    }

    /// Notes that something happened between two operations, for instance that somebody was answered.
    pub fn note(&self, note: u64) {
        self.record(Operation::Note(note));
    }

    /// How many operations there are by now.
    pub fn len(&self) -> usize {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether nothing was done yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everything so far.
    pub fn operations(&self) -> Vec<Operation> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
