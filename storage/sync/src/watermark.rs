//! A number that only rises, and those who wait until it has come to theirs.
//!
//! Each is let go once, when it is there, and nobody else is woken for it: a thousand may wait for a thousand places. Refuses to know what
//! is counted, and how whoever was let go hears of it.

use crate::planted::{Mistake, planted};
use crate::shim::{Mutex, lock};
use std::collections::BTreeMap;

/// The mark, and who waits below it.
#[derive(Debug)]
pub struct Watermark<T> {
    inner: Mutex<Inner<T>>,
}

#[derive(Debug)]
struct Inner<T> {
    mark: u64,
    is_closed: bool,
    /// Several may wait for one place: a ticket keeps them apart.
    waiting: BTreeMap<Ticket, T>,
    next_ticket: u64,
}

/// Names one who waits: the place, and a number.
pub type Ticket = (u64, u64);

/// What becomes of one who comes.
#[derive(Debug, PartialEq, Eq)]
pub enum Wait<T> {
    /// The mark is there already: nobody waits.
    Reached(T),
    /// It will never come there: nobody waits.
    Closed(T),
    /// They wait, under this ticket.
    Kept(Ticket),
}

impl<T> Watermark<T> {
    /// The mark stands there.
    pub fn new(mark: u64) -> Self {
        let inner = Inner {
            mark,
            is_closed: false,
            waiting: BTreeMap::new(),
            next_ticket: 0,
        };
        Self {
            inner: Mutex::new(inner),
        }
    }

    /// Keeps one until the mark is at `place` or beyond.
    pub fn wait(&self, place: u64, who: T) -> Wait<T> {
        let mut inner = lock(&self.inner);
        if inner.mark >= place {
            return Wait::Reached(who);
        }
        if inner.is_closed {
            return Wait::Closed(who);
        }
        if planted(Mistake::WatermarkLooksThenKeeps) {
            drop(inner);
            inner = lock(&self.inner);
        }
        let ticket = (place, inner.next_ticket);
        inner.next_ticket += 1;
        inner.waiting.insert(ticket, who);
        Wait::Kept(ticket)
    }

    /// Lifts the mark, and gives back who waited for that. A mark does not fall.
    #[must_use = "they wait until they are told"]
    pub fn lift(&self, mark: u64) -> Vec<T> {
        let mut inner = lock(&self.inner);
        if mark <= inner.mark {
            return Vec::new();
        }
        inner.mark = mark;
        let above = match mark.checked_add(1) {
            Some(above) => inner.waiting.split_off(&(above, 0)),
            None => BTreeMap::new(),
        };
        std::mem::replace(&mut inner.waiting, above).into_values().collect()
    }

    /// Whoever waited under this ticket has gone.
    pub fn forget(&self, ticket: Ticket) {
        lock(&self.inner).waiting.remove(&ticket);
    }

    /// The mark will not rise any more: gives back all who wait, and keeps nobody from now on.
    pub fn close(&self) -> Vec<T> {
        let mut inner = lock(&self.inner);
        inner.is_closed = true;
        std::mem::take(&mut inner.waiting).into_values().collect()
    }

    /// Where the mark stands.
    pub fn mark(&self) -> u64 {
        lock(&self.inner).mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_let_go_when_the_mark_is_there() {
        let mark = Watermark::new(4);
        assert_eq!(mark.wait(4, 'a'), Wait::Reached('a'));
        assert_eq!(mark.wait(6, 'b'), Wait::Kept((6, 0)));
        assert_eq!(mark.wait(6, 'c'), Wait::Kept((6, 1)));
        assert_eq!(mark.wait(5, 'd'), Wait::Kept((5, 2)));
        assert_eq!(mark.wait(7, 'e'), Wait::Kept((7, 3)));
        assert_eq!(mark.lift(5), ['d']);
        mark.forget((6, 0));
        assert!(mark.lift(3).is_empty());
        assert_eq!(mark.mark(), 5);
        assert_eq!(mark.lift(6), ['c']);
        assert_eq!(mark.lift(u64::MAX), ['e']);
    }

    #[test]
    fn a_closed_mark_keeps_nobody() {
        let mark = Watermark::new(1);
        assert_eq!(mark.wait(2, 'a'), Wait::Kept((2, 0)));
        assert_eq!(mark.close(), ['a']);
        assert_eq!(mark.wait(2, 'b'), Wait::Closed('b'));
        assert_eq!(mark.wait(1, 'c'), Wait::Reached('c'));
    }
}
