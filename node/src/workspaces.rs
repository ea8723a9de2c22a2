//! The workspaces of this node: each has a keeper, which wakes it when somebody comes and lets it rest when nobody does.
//!
//! Stands between the front door and the workspaces; `elsewhere.rs` has those that other nodes have. It refuses to know what a workspace is
//! made of.

mod all;
mod elsewhere;
mod having;

use crate::facts::Facts;
use crate::machine::Machine;
use crate::membership::desk::Refused;
use crate::neighbours::{Neighbours, WakeAll};
use crate::start::StartError;
use crate::stay;
use crate::workspace::{Ended, Which, Workspace};
use corridor_api::front::{self, Choice};
use corridor_cluster::SteerError;
use corridor_cluster::peers::NodeId;
use corridor_domain::cluster::FIRST_WORKSPACE;
use corridor_domain::limits;
use corridor_storage::log::FatalIfPanicking;
use having::Having;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// How a workspace is, as its keeper says.
#[derive(Clone)]
enum Life {
    /// It is being woken, or made anew.
    Waking,
    /// It takes commands.
    Awake(Arc<Workspace>),
    /// Its keeper has gone: it rests.
    AtRest,
    /// Its keeper has gone: it does not start, for this reason, since this monotonic time.
    Failed(String, u64),
}

/// One who keeps a workspace awake.
struct Keeper {
    life: watch::Receiver<Life>,
    task: JoinHandle<()>,
}

/// The workspaces of this node.
pub struct Workspaces {
    me: Weak<Self>,
    machine: Arc<Machine>,
    neighbours: Option<Arc<Neighbours>>,
    facts: Arc<Facts>,
    keepers: Mutex<BTreeMap<u64, Keeper>>,
    /// Those that are woken at once: each reads back what it has.
    waking: Arc<Semaphore>,
    /// What this node has of each workspace, as far as it was looked at.
    having: Mutex<BTreeMap<u64, Having>>,
    /// Ways to other nodes that are opened at once.
    opening: Arc<Semaphore>,
    /// Nodes to which there was no way, and when.
    away: Mutex<BTreeMap<NodeId, u64>>,
    stopping: watch::Sender<bool>,
}

/// Why there is none to come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAwake {
    /// There is none, or it is closed.
    NotFound,
    /// Other nodes have it; its number.
    Elsewhere(u64),
    /// Not yet, or not here.
    NotNow(String),
}

impl From<NotAwake> for Refused {
    fn from(why: NotAwake) -> Self {
        match why {
            NotAwake::NotFound => Self::new("not_found", "There is no open workspace of this name."),
            NotAwake::Elsewhere(_) => Self::new("fenced", "Other nodes have this workspace; ask one of them."),
            NotAwake::NotNow(why) => Self::new("fenced", format!("The workspace cannot be woken now: {why}.")),
        }
    }
}

impl Workspaces {
    /// None is awake yet.
    pub fn new(machine: Arc<Machine>, neighbours: Option<Arc<Neighbours>>, facts: Arc<Facts>) -> Arc<Self> {
        let workspaces = Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            machine,
            neighbours,
            facts,
            keepers: Mutex::default(),
            having: Mutex::default(),
            away: Mutex::default(),
            waking: Arc::new(Semaphore::new(limits::WORKSPACES_WAKING_COUNT_MAX)),
            opening: Arc::new(Semaphore::new(limits::TUNNELS_OPENING_COUNT_MAX)),
            stopping: watch::Sender::new(false),
        });
        if let Some(neighbours) = &workspaces.neighbours {
            let all = Weak::clone(&workspaces.me);
            let wake_all: WakeAll = Box::new(move || {
                let all = all.upgrade().ok_or_else(|| SteerError("this node stops".to_owned()));
                Box::pin(async move { all?.wake_all().await })
            });
            neighbours.cluster().know_all(Some(wake_all));
            let (knocked, cluster) = (Weak::clone(&workspaces.me), Arc::clone(neighbours.cluster()));
            neighbours.host().set_knock(Some(Box::new(move |from: NodeId, group| {
                if let Some(workspaces) = knocked.upgrade().filter(|_| cluster.includes(from)) {
                    workspaces.knocked(group);
                }
            })));
            workspaces.serve_brought(neighbours);
        }
        workspaces
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<u64, Keeper>> {
        self.keepers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the cluster knows of them.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// One that is awake.
    pub fn get(&self, id: u64) -> Option<Arc<Workspace>> {
        // Who panicked says nothing any more, and nobody watches over what it kept.
        let keepers = self.held();
        let keeper = keepers.get(&id).filter(|keeper| !keeper.task.is_finished());
        let life = keeper.map(|keeper| keeper.life.borrow().clone());
        drop(keepers);
        match life {
            Some(Life::Awake(workspace)) => Some(workspace),
            _ => None,
        }
    }

    /// The first one, if it is awake: it is what a node is judged by.
    pub fn first(&self) -> Option<Arc<Workspace>> {
        self.get(FIRST_WORKSPACE)
    }

    /// Those that are awake.
    pub fn awake_count(&self) -> usize {
        let is_awake = |keeper: &&Keeper| matches!(*keeper.life.borrow(), Life::Awake(_));
        self.held().values().filter(is_awake).count()
    }

    /// Devices that are connected to one of them.
    pub fn sockets_count(&self) -> u64 {
        let lives: Vec<Life> = self
            .held()
            .values()
            .map(|keeper| keeper.life.borrow().clone())
            .collect();
        let sockets = lives.iter().map(|life| match life {
            Life::Awake(workspace) => workspace.actors.devices().count(),
            Life::Waking | Life::AtRest | Life::Failed(..) => 0,
        });
        sockets.sum()
    }

    /// Another node asks for a group that does not run here.
    fn knocked(self: &Arc<Self>, group: u64) {
        let now_ns = self.machine.world.monotonic_ns();
        let life = self.held().get(&group).map(|keeper| keeper.life.borrow().clone());
        let has_just_failed = match life {
            Some(Life::Failed(_, at_ns)) => now_ns.saturating_sub(at_ns) < limits::WORKSPACE_WAKE_PAUSE_MS * 1_000_000,
            _ => false,
        };
        // A closed one too: its group follows the cluster as the others.
        if !has_just_failed && self.facts.knows(group) && (self.is_placed_here(group) || self.has(group)) {
            self.keep(group);
        }
    }

    /// Says how a workspace is from now on; there is a keeper of it after that.
    fn keep(self: &Arc<Self>, id: u64) -> watch::Receiver<Life> {
        let mut keepers = self.held();
        if *self.stopping.borrow() {
            let now_ns = self.machine.world.monotonic_ns();
            return watch::channel(Life::Failed("the node stops".to_owned(), now_ns)).1;
        }
        if let Some(keeper) = keepers.get(&id).filter(|keeper| !keeper.task.is_finished()) {
            return keeper.life.clone();
        }
        let (tell, life) = watch::channel(Life::Waking);
        let task = tokio::spawn(Arc::clone(self).attend(id, tell));
        let keeper = Keeper {
            life: life.clone(),
            task,
        };
        keepers.insert(id, keeper);
        life
    }

    /// A workspace, woken if it rests. Waits for it, for as long as it takes if it is the first one.
    async fn wait(self: &Arc<Self>, id: u64) -> Result<Arc<Workspace>, NotAwake> {
        loop {
            let mut life = self.keep(id);
            let settled = life.wait_for(|life| !matches!(life, Life::Waking)).await;
            match settled.map(|life| life.clone()) {
                Ok(Life::Awake(workspace)) => return Ok(workspace),
                Ok(Life::Failed(why, _)) => return Err(NotAwake::NotNow(why)),
                // It moved to other nodes at this very moment.
                Ok(Life::AtRest) if !self.is_placed_here(id) && !self.has(id) => return Err(NotAwake::Elsewhere(id)),
                // It went to rest at this very moment: its next keeper wakes it again.
                Ok(Life::AtRest | Life::Waking) | Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    /// The first one, however long it takes; or why it does not start.
    pub async fn start_first(self: &Arc<Self>) -> Result<Arc<Workspace>, StartError> {
        let first = self.wait(FIRST_WORKSPACE).await;
        first.map_err(|why| match why {
            NotAwake::NotNow(why) => StartError::refused(why),
            NotAwake::NotFound | NotAwake::Elsewhere(_) => StartError::refused("the first workspace is not there"),
        })
    }

    /// One that exists, is open, and is here; woken if it rests.
    pub async fn come_to(self: &Arc<Self>, choice: &Choice) -> Result<Arc<Workspace>, NotAwake> {
        let id = match self.facts.find(choice) {
            Some(id) => id,
            // It may have been made at another node a moment ago.
            None => {
                let caught_up = self.facts.catch_up().await;
                caught_up.map_err(|why| NotAwake::NotNow(why.to_string()))?;
                self.facts.find(choice).ok_or(NotAwake::NotFound)?
            }
        };
        if self.get(id).is_none() && !self.is_served_here(id) {
            return Err(NotAwake::Elsewhere(id));
        }
        let patience = Duration::from_millis(limits::WORKSPACE_WAKE_TIMEOUT_MS);
        let waited = tokio::time::timeout(patience, self.wait(id)).await;
        let workspace = waited.unwrap_or_else(|_| Err(NotAwake::NotNow("it takes too long".to_owned())))?;
        workspace.note_use();
        Ok(workspace)
    }

    /// Keeps one awake until it goes to rest, is closed, or the node stops.
    async fn attend(self: Arc<Self>, id: u64, tell: watch::Sender<Life>) {
        // A group would be left behind that nobody watches over.
        let _fatal = FatalIfPanicking::new(&self.machine.hosting.on_fatal, "the keeper of a workspace panicked");
        let mut has_lived = false;
        let over = loop {
            match self.live(id, &tell).await {
                Ok(Ended::Again) => {
                    tracing::info!(
                        group = id,
                        "the state came whole from another node; the workspace starts anew with it"
                    );
                    has_lived = true;
                    tell.send_replace(Life::Waking);
                }
                Ok(Ended::Restarted) => drop(tell.send_replace(Life::Waking)),
                Ok(Ended::AtRest) => break Life::AtRest,
                Ok(Ended::Moved) => match self.let_go(id).await {
                    Ok(true) => break Life::AtRest,
                    // The cluster wants it here again, or nobody was certain.
                    Ok(false) => has_lived = true,
                    Err(error) => break Life::Failed(error.to_string(), self.machine.world.monotonic_ns()),
                },
                Err(error) => break Life::Failed(error.to_string(), self.machine.world.monotonic_ns()),
            }
        };
        if let Life::Failed(why, _) = &over {
            tracing::error!(group = id, why, "a workspace does not run on this node");
            if has_lived && id == FIRST_WORKSPACE {
                // At its start a node ends for this with an error; it must not go on without what it is there for.
                (self.machine.hosting.on_fatal)("the first workspace does not start anew");
            }
        }
        tell.send_replace(over);
    }

    /// From waking to its end.
    async fn live(&self, id: u64, tell: &watch::Sender<Life>) -> Result<Ended, StartError> {
        let mut stopping = self.stopping.subscribe();
        let which = self.which(id)?;
        let (workspace, mut below) = {
            let _turn = tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => return Ok(Ended::AtRest),
                // The semaphore is never closed.
                turn = self.waking.acquire() => turn,
            };
            self.note_waking(id);
            let elsewhere: Weak<dyn front::Workspaces> = self.me.clone();
            Workspace::wake(&self.machine, self.neighbours.as_ref(), &which, elsewhere).await?
        };
        let rests = id != FIRST_WORKSPACE;
        let lived = async {
            let early = tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => Some(Ended::AtRest),
                () = self.closed(id) => Some(Ended::AtRest),
                early = below.get_ready() => early?,
            };
            if let Some(ended) = early {
                return Ok(ended);
            }
            self.note_held(id);
            tell.send_replace(Life::Awake(Arc::new(workspace)));
            let ended = tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => Ended::AtRest,
                () = self.closed(id) => Ended::AtRest,
                ended = below.look_after(rests) => ended,
            };
            Ok(ended)
        };
        let ended = lived.await;
        tell.send_replace(Life::Waking);
        below.end().await;
        ended
    }

    fn which(&self, id: u64) -> Result<Which, StartError> {
        let facts = self.facts.now();
        let known = facts.workspaces.get(&id);
        let known = known.ok_or_else(|| StartError::refused("there is no such workspace"))?;
        let key = self.facts.key_of(id, known, &self.machine.keys.workspace);
        let stay = self.machine.stay(id).map_err(stay::unreadable)?;
        Ok(Which {
            id,
            name: known.name.clone(),
            key: key.map_err(StartError::io("the key of a workspace"))?,
            // Once it was here its group has begun, whatever is left of that.
            begins: stay.is_first() && self.facts.begins(id, known, self.machine.is_founder),
            stay,
        })
    }

    /// Returns when a workspace is closed; of one that was closed before, never: it runs to follow the cluster, and nobody comes to it.
    async fn closed(&self, id: u64) {
        let mut facts = self.facts.watch();
        if facts.borrow().open(id).is_none() {
            return std::future::pending().await;
        }
        // An error says that group 0 has ended: so does the node.
        let _ = facts.wait_for(|facts| facts.open(id).is_none()).await;
    }

    /// Ends all of them, in order. Who comes after that finds none.
    pub async fn stop(&self) {
        if let Some(neighbours) = &self.neighbours {
            neighbours.host().set_knock(None);
            neighbours.host().set_bring(None);
            neighbours.host().set_operate(None);
        }
        self.stopping.send_replace(true);
        let keepers = std::mem::take(&mut *self.held());
        for keeper in keepers.into_values() {
            // A keeper that panicked has ended as well.
            let _ = keeper.task.await;
        }
    }
}
