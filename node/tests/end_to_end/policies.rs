//! What a clinic allows its people to do with words that were written: for how long they are edited, and whether others reply where a label
//! stands.

use serde_json::{Value, json};

use crate::patients::thread_of;
use crate::support::auditor::Auditor;
use crate::support::clinic::Clinic;
use crate::support::http::Response;
use crate::support::new_command_id;
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;

fn set(who: &Person, edit_window_s: u32, on_behalf_of_labelled: bool) -> Response {
    let policies = json!({ "edit_window_s": edit_window_s, "on_behalf_of_labelled": on_behalf_of_labelled });
    who.command("PUT", "/v1/policies", &policies, &new_command_id())
}

fn seen(who: &Person) -> Value {
    who.get("/v1/settings").expect(200)["policies"].clone()
}

#[test]
fn a_clinic_says_how_long_words_are_edited() {
    let clinic = Clinic::demo();
    let [teo, okafor, wen] = clinic.people(["teo", "okafor", "wen"]);
    let mut auditor = Auditor::new(&clinic);
    assert_eq!(
        seen(&okafor),
        json!({ "edit_window_s": 900, "on_behalf_of_labelled": true })
    );
    let id = okafor
        .post("/v1/conversations", &json!({ "kind": "direct", "person_id": wen.id }))
        .expect(201)["conversation_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let seq = okafor.send(&id, &json!({ "body": "Ibuprofen" })).expect(201)["seq"].clone();
    let path = path_of(&id, &format!("/messages/{seq}"));
    let edit = |body: &str| okafor.patch(&path, &json!({ "body": body }));
    edit("Ibuprofen 400").expect(200);
    let mut screen = Socket::connect(&okafor, None);
    auditor.lines();
    set(&okafor, 0, true).refused(403, "forbidden");
    auditor.one("settings_changed", "forbidden");
    set(&teo, 86_401, true).refused(422, "invalid");
    auditor.lines();
    set(&teo, 0, true).expect(200);
    auditor.one("settings_changed", "accepted");
    set(&teo, 0, true).refused(409, "nothing_to_do");
    screen.expect(|frame| frame["type"] == "settings_changed");
    assert_eq!(seen(&okafor)["edit_window_s"], 0);
    edit("Ibuprofen 600").refused(409, "edit_window_closed");
    okafor.send(&id, &json!({ "body": "As you like" })).expect(201);
    set(&teo, 86_400, true).expect(200);
    edit("Ibuprofen 600").expect(200);
}

#[test]
fn a_clinic_keeps_replies_on_behalf_out_of_conversations_with_a_label() {
    let clinic = Clinic::demo();
    let [teo, okafor, wen, garcia] = clinic.people(["teo", "okafor", "wen", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let team = json!({ "care_team": [okafor.id, wen.id] });
    // It may be so already.
    let _ = teo.patch(&format!("/v1/people/{}", garcia.id), &team);
    let take = json!({ "step": "take" });
    okafor.post(&path_of(&thread, "/care"), &take).expect(200);
    let label = json!({ "step": "label", "sensitivity": "part_2" });
    okafor.post(&path_of(&thread, "/restriction"), &label).expect(200);
    let confirm = || {
        let asked = json!({ "person_id": okafor.id, "body": "Come at two." });
        wen.post(&path_of(&thread, "/on-behalf"), &asked)
    };
    let offered = || wen.conversation(&thread)["care"].get("on_behalf_of").is_some();
    let token = confirm().expect(201)["token"].clone();
    assert!(offered());
    set(&teo, 900, false).expect(200);
    assert!(!offered(), "what is refused is not offered");
    confirm().refused(409, "on_behalf_refused");
    let message = json!({ "body": "Come at two.", "on_behalf": { "person_id": okafor.id, "token": token } });
    wen.send(&thread, &message).refused(409, "on_behalf_refused");
    set(&teo, 900, true).expect(200);
    wen.send(&thread, &message).expect(201);
}
