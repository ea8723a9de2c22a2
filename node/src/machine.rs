//! What all workspaces of a node share: its data folder, keys, log, limits; and who it is among others.
//!
//! Stands at the bottom of the composition root. It refuses to know which workspaces there are.

use crate::config::Settings;
use crate::files;
use crate::membership::standing::Standing;
use crate::start::StartError;
use crate::stay::{self, Stay};
use corridor_actors::disk_space::DiskSpace;
use corridor_api::gate::Gate;
use corridor_api::service::Passwords;
use corridor_cluster::{GroupConfig, Hosting};
use corridor_domain::cluster::FIRST_WORKSPACE;
use corridor_storage::backend::FjallBackend;
use corridor_storage::log::{EngineLog, LogOptions, LogStore, abort_process};
use corridor_storage::node_keys::NodeKeys;
use corridor_storage::reader::Reader;
use corridor_storage::spool::Spools;
use corridor_storage::state::State;
use corridor_storage::world::World;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What all workspaces of a node share.
pub struct Machine {
    /// As it was configured.
    pub settings: Settings,
    /// Clock and randomness.
    pub world: Arc<dyn World>,
    /// The keys of this machine.
    pub keys: NodeKeys,
    /// The log of all groups.
    pub log: Arc<dyn LogStore>,
    /// Which node.
    pub node: u64,
    /// Whether it founded the cluster.
    pub is_founder: bool,
    /// Who is let in.
    pub gate: Arc<Gate>,
    /// Whether the disks have room.
    pub space: DiskSpace,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// How it runs groups.
    pub hosting: Hosting,
    /// The first workspace's store, until it is taken up: it was opened beside the log.
    first_store: Mutex<Option<FjallBackend>>,
    // Last: everything above has ended before another process may take the folder.
    _lock: File,
}

impl Machine {
    /// Opens the data folder, or begins it. It is alone until it is told otherwise.
    pub fn open(settings: &Settings, world: Arc<dyn World>) -> Result<(Self, Standing), StartError> {
        let lock = files::lock_folder(&settings.data)?;
        let keys = NodeKeys::open_or_create(&settings.data.join("node.key"), world.as_ref())
            .map_err(StartError::io("the key file"))?;
        let address = settings.cluster.as_ref().map(|cluster| cluster.address.as_str());
        let standing = Standing::open_or_create(&settings.data, &keys.node, address, world.as_ref());
        let mut standing = standing.map_err(StartError::io("the node's place in its cluster"))?;
        let renewed = standing.renew_if_due(world.as_ref());
        if renewed.map_err(StartError::io("the node's certificate"))? {
            tracing::info!("this node has a new certificate for the other nodes");
        }
        let log_options = LogOptions::new(settings.data.join("log"));
        let first = Stay::present(&settings.data, FIRST_WORKSPACE).map_err(stay::unreadable)?;
        let folder = first.state_folder();
        // Both read back what the last process left. After a kill that is most of a start: at the same time, then.
        let (log, store) = std::thread::scope(|scope| {
            let store = scope.spawn(|| FjallBackend::open(&folder));
            let log = EngineLog::open(&log_options, &keys.node, Arc::clone(&world), abort_process());
            (log, store.join())
        });
        let log: Arc<dyn LogStore> = Arc::new(log.map_err(|error| StartError::refused(error.to_string()))?);
        let store = store.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let store = store.map_err(StartError::io("the state store"))?;
        let mut hosting = Hosting::alone(standing.node, Arc::clone(&world), abort_process());
        hosting.spools = Spools::new(&settings.data.join("incoming"), Arc::clone(&world));
        let machine = Self {
            settings: settings.clone(),
            log,
            node: standing.node,
            is_founder: standing.is_founder,
            gate: Arc::new(Gate::new(settings.limits.edge, Arc::clone(&world))),
            space: DiskSpace::default(),
            passwords: Passwords::new(Arc::clone(&world)),
            hosting,
            first_store: Mutex::new(Some(store)),
            keys,
            world,
            _lock: lock,
        };
        Ok((machine, standing))
    }

    /// How a group is run here. `begins`: whether this node makes itself the only voter where the log is empty.
    pub fn group_config(&self, begins: bool) -> GroupConfig {
        let mut config = GroupConfig {
            initialise_if_pristine: begins,
            ..GroupConfig::default()
        };
        if let Some(cluster) = &self.settings.cluster {
            config.snapshot_every_entries = cluster.snapshot_every_entries;
            config.keep_entries = cluster.snapshot_every_entries / 5;
        }
        config
    }

    /// A workspace's present stay here. Waits for the disk.
    pub fn stay(&self, workspace: u64) -> io::Result<Stay> {
        Stay::present(&self.settings.data, workspace)
    }

    /// The store of a workspace's state. Waits for the disk.
    pub fn open_store(&self, workspace: u64, stay: &Stay) -> io::Result<FjallBackend> {
        let opened = {
            let mut first = self.first_store.lock().unwrap_or_else(PoisonError::into_inner);
            first.take_if(|_| workspace == FIRST_WORKSPACE)
        };
        match opened {
            Some(store) => Ok(store),
            None => FjallBackend::open(&stay.state_folder()),
        }
    }

    /// Whether something waits for its time in a workspace that rests. Waits for the disk.
    pub fn waits(&self, workspace: u64) -> io::Result<bool> {
        let stay = self.stay(workspace)?;
        if !stay.has_begun() {
            return Ok(false);
        }
        let store = Arc::new(FjallBackend::open(&stay.state_folder())?);
        // Timers stand in keys alone: the workspace's own key opens nothing of them.
        let state = State::new(store, Arc::clone(&self.world), &self.keys.node, &self.keys.node);
        Reader::new(state).has_timers()
    }

    /// Where group 0 keeps its state.
    pub fn facts_folder(&self) -> PathBuf {
        self.settings.data.join("facts")
    }
}
