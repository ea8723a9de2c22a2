//! One workspace on this node while it is awake: its state, its group, its actors, its routes.
//!
//! Stands above the machine, which all workspaces share, and below their keeper (`workspaces.rs`), which decides when one wakes and rests.
//! It refuses to know the others.

mod rest;
mod store;
mod told;
mod waiting;

use crate::contact::Contact;
use crate::machine::Machine;
use crate::neighbours::{Companions, GroupMembers, Neighbours, Resting};
use crate::scrub::Scrubbing;
use crate::selftest::hooks::Hooks;
use crate::start::StartError;
use crate::stay::Stay;
use corridor_actors::disk_space::DiskSpace;
use corridor_actors::falls::FallLimit;
use corridor_actors::{Actors, Needs};
use corridor_api::Edge;
use corridor_api::encode::JsonFrames;
use corridor_api::freshness::Freshness;
use corridor_api::front::{Entrance, Workspaces};
use corridor_api::names::Names;
use corridor_api::service::{self, Service};
use corridor_cluster::peers::NodeId;
use corridor_cluster::{Group, GroupStatus};
use corridor_domain::limits;
use corridor_storage::apply::{Applied, AppliedState};
use corridor_storage::content::ContentKeys;
use corridor_storage::high_water;
use corridor_storage::reader::Reader;
use corridor_storage::scrub::Scrub;
use corridor_storage::sealing::StorageKey;
use corridor_storage::state::State;
use rest::Use;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use store::open_store;
use tokio::sync::{Notify, mpsc};
use told::{leads, places};
use waiting::{fence, wait_for_others};

/// Which workspace is woken.
pub struct Which {
    /// The number of its group.
    pub id: u64,
    /// What the cluster calls it: by that its nodes are chosen.
    pub name: String,
    /// Its key.
    pub key: StorageKey,
    /// Where it is on the disk.
    pub stay: Stay,
    /// Whether this node begins its group, if it has never run anywhere.
    pub begins: bool,
}

/// A workspace that is awake, for whoever comes to it.
pub struct Workspace {
    /// The number of its group.
    pub id: u64,
    /// The edge's deeds.
    pub service: Service,
    /// The way in for clients.
    entrance: Entrance,
    /// Reads its applied state.
    pub reader: Reader,
    /// The living.
    pub actors: Actors,
    is_ready: Arc<AtomicBool>,
    /// How its group is doing.
    pub status: Box<dyn Fn() -> GroupStatus + Send + Sync>,
    companions: Option<Arc<Companions>>,
    /// Of a scratch workspace only.
    pub hooks: Option<Arc<Hooks>>,
    use_: Arc<Use>,
}

impl Workspace {
    /// Whether it takes commands now.
    pub fn takes_commands(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }

    /// Somebody has something to do with it.
    pub fn note_use(&self) {
        self.use_.note();
    }

    /// The way in for clients.
    pub fn entrance(&self) -> Entrance {
        self.entrance.clone()
    }

    /// The members of its group, if there are others.
    pub fn members(&self) -> Option<Arc<GroupMembers>> {
        self.companions.as_ref().map(|companions| companions.members())
    }

    /// The other nodes that vote in its group.
    pub fn other_voters(&self, node: NodeId) -> Vec<NodeId> {
        let others = (self.status)().members.into_iter().filter(|member| member.node != node);
        others.filter(|member| member.votes).map(|member| member.node).collect()
    }

    /// Somebody else leads its group, if there is one who can.
    pub async fn hand_over(&self) {
        if let Some(companions) = &self.companions {
            companions.hand_over().await;
        }
    }
}

/// What runs below it. Whoever holds this ends it.
pub struct Below {
    id: u64,
    machine: Arc<Machine>,
    group: Group<AppliedState>,
    companions: Option<Arc<Companions>>,
    hooks: Option<Arc<Hooks>>,
    actors: Actors,
    is_ready: Arc<AtomicBool>,
    use_: Arc<Use>,
    contact: Contact,
    scrubbing: Scrubbing,
    installed: Arc<Notify>,
    rest: Arc<Notify>,
    last_socket: mpsc::Receiver<()>,
}

/// Why a workspace is no longer awake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nobody has anything to do with it.
    AtRest,
    /// Its state was replaced by that of another node: everything that lives has to be made from it anew.
    Again,
    /// The cluster has it on other nodes, and its group goes on without this one.
    Moved,
    /// A selftest wanted it, of a scratch workspace: it starts again from its disk.
    Restarted,
}

impl Workspace {
    /// Wakes one: it listens to the other nodes, and takes no commands before [`Below::get_ready`].
    pub async fn wake(
        machine: &Arc<Machine>,
        neighbours: Option<&Arc<Neighbours>>,
        which: &Which,
        elsewhere: Weak<dyn Workspaces>,
    ) -> Result<(Self, Below), StartError> {
        let (world, settings) = (&machine.world, &machine.settings);
        let log = which.stay.log(&machine.log);
        let store = open_store(machine, which)
            .await
            .map_err(StartError::io("the state store"))?;
        let state = State::new(Arc::new(store), Arc::clone(world), &machine.keys.node, &which.key);
        let gather = Duration::from_millis(limits::STATE_BEHIND_MS);
        let state = state.with_carrier(gather).map_err(StartError::io("the state store"))?;
        let reader = Reader::new(state.clone());
        let scrub = Scrub::new(state.clone(), Arc::clone(&log), which.id);
        let (tell, applied) = mpsc::channel::<Vec<Applied>>(limits::APPLIED_BATCHES_COUNT_MAX);
        let listener = Box::new(move |batch| {
            high_water::APPLIED_BATCHES.note(tell.max_capacity() - tell.capacity() + 1);
            // The actors are gone only while the workspace ends: nobody is left to be told.
            let _ = tell.blocking_send(batch);
        });
        let applied_state = AppliedState::open(state, listener).map_err(StartError::io("the state store"))?;
        let dispatched = applied_state.progress().revision;
        let landmarks = applied_state.landmarks();

        let mut config = machine.group_config(which.begins);
        config.peer = neighbours.map(|neighbours| neighbours.peer()).unwrap_or_default();
        config.floor = which.stay.floor();
        let (hooks, hosting) = Hooks::of(&which.name, which.id, &machine.hosting);
        let group = Group::start(which.id, config, hosting, log, Arc::new(applied_state)).await;
        let group = group.map_err(|error| StartError::refused(error.to_string()))?;
        let installed = group.installed();
        let companions = neighbours.map(|neighbours| {
            let reader = reader.clone();
            let standing = Box::new(move || reader.progress().map(|progress| (progress.revision, progress.hash)));
            let members = neighbours.members(which.id, &group, standing, landmarks);
            let hooks = hooks.clone();
            Arc::new(Companions::meet(Arc::clone(neighbours), members, &which.name, hooks))
        });

        let keys = ContentKeys::new(Arc::clone(world), &which.key);
        let names = Arc::new(Names::new(reader.clone()));
        let is_ready = Arc::new(AtomicBool::new(false));
        let actors = Actors::start(Needs {
            reader: reader.clone(),
            proposer: group.proposer(),
            applied,
            encode: Arc::new(JsonFrames::new(Arc::clone(&names), keys.clone(), reader.clone())),
            leads: leads(&group),
            world: Arc::clone(world),
            command_rate: settings.limits.commands,
            send_rate: settings.limits.sends,
            // As the whole cluster has it, until somebody looks.
            space: DiskSpace::assumed(machine.space.room()),
            fall_limit: FallLimit {
                count: limits::ACTOR_FALLS_COUNT_MAX,
                window_ms: limits::ACTOR_FALLS_WINDOW_MS,
            },
            fence: fence(which.id, group.fencing(), Arc::clone(&is_ready)),
            dispatched,
        });
        let actors = match actors.await {
            Ok(actors) => actors,
            Err(error) => {
                if let Some(companions) = companions {
                    companions.part();
                }
                group.shutdown().await;
                return Err(StartError::refused(error.to_string()));
            }
        };

        let catch_up = group.catching_up();
        let freshness = Arc::new(Freshness::new(Box::new(move || {
            let caught_up = catch_up();
            Box::pin(async move { caught_up.await.is_ok() })
        })));
        let differs = companions.as_ref().map(|companions| companions.differs());
        let contact = Contact {
            status: Box::new(group.watch()),
            catch_up: Box::new(group.catching_up()),
            actors: actors.clone(),
            freshness: Arc::clone(&freshness),
            ready: Arc::clone(&is_ready),
            differs: differs.clone().unwrap_or_default(),
        };
        let use_ = Arc::new(Use::begin(machine, &actors, differs.clone().unwrap_or_default()));
        let used = Arc::clone(&use_);
        let service = Service::new(service::Needs {
            reader: reader.clone(),
            actors: actors.clone(),
            keys,
            names,
            world: Arc::clone(world),
            freshness,
            places: places(machine.node, neighbours.cloned()),
            workspace: which.id,
            on_caller: Box::new(move || used.note()),
            passwords: machine.passwords.clone(),
        });
        let (alive, last_socket) = mpsc::channel(1);
        let edge = Edge {
            service: service.clone(),
            gate: Arc::clone(&machine.gate),
            secure: settings.tls.is_some(),
            alive,
            elsewhere,
        };
        let workspace = Self {
            id: which.id,
            service,
            entrance: Entrance::new(edge),
            reader,
            actors: actors.clone(),
            is_ready: Arc::clone(&is_ready),
            status: Box::new(group.watch()),
            companions: companions.clone(),
            hooks: hooks.clone(),
            use_: Arc::clone(&use_),
        };
        let below = Below {
            id: which.id,
            machine: Arc::clone(machine),
            group,
            companions,
            hooks,
            actors,
            is_ready,
            use_,
            contact,
            scrubbing: Scrubbing::new(scrub, differs),
            installed,
            rest: Arc::new(Notify::new()),
            last_socket,
        };
        Ok((workspace, below))
    }
}

impl Below {
    /// Waits until it takes commands; or until its state was replaced.
    pub async fn get_ready(&self) -> Result<Option<Ended>, StartError> {
        let ready = async {
            match &self.companions {
                None => {
                    self.group
                        .wait_ready(Duration::from_millis(limits::READY_TIMEOUT_MS))
                        .await
                }
                Some(_) => wait_for_others(self.id, &self.group).await,
            }
        };
        let knocking = async {
            let mut knocks = tokio::time::interval(Duration::from_millis(limits::NEIGHBOURS_LOOK_INTERVAL_MS));
            loop {
                knocks.tick().await;
                if let Some(companions) = &self.companions {
                    if companions.has_moved().await {
                        return;
                    }
                    companions.knock();
                }
            }
        };
        tokio::select! {
            biased;
            () = self.installed.notified() => return Ok(Some(Ended::Again)),
            () = knocking => return Ok(Some(Ended::Moved)),
            ready = ready => ready.map_err(|error| StartError::refused(error.to_string()))?,
        }
        self.is_ready.store(!self.actors.is_fenced(), Ordering::Release);
        Ok(None)
    }

    /// For as long as it is awake: looks after everything that it has. `rests`: whether it may go to rest.
    pub async fn look_after(&mut self, rests: bool) -> Ended {
        if let Some(companions) = self.companions.as_ref().filter(|_| rests) {
            let (used, rest) = (Arc::clone(&self.use_), Arc::clone(&self.rest));
            companions.may_rest(Resting {
                may_rest: Box::new(move || used.may_rest()),
                rest: Box::new(move || rest.notify_one()),
            });
        }
        let Self {
            group,
            companions,
            hooks,
            actors,
            use_,
            contact,
            scrubbing,
            installed,
            rest,
            ..
        } = self;
        let with_others = async {
            match &companions {
                Some(companions) => companions.keep_up(actors.gossip()).await,
                None => std::future::pending().await,
            }
        };
        let resting = async {
            match rests {
                true => rest::all_rest(use_, group, companions.as_deref()).await,
                false => std::future::pending().await,
            }
        };
        let restarting = async {
            match hooks {
                Some(hooks) => hooks.restart().await,
                None => std::future::pending().await,
            }
        };
        let watching = async {
            tokio::join!(contact.watch(), scrubbing.watch());
            std::future::pending().await
        };
        tokio::select! {
            biased;
            () = installed.notified() => Ended::Again,
            () = rest.notified() => Ended::AtRest,
            () = restarting => Ended::Restarted,
            () = resting => Ended::AtRest,
            () = with_others => Ended::Moved,
            ended = watching => ended,
        }
    }

    /// Says goodbye to everybody and ends in order. Whoever holds the workspace must have let go of it.
    pub async fn end(mut self) {
        self.is_ready.store(false, Ordering::Release);
        // Whatever is still being answered must not call what it reads current from here on.
        self.contact.freshness.set_current(false);
        self.actors.say_goodbye();
        // Nothing is ever sent: this ends when the last socket has said its goodbye, or takes too long over it.
        let patience = Duration::from_millis(limits::DRAIN_TIMEOUT_MS);
        let _ = tokio::time::timeout(patience, self.last_socket.recv()).await;
        self.actors.stop().await;
        if let Some(companions) = self.companions.take() {
            companions.part();
        }
        self.group.shutdown().await;
        self.scrubbing.end().await;
        drop(self.machine);
    }
}
