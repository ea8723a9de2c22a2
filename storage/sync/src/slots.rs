//! Wake against sleep: where the living actors of one kind are found, by what each stands for.
//!
//! An actor that goes to sleep leaves no mail behind, and no key ever has two that take mail. Refuses to know what an actor is:
//! something with an id and credits in front of it.

use crate::credits::Credits;
use crate::level::Level;
use crate::planted::{Mistake, planted};
use crate::shim::{HashMap, Mutex, MutexGuard, lock};
use std::fmt::Debug;
use std::hash::Hash;

/// Something that lives: a handle on it, cheap to clone.
pub trait Living: Clone {
    /// Tells one life from the next.
    type Id: Copy + Debug + Eq + Hash;

    /// Which life it is.
    fn id(&self) -> Self::Id;

    /// The way in to it.
    fn credits(&self) -> &Credits;
}

/// All living actors of one kind.
#[derive(Debug)]
pub struct Slots<K, L: Living> {
    inner: Mutex<Inner<K, L>>,
    /// Held while one is started, so that nobody starts a second one.
    starting: Credits,
}

#[derive(Debug)]
struct Inner<K, L: Living> {
    by_key: HashMap<K, L>,
    by_id: HashMap<L::Id, K>,
    living: Level,
}

/// What became of the wish to sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retired {
    /// Its way in is closed, and whoever wants it starts it anew.
    Now,
    /// It was not there any more: it may sleep too.
    Before,
    /// Somebody has mail for it: it stays awake.
    NotYet,
}

impl<K: Copy + Eq + Hash, L: Living> Slots<K, L> {
    /// Nobody lives yet.
    pub fn new() -> Self {
        let inner = Inner {
            by_key: HashMap::default(),
            by_id: HashMap::default(),
            living: Level::default(),
        };
        Self {
            inner: Mutex::new(inner),
            starting: Credits::new(1),
        }
    }

    /// The actor of a key, if it lives.
    pub fn find(&self, key: K) -> Option<L> {
        self.lock().by_key.get(&key).cloned()
    }

    /// The actor of a key; started if it sleeps. One is started at a time.
    pub async fn wake<S, E>(&self, key: K, start: impl FnOnce() -> S) -> Result<L, E>
    where
        S: Future<Output = Result<L, E>>,
    {
        if let Some(living) = self.find(key) {
            return Ok(living);
        }
        // Never closed: whoever waits gets its turn.
        let _starting = self.starting.acquire().await;
        if let Some(living) = self
            .find(key)
            .filter(|_| !planted(Mistake::SlotsStartWithoutLookingAgain))
        {
            return Ok(living);
        }
        let living = start().await?;
        let mut inner = self.lock();
        inner.by_id.insert(living.id(), key);
        inner.by_key.insert(key, living.clone());
        inner.living.add(1);
        Ok(living)
    }

    /// Lets an actor go to sleep, if nobody has mail for it. Whoever wants it after that starts it anew.
    pub fn retire(&self, key: K, id: L::Id) -> Retired {
        let mut inner = self.lock();
        let Some(living) = inner.by_key.get(&key).filter(|living| living.id() == id) else {
            return Retired::Before;
        };
        let is_idle = if planted(Mistake::SlotsRetireWithoutClosing) {
            living.credits().in_use() == 0
        } else {
            living.credits().close_if_idle()
        };
        if !is_idle {
            return Retired::NotYet;
        }
        let gone = inner.remove(key, id);
        drop(inner);
        drop(gone);
        Retired::Now
    }

    /// Forgets an actor that died. Its key, if it was one of these.
    pub fn bury(&self, id: L::Id) -> Option<K> {
        let mut inner = self.lock();
        let key = *inner.by_id.get(&id)?;
        let gone = inner.remove(key, id)?;
        if !planted(Mistake::SlotsBuryWithoutClosing) {
            // Under the lock: nobody starts a successor while the way in to the dead one is open.
            gone.credits().close();
        }
        drop(inner);
        drop(gone);
        Some(key)
    }

    /// Some of those that live, at most so many, in no order.
    pub fn some(&self, count_max: usize) -> Vec<(K, L)> {
        let inner = self.lock();
        let living = inner.by_key.iter().take(count_max);
        living.map(|(key, living)| (*key, living.clone())).collect()
    }

    /// How many live.
    pub fn len(&self) -> usize {
        self.level().now()
    }

    /// Whether none lives.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many live, and the most that ever did.
    pub fn level(&self) -> Level {
        self.lock().living
    }

    fn lock(&self) -> MutexGuard<'_, Inner<K, L>> {
        lock(&self.inner)
    }
}

impl<K: Copy + Eq + Hash, L: Living> Default for Slots<K, L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Copy + Eq + Hash, L: Living> Inner<K, L> {
    fn remove(&mut self, key: K, id: L::Id) -> Option<L> {
        self.by_id.remove(&id);
        let gone = self.by_key.remove(&key)?;
        self.living.subtract(1);
        Some(gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    #[derive(Debug, Clone)]
    struct Actor(u32, Credits);

    impl Living for Actor {
        type Id = u32;

        fn id(&self) -> u32 {
            self.0
        }

        fn credits(&self) -> &Credits {
            &self.1
        }
    }

    fn wake(slots: &Slots<char, Actor>, key: char, id: u32) -> Actor {
        let start = || async move { Ok::<_, Infallible>(Actor(id, Credits::new(2))) };
        match pin!(slots.wake(key, start)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(actor)) => actor,
            Poll::Pending => panic!("nobody else starts one"),
        }
    }

    #[test]
    fn a_key_has_one_actor_until_it_sleeps_or_dies() {
        let slots = Slots::new();
        let first = wake(&slots, 'a', 1);
        assert_eq!(wake(&slots, 'a', 2).id(), 1);
        let mail = first.credits().try_acquire().unwrap();
        assert_eq!(slots.retire('a', 1), Retired::NotYet);
        drop(mail);
        assert_eq!(slots.retire('a', 1), Retired::Now);
        assert!(first.credits().try_acquire().is_err());
        assert_eq!(wake(&slots, 'a', 3).id(), 3);
        assert_eq!(
            slots.retire('a', 1),
            Retired::Before,
            "the one before has no say any more"
        );
        assert_eq!((slots.bury(1), slots.bury(3), slots.bury(3)), (None, Some('a'), None));
        assert!(slots.is_empty());
        assert_eq!(slots.level().high_water(), 1);
    }

    #[test]
    fn a_failed_start_leaves_nothing_behind() {
        let slots: Slots<char, Actor> = Slots::new();
        let failed = pin!(slots.wake('a', || async { Err(7) })).poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(failed, Poll::Ready(Err(7))));
        assert_eq!(wake(&slots, 'a', 1).id(), 1);
    }
}
