//! Nodes that are called and are not who was meant: nothing is asked of them.

use std::sync::Arc;

use corridor_cluster::peers::CallError;
use corridor_cluster::transport::{Identity, PEER_PROTOCOL, Transport, names};
use corridor_storage::world::SystemWorld;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::hostile::hello;
use crate::support::{Authority, CLUSTER, Node, counted, start};

async fn assert_unreachable(one: &Node, to: u64, address: &str) -> String {
    match one.ask(to, address, "secret").await {
        Err(CallError::Unreachable(why)) => why,
        other => panic!("it was asked: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_node_that_was_meant_is_asked() {
    let (authority, other) = (Authority::new(), Authority::new());
    let one = start(&authority.identity(1));
    let mut two = start(&authority.identity(2));
    let mut foreign = start(&other.identity(2));
    let before = counted("corridor_peer_handshakes_refused_total out name");
    assert_unreachable(&one, 3, &two.address).await;
    assert!(counted("corridor_peer_handshakes_refused_total out name") > before);
    assert_unreachable(&one, 2, &foreign.address).await;
    assert_unreachable(&one, 1, &one.address).await;
    assert!(two.taken.try_recv().is_err() && foreign.taken.try_recv().is_err());
    let address = two.address.clone();
    let answer = one.ask(2, &address, "right");
    (two.next().await.reply)(Ok(bytes::Bytes::new()));
    assert!(answer.await.is_ok(), "one wrong address does not hurt the right one");
}

/// Answers one caller: takes what it says first, says `said`, and returns everything that was heard.
pub async fn impostor(identity: Identity, listener: TcpListener, said: Vec<u8>) -> Vec<u8> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.to_vec()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(identity.certificate)], key)
        .unwrap();
    config.alpn_protocols = vec![PEER_PROTOCOL.to_vec()];
    let (tcp, _) = listener.accept().await.unwrap();
    let mut heard = Vec::new();
    if let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(tcp).await {
        let _ = stream.write_all(&said).await;
        let _ = stream.read_to_end(&mut heard).await;
    }
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impostor_hears_a_hello_at_most() {
    let authority = Authority::new();
    let one = start(&authority.identity(1));
    let name = names::node_name(&CLUSTER, 2);
    let many = [name.clone(), names::node_name(&CLUSTER, 3)];
    let hello = hello(CLUSTER, 3, (1, 1));
    let expired = authority.identity_named(2, &[name], 2001);
    let refusal = vec![3, 0, 0, 0, 2, b'n', b'o'];
    for (identity, said, hears_hello) in [
        (expired, vec![], false),
        (authority.identity_named(2, &many, 2090), vec![], false),
        (authority.identity(2), hello, true),
        (authority.identity(2), refusal, true),
        (authority.identity(2), vec![0xff; 8], true),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answering = tokio::spawn(impostor(identity, listener, said));
        let why = assert_unreachable(&one, 2, &address).await;
        let heard = answering.await.unwrap();
        assert_eq!(heard.len(), if hears_hello { 35 } else { 0 }, "{why}");
    }
}

#[tokio::test]
async fn a_node_does_not_start_under_another_name() {
    let authority = Authority::new();
    let listener = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let world = || Arc::new(SystemWorld::new());
    let service = || Arc::new(Nothing);
    let mut identity = authority.identity(2);
    identity.node = 3;
    let refused = Transport::start(
        &identity,
        listener(),
        service(),
        Arc::new(crate::support::Turning::default()),
        world(),
    );
    let why = refused.err().unwrap().to_string();
    assert!(why.contains("node-3."), "{why}");
}

struct Nothing;

impl corridor_cluster::peers::PeerService for Nothing {
    fn take(&self, _: u64, _: u64, _: corridor_cluster::peers::Request, _: corridor_cluster::peers::Reply) {}
    fn end(&self, _: u64) {}
}
