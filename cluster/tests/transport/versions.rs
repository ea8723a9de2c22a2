//! A node meets one of the next release: they talk as both can, or part with one clear line.

use bytes::Bytes;
use corridor_cluster::peers::{CallError, PeerLink as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use corridor_storage::apply::COMMAND_VERSION;

use crate::hostile::{Caller, hello, request, say};
use crate::impostors::impostor;
use crate::support::{Authority, CLUSTER, counted, start};

/// What a node of the release to come says first: it speaks the wire versions from `lowest` to 2, applies commands of version 3,
/// and adds words that this release does not know.
fn hello_to_come(node: u64, lowest: u16) -> Vec<u8> {
    let mut bytes = hello(CLUSTER, node, (lowest, 2));
    if let Some(applies) = bytes.last_mut() {
        *applies = COMMAND_VERSION + 1;
    }
    bytes.extend(b"words to come");
    bytes[0] = u8::try_from(bytes.len() - 4).unwrap();
    bytes
}

/// The text of the only frame that was heard, which is a refusal.
fn refusal(heard: &[u8]) -> &str {
    assert_eq!(usize::from(heard[0]) + 4, heard.len(), "one frame");
    assert_eq!(heard[4], 2, "a refusal");
    std::str::from_utf8(&heard[5..]).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_the_next_release_asks_this_one_in_the_version_of_both() {
    let authority = Authority::new();
    let mut node = start(&authority.identity(2));
    let caller = Caller::showing(&authority, Some(authority.identity(3)));
    let mut stream = caller.call(&node).await.unwrap();
    let said = [hello_to_come(3, 1), request()].concat();
    stream.write_all(&said).await.unwrap();
    let mut heard = vec![0; 35];
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(
        heard,
        hello(CLUSTER, 2, (1, 1)),
        "so the other one knows that it is wire version 1, and which commands it applies"
    );
    let taken = node.next().await;
    assert_eq!((taken.from, taken.request.group), (3, 1));
    (taken.reply)(Ok(Bytes::from_static(b"yes")));
    let mut answer = vec![0; 17];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!((answer[4], &answer[13..]), (4, &b"\x01yes"[..]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn this_node_asks_one_of_the_next_release_and_remembers_what_it_applies() {
    let authority = Authority::new();
    let one = start(&authority.identity(1));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    assert_eq!(one.transport.applies(2, &address), None, "it did not say yet");
    let mut said = hello_to_come(2, 1);
    // And its answer to the first request, in wire version 1.
    said.extend([13, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 1, b'y', b'e', b's']);
    let answering = tokio::spawn(impostor(authority.identity(2), listener, said));
    assert_eq!(one.ask(2, &address, "in version 1").await.unwrap(), "yes");
    assert_eq!(one.transport.applies(2, &address), Some(COMMAND_VERSION + 1));
    assert_eq!(one.transport.applies(2, "elsewhere:1"), None);
    one.transport.shutdown().await;
    let heard = answering.await.unwrap();
    assert_eq!(heard[..35], hello(CLUSTER, 1, (1, 1)));
    assert!(heard.ends_with(b"in version 1"));
    assert_eq!(
        one.transport.applies(2, &address),
        Some(COMMAND_VERSION + 1),
        "also when the line is over"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_releases_too_far_apart_part_with_one_line() {
    let authority = Authority::new();
    let line = "node 2 speaks the wire versions 1 to 1, node 3 speaks 2 to 2: update one release at a time";
    let mut node = start(&authority.identity(2));
    let caller = Caller::showing(&authority, Some(authority.identity(3)));
    let heard = say(caller.call(&node).await, &[hello_to_come(3, 2), request()].concat()).await;
    assert_eq!(refusal(&heard), line);
    assert!(node.taken.try_recv().is_err(), "nothing was asked");

    let before = counted("corridor_peer_handshakes_refused_total out version");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answering = tokio::spawn(impostor(authority.identity(3), listener, hello_to_come(3, 2)));
    match node.ask(3, &address, "secret").await {
        Err(CallError::Unreachable(why)) => assert_eq!(why, line),
        other => panic!("it was asked: {other:?}"),
    }
    assert_eq!(answering.await.unwrap().len(), 35, "a hello, and nothing else");
    assert!(counted("corridor_peer_handshakes_refused_total out version") > before);
    assert_eq!(node.transport.applies(3, &address), None);
}
