//! What all tests share: a node in a process, people with HTTP and sockets, and waiting with a deadline.

pub mod auditor;
pub mod clinic;
pub mod clock;
pub mod cluster;
pub mod house;
pub mod http;
pub mod node;
pub mod person;
pub mod socket;
pub mod tools;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long anything may take that is expected to happen.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks at something that only looking tells.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Looks again and again until there is an answer.
pub fn wait_for<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < patience, "waited {patience:?} in vain: {what}");
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Unix milliseconds.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// A command id that was never used before.
pub fn new_command_id() -> String {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let run = (nanoseconds as u64).rotate_left(16) ^ u64::from(std::process::id());
    format!("{run:016x}{:016x}", DRAWN.fetch_add(1, Ordering::Relaxed))
}

/// Numbers from a seed, for tests that choose at random: xorshift, good enough to choose moments and writers.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// From the seed in `CORRIDOR_SEED`, or a new one. Prints it.
    pub fn from_environment(test: &str) -> Self {
        let given = std::env::var("CORRIDOR_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| now_ms() | 1);
        println!("{test}: seed {seed}; again with CORRIDOR_SEED={seed}");
        Self(seed)
    }

    /// A number below the limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
