//! A command id is done once, whoever repeats it, by whichever way, before and after the node was killed.

use serde_json::{Value, json};

use crate::support::clinic::Clinic;
use crate::support::new_command_id;
use crate::support::person::{Person, assert_contiguous, kinds, path_of};
use crate::support::socket::Socket;

/// The fields that both ways of asking answer with.
fn essence(answer: &Value) -> [Value; 4] {
    ["seq", "number", "revision", "at_ms"].map(|field| answer[field].clone())
}

fn over_http(who: &Person, room: &str, id: &str, body: &str) -> crate::support::http::Response {
    who.command("POST", &path_of(room, "/messages"), &json!({ "body": body }), id)
}

fn over_socket(socket: &mut Socket, room: &str, id: &str, body: &str) -> Value {
    socket.command_as(
        id,
        &json!({ "type": "send_message", "conversation_id": room, "body": body }),
    )
}

#[test]
fn a_repeated_id_gets_the_first_answer_and_a_changed_body_a_conflict() {
    let mut clinic = Clinic::demo();
    let [raman, wen] = clinic.people(["raman", "wen"]);
    let room = raman.begin_group("Once", &[&wen]);
    let mut socket = Socket::connect(&raman, None);
    let (first_id, second_id) = (new_command_id(), new_command_id());

    // First over HTTP, then over the socket; first over the socket, then over HTTP.
    let first = over_http(&raman, &room, &first_id, "over HTTP").expect(201);
    let second = over_socket(&mut socket, &room, &second_id, "over the socket");
    assert_eq!(second["ok"], true);
    let check = |socket: &mut Socket| {
        for _ in 0..2 {
            assert_eq!(over_http(&raman, &room, &first_id, "over HTTP").expect(201), first);
            assert_eq!(
                essence(&over_socket(socket, &room, &first_id, "over HTTP")),
                essence(&first)
            );
            assert_eq!(
                essence(&over_socket(socket, &room, &second_id, "over the socket")),
                essence(&second)
            );
            let repeated = over_http(&raman, &room, &second_id, "over the socket").expect(201);
            assert_eq!(essence(&repeated), essence(&second));
        }
        for id in [&first_id, &second_id] {
            over_http(&raman, &room, id, "something else").refused(409, "idempotency_conflict");
            let refused = over_socket(socket, &room, id, "something else");
            assert_eq!(refused["problem"]["code"], "idempotency_conflict", "{refused}");
            let read = json!({ "type": "mark_read", "conversation_id": room, "seq": 1 });
            assert_eq!(socket.command_as(id, &read)["problem"]["code"], "idempotency_conflict");
        }
        // An id is its person's own: somebody else's use of it is another command.
        assert_eq!(
            kinds(&wen.history(&room)),
            ["conversation_created", "message_sent", "message_sent"]
        );
    };
    check(&mut socket);
    clinic.node.kill_and_start();
    let mut socket = Socket::connect(&raman, None);
    check(&mut socket);
    // A UUID is the same id, with hyphens.
    let digits = &first_id;
    let uuid = [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ]
    .join("-");
    assert_eq!(over_http(&raman, &room, &uuid, "over HTTP").expect(201), first);
    assert_contiguous(&raman.history(&room), 1);
}

#[test]
fn every_kind_of_command_over_http_is_done_once() {
    let mut clinic = Clinic::demo();
    let [raman, wen, jonas, teo] = clinic.people(["raman", "wen", "jonas", "teo"]);
    let begin = json!({ "kind": "group", "topic": "Twice asked", "member_ids": [wen.id] });
    let room = {
        let id = new_command_id();
        let created = raman.command("POST", "/v1/conversations", &begin, &id).expect(201);
        assert_eq!(
            raman.command("POST", "/v1/conversations", &begin, &id).expect(201),
            created
        );
        created["conversation_id"].as_str().unwrap().to_owned()
    };
    let seq = raman.say(&room, "to be changed");
    let message = format!("/messages/{seq}");
    let mut asked: Vec<(&Person, &str, String, Value, String, Value)> = Vec::new();
    let person =
        json!({ "kind": "staff", "name": "Ada Twice", "login": "ada.twice", "password": "correct horse battery" });
    let steps: [(&Person, &str, String, Value); 9] = [
        (&raman, "PATCH", path_of(&room, &message), json!({ "body": "changed" })),
        (&wen, "POST", path_of(&room, "/acknowledge"), json!({ "seq": seq })),
        (&wen, "POST", path_of(&room, "/delivered"), json!({ "seq": seq })),
        (&wen, "POST", path_of(&room, "/read"), json!({ "seq": seq })),
        (&raman, "PATCH", path_of(&room, ""), json!({ "topic": "Once done" })),
        (
            &raman,
            "POST",
            path_of(&room, "/members"),
            json!({ "person_id": jonas.id, "history": "full" }),
        ),
        (
            &raman,
            "DELETE",
            path_of(&room, &format!("/members/{}", jonas.id)),
            Value::Null,
        ),
        (
            &raman,
            "DELETE",
            path_of(&room, &format!("{message}?reason=done")),
            Value::Null,
        ),
        (&teo, "POST", "/v1/people".to_owned(), person),
    ];
    let ask = |who: &Person, method: &str, path: &str, body: &Value, id: &str| {
        let answer = match body {
            Value::Null => who
                .request(method, path)
                .header("Idempotency-Key", id)
                .send(who.address),
            body => who.command(method, path, body, id),
        };
        assert!(answer.status < 300, "{method} {path}: {}", answer.text());
        answer.json()
    };
    for (who, method, path, body) in steps {
        let id = new_command_id();
        let answer = ask(who, method, &path, &body, &id);
        asked.push((who, method, path, body, id, answer));
    }
    let history = raman.history(&room);
    for killed in [false, true] {
        if killed {
            clinic.node.kill_and_start();
        }
        for (who, method, path, body, id, answer) in &asked {
            assert_eq!(
                &ask(who, method, path, body, id),
                answer,
                "{method} {path}, killed: {killed}"
            );
        }
        assert_eq!(raman.history(&room), history, "killed: {killed}");
    }
    assert_eq!(
        teo.get("/v1/people?q=ada.twice").expect(200)["people"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_command_without_a_proper_id_is_not_done() {
    let clinic = Clinic::demo();
    let raman = clinic.person("raman");
    let room = raman.begin_group("No id", &[]);
    let message = json!({ "body": "who am I?" });
    raman
        .request("POST", &path_of(&room, "/messages"))
        .json(&message)
        .send(raman.address)
        .refused(422, "invalid");
    let mut socket = Socket::connect(&raman, None);
    for id in [
        "",
        "1",
        "not-32-hexadecimal-digits-at-all",
        "00000000-0000-0000-0000-00000000000g",
    ] {
        raman
            .command("POST", &path_of(&room, "/messages"), &message, id)
            .refused(422, "invalid");
        // Over the socket the mistake is answered, and the socket goes on.
        assert_eq!(
            over_socket(&mut socket, &room, id, "who am I?")["problem"]["code"],
            "invalid",
            "{id}"
        );
    }
    assert_eq!(raman.history(&room).len(), 1);
}
