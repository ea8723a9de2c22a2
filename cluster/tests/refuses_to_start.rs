//! Logs and states that do not belong together: a group over them must not start, since it would serve less than it promised.
//!
//! Stands outside the crate, as the node does.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use corridor_cluster::{Group, GroupConfig, Hosting, StartError};
use corridor_storage::log::{Change, LogStore as _, MemoryLog};
use corridor_storage::replicated::MemoryState;
use corridor_storage::world::SystemWorld;

const GROUP: u64 = 7;
const SOON: Duration = Duration::from_secs(20);

async fn start(log: &MemoryLog, state: &MemoryState) -> Result<Group<MemoryState>, StartError> {
    let config = GroupConfig {
        snapshot_every_entries: 50,
        keep_entries: 10,
        ..GroupConfig::default()
    };
    let world = Arc::new(SystemWorld::new());
    let on_fatal = Arc::new(|problem: &str| panic!("fatal: {problem}"));
    let (log, state) = (Arc::new(log.clone()), Arc::new(state.clone()));
    Group::start(GROUP, config, Hosting::alone(1, world, on_fatal), log, state).await
}

/// A group that has done something and stopped.
async fn worked(log: &MemoryLog, state: &MemoryState, commands: usize, purged: Option<u64>) {
    let group = start(log, state).await.unwrap();
    for number in 0..commands {
        let command = Bytes::from(format!("command {number}"));
        group.proposer().propose(command).await.unwrap();
    }
    group
        .wait_status(SOON, |status| status.purged_index >= purged)
        .await
        .unwrap();
    group.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_ends_before_the_state_refuses_to_start() {
    let (log, state) = (MemoryLog::new(), MemoryState::new());
    worked(&log, &state, 10, None).await;
    log.submit(
        GROUP,
        vec![Change::TruncateAfter(Some(4))],
        Box::new(|outcome| outcome.unwrap()),
    );
    assert!(matches!(
        start(&log, &state).await.map(drop),
        Err(StartError::LogBehindState { last: Some(4), .. })
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_begins_behind_the_state_refuses_to_start() {
    let (log, state) = (MemoryLog::new(), MemoryState::new());
    worked(&log, &state, 200, Some(51)).await;
    // The state's folder is gone, or was put back from before: what was purged cannot come back.
    for lost in [MemoryState::new(), state.after_power_cut()] {
        let started = start(&log, &lost).await.map(drop);
        let is_lost = lost.commands().is_empty();
        assert_eq!(
            is_lost,
            matches!(
                started,
                Err(StartError::StateBehindLog {
                    applied: None,
                    purged: 51..,
                    ..
                })
            ),
            "{started:?}"
        );
    }
}
