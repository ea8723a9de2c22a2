//! Clients whom one node brings to another: their bytes pass, and nobody who is no node brings anybody.

use corridor_cluster::peers::CallError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::hostile::{Caller, hello, say};
use crate::support::{Authority, CLUSTER, start, two_nodes};

/// A request for a tunnel to group 5, as a node would send it.
fn request() -> Vec<u8> {
    let mut bytes = vec![10, 0, 0, 0, 8, 1];
    bytes.extend(5_u64.to_le_bytes());
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_pass_in_both_directions_until_one_side_goes() {
    let (one, two) = two_nodes();
    let mut tunnel = one.transport.tunnel(2, &two.address, 5).await.unwrap();
    let sent: Vec<u8> = (0..300_000_u32).map(|byte| byte as u8).collect();
    let (mut reads, mut writes) = tokio::io::split(&mut tunnel);
    let mut heard = vec![0; sent.len()];
    let (written, read) = tokio::join!(writes.write_all(&sent), reads.read_exact(&mut heard));
    written.unwrap();
    read.unwrap();
    assert!(heard == sent);
    two.transport.shutdown().await;
    // However it ends, it does.
    let _ = tunnel.read_to_end(&mut heard).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_be_served_is_told_so() {
    let (one, two) = two_nodes();
    let refused = one.transport.tunnel(2, &two.address, 6).await.err().unwrap();
    assert_eq!(refused, CallError::Refused("node 1 is at the wrong node".to_owned()));
    two.transport.shutdown().await;
    let gone = one.transport.tunnel(2, &two.address, 5).await.err().unwrap();
    assert!(matches!(gone, CallError::Unreachable(_)), "{gone}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_brings_a_client_who_is_no_node_of_the_cluster() {
    let (authority, other) = (Authority::new(), Authority::new());
    let node = start(&authority.identity(2));
    let said = [hello(CLUSTER, 1, (1, 1)), request(), b"client".to_vec()].concat();
    // What comes before the answer is refused, be it of a node.
    let early = Caller::showing(&authority, Some(authority.identity(1))).bringing();
    let heard = say(early.call(&node).await, &said).await;
    assert!(!heard.ends_with(b"client"), "{heard:?}");
    let strangers = [
        Caller::showing(&authority, None),
        Caller::showing(&authority, Some(other.identity(1))),
        // A genuine certificate of somebody else.
        Caller::showing(&authority, Some(authority.identity(3))),
    ];
    for stranger in strangers {
        let heard = say(stranger.bringing().call(&node).await, &said).await;
        assert!(!heard.windows(6).any(|window| window == b"client"), "{heard:?}");
    }
}
