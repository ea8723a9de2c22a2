//! Nodes come, catch up by log or by snapshot, lead, and go.

use corridor_cluster::Steer;

use crate::nodes::{Cluster, SOON, peer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_comes_late_gets_the_state_and_then_the_log() {
    let cluster = Cluster {
        snapshots: Some((200, 20)),
        ..Cluster::default()
    };
    let [one, two, three] = cluster.three().await;
    for number in 0..900 {
        one.propose(&format!("command {number}")).await.unwrap();
    }
    one.wait(|status| status.purged_index > Some(500)).await;
    let four = cluster.start_new(4, false).await;
    two.let_in(&four).await;
    let last = four.insist("from the new one").await.revision;
    for node in [&one, &two, &three, &four] {
        node.wait_applied(last).await;
        assert_eq!(node.state.commands(), one.state.commands());
    }
    assert_eq!(one.state.commands().len(), 901);
    assert_eq!(four.group.status().voters, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leadership_is_handed_over_and_nodes_go_for_good() {
    let cluster = Cluster::default();
    let [one, two, three] = cluster.three().await;
    // Asked at a node that does not lead: the question finds its way.
    three.group.steer(&Steer::Yield(2)).await.unwrap();
    one.wait(|status| status.leader == Some(2)).await;
    two.wait(|status| status.is_leader).await;
    one.insist("under the second").await;

    let gone = two.group.steer(&Steer::Remove(2)).await.unwrap_err();
    assert!(gone.to_string().contains("leads"), "{gone}");
    one.group.steer(&Steer::Remove(3)).await.unwrap();
    let status = two.wait(|status| status.members.len() == 2).await;
    assert!(status.members.iter().all(|member| member.votes && member.node != 3));
    let twice = one.group.steer(&Steer::Remove(3)).await.unwrap_err();
    assert!(twice.to_string().contains("not one of its members"), "{twice}");
    // Whoever is out is no longer listened to, whatever it still knows.
    assert_eq!(three.group.status().leader, Some(2));
    let outside = three.group.steer(&Steer::DrawId).await.unwrap_err();
    assert!(
        outside.to_string().contains("not one of the group's members"),
        "{outside}"
    );
    three.propose("from outside").await.unwrap_err();
    two.insist("of two").await;
    let commands = two.state.commands();
    assert!(
        !commands.iter().any(|(_, command)| command.as_ref() == b"from outside"),
        "{commands:?}"
    );
    cluster.kill(three).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_are_drawn_once_and_addresses_may_change() {
    let cluster = Cluster::default();
    let [one, two, three] = cluster.three().await;
    let mut ids = Vec::new();
    for node in [&one, &two, &three, &two] {
        ids.push(node.group.steer(&Steer::DrawId).await.unwrap());
    }
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    assert!(ids[0] > 3, "never one that somebody has");
    let moved = Steer::Add {
        node: 3,
        peer: peer(33),
    };
    two.group.steer(&moved).await.unwrap();
    let there = |address: String| {
        move |status: &corridor_cluster::GroupStatus| {
            status
                .members
                .iter()
                .any(|member| member.node == 3 && member.address == address)
        }
    };
    one.group.wait_status(SOON, there(peer(33).address)).await.unwrap();
    three.insist("still there").await;
}
