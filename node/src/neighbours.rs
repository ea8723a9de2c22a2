//! This node among others: the way to them, who may join, who votes, and papers that are renewed in time.
//!
//! Stands beside the composition root, which starts it before the group and tells it of the group when that runs. It refuses to know
//! what the nodes agree on.

mod comparison;
mod gossip;
mod members;
mod report;
mod telling;

use crate::config::ClusterSettings;
use crate::membership::desk::Desk;
use crate::membership::invitation::Invitations;
use crate::membership::joining::Registrar;
use crate::membership::standing::Standing;
use crate::membership::way::Reception;
use crate::start::StartError;
use comparison::Verdict;
use corridor_actors::gossip::Gossip;
use corridor_api::serve;
use corridor_cluster::peers::{NodeId, PeerLink};
use corridor_cluster::transport::Transport;
use corridor_cluster::{GroupStatus, Host, Peer, Steer, SteerError};
use corridor_domain::limits;
use corridor_storage::landmarks::Landmarks;
use corridor_storage::reader::Reader;
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::World;
use futures::future::BoxFuture;
use gossip::Carrier;
use members::{Around, GroupMembers};
use report::Reporter;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::interval;

/// Changes the members of the group.
pub type SteerGroup = Box<dyn Fn(Steer) -> BoxFuture<'static, Result<u64, SteerError>> + Send + Sync>;
/// How the group is doing.
pub type LookAtGroup = Box<dyn Fn() -> GroupStatus + Send + Sync>;

/// A group that runs here, as its neighbours' keeper needs it.
pub struct Steered {
    /// Changes its members.
    pub steer: SteerGroup,
    /// How it is doing.
    pub status: LookAtGroup,
}

/// A node's place among others, while it runs.
pub struct Neighbours {
    transport: Arc<Transport>,
    host: Arc<Host>,
    members: Arc<GroupMembers>,
    carrier: Arc<Carrier>,
    invitations: Arc<Invitations>,
    standing: Mutex<Standing>,
    certificate_ends_ms: Arc<AtomicU64>,
    differs: Arc<AtomicBool>,
    /// What the others said of the room on their disks, and when.
    free_bytes: Mutex<HashMap<NodeId, (u64, u64)>>,
    address: String,
    client_url: String,
    world: Arc<dyn World>,
}

impl Neighbours {
    /// Begins to listen to other nodes, and to those that want to become one.
    pub fn start(
        standing: Standing,
        cluster: &ClusterSettings,
        workspace: &StorageKey,
        world: Arc<dyn World>,
    ) -> Result<Self, StartError> {
        let host = Arc::new(Host::new());
        let invitations = Arc::new(Invitations::new(Arc::clone(&world)));
        let members = Arc::new(GroupMembers::new(standing.node, standing.authority.cluster()));
        let registrar = Registrar {
            authority: Arc::clone(&standing.authority),
            workspace: workspace.clone(),
            invitations: Arc::clone(&invitations),
            admission: Arc::clone(&members) as Arc<_>,
            world: Arc::clone(&world),
        };
        let listener = serve::bind(cluster.listen).map_err(|error| StartError::refused(error.to_string()))?;
        let transport = Transport::start(
            &standing.identity(),
            listener,
            Arc::clone(&host) as Arc<_>,
            Arc::new(Reception(Arc::new(registrar))),
            Arc::clone(&world),
        );
        let transport = transport.map_err(StartError::io("the way to the other nodes"))?;
        let carrier = Carrier::new(Arc::clone(&members), Arc::clone(&transport) as Arc<_>);
        Ok(Self {
            transport,
            host,
            members,
            carrier: Arc::new(carrier),
            invitations,
            certificate_ends_ms: Arc::new(AtomicU64::new(standing.not_after_ms())),
            standing: Mutex::new(standing),
            differs: Arc::default(),
            free_bytes: Mutex::default(),
            address: cluster.address.clone(),
            client_url: cluster.client_url.clone().unwrap_or_default(),
            world,
        })
    }

    /// The way to the others.
    pub fn link(&self) -> Arc<dyn PeerLink> {
        Arc::clone(&self.transport) as Arc<dyn PeerLink>
    }

    /// Where the others' requests come in.
    pub fn host(&self) -> Arc<Host> {
        Arc::clone(&self.host)
    }

    /// How the others reach this node.
    pub fn peer(&self) -> Peer {
        Peer {
            address: self.address.clone(),
            client_url: self.client_url.clone(),
        }
    }

    /// Where clients reach the nodes that say so.
    pub fn places(&self) -> Vec<(NodeId, String)> {
        self.members.places()
    }

    /// Says which group runs here, and where its state is read.
    pub fn know(&self, group: Steered, data: &Path, reader: Reader, landmarks: Arc<Landmarks>) {
        let certificate_ends_ms = Arc::clone(&self.certificate_ends_ms);
        let reporter = Arc::new(Reporter::new(data, reader, certificate_ends_ms, landmarks));
        self.members.know(group, self.link(), Arc::clone(&reporter));
        let carrier = Arc::clone(&self.carrier);
        self.host
            .set_gossip(Box::new(move |from, request| match telling::is_telling(&request) {
                true => carrier.take(from, &request),
                false => reporter.answer(&request),
            }));
    }

    /// Where the operators' questions are answered.
    pub fn desk(&self) -> Arc<Desk> {
        let authority = self.held_standing().authority.fingerprint();
        Arc::new(Desk {
            invitations: Arc::clone(&self.invitations),
            members: Arc::clone(&self.members) as Arc<_>,
            authority,
            address: self.address.clone(),
        })
    }

    /// For as long as it is polled: lets those vote who have caught up, says where this node is reached, renews its certificate, and
    /// carries the gossip.
    pub async fn keep_up(&self, gossip: Gossip) {
        tokio::join!(self.look_after(), self.carrier.carry(gossip));
    }

    async fn look_after(&self) {
        let mut looks = interval(Duration::from_millis(limits::NEIGHBOURS_LOOK_INTERVAL_MS));
        loop {
            looks.tick().await;
            if let Err(error) = self.members.keep_up(self.peer()).await {
                tracing::info!(%error, "the members of the group could not be brought up to date; it is tried again");
            }
            self.renew();
            if self.differs.load(Ordering::Acquire) {
                // Who serves nobody does not lead either.
                self.members.hand_over().await;
            }
            let around = self.members.look_around().await;
            match around.map(|around| self.note(around)) {
                Ok(Verdict::This) if !self.differs.swap(true, Ordering::AcqRel) => tracing::error!(
                    "THE STATE OF THIS NODE IS NOT THAT OF THE OTHERS: it serves nobody; take it out with `corridor cluster \
                     remove` at another node, and join anew with an empty folder"
                ),
                Ok(Verdict::Others(nodes)) => {
                    tracing::warn!(?nodes, "the state of other nodes is not that of this one and of most");
                }
                Ok(Verdict::Equal | Verdict::This) | Err(_) => {}
            }
        }
    }

    fn note(&self, around: Around) -> Verdict {
        let now_ns = self.world.monotonic_ns();
        let mut free_bytes = self.free_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = around.free_bytes.into_iter();
        free_bytes.extend(heard.map(|(node, free)| (node, (free, now_ns))));
        around.verdict
    }

    /// Room on the disks of the others that vote; none: this one has not said so lately.
    pub fn free_bytes(&self) -> Vec<Option<u64>> {
        let now_ns = self.world.monotonic_ns();
        let mut heard = self.free_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let free = |node: NodeId| {
            // Who was never heard is new, or this node is: it gets as long to say so.
            let (free, at_ns) = *heard.entry(node).or_insert((u64::MAX, now_ns));
            let is_lately = now_ns.saturating_sub(at_ns) <= limits::PEER_REPORT_LIFETIME_MS * 1_000_000;
            is_lately.then_some(free)
        };
        self.members.other_voters().into_iter().map(free).collect()
    }

    /// Whether this node was found to differ from the others. For good.
    pub fn differs(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.differs)
    }

    fn renew(&self) {
        let mut standing = self.held_standing();
        match standing.renew_if_due(self.world.as_ref()) {
            Ok(false) => {}
            Ok(true) => match self.transport.renew(&standing.identity()) {
                Ok(()) => {
                    self.certificate_ends_ms
                        .store(standing.not_after_ms(), Ordering::Release);
                    tracing::info!("this node has a new certificate for the other nodes");
                }
                Err(error) => tracing::error!(%error, "the new certificate of this node cannot be used"),
            },
            Err(error) => tracing::error!(%error, "the certificate of this node cannot be renewed; it is tried again"),
        }
    }

    fn held_standing(&self) -> std::sync::MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Before a planned stop: somebody else leads, so that nobody has to wait for an election.
    pub async fn hand_over(&self) {
        self.members.hand_over().await;
    }

    /// Ends all connections, and lets go of the group and its state.
    pub async fn shutdown(&self) {
        self.transport.shutdown().await;
        self.members.forget();
        self.host.forget_gossip();
    }
}
