//! Where a state that arrives from another node waits until it is whole: a file without a name, sealed piece by piece.
//!
//! Stands under the cluster's transfers. The file is removed from its folder as soon as it is there, so whatever ends the process, it
//! leaves nothing behind; the key is drawn for this one file and never written. It refuses to know what a piece holds.

use crate::sealing::{SEAL_OVERHEAD_SIZE_BYTES, StorageKey};
use crate::world::World;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Makes spools in one folder.
#[derive(Clone)]
pub struct Spools {
    folder: PathBuf,
    world: Arc<dyn World>,
}

impl Spools {
    /// Spools in this folder, which is made when it is needed.
    pub fn new(folder: &Path, world: Arc<dyn World>) -> Self {
        Self {
            folder: folder.to_owned(),
            world,
        }
    }

    /// An empty spool.
    pub fn begin(&self) -> io::Result<Spool> {
        fs::create_dir_all(&self.folder)?;
        let mut number = [0; 8];
        self.world.fill_random(&mut number);
        let path = self.folder.join(format!("{:016x}.spool", u64::from_le_bytes(number)));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        fs::remove_file(&path)?;
        Ok(Spool {
            file,
            key: StorageKey::generate(self.world.as_ref()),
            world: Arc::clone(&self.world),
            places: Vec::new(),
        })
    }
}

/// Pieces, in the order in which they were put.
pub struct Spool {
    file: File,
    key: StorageKey,
    world: Arc<dyn World>,
    /// Where each sealed piece begins, and its size.
    places: Vec<(u64, usize)>,
}

impl Spool {
    /// Puts a piece behind the others.
    pub fn put(&mut self, piece: &[u8]) -> io::Result<()> {
        let number = self.places.len() as u64;
        let sealed = self.key.seal(self.world.as_ref(), &number.to_le_bytes(), piece);
        debug_assert_eq!(sealed.len(), piece.len() + SEAL_OVERHEAD_SIZE_BYTES);
        let begin = self.places.last().map_or(0, |(begin, size)| begin + *size as u64);
        self.file.write_all(&sealed)?;
        self.places.push((begin, sealed.len()));
        Ok(())
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// A piece again; `None` behind the last.
    pub fn get(&self, number: usize) -> io::Result<Option<Vec<u8>>> {
        let Some((begin, size_bytes)) = self.places.get(number) else {
            return Ok(None);
        };
        let mut sealed = vec![0; *size_bytes];
        self.file.read_exact_at(&mut sealed, *begin)?;
        Ok(Some(self.key.open(&(number as u64).to_le_bytes(), &sealed)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::TestWorld;

    #[test]
    fn pieces_come_back_in_their_places_and_leave_no_file() {
        let folder = std::env::temp_dir().join(format!("corridor-spool-{}", std::process::id()));
        let spools = Spools::new(&folder, Arc::new(TestWorld::new(0, 3)));
        let mut spool = spools.begin().unwrap();
        let pieces = [b"potassium 6.9".to_vec(), Vec::new(), vec![7; 100_000]];
        for piece in &pieces {
            spool.put(piece).unwrap();
        }
        for round in 0..2 {
            let back: Vec<_> = (0..3).map(|number| spool.get(number).unwrap().unwrap()).collect();
            assert!(back == pieces, "walked {round} times before");
        }
        assert_eq!(spool.get(3).unwrap(), None);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        let mut clear = vec![0; 13];
        spool.file.read_exact_at(&mut clear, 25).unwrap();
        assert_ne!(clear, pieces[0]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
