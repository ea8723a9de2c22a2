//! Reads everything that is kept, again and again, a piece at a time: what rots on a disk is found while others still have it.
//!
//! Stands beside the readers, above state and log. Every value is sealed under its key and every entry under its index, so to open is to
//! check. It refuses to know when it is time for the next piece, and what follows from damage.

use crate::backend::Direction;
use crate::log::{GroupId, LogStore};
use crate::planted::{self, Mistake};
use crate::state::State;
use bytes::Bytes;
use corridor_domain::limits;
use std::io;
use std::sync::Arc;

/// After every key that there can be.
const END: [u8; 1] = [0xff];

/// What was read of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pass {
    /// Records of the state.
    pub records: u64,
    /// Entries of the log.
    pub entries: u64,
}

/// Where the reading stands.
enum Place {
    /// The state, from this key on.
    State(Vec<u8>),
    /// The log, from this index on; none: from its first.
    Log(Option<u64>),
}

/// A walk through everything that one group keeps on this node.
pub struct Scrub {
    state: State,
    log: Arc<dyn LogStore>,
    group: GroupId,
    place: Place,
    pass: Pass,
    /// Times in a row that the same piece of the log could not be read.
    failures: u32,
}

impl Scrub {
    /// From the beginning.
    pub fn new(state: State, log: Arc<dyn LogStore>, group: GroupId) -> Self {
        Self {
            state,
            log,
            group,
            place: Place::State(Vec::new()),
            pass: Pass::default(),
            failures: 0,
        }
    }

    /// Reads the next piece. A pass, if that was the last of it; the next piece is the first again. An error says what cannot be read.
    /// Waits for the disk.
    pub fn next_piece(&mut self) -> io::Result<Option<Pass>> {
        match &self.place {
            Place::State(from) => {
                let from = from.clone();
                self.piece_of_state(&from)?;
                Ok(None)
            }
            Place::Log(from) => {
                let from = *from;
                self.piece_of_log(from)
            }
        }
    }

    fn piece_of_state(&mut self, from: &[u8]) -> io::Result<()> {
        let pairs = self.state.scan(from, &END, Direction::Forward);
        let mut size_bytes = 0;
        for pair in pairs {
            let (mut key, value) = match pair {
                Err(_) if planted::is(Mistake::DamagePassedOver) => continue,
                read => read?,
            };
            size_bytes += key.len() + value.len();
            self.pass.records += 1;
            if size_bytes >= limits::SCRUB_PIECE_SIZE_BYTES {
                // The next key there can be.
                key.push(0);
                self.place = Place::State(key);
                return Ok(());
            }
        }
        self.place = Place::Log(None);
        Ok(())
    }

    fn piece_of_log(&mut self, from: Option<u64>) -> io::Result<Option<Pass>> {
        let entries = match self.entries_from(from) {
            // They may have been purged or cut off between the look and the reading. What is damaged still is at the next piece's time.
            Err(_) if self.failures + 1 < limits::SCRUB_TRIES_COUNT => {
                self.failures += 1;
                return Ok(None);
            }
            read => read?,
        };
        self.failures = 0;
        self.pass.entries += entries.len() as u64;
        if let Some((index, _)) = entries.last() {
            self.place = Place::Log(Some(index + 1));
            return Ok(None);
        }
        self.place = Place::State(Vec::new());
        Ok(Some(std::mem::take(&mut self.pass)))
    }
}

impl Scrub {
    /// The next entries that are there to be read.
    fn entries_from(&self, from: Option<u64>) -> io::Result<Vec<(u64, Bytes)>> {
        let bounds = self.log.bounds(self.group);
        let next = bounds.map(|(first, last)| (from.unwrap_or(first).max(first), last));
        match next.filter(|(from, last)| from <= last) {
            Some((from, last)) => self
                .log
                .read(self.group, from..last + 1, limits::SCRUB_PIECE_SIZE_BYTES),
            None => Ok(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{Backend, MemoryBackend};
    use crate::log::{Change, Completion, MemoryLog, NoRoom};
    use crate::sealing::StorageKey;
    use crate::world::TestWorld;
    use std::ops::Range;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn kept() -> (Scrub, Arc<MemoryBackend>) {
        let world = Arc::new(TestWorld::new(0, 1));
        let backend = Arc::new(MemoryBackend::new());
        let key = StorageKey::from_bytes([1; 32]);
        let state = State::new(Arc::clone(&backend) as _, world, &key, &key);
        let value = Bytes::from(vec![7; 1024]);
        for number in 0..2_000_u32 {
            let key = [&[3][..], &number.to_be_bytes()].concat();
            state.write([(key, Some(value.clone()))].into()).unwrap();
        }
        let log = Arc::new(MemoryLog::default());
        let entries = (5..9).map(|index| (index, Bytes::from(vec![0; limits::SCRUB_PIECE_SIZE_BYTES])));
        log.submit(
            1,
            vec![Change::Append(entries.collect())],
            Box::new(|done| done.unwrap()),
        );
        (Scrub::new(state, log, 1), backend)
    }

    fn pass(scrub: &mut Scrub) -> io::Result<(Pass, u32)> {
        for pieces in 1.. {
            if let Some(pass) = scrub.next_piece()? {
                return Ok((pass, pieces));
            }
        }
        unreachable!("it ends, or fails")
    }

    #[test]
    fn everything_is_read_in_pieces_and_then_again() {
        let (mut scrub, _) = kept();
        let first = pass(&mut scrub).unwrap();
        let whole = Pass {
            records: 2_000,
            entries: 4,
        };
        assert_eq!(first.0, whole);
        assert!(first.1 > 8, "not in one go: {} pieces", first.1);
        assert_eq!(pass(&mut scrub).unwrap(), first);
    }

    /// A log that is purged between the look and the reading, so many times.
    struct Purged(MemoryLog, AtomicU32);

    impl LogStore for Purged {
        fn try_submit(&self, group: GroupId, changes: Vec<Change>, done: Completion) -> Result<(), NoRoom> {
            self.0.try_submit(group, changes, done)
        }
        fn submit(&self, group: GroupId, changes: Vec<Change>, done: Completion) {
            self.0.submit(group, changes, done);
        }
        fn get(&self, group: GroupId, name: &'static str) -> io::Result<Option<Vec<u8>>> {
            self.0.get(group, name)
        }
        fn bounds(&self, group: GroupId) -> Option<(u64, u64)> {
            self.0.bounds(group)
        }
        fn read(&self, group: GroupId, range: Range<u64>, size_bytes_max: usize) -> io::Result<Vec<(u64, Bytes)>> {
            let left = self
                .1
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if left.is_err() {
                return self.0.read(group, range, size_bytes_max);
            }
            self.0.purge_to(group, range.start, Box::new(|done| done.unwrap()));
            Err(io::ErrorKind::NotFound.into())
        }
    }

    #[test]
    fn what_is_purged_while_it_is_read_is_no_damage() {
        let (_, backend) = kept();
        let key = StorageKey::from_bytes([1; 32]);
        let entries = || (5..9).map(|index| (index, Bytes::from(vec![0; limits::SCRUB_PIECE_SIZE_BYTES])));
        for (times, found) in [(1, true), (limits::SCRUB_TRIES_COUNT, false)] {
            let log = MemoryLog::default();
            log.append(1, entries().collect(), Box::new(|done| done.unwrap()));
            let state = State::new(Arc::clone(&backend) as _, Arc::new(TestWorld::new(0, 1)), &key, &key);
            let mut scrub = Scrub::new(state, Arc::new(Purged(log, AtomicU32::new(times))), 1);
            let passed = pass(&mut scrub).map(|(pass, _)| pass.entries).ok();
            assert_eq!(passed, found.then_some(3), "{times} times");
        }
    }

    #[test]
    fn a_changed_byte_anywhere_is_found() {
        for number in [0_u32, 777, 1_999] {
            let (mut scrub, backend) = kept();
            let key = [&[3][..], &number.to_be_bytes()].concat();
            let mut value = backend.get(&key).unwrap().unwrap();
            let middle = value.len() / 2;
            value[middle] ^= 1;
            backend.commit(vec![(key, Some(value))]).unwrap();
            let found = pass(&mut scrub).unwrap_err();
            assert_eq!(found.kind(), io::ErrorKind::InvalidData, "{number}: {found}");
        }
    }
}
