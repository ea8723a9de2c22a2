//! In order out of disorder: many prepare things at the same time, and each is handed on when all before it were.
//!
//! One that comes expects things in their order; others make them ready in any order. Whoever makes the next one ready hands it
//! on, with all that are ready behind it; nobody waits. So a stream that is cut anywhere has everything up to where it was cut.
//! Refuses to know what is handed on, and to whom.

use crate::planted::{Mistake, planted};
use crate::shim::{Mutex, MutexGuard, lock};
use std::collections::VecDeque;

/// What is expected, in order, and what of it is ready.
#[derive(Debug)]
pub struct InOrder<K, T> {
    inner: Mutex<Inner<K, T>>,
}

#[derive(Debug)]
struct Inner<K, T> {
    /// Ascending by key. Invariant: nothing at the front is ready unless somebody is handing on.
    expected: VecDeque<(K, Option<T>)>,
    handing_on: bool,
}

impl<K: Ord + Copy, T> InOrder<K, T> {
    /// Nothing is expected.
    pub fn new() -> Self {
        let inner = Inner {
            expected: VecDeque::new(),
            handing_on: false,
        };
        Self {
            inner: Mutex::new(inner),
        }
    }

    /// From now on nothing behind `key` is handed on before it. Keys are expected in ascending order; one that is expected
    /// already stays as it is.
    pub fn reserve(&self, key: K) {
        let mut inner = lock(&self.inner);
        if let Err(place) = inner.place(key) {
            inner.expected.insert(place, (key, None));
        }
    }

    /// It is ready. What is not expected any more was handed on before, and is not again.
    pub fn ready(&self, key: K, thing: T, hand_on: impl FnMut(T)) {
        let mut inner = lock(&self.inner);
        if let Ok(place) = inner.place(key) {
            inner.expected[place].1.get_or_insert(thing);
        }
        self.go_on(inner, hand_on);
    }

    /// Of those that match and are not ready, `instead` is handed on: nobody will make them ready.
    pub fn give_up(&self, matches: impl Fn(K) -> bool, mut instead: impl FnMut() -> T, hand_on: impl FnMut(T)) {
        let mut inner = lock(&self.inner);
        for (key, thing) in &mut inner.expected {
            if matches(*key) {
                thing.get_or_insert_with(&mut instead);
            }
        }
        self.go_on(inner, hand_on);
    }

    /// Whether everything that was expected was handed on.
    pub fn is_done(&self) -> bool {
        let inner = lock(&self.inner);
        inner.expected.is_empty() && !inner.handing_on
    }

    /// Hands on what is ready at the front, without the lock. Only one does at a time: else they could overtake each other.
    fn go_on<'a>(&'a self, mut inner: MutexGuard<'a, Inner<K, T>>, mut hand_on: impl FnMut(T)) {
        if inner.handing_on && !planted(Mistake::OrderHandsOnBesideAnother) {
            return;
        }
        inner.handing_on = true;
        while let Some(thing) = inner.next() {
            drop(inner);
            hand_on(thing);
            inner = lock(&self.inner);
        }
        inner.handing_on = false;
    }
}

impl<K: Ord + Copy, T> Inner<K, T> {
    fn place(&self, key: K) -> Result<usize, usize> {
        self.expected.binary_search_by_key(&key, |(expected, _)| *expected)
    }

    fn next(&mut self) -> Option<T> {
        if planted(Mistake::OrderSkipsWhatIsNotReady) {
            let place = self.expected.iter().position(|(_, thing)| thing.is_some())?;
            return self.expected.remove(place)?.1;
        }
        self.expected.front()?.1.as_ref()?;
        self.expected.pop_front()?.1
    }
}

impl<K: Ord + Copy, T> Default for InOrder<K, T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ready_early_waits_and_nothing_comes_twice() {
        let order = InOrder::new();
        let mut out = Vec::new();
        for key in [1, 2, 3, 4] {
            order.reserve(key);
        }
        order.ready(2, "two", |thing| out.push(thing));
        order.ready(3, "three", |thing| out.push(thing));
        assert!(out.is_empty());
        order.reserve(3);
        order.ready(3, "three again", |thing| out.push(thing));
        order.ready(1, "one", |thing| out.push(thing));
        assert_eq!(out, ["one", "two", "three"]);
        order.ready(1, "one again", |thing| out.push(thing));
        assert!(!order.is_done());
        order.give_up(|key| key == 4, || "nothing", |thing| out.push(thing));
        assert_eq!(out, ["one", "two", "three", "nothing"]);
        assert!(order.is_done());
    }
}
