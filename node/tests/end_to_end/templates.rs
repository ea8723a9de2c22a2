//! Words that are used again: the clinic's, and one's own.

use serde_json::{Value, json};

use crate::support::clinic::Clinic;
use crate::support::new_command_id;
use crate::support::person::Person;

#[test]
fn words_that_are_used_again_are_the_clinics_or_ones_own() {
    let clinic = Clinic::demo();
    let [teo, okafor, wen, garcia] = clinic.people(["teo", "okafor", "wen", "garcia"]);
    let templates = okafor.get("/v1/templates").expect(200)["templates"].clone();
    let before: Vec<Value> = templates
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].clone())
        .collect();
    assert!(before.contains(&json!("Results normal")), "{before:?}");
    let refill = json!({ "name": "Refill sent", "body": "Your refill is sent, {patient.first_name}.", "shared": true });
    okafor.post("/v1/templates", &refill).refused(403, "forbidden");
    let id = new_command_id();
    let made = teo.command("POST", "/v1/templates", &refill, &id).expect(201);
    assert_eq!(teo.command("POST", "/v1/templates", &refill, &id).expect(201), made);
    let own = json!({ "name": "My greeting", "body": "Hello from the knee clinic." });
    let mine = okafor.post("/v1/templates", &own).expect(201)["template_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let names = |who: &Person| -> Vec<Value> {
        let list = who.get("/v1/templates").expect(200);
        list["templates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|template| template["name"].clone())
            .filter(|name| !before.contains(name))
            .collect()
    };
    assert_eq!(
        (names(&okafor), names(&wen)),
        (
            vec![json!("My greeting"), json!("Refill sent")],
            vec![json!("Refill sent")]
        )
    );
    garcia.get("/v1/templates").refused(403, "forbidden");
    let path = format!("/v1/templates/{mine}");
    let change = |who: &Person, body: &Value| who.command("PUT", &path, body, &new_command_id());
    change(&wen, &own).refused(404, "not_found");
    change(&okafor, &json!({ "name": "Hello", "body": "Hello." })).expect(200);
    change(&okafor, &json!({ "name": " ", "body": "Hello." })).refused(422, "invalid");
    change(&okafor, &json!({ "name": "Hello", "body": "x".repeat(4_001) })).refused(422, "invalid");
    wen.delete(&path).refused(404, "not_found");
    okafor.delete(&path).expect(200);
    okafor.delete(&path).refused(404, "not_found");
    assert_eq!(names(&okafor), [json!("Refill sent")]);
}
