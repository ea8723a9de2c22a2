//! Channels that are not for what is about patients (T-14), and edits: words are held back where whoever writes them asks.

use serde_json::{Value, json};

use crate::patients::thread_of;
use crate::support::clinic::Clinic;
use crate::support::http::Response;
use crate::support::new_command_id;
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;

fn checked(who: &Person, conversation: &str, body: &str) -> Response {
    who.send(conversation, &json!({ "body": body, "check_patient": true }))
}

fn edited(who: &Person, conversation: &str, seq: u64, body: &str) -> Response {
    let edit = json!({ "body": body, "check_patient": true });
    who.patch(&path_of(conversation, &format!("/messages/{seq}")), &edit)
}

fn found(problem: &Value) -> Vec<(&str, &str)> {
    let all = problem["found"].as_array().unwrap().iter();
    all.map(|found| (found["what"].as_str().unwrap(), found["text"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_patient_is_not_named_where_patients_are_not_written_about() {
    let clinic = Clinic::demo();
    let [okafor, jonas, teo, haas] = clinic.people(["okafor", "jonas", "teo", "haas"]);
    let channel = |who: &Person, topic: &str, visibility: &str, phi_allowed: bool, members: &[&Person]| {
        let member_ids: Vec<&str> = members.iter().map(|member| member.id.as_str()).collect();
        who.begin(&json!({
            "kind": "channel", "topic": topic, "visibility": visibility, "phi_allowed": phi_allowed, "member_ids": member_ids,
        }))
    };
    let lunch = channel(&okafor, "lunch", "public", false, &[]);
    let last_seq = okafor.conversation(&lunch)["last_seq"].clone();
    let problem = checked(&okafor, &lunch, "MRN-10204 brought cake").refused(409, "names_a_patient");
    assert_eq!(found(&problem), [("record_number", "MRN-10204")]);
    let problem = checked(&okafor, &lunch, "It was Marta Garcia (12/03/1948).").refused(409, "names_a_patient");
    assert_eq!(
        found(&problem),
        [("name", "Marta Garcia"), ("birth_date", "12/03/1948")]
    );
    assert_eq!(okafor.conversation(&lunch)["last_seq"], last_seq, "nothing was sent");
    // A name alone is anybody's, and so is a day. What is sent without the check is sent.
    let seq = checked(&okafor, &lunch, "Marta Garcia brought cake").expect(201)["seq"]
        .as_u64()
        .unwrap();
    checked(&okafor, &lunch, "Since 12/03/1948 there was no such cake").expect(201);
    okafor.say(&lunch, "MRN-10204 brought cake");
    // A new version is looked at as a message is, over the socket too.
    edited(&okafor, &lunch, seq, "MRN-10204 brought cake").refused(409, "names_a_patient");
    edited(&okafor, &lunch, seq, "Marta brought cake").expect(200);
    let mut his = Socket::connect(&okafor, None);
    let command = json!({
        "type": "edit_message", "conversation_id": lunch, "seq": seq, "body": "mrn 10204", "check_patient": true,
    });
    his.send(&json!({ "type": "command", "id": new_command_id(), "command": command }));
    let answer = his.expect(|frame| frame["type"] == "result");
    assert_eq!(answer["problem"]["code"], "names_a_patient");
    // Elsewhere patients are written about.
    let cases = channel(&okafor, "cases", "public", true, &[]);
    checked(&okafor, &cases, "MRN-10204 is next").expect(201);
    let talk = okafor.begin(&json!({ "kind": "direct", "person_id": jonas.id }));
    checked(&okafor, &talk, "MRN-10204 is next").expect(201);
    // Whoever may not look patients up learns from no answer that there is one.
    let partners = channel(&teo, "specimens", "partner", false, &[&haas]);
    checked(&teo, &partners, "MRN-10204").refused(409, "names_a_patient");
    checked(&haas, &partners, "MRN-10204").expect(201);
}

#[test]
fn a_new_version_that_names_another_patient_is_held_back() {
    let clinic = Clinic::demo();
    let okafor = clinic.person("okafor");
    let thread = thread_of(&okafor, "Maria Garcia");
    let note = json!({ "body": "The result is in.", "audience": "team" });
    let seq = okafor.send(&thread, &note).expect(201)["seq"].as_u64().unwrap();
    let problem = edited(&okafor, &thread, seq, "The result for Leo Tran is in.").refused(409, "another_patient");
    assert_eq!(found(&problem), [("name", "Leo Tran")]);
    edited(&okafor, &thread, seq, "The result for Maria Garcia is in.").expect(200);
    let plain = json!({ "body": "The result for Leo Tran is in." });
    okafor
        .patch(&path_of(&thread, &format!("/messages/{seq}")), &plain)
        .expect(200);
}
