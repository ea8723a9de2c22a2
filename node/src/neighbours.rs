//! This node among others: the way to them, who may join, who votes, and papers that are renewed in time.
//!
//! Stands beside the composition root, which starts it before the group and tells it of the group when that runs. It refuses to know
//! what the nodes agree on.

mod members;
mod report;

use crate::config::ClusterSettings;
use crate::membership::desk::Desk;
use crate::membership::invitation::Invitations;
use crate::membership::joining::Registrar;
use crate::membership::standing::Standing;
use crate::membership::way::Reception;
use crate::start::StartError;
use corridor_api::serve;
use corridor_cluster::peers::PeerLink;
use corridor_cluster::transport::Transport;
use corridor_cluster::{GroupStatus, Host, Peer, Steer, SteerError};
use corridor_domain::limits;
use corridor_storage::reader::Reader;
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::World;
use futures::future::BoxFuture;
use members::GroupMembers;
use report::Reporter;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
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
    invitations: Arc<Invitations>,
    standing: Mutex<Standing>,
    certificate_ends_ms: Arc<AtomicU64>,
    address: String,
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
        Ok(Self {
            transport,
            host,
            members,
            invitations,
            certificate_ends_ms: Arc::new(AtomicU64::new(standing.not_after_ms())),
            standing: Mutex::new(standing),
            address: cluster.address.clone(),
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
        }
    }

    /// Says which group runs here, and where its state is read.
    pub fn know(&self, group: Steered, data: &Path, reader: Reader) {
        let reporter = Arc::new(Reporter::new(data, reader, Arc::clone(&self.certificate_ends_ms)));
        self.members.know(group, self.link(), Arc::clone(&reporter));
        self.host
            .set_gossip(Box::new(move |_, request| reporter.answer(&request)));
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

    /// For as long as it is polled: lets those vote who have caught up, says where this node is reached, and renews its certificate.
    pub async fn keep_up(&self) {
        let mut looks = interval(Duration::from_millis(limits::NEIGHBOURS_LOOK_INTERVAL_MS));
        loop {
            looks.tick().await;
            if let Err(error) = self.members.keep_up(&self.address).await {
                tracing::info!(%error, "the members of the group could not be brought up to date; it is tried again");
            }
            self.renew();
        }
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
