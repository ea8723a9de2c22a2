//! What waits for its time: messages that are sent later, once and whoever leads; reminders; and one's own view of a conversation, which is
//! nobody else's business.

use serde_json::{Value, json};

use crate::patients::thread_of;
use crate::support::auditor::Auditor;
use crate::support::clinic::Clinic;
use crate::support::cluster::{Cluster, at};
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;
use crate::support::{PATIENCE, new_command_id, now_ms, wait_for};

fn said(who: &Person, conversation: &str, words: &str) -> usize {
    let events = who.history(conversation);
    events.iter().filter(|event| event["event"]["body"] == words).count()
}

fn inbox(who: &Person, filter: &str) -> Vec<Value> {
    let page = who.get(&format!("/v1/inbox?limit=1000&filter={filter}")).expect(200);
    let all = page["conversations"].as_array().unwrap().iter();
    all.map(|shown| shown["id"].clone()).collect()
}

fn attention(who: &Person, conversation: &str, step: &Value) -> crate::support::http::Response {
    who.post(&path_of(conversation, "/attention"), step)
}

#[test]
fn a_scheduled_message_is_sent_once_though_the_leader_dies() {
    let mut cluster = Cluster::three();
    let amara = cluster.amara(0);
    let room = amara.begin_group("Rounds", &[]);
    let at_ms = now_ms() + 3_000;
    let words = "Good morning from yesterday";
    let (id, path) = (new_command_id(), path_of(&room, "/scheduled"));
    let request = json!({ "at_ms": at_ms, "body": words });
    let scheduled = amara.command("POST", &path, &request, &id).expect(201);
    let elsewhere = at(&amara, &cluster.nodes[1]);
    assert_eq!(elsewhere.command("POST", &path, &request, &id).expect(201), scheduled);
    let waiting = elsewhere.get("/v1/scheduled").expect(200)["scheduled"].clone();
    assert_eq!(
        (&waiting[0]["id"], &waiting[0]["message"]["body"]),
        (&scheduled["id"], &json!(words))
    );
    assert_eq!(waiting.as_array().unwrap().len(), 1, "asked twice it waits once");
    let leader = cluster.leader(0);
    cluster.nodes[leader].kill();
    let alive = (0..3).find(|node| *node != leader).unwrap();
    let amara = at(&amara, &cluster.nodes[alive]);
    wait_for("it is sent", PATIENCE, || {
        let list = amara.request("GET", "/v1/scheduled").try_send(amara.address).ok()?;
        (list.status == 200 && list.json()["scheduled"] == json!([])).then_some(())
    });
    assert!(now_ms() >= at_ms);
    cluster.nodes[leader].start();
    cluster.wait_for_equal_states(alive);
    for node in &cluster.nodes {
        assert_eq!(said(&at(&amara, node), &room, words), 1);
    }
}

#[test]
fn what_may_not_be_said_any_more_is_not_said_and_comes_back_to_its_author() {
    let clinic = Clinic::demo();
    let [okafor, jonas, garcia] = clinic.people(["okafor", "jonas", "garcia"]);
    let mut auditor = Auditor::new(&clinic);
    let thread = thread_of(&okafor, "Maria Garcia");
    let later = |who: &Person, body: &str, at_ms: u64| {
        who.post(
            &path_of(&thread, "/scheduled"),
            &json!({ "at_ms": at_ms, "body": body }),
        )
    };
    later(&okafor, "yesterday", now_ms() - 1).refused(422, "invalid");
    later(&okafor, "in two years", now_ms() + 2 * 366 * 86_400_000).refused(422, "invalid");
    later(&okafor, " ", now_ms() + 60_000).refused(422, "invalid");
    let for_another =
        json!({ "at_ms": now_ms() + 60_000, "body": "b", "on_behalf": { "person_id": jonas.id, "token": "t" } });
    okafor
        .post(&path_of(&thread, "/scheduled"), &for_another)
        .refused(422, "invalid");
    // Taken back: nobody ever sees it, and another's is not there.
    let scheduled = later(&okafor, "never mind", now_ms() + 60_000).expect(201);
    let path = format!("/v1/scheduled/{}", scheduled["id"].as_str().unwrap());
    jonas.delete(&path).refused(404, "not_found");
    okafor.delete(&path).expect(200);
    okafor.delete(&path).refused(404, "not_found");
    // It is judged when its time has come.
    let mut socket = Socket::connect(&okafor, None);
    auditor.lines();
    let id = later(&okafor, "too late", now_ms() + 1_500).expect(201)["id"].clone();
    okafor
        .patch(&path_of(&thread, ""), &json!({ "state": "archived" }))
        .expect(200);
    let refused =
        socket.expect(|frame| frame["type"] == "scheduled_changed" && frame["scheduled"]["state"] == "refused");
    assert_eq!(
        (&refused["scheduled"]["id"], &refused["scheduled"]["code"]),
        (&id, &json!("archived"))
    );
    let lines = auditor.lines();
    let due = lines.iter().find(|line| line["action"] == "scheduled_message_due");
    assert_eq!(due.map(|line| &line["outcome"]), Some(&json!("archived")));
    assert_eq!(said(&garcia, &thread, "too late"), 0);
    let kept = okafor.get("/v1/scheduled").expect(200)["scheduled"][0].clone();
    assert_eq!(
        (&kept["state"], &kept["message"]["body"]),
        (&json!("refused"), &json!("too late"))
    );
    assert_eq!(jonas.get("/v1/scheduled").expect(200)["scheduled"], json!([]));
    okafor
        .delete(&format!("/v1/scheduled/{}", id.as_str().unwrap()))
        .expect(200);
    // A patient's own comes to the clinic as if sent then, and says nothing of the team's numbering.
    okafor
        .patch(&path_of(&thread, ""), &json!({ "state": "open" }))
        .expect(200);
    okafor
        .send(&thread, &json!({ "body": "for us", "audience": "team" }))
        .expect(201);
    let mut patients = Socket::connect(&garcia, None);
    later(&garcia, "See you then.", now_ms() + 1_000).expect(201);
    let sent = patients.expect(|frame| frame["scheduled"]["state"] == "sent");
    let event = patients.expect(|frame| frame["event"]["body"] == "See you then.");
    assert_eq!(sent["scheduled"]["seq"], event["seq"]);
    let lines = auditor.lines();
    let line = lines
        .iter()
        .find(|line| line["action"] == "scheduled_message_due")
        .unwrap();
    assert_eq!(line["outcome"], "accepted");
    assert_eq!(
        (&line["actor"]["id"], &line["basis"]),
        (&json!(garcia.id), &json!("member"))
    );
}

#[test]
fn ones_own_view_is_ones_own() {
    let clinic = Clinic::demo();
    let [okafor, jonas, rosa, garcia] = clinic.people(["okafor", "jonas", "rosa", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let id = json!(thread);
    let mut phone = Socket::connect(&okafor, None);
    let mut others = Socket::connect(&jonas, None);
    attention(&okafor, &thread, &json!({ "step": "put_away" })).expect(200);
    let changed = phone.expect(|frame| frame["type"] == "attention_changed");
    assert_eq!(
        (&changed["conversation_id"], &changed["reminded"]),
        (&id, &json!(false))
    );
    assert!(!inbox(&okafor, "all").contains(&id) && inbox(&okafor, "put_away").contains(&id));
    assert!(inbox(&jonas, "all").contains(&id), "it is there for everybody else");
    garcia.say(&thread, "One more question.");
    assert!(inbox(&okafor, "all").contains(&id), "it is back with the next message");
    // Unread, and read again.
    let last = okafor.conversation(&thread)["last_seq"].clone();
    let read = || {
        okafor
            .post(&path_of(&thread, "/read"), &json!({ "seq": last }))
            .expect(200)
    };
    read();
    attention(&okafor, &thread, &json!({ "step": "mark_unread" })).expect(200);
    attention(&okafor, &thread, &json!({ "step": "mark_unread" })).refused(409, "nothing_to_do");
    assert!(inbox(&okafor, "unread").contains(&id));
    read();
    assert!(!inbox(&okafor, "unread").contains(&id));
    // Muted; reminded in a moment.
    attention(&okafor, &thread, &json!({ "step": "mute", "muted": true })).expect(200);
    attention(&okafor, &thread, &json!({ "step": "remind", "at_ms": now_ms() })).refused(422, "invalid");
    attention(&okafor, &thread, &json!({ "step": "put_away" })).expect(200);
    let at_ms = now_ms() + 1_000;
    attention(&okafor, &thread, &json!({ "step": "remind", "at_ms": at_ms })).expect(200);
    assert_eq!(okafor.conversation(&thread)["my"]["attention"]["remind_at_ms"], at_ms);
    let reminded = phone.expect(|frame| frame["reminded"] == true);
    assert!(now_ms() >= at_ms);
    assert_eq!(reminded["attention"], json!({ "muted": true, "marked_unread": true }));
    assert!(inbox(&okafor, "unread").contains(&id), "it is back, and unread");
    assert!(okafor.conversation(&thread)["my"]["attention"]["remind_at_ms"].is_null());
    // Nobody else is told, and who does not belong to it has no view of it.
    others.send(&json!({ "type": "heartbeat" }));
    others.expect(|frame| frame["type"] == "heartbeat");
    assert!(others.seen.iter().all(|frame| frame["type"] != "attention_changed"));
    assert!(jonas.conversation(&thread)["my"].get("attention").is_none());
    attention(&rosa, &thread, &json!({ "step": "mark_unread" })).refused(409, "not_a_member");
}
