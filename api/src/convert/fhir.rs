//! From what this interface says to how FHIR R4 says it.
//!
//! Stands between the wire's own objects and their twins there; decides nothing, and shows nothing that the own object does not.

use corridor_domain::calendar::instant;
use corridor_protocol::fhir::{
    Bundle, Coded, Coding, Entry, Identifier, Issue, Link, Outcome, Period, Reference, Resource, Restriction,
    SearchMode, Task, Text,
};
use corridor_protocol::{self as wire, Author, Party, PatientSummary, Problem};

/// The tables of HL7 version 2 know the number of a medical record as MR.
const MEDICAL_RECORD: Coding = Coding {
    system: "http://terminology.hl7.org/CodeSystem/v2-0203",
    code: "MR",
};

/// The id of a resource: FHIR allows letters, digits, dashes and points.
pub fn id(own: &str) -> String {
    own.replace('_', "-")
}

/// The reverse of [`id`].
pub fn own_id(id: &str) -> String {
    id.replacen('-', "_", 1)
}

/// The status there of a task's state.
pub fn status(state: &str) -> &'static str {
    match state {
        "done" => "completed",
        "cancelled" => "cancelled",
        _ => "requested",
    }
}

/// A task.
pub fn task(task: &wire::Task) -> Task {
    let is_open = task.closed_at_ms.is_none();
    let (code, description) = match task.cause.as_str() {
        "unread" => (
            "A message was not read in time",
            "The patient has not read a message in time: reach them another way",
        ),
        _ => ("Asked by a colleague", task.title.as_str()),
    };
    let (owner, performer_type) = match &task.assignee {
        Party::Person { person } => (author(person), Vec::new()),
        Party::Role { role } => (of_role(role), vec![text(&role.replace('_', " "))]),
    };
    // Who did it is its owner in the end, whoever it was given to.
    let owner = task.closed_by.as_ref().map_or(owner, author);
    Task {
        resource_type: "Task",
        id: id(&task.id),
        status: status(&task.state),
        business_status: task.overdue.then(|| text("overdue")),
        intent: "order",
        code: text(code),
        description: said(description),
        focus: focus(task),
        patient: task.patient.as_ref().map(patient),
        execution_period: task.closed_at_ms.map(until),
        authored_on: instant(task.created_at_ms),
        requester: author(&task.created_by),
        performer_type: if is_open { performer_type } else { Vec::new() },
        owner,
        restriction: task.due_at_ms.map(|due_ms| Restriction { period: until(due_ms) }),
    }
}

/// No text of FHIR is empty.
fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn text(text: &str) -> Text {
    Text { text: text.to_owned() }
}

fn until(end_ms: u64) -> Period {
    Period { end: instant(end_ms) }
}

fn known_by(value: String) -> Identifier {
    Identifier { kind: None, value }
}

fn focus(task: &wire::Task) -> Reference {
    let conversation = &task.conversation_id;
    let (kind, value) = match task.seq {
        Some(seq) => (Some("Communication"), format!("{conversation}/messages/{seq}")),
        None => (None, conversation.clone()),
    };
    Reference {
        kind,
        identifier: known_by(value),
        display: said(&task.topic),
    }
}

fn patient(patient: &PatientSummary) -> Reference {
    let kind = Some(Coded {
        coding: [MEDICAL_RECORD],
    });
    Reference {
        kind: Some("Patient"),
        identifier: Identifier {
            kind,
            value: patient.mrn.clone(),
        },
        display: said(&patient.name),
    }
}

fn author(author: &Author) -> Reference {
    let kind = match author.kind.as_str() {
        "patient" => Some("Patient"),
        "proxy" => Some("RelatedPerson"),
        "service" => Some("Device"),
        "staff" | "partner" => Some("Practitioner"),
        _ => None,
    };
    Reference {
        kind,
        identifier: known_by(author.id.clone()),
        display: said(&author.name),
    }
}

fn of_role(role: &str) -> Reference {
    Reference {
        kind: Some("PractitionerRole"),
        identifier: known_by(role.to_owned()),
        display: said(&role.replace('_', " ")),
    }
}

/// What a search found. `base`: the address below which resources are read, where it is known; `shown` of them are told.
pub fn search_set(base: Option<&str>, asked: &str, found: &[wire::Task], shown: usize, more: bool) -> Bundle {
    let is_at = |task: &Task| base.map(|base| format!("{base}/Task/{}", task.id));
    let matches = found.iter().take(shown).map(task).map(|task| Entry {
        full_url: is_at(&task),
        resource: Resource::Task(Box::new(task)),
        search: SearchMode { mode: "match" },
    });
    let mut entry: Vec<Entry> = matches.collect();
    // Who asks for a number only is told no more.
    if shown > 0 && (more || shown < found.len()) {
        let (severity, code) = match more {
            true => ("warning", "too-costly"),
            false => ("information", "informational"),
        };
        let diagnostics = "There are more than are shown. Ask for fewer: by status, owner or patient.";
        entry.push(Entry {
            full_url: None,
            resource: Resource::Outcome(issue(severity, code, "more", diagnostics)),
            search: SearchMode { mode: "outcome" },
        });
    }
    Bundle {
        resource_type: "Bundle",
        kind: "searchset",
        total: (!more).then_some(found.len()),
        link: vec![Link {
            relation: "self",
            url: asked.to_owned(),
        }],
        entry,
    }
}

/// A problem.
pub fn outcome(problem: &Problem) -> Outcome {
    let code = match problem.status {
        401 => "login",
        403 => "forbidden",
        404 => "not-found",
        409 => "conflict",
        413 => "too-long",
        422 => "invalid",
        429 => "throttled",
        503 => "transient",
        _ => "exception",
    };
    issue("error", code, &problem.code, &problem.detail)
}

fn issue(severity: &'static str, code: &'static str, details: &str, diagnostics: &str) -> Outcome {
    Outcome {
        resource_type: "OperationOutcome",
        issue: [Issue {
            severity,
            code,
            details: text(details),
            diagnostics: diagnostics.to_owned(),
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn who(id: &str, name: &str, kind: &str) -> Author {
        Author {
            id: id.to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            title: String::new(),
        }
    }

    fn open() -> wire::Task {
        wire::Task {
            id: "tsk_01m".to_owned(),
            conversation_id: "con_0a".to_owned(),
            topic: "General".to_owned(),
            patient: Some(PatientSummary {
                id: "per_0m".to_owned(),
                name: "Maria Garcia".to_owned(),
                mrn: "MRN-10240".to_owned(),
                birth_date: "1984-03-12".to_owned(),
                state: "active".to_owned(),
            }),
            seq: Some(12),
            title: "Call her".to_owned(),
            cause: "asked".to_owned(),
            created_by: who("per_0o", "Chidi Okafor", "staff"),
            created_at_ms: 1_796_083_445_007,
            assignee: Party::Role {
                role: "front_desk".to_owned(),
            },
            fallen_from: None,
            due_at_ms: Some(1_796_083_446_000),
            overdue: true,
            state: "open".to_owned(),
            closed_by: None,
            closed_at_ms: None,
        }
    }

    fn json_of(of: &wire::Task) -> Value {
        serde_json::to_value(task(of)).unwrap()
    }

    #[test]
    fn an_open_task_of_a_role_says_all_that_it_is() {
        let expected = json!({
            "resourceType": "Task",
            "id": "tsk-01m",
            "status": "requested",
            "businessStatus": { "text": "overdue" },
            "intent": "order",
            "code": { "text": "Asked by a colleague" },
            "description": "Call her",
            "focus": { "type": "Communication", "identifier": { "value": "con_0a/messages/12" }, "display": "General" },
            "for": {
                "type": "Patient",
                "identifier": {
                    "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR" }] },
                    "value": "MRN-10240",
                },
                "display": "Maria Garcia",
            },
            "authoredOn": "2026-12-01T00:04:05.007Z",
            "requester": { "type": "Practitioner", "identifier": { "value": "per_0o" }, "display": "Chidi Okafor" },
            "performerType": [{ "text": "front desk" }],
            "owner": { "type": "PractitionerRole", "identifier": { "value": "front_desk" }, "display": "front desk" },
            "restriction": { "period": { "end": "2026-12-01T00:04:06.000Z" } },
        });
        assert_eq!(json_of(&open()), expected);
    }

    #[test]
    fn a_closed_one_belongs_to_who_closed_it_and_has_an_end() {
        let done = wire::Task {
            state: "done".to_owned(),
            overdue: false,
            seq: None,
            closed_by: Some(who("per_0r", "Rosa Delgado", "staff")),
            closed_at_ms: Some(1_796_083_447_000),
            ..open()
        };
        let said = json_of(&done);
        assert_eq!(
            (&said["status"], &said["owner"]["display"], &said["performerType"]),
            (&json!("completed"), &json!("Rosa Delgado"), &Value::Null)
        );
        assert_eq!(said["executionPeriod"], json!({ "end": "2026-12-01T00:04:07.000Z" }));
        assert_eq!(
            said["focus"],
            json!({ "identifier": { "value": "con_0a" }, "display": "General" })
        );
        assert_eq!(said["businessStatus"], Value::Null);
        assert_eq!(status("cancelled"), "cancelled");
    }

    #[test]
    fn what_was_not_read_says_what_is_to_be_done_and_a_patient_who_asks_is_one() {
        let unread = wire::Task {
            cause: "unread".to_owned(),
            title: String::new(),
            created_by: who("per_0c", "Lucia Garcia", "proxy"),
            ..open()
        };
        let said = json_of(&unread);
        assert!(said["description"].as_str().unwrap().contains("reach them another way"));
        assert_eq!(said["requester"]["type"], "RelatedPerson");
    }

    #[test]
    fn nothing_that_is_empty_is_said() {
        let bare = wire::Task {
            topic: String::new(),
            title: String::new(),
            created_by: who("per_0x", "", "unknown"),
            ..open()
        };
        let said = json_of(&bare);
        assert_eq!(
            said["focus"],
            json!({ "type": "Communication", "identifier": { "value": "con_0a/messages/12" } })
        );
        assert_eq!(said["requester"], json!({ "identifier": { "value": "per_0x" } }));
        assert_eq!(said.get("description"), None);
    }

    #[test]
    fn a_search_says_what_it_found_and_whether_that_is_all() {
        let found = [open(), open()];
        let all = serde_json::to_value(search_set(Some("https://a/v1/fhir"), "/asked", &found, 2, false)).unwrap();
        assert_eq!((&all["total"], all["entry"].as_array().unwrap().len()), (&json!(2), 2));
        assert_eq!(all["entry"][0]["fullUrl"], "https://a/v1/fhir/Task/tsk-01m");
        assert_eq!(all["entry"][1]["search"]["mode"], "match");
        let one = serde_json::to_value(search_set(None, "/asked", &found, 1, false)).unwrap();
        assert_eq!(
            (&one["total"], &one["entry"][1]["search"]["mode"]),
            (&json!(2), &json!("outcome"))
        );
        assert_eq!(one["entry"][1]["resource"]["issue"][0]["severity"], "information");
        assert_eq!(one["entry"][0].get("fullUrl"), None);
        let count = serde_json::to_value(search_set(None, "/asked", &found, 0, false)).unwrap();
        assert_eq!((&count["total"], count.get("entry")), (&json!(2), None));
        let part = serde_json::to_value(search_set(None, "/asked", &found, 2, true)).unwrap();
        assert_eq!(
            (part.get("total"), &part["entry"][2]["resource"]["issue"][0]["severity"]),
            (None, &json!("warning"))
        );
        let nothing = serde_json::to_value(search_set(None, "/asked", &[], 5, false)).unwrap();
        assert_eq!((&nothing["total"], nothing.get("entry")), (&json!(0), None));
    }

    #[test]
    fn problems_keep_their_code_and_ids_go_both_ways() {
        let problem = Problem::new(404, "not_found", "not found", "There is no such thing here for you.");
        let said = serde_json::to_value(outcome(&problem)).unwrap();
        assert_eq!(
            (&said["issue"][0]["code"], &said["issue"][0]["details"]["text"]),
            (&json!("not-found"), &json!("not_found"))
        );
        assert_eq!(own_id(&id("tsk_01m")), "tsk_01m");
    }
}
