//! Requests that no client of ours sends: wrong pages, bodies, methods, paths, queries. Each has one answer, and none a surprise.

use serde_json::json;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::support::clinic::{Clinic, password_of};
use crate::support::http::{Request, connect, read_answer};
use crate::support::new_command_id;
use crate::support::person::path_of;

const FOREIGN: [&str; 5] = [
    "https://evil.example",
    "null",
    "http://127.0.0.1:1",
    "http://localhost.evil.example",
    "file://",
];

#[test]
fn pages_of_others_do_nothing_with_the_cookie() {
    let clinic = Clinic::demo();
    let address = clinic.node.address;
    let raman = clinic.person("raman");
    let cookie = format!("corridor={}", raman.token);
    let body = json!({ "kind": "group", "topic": "By a page of others" });
    let post = |origin: Option<&str>| {
        let request = Request::new("POST", "/v1/conversations")
            .header("Cookie", &cookie)
            .json(&body);
        let request = request.header("Idempotency-Key", &new_command_id());
        match origin {
            Some(origin) => request.header("Origin", origin).send(address),
            None => request.send(address),
        }
    };
    for origin in FOREIGN {
        post(Some(origin)).refused(403, "origin_not_allowed");
        for method in ["PATCH", "DELETE", "PUT"] {
            let request = Request::new(method, "/v1/session")
                .header("Cookie", &cookie)
                .header("Origin", origin);
            request.send(address).refused(403, "origin_not_allowed");
        }
    }
    post(None).refused(403, "origin_not_allowed");
    // The origin names another host than the one that was asked; or the host was made up to fit it.
    let own = format!("http://{address}");
    post(Some(&format!("https://{address}"))).refused(403, "origin_not_allowed");
    post(Some(&format!("{own}.evil.example"))).refused(403, "origin_not_allowed");
    post(Some(&own)).expect(201);
    raman.get("/v1/me").expect(200);
    // Sign-in itself: a page of others cannot sign somebody in who is signed in.
    let sign_in = json!({ "login": "wen", "password": password_of("wen") });
    let forced = Request::new("POST", "/v1/sign-in")
        .header("Cookie", &cookie)
        .header("Origin", FOREIGN[0])
        .json(&sign_in);
    forced.send(address).refused(403, "origin_not_allowed");
    // No page of others is told anything by a header either.
    let asked = Request::new("GET", "/v1/me")
        .header("Cookie", &cookie)
        .header("Origin", FOREIGN[0])
        .send(address);
    assert!(asked.header("access-control-allow-origin").is_none(), "{asked:?}");
    let preflight = Request::new("OPTIONS", "/v1/conversations")
        .header("Origin", FOREIGN[0])
        .header("Access-Control-Request-Method", "POST")
        .send(address);
    assert!(
        preflight.status >= 400 && preflight.header("access-control-allow-origin").is_none(),
        "{preflight:?}"
    );
}

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

#[test]
fn methods_paths_and_queries_that_are_none_lead_nowhere() {
    let clinic = Clinic::demo();
    let [raman, wen] = clinic.people(["raman", "wen"]);
    let room = raman.begin_group("Paths", &[]);
    let ask = |method: &str, path: &str| {
        raman
            .request(method, path)
            .header("Idempotency-Key", &new_command_id())
            .send(raman.address)
    };
    for (method, path) in [
        ("PUT", "/v1/me"),
        ("DELETE", "/v1/me"),
        ("POST", "/v1/me"),
        ("GET", "/v1/sign-in"),
        ("DELETE", "/v1/people"),
        ("PUT", "/v1/conversations"),
        ("TRACE", "/v1/me"),
        ("GET", "/v1/session"),
        ("GET", "/v1/break-glass"),
        ("POST", "/v1/inbox"),
        ("POST", "/v1/audit"),
        ("DELETE", "/v1/audit"),
        ("CORRIDOR", "/v1/me"),
    ] {
        let answer = ask(method, path);
        assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text());
        assert_eq!(
            answer.header("cache-control"),
            Some("private, no-store"),
            "{method} {path}"
        );
    }
    for path in [
        "/v1",
        "/v1/",
        "/v1/me/",
        "/v1//me",
        "/v1/ME",
        "/V1/me",
        "/v1/%6De/x",
        "/v1/me;x",
        "/v1/me.",
        "/v1/nothing",
        "/v1/conversations/",
        "/v1/people/x/y",
        "/v2/me",
        "/v1/conversations/con_1",
        "/v1/conversations/per_x/events",
        "/v1/conversations/../me",
        "/v1/conversations/%2e%2e/me",
        "/v1/conversations/%00",
        "/v1/conversations/%ff/events",
    ] {
        let answer = ask("GET", path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(!answer.text().contains("permissions"), "{path} is not /v1/me");
    }
    for rest in [
        "/messages/0/receipts",
        "/messages/-1/receipts",
        "/messages/x/versions",
        "/messages/18446744073709551616/versions",
    ] {
        ask("GET", &path_of(&room, rest)).refused(404, "not_found");
    }
    for query in [
        "/v1/inbox?fliter=unread",
        "/v1/inbox?filter=urgent",
        "/v1/inbox?limit=x",
        "/v1/inbox?limit=-1",
        "/v1/conversations?scope=all",
        "/v1/people?query=x",
        "/v1/audit?person_id=x",
        "/v1/audit?conversation=x",
    ] {
        ask("GET", query).refused(422, "invalid");
    }
    for query in [
        "?after=1&before=2",
        "?after=x",
        "?since=1",
        "?limit=1.5",
        "?after=1&after=2",
    ] {
        ask("GET", &path_of(&room, &format!("/events{query}"))).refused(422, "invalid");
    }
    ask("DELETE", &path_of(&room, "/messages/2?raeson=x")).refused(422, "invalid");
    // Numbers out of range are no reason to fall over.
    let huge = u64::MAX;
    for query in [
        format!("?after={huge}"),
        format!("?before={huge}&limit={huge}"),
        "?before=0".into(),
        "?limit=0".into(),
    ] {
        ask("GET", &path_of(&room, &format!("/events{query}"))).expect(200);
    }
    raman
        .post(&path_of(&room, "/read"), &json!({ "seq": huge }))
        .refused(404, "not_found");
    let later = json!({ "person_id": wen.id, "history": { "since_ms": huge } });
    raman.post(&path_of(&room, "/members"), &later).expect(200);
    assert_eq!(wen.history(&room).len(), 1);
}

#[test]
fn what_one_must_not_know_of_is_like_what_is_not_there() {
    let clinic = Clinic::demo();
    let [raman, tess] = clinic.people(["raman", "tess"]);
    let room = raman.begin_group("Secret", &[]);
    raman.say(&room, "for nobody else");
    let nothing = "con_7zzzzzzzzzzzzzzzzzzzzzzzzz";
    let face = |answer: crate::support::http::Response| {
        let headers: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| name != "date")
            .cloned()
            .collect();
        (answer.status, headers, answer.text())
    };
    for rest in [
        "",
        "/events",
        "/members",
        "/messages/2/receipts",
        "/messages/2/versions",
    ] {
        let (real, made_up) = (tess.get(&path_of(&room, rest)), tess.get(&path_of(nothing, rest)));
        assert_eq!(real.status, 404);
        assert_eq!(face(real), face(made_up), "GET {rest}");
    }
    let deeds = [
        ("POST", "/messages", json!({ "body": "x" })),
        ("POST", "/messages", json!({ "body": "x", "reply_to": 2 })),
        ("PATCH", "/messages/2", json!({ "body": "x" })),
        ("POST", "/read", json!({ "seq": 2 })),
        ("POST", "/delivered", json!({ "seq": 2 })),
        ("POST", "/acknowledge", json!({ "seq": 2 })),
        ("PATCH", "", json!({ "topic": "x" })),
        ("PATCH", "", json!({ "state": "archived" })),
        ("PATCH", "", json!({ "owner_id": tess.id })),
        ("POST", "/members", json!({ "person_id": tess.id })),
    ];
    for (method, rest, body) in deeds {
        let ask = |id: &str| tess.command(method, &path_of(id, rest), &body, &new_command_id());
        assert_eq!(ask(&room).status, 404);
        assert_eq!(face(ask(&room)), face(ask(nothing)), "{method} {rest}");
    }
    for rest in [
        format!("/members/{}", raman.id),
        format!("/members/{}", tess.id),
        "/messages/2".to_owned(),
    ] {
        assert_eq!(
            face(tess.delete(&path_of(&room, &rest))),
            face(tess.delete(&path_of(nothing, &rest))),
            "DELETE {rest}"
        );
    }
    assert_eq!(raman.history(&room).len(), 2);
}

#[test]
fn answers_are_kept_by_nobody_and_taken_for_nothing_else() {
    let clinic = Clinic::demo();
    let raman = clinic.person("raman");
    let room = raman.begin_group("Headers", &[]);
    let answers = [
        raman.get("/v1/me"),
        raman.get("/v1/inbox"),
        raman.get(&path_of(&room, "/events")),
        raman.get("/v1/nothing"),
        raman.get("/v1/audit"),
        Request::new("GET", "/v1/me").send(raman.address),
        raman.request("PUT", "/v1/me").send(raman.address),
    ];
    for answer in answers {
        assert!(
            answer
                .header("cache-control")
                .is_some_and(|value| value.contains("no-store")),
            "{answer:?}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{answer:?}");
        assert!(
            answer.header("server").is_none() && answer.header("x-powered-by").is_none(),
            "{answer:?}"
        );
    }
    // A proxy's headers from anybody are nobody's: they change neither who asks nor what is counted.
    let forwarded = raman
        .request("GET", "/v1/me")
        .header("X-Forwarded-For", "10.0.0.1")
        .header("X-User-Id", "per_x");
    assert_eq!(
        forwarded.send(raman.address).expect(200)["person"]["id"],
        json!(raman.id)
    );
    for number in 0..6 {
        let guess = json!({ "login": "wen", "password": "wrong wrong wrong" });
        let request = Request::new("POST", "/v1/sign-in")
            .header("X-Forwarded-For", &format!("10.0.0.{number}"))
            .json(&guess);
        let expected = if number < 5 { 401 } else { 429 };
        assert_eq!(request.send(raman.address).status, expected, "try {number}");
    }
    // Too many headers, or too long ones.
    let many = (0..200).fold(Request::new("GET", "/v1/me"), |request, number| {
        request.header(&format!("X-{number}"), "x")
    });
    let long = Request::new("GET", "/v1/me").header("X-Long", &"x".repeat(64 * 1024));
    for request in [many, long] {
        let status = request.try_send(raman.address).map(|answer| answer.status);
        assert!(
            status.as_ref().is_err() || status.as_ref().is_ok_and(|status| [400, 414, 431].contains(status)),
            "{status:?}"
        );
    }
    raman.get("/v1/me").expect(200);
}
