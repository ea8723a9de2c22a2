//! Everything that is drawn: numbers that follow from the seed of a run.
//!
//! Stands under every other file here. Each part of the world has dice of its own, so that one more throw in one part changes
//! nothing in the others.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A stream of numbers. Clones throw the same dice.
#[derive(Debug, Clone)]
pub struct Dice(Arc<Mutex<u64>>);

impl Dice {
    /// The dice of one part of the run with this seed.
    pub fn of(seed: u64, part: &str) -> Self {
        let mut state = seed;
        for byte in part.bytes() {
            state = state.wrapping_mul(0x0100_0000_01b3).wrapping_add(u64::from(byte));
            split_mix(&mut state);
        }
        Self(Arc::new(Mutex::new(state)))
    }

    /// Any number.
    pub fn number(&self) -> u64 {
        split_mix(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// At least `from`, below `to`.
    pub fn between(&self, from: u64, to: u64) -> u64 {
        from + self.number() % to.saturating_sub(from).max(1)
    }

    /// So many times in a thousand.
    pub fn in_thousand(&self, times: u64) -> bool {
        self.between(0, 1_000) < times
    }

    /// Short often, long seldom.
    pub fn skewed(&self, from: u64, to: u64) -> u64 {
        let shape = self.between(0, 1_000) * self.between(0, 1_000);
        from + to.saturating_sub(from) * shape / 1_000_000
    }

    /// At least so many milliseconds, and fewer than so many; short often.
    pub fn skewed_ms(&self, from: u64, to: u64) -> Duration {
        Duration::from_millis(self.skewed(from, to))
    }

    /// One of these; `None` of none.
    pub fn one<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.between(0, of.len() as u64) as usize)
    }

    /// In any order.
    pub fn shuffled<T>(&self, mut items: Vec<T>) -> Vec<T> {
        for last in (1..items.len()).rev() {
            items.swap(last, self.between(0, last as u64 + 1) as usize);
        }
        items
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
