//! What must hold before a group runs: its log meets its state, and it has members.
//!
//! Stands in [`crate::Group::start`], between what was opened and openraft. It refuses to know what the group is for.

use std::collections::BTreeMap;
use std::io;

use openraft::Raft;

use crate::config::GroupConfig;
use crate::log_store::GroupLog;
use crate::state_machine::StateMachine;
use crate::types::{LogPosition, Types};

/// Why a group does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings contradict each other.
    #[error("the group's settings are not usable: {0}")]
    Config(String),
    /// Log or state cannot be read.
    #[error("the group's log or state cannot be read: {0}")]
    Storage(#[from] io::Error),
    /// The state contains what the log has lost: this node acknowledged more than it still has. It must not vote.
    #[error("the state of group {group} is at {applied}, but its log ends at {last:?}: acknowledged entries are lost")]
    LogBehindState {
        /// The group.
        group: u64,
        /// Last applied index.
        applied: u64,
        /// Last index of the log.
        last: Option<u64>,
    },
    /// The log begins behind what the state has applied: the state lost what the log no longer holds.
    #[error(
        "the state of group {group} is at {applied:?}, but its log was purged up to {purged}: applied entries are lost"
    )]
    StateBehindLog {
        /// The group.
        group: u64,
        /// Last applied index; `None` if the state is empty.
        applied: Option<u64>,
        /// Last purged index of the log.
        purged: u64,
    },
    /// A leader told this node in an earlier life that it has lost what it confirmed. It must not vote.
    #[error("{0}")]
    Lost(String),
    /// openraft refused to start.
    #[error("agreement cannot start: {0}")]
    Agreement(String),
}

/// Log and state must meet. openraft would quietly fill a gap behind the log with a purge, though unless the state came from
/// a snapshot it means lost entries; and a gap before the log it does not look for outside of debug builds.
pub(crate) fn check_log_meets_state(group: u64, log: &GroupLog, machine: &StateMachine) -> Result<(), StartError> {
    if let Some(problem) = log.lost() {
        return Err(StartError::Lost(problem));
    }
    let index = |position: Option<LogPosition>| position.map(|position| position.index);
    let (last, purged, applied) = (index(log.last()), index(log.purged()), index(machine.applied()));
    match (applied, purged) {
        (Some(applied), _) if last < Some(applied) && !machine.was_installed() => {
            Err(StartError::LogBehindState { group, applied, last })
        }
        (_, Some(purged)) if applied < Some(purged) => Err(StartError::StateBehindLog { group, applied, purged }),
        _ => Ok(()),
    }
}

pub(crate) async fn initialise(
    raft: &Raft<Types, StateMachine>,
    node_id: u64,
    config: &GroupConfig,
) -> Result<(), StartError> {
    let agreement = |error: String| StartError::Agreement(error);
    if !raft
        .is_initialized()
        .await
        .map_err(|error| agreement(error.to_string()))?
    {
        if config.initialise_if_pristine {
            let members = BTreeMap::from([(node_id, config.peer.clone())]);
            raft.initialize(members)
                .await
                .map_err(|error| agreement(error.to_string()))?;
        }
        return Ok(());
    }
    // An only voter need not wait for a leader that cannot exist.
    if raft.voter_ids().eq([node_id]) {
        raft.trigger()
            .elect(false)
            .await
            .map_err(|error| agreement(error.to_string()))?;
    }
    Ok(())
}
