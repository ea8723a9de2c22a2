//! What is done to the files of one node: no room is left for them, a bit of the log flips. Knows where a node keeps its log.

use crate::failure::{Context, Failure, Outcome};
use rustix::fs::{FallocateFlags, fallocate};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Takes all the room.
const FILLER: &str = "filler";
/// Room is taken in pieces that get smaller, down to this.
const PIECE_SIZE_BYTES_MIN: u64 = 4_096;
const PIECE_SIZE_BYTES_MAX: u64 = 1 << 30;

/// Leaves no room on the disk that is mounted there.
pub fn fill(mount: &Path) -> Outcome<()> {
    let path = mount.join(FILLER);
    let file = File::create(&path).context(path.display())?;
    let (mut taken_bytes, mut piece_bytes) = (0, PIECE_SIZE_BYTES_MAX);
    while piece_bytes >= PIECE_SIZE_BYTES_MIN {
        match fallocate(&file, FallocateFlags::empty(), taken_bytes, piece_bytes) {
            Ok(()) => taken_bytes += piece_bytes,
            Err(_) => piece_bytes /= 2,
        }
    }
    Ok(())
}

/// Gives the room back.
pub fn free(mount: &Path) -> Outcome<()> {
    let path = mount.join(FILLER);
    fs::remove_file(&path).context(path.display())
}

/// Flips a bit in the younger half of what the newest file of the log holds.
pub fn flip_a_bit(data: &Path, choice: usize) -> Outcome<()> {
    let path = newest_log(&data.join("log/engine")).context("there is no log to damage")?;
    let mut bytes = fs::read(&path).context(path.display())?;
    let end = bytes.iter().rposition(|byte| *byte != 0);
    let end = end.ok_or_else(|| Failure::Broken(format!("{} is empty", path.display())))?;
    let at = end / 2 + choice % (end / 2).max(1);
    bytes[at] ^= 1 << (choice % 8);
    fs::write(&path, bytes).context(path.display())
}

fn newest_log(folder: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let logs = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "raftlog"));
    let changed = |file: &fs::DirEntry| file.metadata().and_then(|metadata| metadata.modified());
    let newest = logs.max_by_key(|file| changed(file).unwrap_or(SystemTime::UNIX_EPOCH))?;
    Some(newest.path())
}

#[cfg(test)]
mod tests {
    use super::flip_a_bit;
    use std::fs;

    #[test]
    fn one_bit_flips_where_something_is() {
        let folder = tempfile::TempDir::new().unwrap();
        let log = folder.path().join("log/engine");
        fs::create_dir_all(&log).unwrap();
        assert!(flip_a_bit(folder.path(), 1).is_err());
        let mut written = vec![0xaa; 100];
        written.resize(4_096, 0);
        let path = log.join("0000000000000001.raftlog");
        fs::write(&path, &written).unwrap();
        flip_a_bit(folder.path(), 65_535).unwrap();
        let damaged = fs::read(&path).unwrap();
        let differing: Vec<usize> = (0..written.len()).filter(|at| written[*at] != damaged[*at]).collect();
        assert_eq!(differing.len(), 1);
        assert!((49..100).contains(&differing[0]));
        assert_eq!((written[differing[0]] ^ damaged[differing[0]]).count_ones(), 1);
    }
}
