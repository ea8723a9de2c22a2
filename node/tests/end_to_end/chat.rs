//! Messages between people, two over sockets and one over HTTP: everybody is told the same, in the same order.

use serde_json::{Value, json};

use crate::support::clinic::Clinic;
use crate::support::now_ms;
use crate::support::person::{Person, assert_contiguous, kinds, path_of};
use crate::support::socket::Socket;

/// A group of three, two of them connected.
pub struct Room {
    pub id: String,
    pub raman: Person,
    pub wen: Person,
    pub jonas: Person,
    pub raman_socket: Socket,
    pub wen_socket: Socket,
}

/// A new group of three; the first two are there with their sockets.
pub fn room(clinic: &Clinic) -> Room {
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

/// The command of a plain message.
pub fn send_message(conversation: &str, text: &str) -> Value {
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
