//! What is shown while people are connected: who writes, who is there, and that a socket that comes back misses nothing.

use serde_json::{Value, json};

use crate::chat::{Room, room, send_message};
use crate::support::PATIENCE;
use crate::support::clinic::Clinic;
use crate::support::person::assert_contiguous;
use crate::support::socket::{Came, Socket};

#[test]
fn typing_is_shown_to_members_only_and_ends_with_the_device() {
    let clinic = Clinic::demo();
    let Room {
        id,
        raman,
        mut raman_socket,
        mut wen_socket,
        ..
    } = room(&clinic);
    let tess = clinic.person("tess");
    let mut tess_socket = Socket::connect(&tess, None);
    let typing = |active: bool| json!({ "type": "typing", "conversation_id": id, "active": active });
    let shows = |frame: &Value, active: bool| {
        frame["type"] == "typing" && frame["person_id"] == json!(raman.id) && frame["active"] == active
    };
    raman_socket.send(&typing(true));
    let shown = wen_socket.expect(|frame| shows(frame, true));
    assert_eq!(
        (&shown["name"], &shown["conversation_id"]),
        (&json!("Priya Raman"), &json!(id))
    );
    raman_socket.send(&typing(false));
    wen_socket.expect(|frame| shows(frame, false));
    raman_socket.send(&typing(true));
    wen_socket.expect(|frame| shows(frame, true));
    drop(raman_socket);
    wen_socket.expect(|frame| shows(frame, false));
    // Who is no member is not shown it, and shows nothing to others.
    tess_socket.send(&typing(true));
    let direct = tess.begin(&json!({ "kind": "direct", "person_id": raman.id }));
    tess_socket.command(&send_message(&direct, "are you there?"));
    assert!(tess_socket.seen.iter().all(|frame| frame["type"] != "typing"));
    wen_socket.command(&send_message(&id, "after tess tried"));
    assert!(
        wen_socket
            .seen
            .iter()
            .all(|frame| frame["type"] != "typing" || frame["person_id"] == json!(raman.id))
    );
}

#[test]
fn who_asks_for_a_sign_of_life_gets_one() {
    let clinic = Clinic::demo();
    let mut socket = Socket::connect(&clinic.person("wen"), None);
    for _ in 0..20 {
        socket.send(&json!({ "type": "heartbeat" }));
        socket.expect(|frame| frame["type"] == "heartbeat");
    }
}

#[test]
fn lights_are_shown_to_staff_and_to_nobody_else() {
    let clinic = Clinic::demo();
    let [wen, garcia, haas] = clinic.people(["wen", "garcia", "haas"]);
    let mut wen_socket = Socket::connect(&wen, None);
    let (mut garcia_socket, mut haas_socket) = (Socket::connect(&garcia, None), Socket::connect(&haas, None));
    let raman = clinic.person("raman");
    let shows = |status: &'static str| {
        let light = json!({ "person_id": raman.id, "status": status });
        move |frame: &Value| {
            frame["type"] == "presence" && frame["people"].as_array().is_some_and(|people| people.contains(&light))
        }
    };
    let mut raman_socket = Socket::connect(&raman, None);
    wen_socket.expect(shows("available"));
    raman_socket.send(&json!({ "type": "presence", "status": "busy" }));
    wen_socket.expect(shows("busy"));
    let listed = wen.get("/v1/people?q=raman").expect(200);
    assert_eq!(listed["people"][0]["presence"], "busy");
    drop(raman_socket);
    wen_socket.expect(shows("offline"));
    assert_eq!(
        wen.get("/v1/people?q=raman").expect(200)["people"][0]["presence"],
        "offline"
    );
    for (person, socket) in [(&garcia, &mut garcia_socket), (&haas, &mut haas_socket)] {
        socket.send(&json!({ "type": "presence", "status": "busy" }));
        // An answer to a command of their own comes after whatever would have been shown before.
        let missing = json!({ "type": "mark_read", "conversation_id": "con_00000000000000000000000001", "seq": 1 });
        socket.refused(&missing, "not_found");
        assert!(
            socket.seen.iter().all(|frame| frame["type"] != "presence"),
            "{}",
            person.name
        );
    }
}

#[test]
fn a_socket_that_comes_back_misses_nothing_and_gets_nothing_twice() {
    let clinic = Clinic::demo();
    let Room {
        id,
        raman,
        wen,
        mut raman_socket,
        mut wen_socket,
        ..
    } = room(&clinic);
    raman.say(&id, "while wen is there");
    let held = wen_socket.expect_event(&id, 2)["revision"].as_u64().unwrap();
    drop(wen_socket);
    for text in ["while wen", "is away"] {
        raman.say(&id, text);
    }
    let mut wen_socket = Socket::connect(&wen, Some(held));
    raman.say(&id, "wen is back");
    wen_socket.expect_event(&id, 5);
    assert_contiguous(&wen_socket.events_of(&id), 3);
    let revisions = |socket: &Socket| -> Vec<u64> {
        let frames = socket.seen.iter().filter(|frame| frame["type"] == "event");
        frames.map(|frame| frame["revision"].as_u64().unwrap()).collect()
    };
    assert!(revisions(&wen_socket).is_sorted());
    // Without a cursor nothing is replayed; a cursor from the future belongs to another history.
    let mut fresh = Socket::connect(&wen, None);
    assert!(fresh.events_of(&id).is_empty());
    let mut lost = Socket::open(wen.address, &[("Authorization", &format!("Bearer {}", wen.token))]);
    lost.send(&json!({ "type": "hello", "version": 1, "since": u64::MAX / 2 }));
    assert_eq!(
        lost.expect(|frame| frame["type"] == "reset")["reason"],
        "unknown_revision"
    );
    lost.expect(|frame| frame["type"] == "caught_up");
    assert_eq!(lost.seen.iter().filter(|frame| frame["type"] == "welcome").count(), 1);
    raman_socket.command(&send_message(&id, "to all three"));
    for socket in [&mut wen_socket, &mut fresh, &mut lost] {
        socket.expect_event(&id, 6);
    }
    assert!(matches!(fresh.next(PATIENCE), Came::Frame(frame) if frame["type"] == "welcome"));
}
