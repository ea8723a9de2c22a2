//! Breaking the glass: reading without belonging, for a reason and a time, by few, and on the record.

use serde_json::json;

use crate::patients::thread_of;
use crate::support::clinic::Clinic;
use crate::support::now_ms;
use crate::support::person::{Person, path_of};

const REASON: &str = "Found unconscious in the lobby, no other physician on site";

fn break_glass(who: &Person, conversation: &str, reason: &str, minutes: u32) -> crate::support::http::Response {
    who.post(
        "/v1/break-glass",
        &json!({ "conversation_id": conversation, "reason": reason, "minutes": minutes }),
    )
}

#[test]
fn a_physician_reads_a_patient_of_others_with_a_reason() {
    let clinic = Clinic::demo();
    let [park, okafor, adeyemi] = clinic.people(["park", "okafor", "adeyemi"]);
    let thread = thread_of(&park, "Arjun Singh");
    okafor.get(&path_of(&thread, "/events")).refused(404, "not_found");
    for (reason, minutes) in [
        ("because", 5),
        (REASON, 0),
        (REASON, 481),
        (&*"x".repeat(501), 5),
        ("          ", 5),
    ] {
        break_glass(&okafor, &thread, reason, minutes).refused(422, "invalid");
    }
    okafor.get(&path_of(&thread, "/events")).refused(404, "not_found");

    let before_ms = now_ms();
    let broken = break_glass(&okafor, &thread, REASON, 5).expect(200);
    let expires_at_ms = broken["expires_at_ms"].as_u64().unwrap();
    assert!(
        (before_ms + 299_000..now_ms() + 301_000).contains(&expires_at_ms),
        "{broken}"
    );
    let my = &okafor.conversation(&thread)["my"];
    assert_eq!(
        (&my["basis"], &my["basis_until_ms"]),
        (&json!("break_glass"), &json!(expires_at_ms))
    );
    assert!(!okafor.history(&thread).is_empty());
    // Reading is all: no word, no mark, no place in the room, no other thread of the patient's physician.
    okafor
        .send(&thread, &json!({ "body": "I read this" }))
        .refused(409, "not_a_member");
    okafor
        .post(&path_of(&thread, "/read"), &json!({ "seq": 1 }))
        .refused(409, "not_a_member");
    okafor
        .post(&path_of(&thread, "/members"), &json!({ "person_id": okafor.id }))
        .refused(403, "forbidden");
    let other = thread_of(&park, "Hector Morales");
    okafor.get(&path_of(&other, "/events")).refused(404, "not_found");

    let lines = adeyemi.audit(&format!("?person_id={}", okafor.id));
    let line = lines
        .iter()
        .find(|line| line["action"] == "glass_broken" && line["outcome"] == "accepted")
        .unwrap();
    assert_eq!(
        (&line["reason"], &line["conversation_id"]),
        (&json!(REASON), &json!(thread))
    );
    assert_eq!(line["device"], "device of okafor");
    let refused = lines
        .iter()
        .filter(|line| line["action"] == "glass_broken" && line["outcome"] == "invalid");
    assert_eq!(refused.count(), 5);
    let read = lines
        .iter()
        .find(|line| line["action"] == "content_read" && line["outcome"] == "accepted")
        .unwrap();
    assert_eq!(
        (&read["basis"], &read["conversation_id"]),
        (&json!("break_glass"), &json!(thread))
    );
}

#[test]
fn for_all_others_there_is_nothing_behind_the_glass() {
    let clinic = Clinic::demo();
    let [park, okafor, wen, tess, teo, garcia, haas, adeyemi] =
        clinic.people(["park", "okafor", "wen", "tess", "teo", "garcia", "haas", "adeyemi"]);
    let thread = thread_of(&park, "Arjun Singh");
    let room = park.begin_group("Salaries", &[]);
    let nothing = "con_00000000000000000000000001";
    for who in [&wen, &tess, &teo, &garcia, &haas] {
        let unknown = break_glass(who, nothing, REASON, 5).refused(404, "not_found");
        for conversation in [&thread, &room] {
            let refused = break_glass(who, conversation, REASON, 5).refused(404, "not_found");
            assert_eq!(refused, unknown, "{}", who.name);
            who.get(&path_of(conversation, "/events")).refused(404, "not_found");
        }
    }
    // A physician for patients, the compliance officer for anything.
    break_glass(&okafor, &room, REASON, 5).refused(404, "not_found");
    break_glass(&adeyemi, &room, REASON, 5).expect(200);
    assert_eq!(adeyemi.history(&room).len(), 1);
    // It is one person's glass.
    break_glass(&okafor, &thread, REASON, 5).expect(200);
    wen.get(&path_of(&thread, "/events")).refused(404, "not_found");
}
