//! Workspaces that other nodes have, and clients that come to the wrong node: brought there, and taken from others here.
//!
//! Beside the keepers of those that are here. Which nodes have a workspace is reckoned (`node/domain/src/placement.rs`) from who belongs to the
//! cluster, so no node has to be asked; but a node that came has nothing yet, and one that shall go still has it, so whoever is asked says
//! whether it serves (`having.rs`). It refuses to know what clients say.

use super::{Life, NotAwake, Workspaces};
use crate::neighbours::Neighbours;
use crate::start::StartError;
use crate::stay;
use corridor_actors::SubmitError;
use corridor_api::elsewhere;
use corridor_api::failure::{Failure, Outcome};
use corridor_api::front::{self, Choice, Found};
use corridor_cluster::peers::{CallError, NodeId, Serve};
use corridor_cluster::{Member, Tunnel};
use corridor_domain::limits;
use corridor_domain::refusal::Refusal;
use futures::future::BoxFuture;
use std::io;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::{interval, timeout};

impl Workspaces {
    /// The nodes that shall have a workspace; none if this node is alone, or knows nothing of the cluster yet.
    pub fn hosts(&self, id: u64) -> Vec<Member> {
        let name = self.facts.name_of(id);
        match (name, &self.neighbours) {
            (Some(name), Some(neighbours)) => neighbours.cluster().hosts(&name),
            _ => Vec::new(),
        }
    }

    /// The other nodes that shall have the workspace of this name, be it made or not; nothing if who comes for it is served here.
    pub fn hosts_elsewhere(&self, name: &str) -> Option<Vec<Member>> {
        let mut hosts = self.neighbours.as_ref()?.cluster().hosts(name);
        let known = self.facts.now().by_name(name).map(|(id, _)| id);
        let is_here = match known {
            Some(id) => self.get(id).is_some() || self.is_served_here(id),
            None => hosts.is_empty() || hosts.iter().any(|member| member.node == self.machine.node),
        };
        hosts.retain(|member| member.node != self.machine.node);
        (!is_here).then_some(hosts)
    }

    /// As far as this node knows now, and that is what all know who were asked before.
    pub async fn catch_up(&self) {
        // Without the others nothing is made anyway.
        let _ = self.facts.catch_up().await;
    }

    /// Whether this node shall have a workspace.
    pub(super) fn is_placed_here(&self, id: u64) -> bool {
        let hosts = self.hosts(id);
        hosts.is_empty() || hosts.iter().any(|member| member.node == self.machine.node)
    }

    /// After a start: what earlier stays left is thrown away, and workspaces that shall not be here run until their groups have let them go.
    pub async fn clear_away(self: Arc<Self>) {
        for id in self.facts.now().workspaces.into_keys() {
            let (machine, log) = (Arc::clone(&self.machine), Arc::clone(&self.machine.log));
            let clearing = tokio::task::spawn_blocking(move || machine.stay(id)?.clear(&log));
            if let Err(error) = clearing.await.map_err(io::Error::other).and_then(|cleared| cleared) {
                tracing::warn!(group = id, %error, "what this node had of a workspace before is not thrown away yet");
            }
            if !self.is_placed_here(id) && self.has(id) {
                self.keep(id);
            }
        }
    }

    /// Clients whom other nodes bring are served from now on.
    pub(super) fn serve_brought(self: &Arc<Self>, neighbours: &Arc<Neighbours>) {
        let (all, cluster) = (Arc::downgrade(self), Arc::clone(neighbours.cluster()));
        neighbours.host().set_bring(Some(Box::new(move |from, id| {
            let all = all.upgrade().ok_or("this node stops")?;
            match cluster.includes(from) {
                true => all.bring(from, id),
                false => Err(format!("node {from} is not of the cluster")),
            }
        })));
    }

    fn bring(self: &Arc<Self>, from: NodeId, id: u64) -> Result<Serve, String> {
        let serves = match self.get(id) {
            Some(workspace) => workspace.takes_commands(),
            // One that rests is woken by who is brought. One that wakes may do so for long, where this node has to fetch it.
            None => self.rests(id) && self.is_served_here(id),
        };
        if !serves {
            return Err(format!("workspace {id} is not served here now"));
        }
        let front = front::front(Arc::clone(self) as Arc<_>, Arc::clone(&self.machine.gate), None);
        let (stopped, cluster) = (<Self as front::Workspaces>::stopping(self), self.neighbours.clone());
        let may_bring = move || {
            cluster
                .as_ref()
                .is_some_and(|neighbours| neighbours.cluster().includes(from))
        };
        Ok(Box::new(move |tunnel| {
            Box::pin(elsewhere::serve(tunnel, front, Arc::new(may_bring), stopped))
        }))
    }

    fn rests(&self, id: u64) -> bool {
        let now_ns = self.machine.world.monotonic_ns();
        let may_wake = |life: &Life| match life {
            Life::AtRest => true,
            Life::Failed(_, at_ns) => now_ns.saturating_sub(*at_ns) >= limits::WORKSPACE_WAKE_PAUSE_MS * 1_000_000,
            Life::Waking | Life::Awake(_) => false,
        };
        let keepers = self.held();
        keepers
            .get(&id)
            .is_none_or(|keeper| keeper.task.is_finished() && may_wake(&keeper.life.borrow()))
    }

    /// A way to a node that serves a workspace: all that should are asked, one after the other, for a while.
    async fn find_way(self: Arc<Self>, id: u64) -> io::Result<Tunnel> {
        let neighbours = self.neighbours.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let mut rounds = interval(Duration::from_millis(limits::TUNNEL_OPENING_PAUSE_MS));
        loop {
            rounds.tick().await;
            let mut hosts = self.hosts(id);
            hosts.retain(|member| member.node != self.machine.node && !self.is_away(member.node));
            // Not all nodes shall bring their clients to the same one.
            let first = usize::try_from(self.machine.node).unwrap_or_default() % hosts.len().max(1);
            hosts.rotate_left(first);
            for member in &hosts {
                let _turn = self.opening.acquire().await.map_err(io::Error::other)?;
                // Others may have found out while this one waited for its turn.
                if self.is_away(member.node) {
                    continue;
                }
                match neighbours.tunnel(member, id).await {
                    Ok(tunnel) => return Ok(tunnel),
                    Err(CallError::Unreachable(_)) => self.note_away(member.node),
                    Err(error) => tracing::debug!(node = member.node, group = id, %error, "a node does not serve it"),
                }
            }
        }
    }

    /// Whether there was no way to a node a moment ago: each try takes long, and others wait for their turn.
    fn is_away(&self, node: NodeId) -> bool {
        let away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        let since_ns = away
            .get(&node)
            .map(|at_ns| self.machine.world.monotonic_ns().saturating_sub(*at_ns));
        since_ns.is_some_and(|since_ns| since_ns < limits::TUNNEL_BACK_OFF_MS * 1_000_000)
    }

    fn note_away(&self, node: NodeId) {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        away.insert(node, self.machine.world.monotonic_ns());
    }

    /// Throws away what this node has of a workspace, if it is certain that its group goes on without it. The group does not run here now: so from
    /// this question on it has confirmed nothing that anybody could count on.
    pub(super) async fn let_go(&self, id: u64) -> Result<bool, StartError> {
        let (Some(neighbours), false) = (&self.neighbours, self.is_placed_here(id)) else {
            return Ok(false);
        };
        let Some(place) = neighbours.let_go_at(id, &self.hosts(id)).await else {
            return Ok(false);
        };
        let (machine, log) = (Arc::clone(&self.machine), Arc::clone(&self.machine.log));
        let ending = tokio::task::spawn_blocking(move || machine.stay(id)?.end(&log, place));
        let ended = ending.await.map_err(io::Error::other).and_then(|ended| ended);
        ended.map_err(stay::unreadable)?;
        self.note_gone(id);
        tracing::info!(
            group = id,
            "a workspace is on other nodes now; what was here of it is thrown away"
        );
        Ok(true)
    }
}

impl front::Workspaces for Workspaces {
    fn look(&self, choice: &Choice) -> Option<Found> {
        let id = self.facts.find(choice)?;
        match self.get(id) {
            Some(workspace) => Some(Found::Here(workspace.entrance())),
            None => (!self.is_served_here(id)).then_some(Found::Elsewhere(id)),
        }
    }

    fn wake(&self, choice: Choice) -> BoxFuture<'static, Outcome<Found>> {
        let workspaces = self.me.upgrade();
        Box::pin(async move {
            let fenced = || Failure::Submit(SubmitError::Fenced);
            match workspaces.ok_or_else(fenced)?.come_to(&choice).await {
                Ok(workspace) => Ok(Found::Here(workspace.entrance())),
                Err(NotAwake::Elsewhere(id)) => Ok(Found::Elsewhere(id)),
                Err(NotAwake::NotFound) => Err(Failure::Refused(match choice {
                    Choice::Named(_) => Refusal::NotFound,
                    // A session of what is not there has ended.
                    Choice::Number(_) => Refusal::NotSignedIn,
                })),
                Err(NotAwake::NotNow(why)) => {
                    tracing::info!(why, "somebody came to a workspace that is not awake");
                    Err(fenced())
                }
            }
        })
    }

    fn stopping(&self) -> BoxFuture<'static, ()> {
        let mut stopping = self.stopping.subscribe();
        Box::pin(async move {
            // An error says that the node itself is gone.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        })
    }

    fn open(&self, workspace: u64) -> BoxFuture<'static, io::Result<Tunnel>> {
        let workspaces = self.me.upgrade();
        Box::pin(async move {
            let workspaces = workspaces.ok_or(io::ErrorKind::NotConnected)?;
            let patience = Duration::from_millis(limits::TUNNEL_OPENING_TIMEOUT_MS);
            let found = timeout(patience, workspaces.find_way(workspace)).await;
            found.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        })
    }
}
