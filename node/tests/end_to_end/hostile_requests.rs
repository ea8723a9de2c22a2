//! Requests that no client of ours sends: of other pages, with wrong methods, paths, queries, headers. Each has one answer.

use serde_json::json;

use crate::support::clinic::{Clinic, password_of};
use crate::support::http::Request;
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
        // What is not below /v1 is an address of the browser client, where there is one.
        let is_page = !path.starts_with("/v1")
            && answer
                .header("content-type")
                .is_some_and(|kind| kind.starts_with("text/html"));
        assert!(answer.status == 404 || is_page, "{path}: {}", answer.text());
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
    let guess = |number: u32| {
        let guess = json!({ "login": "wen", "password": "wrong wrong wrong" });
        let request = Request::new("POST", "/v1/sign-in").header("X-Forwarded-For", &format!("10.0.0.{number}"));
        request.json(&guess).send(raman.address).status
    };
    assert!((0..5).all(|number| guess(number) == 401));
    assert!(
        (5..12).any(|number| guess(number) == 429),
        "counted by what a stranger says of itself"
    );
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
