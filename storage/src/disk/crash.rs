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
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
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
            Operation::Commit(batch) => self.batches.push(Arc::new(batch.clone())),
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
                    FileChange::Write(*offset, bytes[..middle as usize].to_vec())
                } else {
                    FileChange::Write(offset + middle, bytes[middle as usize..].to_vec())
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

    /// Tells one from another, within one process.
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }

    /// The state's store, which goes on from what was left.
    pub fn backend(&self, trace: Trace) -> MemoryBackend {
        MemoryBackend::holding(self.state.clone(), trace)
    }
}

#[cfg(test)]
mod tests;
