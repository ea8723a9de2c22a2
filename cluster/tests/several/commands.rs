//! Commands at any node: each gets one place, everywhere the same.

use corridor_cluster::ProposeError;

use crate::nodes::Cluster;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_at_any_node_is_done_once_and_read_where_it_was_asked() {
    let cluster = Cluster::default();
    let nodes = cluster.three().await;
    let mut last = 0;
    for round in 0..30 {
        for node in &nodes {
            let answer = node.propose(&format!("{round} at {}", node.id)).await.unwrap();
            assert!(answer.revision > last);
            last = answer.revision;
            let held = node.state.commands();
            assert_eq!(held.last().unwrap().0, last, "read where it was asked");
            assert_eq!(answer.count, held.len() as u64);
        }
    }
    for node in &nodes {
        node.wait_applied(last).await;
        assert_eq!(node.state.commands(), nodes[0].state.commands());
        assert_eq!(node.group.catch_up().await.unwrap(), last);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_forwards_keeps_its_order() {
    let cluster = Cluster::default();
    let nodes = cluster.three().await;
    let follower = &nodes[2];
    let proposer = follower.group.proposer();
    let pending: Vec<_> = (0..500)
        .map(|number| proposer.propose(format!("{number:04}").into()))
        .collect();
    let mut revisions = Vec::new();
    for pending in pending {
        revisions.push(pending.await.unwrap().revision);
    }
    assert!(revisions.windows(2).all(|pair| pair[0] < pair[1]));
    let texts: Vec<_> = follower.state.commands().into_iter().map(|(_, text)| text).collect();
    assert!(texts.windows(2).all(|pair| pair[0] < pair[1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_others_go_on_when_the_leader_dies_and_it_comes_back_as_one_of_them() {
    let cluster = Cluster::default();
    let [one, two, three] = cluster.three().await;
    let before = two.propose("before").await.unwrap();
    let left = cluster.kill(one).await;
    let between = three.insist("between").await;
    assert!(between.revision > before.revision);
    assert!(two.insist("and again").await.count >= 3);

    let (id, log, state) = left;
    let one = cluster.start(id, log, state, false).await;
    one.group.wait_ready(crate::nodes::SOON).await.unwrap();
    let last = one.insist("after").await.revision;
    for node in [&two, &three] {
        node.wait_applied(last).await;
        assert_eq!(node.state.commands(), one.state.commands());
    }
    let texts: Vec<_> = one.state.commands().into_iter().map(|(_, text)| text).collect();
    for text in ["before", "between", "and again", "after"] {
        assert_eq!(texts.iter().filter(|found| *found == text).count(), 1, "{text}");
    }
}

/// Nodes are updated one after the other; what only the new release applies waits for the last of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_of_the_next_version_waits_until_every_member_applies_it() {
    let cluster = Cluster::default();
    let [one, two, three] = cluster.three().await;
    let next = "\u{2}of version 2";
    for said in [[None, None], [Some(2), None], [Some(2), Some(1)], [Some(1), Some(2)]] {
        for (node, version) in (2..).zip(said).filter_map(|(node, said)| Some((node, said?))) {
            cluster.switchboard.say_applies(node, version);
        }
        for node in [&one, &two] {
            let refused = node.propose(next).await;
            assert_eq!(
                refused,
                Err(ProposeError::TooNew),
                "node {} where the others say {said:?}",
                node.id
            );
            node.propose("of version 1").await.unwrap();
        }
    }
    cluster.switchboard.say_applies(2, 2);
    cluster.switchboard.say_applies(3, 7);
    two.propose(next).await.unwrap();
    let beyond = one.propose("\u{3}of version 3").await;
    assert_eq!(beyond, Err(ProposeError::TooNew), "the leader does not apply it itself");
    let last = one.propose(next).await.unwrap();
    assert_eq!(last.count, 10, "what was refused is in no log");
    // From then on every member applies it, or it were none any more: who is not heard, as after a leader's start, holds nothing back.
    for node in [2, 3] {
        cluster.switchboard.say_applies(node, 1);
    }
    let last = two.propose(next).await.unwrap();
    three.wait_applied(last.revision).await;
    assert_eq!(three.state.commands(), one.state.commands());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_cut_off_takes_nothing_and_says_so() {
    let cluster = Cluster::default();
    let [one, two, three] = cluster.three().await;
    one.propose("before").await.unwrap();
    cluster.switchboard.isolate(1, true);
    let status = one.wait(|status| !status.is_in_contact).await;
    assert!(status.quorum_acknowledged_ms_ago > Some(0));
    let refused = one.propose("alone").await;
    assert!(
        matches!(
            refused,
            Err(ProposeError::NotLeader { .. } | ProposeError::OutcomeUnknown)
        ),
        "{refused:?}"
    );
    assert!(one.group.catch_up().await.is_err(), "nothing it reads is current");
    let there = two.insist("with a quorum").await;
    three.wait_applied(there.revision).await;

    cluster.switchboard.isolate(1, false);
    one.wait(|status| status.is_in_contact).await;
    one.group.wait_ready(crate::nodes::SOON).await.unwrap();
    let last = one.insist("after").await.revision;
    two.wait_applied(last).await;
    assert_eq!(one.state.commands(), two.state.commands());
}
