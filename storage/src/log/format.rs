//! How the log's records lie in the log engine: names, bytes, seals.
//!
//! Stands at the edge to the engine. It refuses to know threads and order of writes.
//!
//! Stored format, version 1 (all numbers little-endian):
//! - entry: an engine entry whose `value` is the sealed bytes; context `e | group | index`
//! - named value: key `v:` + name, sealed; context `v | group | name`
//! - exclusive end of the valid entries: key `i:cap`, `0` or `1 | index`
//! - lowest index that was not purged: key `i:floor`, `index`

use std::io;

use bytes::Bytes;
use protobuf::well_known_types::Any;
use raft_engine::MessageExt;

use super::GroupId;
use crate::sealing::StorageKey;
use crate::world::World;

/// Where the cap of a truncated tail is stored.
pub(super) const CAP_KEY: &[u8] = b"i:cap";
/// Where the first index that was not purged is stored.
pub(super) const FLOOR_KEY: &[u8] = b"i:floor";
/// What every named value's key starts with.
pub(super) const NAMED_VALUE_PREFIX: &[u8] = b"v:";

/// Tells the engine how to find an entry's index: it is the entry's type name, in digits.
pub(super) struct EngineEntry;

impl MessageExt for EngineEntry {
    type Entry = Any;

    fn index(entry: &Any) -> u64 {
        // An entry that is not ours gets an index no log reaches; the engine's own check then refuses it.
        entry.get_type_url().parse().unwrap_or(u64::MAX)
    }
}

/// Seals one entry for its place.
pub(super) fn seal_entry(key: &StorageKey, world: &dyn World, group: GroupId, index: u64, clear: &[u8]) -> Any {
    let mut entry = Any::new();
    entry.set_type_url(index.to_string());
    entry.set_value(key.seal(world, &entry_context(group, index), clear));
    entry
}

/// Opens an entry read from its place.
pub(super) fn open_entry(key: &StorageKey, group: GroupId, index: u64, entry: &Any) -> io::Result<Bytes> {
    Ok(Bytes::from(key.open(&entry_context(group, index), entry.get_value())?))
}

fn entry_context(group: GroupId, index: u64) -> [u8; 17] {
    let mut context = [b'e'; 17];
    context[1..9].copy_from_slice(&group.to_le_bytes());
    context[9..].copy_from_slice(&index.to_le_bytes());
    context
}

/// The engine key of a named value.
pub(super) fn value_key(name: &str) -> Vec<u8> {
    [NAMED_VALUE_PREFIX, name.as_bytes()].concat()
}

/// Seals a named value for its place.
pub(super) fn seal_value(key: &StorageKey, world: &dyn World, group: GroupId, name: &str, clear: &[u8]) -> Vec<u8> {
    key.seal(world, &value_context(group, name.as_bytes()), clear)
}

/// Opens a named value read from its place.
pub(super) fn open_value(key: &StorageKey, group: GroupId, name: &[u8], sealed: &[u8]) -> io::Result<Vec<u8>> {
    Ok(key.open(&value_context(group, name), sealed)?)
}

fn value_context(group: GroupId, name: &[u8]) -> Vec<u8> {
    [b"v".as_slice(), &group.to_le_bytes(), name].concat()
}

/// Bytes of the cap. "No cap" is a value of its own, never a deletion: the newest put always wins in recovery.
pub(super) fn encode_cap(cap: Option<u64>) -> Vec<u8> {
    match cap {
        None => vec![0],
        Some(end) => [[1].as_slice(), &end.to_le_bytes()].concat(),
    }
}

/// The cap from its bytes.
pub(super) fn decode_cap(bytes: Option<&[u8]>) -> io::Result<Option<u64>> {
    match bytes {
        None | Some([0]) => Ok(None),
        Some([1, end @ ..]) => decode_index(end).map(Some),
        Some(_) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the cap of a log is not readable",
        )),
    }
}

/// The floor from its bytes.
pub(super) fn decode_floor(bytes: Option<&[u8]>) -> io::Result<u64> {
    bytes.map_or(Ok(0), decode_index)
}

fn decode_index(bytes: &[u8]) -> io::Result<u64> {
    let bytes = bytes
        .try_into()
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "an index is not 8 bytes"))?;
    Ok(u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::{EngineEntry, decode_cap, decode_floor, encode_cap, open_entry, seal_entry};
    use crate::sealing::StorageKey;
    use crate::world::TestWorld;
    use raft_engine::MessageExt;

    #[test]
    fn an_entry_opens_only_in_its_place() {
        let (key, world) = (StorageKey::from_bytes([1; 32]), TestWorld::new(0, 0));
        let entry = seal_entry(&key, &world, 4, 9, b"words");
        assert_eq!(EngineEntry::index(&entry), 9);
        assert_eq!(open_entry(&key, 4, 9, &entry).unwrap(), b"words".as_slice());
        assert!(open_entry(&key, 4, 10, &entry).is_err());
        assert!(open_entry(&key, 5, 9, &entry).is_err());
    }

    #[test]
    fn the_bytes_of_cap_and_floor_stay_as_they_are() {
        assert_eq!(encode_cap(Some(258)), [1, 2, 1, 0, 0, 0, 0, 0, 0]);
        for cap in [None, Some(0), Some(u64::MAX)] {
            assert_eq!(decode_cap(Some(&encode_cap(cap))).unwrap(), cap);
        }
        assert_eq!(decode_cap(None).unwrap(), None);
        assert!(decode_cap(Some(&[2])).is_err());
        assert_eq!(decode_floor(Some(&7u64.to_le_bytes())).unwrap(), 7);
    }
}
