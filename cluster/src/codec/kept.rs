//! Everything that this crate stores and says, in bytes of release 0.1: written as then, and read as what it was.
//!
//! Each kind and variant has a case; one that is new stops this from compiling until it has one as well.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::io;

use bytes::Bytes;
use openraft::impls::leader_id_adv::LeaderId;
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, TransferLeaderError, TransferLeaderRequest, TransferLeaderResponse,
    VoteRequest, VoteResponse,
};
use openraft::{EntryPayload, LogId};

use super::messages::{
    decode_append, decode_appended, decode_transfer, decode_transferred, decode_vote_request, decode_vote_response,
    encode_append, encode_appended, encode_transfer, encode_transferred, encode_vote_request, encode_vote_response,
};
use super::requests::{
    Forwarded, Piece, Received, Steered, decode_forwarded, decode_piece, decode_read_index, decode_received,
    decode_steer, decode_steered, encode_forwarded, encode_piece, encode_read_index, encode_received, encode_steer,
    encode_steered,
};
use super::{
    Marker, decode_entry, decode_marker, decode_position, decode_vote, encode_entry, encode_marker, encode_position,
    encode_vote,
};
use crate::fixtures::{read, same_case};
use crate::steer::Steer;
use crate::types::{LogEntry, LogPosition, Members, Peer, Proposal, SavedVote, StoredMembers, Types};

/// What is on the disk.
const STORED: &str = "0.1/stored-1.txt";
/// What is said between nodes.
const SAID: &str = "0.1/said-1.txt";

/// Written as it was kept, and what was kept is read as this value.
fn kept<T: PartialEq + Debug>(
    file: &str,
    case: &str,
    value: &T,
    encode: impl Fn(&T) -> Bytes,
    decode: impl Fn(&Bytes) -> io::Result<T>,
) {
    let bytes = Bytes::from(same_case(file, case, &encode(value)));
    read(case, decode(&bytes).unwrap(), value);
}

fn position(index: u64) -> LogPosition {
    LogId::new(LeaderId { term: 258, node_id: 3 }, index)
}

fn vote() -> SavedVote {
    SavedVote::new_committed(258, 3)
}

fn members() -> Members {
    let peer = |address: &str| Peer {
        address: address.to_owned(),
        client_url: format!("https://{address}"),
    };
    let nodes = BTreeMap::from([(1, peer("one.example:7443")), (2, peer("")), (300, peer("three:7443"))]);
    Members::new(vec![BTreeSet::from([1, 2]), BTreeSet::from([1, 300])], nodes).unwrap()
}

fn entries() -> Vec<LogEntry> {
    let command = Bytes::from_static(b"a command");
    let payloads = [
        EntryPayload::Blank,
        EntryPayload::Normal(Proposal {
            at_ms: 1_800_000_000_000,
            command,
        }),
        EntryPayload::Membership(members()),
    ];
    let entry = |(payload, index)| LogEntry {
        log_id: position(index),
        payload,
    };
    payloads.into_iter().zip(300..).map(entry).collect()
}

#[test]
fn what_is_on_the_disk() {
    for entry in entries() {
        let case = match &entry.payload {
            EntryPayload::Blank => "entry, blank",
            EntryPayload::Normal(_) => "entry, command",
            EntryPayload::Membership(_) => "entry, members",
        };
        kept(STORED, case, &entry, encode_entry, decode_entry);
    }
    kept(STORED, "vote", &SavedVote::new(258, 3), encode_vote, |bytes| {
        decode_vote(bytes)
    });
    kept(STORED, "vote, committed", &vote(), encode_vote, |bytes| {
        decode_vote(bytes)
    });
    kept(STORED, "purged", &position(300), encode_position, |bytes| {
        decode_position(bytes)
    });
    let full = Marker {
        applied: Some(position(300)),
        members: StoredMembers::new(Some(position(4)), members()),
        installed: true,
    };
    for (case, marker) in [("marker", full), ("marker, first", Marker::default())] {
        let encode = |marker: &Marker| encode_marker(marker).into();
        kept(STORED, case, &marker, encode, |bytes| decode_marker(bytes));
    }
}

#[test]
fn what_agreement_says() {
    let append = AppendEntriesRequest::<Types> {
        vote: vote(),
        prev_log_id: Some(position(299)),
        entries: entries(),
        leader_commit: Some(position(298)),
    };
    let bytes = same_case(SAID, "append", &encode_append(&append));
    let back = decode_append(&bytes.into()).unwrap();
    read(
        "append",
        (back.vote, back.prev_log_id),
        &(append.vote, append.prev_log_id),
    );
    read(
        "append",
        (back.entries, back.leader_commit),
        &(append.entries, append.leader_commit),
    );

    for (case, response) in [
        ("appended, all", AppendEntriesResponse::Success),
        (
            "appended, up to",
            AppendEntriesResponse::PartialSuccess(Some(position(300))),
        ),
        ("appended, none", AppendEntriesResponse::PartialSuccess(None)),
        ("appended, conflict", AppendEntriesResponse::Conflict),
        ("appended, higher vote", AppendEntriesResponse::HigherVote(vote())),
    ] {
        match &response {
            AppendEntriesResponse::Success
            | AppendEntriesResponse::PartialSuccess(_)
            | AppendEntriesResponse::Conflict
            | AppendEntriesResponse::HigherVote(_) => {}
        }
        kept(SAID, case, &response, encode_appended, |bytes| decode_appended(bytes));
    }
    let mut ask = VoteRequest::<Types>::new(SavedVote::new(258, 3), Some(position(300)));
    ask.leadership_transfer = true;
    kept(SAID, "ask for a vote", &ask, encode_vote_request, |bytes| {
        decode_vote_request(bytes)
    });
    let voted = VoteResponse::<Types>::new(vote(), Some(position(300)), true);
    kept(SAID, "the vote", &voted, encode_vote_response, |bytes| {
        decode_vote_response(bytes)
    });
    let transfer = TransferLeaderRequest::<Types>::new(vote(), 300, Some(position(300)));
    kept(SAID, "transfer", &transfer, encode_transfer, |bytes| {
        decode_transfer(bytes)
    });

    let changed = TransferLeaderError::VoteChanged {
        expected: vote(),
        actual: SavedVote::new(259, 1),
    };
    let behind = TransferLeaderError::LogNotFlushed {
        expected: Some(position(300)),
        actual: None,
    };
    let transferred: [TransferLeaderResponse<Types>; 3] = [Ok(()), Err(changed), Err(behind)];
    for response in transferred {
        let case = match &response {
            Ok(()) => "transferred",
            Err(TransferLeaderError::VoteChanged { .. }) => "transferred, vote changed",
            Err(TransferLeaderError::LogNotFlushed { .. }) => "transferred, not flushed",
        };
        kept(SAID, case, &response, encode_transferred, |bytes| {
            decode_transferred(bytes)
        });
    }
}

#[test]
fn what_nodes_ask_beside_agreement() {
    let piece = Piece {
        vote: vote(),
        transfer: 7,
        number: 300,
        marker: Bytes::from_static(b"a marker"),
        is_last: true,
        records: Bytes::from_static(b"\x03\0\0\0key\x05\0\0\0value"),
    };
    kept(SAID, "piece of a state", &piece, encode_piece, decode_piece);
    for received in [Received::Wants(300), Received::Installed(vote())] {
        let case = match &received {
            Received::Wants(_) => "piece, wants",
            Received::Installed(_) => "piece, installed",
        };
        kept(SAID, case, &received, encode_received, |bytes| decode_received(bytes));
    }
    let answer = Bytes::from_static(b"an answer");
    for forwarded in [
        Forwarded::Done { revision: 300, answer },
        Forwarded::Overloaded { retry_after_ms: 300 },
        Forwarded::Unknown,
        Forwarded::NotLeader,
        Forwarded::Fenced,
        Forwarded::TooNew,
    ] {
        let case = match &forwarded {
            Forwarded::Done { .. } => "forwarded, done",
            Forwarded::Overloaded { .. } => "forwarded, overloaded",
            Forwarded::Unknown => "forwarded, unknown",
            Forwarded::NotLeader => "forwarded, not leader",
            Forwarded::Fenced => "forwarded, fenced",
            Forwarded::TooNew => "forwarded, too new",
        };
        kept(SAID, case, &forwarded, encode_forwarded, decode_forwarded);
    }
    kept(
        SAID,
        "read index",
        &300,
        |index| encode_read_index(*index),
        |bytes| decode_read_index(bytes),
    );
    let peer = Peer {
        address: "three.example:7443".to_owned(),
        client_url: "https://three.example:8443".to_owned(),
    };
    for steer in [
        Steer::DrawId,
        Steer::Add { node: 300, peer },
        Steer::Promote(300),
        Steer::Remove(300),
        Steer::Yield(300),
    ] {
        let case = match &steer {
            Steer::DrawId => "steer, draw",
            Steer::Add { .. } => "steer, add",
            Steer::Promote(_) => "steer, promote",
            Steer::Remove(_) => "steer, remove",
            Steer::Yield(_) => "steer, yield",
        };
        kept(SAID, case, &steer, encode_steer, |bytes| decode_steer(bytes));
    }
    for steered in [Steered::Done(300), Steered::Refused("not now".to_owned())] {
        let case = match &steered {
            Steered::Done(_) => "steered, done",
            Steered::Refused(_) => "steered, refused",
        };
        kept(SAID, case, &steered, encode_steered, |bytes| decode_steered(bytes));
    }
}
