//! A node that was let go, forgot the group and comes back: it must not elect somebody who was away while the others went on.

use std::sync::Arc;

use bytes::Bytes;
use corridor_cluster::peers::{Kind, PeerLink, Request};
use corridor_cluster::{Group, Steer, carry_vote, let_go_at};
use corridor_storage::log::{LogStore, Renumbered};
use corridor_storage::replicated::MemoryState;

use crate::link::Line;
use crate::nodes::{Cluster, GROUP, Node, SOON};

const NEXT_STAY: u64 = GROUP + 1_000;

/// Node 2 is away. The others let node 3 go, bring node 4 in, and acknowledge something; then node 3 comes back, to nobody but node 2, which knows
/// nothing of all that and still counts it.
async fn comes_back(cluster: &Cluster, remembers: bool) -> (Node, Group<MemoryState>) {
    let [one, two, three] = cluster.three().await;
    // It knows that three vote: in the middle of that change node 3's vote would not be enough for it.
    let upto = one.group.status().last_log_index;
    two.wait(|status| status.applied_index >= upto).await;
    let (id, log, state) = cluster.kill(two).await;
    let four = cluster.start_new(4, false).await;
    one.let_in(&four).await;
    one.group.steer(&Steer::Remove(3)).await.unwrap();

    let link = Line {
        node: 3,
        switchboard: Arc::clone(&cluster.switchboard),
    };
    let request = Request {
        group: GROUP,
        kind: Kind::Belongs,
        body: Bytes::new(),
    };
    let place = let_go_at(&link.call(1, "", request, SOON).await.unwrap());
    assert!(place.is_some(), "node 1 leads, and is not certain");
    let (_, old, _) = cluster.kill(three).await;
    one.insist("acknowledged by one and four").await;

    let old: Arc<dyn LogStore> = Arc::new(old);
    if remembers {
        carry_vote(&*old, GROUP, NEXT_STAY).unwrap();
    }
    let log_of_next = Arc::new(Renumbered::new(old, GROUP, NEXT_STAY));
    let floor = place.filter(|_| remembers);
    for (here, there) in [(1, 2), (1, 3), (4, 2), (4, 3)] {
        cluster.switchboard.part(here, there);
    }
    let back = cluster
        .start_over(3, log_of_next, &MemoryState::new(), false, floor)
        .await
        .unwrap();
    let away = cluster.start(id, log, state, false).await;
    drop((one, four));
    (away, back)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_knows_less_than_a_node_forgot_is_not_elected_by_it() {
    let cluster = Cluster::default();
    let (away, back) = comes_back(&cluster, true).await;
    for _ in 0..10 {
        tokio::time::timeout(SOON, cluster.switchboard.sends_away())
            .await
            .unwrap();
    }
    assert!(!away.group.status().is_leader);
    assert_ne!(back.status().leader, Some(2));
}

/// The test above is about something: a node that remembers nothing makes a leader of who would overwrite what was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_remembers_nothing_elects_whoever_asks() {
    let cluster = Cluster::default();
    let (away, _back) = comes_back(&cluster, false).await;
    away.wait(|status| status.is_leader).await;
}
