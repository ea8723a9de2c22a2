//! One batch in the making: reads see its own writes, nothing reaches the store before it is whole.
//!
//! The rolling state hash is taken here, over keys and clear values in the order of writing: the nodes seal differently, but
//! agree on this.

use crate::keys::{Fingerprint, Key, Table};
use crate::records::{Record, Scratch};
use crate::state::{Records, State};
use crate::store;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;

/// Writes over a store that nobody sees yet.
pub(crate) struct Transaction<'a> {
    state: &'a State,
    writes: store::Records,
    hasher: Sha256,
    scratch: Scratch,
}

impl<'a> Transaction<'a> {
    /// An empty batch; the hash goes on from `hash`.
    pub(crate) fn new(state: &'a State, hash: &[u8; 32]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(hash);
        Self {
            state,
            writes: BTreeMap::new(),
            hasher,
            scratch: Scratch::default(),
        }
    }

    pub(crate) fn put<R: Record>(&mut self, key: Key, record: &R) -> io::Result<()> {
        let value = self.scratch.encode(record)?;
        self.put_bytes(key, value);
        Ok(())
    }

    pub(crate) fn put_bytes(&mut self, key: Key, value: impl Into<Bytes>) {
        let value = value.into();
        self.mix(&key, Some(&value));
        self.writes.insert(key, Some(value));
    }

    /// Writes what only this node says of itself: not part of the hash.
    pub(crate) fn put_local(&mut self, key: Key, value: Vec<u8>) {
        self.writes.insert(key, Some(value.into()));
    }

    pub(crate) fn remove(&mut self, key: Key) {
        self.mix(&key, None);
        self.writes.insert(key, None);
    }

    fn mix(&mut self, key: &[u8], value: Option<&[u8]>) {
        self.hasher.update((key.len() as u32).to_be_bytes());
        self.hasher.update(key);
        self.hasher
            .update(value.map_or(u32::MAX, |value| value.len() as u32).to_be_bytes());
        self.hasher.update(value.unwrap_or_default());
    }

    /// For a planted mistake: nothing here may ask the time.
    pub(crate) fn now_ms(&self) -> u64 {
        self.state.store().now_ms()
    }

    /// Closes the hash over what was written since the last time.
    pub(crate) fn roll_hash(&mut self) -> [u8; 32] {
        let hash: [u8; 32] = std::mem::take(&mut self.hasher).finalize().into();
        self.hasher.update(hash);
        hash
    }

    /// Writes everything at once.
    pub(crate) fn commit(self) -> io::Result<()> {
        self.state.write(self.writes)
    }
}

impl Records for Transaction<'_> {
    fn bytes(&self, key: &[u8]) -> io::Result<Option<Bytes>> {
        match self.writes.get(key) {
            Some(written) => Ok(written.clone()),
            None => self.state.bytes_to_keep(key),
        }
    }

    fn prefix(&self, prefix: &[u8], limit: usize) -> io::Result<Vec<(Key, Vec<u8>)>> {
        let (from, to) = crate::keys::range_of(prefix);
        let written: Vec<_> = self.writes.range(from..to).collect();
        // What was removed here may hide that many of the store's.
        let mut merged: BTreeMap<Key, Vec<u8>> =
            self.state.prefix(prefix, limit + written.len())?.into_iter().collect();
        for (key, value) in written {
            match value {
                Some(value) => merged.insert(key.clone(), value.to_vec()),
                None => merged.remove(key),
            };
        }
        Ok(merged.into_iter().take(limit).collect())
    }

    fn fingerprint(&self, table: Table, text: &str) -> Fingerprint {
        self.state.fingerprint(table, text)
    }
}
