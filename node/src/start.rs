//! The composition root: what a node is made of, in the order in which it starts, and in reverse how it stops. No rules.
//!
//!  1. addresses                      4. group 0: which workspaces there are
//!  2. machine: folder, keys, log     5. the first workspace; the others when somebody comes
//!  3. the other nodes                6. edge, control socket

mod error;
mod first;

pub use error::StartError;
pub use first::{check_papers, found};

use crate::config::Settings;
use crate::control::{self, Counter, Errand};
use crate::doors;
use crate::facts::Facts;
use crate::figures::{self, Figures, Sources};
use crate::machine::Machine;
use crate::neighbours::Neighbours;
use crate::operations::operations;
use crate::room::RoomWatch;
use crate::workspaces::Workspaces;
use corridor_api::elsewhere::Forwarder;
use corridor_api::service::Service;
use corridor_api::{front, serve};
use corridor_cluster::Group;
use corridor_domain::limits;
use corridor_storage::facts::FactsState;
use corridor_storage::world::World;
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A node that runs.
pub struct Running {
    machine: Arc<Machine>,
    neighbours: Option<Arc<Neighbours>>,
    cluster_group: Group<FactsState>,
    workspaces: Arc<Workspaces>,
    listener: TcpListener,
    operations_address: SocketAddr,
    operators: JoinHandle<Result<(), serve::ServeError>>,
    status: control::Status,
    figures: Figures,
    is_open: Arc<AtomicBool>,
    stopping: watch::Sender<bool>,
}

impl Running {
    /// Starts a node, up to where it takes commands; [`Running::serve`] opens the door for clients. Operators see it before that.
    pub async fn start(settings: &Settings, world: Arc<dyn World>) -> Result<Self, StartError> {
        let figures = figures::install()?;
        let listener = doors::open_door(settings.listen, settings.tls.as_ref())?;
        let operations_listener = doors::open_door(settings.operations, None)?;
        let operations_address = operations_listener.local_addr();
        let operations_address = operations_address.map_err(StartError::io("the operations address"))?;

        let (mut machine, standing) = Machine::open(settings, Arc::clone(&world))?;
        let neighbours = settings.cluster.as_ref().map(|cluster| {
            let key = &machine.keys.workspace;
            Neighbours::start(standing, cluster, &settings.data, key, Arc::clone(&world))
        });
        let neighbours = neighbours.transpose()?.map(Arc::new);
        if let Some(neighbours) = &neighbours {
            (machine.hosting.link, machine.hosting.host) = (neighbours.link(), neighbours.host());
        }
        let machine = Arc::new(machine);
        let (facts, cluster_group) = Facts::start(&machine, neighbours.as_deref()).await?;
        let workspaces = Workspaces::new(Arc::clone(&machine), neighbours.clone(), Arc::new(facts));

        let sources = Sources {
            machine: Arc::clone(&machine),
            workspaces: Arc::clone(&workspaces),
            is_open: Arc::default(),
        };
        let is_open = Arc::clone(&sources.is_open);
        let operations = operations(figures.clone(), sources);
        let status = Arc::clone(&operations.status);
        let (stopping, _) = watch::channel(false);
        let operators = tokio::spawn(serve::serve_on(
            operations_listener,
            corridor_api::operations::router(operations),
            None,
            doors::operations_door(),
            stopped(stopping.subscribe()),
            limits::DRAIN_TIMEOUT_MS,
        ));
        let running = Self {
            machine,
            neighbours,
            cluster_group,
            workspaces,
            listener,
            operations_address,
            operators,
            status,
            figures,
            is_open,
            stopping,
        };
        running.room().look();
        match running.workspaces.start_first().await {
            Ok(_) => Ok(running),
            Err(error) => {
                running.stop().await;
                Err(error)
            }
        }
    }

    /// The address clients come to.
    pub fn address(&self) -> Result<SocketAddr, StartError> {
        self.listener.local_addr().map_err(StartError::io("the address"))
    }

    /// The address of the operators.
    pub fn operations_address(&self) -> SocketAddr {
        self.operations_address
    }

    /// The deeds of the first workspace's edge.
    pub async fn service(&self) -> Result<Service, StartError> {
        Ok(self.workspaces.start_first().await?.service.clone())
    }

    fn room(&self) -> RoomWatch {
        RoomWatch {
            node: self.machine.node,
            data: self.machine.settings.data.clone(),
            reserve_mib: self.machine.settings.limits.disk_reserve_mib,
            space: self.machine.space.clone(),
            neighbours: self.neighbours.clone(),
            workspaces: Arc::clone(&self.workspaces),
        }
    }

    /// Serves until `stop`; then says goodbye to everybody and ends in order.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), StartError> {
        let settings = &self.machine.settings;
        let counter = Counter {
            workspaces: Arc::clone(&self.workspaces),
            status: Arc::clone(&self.status),
            desk: self.neighbours.as_ref().map(|neighbours| neighbours.desk()),
            errand: self.neighbours.as_ref().map(|neighbours| Errand {
                link: neighbours.link(),
            }),
            world: Arc::clone(&self.machine.world),
        };
        let counter = Arc::new(counter);
        if let Some(neighbours) = &self.neighbours {
            let cluster = Arc::clone(neighbours.cluster());
            control::answer_errands(&neighbours.host(), move |node| cluster.includes(node), &counter);
        }
        let control = control::serve(&settings.data, counter).map_err(StartError::io("the control socket"))?;
        let room = self.room();
        let watching = tokio::spawn(async move { room.watch().await });
        let keeping_up = self
            .neighbours
            .clone()
            .map(|neighbours| tokio::spawn(async move { neighbours.keep_up().await }));
        let clearing = tokio::spawn(Arc::clone(&self.workspaces).clear_away());
        let following = tokio::spawn(Arc::clone(&self.workspaces).follow_cluster());
        let waiting = tokio::spawn(Arc::clone(&self.workspaces).wake_who_wait());
        let upkeep = tokio::spawn(self.figures.clone().keep_up());
        // Who comes for a workspace that other nodes have is handed on.
        let (all, gate) = (|| Arc::clone(&self.workspaces) as Arc<_>, &self.machine.gate);
        let others = self.neighbours.as_ref();
        let forwarder = others.map(|_| Forwarder::new(all(), Arc::clone(gate)));
        let clients = serve::serve_on(
            self.listener,
            front::front(all(), Arc::clone(gate), forwarder),
            settings.tls.as_ref(),
            doors::client_door(self.machine.gate.bounds(), self.neighbours.is_none()),
            stopped(self.stopping.subscribe()),
            limits::DRAIN_TIMEOUT_MS,
        );
        self.is_open.store(true, Ordering::Release);
        let farewell = async {
            stop.await;
            self.is_open.store(false, Ordering::Release);
            watching.abort();
            self.workspaces.hand_over().await;
            tracing::info!("stopping: saying goodbye to the sockets");
            self.stopping.send_replace(true);
            self.workspaces.stop().await;
        };
        let (clients, ()) = tokio::join!(clients, farewell);
        upkeep.abort();
        clearing.abort();
        following.abort();
        waiting.abort();
        drop(control);
        if let Some(keeping_up) = keeping_up {
            keeping_up.abort();
        }
        // If it panicked, there is nothing left to end.
        let operators = self.operators.await.unwrap_or(Ok(()));
        end(self.cluster_group, self.neighbours).await;
        let served = clients.and(operators);
        served.map_err(|error| StartError::refused(error.to_string()))
    }

    /// Ends a node that was never served.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        self.workspaces.stop().await;
        // If it panicked, there is nothing left to end.
        let _ = self.operators.await;
        end(self.cluster_group, self.neighbours).await;
    }
}

async fn end(cluster_group: Group<FactsState>, neighbours: Option<Arc<Neighbours>>) {
    cluster_group.shutdown().await;
    if let Some(neighbours) = neighbours {
        neighbours.shutdown().await;
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error says that the node itself is gone: stopped all the same.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

#[cfg(test)]
mod tests;
