//! What is done with all workspaces of a node, or with the nodes that one is on: spread, woken for a change of the cluster, handed over.
//!
//! Beside their keepers. It refuses to know how one is woken.

use super::Workspaces;
use crate::membership::desk::Refused;
use crate::neighbours::GroupMembers;
use crate::workspace::Workspace;
use corridor_cluster::SteerError;
use corridor_domain::limits;
use futures::future::join_all;
use std::sync::Arc;
use std::time::Duration;

impl Workspaces {
    /// Waits until a new workspace is on as many voting nodes as the cluster has. How many it is on, and how many there are.
    pub async fn spread(&self, workspace: &Workspace) -> (usize, usize) {
        let others = self
            .neighbours
            .as_ref()
            .map(|neighbours| neighbours.cluster().other_voters().len());
        let wanted = others.unwrap_or_default() + 1;
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

    /// Wakes all of them, closed ones too, and gives their groups.
    pub(super) async fn wake_all(self: &Arc<Self>) -> Result<Vec<Arc<GroupMembers>>, SteerError> {
        let not_now = |id: u64, why: &str| SteerError(format!("the workspace of group {id} cannot be woken: {why}"));
        let caught_up = self.facts.catch_up().await;
        caught_up.map_err(|error| SteerError(error.to_string()))?;
        let waking = self.facts.now().workspaces.into_iter().map(|(id, facts)| async move {
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
                Err(error) if facts.closed_at_ms.is_some() => {
                    tracing::warn!(%error, "a closed workspace is left behind");
                    None
                }
                woken => Some(woken),
            }
        });
        join_all(waking).await.into_iter().flatten().collect()
    }

    /// Somebody else leads what this node leads, where there is one who can.
    pub async fn hand_over(&self) {
        let ids: Vec<u64> = self.held().keys().copied().collect();
        let awake: Vec<_> = ids.into_iter().filter_map(|id| self.get(id)).collect();
        join_all(awake.iter().map(|workspace| workspace.hand_over())).await;
        if let Some(neighbours) = &self.neighbours {
            neighbours.hand_over().await;
        }
    }
}
