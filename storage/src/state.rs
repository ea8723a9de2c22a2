//! Applied state: typed records over sealed bytes.
//!
//! Everything that reads state goes through [`Records`]: the store itself, or a transaction over it. Here values are sealed and
//! opened (the key of the store is the context, so swapped rows do not open); nothing here knows what a command is.

use crate::backend::{Backend, Direction};
use crate::keys::{self, Key, Table};
use crate::recent::Recent;
use crate::records::{self, Record};
use crate::sealing::StorageKey;
use crate::world::World;
use bytes::Bytes;
use std::io;
use std::sync::Arc;

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

/// The store: sealed bytes below, opened ones above.
#[derive(Clone)]
pub struct State {
    backend: Arc<dyn Backend>,
    world: Arc<dyn World>,
    /// This node's own: what is on this disk opens nowhere else.
    seal: StorageKey,
    /// The workspace's: the same on all nodes, since it is part of keys.
    index: StorageKey,
    recent: Arc<Recent>,
}

impl State {
    /// A store over these bytes.
    pub fn new(
        backend: Arc<dyn Backend>,
        world: Arc<dyn World>,
        node_key: &StorageKey,
        workspace_key: &StorageKey,
    ) -> Self {
        Self {
            backend,
            world,
            seal: node_key.derive("state"),
            index: workspace_key.derive("index"),
            recent: Arc::new(Recent::new()),
        }
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        self.backend.as_ref()
    }

    /// For durations.
    pub(crate) fn monotonic_ns(&self) -> u64 {
        self.world.monotonic_ns()
    }

    /// The hot records; only the apply thread changes them.
    pub(crate) fn recent(&self) -> &Recent {
        &self.recent
    }

    fn stored(&self, key: &[u8]) -> io::Result<Option<Bytes>> {
        let found = self.backend.get(key)?;
        let opened = found.map(|value| self.opened(key, value)).transpose()?;
        Ok(opened.map(Bytes::from))
    }

    /// For the apply thread only: as [`Records::bytes`], and the next one finds it faster.
    pub(crate) fn bytes_to_keep(&self, key: &[u8]) -> io::Result<Option<Bytes>> {
        if let Some(known) = self.recent.get(key) {
            return Ok(known);
        }
        let found = self.stored(key)?;
        self.recent.keep(key, &found);
        Ok(found)
    }

    /// The value as it goes to disk. An empty value says nothing and stays empty.
    pub(crate) fn sealed(&self, key: &[u8], value: &[u8]) -> Vec<u8> {
        if value.is_empty() {
            Vec::new()
        } else {
            self.seal.seal(self.world.as_ref(), key, value)
        }
    }

    /// The value as it came from disk.
    pub(crate) fn opened(&self, key: &[u8], value: Vec<u8>) -> io::Result<Vec<u8>> {
        if value.is_empty() {
            Ok(value)
        } else {
            Ok(self.seal.open(key, &value)?)
        }
    }

    /// Keys and opened bytes between two keys, in either direction; lazy.
    pub(crate) fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        direction: Direction,
    ) -> impl Iterator<Item = io::Result<(Key, Vec<u8>)>> + use<> {
        let this = self.clone();
        self.backend.scan(from, to, direction).map(move |pair| {
            let (key, value) = pair?;
            let value = this.opened(&key, value)?;
            Ok((key, value))
        })
    }
}

impl Records for State {
    fn bytes(&self, key: &[u8]) -> io::Result<Option<Bytes>> {
        match self.recent.get(key) {
            Some(known) => Ok(known),
            None => self.stored(key),
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
