//! How often actors fell lately. One fall is an accident and is mended; many in a short time say that this node cannot be
//! trusted with its work. Pure; time comes with each question.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many falls are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FallLimit {
    /// So many may fall …
    pub count: usize,
    /// … within this time.
    pub window_ms: u64,
}

/// The falls of all actors of a node.
#[derive(Debug)]
pub struct Falls {
    limit: FallLimit,
    /// When they fell, oldest first; at most one more than the limit.
    lately: Mutex<VecDeque<u64>>,
}

impl Falls {
    /// Nobody fell yet.
    pub fn new(limit: FallLimit) -> Self {
        Self {
            limit,
            lately: Mutex::new(VecDeque::new()),
        }
    }

    /// One fell now. Says whether that was one too many.
    pub fn note(&self, now_ns: u64) -> bool {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.push_back(now_ns);
        self.forget_old(&mut lately, now_ns);
        lately.len() > self.limit.count
    }

    /// How many fell lately.
    pub fn count(&self, now_ns: u64) -> usize {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        self.forget_old(&mut lately, now_ns);
        lately.len()
    }

    fn forget_old(&self, lately: &mut VecDeque<u64>, now_ns: u64) {
        let window_ns = self.limit.window_ms.saturating_mul(1_000_000);
        while let Some(oldest) = lately.front()
            && (now_ns.saturating_sub(*oldest) >= window_ns || lately.len() > self.limit.count.saturating_add(1))
        {
            lately.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accidents_are_forgotten_and_a_series_is_not() {
        let falls = Falls::new(FallLimit {
            count: 2,
            window_ms: 1_000,
        });
        let second = 1_000_000_000;
        assert!(!falls.note(0));
        assert!(!falls.note(second / 2));
        assert!(!falls.note(second), "the first is forgotten by now");
        assert!(falls.note(second + 1));
        assert!(falls.note(second + 2), "and it stays too many");
        assert_eq!(falls.count(second + 2), 3);
        assert_eq!(falls.count(3 * second), 0);
    }
}
