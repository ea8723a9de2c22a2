//! Round trips, cuts at every byte, and bytes that stay, of what openraft says.

use openraft::impls::leader_id_adv::LeaderId;
use openraft::raft::TransferLeaderError;
use openraft::{EntryPayload, LogId};

use super::*;
use crate::types::{LogEntry, LogPosition, Proposal, SavedVote};

fn position(index: u64) -> LogPosition {
    LogId::new(LeaderId { term: 2, node_id: 3 }, index)
}

fn vote() -> SavedVote {
    SavedVote::new_committed(4, 5)
}

/// Whatever is cut off, it is noticed: no shorter message is read as another one.
fn cut<T>(bytes: &Bytes, decode: impl Fn(&Bytes) -> io::Result<T>) {
    for length in 0..bytes.len() {
        assert!(decode(&bytes.slice(..length)).is_err(), "cut at {length}");
    }
}

#[test]
fn appends_round_trip_and_every_cut_is_noticed() {
    let entry = |index, payload| LogEntry {
        log_id: position(index),
        payload,
    };
    let command = Bytes::from_static(b"words");
    let request = AppendEntriesRequest::<Types> {
        vote: vote(),
        prev_log_id: Some(position(6)),
        entries: vec![
            entry(7, EntryPayload::Blank),
            entry(8, EntryPayload::Normal(Proposal { at_ms: 9, command })),
        ],
        leader_commit: None,
    };
    let bytes = encode_append(&request);
    let back = decode_append(&bytes).unwrap();
    assert_eq!((back.vote, back.prev_log_id), (request.vote, request.prev_log_id));
    assert_eq!(
        (back.entries, back.leader_commit),
        (request.entries, request.leader_commit)
    );
    cut(&bytes, decode_append);
    for response in [
        AppendEntriesResponse::Success,
        AppendEntriesResponse::PartialSuccess(Some(position(1))),
        AppendEntriesResponse::PartialSuccess(None),
        AppendEntriesResponse::Conflict,
        AppendEntriesResponse::HigherVote(vote()),
    ] {
        let bytes = encode_appended(&response);
        assert_eq!(decode_appended(&bytes).unwrap(), response);
        cut(&bytes, |bytes| decode_appended(bytes));
    }
}

#[test]
fn votes_and_transfers_round_trip() {
    let mut request = VoteRequest::<Types>::new(SavedVote::new(1, 2), Some(position(3)));
    request.leadership_transfer = true;
    let bytes = encode_vote_request(&request);
    assert_eq!(decode_vote_request(&bytes).unwrap(), request);
    cut(&bytes, |bytes| decode_vote_request(bytes));
    let response = VoteResponse::<Types>::new(vote(), None, true);
    let bytes = encode_vote_response(&response);
    assert_eq!(decode_vote_response(&bytes).unwrap(), response);
    cut(&bytes, |bytes| decode_vote_response(bytes));
    let request = TransferLeaderRequest::<Types>::new(vote(), 9, Some(position(3)));
    let bytes = encode_transfer(&request);
    assert_eq!(decode_transfer(&bytes).unwrap(), request);
    let responses = [
        Ok(()),
        Err(TransferLeaderError::VoteChanged {
            expected: vote(),
            actual: SavedVote::new(8, 9),
        }),
        Err(TransferLeaderError::LogNotFlushed {
            expected: None,
            actual: Some(position(2)),
        }),
    ];
    for response in responses {
        let bytes = encode_transferred(&response);
        assert_eq!(decode_transferred(&bytes).unwrap(), response);
        cut(&bytes, |bytes| decode_transferred(bytes));
    }
}

#[test]
fn the_bytes_between_nodes_stay_as_they_are() {
    let request = VoteRequest::<Types>::new(SavedVote::new(1, 2), None);
    let mut expected = vec![1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0];
    expected.extend([0, 0]);
    assert_eq!(encode_vote_request(&request), expected);
    assert_eq!(encode_appended(&AppendEntriesResponse::Conflict), vec![1, 2]);
}
