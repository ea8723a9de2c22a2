//! Parts of the walk through a coverage (J04) that `coverage.rs` takes at three nodes: the chart, what is said meanwhile, what stays closed, and
//! what stays on the record.

use serde_json::{Value, json};

use super::step;
use crate::support::cluster::{Cluster, at};
use crate::support::new_command_id;
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;

/// What he leaves in her chart, once it is certain that it is hers. The pin, as everybody is shown it.
pub fn pins_a_summary(cluster: &Cluster, okafor: &Person, garcia: &Person, thread: &str) -> Value {
    let namesake = json!({
        "kind": "patient", "name": "Marta Garcia", "mrn": "MRN-2", "birth_date": "1984-12-03", "care_team": [okafor.id],
    });
    let namesake = cluster.add(&namesake);
    let asked = garcia.say(thread, "Do I need the scan?");
    let seq = okafor.conversation(thread)["last_seq"].clone();
    let patient = okafor.conversation(thread)["patient"].clone();
    let summary = json!({
        "patient_id": patient["id"], "mrn": patient["mrn"], "birth_date": patient["birth_date"], "seqs": [seq],
        "summary": "Knee worse; wait for the scan.",
    });
    let path = path_of(thread, "/pins");
    for (field, of_another) in [
        ("patient_id", namesake.as_str()),
        ("mrn", "MRN-2"),
        ("birth_date", "1984-12-03"),
    ] {
        let mut wrong = summary.clone();
        wrong[field] = json!(of_another);
        okafor.post(&path, &wrong).refused(409, "not_this_patient");
    }
    let made = okafor.post(&path, &summary).expect(201);
    let pinned = |revision: &Value, node: usize| {
        let shown = at(okafor, &cluster.nodes[node]).get_after(revision, &path).expect(200);
        assert_eq!(shown["pins"].as_array().unwrap().len(), 1, "{shown}");
        shown["pins"][0].clone()
    };
    let pin = pinned(&made["revision"], 0);
    assert_eq!((&pin["id"], &pin["by"]["id"]), (&made["pin_id"], &json!(okafor.id)));
    assert!(
        pin["at_ms"].is_u64() && pin["sha256"].as_str().is_some_and(|hash| hash.len() == 64),
        "{pin}"
    );
    // What she takes back in the conversation stays in the chart, at every node the same; and nothing there changes or removes it.
    let taken = garcia
        .delete(&path_of(thread, &format!("/messages/{asked}")))
        .expect(200);
    let place = format!("{path}/{}", made["pin_id"].as_str().unwrap());
    for method in ["PUT", "PATCH", "DELETE"] {
        let answer = okafor.command(method, &place, &summary, &new_command_id());
        assert!([404, 405].contains(&answer.status), "{method}: {}", answer.text());
    }
    for node in 0..3 {
        let after = pinned(&taken["revision"], node);
        assert_eq!(after, pin);
        assert_eq!(after["messages"][0]["body"], "Do I need the scan?");
    }
    pin
}

/// One with a label, which the grant does not name: nowhere, for nothing.
pub fn is_not_opened(lindqvist: &Person, labelled: &str) {
    let listed = lindqvist.get("/v1/queue?stage=all").expect(200);
    assert!(!listed.to_string().contains(labelled), "{listed}");
    for rest in ["", "/events", "/pins", "/tasks"] {
        lindqvist.get(&path_of(labelled, rest)).refused(404, "not_found");
    }
    let join = json!({ "person_id": lindqvist.id, "history": "full" });
    lindqvist
        .post(&path_of(labelled, "/members"), &join)
        .refused(404, "not_found");
    step(lindqvist, labelled, &json!({ "step": "take" })).refused(404, "not_found");
}

/// The patient writes as ever: it comes to her at once, and she is told how much she has not read.
pub fn what_is_said_to_him_comes_to_her(patient: &Person, lindqvist: &Person, hers: &mut Socket, thread: &str) {
    let unread = |who: &Person| {
        let inbox = who.get("/v1/inbox").expect(200);
        let rows = inbox["conversations"].as_array().unwrap();
        let all = rows.iter().map(|row| row["my"]["unread"].as_u64().unwrap());
        assert_eq!(inbox["counts"]["unread_messages"], json!(all.sum::<u64>()), "{inbox}");
        let row = rows.iter().find(|row| row["id"] == json!(thread)).unwrap();
        row["my"]["unread"].clone()
    };
    let before = unread(lindqvist).as_u64().unwrap();
    let mut last = Value::Null;
    for body in ["Dear Dr. Okafor, it swells.", "At night."] {
        patient.say(thread, body);
        last = hers.expect(|frame| frame["event"]["body"] == body);
    }
    assert_eq!(unread(lindqvist), before + 2);
    let read = hers.command(&json!({ "type": "mark_read", "conversation_id": thread, "seq": last["seq"] }));
    assert_eq!((&read["unread"], unread(lindqvist)), (&json!(0), json!(0)));
}

/// The right is gone; that she looked, and for whom, is not.
pub fn her_looks_stay_on_the_record(
    officer: &Person,
    lindqvist: &Person,
    okafor: &Person,
    [thread, labelled]: [&str; 2],
) {
    let lines = officer.audit(&format!("?person_id={}&limit=1000", lindqvist.id));
    let looks = |conversation: &str, outcome: &str| -> Vec<&Value> {
        let of = |line: &&Value| {
            let ranges = line["ranges"].as_array();
            let is_there =
                ranges.is_some_and(|ranges| ranges.iter().any(|range| range["conversation_id"] == conversation));
            line["actor"]["id"] == json!(lindqvist.id)
                && line["action"] == "content_read"
                && is_there
                && line["outcome"] == outcome
        };
        lines.iter().filter(of).collect()
    };
    let hers = looks(thread, "accepted");
    assert!(hers.len() >= 2, "the queue, the events: {lines:?}");
    for line in hers {
        assert_eq!(
            (&line["basis"], &line["on_behalf_of"]["id"]),
            (&json!("coverage"), &json!(okafor.id)),
            "{line}"
        );
    }
    assert!(!looks(thread, "not_found").is_empty(), "what she asked for afterwards");
    assert!(!looks(labelled, "not_found").is_empty() && looks(labelled, "accepted").is_empty());
}
