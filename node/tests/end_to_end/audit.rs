//! The audit record of deeds: every command, refused ones too, and every sign-in stands on it once.

use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::support::auditor::{Auditor, assert_by, recipients};
use crate::support::clinic::Clinic;
use crate::support::person::{Person, path_of, try_sign_in};
use crate::support::socket::Socket;

#[test]
fn every_deed_in_a_room_is_on_record_once() {
    let clinic = Clinic::demo();
    let [raman, wen, jonas, tess] = clinic.people(["raman", "wen", "jonas", "tess"]);
    let mut auditor = Auditor::new(&clinic);
    let room = raman.begin_group("On record", &[&wen]);
    assert_by(&auditor.one("conversation_created", "accepted"), &raman, "raman");

    let mut socket = Socket::connect(&raman, None);
    let sent = socket.command(&json!({ "type": "send_message", "conversation_id": room, "body": "hello" }));
    let line = auditor.one("message_sent", "accepted");
    assert_by(&line, &raman, "raman");
    assert_eq!(
        (&line["basis"], &line["conversation_id"]),
        (&json!("member"), &json!(room))
    );
    assert_eq!(line["revision"], sent["revision"]);
    assert_eq!(
        (&line["ranges"][0]["from_seq"], &line["ranges"][0]["to_seq"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(recipients(&line), BTreeSet::from([wen.id.clone()]));

    let message = path_of(&room, "/messages/2");
    let deeds: [(&Person, &str, String, Value, &str); 14] = [
        (
            &raman,
            "PATCH",
            message.clone(),
            json!({ "body": "hello again" }),
            "message_edited",
        ),
        (
            &wen,
            "POST",
            path_of(&room, "/acknowledge"),
            json!({ "seq": 2 }),
            "message_acknowledged",
        ),
        (
            &wen,
            "POST",
            path_of(&room, "/delivered"),
            json!({ "seq": 2 }),
            "delivery_confirmed",
        ),
        (
            &wen,
            "POST",
            path_of(&room, "/read"),
            json!({ "seq": 2 }),
            "marked_read",
        ),
        (
            &raman,
            "PATCH",
            path_of(&room, ""),
            json!({ "topic": "Renamed" }),
            "conversation_renamed",
        ),
        (
            &raman,
            "PATCH",
            path_of(&room, ""),
            json!({ "state": "archived" }),
            "conversation_archived",
        ),
        (
            &raman,
            "PATCH",
            path_of(&room, ""),
            json!({ "state": "open" }),
            "conversation_reopened",
        ),
        (
            &raman,
            "POST",
            path_of(&room, "/members"),
            json!({ "person_id": jonas.id }),
            "member_added",
        ),
        (
            &raman,
            "DELETE",
            path_of(&room, &format!("/members/{}", jonas.id)),
            Value::Null,
            "member_removed",
        ),
        (
            &raman,
            "PATCH",
            path_of(&room, ""),
            json!({ "owner_id": wen.id }),
            "owner_changed",
        ),
        (&raman, "DELETE", message, Value::Null, "message_retracted"),
        (
            &raman,
            "DELETE",
            path_of(&room, &format!("/members/{}", raman.id)),
            Value::Null,
            "left",
        ),
        (
            &raman,
            "POST",
            path_of(&room, "/messages"),
            json!({ "body": "too late" }),
            "message_sent",
        ),
        (
            &tess,
            "POST",
            path_of(&room, "/members"),
            json!({ "person_id": tess.id }),
            "joined",
        ),
    ];
    for (person, method, path, body, action) in deeds {
        let answer = match &body {
            Value::Null => person.delete(&path),
            body if method == "PATCH" => person.patch(&path, body),
            body => person.post(&path, body),
        };
        let outcome = if answer.status < 300 { "accepted" } else { "not_found" };
        assert_eq!(
            outcome == "accepted",
            !matches!(action, "joined") && body["body"] != "too late",
            "{}",
            answer.text()
        );
        let line = auditor.one(action, outcome);
        assert_eq!(
            (&line["actor"]["id"], &line["conversation_id"]),
            (&json!(person.id), &json!(room)),
            "{line}"
        );
        assert_eq!(line.get("basis").is_some(), outcome == "accepted", "{line}");
        if outcome != "accepted" {
            assert_eq!(line["recipients"], json!([]));
        }
    }
    // The same command again is the same deed: nothing new on record.
    let id = crate::support::new_command_id();
    for _ in 0..3 {
        wen.command("POST", &path_of(&room, "/messages"), &json!({ "body": "once" }), &id)
            .expect(201);
    }
    auditor.one("message_sent", "accepted");
}

#[test]
fn every_change_of_an_account_and_every_sign_in_is_on_record_once() {
    let clinic = Clinic::demo();
    let [teo, garcia, tran] = clinic.people(["teo", "garcia", "hanh.tran"]);
    let wen = clinic.id_of(&teo, "people", "Wen Zhao");
    let okafor = clinic.id_of(&teo, "people", "Chidi Okafor");
    let mut auditor = Auditor::new(&clinic);
    let ada = clinic.person("wen");
    let line = auditor.one("signed_in", "accepted");
    assert_by(&line, &ada, "wen");
    try_sign_in(clinic.node.address, "wen", "the wrong password", "device of a guesser").refused(401, "sign_in_failed");
    let line = auditor.one("sign_in_failed", "sign_in_failed");
    assert_eq!(
        (&line["actor"]["id"], &line["device"]),
        (&json!(wen), &json!("device of a guesser"))
    );
    try_sign_in(
        clinic.node.address,
        "nobody",
        "the wrong password",
        "device of a guesser",
    )
    .refused(401, "sign_in_failed");
    assert!(auditor.one("sign_in_failed", "sign_in_failed").get("actor").is_none());
    ada.sign_out();
    assert_by(&auditor.one("session_ended", "accepted"), &ada, "wen");

    let person = json!({ "kind": "staff", "name": "Ada New", "login": "ada", "password": "correct horse battery" });
    let added = teo.post("/v1/people", &person).expect(201)["person_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(auditor.one("person_added", "accepted")["subject"]["id"], json!(added));
    teo.post("/v1/people", &person).refused(409, "login_taken");
    auditor.one("person_added", "login_taken");
    let changes = [
        (&added, json!({ "roles": ["nurse"] }), "rights_changed"),
        (&added, json!({ "state": "suspended" }), "account_state_changed"),
        (&added, json!({ "password": "another long password" }), "password_set"),
        (&garcia.id, json!({ "care_team": [okafor, added] }), "care_team_changed"),
        (&tran.id, json!({ "proxy_for": [garcia.id] }), "proxy_changed"),
    ];
    for (whom, change, action) in changes {
        let path = format!("/v1/people/{whom}");
        garcia.patch(&path, &change).refused(403, "forbidden");
        assert_eq!(
            auditor.one(action, "forbidden")["subject"]["id"],
            json!(whom),
            "{action}"
        );
        teo.patch(&path, &change).expect(200);
        let line = auditor.one(action, "accepted");
        assert_by(&line, &teo, "teo");
        assert_eq!(line["subject"]["id"], json!(whom), "{action}");
    }
}
