//! Tests of listening: over real sockets of this machine, with certificates made on the spot.

use super::{Door, ServeError, TlsFiles, bind, check_reach, serve, serve_on, tls_config};
use crate::gate::Places;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use corridor_domain::limits;
use corridor_storage::high_water::HighWater;
use rustls::pki_types::{CertificateDer, ServerName};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;

const ANY_PORT: &str = "127.0.0.1:0";

fn router() -> Router {
    let whoami = |ConnectInfo(client): ConnectInfo<SocketAddr>| async move { client.ip().to_string() };
    let slow = || async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        "late"
    };
    Router::new().route("/", get(whoami)).route("/slow", get(slow))
}

fn door(places: usize) -> Door {
    static MARK: HighWater = HighWater::new("test", 0);
    Door::new(Places::new(places, places, &MARK))
}

struct Made {
    files: TlsFiles,
    certificate: CertificateDer<'static>,
    folder: PathBuf,
}

impl Drop for Made {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn certificate(name: &str) -> Made {
    let folder = std::env::temp_dir().join(format!("corridor-serve-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let files = TlsFiles {
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
    };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    Made {
        files,
        certificate: made.cert.der().clone(),
        folder,
    }
}

fn ask(mut stream: impl Read + Write, path: &str) -> String {
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    // A TLS peer that ends without a farewell is fine here: what it said is what counts.
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_plain_on_this_machine_and_stops_when_told() {
    let listener = bind(ANY_PORT.parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let wait = async move { stopped.await.unwrap_or(()) };
    let served = tokio::spawn(async move { serve_on(listener, router(), None, door(9), wait, 1_000).await });
    let answer = tokio::task::spawn_blocking(move || ask(TcpStream::connect(address).unwrap(), "/"))
        .await
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("127.0.0.1"), "{answer}");
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_does_not_end_is_cut_at_the_deadline() {
    let listener = bind(ANY_PORT.parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let wait = async move { stopped.await.unwrap_or(()) };
    let served = tokio::spawn(async move { serve_on(listener, router(), None, door(9), wait, 100).await });
    let asked = tokio::task::spawn_blocking(move || ask(TcpStream::connect(address).unwrap(), "/slow"));
    tokio::time::sleep(Duration::from_millis(200)).await;
    stop.send(()).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), served).await;
    ended.unwrap().unwrap().unwrap();
    assert_eq!(asked.await.unwrap(), "");
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_requests_ends() {
    let listener = bind(ANY_PORT.parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let served =
        tokio::spawn(async move { serve_on(listener, router(), None, door(9), std::future::pending(), 0).await });
    let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 1_024];
    let count = client.read(&mut answer).await.unwrap();
    assert!(answer[..count].starts_with(b"HTTP/1.1 200"));
    let idle = tokio::time::Instant::now();
    assert_eq!(client.read(&mut answer).await.unwrap(), 0, "it is closed");
    let idle_ms = idle.elapsed().as_millis() as u64;
    assert!(idle_ms.abs_diff(limits::KEEP_ALIVE_TIMEOUT_MS) < 1_000, "{idle_ms}");
    served.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_last_place_nobody_is_let_in() {
    let listener = bind(ANY_PORT.parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let served =
        tokio::spawn(async move { serve_on(listener, router(), None, door(1), std::future::pending(), 0).await });
    let mut first = tokio::net::TcpStream::connect(address).await.unwrap();
    first.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 1_024];
    let count = first.read(&mut answer).await.unwrap();
    assert!(answer[..count].starts_with(b"HTTP/1.1 200"));
    let mut second = tokio::net::TcpStream::connect(address).await.unwrap();
    let end = second.read(&mut answer).await;
    assert!(end.is_err() || end.is_ok_and(|count| count == 0), "it was let in");
    served.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_tls_1_3() {
    let made = certificate("tls");
    let listener = bind(ANY_PORT.parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let files = made.files.clone();
    let served =
        tokio::spawn(
            async move { serve_on(listener, router(), Some(&files), door(9), std::future::pending(), 0).await },
        );
    let root = made.certificate.clone();
    let (answer, version, protocol) = tokio::task::spawn_blocking(move || {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(root).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let client =
            rustls::ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
        let mut stream = rustls::StreamOwned::new(client, TcpStream::connect(address).unwrap());
        let answer = ask(&mut stream, "/");
        (
            answer,
            stream.conn.protocol_version(),
            stream.conn.alpn_protocol().map(<[u8]>::to_vec),
        )
    })
    .await
    .unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(version, Some(rustls::ProtocolVersion::TLSv1_3));
    assert_eq!(protocol.as_deref(), Some(&b"http/1.1"[..]));
    served.abort();
}

#[tokio::test]
async fn without_tls_nobody_elsewhere_is_served() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "[::ffff:192.0.2.1]:80"] {
        let address = address.parse().unwrap();
        let refused = serve(address, router(), None, door(9), async {}, 0).await;
        assert!(
            matches!(refused, Err(ServeError::PlainBeyondThisMachine { .. })),
            "{address}"
        );
        assert!(
            check_reach(
                address,
                Some(&TlsFiles {
                    certificate: "a".into(),
                    key: "b".into()
                })
            )
            .is_ok()
        );
    }
    for address in ["127.0.0.1:0", "127.9.9.9:0", "[::1]:0", "[::ffff:127.0.0.1]:0"] {
        assert!(check_reach(address.parse().unwrap(), None).is_ok(), "{address}");
    }
}

#[test]
fn a_taken_address_is_said_so() {
    let listener = bind(ANY_PORT.parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let sentence = bind(address).unwrap_err().to_string();
    assert!(
        sentence.starts_with(&format!("cannot listen on {address}: ")),
        "{sentence}"
    );
}

#[test]
fn wrong_tls_files_are_named() {
    let (one, other) = (certificate("one"), certificate("other"));
    let sentence = |certificate: &PathBuf, key: &PathBuf| {
        let files = TlsFiles {
            certificate: certificate.clone(),
            key: key.clone(),
        };
        tls_config(&files).map(|_| ()).unwrap_err().to_string()
    };
    assert!(tls_config(&one.files).is_ok());
    let missing = one.folder.join("missing.pem");
    assert!(sentence(&missing, &one.files.key).contains("missing.pem"));
    assert!(sentence(&one.files.certificate, &missing).contains("missing.pem"));
    assert!(sentence(&one.files.key, &one.files.key).contains("holds no certificate"));
    assert!(sentence(&one.files.certificate, &one.files.certificate).contains("holds no key"));
    assert!(sentence(&one.files.certificate, &other.files.key).contains("cannot be used with the key"));
}
