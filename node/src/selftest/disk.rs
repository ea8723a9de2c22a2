//! How long one durable write takes on this machine's data folder: what every acknowledgement waits for at least.
//!
//! Writes one small file beside the node's and takes it away again. Refuses to know what a node writes.

use super::failure::{Context, Outcome};
use corridor_storage::world::World;
use serde::Serialize;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// So many are measured.
const WRITES: usize = 20;
/// Each is so large: a batch of a few messages.
const WRITE_SIZE_BYTES: usize = 4_096;

/// What a write took until the disk had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DurableWrite {
    /// The one in the middle.
    pub p50_us: u64,
    /// The slowest.
    pub slowest_us: u64,
    /// Of so many.
    pub writes: usize,
}

/// Measures in that folder, under that name. Waits for the disk.
pub fn measure(folder: &Path, name: &str, world: &dyn World) -> Outcome<DurableWrite> {
    let file = folder.join(format!("{name}.tmp"));
    let measured = write(&file, world);
    // If it stays, it is a few kilobytes that nobody reads.
    let _ = fs::remove_file(&file);
    let mut took_us = measured.context(format!("writing {}", file.display()))?;
    took_us.sort_unstable();
    Ok(DurableWrite {
        p50_us: took_us[WRITES / 2],
        slowest_us: took_us[WRITES - 1],
        writes: WRITES,
    })
}

fn write(file: &Path, world: &dyn World) -> io::Result<[u64; WRITES]> {
    let mut open = OpenOptions::new().write(true).create_new(true).open(file)?;
    let mut took_us = [0; WRITES];
    for took_us in &mut took_us {
        let begun_ns = world.monotonic_ns();
        open.write_all(&[0x5a; WRITE_SIZE_BYTES])?;
        open.sync_data()?;
        *took_us = world.monotonic_ns().saturating_sub(begun_ns) / 1_000;
    }
    Ok(took_us)
}

#[cfg(test)]
mod tests {
    use super::{WRITES, measure};
    use corridor_storage::world::SystemWorld;

    #[test]
    fn writes_are_measured_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let measured = measure(folder.path(), "selftest-1", &SystemWorld::new()).unwrap();
        assert!(measured.p50_us <= measured.slowest_us && measured.writes == WRITES);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let nowhere = folder.path().join("nowhere");
        assert!(measure(&nowhere, "selftest-1", &SystemWorld::new()).is_err());
    }
}
