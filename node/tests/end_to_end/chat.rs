//! Messages between people, two over sockets and one over HTTP: everybody is told the same, in the same order.

use serde_json::{Value, json};

use crate::support::clinic::Clinic;
use crate::support::person::{Person, assert_contiguous, kinds, path_of};
use crate::support::socket::{Came, Socket};
use crate::support::{PATIENCE, now_ms};

struct Room {
    id: String,
    raman: Person,
    wen: Person,
    jonas: Person,
    raman_socket: Socket,
    wen_socket: Socket,
}

/// A new group of three; the first two are there with their sockets.
fn room(clinic: &Clinic) -> Room {
    let [raman, wen, jonas] = clinic.people(["raman", "wen", "jonas"]);
    let (raman_socket, mut wen_socket) = (Socket::connect(&raman, None), Socket::connect(&wen, None));
    let id = raman.begin_group("Discharge round", &[&wen, &jonas]);
    let created = wen_socket.expect_event(&id, 1);
    assert_eq!(created["event"]["type"], "conversation_created");
    assert_eq!(created["actor"]["name"], "Priya Raman");
    Room {
        id,
        raman,
        wen,
        jonas,
        raman_socket,
        wen_socket,
    }
}

fn send_message(conversation: &str, text: &str) -> Value {
    json!({ "type": "send_message", "conversation_id": conversation, "body": text })
}

#[test]
fn everybody_is_told_the_same_in_the_same_order() {
    let clinic = Clinic::demo();
    let Room {
        id,
        raman,
        wen,
        jonas,
        mut raman_socket,
        mut wen_socket,
    } = room(&clinic);

    let before_ms = now_ms();
    let sent = raman_socket.command(&send_message(&id, "Bed **4** can go home"));
    assert_eq!(
        (&sent["seq"], &sent["number"], &sent["conversation_id"]),
        (&json!(2), &json!(1), &json!(id))
    );
    assert!(sent["at_ms"].as_u64().unwrap() >= before_ms);
    let told = wen_socket.expect_event(&id, 2);
    assert_eq!(told["revision"], sent["revision"]);
    assert_eq!(told["actor"]["id"], json!(raman.id));
    assert_eq!(
        (&told["event"]["number"], &told["event"]["body"]),
        (&json!(1), &json!("Bed **4** can go home"))
    );
    assert_eq!(
        (&told["event"]["priority"], &told["event"]["audience"]),
        (&json!("routine"), &json!("everyone"))
    );

    let reply = json!({ "type": "send_message", "conversation_id": id, "body": "Papers are ready", "priority": "urgent",
        "reply_to": 2, "mentions": [{ "person_id": raman.id }, { "role": "nurse" }] });
    assert_eq!(wen_socket.command(&reply)["seq"], 3);
    let told = raman_socket.expect_event(&id, 3);
    assert_eq!(
        (&told["event"]["reply_to"], &told["event"]["priority"]),
        (&json!(2), &json!("urgent"))
    );
    assert_eq!(
        told["event"]["mentions"],
        json!([{ "person_id": raman.id }, { "role": "nurse" }])
    );

    assert_eq!(
        jonas.send(&id, &json!({ "body": "Taxi at ten" })).expect(201)["number"],
        3
    );
    assert_eq!(raman_socket.expect_event(&id, 4)["event"]["body"], "Taxi at ten");

    let edit = json!({ "type": "edit_message", "conversation_id": id, "seq": 2, "body": "Bed 5 can go home" });
    assert_eq!(raman_socket.command(&edit)["seq"], 5);
    let told = wen_socket.expect_event(&id, 5);
    assert_eq!(
        (&told["event"]["target_seq"], &told["event"]["version"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(told["event"]["body"], "Bed 5 can go home");

    assert_eq!(
        jonas
            .delete(&path_of(&id, "/messages/4?reason=wrong%20patient"))
            .expect(200)["seq"],
        6
    );
    let told = wen_socket.expect_event(&id, 6);
    assert_eq!(
        (&told["event"]["target_seq"], &told["event"]["reason"]),
        (&json!(4), &json!("wrong patient"))
    );

    let acknowledge = json!({ "type": "acknowledge", "conversation_id": id, "seq": 2 });
    assert_eq!(wen_socket.command(&acknowledge)["seq"], 7);
    wen_socket.refused(&acknowledge, "nothing_to_do");
    raman_socket.refused(&acknowledge, "invalid");
    assert_eq!(
        raman_socket.expect_event(&id, 7)["event"]["person"]["id"],
        json!(wen.id)
    );

    // Both sockets were told the same, each event once and in order; so says the history.
    wen_socket.expect_event(&id, 7);
    let (raman_events, wen_events) = (raman_socket.events_of(&id), wen_socket.events_of(&id));
    assert_contiguous(&raman_events, 1);
    assert_eq!(raman_events, wen_events);
    let history = jonas.history(&id);
    assert_contiguous(&history, 1);
    let expected = [
        "conversation_created",
        "message_sent",
        "message_sent",
        "message_sent",
        "message_edited",
        "message_retracted",
        "acknowledged",
    ];
    assert_eq!(kinds(&history), expected);
    for (event, told) in history.iter().zip(&raman_events) {
        for field in ["seq", "revision", "at_ms", "actor", "conversation_id"] {
            assert_eq!(event[field], told[field], "{field}");
        }
    }
    // History shows each message as it stands now.
    let edited = &history[1]["event"];
    assert_eq!(
        (&edited["body"], &edited["version"]),
        (&json!("Bed 5 can go home"), &json!(2))
    );
    assert!(edited["edited_at_ms"].as_u64().unwrap() >= before_ms);
    assert_eq!(edited["acknowledged_by"][0]["id"], json!(wen.id));
    let retracted = &history[3]["event"];
    assert!(retracted.get("body").is_none(), "{retracted}");
    assert_eq!(retracted["retracted"]["reason"], "wrong patient");
    assert_eq!(retracted["retracted"]["person"]["id"], json!(jonas.id));
    let versions = wen.get(&path_of(&id, "/messages/2/versions")).expect(200);
    let bodies: Vec<&Value> = versions["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| &version["body"])
        .collect();
    assert_eq!(bodies, ["Bed **4** can go home", "Bed 5 can go home"]);
    wen.get(&path_of(&id, "/messages/4/versions"))
        .refused(409, "already_retracted");
    wen.get(&path_of(&id, "/messages/5/versions")).refused(404, "not_found");
}

#[test]
fn only_the_author_changes_a_message_and_only_once_takes_it_back() {
    let clinic = Clinic::demo();
    let Room {
        id,
        raman,
        wen,
        mut wen_socket,
        ..
    } = room(&clinic);
    let seq = raman.say(&id, "mine");
    let (edit, retract) = ("edit_message", "retract_message");
    wen_socket.refused(
        &json!({ "type": edit, "conversation_id": id, "seq": seq, "body": "yours" }),
        "forbidden",
    );
    wen_socket.refused(
        &json!({ "type": retract, "conversation_id": id, "seq": seq }),
        "forbidden",
    );
    wen_socket.refused(
        &json!({ "type": edit, "conversation_id": id, "seq": 99, "body": "none" }),
        "not_found",
    );
    raman.delete(&path_of(&id, &format!("/messages/{seq}"))).expect(200);
    raman
        .delete(&path_of(&id, &format!("/messages/{seq}")))
        .refused(409, "already_retracted");
    let late = raman.patch(&path_of(&id, &format!("/messages/{seq}")), &json!({ "body": "again" }));
    late.refused(409, "already_retracted");
    wen.send(&id, &json!({ "body": "answer", "reply_to": 99 }))
        .refused(404, "not_found");
    wen.send(&id, &json!({ "body": " \n " })).refused(422, "invalid");
    wen.send(
        &id,
        &json!({ "body": "a note has its place beside a patient", "audience": "team" }),
    )
    .refused(422, "invalid");
    let history = wen.history(&id);
    assert_eq!(
        kinds(&history),
        ["conversation_created", "message_sent", "message_retracted"]
    );
}

#[test]
fn marks_move_forward_and_count_what_is_unread() {
    let clinic = Clinic::demo();
    let Room {
        id,
        raman,
        wen,
        jonas,
        mut raman_socket,
        mut wen_socket,
    } = room(&clinic);
    let unread = |person: &Person| {
        let my = person.conversation(&id)["my"].clone();
        (my["unread"].as_u64().unwrap(), my["read_seq"].as_u64().unwrap())
    };
    for text in ["one", "two", "three"] {
        raman.say(&id, text);
    }
    assert_eq!(unread(&raman), (0, 4), "one's own messages are read");
    assert_eq!(unread(&wen).0, 3);
    let inbox = wen.get("/v1/inbox?filter=unread").expect(200);
    let shown = inbox["conversations"]
        .as_array()
        .unwrap()
        .iter()
        .find(|shown| shown["id"] == json!(id))
        .unwrap();
    assert_eq!(
        (&shown["my"]["unread"], &shown["last_message"]["preview"]),
        (&json!(3), &json!("three"))
    );
    assert!(inbox["counts"]["unread_messages"].as_u64().unwrap() >= 3);

    let result = wen_socket.command(&json!({ "type": "confirm_delivery", "conversation_id": id, "seq": 4 }));
    assert_eq!((&result["seq"], &result["unread"]), (&json!(5), &json!(3)));
    let told = raman_socket.expect_event(&id, 5);
    assert_eq!(
        (&told["event"]["type"], &told["event"]["up_to_seq"]),
        (&json!("delivered"), &json!(4))
    );
    assert_eq!(told["event"]["person"]["id"], json!(wen.id));

    let result = wen_socket.command(&json!({ "type": "mark_read", "conversation_id": id, "seq": 3 }));
    assert_eq!(result["unread"], 1);
    let told = raman_socket.expect_event(&id, 6);
    assert_eq!(
        (&told["event"]["up_to_seq"], &told["event"]["up_to_number"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(unread(&wen), (1, 3));
    // Backwards is nowhere: nothing is undone and nobody is told.
    let back = wen.post(&path_of(&id, "/read"), &json!({ "seq": 2 })).expect(200);
    assert_eq!(back["unread"], 1);
    assert_eq!(
        jonas.post(&path_of(&id, "/read"), &json!({ "seq": 4 })).expect(200)["unread"],
        0
    );
    assert_eq!(
        raman_socket.expect_event(&id, 7)["event"]["person"]["id"],
        json!(jonas.id)
    );
    wen.post(&path_of(&id, "/read"), &json!({ "seq": 99 }))
        .refused(404, "not_found");

    let receipts = raman.get(&path_of(&id, "/messages/3/receipts")).expect(200);
    let of = |who: &Person| {
        let all = receipts["receipts"].as_array().unwrap();
        all.iter()
            .find(|receipt| receipt["person_id"] == json!(who.id))
            .unwrap()
            .clone()
    };
    assert!(of(&wen)["delivered_at_ms"].is_u64() && of(&wen)["read_at_ms"].is_u64());
    assert!(of(&jonas)["delivered_at_ms"].is_u64(), "what was read was delivered");
    assert_eq!(
        receipts["receipts"].as_array().unwrap().len(),
        2,
        "no receipt of one's own"
    );
    let last = raman.get(&path_of(&id, "/messages/4/receipts")).expect(200);
    let wens = last["receipts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|receipt| receipt["person_id"] == json!(wen.id))
        .unwrap();
    assert!(
        wens["delivered_at_ms"].is_u64() && wens.get("read_at_ms").is_none(),
        "{wens}"
    );
    let members = wen.get(&path_of(&id, "/members")).expect(200)["members"].clone();
    let own = members
        .as_array()
        .unwrap()
        .iter()
        .find(|member| member["person_id"] == json!(wen.id))
        .unwrap();
    assert_eq!(
        (&own["read_seq"], &own["delivered_seq"], &own["read_number"]),
        (&json!(3), &json!(4), &json!(2))
    );
}

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
