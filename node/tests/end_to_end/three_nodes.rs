//! Three nodes: a person may come to any of them, and the end of one of them is no event.

use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::cluster::{Cluster, at, done};
use crate::support::person::{Person, assert_contiguous, path_of};
use crate::support::socket::Socket;
use crate::support::{PATIENCE, new_command_id, node, wait_for};

/// Says something until it is answered with a place, as a client does, always under the same id.
fn insist(who: &Person, room: &str, text: &str) -> (Value, Duration) {
    let (id, begun) = (new_command_id(), Instant::now());
    let said = wait_for("it is said", PATIENCE, || {
        let request = who
            .request("POST", &path_of(room, "/messages"))
            .header("Idempotency-Key", &id)
            .json(&json!({ "body": text }));
        let answer = request.try_send(who.address).ok()?;
        assert!([201, 503].contains(&answer.status), "{}", answer.text());
        (answer.status == 201).then(|| answer.json())
    });
    (said, begun.elapsed())
}

fn bodies(events: &[Value]) -> Vec<String> {
    let body = |event: &Value| event["event"]["body"].as_str().map(str::to_owned);
    events.iter().filter_map(body).collect()
}

#[test]
fn whoever_leads_may_die_and_nothing_is_lost_or_doubled() {
    let mut cluster = Cluster::three();
    let amara = cluster.amara(0);
    let room = amara.begin_group("Front desk", &[]);
    let mut told = Vec::new();
    for round in 0..4 {
        for number in 0..3 {
            let text = format!("round {round} at {number}");
            at(&amara, &cluster.nodes[number]).say(&room, &text);
            told.push(text);
        }
    }
    for victim in [0, 1] {
        let asked = 2;
        let leader = cluster.leader(asked);
        let here = at(&amara, &cluster.nodes[asked]);
        let known = Socket::connect(&here, None).seen[0]["revision"].as_u64();
        let victim = if leader == asked { victim } else { leader };
        cluster.nodes[victim].kill();
        let text = format!("after the death of {victim}");
        let (said, took) = insist(&here, &room, &text);
        println!(
            "said {took:?} after node {victim} was killed (it led: {})",
            victim == leader
        );
        told.push(text);
        let mut socket = Socket::connect(&here, known);
        let resumed = socket.expect_event(&room, said["seq"].as_u64().unwrap());
        assert_eq!(resumed["event"]["body"], *told.last().unwrap());
        assert_eq!(socket.events_of(&room).len(), 1, "once");
        cluster.nodes[victim].start();
        let back = at(&amara, &cluster.nodes[victim]);
        assert_eq!(bodies(&back.history(&room)), told, "what it missed it has");
    }
    for number in 0..3 {
        let history = at(&amara, &cluster.nodes[number]).history(&room);
        assert_contiguous(&history, 1);
        assert_eq!(bodies(&history), told);
    }
    cluster.wait_for_equal_states(1);
}

#[test]
fn what_is_said_at_a_node_that_does_not_know_the_room_yet_keeps_its_words() {
    let cluster = Cluster::three();
    let amara = cluster.amara(0);
    for round in 0..40 {
        let (here, there) = (
            at(&amara, &cluster.nodes[round % 3]),
            at(&amara, &cluster.nodes[(round + 1) % 3]),
        );
        let room = here.begin_group(&format!("Room {round}"), &[]);
        there.say(&room, "at once, elsewhere");
        assert_eq!(bodies(&here.history(&room)), ["at once, elsewhere"], "round {round}");
    }
}

#[test]
fn who_says_what_they_know_is_shown_nothing_older_at_any_node() {
    let cluster = Cluster::three();
    let amara = cluster.amara(0);
    let room = amara.begin_group("Front desk", &[]);
    // Not a page: that is a command, and comes behind all others anyway.
    let look = |node: usize, revision: &str| {
        let there = at(&amara, &cluster.nodes[node]);
        let request = there.request("GET", &path_of(&room, ""));
        request.header("Corridor-Revision", revision).send(there.address)
    };
    for round in 0..60 {
        let done = at(&amara, &cluster.nodes[round % 3]).send(&room, &json!({ "body": "a line" }));
        let done = done.expect(201);
        let revision = done["revision"].as_u64().unwrap().to_string();
        for node in [round + 1, round + 2] {
            let seen = look(node % 3, &revision).expect(200);
            assert_eq!(seen["last_seq"], done["seq"], "round {round}");
        }
    }
    look(1, "1000000").refused(409, "revision_unknown");
    look(1, "soon").refused(422, "invalid");
}

#[test]
fn a_node_that_missed_too_much_gets_the_state_whole_and_starts_anew_with_it() {
    let mut cluster = Cluster::three();
    let amara = cluster.amara(0);
    let room = amara.begin_group("Front desk", &[]);
    let missed_from = cluster.nodes[2].figure("corridor_group_last_log_index");
    cluster.nodes[2].kill();
    // Until neither of the others' logs holds what it misses: how many messages share an entry is the machine's business.
    let is_forgotten = |node: &node::Node| node.figure("corridor_group_purged_index") > missed_from;
    let written = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let here = at(&amara, &cluster.nodes[writer % 2]);
            let (room, nodes, written) = (&room, &cluster.nodes[..2], &written);
            scope.spawn(move || {
                wait_for("the logs forget", PATIENCE, || {
                    for _ in 0..50 {
                        insist(&here, room, "written meanwhile");
                        written.fetch_add(1, Ordering::Relaxed);
                    }
                    nodes.iter().all(is_forgotten).then_some(())
                });
            });
        }
    });
    let told = amara.history(&room);
    assert_eq!(bodies(&told).len(), written.into_inner());
    let term_before = cluster.nodes[0].figure("corridor_group_term");
    cluster.nodes[2].start();
    let late = &cluster.nodes[2];
    wait_for("the state comes whole", PATIENCE, || {
        late.log_text()
            .contains("the workspace starts anew with it")
            .then_some(())
    });
    wait_for("it is ready again", PATIENCE, || {
        let answer = crate::support::http::Request::new("GET", "/readyz").try_send(late.operations);
        answer.is_ok_and(|answer| answer.status == 200).then_some(())
    });
    let there = at(&amara, late);
    assert_eq!(there.history(&room), told);
    insist(&there, &room, "from the late one");
    cluster.wait_for_equal_states(0);
    let times = cluster.nodes[2].log_text().matches("starts anew with it").count();
    let term = cluster.nodes[0].figure("corridor_group_term");
    // One who leads anew does not know what came before it did.
    let most = if term > term_before { 2 } else { 1 };
    assert!(
        (1..=most).contains(&times),
        "what was told to have come is not sent again: {times} times, in term {term_before} and {term}"
    );
}

#[test]
fn a_session_that_ends_anywhere_ends_everywhere() {
    let cluster = Cluster::three();
    let amara = cluster.amara(1);
    let elsewhere = at(&amara, &cluster.nodes[2]);
    let mut socket = Socket::connect(&elsewhere, None);
    amara.sign_out();
    socket.expect_goodbye("session_ended", PATIENCE);
    for node in &cluster.nodes {
        at(&amara, node).get("/v1/me").refused(401, "not_signed_in");
    }
}

#[test]
fn a_node_without_the_others_shows_nothing_until_it_has_caught_up() {
    let cluster = Cluster::three();
    let amara = cluster.amara(0);
    let room = amara.begin_group("Front desk", &[]);
    let alone = at(&amara, &cluster.nodes[2]);
    let mut socket = Socket::connect(&alone, None);
    for number in [0, 1] {
        cluster.nodes[number].pause();
    }
    socket.expect_goodbye("fenced", PATIENCE);
    alone.get("/v1/inbox").refused(503, "fenced");
    alone.get(&path_of(&room, "/events?after=0")).refused(503, "fenced");
    alone.send(&room, &json!({ "body": "alone" })).refused(503, "fenced");
    assert_eq!(cluster.nodes[2].operations("/readyz").status, 503);
    for number in [0, 1] {
        cluster.nodes[number].resume();
    }
    wait_for("it hears the others again", PATIENCE, || {
        (cluster.nodes[2].operations("/readyz").status == 200).then_some(())
    });
    insist(&alone, &room, "with the others");
    assert_eq!(bodies(&alone.history(&room)), ["with the others"]);
}

#[test]
fn a_leader_that_is_stopped_in_order_hands_over_first() {
    let mut cluster = Cluster::three();
    let amara = cluster.amara(0);
    let room = amara.begin_group("Front desk", &[]);
    // An election takes about a second whenever one is waited for; a busy machine is slow now and then.
    let hand_overs = (0..3).map(|_| {
        let leader = cluster.leader(0);
        cluster.nodes[leader].stop();
        let here = at(&amara, &cluster.nodes[(leader + 1) % 3]);
        let (_, took) = insist(&here, &room, "under the next");
        println!("said {took:?} after the leader stopped in order");
        cluster.nodes[leader].start();
        cluster.wait_for_votes(3);
        took
    });
    let mut took: Vec<Duration> = hand_overs.collect();
    took.sort();
    assert!(
        took[1] < Duration::from_millis(500),
        "no election was waited for: {took:?}"
    );
}

#[test]
fn a_machine_that_is_gone_is_replaced_when_the_new_one_comes() {
    let mut cluster = Cluster::three();
    let amara = cluster.amara(0);
    let room = amara.begin_group("Front desk", &[]);
    amara.say(&room, "before");
    let gone = cluster.id(2).unwrap();
    let config = cluster.config(0).display().to_string();
    let replace = |node: u64| node::refused(&["cluster", "replace", &node.to_string(), "--config", &config]);
    let refused = replace(gone);
    assert!(refused.contains("stop it first"), "{refused}");
    let refused = replace(99);
    assert!(refused.contains("not one of the cluster's"), "{refused}");
    cluster.nodes[2].kill();
    cluster.join_instead_of(gone);
    cluster.wait_for_votes(3);
    let status = cluster.status(0);
    let of = |node: &Value| node["node"].as_u64().unwrap();
    assert!(
        status["nodes"].as_array().unwrap().iter().all(|node| of(node) != gone),
        "{status}"
    );
    let there = at(&amara, &cluster.nodes[3]);
    there.say(&room, "after");
    assert_eq!(bodies(&there.history(&room)), ["before", "after"]);
}

#[test]
fn a_dead_machine_is_taken_out_and_another_joins() {
    let mut cluster = Cluster::three();
    let amara = cluster.amara(0);
    let room = amara.begin_group("Front desk", &[]);
    amara.say(&room, "before");
    let dead = cluster.id(2).unwrap();
    cluster.nodes[2].kill();
    let config = cluster.config(0).display().to_string();
    let removed = done(&["cluster", "remove", &dead.to_string(), "--config", &config]);
    assert!(removed.contains(&format!("Node {dead}")), "{removed}");
    let again = node::refused(&["cluster", "remove", &dead.to_string(), "--config", &config]);
    assert!(again.contains("not one of the cluster's"), "{again}");
    cluster.join();
    cluster.wait_for_votes(3);
    let new = cluster.id(3).unwrap();
    assert!(new > dead, "an id is never used again");
    let there = at(&amara, &cluster.nodes[3]);
    there.say(&room, "after");
    assert_eq!(bodies(&there.history(&room)), ["before", "after"]);
}

#[test]
fn an_invitation_is_good_once() {
    let cluster = Cluster::three();
    let invitation = cluster.invitation();
    let folder = tempfile::TempDir::new().unwrap();
    let join = |name: &str, token: &str| {
        let at = |what: &str| folder.path().join(format!("{name}{what}")).display().to_string();
        let [config, data, peers] = [at(".toml"), at(""), node::free_address().to_string()];
        let url = invitation[1].clone();
        let words = ["join", &url, "--token", token, "--config", &config, "--data", &data];
        let words = words.iter().map(|word| (*word).to_owned());
        let words: Vec<String> = words.chain(["--peer-listen".to_owned(), peers]).collect();
        node::run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let token = invitation.last().unwrap();
    let first = join("first", token);
    assert!(first.status.success(), "{}", node::said(&first));
    let second = join("second", token);
    assert_eq!(second.status.code(), Some(1));
    assert!(
        node::said(&second).contains("does not know the invitation"),
        "{}",
        node::said(&second)
    );
    assert!(!folder.path().join("second").exists(), "what was made is taken back");
    let mistyped = join(
        "third",
        &token
            .replacen('-', "", 1)
            .replacen(|c: char| c.is_ascii_digit(), "x", 1),
    );
    assert_eq!(mistyped.status.code(), Some(2), "{}", node::said(&mistyped));
}
