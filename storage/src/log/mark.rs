//! The high-water marks: for every group, an index that was durable once.
//!
//! Stands beside the log, in a small file of its own, so that a log which lost its end cannot pass for a short one. The
//! marks run a little behind (that is the part one node alone cannot notice) and never cost the hot path a sync. It
//! refuses to know entries.
//!
//! File: `CRDMARK1 | count u32 | (group u64, index u64)* | keyed fingerprint (16)`, little-endian.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{GroupId, LogError};
use crate::disk::Disk;
use crate::sealing::StorageKey;

const MAGIC: &[u8; 8] = b"CRDMARK1";
const FILE_NAME: &str = "high-water";
const FINGERPRINT_SIZE_BYTES: usize = 16;

/// The marks and their file.
pub(super) struct Marks {
    disk: Disk,
    directory: PathBuf,
    key: StorageKey,
    marks: BTreeMap<GroupId, u64>,
}

impl Marks {
    /// Loads the marks of a log folder; none if there is no file yet.
    pub fn load(disk: Disk, directory: &Path, key: StorageKey) -> Result<Self, LogError> {
        let marks = match disk.read(&directory.join(FILE_NAME)) {
            Ok(bytes) => decode(&bytes, &key).map_err(LogError::MarkDamaged)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(LogError::Unusable(error)),
        };
        Ok(Self {
            disk,
            directory: directory.to_owned(),
            key,
            marks,
        })
    }

    /// All marks.
    pub fn all(&self) -> impl Iterator<Item = (GroupId, u64)> + '_ {
        self.marks.iter().map(|(group, mark)| (*group, *mark))
    }

    /// Raises the marks to what is durable now, and writes them if one moved.
    pub fn raise(&mut self, durable: impl Iterator<Item = (GroupId, u64)>) -> io::Result<()> {
        let mut moved = false;
        for (group, last) in durable {
            let mark = self.marks.entry(group).or_insert_with(|| {
                moved = true;
                last
            });
            if *mark < last {
                *mark = last;
                moved = true;
            }
        }
        if moved { self.write() } else { Ok(()) }
    }

    /// Lowers a mark before a truncation: were it lowered after, a crash between would condemn a healthy node.
    pub fn lower(&mut self, group: GroupId, last: Option<u64>) -> io::Result<()> {
        let Some(mark) = self.marks.get(&group).copied() else {
            return Ok(());
        };
        match last {
            Some(last) if last >= mark => return Ok(()),
            Some(last) => self.marks.insert(group, last),
            None => self.marks.remove(&group),
        };
        self.write()
    }

    fn write(&self) -> io::Result<()> {
        let temporary = self.directory.join("high-water.new");
        let bytes = encode(&self.marks, &self.key);
        self.disk.replace(&self.directory.join(FILE_NAME), &temporary, &bytes)
    }
}

fn encode(marks: &BTreeMap<GroupId, u64>, key: &StorageKey) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(MAGIC.len() + 4 + marks.len() * 16 + FINGERPRINT_SIZE_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&(marks.len() as u32).to_le_bytes());
    for (group, mark) in marks {
        bytes.extend_from_slice(&group.to_le_bytes());
        bytes.extend_from_slice(&mark.to_le_bytes());
    }
    let fingerprint = key.fingerprint(&bytes);
    bytes.extend_from_slice(&fingerprint);
    bytes
}

fn decode(bytes: &[u8], key: &StorageKey) -> Result<BTreeMap<GroupId, u64>, String> {
    let (body, fingerprint) = bytes
        .split_last_chunk::<FINGERPRINT_SIZE_BYTES>()
        .ok_or("the file is too short")?;
    if key.fingerprint(body) != *fingerprint {
        return Err("the fingerprint does not match".to_owned());
    }
    let body = body.strip_prefix(MAGIC).ok_or("not a mark file")?;
    let (count, body) = body.split_first_chunk::<4>().ok_or("the count is missing")?;
    let (pairs, rest) = body.as_chunks::<16>();
    if !rest.is_empty() || pairs.len() != u32::from_le_bytes(*count) as usize {
        return Err("the count does not match".to_owned());
    }
    let pair = |pair: &[u8; 16]| {
        let both = u128::from_le_bytes(*pair);
        (both as u64, (both >> 64) as u64)
    };
    Ok(pairs.iter().map(pair).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Marks, decode, encode};
    use crate::disk::Disk;
    use crate::sealing::StorageKey;

    fn key() -> StorageKey {
        StorageKey::from_bytes([3; 32])
    }

    #[test]
    fn a_damaged_file_is_never_believed() {
        let marks = BTreeMap::from([(0, 7), (3, u64::MAX - 1)]);
        let bytes = encode(&marks, &key());
        assert_eq!(decode(&bytes, &key()), Ok(marks));
        for position in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[position] ^= 1;
            assert!(decode(&damaged, &key()).is_err());
            assert!(decode(&bytes[..position], &key()).is_err());
        }
    }

    #[test]
    fn marks_rise_fall_and_survive() {
        let folder = tempfile::tempdir().unwrap();
        let mut marks = Marks::load(Disk::Real, folder.path(), key()).unwrap();
        marks.raise([(1, 10), (2, 5)].into_iter()).unwrap();
        marks.raise([(1, 8)].into_iter()).unwrap();
        marks.lower(2, Some(3)).unwrap();
        marks.lower(2, Some(4)).unwrap();
        let found = Marks::load(Disk::Real, folder.path(), key()).unwrap();
        assert_eq!(found.all().collect::<Vec<_>>(), vec![(1, 10), (2, 3)]);
    }
}
