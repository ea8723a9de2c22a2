//! Which indexes of one group exist: pure arithmetic over what the log engine holds and what we cut off it.
//!
//! Stands in front of every write and read of the log. It refuses to know bytes, files or threads.
//!
//! The engine can drop a head (compact) but not a tail. A truncation is therefore a durable `cap` (exclusive end) stored
//! beside the entries; the engine still holds what lies behind it, until the next append overwrites it and lifts the cap
//! in the same atomic batch. A crash between the two leaves entries and cap, which is the truncated log.
//!
//! Invariants: `held.start < held.end`; `cap < held.end`; every readable index is in `held`, at or above `floor`, below `cap`.

use std::io;
use std::ops::Range;

/// The bounds of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bounds {
    /// What the engine holds.
    held: Option<Range<u64>>,
    /// Everything below was purged. The engine may forget a compaction when it recovers; this does not.
    floor: u64,
    /// Exclusive end of what is valid, if a truncation left a tail in the engine.
    cap: Option<u64>,
}

impl Bounds {
    /// What was found at open.
    pub fn recovered(held: Option<Range<u64>>, floor: u64, cap: Option<u64>) -> Self {
        let held = held.filter(|held| held.start < held.end && held.end > floor);
        let cap = cap.filter(|cap| held.as_ref().is_some_and(|held| *cap < held.end));
        Self { held, floor, cap }
    }

    /// The indexes that can be read.
    pub fn readable(&self) -> Range<u64> {
        match &self.held {
            None => self.floor..self.floor,
            Some(held) => {
                let start = held.start.max(self.floor);
                start..self.cap.map_or(held.end, |cap| cap.min(held.end)).max(start)
            }
        }
    }

    /// First and last readable index.
    pub fn first_and_last(&self) -> Option<(u64, u64)> {
        let readable = self.readable();
        if readable.is_empty() {
            None
        } else {
            Some((readable.start, readable.end - 1))
        }
    }

    /// The index the next entry must have; `None` while the group never had one.
    pub fn next(&self) -> Option<u64> {
        match &self.held {
            None => (self.floor > 0).then_some(self.floor),
            Some(_) => Some(self.readable().end),
        }
    }

    /// The last index that was ever written and not truncated, purged or not.
    pub fn last(&self) -> Option<u64> {
        self.next().and_then(|next| next.checked_sub(1))
    }

    /// The exclusive end of what is valid, to be stored beside the entries.
    pub fn cap(&self) -> Option<u64> {
        self.cap
    }

    /// Everything below this was purged.
    pub fn floor(&self) -> u64 {
        self.floor
    }

    /// Takes `count` entries from `first` on. Refuses a hole, and what was purged.
    pub fn append(&mut self, first: u64, count: u64) -> io::Result<()> {
        let lowest = self.held.as_ref().map_or(self.floor, |held| held.start.max(self.floor));
        let next = self.next();
        if next.is_some_and(|next| first > next || first < lowest) || first < self.floor {
            return Err(refused(format!(
                "append at {first} leaves a hole or rewrites what was purged: {self:?}"
            )));
        }
        let start = self.held.as_ref().map_or(first, |held| held.start);
        self.held = Some(start..first + count);
        self.cap = None;
        Ok(())
    }

    /// Drops everything after `index`.
    pub fn truncate_after(&mut self, index: Option<u64>) {
        let end = index.map_or(0, |index| index.saturating_add(1));
        if end < self.readable().end && self.held.is_some() {
            self.cap = Some(end);
        }
    }

    /// Drops everything up to `index`.
    pub fn purge_to(&mut self, index: u64) {
        self.floor = self.floor.max(index.saturating_add(1));
        match &mut self.held {
            Some(held) if held.end <= self.floor => {
                self.held = None;
                self.cap = None;
            }
            Some(held) => held.start = held.start.max(self.floor),
            None => {}
        }
    }
}

fn refused(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, problem)
}

#[cfg(test)]
mod tests {
    use super::Bounds;

    fn with(first: u64, count: u64) -> Bounds {
        let mut bounds = Bounds::default();
        bounds.append(first, count).unwrap();
        bounds
    }

    #[test]
    fn appends_follow_each_other() {
        let mut bounds = with(3, 2);
        assert_eq!(bounds.first_and_last(), Some((3, 4)));
        assert!(bounds.append(6, 1).is_err(), "hole");
        assert!(bounds.append(2, 1).is_err(), "before the first");
        bounds.append(5, 1).unwrap();
        bounds.append(4, 1).unwrap();
        assert_eq!(
            bounds.first_and_last(),
            Some((3, 4)),
            "an earlier start replaces the tail"
        );
    }

    #[test]
    fn a_truncated_tail_is_invisible_until_rewritten() {
        let mut bounds = with(0, 10);
        bounds.truncate_after(Some(4));
        assert_eq!(
            (bounds.first_and_last(), bounds.cap(), bounds.next()),
            (Some((0, 4)), Some(5), Some(5))
        );
        assert!(
            bounds.append(6, 1).is_err(),
            "a hole would let the old tail shine through"
        );
        let found = Bounds::recovered(Some(0..10), 0, Some(5));
        assert_eq!(found, bounds, "a crash after the truncation finds the truncated log");
        bounds.append(5, 2).unwrap();
        assert_eq!((bounds.first_and_last(), bounds.cap()), (Some((0, 6)), None));
    }

    #[test]
    fn truncating_everything_and_starting_again() {
        let mut bounds = with(2, 5);
        bounds.truncate_after(None);
        assert_eq!((bounds.first_and_last(), bounds.next()), (None, Some(2)));
        bounds.append(2, 1).unwrap();
        assert_eq!(bounds.first_and_last(), Some((2, 2)));
        bounds.truncate_after(Some(9));
        assert_eq!(bounds.cap(), None, "nothing lies after it");
    }

    #[test]
    fn purging_beyond_the_end_moves_the_start() {
        let mut bounds = with(0, 10);
        bounds.truncate_after(Some(6));
        bounds.purge_to(3);
        assert_eq!(bounds.first_and_last(), Some((4, 6)));
        bounds.purge_to(8);
        assert_eq!(
            (bounds.first_and_last(), bounds.next()),
            (None, Some(9)),
            "the truncated tail stays dead"
        );
        bounds.purge_to(20);
        assert_eq!((bounds.next(), bounds.last()), (Some(21), Some(20)));
        assert!(bounds.append(20, 1).is_err());
        bounds.append(21, 1).unwrap();
        assert_eq!(bounds.first_and_last(), Some((21, 21)));
    }

    #[test]
    fn a_forgotten_compaction_does_not_resurrect_entries() {
        assert_eq!(Bounds::recovered(Some(0..10), 6, None).first_and_last(), Some((6, 9)));
        assert_eq!(Bounds::recovered(Some(0..10), 12, Some(3)).first_and_last(), None);
    }
}
