//! A disk that is nearly full: nothing new is taken, everything else goes on, and it ends by itself when there is room again.

use rustix::fs::{FallocateFlags, fallocate, statvfs};
use serde_json::{Value, json};
use std::path::Path;

use crate::support::clinic::{Clinic, copied_demo, password_of};
use crate::support::person::{Person, path_of};
use crate::support::{PATIENCE, wait_for};

const MIB: u64 = 1024 * 1024;
/// What other tests write and delete meanwhile must not matter.
const MARGIN_MIB: u64 = 1024;

fn free_mib(folder: &Path) -> u64 {
    let disk = statvfs(folder).unwrap();
    disk.f_bavail * disk.f_frsize / MIB
}

/// A conversation that this person is a member of.
fn some_room(person: &Person) -> String {
    let inbox = person.get("/v1/inbox").expect(200);
    let conversations = inbox["conversations"].as_array().unwrap();
    conversations[0]["id"].as_str().unwrap().to_owned()
}

fn code(answer: &Value) -> &str {
    answer["code"].as_str().unwrap()
}

#[test]
fn a_nearly_full_disk_takes_nothing_new_shows_everything_and_recovers() {
    let (folder, _) = copied_demo();
    let free = free_mib(folder.path());
    assert!(
        free > 4 * MARGIN_MIB,
        "this test needs 4 GiB of free disk to fill a part of"
    );
    let mut clinic = Clinic::with_limits(&format!("disk_reserve_mib = {}\n", free - MARGIN_MIB));
    let nurse = Person::sign_in(clinic.node.address, "wen", password_of("wen"));
    let room = some_room(&nurse);
    let before = nurse.say(&room, "while there is room");
    assert_eq!(clinic.node.figure("corridor_disk_is_nearly_full"), 0.0);

    let filler = folder.path().join("filler");
    let file = std::fs::File::create(&filler).unwrap();
    fallocate(&file, FallocateFlags::empty(), 0, 2 * MARGIN_MIB * MIB).unwrap();
    clinic.node.expect_in_log("THE DISK IS NEARLY FULL");
    wait_for("nothing new is taken", PATIENCE, || {
        let answer = nurse.send(&room, &json!({ "body": "too much" }));
        (answer.status == 503).then(|| assert_eq!(code(&answer.json()), "disk_nearly_full"))
    });
    let refused = nurse.send(&room, &json!({ "body": "again" }));
    assert!(refused.header("retry-after").is_some(), "{}", refused.text());
    // Who is there reads, who comes signs in, who goes signs out: all of it is recorded, so it needs room too.
    let history = nurse.history(&room);
    assert_eq!(
        history
            .iter()
            .filter(|event| event["event"]["body"] == "while there is room")
            .count(),
        1
    );
    let again = Person::sign_in(clinic.node.address, "wen", password_of("wen"));
    again
        .post(&path_of(&room, "/read"), &json!({ "seq": before }))
        .expect(200);
    again.sign_out();
    assert_eq!(clinic.node.figure("corridor_disk_is_nearly_full"), 1.0);

    drop(file);
    std::fs::remove_file(&filler).unwrap();
    wait_for("there is room again", PATIENCE, || {
        let answer = nurse.send(&room, &json!({ "body": "with room again" }));
        (answer.status == 201).then_some(())
    });
    assert_eq!(nurse.history(&room).last().unwrap()["event"]["body"], "with room again");
}
