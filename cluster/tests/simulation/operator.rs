//! The operator: makes the cluster, and replaces a machine whose disk is gone.
//!
//! Stands where a person with the command line stands in production, and does what the handbook says: a new disk gets a new
//! name, drawn from the log; the old one never comes back.

use crate::birth::peer;
use crate::machines::Machines;
use corridor_cluster::{Steer, SteerError};
use corridor_storage::planted::{self, Mistake};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(6);
const PAUSE: Duration = Duration::from_millis(150);

/// Makes a cluster of all machines.
pub async fn make_cluster(machines: &Machines) {
    machines.name(0, 1);
    machines.start(0, true);
    for place in 1..machines.count() {
        join(machines, place, None).await;
    }
}

/// Gives a machine with an empty disk a name, and lets it in.
async fn join(machines: &Machines, place: usize, in_place_of: Option<u64>) {
    let id = match in_place_of.filter(|_| planted::is(Mistake::NameUsedAgain)) {
        Some(old) => old,
        None => insist(machines, Steer::DrawId).await,
    };
    machines.name(place, id);
    machines.start(place, false);
    if Some(id) == in_place_of {
        return;
    }
    let peer = peer(id);
    insist(machines, Steer::Add { node: id, peer }).await;
    insist(machines, Steer::Promote(id)).await;
    if let Some(old) = in_place_of {
        insist(machines, Steer::Remove(old)).await;
    }
}

/// The disk of a machine is lost: a new one is built in, and takes the place of the old.
pub async fn replace_disk(machines: &Machines, place: usize, repair: Duration) {
    let Some(old) = machines.id(place) else { return };
    machines.wipe(place);
    tokio::time::sleep(repair).await;
    join(machines, place, Some(old)).await;
}

/// Asks one node after the other until it is done.
async fn insist(machines: &Machines, steer: Steer) -> u64 {
    let mut place = 0;
    loop {
        place = (place + 1) % machines.count();
        if let Some(done) = ask(machines, place, steer.clone()).await {
            return done;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Asks one node; also done if it was done before.
async fn ask(machines: &Machines, place: usize, steer: Steer) -> Option<u64> {
    let node = machines.node(place)?;
    let process = node.process.clone();
    let asked = steer.clone();
    let asking = process.spawn(async move { node.group.steer(&asked).await });
    let answered = tokio::time::timeout(PATIENCE, asking).await.ok();
    let outcome = answered.map(|answered| answered.unwrap_or_else(|_| Err(SteerError("the process ended".to_owned()))));
    machines
        .record()
        .trace(format_args!("operator asks machine {place} {steer:?}: {outcome:?}"));
    match outcome? {
        Ok(id) => Some(id),
        // Asked before, by a question whose answer was lost.
        Err(error) if error.is_not_a_member() => Some(0),
        Err(_) => None,
    }
}
