//! Tests of a node that is asked, without a connection: bounds, order, deadlines, rest.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use corridor_domain::limits;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{Awaited, CallError, Line, Peer, back_off};
use crate::peers::{Kind, Request};
use crate::transport::frame::{Frame, Outcome};
use crate::transport::wire::Outgoing;

const SOON: Duration = Duration::from_secs(5);

fn request(size_bytes: usize) -> Request {
    Request {
        group: 1,
        kind: Kind::Append,
        body: Bytes::from(vec![0; size_bytes]),
    }
}

struct Dialled {
    peer: Arc<Peer>,
    line: Arc<Line>,
    queue: UnboundedReceiver<Outgoing>,
    first: Awaited,
}

fn dialled() -> Dialled {
    let peer = Peer::new(2, "two:1");
    let (dialled, first) = dial(&peer);
    let (line, queue) = dialled.unwrap();
    let first = first.unwrap();
    Dialled {
        peer,
        line,
        queue,
        first,
    }
}

type Made = Option<(Arc<Line>, UnboundedReceiver<Outgoing>)>;

fn dial(peer: &Arc<Peer>) -> (Made, Result<Awaited, CallError>) {
    let mut made = None;
    let handed = peer.hand_over(request(0), SOON, |line, queue| made = Some((line, queue)));
    (made, handed)
}

fn ask(peer: &Arc<Peer>, size_bytes: usize) -> Result<Awaited, CallError> {
    peer.hand_over(request(size_bytes), SOON, |_, _| panic!("there is a line already"))
}

#[tokio::test]
async fn one_line_takes_all_in_order_and_each_gets_its_own_answer() {
    let Dialled {
        peer,
        line,
        mut queue,
        first,
    } = dialled();
    let second = ask(&peer, 1).unwrap();
    for expected in [1, 2] {
        let Frame::Request { id, .. } = queue.recv().await.unwrap().frame else {
            panic!("not a request");
        };
        assert_eq!(id, expected);
    }
    line.settle(2, Outcome::Refused("no".to_owned()));
    line.settle(2, Outcome::Done(Bytes::new()));
    line.settle(1, Outcome::Done(Bytes::from_static(b"yes")));
    assert_eq!(first.answer().await, Ok(Bytes::from_static(b"yes")));
    assert_eq!(second.answer().await, Err(CallError::Refused("no".to_owned())));
    assert_eq!(peer.status().in_flight_count, 0);
}

#[tokio::test]
async fn what_is_in_flight_is_bounded_until_it_is_written_and_answered() {
    let Dialled {
        peer, line, mut queue, ..
    } = dialled();
    let unreachable = |handed: Result<Awaited, CallError>| matches!(handed, Err(CallError::Unreachable(_)));
    assert!(unreachable(ask(&peer, limits::PEER_FRAME_SIZE_BYTES_MAX)), "one frame");
    for _ in 1..limits::PEER_REQUESTS_IN_FLIGHT_COUNT_MAX {
        drop(ask(&peer, 0).unwrap());
    }
    assert!(
        unreachable(ask(&peer, 0)),
        "by count, though nobody waits for the answers"
    );
    line.settle(1, Outcome::Done(Bytes::new()));
    assert!(unreachable(ask(&peer, 0)), "answered, but never written");
    drop(queue.recv().await);
    drop(ask(&peer, 0).unwrap());

    let fresh = dialled();
    let large = limits::PEER_FRAME_SIZE_BYTES_MAX - 100;
    let fitting = (0..1_000).take_while(|_| ask(&fresh.peer, large).is_ok()).count();
    assert_eq!(
        fitting,
        limits::PEER_REQUESTS_IN_FLIGHT_SIZE_BYTES_MAX / limits::PEER_FRAME_SIZE_BYTES_MAX
    );
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_kept_and_gives_the_room_back() {
    let Dialled {
        peer,
        line,
        queue,
        first,
    } = dialled();
    let forgotten = ask(&peer, 0).unwrap();
    drop(forgotten);
    let begun = tokio::time::Instant::now();
    assert_eq!(
        first.answer().await,
        Err(CallError::Lost("its time is over".to_owned()))
    );
    assert_eq!(tokio::time::Instant::now() - begun, SOON);
    drop(queue);
    assert_eq!(peer.status().in_flight_count, 1);
    line.forget_expired();
    assert_eq!(peer.status().in_flight_count, 0);
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_reached_rests_longer_each_time() {
    let Dialled { peer, line, first, .. } = dialled();
    peer.ended(&line, "nobody there", None, 0);
    let nobody = CallError::Unreachable("nobody there".to_owned());
    assert_eq!(first.answer().await, Err(nobody.clone()));
    for expected_ms in [50, 100, 200, 400, 800, 1_000, 1_000] {
        let (made, handed) = dial(&peer);
        assert!(made.is_none() && handed.err() == Some(nobody.clone()));
        tokio::time::advance(Duration::from_millis(expected_ms - 1)).await;
        assert!(dial(&peer).0.is_none(), "still resting after {expected_ms} ms");
        tokio::time::advance(Duration::from_millis(1)).await;
        let (line, _queue) = dial(&peer).0.unwrap();
        peer.ended(&line, "nobody there", None, 0);
    }
    assert_eq!(
        back_off(3, u64::MAX - 15),
        Duration::from_millis(200 - (u64::MAX - 15) % 101)
    );
    assert!((0..1_000).all(|random| back_off(40, random).as_millis() >= 500));
}

#[tokio::test(start_paused = true)]
async fn a_line_that_breaks_loses_what_waits_and_the_next_call_begins_anew() {
    let Dialled { peer, line, first, .. } = dialled();
    peer.connected(Some(9), 3);
    let status = peer.status();
    assert!(status.is_connected && status.certificate_not_after_s == Some(9));
    peer.ended(&line, "cable", Some(Duration::from_secs(2)), 0);
    assert_eq!(first.answer().await, Err(CallError::Lost("cable".to_owned())));
    let status = peer.status();
    assert!(!status.is_connected && status.last_error.as_deref() == Some("cable"));
    let (next, _queue) = dial(&peer).0.unwrap();
    peer.ended(&line, "late news of the old line", None, 0);
    assert!(dial(&peer).0.is_none(), "the new line stays");
    next.fail(&CallError::Lost(String::new()));
    assert!(!peer.leave_if_unused(&next));
}

#[tokio::test(start_paused = true)]
async fn an_unused_line_is_left() {
    let Dialled { peer, line, .. } = dialled();
    tokio::time::advance(Duration::from_millis(limits::PEER_UNUSED_MS)).await;
    assert!(!peer.leave_if_unused(&line), "something waits");
    line.forget_expired();
    assert!(!peer.is_idle() && peer.leave_if_unused(&line) && peer.is_idle());
}
