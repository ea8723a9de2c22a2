//! Writes that everybody sees already and that a slower thread takes to the store.
//!
//! One writes, many read, one carries. What waits is kept by key: of several writes of one key only the last is carried. It refuses to
//! know what a key or a value is, and what the store is; it is only told when something has arrived there.

use crate::planted::{Mistake, planted};
use crate::shim::{Arc, Condvar, Mutex, MutexGuard, lock, wait, wait_while_for};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::RangeBounds;
use std::time::Duration;

/// Writes on their way, newest first: those that gather, and those in the carrier's hands.
#[derive(Debug)]
pub struct Behind<K, V> {
    size_bytes_max: usize,
    inner: Mutex<Inner<K, V>>,
    gathered: Condvar,
    arrived: Condvar,
}

#[derive(Debug)]
struct Inner<K, V> {
    gathering: BTreeMap<K, V>,
    gathering_size_bytes: usize,
    carried: Arc<BTreeMap<K, V>>,
    /// Somebody waits for what has gathered.
    wanted: bool,
    closed: bool,
    failed: bool,
}

/// The carrier has met an error: nothing arrives any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed;

impl<K: Ord + Clone, V: Clone> Behind<K, V> {
    /// Nothing on its way. `size_bytes_max`: when so much has gathered, whoever writes waits.
    pub fn new(size_bytes_max: usize) -> Self {
        let inner = Inner {
            gathering: BTreeMap::new(),
            gathering_size_bytes: 0,
            carried: Arc::new(BTreeMap::new()),
            wanted: false,
            closed: false,
            failed: false,
        };
        Self {
            size_bytes_max,
            inner: Mutex::new(inner),
            gathered: Condvar::new(),
            arrived: Condvar::new(),
        }
    }

    /// Adds a batch: from now on every reader sees all of it. Waits for room. Says how many bytes have gathered.
    pub fn put(&self, batch: impl IntoIterator<Item = (K, V)>, size_bytes: usize) -> Result<usize, Failed> {
        let mut inner = lock(&self.inner);
        while !inner.failed && inner.gathering_size_bytes >= self.size_bytes_max {
            inner = self.wait_for_carrier(inner);
        }
        if inner.failed {
            return Err(Failed);
        }
        let is_first = inner.gathering.is_empty();
        inner.gathering.extend(batch);
        inner.gathering_size_bytes += size_bytes;
        let gathered_bytes = inner.gathering_size_bytes;
        drop(inner);
        // Only the first has to wake the carrier: after that it lets more gather, or is at work.
        if is_first {
            self.gathered.notify_one();
        }
        Ok(gathered_bytes)
    }

    /// The newest write of a key that is on its way. `None`: ask the store, after this and not before.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let inner = lock(&self.inner);
        inner.gathering.get(key).or_else(|| inner.carried.get(key)).cloned()
    }

    /// The newest writes of the keys in this range that are on their way, and what `moment` says of the store: both together are one
    /// moment. `moment` must be quick.
    pub fn range<Q: Ord + ?Sized, M>(
        &self,
        range: impl RangeBounds<Q> + Clone,
        moment: impl FnOnce() -> M,
    ) -> (BTreeMap<K, V>, M)
    where
        K: Borrow<Q>,
    {
        let inner = lock(&self.inner);
        let older = inner.carried.range(range.clone());
        let newer = inner.gathering.range(range);
        let found = older.chain(newer).map(|(key, value)| (key.clone(), value.clone()));
        let found = found.collect();
        (found, moment())
    }

    /// For the carrier: waits until something has gathered. `false`: closed, and nothing is left.
    pub fn wait(&self) -> bool {
        let mut inner = lock(&self.inner);
        while inner.gathering.is_empty() && !inner.closed {
            inner = wait(&self.gathered, inner);
        }
        !inner.gathering.is_empty()
    }

    /// For the carrier: lets more gather for that long, unless somebody waits for it. Whoever writes one key again and again is carried once.
    pub fn gather(&self, length: Duration) {
        let inner = lock(&self.inner);
        let is_wanted = |inner: &Inner<K, V>| inner.wanted || inner.closed;
        drop(wait_while_for(&self.gathered, inner, length, |inner| !is_wanted(inner)));
    }

    /// For the carrier: takes what has gathered. Readers see it until [`Behind::arrived`].
    pub fn take(&self) -> Arc<BTreeMap<K, V>> {
        let mut inner = lock(&self.inner);
        let taken = Arc::new(std::mem::take(&mut inner.gathering));
        inner.gathering_size_bytes = 0;
        inner.wanted = false;
        if !planted(Mistake::BehindHidesWhatIsCarried) {
            inner.carried = Arc::clone(&taken);
        }
        drop(inner);
        self.arrived.notify_all();
        taken
    }

    /// For the carrier: what it took last is in the store.
    pub fn arrived(&self) {
        let carried = std::mem::replace(&mut lock(&self.inner).carried, Arc::new(BTreeMap::new()));
        self.arrived.notify_all();
        // Freed here, not while others wait for the lock.
        drop(carried);
    }

    /// For the carrier: what it took last did not get there, and nothing will.
    pub fn fail(&self) {
        lock(&self.inner).failed = true;
        self.arrived.notify_all();
    }

    /// Waits until nothing is on its way.
    pub fn drained(&self) -> Result<(), Failed> {
        let mut inner = lock(&self.inner);
        let forgets = planted(Mistake::BehindForgetsWhatIsCarried);
        while !inner.failed && !(inner.gathering.is_empty() && (forgets || inner.carried.is_empty())) {
            inner = self.wait_for_carrier(inner);
        }
        if inner.failed { Err(Failed) } else { Ok(()) }
    }

    fn wait_for_carrier<'a>(&self, mut inner: MutexGuard<'a, Inner<K, V>>) -> MutexGuard<'a, Inner<K, V>> {
        inner.wanted = true;
        self.gathered.notify_one();
        wait(&self.arrived, inner)
    }

    /// Lets the carrier end once it has carried everything.
    pub fn close(&self) {
        lock(&self.inner).closed = true;
        self.gathered.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_write_of_a_key_is_seen_and_carried() {
        let behind = Behind::new(1_000);
        behind.put([(1, 'a'), (2, 'b')], 2).unwrap();
        assert_eq!(*behind.take(), BTreeMap::from([(1, 'a'), (2, 'b')]));
        behind.put([(2, 'c'), (3, 'd')], 2).unwrap();
        behind.put([(3, 'e')], 1).unwrap();
        assert_eq!(
            [1, 2, 3, 4].map(|key| behind.get(&key)),
            [Some('a'), Some('c'), Some('e'), None]
        );
        let (found, moment) = behind.range(2..9, || "now");
        assert_eq!((found, moment), (BTreeMap::from([(2, 'c'), (3, 'e')]), "now"));
        behind.arrived();
        assert_eq!([1, 2].map(|key| behind.get(&key)), [None, Some('c')]);
        assert_eq!(*behind.take(), BTreeMap::from([(2, 'c'), (3, 'e')]));
    }

    #[test]
    fn the_carrier_ends_when_it_was_closed_and_nothing_is_left() {
        let behind = Behind::new(1_000);
        behind.put([(1, 'a')], 1).unwrap();
        behind.close();
        assert!(behind.wait());
        behind.take();
        behind.arrived();
        assert!(!behind.wait());
        assert_eq!(behind.drained(), Ok(()));
    }

    #[test]
    fn after_a_failure_nobody_waits_and_nothing_is_taken_in() {
        let behind = Behind::new(1);
        behind.put([(1, 'a')], 1).unwrap();
        behind.take();
        behind.put([(2, 'b')], 1).unwrap();
        behind.fail();
        assert_eq!(behind.put([(3, 'c')], 1), Err(Failed));
        assert_eq!(behind.drained(), Err(Failed));
        assert_eq!(behind.get(&1), Some('a'));
    }
}
