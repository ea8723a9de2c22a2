//! Rooms and who belongs to them: names, putting away, coming and going, and what a late joiner sees of the time before.

use serde_json::{Value, json};

use crate::support::clinic::Clinic;
use crate::support::now_ms;
use crate::support::person::{Person, assert_contiguous, kinds, path_of, seqs};
use crate::support::socket::Socket;

fn add(by: &Person, room: &str, whom: &Person, history: &Value) -> crate::support::http::Response {
    by.post(
        &path_of(room, "/members"),
        &json!({ "person_id": whom.id, "history": history }),
    )
}

#[test]
fn a_late_joiner_sees_as_much_as_was_given() {
    let clinic = Clinic::demo();
    let [raman, wen, jonas, nadia, brooks] = clinic.people(["raman", "wen", "jonas", "nadia", "brooks"]);
    let room = raman.begin_group("Night shift", &[&wen]);
    raman.say(&room, "before");
    let told = raman.history(&room).last().unwrap()["at_ms"].as_u64().unwrap();
    // The next message is later than the last one, even by a clock of milliseconds.
    crate::support::wait_for("the clock goes on", crate::support::PATIENCE, || {
        (now_ms() > told + 1).then_some(())
    });
    let since_ms = now_ms();
    let after = raman.say(&room, "after");

    let mut jonas_socket = Socket::connect(&jonas, None);
    assert_eq!(add(&raman, &room, &jonas, &json!("full")).expect(200)["seq"], 4);
    assert_eq!(add(&raman, &room, &nadia, &json!("from_now")).expect(200)["seq"], 5);
    assert_eq!(
        add(&raman, &room, &brooks, &json!({ "since_ms": since_ms })).expect(200)["seq"],
        6
    );
    add(&raman, &room, &jonas, &json!("full")).refused(409, "already_member");

    assert_contiguous(&jonas.history(&room), 1);
    assert_eq!(seqs(&nadia.history(&room)), [5, 6]);
    assert_eq!(seqs(&brooks.history(&room)), [after, 4, 5, 6]);
    for (person, first_seq) in [(&jonas, 1), (&nadia, 5), (&brooks, after)] {
        assert_eq!(
            person.conversation(&room)["my"]["first_seq"],
            first_seq,
            "{}",
            person.name
        );
        assert_eq!(person.conversation(&room)["my"]["unread"], 0, "{}", person.name);
    }
    // What was before is not reached by asking for it, answering it or marking it.
    let before = nadia.get(&path_of(&room, "/events?before=4")).expect(200);
    assert_eq!(before["events"], json!([]));
    nadia
        .get(&path_of(&room, "/messages/2/versions"))
        .refused(404, "not_found");
    nadia
        .send(&room, &json!({ "body": "what was that?", "reply_to": 2 }))
        .refused(404, "not_found");
    nadia
        .post(&path_of(&room, "/read"), &json!({ "seq": 2 }))
        .refused(404, "not_found");
    assert_eq!(jonas_socket.expect_event(&room, 4)["event"]["history"], "full");
    let inbox = nadia.conversations("/v1/inbox");
    let shown = inbox.iter().find(|shown| shown["id"] == json!(room)).unwrap();
    assert!(
        shown.get("last_message").is_none(),
        "the newest message is older than the membership: {shown}"
    );
}

#[test]
fn who_was_removed_or_left_hears_nothing_more() {
    let clinic = Clinic::demo();
    let [raman, wen, jonas] = clinic.people(["raman", "wen", "jonas"]);
    let room = raman.begin_group("Round", &[&wen, &jonas]);
    let (mut wen_socket, mut jonas_socket) = (Socket::connect(&wen, None), Socket::connect(&jonas, None));
    wen.delete(&path_of(&room, &format!("/members/{}", jonas.id)))
        .refused(403, "forbidden");
    raman
        .delete(&path_of(&room, &format!("/members/{}", jonas.id)))
        .expect(200);
    let removed = wen_socket.expect_event(&room, 2);
    assert_eq!(
        (&removed["event"]["type"], &removed["event"]["left"]),
        (&json!("member_removed"), &json!(false))
    );
    wen.delete(&path_of(&room, &format!("/members/{}", wen.id))).expect(200);
    let said = raman.say(&room, "only for those who are here");
    assert_eq!(said, 4);
    for (person, socket) in [(&wen, &mut wen_socket), (&jonas, &mut jonas_socket)] {
        // Something that comes later, so that everything before it would have come.
        let direct = raman.begin(&json!({ "kind": "direct", "person_id": person.id }));
        let seq = raman.say(&direct, "fence");
        socket.expect_event(&direct, seq);
        let heard = seqs(&socket.events_of(&room));
        assert!(!heard.contains(&said), "{} heard {heard:?}", person.name);
        for path in [
            "",
            "/events",
            "/members",
            "/messages/1/receipts",
            "/messages/4/versions",
        ] {
            person.get(&path_of(&room, path)).refused(404, "not_found");
        }
        person
            .send(&room, &json!({ "body": "still here?" }))
            .refused(404, "not_found");
        let mine = person.conversations("/v1/conversations?scope=mine");
        assert!(mine.iter().all(|shown| shown["id"] != json!(room)));
    }
    // Back again: what was said in between stays unseen where it was said so.
    add(&raman, &room, &wen, &json!("from_now")).expect(200);
    assert_eq!(seqs(&wen.history(&room)), [5]);
    assert_contiguous(&raman.history(&room), 1);
}

#[test]
fn the_owner_renames_puts_away_and_hands_over() {
    let clinic = Clinic::demo();
    let [raman, wen, tess] = clinic.people(["raman", "wen", "tess"]);
    let room = raman.begin_group("First name", &[&wen]);
    let mut wen_socket = Socket::connect(&wen, None);
    let change = |who: &Person, change: Value| who.patch(&path_of(&room, ""), &change);
    change(&wen, json!({ "topic": "Coup" })).refused(403, "forbidden");
    change(&tess, json!({ "topic": "Who are you?" })).refused(404, "not_found");
    assert_eq!(change(&raman, json!({ "topic": "Second name" })).expect(200)["seq"], 2);
    assert_eq!(
        wen_socket.expect_event(&room, 2)["event"],
        json!({ "type": "renamed", "topic": "Second name" })
    );
    change(&raman, json!({ "topic": "Second name" })).refused(409, "nothing_to_do");
    change(&raman, json!({ "topic": "Both", "state": "archived" })).refused(422, "invalid");
    change(&raman, json!({ "state": "burnt" })).refused(422, "invalid");

    change(&raman, json!({ "state": "archived" })).expect(200);
    assert_eq!(wen_socket.expect_event(&room, 3)["event"]["type"], "archived");
    assert_eq!(wen.conversation(&room)["state"], "archived");
    wen.send(&room, &json!({ "body": "into the archive" }))
        .refused(409, "archived");
    change(&raman, json!({ "topic": "Third name" })).refused(409, "archived");
    change(&raman, json!({ "state": "archived" })).refused(409, "nothing_to_do");
    add(&raman, &room, &tess, &json!("full")).refused(409, "archived");
    change(&raman, json!({ "state": "open" })).expect(200);
    assert_eq!(wen_socket.expect_event(&room, 4)["event"]["type"], "reopened");
    wen.say(&room, "open again");

    let leave = |who: &Person| who.delete(&path_of(&room, &format!("/members/{}", who.id)));
    leave(&raman).refused(409, "owner_must_hand_over");
    change(&raman, json!({ "owner_id": tess.id })).refused(422, "invalid");
    change(&raman, json!({ "owner_id": wen.id })).expect(200);
    assert_eq!(
        wen_socket.expect_event(&room, 6)["event"]["person"]["id"],
        json!(wen.id)
    );
    leave(&raman).expect(200);
    let left = wen_socket.expect_event(&room, 7);
    assert_eq!(
        (&left["event"]["left"], &left["event"]["person"]["id"]),
        (&json!(true), &json!(raman.id))
    );
    change(&wen, json!({ "topic": "Mine now" })).expect(200);
    let expected = [
        "conversation_created",
        "renamed",
        "archived",
        "reopened",
        "message_sent",
        "owner_changed",
        "member_removed",
        "renamed",
    ];
    assert_eq!(kinds(&wen.history(&room)), expected);
    assert_contiguous(&wen_socket.events_of(&room), 2);
}

#[test]
fn a_public_channel_is_found_and_joined_and_a_private_one_is_not() {
    let clinic = Clinic::demo();
    let [raman, wen, teo, garcia] = clinic.people(["raman", "wen", "teo", "garcia"]);
    let channel = |by: &Person, topic: &str, visibility: &str| {
        by.post(
            "/v1/conversations",
            &json!({ "kind": "channel", "topic": topic, "visibility": visibility }),
        )
    };
    let id_of = |created: &Value| created["conversation_id"].as_str().unwrap().to_owned();
    let public = id_of(&channel(&raman, "journal-club", "public").expect(201));
    let private = id_of(&channel(&raman, "job-interviews", "private").expect(201));
    channel(&wen, "journal-club", "public").refused(409, "name_taken");
    channel(&raman, "news-of-raman", "announcement").refused(403, "forbidden");
    channel(&garcia, "patients-only", "public").refused(403, "forbidden");
    raman.say(&public, "who reads what?");
    raman.say(&private, "about Tuesday");

    let found = wen.conversations("/v1/conversations?scope=public");
    let shown = found.iter().find(|shown| shown["id"] == json!(public)).unwrap();
    assert_eq!(
        (&shown["my"]["member"], &shown["my"]["may"]),
        (&json!(false), &json!(["join"]))
    );
    assert!(
        shown.get("last_message").is_none() && shown.get("members").is_none(),
        "finding is not reading: {shown}"
    );
    assert!(found.iter().all(|shown| shown["id"] != json!(private)));
    wen.get(&path_of(&public, "/events")).refused(409, "not_a_member");
    wen.get(&path_of(&private, "/events")).refused(404, "not_found");
    wen.get(&path_of(&private, "")).refused(404, "not_found");
    garcia.get(&path_of(&public, "")).refused(404, "not_found");

    assert_eq!(add(&wen, &public, &wen, &json!("full")).expect(200)["seq"], 3);
    assert_contiguous(&wen.history(&public), 1);
    add(&wen, &private, &wen, &json!("full")).refused(404, "not_found");
    add(&garcia, &public, &garcia, &json!("full")).refused(404, "not_found");
    wen.say(&public, "me too");

    // Announcements: everybody may read along, few write.
    let news = id_of(&channel(&teo, "news-of-the-house", "announcement").expect(201));
    add(&wen, &news, &wen, &json!("full")).expect(200);
    wen.send(&news, &json!({ "body": "me first" }))
        .refused(403, "forbidden");
    teo.say(&news, "the lift works again");
    assert_eq!(wen.conversation(&news)["my"]["unread"], 1);
}

#[test]
fn two_colleagues_have_one_direct_conversation() {
    let clinic = Clinic::demo();
    let [tess, malik, garcia] = clinic.people(["tess", "malik", "garcia"]);
    let first = tess.begin(&json!({ "kind": "direct", "person_id": malik.id }));
    assert_eq!(malik.begin(&json!({ "kind": "direct", "person_id": tess.id })), first);
    tess.post("/v1/conversations", &json!({ "kind": "direct", "person_id": tess.id }))
        .refused(422, "invalid");
    let with_patient = tess.post(
        "/v1/conversations",
        &json!({ "kind": "direct", "person_id": garcia.id }),
    );
    with_patient.refused(403, "forbidden");
    tess.delete(&path_of(&first, &format!("/members/{}", tess.id)))
        .refused(403, "forbidden");
    tess.patch(&path_of(&first, ""), &json!({ "topic": "us" }))
        .refused(403, "forbidden");
    assert_eq!(tess.conversation(&first)["first_names"], json!(["Malik Johnson"]));
}
