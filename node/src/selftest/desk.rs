//! What `corridor selftest` asks of the node on its machine: how the scratch workspace's group is, and trouble for it, on any node.
//!
//! Stands behind the control socket. Asked of a workspace that is not scratch it refuses before it looks at anything. It refuses to know
//! what a run is.

use super::hooks::{self, Trouble, is_scratch};
use crate::membership::desk::Refused;
use crate::membership::status::Role;
use crate::neighbours::GroupMembers;
use crate::workspace::Workspace;
use crate::workspaces::Workspaces;
use corridor_api::front::Choice;
use corridor_cluster::{GroupStatus, Member};
use corridor_storage::world::World;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// Questions to a node of which the quickest is its distance.
const ROUND_TRIPS: usize = 5;

/// What is asked about a scratch workspace.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case", deny_unknown_fields)]
pub enum SelftestDeed {
    /// How its group is, node by node.
    Look,
    /// Trouble for it on a node.
    Trouble {
        /// Where.
        node: u64,
        /// Which.
        trouble: Trouble,
    },
}

/// A node of the scratch workspace's group, as the node that is asked sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSeen {
    /// Which.
    pub node: u64,
    /// Whether it is the one that was asked.
    pub is_this: bool,
    /// Where the other nodes dial it; empty if it is alone.
    pub address: String,
    /// What it is in the group.
    pub role: Role,
    /// Whether it answered.
    pub is_reachable: bool,
    /// Whether its state is that of the node that was asked, where both stood at one revision.
    pub is_state_equal: Option<bool>,
    /// The quickest of a few questions and answers between the two nodes.
    pub round_trip_us: Option<u64>,
}

/// Does what is asked.
pub async fn answer(
    workspaces: &Arc<Workspaces>,
    world: &dyn World,
    name: String,
    deed: SelftestDeed,
) -> Result<Value, Refused> {
    if !is_scratch(&name) {
        return Err(not_scratch());
    }
    let workspace = workspaces.come_to(&Choice::Named(name)).await?;
    match deed {
        SelftestDeed::Look => {
            let seen = look(&workspace, world).await;
            serde_json::to_value(seen)
                .map_err(|error| Refused::new("internal", format!("The answer cannot be written: {error}.")))
        }
        SelftestDeed::Trouble { node, trouble } => {
            make(&workspace, node, trouble).await?;
            Ok(Value::Null)
        }
    }
}

fn not_scratch() -> Refused {
    Refused::new(
        "not_scratch",
        format!(
            "Troubles are made for scratch workspaces only, whose names begin with {}.",
            hooks::NAME_BEGINS
        ),
    )
}

async fn look(workspace: &Workspace, world: &dyn World) -> Vec<NodeSeen> {
    let status = (workspace.status)();
    let Some(members) = workspace.members() else {
        let alone = status.members.iter().map(|member| NodeSeen {
            node: member.node,
            is_this: true,
            address: String::new(),
            role: if status.is_leader { Role::Leader } else { Role::Voter },
            is_reachable: true,
            is_state_equal: Some(true),
            round_trip_us: None,
        });
        return alone.collect();
    };
    let seen = status
        .members
        .iter()
        .map(|member| see(&members, &status, member, world));
    join_all(seen).await
}

async fn see(members: &GroupMembers, status: &GroupStatus, member: &Member, world: &dyn World) -> NodeSeen {
    let mut round_trip_us: Option<u64> = None;
    for _ in 0..ROUND_TRIPS {
        let asked_ns = world.monotonic_ns();
        if member.node == members.node || members.ask(member).await.is_none() {
            break;
        }
        let took_us = world.monotonic_ns().saturating_sub(asked_ns) / 1_000;
        round_trip_us = Some(round_trip_us.map_or(took_us, |least_us| least_us.min(took_us)));
    }
    let status = members.node_status(status, member).await;
    NodeSeen {
        node: status.node,
        is_this: status.is_this,
        address: status.address,
        role: status.role,
        is_reachable: status.is_reachable,
        is_state_equal: status.is_state_equal,
        round_trip_us,
    }
}

async fn make(workspace: &Workspace, node: u64, trouble: Trouble) -> Result<(), Refused> {
    let hooks = workspace.hooks.as_ref().ok_or_else(not_scratch)?;
    let status = (workspace.status)();
    let member = status.members.iter().find(|member| member.node == node);
    let member = member.ok_or_else(|| Refused::new("not_found", format!("Node {node} is not of the workspace.")))?;
    let members = workspace.members();
    match &members {
        Some(members) if member.node != members.node => {
            let answer = members.say(member, trouble.encode()).await;
            match hooks::is_done(answer.as_deref()) {
                true => Ok(()),
                false => Err(Refused::new(
                    "refused",
                    format!("Node {node} did not answer, or does not know of selftests; is it of another version?"),
                )),
            }
        }
        _ => {
            hooks.make(trouble, members.as_ref());
            Ok(())
        }
    }
}
