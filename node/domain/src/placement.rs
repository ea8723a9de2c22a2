//! Which nodes have a workspace: three of the cluster's, where there are more.
//!
//! Rendezvous hashing (Thaler and Ravishankar 1998, "Using name-based mappings to increase hit rates"): each node has a rank for each workspace,
//! and the highest have it. All nodes come to the same answer from who belongs to the cluster, and when a node comes or goes only those
//! workspaces move that have to. Pure, as all of this floor. It refuses to know how a workspace moves, and where it still is.

use crate::cluster::FIRST_WORKSPACE_NAME;
use crate::limits::COPIES_OF_A_WORKSPACE_COUNT;

/// The nodes that have the workspace of this name, highest rank first: of all that belong to the cluster. The first workspace is on every node: by it
/// operators are known, and a node is judged.
pub fn hosts(name: &str, nodes: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let mut ranked: Vec<(u64, u64)> = nodes.into_iter().map(|node| (rank(name, node), node)).collect();
    ranked.sort_unstable_by(|one, other| other.cmp(one));
    let copies = match name {
        FIRST_WORKSPACE_NAME => ranked.len(),
        _ => COPIES_OF_A_WORKSPACE_COUNT,
    };
    ranked.into_iter().take(copies).map(|(_, node)| node).collect()
}

/// Stands in what nodes of all releases agree on, so it stays: FNV-1a over name and node, stirred by the finalizer of SplitMix64.
fn rank(name: &str, node: u64) -> u64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = name.bytes().chain(node.to_le_bytes());
    let hash = bytes.fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::hosts;
    use std::collections::BTreeMap;

    fn names() -> impl Iterator<Item = String> {
        (0..1_000).map(|number| format!("clinic-{number}"))
    }

    #[test]
    fn up_to_three_nodes_have_everything_and_the_first_workspace_is_everywhere() {
        for nodes in [vec![], vec![1], vec![1, 3, 7]] {
            let mut all = hosts("north", nodes.clone());
            all.sort_unstable();
            assert_eq!(all, nodes);
        }
        assert_eq!(hosts("north", 1..=5).len(), 3);
        assert_eq!(hosts("main", 1..=5).len(), 5);
    }

    #[test]
    fn every_node_has_its_share() {
        let mut shares = BTreeMap::new();
        for name in names() {
            for node in hosts(&name, [1, 3, 7, 12, 40]) {
                *shares.entry(node).or_insert(0) += 1;
            }
        }
        assert!(shares.values().all(|share| (540..=660).contains(share)), "{shares:?}");
    }

    #[test]
    fn only_what_has_to_moves() {
        for name in names() {
            let (before, after) = (hosts(&name, [1, 3, 7, 12]), hosts(&name, [1, 3, 7, 12, 40]));
            let came = after.iter().filter(|node| !before.contains(node)).count();
            assert!(
                came == 0 || (came == 1 && after.contains(&40)),
                "{name}: {before:?} {after:?}"
            );
            let left = hosts(&name, [1, 3, 12]);
            let stay = before.iter().filter(|node| **node != 7);
            assert!(
                stay.into_iter().all(|node| left.contains(node)),
                "{name}: {before:?} {left:?}"
            );
        }
    }

    #[test]
    fn the_ranks_stay() {
        assert_eq!(hosts("north", 1..=5), [4, 2, 5]);
        assert_eq!(hosts("uptown", [1, 3, 7, 12, 40]), [3, 12, 40]);
    }
}
