//! How often somebody, or something, may: token buckets, one each or one a key. Pure; time comes with each question.

use corridor_domain::limits;
use lru::LruCache;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

/// A token, in what a bucket counts: one token a second is one of these every nanosecond.
const TOKEN: u64 = 1_000_000_000;

/// How many a second in the long run, and how many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

/// What is left for one of them. Starts full.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    /// In billionths of a token.
    level: u64,
    at_ns: u64,
}

impl Bucket {
    /// A full one.
    pub fn full(rate: Rate, now_ns: u64) -> Self {
        Self {
            level: u64::from(rate.burst) * TOKEN,
            at_ns: now_ns,
        }
    }

    /// Takes one token, or says in how many nanoseconds there will be one.
    pub fn take(&mut self, rate: Rate, now_ns: u64) -> Result<(), u64> {
        self.take_above(0, rate, now_ns)
    }

    /// Takes one token if so many are left then: those are kept for others who ask with a smaller reserve.
    pub fn take_above(&mut self, reserve: u32, rate: Rate, now_ns: u64) -> Result<(), u64> {
        let elapsed_ns = now_ns.saturating_sub(self.at_ns);
        let gained = elapsed_ns.saturating_mul(u64::from(rate.per_second));
        self.level = self.level.saturating_add(gained).min(u64::from(rate.burst) * TOKEN);
        // Who asks with a time that another has passed already gains nothing twice.
        self.at_ns = self.at_ns.max(now_ns);
        let needed = (u64::from(reserve) + 1) * TOKEN;
        if self.level >= needed {
            self.level -= TOKEN;
            return Ok(());
        }
        Err((needed - self.level).div_ceil(u64::from(rate.per_second.max(1))))
    }
}

/// Buckets of all keys seen lately. Who is forgotten starts with a full one.
#[derive(Debug)]
pub struct Rates<K: Eq + Hash> {
    rate: Rate,
    buckets: Mutex<LruCache<K, Bucket>>,
}

impl<K: Eq + Hash> Rates<K> {
    /// Buckets of this size.
    pub fn new(rate: Rate) -> Self {
        let room = NonZeroUsize::MIN.saturating_add(limits::RATES_WATCHED_COUNT_MAX - 1);
        Self {
            rate,
            buckets: Mutex::new(LruCache::new(room)),
        }
    }

    /// Takes one token, or says in how many milliseconds there will be one.
    pub fn take(&self, key: K, now_ns: u64) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets
            .get_or_insert_mut(key, || Bucket::full(self.rate, now_ns))
            .take(self.rate, now_ns)
            .map_err(|wait_ns| wait_ns.div_ceil(1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        per_second: 5,
        burst: 3,
    };

    #[test]
    fn a_burst_then_the_long_run() {
        let rates = Rates::new(RATE);
        assert!((0..3).all(|_| rates.take(1, 0).is_ok()));
        assert_eq!(rates.take(1, 0), Err(200));
        assert_eq!(rates.take(1, 100_000_000), Err(100));
        assert_eq!(rates.take(1, 200_000_000), Ok(()));
        assert!(rates.take(2, 0).is_ok());
    }

    #[test]
    fn however_often_one_asks_nothing_is_lost_or_gained() {
        let mut bucket = Bucket::full(RATE, 0);
        // Every 0.7 µs for ten seconds: the burst, and five a second.
        let taken = (0..14_285_714_u64).filter(|step| bucket.take(RATE, step * 700).is_ok());
        assert_eq!(taken.count(), 3 + 49);
        assert!(
            bucket.take(RATE, 0).is_err(),
            "a clock that stands behind gains nothing"
        );
    }

    #[test]
    fn a_reserve_is_left_to_those_it_is_for() {
        let mut bucket = Bucket::full(RATE, 0);
        assert!(bucket.take_above(2, RATE, 0).is_ok());
        assert_eq!(bucket.take_above(2, RATE, 0), Err(200_000_000));
        assert!(bucket.take(RATE, 0).is_ok() && bucket.take(RATE, 0).is_ok());
        assert_eq!(bucket.take(RATE, 0), Err(200_000_000));
    }
}
