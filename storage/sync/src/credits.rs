//! Credits: a bounded way in to something that takes mail one by one.
//!
//! A permit travels inside the mail and comes back when it was handled, or lost with its owner. Whoever waits is served in the
//! order of arrival. Closing for sleep is only possible when all permits are home and nobody waits: no mail is left behind.

use crate::level::Level;
use crate::planted::{Mistake, planted};
use crate::shim::{Arc, Mutex, MutexGuard, lock};
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// A bounded way in. Clones are handles on the same one.
#[derive(Debug, Clone)]
pub struct Credits {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    count_max: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    in_use: Level,
    closed: bool,
    /// In the order of arrival, by ticket. Room belongs to the first one.
    waiting: VecDeque<(u64, Waker)>,
    next_ticket: u64,
}

/// The right to have one message waiting.
#[derive(Debug)]
pub struct Permit {
    home: Credits,
}

/// The way in is closed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl Credits {
    /// A way in for at most `count_max` waiting messages.
    pub fn new(count_max: usize) -> Self {
        let shared = Shared {
            count_max,
            inner: Mutex::new(Inner::default()),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Waits for room.
    pub async fn acquire(&self) -> Result<Permit, Closed> {
        Acquire {
            credits: self,
            ticket: None,
        }
        .await
    }

    /// Takes room if there is some and nobody waits for it; `Ok(None)` if not.
    pub fn try_acquire(&self) -> Result<Option<Permit>, Closed> {
        let mut inner = self.lock();
        if inner.closed {
            return Err(Closed);
        }
        if !inner.waiting.is_empty() || inner.in_use.now() == self.shared.count_max {
            return Ok(None);
        }
        inner.in_use.add(1);
        drop(inner);
        Ok(Some(Permit { home: self.clone() }))
    }

    /// Closes the way in if nobody is in it or waits for it. Whoever tries after that is told [`Closed`].
    pub fn close_if_idle(&self) -> bool {
        let mut inner = self.lock();
        if inner.in_use.now() > 0 || !inner.waiting.is_empty() {
            return false;
        }
        if planted(Mistake::CreditsCloseWithoutLookingAgain) {
            drop(inner);
            inner = self.lock();
        }
        inner.closed = true;
        true
    }

    /// Closes the way in: what it led to is gone.
    pub fn close(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        let waiting = std::mem::take(&mut inner.waiting);
        drop(inner);
        for (_, waker) in waiting {
            waker.wake();
        }
    }

    /// Messages waiting or being handled.
    pub fn in_use(&self) -> usize {
        self.level().now()
    }

    /// Messages waiting or being handled, and the most that ever were.
    pub fn level(&self) -> Level {
        self.lock().in_use
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.shared.inner)
    }
}

impl Shared {
    /// Who is to be told that there is room, if there is.
    fn next(&self, inner: &Inner) -> Option<Waker> {
        let (_, waker) = inner.waiting.front()?;
        (inner.in_use.now() < self.count_max).then(|| waker.clone())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut inner = self.home.lock();
        inner.in_use.subtract(1);
        let next = self.home.shared.next(&inner);
        drop(inner);
        if !planted(Mistake::CreditsWakeNobody) {
            wake(next);
        }
    }
}

/// Waits for room. Dropped, it makes way for those behind it.
struct Acquire<'a> {
    credits: &'a Credits,
    ticket: Option<u64>,
}

impl Future for Acquire<'_> {
    type Output = Result<Permit, Closed>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let credits = self.credits;
        let mut inner = credits.lock();
        if inner.closed {
            return Poll::Ready(Err(Closed));
        }
        let is_next = match (self.ticket, inner.waiting.front()) {
            (None, first) => first.is_none(),
            (Some(ticket), first) => first.is_some_and(|(first, _)| *first == ticket),
        };
        if is_next && inner.in_use.now() < credits.shared.count_max {
            let waited = self.ticket.take().and_then(|_| inner.leave_first());
            inner.in_use.add(1);
            let next = credits.shared.next(&inner);
            drop(inner);
            drop(waited);
            wake(next);
            return Poll::Ready(Ok(Permit { home: credits.clone() }));
        }
        let waker = context.waker();
        let before = match self.ticket {
            None => {
                self.ticket = Some(inner.enter(waker));
                None
            }
            Some(ticket) => inner.renew(ticket, waker),
        };
        drop(inner);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else {
            return;
        };
        let mut inner = self.credits.lock();
        let left = inner.leave(ticket);
        let next = self.credits.shared.next(&inner);
        drop(inner);
        drop(left);
        if !planted(Mistake::CreditsGiveUpSilently) {
            wake(next);
        }
    }
}

impl Inner {
    fn enter(&mut self, waker: &Waker) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting.push_back((ticket, waker.clone()));
        ticket
    }

    fn place(&self, ticket: u64) -> Option<usize> {
        self.waiting.binary_search_by_key(&ticket, |(ticket, _)| *ticket).ok()
    }

    fn renew(&mut self, ticket: u64, waker: &Waker) -> Option<Waker> {
        let place = self.place(ticket)?;
        let (_, held) = self.waiting.get_mut(place)?;
        (!held.will_wake(waker)).then(|| std::mem::replace(held, waker.clone()))
    }

    fn leave(&mut self, ticket: u64) -> Option<Waker> {
        let place = self.place(ticket)?;
        let left = self.waiting.remove(place);
        self.tidy();
        left.map(|(_, waker)| waker)
    }

    fn leave_first(&mut self) -> Option<Waker> {
        let left = self.waiting.pop_front();
        self.tidy();
        left.map(|(_, waker)| waker)
    }

    /// Waiting is rare: nothing is kept for it.
    fn tidy(&mut self) {
        if self.waiting.is_empty() {
            self.waiting = VecDeque::new();
        }
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn acquired(credits: &Credits) -> Permit {
        credits.try_acquire().unwrap().unwrap()
    }

    #[test]
    fn nobody_is_left_behind_when_it_closes() {
        let credits = Credits::new(2);
        let held = acquired(&credits);
        assert!(!credits.close_if_idle());
        assert_eq!(credits.in_use(), 1);
        let second = acquired(&credits);
        assert!(credits.try_acquire().unwrap().is_none());
        drop((held, second));
        assert!(credits.close_if_idle());
        assert_eq!(
            poll(pin!(credits.acquire())).map(Result::err),
            Poll::Ready(Some(Closed))
        );
        assert_eq!((credits.in_use(), credits.level().high_water()), (0, 2));
    }

    #[test]
    fn who_waits_is_served_in_order_and_who_gives_up_makes_way() {
        let credits = Credits::new(1);
        let held = acquired(&credits);
        let mut first = Box::pin(credits.acquire());
        let mut second = Box::pin(credits.acquire());
        let mut third = Box::pin(credits.acquire());
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll(second.as_mut()).is_pending());
        assert!(poll(third.as_mut()).is_pending());
        drop(held);
        assert!(!credits.close_if_idle(), "somebody waits");
        assert!(credits.try_acquire().unwrap().is_none(), "room belongs to who waits");
        assert!(poll(third.as_mut()).is_pending(), "not their turn");
        drop(first);
        let Poll::Ready(Ok(permit)) = poll(second.as_mut()) else {
            panic!("their turn");
        };
        assert!(poll(third.as_mut()).is_pending());
        drop(permit);
        assert!(poll(third.as_mut()).is_ready());
    }

    #[test]
    fn closing_tells_who_waits() {
        let credits = Credits::new(1);
        let held = acquired(&credits);
        let mut waiting = Box::pin(credits.acquire());
        assert!(poll(waiting.as_mut()).is_pending());
        credits.close();
        assert_eq!(poll(waiting.as_mut()).map(Result::err), Poll::Ready(Some(Closed)));
        drop(held);
        assert_eq!(credits.in_use(), 0);
    }
}
