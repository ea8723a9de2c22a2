//! Limits of several workspaces in one cluster.
//!
//! Part of `limits.rs`, where they are found.

/// Workspaces of one cluster, closed ones counted.
pub const WORKSPACES_COUNT_MAX: usize = 1_024;
/// Nodes that have a workspace, where the cluster has more: a majority of them must agree on every message, so more would be slower, not safer.
pub const COPIES_OF_A_WORKSPACE_COUNT: usize = 3;
/// Longest name of a workspace, in bytes.
pub const WORKSPACE_NAME_SIZE_BYTES_MAX: usize = 32;
/// A workspace in which nobody was connected and nothing was asked for this long goes to rest: it costs nothing until somebody comes.
pub const WORKSPACE_REST_S: u32 = 5 * 60;
/// Between two looks whether one may rest.
pub const WORKSPACE_LOOK_INTERVAL_MS: u64 = 1_000;
/// How long whoever comes waits for a workspace that is woken.
pub const WORKSPACE_WAKE_TIMEOUT_MS: u64 = 10_000;
/// Requests of one address for workspaces that are not awake: how many a second in the long run, and how many at once.
pub const WORKSPACE_WAKINGS_PER_SECOND: u32 = 2;
/// See [`WORKSPACE_WAKINGS_PER_SECOND`].
pub const WORKSPACE_WAKINGS_BURST: u32 = 64;
/// After a workspace could not be woken, other nodes' requests for it do not wake it for this long.
pub const WORKSPACE_WAKE_PAUSE_MS: u64 = 10_000;
/// How long a new workspace may take to be on all nodes before its operator is told that it is not.
pub const WORKSPACE_SPREAD_TIMEOUT_MS: u64 = 15_000;
/// Workspaces that are woken at once: each reads back what it has.
pub const WORKSPACES_WAKING_COUNT_MAX: usize = 4;
/// Between two tries to open the store of a workspace whose last life is still held by somebody.
pub const WORKSPACE_STORE_LOOK_INTERVAL_MS: u64 = 100;
/// How often that is tried.
pub const WORKSPACE_STORE_TRIES_COUNT_MAX: u32 = 100;
/// A snapshot point of group 0 is made after this many entries; its state is small and written whole.
pub const CLUSTER_SNAPSHOT_EVERY_ENTRIES: u64 = 256;
