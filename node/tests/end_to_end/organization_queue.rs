//! A reply from the organization's queue (J05), step by step at three nodes, with everybody at another one: whoever keeps the desk, the
//! colleague, the physician whose name it is, and the patient. No other way to that name: `on_behalf_at_nodes.rs`.

use serde_json::{Value, json};
use std::time::{Duration, Instant};

use crate::patients::thread_of;
use crate::support::cluster::at;
use crate::support::house::{House, answered, assert_both, comes, confirm, signed, watches};
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;
use crate::support::{PATIENCE, wait_for};

/// A claim is seen by everybody in that time.
const SEEN_BY_EVERYBODY: Duration = Duration::from_millis(200);
/// Who writes is seen at every node in that time.
const WRITING_IS_SEEN: Duration = Duration::from_secs(2);
/// No view outlives the right to it by more.
const CLOSED_WITHIN: Duration = Duration::from_secs(5);

/// Waits until it is told that the conversation stands so that this person answers for it; nobody: a pool.
fn answered_by(socket: &mut Socket, conversation: &str, person: Option<&Person>) {
    let wanted = person.map(|person| json!(person.id));
    socket.expect(|frame| {
        let is_changed = frame["type"] == "queue_changed" && is_of(frame, conversation);
        is_changed && frame["care"]["party"]["person"].get("id") == wanted.as_ref()
    });
}

/// Waits until it is told that the patient was written to, or wrote.
fn said_in(socket: &mut Socket, conversation: &str, sent: &Value) {
    socket.expect(|frame| {
        frame["type"] == "queue_changed" && is_of(frame, conversation) && frame["revision"] == sent["revision"]
    });
}

fn is_of(frame: &Value, conversation: &str) -> bool {
    frame["conversation_id"] == conversation
}

#[test]
fn whoever_keeps_the_desk_sees_the_patients_of_her_site_and_each_look_is_on_the_record() {
    let mut house = House::open();
    let (okafor, rosa, thread) = (house.okafor.clone(), house.rosa.clone(), house.thread.clone());
    // What is not hers: another site's, one with a label, what the staff say among themselves.
    let of_la = json!({
        "kind": "patient", "name": "Luis Ortega", "mrn": "MRN-2", "birth_date": "1970-01-02", "site_ids": [house.sites[1]],
        "care_team": [okafor.id],
    });
    let luis = comes(&house.cluster, 0, "luis", of_la);
    let ortegas = thread_of(&okafor, "Luis Ortega");
    let topic =
        |topic: &str| okafor.begin(&json!({ "kind": "patient", "patient_id": house.garcia.id, "topic": topic }));
    let (labelled, knee) = (topic("Counselling"), topic("The knee"));
    let label = json!({ "step": "label", "sensitivity": "part_2" });
    okafor.post(&path_of(&labelled, "/restriction"), &label).expect(200);
    let direct = okafor.begin(&json!({ "kind": "direct", "person_id": house.jonas.id }));
    let room = json!({
        "kind": "channel", "topic": "sf-clinical", "visibility": "private", "phi_allowed": true, "member_ids": [house.jonas.id],
    });
    let room = okafor.begin(&room);
    let hidden = [&ortegas, &labelled, &direct, &room];
    let asked = json!({ "body": "Is that normal after the new pill?" });
    let said = house.garcia.send(&thread, &asked).expect(201);

    // Personal there is nothing; of the organization the two of her site, newest first, at whichever node.
    assert_eq!(
        rosa.get_after(&said["revision"], "/v1/inbox").expect(200)["conversations"],
        json!([])
    );
    for number in 0..3 {
        let there = house.at(&rosa, number, &said["revision"]);
        let page = wait_for("the queue is in order", PATIENCE, || {
            let page = there.get("/v1/queue?stage=all").expect(200);
            let text = page.to_string();
            assert!(hidden.iter().all(|id| !text.contains(id.as_str())), "{page}");
            let rows = page["conversations"].as_array().unwrap();
            let ids: Vec<&Value> = rows.iter().map(|row| &row["id"]).collect();
            (ids == [&json!(thread), &json!(knee)]).then(|| page.clone())
        });
        assert_eq!(page["total"], 2, "what she may not see is not counted either");
        let first = &page["conversations"][0];
        assert_eq!(
            (&first["my"]["basis"], &first["my"]["member"]),
            (&json!("organization_queue"), &json!(false))
        );
        assert!(
            first["care"]["waiting_since_ms"].is_u64(),
            "how long she waits: {first}"
        );
        let found = there.get("/v1/queue?stage=all&q=Ortega").expect(200);
        assert_eq!(found["total"], 0);
    }

    // What moves in it she is told, and of nothing else. At her node others are told of those; each telling is over before the next.
    let mut hers = watches(&rosa);
    let mut of_lita = watches(&house.lita);
    let mut of_okafor = watches(&house.at(&okafor, 1, &said["revision"]));
    let asked = luis.send(&ortegas, &json!({ "body": "Am I on the list?" })).expect(201);
    said_in(&mut of_lita, &ortegas, &asked);
    let answer = okafor
        .send(&labelled, &json!({ "body": "See you on Friday." }))
        .expect(201);
    said_in(&mut of_okafor, &labelled, &answer);
    let mut took = Vec::new();
    for step in ["return", "take", "return", "take", "return"] {
        let path = path_of(&thread, "/care");
        let begun = Instant::now();
        okafor.post(&path, &json!({ "step": step })).expect(200);
        answered_by(&mut hers, &thread, (step == "take").then_some(&okafor));
        took.push(begun.elapsed());
    }
    took.sort();
    println!("a claim at another node is seen after {took:?}");
    assert!(took[2] < SEEN_BY_EVERYBODY, "{took:?}");
    answered(&mut hers);
    assert!(!hers.seen.iter().any(|frame| hidden.iter().any(|id| is_of(frame, id))));
    assert!(
        !of_lita
            .seen
            .iter()
            .any(|frame| is_of(frame, &thread) || is_of(frame, &knee))
    );

    // To open it is a look on the record, under its own basis; what is not hers is not there, and that she tried is on the record as well.
    house.auditor.lines();
    rosa.get(&path_of(&thread, "")).expect(200);
    let events = rosa.get(&path_of(&thread, "/events")).expect(200);
    assert!(events.to_string().contains("after the new pill"));
    let look = house.auditor.one("content_read", "accepted");
    assert_eq!(
        (&look["actor"]["id"], &look["basis"], &look["conversation_id"]),
        (&json!(rosa.id), &json!("organization_queue"), &json!(thread))
    );
    assert_eq!(look["ranges"][0]["to_seq"], events["last_seq"]);
    for id in hidden {
        rosa.get(&path_of(id, "/events")).refused(404, "not_found");
        let look = house.auditor.one("content_read", "not_found");
        assert_eq!(
            (&look["actor"]["id"], &look["conversation_id"]),
            (&json!(rosa.id), &json!(id))
        );
    }
}

/// The sockets of those who meet at one conversation.
struct Seats {
    /// Watches the queue.
    rosa: Socket,
    /// Her second device, at another node.
    tablet: Socket,
    lita: Socket,
    okafor: Socket,
    jonas: Socket,
    garcia: Socket,
}

#[test]
fn a_reply_in_the_name_of_another_from_the_first_key_to_the_end_of_the_right() {
    let mut house = House::open();
    let said = house
        .garcia
        .send(&house.thread, &json!({ "body": "Is that normal?" }))
        .expect(201);
    let mut seats = Seats {
        rosa: watches(&house.rosa),
        tablet: watches(&house.at(&house.rosa, 2, &said["revision"])),
        lita: watches(&house.at(&house.lita, 2, &said["revision"])),
        okafor: Socket::connect(&house.okafor, None),
        jonas: Socket::connect(&house.jonas, None),
        garcia: Socket::connect(&house.garcia, None),
    };
    both_see_that_the_other_writes(&house, &mut seats);
    let sent = both_are_told_before_the_second_goes_out(&mut house, &mut seats);
    both_names_are_seen_everywhere(&house, &mut seats, &sent);
    he_takes_it_back_and_over(&house, &mut seats, &sent);
    her_right_ends_at_every_node(&house, &mut seats);
}

fn both_see_that_the_other_writes(house: &House, seats: &mut Seats) {
    let typing = json!({ "type": "typing", "conversation_id": house.thread, "active": true });
    let begun = Instant::now();
    seats.rosa.send(&typing);
    for socket in [&mut seats.jonas, &mut seats.okafor] {
        let seen = socket.expect(|frame| frame["type"] == "typing");
        assert_eq!(
            (&seen["person_id"], &seen["name"], &seen["conversation_id"]),
            (&json!(house.rosa.id), &json!("Rosa Delgado"), &json!(house.thread))
        );
    }
    seats.jonas.send(&typing);
    let seen = seats.rosa.expect(|frame| frame["type"] == "typing");
    assert_eq!(
        (&seen["person_id"], &seen["conversation_id"], &seen["active"]),
        (&json!(house.jonas.id), &json!(house.thread), &json!(true))
    );
    assert!(begun.elapsed() < WRITING_IS_SEEN * 2, "{:?}", begun.elapsed());
    seats
        .rosa
        .send(&json!({ "type": "typing", "conversation_id": house.thread, "active": false }));
    seats
        .jonas
        .expect(|frame| writes(frame, house) && frame["active"] == false);
}

/// Whether it says of her that she is writing, or no longer.
fn writes(frame: &Value, house: &House) -> bool {
    frame["type"] == "typing" && frame["person_id"] == json!(house.rosa.id)
}

/// Each of them is once the first and once the second. What was sent for him: its result.
fn both_are_told_before_the_second_goes_out(house: &mut House, seats: &mut Seats) -> Value {
    let (rosa, okafor, jonas, thread) = (&house.rosa, &house.okafor, &house.jonas, house.thread.as_str());
    let seen = jonas.conversation(thread)["last_seq"].clone();
    let lost = confirm(rosa, okafor, thread, "It is.").expect(201);
    let reply = |body: &str, seen: &Value| json!({ "type": "send_message", "conversation_id": thread, "body": body, "seen_seq": seen });
    let first = seats.jonas.command(&reply("Take it with food.", &seen));
    seats
        .tablet
        .refused(&signed(thread, "It is.", okafor, &lost["token"]), "moved_on");
    house.auditor.lines();
    let confirmed = confirm(rosa, okafor, thread, "It is, says Dr. Okafor.").expect(201);
    assert_both(&confirmed, "what she confirms");
    let line = house.auditor.one("on_behalf_confirmed", "accepted");
    assert_eq!(
        (&line["actor"]["id"], &line["on_behalf_of"]["id"], &line["basis"]),
        (&json!(rosa.id), &json!(okafor.id), &json!("organization_queue"))
    );
    // Confirmed at one node, sent at another.
    let sent = seats
        .tablet
        .command(&signed(thread, "It is, says Dr. Okafor.", okafor, &confirmed["token"]));
    let line = house.auditor.one("message_sent_on_behalf", "accepted");
    assert_eq!(
        (&line["actor"]["id"], &line["on_behalf_of"]["id"], &line["basis"]),
        (&json!(rosa.id), &json!(okafor.id), &json!("organization_queue"))
    );
    seats
        .jonas
        .refused(&reply("It is not.", &first["seq"]), "another_replied");
    let line = house.auditor.one("message_sent", "another_replied");
    assert_eq!(line["actor"]["id"], json!(jonas.id));
    seats.jonas.command(&reply("And with water.", &sent["seq"]));
    sent
}

fn both_names_are_seen_everywhere(house: &House, seats: &mut Seats, sent: &Value) {
    let (thread, words) = (house.thread.as_str(), "It is, says Dr. Okafor.");
    for (who, socket) in [
        ("physician", &mut seats.okafor),
        ("colleague", &mut seats.jonas),
        ("patient", &mut seats.garcia),
    ] {
        assert_both(&socket.expect(|frame| frame["event"]["body"] == words), who);
    }
    for (number, person) in
        (0..3).flat_map(|number| [&house.okafor, &house.garcia, &house.rosa].map(|one| (number, one)))
    {
        let (there, who) = (house.at(person, number, &sent["revision"]), person.name.as_str());
        let history = there.history(thread);
        let mut of_rosa = history.iter().filter(|event| event["event"]["body"] == words);
        assert_both(of_rosa.next().unwrap(), who);
        assert!(of_rosa.next().is_none(), "once: {history:?}");
        let line = there
            .get(&format!("/v1/patients/{}/timeline", house.garcia.id))
            .expect(200);
        let items = line["items"].as_array().unwrap();
        assert_both(items.iter().find(|item| item["event"]["body"] == words).unwrap(), who);
    }
    // It made nobody a member, and moved nothing.
    let shown = house
        .rosa
        .get_after(&sent["revision"], &path_of(thread, ""))
        .expect(200);
    assert_eq!(
        (&shown["my"]["member"], &shown["care"]["party"]["person"]["id"]),
        (&json!(false), &json!(house.okafor.id))
    );
    // Patients never see who writes, nor what was held back; nor does another site's desk anything of it.
    answered(&mut seats.garcia);
    answered(&mut seats.lita);
    assert!(seats.garcia.seen.iter().all(|frame| frame["type"] != "typing"));
    assert!(!seats.garcia.seen.iter().any(|frame| {
        ["It is.", "It is not."]
            .map(Value::from)
            .contains(&frame["event"]["body"])
    }));
    assert!(!seats.lita.seen.iter().any(|frame| is_of(frame, thread)));
}

fn he_takes_it_back_and_over(house: &House, seats: &mut Seats, sent: &Value) {
    let (okafor, garcia, thread) = (&house.okafor, &house.garcia, house.thread.as_str());
    // The words are hers: his is to take them back, and to say it better under his own name.
    let edit = json!({ "type": "edit_message", "conversation_id": thread, "seq": sent["seq"], "body": "It is not." });
    seats.okafor.refused(&edit, "forbidden");
    let retract =
        json!({ "type": "retract_message", "conversation_id": thread, "seq": sent["seq"], "reason": "wrong pill" });
    let taken = seats.okafor.command(&retract);
    let back = seats
        .garcia
        .expect(|frame| frame["event"]["type"] == "message_retracted");
    assert_eq!(back["actor"]["id"], okafor.id);
    seats
        .okafor
        .command(&json!({ "type": "send_message", "conversation_id": thread, "body": "Please stop the pill." }));
    seats
        .garcia
        .expect(|frame| frame["event"]["body"] == "Please stop the pill." && frame.get("on_behalf_of").is_none());
    for number in 0..3 {
        let history = house.at(garcia, number, &taken["revision"]).history(thread);
        let shown = history
            .iter()
            .find(|event| event["event"].get("retracted").is_some())
            .unwrap();
        assert_both(shown, "what was taken back");
        assert!(shown["event"].get("body").is_none(), "{shown}");
    }
    // One that a pool answers for and he began: somebody else replies for him, he sees it at once, and takes over.
    let knee = okafor.begin(&json!({ "kind": "patient", "patient_id": garcia.id, "topic": "The knee" }));
    let begun = okafor.conversation(&knee)["revision"].clone();
    let rosa = house.at(&house.rosa, 1, &begun);
    let confirmed = confirm(&rosa, okafor, &knee, "Dr. Okafor has seen the scan.").expect(201);
    seats.rosa.command(&signed(
        &knee,
        "Dr. Okafor has seen the scan.",
        okafor,
        &confirmed["token"],
    ));
    let seen = seats
        .okafor
        .expect(|frame| frame["event"]["body"] == "Dr. Okafor has seen the scan.");
    assert_both(&seen, "who takes over");
    let take = json!({ "type": "care", "conversation_id": knee, "step": "take" });
    seats.okafor.command(&take);
    answered_by(&mut seats.rosa, &knee, Some(okafor));
}

fn her_right_ends_at_every_node(house: &House, seats: &mut Seats) {
    let (rosa, okafor, thread) = (&house.rosa, &house.okafor, house.thread.as_str());
    let draft = confirm(rosa, okafor, thread, "He calls at two.").expect(201);
    let roles = json!({ "roles": ["front_desk"] });
    let begun = Instant::now();
    house
        .amara
        .patch(&format!("/v1/people/{}", rosa.id), &roles)
        .expect(200);
    for socket in [&mut seats.rosa, &mut seats.tablet] {
        let left = CLOSED_WITHIN.saturating_sub(begun.elapsed());
        socket.find(left, |frame| frame["type"] == "queue_closed").unwrap();
    }
    println!("the views are closed after {:?}", begun.elapsed());
    // What she was about to say is not sent, at neither node; nor is she seen writing, nor told what moves.
    for socket in [&mut seats.rosa, &mut seats.tablet] {
        socket.refused(
            &signed(thread, "He calls at two.", okafor, &draft["token"]),
            "not_found",
        );
        // Whoever works with patients may watch; of her patients there are none.
        socket.send(&json!({ "type": "watch_queue", "active": true }));
        socket.send(&json!({ "type": "typing", "conversation_id": thread, "active": true }));
        answered(socket);
    }
    confirm(rosa, okafor, thread, "He calls at two.").refused(404, "not_found");
    let said = house.garcia.send(thread, &json!({ "body": "Thank you." })).expect(201);
    for number in 0..3 {
        let there = at(rosa, &house.cluster.nodes[number]);
        assert_eq!(
            there.get_after(&said["revision"], "/v1/queue?stage=all").expect(200)["total"],
            0
        );
        there.get(&path_of(thread, "/events")).refused(404, "not_found");
    }
    seats.jonas.expect(|frame| frame["event"]["body"] == "Thank you.");
    for socket in [&mut seats.rosa, &mut seats.tablet] {
        answered(socket);
        let later = socket.seen.iter().skip_while(|frame| frame["type"] != "queue_closed");
        assert_eq!(later.filter(|frame| is_of(frame, thread)).count(), 0);
    }
    let last = seats.jonas.seen.iter().rev().find(|frame| writes(frame, house));
    assert_eq!(last.unwrap()["active"], false, "what she did before");
    assert!(
        !seats.lita.seen.iter().any(|frame| frame["type"] == "queue_closed"),
        "the others go on"
    );
}
