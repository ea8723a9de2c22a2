//! Threads: a message and the answers to it, however far apart; following them; and which unread message means one.

use serde_json::{Value, json};

use crate::support::auditor::Auditor;
use crate::support::clinic::Clinic;
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;

fn answer(who: &Person, conversation: &str, root: u64, body: &str) -> u64 {
    let sent = who.send(conversation, &json!({ "body": body, "reply_to": root }));
    sent.expect(201)["seq"].as_u64().unwrap()
}

fn thread(who: &Person, conversation: &str, root: u64, query: &str) -> Value {
    let path = path_of(conversation, &format!("/messages/{root}/thread{query}"));
    who.get(&path).expect(200)
}

fn bodies(page: &Value) -> Vec<&str> {
    let events = page["events"].as_array().unwrap().iter();
    events.map(|event| event["event"]["body"].as_str().unwrap()).collect()
}

fn follow(who: &Person, conversation: &str, root: u64, follows: bool) -> crate::support::http::Response {
    let step = json!({ "step": "follow", "seq": root, "follows": follows });
    who.post(&path_of(conversation, "/attention"), &step)
}

fn called(who: &Person, conversation: &str) -> Value {
    let rows = who.conversations("/v1/inbox?filter=all&limit=200");
    let row = rows.iter().find(|row| row["id"] == json!(conversation)).unwrap();
    assert_eq!(
        row["my"]["called_seq"],
        who.conversation(conversation)["my"]["called_seq"]
    );
    row["my"]["called_seq"].clone()
}

#[test]
fn a_thread_comes_whole_however_far_apart_it_was_written_and_the_look_is_of_it_alone() {
    let clinic = Clinic::demo();
    let [okafor, jonas, rosa] = clinic.people(["okafor", "jonas", "rosa"]);
    let mut auditor = Auditor::new(&clinic);
    let room = okafor.begin_group("Rounds", &[&jonas]);
    let root = okafor.say(&room, "Rounds at four?");
    let near = answer(&jonas, &room, root, "Yes.");
    for number in 0..30 {
        okafor.say(&room, &format!("Something else {number}"));
    }
    let far = answer(&jonas, &room, root, "Or at five.");
    auditor.lines();
    let page = thread(&okafor, &room, root, "");
    assert_eq!(bodies(&page), ["Rounds at four?", "Yes.", "Or at five."]);
    assert_eq!((&page["follows"], page.get("next_after")), (&json!(true), None));
    let line = auditor.one("content_read", "accepted");
    let ranges = line["ranges"].as_array().unwrap().iter();
    let ranges: Vec<(u64, u64)> = ranges
        .map(|range| (range["from_seq"].as_u64().unwrap(), range["to_seq"].as_u64().unwrap()))
        .collect();
    assert_eq!(ranges, [(root, near), (far, far)]);
    let first = thread(&okafor, &room, root, "?limit=1");
    assert_eq!(bodies(&first), ["Rounds at four?", "Yes."]);
    let next = first["next_after"].as_u64().unwrap();
    let second = thread(&okafor, &room, root, &format!("?after={next}"));
    assert_eq!((bodies(&second), second.get("next_after")), (vec!["Or at five."], None));
    // Whoever may not read is told nothing, nor is there a thread where there is no message.
    let path = path_of(&room, &format!("/messages/{root}/thread"));
    rosa.get(&path).refused(404, "not_found");
    okafor
        .get(&path_of(&room, "/messages/1/thread"))
        .refused(404, "not_found");
    // Whoever comes later sees the answers from then on, and not what they answer.
    let members = json!({ "person_id": rosa.id, "history": "from_now" });
    okafor.post(&path_of(&room, "/members"), &members).expect(200);
    answer(&jonas, &room, root, "Rosa comes too.");
    assert_eq!(bodies(&thread(&rosa, &room, root, "")), ["Rosa comes too."]);
}

#[test]
fn what_means_somebody_is_marked_until_they_read_it_also_where_the_room_is_muted() {
    let clinic = Clinic::demo();
    let [okafor, jonas, rosa, garcia] = clinic.people(["okafor", "jonas", "rosa", "garcia"]);
    let room = okafor.begin_group("Rounds", &[&jonas, &rosa]);
    let root = okafor.say(&room, "Rounds at four?");
    let attend = |who: &Person, step: &Value| who.post(&path_of(&room, "/attention"), step);
    attend(&jonas, &json!({ "step": "mute", "muted": true })).expect(200);
    assert_eq!(called(&jonas, &room), Value::Null);
    let mentions = json!({ "body": "Jonas?", "mentions": [{ "person_id": jonas.id }] });
    let meant = okafor.send(&room, &mentions).expect(201)["seq"].clone();
    okafor.say(&room, "and something that means nobody");
    assert_eq!((called(&jonas, &room), called(&rosa, &room)), (meant, Value::Null));
    let role = json!({ "body": "The desk?", "mentions": [{ "role": "front_desk" }] });
    let meant = okafor.send(&room, &role).expect(201)["seq"].clone();
    assert_eq!(called(&rosa, &room), meant);
    let read = |who: &Person| {
        let seq = who.conversation(&room)["last_seq"].clone();
        who.post(&path_of(&room, "/read"), &json!({ "seq": seq })).expect(200);
    };
    read(&rosa);
    assert_eq!(called(&rosa, &room), Value::Null);
    // Whoever began a thread follows it, unless they say otherwise; others when they say so.
    let first = answer(&jonas, &room, root, "Five is better.");
    assert_eq!(
        (called(&okafor, &room), called(&rosa, &room)),
        (json!(first), Value::Null)
    );
    follow(&okafor, &room, root, false).expect(200);
    assert_eq!(called(&okafor, &room), Value::Null);
    let mut desk = Socket::connect(&rosa, None);
    follow(&rosa, &room, root, true).expect(200);
    follow(&rosa, &room, root, true).refused(409, "nothing_to_do");
    let told = desk.expect(|frame| frame["type"] == "attention_changed");
    assert_eq!(told["attention"]["threads"], json!([{ "seq": root, "follows": true }]));
    assert_eq!(called(&rosa, &room), json!(first));
    // It goes when it is taken back.
    jonas.delete(&path_of(&room, &format!("/messages/{first}"))).expect(200);
    assert_eq!(called(&rosa, &room), Value::Null);
    let about = crate::patients::thread_of(&okafor, "Maria Garcia");
    let asked = garcia.say(&about, "Is there news?");
    follow(&garcia, &about, asked, true).refused(403, "forbidden");
    follow(&rosa, &room, 999, true).refused(404, "not_found");
}
