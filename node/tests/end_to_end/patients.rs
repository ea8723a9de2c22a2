//! What patients, proxies and partners see: their own, whole and in order, and not a trace of anything else.

use serde_json::{Value, json};

use crate::support::clinic::Clinic;
use crate::support::person::{Person, assert_contiguous, path_of};
use crate::support::socket::Socket;

/// The first conversation that somebody has with a patient of that name, as that somebody sees it.
#[track_caller]
pub fn thread_of(staff: &Person, patient: &str) -> String {
    let all = staff.conversations("/v1/conversations?scope=mine");
    let thread = all
        .iter()
        .find(|shown| shown["kind"] == "patient" && shown["patient"]["name"] == patient);
    thread.unwrap_or_else(|| panic!("{} has no thread of {patient}", staff.name))["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Every path that reads something below a conversation.
pub fn reading_paths(conversation: &str) -> Vec<String> {
    [
        "",
        "/events",
        "/events?before=100000",
        "/members",
        "/messages/1/receipts",
        "/messages/2/versions",
    ]
    .map(|rest| path_of(conversation, rest))
    .to_vec()
}

#[test]
fn a_patient_sees_only_what_is_about_them() {
    let clinic = Clinic::demo();
    let [garcia, tran, rosa] = clinic.people(["garcia", "hanh.tran", "rosa"]);
    let patient = |who: &Person, name: &str| {
        let own = who.conversations("/v1/inbox");
        assert!(!own.is_empty(), "{} has a conversation from the start", who.name);
        for shown in &own {
            assert_eq!(
                (&shown["kind"], &shown["patient"]["name"]),
                (&json!("patient"), &json!(name))
            );
        }
        own.iter()
            .map(|shown| shown["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (of_garcia, of_tran) = (patient(&garcia, "Maria Garcia"), patient(&tran, "Leo Tran"));
    let everything = rosa.conversations("/v1/conversations?scope=organization");
    let all: Vec<&str> = everything.iter().map(|shown| shown["id"].as_str().unwrap()).collect();
    let nothing = "con_00000000000000000000000001";
    let unknown = garcia.get(&path_of(nothing, "")).refused(404, "not_found");
    let mut asked = 0;
    for (who, own) in [(&garcia, &of_garcia), (&tran, &of_tran)] {
        let others = all.iter().filter(|id| !own.iter().any(|mine| mine == *id));
        for id in others.take(12) {
            for path in reading_paths(id) {
                assert_eq!(who.get(&path).refused(404, "not_found"), unknown, "{path}");
                asked += 1;
            }
            who.send(id, &json!({ "body": "let me in" })).refused(404, "not_found");
            who.post(&path_of(id, "/members"), &json!({ "person_id": who.id }))
                .refused(404, "not_found");
        }
        for list in ["/v1/people", "/v1/patients", "/v1/audit"] {
            who.get(list).refused(403, "forbidden");
        }
        for scope in ["mine", "organization", "public"] {
            let shown = who.conversations(&format!("/v1/conversations?scope={scope}"));
            assert!(
                shown
                    .iter()
                    .all(|shown| own.iter().any(|mine| shown["id"] == json!(mine))),
                "{scope}"
            );
        }
    }
    assert!(asked > 50, "{asked}");
}

#[test]
fn a_patient_writes_with_the_care_team_and_begins_a_topic() {
    let clinic = Clinic::demo();
    let [garcia, okafor, tess] = clinic.people(["garcia", "okafor", "tess"]);
    let mut okafor_socket = Socket::connect(&okafor, None);
    let topic = json!({ "kind": "patient", "patient_id": garcia.id, "topic": "Itching" });
    let thread = garcia.begin(&topic);
    let seq = garcia.say(&thread, "It itches since yesterday.");
    let told = okafor_socket.expect_event(&thread, seq);
    assert_eq!(told["actor"]["kind"], "patient");
    // Urgency is the clinic's own matter, not a patient's button.
    for priority in ["urgent", "stat"] {
        garcia
            .send(&thread, &json!({ "body": "now!", "priority": priority }))
            .refused(403, "forbidden");
    }
    garcia
        .send(&thread, &json!({ "body": "a note", "audience": "team" }))
        .refused(404, "not_found");
    okafor
        .send(&thread, &json!({ "body": "Come in at nine", "priority": "urgent" }))
        .expect(201);
    // What a patient may have read is taken back and written anew, never changed under their eyes.
    let mistaken = okafor.say(&thread, "Come in at ten");
    let edit = okafor.patch(
        &path_of(&thread, &format!("/messages/{mistaken}")),
        &json!({ "body": "at nine" }),
    );
    edit.refused(409, "edit_window_closed");
    okafor
        .delete(&path_of(&thread, &format!("/messages/{mistaken}?reason=wrong%20time")))
        .expect(200);
    assert_contiguous(&garcia.history(&thread), 1);
    assert!(
        !garcia
            .get(&path_of(&thread, "/events"))
            .text()
            .contains("Come in at ten"),
        "taken back"
    );
    // Neither patient nor proxy drops out of the chart's thread, nor brings anybody in.
    garcia
        .delete(&path_of(&thread, &format!("/members/{}", garcia.id)))
        .refused(403, "forbidden");
    garcia
        .post(&path_of(&thread, "/members"), &json!({ "person_id": tess.id }))
        .refused(403, "forbidden");
    garcia
        .patch(&path_of(&thread, ""), &json!({ "state": "archived" }))
        .refused(403, "forbidden");
    let about_another = json!({ "kind": "patient", "patient_id": okafor.id, "topic": "Not mine" });
    garcia
        .post("/v1/conversations", &about_another)
        .refused(404, "not_found");
}

#[test]
fn the_care_team_has_seen_it_without_a_name() {
    let clinic = Clinic::demo();
    let [garcia, okafor, wen] = clinic.people(["garcia", "okafor", "wen"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let mut garcia_socket = Socket::connect(&garcia, None);
    let sent = garcia
        .send(&thread, &json!({ "body": "Is the result there?" }))
        .expect(201);
    let (seq, number) = (sent["seq"].as_u64().unwrap(), sent["number"].as_u64().unwrap());
    let last_of = |who: &Person| who.conversation(&thread)["last_seq"].as_u64().unwrap();
    wen.post(&path_of(&thread, "/delivered"), &json!({ "seq": last_of(&wen) }))
        .expect(200);
    okafor
        .post(&path_of(&thread, "/read"), &json!({ "seq": last_of(&okafor) }))
        .expect(200);
    let seen = garcia_socket.expect_event(&thread, seq + 1);
    assert_eq!(
        seen["event"],
        json!({ "type": "read", "up_to_seq": seq, "up_to_number": number })
    );
    assert!(seen.get("actor").is_none(), "{seen}");
    // Who else reads it later is no news to a patient.
    wen.post(&path_of(&thread, "/read"), &json!({ "seq": last_of(&wen) }))
        .expect(200);
    let answer = okafor.say(&thread, "Tomorrow");
    garcia_socket.expect_event(&thread, seq + 2);
    assert!(answer > seq + 2, "the team counts more events than the patient");
    assert_contiguous(&garcia_socket.events_of(&thread), seq);

    let receipts = garcia
        .get(&path_of(&thread, &format!("/messages/{seq}/receipts")))
        .expect(200);
    let names: Vec<&Value> = receipts["receipts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|receipt| &receipt["name"])
        .collect();
    assert_eq!(names, ["Your care team"]);
    assert!(receipts["receipts"][0]["read_at_ms"].is_u64());
    let members = garcia.get(&path_of(&thread, "/members")).expect(200);
    for member in members["members"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|member| member["kind"] == "staff")
    {
        assert_eq!(
            (&member["read_seq"], &member["delivered_seq"]),
            (&json!(0), &json!(0)),
            "{member}"
        );
        assert_eq!(member["read_number"], number, "how far the team came, for all of them");
    }
    // Who of the staff has it is the team's business as well.
    let history = okafor.history(&thread);
    let question = history
        .iter()
        .find(|event| event["event"]["body"] == "Is the result there?")
        .unwrap();
    okafor
        .post(&path_of(&thread, "/acknowledge"), &json!({ "seq": question["seq"] }))
        .expect(200);
    assert_eq!(okafor.history(&thread).last().unwrap()["event"]["type"], "acknowledged");
    let history = garcia.history(&thread);
    assert_contiguous(&history, 1);
    assert_eq!(history.last().unwrap()["event"]["body"], "Tomorrow");
    assert!(
        history
            .iter()
            .all(|event| event["event"].get("acknowledged_by").is_none() || event["actor"]["kind"] == "staff")
    );
}

#[test]
fn a_patient_without_an_active_account_is_not_written_to() {
    let clinic = Clinic::demo();
    let [okafor, teo, garcia] = clinic.people(["okafor", "teo", "garcia"]);
    let invited = thread_of(&okafor, "Noemi Garcia");
    assert_eq!(okafor.conversation(&invited)["patient"]["state"], "invited");
    okafor
        .send(&invited, &json!({ "body": "Welcome" }))
        .refused(409, "patient_account_inactive");
    okafor
        .send(&invited, &json!({ "body": "Has not come yet", "audience": "team" }))
        .expect(201);
    // An account that is closed: the same from that moment on, and back again.
    let thread = thread_of(&okafor, "Maria Garcia");
    let state = |state: &str| teo.patch(&format!("/v1/people/{}", garcia.id), &json!({ "state": state }));
    state("suspended").expect(200);
    okafor
        .send(&thread, &json!({ "body": "Are you there?" }))
        .refused(409, "patient_account_inactive");
    garcia.get("/v1/me").refused(401, "not_signed_in");
    state("active").expect(200);
    okafor.say(&thread, "Welcome back");
}

#[test]
fn a_partner_sees_only_what_it_was_brought_into() {
    let clinic = Clinic::demo();
    let [haas, raman, okafor] = clinic.people(["haas", "raman", "okafor"]);
    let own = haas.conversations("/v1/conversations?scope=mine");
    for shown in &own {
        assert_eq!(shown["my"]["member"], true, "{shown}");
        assert!(matches!(shown["kind"].as_str(), Some("group" | "channel")), "{shown}");
    }
    for scope in ["organization", "public"] {
        assert_eq!(
            haas.conversations(&format!("/v1/conversations?scope={scope}")),
            Vec::<Value>::new(),
            "{scope}"
        );
    }
    for list in ["/v1/people", "/v1/patients", "/v1/audit"] {
        haas.get(list).refused(403, "forbidden");
    }
    let thread = thread_of(&okafor, "Maria Garcia");
    let group = raman.begin_group("Delayed samples", &[]);
    for id in [&thread, &group] {
        for path in reading_paths(id) {
            haas.get(&path).refused(404, "not_found");
        }
    }
    let bring_in = |by: &Person, room: &str| by.post(&path_of(room, "/members"), &json!({ "person_id": haas.id }));
    bring_in(&okafor, &thread).refused(403, "forbidden");
    let mut haas_socket = Socket::connect(&haas, None);
    bring_in(&raman, &group).expect(200);
    let seq = raman.say(&group, "Where are they?");
    assert_eq!(
        haas_socket.expect_event(&group, seq)["event"]["body"],
        "Where are they?"
    );
    haas.say(&group, "On their way");
    raman
        .delete(&path_of(&group, &format!("/members/{}", haas.id)))
        .expect(200);
    haas.get(&path_of(&group, "/events")).refused(404, "not_found");
}
