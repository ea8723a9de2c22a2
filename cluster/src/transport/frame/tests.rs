//! Tests of the frames: what is on the wire stays, comes back, and is refused when damaged.

use bytes::{Bytes, BytesMut};
use corridor_domain::limits::{PEER_COPY_SIZE_BYTES_MAX, PEER_FRAME_SIZE_BYTES_MAX, PEER_REASON_SIZE_BYTES_MAX};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::{Frame, HEAD_SIZE, Hello, Outcome, decode, encode, size_bytes};

fn hello() -> Hello {
    Hello {
        versions: (1, 258),
        cluster: [7; 16],
        node: 3,
        applies: 9,
    }
}

fn whole(frame: Frame) -> Bytes {
    let mut bytes = BytesMut::new();
    let rest = encode(frame, &mut bytes);
    bytes.extend_from_slice(&rest);
    bytes.freeze()
}

fn samples() -> Vec<Frame> {
    let outcomes = || {
        [
            Outcome::Done(Bytes::from_static(b"yes")),
            Outcome::Refused("no".to_owned()),
            Outcome::Lost("who knows".to_owned()),
        ]
    };
    let mut frames = vec![
        Frame::Hello(hello()),
        Frame::Refusal("not you".to_owned()),
        Frame::Request {
            id: 1,
            group: 2,
            kind: 250,
            body: Bytes::from_static(b"words"),
        },
        Frame::Ping,
        Frame::JoinRequest(Bytes::from_static(b"let me in")),
        Frame::Tunnel { group: 7 },
    ];
    frames.extend(outcomes().map(|outcome| Frame::Answer { id: 9, outcome }));
    frames.extend(outcomes().map(Frame::JoinAnswer));
    frames
}

#[test]
fn the_bytes_on_the_wire_stay_as_they_are() {
    let mut expected = vec![31, 0, 0, 0, 1, 1, 1, 0, 2, 1];
    expected.extend([7; 16]);
    expected.extend([3, 0, 0, 0, 0, 0, 0, 0, 9]);
    assert_eq!(whole(Frame::Hello(hello())), expected);
    let request = Frame::Request {
        id: 258,
        group: 5,
        kind: 6,
        body: Bytes::from_static(b"!"),
    };
    let mut expected = vec![19, 0, 0, 0, 3, 2, 1, 0, 0, 0, 0, 0, 0];
    expected.extend([5, 0, 0, 0, 0, 0, 0, 0, 6, b'!']);
    assert_eq!(whole(request), expected);
    let answer = |outcome| whole(Frame::Answer { id: 4, outcome });
    let head = [4, 4, 0, 0, 0, 0, 0, 0, 0];
    let done = answer(Outcome::Done(Bytes::from_static(b"ok")));
    assert_eq!(done, [&[12, 0, 0, 0], &head[..], &[1], b"ok"].concat());
    let refused = answer(Outcome::Refused("no".to_owned()));
    assert_eq!(refused, [&[12, 0, 0, 0], &head[..], &[0], b"no"].concat());
    let lost = answer(Outcome::Lost(String::new()));
    assert_eq!(lost, [&[10, 0, 0, 0], &head[..], &[2]].concat());
    assert_eq!(whole(Frame::Ping), [1, 0, 0, 0, 5].to_vec());
    assert_eq!(whole(Frame::Refusal("x".to_owned())), [2, 0, 0, 0, 2, b'x'].to_vec());
    let join = Frame::JoinRequest(Bytes::from_static(b"j"));
    assert_eq!(whole(join), [3, 0, 0, 0, 6, 1, b'j'].to_vec());
    let joined = Frame::JoinAnswer(Outcome::Done(Bytes::from_static(b"J")));
    assert_eq!(whole(joined), [3, 0, 0, 0, 7, 1, b'J'].to_vec());
}

#[test]
fn frames_round_trip_and_every_cut_of_a_head_is_noticed() {
    for frame in samples() {
        let bytes = whole(frame.clone());
        assert_eq!(size_bytes(&bytes, bytes.len()), Ok(Some(bytes.len())));
        assert!(size_bytes(&bytes, bytes.len() - 1).is_err(), "{frame:?} is too large");
        assert!((0..4).all(|length| size_bytes(&bytes[..length], 9) == Ok(None)));
        assert_eq!(decode(bytes.clone()), Ok(frame.clone()));
        let head = match &frame {
            Frame::Hello(_) => bytes.len(),
            Frame::Refusal(_) | Frame::Ping => 5,
            Frame::Request { .. } => HEAD_SIZE,
            Frame::Answer { .. } => 14,
            Frame::JoinRequest(_) | Frame::JoinAnswer(_) => 6,
            Frame::Tunnel { .. } => 14,
        };
        for length in 0..head {
            assert!(decode(bytes.slice(..length)).is_err(), "{frame:?} cut at {length}");
        }
    }
    let mut long = BytesMut::from(&whole(Frame::Ping)[..]);
    long.extend_from_slice(b"?");
    assert!(decode(long.freeze()).is_err());
}

#[test]
fn a_large_body_is_not_copied_and_a_small_one_holds_nothing_else() {
    let body = Bytes::from(vec![1; PEER_COPY_SIZE_BYTES_MAX + 1]);
    let outcome = Outcome::Done(body.clone());
    let mut bytes = BytesMut::new();
    let rest = encode(Frame::Answer { id: 1, outcome }, &mut bytes);
    assert_eq!(rest.as_ptr(), body.as_ptr());
    bytes.extend_from_slice(&rest);
    let frame = bytes.freeze();
    let Ok(Frame::Answer {
        outcome: Outcome::Done(read),
        ..
    }) = decode(frame.clone())
    else {
        panic!("it does not come back");
    };
    assert!(frame.as_ptr_range().contains(&read.as_ptr()));
    let frame = whole(Frame::JoinRequest(Bytes::from_static(b"small")));
    let Ok(Frame::JoinRequest(read)) = decode(frame.clone()) else {
        panic!("it does not come back");
    };
    assert!(!frame.as_ptr_range().contains(&read.as_ptr()));
}

#[test]
fn what_is_unknown_is_named_and_a_reason_is_cut() {
    let mut later = BytesMut::from(&whole(Frame::Hello(hello()))[..]);
    later[5] = 2;
    let why = decode(later.freeze()).unwrap_err();
    assert!(why.contains("format 2") && why.contains("1 to 258"), "{why}");
    let mut longer = BytesMut::from(&whole(Frame::Hello(hello()))[..]);
    longer.extend_from_slice(b"words of a later program");
    assert_eq!(decode(longer.freeze()), Ok(Frame::Hello(hello())));
    let unknown = decode(Bytes::from_static(&[1, 0, 0, 0, 9])).unwrap_err();
    assert!(unknown.contains("type 9"), "{unknown}");
    let long = whole(Frame::Refusal("ü".repeat(PEER_REASON_SIZE_BYTES_MAX)));
    let expected = "ü".repeat(PEER_REASON_SIZE_BYTES_MAX / 2);
    assert_eq!(decode(long), Ok(Frame::Refusal(expected)));
    let rude = whole(Frame::Refusal("a\nb".to_owned()));
    assert_eq!(decode(rude), Ok(Frame::Refusal("ab".to_owned())), "one line stays one");
}

#[test]
fn both_take_the_highest_version_that_both_speak() {
    let speaks = |lowest, highest| Hello {
        versions: (lowest, highest),
        ..hello()
    };
    for (one, other, common) in [
        ((1, 1), (1, 1), Some(1)),
        ((1, 2), (2, 5), Some(2)),
        ((2, 4), (1, 3), Some(3)),
        ((1, 1), (2, 3), None),
    ] {
        let (one, other) = (speaks(one.0, one.1), speaks(other.0, other.1));
        assert_eq!(one.common_version(&other), common);
        assert_eq!(other.common_version(&one), common);
    }
}

proptest! {
    #[test]
    fn property_any_bytes_are_a_frame_or_are_refused(bytes: Vec<u8>, size in any::<u32>()) {
        let _ = decode(Bytes::from(bytes.clone()));
        let mut framed = size.to_le_bytes().to_vec();
        framed.extend(bytes);
        match size_bytes(&framed, PEER_FRAME_SIZE_BYTES_MAX) {
            Ok(known) => prop_assert_eq!(known, Some(size as usize + 4)),
            Err(_) => prop_assert!(size as usize + 4 > PEER_FRAME_SIZE_BYTES_MAX),
        }
    }

    #[test]
    fn property_a_request_comes_back(id: u64, group: u64, kind: u8, body: Vec<u8>) {
        let frame = Frame::Request { id, group, kind, body: Bytes::from(body) };
        prop_assert_eq!(decode(whole(frame.clone())), Ok(frame));
    }
}
