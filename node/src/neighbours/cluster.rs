//! The cluster's members: who belongs to it, who comes and goes, and what operators are told of each.
//!
//! Stands between what operators and newcomers ask and the groups: group 0 says who belongs to the cluster, the first workspace's group how
//! each node is doing. It refuses to know certificates and invitations.

use super::companions;
use super::members::{self, GroupMembers, peer_of};
use crate::membership::Waiting;
use crate::membership::authority::ClusterId;
use crate::membership::desk::{Members, Refused};
use crate::membership::joining::{Admission, NotAdmitted};
use crate::membership::messages::PeerAddress;
use crate::membership::status::{ClusterStatus, NodeStatus, Role};
use corridor_cluster::peers::NodeId;
use corridor_cluster::{Member, Peer, Steer, SteerError};
use corridor_domain::limits;
use corridor_domain::placement;
use futures::future::{BoxFuture, join_all};
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// A group that may not run yet, or no longer.
type Maybe = RwLock<Option<Arc<GroupMembers>>>;

/// The members of this node's cluster.
pub struct ClusterMembers {
    node: NodeId,
    cluster: ClusterId,
    /// Group 0.
    cluster_group: Maybe,
    /// The first workspace's group.
    first: Maybe,
    /// All workspaces' groups.
    wake_all: RwLock<Option<WakeAll>>,
    /// The last index of group 0 that was looked at, and the members there.
    seen: RwLock<(u64, BTreeSet<NodeId>)>,
}

/// Wakes all workspaces that this node has, closed ones too, and says which there are.
pub type WakeAll = Box<dyn Fn() -> Waking + Send + Sync>;

/// Groups that are being woken.
type Waking = BoxFuture<'static, Result<Vec<All>, SteerError>>;

/// A workspace of the cluster.
pub struct All {
    /// The number of its group.
    pub id: u64,
    /// What the cluster calls it.
    pub name: String,
    /// Whether other nodes have it.
    pub is_elsewhere: bool,
    /// Whether it is closed: whoever did that has given it up, and what has no quorum any more must not stand in the way for ever.
    pub is_closed: bool,
    /// Its group, if this node has it.
    pub here: Option<Arc<GroupMembers>>,
}

fn get(group: &Maybe) -> Option<Arc<GroupMembers>> {
    group.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn set(group: &Maybe, members: Option<Arc<GroupMembers>>) {
    *group.write().unwrap_or_else(PoisonError::into_inner) = members;
}

impl ClusterMembers {
    /// Of a cluster whose groups do not run here yet.
    pub fn new(node: NodeId, cluster: ClusterId) -> Self {
        Self {
            node,
            cluster,
            cluster_group: RwLock::default(),
            first: RwLock::default(),
            wake_all: RwLock::default(),
            seen: RwLock::default(),
        }
    }

    /// Group 0 runs; none: it stops.
    pub fn know(&self, members: Option<Arc<GroupMembers>>) {
        set(&self.cluster_group, members);
    }

    /// The first workspace's group runs; none: it stops.
    pub fn know_first(&self, members: Option<Arc<GroupMembers>>) {
        set(&self.first, members);
    }

    /// Group 0, while it runs.
    pub fn group(&self) -> Result<Arc<GroupMembers>, SteerError> {
        let not_yet = || SteerError("this node is not ready yet; try again in a moment".to_owned());
        get(&self.cluster_group).ok_or_else(not_yet)
    }

    /// Everybody who belongs to the cluster, as far as this node knows. Nobody as long as group 0 does not run.
    pub fn all(&self) -> Vec<Member> {
        self.group().map(|group| group.status().members).unwrap_or_default()
    }

    /// The members that shall have the workspace of this name, as far as this node knows.
    pub fn hosts(&self, name: &str) -> Vec<Member> {
        let all = self.all();
        let nodes = placement::hosts(name, all.iter().map(|member| member.node));
        let member = |node: NodeId| all.iter().find(|member| member.node == node).cloned();
        nodes.into_iter().filter_map(member).collect()
    }

    /// Whether a node belongs to the cluster, as far as this one knows.
    pub fn includes(&self, node: NodeId) -> bool {
        self.all().iter().any(|member| member.node == node)
    }

    /// The other nodes that vote.
    pub fn other_voters(&self) -> Vec<NodeId> {
        let others = self.all().into_iter();
        let others = others.filter(|member| member.votes && member.node != self.node);
        others.map(|member| member.node).collect()
    }

    /// Where clients reach the members that say so.
    pub fn places(&self) -> Vec<(NodeId, String)> {
        let places = self.all().into_iter();
        let places = places.filter(|member| !member.client_url.is_empty());
        places.map(|member| (member.node, member.client_url)).collect()
    }

    /// Says how all workspaces' groups are found; none: the node stops.
    pub fn know_all(&self, wake_all: Option<WakeAll>) {
        *self.wake_all.write().unwrap_or_else(PoisonError::into_inner) = wake_all;
    }

    /// Looks who belongs to the cluster, for [`ClusterMembers::is_removed`].
    pub fn look(&self) {
        let Ok(group) = self.group() else { return };
        let status = group.status();
        let nodes = status.members.iter().map(|member| member.node).collect();
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        *seen = (status.applied_index.unwrap_or(0), nodes);
    }

    fn wake_all(&self) -> Result<Waking, SteerError> {
        let wake_all = self.wake_all.read().unwrap_or_else(PoisonError::into_inner);
        let wake_all = wake_all.as_ref().map(|wake_all| wake_all());
        wake_all.ok_or_else(|| SteerError("this node is not ready yet; try again in a moment".to_owned()))
    }

    /// Whether a node certainly was of the cluster and is no longer: ids are places in the log of group 0, so who has one that this node has
    /// passed and is no member was taken out.
    pub fn is_removed(&self, node: NodeId) -> bool {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        node <= seen.0 && !seen.1.contains(&node)
    }

    /// Whether a node may go: the groups of all workspaces here, which are woken for it. A refusal if one of the nodes that would keep a
    /// workspace has no vote in it, or one that was taken out before still has one: with two of those who are left might be too few to
    /// decide. Nothing was changed then.
    async fn check_may_go(&self, node: NodeId) -> Result<Vec<Arc<GroupMembers>>, SteerError> {
        let group = self.group()?;
        let workspaces = self.wake_all()?.await?;
        let cluster: Vec<NodeId> = group.status().members.iter().map(|member| member.node).collect();
        let voters: BTreeSet<NodeId> = group.voters().into_iter().collect();
        let checks = workspaces.iter().map(|workspace| async {
            let keep = self.hosts(&workspace.name).into_iter().filter(|member| member.node != node);
            let keep: Vec<Member> = keep.filter(|member| voters.contains(&member.node)).collect();
            let deciding = match &workspace.here {
                Some(here) => Some(here.voters()),
                None if workspace.is_elsewhere => self.voters_elsewhere(workspace.id, &group, &keep).await,
                None => None,
            };
            // One that could not be woken is left behind only if it was given up.
            let kept: Vec<NodeId> = keep.iter().map(|member| member.node).collect();
            let can_decide = deciding.map_or(workspace.is_closed, |deciding| can_decide(&kept, &deciding, &cluster));
            // A vote that nobody gives is none: those that stay and are there must be enough to decide.
            let is_enough = workspace.is_closed || 2 * group.answering(&keep).await > keep.len();
            match can_decide && is_enough {
                true => Ok(()),
                false => Err(SteerError(format!(
                    "in the workspace of group {} one of the nodes that would remain has no vote yet, one that was taken out before \
                     still has one, or too few of them answer; wait until `corridor cluster status` shows them reachable and as voters",
                    workspace.id
                ))),
            }
        });
        join_all(checks).await.into_iter().collect::<Result<(), _>>()?;
        Ok(workspaces.into_iter().filter_map(|workspace| workspace.here).collect())
    }

    /// That a node is gone may stand in this node's log alone, as somebody asked who heard no answer. It is said when it is agreed on.
    async fn check_includes(&self, node: NodeId) -> Result<(), Refused> {
        if self.includes(node) {
            return Ok(());
        }
        let unsure = |error: SteerError| Refused::new("fenced", error.to_string());
        self.group()
            .map_err(unsure)?
            .steer(Steer::DrawId)
            .await
            .map_err(unsure)?;
        match self.includes(node) {
            true => Ok(()),
            false => Err(none_of_ours(node)),
        }
    }

    /// Who votes in a group that this node has not, as one of those that keep it says; nothing if none does.
    async fn voters_elsewhere(&self, id: u64, cluster: &GroupMembers, keep: &[Member]) -> Option<Vec<NodeId>> {
        let asking = async {
            let mut looks = tokio::time::interval(Duration::from_millis(limits::NEIGHBOURS_LOOK_INTERVAL_MS));
            loop {
                looks.tick().await;
                for member in keep {
                    let voters = companions::ask_voters(&*cluster.link, member, id).await;
                    if let Some(voters) = voters {
                        return voters;
                    }
                    // It may rest there: nobody answers for it then, and who is asked about its log wakes it.
                    members::knock_at(&cluster.link, member, id);
                }
            }
        };
        let patience = Duration::from_millis(limits::WORKSPACE_SPREAD_TIMEOUT_MS);
        tokio::time::timeout(patience, asking).await.ok()
    }

    /// Takes a node out that may go: of the cluster first, so that no workspace brings it back; then of each of them. Goes on when nobody
    /// waits for it any more.
    async fn take_out(&self, node: NodeId, workspaces: Vec<Arc<GroupMembers>>) -> Result<(), SteerError> {
        let group = self.group()?;
        let taking = tokio::spawn(async move {
            group.let_go(node).await?;
            let letting_go = workspaces.iter().map(|workspace| workspace.let_go(node));
            for (let_go, workspace) in join_all(letting_go).await.into_iter().zip(&workspaces) {
                if let Err(error) = let_go {
                    let group = workspace.group;
                    tracing::info!(%error, node, group, "a workspace lets a node go a little later than the cluster");
                }
            }
            Ok(())
        });
        taking
            .await
            .unwrap_or_else(|_| Err(SteerError("it was interrupted; look before trying again".to_owned())))
    }

    async fn node_status(&self, member: &Member) -> NodeStatus {
        let first = get(&self.first);
        let status = first.as_ref().map(|first| first.status());
        let joined = status.as_ref().and_then(|status| {
            let joined = status.members.iter().find(|joined| joined.node == member.node);
            joined.cloned()
        });
        if let (Some(first), Some(status), Some(joined)) = (&first, &status, &joined) {
            return first.node_status(status, joined).await;
        }
        // It belongs to the cluster, and has nothing of the first workspace yet.
        let report = match self.group() {
            Ok(group) => group.ask(member).await,
            Err(_) => None,
        };
        NodeStatus {
            node: member.node,
            is_this: member.node == self.node,
            address: member.address.clone(),
            role: Role::Learner,
            is_reachable: report.is_some(),
            lag_entries: None,
            applied_revision: None,
            state_hash: None,
            is_state_equal: None,
            disk_free_bytes: report.as_ref().map(|report| report.disk_free_bytes),
            certificate_ends_ms: report.as_ref().map(|report| report.certificate_ends_ms),
        }
    }
}

fn none_of_ours(node: NodeId) -> Refused {
    let detail = format!("Node {node} is not one of the cluster's; `corridor cluster status` shows those that are.");
    Refused::new("not_found", detail)
}

/// Whether those who keep a group can decide in it when one more goes: all of them vote, and nobody votes who is gone already.
fn can_decide(keep: &[NodeId], deciding: &[NodeId], cluster: &[NodeId]) -> bool {
    keep.iter().all(|node| deciding.contains(node)) && deciding.iter().all(|node| cluster.contains(node))
}

impl Admission for ClusterMembers {
    fn admit<'a>(
        &'a self,
        peer_address: &'a str,
        client_url: &'a str,
        instead_of: Option<u64>,
    ) -> Waiting<'a, Result<u64, NotAdmitted>> {
        Box::pin(async move {
            let refused = |error: SteerError| NotAdmitted::Refused(error.to_string());
            let in_doubt = |error: SteerError| NotAdmitted::InDoubt(error.to_string());
            let group = self.group().map_err(refused)?;
            let members = group.status().members;
            let is_there = |member: &&Member| member.address == peer_address && Some(member.node) != instead_of;
            if let Some(there) = members.iter().find(is_there) {
                return Err(NotAdmitted::Refused(format!(
                    "node {} is reached at {peer_address} already; if its machine is gone, have the new one take its place with \
                     `corridor cluster replace {}`",
                    there.node, there.node
                )));
            }
            if let Some(gone) = instead_of {
                let checked = self.check_gone(gone).await;
                checked.map_err(|why| NotAdmitted::Refused(why.detail))?;
            }
            let may_go = match instead_of {
                Some(gone) => self.check_may_go(gone).await.map_err(refused)?,
                None => Vec::new(),
            };
            let node = group.steer(Steer::DrawId).await.map_err(refused)?;
            if let Some(gone) = instead_of {
                self.take_out(gone, may_go).await.map_err(in_doubt)?;
                tracing::info!(
                    gone,
                    node,
                    "a node that is gone was taken out, and another comes in its place"
                );
            }
            let peer = Peer {
                address: peer_address.to_owned(),
                client_url: client_url.to_owned(),
            };
            group.steer(Steer::Add { node, peer }).await.map_err(in_doubt)?;
            Ok(node)
        })
    }

    fn peers(&self) -> Vec<PeerAddress> {
        let peer = |member: Member| PeerAddress {
            node: member.node,
            address: peer_of(&member).address,
        };
        self.all().into_iter().map(peer).collect()
    }
}

impl Members for ClusterMembers {
    fn status(&self) -> Waiting<'_, Result<ClusterStatus, Refused>> {
        Box::pin(async move {
            let group = self.group();
            let group = group.map_err(|error| Refused::new("fenced", error.to_string()))?;
            let members = group.status().members;
            Ok(ClusterStatus {
                cluster: self.cluster.to_string(),
                nodes: join_all(members.iter().map(|member| self.node_status(member))).await,
            })
        })
    }

    fn check_gone(&self, node: u64) -> Waiting<'_, Result<(), Refused>> {
        Box::pin(async move {
            self.check_includes(node).await?;
            let group = self.group();
            let group = group.map_err(|error| Refused::new("fenced", error.to_string()))?;
            let members = group.status().members;
            let Some(member) = members.iter().find(|member| member.node == node) else {
                return Err(none_of_ours(node));
            };
            match group.ask(member).await {
                None => Ok(()),
                Some(_) => Err(Refused::new(
                    "still_there",
                    format!("Node {node} answers; stop it first, if another machine is to take its place."),
                )),
            }
        })
    }

    fn remove(&self, node: u64) -> Waiting<'_, Result<(), Refused>> {
        Box::pin(async move {
            self.check_includes(node).await?;
            let refused = |error: SteerError| Refused::new("refused", error.to_string());
            let may_go = self.check_may_go(node).await.map_err(refused)?;
            self.take_out(node, may_go).await.map_err(refused)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::can_decide;

    #[test]
    fn nobody_goes_while_one_that_went_before_still_votes() {
        let cluster = [1, 3, 7, 19];
        // Of three nodes one goes, with what it had on the others; or before that.
        assert!(can_decide(&[1, 3], &[1, 3, 19], &cluster));
        assert!(!can_decide(&[1, 3], &[1, 7, 19], &cluster));
        // Node 15 went, and 3 and 7 were to follow it: without 19 they would be two of four.
        assert!(!can_decide(&[3, 7], &[3, 7, 15, 19], &cluster));
        assert!(can_decide(&[3, 7], &[3, 7, 19], &cluster));
    }
}
