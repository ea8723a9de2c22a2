//! For tests that must not know openraft: its own storage test-suite, and a replay of a log without a group.
//!
//! Stands beside the production path and goes through the same log, state machine and state thread.

use std::sync::Arc;

use futures::TryStreamExt as _;
use openraft::StorageError;
use openraft::storage::{RaftLogReader as _, RaftLogStorage as _, RaftStateMachine as _};
use openraft::testing::log::{StoreBuilder, Suite};

use corridor_storage::log::{FatalHandler, GroupId, LogStore};
use corridor_storage::replicated::ReplicatedState;

use crate::log_store::GroupLog;
use crate::start::{StartError, check_log_meets_state};
use crate::state_machine::StateMachine;
use crate::state_thread::{ErasedState, StateThread};
use crate::types::Types;

/// The group every store of the suite is built for.
const GROUP: u64 = 1;

struct Builder<F>(F);

impl<F, G, S> StoreBuilder<Types, GroupLog, StateMachine, G> for Builder<F>
where
    F: Fn() -> (G, Arc<dyn LogStore>, Arc<S>) + Send + Sync,
    G: Send + Sync,
    S: ReplicatedState,
{
    async fn build(&self) -> Result<(G, GroupLog, StateMachine), StorageError<Types>> {
        let (guard, log, state) = (self.0)();
        let on_fatal: FatalHandler = Arc::new(|problem| tracing::error!(problem, "a store under test failed"));
        let failed = |error: std::io::Error| StorageError::read(openraft::AnyError::new(&error));
        let (log, _) = GroupLog::open(GROUP, log).map_err(failed)?;
        let state: Arc<dyn ErasedState> = state;
        let (thread, _) = StateThread::start(GROUP, Arc::clone(&state), Arc::clone(&on_fatal)).map_err(failed)?;
        let machine = StateMachine::open(state, thread, on_fatal).map_err(failed)?;
        Ok((guard, log, machine))
    }
}

/// Runs the suite. `build` makes a pristine log and state each time it is called, and a guard that is kept as long as they
/// are used.
///
/// # Panics
/// Where a store does not do what openraft needs.
pub async fn run<F, G, S>(build: F) -> Result<(), String>
where
    F: Fn() -> (G, Arc<dyn LogStore>, Arc<S>) + Send + Sync,
    G: Send + Sync,
    S: ReplicatedState,
{
    Suite::test_all(Builder(build)).await.map_err(|error| error.to_string())
}

/// Applies what the log holds beyond the state, and returns the last index. An only voter's group does the same when it
/// starts, since all of its log is committed; it adds an entry of its new term.
pub async fn replay<S: ReplicatedState>(
    group: GroupId,
    log: Arc<dyn LogStore>,
    state: Arc<S>,
) -> Result<Option<u64>, StartError> {
    let on_fatal: FatalHandler = Arc::new(|problem| tracing::error!(problem, "a replay failed"));
    let (mut log, _) = GroupLog::open(group, log)?;
    let state: Arc<dyn ErasedState> = state;
    let (thread, mut released) = StateThread::start(group, Arc::clone(&state), Arc::clone(&on_fatal))?;
    let mut machine = StateMachine::open(state, thread, on_fatal)?;
    check_log_meets_state(group, &log, &machine)?;
    let last = log.last().map(|last| last.index);
    let first = machine.applied().map_or(0, |applied| applied.index + 1);
    if last >= Some(first) {
        let mut reader = log.get_log_reader().await;
        let entries = reader.entries_stream(first..).await.map_ok(|entry| (entry, None));
        machine.apply(Box::pin(entries)).await?;
    }
    drop(machine);
    // Nothing is ever sent: this ends when the thread has let go of the state.
    let _ = released.recv().await;
    Ok(last)
}
