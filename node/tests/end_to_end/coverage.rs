//! Handing off to a covering provider (J04), at three nodes, and through the death of the leader in the middle of it. What
//! stands in `steps.rs` are parts of that walk; handing over as such is in `responsibility.rs`.

mod steps;

use serde_json::{Value, json};
use std::time::Duration;

use crate::patients::thread_of;
use crate::support::auditor::Auditor;
use crate::support::clinic::{Clinic, PASSWORD_OF_ADMINISTRATOR};
use crate::support::cluster::{Cluster, at};
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;
use crate::support::{PATIENCE, new_command_id, now_ms, wait_for};

/// No access outlives its window by more.
const AFTER_THE_END: Duration = Duration::from_secs(5);

fn party(who: &Person, conversation: &str) -> Value {
    who.conversation(conversation)["care"]["party"]["person"]["id"].clone()
}

fn step(who: &Person, conversation: &str, step: &Value) -> crate::support::http::Response {
    who.post(&path_of(conversation, "/care"), step)
}

/// As often as it takes while nobody leads; the same command each time.
fn insists(who: &Person, method: &str, path: &str, body: &Value) -> Value {
    let id = new_command_id();
    wait_for(path, PATIENCE, || {
        let request = who.request(method, path).header("Idempotency-Key", &id).json(body);
        let answer = request.try_send(who.address).ok()?;
        assert!([200, 201, 503].contains(&answer.status), "{path}: {}", answer.text());
        (answer.status != 503).then(|| answer.json())
    })
}

/// A physician who goes away, another one who has nothing to do with his patient, and the patient: at three nodes.
pub fn ward(cluster: &Cluster) -> (Person, Person, Person, String) {
    let amara = cluster.amara(0);
    let add = |body: Value| {
        let added = amara.post("/v1/people", &body).expect(201);
        added["person_id"].as_str().unwrap().to_owned()
    };
    let password = PASSWORD_OF_ADMINISTRATOR;
    let physician = |login: &str| {
        add(json!({ "kind": "staff", "name": login, "login": login, "password": password, "roles": ["physician"] }))
    };
    let okafor = physician("okafor");
    physician("lindqvist");
    add(json!({
        "kind": "patient", "name": "Maria Garcia", "mrn": "MRN-1", "birth_date": "1984-03-12", "login": "garcia",
        "password": password, "care_team": [okafor],
    }));
    let signed_in = |login: &str, node: usize| Person::sign_in(cluster.nodes[node].address, login, password);
    let okafor = signed_in("okafor", 0);
    let thread = thread_of(&okafor, "Maria Garcia");
    (okafor, signed_in("lindqvist", 1), signed_in("garcia", 2), thread)
}

#[test]
fn a_covering_physician_has_the_full_picture_for_a_time_and_then_nothing() {
    let mut cluster = Cluster::three();
    let (okafor, lindqvist, garcia, thread) = ward(&cluster);
    let direct = okafor.begin(&json!({ "kind": "direct", "person_id": cluster.amara(0).id }));
    let adeyemi = cluster.adeyemi(0);
    garcia.say(&thread, "My knee is worse.");
    step(&okafor, &thread, &json!({ "step": "take" })).expect(200);
    let labelled = okafor.begin(&json!({ "kind": "patient", "patient_id": garcia.id, "topic": "Counselling" }));
    let label = json!({ "step": "label", "sensitivity": "part_2" });
    okafor.post(&path_of(&labelled, "/restriction"), &label).expect(200);
    let pin = steps::pins_a_summary(&cluster, &okafor, &garcia, &thread);

    let from_ms = now_ms() + 2_000;
    let until_ms = from_ms + 16_000;
    let leave = json!({ "covering_id": lindqvist.id, "from_ms": from_ms, "until_ms": until_ms, "reason": "Leave until Monday" });
    let mut socket = Socket::connect(&lindqvist, None);
    let granted = okafor.post("/v1/coverage", &leave).expect(201);
    let planned = socket.expect(|frame| frame["type"] == "coverage_changed");
    assert_eq!(planned["coverage"], granted, "she is told why and until when");
    lindqvist.get(&path_of(&thread, "")).refused(404, "not_found");
    let begun = socket.expect(|frame| frame["type"] == "coverage_changed");
    assert_eq!(begun["coverage"]["state"], "running");
    assert!(now_ms() >= from_ms);

    // His patient's words, on the record under their own basis; not his direct conversations.
    assert_eq!(lindqvist.conversation(&thread)["my"]["basis"], "coverage");
    let queue = lindqvist.get(&format!("/v1/queue?party={}", okafor.id)).expect(200);
    assert_eq!(queue["conversations"][0]["id"], json!(thread));
    assert!(
        queue["conversations"][0]["care"]["waiting_since_ms"].is_u64(),
        "and since when"
    );
    assert!(lindqvist.get(&path_of(&thread, "/events")).text().contains("knee"));
    lindqvist.get(&path_of(&direct, "/events")).refused(404, "not_found");
    steps::is_not_opened(&lindqvist, &labelled);
    // She cannot widen it.
    let wider =
        json!({ "covered_id": okafor.id, "covering_id": lindqvist.id, "until_ms": until_ms + 9_000, "reason": "more" });
    lindqvist.post("/v1/coverage", &wider).refused(403, "forbidden");

    // To be named, here or elsewhere, is not to be handed anything.
    let named = json!({ "body": "@lindqvist knows such knees", "audience": "team", "mentions": [{ "person_id": lindqvist.id }] });
    okafor.send(&thread, &named).expect(201);
    let elsewhere = okafor.begin_group("Rounds", &[&lindqvist]);
    let named = json!({ "body": "@lindqvist, the knee", "mentions": [{ "person_id": lindqvist.id }] });
    let named = okafor.send(&elsewhere, &named).expect(201);
    let seen = lindqvist
        .get_after(&named["revision"], &path_of(&thread, ""))
        .expect(200)["care"]
        .clone();
    assert_eq!(
        (&seen["party"]["person"]["id"], seen.get("hand_over")),
        (&json!(okafor.id), None)
    );

    // He leaves her what is open, and hands over; until she accepts it is his. The leader dies in between.
    let open = json!({ "title": "Read the scan", "assignee": { "role": "physician" } });
    okafor.post(&path_of(&thread, "/tasks"), &open).expect(201);
    let hand_over = json!({ "step": "hand_over", "to_id": lindqvist.id, "minutes": 30 });
    step(&okafor, &thread, &hand_over).expect(200);
    let leader = cluster.leader(0);
    let not_hers = (0..3).find(|node| *node != leader && *node != 1).unwrap_or(0);
    cluster.nodes[leader].kill();
    let lindqvist = at(&lindqvist, &cluster.nodes[if leader == 1 { not_hers } else { 1 }]);
    let alive = at(&okafor, &cluster.nodes[if leader == 0 { 1 } else { 0 }]);
    let me = json!({ "person_id": lindqvist.id, "history": "full" });
    insists(&lindqvist, "POST", &path_of(&thread, "/members"), &me);
    assert_eq!(party(&alive, &thread), okafor.id, "pending");
    insists(
        &lindqvist,
        "POST",
        &path_of(&thread, "/care"),
        &json!({ "step": "accept" }),
    );
    assert_eq!(party(&lindqvist, &thread), lindqvist.id);
    let pinned = lindqvist.get(&path_of(&thread, "/pins")).expect(200);
    assert_eq!(pinned["pins"], json!([pin]), "at another node, to the last bit");
    let open = lindqvist.get("/v1/tasks?scope=team").expect(200);
    assert_eq!(open["tasks"][0]["title"], "Read the scan");
    let patient = at(&garcia, &cluster.nodes[if leader == 2 { 1 } else { 2 }]);
    let shown = patient.conversation(&thread)["care"].clone();
    assert_eq!(
        (&shown["covering"]["person"]["id"], &shown["covering"]["covered"]["id"]),
        (&json!(lindqvist.id), &json!(okafor.id)),
        "the patient sees who covers for whom"
    );
    assert!(shown.get("party").is_none());
    let mut hers = Socket::connect(&lindqvist, None);
    steps::what_is_said_to_him_comes_to_her(&patient, &lindqvist, &mut hers, &thread);
    lindqvist.say(&thread, "I answer for Dr. Okafor until Monday.");
    assert!(now_ms() < until_ms, "all of this was in her time");

    // The time is over: by itself, and nobody has to ask.
    let ended = hers.expect(|frame| frame["event"]["type"] == "coverage_ended");
    let late_ms = now_ms().saturating_sub(until_ms);
    assert!(
        now_ms() >= until_ms && u128::from(late_ms) <= AFTER_THE_END.as_millis(),
        "{late_ms} ms"
    );
    assert_eq!(ended["event"]["party"]["person"]["id"], okafor.id);
    let over = hers.expect(|frame| frame["coverage"]["state"] == "over");
    assert_eq!(over["coverage"]["id"], granted["id"]);
    assert_eq!(party(&alive, &thread), okafor.id, "what is open goes back");
    lindqvist.get(&path_of(&thread, "/pins")).refused(404, "not_found");
    lindqvist.get(&path_of(&thread, "/tasks")).refused(404, "not_found");
    assert_eq!(lindqvist.get("/v1/tasks?scope=team").expect(200)["tasks"], json!([]));
    patient.say(&thread, "Is he back?");
    hers.send(&json!({ "type": "heartbeat" }));
    hers.expect(|frame| frame["type"] == "heartbeat");
    let is_later = |frame: &&Value| frame["type"] == "event" && frame["revision"].as_u64() > ended["revision"].as_u64();
    assert_eq!(
        hers.seen.iter().filter(is_later).count(),
        0,
        "an open socket gets nothing more"
    );
    lindqvist.get(&path_of(&thread, "/events")).refused(404, "not_found");
    lindqvist
        .send(&thread, &json!({ "body": "one more" }))
        .refused(404, "not_found");
    assert!(
        alive.get(&path_of(&thread, "/events")).text().contains("until Monday"),
        "he sees what she wrote"
    );
    let seen = patient.get(&path_of(&thread, "/events")).text();
    assert!(seen.contains("coverage_ended") && !seen.contains("\"party\""), "{seen}");
    let alive_node = &cluster.nodes[if leader == 0 { 1 } else { 0 }];
    steps::her_looks_stay_on_the_record(&at(&adeyemi, alive_node), &lindqvist, &okafor, [&thread, &labelled]);

    cluster.nodes[leader].start();
    cluster.wait_for_equal_states(if leader == 0 { 1 } else { 0 });
    for node in &cluster.nodes {
        let seen = at(&okafor, node).history(&thread);
        let ends = seen.iter().filter(|event| event["event"]["type"] == "coverage_ended");
        assert_eq!(ends.count(), 1, "once, whoever led");
    }
}

#[test]
fn coverage_that_makes_no_sense_has_clear_errors_and_all_of_it_is_on_the_record() {
    let clinic = Clinic::demo();
    let [okafor, jonas, rosa, garcia, teo] = clinic.people(["okafor", "jonas", "rosa", "garcia", "teo"]);
    let mut auditor = Auditor::new(&clinic);
    auditor.lines();
    let hour_ms = 60 * 60 * 1_000;
    let coverage = |until_ms: u64| json!({ "covering_id": jonas.id, "until_ms": until_ms, "reason": "At a congress" });
    okafor
        .post("/v1/coverage", &coverage(now_ms() - 1))
        .refused(422, "invalid");
    auditor.one("coverage_granted", "invalid");
    let far = now_ms() + 93 * 24 * hour_ms;
    okafor.post("/v1/coverage", &coverage(far)).refused(422, "invalid");
    let until_ms = now_ms() + hour_ms;
    let with = |key: &str, value: Value| {
        let mut body = coverage(until_ms);
        body[key] = value;
        body
    };
    okafor
        .post("/v1/coverage", &with("reason", json!(" ")))
        .refused(422, "invalid");
    okafor
        .post("/v1/coverage", &with("covering_id", json!("jonas")))
        .refused(422, "invalid");
    okafor
        .post("/v1/coverage", &with("covering_id", json!(okafor.id)))
        .refused(422, "invalid");
    okafor
        .post("/v1/coverage", &with("covering_id", json!(garcia.id)))
        .refused(409, "cannot_hold");
    okafor
        .post("/v1/coverage", &with("covered_id", json!(rosa.id)))
        .refused(403, "forbidden");
    garcia
        .post("/v1/coverage", &coverage(until_ms))
        .refused(403, "forbidden");
    garcia.get("/v1/coverage").refused(403, "forbidden");
    auditor.lines();
    // The same command is the same coverage.
    let id = new_command_id();
    let granted = okafor
        .command("POST", "/v1/coverage", &coverage(until_ms), &id)
        .expect(201);
    assert_eq!(
        okafor
            .command("POST", "/v1/coverage", &coverage(until_ms), &id)
            .expect(201),
        granted
    );
    let line = auditor.one("coverage_granted", "accepted");
    assert_eq!(
        (&line["subject"]["id"], &line["on_behalf_of"]["id"], &line["reason"]),
        (&json!(jonas.id), &json!(okafor.id), &json!("At a congress"))
    );
    okafor
        .post("/v1/coverage", &coverage(until_ms))
        .refused(409, "coverage_overlaps");
    for part in [&okafor, &jonas] {
        assert_eq!(part.get("/v1/coverage").expect(200)["coverages"], json!([granted]));
    }
    assert_eq!(rosa.get("/v1/coverage").expect(200)["coverages"], json!([]));
    rosa.get("/v1/coverage?scope=all").refused(403, "forbidden");
    assert_eq!(
        teo.get("/v1/coverage?scope=all").expect(200)["coverages"],
        json!([granted])
    );
    let end = format!("/v1/coverage/{}/end", granted["id"].as_str().unwrap());
    rosa.post(&end, &json!({})).refused(404, "not_found");
    auditor.lines();
    jonas.post(&end, &json!({})).expect(200);
    auditor.one("coverage_ended_early", "accepted");
    wait_for("it is over", PATIENCE, || {
        let list = okafor.get("/v1/coverage").expect(200);
        (list["coverages"] == json!([])).then_some(())
    });
    let over = auditor.one("coverage_over", "accepted");
    assert!(over.get("actor").is_none(), "nobody's hand: {over}");
    jonas.post(&end, &json!({})).refused(409, "nothing_to_do");
    okafor
        .post("/v1/coverage/cov_1/end", &json!({}))
        .refused(404, "not_found");
}

/// J04: what is unread she sees without asking anybody.
#[test]
fn what_he_has_not_read_is_unread_for_her_who_takes_over_from_him() {
    let clinic = Clinic::demo();
    let [okafor, lindqvist, garcia] = clinic.people(["okafor", "lindqvist", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    step(&okafor, &thread, &json!({ "step": "take" })).expect(200);
    let seq = okafor.conversation(&thread)["last_seq"].clone();
    let read = okafor
        .post(&path_of(&thread, "/read"), &json!({ "seq": seq }))
        .expect(200);
    assert_eq!(read["unread"], 0);
    for body in ["The new pill makes me dizzy.", "Shall I stop it?"] {
        garcia.say(&thread, body);
    }
    let until_ms = now_ms() + 60_000;
    let leave = json!({ "covering_id": lindqvist.id, "until_ms": until_ms, "reason": "Leave until Monday" });
    okafor.post("/v1/coverage", &leave).expect(201);
    let me = json!({ "person_id": lindqvist.id, "history": "full" });
    lindqvist.post(&path_of(&thread, "/members"), &me).expect(200);
    let take = json!({ "step": "take", "from_id": okafor.id });
    step(&lindqvist, &thread, &take).expect(200);
    let unread = |who: &Person| who.conversation(&thread)["my"]["unread"].clone();
    assert_eq!((unread(&okafor), unread(&lindqvist)), (json!(2), json!(2)));
}
