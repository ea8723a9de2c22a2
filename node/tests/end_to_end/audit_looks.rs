//! The audit record of looks: each stands on it once, before anything is shown; and the record as a whole has no hole.

use serde_json::json;
use std::collections::BTreeSet;

use crate::patients::thread_of;
use crate::support::auditor::{Auditor, assert_by, recipients};
use crate::support::clinic::Clinic;
use crate::support::person::{Person, path_of, try_sign_in};
use crate::support::socket::Socket;

#[test]
fn every_look_is_on_record_before_anything_is_shown() {
    let mut clinic = Clinic::demo();
    let [okafor, garcia, adeyemi] = clinic.people(["okafor", "garcia", "adeyemi"]);
    let (thread, foreign) = (thread_of(&okafor, "Maria Garcia"), thread_of(&okafor, "Alice Bennett"));
    let mut auditor = Auditor::new(&clinic);
    let note = okafor
        .send(&thread, &json!({ "body": "a note", "audience": "team" }))
        .expect(201)["seq"]
        .clone();
    let line = auditor.one("note_written", "accepted");
    assert!(
        !recipients(&line).contains(&garcia.id) && !recipients(&line).is_empty(),
        "{line}"
    );
    let events = path_of(&thread, "/events?after=0&limit=3");
    let looks: [(&Person, &str, String, &str); 7] = [
        (&okafor, "okafor", events.clone(), "content_read"),
        (&okafor, "okafor", "/v1/inbox".to_owned(), "content_read"),
        (
            &okafor,
            "okafor",
            path_of(&thread, &format!("/messages/{note}/receipts")),
            "content_read",
        ),
        (
            &okafor,
            "okafor",
            path_of(&thread, &format!("/messages/{note}/versions")),
            "content_read",
        ),
        (&garcia, "garcia", events.clone(), "content_read"),
        (&okafor, "okafor", "/v1/patients?q=garcia".to_owned(), "patients_read"),
        (&okafor, "okafor", "/v1/people".to_owned(), "people_read"),
    ];
    for (who, login, path, action) in &looks {
        who.get(path).expect(200);
        // Nothing was flushed after the answer: what is on record now was there before it.
        clinic.node.kill_and_start();
        let line = auditor.one(action, "accepted");
        assert_by(&line, who, login);
        assert_eq!(line["recipients"], json!([]), "a look has none");
        if *path == events {
            let numbering = if *login == "garcia" { "patient" } else { "team" };
            let expected = json!([{ "conversation_id": thread, "numbering": numbering, "from_seq": 1, "to_seq": 3 }]);
            assert_eq!(
                (&line["ranges"], &line["basis"]),
                (&expected, &json!("member")),
                "{path}"
            );
        }
    }
    // What a returning socket is shown of the time before is a look too.
    let held = okafor.get("/v1/inbox").expect(200)["revision"].as_u64().unwrap();
    okafor.say(&thread, "while nobody is connected");
    auditor.lines();
    let socket = Socket::connect(&garcia, Some(held));
    assert_eq!(socket.events_of(&thread).len(), 1);
    assert_by(&auditor.one("content_read", "accepted"), &garcia, "garcia");
    // Looks that were refused; and only the compliance officer reads the record.
    garcia.get(&path_of(&foreign, "/events")).refused(404, "not_found");
    assert_eq!(
        auditor.one("content_read", "not_found")["conversation_id"],
        json!(foreign)
    );
    for (who, path, action) in [
        (&garcia, "/v1/people", "people_read"),
        (&garcia, "/v1/patients", "patients_read"),
        (&okafor, "/v1/audit", "audit_read"),
    ] {
        who.get(path).refused(403, "forbidden");
        assert_eq!(auditor.one(action, "forbidden")["actor"]["id"], json!(who.id));
    }
    let lines = adeyemi.audit(&format!("?conversation_id={foreign}"));
    assert!(
        lines.iter().all(|line| line.to_string().contains(&foreign)),
        "filtered by conversation"
    );
    let lines = adeyemi.audit(&format!("?person_id={}", garcia.id));
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.to_string().contains(&garcia.id)),
        "filtered by person"
    );
}

#[test]
fn the_record_is_whole_from_the_founding_on() {
    let clinic = Clinic::demo();
    let officer = clinic.person("adeyemi");
    let wrong = try_sign_in(clinic.node.address, "adeyemi", "wrong", "forged\n{\"action\":\"x\"}");
    wrong.refused(401, "sign_in_failed");
    let (mut indexes, mut leaves, mut actions) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut before = None;
    loop {
        let query = before.map_or(String::new(), |before: u64| format!("?before={before}"));
        let page = officer.get(&format!("/v1/audit{query}")).expect(200);
        for line in page["records"].as_array().unwrap() {
            indexes.push(line["index"].as_u64().unwrap());
            let leaf = line["leaf"].as_str().unwrap();
            assert!(
                leaf.len() == 64 && leaf.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{leaf}"
            );
            assert!(leaves.insert(leaf.to_owned()), "two lines have one leaf: {line}");
            actions.insert(line["action"].as_str().unwrap().to_owned());
        }
        match page["next_before"].as_u64() {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    let first = *indexes.last().unwrap();
    assert!(first <= 1, "the record begins at {first}");
    let expected: Vec<u64> = (first..=indexes[0]).rev().collect();
    assert_eq!(indexes, expected, "no line is missing");
    for action in [
        "workspace_founded",
        "site_added",
        "person_added",
        "signed_in",
        "message_sent",
        "note_written",
        "joined",
    ] {
        assert!(actions.contains(action), "{action} is not among {actions:?}");
    }
}
