//! Applied state: typed records over sealed bytes.
//!
//! Everything that reads state goes through [`Records`]: the store itself, or a transaction over it. Here values are sealed and
//! opened (the key of the store is the context, so swapped rows do not open); nothing here knows what a command is.

use crate::backend::{Backend, Direction};
use crate::keys::{self, Key, Table};
use crate::recent::{self, Recent};
use crate::records::{self, Record};
use crate::sealing::StorageKey;
use crate::store::{self, Opened, Sealer, Store};
use crate::world::World;
use bytes::Bytes;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Read access to records, by key and by prefix.
pub trait Records {
    /// The opened bytes of a key.
    fn bytes(&self, key: &[u8]) -> io::Result<Option<Bytes>>;

    /// Keys and opened bytes of a prefix, ascending, at most `limit`.
    fn prefix(&self, prefix: &[u8], limit: usize) -> io::Result<Vec<(Key, Vec<u8>)>>;

    /// A fingerprint under the workspace's index key, for tables whose keys must not be readable.
    fn fingerprint(&self, table: Table, text: &str) -> keys::Fingerprint;

    /// A record.
    fn record<R: Record>(&self, key: &[u8]) -> io::Result<Option<R>>
    where
        Self: Sized,
    {
        self.bytes(key)?.map(|bytes| records::decode(&bytes)).transpose()
    }

    /// The ids that end the keys of a prefix.
    fn ids(&self, prefix: &[u8], limit: usize) -> io::Result<Vec<[u8; 16]>> {
        Ok(self
            .prefix(prefix, limit)?
            .iter()
            .filter_map(|(key, _)| keys::last_id(key))
            .collect())
    }

    /// An id that is kept as a value.
    fn id(&self, key: &[u8]) -> io::Result<Option<[u8; 16]>> {
        let Some(bytes) = self.bytes(key)? else { return Ok(None) };
        let id = <[u8; 16]>::try_from(bytes.as_ref()).map_err(|_| damaged("an id is not sixteen bytes long"))?;
        Ok(Some(id))
    }

    /// A number that is kept as a value.
    fn number(&self, key: &[u8]) -> io::Result<Option<u64>> {
        let Some(bytes) = self.bytes(key)? else { return Ok(None) };
        let number = <[u8; 8]>::try_from(bytes.as_ref()).map_err(|_| damaged("a number is not eight bytes long"))?;
        Ok(Some(u64::from_be_bytes(number)))
    }
}

pub(crate) fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("state store: {what}"))
}

/// The state of a workspace: records above, the store below, the hot ones in between.
#[derive(Clone)]
pub struct State {
    store: Store,
    /// The workspace's: the same on all nodes, since it is part of keys.
    index: StorageKey,
    recent: Arc<Recent>,
}

impl State {
    /// A state over these bytes. Every batch goes there at once.
    pub fn new(
        backend: Arc<dyn Backend>,
        world: Arc<dyn World>,
        node_key: &StorageKey,
        workspace_key: &StorageKey,
    ) -> Self {
        let key = node_key.derive("state");
        Self {
            store: Store::new(backend, Sealer { world, key }),
            index: workspace_key.derive("index"),
            recent: Arc::new(Recent::new()),
        }
    }

    /// From now on a thread carries batches to the backend, after they have gathered for that long; nobody who is answered waits for it.
    pub fn with_carrier(self, gather: Duration) -> io::Result<Self> {
        let store = self.store.with_carrier(gather)?;
        Ok(Self { store, ..self })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The hot records; only the apply thread changes them.
    pub(crate) fn recent(&self) -> &Recent {
        &self.recent
    }

    /// For the apply thread only: as [`Records::bytes`], and the next one finds it faster.
    pub(crate) fn bytes_to_keep(&self, key: &[u8]) -> io::Result<Option<Bytes>> {
        if let Some(known) = self.recent.get(key) {
            return Ok(known);
        }
        let found = self.store.get(key)?;
        self.recent.keep(key, &found);
        Ok(found)
    }

    /// For the apply thread only: writes a batch.
    pub(crate) fn write(&self, records: store::Records) -> io::Result<()> {
        records.keys().for_each(|key| self.recent.forget(key));
        let hot: Vec<_> = records
            .iter()
            .filter(|(key, _)| recent::is_kept(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        self.store.write(records)?;
        hot.into_iter().for_each(|(key, value)| self.recent.keep(&key, &value));
        Ok(())
    }

    /// Keys and opened bytes between two keys, in either direction; lazy.
    pub(crate) fn scan(&self, from: &[u8], to: &[u8], direction: Direction) -> Opened {
        self.store.scan(from, to, direction)
    }
}

impl Records for State {
    fn bytes(&self, key: &[u8]) -> io::Result<Option<Bytes>> {
        match self.recent.get(key) {
            Some(known) => Ok(known),
            None => self.store.get(key),
        }
    }

    fn prefix(&self, prefix: &[u8], limit: usize) -> io::Result<Vec<(Key, Vec<u8>)>> {
        let (from, to) = keys::range_of(prefix);
        self.scan(&from, &to, Direction::Forward).take(limit).collect()
    }

    fn fingerprint(&self, table: Table, text: &str) -> keys::Fingerprint {
        let mut bytes = vec![table as u8];
        bytes.extend_from_slice(text.trim().to_lowercase().as_bytes());
        self.index.fingerprint(&bytes)
    }
}
