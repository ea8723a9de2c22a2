//! The members of the group: who comes, who votes, who goes, and how each is doing.
//!
//! Stands between what operators and newcomers ask and the group. It refuses to know certificates and invitations.

use super::Steered;
use super::comparison::{self, Verdict};
use super::report::{self, Report, Reporter};
use crate::membership::Waiting;
use crate::membership::authority::ClusterId;
use crate::membership::desk::{Members, Refused};
use crate::membership::joining::{Admission, NotAdmitted};
use crate::membership::messages::PeerAddress;
use crate::membership::status::{ClusterStatus, NodeStatus, Role};
use corridor_cluster::peers::{Kind, NodeId, PeerLink, Request};
use corridor_cluster::{GroupStatus, Member, Peer, Steer, SteerError};
use corridor_domain::limits;
use corridor_storage::landmarks::Landmarks;
use futures::future::join_all;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// The group that runs here, and the way to its members.
struct Known {
    group: Steered,
    link: Arc<dyn PeerLink>,
    reporter: Arc<Reporter>,
}

/// What the other nodes said when they were asked.
pub struct Around {
    /// Whose state differs.
    pub verdict: Verdict,
    /// Room on the disks of those who answered.
    pub free_bytes: Vec<(NodeId, u64)>,
}

/// The members of this node's group.
pub struct GroupMembers {
    node: u64,
    cluster: ClusterId,
    /// While the group runs.
    known: RwLock<Option<Arc<Known>>>,
}

impl GroupMembers {
    /// Of a group that does not run yet.
    pub fn new(node: u64, cluster: ClusterId) -> Self {
        Self {
            node,
            cluster,
            known: RwLock::new(None),
        }
    }

    /// The group runs.
    pub fn know(&self, group: Steered, link: Arc<dyn PeerLink>, reporter: Arc<Reporter>) {
        let known = Known { group, link, reporter };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(known));
    }

    /// It stops: from here on nothing of it is held.
    pub fn forget(&self) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn known(&self) -> Result<Arc<Known>, SteerError> {
        let not_yet = || SteerError("this node is not ready yet; try again in a moment".to_owned());
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.clone().ok_or_else(not_yet)
    }

    /// The other members, and where they are reached. Nobody as long as the group does not run.
    pub fn others(&self) -> Vec<(NodeId, String)> {
        let members = self.known().map(|known| (known.group.status)().members);
        let others = members.unwrap_or_default().into_iter();
        let others = others.filter(|member| member.node != self.node);
        others.map(|member| (member.node, member.address)).collect()
    }

    /// Where clients reach the members that say so.
    pub fn places(&self) -> Vec<(NodeId, String)> {
        let members = self.known().map(|known| (known.group.status)().members);
        let places = members.unwrap_or_default().into_iter();
        let places = places.filter(|member| !member.client_url.is_empty());
        places.map(|member| (member.node, member.client_url)).collect()
    }

    /// What somebody has to do from time to time: where this node is reached, and on the leader those who have caught up.
    pub async fn keep_up(&self, peer: Peer) -> Result<(), SteerError> {
        let known = self.known()?;
        let status = (known.group.status)();
        let own = status.members.iter().find(|member| member.node == self.node);
        let is_elsewhere = |own: &Member| own.address != peer.address || own.client_url != peer.client_url;
        if own.is_some_and(is_elsewhere) && status.leader.is_some() {
            let (address, client_url) = (peer.address.clone(), peer.client_url.clone());
            let moved = Steer::Add { node: self.node, peer };
            (known.group.steer)(moved).await?;
            tracing::info!(address, client_url, "the other nodes know where this one is reached");
        }
        if !status.is_leader {
            return Ok(());
        }
        let ready = |member: &&Member| !member.votes && has_caught_up(member, &status);
        for member in status.members.iter().filter(ready) {
            (known.group.steer)(Steer::Promote(member.node)).await?;
            tracing::info!(node = member.node, "a node has caught up, and votes from now on");
        }
        Ok(())
    }

    /// Lets somebody else lead, if there is one who can. Waits for it, not for ever.
    pub async fn hand_over(&self) {
        let Ok(known) = self.known() else { return };
        let status = (known.group.status)();
        let others = status
            .members
            .iter()
            .filter(|member| member.votes && member.node != self.node);
        let Some(next) = others
            .max_by_key(|member| member.matched_index)
            .filter(|_| status.is_leader)
        else {
            return;
        };
        if let Err(error) = (known.group.steer)(Steer::Yield(next.node)).await {
            tracing::info!(%error, "nobody took over the lead; the others will elect");
            return;
        }
        let handed_over = async {
            let mut looks = tokio::time::interval(Duration::from_millis(limits::LEADER_LOOK_INTERVAL_MS));
            while (known.group.status)().is_leader {
                looks.tick().await;
            }
        };
        // If it takes too long the others elect somebody.
        let patience = Duration::from_millis(limits::HAND_OVER_TIMEOUT_MS);
        let _ = tokio::time::timeout(patience, handed_over).await;
    }

    /// Asks the others how they are, and compares this node's state with theirs.
    pub async fn look_around(&self) -> Result<Around, SteerError> {
        let known = self.known()?;
        let status = (known.group.status)();
        let others = status.members.iter().filter(|member| member.node != self.node);
        let asked = others.map(|member| async { (member.node, self.ask(&known, member).await) });
        let answered = join_all(asked).await.into_iter();
        let answered: Vec<_> = answered.filter_map(|(node, report)| Some((node, report?))).collect();
        let free_bytes = answered.iter().map(|(node, report)| (*node, report.disk_free_bytes));
        let free_bytes = free_bytes.collect();
        let theirs: Vec<_> = answered
            .into_iter()
            .map(|(node, report)| (node, report.landmarks))
            .collect();
        Ok(Around {
            verdict: comparison::compare(&known.reporter.landmarks(), &theirs, status.is_leader),
            free_bytes,
        })
    }

    /// The other nodes that vote.
    pub fn other_voters(&self) -> Vec<NodeId> {
        let members = self.known().map(|known| (known.group.status)().members);
        let others = members.unwrap_or_default().into_iter();
        let others = others.filter(|member| member.votes && member.node != self.node);
        others.map(|member| member.node).collect()
    }

    async fn ask(&self, known: &Known, member: &Member) -> Option<Report> {
        if member.node == self.node {
            return known.reporter.report().ok();
        }
        let request = Request {
            group: 0,
            kind: Kind::Gossip,
            body: report::question(),
        };
        let patience = Duration::from_millis(limits::PEER_REPORT_TIMEOUT_MS);
        let answer = known.link.call(member.node, &member.address, request, patience).await;
        report::read(&answer.ok()?).ok()
    }

    async fn node_status(&self, known: &Known, status: &GroupStatus, member: &Member) -> NodeStatus {
        let is_this = member.node == self.node;
        let (mut theirs, mut ours) = (self.ask(known, member).await, known.reporter.report().ok());
        // Two states can be compared only where both stood at one revision: on a busy cluster that takes a few looks.
        for _ in 0..limits::STATE_COMPARISON_TRIES_COUNT_MAX {
            let is_comparable = theirs.as_ref().map(|report| report.revision) == ours.as_ref().map(|own| own.revision);
            if is_comparable || theirs.is_none() {
                break;
            }
            (theirs, ours) = (self.ask(known, member).await, known.reporter.report().ok());
        }
        let at_one = theirs
            .as_ref()
            .zip(ours.as_ref())
            .filter(|(one, other)| one.revision == other.revision);
        let lag = |matched: u64| status.last_log_index.map(|last| last.saturating_sub(matched));
        NodeStatus {
            node: member.node,
            is_this,
            address: member.address.clone(),
            role: role(status, member),
            is_reachable: theirs.is_some(),
            lag_entries: member.matched_index.and_then(lag),
            applied_revision: theirs.as_ref().map(|report| report.revision),
            state_hash: theirs.as_ref().map(|report| hexadecimal(&report.state_hash)),
            is_state_equal: at_one
                .map(|(one, other)| one.state_hash == other.state_hash)
                .or_else(|| Landmarks::agree(&ours?.landmarks, &theirs.as_ref()?.landmarks)),
            disk_free_bytes: theirs.as_ref().map(|report| report.disk_free_bytes),
            certificate_ends_ms: theirs.as_ref().map(|report| report.certificate_ends_ms),
        }
    }
}

/// Near enough to the end of the log that its vote helps.
fn has_caught_up(member: &Member, status: &GroupStatus) -> bool {
    let lag = status.last_log_index.zip(member.matched_index);
    lag.is_some_and(|(last, matched)| last.saturating_sub(matched) <= limits::PROMOTION_LAG_ENTRIES_MAX)
}

fn role(status: &GroupStatus, member: &Member) -> Role {
    match member.votes {
        _ if status.leader == Some(member.node) => Role::Leader,
        true => Role::Voter,
        false => Role::Learner,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Admission for GroupMembers {
    fn admit<'a>(
        &'a self,
        peer_address: &'a str,
        client_url: &'a str,
        instead_of: Option<u64>,
    ) -> Waiting<'a, Result<u64, NotAdmitted>> {
        Box::pin(async move {
            let refused = |error: SteerError| NotAdmitted::Refused(error.to_string());
            let in_doubt = |error: SteerError| NotAdmitted::InDoubt(error.to_string());
            let known = self.known().map_err(refused)?;
            let members = (known.group.status)().members;
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
            let node = (known.group.steer)(Steer::DrawId).await.map_err(refused)?;
            if let Some(gone) = instead_of {
                (known.group.steer)(Steer::Remove(gone)).await.map_err(in_doubt)?;
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
            (known.group.steer)(Steer::Add { node, peer }).await.map_err(in_doubt)?;
            Ok(node)
        })
    }

    fn peers(&self) -> Vec<PeerAddress> {
        let members = self.known().map(|known| (known.group.status)().members);
        let peer = |member: Member| PeerAddress {
            node: member.node,
            address: member.address,
        };
        members.unwrap_or_default().into_iter().map(peer).collect()
    }
}

impl Members for GroupMembers {
    fn status(&self) -> Waiting<'_, Result<ClusterStatus, Refused>> {
        Box::pin(async move {
            let known = self
                .known()
                .map_err(|error| Refused::new("fenced", error.to_string()))?;
            let status = (known.group.status)();
            let nodes = status
                .members
                .iter()
                .map(|member| self.node_status(&known, &status, member));
            Ok(ClusterStatus {
                cluster: self.cluster.to_string(),
                nodes: join_all(nodes).await,
            })
        })
    }

    fn check_gone(&self, node: u64) -> Waiting<'_, Result<(), Refused>> {
        Box::pin(async move {
            let known = self.known();
            let known = known.map_err(|error| Refused::new("fenced", error.to_string()))?;
            let members = (known.group.status)().members;
            let Some(member) = members.iter().find(|member| member.node == node) else {
                let detail =
                    format!("Node {node} is not one of the cluster's; `corridor cluster status` shows those that are.");
                return Err(Refused::new("not_found", detail));
            };
            match self.ask(&known, member).await {
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
            let refused = |error: SteerError| Refused::new("refused", error.to_string());
            let known = self.known().map_err(refused)?;
            let removed = (known.group.steer)(Steer::Remove(node)).await;
            removed.map(drop).map_err(refused)
        })
    }
}
