//! A log in memory with the same behaviour as the one on disk, for tests and simulation.
//!
//! Stands where [`super::EngineLog`] stands in production. What is submitted becomes durable at once, or, for whoever wants
//! to look between, only when told; a power cut then takes the rest.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::bounds::Bounds;
use super::{Change, Completion, GroupId, LogStore, NoRoom};

/// The in-memory twin of the production log. Clones are handles on the same log.
#[derive(Clone)]
pub struct MemoryLog {
    shared: Arc<Mutex<Content>>,
    sync_when_told: bool,
}

#[derive(Default)]
struct Content {
    groups: HashMap<GroupId, Group>,
    waiting: Vec<(GroupId, Vec<Change>, Completion)>,
}

#[derive(Clone, Default)]
struct Group {
    bounds: Bounds,
    entries: BTreeMap<u64, Bytes>,
    values: HashMap<&'static str, Bytes>,
}

impl MemoryLog {
    /// A log where every submission is durable, and answered, before `submit` returns.
    pub fn new() -> Self {
        Self {
            shared: Arc::default(),
            sync_when_told: false,
        }
    }

    /// A log where nothing is durable before [`MemoryLog::sync`].
    pub fn sync_when_told() -> Self {
        Self {
            shared: Arc::default(),
            sync_when_told: true,
        }
    }

    /// How many submissions are not durable yet.
    pub fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Makes everything submitted so far durable, then runs the completions. Returns how many.
    pub fn sync(&self) -> usize {
        self.sync_first(usize::MAX)
    }

    /// As [`MemoryLog::sync`], for the first so many submissions.
    pub fn sync_first(&self, count: usize) -> usize {
        let mut content = self.lock();
        let count = count.min(content.waiting.len());
        let waiting: Vec<_> = content.waiting.drain(..count).collect();
        let mut answers = Vec::with_capacity(count);
        for (group, changes, done) in waiting {
            let outcome = content.groups.entry(group).or_default().change(changes);
            answers.push((done, outcome));
        }
        drop(content);
        for (done, outcome) in answers {
            done(outcome); // Without the lock: a completion may read.
        }
        count
    }

    /// The disk failed: everything that waits is told so, and nothing of it is durable.
    pub fn fail(&self, problem: &str) {
        let waiting = std::mem::take(&mut self.lock().waiting);
        for (_, _, done) in waiting {
            done(Err(io::Error::other(problem)));
        }
    }

    /// A disk that lies: the first so many submissions are gone, and whoever waits for them is told that they are durable.
    pub fn forget_first(&self, count: usize) {
        let mut content = self.lock();
        let count = count.min(content.waiting.len());
        let forgotten: Vec<_> = content.waiting.drain(..count).collect();
        drop(content);
        for (_, _, done) in forgotten {
            done(Ok(()));
        }
    }

    /// The log as a restart finds it after a power cut now: without what was not durable.
    #[must_use]
    pub fn after_power_cut(&self) -> Self {
        self.after_crash(0)
    }

    /// The log as a restart finds it if the first so many submissions that were not durable had reached the disk by themselves.
    #[must_use]
    pub fn after_crash(&self, reached: usize) -> Self {
        let content = self.lock();
        let mut groups = content.groups.clone();
        for (group, changes, _) in content.waiting.iter().take(reached) {
            // One that is refused would have been told so, and would not be in the file.
            let _ = groups.entry(*group).or_default().change(changes.clone());
        }
        let content = Content {
            groups,
            waiting: Vec::new(),
        };
        Self {
            shared: Arc::new(Mutex::new(content)),
            sync_when_told: self.sync_when_told,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

impl Group {
    /// All of `changes`, or nothing of them.
    fn change(&mut self, changes: Vec<Change>) -> io::Result<()> {
        let mut bounds = self.bounds.clone();
        for change in &changes {
            match change {
                Change::Append(entries) => {
                    let Some(first) = entries.first().map(|(index, _)| *index) else {
                        continue;
                    };
                    if (first..).zip(entries).any(|(expected, (index, _))| expected != *index) {
                        return Err(io::Error::new(
                            io::ErrorKind::InvalidInput,
                            "appended indexes are not contiguous",
                        ));
                    }
                    bounds.append(first, entries.len() as u64)?;
                }
                Change::TruncateAfter(index) => bounds.truncate_after(*index),
                Change::PurgeTo(index) => bounds.purge_to(*index),
                Change::Put { .. } => {}
            }
        }
        self.bounds = bounds;
        for change in changes {
            match change {
                Change::Append(entries) => {
                    if let Some((first, _)) = entries.first() {
                        self.entries.split_off(first);
                    }
                    self.entries.extend(entries);
                }
                Change::Put { name, value } => drop(self.values.insert(name, value)),
                Change::TruncateAfter(index) => drop(self.entries.split_off(&index.map_or(0, |index| index + 1))),
                Change::PurgeTo(index) => self.entries = self.entries.split_off(&(index + 1)),
            }
        }
        Ok(())
    }
}

impl LogStore for MemoryLog {
    fn try_submit(&self, group: GroupId, changes: Vec<Change>, done: Completion) -> Result<(), NoRoom> {
        self.submit(group, changes, done);
        Ok(())
    }

    fn submit(&self, group: GroupId, changes: Vec<Change>, done: Completion) {
        self.lock().waiting.push((group, changes, done));
        if !self.sync_when_told {
            self.sync();
        }
    }

    fn get(&self, group: GroupId, name: &'static str) -> io::Result<Option<Vec<u8>>> {
        Ok(self
            .lock()
            .groups
            .get(&group)
            .and_then(|group| group.values.get(name))
            .map(|value| value.to_vec()))
    }

    fn read(&self, group: GroupId, range: Range<u64>, size_bytes_max: usize) -> io::Result<Vec<(u64, Bytes)>> {
        let content = self.lock();
        let Some(group) = content.groups.get(&group) else {
            return Ok(Vec::new());
        };
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let mut size_bytes = 0;
        let mut entries = Vec::new();
        for (index, bytes) in group.entries.range(range) {
            size_bytes += bytes.len();
            entries.push((*index, bytes.clone()));
            if size_bytes >= size_bytes_max {
                break;
            }
        }
        Ok(entries)
    }

    fn bounds(&self, group: GroupId) -> Option<(u64, u64)> {
        self.lock().groups.get(&group)?.bounds.first_and_last()
    }
}
