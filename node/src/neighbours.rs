//! This node among others: the way to them, who may join, who belongs to the cluster, and papers that are renewed in time.
//!
//! Stands beside the composition root, which starts it before the groups and tells it of group 0 when that runs; each workspace meets its
//! companions here. It refuses to know what the nodes agree on.

mod cluster;
mod companions;
mod comparison;
mod gossip;
mod members;
mod report;
mod telling;

pub use cluster::{All, WakeAll};
pub use companions::{Companions, Resting};
pub use members::GroupMembers;
pub use report::{Reporter, StandingOfState};

use crate::config::ClusterSettings;
use crate::files;
use crate::membership::desk::{Desk, Members};
use crate::membership::invitation::Invitations;
use crate::membership::joining::Registrar;
use crate::membership::standing::Standing;
use crate::membership::way::Reception;
use crate::start::StartError;
use cluster::ClusterMembers;
use corridor_api::serve;
use corridor_cluster::peers::{CallError, Kind, NodeId, PeerLink};
use corridor_cluster::transport::Transport;
use corridor_cluster::{Group, GroupStatus, Host, Member, NotReady, Peer, Steer, SteerError, Tunnel, let_go_at};
use corridor_domain::cluster::CLUSTER_GROUP;
use corridor_domain::limits;
use corridor_storage::landmarks::Landmarks;
use corridor_storage::replicated::ReplicatedState;
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::World;
use futures::future::{BoxFuture, join_all};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::interval;

/// A group that runs here, as its neighbours' keeper needs it.
pub struct Steered {
    /// Changes its members.
    pub steer: Box<dyn Fn(Steer) -> BoxFuture<'static, Result<u64, SteerError>> + Send + Sync>,
    /// How it is doing.
    pub status: Box<dyn Fn() -> GroupStatus + Send + Sync>,
}

impl Steered {
    fn of<S: ReplicatedState>(group: &Group<S>) -> Self {
        Self {
            steer: Box::new(group.steering()),
            status: Box::new(group.watch()),
        }
    }
}

/// Waits until everything is known that was agreed on.
type CatchUp = Box<dyn Fn() -> BoxFuture<'static, Result<u64, NotReady>> + Send + Sync>;

/// A node's place among others, while it runs.
pub struct Neighbours {
    node: NodeId,
    data: PathBuf,
    transport: Arc<Transport>,
    host: Arc<Host>,
    cluster: Arc<ClusterMembers>,
    catch_up: Mutex<Option<Arc<CatchUp>>>,
    invitations: Arc<Invitations>,
    standing: Mutex<Standing>,
    certificate_ends_ms: Arc<AtomicU64>,
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
        data: &Path,
        workspace: &StorageKey,
        world: Arc<dyn World>,
    ) -> Result<Self, StartError> {
        let host = Arc::new(Host::new());
        let invitations = Arc::new(Invitations::new(Arc::clone(&world)));
        let members = Arc::new(ClusterMembers::new(standing.node, standing.authority.cluster()));
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
        transport.bound_tunnels(files::tunnels());
        Ok(Self {
            node: standing.node,
            data: data.to_owned(),
            transport,
            host,
            cluster: members,
            catch_up: Mutex::default(),
            invitations,
            certificate_ends_ms: Arc::new(AtomicU64::new(standing.not_after_ms())),
            standing: Mutex::new(standing),
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
        self.cluster.places()
    }

    /// Who belongs to the cluster.
    pub fn cluster(&self) -> &Arc<ClusterMembers> {
        &self.cluster
    }

    /// A group that runs here, as its keeper needs it. `standing`: how far its state has come.
    pub fn members<S: ReplicatedState>(
        &self,
        number: u64,
        group: &Group<S>,
        standing: StandingOfState,
        landmarks: Arc<Landmarks>,
    ) -> GroupMembers {
        let ends = Arc::clone(&self.certificate_ends_ms);
        GroupMembers {
            node: self.node,
            group: number,
            steered: Steered::of(group),
            link: self.link(),
            reporter: Arc::new(Reporter::new(&self.data, standing, ends, landmarks)),
        }
    }

    /// Group 0 runs here.
    pub fn know<S: ReplicatedState>(&self, group: &Group<S>, standing: StandingOfState) {
        let members = Arc::new(self.members(CLUSTER_GROUP, group, standing, Arc::default()));
        self.cluster.know(Some(Arc::clone(&members)));
        *self.held_catch_up() = Some(Arc::new(Box::new(group.catching_up())));
        let answer = move |from, request: bytes::Bytes| match members.includes(from) {
            true => members.reporter.answer(&request),
            // Who was taken out still has its certificate for a while.
            false => Err(io::ErrorKind::PermissionDenied.into()),
        };
        self.host.set_gossip(CLUSTER_GROUP, Box::new(answer));
        let cluster = Arc::clone(&self.cluster);
        self.host
            .set_is_removed(Some(Box::new(move |node| cluster.is_removed(node))));
    }

    /// Waits until this node knows everything that was agreed on about the cluster when it asked.
    pub async fn catch_up(&self) -> Result<(), SteerError> {
        let catch_up = self.held_catch_up().clone();
        let caught_up = match catch_up {
            Some(catch_up) => catch_up().await,
            None => return Err(SteerError("this node is not ready yet".to_owned())),
        };
        caught_up.map(drop).map_err(|error| SteerError(error.to_string()))
    }

    fn held_catch_up(&self) -> std::sync::MutexGuard<'_, Option<Arc<CatchUp>>> {
        self.catch_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place in the log of a workspace's group at which its leader, which is one of those that shall have it, is certain that this node was let go.
    /// Without an answer nothing is certain.
    pub async fn let_go_at(&self, group: u64, wanted: &[Member]) -> Option<Vec<u8>> {
        let asked = wanted.iter().filter(|member| member.node != self.node).map(|member| {
            let request = members::about(group, Kind::Belongs);
            let patience = Duration::from_millis(limits::PEER_REPORT_TIMEOUT_MS);
            self.link().call(member.node, &member.address, request, patience)
        });
        let answers = join_all(asked).await;
        answers.into_iter().flatten().find_map(|answer| let_go_at(&answer))
    }

    /// A way for a client to a workspace that another node has.
    pub async fn tunnel(&self, member: &Member, group: u64) -> Result<Tunnel, CallError> {
        self.transport.tunnel(member.node, &member.address, group).await
    }

    /// Where the operators' questions are answered.
    pub fn desk(&self) -> Arc<Desk> {
        let authority = self.held_standing().authority.fingerprint();
        Arc::new(Desk {
            invitations: Arc::clone(&self.invitations),
            members: Arc::clone(&self.cluster) as Arc<dyn Members>,
            authority,
            address: self.address.clone(),
        })
    }

    /// For as long as it is polled: those vote who have caught up, the others know where this node is reached, and its papers are good.
    pub async fn keep_up(&self) {
        let mut looks = interval(Duration::from_millis(limits::NEIGHBOURS_LOOK_INTERVAL_MS));
        loop {
            looks.tick().await;
            if let Err(error) = self.look().await {
                tracing::info!(%error, "the members of the cluster could not be brought up to date; it is tried again");
            }
            self.renew();
        }
    }

    async fn look(&self) -> Result<(), SteerError> {
        let group = self.cluster.group()?;
        self.cluster.look();
        self.note(group.look_around().await.free_bytes);
        group.say_where(self.peer()).await?;
        group.promote(|_| true).await
    }

    fn note(&self, heard: Vec<(NodeId, u64)>) {
        let now_ns = self.world.monotonic_ns();
        let mut free_bytes = self.free_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        free_bytes.extend(heard.into_iter().map(|(node, free)| (node, (free, now_ns))));
    }

    /// Room on the disks of these nodes; none: this one has not said so lately.
    pub fn free_bytes(&self, nodes: Vec<NodeId>) -> Vec<Option<u64>> {
        let now_ns = self.world.monotonic_ns();
        let mut heard = self.free_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let free = |node: NodeId| {
            // Who was never heard is new, or this node is: it gets as long to say so.
            let (free, at_ns) = *heard.entry(node).or_insert((u64::MAX, now_ns));
            let is_lately = now_ns.saturating_sub(at_ns) <= limits::PEER_REPORT_LIFETIME_MS * 1_000_000;
            is_lately.then_some(free)
        };
        nodes.into_iter().map(free).collect()
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

    /// Before a planned stop: somebody else leads group 0, so that nobody has to wait for an election.
    pub async fn hand_over(&self) {
        if let Ok(group) = self.cluster.group() {
            group.hand_over().await;
        }
    }

    /// Ends all connections, and lets go of group 0.
    pub async fn shutdown(&self) {
        self.transport.shutdown().await;
        self.cluster.know(None);
        *self.held_catch_up() = None;
        self.host.set_knock(None);
        self.host.set_is_removed(None);
        self.host.set_bring(None);
        self.host.set_operate(None);
        self.cluster.know_all(None);
        self.host.forget_gossip(CLUSTER_GROUP);
    }
}
