//! The audit record: every deed, refused ones too, every look and every sign-in stands on it once, before anything is shown.

use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::patients::thread_of;
use crate::support::clinic::Clinic;
use crate::support::person::{Person, path_of, try_sign_in};
use crate::support::socket::Socket;

/// Reads along what is put on record.
struct Auditor {
    officer: Person,
    /// The newest line: the look of the last time.
    newest: u64,
}

impl Auditor {
    fn new(clinic: &Clinic) -> Self {
        let officer = clinic.person("adeyemi");
        let newest = officer.audit("?limit=1")[0]["index"].as_u64().unwrap();
        Self { officer, newest }
    }

    /// The lines since the last time, oldest first, without the look at them.
    #[track_caller]
    fn lines(&mut self) -> Vec<Value> {
        let mut lines = self.officer.audit("");
        let own = lines.remove(0);
        assert_eq!(
            (&own["action"], &own["actor"]["id"]),
            (&json!("audit_read"), &json!(self.officer.id)),
            "{own}"
        );
        lines.retain(|line| line["index"].as_u64() > Some(self.newest));
        self.newest = own["index"].as_u64().unwrap();
        lines.reverse();
        lines
    }

    /// The one line since the last time.
    #[track_caller]
    fn one(&mut self, action: &str, outcome: &str) -> Value {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{action}, {outcome}: {lines:?}");
        let line = lines.remove(0);
        assert_eq!(
            (&line["action"], &line["outcome"]),
            (&json!(action), &json!(outcome)),
            "{line}"
        );
        line
    }
}

/// Who did it, and on which device.
#[track_caller]
fn assert_by(line: &Value, person: &Person, login: &str) {
    assert_eq!(
        (&line["actor"]["id"], &line["actor"]["name"]),
        (&json!(person.id), &json!(person.name)),
        "{line}"
    );
    assert_eq!(
        (&line["session_id"], &line["device"]),
        (&json!(person.session_id), &json!(format!("device of {login}")))
    );
}

fn recipients(line: &Value) -> BTreeSet<String> {
    let all = line["recipients"].as_array().unwrap();
    all.iter()
        .map(|recipient| recipient["id"].as_str().unwrap().to_owned())
        .collect()
}

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
        (&added, json!({ "roles": ["nurse"] }), "roles_changed"),
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
