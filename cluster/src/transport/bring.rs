//! Bringing clients to a workspace that another node has: how a tunnel is asked for, and how it is given.
//!
//! Stands beside the lines on which nodes ask each other, and makes a connection for each: what a client does not read must hold up no
//! vote. Both sides have proven who they are before a byte of a client passes. Refuses to know what the bytes say.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use corridor_domain::limits;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::accept::Stream;
use super::dial;
use super::frame::{Frame, Outcome};
use super::refusals::{Reason, Refused};
use super::shared::Shared;
use super::tls::TUNNEL_PROTOCOL;
use super::wire::{FrameReader, write_frame};
use crate::peers::{CallError, NodeId};
use crate::tunnel::Tunnel;

/// Opens a tunnel.
pub(crate) async fn open(shared: &Arc<Shared>, to: NodeId, address: &str, group: u64) -> Result<Tunnel, CallError> {
    let mut stop = shared.stop();
    let place = Arc::clone(&shared.tunnels_out).try_acquire_owned();
    let place = place.map_err(|_| CallError::Refused("this node brings as many clients as it may".to_owned()))?;
    let limit = Duration::from_millis(limits::PEER_HANDSHAKE_TIMEOUT_MS);
    let opened = tokio::select! {
        opened = timeout(limit, ask(shared, to, address, group)) => opened
            .unwrap_or_else(|_| Err(CallError::Unreachable("it took too long to connect".to_owned()))),
        () = stop.wait() => Err(CallError::Unreachable("this node is stopping".to_owned())),
    };
    let stream = opened?;
    notice_silence(stream.get_ref().0);
    Ok(Tunnel::new(stream, Some(place)))
}

async fn ask(shared: &Shared, to: NodeId, address: &str, group: u64) -> Result<TlsStream<TcpStream>, CallError> {
    let unreachable = |error: io::Error| CallError::Unreachable(error.to_string());
    let connected = dial::connect(shared, to, address, TUNNEL_PROTOCOL).await;
    let (mut stream, ..) = connected.map_err(|refused| CallError::Unreachable(refused.why))?;
    let asked = write_frame(stream.stream(), Frame::Tunnel { group }).await;
    asked.map_err(unreachable)?;
    match stream.next().await.map_err(unreachable)? {
        Frame::Answer {
            outcome: Outcome::Done(_),
            ..
        } => stream.into_stream().map_err(unreachable),
        Frame::Answer {
            outcome: Outcome::Refused(why),
            ..
        } => Err(CallError::Refused(why)),
        _ => Err(CallError::Unreachable("it says what answers no question".to_owned())),
    }
}

/// Serves one tunnel until it ends.
pub(crate) async fn answer(shared: &Shared, node: NodeId, mut stream: FrameReader<Stream>) {
    let limit = Duration::from_millis(limits::PEER_HANDSHAKE_TIMEOUT_MS);
    let asked = timeout(limit, stream.next()).await;
    let Ok(Ok(Frame::Tunnel { group })) = asked else {
        let refused = Refused::new(Reason::Protocol, "it does not say where it wants to be brought");
        shared.refusals.incoming(&format!("node {node}"), &refused);
        return;
    };
    let place = Arc::clone(&shared.tunnels).try_acquire_owned();
    let served = match place {
        Ok(place) => shared.service.bring(node, group).map(|serve| (serve, place)),
        Err(_) => Err("there are too many tunnels".to_owned()),
    };
    let (served, outcome) = match served {
        Ok(served) => (Some(served), Outcome::Done(Bytes::new())),
        Err(why) => (None, Outcome::Refused(why)),
    };
    let answered = write_frame(stream.stream(), Frame::Answer { id: 0, outcome }).await;
    if let (Ok(()), Some((serve, place)), Ok(stream)) = (answered, served, stream.into_stream()) {
        notice_silence(stream.get_ref().0);
        serve(Tunnel::new(stream, Some(place))).await;
    }
}

/// Nobody pings here: the system notices that the other machine is gone, be it that nothing is said or that nothing is confirmed.
fn notice_silence(stream: &TcpStream) {
    let silence = Duration::from_millis(limits::PEER_SILENCE_MS);
    let every = Duration::from_millis(limits::PEER_PING_INTERVAL_MS);
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new().with_time(every).with_interval(every);
    // If it does not work a silent machine is noticed later, by whoever waits for it.
    let _ = socket.set_tcp_keepalive(&keepalive);
    let _ = socket.set_tcp_user_timeout(Some(silence));
}
