//! One node asks another: order, bounds, deadlines, broken lines, new certificates.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use corridor_cluster::peers::{CallError, Kind, PeerLink, Request};
use corridor_domain::limits;
use tokio::sync::Semaphore;

use crate::support::{Authority, CLUSTER, Node, ask_until_answered, counted, start, start_on, two_nodes};

const CALLS: u64 = 10_000;

fn body(number: u64) -> Bytes {
    let size_bytes = if number.is_multiple_of(500) {
        100_000
    } else {
        number as usize % 300
    };
    let mut body = number.to_le_bytes().to_vec();
    body.resize(8 + size_bytes, number as u8);
    Bytes::from(body)
}

/// Takes all in order and answers every hundred the other way round.
async fn answer_turned_round(mut node: Node) -> u64 {
    let (mut line, mut waiting) = (None, Vec::new());
    for number in 0..CALLS {
        let taken = node.next().await;
        assert_eq!(taken.from, 1);
        assert_eq!((taken.request.group, taken.request.kind), (5, Kind::Forward));
        assert_eq!(
            taken.request.body,
            body(number),
            "in the order in which they were handed over"
        );
        assert_eq!(*line.get_or_insert(taken.line), taken.line);
        waiting.push(taken);
        if waiting.len() == 100 {
            for taken in waiting.drain(..).rev() {
                (taken.reply)(Ok(taken.request.body.slice(..8)));
            }
        }
    }
    line.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_requests_come_in_order_and_each_gets_its_own_answer() {
    let (one, two) = two_nodes();
    let address = two.address.clone();
    let other_way = two.transport.clone();
    let answering = tokio::spawn(answer_turned_round(two));
    let places = Arc::new(Semaphore::new(2_000));
    let mut asking = Vec::new();
    for number in 0..CALLS {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        let answer = one.ask(2, &address, body(number));
        asking.push(tokio::spawn(async move {
            assert_eq!(answer.await.unwrap(), number.to_le_bytes().to_vec());
            drop(place);
        }));
    }
    for asking in asking {
        asking.await.unwrap();
    }
    let line = answering.await.unwrap();
    let status = one.transport.status();
    assert_eq!(status.peers.len(), 1, "one connection");
    let peer = &status.peers[0];
    assert_eq!((peer.node, peer.is_connected, peer.in_flight_count), (2, true, 0));
    assert_eq!((&peer.address, &peer.last_error), (&address, &None));
    assert_eq!(peer.certificate_not_after_s, status.certificate_not_after_s);
    assert_eq!(status.certificate_not_after_s, Some(3_786_912_000), "2090");
    let lines = other_way.status().lines;
    assert_eq!((lines.len(), lines[0].node, lines[0].line), (1, 1, line));
    assert!(counted("corridor_peer_calls_total answered") >= CALLS);
    assert!(counted("corridor_peer_bytes_total sent") > 2_000_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_ask_each_other_and_the_largest_frame_fits() {
    let (one, two) = two_nodes();
    let (one_address, two_address) = (one.address.clone(), two.address.clone());
    let largest = Bytes::from(vec![9; limits::PEER_FRAME_SIZE_BYTES_MAX - 22]);
    let there = one.ask(2, &two_address, largest.clone());
    let back = two.ask(1, &one_address, "b");
    let (_one, _two) = (one.echo(), two.echo());
    assert!(there.await.unwrap() == largest);
    assert_eq!(back.await.unwrap(), "b");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_a_lost_reply_and_an_answer_too_large_are_told_apart() {
    let (one, mut two) = two_nodes();
    let asked: Vec<_> = (0..3).map(|_| one.ask(2, &two.address, "?")).collect();
    (two.next().await.reply)(Err("not the leader".to_owned()));
    drop(two.next().await.reply);
    (two.next().await.reply)(Ok(Bytes::from(vec![0; limits::PEER_FRAME_SIZE_BYTES_MAX])));
    let answers = futures::future::join_all(asked).await;
    assert_eq!(answers[0], Err(CallError::Refused("not the leader".to_owned())));
    assert_eq!(answers[1], Err(CallError::Lost("the node gave no answer".to_owned())));
    assert_eq!(answers[2], Err(CallError::Lost("the answer is too large".to_owned())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_line_loses_what_is_in_flight_and_the_next_calls_connect_anew() {
    let authority = Authority::new();
    let one = start(&authority.identity(1));
    // Nobody else's connections begin at this address, so that its port stays free for the node that comes back.
    let mut two = start_on(&authority.identity(2), TcpListener::bind("127.0.0.2:0").unwrap());
    let address = two.address.clone();
    let asked: Vec<_> = (0..10).map(|_| one.ask(2, &address, "?")).collect();
    let mut taken = Vec::new();
    for _ in 0..10 {
        taken.push(two.next().await);
    }
    two.transport.shutdown().await;
    assert_eq!(two.ended.try_recv(), Ok(taken[0].line), "before shutdown returns");
    assert!(two.transport.status().lines.is_empty());
    for answer in futures::future::join_all(asked).await {
        assert!(matches!(answer, Err(CallError::Lost(_))), "{answer:?}");
    }
    // Replies to a line that is gone go nowhere.
    taken.into_iter().for_each(|taken| (taken.reply)(Ok(Bytes::new())));
    drop(two);

    let nobody = loop {
        let answer = one.ask(2, &address, "?").await.unwrap_err();
        if matches!(answer, CallError::Unreachable(_)) {
            break answer;
        }
    };
    assert!(one.transport.status().peers[0].last_error.is_some(), "{nobody}");
    let _two = start_on(&authority.identity(2), TcpListener::bind(&address).unwrap()).echo();
    assert_eq!(ask_until_answered(&one, 2, &address).await, "again");
    assert_eq!(one.transport.status().peers[0].last_error, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_ends_one_call_and_not_the_line() {
    let (one, mut two) = two_nodes();
    let request = Request {
        group: 1,
        kind: Kind::Vote,
        body: Bytes::new(),
    };
    let late = one.transport.call(2, &two.address, request, Duration::from_millis(50));
    let taken = two.next().await;
    assert_eq!(late.await, Err(CallError::Lost("its time is over".to_owned())));
    (taken.reply)(Ok(Bytes::from_static(b"too late")));
    let next = one.ask(2, &two.address, "next");
    let taken_next = two.next().await;
    assert_eq!(taken_next.line, taken.line);
    (taken_next.reply)(Ok(Bytes::from_static(b"in time")));
    assert_eq!(next.await.unwrap(), "in time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_what_may_be_in_flight_a_call_fails_at_once() {
    let (one, mut two) = two_nodes();
    let most = limits::PEER_REQUESTS_IN_FLIGHT_COUNT_MAX;
    let asked: Vec<_> = (0..most).map(|_| one.ask(2, &two.address, "?")).collect();
    let refused = one.ask(2, &two.address, "one more").await;
    let Err(CallError::Unreachable(why)) = refused else {
        panic!("it was taken: {refused:?}");
    };
    assert!(why.contains("in flight"), "{why}");
    assert_eq!(one.transport.status().peers[0].in_flight_count, most);
    for _ in 0..most {
        (two.next().await.reply)(Ok(Bytes::new()));
    }
    assert!(futures::future::join_all(asked).await.iter().all(Result::is_ok));
    let next = one.ask(2, &two.address, "now");
    (two.next().await.reply)(Ok(Bytes::new()));
    assert_eq!(next.await, Ok(Bytes::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_address_is_a_new_connection() {
    let authority = Authority::new();
    let one = start(&authority.identity(1));
    let (old, new) = (start(&authority.identity(2)), start(&authority.identity(2)));
    let (old_address, new_address) = (old.address.clone(), new.address.clone());
    let (_old, new) = (old.echo(), new.echo());
    assert_eq!(one.ask(2, &old_address, "old").await.unwrap(), "old");
    assert_eq!(one.ask(2, &new_address, "new").await.unwrap(), "new");
    assert_eq!(new.status().lines.len(), 1);
    let addresses: Vec<_> = one
        .transport
        .status()
        .peers
        .into_iter()
        .map(|peer| peer.address)
        .collect();
    assert!(addresses.contains(&old_address) && addresses.contains(&new_address));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_certificate_is_used_from_the_next_connection_on() {
    let authority = Authority::new();
    let one = start(&authority.identity(1));
    let two = start(&authority.identity(2));
    let address = two.address.clone();
    let two = two.echo();
    assert_eq!(one.ask(2, &address, "a").await.unwrap(), "a");
    let name = corridor_cluster::transport::names::node_name;
    let renewed = authority.identity_named(1, &[name(&CLUSTER, 1)], 2095);
    one.transport.renew(&renewed).unwrap();
    let end_s = one.transport.status().certificate_not_after_s;
    assert_eq!(one.ask(2, &address, "b").await.unwrap(), "b");
    assert_ne!(
        two.status().lines[0].certificate_not_after_s,
        end_s,
        "the line stays as it is"
    );
    assert!(one.transport.renew(&authority.identity(3)).is_err());

    let third = start(&authority.identity(3));
    let address = third.address.clone();
    let third = third.echo();
    assert_eq!(one.ask(3, &address, "c").await.unwrap(), "c");
    assert_eq!(third.status().lines[0].certificate_not_after_s, end_s);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stopped_asks_nobody() {
    let (one, two) = two_nodes();
    let address = two.address.clone();
    let _two = two.echo();
    assert_eq!(one.ask(2, &address, "a").await.unwrap(), "a");
    one.transport.shutdown().await;
    let refused = one.ask(2, &address, "b").await;
    assert_eq!(refused, Err(CallError::Unreachable("this node is stopping".to_owned())));
    assert!(
        tokio::net::TcpStream::connect(&one.address).await.is_err(),
        "nobody listens"
    );
}
