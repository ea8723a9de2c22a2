//! What the tests of the log share.
//!
//! Stands outside the crate, beside the tests. It refuses to know how a log works inside.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;

use bytes::Bytes;
use corridor_storage::log::{Change, EngineLog, FatalHandler, LogError, LogOptions, LogStore};
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::SystemWorld;

/// The group under test.
pub const GROUP: u64 = 1;

/// The node's storage key.
pub fn key() -> StorageKey {
    StorageKey::from_bytes([5; 32])
}

/// A disk that fails fails the test.
pub fn never_fatal() -> FatalHandler {
    Arc::new(|problem| panic!("fatal: {problem}"))
}

/// Opens the log of a folder.
pub fn open(directory: &Path) -> Result<EngineLog, LogError> {
    EngineLog::open(
        &LogOptions::new(directory),
        &key(),
        Arc::new(SystemWorld::new()),
        never_fatal(),
    )
}

/// Entries that say who they are.
pub fn entries(range: std::ops::Range<u64>) -> Vec<(u64, Bytes)> {
    range
        .map(|index| (index, Bytes::from(format!("entry {index}"))))
        .collect()
}

/// Submits and waits for the completion.
pub fn durable(log: &dyn LogStore, changes: Vec<Change>) -> std::io::Result<()> {
    let (answer, receive) = channel();
    log.submit(GROUP, changes, Box::new(move |outcome| answer.send(outcome).unwrap()));
    receive.recv().unwrap()
}

/// What can be read, after checking that each entry says who it is.
pub fn indexes(log: &dyn LogStore) -> Vec<u64> {
    let found = log.read(GROUP, 0..u64::MAX, usize::MAX).unwrap();
    for (index, bytes) in &found {
        assert!(bytes.starts_with(format!("entry {index}").as_bytes()));
    }
    found.into_iter().map(|(index, _)| index).collect()
}
