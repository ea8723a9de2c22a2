//! Whether this node's state is that of the others: all the time, at revisions that every node passes.
//!
//! Pure. Stands behind the keeper of the neighbours, which asks the others and does what is found. It refuses to know how a state
//! could come to differ: a disk, memory, a program that is not the same.

use corridor_storage::landmarks::{Landmark, Landmarks};

/// What came of comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody differs, or nobody can be compared.
    Equal,
    /// These nodes differ from this one and from most: it is for them to leave.
    Others(Vec<u64>),
    /// This node differs from most: it must not serve.
    This,
}

/// Compares this node's landmarks with those of others. Of two that differ the one that leads is believed: what it says is what
/// clients were told.
pub fn compare(own: &[Landmark], others: &[(u64, Vec<Landmark>)], leads: bool) -> Verdict {
    let agrees = |theirs: &[Landmark]| Landmarks::agree(own, theirs);
    let with = others.iter().filter(|(_, theirs)| agrees(theirs) == Some(true)).count();
    let against: Vec<u64> = others
        .iter()
        .filter(|(_, theirs)| agrees(theirs) == Some(false))
        .map(|(node, _)| *node)
        .collect();
    // This node counts for itself.
    match against.len().cmp(&(with + 1)) {
        _ if against.is_empty() => Verdict::Equal,
        std::cmp::Ordering::Less => Verdict::Others(against),
        std::cmp::Ordering::Equal if leads => Verdict::Others(against),
        std::cmp::Ordering::Equal | std::cmp::Ordering::Greater => Verdict::This,
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, compare};

    const GOOD: [u8; 32] = [1; 32];
    const BAD: [u8; 32] = [2; 32];

    #[test]
    fn the_one_that_differs_from_most_leaves() {
        let at = |hash| vec![(256, hash)];
        let cases = [
            (GOOD, vec![(2, at(GOOD)), (3, at(GOOD))], false, Verdict::Equal),
            (GOOD, vec![(2, at(GOOD)), (3, at(BAD))], false, Verdict::Others(vec![3])),
            (BAD, vec![(2, at(GOOD)), (3, at(GOOD))], true, Verdict::This),
            (BAD, vec![(2, at(GOOD))], false, Verdict::This),
            (GOOD, vec![(2, at(BAD))], true, Verdict::Others(vec![2])),
            // Nothing in common is no difference.
            (GOOD, vec![(2, vec![(512, BAD)]), (3, vec![])], false, Verdict::Equal),
        ];
        for (own, others, leads, verdict) in cases {
            assert_eq!(compare(&at(own), &others, leads), verdict, "{own:?} {others:?} {leads}");
        }
    }
}
