//! The load client's clock: the machine's own, because the machine is what is measured. Refuses to know what is timed.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A moment of the monotonic clock.
#[allow(clippy::disallowed_methods, reason = "a measurement reads the real clock")]
pub fn now() -> Instant {
    Instant::now()
}

/// A number that differs from run to run.
#[allow(
    clippy::disallowed_methods,
    reason = "only to differ; it is printed, and can be given instead"
)]
pub fn seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(1, nanoseconds)
}

/// Nanoseconds since this was asked for the first time.
pub fn now_ns() -> u64 {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    nanoseconds(now().saturating_duration_since(*BEGAN.get_or_init(now)))
}

/// A duration as whole nanoseconds.
pub fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Seconds between two moments of [`now_ns`].
pub fn seconds(from_ns: u64, to_ns: u64) -> f64 {
    to_ns.saturating_sub(from_ns) as f64 / 1e9
}
