//! The seam under the whole log: the machine's disk, or a simulated one that can lose its power after any operation.
//!
//! Stands between the log (its engine and its mark file) and the operating system. It knows files, folders and syncs, and
//! nothing of what is in them. The state's store has no such seam: its twin in memory ([`crate::backend::MemoryBackend`])
//! writes into the same [`Trace`].

mod crash;
mod files;
mod simulated;
mod trace;

pub use crash::{Batches, Files, Kept, Remains, Replay};
pub(crate) use files::LogEngine;
pub use simulated::SimulatedDisk;
pub use trace::{FileChange, FileId, Operation, Trace};

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Where the log's bytes go. Any error of a write or a sync means that the process must end.
#[derive(Debug, Clone, Default)]
pub enum Disk {
    /// The machine's.
    #[default]
    Real,
    /// One in memory.
    Simulated(SimulatedDisk),
}

impl Disk {
    /// Makes a folder and what it stands in.
    pub(crate) fn create_folder(&self, folder: &Path) -> io::Result<()> {
        // A simulated disk has its folders on the machine's, for their names only.
        std::fs::create_dir_all(folder)
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self {
            Self::Real => std::fs::read(path),
            Self::Simulated(disk) => disk.read(path),
        }
    }

    /// Gives a file new bytes, durably: a crash leaves the old ones or the new ones. `temporary` is in the same folder.
    pub(crate) fn replace(&self, path: &Path, temporary: &Path, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Real => {
                let mut file = File::create(temporary)?;
                file.write_all(bytes)?;
                file.sync_all()?;
                std::fs::rename(temporary, path)?;
            }
            Self::Simulated(disk) => {
                let file = disk.create(temporary)?;
                file.change(FileChange::Truncate(0));
                file.change(FileChange::Write(0, bytes.to_vec()));
                file.sync();
                disk.rename(temporary, path)?;
            }
        }
        path.parent().map_or(Ok(()), |folder| self.sync_folder(folder))
    }

    /// Makes the content of every file of a folder durable, and their names.
    pub(crate) fn sync_files(&self, folder: &Path) -> io::Result<()> {
        match self {
            Self::Real => {
                for found in std::fs::read_dir(folder)? {
                    let found = found?;
                    if found.file_type()?.is_file() {
                        File::open(found.path())?.sync_all()?;
                    }
                }
            }
            Self::Simulated(disk) => disk.sync_files(folder),
        }
        self.sync_folder(folder)
    }

    /// Makes the names in a folder durable.
    pub(crate) fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        match self {
            Self::Real => File::open(folder)?.sync_all(),
            Self::Simulated(disk) => {
                disk.sync_folder(folder);
                Ok(())
            }
        }
    }
}
