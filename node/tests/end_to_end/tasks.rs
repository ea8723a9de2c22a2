//! Tasks about conversations, what patients must read by a time, and replies over a colleague's head: over HTTP and the socket.

use serde_json::{Value, json};

use crate::coverage::ward;
use crate::patients::thread_of;
use crate::support::auditor::Auditor;
use crate::support::clinic::Clinic;
use crate::support::cluster::{Cluster, at};
use crate::support::http::Response;
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;
use crate::support::{PATIENCE, new_command_id, now_ms, wait_for};

fn make(who: &Person, conversation: &str, task: &Value) -> Response {
    who.post(&path_of(conversation, "/tasks"), task)
}

fn step(who: &Person, task: &Value, step: &Value) -> Response {
    who.post(&format!("/v1/tasks/{}", task.as_str().unwrap()), step)
}

fn mine(who: &Person) -> Vec<Value> {
    who.get("/v1/tasks").expect(200)["tasks"].as_array().unwrap().clone()
}

#[test]
fn a_task_goes_from_a_message_to_whoever_does_it() {
    let clinic = Clinic::demo();
    let [okafor, jonas, garcia, rosa] = clinic.people(["okafor", "jonas", "garcia", "rosa"]);
    let mut auditor = Auditor::new(&clinic);
    let thread = thread_of(&okafor, "Maria Garcia");
    let asked = garcia.say(&thread, "Please call me about the new pill.");
    let at_team = okafor.conversation(&thread)["last_seq"].clone();
    let mut his = Socket::connect(&jonas, None);
    let mut patients = Socket::connect(&garcia, None);
    auditor.lines();
    let request = json!({ "title": "Call her", "assignee": { "person_id": jonas.id }, "seq": at_team });
    let made = make(&okafor, &thread, &request).expect(201)["task_id"].clone();
    let told = his.expect(|frame| frame["type"] == "task_changed");
    assert_eq!((&told["task_id"], &told["conversation_id"]), (&made, &json!(thread)));
    let event = his.expect(|frame| frame["event"]["type"] == "task_changed");
    assert_eq!(
        (&event["event"]["what"], &event["event"]["assignee"]["person"]["id"]),
        (&json!("created"), &json!(jonas.id))
    );
    let task = mine(&jonas).remove(0);
    assert_eq!(
        (&task["title"], &task["state"], &task["seq"], &task["patient"]["name"]),
        (&json!("Call her"), &json!("open"), &at_team, &json!("Maria Garcia"))
    );
    let seen: Vec<Value> = auditor.lines().iter().map(|line| line["action"].clone()).collect();
    assert_eq!(
        seen,
        ["task_created", "tasks_read"],
        "making one and looking at it are on the record"
    );
    // A patient finds nothing of it, anywhere.
    for path in [&path_of(&thread, "/tasks"), "/v1/tasks", "/v1/unread-by-patients"] {
        garcia.get(path).refused(403, "forbidden");
    }
    make(&garcia, &thread, &request).refused(403, "forbidden");
    step(&garcia, &made, &json!({ "step": "complete" })).refused(403, "forbidden");
    patients.send(&json!({ "type": "heartbeat" }));
    patients.expect(|frame| frame["type"] == "heartbeat");
    assert!(
        patients
            .seen
            .iter()
            .all(|frame| !frame.to_string().contains("task_changed"))
    );
    assert!(
        garcia
            .history(&thread)
            .iter()
            .all(|event| event["seq"].as_u64() <= Some(asked.max(1)))
    );
    // Given to a role: whoever has it finds it, and does it.
    let to_desk = json!({ "step": "assign", "assignee": { "role": "front_desk" } });
    step(&jonas, &made, &to_desk).expect(200);
    step(&jonas, &made, &to_desk).refused(409, "nothing_to_do");
    assert!(mine(&jonas).iter().all(|task| task["id"] != made));
    let of_team = rosa.get("/v1/tasks?scope=team").expect(200)["tasks"].clone();
    assert!(of_team.as_array().unwrap().iter().any(|task| task["id"] == made));
    step(&rosa, &made, &json!({ "step": "complete" })).expect(200);
    let about = okafor.get(&path_of(&thread, "/tasks")).expect(200);
    let done = about["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|task| task["id"] == made)
        .unwrap();
    assert_eq!(
        (&done["state"], &done["closed_by"]["id"]),
        (&json!("done"), &json!(rosa.id))
    );
    let closed = rosa.get("/v1/tasks?state=closed").expect(200)["tasks"].clone();
    assert_eq!(closed[0]["id"], made, "whoever did it finds it among what is done");
    step(&rosa, &made, &json!({ "step": "reopen" })).expect(200);
    // Bad requests change nothing.
    let long = "x".repeat(501);
    for (title, assignee) in [("", &jonas.id), ("two\nlines", &jonas.id), (long.as_str(), &jonas.id)] {
        let task = json!({ "title": title, "assignee": { "person_id": assignee } });
        make(&okafor, &thread, &task).refused(422, "invalid");
    }
    let stranger = json!({ "title": "t", "assignee": { "person_id": garcia.id } });
    make(&okafor, &thread, &stranger).refused(409, "cannot_hold");
    let no_pool = json!({ "title": "t", "assignee": { "role": "administrator" } });
    make(&okafor, &thread, &no_pool).refused(422, "invalid");
    okafor.get("/v1/tasks?scope=hers").refused(422, "invalid");
    step(
        &okafor,
        &json!("tsk_00000000000000000000000000"),
        &json!({ "step": "complete" }),
    )
    .refused(404, "not_found");
}

#[test]
fn what_a_patient_has_not_read_in_time_becomes_a_task_though_the_leader_dies() {
    let mut cluster = Cluster::three();
    let (wen, _, _, thread) = ward(&cluster);
    let by_ms = now_ms() + 3_000;
    let (id, path) = (new_command_id(), path_of(&thread, "/messages"));
    let request = json!({ "body": "Take two a day from now on.", "read_by_ms": by_ms });
    let sent = wen.command("POST", &path, &request, &id).expect(201);
    let elsewhere = at(&wen, &cluster.nodes[1]);
    assert_eq!(elsewhere.command("POST", &path, &request, &id).expect(201), sent);
    let waiting = elsewhere.get(&path_of(&thread, "/tasks")).expect(200);
    assert_eq!(
        (
            &waiting["unread"][0]["seq"],
            &waiting["unread"][0]["missed"],
            waiting["tasks"].as_array().unwrap().len()
        ),
        (&sent["seq"], &json!(false), 0)
    );
    let leader = cluster.leader(0);
    cluster.nodes[leader].kill();
    let alive = (0..3).find(|node| *node != leader).unwrap();
    let wen = at(&wen, &cluster.nodes[alive]);
    let task = wait_for("there is a task", PATIENCE, || {
        let list = wen.request("GET", "/v1/tasks").try_send(wen.address).ok()?;
        (list.status == 200)
            .then(|| list.json()["tasks"][0].clone())
            .filter(|task| !task.is_null())
    });
    assert!(now_ms() >= by_ms);
    assert_eq!(
        (&task["cause"], &task["title"], &task["seq"]),
        (&json!("unread"), &json!(""), &sent["seq"])
    );
    let list = wen.get("/v1/unread-by-patients").expect(200);
    assert_eq!(
        (&list["unread"][0]["conversation_id"], &list["unread"][0]["missed"]),
        (&json!(thread), &json!(true))
    );
    cluster.nodes[leader].start();
    cluster.wait_for_equal_states(alive);
    for node in &cluster.nodes {
        assert_eq!(mine(&at(&wen, node)).len(), 1, "once, whoever leads");
    }
}

#[test]
fn two_who_reply_at_once_are_told_of_each_other() {
    let clinic = Clinic::demo();
    let [okafor, jonas, rosa, garcia] = clinic.people(["okafor", "jonas", "rosa", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    garcia.say(&thread, "Is that normal?");
    let seen = okafor.conversation(&thread)["last_seq"].clone();
    assert_eq!(jonas.conversation(&thread)["last_seq"], seen);
    // Rosa works in the queue and belongs to nothing: she is seen writing, and sees others write.
    let mut his = Socket::connect(&jonas, None);
    let mut hers = Socket::connect(&rosa, None);
    let mut patients = Socket::connect(&garcia, None);
    hers.send(&json!({ "type": "watch_queue", "active": true }));
    rosa.get("/v1/queue").expect(200);
    hers.send(&json!({ "type": "typing", "conversation_id": thread, "active": true }));
    let typing = his.expect(|frame| frame["type"] == "typing");
    assert_eq!(
        (&typing["person_id"], &typing["conversation_id"], &typing["active"]),
        (&json!(rosa.id), &json!(thread), &json!(true))
    );
    his.send(&json!({ "type": "typing", "conversation_id": thread, "active": true }));
    let typing = hers.expect(|frame| frame["type"] == "typing");
    assert_eq!(typing["person_id"], json!(jonas.id));
    // Of two who saw the same, the second is held up until they have seen what the first wrote.
    let reply = |who: &Person, body: &str, seen: &Value| who.send(&thread, &json!({ "body": body, "seen_seq": seen }));
    let first = reply(&okafor, "It is.", &seen).expect(201);
    reply(&jonas, "It is not.", &seen).refused(409, "another_replied");
    reply(&jonas, "See me at nine, please.", &first["seq"]).expect(201);
    patients.expect(|frame| frame["event"]["body"] == "See me at nine, please.");
    assert!(
        patients.seen.iter().all(|frame| frame["type"] != "typing"),
        "patients do not see who is writing"
    );
    assert!(patients.seen.iter().all(|frame| frame["event"]["body"] != "It is not."));
    // Patients and notes have no such terms.
    garcia
        .send(&thread, &json!({ "body": "b", "seen_seq": 1 }))
        .refused(422, "invalid");
    okafor
        .send(
            &thread,
            &json!({ "body": "b", "audience": "team", "read_by_ms": now_ms() + 60_000 }),
        )
        .refused(422, "invalid");
    okafor
        .send(&thread, &json!({ "body": "b", "read_by_ms": now_ms() - 1 }))
        .refused(422, "invalid");
}

#[test]
fn what_somebody_cannot_do_any_more_falls_to_who_answers() {
    let clinic = Clinic::demo();
    let [okafor, jonas, rosa, teo] = clinic.people(["okafor", "jonas", "rosa", "teo"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let knee =
        json!({ "kind": "patient", "patient_id": okafor.conversation(&thread)["patient"]["id"], "topic": "The knee" });
    let knee = okafor.begin(&knee);
    okafor
        .post(&path_of(&thread, "/care"), &json!({ "step": "take" }))
        .expect(200);
    for (conversation, title) in [(&thread, "Call her"), (&knee, "Order the brace")] {
        let request = json!({ "title": title, "assignee": { "person_id": jonas.id } });
        make(&okafor, conversation, &request).expect(201);
    }
    assert_eq!((mine(&jonas).len(), mine(&okafor).len()), (2, 0));
    teo.patch(&format!("/v1/people/{}", jonas.id), &json!({ "state": "suspended" }))
        .expect(200);
    // What a physician holds falls to him, what the pool answers for to the front desk.
    let his = mine(&okafor);
    assert_eq!((his.len(), &his[0]["title"]), (1, &json!("Call her")));
    assert_eq!(
        (&his[0]["assignee"]["person"]["id"], &his[0]["fallen_from"]["id"]),
        (&json!(okafor.id), &json!(jonas.id))
    );
    let desk = rosa.get("/v1/tasks?scope=team").expect(200)["tasks"].clone();
    let fallen: Vec<&Value> = desk
        .as_array()
        .unwrap()
        .iter()
        .filter(|task| task.get("fallen_from").is_some())
        .collect();
    assert_eq!((fallen.len(), &fallen[0]["title"]), (1, &json!("Order the brace")));
    assert_eq!(fallen[0]["assignee"], json!({ "role": "front_desk" }));
    // When the account is open again, they are theirs as before.
    teo.patch(&format!("/v1/people/{}", jonas.id), &json!({ "state": "active" }))
        .expect(200);
    assert!(mine(&okafor).is_empty());
}
