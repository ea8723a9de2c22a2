//! A node whose disk is older than what it said: its leader remembers, and the node ends itself.

use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;

use crate::nodes::{Cluster, GROUP, SOON};

fn has_confirmed(status: &corridor_cluster::GroupStatus, node: u64, index: u64) -> bool {
    let member = status.members.iter().find(|member| member.node == node);
    member.is_some_and(|member| member.matched_index >= Some(index))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_lost_what_it_confirmed_ends_itself() {
    let (complain, mut complaints) = mpsc::unbounded_channel();
    let of_three = Mutex::new(complain);
    let cluster = Cluster {
        on_fatal: Some(Arc::new(move |problem: &str| {
            let _ = of_three.lock().unwrap().send(problem.to_owned());
        })),
        ..Cluster::default()
    };
    let [one, two, three] = cluster.three().await;
    one.insist("before the copy").await;
    three
        .wait_applied(one.group.status().last_log_index.unwrap_or_default())
        .await;
    let copy = three.log.after_power_cut();
    one.insist("after the copy").await;
    let index = one.group.status().last_log_index.unwrap();
    one.wait(|status| has_confirmed(status, 3, index)).await;
    let (id, _, state) = cluster.kill(three).await;
    let rolled_back = cluster.start(id, copy, state, false).await;
    let complaint = tokio::time::timeout(SOON, complaints.recv()).await.unwrap().unwrap();
    assert!(
        complaint.contains(&format!("the log of group {GROUP} ends at"))
            && complaint.contains(&format!("confirmed everything up to {index} to node 1")),
        "{complaint}"
    );
    let (id, log, state) = cluster.kill(rolled_back).await;
    let again = cluster.start_over(id, Arc::new(log), &state, false, None).await;
    let refused = again.err().map(|error| error.to_string());
    assert_eq!(refused.as_deref(), Some(complaint.as_str()), "it may vote no more");
    // The others go on, and a node that only lags is not taken for one.
    let (id, log, state) = cluster.kill(two).await;
    let back = cluster.start(id, log, state, false).await;
    one.insist("without the one that lost it").await;
    back.wait_applied(one.group.status().last_log_index.unwrap_or_default())
        .await;
    let others =
        std::iter::from_fn(|| complaints.try_recv().ok()).filter(|other| !other.contains("to node 1, which leads"));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<String>::new());
}
