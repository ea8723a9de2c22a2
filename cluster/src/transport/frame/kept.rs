//! Every frame in bytes of release 0.1, and what each kind of request carries.

use bytes::{Bytes, BytesMut};

use super::{Frame, Hello, Outcome, decode, encode};
use crate::fixtures::{read, same_case};
use crate::peers::Kind;

const FRAMES: &str = "0.1/frames-1.txt";

fn kept(case: &str, frame: Frame) {
    let mut bytes = BytesMut::new();
    let rest = encode(frame.clone(), &mut bytes);
    bytes.extend_from_slice(&rest);
    let bytes = Bytes::from(same_case(FRAMES, case, &bytes));
    read(case, decode(bytes), &Ok(frame));
}

fn outcomes() -> [(&'static str, Outcome); 3] {
    let outcomes = [
        Outcome::Done(Bytes::from_static(b"here it is")),
        Outcome::Refused("not you".to_owned()),
        Outcome::Lost("who knows".to_owned()),
    ];
    outcomes.map(|outcome| {
        let case = match outcome {
            Outcome::Done(_) => "done",
            Outcome::Refused(_) => "refused",
            Outcome::Lost(_) => "lost",
        };
        (case, outcome)
    })
}

#[test]
fn every_frame() {
    let hello = Frame::Hello(Hello {
        versions: (1, 1),
        cluster: [0xc1; 16],
        node: 300,
        applies: 1,
    });
    let mut frames = vec![
        hello,
        Frame::Refusal("not you".to_owned()),
        Frame::Ping,
        Frame::JoinRequest(Bytes::from_static(b"let me in")),
        Frame::Tunnel { group: 258 },
    ];
    let (answers, joined) = (outcomes(), outcomes());
    frames.extend(answers.map(|(_, outcome)| Frame::Answer { id: 258, outcome }));
    frames.extend(joined.map(|(_, outcome)| Frame::JoinAnswer(outcome)));
    for frame in frames {
        let of = |outcome: &Outcome| {
            outcomes()
                .into_iter()
                .find(|(_, other)| other == outcome)
                .map(|(case, _)| case)
        };
        let case = match &frame {
            Frame::Hello(_) => "hello".to_owned(),
            Frame::Refusal(_) => "refusal".to_owned(),
            Frame::Ping => "ping".to_owned(),
            Frame::JoinRequest(_) => "request to join".to_owned(),
            Frame::Answer { outcome, .. } => format!("answer, {}", of(outcome).unwrap()),
            Frame::JoinAnswer(outcome) => format!("answer to join, {}", of(outcome).unwrap()),
            Frame::Tunnel { .. } => "request for a tunnel".to_owned(),
            Frame::Request { .. } => unreachable!("below"),
        };
        kept(&case, frame);
    }
}

#[test]
fn a_request_of_every_kind() {
    for kind in Kind::ALL {
        let case = match kind {
            Kind::Append => "append",
            Kind::Vote => "vote",
            Kind::PreVote => "pre-vote",
            Kind::TransferLeader => "transfer leader",
            Kind::Snapshot => "snapshot",
            Kind::Forward => "forward",
            Kind::ReadIndex => "read index",
            Kind::Gossip => "gossip",
            Kind::Steer => "steer",
            Kind::Belongs => "belongs",
            Kind::Operate => "operate",
            Kind::Confirmed => "confirmed",
        };
        let request = Frame::Request {
            id: 258,
            group: 7,
            kind: kind as u8,
            body: Bytes::from_static(b"what is asked"),
        };
        kept(&format!("request, {case}"), request);
    }
}
