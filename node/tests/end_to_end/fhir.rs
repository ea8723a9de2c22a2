//! Tasks as FHIR R4 serves them: read and searched with the rights and the record of every other look, and every failure in its words.

use serde_json::{Value, json};

use crate::patients::thread_of;
use crate::support::auditor::Auditor;
use crate::support::clinic::Clinic;
use crate::support::http::{Request, Response};
use crate::support::now_ms;
use crate::support::person::{Person, path_of};

const KIND: &str = "application/fhir+json; fhirVersion=4.0";

fn fhir(response: Response, status: u16) -> Value {
    assert_eq!(response.header("content-type"), Some(KIND));
    response.expect(status)
}

fn outcome(response: Response, status: u16, code: &str, own: &str) {
    let outcome = fhir(response, status);
    assert_eq!(outcome["resourceType"], "OperationOutcome");
    let issue = &outcome["issue"][0];
    assert_eq!(
        (&issue["severity"], &issue["code"], &issue["details"]["text"]),
        (&json!("error"), &json!(code), &json!(own))
    );
}

fn make(who: &Person, conversation: &str, task: &Value) -> String {
    let made = who.post(&path_of(conversation, "/tasks"), task).expect(201);
    made["task_id"].as_str().unwrap().to_owned()
}

fn found(who: &Person, query: &str) -> Vec<String> {
    let bundle = fhir(who.get(&format!("/v1/fhir/Task{query}")), 200);
    assert_eq!(
        (&bundle["resourceType"], &bundle["type"]),
        (&json!("Bundle"), &json!("searchset"))
    );
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    let tasks = entries.iter().filter(|entry| entry["search"]["mode"] == "match");
    tasks
        .map(|entry| entry["resource"]["description"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn tasks_are_read_and_searched_by_a_program_that_knows_fhir_only() {
    let clinic = Clinic::demo();
    let [okafor, jonas, garcia, rosa] = clinic.people(["okafor", "jonas", "garcia", "rosa"]);
    let marias = thread_of(&okafor, "Maria Garcia");
    let alices = thread_of(&okafor, "Alice Bennett");
    let seq = garcia.say(&marias, "Please call me about the new pill.");
    let at_team = okafor.conversation(&marias)["last_seq"].clone();
    let due_ms = now_ms() + 60_000;
    let request = json!({ "title": "Fhir: call her", "assignee": { "person_id": jonas.id }, "seq": at_team, "due_at_ms": due_ms });
    let first = make(&okafor, &marias, &request);
    let of_desk = json!({ "title": "Fhir: find a date", "assignee": { "role": "front_desk" } });
    let second = make(&okafor, &alices, &of_desk);
    assert!(seq > 0);

    let mut auditor = Auditor::new(&clinic);
    auditor.lines();
    let path = format!("/v1/fhir/Task/{}", first.replace('_', "-"));
    let task = fhir(okafor.get(&path), 200);
    assert_eq!(
        (&task["status"], &task["intent"], &task["description"]),
        (&json!("requested"), &json!("order"), &json!("Fhir: call her"))
    );
    assert_eq!(task["owner"]["identifier"]["value"], json!(jonas.id));
    assert_eq!(task["requester"]["identifier"]["value"], json!(okafor.id));
    assert_eq!(task["for"]["display"], "Maria Garcia");
    let mrn = task["for"]["identifier"]["value"].as_str().unwrap().to_owned();
    let focus = format!("{marias}/messages/{at_team}");
    assert_eq!(task["focus"]["identifier"]["value"], json!(focus));
    assert!(task["restriction"]["period"]["end"].as_str().unwrap().ends_with('Z'));
    let looks: Vec<Value> = auditor.lines().iter().map(|line| line["action"].clone()).collect();
    assert_eq!(looks, ["tasks_read"], "a look by FHIR is on the record as any other");

    assert_eq!(
        found(&okafor, &format!("?patient:identifier={mrn}&status=requested")),
        ["Fhir: call her"]
    );
    assert_eq!(
        found(
            &okafor,
            &format!("?owner:identifier={}&patient:identifier=%7C{mrn}", jonas.id)
        ),
        ["Fhir: call her"]
    );
    let id = second.replace('_', "-");
    assert_eq!(
        found(&okafor, &format!("?_id={id}&owner:identifier=front_desk")),
        ["Fhir: find a date"]
    );
    assert_eq!(
        found(&okafor, &format!("?_id={id}&status=completed,cancelled")),
        Vec::<String>::new()
    );
    rosa.post(&format!("/v1/tasks/{second}"), &json!({ "step": "complete" }))
        .expect(200);
    assert_eq!(
        found(&okafor, &format!("?_id={id}&status=completed")),
        ["Fhir: find a date"]
    );
    assert_eq!(
        found(&okafor, &format!("?_id={id}&status=cancelled")),
        Vec::<String>::new()
    );
    assert_eq!(
        found(&okafor, &format!("?_id={id}&owner:identifier={}", rosa.id)),
        ["Fhir: find a date"]
    );

    let bundle = fhir(
        okafor.get("/v1/fhir/Task?_count=1&_format=application/fhir%2Bjson"),
        200,
    );
    let base = format!("http://{}/v1/fhir", okafor.address);
    let entry = &bundle["entry"][0];
    let full_url = format!("{base}/Task/{}", entry["resource"]["id"].as_str().unwrap());
    assert_eq!(entry["fullUrl"], json!(full_url));
    assert!(bundle["total"].as_u64().unwrap() >= 2, "{bundle}");
    assert_eq!(
        bundle["entry"][1]["search"]["mode"], "outcome",
        "it says that there are more"
    );
    assert_eq!(
        bundle["link"][0]["url"],
        "/v1/fhir/Task?_count=1&_format=application/fhir%2Bjson"
    );
}

#[test]
fn nobody_sees_by_fhir_what_they_must_not_and_every_failure_is_an_outcome() {
    let clinic = Clinic::demo();
    let [okafor, garcia, teo] = clinic.people(["okafor", "garcia", "teo"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let task = make(
        &okafor,
        &thread,
        &json!({ "title": "Kept", "assignee": { "role": "nurse" } }),
    );
    let id = task.replace('_', "-");
    let read = format!("/v1/fhir/Task/{id}");

    for path in [read.as_str(), "/v1/fhir/Task"] {
        outcome(garcia.get(path), 403, "forbidden", "forbidden");
        let stranger = Request::new("GET", path).send(okafor.address);
        outcome(stranger, 401, "login", "not_signed_in");
    }
    let mut auditor = Auditor::new(&clinic);
    auditor.lines();
    outcome(teo.get(&read), 404, "not-found", "not_found");
    let tried = auditor.lines();
    assert_eq!(tried[0]["action"], "tasks_read", "{tried:?}");
    assert_ne!(
        tried[0]["outcome"], "accepted",
        "a try is on the record as one: {tried:?}"
    );
    assert_eq!(
        found(&teo, &format!("?_id={id}")),
        Vec::<String>::new(),
        "an administrator works with no patients"
    );

    for wrong in [
        "tsk-0",
        "x",
        "tsk_%00",
        "..%2f..",
        &"a".repeat(2_000),
        &"tsk-".repeat(9),
    ] {
        outcome(
            okafor.get(&format!("/v1/fhir/Task/{wrong}")),
            404,
            "not-found",
            "not_found",
        );
    }
    for wrong in [
        "?status=open",
        "?status=",
        "?status=requested,",
        "?owner:identifier=per_x",
        "?owner:identifier=king",
        "?patient:identifier=",
        "?patient:identifier=urn:x|MRN-10240",
        "?patient:identifier=MRN-10240,MRN-10204",
        "?owner=Practitioner/1",
        "?_count=-1",
        "?_count=x",
        "?_format=xml",
        "?_id=7",
        "?patient=1",
        "?_include=Task:patient",
        "?status=requested&status=completed",
    ] {
        outcome(okafor.get(&format!("/v1/fhir/Task{wrong}")), 422, "invalid", "invalid");
    }
    outcome(okafor.get("/v1/fhir/Patient/1"), 404, "not-found", "not_found");
    assert_eq!(
        okafor.post("/v1/fhir/Task", &json!({})).status,
        405,
        "nothing is changed by FHIR"
    );

    let metadata = fhir(Request::new("GET", "/v1/fhir/metadata").send(okafor.address), 200);
    assert_eq!(
        (
            &metadata["resourceType"],
            &metadata["fhirVersion"],
            &metadata["rest"][0]["resource"][0]["type"]
        ),
        (&json!("CapabilityStatement"), &json!("4.0.1"), &json!("Task"))
    );
}
