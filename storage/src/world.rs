//! Where the node meets the real world: the clock and the source of randomness.
//!
//! Stands under everything else in the way of a message: whoever stamps a time or draws a random byte asks a [`World`].
//! Production, simulation and tests differ only in which one they were given. It refuses to know what the time or the
//! bytes are used for.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the one place that truly reads the clock; everybody else asks a World"
)]

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The clock and the randomness a node is given.
pub trait World: Send + Sync + 'static {
    /// Wall clock, in milliseconds since 1970. It may jump, forwards and backwards.
    fn now_ms(&self) -> u64;

    /// A clock that only goes forward, in nanoseconds since an arbitrary start. For durations only.
    fn monotonic_ns(&self) -> u64;

    /// Fills `bytes` with unpredictable bytes, fit for keys and nonces.
    fn fill_random(&self, bytes: &mut [u8]);
}

/// The real clock and the operating system's randomness.
#[derive(Debug)]
pub struct SystemWorld {
    started: Instant,
}

impl SystemWorld {
    /// A world that reads this machine's clock.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

impl Default for SystemWorld {
    fn default() -> Self {
        Self::new()
    }
}

impl World for SystemWorld {
    fn now_ms(&self) -> u64 {
        // A machine whose clock stands before 1970 gets 0; the leader's stamp never goes backwards anyway.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
    }

    fn monotonic_ns(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Without randomness every key and nonce made from here on would be guessable: there is no safe way to go on.
            tracing::error!("the operating system gave no randomness; the process ends");
            std::process::abort();
        }
    }
}

/// A world for tests and scenarios: the clock stands still until it is told to move, and one seed gives the same bytes.
///
/// Never for production: its "randomness" is predictable on purpose.
#[derive(Debug)]
pub struct TestWorld {
    now_ms: AtomicU64,
    monotonic_ns: AtomicU64,
    random: Mutex<u64>,
}

impl TestWorld {
    /// A world at `now_ms` whose bytes follow from `seed`.
    pub fn new(now_ms: u64, seed: u64) -> Self {
        Self {
            now_ms: AtomicU64::new(now_ms),
            monotonic_ns: AtomicU64::new(0),
            random: Mutex::new(seed),
        }
    }

    /// Sets the wall clock, also backwards. The monotonic clock does not move.
    pub fn set_now_ms(&self, now_ms: u64) {
        self.now_ms.store(now_ms, Ordering::SeqCst);
    }

    /// Lets time pass: both clocks move forward.
    pub fn advance_ms(&self, elapsed_ms: u64) {
        self.now_ms.fetch_add(elapsed_ms, Ordering::SeqCst);
        self.monotonic_ns
            .fetch_add(elapsed_ms.saturating_mul(1_000_000), Ordering::SeqCst);
    }
}

impl World for TestWorld {
    fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    fn monotonic_ns(&self) -> u64 {
        self.monotonic_ns.load(Ordering::SeqCst)
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        let mut state = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            let word = split_mix(&mut state).to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine for ever, which a replayed seed needs.
pub(crate) fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::{SystemWorld, TestWorld, World};

    #[test]
    fn one_seed_gives_one_trace() {
        let draw = |seed| {
            let mut bytes = [0u8; 13];
            TestWorld::new(0, seed).fill_random(&mut bytes);
            bytes
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn test_time_moves_only_when_told() {
        let world = TestWorld::new(1_000, 0);
        world.advance_ms(5);
        assert_eq!((world.now_ms(), world.monotonic_ns()), (1_005, 5_000_000));
        world.set_now_ms(10);
        assert_eq!((world.now_ms(), world.monotonic_ns()), (10, 5_000_000));
    }

    #[test]
    fn the_system_world_is_alive() {
        let world = SystemWorld::new();
        let mut bytes = [0u8; 32];
        world.fill_random(&mut bytes);
        assert_ne!(bytes, [0u8; 32]);
        assert!(world.now_ms() > 1_700_000_000_000);
        assert!(world.monotonic_ns() <= world.monotonic_ns());
    }
}
