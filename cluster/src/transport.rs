//! The way to the other nodes: TLS 1.3 with certificates on both sides, one connection for each node that this one asks.
//!
//! Stands behind [`PeerLink`] and in front of [`PeerService`]; on the same port it hears those who want to join. It proves who
//! is at the other end, keeps requests in their order, and bounds everything. It carries bytes; it refuses to know what they say,
//! who leads, and who belongs to the cluster beyond what a certificate says.
//!
//! | file | what it does |
//! |---|---|
//! | `identity`, `names`, `validity` | who this node is, what a certificate says |
//! | `tls`, `pinned` | who is let in; whom one who joins believes |
//! | `frame`, `wire`, `hello` | the bytes, their way, the first words |
//! | `peer`, `dial` | asking |
//! | `accept`, `lines`, `answer` | answering |
//! | `bring` | bringing a client to a workspace that another node has |
//! | `join` | those who are no nodes yet |
//! | `room`, `places`, `refusals` | the bounds, and what is said of those who were refused |

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use corridor_domain::limits;
use corridor_storage::world::World;
use futures::future::BoxFuture;
use tokio::runtime::Handle;

use crate::metrics::PEER_CALLS;
use crate::peers::{CallError, NodeId, PeerLink, PeerService, Request};
use crate::tunnel::Tunnel;

mod accept;
mod answer;
mod bring;
mod dial;
mod frame;
mod hello;
mod identity;
mod join;
mod lines;
pub mod names;
mod peer;
mod pinned;
mod places;
mod refusals;
mod room;
mod shared;
mod tls;
mod validity;
mod wire;

pub use identity::Identity;
pub use join::{JoinError, JoinService, ask_to_join};
pub use lines::LineStatus;
pub use peer::PeerStatus;
pub use tls::{JOIN_PROTOCOL, PEER_PROTOCOL, TUNNEL_PROTOCOL};

use identity::invalid;
use shared::Shared;
use tls::Tls;

/// The connections of one node. Dropping it ends them, but only [`Transport::shutdown`] waits for that.
pub struct Transport {
    shared: Arc<Shared>,
}

/// What is known of a node's connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportStatus {
    /// The end of this node's own certificate, in Unix time.
    pub certificate_not_after_s: Option<u64>,
    /// The nodes that this node asks.
    pub peers: Vec<PeerStatus>,
    /// The connections on which other nodes ask.
    pub lines: Vec<LineStatus>,
}

impl Transport {
    /// Begins to listen and to answer. Within a runtime, on which everything runs from then on.
    pub fn start(
        identity: &Identity,
        listener: TcpListener,
        service: Arc<dyn PeerService>,
        join: Arc<dyn JoinService>,
        world: Arc<dyn World>,
    ) -> io::Result<Arc<Self>> {
        let runtime = Handle::try_current().map_err(io::Error::other)?;
        let tls = Tls::new(identity, &world)?;
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let shared = Shared::new(tls, service, join, world, runtime.clone());
        runtime.spawn(accept::run(shared.stop(), Arc::clone(&shared), listener));
        Ok(Arc::new(Self { shared }))
    }

    /// Uses another certificate of the same node from the next connection on.
    pub fn renew(&self, identity: &Identity) -> io::Result<()> {
        let current = self.shared.tls();
        if (identity.cluster, identity.node) != (current.cluster, current.node) {
            return Err(invalid("the new certificate is for another node"));
        }
        self.shared.set_tls(Tls::new(identity, &self.shared.world)?);
        Ok(())
    }

    /// How the connections stand.
    pub fn status(&self) -> TransportStatus {
        TransportStatus {
            certificate_not_after_s: self.shared.tls().not_after_s,
            peers: self.shared.peer_statuses(),
            lines: self.shared.lines.statuses(),
        }
    }

    /// So many tunnels at most, in each direction: each is an open file.
    pub fn bound_tunnels(&self, count: usize) {
        let too_many = limits::TUNNELS_COUNT_MAX.saturating_sub(count);
        for places in [&self.shared.tunnels, &self.shared.tunnels_out] {
            places.forget_permits(too_many);
        }
    }

    /// A way for a client to a workspace that another node has, if that node says so. Refused and unreachable: certainly nothing was done.
    pub async fn tunnel(&self, to: NodeId, address: &str, group: u64) -> Result<Tunnel, CallError> {
        bring::open(&self.shared, to, address, group).await
    }

    /// Ends all connections, and waits until the service has heard of the end of every line.
    pub async fn shutdown(&self) {
        self.shared.end();
        self.shared.ended().await;
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        self.shared.end();
    }
}

impl PeerLink for Transport {
    fn call(
        &self,
        to: NodeId,
        address: &str,
        request: Request,
        deadline: Duration,
    ) -> BoxFuture<'static, Result<Bytes, CallError>> {
        let handed_over = self.shared.hand_over(to, address, request, deadline);
        Box::pin(async move {
            let answer = match handed_over {
                Ok(awaited) => awaited.answer().await,
                Err(error) => Err(error),
            };
            let outcome = match &answer {
                Ok(_) => "answered",
                Err(CallError::Refused(_)) => "refused",
                Err(CallError::Lost(_)) => "lost",
                Err(CallError::Unreachable(_)) => "unreachable",
            };
            PEER_CALLS.add(&[outcome], 1);
            answer
        })
    }

    fn applies(&self, node: NodeId, address: &str) -> Option<u8> {
        self.shared.applies(node, address)
    }
}
