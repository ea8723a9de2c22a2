//! A node's clock and randomness: skewed, drifting, jumping when somebody says so, and all of it from the seed.
//!
//! Stands where the machine's clock stands in production. The timers of agreement do not use it: like those of a real machine
//! they run on time that only goes forward, which here is the same for all nodes.

use crate::dice::Dice;
use corridor_storage::world::World;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::time::Instant;

/// The wall clock at the beginning of every run.
pub const BEGIN_MS: u64 = 1_800_000_000_000;

/// The clock of one machine. Clones are the same clock.
#[derive(Clone)]
pub struct Clock {
    began: Instant,
    drift_ppm: i64,
    offset_ms: Arc<AtomicI64>,
    dice: Dice,
}

impl Clock {
    /// A clock that is up to two seconds wrong and drifts.
    pub fn new(began: Instant, dice: Dice) -> Self {
        let drift_ppm = dice.between(0, 400) as i64 - 200;
        let offset_ms = dice.between(0, 4_000) as i64 - 2_000;
        Self {
            began,
            drift_ppm,
            offset_ms: Arc::new(AtomicI64::new(offset_ms)),
            dice,
        }
    }

    /// From now on the wall clock shows another time.
    pub fn jump_ms(&self, by: i64) {
        self.offset_ms.fetch_add(by, Ordering::SeqCst);
    }
}

impl World for Clock {
    fn now_ms(&self) -> u64 {
        let elapsed_ms = (Instant::now() - self.began).as_millis() as i64;
        let shown = elapsed_ms + elapsed_ms * self.drift_ppm / 1_000_000 + self.offset_ms.load(Ordering::SeqCst);
        BEGIN_MS.saturating_add_signed(shown)
    }

    fn monotonic_ns(&self) -> u64 {
        (Instant::now() - self.began).as_nanos() as u64
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.dice.number().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}
