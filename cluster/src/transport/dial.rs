//! Asking a node: makes the connection, proves who is at both ends, and carries requests until it breaks.
//!
//! Stands between one [`Peer`] and its socket. Refuses to know what is asked.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use corridor_domain::limits;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::frame::{Frame, Hello};
use super::peer::{Line, Peer};
use super::refusals::{Reason, Refused};
use super::shared::{Shared, Stop};
use super::tls::{PEER_PROTOCOL, TUNNEL_PROTOCOL};
use super::wire::{FrameReader, Outgoing, write_frame, write_frames};
use super::{hello, names, validity};
use crate::metrics::PEER_CONNECTIONS;
use crate::peers::NodeId;

/// Frames from a node, and what is written to it.
pub(crate) type Stream = FrameReader<TlsStream<TcpStream>>;

/// A line from its first request to its end.
pub(crate) async fn run(
    mut stop: Stop,
    shared: Arc<Shared>,
    peer: Arc<Peer>,
    line: Arc<Line>,
    queue: UnboundedReceiver<Outgoing>,
) {
    let limit = Duration::from_millis(limits::PEER_HANDSHAKE_TIMEOUT_MS);
    let connected = tokio::select! {
        connected = timeout(limit, connect(&shared, peer.node, &peer.address, PEER_PROTOCOL)) => connected
            .unwrap_or_else(|_| Err(Refused::new(Reason::Timeout, "it took too long to connect"))),
        () = stop.wait() => Err(Refused::new(Reason::Gone, "this node is stopping")),
    };
    let (stream, not_after_s, agreed) = match connected {
        Ok(connected) => connected,
        Err(refused) => {
            shared.refusals.outgoing(peer.node, &peer.address, &refused);
            peer.ended(&line, &refused.why, None, shared.random());
            return;
        }
    };
    PEER_CONNECTIONS.add(&["out"], 1);
    let Agreed { wire, applies } = agreed;
    tracing::info!(
        node = peer.node,
        address = peer.address,
        wire,
        applies,
        "connected to a node"
    );
    peer.connected(not_after_s, applies);
    let began = Instant::now();
    let why = tokio::select! {
        why = carry(&line, stream, queue) => why.to_string(),
        why = look_after(&shared, &peer, &line, not_after_s) => why.to_owned(),
        () = stop.wait() => "this node is stopping".to_owned(),
    };
    tracing::info!(
        node = peer.node,
        address = peer.address,
        why,
        "the connection to a node ended"
    );
    peer.ended(&line, &why, Some(Instant::now() - began), shared.random());
}

/// What two nodes know of each other's versions. There is one wire version yet, so nothing is written otherwise because of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agreed {
    pub wire: u16,
    /// The highest version of commands that the other one applies.
    pub applies: u8,
}

/// Makes a connection on which this is spoken, and proves who is at both ends.
pub(crate) async fn connect(
    shared: &Shared,
    node: NodeId,
    address: &str,
    protocol: &[u8],
) -> Result<(Stream, Option<u64>, Agreed), Refused> {
    let tls = shared.tls();
    let gone = |error: io::Error| Refused::new(Reason::Gone, error.to_string());
    let tcp = TcpStream::connect(address).await.map_err(gone)?;
    tcp.set_nodelay(true).map_err(gone)?;
    let name = names::node_name(&tls.cluster, node);
    let server = ServerName::try_from(name.clone()).map_err(|error| Refused::new(Reason::Name, error.to_string()))?;
    let config = match protocol == TUNNEL_PROTOCOL {
        true => &tls.tunnel_client,
        false => &tls.client,
    };
    let connector = TlsConnector::from(Arc::clone(config));
    let stream = connector.connect(server, tcp).await;
    let stream = stream.map_err(|error| Refused::from_io(&error))?;

    let (_, connection) = stream.get_ref();
    if connection.alpn_protocol() != Some(protocol) {
        return Err(Refused::new(Reason::Protocol, "it does not speak what nodes speak"));
    }
    let certificate = connection.peer_certificates().and_then(<[_]>::first);
    let certificate = certificate.ok_or_else(|| Refused::new(Reason::Certificate, "it showed no certificate"))?;
    names::check(certificate, &name).map_err(|why| Refused::new(Reason::Name, why))?;
    let not_after_s = validity::not_after_s(certificate);

    let own = hello::own(&tls);
    let mut stream = FrameReader::new(stream, limits::PEER_HELLO_SIZE_BYTES_MAX);
    let said = write_frame(stream.stream(), Frame::Hello(own.clone())).await;
    said.map_err(|error| Refused::from_io(&error))?;
    let agreed = check_answer(node, &own, stream.next().await)?;
    Ok((stream, not_after_s, agreed))
}

fn check_answer(node: NodeId, own: &Hello, answer: io::Result<Frame>) -> Result<Agreed, Refused> {
    match answer.map_err(|error| Refused::from_io(&error))? {
        Frame::Hello(theirs) if theirs.node == node => Ok(Agreed {
            wire: hello::agree(own, &theirs)?,
            applies: theirs.applies,
        }),
        Frame::Hello(theirs) => {
            let why = format!("it says that it is node {}", theirs.node);
            Err(Refused::new(Reason::Name, why))
        }
        Frame::Refusal(why) => Err(Refused::new(Reason::Other, format!("it refuses this node: {why}"))),
        _ => Err(Refused::new(Reason::Protocol, "it does not begin with a hello")),
    }
}

/// Requests out, answers in.
async fn carry(line: &Line, stream: Stream, queue: UnboundedReceiver<Outgoing>) -> io::Error {
    let (mut reader, writer) = stream.split();
    let read = async {
        loop {
            match reader.next().await? {
                Frame::Answer { id, outcome } => line.settle(id, outcome),
                Frame::Ping => {}
                _ => return io::Result::<Infallible>::Err(io::Error::other("it says what only askers say")),
            }
        }
    };
    let Err(error) = tokio::select! {
        read = read => read,
        written = write_frames(writer, queue) => written,
    };
    error
}

/// Ends a line that nobody uses, or whose certificate is over.
async fn look_after(shared: &Shared, peer: &Peer, line: &Arc<Line>, not_after_s: Option<u64>) -> &'static str {
    loop {
        sleep(Duration::from_millis(limits::PEER_PING_INTERVAL_MS)).await;
        line.forget_expired();
        if shared.is_over(not_after_s) {
            return "the node's certificate has expired";
        }
        if peer.leave_if_unused(line) {
            return "nobody asked for long";
        }
    }
}
