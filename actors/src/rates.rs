//! How often somebody may: token buckets per person. Pure; time comes with each question.

use corridor_domain::ids::PersonId;
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

const WATCHED_COUNT_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);

/// How many a second in the long run, and how many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// In millionths of a token.
    level: u64,
    at_ns: u64,
}

/// Buckets of all persons seen lately. Who is forgotten starts with a full one.
#[derive(Debug)]
pub struct Rates {
    rate: Rate,
    buckets: Mutex<LruCache<PersonId, Bucket>>,
}

impl Rates {
    /// Buckets of this size.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: Mutex::new(LruCache::new(WATCHED_COUNT_MAX)),
        }
    }

    /// Takes one token, or says in how many milliseconds there will be one.
    pub fn take(&self, person: PersonId, now_ns: u64) -> Result<(), u64> {
        const TOKEN: u64 = 1_000_000;
        let full = u64::from(self.rate.burst) * TOKEN;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.get_or_insert_mut(person, || Bucket {
            level: full,
            at_ns: now_ns,
        });
        let elapsed_ns = now_ns.saturating_sub(bucket.at_ns);
        // A token a second is a millionth of it every microsecond.
        let gained = (elapsed_ns / 1_000).saturating_mul(u64::from(self.rate.per_second));
        bucket.level = bucket.level.saturating_add(gained).min(full);
        bucket.at_ns = now_ns;
        if bucket.level >= TOKEN {
            bucket.level -= TOKEN;
            return Ok(());
        }
        let missing = TOKEN - bucket.level;
        Err(missing.div_ceil(u64::from(self.rate.per_second.max(1))).div_ceil(1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_long_run() {
        let rates = Rates::new(Rate {
            per_second: 5,
            burst: 3,
        });
        let who = PersonId(1);
        assert!((0..3).all(|_| rates.take(who, 0).is_ok()));
        assert_eq!(rates.take(who, 0), Err(200));
        assert_eq!(rates.take(who, 100_000_000), Err(100));
        assert_eq!(rates.take(who, 200_000_000), Ok(()));
        assert!(rates.take(PersonId(2), 0).is_ok());
    }
}
