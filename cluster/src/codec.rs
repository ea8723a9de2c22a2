//! The bytes of what this crate stores: log entries, the vote, and the marker of applied state.
//!
//! Stands at the edge to storage, which sees bytes only. Written by hand, so that a new release of openraft or of a
//! serialiser cannot change what is on disk.
//!
//! Format 1, little-endian. A list is its length (u32) and its items.
//! - position: `term u64 | node u64 | index u64`; optional: `0` or `1 | position`
//! - members: `list of (list of voter u64) | list of (node u64 | address: list of bytes)`
//! - entry: `1 | position | 0` blank, `… | 1 | at_ms u64 | command` normal, `… | 2 | members` membership
//! - vote: `1 | term u64 | node u64 | committed u8`
//! - marker: `1 | installed u8 | optional position (applied) | optional position (of the members) | members`

#[cfg(test)]
mod kept;
pub(crate) mod messages;
mod pieces;
pub(crate) mod requests;

use std::io;

use bytes::Bytes;
use openraft::EntryPayload;

use self::pieces::{FORMAT, Input, put_members, put_optional_position, put_position, put_vote, unreadable};
use crate::types::{LogEntry, LogPosition, Proposal, SavedVote, StoredMembers};

const KIND_BLANK: u8 = 0;
const KIND_NORMAL: u8 = 1;
const KIND_MEMBERSHIP: u8 = 2;

/// What applied state remembers of the cluster, atomically with its last batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Marker {
    /// The last applied entry.
    pub applied: Option<LogPosition>,
    /// The last applied membership.
    pub members: StoredMembers,
    /// The state came from another node's snapshot and no entry was applied since: the log may lawfully end before it.
    pub installed: bool,
}

pub(crate) fn encode_marker(marker: &Marker) -> Vec<u8> {
    let mut bytes = vec![FORMAT, u8::from(marker.installed)];
    put_optional_position(&mut bytes, marker.applied.as_ref());
    put_optional_position(&mut bytes, marker.members.log_id().as_ref());
    put_members(&mut bytes, marker.members.membership());
    bytes
}

/// No bytes: nothing was ever applied.
pub(crate) fn decode_marker(bytes: &[u8]) -> io::Result<Marker> {
    if bytes.is_empty() {
        return Ok(Marker::default());
    }
    let mut input = Input { bytes };
    input.format()?;
    let installed = input.byte()? != 0;
    let applied = input.optional_position()?;
    let members_at = input.optional_position()?;
    let members = StoredMembers::new(members_at, input.members()?);
    input.end()?;
    Ok(Marker {
        applied,
        members,
        installed,
    })
}

pub(crate) fn encode_vote(vote: &SavedVote) -> Bytes {
    let mut bytes = vec![FORMAT];
    put_vote(&mut bytes, vote);
    Bytes::from(bytes)
}

pub(crate) fn decode_vote(bytes: &[u8]) -> io::Result<SavedVote> {
    let mut input = Input { bytes };
    input.format()?;
    let vote = input.vote()?;
    input.end()?;
    Ok(vote)
}

pub(crate) fn encode_position(position: &LogPosition) -> Bytes {
    let mut bytes = Vec::with_capacity(24);
    put_position(&mut bytes, position);
    Bytes::from(bytes)
}

pub(crate) fn decode_position(bytes: &[u8]) -> io::Result<LogPosition> {
    let mut input = Input { bytes };
    let position = input.position()?;
    input.end()?;
    Ok(position)
}

pub(crate) fn encode_entry(entry: &LogEntry) -> Bytes {
    let command_size = if let EntryPayload::Normal(proposal) = &entry.payload {
        proposal.command.len()
    } else {
        0
    };
    let mut bytes = Vec::with_capacity(1 + 24 + 1 + 8 + command_size);
    bytes.push(FORMAT);
    put_position(&mut bytes, &entry.log_id);
    match &entry.payload {
        EntryPayload::Blank => bytes.push(KIND_BLANK),
        EntryPayload::Normal(proposal) => {
            bytes.push(KIND_NORMAL);
            bytes.extend_from_slice(&proposal.at_ms.to_le_bytes());
            bytes.extend_from_slice(&proposal.command);
        }
        EntryPayload::Membership(members) => {
            bytes.push(KIND_MEMBERSHIP);
            put_members(&mut bytes, members);
        }
    }
    Bytes::from(bytes)
}

/// The command shares the memory of `bytes`.
pub(crate) fn decode_entry(bytes: &Bytes) -> io::Result<LogEntry> {
    let mut input = Input { bytes };
    input.format()?;
    let log_id = input.position()?;
    let payload = match input.byte()? {
        KIND_BLANK => EntryPayload::Blank,
        KIND_NORMAL => {
            let at_ms = input.number()?;
            let command = bytes.slice_ref(std::mem::take(&mut input.bytes));
            EntryPayload::Normal(Proposal { at_ms, command })
        }
        KIND_MEMBERSHIP => EntryPayload::Membership(input.members()?),
        kind => return Err(unreadable(&format!("unknown kind of entry {kind}"))),
    };
    input.end()?;
    Ok(LogEntry { log_id, payload })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use bytes::Bytes;
    use openraft::impls::leader_id_adv::LeaderId;
    use openraft::{EntryPayload, LogId};

    use super::{
        Marker, decode_entry, decode_marker, decode_position, decode_vote, encode_entry, encode_marker,
        encode_position, encode_vote,
    };
    use crate::types::{LogEntry, LogPosition, Members, Peer, Proposal, SavedVote, StoredMembers};

    fn position(index: u64) -> LogPosition {
        LogId::new(LeaderId { term: 2, node_id: 3 }, index)
    }

    fn members() -> Members {
        let peer = |address: &str| Peer {
            address: address.to_owned(),
            client_url: format!("https://{address}"),
        };
        let nodes = BTreeMap::from([(1, peer("a:1")), (2, peer("")), (3, peer("c:3"))]);
        Members::new(vec![BTreeSet::from([1, 2]), BTreeSet::from([1])], nodes).unwrap()
    }

    #[test]
    fn entries_round_trip_and_every_cut_is_noticed() {
        let command = Bytes::from_static(b"words");
        let payloads = [
            EntryPayload::Blank,
            EntryPayload::Normal(Proposal { at_ms: 9, command }),
            EntryPayload::Membership(members()),
        ];
        for payload in payloads {
            let is_command = matches!(payload, EntryPayload::Normal(_));
            let entry = LogEntry {
                log_id: position(7),
                payload,
            };
            let bytes = encode_entry(&entry);
            assert_eq!(decode_entry(&bytes).unwrap(), entry);
            let header = if is_command { 34 } else { bytes.len() };
            for length in 0..header {
                assert!(decode_entry(&bytes.slice(..length)).is_err(), "cut at {length}");
            }
        }
    }

    #[test]
    fn marker_vote_and_position_round_trip() {
        let marker = Marker {
            applied: Some(position(8)),
            members: StoredMembers::new(Some(position(4)), members()),
            installed: true,
        };
        let bytes = encode_marker(&marker);
        assert_eq!(decode_marker(&bytes).unwrap(), marker);
        assert!((1..bytes.len()).all(|length| decode_marker(&bytes[..length]).is_err()));
        assert_eq!(decode_marker(&[]).unwrap(), Marker::default());
        assert_eq!(
            decode_marker(&encode_marker(&Marker::default())).unwrap(),
            Marker::default()
        );
        for vote in [SavedVote::new(4, 5), SavedVote::new_committed(4, 5)] {
            assert_eq!(decode_vote(&encode_vote(&vote)).unwrap(), vote);
        }
        assert_eq!(decode_position(&encode_position(&position(3))).unwrap(), position(3));
    }

    #[test]
    fn the_bytes_on_disk_stay_as_they_are() {
        let command = Bytes::from_static(b"!");
        let entry = LogEntry {
            log_id: position(1),
            payload: EntryPayload::Normal(Proposal { at_ms: 258, command }),
        };
        let mut expected = vec![
            1, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
        ];
        expected.extend([1, 2, 1, 0, 0, 0, 0, 0, 0, b'!']);
        assert_eq!(encode_entry(&entry), expected);
    }
}
