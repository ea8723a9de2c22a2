//! Internal notes leave no trace on the patient's side: not a byte in any answer or frame, not a hole in the numbering, and
//! what the patient is shown of the conversation stays as it was, to the byte.

use serde_json::json;
use std::collections::BTreeMap;

use crate::patients::{reading_paths, thread_of};
use crate::support::clinic::Clinic;
use crate::support::person::{Person, assert_contiguous, path_of};
use crate::support::socket::Socket;

/// Where in the story no other word stands.
const CANARY: &str = "xylocanary7431";

/// Everything that can be read over HTTP about these conversations and of the workspace, by somebody who tries it all.
fn everything(who: &Person, conversations: &[String], seq_max: u64) -> BTreeMap<String, (u16, Vec<u8>)> {
    let mut paths: Vec<String> = [
        "/v1/me",
        "/v1/inbox",
        "/v1/inbox?filter=unread",
        "/v1/inbox?filter=read",
        "/v1/conversations",
        "/v1/conversations?scope=organization",
        "/v1/conversations?scope=public",
        "/v1/people",
        "/v1/patients",
        "/v1/sites",
        "/v1/audit",
        "/openapi.json",
        "/asyncapi.json",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.push(format!("/v1/inbox?q={CANARY}"));
    paths.push(format!("/v1/conversations?q={CANARY}"));
    for conversation in conversations {
        paths.extend(reading_paths(conversation));
    }
    for seq in 1..=seq_max {
        for rest in ["receipts", "versions"] {
            paths.push(path_of(&conversations[0], &format!("/messages/{seq}/{rest}")));
        }
    }
    paths
        .into_iter()
        .map(|path| (path.clone(), who.get(&path)))
        .map(|(path, got)| (path, (got.status, got.body)))
        .collect()
}

/// An answer without the one thing that may have changed: how far the workspace as a whole has come.
fn without_revision(path: &str, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body).into_owned();
    match text
        .strip_prefix("{\"revision\":")
        .filter(|_| path.starts_with("/v1/inbox"))
    {
        Some(rest) => rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).to_owned(),
        None => text,
    }
}

#[test]
fn a_note_leaves_no_trace() {
    let clinic = Clinic::demo();
    let [raman, nadia] = clinic.people(["raman", "nadia"]);
    let patients = clinic.people(["leo.tran", "hanh.tran"]);
    let thread = thread_of(&raman, "Leo Tran");
    // All ids that staff sees, the patient's own thread first.
    let mut ids = vec![thread.clone()];
    let seen = raman.conversations("/v1/conversations?scope=mine");
    let others = seen
        .iter()
        .filter_map(|shown| shown["id"].as_str())
        .filter(|id| *id != thread)
        .take(20);
    ids.extend(others.map(str::to_owned));

    let mut sockets = patients.each_ref().map(|patient| Socket::connect(patient, None));
    let last = patients
        .each_ref()
        .map(|patient| patient.conversation(&thread)["last_seq"].as_u64().unwrap());
    let teams_last = raman.conversation(&thread)["last_seq"].as_u64().unwrap();
    let before = patients
        .each_ref()
        .map(|patient| everything(patient, &ids, teams_last + 12));

    let note = |who: &Person, text: &str, more: serde_json::Value| {
        let mut message = json!({ "body": format!("{text} {CANARY}"), "audience": "team" });
        message
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        who.send(&thread, &message).expect(201)["seq"].as_u64().unwrap()
    };
    let first = note(
        &raman,
        "suspected",
        json!({ "priority": "stat", "mentions": [{ "person_id": nadia.id }] }),
    );
    let answer = note(&nadia, "agreed", json!({ "reply_to": first }));
    let edited = json!({ "body": format!("not suspected any more {CANARY}") });
    raman
        .patch(&path_of(&thread, &format!("/messages/{first}")), &edited)
        .expect(200);
    nadia
        .post(&path_of(&thread, "/acknowledge"), &json!({ "seq": first }))
        .expect(200);
    nadia
        .delete(&path_of(&thread, &format!("/messages/{answer}?reason={CANARY}")))
        .expect(200);
    nadia
        .post(&path_of(&thread, "/delivered"), &json!({ "seq": first }))
        .expect(200);
    let mut raman_socket = Socket::connect(&raman, None);
    raman_socket.send(&json!({ "type": "typing", "conversation_id": thread, "active": false }));

    let after = patients
        .each_ref()
        .map(|patient| everything(patient, &ids, teams_last + 12));
    for (patient, (before, after)) in patients.iter().zip(before.iter().zip(&after)) {
        for (path, (status, body)) in after {
            let text = without_revision(path, body);
            // What a patient searches for comes back in no answer.
            assert!(
                !text.contains(CANARY),
                "{} reads of a note at {path}: {text}",
                patient.name
            );
            let (status_before, body_before) = &before[path];
            assert_eq!(status, status_before, "{} at {path}", patient.name);
            assert_eq!(text, without_revision(path, body_before), "{} at {path}", patient.name);
        }
    }

    // What comes next for patients follows without a hole, live, in history and on a resumed socket.
    let seq = raman.say(&thread, "Please drink a lot.");
    assert_eq!(
        seq,
        teams_last + 7,
        "the team counted its notes and what was done to them"
    );
    for ((patient, socket), last) in patients.iter().zip(&mut sockets).zip(last) {
        let told = socket.expect_event(&thread, last + 1);
        assert_eq!(told["event"]["body"], "Please drink a lot.");
        assert_eq!(socket.events_of(&thread).len(), 1, "{}", patient.name);
        assert_contiguous(&patient.history(&thread), 1);
        let resumed = Socket::connect(patient, Some(1));
        assert_contiguous(&resumed.events_of(&thread), 1);
        for frame in socket.seen.iter().chain(&resumed.seen) {
            assert!(!frame.to_string().contains(CANARY), "{frame}");
        }
        // A note cannot be pointed at either, in anybody's numbering.
        for points_at in [first, answer, last + 2] {
            let reply = patient.send(&thread, &json!({ "body": "what was that?", "reply_to": points_at }));
            if points_at > last + 1 {
                reply.refused(404, "not_found");
            }
        }
    }
    // The team, of course, reads it.
    assert!(
        nadia
            .get(&path_of(&thread, "/events?before=100000"))
            .text()
            .contains(CANARY)
    );
}

#[test]
fn a_care_room_beside_is_not_there_for_the_patient() {
    let clinic = Clinic::demo();
    let [okafor, garcia] = clinic.people(["okafor", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let before = garcia.get("/v1/conversations").text();
    let room = okafor.begin(&json!({ "kind": "care_room", "beside_id": thread, "topic": "Between us" }));
    okafor.say(&room, CANARY);
    assert_eq!(okafor.conversation(&room)["beside_id"], json!(thread));
    assert_eq!(garcia.get("/v1/conversations").text(), before);
    for path in reading_paths(&room) {
        garcia.get(&path).refused(404, "not_found");
    }
    let bring_in = okafor.post(&path_of(&room, "/members"), &json!({ "person_id": garcia.id }));
    bring_in.refused(403, "forbidden");
}
