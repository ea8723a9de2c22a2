//! Which troubles a selftest makes, in which order, and how its time is shared among them. Pure.

use corridor_domain::limits;
use std::time::Duration;

/// A slot for one trouble that is longer than this is better used for one more.
const SLOT_MS_WANTED: u64 = 8_000;
/// How long nothing is done at first.
const QUIET_MS_MIN: u64 = 2_000;
const QUIET_MS_MAX: u64 = 10_000;
/// How long a node is deaf: longer than it takes to elect another leader.
const DEAF_MS_MIN: u64 = 1_500;
const DEAF_MS_MAX: u64 = 5_000;

const _: () = assert!(DEAF_MS_MAX <= limits::SELFTEST_DEAF_MS_MAX as u64);

/// A kind of trouble for the scratch workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The leader hands over.
    HandOver,
    /// The group ends at the leader, and starts again from its disk.
    RestartLeader,
    /// The same at a node that follows.
    RestartFollower,
    /// A node that follows hears no other node, and none hears it.
    DeafFollower,
    /// The same with the leader.
    DeafLeader,
    /// All sockets of devices are cut.
    CutSockets,
}

/// Whom it strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// The node that leads.
    Leader,
    /// A node that follows.
    Follower,
    /// The clients only.
    Clients,
}

const ALL: [Class; 6] = [
    Class::HandOver,
    Class::RestartLeader,
    Class::RestartFollower,
    Class::DeafFollower,
    Class::DeafLeader,
    Class::CutSockets,
];

impl Class {
    /// In a history.
    pub fn name(self) -> &'static str {
        match self {
            Self::HandOver => "hand-over",
            Self::RestartLeader => "restart-leader",
            Self::RestartFollower => "restart-follower",
            Self::DeafFollower => "deaf-follower",
            Self::DeafLeader => "deaf-leader",
            Self::CutSockets => "cut-sockets",
        }
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::HandOver => "the leader hands over",
            Self::RestartLeader => "the leader starts again from its disk",
            Self::RestartFollower => "a follower starts again from its disk",
            Self::DeafFollower => "a follower is cut off",
            Self::DeafLeader => "the leader is cut off",
            Self::CutSockets => "all sockets are cut",
        }
    }

    /// Of this name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|class| class.name() == name)
    }

    /// Whom it strikes.
    pub fn whom(self) -> Whom {
        match self {
            Self::HandOver | Self::RestartLeader | Self::DeafLeader => Whom::Leader,
            Self::RestartFollower | Self::DeafFollower => Whom::Follower,
            Self::CutSockets => Whom::Clients,
        }
    }

    /// A node alone has nobody to hand over to, and nobody to be cut off from.
    fn is_for(self, nodes: usize) -> bool {
        nodes > 1 || matches!(self, Self::RestartLeader | Self::CutSockets)
    }
}

/// What is done when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Nothing is done at first.
    pub quiet: Duration,
    /// Each trouble has so much time, its healing included; if that takes longer, so does the whole.
    pub slot: Duration,
    /// How long a node is deaf.
    pub deaf_ms: u32,
    /// One after the other.
    pub classes: Vec<Class>,
}

impl Plan {
    /// For so many seconds and nodes.
    pub fn new(seconds: u64, nodes: usize) -> Self {
        let all_ms = seconds * 1_000;
        let quiet_ms = (all_ms / 6).clamp(QUIET_MS_MIN, QUIET_MS_MAX);
        let rest_ms = all_ms.saturating_sub(quiet_ms);
        let round: Vec<Class> = ALL.into_iter().filter(|class| class.is_for(nodes)).collect();
        let rounds = (rest_ms / (round.len() as u64 * SLOT_MS_WANTED)).max(1);
        let slot_ms = rest_ms / (rounds * round.len() as u64);
        let deaf_ms = (slot_ms / 2).clamp(DEAF_MS_MIN, DEAF_MS_MAX);
        Self {
            quiet: Duration::from_millis(quiet_ms),
            slot: Duration::from_millis(slot_ms),
            deaf_ms: u32::try_from(deaf_ms).unwrap_or(limits::SELFTEST_DEAF_MS_MAX),
            classes: (0..rounds).flat_map(|_| round.iter().copied()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, Class, Plan};
    use corridor_domain::limits;
    use std::time::Duration;

    #[test]
    fn every_trouble_comes_and_the_time_is_used_up() {
        for seconds in [limits::SELFTEST_SECONDS_MIN, 47, 60, 600, limits::SELFTEST_SECONDS_MAX] {
            for nodes in [2, 3, 7] {
                let plan = Plan::new(seconds, nodes);
                assert!(ALL.iter().all(|class| plan.classes.contains(class)), "{plan:?}");
                let used = plan.quiet + plan.slot * u32::try_from(plan.classes.len()).unwrap();
                let wanted = Duration::from_secs(seconds);
                assert!(used <= wanted && wanted - used < Duration::from_secs(1), "{plan:?}");
                assert!(plan.quiet >= Duration::from_secs(2) && plan.deaf_ms >= 1_500);
                assert!(plan.deaf_ms <= limits::SELFTEST_DEAF_MS_MAX);
            }
        }
        assert_eq!(Plan::new(60, 3).classes, ALL);
        assert_eq!(Plan::new(600, 3).classes.len(), 12 * ALL.len());
    }

    #[test]
    fn a_node_alone_is_spared_what_needs_others() {
        let plan = Plan::new(10, 1);
        assert_eq!(plan.classes, [Class::RestartLeader, Class::CutSockets]);
    }

    #[test]
    fn a_class_is_found_by_its_name() {
        for class in ALL {
            assert_eq!(Class::named(class.name()), Some(class));
            assert!(!class.words().is_empty());
        }
        assert_eq!(Class::named("kill-leader"), None);
    }
}
