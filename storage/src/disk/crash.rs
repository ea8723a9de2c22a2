//! What a crash leaves: a [`Trace`](super::Trace) is played up to an operation, and then the process or the power is gone.
//!
//! Stands after the simulated disk. What it assumes of a real one, and nothing more: what was synced stays; a name is
//! durable when its folder was synced, names of one folder reach the disk in order; unsynced changes of a file reach it or
//! not, each for itself, and a write may do so in part; batches of the state reach it in order and whole.

use super::simulated::SimulatedDisk;
use super::trace::{FileChange, FileId, Operation, Trace};
use crate::backend::{MemoryBackend, Write};
use crate::world::split_mix;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What stays of the files, beyond what was synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// Everything: the process ended, the machine did not.
    All,
    /// Nothing.
    Synced,
    /// Everything, but half or so of the last unsynced write.
    Torn(u64),
    /// Some of it, by this seed.
    Some(u64),
}

/// What stays of the state's batches, beyond what was persisted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batches {
    /// All.
    All,
    /// None.
    Persisted,
    /// The first so many, by this seed.
    Some(u64),
}

/// What a crash leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Of the files.
    pub files: Files,
    /// Of the state.
    pub batches: Batches,
}

type State = BTreeMap<Vec<u8>, Vec<u8>>;

/// A trace played up to some operation: what is durable, and what is on its way.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    files: BTreeMap<FileId, Vec<u8>>,
    /// In the order in which they were made, over all files.
    changes: Vec<(FileId, FileChange)>,
    names: BTreeMap<PathBuf, FileId>,
    /// In the order in which they were made: creations, renamings, removals.
    renamings: Vec<Operation>,
    state: State,
    batches: Vec<Arc<Vec<Write>>>,
}

impl Replay {
    /// Before the first operation.
    pub fn new() -> Self {
        Self::default()
    }

    /// Plays one more operation.
    pub fn play(&mut self, operation: &Operation) {
        match operation {
            Operation::Create(..) | Operation::Rename(..) | Operation::Remove(_) => {
                self.renamings.push(operation.clone());
            }
            Operation::Change(file, change) => self.changes.push((*file, change.clone())),
            Operation::Sync(file) => {
                let content = self.files.entry(*file).or_default();
                for (_, change) in self.changes.extract_if(.., |(of, _)| of == file) {
                    change.apply(content);
                }
            }
            Operation::SyncFolder(folder) => {
                for renaming in self.renamings.extract_if(.., |renaming| folder_of(renaming) == folder) {
                    rename(&mut self.names, &renaming);
                }
            }
            Operation::Commit(batch) => self.batches.push(Arc::clone(batch)),
            Operation::Persist => {
                for batch in self.batches.drain(..) {
                    write(&mut self.state, &batch);
                }
            }
            Operation::Note(_) => {}
        }
    }

    /// What a crash here leaves.
    pub fn left(&self, kept: Kept) -> Remains {
        let mut files = self.files.clone();
        let mut names = self.names.clone();
        let last_write = self
            .changes
            .iter()
            .rposition(|(_, change)| matches!(change, FileChange::Write(..)));
        let mut dice = Dice::new(kept.files);
        for (number, (file, change)) in self.changes.iter().enumerate() {
            let change = match kept.files {
                Files::All => Some(change.clone()),
                Files::Synced => None,
                Files::Torn(_) if Some(number) == last_write => Some(dice.torn(change)),
                Files::Torn(_) => Some(change.clone()),
                Files::Some(_) => match dice.below(4) {
                    0 => Some(dice.torn(change)),
                    1 => Some(change.clone()),
                    _ => None,
                },
            };
            if let Some(change) = change {
                change.apply(files.entry(*file).or_default());
            }
        }
        let renamings = match kept.files {
            Files::All | Files::Torn(_) => self.renamings.len(),
            Files::Synced => 0,
            Files::Some(_) => dice.below(self.renamings.len() as u64 + 1) as usize,
        };
        for renaming in &self.renamings[..renamings] {
            rename(&mut names, renaming);
        }
        let files = names
            .into_iter()
            .map(|(name, file)| (name, files.get(&file).cloned().unwrap_or_default()))
            .collect();
        let mut state = self.state.clone();
        for batch in &self.batches[..self.batches_left(kept.batches)] {
            write(&mut state, batch);
        }
        Remains { files, state }
    }

    fn batches_left(&self, kept: Batches) -> usize {
        match kept {
            Batches::All => self.batches.len(),
            Batches::Persisted => 0,
            Batches::Some(mut seed) => (split_mix(&mut seed) % (self.batches.len() as u64 + 1)) as usize,
        }
    }
}

/// The seeded choices of one crash.
struct Dice(u64);

impl Dice {
    fn new(files: Files) -> Self {
        match files {
            Files::Torn(seed) | Files::Some(seed) => Self(seed),
            Files::All | Files::Synced => Self(0),
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        split_mix(&mut self.0) % bound
    }

    /// A write of which only the beginning or only the end reached the disk; other changes are whole or not at all.
    fn torn(&mut self, change: &FileChange) -> FileChange {
        match change {
            FileChange::Write(offset, bytes) => {
                let middle = self.below(bytes.len().max(1) as u64);
                if self.below(3) > 0 {
                    FileChange::Write(*offset, bytes.slice(..middle as usize))
                } else {
                    FileChange::Write(offset + middle, bytes.slice(middle as usize..))
                }
            }
            other => other.clone(),
        }
    }
}

fn folder_of(renaming: &Operation) -> &Path {
    let name = match renaming {
        Operation::Create(_, name) | Operation::Remove(name) | Operation::Rename(name, _) => Some(name),
        _ => None,
    };
    name.and_then(|name| name.parent()).unwrap_or(Path::new(""))
}

fn rename(names: &mut BTreeMap<PathBuf, FileId>, renaming: &Operation) {
    match renaming {
        Operation::Create(file, name) => {
            names.insert(name.clone(), *file);
        }
        Operation::Rename(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        Operation::Remove(name) => {
            names.remove(name);
        }
        _ => {}
    }
}

fn write(state: &mut State, batch: &[Write]) {
    for (key, value) in batch {
        match value {
            Some(value) => state.insert(key.clone(), value.clone()),
            None => state.remove(key),
        };
    }
}

/// What a crash left, durable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Remains {
    files: BTreeMap<PathBuf, Vec<u8>>,
    state: State,
}

impl Remains {
    /// The files, as a disk that goes on from them; see [`SimulatedDisk::new`] for `root`.
    pub fn disk(&self, root: &Path, trace: Trace) -> io::Result<SimulatedDisk> {
        SimulatedDisk::holding(root, self.files.clone(), trace)
    }

    /// The state's store, which goes on from what was left.
    pub fn backend(&self, trace: Trace) -> MemoryBackend {
        MemoryBackend::holding(self.state.clone(), trace)
    }
}

#[cfg(test)]
mod tests {
    use super::{Batches, Files, Kept, Remains, Replay};
    use crate::backend::{Backend, MemoryBackend};
    use crate::disk::{FileChange, SimulatedDisk, Trace};
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    const NOTHING_UNSYNCED: Kept = Kept {
        files: Files::Synced,
        batches: Batches::Persisted,
    };
    const EVERYTHING: Kept = Kept {
        files: Files::All,
        batches: Batches::All,
    };

    fn replay(trace: &Trace) -> Replay {
        let mut replay = Replay::new();
        trace.operations().iter().for_each(|operation| replay.play(operation));
        replay
    }

    fn write(disk: &SimulatedDisk, path: &Path, offset: u64, bytes: &'static [u8]) {
        disk.create(path)
            .unwrap()
            .change(FileChange::Write(offset, bytes.into()));
    }

    fn content(remains: &Remains, name: &str) -> Option<Vec<u8>> {
        remains.files.get(&PathBuf::from(name)).cloned()
    }

    #[test]
    fn a_file_is_there_when_it_and_its_name_were_synced() {
        let folder = tempfile::tempdir().unwrap();
        let (root, trace) = (folder.path(), Trace::new());
        let disk = SimulatedDisk::new(root, trace.clone());
        let path = root.join("a");
        write(&disk, &path, 0, b"first");
        assert_eq!(replay(&trace).left(NOTHING_UNSYNCED), Remains::default());
        assert_eq!(content(&replay(&trace).left(EVERYTHING), "a"), Some(b"first".to_vec()));
        disk.open(&path).unwrap().sync();
        assert_eq!(
            content(&replay(&trace).left(NOTHING_UNSYNCED), "a"),
            None,
            "no name yet"
        );
        disk.sync_folder(root);
        write(&disk, &path, 5, b" and more");
        assert_eq!(
            content(&replay(&trace).left(NOTHING_UNSYNCED), "a"),
            Some(b"first".to_vec())
        );
        disk.rename(&path, &root.join("b")).unwrap();
        disk.open(&root.join("b")).unwrap().sync();
        let left = replay(&trace).left(NOTHING_UNSYNCED);
        assert_eq!(
            content(&left, "a"),
            Some(b"first and more".to_vec()),
            "under its old name"
        );
        disk.sync_folder(root);
        let left = replay(&trace).left(NOTHING_UNSYNCED);
        assert_eq!(
            (content(&left, "a"), content(&left, "b")),
            (None, Some(b"first and more".to_vec()))
        );
        disk.remove(&root.join("b")).unwrap();
        assert_eq!(replay(&trace).left(NOTHING_UNSYNCED), left);
        assert_eq!(replay(&trace).left(EVERYTHING), Remains::default());
    }

    #[test]
    fn what_was_synced_stays_whatever_happens_to_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let (root, trace) = (folder.path(), Trace::new());
        let disk = SimulatedDisk::new(root, trace.clone());
        let path = root.join("a");
        write(&disk, &path, 0, b"kept");
        disk.sync_files(root);
        disk.sync_folder(root);
        write(&disk, &path, 4, b"XXXX");
        write(&disk, &path, 8, b"YYYY");
        disk.open(&path).unwrap().change(FileChange::Extend(20));
        let replay = replay(&trace);
        let left = |files| {
            let kept = Kept {
                files,
                batches: Batches::All,
            };
            content(&replay.left(kept), "a").unwrap()
        };
        let torn: BTreeSet<_> = (0..99).map(|seed| left(Files::Torn(seed))).collect();
        assert!(
            torn.len() >= 5
                && torn
                    .iter()
                    .all(|bytes| bytes.starts_with(b"keptXXXX") && bytes.len() == 20)
        );
        let some: BTreeSet<_> = (0..999).map(|seed| left(Files::Some(seed))).collect();
        assert!(some.iter().all(|bytes| bytes.starts_with(b"kept")));
        for wanted in [
            b"kept".as_slice(),
            b"keptXXXX",
            b"kept\0\0\0\0YYYY",
            b"kept\0\0\0\0\0\0YY",
        ] {
            assert!(some.iter().any(|bytes| bytes.starts_with(wanted)), "{wanted:?}");
        }
        assert_eq!(left(Files::Some(5)), left(Files::Some(5)), "one seed, one crash");
    }

    #[test]
    fn the_state_keeps_a_prefix_that_is_not_shorter_than_what_was_persisted() {
        let trace = Trace::new();
        let state = MemoryBackend::recording(trace.clone());
        for number in 0..6_u8 {
            state
                .commit(vec![(vec![number], Some(vec![])), (vec![number + 1], None)])
                .unwrap();
            if number == 2 {
                state.persist().unwrap();
            }
        }
        let replay = replay(&trace);
        let lengths = |batches| {
            let files = Files::All;
            replay.left(Kept { files, batches }).state.len()
        };
        assert_eq!((lengths(Batches::All), lengths(Batches::Persisted)), (6, 3));
        let some: BTreeSet<_> = (0..99).map(|seed| lengths(Batches::Some(seed))).collect();
        assert_eq!(some, BTreeSet::from([3, 4, 5, 6]));
    }

    #[test]
    fn a_disk_goes_on_from_what_was_left() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let trace = Trace::new();
        let disk = SimulatedDisk::new(folder.path(), trace.clone());
        std::fs::create_dir(folder.path().join("engine")).unwrap();
        write(&disk, &folder.path().join("engine/1"), 0, b"one");
        write(&disk, &folder.path().join("mark"), 2, b"two");
        let left = replay(&trace).left(EVERYTHING);
        let second = Trace::new();
        let copy = left.disk(other.path(), second.clone()).unwrap();
        assert_eq!(replay(&second).left(NOTHING_UNSYNCED), left, "all of it is durable");
        copy.remove(&other.path().join("engine/1")).unwrap();
        assert!(other.path().join("mark").exists() && !other.path().join("engine/1").exists());
        assert_eq!(copy.read(&other.path().join("mark")).unwrap(), b"\0\0two");
        assert_eq!(
            disk.read(&folder.path().join("engine/1")).unwrap(),
            b"one",
            "they are two now"
        );
    }
}
