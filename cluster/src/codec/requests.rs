//! The bytes of what nodes ask each other beside openraft: pieces of a state, commands for the leader, current reads, members.
//!
//! Stands beside `messages.rs`, and begins every message with its format as well.
//!
//! Format 1, in the pieces of `pieces.rs`:
//! - piece of a state: `1 | vote | transfer u64 | number u64 | marker: list of bytes | last u8 | records`;
//!   answer: `1 | 0 | number u64` wanted next, `1 | 1 | vote` installed
//! - forwarded: `1 | 0 | revision u64 | answer` done, `1 | 1 | retry_after_ms u64` overloaded, `1 | 2` unknown, `1 | 3` no leader here,
//!   `1 | 4` fenced, `1 | 5` of a version that not every member applies
//! - read index: `1 | revision u64`
//! - steer: `1 | 0` draw, `1 | 1 | node u64 | address` add, `1 | 2 | node u64` promote, `1 | 3 | node u64` remove,
//!   `1 | 4 | node u64` yield; answer: `1 | 0 | id u64`, or `1 | 1 | reason`; address and reason are lists of bytes

use std::io;

use bytes::Bytes;

use super::pieces::{FORMAT, begin, put_length, put_vote, unknown, unreadable};
use crate::steer::Steer;
use crate::types::{Peer, SavedVote};

/// A piece of a group's state on its way to a node that lags too far behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Of the leader that sends.
    pub vote: SavedVote,
    /// Tells transfers apart.
    pub transfer: u64,
    /// Its place, from 0.
    pub number: u64,
    /// Of the state.
    pub marker: Bytes,
    /// Nothing comes after it.
    pub is_last: bool,
    /// Records: each a list of bytes for its key and one for its opened value.
    pub records: Bytes,
}

pub(crate) fn encode_piece(piece: &Piece) -> Bytes {
    let mut bytes = Vec::with_capacity(64 + piece.marker.len() + piece.records.len());
    bytes.push(FORMAT);
    put_vote(&mut bytes, &piece.vote);
    bytes.extend_from_slice(&piece.transfer.to_le_bytes());
    bytes.extend_from_slice(&piece.number.to_le_bytes());
    put_length(&mut bytes, piece.marker.len());
    bytes.extend_from_slice(&piece.marker);
    bytes.push(u8::from(piece.is_last));
    bytes.extend_from_slice(&piece.records);
    bytes.into()
}

pub(crate) fn decode_piece(bytes: &Bytes) -> io::Result<Piece> {
    let mut input = begin(bytes)?;
    Ok(Piece {
        vote: input.vote()?,
        transfer: input.number()?,
        number: input.number()?,
        marker: bytes.slice_ref(input.list()?),
        is_last: input.byte()? != 0,
        records: bytes.slice_ref(input.bytes),
    })
}

/// What a receiver says of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Received {
    /// It has everything before this number, and wants this piece next.
    Wants(u64),
    /// It has everything, and it stands; or it knows a higher vote.
    Installed(SavedVote),
}

pub(crate) fn encode_received(received: &Received) -> Bytes {
    let mut bytes = vec![FORMAT];
    match received {
        Received::Wants(number) => {
            bytes.push(0);
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        Received::Installed(vote) => {
            bytes.push(1);
            put_vote(&mut bytes, vote);
        }
    }
    bytes.into()
}

pub(crate) fn decode_received(bytes: &[u8]) -> io::Result<Received> {
    let mut input = begin(bytes)?;
    let received = match input.byte()? {
        0 => Received::Wants(input.number()?),
        1 => Received::Installed(input.vote()?),
        other => return Err(unknown(other)),
    };
    input.end()?;
    Ok(received)
}

/// What a leader says of a command that another node forwarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Forwarded {
    /// Done, at this revision, with this answer.
    Done { revision: u64, answer: Bytes },
    /// Certainly not done.
    Overloaded { retry_after_ms: u64 },
    /// Maybe done.
    Unknown,
    /// Certainly not done: another node leads, or nobody.
    NotLeader,
    /// Certainly not done: the node does not trust itself, or stops.
    Fenced,
    /// Certainly not done: not every member applies commands of this version.
    TooNew,
}

pub(crate) fn encode_forwarded(forwarded: &Forwarded) -> Bytes {
    let mut bytes = vec![FORMAT];
    match forwarded {
        Forwarded::Done { revision, answer } => {
            bytes.push(0);
            bytes.extend_from_slice(&revision.to_le_bytes());
            bytes.extend_from_slice(answer);
        }
        Forwarded::Overloaded { retry_after_ms } => {
            bytes.push(1);
            bytes.extend_from_slice(&retry_after_ms.to_le_bytes());
        }
        Forwarded::Unknown => bytes.push(2),
        Forwarded::NotLeader => bytes.push(3),
        Forwarded::Fenced => bytes.push(4),
        Forwarded::TooNew => bytes.push(5),
    }
    bytes.into()
}

pub(crate) fn decode_forwarded(bytes: &Bytes) -> io::Result<Forwarded> {
    let mut input = begin(bytes)?;
    let forwarded = match input.byte()? {
        0 => {
            let revision = input.number()?;
            let answer = bytes.slice_ref(std::mem::take(&mut input.bytes));
            Forwarded::Done { revision, answer }
        }
        1 => Forwarded::Overloaded {
            retry_after_ms: input.number()?,
        },
        2 => Forwarded::Unknown,
        3 => Forwarded::NotLeader,
        4 => Forwarded::Fenced,
        5 => Forwarded::TooNew,
        other => return Err(unknown(other)),
    };
    input.end()?;
    Ok(forwarded)
}

pub(crate) fn encode_read_index(revision: u64) -> Bytes {
    let mut bytes = vec![FORMAT];
    bytes.extend_from_slice(&revision.to_le_bytes());
    bytes.into()
}

pub(crate) fn decode_read_index(bytes: &[u8]) -> io::Result<u64> {
    let mut input = begin(bytes)?;
    let revision = input.number()?;
    input.end()?;
    Ok(revision)
}

pub(crate) fn encode_steer(steer: &Steer) -> Bytes {
    let (kind, node, peer) = match steer {
        Steer::DrawId => return vec![FORMAT, 0].into(),
        Steer::Add { node, peer } => (1, node, Some(peer)),
        Steer::Promote(node) => (2, node, None),
        Steer::Remove(node) => (3, node, None),
        Steer::Yield(node) => (4, node, None),
    };
    let mut bytes = vec![FORMAT, kind];
    bytes.extend_from_slice(&node.to_le_bytes());
    if let Some(peer) = peer {
        put_text(&mut bytes, &peer.address);
        put_text(&mut bytes, &peer.client_url);
    }
    bytes.into()
}

pub(crate) fn decode_steer(bytes: &[u8]) -> io::Result<Steer> {
    let mut input = begin(bytes)?;
    let steer = match input.byte()? {
        0 => Steer::DrawId,
        1 => Steer::Add {
            node: input.number()?,
            peer: Peer {
                address: text(input.list()?)?,
                client_url: text(input.list()?)?,
            },
        },
        2 => Steer::Promote(input.number()?),
        3 => Steer::Remove(input.number()?),
        4 => Steer::Yield(input.number()?),
        other => return Err(unknown(other)),
    };
    input.end()?;
    Ok(steer)
}

/// What a leader says of a change of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Steered {
    /// Done; the id that was drawn, or 0.
    Done(u64),
    /// Not done, or not for sure.
    Refused(String),
}

pub(crate) fn encode_steered(steered: &Steered) -> Bytes {
    let mut bytes = vec![FORMAT];
    match steered {
        Steered::Done(id) => {
            bytes.push(0);
            bytes.extend_from_slice(&id.to_le_bytes());
        }
        Steered::Refused(why) => {
            bytes.push(1);
            put_text(&mut bytes, why);
        }
    }
    bytes.into()
}

pub(crate) fn decode_steered(bytes: &[u8]) -> io::Result<Steered> {
    let mut input = begin(bytes)?;
    let steered = match input.byte()? {
        0 => Steered::Done(input.number()?),
        1 => Steered::Refused(text(input.list()?)?),
        other => return Err(unknown(other)),
    };
    input.end()?;
    Ok(steered)
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_length(bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
}

fn text(bytes: &[u8]) -> io::Result<String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| unreadable("what should be text is not"))
}

#[cfg(test)]
mod tests;
