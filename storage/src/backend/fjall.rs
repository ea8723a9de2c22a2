//! Ordered bytes in fjall: one keyspace, one batch per apply, no sync of its own until the log asks for it.
//!
//! Mind fjall's contract (docs/reliability.md): after one failed write or sync the database is poisoned for good, so every
//! error here ends the process; write stalls block the calling thread, so only the apply thread writes. A plain read of a keyspace
//! sees a batch while it is only half in memory: all reads go through a snapshot, which sees it whole or not at all.

use super::{Backend, Direction, Pair, Pairs, View, Write};
use corridor_domain::limits;
use fjall::config::CompressionPolicy;
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, PersistMode, Readable};
use std::io;
use std::path::Path;

const KEYSPACE_NAME: &str = "state";

/// Ordered bytes in a folder.
pub struct FjallBackend {
    database: Database,
    keyspace: Keyspace,
}

impl FjallBackend {
    /// Opens the folder, or begins it. The keyspace exists durably before anything is written to it.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let database = Database::builder(folder)
            .cache_size(limits::STATE_CACHE_SIZE_BYTES_MAX as u64)
            // Sealed bytes do not compress: neither here nor in the blocks.
            .journal_compression(CompressionType::None)
            .open()
            .map_err(broken)?;
        let options = || {
            KeyspaceCreateOptions::default()
                .data_block_compression_policy(CompressionPolicy::disabled())
                .max_memtable_size(limits::STATE_MEMTABLE_SIZE_BYTES_MAX as u64)
        };
        let keyspace = database.keyspace(KEYSPACE_NAME, options).map_err(broken)?;
        // fjall may drop the error of a sync made while a keyspace is created; this one it reports.
        database.persist(PersistMode::SyncAll).map_err(broken)?;
        Ok(Self { database, keyspace })
    }
}

fn broken(error: fjall::Error) -> io::Error {
    io::Error::other(format!("state store: {error}"))
}

fn pair(guard: fjall::Guard) -> io::Result<Pair> {
    let (key, value) = guard.into_inner().map_err(broken)?;
    Ok((key.to_vec(), value.to_vec()))
}

impl Backend for FjallBackend {
    fn get(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let found = self.database.snapshot().get(&self.keyspace, key).map_err(broken)?;
        Ok(found.map(|value| value.to_vec()))
    }

    fn scan(&self, from: &[u8], to: &[u8], direction: Direction) -> Pairs {
        if from >= to {
            return Box::new(std::iter::empty());
        }
        let found = self
            .database
            .snapshot()
            .range(&self.keyspace, from.to_vec()..to.to_vec());
        match direction {
            Direction::Forward => Box::new(found.map(pair)),
            Direction::Backward => Box::new(found.rev().map(pair)),
        }
    }

    fn commit(&self, writes: Vec<Write>) -> io::Result<()> {
        let mut batch = self.database.batch();
        for (key, value) in writes {
            match value {
                Some(value) => batch.insert(&self.keyspace, key, value),
                None => batch.remove(&self.keyspace, key),
            }
        }
        batch.commit().map_err(broken)
    }

    fn persist(&self) -> io::Result<()> {
        self.database.persist(PersistMode::SyncAll).map_err(broken)
    }

    fn view(&self) -> View {
        let moment = self.database.snapshot();
        let keyspace = self.keyspace.clone();
        Box::new(move || Box::new(moment.iter(&keyspace).map(pair)))
    }

    fn size_bytes(&self) -> u64 {
        self.database.disk_space().unwrap_or(0)
    }
}
