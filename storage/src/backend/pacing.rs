//! Gets what the store's journal holds to disk early, a little at a time, so that no large sync stands in the way of a commit.
//!
//! Below `fjall.rs`. fjall syncs its journal when a memtable is full, and holds the lock that every commit needs while it does: 16 MiB
//! at once stopped all commits for 30 to 100 ms (fjall-rs/fjall pull request 282 is about the same lock). A thread of our own
//! syncs the same file by a handle of its own each mebibyte; what is left when fjall comes is small. Nothing is promised by
//! these syncs, and nothing waits for them: it is only when the bytes go. Knows of the journal no more than where its files lie.
//!
//! The same is done to a state that is written whole: its files are synced by fjall each 64 MiB.

use corridor_domain::limits;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

/// The way to the thread. Dropping it ends the thread.
pub struct Pacing {
    wanted: SyncSender<()>,
    written_bytes: AtomicUsize,
    failure: Arc<OnceLock<io::ErrorKind>>,
}

impl Pacing {
    /// Begins to pace the journal of the store in this folder.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        let (wanted, next) = sync_channel(1);
        let failure = Arc::new(OnceLock::new());
        let folder = folder.to_owned();
        let told = failure.clone();
        let thread = std::thread::Builder::new().name("state-journal".to_owned());
        thread.spawn(move || serve(&folder, &next, &told))?;
        Ok(Self {
            wanted,
            written_bytes: AtomicUsize::new(0),
            failure,
        })
    }

    /// So many bytes went into the journal. Fails if an earlier sync failed: the process must end then, as for any other sync.
    pub fn wrote(&self, bytes: usize) -> io::Result<()> {
        if let Some(kind) = self.failure.get() {
            return Err(io::Error::new(*kind, "state store: the journal could not be synced"));
        }
        if self.written_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes >= limits::STATE_JOURNAL_PACE_BYTES {
            self.written_bytes.store(0, Ordering::Relaxed);
            // Full means that the thread will look again anyway.
            let _ = self.wanted.try_send(());
        }
        Ok(())
    }
}

fn serve(folder: &Path, next: &Receiver<()>, failure: &OnceLock<io::ErrorKind>) {
    while next.recv().is_ok() {
        if let Err(error) = sync_newest(folder) {
            tracing::error!(%error, "the state store's journal could not be synced");
            let _ = failure.set(error.kind());
            return;
        }
    }
}

fn sync_newest(folder: &Path) -> io::Result<()> {
    sync(newest(folder, Some(OsStr::new("jnl")))?)
}

/// Sends to disk what was written so far to the files that ingestions write to, in the folders of these keyspaces.
pub fn sync_tables<'a>(keyspaces: impl IntoIterator<Item = &'a Path>) -> io::Result<()> {
    keyspaces
        .into_iter()
        .try_for_each(|folder| sync(newest(&folder.join("tables"), None)?))
}

fn sync(file: Option<PathBuf>) -> io::Result<()> {
    match file.map(File::open).transpose() {
        Ok(file) => file.map_or(Ok(()), |file| file.sync_data()),
        // It was no longer needed between the two looks.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// The file that fjall writes to: of those named by a number, with this extension, the highest.
fn newest(folder: &Path, extension: Option<&OsStr>) -> io::Result<Option<PathBuf>> {
    let mut newest = None;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension() != extension {
            continue;
        }
        let number = path
            .file_stem()
            .and_then(OsStr::to_str)
            .and_then(|stem| stem.parse::<u64>().ok());
        if number > newest.as_ref().map(|(number, _)| *number) {
            newest = number.map(|number| (number, path));
        }
    }
    Ok(newest.map(|(_, path)| path))
}
