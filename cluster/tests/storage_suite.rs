//! openraft's own storage test-suite, on every pair of log and state we have.
//!
//! Stands outside the crate: a new store is added here with one function that builds it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::Arc;

use corridor_cluster::suite;
use corridor_storage::apply::AppliedState;
use corridor_storage::backend::{Backend, FjallBackend, MemoryBackend};
use corridor_storage::log::{EngineLog, LogOptions, LogStore, MemoryLog};
use corridor_storage::replicated::MemoryState;
use corridor_storage::sealing::StorageKey;
use corridor_storage::state::State;
use corridor_storage::world::SystemWorld;

fn on_disk() -> (tempfile::TempDir, Arc<dyn LogStore>, Arc<MemoryState>) {
    let folder = tempfile::tempdir().unwrap();
    let key = StorageKey::from_bytes([1; 32]);
    let fatal = Arc::new(|problem: &str| panic!("fatal: {problem}"));
    let log = EngineLog::open(
        &LogOptions::new(folder.path()),
        &key,
        Arc::new(SystemWorld::new()),
        fatal,
    )
    .unwrap();
    (folder, Arc::new(log), Arc::new(MemoryState::new()))
}

/// What a node runs: the applied state over fjall, beside the log engine.
fn as_in_production() -> (tempfile::TempDir, Arc<dyn LogStore>, Arc<AppliedState>) {
    let (folder, log, _) = on_disk();
    let backend = FjallBackend::open(&folder.path().join("state")).unwrap();
    (folder, log, Arc::new(applied_state(Arc::new(backend))))
}

/// What a simulation runs: the same applied state over its twin in memory.
fn as_in_simulation() -> ((), Arc<dyn LogStore>, Arc<AppliedState>) {
    let state = applied_state(Arc::new(MemoryBackend::new()));
    ((), Arc::new(MemoryLog::new()), Arc::new(state))
}

fn applied_state(backend: Arc<dyn Backend>) -> AppliedState {
    let (node, workspace) = (StorageKey::from_bytes([1; 32]), StorageKey::from_bytes([2; 32]));
    let state = State::new(backend, Arc::new(SystemWorld::new()), &node, &workspace);
    AppliedState::open(state, Box::new(|_| ())).unwrap()
}

fn in_memory() -> ((), Arc<dyn LogStore>, Arc<MemoryState>) {
    ((), Arc::new(MemoryLog::new()), Arc::new(MemoryState::new()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_on_disk_does_what_openraft_needs() {
    suite::run(on_disk).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_in_memory_does_what_openraft_needs() {
    suite::run(in_memory).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_applied_state_on_disk_does_what_openraft_needs() {
    suite::run(as_in_production).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_applied_state_in_memory_does_what_openraft_needs() {
    suite::run(as_in_simulation).await.unwrap();
}
