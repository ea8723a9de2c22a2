//! The door: what a sign-in gives, what a failed one tells (nothing), and how guessing gets slower without locking anybody out.

use serde_json::json;
use std::time::{Duration, Instant};

use crate::support::clinic::{Clinic, password_of};
use crate::support::http::{Request, Response};
use crate::support::person::{Person, try_sign_in};
use crate::support::socket::Socket;
use crate::support::{PATIENCE, new_command_id, wait_for};

/// What must not differ between two refusals: everything but the time.
fn face(response: &Response) -> (u16, Vec<(String, String)>, String) {
    let mut headers = response.headers.clone();
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case("date"));
    (response.status, headers, response.text())
}

#[test]
fn a_failed_sign_in_tells_nothing() {
    let clinic = Clinic::demo();
    let teo = clinic.person("teo");
    let lena = clinic.id_of(&teo, "people", "Lena Petrov");
    teo.patch(&format!("/v1/people/{lena}"), &json!({ "state": "suspended" }))
        .expect(200);
    let attempt = |login: &str, password: &str| face(&try_sign_in(clinic.node.address, login, password, "a guess"));
    let known = attempt("raman", "not the right password");
    assert_eq!(known.0, 401);
    assert!(known.2.contains("sign_in_failed"), "{}", known.2);
    for (login, password) in [
        ("nobody.of.this.name", "not the right password"),
        ("", ""),
        ("n.garcia", "invited but never came in"),
        ("lab-feed-2", "x"),
        ("lena", password_of("lena")),
        ("wen", ""),
        ("wen\u{0}", password_of("wen")),
        (&"x".repeat(300), "x"),
        ("nadia", &"x".repeat(2_000)),
    ] {
        assert_eq!(attempt(login, password), known, "{login}");
    }
}

#[test]
fn guessing_gets_slower_and_locks_nobody_out() {
    let mut clinic = Clinic::demo();
    let address = clinic.node.address;
    let guess = |login: &str| try_sign_in(address, login, "a wrong guess of it", "");
    let right = || try_sign_in(address, "raman", password_of("raman"), "");
    for login in ["nobody.of.this.name", "raman"] {
        for _ in 0..5 {
            guess(login).refused(401, "sign_in_failed");
        }
        // From here on each try waits twice as long as the one before, whether or not there is such a login. However slow this
        // machine is, some try is too early.
        let asked_at = Instant::now();
        let refused = wait_for("a try is too early", PATIENCE, || {
            Some(guess(login)).filter(|answer| answer.status != 401)
        });
        let wait_ms = refused.refused(429, "rate_limited")["retry_after_ms"].as_u64().unwrap();
        assert_eq!(
            refused.header("retry-after"),
            Some(wait_ms.div_ceil(1_000).to_string().as_str())
        );
        assert!((1..=64_000).contains(&wait_ms), "{wait_ms}");
        // The right password waits its turn as well, or it could be told from a wrong one.
        let early = right();
        if login == "raman" && asked_at.elapsed() < Duration::from_millis(wait_ms) {
            early.refused(429, "rate_limited");
        }
    }
    wait_for("the right password is taken", PATIENCE, || {
        let answer = right();
        (answer.status != 429).then(|| answer.expect(200))
    });
    // Somebody else from the same place was never slowed down; after the success nobody is.
    clinic.person("wen");
    guess("raman").refused(401, "sign_in_failed");
    right().expect(200);
    let failed = clinic.node.figure("corridor_sign_ins_total");
    assert!(failed >= 12.0, "{failed}");
    clinic.node.stop();
}

#[test]
fn a_browser_gets_a_cookie_that_scripts_cannot_read() {
    let clinic = Clinic::demo();
    let address = clinic.node.address;
    let signed_in = try_sign_in(address, " Raman ", password_of("raman"), "Front desk\u{7} PC");
    let body = signed_in.expect(200);
    let cookie = signed_in.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(pair, format!("corridor={}", body["token"].as_str().unwrap()));
    let me = Request::new("GET", "/v1/me")
        .header("Cookie", pair)
        .send(address)
        .expect(200);
    assert_eq!(
        (&me["device_name"], &me["person"]["name"]),
        (&json!("Front desk PC"), &json!("Priya Raman"))
    );
    assert_eq!(me["workspace"]["name"], "Bayview Family Medicine");
    // A page of the node itself: its origin names the host that was asked.
    let own = format!("http://{address}");
    let mut socket = Socket::open(address, &[("Cookie", pair), ("Origin", &own)]);
    socket.send(&json!({ "type": "hello", "version": 1 }));
    socket.expect(|frame| frame["type"] == "caught_up");
    let out = Request::new("DELETE", "/v1/session")
        .header("Cookie", pair)
        .header("Origin", &own)
        .send(address);
    assert_eq!(out.status, 204, "{}", out.text());
    assert!(
        out.headers
            .iter()
            .any(|(name, value)| name == "set-cookie" && value.contains("corridor=;")),
        "{out:?}"
    );
    socket.expect_goodbye("session_ended", PATIENCE);
    Request::new("GET", "/v1/me")
        .header("Cookie", pair)
        .send(address)
        .refused(401, "not_signed_in");
}

#[test]
fn too_many_sends_are_refused_with_the_time_to_wait() {
    let clinic = Clinic::with_limits("sends_per_second = 5\nsends_burst = 20\n");
    let [raman, wen] = clinic.people(["raman", "wen"]);
    let room = raman.begin_group("Flood", &[&wen]);
    let id = new_command_id();
    let mut refused = None;
    for number in 0..60 {
        let sent = raman.command(
            "POST",
            &format!("/v1/conversations/{room}/messages"),
            &json!({ "body": "flood" }),
            &id,
        );
        match sent.status {
            // The same command again: it costs its sender, not the clinic.
            201 => assert_eq!(sent.json()["number"], 1),
            _ => {
                refused = Some((number, sent));
                break;
            }
        }
    }
    let (number, refused) = refused.expect("the flood was never stopped");
    assert!(number >= 15, "stopped after {number}");
    let problem = refused.refused(429, "rate_limited");
    assert!(
        (1..=1_000).contains(&problem["retry_after_ms"].as_u64().unwrap()),
        "{problem}"
    );
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(raman.history(&room).len(), 2);
    wen.say(&room, "others go on");
    let answered: Person = raman;
    wait_for("the sender goes on as well", PATIENCE, || {
        let sent = answered.send(&room, &json!({ "body": "calm again" }));
        (sent.status != 429).then(|| sent.expect(201))
    });
}
