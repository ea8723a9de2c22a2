//! The listener: who calls is let in as a node of this cluster, which asks or brings a client, heard as one that wants to join, or
//! refused.
//!
//! Stands between the socket and those who answer. Nothing is asked of the node's service before both sides have proven who they
//! are. Refuses to know requests.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use corridor_domain::limits;
use rustls::pki_types::CertificateDer;
use rustls::server::Acceptor;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, StartHandshake};

use super::frame::{Frame, Hello};
use super::places::Place;
use super::refusals::{Reason, Refused};
use super::shared::{Shared, Stop};
use super::tls::{JOIN_PROTOCOL, PEER_PROTOCOL, TUNNEL_PROTOCOL, Tls};
use super::wire::{FrameReader, write_frame};
use super::{answer, bring, hello, join, names, validity};

/// While the system has no file left for a connection, how long it is left alone.
const ACCEPT_AGAIN_MS: u64 = 100;

pub(crate) type Stream = TlsStream<TcpStream>;

/// Somebody who was let in.
enum Caller {
    Node {
        node: u64,
        not_after_s: Option<u64>,
        stream: FrameReader<Stream>,
    },
    /// A node that brings a client.
    Bringing {
        node: u64,
        stream: FrameReader<Stream>,
    },
    Joining(Stream),
}

/// Takes connections until the transport stops.
pub(crate) async fn run(mut stop: Stop, shared: Arc<Shared>, listener: TcpListener) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.wait() => return,
        };
        match accepted {
            Ok((tcp, from)) => match shared.places.take(from.ip()) {
                Some(place) => {
                    tokio::spawn(enter(stop.clone(), Arc::clone(&shared), tcp, from, place));
                }
                None => {
                    let refused = Refused::new(Reason::Places, "there are too many at once");
                    shared.refusals.incoming(&from.ip().to_string(), &refused);
                }
            },
            Err(error) => {
                tracing::debug!(%error, "a connection between nodes was not accepted");
                sleep(Duration::from_millis(ACCEPT_AGAIN_MS)).await;
            }
        }
    }
}

async fn enter(mut stop: Stop, shared: Arc<Shared>, tcp: TcpStream, from: SocketAddr, place: Place) {
    let limit = Duration::from_millis(limits::PEER_HANDSHAKE_TIMEOUT_MS);
    let known = tokio::select! {
        known = timeout(limit, greet(&shared, tcp)) => known
            .unwrap_or_else(|_| Err(Refused::new(Reason::Timeout, "it did not say in time who it is"))),
        () = stop.wait() => return,
    };
    match known {
        Ok(Caller::Node {
            node,
            not_after_s,
            stream,
        }) => {
            drop(place);
            match shared.lines.enter(node, from, not_after_s) {
                Some(entered) => answer::run(stop, shared, stream, entered, not_after_s).await,
                None => {
                    let refused = Refused::new(Reason::Places, "there are too many connections of nodes");
                    shared.refusals.incoming(&from.ip().to_string(), &refused);
                }
            }
        }
        Ok(Caller::Bringing { node, stream }) => {
            drop(place);
            tokio::select! {
                () = bring::answer(&shared, node, stream) => {}
                () = stop.wait() => {}
            }
        }
        Ok(Caller::Joining(stream)) => {
            tokio::select! {
                () = join::answer(&shared, stream, from) => {}
                () = stop.wait() => {}
            }
            drop(place);
        }
        Err(refused) => shared.refusals.incoming(&from.ip().to_string(), &refused),
    }
}

async fn greet(shared: &Shared, tcp: TcpStream) -> Result<Caller, Refused> {
    let failed = |error: io::Error| Refused::from_io(&error);
    tcp.set_nodelay(true).map_err(failed)?;
    let start = LazyConfigAcceptor::new(Acceptor::default(), tcp)
        .await
        .map_err(failed)?;
    let tls = shared.tls();
    if offers(&start, PEER_PROTOCOL) {
        let stream = start.into_stream(Arc::clone(&tls.peer_server)).await.map_err(failed)?;
        let (node, not_after_s, stream) = greet_node(&tls, stream).await?;
        Ok(Caller::Node {
            node,
            not_after_s,
            stream,
        })
    } else if offers(&start, TUNNEL_PROTOCOL) {
        let stream = start.into_stream(Arc::clone(&tls.tunnel_server)).await;
        let (node, _, stream) = greet_node(&tls, stream.map_err(failed)?).await?;
        Ok(Caller::Bringing { node, stream })
    } else if offers(&start, JOIN_PROTOCOL) {
        let stream = start.into_stream(Arc::clone(&tls.join_server)).await.map_err(failed)?;
        Ok(Caller::Joining(stream))
    } else {
        Err(Refused::new(
            Reason::Protocol,
            "it does not ask for what is spoken here",
        ))
    }
}

fn offers(start: &StartHandshake<TcpStream>, protocol: &[u8]) -> bool {
    let hello = start.client_hello();
    let mut offered = hello.alpn().into_iter().flatten();
    offered.any(|offered| offered == protocol)
}

/// TLS let it in: it has a certificate of this cluster's authority. Now it says which node it is.
async fn greet_node(tls: &Tls, stream: Stream) -> Result<(u64, Option<u64>, FrameReader<Stream>), Refused> {
    let (_, connection) = stream.get_ref();
    let certificate = connection.peer_certificates().and_then(<[_]>::first);
    let certificate = certificate.ok_or_else(|| Refused::new(Reason::Certificate, "it showed no certificate"))?;
    let certificate = certificate.clone().into_owned();
    let not_after_s = validity::not_after_s(&certificate);

    let mut stream = FrameReader::new(stream, limits::PEER_HELLO_SIZE_BYTES_MAX);
    let own = hello::own(tls);
    match check(tls, &own, &certificate, stream.next().await) {
        Ok(node) => {
            let said = write_frame(stream.stream(), Frame::Hello(own)).await;
            said.map_err(|error| Refused::from_io(&error))?;
            Ok((node, not_after_s, stream))
        }
        Err(refused) => {
            // It may be gone; then it need not be told.
            let _ = write_frame(stream.stream(), Frame::Refusal(refused.why.clone())).await;
            Err(refused)
        }
    }
}

fn check(tls: &Tls, own: &Hello, certificate: &CertificateDer<'_>, said: io::Result<Frame>) -> Result<u64, Refused> {
    let Frame::Hello(theirs) = said.map_err(|error| Refused::from_io(&error))? else {
        return Err(Refused::new(Reason::Protocol, "it does not begin with a hello"));
    };
    hello::agree(own, &theirs)?;
    let name = names::node_name(&tls.cluster, theirs.node);
    names::check(certificate, &name).map_err(|why| Refused::new(Reason::Name, why))?;
    Ok(theirs.node)
}
