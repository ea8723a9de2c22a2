//! The bytes of what openraft says from node to node.
//!
//! Stands between openraft's requests and [`crate::peers::PeerLink`], which carries bytes. Every message begins with its format, so
//! that nodes of two releases understand each other while a cluster is upgraded.
//!
//! Format 1, in the pieces of `pieces.rs`:
//! - append: `1 | vote | optional position (before) | optional position (committed) | list of entries, each a list of bytes`
//! - appended: `1 | 0` all, `1 | 1 | optional position` up to there, `1 | 2` conflict, `1 | 3 | vote` a higher one
//! - ask for a vote: `1 | vote | optional position (last) | by transfer u8`; the vote: `1 | vote | granted u8 | optional position`
//! - transfer: `1 | vote | to u64 | optional position`; answer: `1 | 0`, or `1 | 1 | vote | vote` changed, or
//!   `1 | 2 | optional position | optional position` not flushed

use std::io;

use bytes::Bytes;
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, TransferLeaderRequest, TransferLeaderResponse, VoteRequest,
    VoteResponse,
};

use super::pieces::{FORMAT, begin, put_length, put_optional_position, put_vote, unknown};
use super::{decode_entry, encode_entry};
use crate::types::Types;

pub(crate) fn encode_append(request: &AppendEntriesRequest<Types>) -> Bytes {
    let entries: Vec<Bytes> = request.entries.iter().map(encode_entry).collect();
    let size_bytes = entries.iter().map(|entry| 4 + entry.len()).sum::<usize>();
    let mut bytes = Vec::with_capacity(1 + 17 + 25 + 25 + 4 + size_bytes);
    bytes.push(FORMAT);
    put_vote(&mut bytes, &request.vote);
    put_optional_position(&mut bytes, request.prev_log_id.as_ref());
    put_optional_position(&mut bytes, request.leader_commit.as_ref());
    put_length(&mut bytes, entries.len());
    for entry in entries {
        put_length(&mut bytes, entry.len());
        bytes.extend_from_slice(&entry);
    }
    bytes.into()
}

/// The commands share the memory of `bytes`.
pub(crate) fn decode_append(bytes: &Bytes) -> io::Result<AppendEntriesRequest<Types>> {
    let mut input = begin(bytes)?;
    let vote = input.vote()?;
    let prev_log_id = input.optional_position()?;
    let leader_commit = input.optional_position()?;
    let count = input.length()?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        entries.push(decode_entry(&bytes.slice_ref(input.list()?))?);
    }
    input.end()?;
    Ok(AppendEntriesRequest {
        vote,
        prev_log_id,
        entries,
        leader_commit,
    })
}

pub(crate) fn encode_appended(response: &AppendEntriesResponse<Types>) -> Bytes {
    let mut bytes = vec![FORMAT];
    match response {
        AppendEntriesResponse::Success => bytes.push(0),
        AppendEntriesResponse::PartialSuccess(upto) => {
            bytes.push(1);
            put_optional_position(&mut bytes, upto.as_ref());
        }
        AppendEntriesResponse::Conflict => bytes.push(2),
        AppendEntriesResponse::HigherVote(vote) => {
            bytes.push(3);
            put_vote(&mut bytes, vote);
        }
    }
    bytes.into()
}

pub(crate) fn decode_appended(bytes: &[u8]) -> io::Result<AppendEntriesResponse<Types>> {
    let mut input = begin(bytes)?;
    let response = match input.byte()? {
        0 => AppendEntriesResponse::Success,
        1 => AppendEntriesResponse::PartialSuccess(input.optional_position()?),
        2 => AppendEntriesResponse::Conflict,
        3 => AppendEntriesResponse::HigherVote(input.vote()?),
        other => return Err(unknown(other)),
    };
    input.end()?;
    Ok(response)
}

pub(crate) fn encode_vote_request(request: &VoteRequest<Types>) -> Bytes {
    let mut bytes = vec![FORMAT];
    put_vote(&mut bytes, &request.vote);
    put_optional_position(&mut bytes, request.last_log_id.as_ref());
    bytes.push(u8::from(request.leadership_transfer));
    bytes.into()
}

pub(crate) fn decode_vote_request(bytes: &[u8]) -> io::Result<VoteRequest<Types>> {
    let mut input = begin(bytes)?;
    let (vote, last) = (input.vote()?, input.optional_position()?);
    let mut request = VoteRequest::new(vote, last);
    request.leadership_transfer = input.byte()? != 0;
    input.end()?;
    Ok(request)
}

pub(crate) fn encode_vote_response(response: &VoteResponse<Types>) -> Bytes {
    let mut bytes = vec![FORMAT];
    put_vote(&mut bytes, &response.vote);
    bytes.push(u8::from(response.vote_granted));
    put_optional_position(&mut bytes, response.last_log_id.as_ref());
    bytes.into()
}

pub(crate) fn decode_vote_response(bytes: &[u8]) -> io::Result<VoteResponse<Types>> {
    let mut input = begin(bytes)?;
    let (vote, granted) = (input.vote()?, input.byte()? != 0);
    let last = input.optional_position()?;
    input.end()?;
    Ok(VoteResponse::new(vote, last, granted))
}

pub(crate) fn encode_transfer(request: &TransferLeaderRequest<Types>) -> Bytes {
    let mut bytes = vec![FORMAT];
    put_vote(&mut bytes, request.from_leader());
    bytes.extend_from_slice(&request.to_node_id().to_le_bytes());
    put_optional_position(&mut bytes, request.last_log_id());
    bytes.into()
}

pub(crate) fn decode_transfer(bytes: &[u8]) -> io::Result<TransferLeaderRequest<Types>> {
    let mut input = begin(bytes)?;
    let (from, to, last) = (input.vote()?, input.number()?, input.optional_position()?);
    input.end()?;
    Ok(TransferLeaderRequest::new(from, to, last))
}

pub(crate) fn encode_transferred(response: &TransferLeaderResponse<Types>) -> Bytes {
    use openraft::raft::TransferLeaderError::{LogNotFlushed, VoteChanged};
    let mut bytes = vec![FORMAT];
    match response {
        Ok(()) => bytes.push(0),
        Err(VoteChanged { expected, actual }) => {
            bytes.push(1);
            put_vote(&mut bytes, expected);
            put_vote(&mut bytes, actual);
        }
        Err(LogNotFlushed { expected, actual }) => {
            bytes.push(2);
            put_optional_position(&mut bytes, expected.as_ref());
            put_optional_position(&mut bytes, actual.as_ref());
        }
    }
    bytes.into()
}

pub(crate) fn decode_transferred(bytes: &[u8]) -> io::Result<TransferLeaderResponse<Types>> {
    use openraft::raft::TransferLeaderError::{LogNotFlushed, VoteChanged};
    let mut input = begin(bytes)?;
    let response = match input.byte()? {
        0 => Ok(()),
        1 => Err(VoteChanged {
            expected: input.vote()?,
            actual: input.vote()?,
        }),
        2 => Err(LogNotFlushed {
            expected: input.optional_position()?,
            actual: input.optional_position()?,
        }),
        other => return Err(unknown(other)),
    };
    input.end()?;
    Ok(response)
}

#[cfg(test)]
mod tests;
