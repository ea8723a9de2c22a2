//! What is pinned to a patient's chart: a copy that nothing changes, in the right chart, and never for the patient's eyes.

use serde_json::{Value, json};

use crate::patients::thread_of;
use crate::support::auditor::Auditor;
use crate::support::clinic::Clinic;
use crate::support::http::Response;
use crate::support::new_command_id;
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;

fn pins(who: &Person, conversation: &str) -> Vec<Value> {
    let list = who.get(&path_of(conversation, "/pins")).expect(200);
    list["pins"].as_array().unwrap().clone()
}

#[test]
fn what_is_pinned_stays_as_it_was() {
    let clinic = Clinic::demo();
    let [okafor, jonas, rosa, garcia, lindqvist] = clinic.people(["okafor", "jonas", "rosa", "garcia", "lindqvist"]);
    let mut auditor = Auditor::new(&clinic);
    let thread = thread_of(&okafor, "Maria Garcia");
    let patient = okafor.conversation(&thread)["patient"].clone();
    let to_her = |seqs: &[&Value], summary: &str| {
        json!({
            "patient_id": patient["id"], "mrn": patient["mrn"], "birth_date": patient["birth_date"], "seqs": seqs, "summary": summary,
        })
    };
    let pin = |who: &Person, conversation: &str, request: &Value| -> Response {
        who.post(&path_of(conversation, "/pins"), request)
    };
    garcia.say(&thread, "It swells at night.");
    let asked = okafor.conversation(&thread)["last_seq"].clone();
    let note = json!({ "body": "Twice this week.", "audience": "team" });
    let noted = okafor.send(&thread, &note).expect(201)["seq"].clone();
    let mut patients = Socket::connect(&garcia, None);
    let mut his = Socket::connect(&jonas, None);
    auditor.lines();
    let request = to_her(&[&asked, &noted], "Watch the knee until Monday.");
    let (path, id) = (path_of(&thread, "/pins"), new_command_id());
    let made = okafor.command("POST", &path, &request, &id).expect(201);
    assert_eq!(
        okafor.command("POST", &path, &request, &id).expect(201),
        made,
        "asked twice it is one"
    );
    let event = his.expect(|frame| frame["event"]["type"] == "pinned");
    assert_eq!(
        (&event["event"]["pin_id"], &event["event"]["patient"]["id"]),
        (&made["pin_id"], &patient["id"])
    );
    let seen = pins(&jonas, &thread);
    let shown = &seen[0];
    assert_eq!(
        (&shown["id"], &shown["summary"], &shown["by"]["id"], &shown["patient"]),
        (
            &made["pin_id"],
            &json!("Watch the knee until Monday."),
            &json!(okafor.id),
            &patient
        )
    );
    let bodies: Vec<&Value> = shown["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| &said["body"])
        .collect();
    assert_eq!(bodies, ["It swells at night.", "Twice this week."]);
    let actions: Vec<Value> = auditor.lines().iter().map(|line| line["action"].clone()).collect();
    assert_eq!(actions, ["pinned", "pins_read"]);
    // Taken back in the conversation, it is in the chart as it was, and says so by its digest.
    okafor
        .delete(&path_of(&thread, &format!("/messages/{noted}")))
        .expect(200);
    assert_eq!(pins(&jonas, &thread), seen);
    // The patient finds nothing of it, and is told nothing.
    garcia.get(&path).refused(403, "forbidden");
    pin(&garcia, &thread, &request).refused(403, "forbidden");
    patients.send(&json!({ "type": "heartbeat" }));
    patients.expect(|frame| frame["type"] == "heartbeat");
    assert!(patients.seen.iter().all(|frame| frame["event"]["type"] != "pinned"));
    // Into a namesake's chart nothing gets: each of the three names must be hers, and the conversation about her.
    for (field, value) in [("mrn", "MRN-99999"), ("birth_date", "1900-01-01")] {
        let mut other = request.clone();
        other[field] = json!(value);
        pin(&okafor, &thread, &other).refused(409, "not_this_patient");
    }
    let refused = auditor
        .lines()
        .into_iter()
        .find(|line| line["outcome"] == "not_this_patient");
    assert_eq!(refused.map(|line| line["action"].clone()), Some(json!("pinned")));
    // From a talk among colleagues: in the chart for whoever may see that, without the way back to the talk.
    let talk = okafor.begin(&json!({ "kind": "direct", "person_id": lindqvist.id }));
    let said = okafor.say(&talk, "I would wait with surgery.");
    pin(&okafor, &talk, &to_her(&[&json!(said)], "")).expect(201);
    let theirs = pins(&jonas, &thread).remove(0);
    assert_eq!(theirs["messages"][0]["body"], "I would wait with surgery.");
    assert!(theirs.get("conversation_id").is_none());
    assert_eq!(pins(&okafor, &thread)[0]["conversation_id"], json!(talk));
    // Bad requests change nothing.
    pin(&okafor, &thread, &to_her(&[], " ")).refused(422, "invalid");
    pin(&okafor, &thread, &to_her(&[], &"x".repeat(8_001))).refused(422, "invalid");
    pin(&okafor, &thread, &to_her(&[&noted], "")).refused(409, "already_retracted");
    pin(&rosa, &talk, &to_her(&[], "s")).refused(404, "not_found");
    rosa.get(&path_of(&talk, "/pins")).refused(404, "not_found");
    assert_eq!(pins(&jonas, &thread).len(), 2);
}
