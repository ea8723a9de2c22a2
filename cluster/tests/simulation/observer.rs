//! Looks at every node all the time: who leads, and whether what a node says of itself can be.
//!
//! Stands beside the run. It sees what an operator would see, and the disks.

use crate::history::Happened;
use crate::machines::{GROUP, Machines, purged_index};
use crate::recent::Voters;
use corridor_cluster::GroupStatus;
use corridor_storage::log::LogStore as _;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const INTERVAL: Duration = Duration::from_millis(20);

/// What was seen so far.
pub struct Observer {
    machines: Machines,
    voters: Voters,
    leads: BTreeSet<(u64, u64)>,
    terms: BTreeMap<u64, u64>,
}

impl Observer {
    pub fn new(machines: Machines, voters: Voters) -> Self {
        Self {
            machines,
            voters,
            leads: BTreeSet::new(),
            terms: BTreeMap::new(),
        }
    }

    /// Looks until it is dropped.
    pub async fn run(mut self) {
        loop {
            self.look();
            tokio::time::sleep(INTERVAL).await;
        }
    }

    fn look(&mut self) {
        self.voters.look(&self.machines);
        for node in self.machines.nodes() {
            let status = node.group.status();
            if status.is_leader {
                self.leads(node.id, status.term);
            }
            let before = self.terms.insert(node.id, status.term);
            self.ensure(before <= Some(status.term), "term", || {
                format!("node {} was in term {before:?} and is in {}", node.id, status.term)
            });
            self.ensure(in_order(&status), "positions", || {
                format!("node {}: {status:?}", node.id)
            });
        }
    }

    fn leads(&mut self, node: u64, term: u64) {
        if self.leads.insert((term, node)) {
            self.machines.record().happened(Happened::Leads { node, term });
        }
    }

    fn ensure(&self, holds: bool, check: &str, detail: impl FnOnce() -> String) {
        if !holds {
            self.machines.record().happened(Happened::Violated {
                check: check.to_owned(),
                detail: detail(),
            });
        }
    }
}

/// purged <= snapshot <= applied <= last.
fn in_order(status: &GroupStatus) -> bool {
    let snapshot = status.snapshot_index.or(status.purged_index);
    status.purged_index <= snapshot && snapshot <= status.applied_index && status.applied_index <= status.last_log_index
}

/// At the end: what is on the disks, entry by entry. Where several hold a place that all have applied, they hold the same; and
/// along a log leaderships only rise. Terms alone need not tell leaders apart: a vote is a term and a candidate, and a greater
/// candidate of the same term may take over.
pub fn compare_logs(machines: &Machines) {
    let record = machines.record();
    let violated = |check: &str, detail: String| {
        record.happened(Happened::Violated {
            check: check.to_owned(),
            detail,
        });
    };
    let applied = machines
        .nodes()
        .iter()
        .filter_map(|node| node.group.status().applied_index)
        .min();
    let mut held: BTreeMap<u64, (u64, bytes::Bytes)> = BTreeMap::new();
    for (id, log) in machines.logs() {
        let from = purged_index(&log).map_or(0, |purged| purged + 1);
        let mut leader = None;
        for (index, bytes) in log.read(GROUP, from..u64::MAX, usize::MAX).unwrap_or_default() {
            let before = std::mem::replace(&mut leader, leader_of(&bytes));
            if before > leader {
                violated(
                    "leaderships",
                    format!("node {id}: {leader:?} at {index} comes after {before:?}"),
                );
            }
            if Some(index) > applied {
                break;
            }
            let (first, known) = held.entry(index).or_insert((id, bytes.clone()));
            if *known != bytes {
                violated(
                    "same entry",
                    format!("nodes {first} and {id} hold other entries at {index}"),
                );
            }
        }
    }
}

/// Term and node, as the entry's own bytes say: `1 | term u64 | node u64 | …`.
fn leader_of(bytes: &[u8]) -> Option<(u64, u64)> {
    let term = u64::from_le_bytes(*bytes.get(1..)?.first_chunk::<8>()?);
    let node = u64::from_le_bytes(*bytes.get(9..)?.first_chunk::<8>()?);
    Some((term, node))
}
