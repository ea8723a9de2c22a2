//! Which versions of commands a group takes: what every one of its members applies, and no more.
//!
//! Stands beside the carrier, which asks it before a command enters the log. A member that meets a command it does not know ends its
//! process, so one node of an older release must be enough to hold a new version back. It refuses to know what a command says.

use corridor_storage::replicated::{LOWEST_COMMAND_VERSION, ReplicatedState};

/// The versions of one state's commands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Versions {
    of: fn(&[u8]) -> u8,
    /// The highest that this program applies.
    own: u8,
}

impl Versions {
    /// Those of this state.
    pub fn of<S: ReplicatedState>() -> Self {
        Self {
            of: S::command_version,
            own: S::COMMAND_VERSION,
        }
    }

    /// Whether every program applies it.
    pub fn is_lowest(&self, command: &[u8]) -> bool {
        (self.of)(command) == LOWEST_COMMAND_VERSION
    }

    /// Whether a group at this level takes it.
    pub fn is_at_most(&self, command: &[u8], level: u8) -> bool {
        (self.of)(command) <= level
    }

    /// The level of a group: the lowest of what its members apply. Who did not say applies the lowest.
    pub fn level(&self, others: impl Iterator<Item = Option<u8>>) -> u8 {
        let others = others.map(|said| said.unwrap_or(LOWEST_COMMAND_VERSION));
        others.fold(self.own, u8::min)
    }
}

#[cfg(test)]
mod tests {
    use super::Versions;
    use corridor_storage::apply::{AppliedState, COMMAND_VERSION};
    use corridor_storage::replicated::MemoryState;

    #[test]
    fn the_level_of_a_group_is_what_its_last_member_applies() {
        let versions = Versions::of::<MemoryState>();
        for (others, level) in [
            (vec![], 2),
            (vec![Some(2), Some(3)], 2),
            (vec![Some(3), Some(1)], 1),
            (vec![Some(2), None], 1),
        ] {
            assert_eq!(versions.level(others.into_iter()), level);
        }
        assert!(versions.is_lowest(b"text") && !versions.is_lowest(&[2]));
        assert!(versions.is_at_most(&[2], 2) && !versions.is_at_most(&[2], 1));
    }

    #[test]
    fn a_command_says_its_version_first_and_nothing_is_taken_by_nobody() {
        let versions = Versions::of::<AppliedState>();
        assert!(versions.is_at_most(&[COMMAND_VERSION], COMMAND_VERSION));
        for command in [&[COMMAND_VERSION + 1, 0][..], &[]] {
            assert!(!versions.is_lowest(command) && !versions.is_at_most(command, COMMAND_VERSION));
        }
    }
}
