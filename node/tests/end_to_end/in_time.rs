//! What comes by itself when its time has come, hours later and in seconds: the node goes by a clock that the test sets.

use serde_json::{Value, json};

use crate::patients::thread_of;
use crate::support::clinic::Clinic;
use crate::support::clock::Clock;
use crate::support::now_ms;
use crate::support::person::{Person, path_of};
use crate::support::socket::Socket;

const HOUR_MS: u64 = 60 * 60 * 1_000;

fn hours(hours: u64) -> i64 {
    i64::try_from(hours * HOUR_MS).unwrap()
}

fn with_clock() -> (Clinic, Clock) {
    let mut clinic = Clinic::demo();
    clinic.node.stop();
    let clock = Clock::of(clinic.data.parent().unwrap(), &clinic.data);
    clock.start(&mut clinic.node);
    (clinic, clock)
}

fn care(who: &Person, conversation: &str, step: &Value) {
    who.post(&path_of(conversation, "/care"), step).expect(200);
}

/// J04, 3: not accepted in time, it stays where it was, and shows on the manager's list.
#[test]
fn a_hand_over_that_nobody_accepts_stays_where_it_was_and_is_on_the_list() {
    let (clinic, clock) = with_clock();
    let [okafor, wen, rosa, teo] = clinic.people(["okafor", "wen", "rosa", "teo"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let held_by = okafor.conversation(&thread)["care"]["party"]["person"]["id"].clone();
    if held_by != json!(okafor.id) {
        care(&okafor, &thread, &json!({ "step": "take", "from_id": held_by }));
    }
    care(
        &okafor,
        &thread,
        &json!({ "step": "hand_over", "to_id": wen.id, "minutes": 60 }),
    );
    let queued = |hand_over: &str| {
        let page = rosa
            .get(&format!("/v1/queue?hand_over={hand_over}&limit=100"))
            .expect(200);
        let rows = page["conversations"].as_array().unwrap().clone();
        rows.iter().any(|row| row["id"] == json!(thread))
    };
    let late = |who: &Person| {
        let overview = who.get("/v1/overview").expect(200);
        let late = overview["late"].as_array().unwrap().clone();
        late.into_iter().find(|row| row["conversation_id"] == json!(thread))
    };
    assert_eq!((queued("pending"), queued("late"), late(&teo)), (true, false, None));
    clock.set_ahead_ms(hours(2));
    assert_eq!((queued("pending"), queued("late")), (false, true));
    let row = late(&teo).expect("an administrator sees it without a role that works with patients");
    assert_eq!(
        (&row["to"]["id"], &row["by"]["id"]),
        (&json!(wen.id), &json!(okafor.id))
    );
    let shown = wen.conversation(&thread);
    assert_eq!(
        shown["care"]["party"]["person"]["id"],
        json!(okafor.id),
        "it stays where it was"
    );
    wen.post(&path_of(&thread, "/care"), &json!({ "step": "accept" }))
        .refused(409, "not_offered");
}

/// J04, 7, and the messages, reminders and tasks of a whole day.
#[test]
fn a_day_of_coverage_tasks_and_messages_passes_in_seconds() {
    let (clinic, clock) = with_clock();
    let [okafor, lindqvist, garcia] = clinic.people(["okafor", "lindqvist", "garcia"]);
    let thread = thread_of(&okafor, "Maria Garcia");
    let start_ms = now_ms();
    let leave = json!({ "covering_id": lindqvist.id, "from_ms": start_ms + HOUR_MS, "until_ms": start_ms + 5 * HOUR_MS, "reason": "leave" });
    okafor.post("/v1/coverage", &leave).expect(201);
    let scheduled = json!({ "at_ms": start_ms + 3 * HOUR_MS, "body": "Your slot tomorrow is free.", "audience": "everyone", "priority": "routine" });
    okafor.post(&path_of(&thread, "/scheduled"), &scheduled).expect(201);
    let task =
        json!({ "title": "Call her", "assignee": { "person_id": okafor.id }, "due_at_ms": start_ms + 2 * HOUR_MS });
    let task = okafor.post(&path_of(&thread, "/tasks"), &task).expect(201)["task_id"].clone();
    let mut phone = Socket::connect(&garcia, None);
    let mut hers = Socket::connect(&lindqvist, None);
    let mut his = Socket::connect(&okafor, None);
    lindqvist.get(&path_of(&thread, "/events")).refused(404, "not_found");
    clock.set_ahead_ms(hours(2) + 60_000);
    hers.expect(|frame| frame["type"] == "coverage_changed" && frame["coverage"]["state"] == "running");
    his.expect(|frame| frame["type"] == "task_changed" && frame["task_id"] == task);
    lindqvist.get(&path_of(&thread, "/events")).expect(200);
    let due = okafor.get("/v1/tasks").expect(200)["tasks"].clone();
    let due = due
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == task)
        .unwrap()
        .clone();
    assert_eq!(due["overdue"], true);
    clock.set_ahead_ms(hours(3) + 60_000);
    phone.expect(|frame| frame["event"]["body"] == "Your slot tomorrow is free.");
    clock.set_ahead_ms(hours(5) + 60_000);
    hers.expect(|frame| frame["type"] == "coverage_changed" && frame["coverage"]["state"] == "over");
    lindqvist.get(&path_of(&thread, "/events")).refused(404, "not_found");
}
