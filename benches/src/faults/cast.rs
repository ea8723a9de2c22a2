//! Who is concerned by an episode: chosen by who leads and by a drawn number. Pure.

use super::class::Class;
use crate::cluster::NODES;

/// Who is concerned.
pub struct Cast {
    /// It leads.
    pub leader: usize,
    /// The other two, in a drawn order.
    followers: [usize; 2],
    /// Any of the three.
    any: usize,
}

impl Cast {
    /// By who leads, and a drawn number.
    pub fn of(leader: usize, choice: usize) -> Self {
        let mut followers = [(leader + 1) % NODES, (leader + 2) % NODES];
        if choice.is_multiple_of(2) {
            followers.reverse();
        }
        Self {
            leader,
            followers,
            any: (choice / 2) % NODES,
        }
    }

    /// To whom a class is done.
    pub fn concerned(&self, class: Class) -> Vec<usize> {
        let [first, second] = self.followers;
        match class {
            Class::KillLeader | Class::StopLeader | Class::PauseLeader | Class::CutLeader => vec![self.leader],
            Class::KillFollower | Class::CutFollower | Class::RolledBack => vec![first],
            Class::KillTwo => vec![self.any, (self.any + 1) % NODES],
            Class::Bridge => vec![first, second],
            Class::BridgeLeader => vec![self.leader, first],
            Class::KillAll | Class::PowerCutAll | Class::Loss | Class::Delay | Class::Reorder => (0..NODES).collect(),
            Class::Deaf | Class::Mute | Class::Flapping | Class::Reset | Class::PowerCutOne => vec![self.any],
            Class::DiskFull | Class::Wiped | Class::BitFlip | Class::MixedVersions => vec![self.any],
            Class::ClockJump | Class::ClockRate | Class::SlowSync | Class::FailingSync => vec![self.any],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cast;
    use crate::faults::class::Class;
    use clap::ValueEnum;

    #[test]
    fn every_class_concerns_somebody_and_nobody_twice() {
        for (leader, choice) in [(0, 0), (1, 7), (2, 65_535)] {
            let cast = Cast::of(leader, choice);
            for class in Class::value_variants() {
                let mut nodes = cast.concerned(*class);
                let count = nodes.len();
                nodes.sort_unstable();
                nodes.dedup();
                assert!(count > 0 && nodes.len() == count, "{class:?}: {nodes:?}");
            }
            assert!(!cast.concerned(Class::Bridge).contains(&leader));
        }
    }
}
