//! The disk as the log's engine sees it.
//!
//! Stands between the engine and [`Disk`]; every call goes straight to the engine's own real file system, or to the
//! simulated one. It refuses to know what a log is.

use super::Disk;
use super::simulated::{SimulatedDisk, SimulatedFile};
use super::trace::FileChange;
use raft_engine::env::{DefaultFileSystem, FileSystem, Handle, Permission, WriteExt};
use raft_engine::internals::{EventListener, FileId};
use raft_engine::{Config, Engine};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The log's engine over a [`Disk`].
pub(crate) type LogEngine = Engine<Disk>;

type RealHandle = <DefaultFileSystem as FileSystem>::Handle;
type RealReader = <DefaultFileSystem as FileSystem>::Reader;
type RealWriter = <DefaultFileSystem as FileSystem>::Writer;

/// An open file of the engine.
pub enum DiskFile {
    /// On the machine's disk.
    Real(Arc<RealHandle>),
    /// In memory.
    Simulated(SimulatedFile),
}

/// A place in a file of the engine.
pub enum DiskCursor<R> {
    /// On the machine's disk.
    Real(R),
    /// In memory.
    Simulated(SimulatedFile, u64),
}

impl Disk {
    /// Opens the engine. Its folder exists.
    pub(crate) fn open_engine(&self, config: Config) -> raft_engine::Result<LogEngine> {
        let folder = PathBuf::from(&config.dir);
        match self {
            Self::Real => Engine::open_with_file_system(config, Arc::new(self.clone())),
            Self::Simulated(disk) => {
                let syncs = Arc::new(FolderSyncs {
                    disk: disk.clone(),
                    folder,
                    running: AtomicBool::new(false),
                });
                let listener: Arc<dyn EventListener> = Arc::clone(&syncs) as _;
                let engine = Engine::open_with(config, Arc::new(self.clone()), vec![listener])?;
                syncs.running.store(true, Ordering::SeqCst);
                Ok(engine)
            }
        }
    }
}

/// The engine syncs its folder past every seam, each time it has begun a file and before it says so. It also names the
/// files it found or made while opening, without a sync.
struct FolderSyncs {
    disk: SimulatedDisk,
    folder: PathBuf,
    running: AtomicBool,
}

impl EventListener for FolderSyncs {
    fn post_new_log_file(&self, _file: FileId) {
        if self.running.load(Ordering::SeqCst) {
            self.disk.sync_folder(&self.folder);
        }
    }
}

impl FileSystem for Disk {
    type Handle = DiskFile;
    type Reader = DiskCursor<RealReader>;
    type Writer = DiskCursor<RealWriter>;

    fn create<P: AsRef<Path>>(&self, path: P) -> io::Result<DiskFile> {
        match self {
            Self::Real => Ok(DiskFile::Real(Arc::new(DefaultFileSystem.create(path)?))),
            Self::Simulated(disk) => disk.create(path.as_ref()).map(DiskFile::Simulated),
        }
    }

    fn open<P: AsRef<Path>>(&self, path: P, permission: Permission) -> io::Result<DiskFile> {
        match self {
            Self::Real => Ok(DiskFile::Real(Arc::new(DefaultFileSystem.open(path, permission)?))),
            Self::Simulated(disk) => disk.open(path.as_ref()).map(DiskFile::Simulated),
        }
    }

    fn delete<P: AsRef<Path>>(&self, path: P) -> io::Result<()> {
        match self {
            Self::Real => DefaultFileSystem.delete(path),
            Self::Simulated(disk) => disk.remove(path.as_ref()),
        }
    }

    fn rename<P: AsRef<Path>>(&self, from: P, to: P) -> io::Result<()> {
        match self {
            Self::Real => DefaultFileSystem.rename(from, to),
            Self::Simulated(disk) => disk.rename(from.as_ref(), to.as_ref()),
        }
    }

    fn new_reader(&self, handle: Arc<DiskFile>) -> io::Result<Self::Reader> {
        Ok(match &*handle {
            DiskFile::Real(file) => DiskCursor::Real(DefaultFileSystem.new_reader(Arc::clone(file))?),
            DiskFile::Simulated(file) => DiskCursor::Simulated(file.share(), 0),
        })
    }

    fn new_writer(&self, handle: Arc<DiskFile>) -> io::Result<Self::Writer> {
        Ok(match &*handle {
            DiskFile::Real(file) => DiskCursor::Real(DefaultFileSystem.new_writer(Arc::clone(file))?),
            DiskFile::Simulated(file) => DiskCursor::Simulated(file.share(), 0),
        })
    }
}

impl Handle for DiskFile {
    fn truncate(&self, offset: usize) -> io::Result<()> {
        match self {
            Self::Real(file) => file.truncate(offset),
            Self::Simulated(file) => {
                file.change(FileChange::Truncate(offset as u64));
                Ok(())
            }
        }
    }

    fn file_size(&self) -> io::Result<usize> {
        match self {
            Self::Real(file) => file.file_size(),
            Self::Simulated(file) => Ok(file.size() as usize),
        }
    }

    fn sync(&self) -> io::Result<()> {
        match self {
            Self::Real(file) => file.sync(),
            Self::Simulated(file) => {
                file.sync();
                Ok(())
            }
        }
    }
}

impl<R: Read> Read for DiskCursor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Real(file) => file.read(buffer),
            Self::Simulated(file, offset) => {
                let count = file.read_at(*offset, buffer);
                *offset += count as u64;
                Ok(count)
            }
        }
    }
}

impl<R: Seek> Seek for DiskCursor<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Real(file) => file.seek(position),
            Self::Simulated(file, offset) => {
                let moved = match position {
                    SeekFrom::Start(offset) => Some(offset),
                    SeekFrom::Current(by) => offset.checked_add_signed(by),
                    SeekFrom::End(by) => file.size().checked_add_signed(by),
                };
                *offset = moved.ok_or_else(|| io::Error::other("a place before the beginning of a file"))?;
                Ok(*offset)
            }
        }
    }
}

impl<W: Write> Write for DiskCursor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Real(file) => file.write(bytes),
            Self::Simulated(file, offset) => {
                file.change(FileChange::Write(*offset, bytes.to_vec()));
                *offset += bytes.len() as u64;
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Real(file) => file.flush(),
            Self::Simulated(..) => Ok(()),
        }
    }
}

impl<W: WriteExt> WriteExt for DiskCursor<W> {
    fn truncate(&mut self, size: usize) -> io::Result<()> {
        match self {
            Self::Real(file) => file.truncate(size),
            Self::Simulated(file, offset) => {
                file.change(FileChange::Truncate(size as u64));
                *offset = size as u64;
                Ok(())
            }
        }
    }

    fn allocate(&mut self, offset: usize, size: usize) -> io::Result<()> {
        match self {
            Self::Real(file) => file.allocate(offset, size),
            Self::Simulated(file, _) => {
                file.change(FileChange::Extend((offset + size) as u64));
                Ok(())
            }
        }
    }
}
