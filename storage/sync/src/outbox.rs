//! What waits for one socket: bounded by count and bytes, in order, with what a newer frame replaces coalesced.
//!
//! Many push, one takes. A client that does not read is cut with a hint where to resume, and costs at most the bound: what its
//! taker has in hand counts until it comes back for more. Closing throws away what waits. Knows bytes and revisions, not what
//! they mean.

use crate::level::Level;
use crate::planted::{Mistake, planted};
use crate::shim::{Mutex, lock};
use std::future::poll_fn;
use std::mem;
use std::task::{Context, Poll, Waker};

/// Places that an idle outbox keeps; what a burst grew beyond them is given back.
const IDLE_PLACES_COUNT: usize = 4;

/// Why an outbox was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// The session was ended: signed out, suspended, expired.
    SessionEnded,
    /// The node stops.
    ShuttingDown,
    /// The node does not trust itself any more.
    Fenced,
    /// The client did not read.
    TooSlow,
}

/// One thing to be written to the socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<K, F> {
    /// An event; frames at or below the revision that a replay reached are skipped.
    Event {
        /// Its revision.
        revision: u64,
        /// Its frame.
        frame: F,
    },
    /// What only its newest state matters of.
    Latest {
        /// What a newer one replaces.
        what: K,
        /// Its frame.
        frame: F,
    },
}

impl<K, F: AsRef<[u8]>> Item<K, F> {
    /// Its frame.
    pub fn frame(&self) -> &F {
        match self {
            Self::Event { frame, .. } | Self::Latest { frame, .. } => frame,
        }
    }

    /// What it costs to hold: the frame and its place.
    fn size_bytes(&self) -> usize {
        self.frame().as_ref().len() + size_of::<Self>()
    }
}

#[derive(Debug)]
struct Inner<K, F> {
    items: Vec<Item<K, F>>,
    /// Of what waits and of what is in hand.
    size_bytes: Level,
    /// What the taker took last, at most [`Outbox::IN_HAND_SIZE_BYTES_MAX`], until it comes back.
    in_hand_bytes: usize,
    farewell: Option<Farewell>,
    taker: Option<Waker>,
}

/// A bounded queue in front of one socket. Many push, one takes.
#[derive(Debug)]
pub struct Outbox<K, F, const COUNT_MAX: usize, const SIZE_BYTES_MAX: usize> {
    inner: Mutex<Inner<K, F>>,
}

impl<K, F, const COUNT_MAX: usize, const SIZE_BYTES_MAX: usize> Outbox<K, F, COUNT_MAX, SIZE_BYTES_MAX>
where
    K: PartialEq,
    F: AsRef<[u8]> + Clone,
{
    /// Half of the room can be in hand, so that one long write leaves room for what comes meanwhile.
    const IN_HAND_SIZE_BYTES_MAX: usize = SIZE_BYTES_MAX / 2;

    /// An empty one.
    pub fn new() -> Self {
        let inner = Inner {
            items: Vec::new(),
            size_bytes: Level::default(),
            in_hand_bytes: 0,
            farewell: None,
            taker: None,
        };
        Self {
            inner: Mutex::new(inner),
        }
    }

    /// Pushes an event. A full outbox is closed instead: a hole is worse than a cut. A frame larger than the bound is taken when
    /// nothing waits.
    pub fn push_event(&self, revision: u64, frame: &F) {
        let item = Item::Event {
            revision,
            frame: frame.clone(),
        };
        let size_bytes = item.size_bytes();
        let mut inner = lock(&self.inner);
        if inner.farewell.is_some() {
            return;
        }
        let has_room = inner.items.is_empty()
            || (inner.items.len() < COUNT_MAX && inner.size_bytes.now() + size_bytes <= SIZE_BYTES_MAX);
        let thrown_away = if has_room {
            inner.push(item, size_bytes);
            Vec::new()
        } else {
            inner.close(Farewell::TooSlow)
        };
        let taker = inner.taker.take();
        drop(inner);
        drop(thrown_away);
        wake(taker);
    }

    /// Pushes what replaces an older one of the same; it is left out when there is no room. Says whether it waits now.
    pub fn push_latest(&self, what: K, frame: &F) -> bool {
        let item = Item::Latest {
            what,
            frame: frame.clone(),
        };
        let size_bytes = item.size_bytes();
        let mut inner = lock(&self.inner);
        if inner.farewell.is_some() {
            return false;
        }
        let older = inner.items.iter().position(|held| held.is_replaced_by(&item));
        let replaced = older.map(|place| inner.items.remove(place));
        if let Some(replaced) = &replaced {
            inner.size_bytes.subtract(replaced.size_bytes());
        }
        // Half of the room is kept for what must not be lost.
        let waiting_bytes = inner.size_bytes.now() - inner.in_hand_bytes;
        let has_room = inner.items.len() < COUNT_MAX / 2 && waiting_bytes + size_bytes <= SIZE_BYTES_MAX / 2;
        if has_room {
            inner.push(item, size_bytes);
        }
        let taker = inner.taker.take();
        drop(inner);
        drop(replaced);
        wake(taker);
        has_room
    }

    /// Closes it and throws away what waits. The first reason stays.
    pub fn close(&self, farewell: Farewell) {
        let mut inner = lock(&self.inner);
        let thrown_away = inner.close(farewell);
        let taker = inner.taker.take();
        drop(inner);
        drop(thrown_away);
        wake(taker);
    }

    /// Takes what waits, in order, at most half of the bound at once (or one frame that is larger); or the farewell. Whoever
    /// calls it has done with what it took before.
    pub async fn take(&self, into: &mut Vec<Item<K, F>>) -> Result<(), Farewell> {
        poll_fn(|context| self.poll_take(context, into)).await
    }

    fn poll_take(&self, context: &Context<'_>, into: &mut Vec<Item<K, F>>) -> Poll<Result<(), Farewell>> {
        let mut inner = lock(&self.inner);
        let handed_in = mem::take(&mut inner.in_hand_bytes);
        inner.size_bytes.subtract(handed_in);
        let delivers = planted(Mistake::OutboxDeliversAfterClose) && !inner.items.is_empty();
        if let Some(farewell) = inner.farewell.filter(|_| !delivers) {
            return Poll::Ready(Err(farewell));
        }
        if !inner.items.is_empty() {
            inner.hand_out(into, Self::IN_HAND_SIZE_BYTES_MAX);
            return Poll::Ready(Ok(()));
        }
        if planted(Mistake::OutboxLooksThenWaits) {
            drop(inner);
            inner = lock(&self.inner);
        }
        let waker = context.waker();
        let known = inner.taker.as_ref().is_some_and(|taker| taker.will_wake(waker));
        let before = if known {
            None
        } else {
            inner.taker.replace(waker.clone())
        };
        let grown = let_go(&mut inner.items);
        drop(inner);
        drop((before, grown, let_go(into)));
        Poll::Pending
    }

    /// Whether it was closed, and why.
    pub fn farewell(&self) -> Option<Farewell> {
        lock(&self.inner).farewell
    }

    /// Bytes that it costs, with what is in hand, and the most that it ever cost.
    pub fn size_bytes(&self) -> Level {
        lock(&self.inner).size_bytes
    }
}

impl<K, F, const COUNT_MAX: usize, const SIZE_BYTES_MAX: usize> Default for Outbox<K, F, COUNT_MAX, SIZE_BYTES_MAX>
where
    K: PartialEq,
    F: AsRef<[u8]> + Clone,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<K: PartialEq, F> Item<K, F> {
    fn is_replaced_by(&self, newer: &Self) -> bool {
        matches!((self, newer), (Self::Latest { what: held, .. }, Self::Latest { what, .. }) if held == what)
    }
}

impl<K, F: AsRef<[u8]>> Inner<K, F> {
    fn push(&mut self, item: Item<K, F>, size_bytes: usize) {
        self.size_bytes.add(size_bytes);
        self.items.push(item);
    }

    fn hand_out(&mut self, into: &mut Vec<Item<K, F>>, size_bytes_max: usize) {
        let waiting_bytes = self.size_bytes.now();
        let mut taken_bytes = waiting_bytes;
        if waiting_bytes <= size_bytes_max && into.is_empty() {
            // The taker's empty buffer is the next one to be filled: under load nothing is allocated.
            mem::swap(&mut self.items, into);
        } else {
            taken_bytes = 0;
            let mut count = 0;
            for item in &self.items {
                if count > 0 && taken_bytes + item.size_bytes() > size_bytes_max {
                    break;
                }
                taken_bytes += item.size_bytes();
                count += 1;
            }
            into.extend(self.items.drain(..count));
        }
        self.in_hand_bytes = taken_bytes.min(size_bytes_max);
        if planted(Mistake::OutboxForgetsTheHand) {
            self.in_hand_bytes = 0;
        }
        self.size_bytes.subtract(taken_bytes - self.in_hand_bytes);
    }

    /// Gives back what waited, to be dropped without the lock.
    fn close(&mut self, farewell: Farewell) -> Vec<Item<K, F>> {
        self.farewell.get_or_insert(farewell);
        if planted(Mistake::OutboxDeliversAfterClose) {
            return Vec::new();
        }
        self.size_bytes.subtract(self.size_bytes.now() - self.in_hand_bytes);
        mem::take(&mut self.items)
    }
}

/// What an empty buffer grew to in a burst.
fn let_go<T>(buffer: &mut Vec<T>) -> Option<Vec<T>> {
    (buffer.is_empty() && buffer.capacity() > IDLE_PLACES_COUNT).then(|| mem::take(buffer))
}

fn wake(taker: Option<Waker>) {
    if let Some(taker) = taker {
        taker.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT_MAX: usize = 8;
    /// Room for eight short frames with their places.
    const SIZE_BYTES_MAX: usize = 1024;
    type Small = Outbox<u8, &'static str, COUNT_MAX, SIZE_BYTES_MAX>;
    type Taken = Vec<Item<u8, &'static str>>;

    fn take(outbox: &Small, into: &mut Taken) -> Poll<Result<(), Farewell>> {
        outbox.poll_take(&Context::from_waker(Waker::noop()), into)
    }

    fn frames(taken: &Taken) -> Vec<&'static str> {
        taken.iter().map(|item| *item.frame()).collect()
    }

    #[test]
    fn events_keep_their_order_and_typing_coalesces() {
        let outbox = Small::new();
        outbox.push_latest(1, &"typing");
        outbox.push_event(1, &"one");
        outbox.push_latest(1, &"stopped");
        outbox.push_event(2, &"two");
        let mut taken = Vec::new();
        assert_eq!(take(&outbox, &mut taken), Poll::Ready(Ok(())));
        assert_eq!(frames(&taken), ["one", "stopped", "two"]);
    }

    #[test]
    fn who_does_not_read_is_cut_and_costs_nothing_more() {
        let outbox = Small::new();
        for revision in 0..=COUNT_MAX as u64 {
            outbox.push_event(revision, &"event");
        }
        assert_eq!(take(&outbox, &mut Vec::new()), Poll::Ready(Err(Farewell::TooSlow)));
        assert_eq!(outbox.size_bytes().now(), 0);
        assert!(outbox.size_bytes().high_water() <= SIZE_BYTES_MAX);
    }

    #[test]
    fn nothing_is_delivered_after_the_session_ended() {
        let outbox = Small::new();
        outbox.push_event(1, &"one");
        outbox.close(Farewell::SessionEnded);
        outbox.push_event(2, &"two");
        outbox.close(Farewell::ShuttingDown);
        let mut taken = Vec::new();
        assert_eq!(take(&outbox, &mut taken), Poll::Ready(Err(Farewell::SessionEnded)));
        assert!(taken.is_empty());
    }

    #[test]
    fn what_is_in_hand_counts_until_its_taker_comes_back() {
        const LONG: &str = match std::str::from_utf8(&[b'x'; 200]) {
            Ok(long) => long,
            Err(_) => "",
        };
        let outbox = Small::new();
        for revision in 0..4 {
            outbox.push_event(revision, &LONG);
        }
        let mut taken = Vec::new();
        assert_eq!(take(&outbox, &mut taken), Poll::Ready(Ok(())));
        assert_eq!(taken.len(), 2, "half of the bound at once");
        outbox.push_event(4, &LONG);
        assert_eq!(outbox.farewell(), Some(Farewell::TooSlow), "two in hand, two waiting");
    }

    #[test]
    fn a_frame_larger_than_the_bound_is_taken_alone_and_leaves_room() {
        const HUGE: &str = match std::str::from_utf8(&[b'x'; 2 * SIZE_BYTES_MAX]) {
            Ok(huge) => huge,
            Err(_) => "",
        };
        let outbox = Small::new();
        outbox.push_event(1, &HUGE);
        let mut taken = Vec::new();
        assert_eq!(take(&outbox, &mut taken), Poll::Ready(Ok(())));
        for revision in 2..6 {
            outbox.push_event(revision, &"meanwhile");
        }
        assert_eq!((taken.len(), outbox.farewell()), (1, None));
        taken.clear();
        assert_eq!(take(&outbox, &mut taken), Poll::Ready(Ok(())));
        assert_eq!(taken.len(), 4);
        outbox.push_event(6, &"small");
        outbox.push_event(7, &HUGE);
        assert_eq!(outbox.farewell(), Some(Farewell::TooSlow), "not behind another one");
    }

    #[test]
    fn an_idle_outbox_keeps_nothing_of_a_burst() {
        let outbox = Small::new();
        let mut taken = Vec::new();
        for round in 0..3 {
            for revision in 0..COUNT_MAX as u64 {
                outbox.push_event(round * 8 + revision, &"");
            }
            assert_eq!(take(&outbox, &mut taken), Poll::Ready(Ok(())));
            assert_eq!(taken.len(), COUNT_MAX);
            taken.clear();
        }
        assert_eq!(take(&outbox, &mut taken), Poll::Pending);
        assert!(lock(&outbox.inner).items.capacity() <= IDLE_PLACES_COUNT);
        assert!(taken.capacity() <= IDLE_PLACES_COUNT);
    }
}
