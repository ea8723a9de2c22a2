//! The pieces that both the bytes on disk and the bytes between nodes are made of.
//!
//! Stands under `codec.rs` and `messages.rs`. Little-endian; a list is its length (u32) and its items. Reading never takes more
//! memory than the bytes at hand justify.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use openraft::LogId;

use crate::types::{LogPosition, Members, Peer, SavedVote};

/// The one format there is.
pub(crate) const FORMAT: u8 = 1;

pub(crate) fn put_vote(bytes: &mut Vec<u8>, vote: &SavedVote) {
    bytes.extend_from_slice(&vote.leader_id.term.to_le_bytes());
    bytes.extend_from_slice(&vote.leader_id.node_id.to_le_bytes());
    bytes.push(u8::from(vote.committed));
}

pub(crate) fn put_position(bytes: &mut Vec<u8>, position: &LogPosition) {
    bytes.extend_from_slice(&position.leader_id.term.to_le_bytes());
    bytes.extend_from_slice(&position.leader_id.node_id.to_le_bytes());
    bytes.extend_from_slice(&position.index.to_le_bytes());
}

pub(crate) fn put_optional_position(bytes: &mut Vec<u8>, position: Option<&LogPosition>) {
    bytes.push(u8::from(position.is_some()));
    if let Some(position) = position {
        put_position(bytes, position);
    }
}

pub(crate) fn put_length(bytes: &mut Vec<u8>, length: usize) {
    bytes.extend_from_slice(&(length as u32).to_le_bytes());
}

pub(crate) fn put_members(bytes: &mut Vec<u8>, members: &Members) {
    put_length(bytes, members.get_joint_config().len());
    for voters in members.get_joint_config() {
        put_length(bytes, voters.len());
        voters
            .iter()
            .for_each(|voter| bytes.extend_from_slice(&voter.to_le_bytes()));
    }
    let nodes: Vec<_> = members.nodes().collect();
    put_length(bytes, nodes.len());
    for (node, peer) in nodes {
        bytes.extend_from_slice(&node.to_le_bytes());
        for text in [&peer.address, &peer.client_url] {
            put_length(bytes, text.len());
            bytes.extend_from_slice(text.as_bytes());
        }
    }
}

/// What is left to read.
pub(crate) struct Input<'a> {
    pub bytes: &'a [u8],
}

impl<'a> Input<'a> {
    pub fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let (taken, rest) = self
            .bytes
            .split_first_chunk::<N>()
            .ok_or_else(|| unreadable("it is too short"))?;
        self.bytes = rest;
        Ok(*taken)
    }

    pub fn byte(&mut self) -> io::Result<u8> {
        Ok(self.take::<1>()?[0])
    }

    pub fn number(&mut self) -> io::Result<u64> {
        Ok(u64::from_le_bytes(self.take()?))
    }

    pub fn length(&mut self) -> io::Result<usize> {
        let length = u32::from_le_bytes(self.take()?) as usize;
        // Every item takes at least one byte: a damaged length must not make us reserve memory.
        if length > self.bytes.len() {
            Err(unreadable("a length is too large"))
        } else {
            Ok(length)
        }
    }

    pub fn format(&mut self) -> io::Result<()> {
        match self.byte()? {
            FORMAT => Ok(()),
            format => Err(unreadable(&format!("unknown format {format}"))),
        }
    }

    pub fn position(&mut self) -> io::Result<LogPosition> {
        let leader_id = openraft::impls::leader_id_adv::LeaderId {
            term: self.number()?,
            node_id: self.number()?,
        };
        Ok(LogId::new(leader_id, self.number()?))
    }

    pub fn vote(&mut self) -> io::Result<SavedVote> {
        let (term, node) = (self.number()?, self.number()?);
        Ok(match self.byte()? {
            0 => SavedVote::new(term, node),
            _ => SavedVote::new_committed(term, node),
        })
    }

    /// A list of bytes: its length and what follows.
    pub fn list(&mut self) -> io::Result<&'a [u8]> {
        let size = self.length()?;
        let (list, rest) = self.bytes.split_at(size);
        self.bytes = rest;
        Ok(list)
    }

    pub fn optional_position(&mut self) -> io::Result<Option<LogPosition>> {
        if self.byte()? == 0 {
            Ok(None)
        } else {
            self.position().map(Some)
        }
    }

    pub fn members(&mut self) -> io::Result<Members> {
        let mut configs = Vec::new();
        for _ in 0..self.length()? {
            let mut voters = BTreeSet::new();
            for _ in 0..self.length()? {
                voters.insert(self.number()?);
            }
            configs.push(voters);
        }
        let mut nodes = BTreeMap::new();
        for _ in 0..self.length()? {
            let node = self.number()?;
            let mut text =
                || String::from_utf8(self.list()?.to_vec()).map_err(|_| unreadable("an address is not text"));
            let (address, client_url) = (text()?, text()?);
            nodes.insert(node, Peer { address, client_url });
        }
        if configs.is_empty() && nodes.is_empty() {
            return Ok(Members::default());
        }
        Members::new(configs, nodes).map_err(|error| unreadable(&error.to_string()))
    }

    pub fn end(&self) -> io::Result<()> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(unreadable("it is too long"))
        }
    }
}

pub(crate) fn unreadable(problem: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("a record of the cluster is not readable: {problem}"),
    )
}

/// What follows the format.
pub(crate) fn begin(bytes: &[u8]) -> io::Result<Input<'_>> {
    let mut input = Input { bytes };
    input.format()?;
    Ok(input)
}

pub(crate) fn unknown(kind: u8) -> io::Error {
    unreadable(&format!("unknown kind {kind}"))
}
