//! The composition root: what a node is made of, in the order in which it starts, and in reverse how it stops. No rules.
//!
//!  1. data folder and its lock      5. agreement (replays the log)
//!  2. keys, place in the cluster    6. edge
//!  3. log                           7. addresses
//!  4. applied state, actors         8. control socket

mod error;
mod first;

pub use error::StartError;
pub use first::{check_papers, found};

use crate::config::Settings;
use crate::contact::Contact;
use crate::control;
use crate::doors;
use crate::figures::{self, Figures, Sources};
use crate::files;
use crate::membership::standing::Standing;
use crate::neighbours::{Neighbours, Steered};
use crate::operations::operations;
use crate::room::RoomWatch;
use crate::scrub::Scrubbing;
use corridor_actors::alarm::Fence;
use corridor_actors::falls::FallLimit;
use corridor_actors::{Actors, Needs};
use corridor_api::encode::JsonFrames;
use corridor_api::freshness::Freshness;
use corridor_api::gate::Gate;
use corridor_api::names::Names;
use corridor_api::operations::Operations;
use corridor_api::service::{self, Service};
use corridor_api::{Edge, serve};
use corridor_cluster::{Group, GroupConfig, Hosting, NotReady};
use corridor_domain::limits;
use corridor_storage::apply::{Applied, AppliedState};
use corridor_storage::backend::FjallBackend;
use corridor_storage::content::ContentKeys;
use corridor_storage::high_water;
use corridor_storage::log::{EngineLog, LogOptions, LogStore, abort_process};
use corridor_storage::node_keys::NodeKeys;
use corridor_storage::reader::Reader;
use corridor_storage::scrub::Scrub;
use corridor_storage::spool::Spools;
use corridor_storage::state::State;
use corridor_storage::world::World;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};

/// The one workspace until there are more.
const WORKSPACE_GROUP: u64 = 1;

/// Why a node no longer serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to stop.
    Stopped,
    /// Its state was replaced by that of another node: everything that lives has to be made from it anew.
    Again,
}

/// A node that runs.
pub struct Running {
    /// The edge's deeds.
    pub service: Service,
    settings: Settings,
    gate: Arc<Gate>,
    group: Group<AppliedState>,
    actors: Actors,
    listener: TcpListener,
    operations_listener: TcpListener,
    operations: Operations,
    figures: Figures,
    contact: Contact,
    room: RoomWatch,
    scrubbing: Scrubbing,
    neighbours: Option<Arc<Neighbours>>,
    installed: Arc<Notify>,
    ready: Arc<AtomicBool>,
    stopping: watch::Sender<bool>,
    // Last: everything above has ended before another process may take the folder.
    _lock: File,
}

impl Running {
    /// Starts a node, up to where it takes commands; [`Running::serve`] opens the doors.
    pub async fn start(settings: &Settings, world: Arc<dyn World>) -> Result<Self, StartError> {
        let figures = figures::install()?;
        let listener = doors::open_door(settings.listen, settings.tls.as_ref())?;
        let operations_listener = doors::open_door(settings.operations, None)?;

        let lock = files::lock_folder(&settings.data)?;
        let node_keys = NodeKeys::open_or_create(&settings.data.join("node.key"), world.as_ref())
            .map_err(StartError::io("the key file"))?;
        let address = settings.cluster.as_ref().map(|cluster| cluster.address.as_str());
        let standing = Standing::open_or_create(&settings.data, &node_keys.node, address, world.as_ref());
        let mut standing = standing.map_err(StartError::io("the node's place in its cluster"))?;
        let renewed = standing.renew_if_due(world.as_ref());
        if renewed.map_err(StartError::io("the node's certificate"))? {
            tracing::info!("this node has a new certificate for the other nodes");
        }

        let log_options = LogOptions::new(settings.data.join("log"));
        // Both read back what the last process left. After a kill that is most of a start: at the same time, then.
        let (log, backend) = std::thread::scope(|scope| {
            let backend = scope.spawn(|| FjallBackend::open(&settings.data.join("state")));
            let log = EngineLog::open(&log_options, &node_keys.node, Arc::clone(&world), abort_process());
            (log, backend.join())
        });
        let log: Arc<dyn LogStore> = Arc::new(log.map_err(|error| StartError::refused(error.to_string()))?);
        let backend = backend.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let backend = backend.map_err(StartError::io("the state store"))?;
        let state = State::new(
            Arc::new(backend),
            Arc::clone(&world),
            &node_keys.node,
            &node_keys.workspace,
        );
        let gather = Duration::from_millis(limits::STATE_BEHIND_MS);
        let state = state.with_carrier(gather).map_err(StartError::io("the state store"))?;
        let reader = Reader::new(state.clone());
        let scrub = Scrub::new(state.clone(), Arc::clone(&log), WORKSPACE_GROUP);
        let (tell, applied) = mpsc::channel::<Vec<Applied>>(limits::APPLIED_BATCHES_COUNT_MAX);
        let listener_of_state = Box::new(move |batch| {
            high_water::APPLIED_BATCHES.note(tell.max_capacity() - tell.capacity() + 1);
            // The actors are gone only while the node stops: nobody is left to be told.
            let _ = tell.blocking_send(batch);
        });
        let applied_state = AppliedState::open(state, listener_of_state).map_err(StartError::io("the state store"))?;
        let dispatched = applied_state.progress().revision;

        let installed = Arc::new(Notify::new());
        let on_install = Arc::clone(&installed);
        let applied_state = applied_state.with_on_install(Box::new(move || on_install.notify_one()));

        let landmarks = applied_state.landmarks();

        let (node, is_founder) = (standing.node, standing.is_founder);
        let neighbours = settings.cluster.as_ref().map(|cluster| {
            let world = Arc::clone(&world);
            Neighbours::start(standing, cluster, &node_keys.workspace, world)
        });
        let neighbours = neighbours.transpose()?.map(Arc::new);
        let mut hosting = Hosting::alone(node, Arc::clone(&world), abort_process());
        let mut group_config = GroupConfig {
            initialise_if_pristine: is_founder,
            ..GroupConfig::default()
        };
        if let Some(neighbours) = &neighbours {
            (hosting.link, hosting.host) = (neighbours.link(), neighbours.host());
            hosting.spools = Spools::new(&settings.data.join("incoming"), Arc::clone(&world));
            group_config.peer = neighbours.peer();
        }
        if let Some(cluster) = &settings.cluster {
            group_config.snapshot_every_entries = cluster.snapshot_every_entries;
            group_config.keep_entries = cluster.snapshot_every_entries / 5;
        }
        let group = Group::start(WORKSPACE_GROUP, group_config, hosting, log, Arc::new(applied_state));
        let group = group.await.map_err(|error| StartError::refused(error.to_string()))?;
        if let Some(neighbours) = &neighbours {
            let group = Steered {
                steer: Box::new(group.steering()),
                status: Box::new(group.watch()),
            };
            neighbours.know(group, &settings.data, reader.clone(), landmarks);
        }
        let keys = ContentKeys::new(Arc::clone(&world), &node_keys.workspace);
        let names = Arc::new(Names::new(reader.clone()));
        let ready = Arc::new(AtomicBool::new(false));
        let actors = Actors::start(Needs {
            reader: reader.clone(),
            proposer: group.proposer(),
            applied,
            encode: Arc::new(JsonFrames::new(Arc::clone(&names), keys.clone())),
            world: Arc::clone(&world),
            command_rate: settings.limits.commands,
            send_rate: settings.limits.sends,
            fall_limit: FallLimit {
                count: limits::ACTOR_FALLS_COUNT_MAX,
                window_ms: limits::ACTOR_FALLS_WINDOW_MS,
            },
            fence: fence(group.fencing(), Arc::clone(&ready)),
            dispatched,
        });
        let actors = actors.await.map_err(|error| StartError::refused(error.to_string()))?;
        match &neighbours {
            None => group.wait_ready(Duration::from_millis(limits::READY_TIMEOUT_MS)).await,
            Some(_) => wait_for_others(&group).await,
        }
        .map_err(|error| StartError::refused(error.to_string()))?;

        let room = RoomWatch {
            data: settings.data.clone(),
            reserve_mib: settings.limits.disk_reserve_mib,
            space: actors.disk_space().clone(),
            neighbours: neighbours.clone(),
        };
        room.look();
        let scrubbing = Scrubbing {
            scrub,
            must_not_serve: neighbours.as_ref().map(|neighbours| neighbours.differs()),
        };
        ready.store(!actors.is_fenced(), Ordering::Release);
        let catch_up = group.catching_up();
        let freshness = Arc::new(Freshness::new(Box::new(move || {
            let caught_up = catch_up();
            Box::pin(async move { caught_up.await.is_ok() })
        })));
        let contact = Contact {
            status: Box::new(group.watch()),
            catch_up: Box::new(group.catching_up()),
            actors: actors.clone(),
            freshness: Arc::clone(&freshness),
            ready: Arc::clone(&ready),
            differs: neighbours
                .as_ref()
                .map(|neighbours| neighbours.differs())
                .unwrap_or_default(),
        };
        let service = Service::new(service::Needs {
            reader: reader.clone(),
            actors: actors.clone(),
            keys,
            names,
            world: Arc::clone(&world),
            freshness,
            places: places(node, neighbours.clone()),
        });
        let sources = Sources {
            node,
            data: settings.data.clone(),
            is_ready: Arc::clone(&ready),
            reader,
            actors: actors.clone(),
            group: Box::new(group.watch()),
        };
        let operations = operations(figures.clone(), sources);
        let (stopping, _) = watch::channel(false);
        Ok(Self {
            service,
            settings: settings.clone(),
            gate: Arc::new(Gate::new(settings.limits.edge, world)),
            group,
            actors,
            listener,
            operations_listener,
            operations,
            figures,
            contact,
            room,
            scrubbing,
            neighbours,
            installed,
            ready,
            stopping,
            _lock: lock,
        })
    }

    /// The address clients come to.
    pub fn address(&self) -> Result<SocketAddr, StartError> {
        self.listener.local_addr().map_err(StartError::io("the address"))
    }

    /// The address of the operators.
    pub fn operations_address(&self) -> Result<SocketAddr, StartError> {
        self.operations_listener
            .local_addr()
            .map_err(StartError::io("the operations address"))
    }

    /// Serves until `stop`, or until the state was replaced by another node's; then says goodbye to everybody and ends in order.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<Ended, StartError> {
        let (alive, mut last_socket) = mpsc::channel(1);
        let edge = Edge {
            service: self.service.clone(),
            gate: Arc::clone(&self.gate),
            secure: self.settings.tls.is_some(),
            alive,
        };
        let status = Arc::clone(&self.operations.status);
        let desk = self.neighbours.as_ref().map(|neighbours| neighbours.desk());
        let control = control::serve(&self.settings.data, self.service.clone(), status, desk)
            .map_err(StartError::io("the control socket"))?;
        let stopped = |mut stopping: watch::Receiver<bool>| async move {
            // An error says that the node itself is gone: stopped all the same.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        };
        let clients = serve::serve_on(
            self.listener,
            corridor_api::router(edge),
            self.settings.tls.as_ref(),
            doors::client_door(self.gate.bounds()),
            stopped(self.stopping.subscribe()),
            limits::DRAIN_TIMEOUT_MS,
        );
        let operators = serve::serve_on(
            self.operations_listener,
            corridor_api::operations::router(self.operations),
            None,
            doors::operations_door(),
            stopped(self.stopping.subscribe()),
            limits::DRAIN_TIMEOUT_MS,
        );
        let (contact, room, scrubbing) = (self.contact, self.room, self.scrubbing);
        let watching = tokio::spawn(async move { tokio::join!(contact.watch(), room.watch(), scrubbing.watch()) });
        let (actors, ready, stopping) = (self.actors.clone(), Arc::clone(&self.ready), self.stopping);
        let watched = watching.abort_handle();
        let (installed, neighbours) = (self.installed, self.neighbours.clone());
        let keeping_up = self.neighbours.clone().map(|neighbours| {
            let gossip = actors.gossip();
            tokio::spawn(async move { neighbours.keep_up(gossip).await })
        });
        let farewell = async move {
            let ended = tokio::select! {
                biased;
                () = stop => Ended::Stopped,
                () = installed.notified() => Ended::Again,
            };
            watched.abort();
            if let Some(neighbours) = neighbours {
                neighbours.hand_over().await;
            }
            tracing::info!("stopping: saying goodbye to the sockets");
            ready.store(false, Ordering::Release);
            actors.say_goodbye();
            let _ = stopping.send(true);
            ended
        };
        let upkeep = tokio::spawn(self.figures.keep_up());
        let (clients, operators, ended) = tokio::join!(clients, operators, farewell);
        upkeep.abort();
        drop(control);
        // Nothing is ever sent: this ends when the last socket has said its goodbye, or takes too long over it.
        let _ = tokio::time::timeout(Duration::from_millis(limits::DRAIN_TIMEOUT_MS), last_socket.recv()).await;
        if let Some(keeping_up) = keeping_up {
            keeping_up.abort();
        }
        self.actors.stop().await;
        self.group.shutdown().await;
        if let Some(neighbours) = self.neighbours {
            neighbours.shutdown().await;
        }
        let served = clients.and(operators);
        served.map_err(|error| StartError::refused(error.to_string()))?;
        Ok(ended)
    }

    /// Ends a node that was never served.
    pub async fn stop(self) {
        self.actors.stop().await;
        self.group.shutdown().await;
        if let Some(neighbours) = self.neighbours {
            neighbours.shutdown().await;
        }
    }
}

/// A node alone is where its clients are already.
fn places(node: u64, neighbours: Option<Arc<Neighbours>>) -> service::Places {
    let all = move || neighbours.as_ref().map(|neighbours| neighbours.places());
    service::Places {
        node,
        all: Box::new(move || all().unwrap_or_default()),
    }
}

/// A node among others waits for as long as it takes, and says so: after a power cut its machine may be the first that is up.
async fn wait_for_others(group: &Group<AppliedState>) -> Result<(), NotReady> {
    let patience = Duration::from_millis(limits::WAITING_WORD_INTERVAL_MS);
    while let Err(why) = group.wait_ready(patience).await {
        let status = group.status();
        let reachable = status.leader.is_some();
        tracing::info!(%why, members = status.members.len(), reachable, "waiting for the other nodes");
    }
    Ok(())
}

/// Takes this node out of service: it answers, but takes no commands and is not ready, until somebody starts it again.
fn fence(close: impl Fn() + Send + Sync + 'static, ready: Arc<AtomicBool>) -> Fence {
    Arc::new(move |why| {
        tracing::error!(
            why,
            "THIS NODE IS FENCED: it takes no commands until it is started again"
        );
        close();
        ready.store(false, Ordering::Release);
    })
}
