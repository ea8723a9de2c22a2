//! Sessions end when they are ended: on every socket within a second, for every later request, and after a restart too.

use serde_json::json;
use std::time::{Duration, Instant};

use crate::support::clinic::{Clinic, password_of};
use crate::support::new_command_id;
use crate::support::person::{Person, path_of, try_sign_in};
use crate::support::socket::Socket;

/// The promise: sockets of an ended session are closed within a second.
const WITHIN: Duration = Duration::from_secs(1);

/// Nothing but the goodbye may come, and it comes in time; the token is worth nothing from then on.
#[track_caller]
fn assert_ended(ended_at: Instant, sockets: &mut [Socket], people: &[&Person]) {
    for socket in sockets {
        let left = WITHIN.saturating_sub(ended_at.elapsed()).max(Duration::from_millis(1));
        let before = socket.expect_goodbye("session_ended", left);
        let late = before
            .iter()
            .filter(|frame| frame["event"]["body"] == "after the end")
            .count();
        assert_eq!(late, 0, "delivered after the end: {before:?}");
    }
    for person in people {
        assert_worthless(person);
    }
}

#[track_caller]
fn assert_worthless(person: &Person) {
    person.get("/v1/me").refused(401, "not_signed_in");
    person.get("/v1/inbox").refused(401, "not_signed_in");
    let mut socket = Socket::open(person.address, &[]);
    socket.send(&json!({ "type": "hello", "version": 1, "token": person.token }));
    assert!(socket.expect_goodbye("session_ended", WITHIN * 5).is_empty());
}

#[test]
fn signing_out_ends_this_session_and_no_other() {
    let mut clinic = Clinic::demo();
    let [desk, phone, raman] = clinic.people(["wen", "wen", "raman"]);
    let room = raman.begin_group("Signing out", &[&desk]);
    let mut sockets = [Socket::connect(&desk, None), Socket::connect(&desk, None)];
    let mut phone_socket = Socket::connect(&phone, None);
    desk.sign_out();
    let ended_at = Instant::now();
    let seq = raman.say(&room, "after the end");
    assert_ended(ended_at, &mut sockets, &[&desk]);
    phone_socket.expect_event(&room, seq);
    phone.get("/v1/me").expect(200);
    // Another device is signed out from here; somebody else's is not.
    let third = clinic.person("wen");
    let mut third_socket = [Socket::connect(&third, None)];
    raman
        .delete(&format!("/v1/sessions/{}", third.session_id))
        .refused(403, "forbidden");
    phone.delete(&format!("/v1/sessions/{}", third.session_id)).expect(200);
    assert_ended(Instant::now(), &mut third_socket, &[&third]);
    phone
        .delete(&format!("/v1/sessions/{}", third.session_id))
        .refused(409, "nothing_to_do");
    phone
        .delete("/v1/sessions/ses_00000000000000000000000001")
        .refused(404, "not_found");

    clinic.node.kill_and_start();
    assert_worthless(&desk);
    assert_worthless(&third);
    phone.get("/v1/me").expect(200);
}

#[test]
fn a_suspended_person_is_out_at_once_everywhere() {
    let mut clinic = Clinic::demo();
    let [desk, phone, raman, teo] = clinic.people(["wen", "wen", "raman", "teo"]);
    let room = raman.begin_group("Suspension", &[&desk]);
    let mut sockets = [Socket::connect(&desk, None), Socket::connect(&phone, None)];
    teo.patch(&format!("/v1/people/{}", teo.id), &json!({ "state": "suspended" }))
        .refused(403, "forbidden");
    raman
        .patch(&format!("/v1/people/{}", desk.id), &json!({ "state": "suspended" }))
        .refused(403, "forbidden");
    teo.patch(&format!("/v1/people/{}", desk.id), &json!({ "state": "suspended" }))
        .expect(200);
    let ended_at = Instant::now();
    raman.say(&room, "after the end");
    assert_ended(ended_at, &mut sockets, &[&desk, &phone]);
    try_sign_in(clinic.node.address, "wen", password_of("wen"), "").refused(401, "sign_in_failed");
    clinic.node.kill_and_start();
    assert_worthless(&desk);
    try_sign_in(clinic.node.address, "wen", password_of("wen"), "").refused(401, "sign_in_failed");
    // An account that is opened again is signed in to anew: the old sessions stay ended.
    teo.patch(&format!("/v1/people/{}", desk.id), &json!({ "state": "active" }))
        .expect(200);
    assert_worthless(&phone);
    assert_eq!(clinic.person("wen").conversation(&room)["my"]["unread"], 1);
}

#[test]
fn a_new_password_ends_all_other_sessions() {
    let mut clinic = Clinic::demo();
    let [desk, phone, raman, teo] = clinic.people(["wen", "wen", "raman", "teo"]);
    let new = "a password nobody guessed";
    let mut phone_socket = [Socket::connect(&phone, None)];
    let mut desk_socket = Socket::connect(&desk, None);
    let path = format!("/v1/people/{}", desk.id);
    raman
        .patch(&path, &json!({ "password": new }))
        .refused(403, "forbidden");
    desk.patch(&path, &json!({ "password": "too short" }))
        .refused(422, "invalid");
    desk.patch(&path, &json!({ "password": new })).expect(200);
    assert_ended(Instant::now(), &mut phone_socket, &[&phone]);
    desk.get("/v1/me").expect(200);
    let room = raman.begin_group("Still here", &[&desk]);
    desk_socket.expect_event(&room, 1);
    try_sign_in(clinic.node.address, "wen", password_of("wen"), "").refused(401, "sign_in_failed");
    let tablet = Person::sign_in(clinic.node.address, "wen", new);
    clinic.node.kill_and_start();
    assert_worthless(&phone);
    tablet.get("/v1/me").expect(200);
    // Set by an administrator, it ends all of them.
    let mut sockets = [Socket::connect(&desk, None), Socket::connect(&tablet, None)];
    teo.patch(&path, &json!({ "password": "another long password" }))
        .expect(200);
    assert_ended(Instant::now(), &mut sockets, &[&desk, &tablet]);
}

#[test]
fn nothing_is_accepted_or_told_after_the_revision_of_the_end() {
    let clinic = Clinic::demo();
    let [wen, raman, teo] = clinic.people(["wen", "raman", "teo"]);
    let room = raman.begin_group("Race", &[&wen]);
    let mut socket = Socket::connect(&wen, None);
    let (accepted, ended) = std::thread::scope(|scope| {
        // Both write as fast as they can, the one while being suspended.
        let writing = [&wen, &raman].map(|writer| {
            let room = &room;
            scope.spawn(move || {
                let mut revisions = Vec::new();
                for number in 0..200 {
                    let sent = writer.send(room, &json!({ "body": format!("{number}") }));
                    if sent.status != 201 {
                        sent.refused(401, "not_signed_in");
                        break;
                    }
                    revisions.push(sent.json()["revision"].as_u64().unwrap());
                }
                revisions
            })
        });
        socket.expect(|frame| frame["event"]["number"] == 20);
        let ended = teo
            .patch(&format!("/v1/people/{}", wen.id), &json!({ "state": "suspended" }))
            .expect(200);
        (
            writing.map(|thread| thread.join().unwrap()),
            ended["revision"].as_u64().unwrap(),
        )
    });
    let [of_wen, of_raman] = accepted;
    assert!(
        of_wen.iter().all(|revision| *revision < ended),
        "accepted after the end at {ended}: {of_wen:?}"
    );
    assert!(
        of_raman.iter().any(|revision| *revision > ended),
        "the race was over before the end"
    );
    socket.expect_goodbye("session_ended", WITHIN);
    let told = socket
        .seen
        .iter()
        .filter_map(|frame| frame["revision"].as_u64())
        .max()
        .unwrap();
    assert!(told <= ended, "told of {told} after the end at {ended}");
    let history = raman.history(&room);
    let late = history
        .iter()
        .filter(|event| event["actor"]["id"] == json!(wen.id) && event["revision"].as_u64() > Some(ended));
    assert_eq!(late.count(), 0);
}

#[test]
fn a_token_that_was_not_given_out_is_none() {
    let clinic = Clinic::demo();
    let [wen, raman] = clinic.people(["wen", "raman"]);
    let (session_of_wen, secret_of_raman) = (&wen.token[4..24], &raman.token[24..]);
    let last = if wen.token.ends_with('A') { "B" } else { "A" };
    let wrong = [
        String::new(),
        "crs_".to_owned(),
        format!("crs_{}", "A".repeat(64)),
        format!("crs_{session_of_wen}{secret_of_raman}"),
        format!("{}{last}", &wen.token[..wen.token.len() - 1]),
        format!("{}A", wen.token),
        wen.token[4..].to_owned(),
        wen.token.replace("crs_", "crs_ "),
        wen.session_id.clone(),
        "x".repeat(6_000),
    ];
    for token in wrong {
        let forged = Person {
            token: token.clone(),
            ..wen.clone()
        };
        forged.get("/v1/me").refused(401, "not_signed_in");
        let command = forged.command("POST", "/v1/conversations", &json!({}), &new_command_id());
        command.refused(401, "not_signed_in");
        let mut socket = Socket::open(wen.address, &[]);
        socket.send(&json!({ "type": "hello", "version": 1, "token": token }));
        assert!(socket.expect_goodbye("session_ended", WITHIN * 5).is_empty());
    }
    let mut without = Socket::open(wen.address, &[]);
    without.send(&json!({ "type": "hello", "version": 1 }));
    without.expect_goodbye("session_ended", WITHIN * 5);
    let basic = wen.request("GET", "/v1/me");
    let basic = crate::support::http::Request {
        headers: vec![("Authorization".into(), "Basic d2VuOng=".into())],
        ..basic
    };
    basic.send(wen.address).refused(401, "not_signed_in");
}

#[test]
fn the_eleventh_session_ends_the_first() {
    let clinic = Clinic::demo();
    let first = clinic.person("tess");
    let mut socket = [Socket::connect(&first, None)];
    let others: Vec<Person> = (0..9).map(|_| clinic.person("tess")).collect();
    first.get("/v1/me").expect(200);
    let eleventh = clinic.person("tess");
    assert_ended(Instant::now(), &mut socket, &[&first]);
    for person in others.iter().chain([&eleventh]) {
        person
            .get(&path_of("con_00000000000000000000000001", ""))
            .refused(404, "not_found");
    }
}
