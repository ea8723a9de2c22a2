//! Round trips, cuts at every byte, and bytes that stay, of what nodes ask each other.

use super::*;

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
fn pieces_forwards_and_reads_round_trip() {
    let piece = Piece {
        vote: vote(),
        transfer: 7,
        number: 8,
        marker: Bytes::from_static(b"marker"),
        is_last: true,
        records: Bytes::from_static(b"records"),
    };
    assert_eq!(decode_piece(&encode_piece(&piece)).unwrap(), piece);
    for received in [Received::Wants(9), Received::Installed(vote())] {
        let bytes = encode_received(&received);
        assert_eq!(decode_received(&bytes).unwrap(), received);
        cut(&bytes, |bytes| decode_received(bytes));
    }
    let answer = Bytes::from_static(b"answer");
    for forwarded in [
        Forwarded::Done { revision: 3, answer },
        Forwarded::Overloaded { retry_after_ms: 4 },
        Forwarded::Unknown,
        Forwarded::NotLeader,
        Forwarded::Fenced,
        Forwarded::TooNew,
    ] {
        assert_eq!(decode_forwarded(&encode_forwarded(&forwarded)).unwrap(), forwarded);
    }
    assert_eq!(decode_read_index(&encode_read_index(77)).unwrap(), 77);
    assert!(
        decode_read_index(&[2, 0, 0, 0, 0, 0, 0, 0, 0]).is_err(),
        "another format"
    );
}

#[test]
fn changes_of_members_round_trip() {
    let peer = Peer {
        address: "three.example:7443".to_owned(),
        client_url: "https://three.example:8443".to_owned(),
    };
    for steer in [
        Steer::DrawId,
        Steer::Add { node: 3, peer },
        Steer::Promote(4),
        Steer::Remove(5),
        Steer::Yield(6),
    ] {
        let bytes = encode_steer(&steer);
        assert_eq!(decode_steer(&bytes).unwrap(), steer);
        cut(&bytes, |bytes| decode_steer(bytes));
    }
    for steered in [Steered::Done(7), Steered::Refused("no".to_owned())] {
        let bytes = encode_steered(&steered);
        assert_eq!(decode_steered(&bytes).unwrap(), steered);
        cut(&bytes, |bytes| decode_steered(bytes));
    }
}

#[test]
fn the_bytes_between_nodes_stay_as_they_are() {
    assert_eq!(encode_read_index(258), vec![1, 2, 1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(encode_steer(&Steer::Remove(3)), vec![1, 3, 3, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(encode_received(&Received::Wants(1)), vec![1, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
}
