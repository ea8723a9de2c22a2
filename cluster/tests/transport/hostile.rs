//! Callers that are not nodes of this cluster, or not the one they claim to be: refused, counted, and nothing changes.

use std::sync::Arc;

use corridor_cluster::transport::{Identity, PEER_PROTOCOL, TUNNEL_PROTOCOL, names};
use corridor_domain::limits;
use corridor_storage::apply::COMMAND_VERSION;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{Authority, CLUSTER, Node, counted, start};

/// A caller that trusts the node and shows what it is told to show.
pub struct Caller<'a> {
    authority: &'a Authority,
    shows: Option<Identity>,
    protocol: &'static [u8],
    version: &'static SupportedProtocolVersion,
}

impl<'a> Caller<'a> {
    pub fn showing(authority: &'a Authority, shows: Option<Identity>) -> Self {
        Self {
            authority,
            shows,
            protocol: PEER_PROTOCOL,
            version: &rustls::version::TLS13,
        }
    }

    /// As one that brings a client.
    pub fn bringing(self) -> Self {
        Self {
            protocol: TUNNEL_PROTOCOL,
            ..self
        }
    }

    pub async fn call(self, node: &Node) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[self.version])
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match self.shows {
            Some(identity) => {
                let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.to_vec()));
                let chain = vec![CertificateDer::from(identity.certificate)];
                builder.with_client_auth_cert(chain, key).unwrap()
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![self.protocol.to_vec()];
        let name = ServerName::try_from(names::node_name(&CLUSTER, 2)).unwrap();
        let tcp = TcpStream::connect(&node.address).await.unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, tcp).await
    }
}

/// A hello of a node that applies commands of version 1.
pub fn hello(cluster: [u8; 16], node: u64, versions: (u16, u16)) -> Vec<u8> {
    let mut bytes = vec![31, 0, 0, 0, 1, 1];
    bytes.extend(versions.0.to_le_bytes());
    bytes.extend(versions.1.to_le_bytes());
    bytes.extend(cluster);
    bytes.extend(node.to_le_bytes());
    bytes.push(COMMAND_VERSION);
    bytes
}

/// A request of group 1 and kind append, as a node would send it.
pub fn request() -> Vec<u8> {
    let mut bytes = vec![18, 0, 0, 0, 3];
    bytes.extend([1, 0, 0, 0, 0, 0, 0, 0].repeat(2));
    bytes.push(1);
    bytes
}

/// Says it and reads until the end.
pub async fn say(stream: std::io::Result<TlsStream<TcpStream>>, said: &[u8]) -> Vec<u8> {
    let mut heard = Vec::new();
    let Ok(mut stream) = stream else { return heard };
    // The node may be gone before all is said, and may end without a farewell.
    let _ = stream.write_all(said).await;
    let _ = stream.flush().await;
    let _ = stream.read_to_end(&mut heard).await;
    heard
}

/// As somebody who wants to join.
pub async fn say_joining(authority: &Authority, node: &Node, protocol: &'static [u8], said: &[u8]) -> Vec<u8> {
    let caller = Caller {
        protocol,
        ..Caller::showing(authority, None)
    };
    say(caller.call(node).await, said).await
}

/// The node was not moved by any of it, and still takes who is right.
async fn assert_unmoved(node: &mut Node, authority: &Authority) {
    assert!(node.taken.try_recv().is_err(), "a request was taken");
    assert!(node.transport.status().lines.is_empty());
    let right = start(&authority.identity(9));
    let answer = right.ask(2, &node.address, "right");
    let taken = node.next().await;
    assert_eq!(taken.from, 9);
    (taken.reply)(Ok(taken.request.body));
    assert_eq!(answer.await.unwrap(), "right");
    right.transport.shutdown().await;
    assert_eq!(node.ended.recv().await, Some(taken.line), "the only line that ever was");
}

fn refused(reason: &str) -> u64 {
    counted(&format!("corridor_peer_handshakes_refused_total in {reason}"))
}

/// What a caller says right after TLS, and why it must be refused.
async fn assert_refused(shows: Option<Identity>, authority: &Authority, said: &[u8], reason: &str) -> Vec<u8> {
    let mut node = start(&authority.identity(2));
    let before = refused(reason);
    let stream = Caller::showing(authority, shows).call(&node).await;
    let heard = say(stream, &[said, &request()].concat()).await;
    assert_unmoved(&mut node, authority).await;
    assert!(refused(reason) > before, "{reason} is not counted");
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_no_certificate_of_this_authority_is_not_heard() {
    let (authority, other) = (Authority::new(), Authority::new());
    let said = hello(CLUSTER, 3, (1, 1));
    let own_name = [names::node_name(&CLUSTER, 3)];
    let expired = authority.identity_named(3, &own_name, 2001);
    for shows in [None, Some(other.identity(3)), Some(expired)] {
        let heard = assert_refused(shows, &authority, &said, "certificate").await;
        assert_eq!(heard, [], "not a word");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_speaks_for_the_one_node_that_it_names() {
    let authority = Authority::new();
    let said = hello(CLUSTER, 3, (1, 1));
    let own = names::node_name(&CLUSTER, 3);
    let elsewhere = names::node_name(&[0xee; 16], 3);
    let many = [own.clone(), names::node_name(&CLUSTER, 4)];
    let wide = own.replacen("node-3", "*", 1);
    for names in [&[elsewhere][..], &many, &[wide], &["node-3".to_owned()]] {
        let shows = authority.identity_named(3, names, 2090);
        let heard = assert_refused(Some(shows), &authority, &said, "name").await;
        assert_eq!(heard[4], 2, "a refusal that says why");
    }
    for claimed in [4, 2] {
        let said = hello(CLUSTER, claimed, (1, 1));
        assert_refused(Some(authority.identity(3)), &authority, &said, "name").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_cluster_another_version_and_another_beginning_are_refused() {
    let authority = Authority::new();
    let own = || Some(authority.identity(3));
    let heard = assert_refused(own(), &authority, &hello([0xee; 16], 3, (1, 1)), "cluster").await;
    assert!(String::from_utf8_lossy(&heard).contains("another cluster"));
    let heard = assert_refused(own(), &authority, &hello(CLUSTER, 3, (7, 9)), "version").await;
    assert!(String::from_utf8_lossy(&heard).contains("7 to 9"));
    let mut later = hello(CLUSTER, 3, (7, 9));
    later[5] = 2;
    let heard = assert_refused(own(), &authority, &later, "protocol").await;
    assert!(String::from_utf8_lossy(&heard).contains("format 2"));
    let huge = (limits::PEER_HELLO_SIZE_BYTES_MAX as u32).to_le_bytes();
    for said in [&[][..], &[0xff; 9], &huge, b"GET / HTTP/1.1\r\n\r\n"] {
        assert_refused(own(), &authority, said, "protocol").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_protocols_and_old_tls_are_refused() {
    let authority = Authority::new();
    let mut node = start(&authority.identity(2));
    let own = || Caller::showing(&authority, Some(authority.identity(3)));
    let before = refused("protocol");
    let old = Caller {
        version: &rustls::version::TLS12,
        ..own()
    };
    assert!(old.call(&node).await.is_err());
    let other = Caller {
        protocol: b"http/1.1",
        ..own()
    };
    assert!(other.call(&node).await.is_err());
    for said in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0; 100], &[0x16, 3, 1, 0xff, 0xff]] {
        let mut tcp = TcpStream::connect(&node.address).await.unwrap();
        tcp.write_all(said).await.unwrap();
        tcp.shutdown().await.unwrap();
        let mut heard = Vec::new();
        let _ = tcp.read_to_end(&mut heard).await;
        assert!(heard.len() < 10, "an alert at most: {heard:?}");
    }
    assert_unmoved(&mut node, &authority).await;
    assert!(refused("protocol") >= before + 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_loses_its_manners_loses_its_line() {
    let authority = Authority::new();
    let mut node = start(&authority.identity(2));
    let answers_only = [&[10, 0, 0, 0, 4][..], &[0; 9]].concat();
    let huge = u32::MAX.to_le_bytes().to_vec();
    for rude in [answers_only, huge, vec![1, 0, 0, 0, 77], hello(CLUSTER, 3, (1, 1))] {
        let stream = Caller::showing(&authority, Some(authority.identity(3)))
            .call(&node)
            .await;
        let heard = say(
            stream,
            &[hello(CLUSTER, 3, (1, 1)), request(), rude, request()].concat(),
        )
        .await;
        assert_eq!(heard[..35], hello(CLUSTER, 2, (1, 1)), "it was welcome");
        let taken = node.next().await;
        assert_eq!(taken.from, 3);
        assert_eq!(node.ended.recv().await, Some(taken.line));
        assert!(
            node.taken.try_recv().is_err(),
            "what came before counts, what comes after does not"
        );
    }
    // A kind of request that only a later release knows is refused, and the line stays.
    let mut unknown = request();
    *unknown.last_mut().unwrap() = 99;
    let mut stream = Caller::showing(&authority, Some(authority.identity(3)))
        .call(&node)
        .await
        .unwrap();
    let said = [hello(CLUSTER, 3, (1, 1)), unknown, request()].concat();
    stream.write_all(&said).await.unwrap();
    let mut heard = vec![0; 35 + 14];
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!((heard[39], heard[48]), (4, 0), "an answer that refuses");
    assert_eq!(node.next().await.from, 3);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_silent_is_left_after_a_while() {
    let authority = Authority::new();
    let node = start(&authority.identity(2));
    let begun = Instant::now();
    let mut tcp = TcpStream::connect(&node.address).await.unwrap();
    assert_eq!(tcp.read(&mut [0; 9]).await.unwrap(), 0);
    let waited_ms = (Instant::now() - begun).as_millis() as u64;
    assert!(
        waited_ms.abs_diff(limits::PEER_HANDSHAKE_TIMEOUT_MS) < 100,
        "{waited_ms} ms"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_strangers_take_their_own_places_only() {
    let authority = Authority::new();
    let node = start(&authority.identity(2));
    let before = refused("places");
    let mut silent = Vec::new();
    for _ in 0..=limits::PEER_HANDSHAKES_PER_ADDRESS_COUNT_MAX {
        silent.push(TcpStream::connect(&node.address).await.unwrap());
    }
    let last = silent.last_mut().unwrap();
    let end = last.read(&mut [0; 9]).await;
    assert!(end.is_err() || end.is_ok_and(|count| count == 0));
    assert!(refused("places") > before);
}
