//! Limits of `corridor selftest`.
//!
//! Part of `limits.rs`, where they are found.

/// How long people write in the scratch workspace, in seconds, unless somebody says otherwise.
pub const SELFTEST_SECONDS: u64 = 60;
/// The fewest seconds: every kind of trouble needs a moment.
pub const SELFTEST_SECONDS_MIN: u64 = 10;
/// The most: a day of it would fill a disk and prove no more.
pub const SELFTEST_SECONDS_MAX: u64 = 3_600;
/// How long a node may be made deaf for a scratch workspace, in milliseconds.
pub const SELFTEST_DEAF_MS_MAX: u32 = 10_000;
/// Time from the end of a trouble until all nodes are reached, equal and acknowledge.
pub const SELFTEST_HEALING_TIMEOUT_MS: u64 = 20_000;
/// Time for all nodes to have the new workspace, and for everything to arrive at the end.
pub const SELFTEST_PATIENCE_MS: u64 = 60_000;
/// Time until a connection to a node stands.
pub const SELFTEST_CONNECT_TIMEOUT_MS: u64 = 3_000;
/// Time for an answer to a message; then the next node is asked.
pub const SELFTEST_ANSWER_TIMEOUT_MS: u64 = 3_000;
/// Time for any other answer.
pub const SELFTEST_QUESTION_TIMEOUT_MS: u64 = 15_000;
/// Time for closing the scratch workspace at the end, tried again and again.
pub const SELFTEST_CLOSING_TIMEOUT_MS: u64 = 30_000;
/// Workspaces that a selftest leaves to others of those that a cluster can have: each run uses one up.
pub const SELFTEST_WORKSPACES_SPARED_COUNT: usize = 128;
/// Largest file of certificates to trust.
pub const SELFTEST_TRUST_SIZE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Largest answer that is read.
pub const SELFTEST_ANSWER_SIZE_BYTES_MAX: usize = 4 * 1024 * 1024;

const _: () = assert!(SELFTEST_SECONDS_MIN <= SELFTEST_SECONDS && SELFTEST_SECONDS <= SELFTEST_SECONDS_MAX);
const _: () = assert!((SELFTEST_DEAF_MS_MAX as u64) < SELFTEST_HEALING_TIMEOUT_MS);
