//! One replicated group on this node: started, watched, shut down.
//!
//! Stands between the node's composition root and openraft. It brings log, state, network and proposer together in the
//! right order; it refuses to know what the group is for.

use std::io;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use openraft::async_runtime::WatchReceiver as _;
use openraft::{Raft, RaftMetrics};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use corridor_domain::limits::LEADER_LOOK_INTERVAL_MS;
use corridor_storage::log::{FatalHandler, LogStore};
use corridor_storage::replicated::ReplicatedState;

use crate::config::GroupConfig;
use crate::confirmed::AllConfirmed;
use crate::hosting::Hosting;
use crate::inbound::{Contact, GroupService};
use crate::log_store::GroupLog;
use crate::network::PeerNetwork;
use crate::propose::{Carrier, Closing, Gate, Parts, Proposer, gate};
use crate::reading::Reading;
use crate::runtime;
use crate::start::{StartError, check_log_meets_state, initialise};
use crate::state_machine::StateMachine;
use crate::state_thread::{ErasedState, StateThread};
use crate::status::{GroupStatus, StatusView};
use crate::steer::{Steer, SteerError, Steering};
use crate::types::Types;

/// How often it is checked that openraft's core lives. A dead core must end the process within a second.
const CORE_CHECK_INTERVAL_MS: u64 = 250;

/// The group did not become ready in time, or stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the group is not ready: {0}")]
pub struct NotReady(pub(crate) String);

/// One replicated group on this node.
pub struct Group<S: ReplicatedState> {
    group: u64,
    hosting: Hosting,
    raft: Raft<Types, StateMachine>,
    view: StatusView,
    reading: Reading,
    steering: Steering,
    proposer: Proposer<S>,
    installed: Arc<Notify>,
    core_watch: JoinHandle<()>,
    released: [mpsc::Receiver<()>; 2],
    state: PhantomData<fn() -> S>,
}

impl<S: ReplicatedState> Group<S> {
    /// Starts a group. Entries that the state has not applied yet are replayed from the log once a quorum confirms them;
    /// see [`Group::wait_ready`].
    pub async fn start(
        group: u64,
        config: GroupConfig,
        hosting: Hosting,
        log: Arc<dyn LogStore>,
        state: Arc<S>,
    ) -> Result<Self, StartError> {
        let Hosting {
            node_id,
            link,
            host,
            spools,
            world,
            on_fatal,
        } = hosting.clone();
        let openraft_config = config.to_openraft(group).map_err(StartError::Config)?;
        let (log, log_released) = in_background(move || GroupLog::open(group, log)).await?;
        let of_carrier = Arc::downgrade(&state);
        let state: Arc<dyn ErasedState> = state;
        let (thread, state_released) = StateThread::start(group, Arc::clone(&state), Arc::clone(&on_fatal))?;
        let (applied, fatal) = (thread.applied(), Arc::clone(&on_fatal));
        let machine = in_background(move || StateMachine::open(state, thread, fatal)).await?;
        check_log_meets_state(group, &log, &machine)?;
        let machine = machine.behind(log.durable());
        let of_service = log.clone();

        let network = PeerNetwork {
            group,
            link: Arc::clone(&link),
            world: Arc::clone(&world),
            confirmed: AllConfirmed::default(),
        };
        let raft = Raft::new(node_id, openraft_config, network, log, machine).await;
        let raft = raft.map_err(|error| StartError::Agreement(error.to_string()))?;
        initialise(&raft, node_id, &config).await?;

        let (gate, contact, installed) = (gate(), Contact::new(Arc::clone(&world)), Arc::new(Notify::new()));
        let parts = Parts {
            node_id,
            group,
            raft: raft.clone(),
            link: Arc::clone(&link),
            contact: contact.clone(),
            gate: gate.clone(),
            world: Arc::clone(&world),
            applied: applied.clone(),
            election_timeout_max_ms: config.election_timeout_max_ms,
        };
        let proposer = Proposer::start(Carrier::new(parts, of_carrier), gate.clone(), world);
        let reading = Reading {
            node_id,
            group,
            raft: raft.clone(),
            link: Arc::clone(&link),
            applied,
        };
        let steering = Steering {
            node_id,
            group,
            raft: raft.clone(),
            link,
            one_at_a_time: Arc::default(),
        };
        let service = GroupService {
            group,
            raft: raft.clone(),
            contact: contact.clone(),
            proposals: proposer.for_others(),
            steering: steering.clone(),
            floor: config.floor_position()?,
            incoming: Arc::default(),
            spools,
            installed: Arc::clone(&installed),
            on_fatal: Arc::clone(&on_fatal),
            log: of_service,
        };
        host.add(group, service);
        let core_watch = runtime::spawn(watch_core(group, raft.clone(), gate.clone(), on_fatal));
        let view = StatusView {
            node_id,
            gate,
            contact,
            lease_ms: config.lease_ms,
        };
        Ok(Self {
            group,
            hosting,
            raft,
            view,
            reading,
            steering,
            proposer,
            installed,
            core_watch,
            released: [log_released, state_released],
            state: PhantomData,
        })
    }

    /// Where to propose commands.
    pub fn proposer(&self) -> Proposer<S> {
        self.proposer.clone()
    }

    /// Waits until everything that may have been acknowledged before the last stop is applied again, and everything that the
    /// leader knew to be committed when it was asked. Reads before that could show a past that somebody has already seen beyond.
    pub async fn wait_ready(&self, timeout: Duration) -> Result<(), NotReady> {
        let ready = async {
            self.raft
                .wait_for_recovery(None)
                .await
                .map_err(|error| NotReady(error.to_string()))?;
            let mut looks = tokio::time::interval(Duration::from_millis(LEADER_LOOK_INTERVAL_MS));
            loop {
                looks.tick().await;
                if self.catch_up().await.is_ok() {
                    return Ok(());
                }
            }
        };
        let timed_out = || NotReady(format!("no quorum confirmed the log within {} ms", timeout.as_millis()));
        tokio::time::timeout(timeout, ready).await.map_err(|_| timed_out())?
    }

    /// Waits until this node has applied everything that was committed when it asked, wherever the leader is. What is read
    /// after that is current. Returns the revision.
    pub async fn catch_up(&self) -> Result<u64, NotReady> {
        self.reading.catch_up().await
    }

    /// The same, for whoever asks while the group runs.
    pub fn catching_up(&self) -> impl Fn() -> BoxFuture<'static, Result<u64, NotReady>> + Send + Sync + 'static {
        let reading = self.reading.clone();
        move || {
            let reading = reading.clone();
            Box::pin(async move { reading.catch_up().await })
        }
    }

    /// Proves with a quorum, now, that this node leads, and returns the revision a read must wait for to be current; it
    /// is applied when this returns.
    pub async fn confirm_leadership(&self) -> Result<u64, NotReady> {
        self.reading.confirm_leadership().await
    }

    /// Changes who belongs to the group, or who leads it; any node may be asked. Gives the drawn id, or 0.
    pub async fn steer(&self, steer: &Steer) -> Result<u64, SteerError> {
        self.steering.ask(steer).await
    }

    /// The same, for whoever asks while the group runs.
    pub fn steering(&self) -> impl Fn(Steer) -> BoxFuture<'static, Result<u64, SteerError>> + Send + Sync + 'static {
        let steering = self.steering.clone();
        move |steer| {
            let steering = steering.clone();
            Box::pin(async move { steering.ask(&steer).await })
        }
    }

    /// What the group looks like now.
    pub fn status(&self) -> GroupStatus {
        self.view.of(&self.raft.metrics().borrow_watched())
    }

    /// Reads the status for as long as somebody asks, also while the group stops.
    pub fn watch(&self) -> impl Fn() -> GroupStatus + Send + Sync + 'static {
        let (view, metrics) = (self.view.clone(), self.raft.metrics());
        move || view.of(&metrics.borrow_watched())
    }

    /// Waits until the status is as `wanted`.
    pub async fn wait_status(
        &self,
        timeout: Duration,
        wanted: impl Fn(&GroupStatus) -> bool + Send + Sync,
    ) -> Result<GroupStatus, NotReady> {
        let reached = |metrics: &RaftMetrics<Types>| wanted(&self.view.of(metrics));
        let waited = self
            .raft
            .wait(Some(timeout))
            .metrics(reached, "a status is reached")
            .await;
        waited
            .map(|metrics| self.view.of(&metrics))
            .map_err(|error| NotReady(error.to_string()))
    }

    /// Makes a snapshot point now, which also purges the log as far as the settings allow. Returns before it is made.
    pub async fn make_snapshot_point(&self) -> Result<(), NotReady> {
        self.raft
            .trigger()
            .snapshot()
            .await
            .map_err(|error| NotReady(error.to_string()))
    }

    /// Told after a whole state of another node has taken the place of this one, and that node knows: whatever was made from the old one
    /// is void. Who shuts the group down earlier is sent it again.
    pub fn installed(&self) -> Arc<Notify> {
        Arc::clone(&self.installed)
    }

    /// Takes no more proposals, for good: something says that this node's state cannot be trusted.
    pub fn fence(&self) {
        self.view.gate.shut(Closing::Fenced);
    }

    /// As [`Group::fence`], for whoever finds out while the group runs.
    pub fn fencing(&self) -> impl Fn() + Send + Sync + 'static {
        let gate = self.view.gate.clone();
        move || gate.shut(Closing::Fenced)
    }

    /// Stops the group. When it returns, nothing of this crate uses the log or the state any more.
    ///
    /// Proposals in flight resolve to "unknown" unless they were answered before.
    pub async fn shutdown(self) {
        let Self {
            group,
            hosting,
            raft,
            view,
            reading,
            steering,
            proposer,
            core_watch,
            released,
            ..
        } = self;
        view.gate.shut(Closing::ShuttingDown);
        hosting.host.remove(group);
        core_watch.abort();
        if let Err(error) = raft.shutdown().await {
            tracing::warn!(%error, "agreement did not stop cleanly");
        }
        drop((raft, proposer, reading, steering));
        for mut released in released {
            // Nothing is ever sent: this ends when the other side is dropped.
            let _ = released.recv().await;
        }
        // Everybody who got in was told, or knows that nobody knows.
        view.gate.drained().await;
    }
}

async fn in_background<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    runtime::blocking(work).await?
}

async fn watch_core(group: u64, raft: Raft<Types, StateMachine>, gate: Gate, on_fatal: FatalHandler) {
    let mut interval = tokio::time::interval(Duration::from_millis(CORE_CHECK_INTERVAL_MS));
    loop {
        interval.tick().await;
        let stopped = raft
            .metrics()
            .borrow_watched()
            .running_state
            .as_ref()
            .err()
            .map(ToString::to_string);
        if let Some(problem) = stopped {
            if !gate.is_shut_for(Closing::ShuttingDown) {
                gate.shut(Closing::Fenced);
                on_fatal(&format!("agreement of group {group} has died: {problem}"));
            }
            return;
        }
    }
}
