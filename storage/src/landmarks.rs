//! What the state's hash was at some revisions that every node passes: two nodes that differ at one of them hold different states.
//!
//! Beside `apply.rs`, which notes them. A landmark is the first command at or after each multiple of an interval, so all nodes choose the
//! same ones, whatever their batches. Kept in memory only: a node that starts knows the ones it passes from then on.

use corridor_domain::limits;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A revision and the rolling hash of the state there.
pub type Landmark = (u64, [u8; 32]);

/// The last landmarks that this node passed.
#[derive(Debug, Default)]
pub struct Landmarks {
    passed: Mutex<VecDeque<Landmark>>,
}

impl Landmarks {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a state that comes from `before` to `revision` passes one there.
    pub(crate) fn is_one(before: u64, revision: u64) -> bool {
        let stretch = |revision: u64| revision / limits::STATE_LANDMARK_INTERVAL_REVISIONS;
        stretch(before) != stretch(revision)
    }

    /// One was passed.
    pub(crate) fn note(&self, (revision, hash): Landmark) {
        let mut passed = self.held();
        if passed.len() == limits::STATE_LANDMARKS_COUNT_MAX {
            passed.pop_front();
        }
        passed.push_back((revision, hash));
    }

    /// The state was replaced: what was passed belongs to another past.
    pub(crate) fn forget(&self) {
        self.held().clear();
    }

    /// All of them, oldest first.
    pub fn all(&self) -> Vec<Landmark> {
        self.held().iter().copied().collect()
    }

    /// Whether two nodes agree at the newest landmark that both passed; `None`: they passed none in common.
    pub fn agree(ours: &[Landmark], theirs: &[Landmark]) -> Option<bool> {
        let common = |(revision, hash): &Landmark| {
            let same = theirs.iter().find(|(other, _)| other == revision);
            same.map(|(_, other)| other == hash)
        };
        ours.iter().rev().find_map(common)
    }

    fn held(&self) -> MutexGuard<'_, VecDeque<Landmark>> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: u64 = limits::STATE_LANDMARK_INTERVAL_REVISIONS;

    #[test]
    fn all_nodes_choose_the_same_ones_and_keep_few() {
        let landmarks = Landmarks::new();
        assert!(!Landmarks::is_one(0, STEP - 1));
        // The one at the multiple was no command: the next is taken.
        assert!(Landmarks::is_one(STEP - 1, STEP + 3));
        assert!(!Landmarks::is_one(STEP + 3, STEP + 4));
        for number in 1..1_000 {
            landmarks.note((number * STEP, [9; 32]));
        }
        let kept = landmarks.all();
        assert_eq!(kept.len(), limits::STATE_LANDMARKS_COUNT_MAX);
        assert_eq!(kept.last(), Some(&(999 * STEP, [9; 32])));
        landmarks.forget();
        assert_eq!(landmarks.all(), []);
    }

    #[test]
    fn nodes_are_compared_where_both_were() {
        let (one, other) = ([1; 32], [2; 32]);
        assert_eq!(
            Landmarks::agree(&[(1, one), (2, one)], &[(2, one), (3, other)]),
            Some(true)
        );
        assert_eq!(
            Landmarks::agree(&[(1, one), (2, one)], &[(1, one), (2, other)]),
            Some(false)
        );
        assert_eq!(Landmarks::agree(&[(1, one)], &[(2, one)]), None);
        assert_eq!(Landmarks::agree(&[], &[(2, one)]), None);
    }
}
