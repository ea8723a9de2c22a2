//! Who belongs to a group: nodes come, become voters, and go.
//!
//! Stands beside the commands: changes of membership are entries of the log too, made by openraft, by joint consensus. Whoever asks
//! need not know who leads: the question goes there. It refuses to know why somebody comes or goes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use openraft::async_runtime::WatchReceiver as _;
use openraft::{ChangeMembers, Raft};
use tokio::sync::Mutex;

use corridor_domain::limits::{MEMBERS_OF_A_GROUP_COUNT_MAX, PEER_STEER_TIMEOUT_MS};

use crate::codec::requests::{Steered, decode_steer, decode_steered, encode_steer, encode_steered};
use crate::peers::{Kind, NodeId, PeerLink, Request};
use crate::state_machine::StateMachine;
use crate::types::{Peer, Types};

/// What is asked of a group's leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Steer {
    /// Draw an id that no node ever had: a place in the log.
    DrawId,
    /// Let a node follow the log. Also says where a known node is reached now.
    Add {
        /// Its id.
        node: NodeId,
        /// How it is reached.
        peer: Peer,
    },
    /// Let a node that follows vote: only one that has caught up, or everybody waits for it.
    Promote(NodeId),
    /// Let a node go, for good: its id is never used again.
    Remove(NodeId),
    /// Lead no longer, in favour of this node.
    Yield(NodeId),
}

/// Why nothing, or nothing for sure, was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the members of the group were not changed: {0}")]
pub struct SteerError(pub String);

const NOT_A_MEMBER: &str = "is not one of its members";

impl SteerError {
    /// A node that was to be removed is certainly no member: the group has agreed on that.
    pub fn is_not_a_member(&self) -> bool {
        self.0.ends_with(NOT_A_MEMBER)
    }
}

/// Changes one group's members. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Steering {
    pub node_id: NodeId,
    pub group: u64,
    pub raft: Raft<Types, StateMachine>,
    pub link: Arc<dyn PeerLink>,
    /// A change has two steps, and openraft gives up on one between whose steps another one comes.
    pub one_at_a_time: Arc<Mutex<()>>,
}

impl Steering {
    /// Asks the leader, wherever it is. Gives the drawn id, or 0.
    pub async fn ask(&self, steer: &Steer) -> Result<u64, SteerError> {
        let refused = |why: String| SteerError(why);
        let metrics = self.raft.metrics().borrow_watched().clone();
        let leader = metrics
            .current_leader
            .ok_or_else(|| refused("no node leads it now; try again in a moment".to_owned()))?;
        if leader == self.node_id {
            return self.make(steer).await.map_err(refused);
        }
        let peer = metrics.membership_config.membership().get_node(&leader).cloned();
        let request = Request {
            group: self.group,
            kind: Kind::Steer,
            body: encode_steer(steer),
        };
        let patience = Duration::from_millis(PEER_STEER_TIMEOUT_MS);
        let address = peer.unwrap_or_default().address;
        let answer = self.link.call(leader, &address, request, patience).await;
        let answer = answer.map_err(|error| refused(error.to_string()))?;
        match decode_steered(&answer).map_err(|error| refused(error.to_string()))? {
            Steered::Done(id) => Ok(id),
            Steered::Refused(why) => Err(refused(why)),
        }
    }

    /// Answers another node.
    pub async fn answer(&self, body: &[u8]) -> Result<Bytes, String> {
        let steer = decode_steer(body).map_err(|error| error.to_string())?;
        Ok(encode_steered(&match self.make(&steer).await {
            Ok(id) => Steered::Done(id),
            Err(why) => Steered::Refused(why),
        }))
    }

    async fn make(&self, steer: &Steer) -> Result<u64, String> {
        let _turn = self.one_at_a_time.lock().await;
        let text = |error: &dyn std::error::Error| error.to_string();
        match steer {
            Steer::DrawId => {
                let written = self.raft.write_blank().await.map_err(|error| text(&error))?;
                return Ok(written.log_id.index);
            }
            Steer::Add { node, peer } => self.add(*node, peer).await?,
            Steer::Promote(node) => {
                let change = ChangeMembers::AddVoterIds([*node].into());
                self.change(change).await?;
            }
            Steer::Remove(node) => self.remove(*node).await?,
            Steer::Yield(node) => {
                let voters: Vec<_> = self.raft.voter_ids().collect();
                if !voters.contains(node) {
                    return Err(format!("node {node} does not vote in it"));
                }
                let asked = self.raft.trigger().transfer_leader(*node).await;
                asked.map_err(|error| text(&error))?;
            }
        }
        Ok(0)
    }

    async fn add(&self, node: NodeId, peer: &Peer) -> Result<(), String> {
        let members = self.raft.metrics().borrow_watched().membership_config.clone();
        match members.membership().get_node(&node) {
            Some(known) if known == peer => self.settle().await,
            Some(_) => {
                let change = ChangeMembers::SetNodes(BTreeMap::from([(node, peer.clone())]));
                self.change(change).await
            }
            None if members.membership().nodes().count() >= MEMBERS_OF_A_GROUP_COUNT_MAX => {
                Err(format!("a group has at most {MEMBERS_OF_A_GROUP_COUNT_MAX} members"))
            }
            None => {
                let added = self.raft.add_learner(node, peer.clone(), false).await;
                added.map(drop).map_err(|error| error.to_string())
            }
        }
    }

    async fn remove(&self, node: NodeId) -> Result<(), String> {
        if node == self.node_id {
            return Err(format!(
                "node {node} leads; ask another node to take over first, or remove it there"
            ));
        }
        let members = self.raft.metrics().borrow_watched().membership_config.clone();
        if members.membership().get_node(&node).is_none() {
            self.settle().await?;
            return Err(format!("node {node} {NOT_A_MEMBER}"));
        }
        if members.membership().voter_ids().any(|voter| voter == node) {
            self.change(ChangeMembers::RemoveVoters([node].into())).await?;
        }
        let left = self.raft.metrics().borrow_watched().membership_config.clone();
        if left.membership().get_node(&node).is_some() {
            self.change(ChangeMembers::RemoveNodes([node].into())).await?;
        }
        Ok(())
    }

    /// What this node has of the members may have been asked for by somebody who heard no answer, and stand in its log alone, to be lost
    /// with it. What is written behind that is agreed on only with it.
    async fn settle(&self) -> Result<(), String> {
        let written = self.raft.write_blank().await;
        written.map(drop).map_err(|error| error.to_string())
    }

    async fn change(&self, change: ChangeMembers<u64, Peer>) -> Result<(), String> {
        let changed = self.raft.change_membership(change, true).await;
        changed.map(drop).map_err(|error| error.to_string())
    }
}
