//! How a group behaves: timing, snapshots, how much log is kept.
//!
//! Stands between the node's configuration and openraft's. It refuses to know addresses and folders.

use std::io;
use std::sync::Arc;

use openraft::{Config, SnapshotPolicy};

use corridor_domain::limits::SNAPSHOT_EVERY_ENTRIES;

use crate::codec::decode_position;
use crate::types::{LogPosition, Peer};

/// Settings of one group. The defaults are for production on a local network.
#[derive(Debug, Clone)]
pub struct GroupConfig {
    /// How often a leader says that it lives.
    pub heartbeat_interval_ms: u64,
    /// A follower that heard nothing for this long may stand for election.
    pub election_timeout_min_ms: u64,
    /// Followers wait up to this long, at random, so that they do not stand all at once.
    pub election_timeout_max_ms: u64,
    /// How long a node trusts itself without having heard a quorum, or the leader that has one. Longer than an election takes,
    /// so that a leader's death is no event; what was revoked in between may be shown for so long.
    pub lease_ms: u64,
    /// A snapshot point is made after this many entries.
    pub snapshot_every_entries: u64,
    /// How many entries before the snapshot point stay in the log, for followers that lag.
    pub keep_entries: u64,
    /// Whether a node with an empty log makes itself the only voter. Never on a node that is to join others.
    pub initialise_if_pristine: bool,
    /// The place in the log at which this node was let go, if it was of the group before and has forgotten that: see `let_go_at`.
    pub floor: Option<Vec<u8>>,
    /// How others reach this node, if it makes itself the only voter.
    pub peer: Peer,
}

impl Default for GroupConfig {
    fn default() -> Self {
        Self {
            heartbeat_interval_ms: 100,
            // openraft waits for the longest, and then for one at random: a dead leader is replaced after 0.9 to 1.2 s.
            election_timeout_min_ms: 300,
            election_timeout_max_ms: 600,
            lease_ms: 2_000,
            snapshot_every_entries: SNAPSHOT_EVERY_ENTRIES,
            keep_entries: SNAPSHOT_EVERY_ENTRIES / 5,
            initialise_if_pristine: true,
            floor: None,
            peer: Peer::default(),
        }
    }
}

impl GroupConfig {
    pub(crate) fn floor_position(&self) -> io::Result<Option<LogPosition>> {
        self.floor.as_deref().map(decode_position).transpose()
    }

    pub(crate) fn to_openraft(&self, group: u64) -> Result<Arc<Config>, String> {
        let config = Config {
            cluster_name: format!("group {group}"),
            heartbeat_interval: self.heartbeat_interval_ms,
            election_timeout_min: self.election_timeout_min_ms,
            election_timeout_max: self.election_timeout_max_ms,
            snapshot_policy: SnapshotPolicy::LogsSinceLast(self.snapshot_every_entries),
            max_in_snapshot_log_to_keep: self.keep_entries,
            // openraft asks that this exceeds the snapshot distance: else a snapshot might not cure a lag.
            replication_lag_threshold: self.snapshot_every_entries.saturating_mul(2),
            install_snapshot_timeout: 60_000,
            enable_pre_vote: Some(true),
            // Applied state is not synced with every batch, so a restarted leader may stand behind what it acknowledged.
            // A new election commits an entry of its own term and with it everything before.
            enable_leader_restore: Some(false),
            ..Config::default()
        };
        config.validate().map(Arc::new).map_err(|error| error.to_string())
    }
}
