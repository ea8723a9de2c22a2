//! What a group looks like from outside.
//!
//! Stands beside the group: openraft's figures, and what this node itself knows of its contact to the others. It refuses to wait.

use std::collections::BTreeSet;
use std::time::Duration;

use openraft::{Instant as _, RaftMetrics};

use crate::inbound::Contact;
use crate::peers::NodeId;
use crate::propose::{Closing, Gate};
use crate::types::{LogPosition, Types};

/// What a group looks like from outside. It may stand a moment behind what was answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupStatus {
    /// Who leads, as far as this node knows.
    pub leader: Option<u64>,
    /// Whether this node believes that it leads. Not a proof: see `quorum_acknowledged_ms_ago`.
    pub is_leader: bool,
    /// The current term.
    pub term: u64,
    /// Last index in the log.
    pub last_log_index: Option<u64>,
    /// Last index applied to the state.
    pub applied_index: Option<u64>,
    /// Last index contained in the newest snapshot point; the state was durable there.
    pub snapshot_index: Option<u64>,
    /// Last index purged from the log.
    pub purged_index: Option<u64>,
    /// On a leader: how long ago a quorum last confirmed it. An only voter asks nobody between two commands.
    pub quorum_acknowledged_ms_ago: Option<u64>,
    /// On a node that follows: how long ago it heard the leader; `None` if never.
    pub leader_heard_ms_ago: Option<u64>,
    /// Whether a quorum, or the leader that has one, was heard within the longest election timeout. Without that this node is cut
    /// off, or nobody leads.
    pub is_in_contact: bool,
    /// How many nodes vote.
    pub voters: usize,
    /// Everybody who belongs to the group.
    pub members: Vec<Member>,
    /// This node takes no more proposals, because it does not trust itself with the group.
    pub is_fenced: bool,
}

/// A node of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub node: NodeId,
    /// Where other nodes reach it.
    pub address: String,
    /// Where clients reach it; empty if that is not known.
    pub client_url: String,
    /// Whether it votes; else it only follows.
    pub votes: bool,
    /// On the leader: the last index that the node is known to have. `None` if nothing is known.
    pub matched_index: Option<u64>,
}

/// What a status is made of, besides openraft's figures.
#[derive(Clone)]
pub(crate) struct StatusView {
    pub node_id: NodeId,
    pub gate: Gate,
    pub contact: Contact,
    /// How long silence is no sign of being cut off.
    pub lease_ms: u64,
}

impl StatusView {
    /// What these figures of openraft's say.
    pub fn of(&self, metrics: &RaftMetrics<Types>) -> GroupStatus {
        let index = |position: &Option<LogPosition>| position.as_ref().map(|position| position.index);
        let elapsed_ms = |acknowledged: Duration| u64::try_from(acknowledged.as_millis()).unwrap_or(u64::MAX);
        let membership = metrics.membership_config.membership();
        let voters: BTreeSet<u64> = membership.voter_ids().collect();
        let matched = |node: &u64| index(metrics.replication.as_ref()?.get(node)?);
        let members = membership.nodes().map(|(node, peer)| Member {
            node: *node,
            address: peer.address.clone(),
            client_url: peer.client_url.clone(),
            votes: voters.contains(node),
            matched_index: matched(node),
        });
        let is_leader = metrics.current_leader == Some(self.node_id);
        let quorum_acknowledged_ms_ago = metrics.last_quorum_acked.map(|at| elapsed_ms(at.elapsed()));
        let leader_heard_ms_ago = self.contact.heard_ms_ago();
        let is_alone = is_leader && voters.len() == 1;
        // Who leads since a moment ago was confirmed by nobody yet, but has heard the leader before it.
        let confirmed = quorum_acknowledged_ms_ago.filter(|_| is_leader);
        let heard = confirmed.into_iter().chain(leader_heard_ms_ago).min();
        GroupStatus {
            leader: metrics.current_leader,
            is_leader,
            term: metrics.current_term,
            last_log_index: metrics.last_log_index,
            applied_index: index(&metrics.last_applied),
            snapshot_index: index(&metrics.snapshot),
            purged_index: index(&metrics.purged),
            quorum_acknowledged_ms_ago,
            leader_heard_ms_ago,
            is_in_contact: is_alone || heard.is_some_and(|heard_ms| heard_ms <= self.lease_ms),
            voters: voters.len(),
            members: members.collect(),
            is_fenced: self.gate.is_shut_for(Closing::Fenced),
        }
    }
}
