//! Replying for somebody else from the queue (J05): both names for everybody, confirmed first, and no other way to them.

use serde_json::{Value, json};

use crate::patients::thread_of;
use crate::support::auditor::Auditor;
use crate::support::clinic::Clinic;
use crate::support::http::Response;
use crate::support::new_command_id;
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;

/// Rosa, of the queue; the physician who answers; the patient; the thread.
fn desk(clinic: &Clinic) -> (Person, Person, Person, String) {
    let [rosa, okafor, garcia] = clinic.people(["rosa", "okafor", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let take = json!({ "step": "take" });
    okafor.post(&path_of(&thread, "/care"), &take).expect(200);
    (rosa, okafor, garcia, thread)
}

fn confirm(who: &Person, principal: &Person, thread: &str, body: &str) -> Response {
    let asked = json!({ "person_id": principal.id, "body": body });
    who.post(&path_of(thread, "/on-behalf"), &asked)
}

fn signed(body: &str, principal: &Person, token: &Value) -> Value {
    json!({ "body": body, "on_behalf": { "person_id": principal.id, "token": token } })
}

#[test]
fn both_names_are_seen_by_everybody_everywhere() {
    let clinic = Clinic::demo();
    let (rosa, okafor, garcia, thread) = desk(&clinic);
    let mut auditor = Auditor::new(&clinic);
    let shown = rosa.conversation(&thread);
    assert_eq!(shown["care"]["on_behalf_of"]["id"], okafor.id);
    assert_eq!(shown["my"]["member"], false);
    let (mut of_okafor, mut of_garcia) = (Socket::connect(&okafor, None), Socket::connect(&garcia, None));
    auditor.lines();
    let confirmed = confirm(&rosa, &okafor, &thread, "Dr. Okafor will call you at two.").expect(201);
    assert_eq!(
        (&confirmed["author"]["name"], &confirmed["on_behalf_of"]["name"]),
        (&json!("Rosa Delgado"), &json!("Chidi Okafor"))
    );
    let line = auditor.one("on_behalf_confirmed", "accepted");
    assert_eq!(
        (&line["on_behalf_of"]["id"], &line["basis"]),
        (&json!(okafor.id), &json!("organization_queue"))
    );
    let message = signed("Dr. Okafor will call you at two.", &okafor, &confirmed["token"]);
    let sent = rosa.send(&thread, &message).expect(201);
    let line = auditor.one("message_sent_on_behalf", "accepted");
    assert_eq!(
        (&line["actor"]["id"], &line["on_behalf_of"]["id"]),
        (&json!(rosa.id), &json!(okafor.id))
    );
    // Live, to staff and patient; in the history; in the lists; at a node that starts anew.
    let seq = sent["seq"].as_u64().unwrap();
    let has_both = |shown: &Value, who: &str| {
        assert_eq!(shown["on_behalf_of"]["name"], "Chidi Okafor", "{who}: {shown}");
        let author = if shown["author"].is_object() {
            &shown["author"]
        } else {
            &shown["actor"]
        };
        assert_eq!(author["name"], "Rosa Delgado", "{who}: {shown}");
    };
    has_both(&of_okafor.expect_event(&thread, seq), "socket of staff");
    has_both(
        &of_garcia.expect(|frame| frame["event"]["body"] == "Dr. Okafor will call you at two."),
        "socket of the patient",
    );
    for who in [&okafor, &garcia] {
        let history = who.history(&thread);
        has_both(history.last().unwrap(), "history");
        let inbox = who.conversations("/v1/inbox");
        let row = inbox.iter().find(|shown| shown["id"] == json!(thread)).unwrap();
        has_both(&row["last_message"], "inbox");
    }
    // It made nobody a member, and a name is not lent twice.
    assert_eq!(rosa.conversation(&thread)["my"]["member"], false);
    rosa.send(&thread, &message).refused(409, "confirm_first");
    // Whose name it is takes it back; the words stay hers.
    okafor
        .patch(
            &path_of(&thread, &format!("/messages/{seq}")),
            &json!({ "body": "at three" }),
        )
        .refused(403, "forbidden");
    okafor
        .delete(&path_of(&thread, &format!("/messages/{seq}?reason=wrong")))
        .expect(200);
}

#[test]
fn there_is_no_other_way_to_anothers_name() {
    let clinic = Clinic::demo();
    let (rosa, okafor, garcia, thread) = desk(&clinic);
    let [jonas, teo, wen] = clinic.people(["jonas", "teo", "wen"]);
    let token = json!("0123456789abcdef0123456789abcdef");
    rosa.send(&thread, &signed("Hello", &okafor, &token))
        .refused(409, "confirm_first");
    garcia
        .send(&thread, &signed("Hello", &okafor, &token))
        .refused(403, "forbidden");
    confirm(&garcia, &okafor, &thread, "Hello").refused(403, "forbidden");
    // Not for who does not answer, not for oneself, not for nobody, not in another kind of conversation.
    confirm(&rosa, &jonas, &thread, "Hello").refused(409, "not_responsible");
    confirm(&rosa, &rosa, &thread, "Hello").refused(422, "invalid");
    let nobody = json!({ "person_id": "per_00000000000000000000000001", "body": "Hello" });
    rosa.post(&path_of(&thread, "/on-behalf"), &nobody)
        .refused(404, "not_found");
    let group = rosa.begin_group("Desk", &[&okafor]);
    confirm(&rosa, &okafor, &group, "Hello").refused(422, "invalid");
    // Other words, another person's token, a token for somebody else, after somebody else has written.
    let confirmed = confirm(&rosa, &okafor, &thread, "Hello").expect(201);
    rosa.send(&thread, &signed("Hello!", &okafor, &confirmed["token"]))
        .refused(409, "confirm_first");
    wen.send(&thread, &signed("Hello", &okafor, &confirmed["token"]))
        .refused(409, "confirm_first");
    rosa.send(&thread, &signed("Hello", &jonas, &confirmed["token"]))
        .refused(409, "not_responsible");
    garcia.say(&thread, "Are you there?");
    rosa.send(&thread, &signed("Hello", &okafor, &confirmed["token"]))
        .refused(409, "moved_on");
    // Not only the words are confirmed.
    let again = confirm(&rosa, &okafor, &thread, "Hello").expect(201);
    let mut stat = signed("Hello", &okafor, &again["token"]);
    stat["priority"] = json!("stat");
    rosa.send(&thread, &stat).refused(409, "confirm_first");
    // Asked for again under the same id it is the same token.
    let (id, path) = (new_command_id(), path_of(&thread, "/on-behalf"));
    let asked = json!({ "person_id": okafor.id, "body": "Hello" });
    let first = rosa.command("POST", &path, &asked, &id).expect(201);
    assert_eq!(rosa.command("POST", &path, &asked, &id).expect(201), first);
    // Over the socket as over HTTP; the same command again is the same message.
    let mut socket = Socket::connect(&rosa, None);
    let mut send = signed("Hello", &okafor, &first["token"]);
    send["type"] = json!("send_message");
    send["conversation_id"] = json!(thread);
    let id = new_command_id();
    let sent = socket.command_as(&id, &send);
    assert_eq!(sent["ok"], true, "{sent}");
    assert_eq!(socket.command_as(&id, &send), sent);
    // Who refuses it is not replied for, and says so themselves or has the administrator say it.
    let refuse = |who: &Person, refuses: bool| {
        who.patch(
            &format!("/v1/people/{}", okafor.id),
            &json!({ "refuses_on_behalf": refuses }),
        )
    };
    refuse(&jonas, true).refused(403, "forbidden");
    refuse(&okafor, true).expect(200);
    assert_eq!(okafor.get("/v1/me").expect(200)["refuses_on_behalf"], true);
    assert!(rosa.conversation(&thread)["care"].get("on_behalf_of").is_none());
    confirm(&rosa, &okafor, &thread, "Hello").refused(409, "on_behalf_refused");
    refuse(&teo, false).expect(200);
    let forbid = json!({ "step": "allow_on_behalf", "allowed": false });
    okafor.post(&path_of(&thread, "/care"), &forbid).expect(200);
    confirm(&rosa, &okafor, &thread, "Hello").refused(409, "on_behalf_refused");
    // Whose right ended cannot send what was confirmed before.
    let allow = json!({ "step": "allow_on_behalf", "allowed": true });
    okafor.post(&path_of(&thread, "/care"), &allow).expect(200);
    let confirmed = confirm(&rosa, &okafor, &thread, "Hello again").expect(201);
    teo.patch(&format!("/v1/people/{}", rosa.id), &json!({ "roles": ["front_desk"] }))
        .expect(200);
    rosa.send(&thread, &signed("Hello again", &okafor, &confirmed["token"]))
        .refused(404, "not_found");
}
