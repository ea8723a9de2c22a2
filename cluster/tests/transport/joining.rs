//! Those who are no nodes yet: one question, one answer, and only to the cluster that was meant.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use corridor_cluster::transport::{JOIN_PROTOCOL, JoinError, ask_to_join, names};
use corridor_domain::limits;
use corridor_storage::world::SystemWorld;
use sha2::{Digest, Sha256};

use crate::support::{Authority, CLUSTER, LONG, Node, counted, start};

fn fingerprint(authority: &Authority) -> [u8; 32] {
    Sha256::digest(&authority.certificate).into()
}

fn asked_count(node: &Node) -> usize {
    node.join.asked_count.load(Ordering::Relaxed)
}

async fn join(node: &Node, fingerprint: [u8; 32], request: impl Into<Bytes>) -> Result<Bytes, JoinError> {
    let world = Arc::new(SystemWorld::new());
    ask_to_join(&node.address, fingerprint, request.into(), LONG, world).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_knows_the_fingerprint_asks_and_is_answered() {
    let authority = Authority::new();
    let node = start(&authority.identity(2));
    let answer = join(&node, fingerprint(&authority), "token").await;
    assert_eq!(answer, Ok(Bytes::from_static(b"nekot")));
    let largest = Bytes::from(vec![7; limits::JOIN_SIZE_BYTES_MAX]);
    assert_eq!(join(&node, fingerprint(&authority), largest.clone()).await, Ok(largest));
    let refused = join(&node, fingerprint(&authority), "no token").await;
    assert_eq!(refused, Err(JoinError::Refused("not you".to_owned())));
    assert!(node.transport.status().lines.is_empty(), "nobody became a node");
    assert!(counted("corridor_peer_joins_total answered") >= 2);
    assert!(counted("corridor_peer_joins_total refused") >= 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_told_to_another_cluster() {
    let (authority, other) = (Authority::new(), Authority::new());
    let node = start(&authority.identity(2));
    let mut nearly = fingerprint(&authority);
    nearly[31] ^= 1;
    for wrong in [fingerprint(&other), nearly, [0; 32]] {
        let refused = join(&node, wrong, "token").await;
        assert!(matches!(refused, Err(JoinError::NotTrusted(_))), "{refused:?}");
    }
    let leaf: [u8; 32] = Sha256::digest(&authority.identity(2).certificate).into();
    assert!(matches!(
        join(&node, leaf, "token").await,
        Err(JoinError::NotTrusted(_))
    ));

    // One that only carries the right authority's certificate along, without being vouched for by it.
    let mut thief = other.identity(2);
    thief.authority = authority.certificate.to_vec();
    let thief = start(&thief);
    let refused = join(&thief, fingerprint(&authority), "token").await;
    assert!(matches!(refused, Err(JoinError::NotTrusted(_))), "{refused:?}");
    assert_eq!(asked_count(&thief), 0);
    let own_name = [names::node_name(&CLUSTER, 2)];
    let expired = start(&authority.identity_named(2, &own_name, 2001));
    let refused = join(&expired, fingerprint(&authority), "token").await;
    assert!(matches!(refused, Err(JoinError::NotTrusted(_))), "{refused:?}");
    assert_eq!((asked_count(&node), asked_count(&expired)), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_too_large_is_not_sent_and_not_taken() {
    let authority = Authority::new();
    let node = start(&authority.identity(2));
    let large = Bytes::from(vec![0; limits::JOIN_SIZE_BYTES_MAX + 1]);
    let refused = join(&node, fingerprint(&authority), large).await;
    assert!(matches!(refused, Err(JoinError::Refused(_))), "{refused:?}");

    let before = counted("corridor_peer_joins_total failed");
    let claimed = (limits::JOIN_SIZE_BYTES_MAX as u32 + 100).to_le_bytes();
    let heard = crate::hostile::say_joining(&authority, &node, JOIN_PROTOCOL, &claimed).await;
    assert_eq!(heard, []);
    let heard = crate::hostile::say_joining(&authority, &node, JOIN_PROTOCOL, &[1, 0, 0, 0, 5]).await;
    assert_eq!(heard, [], "a ping is no request to join");
    assert!(counted("corridor_peer_joins_total failed") >= before + 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_guess_are_sent_away() {
    let authority = Authority::new();
    let node = start(&authority.identity(2));
    let mut sent_away = 0;
    for _ in 0..3 * limits::JOINS_BURST {
        match join(&node, fingerprint(&authority), "guess").await {
            Err(JoinError::Refused(why)) => {
                assert!(why.contains("too many"), "{why}");
                sent_away += 1;
            }
            answered => assert!(answered.is_ok(), "{answered:?}"),
        }
    }
    assert!(sent_away >= limits::JOINS_BURST, "{sent_away}");
}

#[tokio::test]
async fn nobody_there_is_said_so() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let world = Arc::new(SystemWorld::new());
    let refused = ask_to_join(&address, [0; 32], Bytes::new(), LONG, world).await;
    assert!(matches!(refused, Err(JoinError::Unreachable(_))), "{refused:?}");
}
