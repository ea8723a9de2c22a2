//! Nodes over logs and states in memory.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use corridor_cluster::{Group, GroupConfig, GroupStatus, Host, Hosting, Peer, StartError, Steer};
use corridor_storage::log::{FatalHandler, LogStore, MemoryLog};
use corridor_storage::replicated::{MemoryAnswer, MemoryState};
use corridor_storage::spool::Spools;
use corridor_storage::world::SystemWorld;

use crate::link::{Line, Switchboard};

pub const GROUP: u64 = 7;
pub const SOON: Duration = Duration::from_secs(20);

/// A node, and what it leaves when it stops.
pub struct Node {
    pub id: u64,
    pub group: Group<MemoryState>,
    pub log: MemoryLog,
    pub state: MemoryState,
}

/// Some nodes that know each other.
#[derive(Default)]
pub struct Cluster {
    pub switchboard: Arc<Switchboard>,
    /// Snapshot points, and entries that stay.
    pub snapshots: Option<(u64, u64)>,
    /// Told what would end a process; without it the test panics.
    pub on_fatal: Option<FatalHandler>,
}

impl Cluster {
    /// Starts a node on this log and state.
    pub async fn start(&self, id: u64, log: MemoryLog, state: MemoryState, is_first: bool) -> Node {
        let kept: Arc<dyn LogStore> = Arc::new(log.clone());
        let group = self.start_over(id, kept, &state, is_first, None).await.unwrap();
        Node { id, group, log, state }
    }

    /// As [`Cluster::start`], for whoever looks after the log; `floor`: where the node was let go before.
    pub async fn start_over(
        &self,
        id: u64,
        log: Arc<dyn LogStore>,
        state: &MemoryState,
        is_first: bool,
        floor: Option<Vec<u8>>,
    ) -> Result<Group<MemoryState>, StartError> {
        let host = Arc::new(Host::new());
        let hosting = Hosting {
            node_id: id,
            link: Arc::new(Line {
                node: id,
                switchboard: Arc::clone(&self.switchboard),
            }),
            host: Arc::clone(&host),
            spools: Spools::new(&std::env::temp_dir(), Arc::new(SystemWorld::new())),
            world: Arc::new(SystemWorld::new()),
            on_fatal: self
                .on_fatal
                .clone()
                .unwrap_or_else(|| Arc::new(|problem| panic!("fatal: {problem}"))),
        };
        let mut config = GroupConfig {
            initialise_if_pristine: is_first,
            heartbeat_interval_ms: 20,
            election_timeout_min_ms: 150,
            election_timeout_max_ms: 300,
            lease_ms: 300,
            floor,
            ..GroupConfig::default()
        };
        if let Some((every, keep)) = self.snapshots {
            (config.snapshot_every_entries, config.keep_entries) = (every, keep);
        }
        let group = Group::start(GROUP, config, hosting, log, Arc::new(state.clone()));
        let group = group.await?;
        self.switchboard.connect(id, host);
        Ok(group)
    }

    pub async fn start_new(&self, id: u64, is_first: bool) -> Node {
        self.start(id, MemoryLog::new(), MemoryState::new(), is_first).await
    }

    /// Three voters, of which node 1 leads.
    pub async fn three(&self) -> [Node; 3] {
        let one = self.start_new(1, true).await;
        one.group.wait_ready(SOON).await.unwrap();
        let two = self.start_new(2, false).await;
        let three = self.start_new(3, false).await;
        for node in [&two, &three] {
            one.let_in(node).await;
        }
        [one, two, three]
    }

    /// Takes a node away as a kill does: what was not persisted is gone.
    pub async fn kill(&self, node: Node) -> (u64, MemoryLog, MemoryState) {
        self.switchboard.disconnect(node.id);
        let left = (node.id, node.log.after_power_cut(), node.state.after_power_cut());
        node.group.shutdown().await;
        left
    }
}

impl Node {
    /// Lets another node follow, and vote once it has caught up.
    pub async fn let_in(&self, other: &Node) {
        let add = Steer::Add {
            node: other.id,
            peer: peer(other.id),
        };
        self.group.steer(&add).await.unwrap();
        let upto = self.group.status().last_log_index;
        other.wait(|status| status.applied_index >= upto).await;
        self.group.steer(&Steer::Promote(other.id)).await.unwrap();
    }

    pub async fn propose(&self, text: &str) -> Result<MemoryAnswer, corridor_cluster::ProposeError> {
        self.group.proposer().propose(Bytes::from(text.to_owned())).await
    }

    /// Proposes until it is taken: what a client does.
    pub async fn insist(&self, text: &str) -> MemoryAnswer {
        let tries = async {
            loop {
                match self.propose(text).await {
                    Ok(answer) => return answer,
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        tokio::time::timeout(SOON, tries).await.unwrap()
    }

    pub async fn wait(&self, wanted: impl Fn(&GroupStatus) -> bool + Send + Sync) -> GroupStatus {
        self.group.wait_status(SOON, wanted).await.unwrap()
    }

    pub async fn wait_applied(&self, revision: u64) {
        self.wait(|status| status.applied_index >= Some(revision)).await;
    }
}

pub fn peer(id: u64) -> Peer {
    Peer {
        address: format!("node-{id}.test:7443"),
        client_url: format!("https://node-{id}.test:8443"),
    }
}
