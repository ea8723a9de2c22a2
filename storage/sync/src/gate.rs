//! The gate in front of what must be answered: bounded by count and bytes, shut for good, drained to the last.
//!
//! After it is shut nothing gets in. What got in is told its outcome before its permit comes home, so whoever waited for the
//! drain finds everybody told. Refuses to know what is asked and why the gate was shut.

use crate::level::{Bounds, Load};
use crate::planted::{Mistake, planted};
use crate::shim::{Arc, Mutex, lock};
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

/// The gate. Clones are handles on the same one. `R` says why it is shut; the greatest reason is the one that is told.
#[derive(Debug, Clone)]
pub struct Gate<R> {
    shared: Arc<Shared<R>>,
}

#[derive(Debug)]
struct Shared<R> {
    bounds: Bounds,
    inner: Mutex<Inner<R>>,
}

#[derive(Debug)]
struct Inner<R> {
    shut_for: BTreeSet<R>,
    inside: Load,
    waiting_for_drain: Vec<Waker>,
}

/// A place inside, given back when dropped.
#[derive(Debug)]
pub struct Permit<R: Ord + Copy> {
    gate: Gate<R>,
    size_bytes: usize,
}

/// Somebody inside, who waits to be told. Dropped untold, `asker` is dropped first: its waiter knows that nobody knows, and only
/// then is the place free.
#[derive(Debug)]
pub struct Inside<A, R: Ord + Copy> {
    asker: A,
    permit: Permit<R>,
}

/// Why somebody did not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused<R> {
    /// No room now.
    Full,
    /// Shut for good.
    Shut(R),
}

impl<R: Ord + Copy> Gate<R> {
    /// Open, with nobody inside.
    pub fn new(bounds: Bounds) -> Self {
        let inner = Inner {
            shut_for: BTreeSet::new(),
            inside: Load::default(),
            waiting_for_drain: Vec::new(),
        };
        let shared = Shared {
            bounds,
            inner: Mutex::new(inner),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Gets in, or not, at once.
    pub fn enter(&self, size_bytes: usize) -> Result<Permit<R>, Refused<R>> {
        let mut inner = lock(&self.shared.inner);
        if let Some(reason) = inner.shut_for.last() {
            return Err(Refused::Shut(*reason));
        }
        if planted(Mistake::GateLooksThenCounts) {
            drop(inner);
            inner = lock(&self.shared.inner);
        }
        if !inner.inside.has_room(&self.shared.bounds, size_bytes) {
            return Err(Refused::Full);
        }
        if planted(Mistake::GateFindsRoomThenCounts) {
            drop(inner);
            inner = lock(&self.shared.inner);
        }
        inner.inside.add(size_bytes);
        drop(inner);
        Ok(Permit {
            gate: self.clone(),
            size_bytes,
        })
    }

    /// Lets nobody in any more. Who is inside stays until told.
    pub fn shut(&self, reason: R) {
        lock(&self.shared.inner).shut_for.insert(reason);
    }

    /// Why it is shut, if it is.
    pub fn reason(&self) -> Option<R> {
        lock(&self.shared.inner).shut_for.last().copied()
    }

    /// Whether it was shut for this reason, among others.
    pub fn is_shut_for(&self, reason: R) -> bool {
        lock(&self.shared.inner).shut_for.contains(&reason)
    }

    /// Waits until nobody is inside. After [`Gate::shut`] that is so for good.
    pub async fn drained(&self) {
        poll_fn(|context| self.poll_drained(context)).await;
    }

    fn poll_drained(&self, context: &Context<'_>) -> Poll<()> {
        let mut inner = lock(&self.shared.inner);
        if inner.inside.count.now() == 0 {
            return Poll::Ready(());
        }
        let waker = context.waker();
        if !inner.waiting_for_drain.iter().any(|known| known.will_wake(waker)) {
            inner.waiting_for_drain.push(waker.clone());
        }
        Poll::Pending
    }

    /// Who is inside, and the most that ever was.
    pub fn load(&self) -> Load {
        lock(&self.shared.inner).inside
    }
}

impl<R: Ord + Copy> Permit<R> {
    /// Keeps the place for as long as `asker` waits.
    pub fn hold<A>(self, asker: A) -> Inside<A, R> {
        Inside { asker, permit: self }
    }
}

impl<A, R: Ord + Copy> Inside<A, R> {
    /// Tells the one who waits; then the place is free.
    pub fn tell(self, tell: impl FnOnce(A)) {
        let Self { asker, permit } = self;
        if planted(Mistake::GateSettlesBeforeTelling) {
            drop(permit);
            return tell(asker);
        }
        tell(asker);
        drop(permit);
    }
}

impl<R: Ord + Copy> Drop for Permit<R> {
    fn drop(&mut self) {
        let mut inner = lock(&self.gate.shared.inner);
        inner.inside.subtract(self.size_bytes);
        let waiting = match inner.inside.count.now() {
            0 => std::mem::take(&mut inner.waiting_for_drain),
            _ => Vec::new(),
        };
        drop(inner);
        waiting.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    const BOUNDS: Bounds = Bounds {
        count_max: 16,
        size_bytes_max: 64,
    };

    #[test]
    fn permits_bound_count_and_bytes_and_come_back() {
        let gate: Gate<u8> = Gate::new(BOUNDS);
        let all: Vec<_> = (0..BOUNDS.count_max).map(|_| gate.enter(1).unwrap()).collect();
        assert_eq!(gate.enter(1).unwrap_err(), Refused::Full);
        drop(all);
        let large = gate.enter(BOUNDS.size_bytes_max).unwrap();
        assert_eq!(gate.enter(1).unwrap_err(), Refused::Full);
        assert_eq!(gate.enter(usize::MAX).unwrap_err(), Refused::Full);
        drop(large);
        assert!(gate.enter(1).is_ok());
        let load = gate.load();
        assert_eq!((load.count.now(), load.size_bytes.now()), (0, 0));
        assert_eq!((load.count.high_water(), load.size_bytes.high_water()), (16, 64));
    }

    #[test]
    fn the_greatest_reason_is_told_and_the_others_are_kept() {
        let gate = Gate::new(BOUNDS);
        assert_eq!(gate.reason(), None);
        gate.shut(2);
        gate.shut(1);
        assert_eq!(gate.enter(1).unwrap_err(), Refused::Shut(2));
        gate.shut(3);
        assert_eq!(
            (gate.reason(), gate.is_shut_for(1), gate.is_shut_for(0)),
            (Some(3), true, false)
        );
    }

    /// Says what it finds when it is dropped.
    struct Asker<'a>(&'a Gate<u8>, &'a std::cell::Cell<usize>);

    impl Drop for Asker<'_> {
        fn drop(&mut self) {
            self.1.set(self.0.load().count.now());
        }
    }

    #[test]
    fn the_drain_ends_when_the_last_one_was_told_or_dropped() {
        let gate = Gate::new(BOUNDS);
        let inside_when_told = std::cell::Cell::new(0);
        for is_told in [true, false] {
            let inside = gate.enter(1).unwrap().hold(Asker(&gate, &inside_when_told));
            let mut context = Context::from_waker(Waker::noop());
            let mut drained = pin!(gate.drained());
            assert!(drained.as_mut().poll(&mut context).is_pending());
            match is_told {
                true => inside.tell(drop),
                false => drop(inside),
            }
            assert_eq!(inside_when_told.replace(0), 1, "told before the place is free");
            assert!(drained.as_mut().poll(&mut context).is_ready());
        }
    }
}
