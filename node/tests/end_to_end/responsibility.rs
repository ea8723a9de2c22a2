//! Who answers for a patient: taken, handed over, given back, at three nodes and through the death of the leader (J04); and the queue
//! from which it is taken (J05). At three nodes the queue is in `organization_queue.rs`, replying from it for somebody else in `on_behalf.rs`.

use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::patients::thread_of;
use crate::support::auditor::Auditor;
use crate::support::clinic::{Clinic, PASSWORD_OF_ADMINISTRATOR};
use crate::support::cluster::{Cluster, at};
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;
use crate::support::{PATIENCE, new_command_id, wait_for};

fn step(who: &Person, conversation: &str, step: &Value) -> crate::support::http::Response {
    who.post(&path_of(conversation, "/care"), step)
}

fn take() -> Value {
    json!({ "step": "take" })
}

/// Who answers, as somebody is shown it: an id, or a role.
fn party(who: &Person, conversation: &str) -> String {
    let care = &who.conversation(conversation)["care"];
    named(&care["party"])
}

fn named(party: &Value) -> String {
    let person = party["person"]["id"].as_str();
    person
        .or_else(|| party["role"].as_str())
        .unwrap_or_else(|| panic!("nobody answers: {party}"))
        .to_owned()
}

fn may(who: &Person, conversation: &str) -> BTreeSet<String> {
    const STEPS: [&str; 10] = [
        "take",
        "assign",
        "return",
        "hand_over",
        "accept",
        "decline",
        "withdraw",
        "resolve",
        "close",
        "open",
    ];
    let may = who.conversation(conversation)["my"]["may"].clone();
    let all = may
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap().to_owned());
    all.filter(|word| STEPS.contains(&word.as_str())).collect()
}

fn words<const COUNT: usize>(words: [&str; COUNT]) -> BTreeSet<String> {
    words.map(str::to_owned).into_iter().collect()
}

#[test]
fn it_is_taken_handed_over_and_accepted_before_everybodys_eyes() {
    let clinic = Clinic::demo();
    let [okafor, jonas, garcia] = clinic.people(["okafor", "jonas", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let mut socket = Socket::connect(&jonas, None);
    assert_eq!(party(&okafor, &thread), "front_desk", "from the start somebody answers");
    assert_eq!(
        may(&okafor, &thread),
        words(["take", "assign", "return", "resolve", "close"])
    );
    step(&okafor, &thread, &take()).expect(200);
    let moved = socket.expect(|frame| frame["event"]["type"] == "responsibility_moved");
    assert_eq!(named(&moved["event"]["party"]), okafor.id);
    assert_eq!(party(&jonas, &thread), okafor.id);
    assert_eq!(
        may(&okafor, &thread),
        words(["return", "hand_over", "resolve", "close"])
    );
    // Whoever is second is told; whoever takes over says from whom.
    step(&jonas, &thread, &take()).refused(409, "held_by_another");
    socket.refused(
        &json!({ "type": "care", "conversation_id": thread, "step": "take" }),
        "held_by_another",
    );
    // A mention moves nothing; a hand-over moves nothing before it is accepted.
    let mention = json!({ "body": "@jonas please", "audience": "team", "mentions": [{ "person_id": jonas.id }] });
    okafor.send(&thread, &mention).expect(201);
    let hand_over = json!({ "step": "hand_over", "to_id": jonas.id, "minutes": 30 });
    step(&okafor, &thread, &hand_over).expect(200);
    let offered = socket.expect(|frame| frame["event"]["type"] == "hand_over_offered");
    assert_eq!(offered["event"]["to"]["id"], jonas.id);
    let shown = jonas.conversation(&thread);
    assert_eq!(named(&shown["care"]["party"]), okafor.id);
    assert_eq!(shown["care"]["hand_over"]["by"]["id"], okafor.id);
    assert_eq!(
        may(&jonas, &thread),
        words(["take", "accept", "decline", "resolve", "close"])
    );
    socket.command(&json!({ "type": "care", "conversation_id": thread, "step": "accept" }));
    assert_eq!(party(&okafor, &thread), jonas.id);
    assert!(okafor.conversation(&thread)["care"].get("hand_over").is_none());
    // Of all of this the patient sees nothing.
    let seen = garcia.get(&path_of(&thread, "")).expect(200);
    assert_eq!(seen["care"], json!({ "stage": "open" }));
    let text = garcia.get(&path_of(&thread, "/events")).text();
    assert!(
        !text.contains("responsibility") && !text.contains("hand_over"),
        "{text}"
    );
    step(&garcia, &thread, &take()).refused(403, "forbidden");
}

#[test]
fn what_is_closed_the_patient_cannot_reply_to_and_what_is_resolved_comes_back() {
    let clinic = Clinic::demo();
    let [okafor, garcia] = clinic.people(["okafor", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let stage = |who: &Person| who.conversation(&thread)["care"]["stage"].as_str().unwrap().to_owned();
    step(&okafor, &thread, &json!({ "step": "resolve" })).expect(200);
    assert_eq!(
        (stage(&okafor), stage(&garcia)),
        ("resolved".to_owned(), "open".to_owned())
    );
    step(&okafor, &thread, &json!({ "step": "resolve" })).refused(409, "nothing_to_do");
    garcia.say(&thread, "One more question.");
    assert_eq!(stage(&okafor), "open");
    let mut socket = Socket::connect(&garcia, None);
    step(&okafor, &thread, &json!({ "step": "close" })).expect(200);
    let closed = socket.expect(|frame| frame["event"]["type"] == "stage_changed");
    assert_eq!(closed["event"]["stage"], "closed");
    assert_eq!(stage(&garcia), "closed");
    assert!(
        !garcia.conversation(&thread)["my"]["may"]
            .as_array()
            .unwrap()
            .contains(&json!("send"))
    );
    garcia
        .send(&thread, &json!({ "body": "Hello?" }))
        .refused(409, "closed");
    okafor.say(&thread, "Please begin a new message.");
    // That it is done is the team's business: for the patient it is open again.
    step(&okafor, &thread, &json!({ "step": "resolve" })).expect(200);
    let opened = socket.expect(|frame| frame["event"]["type"] == "stage_changed");
    assert_eq!(opened["event"]["stage"], "open");
    step(&okafor, &thread, &json!({ "step": "close" })).expect(200);
    step(&okafor, &thread, &json!({ "step": "open" })).expect(200);
    garcia.say(&thread, "Thank you.");
}

#[test]
fn steps_that_make_no_sense_have_clear_errors() {
    let clinic = Clinic::demo();
    let [okafor, jonas, tess, rosa] = clinic.people(["okafor", "jonas", "tess", "rosa"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let direct = okafor.begin(&json!({ "kind": "direct", "person_id": jonas.id }));
    step(&okafor, &direct, &take()).refused(422, "invalid");
    step(&okafor, &thread, &json!({ "step": "give" })).refused(422, "invalid");
    step(&okafor, &thread, &json!({ "step": "assign", "to_id": "somebody" })).refused(422, "invalid");
    step(
        &okafor,
        &thread,
        &json!({ "step": "return", "role": "compliance_officer" }),
    )
    .refused(422, "invalid");
    step(&okafor, &thread, &json!({ "step": "return", "role": "janitor" })).refused(422, "invalid");
    let hand_over = |minutes: u64| json!({ "step": "hand_over", "to_id": jonas.id, "minutes": minutes });
    step(&okafor, &thread, &hand_over(30)).refused(409, "not_held");
    step(&okafor, &thread, &json!({ "step": "accept" })).refused(409, "not_offered");
    step(&okafor, &thread, &take()).expect(200);
    for minutes in [0, 24 * 60 + 1] {
        step(&okafor, &thread, &hand_over(minutes)).refused(422, "invalid");
    }
    step(&okafor, &thread, &json!({ "step": "hand_over", "to_id": rosa.id })).refused(409, "target_not_a_member");
    let unknown = "per_00000000000000000000000001";
    step(&okafor, &thread, &json!({ "step": "hand_over", "to_id": unknown })).refused(404, "not_found");
    // The same id is the same step, whatever happened since; the same id for another step is a mistake.
    let (id, path) = (new_command_id(), path_of(&thread, "/care"));
    let first = okafor.command("POST", &path, &hand_over(30), &id).expect(200);
    assert_eq!(okafor.command("POST", &path, &hand_over(30), &id).expect(200), first);
    okafor
        .command("POST", &path, &hand_over(31), &id)
        .refused(409, "idempotency_conflict");
    // Who is out learns nothing.
    if !tess
        .conversations("/v1/conversations?scope=mine")
        .iter()
        .any(|shown| shown["id"] == json!(thread))
    {
        step(&tess, &thread, &take()).refused(404, "not_found");
    }
}

#[test]
fn the_queue_shows_what_waits_to_who_may_see_it_and_a_claim_is_seen_at_once() {
    let clinic = Clinic::demo();
    let [okafor, jonas, rosa, garcia, teo] = clinic.people(["okafor", "jonas", "rosa", "garcia", "teo"]);
    let mut auditor = Auditor::new(&clinic);
    let thread = thread_of(&okafor, "Maria Garcia");
    garcia.get("/v1/queue").refused(403, "forbidden");
    garcia.say(&thread, "Is anybody there?");
    let page = rosa.get("/v1/queue?limit=5").expect(200);
    let first = &page["conversations"][0];
    assert_eq!(
        (&first["id"], &first["my"]["basis"]),
        (&json!(thread), &json!("organization_queue"))
    );
    assert!(first["care"]["waiting_since_ms"].is_u64(), "{first}");
    assert!(first["last_message"]["preview"].as_str().unwrap().contains("anybody"));
    auditor.lines();
    // All of them, page by page, each once; what the organization's list shows as well, and no direct ones or team rooms.
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page = rosa
            .get(&format!("/v1/queue?stage=all&limit=3&after={after}"))
            .expect(200);
        found.extend(
            page["conversations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|shown| shown["id"].clone()),
        );
        match page["next_after"].as_str() {
            Some(next) => after = next.to_owned(),
            None => {
                assert_eq!(page["total"], found.len());
                break;
            }
        }
    }
    let listed = rosa.conversations("/v1/conversations?scope=organization&limit=1000");
    let patients = listed
        .iter()
        .filter(|shown| shown["kind"] == "patient" && shown["state"] == "open");
    let listed: BTreeSet<String> = patients
        .filter(|shown| shown["my"]["basis"] != "member")
        .map(|shown| shown["id"].to_string())
        .collect();
    let queued: BTreeSet<String> = found.iter().map(Value::to_string).collect();
    assert_eq!(queued.len(), found.len(), "each once");
    assert!(queued.is_superset(&listed), "{listed:?} {queued:?}");
    // A claim.
    let mut watching = Socket::connect(&rosa, None);
    watching.send(&json!({ "type": "watch_queue", "active": true }));
    watching.send(&json!({ "type": "heartbeat" }));
    watching.expect(|frame| frame["type"] == "heartbeat");
    step(&jonas, &thread, &take()).expect(200);
    let changed = watching.expect(|frame| frame["type"] == "queue_changed" && frame["conversation_id"] == thread);
    assert_eq!(named(&changed["care"]["party"]), jonas.id);
    let of = |query: &str| {
        let page = rosa.get(&format!("/v1/queue?{query}")).expect(200);
        page["conversations"]
            .as_array()
            .unwrap()
            .iter()
            .any(|shown| shown["id"] == json!(thread))
    };
    assert!(
        !of("party=nobody") && of(&format!("party={}", jonas.id)) && of("q=GARCIA") && !of("q=nobody-is-called-so")
    );
    okafor.say(&thread, "We are here.");
    let answered =
        watching.expect(|frame| frame["type"] == "queue_changed" && frame["revision"] != changed["revision"]);
    assert!(answered["care"].get("waiting_since_ms").is_none());
    rosa.get("/v1/queue?stage=archived").refused(422, "invalid");
    rosa.get("/v1/queue?party=janitor").refused(422, "invalid");
    rosa.get("/v1/queue?after=here").refused(422, "invalid");
    rosa.get("/v1/queue?hand_over=soon").refused(422, "invalid");
    // What was asked of somebody is found; the demo has one that waits.
    let asked = |which: &str| rosa.get(&format!("/v1/queue?hand_over={which}")).expect(200)["total"].clone();
    assert_eq!((asked("pending"), asked("late")), (json!(1), json!(0)));
    // A page on which nothing is found is a look as well.
    auditor.lines();
    rosa.get("/v1/queue?q=nobody-is-called-so").expect(200);
    auditor.one("content_read", "accepted");
    // The right ends: the view ends, and nothing more comes, also where they still work with patients.
    let roles = json!({ "roles": ["front_desk"] });
    teo.patch(&format!("/v1/people/{}", rosa.id), &roles).expect(200);
    watching.expect(|frame| frame["type"] == "queue_closed");
    assert_eq!(rosa.get("/v1/queue?stage=all").expect(200)["total"], 0);
    garcia.say(&thread, "One more thing.");
    watching.send(&json!({ "type": "heartbeat" }));
    watching.expect(|frame| frame["type"] == "heartbeat");
    let later = watching.seen.iter().skip_while(|frame| frame["type"] != "queue_closed");
    assert_eq!(later.filter(|frame| frame["type"] == "queue_changed").count(), 0);
}

#[test]
fn every_step_is_on_the_record_refused_ones_too() {
    let clinic = Clinic::demo();
    let [okafor, jonas, garcia] = clinic.people(["okafor", "jonas", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let mut auditor = Auditor::new(&clinic);
    auditor.lines();
    step(&okafor, &thread, &take()).expect(200);
    let line = auditor.one("responsibility_taken", "accepted");
    assert_eq!(
        (&line["actor"]["id"], &line["basis"]),
        (&json!(okafor.id), &json!("member"))
    );
    step(&jonas, &thread, &take()).refused(409, "held_by_another");
    auditor.one("responsibility_taken", "held_by_another");
    step(&okafor, &thread, &json!({ "step": "hand_over", "to_id": jonas.id })).expect(200);
    let line = auditor.one("hand_over_offered", "accepted");
    assert_eq!(line["subject"]["id"], jonas.id);
    step(&jonas, &thread, &json!({ "step": "decline" })).expect(200);
    auditor.one("hand_over_declined", "accepted");
    step(&garcia, &thread, &json!({ "step": "close" })).refused(403, "forbidden");
    auditor.one("conversation_closed", "forbidden");
}

/// A clinic of three nodes with two physicians and a patient.
fn ward(cluster: &Cluster) -> (Person, Person, Person, String) {
    let amara = cluster.amara(0);
    let add = |body: Value| {
        amara.post("/v1/people", &body).expect(201)["person_id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let password = PASSWORD_OF_ADMINISTRATOR;
    let physician = |login: &str| {
        add(json!({ "kind": "staff", "name": login, "login": login, "password": password, "roles": ["physician"] }))
    };
    let (okafor, lindqvist) = (physician("okafor"), physician("lindqvist"));
    add(json!({
        "kind": "patient", "name": "Maria Garcia", "mrn": "MRN-1", "birth_date": "1984-03-12", "login": "garcia",
        "password": password, "care_team": [okafor, lindqvist],
    }));
    let signed_in = |login: &str, node: usize| Person::sign_in(cluster.nodes[node].address, login, password);
    let okafor = signed_in("okafor", 0);
    let thread = thread_of(&okafor, "Maria Garcia");
    (okafor, signed_in("lindqvist", 1), signed_in("garcia", 2), thread)
}

#[test]
fn a_hand_over_outlives_the_leader_and_is_accepted_once() {
    let mut cluster = Cluster::three();
    let (okafor, lindqvist, garcia, thread) = ward(&cluster);
    step(&okafor, &thread, &take()).expect(200);
    let hand_over = json!({ "step": "hand_over", "to_id": lindqvist.id, "minutes": 60 });
    step(&okafor, &thread, &hand_over).expect(200);
    let leader = cluster.leader(0);
    cluster.nodes[leader].kill();
    let alive = (0..3).find(|number| *number != leader).unwrap();
    let there = at(&lindqvist, &cluster.nodes[alive]);
    // Until it is accepted it stays where it is, at whichever node.
    let (id, path) = (new_command_id(), path_of(&thread, "/care"));
    let accepted = wait_for("it is accepted", PATIENCE, || {
        let request = there.request("POST", &path).header("Idempotency-Key", &id);
        let answer = request
            .json(&json!({ "step": "accept" }))
            .try_send(there.address)
            .ok()?;
        assert!([200, 503].contains(&answer.status), "{}", answer.text());
        (answer.status == 200).then(|| answer.json())
    });
    let again = there
        .command("POST", &path, &json!({ "step": "accept" }), &id)
        .expect(200);
    assert_eq!(again, accepted, "asked again it is answered the same");
    cluster.nodes[leader].start();
    for node in &cluster.nodes {
        let seen = at(&okafor, node);
        assert_eq!(party(&seen, &thread), lindqvist.id);
        let moved = seen
            .history(&thread)
            .into_iter()
            .filter(|event| event["event"]["type"] == "responsibility_moved");
        assert_eq!(moved.count(), 2, "taken once, accepted once");
    }
    let patient = at(&garcia, &cluster.nodes[alive]);
    patient.say(&thread, "Who is there?");
    cluster.wait_for_equal_states(alive);
}
