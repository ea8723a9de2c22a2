//! What a clinic sets for itself: guidance, hours, modules, who answers first; sites and rights; and who is available to patients.

use serde_json::{Value, json};

use crate::patients::thread_of;
use crate::support::auditor::Auditor;
use crate::support::clinic::Clinic;
use crate::support::new_command_id;
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;

fn set(who: &Person, settings: &Value) -> crate::support::http::Response {
    who.command("PUT", "/v1/settings", settings, &new_command_id())
}

fn settings(patients: bool, team: bool) -> Value {
    json!({
        "guidance": "Emergency? Call 911.\nWe answer within a working day.",
        "hours": [{ "day": 0, "from_minute": 480, "until_minute": 1020 }],
        "zone": "America/New_York", "patients": patients, "team": team,
        "reasons": [{ "number": 1, "name": "Refill", "role": "nurse" }, { "number": 2, "name": "Bill", "role": "billing" }],
    })
}

#[test]
fn a_clinic_says_who_answers_first_and_patients_read_its_guidance() {
    let clinic = Clinic::demo();
    let [teo, okafor, rosa, garcia] = clinic.people(["teo", "okafor", "rosa", "garcia"]);
    let mut auditor = Auditor::new(&clinic);
    let mut phone = Socket::connect(&garcia, None);
    auditor.lines();
    set(&rosa, &settings(true, true)).refused(403, "forbidden");
    auditor.one("settings_changed", "forbidden");
    set(&teo, &settings(true, true)).expect(200);
    set(&teo, &settings(true, true)).refused(409, "nothing_to_do");
    phone.expect(|frame| frame["type"] == "settings_changed");
    let seen = garcia.get("/v1/settings").expect(200);
    assert!(seen["settings"]["guidance"].as_str().unwrap().contains("911"));
    assert_eq!(
        seen["settings"]["reasons"],
        json!([{ "number": 1, "name": "Refill" }, { "number": 2, "name": "Bill" }]),
        "who answers for what is the team's business"
    );
    let reachable = seen["reachable"].as_array().unwrap();
    assert!(reachable.iter().any(|author| author["id"] == json!(okafor.id)));
    assert!(okafor.get("/v1/settings").expect(200).get("reachable").is_none());
    let begin = |reason: Value, to: Value| {
        let mut body = json!({ "kind": "patient", "patient_id": garcia.id, "topic": "A question" });
        body["reason"] = reason;
        body["to_id"] = to;
        garcia.post("/v1/conversations", &body)
    };
    let begun = |answer: crate::support::http::Response| {
        let id = answer.expect(201)["conversation_id"].as_str().unwrap().to_owned();
        okafor.conversation(&id)["care"]["party"].clone()
    };
    assert_eq!(begun(begin(json!(1), Value::Null)), json!({ "role": "nurse" }));
    assert_eq!(
        begun(begin(Value::Null, json!(okafor.id)))["person"]["id"],
        json!(okafor.id)
    );
    begin(json!(9), Value::Null).refused(404, "not_found");
    // Not available: asked for by nobody, and the team goes on.
    let me = format!("/v1/people/{}", okafor.id);
    okafor.patch(&me, &json!({ "available": false })).expect(200);
    assert_eq!(okafor.get("/v1/me").expect(200)["person"]["available"], false);
    begin(Value::Null, json!(okafor.id)).refused(409, "not_available");
    assert_eq!(begun(begin(json!(2), Value::Null)), json!({ "role": "billing" }));
    rosa.patch(&me, &json!({ "available": true })).refused(403, "forbidden");
}

#[test]
fn modules_are_off_with_a_clear_refusal_and_everything_said_stays() {
    let clinic = Clinic::demo();
    let [teo, okafor, jonas, garcia] = clinic.people(["teo", "okafor", "jonas", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let direct = okafor.begin(&json!({ "kind": "direct", "person_id": jonas.id }));
    okafor.say(&direct, "before");
    set(&teo, &settings(false, true)).expect(200);
    for who in [&okafor, &garcia] {
        who.send(&thread, &json!({ "body": "now" }))
            .refused(409, "patient_messages_off");
        let may = who.conversation(&thread)["my"]["may"].clone();
        assert!(!may.as_array().unwrap().contains(&json!("send")), "{may}");
        who.get(&path_of(&thread, "/events")).expect(200);
    }
    okafor.say(&direct, "the team goes on");
    set(&teo, &settings(true, false)).expect(200);
    okafor
        .send(&direct, &json!({ "body": "now" }))
        .refused(409, "team_chat_off");
    okafor
        .post(
            "/v1/conversations",
            &json!({ "kind": "group", "topic": "Rounds", "member_ids": [jonas.id] }),
        )
        .refused(409, "team_chat_off");
    okafor.say(&thread, "patients go on");
    set(&teo, &settings(true, true)).expect(200);
    okafor.say(&direct, "after");
    for wrong in [
        json!({ "patients": true }),
        json!({ "patients": true, "team": true, "hours": [{ "day": 7, "from_minute": 0, "until_minute": 1 }] }),
        json!({ "patients": true, "team": true, "reasons": [{ "number": 1, "name": "x", "role": "administrator" }] }),
        json!({ "patients": true, "team": true, "colour": "blue" }),
    ] {
        set(&teo, &wrong).refused(422, "invalid");
    }
}

#[test]
fn sites_and_rights_are_set_by_administrators() {
    let clinic = Clinic::demo();
    let [teo, rosa, jonas] = clinic.people(["teo", "rosa", "jonas"]);
    let (id, body) = (new_command_id(), json!({ "name": "Hilltop" }));
    let site = teo.command("POST", "/v1/sites", &body, &id).expect(201);
    assert_eq!(teo.command("POST", "/v1/sites", &body, &id).expect(201), site);
    rosa.post("/v1/sites", &body).refused(403, "forbidden");
    teo.post("/v1/sites", &json!({ "name": " " })).refused(422, "invalid");
    let names = rosa.get("/v1/sites").expect(200)["sites"].clone();
    let named = names
        .as_array()
        .unwrap()
        .iter()
        .filter(|site| site["name"] == "Hilltop");
    assert_eq!(named.count(), 1);
    let rights = |body: Value| teo.patch(&format!("/v1/people/{}", jonas.id), &body);
    rights(json!({ "roles": ["organization_queue"] })).refused(409, "queue_needs_more");
    rights(json!({ "site_ids": ["site_00000000000000000000000001"] })).refused(404, "not_found");
    rights(json!({ "roles": ["nurse"], "state": "active" })).refused(422, "invalid");
    rights(json!({ "roles": ["nurse", "organization_queue"], "site_ids": [site["site_id"]] })).expect(200);
    let people = teo.get("/v1/people?q=jonas").expect(200)["people"].clone();
    assert_eq!(people[0]["site_ids"], json!([site["site_id"]]));
    assert_eq!(people[0]["roles"], json!(["nurse", "organization_queue"]));
    rights(json!({ "roles": ["nurse"] })).expect(200);
    let people = teo.get("/v1/people?q=jonas").expect(200)["people"].clone();
    assert_eq!(
        people[0]["site_ids"],
        json!([site["site_id"]]),
        "what is not named stays"
    );
}
