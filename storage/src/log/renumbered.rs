//! One group's log, kept under another number than the group has.
//!
//! Stands in front of a node's log, for a workspace that this node had before, let go, and has again: what it had then says nothing about
//! what it acknowledged now, so it begins with an empty log. Knows numbers and nothing else.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::{Change, Completion, GroupId, LogStore, NoRoom};

/// A log in which one group is kept under another number.
pub struct Renumbered {
    log: Arc<dyn LogStore>,
    group: GroupId,
    kept_as: GroupId,
}

impl Renumbered {
    /// `group` is kept as `kept_as`; what other groups ask for goes through as it is.
    pub fn new(log: Arc<dyn LogStore>, group: GroupId, kept_as: GroupId) -> Self {
        Self { log, group, kept_as }
    }

    fn number(&self, group: GroupId) -> GroupId {
        match group == self.group {
            true => self.kept_as,
            false => group,
        }
    }
}

impl LogStore for Renumbered {
    fn try_submit(&self, group: GroupId, changes: Vec<Change>, done: Completion) -> Result<(), NoRoom> {
        self.log.try_submit(self.number(group), changes, done)
    }

    fn submit(&self, group: GroupId, changes: Vec<Change>, done: Completion) {
        self.log.submit(self.number(group), changes, done);
    }

    fn get(&self, group: GroupId, name: &'static str) -> io::Result<Option<Vec<u8>>> {
        self.log.get(self.number(group), name)
    }

    fn read(&self, group: GroupId, range: Range<u64>, size_bytes_max: usize) -> io::Result<Vec<(u64, Bytes)>> {
        self.log.read(self.number(group), range, size_bytes_max)
    }

    fn bounds(&self, group: GroupId) -> Option<(u64, u64)> {
        self.log.bounds(self.number(group))
    }
}

#[cfg(test)]
mod tests {
    use super::Renumbered;
    use crate::log::{LogStore, MemoryLog};
    use bytes::Bytes;
    use std::sync::Arc;

    #[test]
    fn only_that_group_is_kept_elsewhere() {
        let log: Arc<dyn LogStore> = Arc::new(MemoryLog::new());
        let renumbered = Renumbered::new(Arc::clone(&log), 7, 1_007);
        for group in [7, 8] {
            renumbered.append(
                group,
                vec![(3, Bytes::from_static(b"entry"))],
                Box::new(|done| done.unwrap()),
            );
            renumbered.put(
                group,
                "vote",
                Bytes::from_static(b"yes"),
                Box::new(|done| done.unwrap()),
            );
        }
        let bounds = |log: &dyn LogStore, group| log.bounds(group);
        assert_eq!(bounds(&*log, 7), None);
        assert_eq!((bounds(&*log, 1_007), bounds(&*log, 8)), (Some((3, 3)), Some((3, 3))));
        assert_eq!(bounds(&renumbered, 7), Some((3, 3)));
        assert_eq!(renumbered.read(7, 0..9, 1).unwrap().len(), 1);
        assert_eq!(
            (log.get(7, "vote").unwrap(), renumbered.get(7, "vote").unwrap()),
            (None, Some(b"yes".to_vec()))
        );
    }
}
