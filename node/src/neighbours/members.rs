//! The members of one group: who is brought in, who votes, who goes, and how each is doing.
//!
//! Stands between a group that runs here and its keeper. It refuses to know why somebody belongs to the group.

use super::Steered;
use super::comparison::{self, Verdict};
use super::report::{self, Report, Reporter};
use crate::membership::status::{NodeStatus, Role};
use bytes::Bytes;
use corridor_cluster::peers::{Kind, NodeId, PeerLink, Request};
use corridor_cluster::{GroupStatus, Member, Peer, Steer, SteerError};
use corridor_domain::limits;
use corridor_storage::landmarks::Landmarks;
use futures::future::join_all;
use std::sync::Arc;
use std::time::Duration;

/// What the other nodes said when they were asked.
pub struct Around {
    /// Whose state differs.
    pub verdict: Verdict,
    /// Room on the disks of those who answered.
    pub free_bytes: Vec<(NodeId, u64)>,
}

/// The members of a group that runs here.
pub struct GroupMembers {
    /// This node.
    pub node: NodeId,
    /// The group.
    pub group: u64,
    /// How it is looked at, and changed.
    pub steered: Steered,
    /// The way to the others.
    pub link: Arc<dyn PeerLink>,
    /// What this node says of itself.
    pub reporter: Arc<Reporter>,
}

impl GroupMembers {
    /// What the group looks like.
    pub fn status(&self) -> GroupStatus {
        (self.steered.status)()
    }

    /// The other members.
    pub fn others(&self) -> Vec<Member> {
        let members = self.status().members.into_iter();
        members.filter(|member| member.node != self.node).collect()
    }

    /// Whether a node is one of them, as far as this one knows.
    pub fn includes(&self, node: NodeId) -> bool {
        self.status().members.iter().any(|member| member.node == node)
    }

    /// If the others know this node by other addresses, they are told.
    pub async fn say_where(&self, peer: Peer) -> Result<(), SteerError> {
        let status = self.status();
        let own = status.members.iter().find(|member| member.node == self.node);
        if own.is_some_and(|own| peer_of(own) != peer) && status.leader.is_some() {
            let (address, client_url) = (peer.address.clone(), peer.client_url.clone());
            (self.steered.steer)(Steer::Add { node: self.node, peer }).await?;
            tracing::info!(address, client_url, "the other nodes know where this one is reached");
        }
        Ok(())
    }

    /// On the leader: those who belong here and have caught up vote from now on.
    pub async fn promote(&self, belongs: impl Fn(NodeId) -> bool) -> Result<(), SteerError> {
        let status = self.status();
        let ready = |member: &&Member| !member.votes && belongs(member.node) && has_caught_up(member, &status);
        for member in status.members.iter().filter(ready).filter(|_| status.is_leader) {
            (self.steered.steer)(Steer::Promote(member.node)).await?;
            let group = self.group;
            tracing::info!(node = member.node, group, "a node has caught up, and votes from now on");
        }
        Ok(())
    }

    /// On the leader: what has to change until exactly the wanted nodes belong to the group, one step.
    pub fn next_step(&self, wanted: &[Member]) -> Option<Steer> {
        let status = self.status();
        next_step(self.node, &status.members, wanted).filter(|_| status.is_leader)
    }

    /// Whether exactly the wanted nodes belong to the group, and all of them vote.
    pub fn is_as_wanted(&self, wanted: &[Member]) -> bool {
        let members = self.status().members;
        next_step(self.node, &members, wanted).is_none() && members.iter().all(|member| member.votes)
    }

    /// The nodes that vote in the group.
    pub fn voters(&self) -> Vec<NodeId> {
        let voters = self.status().members.into_iter().filter(|member| member.votes);
        voters.map(|member| member.node).collect()
    }

    /// Takes a member out; if it leads, another one leads first. Nothing, if it is none: whether it is one, the leader says.
    pub async fn let_go(&self, node: NodeId) -> Result<(), SteerError> {
        let status = self.status();
        if status.leader == Some(node) {
            let others = status
                .members
                .iter()
                .filter(|member| member.votes && member.node != node);
            let next = others.max_by_key(|member| member.node == self.node);
            let next =
                next.ok_or_else(|| SteerError(format!("nobody votes in group {} but node {node}", self.group)))?;
            self.steer(Steer::Yield(next.node)).await?;
            self.until(|status| status.leader.is_some_and(|leader| leader != node))
                .await;
        }
        match self.steer(Steer::Remove(node)).await {
            Err(error) if !error.is_not_a_member() => Err(error),
            _ => Ok(()),
        }
    }

    /// Waits until the group is so, not for ever.
    async fn until(&self, holds: impl Fn(&GroupStatus) -> bool) {
        let held = async {
            let mut looks = tokio::time::interval(Duration::from_millis(limits::LEADER_LOOK_INTERVAL_MS));
            while !holds(&self.status()) {
                looks.tick().await;
            }
        };
        let patience = Duration::from_millis(limits::HAND_OVER_TIMEOUT_MS);
        // If it takes too long the others elect somebody.
        let _ = tokio::time::timeout(patience, held).await;
    }

    /// Takes a step.
    pub async fn steer(&self, step: Steer) -> Result<u64, SteerError> {
        (self.steered.steer)(step).await
    }

    /// Lets another node lead. Waits until this one leads no longer, not for ever.
    pub async fn yield_to(&self, node: NodeId) -> Result<(), SteerError> {
        self.steer(Steer::Yield(node)).await?;
        self.until(|status| !status.is_leader).await;
        Ok(())
    }

    /// How many of these nodes answer now.
    pub async fn answering(&self, nodes: &[Member]) -> usize {
        let asked = join_all(nodes.iter().map(|member| self.ask(member))).await;
        asked.iter().flatten().count()
    }

    /// Whether one that is too many may go: not while one of those that stay is away, for then it may be the copy that is needed. One that is
    /// no longer of the cluster goes if those that stay and are there are enough to decide.
    pub async fn may_go(&self, wanted: &[Member], is_of_cluster: bool) -> bool {
        let stay: Vec<Member> = wanted
            .iter()
            .filter(|member| self.includes(member.node))
            .cloned()
            .collect();
        let answering = self.answering(&stay).await;
        answering == stay.len() || (!is_of_cluster && 2 * answering > stay.len())
    }

    /// Lets somebody else lead, if there is one who can. Waits for it, not for ever.
    pub async fn hand_over(&self) {
        let status = (self.steered.status)();
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
        let patience = Duration::from_millis(limits::HAND_OVER_TIMEOUT_MS);
        let asked = tokio::time::timeout(patience, self.steer(Steer::Yield(next.node))).await;
        if !matches!(asked, Ok(Ok(_))) {
            return tracing::info!(?asked, "nobody took over the lead; the others will elect");
        }
        self.until(|status| !status.is_leader).await;
    }

    /// Asks the others how they are, and compares this node's state with theirs.
    pub async fn look_around(&self) -> Around {
        let status = self.status();
        let others = status.members.iter().filter(|member| member.node != self.node);
        let asked = others.map(|member| async { (member.node, self.ask(member).await) });
        let answered = join_all(asked).await.into_iter();
        let answered: Vec<_> = answered.filter_map(|(node, report)| Some((node, report?))).collect();
        let free_bytes = answered.iter().map(|(node, report)| (*node, report.disk_free_bytes));
        let free_bytes = free_bytes.collect();
        let theirs: Vec<_> = answered
            .into_iter()
            .map(|(node, report)| (node, report.landmarks))
            .collect();
        Around {
            verdict: comparison::compare(&self.reporter.landmarks(), &theirs, status.is_leader),
            free_bytes,
        }
    }

    /// How a member is doing, if it answers.
    pub async fn ask(&self, member: &Member) -> Option<Report> {
        if member.node == self.node {
            return self.reporter.report().ok();
        }
        report::read(&self.say(member, report::question()).await?).ok()
    }

    /// Says something to another member, and gives its answer.
    pub async fn say(&self, member: &Member, body: Bytes) -> Option<Bytes> {
        let request = Request {
            group: self.group,
            kind: Kind::Gossip,
            body,
        };
        let patience = Duration::from_millis(limits::PEER_REPORT_TIMEOUT_MS);
        let answer = self.link.call(member.node, &member.address, request, patience).await;
        answer.ok()
    }

    /// How a member is doing, in full.
    pub async fn node_status(&self, status: &GroupStatus, member: &Member) -> NodeStatus {
        let is_this = member.node == self.node;
        let (mut theirs, mut ours) = (self.ask(member).await, self.reporter.report().ok());
        // Two states can be compared only where both stood at one revision: on a busy cluster that takes a few looks.
        for _ in 0..limits::STATE_COMPARISON_TRIES_COUNT_MAX {
            let is_comparable = theirs.as_ref().map(|report| report.revision) == ours.as_ref().map(|own| own.revision);
            if is_comparable || theirs.is_none() {
                break;
            }
            (theirs, ours) = (self.ask(member).await, self.reporter.report().ok());
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

/// A question about a group that says nothing more.
pub fn about(group: u64, kind: Kind) -> Request {
    Request {
        group,
        kind,
        body: Bytes::new(),
    }
}

/// Whoever lets a workspace rest wakes it when it is asked about its log. What it answers is of no interest.
pub fn knock_at(link: &Arc<dyn PeerLink>, member: &Member, group: u64) {
    let patience = Duration::from_millis(limits::PEER_REPORT_TIMEOUT_MS);
    let answer = link.call(member.node, &member.address, about(group, Kind::ReadIndex), patience);
    tokio::spawn(async move { drop(answer.await) });
}

/// Where a member is reached.
pub fn peer_of(member: &Member) -> Peer {
    Peer {
        address: member.address.clone(),
        client_url: member.client_url.clone(),
    }
}

/// First whoever is missing or known by another address; then, when all who are wanted vote, whoever is too many: no place is lost before
/// there is one in its stead, unless there is no room for another.
fn next_step(this: NodeId, members: &[Member], wanted: &[Member]) -> Option<Steer> {
    let same = |wanted: &Member| -> Option<&Member> { members.iter().find(|member| member.node == wanted.node) };
    let is_wanted = |member: &&Member| wanted.iter().any(|wanted| wanted.node == member.node);
    let surplus = members.iter().filter(|member| !is_wanted(member));
    let surplus = surplus.min_by_key(|member| member.votes);
    if wanted.is_empty() {
        // Nothing is known of the cluster.
        return None;
    }
    let let_go = |member: &Member| match member.node == this {
        false => Some(Steer::Remove(member.node)),
        // Who leads cannot take itself out: another one leads, and does.
        true => {
            // The one that is nearest to the end of the log: who is gone is far from it.
            let voters = wanted.iter().filter_map(same).filter(|member| member.votes);
            let next = voters.rev().max_by_key(|member| member.matched_index);
            next.map(|next| Steer::Yield(next.node))
        }
    };
    let is_known = |wanted: &&Member| same(wanted).is_some_and(|member| peer_of(member) == peer_of(wanted));
    if let Some(missing) = wanted.iter().find(|wanted| !is_known(wanted)) {
        let has_room = same(missing).is_some() || members.len() < limits::MEMBERS_OF_A_GROUP_COUNT_MAX;
        let (node, peer) = (missing.node, peer_of(missing));
        return match surplus.filter(|_| !has_room) {
            Some(surplus) => let_go(surplus),
            None => Some(Steer::Add { node, peer }),
        };
    }
    let all_vote = wanted
        .iter()
        .all(|wanted| same(wanted).is_some_and(|member| member.votes));
    surplus.filter(|_| all_vote).and_then(let_go)
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

#[cfg(test)]
mod tests {
    use super::next_step;
    use corridor_cluster::{Member, Peer, Steer};

    fn member(node: u64, address: &str) -> Member {
        Member {
            node,
            address: address.to_owned(),
            client_url: String::new(),
            votes: true,
            matched_index: None,
        }
    }

    #[test]
    fn a_group_comes_to_have_the_wanted_members_one_step_at_a_time() {
        let wanted = [member(1, "a"), member(2, "b"), member(9, "d")];
        let learns = |node, address| Member {
            votes: false,
            ..member(node, address)
        };
        let add = |node, address: &str| {
            let (address, client_url) = (address.to_owned(), String::new());
            Some(Steer::Add {
                node,
                peer: Peer { address, client_url },
            })
        };
        let seven = |last| {
            [
                vec![member(1, "a"), member(2, "b")],
                (3..7).map(|node| member(node, "x")).collect(),
                vec![last],
            ]
            .concat()
        };
        let cases = [
            (vec![member(1, "a")], add(2, "b")),
            (vec![member(1, "a"), member(2, "b"), member(3, "c")], add(9, "d")),
            (vec![member(1, "a"), member(2, "old"), member(9, "d")], add(2, "b")),
            // Nobody goes before the one who comes has a vote.
            (
                vec![member(1, "a"), member(2, "b"), member(3, "c"), learns(9, "d")],
                None,
            ),
            (
                vec![member(1, "a"), member(2, "b"), member(3, "c"), member(9, "d")],
                Some(Steer::Remove(3)),
            ),
            // No room: somebody has to go first, best one without a vote.
            (seven(learns(7, "y")), Some(Steer::Remove(7))),
            (wanted.to_vec(), None),
        ];
        for (members, step) in cases {
            assert_eq!(next_step(1, &members, &wanted), step, "{members:?}");
        }
        let without_this = [member(2, "b"), member(9, "d")];
        assert_eq!(
            next_step(1, &wanted, &without_this),
            Some(Steer::Yield(2)),
            "who leads goes last"
        );
    }
}
