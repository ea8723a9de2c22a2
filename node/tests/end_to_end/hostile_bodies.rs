//! Bodies that no client of ours sends: of another kind, damaged, too large, never ending, or with fields that are the node's.

use serde_json::json;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::support::clinic::Clinic;
use crate::support::http::{connect, read_answer};
use crate::support::new_command_id;
use crate::support::person::path_of;

#[test]
fn bodies_that_do_not_fit_are_refused() {
    let clinic = Clinic::demo();
    let raman = clinic.person("raman");
    let room = raman.begin_group("Bodies", &[]);
    let path = path_of(&room, "/messages");
    let post = |kind: &str, body: Vec<u8>| {
        let request = raman
            .request("POST", &path)
            .header("Idempotency-Key", &new_command_id());
        request.body(kind, body).send(raman.address)
    };
    let good = json!({ "body": "good" }).to_string().into_bytes();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "",
    ] {
        post(kind, good.clone()).refused(422, "invalid");
    }
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"body\"",
        "{\"body\":1}",
        "{\"body\":\"a\",\"priority\":\"now\"}",
        "{\"text\":\"a\"}",
    ] {
        post("application/json", body.into()).refused(422, "invalid");
    }
    post("application/json", vec![b'{', b'"', 0xff, 0xfe, b'"', b'}']).refused(422, "invalid");
    let nested = format!("{{\"body\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000));
    post("application/json", nested.into_bytes()).refused(422, "invalid");
    let sized = |size: usize| json!({ "body": "x".repeat(size) }).to_string().into_bytes();
    post("application/json", sized(64 * 1024 + 1)).refused(413, "too_large");
    post("application/json", sized(256 * 1024 + 1)).refused(413, "too_large");
    post(
        "application/json",
        json!({ "body": "bell \u{7}" }).to_string().into_bytes(),
    )
    .refused(422, "invalid");
    let mentions: Vec<_> = (0..51).map(|_| json!({ "role": "nurse" })).collect();
    raman
        .send(&room, &json!({ "body": "everybody!", "mentions": mentions }))
        .refused(422, "too_many");
    raman
        .send(&room, &json!({ "body": "x", "mentions": [{ "role": "king" }] }))
        .refused(422, "invalid");
    raman
        .post(
            "/v1/conversations",
            &json!({ "kind": "group", "topic": "x".repeat(201) }),
        )
        .refused(422, "invalid");
    raman
        .post("/v1/conversations", &json!({ "kind": "group", "topic": "two\nlines" }))
        .refused(422, "invalid");
    assert_eq!(raman.history(&room).len(), 1, "nothing of all that was done");
    assert_eq!(post("Application/JSON; charset=utf-8", sized(64 * 1024)).status, 201);
}

#[test]
fn a_body_that_is_announced_too_large_or_never_comes_is_not_waited_for() {
    let clinic = Clinic::demo();
    let raman = clinic.person("raman");
    let announce = |size_bytes: u64| {
        let mut stream = connect(raman.address).unwrap();
        let head = format!(
            "POST /v1/conversations HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {size_bytes}\r\n\r\n{{",
            raman.address,
            raman.token,
            new_command_id()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let begun = Instant::now();
    read_answer(&mut announce(1 << 30), false)
        .unwrap()
        .refused(413, "too_large");
    assert!(begun.elapsed() < Duration::from_secs(5));
    read_answer(&mut announce(100), false).unwrap().refused(422, "invalid");
}

#[test]
fn fields_that_nobody_knows_change_nothing_that_the_node_decides() {
    let clinic = Clinic::demo();
    let [raman, wen, teo] = clinic.people(["raman", "wen", "teo"]);
    let room = raman.begin_group("Mass assignment", &[&wen]);
    let forged = json!({ "body": "by whom?", "author": wen.id, "actor": wen.id, "seq": 99, "number": 99, "at_ms": 1,
        "revision": 1, "on_behalf_of": wen.id, "conversation_id": "con_00000000000000000000000001" });
    let sent = raman.send(&room, &forged);
    // Taken without them, or refused; never taken with them.
    if sent.status == 201 {
        let event = wen.history(&room).pop().unwrap();
        assert_eq!(
            (&event["actor"]["id"], &event["seq"]),
            (&json!(raman.id), &json!(2)),
            "{event}"
        );
        assert!(
            event["at_ms"].as_u64() > Some(1) && event.get("on_behalf_of").is_none(),
            "{event}"
        );
    } else {
        sent.refused(422, "invalid");
    }
    let more = [
        (
            "/v1/conversations".to_owned(),
            json!({ "kind": "group", "topic": "x", "owner_id": wen.id }),
        ),
        (
            path_of(&room, "/members"),
            json!({ "person_id": teo.id, "owner": true }),
        ),
        (path_of(&room, "/read"), json!({ "seq": 1, "person_id": wen.id })),
        (
            "/v1/break-glass".to_owned(),
            json!({ "conversation_id": room, "reason": "a long reason", "minutes": 1, "as": wen.id }),
        ),
    ];
    for (path, body) in more {
        raman.post(&path, &body).refused(422, "invalid");
    }
    let person = json!({ "kind": "staff", "name": "Eve", "state": "active", "id": raman.id, "credential": "x" });
    teo.post("/v1/people", &person).refused(422, "invalid");
    teo.patch(&format!("/v1/people/{}", wen.id), &json!({ "kind": "patient" }))
        .refused(422, "invalid");
    teo.patch(
        &format!("/v1/people/{}", wen.id),
        &json!({ "state": "active", "roles": [] }),
    )
    .refused(422, "invalid");
    let doctor =
        json!({ "kind": "patient", "name": "Eve", "roles": ["physician"], "mrn": "1", "birth_date": "2000-01-01" });
    teo.post("/v1/people", &doctor).refused(422, "invalid");
}
