//! Which nodes voted a moment ago: an answer may be of a command that was agreed on before the last change of members.
//!
//! Stands beside the door for clients, which holds what it saw on the disks against these.

use crate::machines::Machines;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a set of voters may still stand behind an answer after it was seen last.
const REMEMBERED: Duration = Duration::from_secs(10);

/// A set of voters, and when it was last named.
type Named = (Vec<u64>, Instant);

/// The sets of voters that nodes have named. Clones are the same.
#[derive(Clone, Default)]
pub struct Voters {
    seen: Arc<Mutex<Vec<Named>>>,
}

impl Voters {
    /// Looks at what the nodes say now.
    pub fn look(&self, machines: &Machines) {
        let now = Instant::now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for node in machines.nodes() {
            let members = node.group.status().members;
            let voters: Vec<u64> = members
                .iter()
                .filter(|member| member.votes)
                .map(|member| member.node)
                .collect();
            if voters.is_empty() {
                continue;
            }
            match seen.iter_mut().find(|(known, _)| *known == voters) {
                Some((_, at)) => *at = now,
                None => seen.push((voters, now)),
            }
        }
    }

    /// The sets of which one must stand behind an answer.
    pub fn in_force(&self, machines: &Machines) -> Vec<Vec<u64>> {
        self.look(machines);
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = seen.iter().filter(|(_, at)| at.elapsed() <= REMEMBERED);
        recent.map(|(voters, _)| voters.clone()).collect()
    }
}
