//! Group 0 on this node: which workspaces the cluster has, asked and changed here.
//!
//! Stands between the operators' wishes and the group. The rules are `node/domain/src/cluster.rs`. It refuses to know where a workspace
//! runs.

use crate::machine::Machine;
use crate::membership::desk::Refused;
use crate::neighbours::Neighbours;
use crate::start::StartError;
use corridor_api::front::Choice;
use corridor_cluster::{Group, NotReady, ProposeError, Proposer};
use corridor_domain::cluster::{
    CLUSTER_GROUP, ClusterAnswer, ClusterCommand, ClusterFacts, FIRST_WORKSPACE, WorkspaceFacts,
};
use corridor_domain::limits;
use corridor_storage::facts::{FactsState, encode_command};
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::World;
use futures::future::BoxFuture;
use std::io;
use std::sync::Arc;
use tokio::sync::watch;

/// Waits until everything is known that was agreed on.
type CatchUp = Box<dyn Fn() -> BoxFuture<'static, Result<u64, NotReady>> + Send + Sync>;

/// What the cluster knows of itself, as this node does.
pub struct Facts {
    node: u64,
    known: watch::Receiver<ClusterFacts>,
    proposer: Proposer<FactsState>,
    catch_up: CatchUp,
    /// Seals the keys of workspaces.
    key: StorageKey,
    world: Arc<dyn World>,
}

impl Facts {
    /// Starts group 0. What this node knew when it stopped is known at once; the rest when the group has caught up.
    pub async fn start(
        machine: &Machine,
        neighbours: Option<&Neighbours>,
    ) -> Result<(Self, Group<FactsState>), StartError> {
        let (tell, known) = watch::channel(ClusterFacts::default());
        let on_change = Box::new(move |facts: &ClusterFacts| drop(tell.send_replace(facts.clone())));
        let world = Arc::clone(&machine.world);
        let state = FactsState::open(&machine.facts_folder(), &machine.keys.node, world, on_change);
        let state = Arc::new(state.map_err(StartError::io("what the cluster knows of itself"))?);
        let mut config = machine.group_config(machine.is_founder);
        config.snapshot_every_entries = limits::CLUSTER_SNAPSHOT_EVERY_ENTRIES;
        config.keep_entries = limits::CLUSTER_SNAPSHOT_EVERY_ENTRIES / 2;
        config.peer = neighbours.map(Neighbours::peer).unwrap_or_default();
        let (hosting, log) = (machine.hosting.clone(), Arc::clone(&machine.log));
        let group = Group::start(CLUSTER_GROUP, config, hosting, log, Arc::clone(&state)).await;
        let group = group.map_err(|error| StartError::refused(error.to_string()))?;
        if let Some(neighbours) = neighbours {
            neighbours.know(&group, Box::new(move || state.standing()));
        }
        let facts = Self {
            node: machine.node,
            known,
            proposer: group.proposer(),
            catch_up: Box::new(group.catching_up()),
            key: machine.keys.workspace.derive("workspace keys"),
            world: Arc::clone(&machine.world),
        };
        Ok((facts, group))
    }

    /// What is known now.
    pub fn now(&self) -> ClusterFacts {
        self.known.borrow().clone()
    }

    /// The number of a workspace that is open.
    pub fn find(&self, choice: &Choice) -> Option<u64> {
        let known = self.known.borrow();
        let id = match choice {
            Choice::Number(id) => *id,
            Choice::Named(name) => known.by_name(name)?.0,
        };
        known.open(id).map(|_| id)
    }

    /// What the workspace of this number is called, be it closed.
    pub fn name_of(&self, id: u64) -> Option<String> {
        let known = self.known.borrow();
        known.workspaces.get(&id).map(|facts| facts.name.clone())
    }

    /// Whether there is one of this number, be it closed.
    pub fn knows(&self, id: u64) -> bool {
        self.known.borrow().workspaces.contains_key(&id)
    }

    /// For whoever waits for changes.
    pub fn watch(&self) -> watch::Receiver<ClusterFacts> {
        self.known.clone()
    }

    /// Waits until everything is known that was agreed on when it was asked.
    pub async fn catch_up(&self) -> Result<(), NotReady> {
        (self.catch_up)().await.map(drop)
    }

    /// Makes a workspace of which this node makes itself the first voter. Gives its number.
    pub async fn create(&self, name: &str) -> Result<u64, Refused> {
        let key = StorageKey::generate(self.world.as_ref());
        let sealed_key = self
            .key
            .seal(self.world.as_ref(), name.as_bytes(), key.to_bytes().as_ref());
        self.propose(ClusterCommand::CreateWorkspace {
            name: name.to_owned(),
            sealed_key,
            founder: self.node,
        })
        .await
    }

    /// Closes a workspace. Gives its number.
    pub async fn close(&self, name: &str) -> Result<u64, Refused> {
        let name = name.to_owned();
        self.propose(ClusterCommand::CloseWorkspace { name }).await
    }

    async fn propose(&self, command: ClusterCommand) -> Result<u64, Refused> {
        let command = encode_command(&command);
        let command =
            command.map_err(|error| Refused::new("internal", format!("The command cannot be written: {error}.")))?;
        match self.proposer.propose(command).await {
            Ok(ClusterAnswer::Workspace { id }) => Ok(id),
            Ok(ClusterAnswer::Refused(refusal)) => Err(Refused::new(refusal.code(), refusal.detail())),
            Err(ProposeError::OutcomeUnknown) => Err(Refused::new(
                "outcome_unknown",
                "Maybe it was done. Look with `corridor workspace list` before trying again.",
            )),
            Err(error) => Err(Refused::new(
                "fenced",
                format!("Not done: {error}. Try again in a moment."),
            )),
        }
    }

    /// The key of a workspace. `first`: that of the first one.
    pub fn key_of(&self, id: u64, facts: &WorkspaceFacts, first: &StorageKey) -> io::Result<StorageKey> {
        if id == FIRST_WORKSPACE {
            return Ok(first.clone());
        }
        let secret = self.key.open(facts.name.as_bytes(), &facts.sealed_key)?;
        let secret = <[u8; 32]>::try_from(secret).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        Ok(StorageKey::from_bytes(secret))
    }

    /// Whether this node is the one that begins a workspace, as far as it knows of it.
    pub fn is_founder(&self, id: u64, is_founder: bool) -> bool {
        let known = self.known.borrow();
        let facts = known.workspaces.get(&id);
        facts.is_some_and(|facts| self.begins(id, facts, is_founder))
    }

    /// Whether this node begins the group of a workspace: one node only may ever do that.
    pub fn begins(&self, id: u64, facts: &WorkspaceFacts, is_founder: bool) -> bool {
        match id {
            FIRST_WORKSPACE => is_founder,
            _ => facts.founder == self.node,
        }
    }
}
