//! What keeps words from the wrong reader: labels, what is confidential, the check for another patient, moving a message, the timeline.

use serde_json::{Value, json};

use crate::patients::thread_of;
use crate::support::auditor::Auditor;
use crate::support::clinic::Clinic;
use crate::support::http::Response;
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;
use crate::support::{new_command_id, now_ms};

fn restrict(who: &Person, conversation: &str, step: &Value) -> Response {
    who.post(&path_of(conversation, "/restriction"), step)
}

fn may(who: &Person, conversation: &str) -> Vec<Value> {
    let shown = who.conversation(conversation);
    shown["my"]["may"].as_array().unwrap().clone()
}

/// J05: "no Part 2", and J04: "excluded unless the grant names it".
#[test]
fn a_label_takes_a_conversation_out_of_the_queue_and_of_coverage() {
    let clinic = Clinic::demo();
    let [okafor, jonas, rosa, garcia, lindqvist] = clinic.people(["okafor", "jonas", "rosa", "garcia", "lindqvist"]);
    let mut auditor = Auditor::new(&clinic);
    let thread = thread_of(&okafor, "Maria Garcia");
    let queued = |who: &Person| {
        let page = who.get("/v1/queue?stage=all").expect(200);
        let rows = page["conversations"].as_array().unwrap().clone();
        rows.iter().any(|row| row["id"] == json!(thread))
    };
    let cover = |of_labelled: bool| {
        let leave = json!({ "covering_id": lindqvist.id, "until_ms": now_ms() + 60_000, "reason": "leave", "of_labelled": of_labelled });
        okafor.post("/v1/coverage", &leave).expect(201)
    };
    assert!(queued(&rosa) && cover(false).get("of_labelled").is_none());
    let mut desk = Socket::connect(&rosa, None);
    desk.send(&json!({ "type": "watch_queue", "active": true }));
    let mut patients = Socket::connect(&garcia, None);
    let mut his = Socket::connect(&jonas, None);
    lindqvist.get(&path_of(&thread, "/events")).expect(200);
    auditor.lines();
    restrict(&rosa, &thread, &json!({ "step": "label", "sensitivity": "part_2" })).refused(403, "forbidden");
    restrict(&garcia, &thread, &json!({ "step": "label", "sensitivity": "part_2" })).refused(403, "forbidden");
    restrict(&okafor, &thread, &json!({ "step": "label", "sensitivity": "part_3" })).refused(422, "invalid");
    restrict(&okafor, &thread, &json!({ "step": "label", "sensitivity": "part_2" })).expect(200);
    let labelled = his.expect(|frame| frame["event"]["type"] == "labelled");
    assert_eq!(labelled["event"]["sensitivity"], "part_2");
    desk.expect(|frame| frame["type"] == "queue_closed");
    assert!(!queued(&rosa));
    rosa.get(&path_of(&thread, "/events")).refused(404, "not_found");
    lindqvist.get(&path_of(&thread, "/events")).refused(404, "not_found");
    let outcomes: Vec<Value> = auditor.lines().iter().map(|line| line["action"].clone()).collect();
    assert!(outcomes.contains(&json!("conversation_labelled")), "{outcomes:?}");
    // The patient goes on and learns nothing of it.
    garcia.say(&thread, "Am I still heard?");
    assert!(garcia.conversation(&thread).get("sensitivity").is_none());
    assert_eq!(okafor.conversation(&thread)["sensitivity"], "part_2");
    patients.send(&json!({ "type": "heartbeat" }));
    patients.expect(|frame| frame["type"] == "heartbeat");
    assert!(patients.seen.iter().all(|frame| !frame.to_string().contains("part_2")));
    // Whose grant names such conversations covers it.
    let mine = okafor.get("/v1/coverage").expect(200)["coverages"][0]["id"].clone();
    okafor
        .post(&format!("/v1/coverage/{}/end", mine.as_str().unwrap()), &json!({}))
        .expect(200);
    assert_eq!(cover(true)["of_labelled"], true);
    lindqvist.get(&path_of(&thread, "/events")).expect(200);
    // A medical assistant gives the label, a physician takes it away.
    assert!(!may(&jonas, &thread).contains(&json!("unlabel")) && may(&okafor, &thread).contains(&json!("unlabel")));
    restrict(&jonas, &thread, &json!({ "step": "label" })).refused(403, "forbidden");
    restrict(&okafor, &thread, &json!({ "step": "label" })).expect(200);
    assert!(queued(&rosa));
}

#[test]
fn a_childs_confidential_topic_is_kept_from_who_acts_for_them() {
    let clinic = Clinic::demo();
    let [teo, raman, leo, hanh] = clinic.people(["teo", "raman", "leo.tran", "hanh.tran"]);
    let set = |years: Value| {
        let body = json!({ "confidential_from_years": years, "undo_s": 10 });
        teo.command("PUT", "/v1/safeguards", &body, &new_command_id())
    };
    let begin = |who: &Person, topic: &str| {
        let request = json!({ "kind": "patient", "patient_id": leo.id, "topic": topic, "confidential": true });
        who.post("/v1/conversations", &request)
    };
    begin(&leo, "Between us").refused(409, "too_young");
    set(json!(0)).refused(422, "invalid");
    raman
        .command("PUT", "/v1/safeguards", &json!({ "undo_s": 10 }), &new_command_id())
        .refused(403, "forbidden");
    let mut childs = Socket::connect(&leo, None);
    set(json!(1)).expect(200);
    childs.expect(|frame| frame["type"] == "settings_changed");
    assert_eq!(
        raman.get("/v1/settings").expect(200)["safeguards"],
        json!({ "confidential_from_years": 1, "undo_s": 10 })
    );
    begin(&hanh, "Between us").refused(403, "forbidden");
    let mut mothers = Socket::connect(&hanh, None);
    let topic = begin(&leo, "Between us").expect(201)["conversation_id"]
        .as_str()
        .unwrap()
        .to_owned();
    leo.say(&topic, "Please do not tell my mother.");
    assert_eq!(leo.conversation(&topic)["confidential"], true);
    hanh.get(&path_of(&topic, "")).refused(404, "not_found");
    let seen = hanh.get("/v1/inbox").expect(200);
    assert!(!seen.to_string().contains("Between us"));

    // One that both had: from then on the mother is out, and is told so.
    let shared = leo.begin(&json!({ "kind": "patient", "patient_id": leo.id, "topic": "School" }));
    hanh.say(&shared, "Which day is best?");
    restrict(&hanh, &shared, &json!({ "step": "confidential", "confidential": true })).refused(403, "forbidden");
    restrict(&leo, &shared, &json!({ "step": "confidential", "confidential": true })).expect(200);
    let told = mothers.expect(|frame| frame["event"]["type"] == "confidential_changed");
    assert_eq!(told["event"]["left"][0]["id"], json!(hanh.id));
    leo.say(&shared, "Now it is only us.");
    hanh.get(&path_of(&shared, "/events")).refused(404, "not_found");
    hanh.send(&shared, &json!({ "body": "Hello?" }))
        .refused(404, "not_found");
    mothers.send(&json!({ "type": "heartbeat" }));
    mothers.expect(|frame| frame["type"] == "heartbeat");
    assert!(mothers.seen.iter().all(|frame| !frame.to_string().contains("only us")));
    let add = json!({ "person_id": hanh.id, "history": "from_now" });
    raman.get(&path_of(&shared, "")).expect(200);
    let member = leo.conversation(&shared)["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["person_id"].clone())
        .collect::<Vec<_>>();
    assert!(!member.contains(&json!(hanh.id)));
    raman
        .post(&path_of(&shared, "/members"), &add)
        .refused(403, "forbidden");
}

#[test]
fn a_message_that_names_another_patient_is_held_back_where_its_author_asks() {
    let clinic = Clinic::demo();
    let [okafor, garcia] = clinic.people(["okafor", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let checked = |body: &str| okafor.send(&thread, &json!({ "body": body, "check_patient": true }));
    let last_seq = okafor.conversation(&thread)["last_seq"].clone();
    let problem = checked("The result for Leo Tran is in.").refused(409, "another_patient");
    assert_eq!(problem["found"], json!([{ "what": "name", "text": "Leo Tran" }]));
    let marta = okafor.get("/v1/patients?q=Marta").expect(200)["patients"][0].clone();
    let number = marta["patient"]["mrn"].as_str().unwrap();
    let problem = checked(&format!("Your chart, {number}, is ready.")).refused(409, "another_patient");
    assert_eq!(problem["found"][0], json!({ "what": "record_number", "text": number }));
    let born = marta["patient"]["birth_date"].as_str().unwrap();
    checked(&format!("DOB {born}")).refused(409, "another_patient");
    assert_eq!(okafor.conversation(&thread)["last_seq"], last_seq, "nothing was sent");
    checked(&format!("The visit of {born} is paid.")).expect(201);
    checked("Maria, your result is in. Yours, Dr. Okafor").expect(201);
    let sent = okafor.send(&thread, &json!({ "body": "The result for Leo Tran is in." }));
    sent.expect(201);
    // Over the socket as well; patients are never asked.
    let mut his = Socket::connect(&okafor, None);
    let command =
        json!({ "type": "send_message", "conversation_id": thread, "body": "Leo Tran", "check_patient": true });
    his.send(&json!({ "type": "command", "id": new_command_id(), "command": command }));
    let answer = his.expect(|frame| frame["type"] == "result");
    assert_eq!(
        (&answer["problem"]["code"], &answer["problem"]["found"][0]["text"]),
        (&json!("another_patient"), &json!("Leo Tran"))
    );
    garcia
        .send(&thread, &json!({ "body": "Is Leo Tran here?", "check_patient": true }))
        .expect(201);
    // Whoever comes new is known at once.
    let teo = clinic.person("teo");
    let new = json!({ "kind": "patient", "name": "Ottilie Quandt", "mrn": "MRN-77001", "birth_date": "1961-02-03", "care_team": [okafor.id] });
    teo.post("/v1/people", &new).expect(201);
    checked("mrn 77001 is hers").refused(409, "another_patient");
    let confirm = json!({ "person_id": okafor.id, "body": "For Ottilie Quandt", "check_patient": true });
    let rosa = clinic.person("rosa");
    rosa.post(&path_of(&thread, "/on-behalf"), &confirm)
        .refused(409, "another_patient");
    let later = json!({ "at_ms": now_ms() + 60_000, "body": "For Ottilie Quandt", "check_patient": true });
    okafor
        .post(&path_of(&thread, "/scheduled"), &later)
        .refused(409, "another_patient");
}

#[test]
fn a_message_is_moved_to_the_right_patient() {
    let clinic = Clinic::demo();
    let [okafor, jonas, garcia] = clinic.people(["okafor", "jonas", "garcia"]);
    let mut auditor = Auditor::new(&clinic);
    let wrong = thread_of(&okafor, "Maria Garcia");
    let right = thread_of(&okafor, "Alice Bennett");
    let seq = okafor.say(&wrong, "Alice, the potassium is 6.9.");
    let notes = okafor
        .send(&wrong, &json!({ "body": "and a note", "audience": "team" }))
        .expect(201)["seq"]
        .clone();
    let moved = |who: &Person, from: &str, seq: &Value, to: &str, id: &str| {
        who.command(
            "POST",
            &path_of(from, &format!("/messages/{seq}/move")),
            &json!({ "to_id": to }),
            id,
        )
    };
    let (seq, id) = (json!(seq), new_command_id());
    moved(&jonas, &wrong, &seq, &right, &id).refused(403, "forbidden");
    moved(&garcia, &wrong, &json!(1), &right, &id).refused(403, "forbidden");
    moved(&okafor, &wrong, &json!(99_999), &right, &new_command_id()).refused(404, "not_found");
    moved(&okafor, &wrong, &seq, &wrong, &new_command_id()).refused(422, "invalid");
    let talk = okafor.begin(&json!({ "kind": "direct", "person_id": jonas.id }));
    moved(&okafor, &wrong, &seq, &talk, &new_command_id()).refused(422, "invalid");
    assert!(
        garcia
            .history(&wrong)
            .iter()
            .any(|event| event["event"]["body"] == "Alice, the potassium is 6.9.")
    );
    auditor.lines();
    let done = moved(&okafor, &wrong, &seq, &right, &id).expect(201);
    assert_eq!(
        moved(&okafor, &wrong, &seq, &right, &id).expect(201),
        done,
        "asked twice it is one"
    );
    assert_eq!(done["conversation_id"], json!(right));
    let there = okafor.history(&right);
    let arrived = there
        .iter()
        .filter(|event| event["event"]["body"] == "Alice, the potassium is 6.9.");
    assert_eq!(arrived.count(), 1);
    let here = garcia.history(&wrong);
    assert!(
        here.iter()
            .all(|event| !event.to_string().contains("potassium") && !event.to_string().contains("Bennett"))
    );
    let lines = auditor.lines();
    let line = lines.iter().find(|line| line["action"] == "message_moved").unwrap();
    let ranges = line["ranges"].as_array().unwrap();
    let places: Vec<&Value> = ranges.iter().map(|range| &range["conversation_id"]).collect();
    assert_eq!(places, [&json!(wrong), &json!(right)]);
    moved(&okafor, &wrong, &notes, &right, &new_command_id()).expect(201);
    let last = okafor.history(&right).pop().unwrap();
    assert_eq!(
        (&last["event"]["body"], &last["event"]["audience"]),
        (&json!("and a note"), &json!("team"))
    );
}

#[test]
fn a_patients_conversations_stand_in_one_line_of_time() {
    let clinic = Clinic::demo();
    let [okafor, garcia, hanh, adeyemi] = clinic.people(["okafor", "garcia", "hanh.tran", "adeyemi"]);
    let mut auditor = Auditor::new(&clinic);
    let general = thread_of(&okafor, "Maria Garcia");
    let knee = garcia.begin(&json!({ "kind": "patient", "patient_id": garcia.id, "topic": "The knee" }));
    for (conversation, body) in [(&general, "one"), (&knee, "two"), (&general, "three"), (&knee, "four")] {
        garcia.say(conversation, body);
    }
    okafor
        .send(&knee, &json!({ "body": "a note", "audience": "team" }))
        .expect(201);
    let path = format!("/v1/patients/{}/timeline", garcia.id);
    let bodies = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| {
                format!(
                    "{}: {}",
                    item["topic"].as_str().unwrap(),
                    item["event"]["body"].as_str().unwrap_or("-")
                )
            })
            .collect()
    };
    auditor.lines();
    let topic = okafor.conversation(&general)["topic"].as_str().unwrap().to_owned();
    let page = okafor.get(&format!("{path}?limit=5")).expect(200);
    let expected = [
        format!("{topic}: one"),
        "The knee: two".to_owned(),
        format!("{topic}: three"),
        "The knee: four".to_owned(),
        "The knee: a note".to_owned(),
    ];
    assert_eq!(bodies(&page), expected);
    let look = auditor.one("content_read", "accepted");
    assert_eq!(look["ranges"].as_array().unwrap().len(), 2);
    let patients = garcia.get(&format!("{path}?limit=4")).expect(200);
    assert_eq!(bodies(&patients), expected[..4]);
    // Page by page there is everything, once.
    let (mut all, mut before) = (Vec::new(), String::new());
    loop {
        let page = okafor.get(&format!("{path}?limit=3{before}")).expect(200);
        all.splice(..0, bodies(&page));
        match page.get("next_before") {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    let whole = okafor.get(&path).expect(200);
    assert_eq!(bodies(&whole), all);
    for stranger in [&hanh, &adeyemi] {
        stranger.get(&path).refused(404, "not_found");
    }
    okafor
        .get("/v1/patients/per_00000000000000000000000000/timeline")
        .refused(404, "not_found");
}

#[test]
fn whoever_writes_from_a_patients_account_shows_who_they_are() {
    let clinic = Clinic::demo();
    let [okafor, garcia, rosa] = clinic.people(["okafor", "garcia", "rosa"]);
    let mut auditor = Auditor::new(&clinic);
    let thread = thread_of(&okafor, "Maria Garcia");
    let mut phone = Socket::connect(&garcia, None);
    let mut his = Socket::connect(&okafor, None);
    let ask = |who: &Person| who.post(&path_of(&thread, "/identity"), &json!({}));
    let confirm =
        |password: &str| garcia.post(&path_of(&thread, "/identity/confirm"), &json!({ "password": password }));
    let right = crate::support::clinic::password_of("garcia");
    confirm(right).refused(409, "nothing_to_do");
    ask(&garcia).refused(403, "forbidden");
    ask(&rosa).refused(409, "not_a_member");
    assert!(okafor.conversation(&thread).get("identity_check").is_none());
    ask(&okafor).expect(200);
    phone.expect(|frame| frame["event"]["type"] == "identity_asked");
    assert_eq!(
        garcia.conversation(&thread)["identity_check"]["asked_by"]["id"],
        json!(okafor.id)
    );
    auditor.lines();
    confirm("not the password of anybody").refused(409, "not_confirmed");
    let line = auditor.one("identity_confirmed", "not_confirmed");
    assert!(!line.to_string().contains("password of anybody"));
    confirm(right).expect(200);
    let shown = his.expect(|frame| frame["event"]["type"] == "identity_confirmed");
    assert_eq!(shown["actor"]["id"], json!(garcia.id));
    assert_eq!(
        okafor.conversation(&thread)["identity_check"]["confirmed_by"]["id"],
        json!(garcia.id)
    );
    ask(&okafor).expect(200);
    for _ in 0..8 {
        confirm("not the password of anybody");
    }
    confirm(right).refused(429, "rate_limited");
}
