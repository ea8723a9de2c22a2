//! What is done with all workspaces of a node, or with the nodes that one is on: spread, woken for a change of the cluster, handed over.
//!
//! Beside their keepers. It refuses to know how one is woken.

use super::Workspaces;
use crate::membership::desk::Refused;
use crate::neighbours::All;
use crate::workspace::Workspace;
use corridor_cluster::SteerError;
use corridor_domain::cluster::FIRST_WORKSPACE;
use corridor_domain::limits;
use futures::future::join_all;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

impl Workspaces {
    /// Waits until a new workspace is on as many voting nodes as shall have it. How many it is on, and how many there are.
    pub async fn spread(&self, id: u64, workspace: &Workspace) -> (usize, usize) {
        let voters = self.hosts(id).into_iter().filter(|member| member.votes).count();
        let wanted = voters.max(1);
        let everywhere = async {
            let mut looks = tokio::time::interval(Duration::from_millis(limits::LEADER_LOOK_INTERVAL_MS));
            while (workspace.status)().voters < wanted {
                looks.tick().await;
            }
        };
        let patience = Duration::from_millis(limits::WORKSPACE_SPREAD_TIMEOUT_MS);
        // Too late: the number says so.
        let _ = tokio::time::timeout(patience, everywhere).await;
        ((workspace.status)().voters, wanted)
    }

    /// Wakes all that this node has, closed ones too. Those that it shall have no longer are not waited for: they end themselves when their groups
    /// have let them go.
    pub(super) async fn wake_all(self: &Arc<Self>) -> Result<Vec<All>, SteerError> {
        let not_now = |id: u64, why: &str| SteerError(format!("the workspace of group {id} cannot be woken: {why}"));
        let caught_up = self.facts.catch_up().await;
        caught_up.map_err(|error| SteerError(error.to_string()))?;
        let waking = self.facts.now().workspaces.into_iter().map(|(id, facts)| async move {
            let is_closed = facts.closed_at_ms.is_some();
            let is_elsewhere = !self.is_placed_here(id);
            let all = |here| All {
                id,
                is_elsewhere,
                name: facts.name.clone(),
                is_closed,
                here,
            };
            if is_elsewhere {
                if self.has(id) {
                    self.keep(id);
                }
                return Ok(all(None));
            }
            let patience = Duration::from_millis(limits::WORKSPACE_SPREAD_TIMEOUT_MS);
            let waited = tokio::time::timeout(patience, self.wait(id)).await;
            let woken = match waited {
                Ok(Ok(workspace)) => {
                    workspace.note_use();
                    workspace.members().ok_or_else(|| not_now(id, "this node is alone"))
                }
                Ok(Err(why)) => Err(not_now(id, &Refused::from(why).detail)),
                Err(_) => Err(not_now(id, "it takes too long")),
            };
            match woken {
                // Whoever closed it has given it up: what has no quorum any more must not stand in the way for ever.
                Err(error) if is_closed => {
                    tracing::warn!(%error, "a closed workspace is left behind");
                    Ok(all(None))
                }
                woken => woken.map(|members| all(Some(members))),
            }
        });
        join_all(waking).await.into_iter().collect()
    }

    /// For as long as it is polled: when nodes came or went, all workspaces that this node has are woken, closed ones too, so that those that rest
    /// follow as well: their data is on too few disks, or counts on one that is gone. It does not count as use. One that cannot be woken is tried
    /// again after a while, alone.
    pub async fn follow_cluster(self: Arc<Self>) {
        let Some(neighbours) = self.neighbours.clone() else {
            return;
        };
        let mut looks = tokio::time::interval(Duration::from_millis(limits::NEIGHBOURS_LOOK_INTERVAL_MS));
        let mut followed = BTreeSet::new();
        // Those that do not follow yet, and when they are tried next.
        let mut behind: BTreeMap<u64, u64> = BTreeMap::new();
        loop {
            looks.tick().await;
            let nodes: BTreeSet<u64> = neighbours.cluster().all().iter().map(|member| member.node).collect();
            if nodes.is_empty() || (!followed.is_empty() && nodes != followed && self.facts.catch_up().await.is_err()) {
                continue;
            }
            if !followed.is_empty() && nodes != followed {
                behind = self.facts.now().workspaces.into_keys().map(|id| (id, 0)).collect();
            }
            followed = nodes;
            let now_ns = self.machine.world.monotonic_ns();
            let due = behind.iter().filter(|(_, at_ns)| **at_ns <= now_ns).map(|(id, _)| *id);
            let due: Vec<u64> = due.collect();
            let woken = join_all(due.iter().map(|id| self.wake_to_follow(*id))).await;
            for (id, is_awake) in due.into_iter().zip(woken) {
                let again_ns = self.machine.world.monotonic_ns() + limits::WORKSPACE_WAKE_PAUSE_MS * 1_000_000;
                match is_awake {
                    true => behind.remove(&id),
                    false => behind.insert(id, again_ns),
                };
            }
        }
    }

    /// After a start: those in which something waits for its time are woken, so that it comes about though nobody comes. Looked up on the
    /// disk, one after the other.
    pub async fn wake_who_wait(self: Arc<Self>) {
        let ids: Vec<u64> = self.facts.now().workspaces.into_keys().collect();
        for id in ids
            .into_iter()
            .filter(|id| *id != FIRST_WORKSPACE && self.is_placed_here(*id))
        {
            let machine = Arc::clone(&self.machine);
            let looked = tokio::task::spawn_blocking(move || machine.waits(id)).await;
            match looked {
                Ok(Ok(true)) => drop(self.wait(id).await),
                Ok(Ok(false)) => {}
                // It is awake already, or says why it cannot be when somebody comes.
                Ok(Err(error)) => tracing::debug!(workspace = id, %error, "it was not looked at what waits here"),
                Err(_) => return,
            }
        }
    }

    async fn wake_to_follow(self: &Arc<Self>, id: u64) -> bool {
        if !self.is_placed_here(id) {
            if self.has(id) {
                self.keep(id);
            }
            return true;
        }
        let patience = Duration::from_millis(limits::WORKSPACE_SPREAD_TIMEOUT_MS);
        matches!(tokio::time::timeout(patience, self.wait(id)).await, Ok(Ok(_)))
    }

    /// Those that are awake here.
    pub fn awake(&self) -> Vec<Arc<Workspace>> {
        let ids: Vec<u64> = self.held().keys().copied().collect();
        ids.into_iter().filter_map(|id| self.get(id)).collect()
    }

    /// Somebody else leads what this node leads, where there is one who can.
    pub async fn hand_over(&self) {
        join_all(self.awake().iter().map(|workspace| workspace.hand_over())).await;
        if let Some(neighbours) = &self.neighbours {
            neighbours.hand_over().await;
        }
    }
}
