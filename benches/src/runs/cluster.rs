//! The runs of three nodes on one machine: each founds a cluster of its own, puts one load or fault on it and says what it showed.
//! What they share.

pub mod cut;
pub mod failover;
pub mod pairs;
pub mod replace;
pub mod workspaces;

use super::Bench;
use crate::clinic::Person;
use crate::cluster::Cluster;
use crate::failure::Outcome;
use std::rc::Rc;

/// All nodes of a cluster.
const ALL: [usize; crate::cluster::NODES] = [0, 1, 2];

/// So many people of a cluster, signed in.
async fn people(bench: &Bench, cluster: &Cluster, count: usize) -> Outcome<Rc<Vec<Person>>> {
    let tell = |signed_in: usize| {
        let share = signed_in as f64 / count as f64;
        bench.progress.show("signing everybody in", share);
    };
    cluster.people(count, tell).await.map(Rc::new)
}
