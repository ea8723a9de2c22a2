//! A disk in memory that keeps a [`Trace`] of all that is done to it.
//!
//! Stands where the machine's file system stands in production. Its files live in memory; only their names also stand in a
//! real folder, as empty files, because the log's engine lists its folder past every seam. It asks no clock and draws no
//! random byte: what is on it follows from the operations alone.

use super::trace::{FileChange, FileId, Operation, Trace};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Runs while a sync is under way, before it takes effect.
type DuringSync = Box<dyn Fn() + Send + Sync>;

/// A disk in memory. Clones share it.
#[derive(Clone)]
pub struct SimulatedDisk {
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    trace: Trace,
    during_sync: DuringSync,
    live: Mutex<Live>,
}

/// What a running process sees.
#[derive(Default)]
struct Live {
    names: BTreeMap<PathBuf, FileId>,
    /// Files without a name stay, since they may be open.
    files: BTreeMap<FileId, Vec<u8>>,
}

impl SimulatedDisk {
    /// An empty disk. The names of its files also stand in the folder `root`, which is its own.
    pub fn new(root: impl Into<PathBuf>, trace: Trace) -> Self {
        Self::build(root.into(), trace, Box::new(|| ()), Live::default())
    }

    /// An empty disk whose syncs take their time: `during_sync` runs before each takes effect, and may wait.
    pub fn with_slow_syncs(
        root: impl Into<PathBuf>,
        trace: Trace,
        during_sync: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self::build(root.into(), trace, Box::new(during_sync), Live::default())
    }

    /// A disk with these files, all durable. What happens to it goes into a trace of its own, which begins with them.
    pub fn holding(
        root: impl Into<PathBuf>,
        files: impl IntoIterator<Item = (PathBuf, Vec<u8>)>,
        trace: Trace,
    ) -> io::Result<Self> {
        let disk = Self::new(root, trace);
        for (name, bytes) in files {
            let path = disk.shared.root.join(&name);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let file = disk.create(&path)?;
            file.change(FileChange::Write(0, bytes));
            file.sync();
            disk.sync_folder(path.parent().unwrap_or(&path));
        }
        Ok(disk)
    }

    /// The disk of a machine that went on when its process was killed, after all that its trace holds: what was not synced is
    /// still on its way.
    pub fn after_kill(root: impl Into<PathBuf>, trace: Trace) -> io::Result<Self> {
        let mut live = Live::default();
        for operation in trace.operations() {
            match operation {
                Operation::Create(file, name) => {
                    live.names.insert(name, file);
                    live.files.insert(file, Vec::new());
                }
                Operation::Change(file, change) => change.apply(live.files.entry(file).or_default()),
                Operation::Rename(from, to) => {
                    live.names.remove(&from).map(|file| live.names.insert(to, file));
                }
                Operation::Remove(name) => {
                    live.names.remove(&name);
                }
                _ => {}
            }
        }
        let root = root.into();
        for name in live.names.keys() {
            let path = root.join(name);
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            File::create(path)?;
        }
        Ok(Self::build(root, trace, Box::new(|| ()), live))
    }

    fn build(root: PathBuf, trace: Trace, during_sync: DuringSync, live: Live) -> Self {
        let live = Mutex::new(live);
        Self {
            shared: Arc::new(Shared {
                root,
                trace,
                during_sync,
                live,
            }),
        }
    }

    /// Held while an operation is recorded, so that the trace has the order of the effects.
    fn live(&self) -> MutexGuard<'_, Live> {
        self.shared.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn name(&self, path: &Path) -> io::Result<PathBuf> {
        let inside = path.strip_prefix(&self.shared.root);
        inside
            .map(Path::to_owned)
            .map_err(|_| io::Error::other(format!("{} is not on this disk", path.display())))
    }

    /// Opens a file; it gets its name if there is none of that name.
    pub(super) fn create(&self, path: &Path) -> io::Result<SimulatedFile> {
        let name = self.name(path)?;
        let mut live = self.live();
        let known = live.names.get(&name).copied();
        let file = match known {
            Some(file) => file,
            None => {
                File::create(path)?;
                let file = live.files.last_key_value().map_or(1, |(last, _)| last + 1);
                live.names.insert(name.clone(), file);
                live.files.insert(file, Vec::new());
                self.shared.trace.record(Operation::Create(file, name));
                file
            }
        };
        drop(live);
        Ok(self.file(file))
    }

    pub(super) fn open(&self, path: &Path) -> io::Result<SimulatedFile> {
        let name = self.name(path)?;
        let found = self.live().names.get(&name).copied();
        found.map(|file| self.file(file)).ok_or_else(|| not_found(path))
    }

    fn file(&self, file: FileId) -> SimulatedFile {
        SimulatedFile {
            disk: self.clone(),
            file,
        }
    }

    pub(super) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let file = self.open(path)?.file;
        Ok(self.live().files.get(&file).cloned().unwrap_or_default())
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (source, target) = (self.name(from)?, self.name(to)?);
        let mut live = self.live();
        let file = live.names.remove(&source).ok_or_else(|| not_found(from))?;
        std::fs::rename(from, to)?;
        live.names.insert(target.clone(), file);
        self.shared.trace.record(Operation::Rename(source, target));
        Ok(())
    }

    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        let name = self.name(path)?;
        let mut live = self.live();
        live.names.remove(&name).ok_or_else(|| not_found(path))?;
        std::fs::remove_file(path)?;
        self.shared.trace.record(Operation::Remove(name));
        Ok(())
    }

    pub(super) fn sync_files(&self, folder: &Path) {
        let Ok(folder) = self.name(folder) else { return };
        let live = self.live();
        let inside = live.names.iter().filter(|(name, _)| name.parent() == Some(&folder));
        let files: Vec<FileId> = inside.map(|(_, file)| *file).collect();
        drop(live);
        files.into_iter().for_each(|file| self.file(file).sync());
    }

    /// What lies outside of the root is not of this disk.
    pub(super) fn sync_folder(&self, folder: &Path) {
        if let Ok(folder) = self.name(folder) {
            (self.shared.during_sync)();
            let _live = self.live();
            self.shared.trace.record(Operation::SyncFolder(folder));
        }
    }
}

impl fmt::Debug for SimulatedDisk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SimulatedDisk({})", self.shared.root.display())
    }
}

fn not_found(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no file {}", path.display()))
}

/// An open file.
pub struct SimulatedFile {
    disk: SimulatedDisk,
    file: FileId,
}

impl SimulatedFile {
    pub(super) fn change(&self, change: FileChange) {
        let mut live = self.disk.live();
        change.apply(live.files.entry(self.file).or_default());
        self.disk.shared.trace.record(Operation::Change(self.file, change));
    }

    pub(super) fn sync(&self) {
        (self.disk.shared.during_sync)();
        let _live = self.disk.live();
        self.disk.shared.trace.record(Operation::Sync(self.file));
    }

    pub(super) fn size(&self) -> u64 {
        self.disk
            .live()
            .files
            .get(&self.file)
            .map_or(0, |bytes| bytes.len() as u64)
    }

    /// Fills `buffer` from `offset` on; how many bytes there were.
    pub(super) fn read_at(&self, offset: u64, buffer: &mut [u8]) -> usize {
        let live = self.disk.live();
        let bytes = live.files.get(&self.file).map_or(&[][..], Vec::as_slice);
        let rest = bytes.get(offset as usize..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        count
    }

    pub(super) fn share(&self) -> Self {
        self.disk.file(self.file)
    }
}

impl FileChange {
    /// What the change makes of a file's bytes. What lies behind the end is zeros.
    pub(super) fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Write(offset, bytes) => {
                let (start, end) = (*offset as usize, *offset as usize + bytes.len());
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[start..end].copy_from_slice(bytes);
            }
            Self::Truncate(size) => file.resize(*size as usize, 0),
            Self::Extend(size) => file.resize(file.len().max(*size as usize), 0),
        }
    }
}
