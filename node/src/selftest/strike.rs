//! The troubles of a selftest, one after the other, each healed before the next: what is done, and until when all must be well again.
//!
//! Stands between the plan and the node on this machine, which passes them on. Refuses to know what the clients do meanwhile.

use super::desk::NodeSeen;
use super::failure::{Context, Outcome};
use super::hooks::Trouble;
use super::operator::Operator;
use super::plan::{Class, Plan, Whom};
use super::scene::{Scene, number};
use crate::membership::status::Role;
use corridor_domain::limits;
use corridor_judge::history::{Phase, What};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

const HEALING_TIMEOUT: Duration = Duration::from_millis(limits::SELFTEST_HEALING_TIMEOUT_MS);
const PATIENCE: Duration = Duration::from_millis(limits::SELFTEST_PATIENCE_MS);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// From the word for a trouble until it has surely begun.
const BEGINS_WITHIN: Duration = Duration::from_millis(100);

/// Where troubles are made.
pub struct Stage<'a> {
    /// Who makes them.
    pub operator: &'a Operator,
    /// The clients.
    pub scene: &'a Rc<Scene>,
    /// What is done when.
    pub plan: &'a Plan,
    /// The nodes that the workspace is on.
    pub nodes: usize,
}

impl Stage<'_> {
    /// Makes all troubles of the plan, and says of each that it begins. Ends early after one that did not heal.
    pub async fn play(&self, tell: &dyn Fn(&str)) -> Outcome<()> {
        sleep(self.plan.quiet).await;
        for (episode, class) in self.plan.classes.iter().enumerate() {
            self.scene.check()?;
            let begun_us = self.scene.now_us();
            let is_healed = self.trouble(number(episode), *class, tell).await?;
            if !is_healed {
                return Ok(());
            }
            let used = Duration::from_micros(self.scene.now_us().saturating_sub(begun_us));
            sleep(self.plan.slot.saturating_sub(used)).await;
        }
        self.scene.check()
    }

    /// Whether all was well again in time.
    async fn trouble(&self, episode: u32, class: Class, tell: &dyn Fn(&str)) -> Outcome<bool> {
        let seen = self.look_for_leader().await?;
        let target = target(class.whom(), &seen, episode).map(|seen| seen.node);
        let at = target.map_or_else(String::new, |node| format!("node {node}"));
        let nodes: Vec<u32> = (0..)
            .zip(&self.scene.places)
            .filter_map(|(place, known)| (Some(known.node) == target).then_some(place))
            .collect();
        let note = |phase, detail: &str| {
            self.scene.note(What::Fault {
                episode,
                class: class.name().to_owned(),
                phase,
                nodes: nodes.clone(),
                detail: detail.to_owned(),
            });
        };
        tell(&format!(
            "{} of {}: {}{}{at}",
            episode + 1,
            self.plan.classes.len(),
            class.words(),
            if at.is_empty() { "" } else { ", " }
        ));
        note(Phase::Begun, &at);
        self.strike(class, target).await?;
        let struck_us = self.scene.now_us();
        note(Phase::Struck, &at);
        self.last(class).await;
        let healing_us = self.scene.now_us();
        note(Phase::Healing, &at);
        let healing = async {
            while !self.is_well(class, target, struck_us, healing_us).await {
                sleep(LOOK_AGAIN).await;
            }
        };
        let is_healed = timeout(HEALING_TIMEOUT, healing).await.is_ok();
        if is_healed {
            note(Phase::Healed, &at);
        }
        Ok(is_healed)
    }

    async fn strike(&self, class: Class, target: Option<u64>) -> Outcome<()> {
        let for_ms = self.plan.deaf_ms;
        let trouble = match class {
            Class::HandOver => Trouble::HandOver,
            Class::RestartLeader | Class::RestartFollower => Trouble::Restart,
            Class::DeafLeader | Class::DeafFollower => Trouble::Deaf { for_ms },
            Class::CutSockets => {
                self.scene.cut.notify_waiters();
                return Ok(());
            }
        };
        let node = target.context("there is no node for this trouble")?;
        let made = self.operator.trouble(node, trouble).await;
        made.context(format!("{} at node {node}", class.name()))
    }

    async fn last(&self, class: Class) {
        match class {
            Class::DeafLeader | Class::DeafFollower => sleep(Duration::from_millis(self.plan.deaf_ms.into())).await,
            Class::HandOver | Class::RestartLeader | Class::RestartFollower => sleep(BEGINS_WITHIN).await,
            Class::CutSockets => {}
        }
    }

    async fn is_well(&self, class: Class, target: Option<u64>, struck_us: u64, healing_us: u64) -> bool {
        let clients = match class {
            Class::CutSockets => self.scene.all_live_since(struck_us),
            _ => true,
        };
        if !clients || !self.scene.all_acknowledged_since(healing_us) {
            return false;
        }
        let Ok(seen) = self.operator.look().await else {
            return false;
        };
        let has_moved = class != Class::HandOver || leader(&seen).is_some_and(|leader| Some(leader.node) != target);
        has_moved && seen.len() == self.nodes && is_well(&seen)
    }

    async fn look_for_leader(&self) -> Outcome<Vec<NodeSeen>> {
        let looking = async {
            loop {
                if let Ok(seen) = self.operator.look().await
                    && leader(&seen).is_some()
                {
                    return seen;
                }
                sleep(LOOK_AGAIN).await;
            }
        };
        timeout(PATIENCE, looking).await.context("nobody leads the workspace")
    }

    /// Waits until all states are equal, and says whether they came to that.
    pub async fn are_equal(&self) -> (bool, Vec<NodeSeen>) {
        let mut last = Vec::new();
        let looking = async {
            loop {
                if let Ok(seen) = self.operator.look().await {
                    let is_equal = seen.iter().all(|seen| seen.is_state_equal == Some(true));
                    let is_whole = seen.len() == self.nodes && is_well(&seen);
                    last = seen;
                    if is_equal && is_whole {
                        return;
                    }
                }
                sleep(LOOK_AGAIN).await;
            }
        };
        let is_equal = timeout(HEALING_TIMEOUT, looking).await.is_ok();
        (is_equal, last)
    }
}

fn leader(seen: &[NodeSeen]) -> Option<&NodeSeen> {
    seen.iter().find(|seen| seen.role == Role::Leader)
}

/// All nodes are reached, vote, and none is known to have another state; one leads.
pub fn is_well(seen: &[NodeSeen]) -> bool {
    let is_well =
        |seen: &NodeSeen| seen.is_reachable && seen.role != Role::Learner && seen.is_state_equal != Some(false);
    leader(seen).is_some() && seen.iter().all(is_well)
}

/// The node that is struck; of those that follow one after the other.
fn target(whom: Whom, seen: &[NodeSeen], episode: u32) -> Option<&NodeSeen> {
    match whom {
        Whom::Clients => None,
        Whom::Leader => leader(seen),
        Whom::Follower => {
            let followers: Vec<&NodeSeen> = seen.iter().filter(|seen| seen.role != Role::Leader).collect();
            let at = episode as usize % followers.len().max(1);
            followers.get(at).copied()
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::{is_well, target};
    use crate::membership::status::Role;
    use crate::selftest::desk::NodeSeen;
    use crate::selftest::plan::Whom;

    pub fn seen(node: u64, role: Role) -> NodeSeen {
        NodeSeen {
            node,
            is_this: node == 1,
            address: format!("node-{node}.example:7443"),
            role,
            is_reachable: true,
            is_state_equal: Some(true),
            round_trip_us: (node != 1).then_some(400),
        }
    }

    #[test]
    fn whom_a_trouble_strikes() {
        let nodes = [seen(1, Role::Voter), seen(7, Role::Leader), seen(12, Role::Voter)];
        let of = |whom, episode| target(whom, &nodes, episode).map(|seen| seen.node);
        assert_eq!(of(Whom::Leader, 0), Some(7));
        assert_eq!((of(Whom::Follower, 2), of(Whom::Follower, 3)), (Some(1), Some(12)));
        assert_eq!(of(Whom::Clients, 5), None);
        assert_eq!(target(Whom::Follower, &nodes[1..2], 0), None);
    }

    #[test]
    fn well_is_when_all_are() {
        let well = |third| is_well(&[seen(1, Role::Leader), seen(7, Role::Voter), third]);
        let other = |is_reachable, is_state_equal| NodeSeen {
            is_reachable,
            is_state_equal,
            ..seen(12, Role::Voter)
        };
        assert!(well(other(true, Some(true))) && well(other(true, None)));
        assert!(!well(other(false, Some(true))) && !well(other(true, Some(false))));
        assert!(!well(seen(12, Role::Learner)));
        assert!(!is_well(&[seen(1, Role::Voter)]));
    }
}
