//! The recent end of one group's log, decoded and in memory.
//!
//! Stands in front of the log on disk: what was just appended is read back at once (to apply it, to replicate it), also
//! before it is durable. It refuses to know how anything is stored.
//!
//! Invariants: the cached entries are contiguous and end at `last`; an entry leaves the cache only when it is durable.

use std::collections::VecDeque;
use std::ops::Range;

use corridor_domain::limits::{LOG_CACHED_ENTRIES_COUNT_MAX, LOG_CACHED_SIZE_BYTES_MAX};
use openraft::EntryPayload;
use tokio::sync::watch;

use crate::types::{LogEntry, LogPosition, SavedVote};

/// What a group knows of its log without asking the disk.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    /// The last purged entry.
    pub purged: Option<LogPosition>,
    /// The last entry, purged or not.
    pub last: Option<LogPosition>,
    /// The last saved vote.
    pub vote: Option<SavedVote>,
    entries: VecDeque<LogEntry>,
    size_bytes: usize,
    /// Exclusive end of what is durable.
    durable_end: watch::Sender<u64>,
}

impl Tail {
    /// What was found on disk; nothing is cached yet.
    pub fn recovered(purged: Option<LogPosition>, last: Option<LogPosition>, vote: Option<SavedVote>) -> Self {
        let tail = Self {
            purged,
            last,
            vote,
            ..Self::default()
        };
        tail.durable_end.send_replace(tail.end());
        tail
    }

    /// Follows the exclusive end of what is durable.
    pub fn durable(&self) -> watch::Receiver<u64> {
        self.durable_end.subscribe()
    }

    /// Exclusive end of the log.
    pub fn end(&self) -> u64 {
        self.last.map_or(0, |last| last.index + 1)
    }

    /// The first index that may exist.
    pub fn start(&self) -> u64 {
        self.purged.map_or(0, |purged| purged.index + 1)
    }

    /// Adds entries that follow the last.
    pub fn append(&mut self, entries: impl IntoIterator<Item = LogEntry>) {
        for entry in entries {
            self.last = Some(entry.log_id);
            self.size_bytes += size_bytes(&entry);
            self.entries.push_back(entry);
        }
    }

    /// Everything up to and including `index` is durable now; lets go of what is not worth keeping.
    pub fn note_durable(&mut self, index: u64) {
        let durable_end = (index + 1).max(*self.durable_end.borrow());
        self.durable_end.send_replace(durable_end);
        while self.entries.len() > LOG_CACHED_ENTRIES_COUNT_MAX || self.size_bytes > LOG_CACHED_SIZE_BYTES_MAX {
            match self.entries.front() {
                Some(first) if first.log_id.index < durable_end => self.drop_first(),
                _ => break,
            }
        }
    }

    /// Drops everything after `last`.
    pub fn truncate_after(&mut self, last: Option<LogPosition>) {
        let end = last.map_or(0, |last| last.index + 1);
        if end >= self.end() {
            return;
        }
        while self.entries.back().is_some_and(|entry| entry.log_id.index >= end) {
            if let Some(entry) = self.entries.pop_back() {
                self.size_bytes -= size_bytes(&entry);
            }
        }
        self.last = last.max(self.purged);
        self.durable_end
            .send_modify(|durable_end| *durable_end = end.min(*durable_end));
    }

    /// Drops everything up to and including `upto`, also when the log ends before it.
    pub fn purge(&mut self, upto: LogPosition) {
        self.purged = self.purged.max(Some(upto));
        self.last = self.last.max(Some(upto));
        while self
            .entries
            .front()
            .is_some_and(|entry| entry.log_id.index <= upto.index)
        {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        if let Some(entry) = self.entries.pop_front() {
            self.size_bytes -= size_bytes(&entry);
        }
    }

    /// Splits a range into what must be read from disk and what is cached, after cutting off what does not exist.
    pub fn find(&self, range: Range<u64>) -> (Range<u64>, Vec<LogEntry>) {
        let start = range.start.max(self.start());
        let end = range.end.min(self.end()).max(start);
        let cached_from = self.entries.front().map_or(self.end(), |entry| entry.log_id.index);
        let split = cached_from.clamp(start, end);
        let skip = (split.saturating_sub(cached_from)) as usize;
        let cached = self
            .entries
            .iter()
            .skip(skip)
            .take((end - split) as usize)
            .cloned()
            .collect();
        (start..split, cached)
    }
}

fn size_bytes(entry: &LogEntry) -> usize {
    match &entry.payload {
        EntryPayload::Normal(proposal) => proposal.command.len(),
        EntryPayload::Blank | EntryPayload::Membership(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use openraft::impls::leader_id_adv::LeaderId;
    use openraft::{EntryPayload, LogId};

    use super::{LOG_CACHED_ENTRIES_COUNT_MAX, Tail};
    use crate::types::{LogEntry, LogPosition};

    fn position(index: u64) -> LogPosition {
        LogId::new(LeaderId { term: 1, node_id: 1 }, index)
    }

    fn blank(index: u64) -> LogEntry {
        LogEntry {
            log_id: position(index),
            payload: EntryPayload::Blank,
        }
    }

    #[test]
    fn only_durable_entries_leave_the_cache() {
        let mut tail = Tail::default();
        let count = LOG_CACHED_ENTRIES_COUNT_MAX as u64 + 100;
        tail.append((0..count).map(blank));
        tail.note_durable(9);
        assert_eq!(tail.find(0..20).0, 0..10, "the durable ones come from disk now");
        tail.note_durable(count - 1);
        assert_eq!(tail.find(0..count).0, 0..100);
        assert_eq!(tail.find(0..count).1.len(), LOG_CACHED_ENTRIES_COUNT_MAX);
    }

    #[test]
    fn the_end_of_what_is_durable_goes_back_with_a_truncation_only() {
        let mut tail = Tail::recovered(None, Some(position(4)), None);
        let durable = tail.durable();
        tail.append((5..9).map(blank));
        assert_eq!(*durable.borrow(), 5);
        tail.note_durable(7);
        tail.note_durable(6);
        assert_eq!(*durable.borrow(), 8);
        tail.truncate_after(Some(position(5)));
        assert_eq!(*durable.borrow(), 6);
    }

    #[test]
    fn ranges_are_cut_to_what_exists() {
        let mut tail = Tail::recovered(Some(position(4)), Some(position(9)), None);
        tail.append((10..15).map(blank));
        let (disk, cached) = tail.find(0..100);
        assert_eq!((disk, cached.len()), (5..10, 5));
        let (disk, cached) = tail.find(12..14);
        assert_eq!((disk.is_empty(), cached.len(), cached[0].log_id.index), (true, 2, 12));
        tail.truncate_after(Some(position(11)));
        assert_eq!((tail.end(), tail.find(12..14).1.len()), (12, 0));
        tail.purge(position(20));
        assert_eq!((tail.start(), tail.end(), tail.find(0..99)), (21, 21, (21..21, vec![])));
    }
}
