//! Ordered bytes in fjall: two keyspaces, one batch after another, no sync of its own until the log asks for it.
//!
//! A database is one generation. A state that comes whole from another node is written beside it as the next one, made durable, and
//! then one small file says which of them counts: a crash leaves the old or the new.
//!
//! Mind fjall's contract (docs/reliability.md): after one failed write or sync the database is poisoned for good, so every
//! error here ends the process; write stalls block the calling thread, so only the carrier writes (`store.rs`). A plain read of a keyspace
//! sees a batch while it is only half in memory: all reads go through a snapshot, which sees it whole or not at all.

use super::background;
use super::generations::{self, Retired};
use super::pacing::{self, Pacing};
use super::{Backend, Direction, Pair, Pairs, View, Write, in_order};
use crate::keys;
use corridor_domain::limits;
use fjall::compaction::Leveled;
use fjall::config::{CompressionPolicy, PinningPolicy};
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode, Readable};
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

const PRESENT_NAME: &str = "present";
const PAST_NAME: &str = "past";

/// Threads of the store. With two, one of them spins while the other compacts: its flushes are sent round and round (fjall 3.1).
const WORKERS_COUNT: usize = 1;
/// What it calls them.
const WORKER_NAME: &str = "fjall:worker";

/// Ordered bytes in a folder.
pub struct FjallBackend {
    folder: PathBuf,
    current: RwLock<Arc<Generation>>,
}

/// One database: two keyspaces, one order, one journal. Whoever reads a keyspace waits while it takes up a new file or lets go of old
/// ones. The past is large and seldom read, and what commands look at must not wait for it: so it stands apart.
struct Generation {
    number: u64,
    database: Database,
    present: Keyspace,
    past: Keyspace,
    pacing: Pacing,
    /// Whoever still holds it may read on; with the last one its files go.
    retired: Retired,
}

impl FjallBackend {
    /// Opens the folder, or begins it. The keyspaces exist durably before anything is written to them.
    pub fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let number = generations::current(folder)?;
        let generation = Generation::open(folder, number)?;
        generations::set_current(folder, number)?;
        Ok(Self {
            folder: folder.to_owned(),
            current: RwLock::new(Arc::new(generation)),
        })
    }

    fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Generation {
    fn open(folder: &Path, number: u64) -> io::Result<Self> {
        let folder = generations::folder_of(folder, number);
        let database = Database::builder(&folder)
            .cache_size(limits::STATE_CACHE_SIZE_BYTES_MAX as u64)
            // Sealed bytes do not compress: neither here nor in the blocks.
            .journal_compression(CompressionType::None)
            .worker_threads(WORKERS_COUNT)
            .open()
            .map_err(broken)?;
        let open = |name: &str, new_tables: u8| {
            let options = || {
                let tables = Leveled::default()
                    .with_table_target_size(limits::STATE_TABLE_SIZE_BYTES as u64)
                    .with_l0_threshold(new_tables);
                KeyspaceCreateOptions::default()
                    .data_block_compression_policy(CompressionPolicy::disabled())
                    // Most commands are new: their answers are looked for in every level, and found in none.
                    .filter_block_pinning_policy(PinningPolicy::new([true, true, true, false]))
                    .max_memtable_size(limits::STATE_MEMTABLE_SIZE_BYTES_MAX as u64)
                    .compaction_strategy(Arc::new(tables))
            };
            database.keyspace(name, options).map_err(broken)
        };
        let present = open(PRESENT_NAME, limits::STATE_NEW_TABLES_COUNT)?;
        let past = open(PAST_NAME, limits::STATE_NEW_TABLES_OF_THE_PAST_COUNT)?;
        // fjall may drop the error of a sync made while a keyspace is created; this one it reports.
        database.persist(PersistMode::SyncAll).map_err(broken)?;
        if let Err(error) = background::lower(WORKER_NAME) {
            tracing::warn!(%error, "the state store tidies up at full priority");
        }
        let pacing = Pacing::begin(&folder)?;
        Ok(Self {
            number,
            database,
            present,
            past,
            pacing,
            retired: Retired::new(folder),
        })
    }

    /// Where keys with this first byte stand.
    fn keyspace(&self, first: u8) -> &Keyspace {
        if keys::is_past(first) {
            &self.past
        } else {
            &self.present
        }
    }

    fn commit(&self, writes: Vec<Write>) -> io::Result<()> {
        // As the database makes one, with room for all.
        let batch = OwnedWriteBatch::with_capacity(self.database.clone(), writes.len());
        let mut batch = batch.durability(Some(PersistMode::Buffer));
        let mut bytes = 0;
        for (key, value) in writes {
            bytes += key.len() + value.as_ref().map_or(0, Vec::len);
            let keyspace = self.keyspace(key.first().copied().unwrap_or_default());
            match value {
                Some(value) => batch.insert(keyspace, key, value),
                None => batch.remove(keyspace, key),
            }
        }
        batch.commit().map_err(broken)?;
        self.pacing.wrote(bytes)
    }

    /// Writes a whole state into an empty generation, durably: straight into files, past journal, memory and merges, which would
    /// write it three times over.
    fn fill(&self, pairs: &mut dyn Iterator<Item = io::Result<Pair>>) -> io::Result<()> {
        let mut present = self.present.start_ingestion().map_err(broken)?;
        let mut past = self.past.start_ingestion().map_err(broken)?;
        let mut unsynced_bytes = 0;
        // An ingestion panics where they are not in order.
        for pair in in_order(pairs) {
            let (key, value) = pair?;
            unsynced_bytes += key.len() + value.len();
            let of_past = keys::is_past(key.first().copied().unwrap_or_default());
            let files = if of_past { &mut past } else { &mut present };
            files.write(key, value).map_err(broken)?;
            if unsynced_bytes >= limits::STATE_REPLACE_PACE_BYTES {
                pacing::sync_tables([&self.present, &self.past].map(Keyspace::path))?;
                unsynced_bytes = 0;
            }
        }
        present.finish().map_err(broken)?;
        past.finish().map_err(broken)?;
        self.persist()
    }

    fn persist(&self) -> io::Result<()> {
        self.database.persist(PersistMode::SyncAll).map_err(broken)
    }

    /// The keyspaces in which a range lies, with the part of it that each has, in key order. `to`: none is the end of all keys.
    fn parts(&self, from: &[u8], to: Option<&[u8]>) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut start = from.to_vec();
        loop {
            let first = start.first().copied().unwrap_or_default();
            let border = (first..=u8::MAX).find(|next| keys::is_past(*next) != keys::is_past(first));
            let border = border.map(|first| vec![first]);
            let border = border.filter(|border| to.is_none_or(|to| border.as_slice() < to));
            let end = border.as_deref().or(to).map(<[u8]>::to_vec);
            let end = end.map_or(Bound::Unbounded, Bound::Excluded);
            parts.push((self.keyspace(first).clone(), (Bound::Included(start), end)));
            match border {
                Some(border) => start = border,
                None => return parts,
            }
        }
    }
}

/// A keyspace and a range of its keys.
type Part = (Keyspace, (Bound<Vec<u8>>, Bound<Vec<u8>>));

fn broken(error: fjall::Error) -> io::Error {
    let kind = match error {
        fjall::Error::Locked => io::ErrorKind::ResourceBusy,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, format!("state store: {error}"))
}

fn pair(guard: fjall::Guard) -> io::Result<Pair> {
    let (key, value) = guard.into_inner().map_err(broken)?;
    Ok((key.to_vec(), value.to_vec()))
}

impl Backend for FjallBackend {
    fn get(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let generation = self.generation();
        let keyspace = generation.keyspace(key.first().copied().unwrap_or_default());
        let found = generation.database.snapshot().get(keyspace, key).map_err(broken)?;
        Ok(found.map(|value| value.to_vec()))
    }

    fn scan(&self, from: &[u8], to: &[u8], direction: Direction) -> Pairs {
        if from >= to {
            return Box::new(std::iter::empty());
        }
        // The moment is now. The ranges are opened when they are walked: that may wait while the store tidies up.
        let generation = self.generation();
        let moment = generation.database.snapshot();
        let parts = generation.parts(from, Some(to)).into_iter();
        match direction {
            Direction::Forward => Box::new(held(
                generation,
                parts
                    .flat_map(move |(keyspace, range)| moment.range(&keyspace, range))
                    .map(pair),
            )),
            Direction::Backward => Box::new(held(
                generation,
                parts
                    .rev()
                    .flat_map(move |(keyspace, range)| moment.range(&keyspace, range).rev())
                    .map(pair),
            )),
        }
    }

    fn commit(&self, writes: Vec<Write>) -> io::Result<()> {
        self.generation().commit(writes)
    }

    fn persist(&self) -> io::Result<()> {
        self.generation().persist()
    }

    fn replace(&self, pairs: &mut dyn Iterator<Item = io::Result<Pair>>) -> io::Result<()> {
        // Nobody waits for this node before it is done, and others work beside it. What replaces a state ends with it.
        if let Err(error) = background::lower_this() {
            tracing::warn!(%error, "a state is replaced at full priority");
        }
        let old = self.generation();
        let number = old.number + 1;
        generations::clear(&self.folder, number)?;
        let new = Generation::open(&self.folder, number)?;
        new.fill(pairs)?;
        generations::set_current(&self.folder, number)?; // Durable before anybody sees it.
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        old.retired.retire();
        Ok(())
    }

    fn view(&self) -> View {
        let generation = self.generation();
        let moment = Arc::new(generation.database.snapshot());
        let parts = generation.parts(&[], None);
        Box::new(move || {
            let moment = Arc::clone(&moment);
            let parts = parts.clone().into_iter();
            Box::new(held(
                Arc::clone(&generation),
                parts
                    .flat_map(move |(keyspace, range)| moment.range(&keyspace, range))
                    .map(pair),
            ))
        })
    }

    fn size_bytes(&self) -> u64 {
        self.generation().database.disk_space().unwrap_or(0)
    }
}

/// The pairs, and the generation for as long as they are walked.
fn held<P: Iterator<Item = io::Result<Pair>>>(generation: Arc<Generation>, pairs: P) -> impl Iterator<Item = P::Item> {
    pairs.inspect(move |_| {
        let _ = &generation;
    })
}
