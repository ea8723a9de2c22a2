//! How somebody signs in for the first time: by a code that staff give them (T-16).

use serde_json::{Value, json};

use crate::support::auditor::Auditor;
use crate::support::clinic::Clinic;
use crate::support::http::{Request, Response};
use crate::support::new_command_id;
use crate::support::person::{Person, path_of, try_sign_in};

const PASSWORD: &str = "five unrelated words of noemi";

fn invite(who: &Person, id: &str) -> Response {
    who.post(&format!("/v1/people/{id}/invitation"), &json!({}))
}

fn activate(clinic: &Clinic, code: &Value, login: &str, password: &str) -> Response {
    let said = json!({ "code": code, "login": login, "password": password, "device_name": "phone" });
    Request::new("POST", "/v1/activate")
        .json(&said)
        .send(clinic.node.address)
}

#[test]
fn whoever_cannot_be_written_to_yet_is_invited_and_can_be_then() {
    let clinic = Clinic::demo();
    let [okafor, jonas, sam, garcia, adeyemi] = clinic.people(["okafor", "jonas", "sam", "garcia", "adeyemi"]);
    let mut auditor = Auditor::new(&clinic);
    let noemi = clinic.id_of(&okafor, "patients", "Noemi Garcia");
    let thread = crate::patients::thread_of(&okafor, "Noemi Garcia");
    let hello = json!({ "body": "Welcome!", "audience": "everyone" });
    okafor.send(&thread, &hello).refused(409, "patient_account_inactive");
    auditor.lines();
    for stranger in [&adeyemi, &garcia] {
        invite(stranger, &noemi).refused(403, "forbidden");
    }
    invite(&jonas, &garcia.id).refused(409, "nothing_to_do");
    auditor.lines();
    let path = format!("/v1/people/{noemi}/invitation");
    let id = new_command_id();
    let first = jonas.command("POST", &path, &json!({}), &id).expect(201);
    assert_eq!(
        jonas.command("POST", &path, &json!({}), &id).expect(201),
        first,
        "a retry gets the same code"
    );
    let line = auditor.one("invited", "accepted");
    assert_eq!(
        (&line["actor"]["id"], &line["subject"]["id"]),
        (&json!(jonas.id), &json!(noemi))
    );
    assert!(
        !line
            .to_string()
            .contains(first["code"].as_str().unwrap().split_once('.').unwrap().1)
    );
    // A new code takes the place of the one before.
    let code = invite(&sam, &noemi).expect(201)["code"].clone();
    activate(&clinic, &first["code"], "noemi", PASSWORD).refused(401, "sign_in_failed");
    activate(&clinic, &json!("per_x.y"), "noemi", PASSWORD).refused(401, "sign_in_failed");
    activate(&clinic, &code, "noemi", "short").refused(422, "invalid");
    activate(&clinic, &code, "garcia", PASSWORD).refused(409, "login_taken");
    auditor.lines();
    let signed_in = activate(&clinic, &code, "Noemi", PASSWORD).expect(200);
    assert_eq!(signed_in["person"]["id"], json!(noemi));
    let lines = auditor.lines();
    let actions: Vec<&Value> = lines.iter().map(|line| &line["action"]).collect();
    assert_eq!(actions, ["account_activated", "signed_in"]);
    assert!(
        lines.iter().all(|line| line["actor"]["id"] == json!(noemi)),
        "{lines:?}"
    );
    activate(&clinic, &code, "noemi", PASSWORD).refused(401, "sign_in_failed");
    try_sign_in(clinic.node.address, "noemi", PASSWORD, "phone").expect(200);
    okafor.send(&thread, &hello).expect(201);
    let hers = Person::sign_in(clinic.node.address, "noemi", PASSWORD);
    let history = hers.get(&path_of(&thread, "/events")).expect(200);
    assert!(history.to_string().contains("Welcome!"));
}

#[test]
fn codes_are_not_guessed() {
    let clinic = Clinic::demo();
    let okafor = clinic.person("okafor");
    let noemi = clinic.id_of(&okafor, "patients", "Noemi Garcia");
    let code = invite(&okafor, &noemi).expect(201)["code"].clone();
    let tries = (0_u32..12).map(|guess| {
        let guessed = json!(format!("{noemi}.{guess:032x}"));
        activate(&clinic, &guessed, "noemi", PASSWORD).status
    });
    let answers: Vec<u16> = tries.collect();
    assert!(answers.starts_with(&[401]) && answers.ends_with(&[429]), "{answers:?}");
    // Who has the right one waits as well: from outside it must not be told apart.
    assert_eq!(activate(&clinic, &code, "noemi", PASSWORD).status, 429);
}
