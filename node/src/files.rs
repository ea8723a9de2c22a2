//! The data folder, which one process holds, and how many files it may open: each connection is one, and the log and the state
//! need theirs.
//!
//! A node that runs out of files cannot write its log and ends; so connections never take the last ones.

use crate::start::StartError;
use corridor_domain::limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// How many tunnels to other nodes the process can hold, in each direction: few files are few tunnels.
pub fn tunnels() -> usize {
    tunnels_within(getrlimit(Resource::Nofile).maximum)
}

fn tunnels_within(files: Option<u64>) -> usize {
    let share = files.map_or(usize::MAX, |files| usize::try_from(files / 16).unwrap_or(usize::MAX));
    share.min(limits::TUNNELS_COUNT_MAX)
}

/// How many of the wanted connections the process can hold, beside so many others. Asks the system for as many files as it may have.
pub fn connections_within(wanted: usize, others: usize) -> usize {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where this is not allowed, what there is must do.
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    );
    let files = getrlimit(Resource::Nofile).current;
    let possible = within(files.map(|files| files.saturating_sub(others as u64)), wanted);
    if possible < wanted {
        tracing::info!(
            files,
            connections = possible,
            "this process may open few files, so it takes fewer connections; LimitNOFILE or ulimit -n says how many"
        );
    }
    possible
}

fn within(files: Option<u64>, wanted: usize) -> usize {
    let Some(files) = files.and_then(|files| usize::try_from(files).ok()) else {
        return wanted;
    };
    // With hardly any files at all, half of them.
    let left = files.saturating_sub(limits::FILES_RESERVED_COUNT).max(files / 2);
    wanted.min(left)
}

/// One process a folder, and nobody else looks into it.
pub fn lock_folder(data: &Path) -> Result<File, StartError> {
    let what = || format!("the data folder {}", data.display());
    fs::create_dir_all(data).map_err(StartError::io(what()))?;
    fs::set_permissions(data, Permissions::from_mode(0o700)).map_err(StartError::io(what()))?;
    let lock = File::create(data.join("lock")).map_err(StartError::io(what()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => Err(StartError::refused(format!(
            "another corridor runs with {}; stop it first, or name another folder",
            data.display()
        ))),
        Err(fs::TryLockError::Error(error)) => Err(StartError::io(what())(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::{tunnels_within, within};

    #[test]
    fn the_log_keeps_its_files() {
        assert_eq!(within(None, 24_000), 24_000);
        assert_eq!(within(Some(65_536), 24_000), 24_000);
        assert_eq!(within(Some(4_096), 24_000), 3_072);
        assert_eq!(within(Some(1_024), 24_000), 512);
        assert_eq!(within(Some(1_024), 8), 8);
        assert_eq!(tunnels_within(None), 4_096);
        assert_eq!(tunnels_within(Some(65_536)), 4_096);
        assert_eq!(tunnels_within(Some(4_096)), 256);
    }
}
