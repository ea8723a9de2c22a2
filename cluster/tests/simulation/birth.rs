//! How a process becomes a node: log, state and group are opened in the order in which a node opens them, and it serves once it
//! has caught up.
//!
//! Stands between a machine and the code under test.

use crate::agenda;
use crate::clock::Clock;
use crate::disk::Condition;
use crate::history::Happened;
use crate::log::Log;
use crate::machines::{GROUP, Parts};
use crate::network::End;
use crate::record::Record;
use crate::rot;
use crate::store::Store;
use crate::witness::Witness;
use corridor_cluster::simulation::Process;
use corridor_cluster::{Group, GroupConfig, Host, Hosting, Peer};
use corridor_storage::log::FatalHandler;
use corridor_storage::spool::Spools;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long a node tries to become ready before it says so and tries again.
const READY_PATIENCE: Duration = Duration::from_secs(5);
const READY_PAUSE: Duration = Duration::from_millis(100);

/// A node that runs.
pub struct Node {
    pub id: u64,
    pub life: u64,
    pub process: Process,
    pub group: Group<Witness>,
    pub state: Arc<Witness>,
    ready: OnceLock<()>,
    must_not_serve: OnceLock<()>,
}

impl Node {
    /// Whether it serves clients.
    pub fn is_ready(&self) -> bool {
        self.ready.get().is_some() && self.must_not_serve.get().is_none()
    }

    /// It has found damage on its disk.
    pub fn serve_nobody(&self) {
        let _ = self.must_not_serve.set(());
    }
}

/// Everything that it takes to become a node.
pub struct Birth {
    pub parts: Parts,
    pub id: u64,
    pub life: u64,
    pub is_first: bool,
    pub process: Process,
    pub log: Log,
    pub store: Store,
    pub clock: Clock,
    pub disk: Condition,
    pub node: Arc<OnceLock<Arc<Node>>>,
    pub on_fatal: FatalHandler,
}

impl Birth {
    /// Becomes one.
    pub async fn run(self) {
        let Parts {
            settings,
            record,
            network,
            ledger,
        } = self.parts;
        let on_fatal = Arc::clone(&self.on_fatal);
        let host = Arc::new(Host::new());
        let config = GroupConfig {
            snapshot_every_entries: settings.snapshot_every_entries,
            keep_entries: settings.keep_entries,
            initialise_if_pristine: self.is_first,
            peer: peer(self.id),
            ..GroupConfig::default()
        };
        let hosting = Hosting {
            node_id: self.id,
            link: network.link(self.id),
            host: Arc::clone(&host),
            spools: Spools::new(&std::env::temp_dir(), Arc::new(self.clock.clone())),
            world: Arc::new(self.clock.clone()),
            on_fatal: Arc::clone(&on_fatal),
        };
        let name = (self.id, self.life);
        let clock = self.clock.clone();
        let state = Witness::open(name, &self.store, Arc::new(self.clock), ledger.clone(), record.clone());
        let state = match state {
            Ok(state) => Arc::new(state),
            Err(error) => return on_fatal(&format!("the state does not open: {error}")),
        };
        let log = Arc::new(self.log);
        let scrub = state.scrub(Arc::clone(&log) as _);
        let group = Group::start(GROUP, config, hosting, log, Arc::clone(&state));
        let group = match group.await {
            Ok(group) => group,
            Err(error) => return on_fatal(&format!("the group does not start: {error}")),
        };
        let node = Arc::new(Node {
            id: self.id,
            life: self.life,
            process: self.process.clone(),
            group,
            state,
            ready: OnceLock::new(),
            must_not_serve: OnceLock::new(),
        });
        network.attach(
            self.id,
            End {
                process: self.process.clone(),
                service: host,
            },
        );
        let _ = self.node.set(Arc::clone(&node));
        self.process
            .spawn(agenda::run(Arc::clone(&node), clock, record.clone()));
        let looking = rot::look_for_it(Arc::clone(&node), scrub, self.disk, record.clone());
        self.process.spawn(looking);
        become_ready(node, &record).await;
    }
}

async fn become_ready(node: Arc<Node>, record: &Record) {
    while let Err(why) = node.group.wait_ready(READY_PATIENCE).await {
        record.trace(format_args!("node {} is not ready: {why}", node.id));
        tokio::time::sleep(READY_PAUSE).await;
    }
    record.happened(Happened::Ready {
        node: node.id,
        life: node.life,
        revision: node.state.stand().0,
    });
    let _ = node.ready.set(());
}

/// How a node is reached.
pub fn peer(id: u64) -> Peer {
    Peer {
        address: format!("node-{id}"),
        client_url: String::new(),
    }
}
