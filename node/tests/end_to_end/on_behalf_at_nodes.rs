//! What was confirmed in the name of another outlives the node that took it (J05); and at none of three nodes is there another way to that
//! name. The way itself, step by step: `organization_queue.rs`.

use serde_json::{Value, json};

use crate::support::cluster::{Cluster, at};
use crate::support::house::{House, assert_both, comes, confirm, signed};
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;
use crate::support::{PATIENCE, new_command_id, wait_for};

/// What a node answers while nobody leads.
const NOT_NOW: [&str; 3] = ["fenced", "overloaded", "outcome_unknown"];

/// As often as it takes while nobody leads; the same command each time, over a new socket. Its result.
fn insists(who: &Person, id: &str, command: &Value) -> Value {
    wait_for("it is answered", PATIENCE, || {
        let mut socket = Socket::try_connect(who, None).ok()?;
        let frame = json!({ "type": "command", "id": id, "command": command });
        socket.try_send(&frame).ok()?;
        let result = socket
            .find(PATIENCE, |frame| frame["type"] == "result" && frame["id"] == id)
            .ok()?;
        let code = result["problem"]["code"].as_str().unwrap_or_default();
        (!NOT_NOW.contains(&code)).then_some(result)
    })
}

/// Kills the node that leads. Its number, and that of one that lives.
fn without_leader(cluster: &mut Cluster) -> (usize, usize) {
    let leader = cluster.leader(0);
    cluster.nodes[leader].kill();
    (leader, (leader + 1) % 3)
}

#[test]
fn what_was_confirmed_is_sent_once_though_the_leader_died_in_between() {
    let mut house = House::open();
    let (rosa, okafor, thread) = (house.rosa.clone(), house.okafor.clone(), house.thread.clone());
    let (words, others) = ("Dr. Okafor will call you at two.", "Or at three.");
    // Both are asked of the node that is about to die. What is confirmed last counts.
    let begun = okafor.conversation(&thread)["revision"].clone();
    let leader = house.cluster.leader(0);
    let at_leader = house.at(&rosa, leader, &begun);
    let replaced = confirm(&at_leader, &okafor, &thread, others).expect(201);
    let confirmed = confirm(&at_leader, &okafor, &thread, words).expect(201);
    let (dead, alive) = without_leader(&mut house.cluster);
    let there = at(&rosa, &house.cluster.nodes[alive]);
    let (id, command) = (new_command_id(), signed(&thread, words, &okafor, &confirmed["token"]));
    let sent = insists(&there, &id, &command);
    assert_eq!(sent["ok"], true, "{sent}");
    // Asked again it is the same message; asked anew the name is used up, and it never was lent for other words.
    assert_eq!(insists(&there, &id, &command), sent);
    for command in [&command, &signed(&thread, others, &okafor, &replaced["token"])] {
        let again = insists(&there, &new_command_id(), command);
        assert_eq!(again["problem"]["code"], "confirm_first", "{again}");
    }

    house.cluster.nodes[dead].start();
    house.cluster.wait_for_equal_states(alive);
    for number in 0..3 {
        for who in [&okafor, &house.garcia, &rosa] {
            let history = house.at(who, number, &sent["revision"]).history(&thread);
            let said: Vec<&Value> = history.iter().filter(|event| event["event"]["body"] == words).collect();
            assert_eq!(said.len(), 1, "{} at {number}: {history:?}", who.name);
            assert_both(said[0], &who.name);
        }
    }
    let of_sending = |line: &Value| line["action"] == "message_sent_on_behalf" && line["outcome"] == "accepted";
    let lines: Vec<Value> = house.auditor.lines().into_iter().filter(of_sending).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(
        (
            &lines[0]["actor"]["id"],
            &lines[0]["on_behalf_of"]["id"],
            &lines[0]["basis"]
        ),
        (&json!(rosa.id), &json!(okafor.id), &json!("organization_queue"))
    );
}

#[test]
fn at_no_node_is_there_another_way_to_anothers_name_and_each_try_is_on_the_record() {
    let mut house = House::open();
    let (rosa, okafor, thread) = (house.rosa.clone(), house.okafor.clone(), house.thread.clone());
    let billing = json!({ "kind": "staff", "name": "Sam Porter", "roles": ["billing"] });
    let sam = comes(&house.cluster, 0, "sam", billing);
    let direct = okafor.begin(&json!({ "kind": "direct", "person_id": house.jonas.id }));
    let settled = okafor.conversation(&direct)["revision"].clone();
    // A good token, which is nobody's but hers, and for nobody but him.
    let token = confirm(&rosa, &okafor, &thread, "Hello").expect(201)["token"].clone();
    let made_up = json!("0123456789abcdef0123456789abcdef");
    let nobody = Person {
        id: "per_00000000000000000000000001".to_owned(),
        ..okafor.clone()
    };
    let tries = [
        (
            "without the token",
            &rosa,
            signed(&thread, "Hello", &okafor, &made_up),
            "confirm_first",
        ),
        (
            "with other words",
            &rosa,
            signed(&thread, "Hello!", &okafor, &token),
            "confirm_first",
        ),
        (
            "with the token of another",
            &house.jonas,
            signed(&thread, "Hello", &okafor, &token),
            "confirm_first",
        ),
        (
            "from another site",
            &house.lita,
            signed(&thread, "Hello", &okafor, &token),
            "not_found",
        ),
        (
            "without any right",
            &sam,
            signed(&thread, "Hello", &okafor, &token),
            "not_found",
        ),
        (
            "as the patient",
            &house.garcia,
            signed(&thread, "Hello", &okafor, &token),
            "forbidden",
        ),
        (
            "for who does not answer",
            &rosa,
            signed(&thread, "Hello", &house.jonas, &token),
            "not_responsible",
        ),
        (
            "for nobody",
            &rosa,
            signed(&thread, "Hello", &nobody, &token),
            "not_found",
        ),
        (
            "among colleagues",
            &house.jonas,
            signed(&direct, "Hello", &okafor, &token),
            "invalid",
        ),
    ];
    house.auditor.lines();
    for (number, (what, who, command, code)) in tries.iter().enumerate() {
        let mut socket = Socket::connect(&house.at(who, number % 3, &settled), None);
        house.auditor.lines();
        println!("{what}");
        socket.refused(command, code);
        let line = house.auditor.one("message_sent_on_behalf", code);
        assert_eq!(line["actor"]["id"], json!(who.id), "{what}: {line}");
    }
    // Who refuses it is not replied for, also with what was confirmed before.
    let me = format!("/v1/people/{}", okafor.id);
    let refuses = okafor.patch(&me, &json!({ "refuses_on_behalf": true })).expect(200);
    let mut hers = Socket::connect(&house.at(&rosa, 2, &refuses["revision"]), None);
    house.auditor.lines();
    hers.refused(&signed(&thread, "Hello", &okafor, &token), "on_behalf_refused");
    house.auditor.one("message_sent_on_behalf", "on_behalf_refused");

    // No name that somebody gives themselves, and no field that somebody makes up, is that label.
    let named = json!({
        "kind": "staff", "name": "Rosa D. On behalf of Dr. Okafor", "roles": ["nurse"], "site_ids": [house.sites[0]],
    });
    let named = comes(&house.cluster, 1, "named", named);
    let add = json!({ "person_id": named.id, "history": "full" });
    let added = okafor.post(&path_of(&thread, "/members"), &add).expect(200);
    let mut theirs = Socket::connect(&house.at(&named, 1, &added["revision"]), None);
    let forged = json!({
        "type": "send_message", "conversation_id": thread, "body": "Hello", "author": { "id": rosa.id, "name": "Rosa Delgado" },
        "actor": { "id": rosa.id }, "on_behalf_of": { "id": okafor.id, "name": "Chidi Okafor" }, "on_behalf_of_id": okafor.id,
    });
    let sent = theirs.command(&forged);
    for who in [&okafor, &house.garcia] {
        let history = house.at(who, 0, &sent["revision"]).history(&thread);
        let said = history.iter().filter(|event| event["event"]["body"] == "Hello");
        let said: Vec<&Value> = said.collect();
        assert_eq!(said.len(), 1, "of all these tries: {history:?}");
        assert_eq!(
            (&said[0]["actor"]["id"], said[0].get("on_behalf_of")),
            (&json!(named.id), None),
            "{}",
            said[0]
        );
    }
    // The right is not given to who has not what it needs, and whoever gives it is told what.
    let of_sam = format!("/v1/people/{}", sam.id);
    house.auditor.lines();
    let why = house
        .amara
        .patch(&of_sam, &json!({ "roles": ["organization_queue"] }))
        .refused(409, "queue_needs_more");
    assert!(why["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{why}");
    let line = house.auditor.one("rights_changed", "queue_needs_more");
    assert_eq!(line["subject"]["id"], json!(sam.id));
}
