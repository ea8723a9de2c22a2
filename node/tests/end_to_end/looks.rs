//! Looks that go further than a list: page by page, at one patient, at what was taken back; each of them on the record.

use serde_json::{Value, json};

use crate::patients::thread_of;
use crate::support::auditor::Auditor;
use crate::support::clinic::Clinic;
use crate::support::person::{Person, path_of};

fn texts(list: &Value, of: &str) -> Vec<String> {
    let all = list.as_array().unwrap().iter();
    all.map(|each| each[of].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_chart_is_read_page_by_page() {
    let clinic = Clinic::demo();
    let [okafor, jonas, adeyemi] = clinic.people(["okafor", "jonas", "adeyemi"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let patient = okafor.conversation(&thread)["patient"].clone();
    let path = path_of(&thread, "/pins");
    let long = "x".repeat(60_000);
    let seqs: Vec<u64> = (0..3).map(|_| okafor.say(&thread, &long)).collect();
    let mut made: Vec<String> = Vec::new();
    for _ in 0..14 {
        let pin = json!({ "patient_id": patient["id"], "mrn": patient["mrn"], "birth_date": patient["birth_date"], "seqs": seqs });
        made.push(
            okafor.post(&path, &pin).expect(201)["pin_id"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    let (mut seen, mut times, mut pages, mut before) = (Vec::new(), Vec::new(), 0, String::new());
    loop {
        let page = jonas.get(&format!("{path}{before}")).expect(200);
        seen.extend(texts(&page["pins"], "id"));
        let of_page = page["pins"].as_array().unwrap().iter();
        times.extend(of_page.map(|pin| pin["at_ms"].as_u64().unwrap()));
        pages += 1;
        assert_eq!(page["more"], json!(page.get("next_before").is_some()));
        match page["next_before"].as_str() {
            Some(next) => before = format!("?before={next}"),
            None => break,
        }
    }
    assert!(pages > 1, "{pages}");
    assert!(times.is_sorted_by(|later, earlier| later >= earlier), "the last first");
    // Those of one millisecond come in any order.
    seen.truncate(14);
    seen.sort();
    made.sort();
    assert_eq!(seen, made, "each once");
    let looks = adeyemi.audit(&format!("?conversation_id={thread}"));
    let looks = looks.iter().filter(|line| line["action"] == "pins_read");
    assert_eq!(looks.count(), pages);
    jonas.get(&format!("{path}?before=7")).refused(422, "invalid");
    jonas
        .get(&format!("{path}?before=pin_00000000000000000000000000"))
        .refused(404, "not_found");
}

#[test]
fn a_patients_conversation_names_the_rooms_beside_it() {
    let clinic = Clinic::demo();
    let [okafor, garcia, rosa, adeyemi] = clinic.people(["okafor", "garcia", "rosa", "adeyemi"]);
    let all = okafor.conversations("/v1/conversations?scope=mine");
    let demos = all
        .iter()
        .find(|shown| shown["topic"] == "Maria Garcia: before and after visits")
        .unwrap();
    let thread = demos["beside_id"].as_str().unwrap();
    let rooms = |who: &Person| who.conversation(thread).get("care_rooms").cloned();
    let named = json!({ "id": demos["id"], "topic": demos["topic"], "state": "open" });
    assert_eq!(rooms(&okafor), Some(json!([named])));
    let room = okafor.begin(&json!({ "kind": "care_room", "beside_id": thread, "topic": "Before the visit" }));
    okafor
        .patch(&path_of(&room, ""), &json!({ "state": "archived" }))
        .expect(200);
    let new = json!({ "id": room, "topic": "Before the visit", "state": "archived" });
    assert_eq!(rooms(&okafor), Some(json!([named, new])));
    // Nothing of them where one may not read them: the patient, who works in the queue, who broke the glass for the conversation alone.
    assert_eq!((rooms(&garcia), rooms(&rosa)), (None, None));
    let reason = "Complaint 4711, asked for by the board";
    let glass = json!({ "conversation_id": thread, "reason": reason, "minutes": 5 });
    adeyemi.post("/v1/break-glass", &glass).expect(200);
    assert_eq!(rooms(&adeyemi), None);
    let lists = okafor.conversations("/v1/inbox");
    assert!(lists.iter().all(|shown| shown.get("care_rooms").is_none()));
}

#[test]
fn a_patient_is_looked_up_with_who_acts_for_them() {
    let clinic = Clinic::demo();
    let [okafor, teo, leo, hanh, haas] = clinic.people(["okafor", "teo", "leo.tran", "hanh.tran", "haas"]);
    let mut auditor = Auditor::new(&clinic);
    let path = format!("/v1/patients/{}", leo.id);
    let profile = okafor.get(&path).expect(200);
    auditor.one("patients_read", "accepted");
    assert_eq!(profile["patient"]["id"], json!(leo.id));
    assert!(profile["patient"]["patient"]["mrn"].is_string());
    assert_eq!(texts(&profile["proxies"], "id"), [hanh.id.as_str()]);
    for stranger in [&leo, &hanh, &haas] {
        stranger.get(&path).refused(403, "forbidden");
        auditor.one("patients_read", "forbidden");
    }
    for nobody in ["per_00000000000000000000000000", &okafor.id, "x"] {
        okafor.get(&format!("/v1/patients/{nobody}")).refused(404, "not_found");
    }
    auditor.lines();
    let found = teo.get("/v1/people?kind=proxy&q=tran").expect(200);
    auditor.one("people_read", "accepted");
    assert_eq!(texts(&found["people"], "id"), [hanh.id.as_str()]);
    assert_eq!(found["people"][0]["proxy_for"], json!([leo.id]));
    okafor.get("/v1/people?kind=proxy").refused(403, "forbidden");
    teo.get("/v1/people?kind=patient").refused(422, "invalid");
    let others = teo.get("/v1/people").expect(200);
    assert!(texts(&others["people"], "kind").iter().all(|kind| kind != "proxy"));
}

#[test]
fn who_may_ask_for_the_queue_is_told_so() {
    let clinic = Clinic::demo();
    for who in clinic.people(["okafor", "rosa", "teo", "adeyemi", "garcia", "haas"]) {
        let me = who.get("/v1/me").expect(200);
        let told = me["permissions"].as_array().unwrap().contains(&json!("patient_queue"));
        assert_eq!(who.get("/v1/queue?limit=1").status == 200, told, "{}", who.name);
    }
}

#[test]
fn the_record_is_read_by_patient() {
    let clinic = Clinic::demo();
    let [okafor, garcia, adeyemi] = clinic.people(["okafor", "garcia", "adeyemi"]);
    let general = thread_of(&okafor, "Maria Garcia");
    let knee = garcia.begin(&json!({ "kind": "patient", "patient_id": garcia.id, "topic": "The knee" }));
    let room = okafor.begin(&json!({ "kind": "care_room", "beside_id": knee, "topic": "Knees" }));
    okafor.say(&room, "for us");
    garcia.say(&general, "for you");
    let of_another = thread_of(&okafor, "Alice Bennett");
    okafor.say(&of_another, "for Alice");
    let (mut lines, mut before) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/audit?patient_id={}&limit=7{before}", garcia.id);
        let page = adeyemi.get(&path).expect(200);
        lines.extend(page["records"].as_array().unwrap().iter().cloned());
        match page.get("next_before") {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    let indexes: Vec<u64> = lines.iter().map(|line| line["index"].as_u64().unwrap()).collect();
    assert!(
        indexes.windows(2).all(|pair| pair[0] > pair[1]),
        "newest first, each once"
    );
    for place in [&general, &knee, &room] {
        assert!(
            lines.iter().any(|line| line["conversation_id"] == json!(place)),
            "{place}"
        );
    }
    assert!(
        lines.iter().any(|line| line["action"] == "signed_in"),
        "what they did themselves"
    );
    assert!(lines.iter().all(|line| line["conversation_id"] != json!(of_another)));
    let both = format!("/v1/audit?patient_id={}&person_id={}", garcia.id, okafor.id);
    adeyemi.get(&both).refused(422, "invalid");
    let path = format!("/v1/audit?patient_id={}", garcia.id);
    okafor.get(&path).refused(403, "forbidden");
}

/// T-02: hidden from participants, there for the compliance officer behind the glass.
#[test]
fn what_was_taken_back_is_there_for_who_reviews_it() {
    let clinic = Clinic::demo();
    let [okafor, jonas, lindqvist, adeyemi] = clinic.people(["okafor", "jonas", "lindqvist", "adeyemi"]);
    let mut auditor = Auditor::new(&clinic);
    let thread = thread_of(&okafor, "Maria Garcia");
    let note = json!({ "body": "She sounds drunk.", "audience": "team" });
    let seq = okafor.send(&thread, &note).expect(201)["seq"].clone();
    let path = path_of(&thread, &format!("/messages/{seq}"));
    let versions = path_of(&thread, &format!("/messages/{seq}/versions"));
    okafor
        .patch(&path, &json!({ "body": "She sounds unwell." }))
        .expect(200);
    okafor.delete(&path).expect(200);
    adeyemi.get(&versions).refused(404, "not_found");
    for who in [&adeyemi, &lindqvist] {
        let glass = json!({ "conversation_id": thread, "reason": "Complaint 4711 of her husband", "minutes": 5 });
        who.post("/v1/break-glass", &glass).expect(200);
    }
    for participant in [&okafor, &jonas, &lindqvist] {
        participant.get(&versions).refused(409, "already_retracted");
    }
    auditor.lines();
    let shown = adeyemi.get(&versions).expect(200);
    let line = auditor.one("content_read", "accepted");
    let there = json!([{ "conversation_id": thread, "numbering": "team", "from_seq": seq, "to_seq": seq }]);
    assert_eq!((&line["basis"], &line["ranges"]), (&json!("break_glass"), &there));
    assert_eq!(
        texts(&shown["versions"], "body"),
        ["She sounds drunk.", "She sounds unwell."]
    );
    assert_eq!(shown["versions"][0]["actor"]["id"], json!(okafor.id));
    // In the history it stays what it is for everybody.
    let history = adeyemi.history(&thread);
    let gone = history.iter().find(|event| event["seq"] == seq).unwrap();
    assert!(gone["event"].get("body").is_none_or(Value::is_null), "{gone}");
}
