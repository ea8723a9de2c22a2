//! openraft's own storage test-suite, offered to whoever brings a log and a state.
//!
//! Stands beside the production path, for tests: stores are tested from crates that must not know openraft.

use std::sync::Arc;

use openraft::StorageError;
use openraft::testing::log::{StoreBuilder, Suite};

use corridor_storage::log::{FatalHandler, LogStore};
use corridor_storage::replicated::ReplicatedState;

use crate::log_store::GroupLog;
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
