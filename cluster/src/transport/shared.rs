//! What all connections of one node share: its certificate, its service, its bounds, its end.
//!
//! Stands under [`Transport`](super::Transport). Refuses to know what travels on a connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use corridor_domain::limits;
use corridor_storage::world::World;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use super::dial;
use super::join::{JoinService, Joins};
use super::lines::Lines;
use super::peer::{Awaited, Peer, PeerStatus};
use super::places::Places;
use super::refusals::Refusals;
use super::tls::Tls;
use crate::peers::{CallError, NodeId, PeerService, Request};

pub(crate) struct Shared {
    pub world: Arc<dyn World>,
    pub service: Arc<dyn PeerService>,
    pub join: Arc<dyn JoinService>,
    pub joins: Joins,
    pub places: Arc<Places>,
    /// Places for clients that other nodes bring.
    pub tunnels: Arc<Semaphore>,
    /// Places for clients that this node brings.
    pub tunnels_out: Arc<Semaphore>,
    pub lines: Arc<Lines>,
    pub refusals: Refusals,
    tls: RwLock<Arc<Tls>>,
    /// By node; a node that moves has two addresses for a while.
    peers: Mutex<HashMap<NodeId, Vec<Arc<Peer>>>>,
    runtime: Handle,
    stopping: watch::Sender<bool>,
}

/// Tells a task to end. The transport has ended when all of them are dropped: a task takes it as its first parameter, which is
/// dropped after everything else that the task holds.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Waits until the transport stops.
    pub async fn wait(&mut self) {
        // An error says that the transport is gone, which is the same.
        let _ = self.0.wait_for(|stopping| *stopping).await;
    }
}

impl Shared {
    pub fn new(
        tls: Tls,
        service: Arc<dyn PeerService>,
        join: Arc<dyn JoinService>,
        world: Arc<dyn World>,
        runtime: Handle,
    ) -> Arc<Self> {
        Arc::new(Self {
            service,
            join,
            joins: Joins::new(world.monotonic_ns()),
            places: Arc::default(),
            tunnels: Arc::new(Semaphore::new(limits::TUNNELS_COUNT_MAX)),
            tunnels_out: Arc::new(Semaphore::new(limits::TUNNELS_COUNT_MAX)),
            lines: Arc::default(),
            refusals: Refusals::new(Arc::clone(&world)),
            tls: RwLock::new(Arc::new(tls)),
            peers: Mutex::default(),
            world,
            runtime,
            stopping: watch::Sender::new(false),
        })
    }

    /// The identity that new connections use.
    pub fn tls(&self) -> Arc<Tls> {
        Arc::clone(&self.tls.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn set_tls(&self, tls: Tls) {
        *self.tls.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(tls);
    }

    pub fn random(&self) -> u64 {
        let mut bytes = [0; 8];
        self.world.fill_random(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// Whether a certificate that ends then has ended.
    pub fn is_over(&self, not_after_s: Option<u64>) -> bool {
        not_after_s.is_some_and(|not_after_s| self.world.now_ms() / 1_000 > not_after_s)
    }

    pub fn stop(&self) -> Stop {
        Stop(self.stopping.subscribe())
    }

    /// Tells all tasks to end.
    pub fn end(&self) {
        self.stopping.send_replace(true);
    }

    /// Waits until they have.
    pub async fn ended(&self) {
        self.stopping.closed().await;
    }

    pub fn hand_over(
        self: &Arc<Self>,
        to: NodeId,
        address: &str,
        request: Request,
        deadline: Duration,
    ) -> Result<Awaited, CallError> {
        if *self.stopping.borrow() {
            return Err(CallError::Unreachable("this node is stopping".to_owned()));
        }
        let peer = self.peer(to, address)?;
        peer.hand_over(request, deadline, |line, queue| {
            let dialling = dial::run(self.stop(), Arc::clone(self), Arc::clone(&peer), line, queue);
            self.runtime.spawn(dialling);
        })
    }

    fn peer(&self, node: NodeId, address: &str) -> Result<Arc<Peer>, CallError> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = peers.get(&node).into_iter().flatten();
        if let Some(peer) = known.into_iter().find(|peer| peer.address == address) {
            return Ok(Arc::clone(peer));
        }
        // New ones are rare: the moment to forget those that nobody asks any more.
        peers.retain(|_, addresses| {
            addresses.retain(|peer| !peer.is_idle());
            !addresses.is_empty()
        });
        if peers.values().map(Vec::len).sum::<usize>() >= limits::PEERS_COUNT_MAX {
            return Err(CallError::Unreachable("too many nodes are asked already".to_owned()));
        }
        let peer = Peer::new(node, address);
        peers.entry(node).or_default().push(Arc::clone(&peer));
        Ok(peer)
    }

    /// What a node said last, at that address, of the commands that it applies.
    pub fn applies(&self, node: NodeId, address: &str) -> Option<u8> {
        let peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut addresses = peers.get(&node).into_iter().flatten();
        addresses.find(|peer| peer.address == address)?.applies()
    }

    /// All nodes that this node asks, by number.
    pub fn peer_statuses(&self) -> Vec<PeerStatus> {
        let peers: Vec<Arc<Peer>> = {
            let peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
            peers.values().flatten().cloned().collect()
        };
        let mut statuses: Vec<PeerStatus> = peers.iter().map(|peer| peer.status()).collect();
        statuses.sort_by(|one, other| (one.node, &one.address).cmp(&(other.node, &other.address)));
        statuses
    }
}
