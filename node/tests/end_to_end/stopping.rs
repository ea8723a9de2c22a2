//! SIGTERM while people write: every socket is told when to come back, every command is answered or in doubt, and after the
//! restart everything that was answered is there exactly once.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::clinic::Clinic;
use crate::support::person::{Person, assert_contiguous};
use crate::support::socket::{Came, Socket};
use crate::support::{PATIENCE, new_command_id, wait_for};

const WRITERS: [&str; 4] = ["raman", "wen", "jonas", "nadia"];
/// Commands of one writer that wait for their answers.
const AT_ONCE: usize = 8;
const LISTENERS: usize = 40;

/// What a writer holds when the node is gone.
#[derive(Default)]
struct Written {
    /// Text and answer.
    answered: Vec<(String, Value)>,
    /// Command id and text of what was sent and not answered.
    in_doubt: Vec<(String, String)>,
    goodbye: Option<Value>,
}

/// Writes without waiting for each answer until the node says goodbye.
fn write(person: &Person, room: &str, done: &AtomicU64) -> Written {
    let mut socket = Socket::connect(person, None);
    let mut waiting: HashMap<String, String> = HashMap::new();
    let mut written = Written::default();
    let mut number = 0;
    loop {
        while waiting.len() < AT_ONCE {
            number += 1;
            let (id, text) = (new_command_id(), format!("{} {number}", person.id));
            let command = json!({ "type": "send_message", "conversation_id": room, "body": text });
            let sent = socket.try_send(&json!({ "type": "command", "id": id, "command": command }));
            waiting.insert(id, text);
            if sent.is_err() {
                break;
            }
        }
        match socket.next(PATIENCE) {
            Came::Frame(frame) if frame["type"] == "result" => {
                let id = frame["id"].as_str().unwrap().to_owned();
                let text = waiting.remove(&id).unwrap();
                if frame["ok"] == true {
                    written.answered.push((text, frame));
                    done.fetch_add(1, Ordering::Relaxed);
                } else {
                    assert_eq!(
                        frame["problem"]["status"], 503,
                        "only what passes may be the matter: {frame}"
                    );
                    written.in_doubt.push((id, text));
                }
            }
            Came::Frame(frame) if frame["type"] == "goodbye" => written.goodbye = Some(frame),
            Came::Frame(_) => {}
            Came::Closed(_) => break,
            Came::Nothing => panic!("neither an answer nor an end"),
        }
    }
    written.in_doubt.extend(waiting);
    written
}

/// The reason and the time that a goodbye names.
#[track_caller]
fn told_ms(goodbye: &Value) -> u64 {
    assert_eq!(goodbye["reason"], "shutting_down", "{goodbye}");
    let told = goodbye["retry_after_ms"].as_u64().unwrap();
    assert!((1_000..=61_000).contains(&told), "{goodbye}");
    told
}

#[test]
fn a_stop_under_load_leaves_nothing_open() {
    // With the usual rate of returning: turns are 4 ms apart.
    let mut clinic = Clinic::with_limits("sends_per_second = 10000\nsends_burst = 10000\n");
    let people = clinic.people(WRITERS);
    let others: Vec<&Person> = people[1..].iter().collect();
    let room = people[0].begin_group("Until the end", &others);
    let mut listeners: Vec<_> = (0..LISTENERS)
        .map(|number| Socket::connect(&people[number % people.len()], None))
        .collect();
    let done = AtomicU64::new(0);
    let (written, goodbyes): (Vec<Written>, Vec<Value>) = std::thread::scope(|scope| {
        let (room, done) = (&room, &done);
        // They read all the time: who does not is cut as too slow where people write fast.
        let listening: Vec<_> = listeners
            .iter_mut()
            .map(|socket| scope.spawn(|| socket.until_closed(PATIENCE).0.pop().unwrap()))
            .collect();
        let writing: Vec<_> = people
            .iter()
            .map(|person| scope.spawn(move || write(person, room, done)))
            .collect();
        wait_for("people write", PATIENCE, || {
            (done.load(Ordering::Relaxed) > 200).then_some(())
        });
        clinic.node.stop();
        (
            writing.into_iter().map(|thread| thread.join().unwrap()).collect(),
            listening.into_iter().map(|thread| thread.join().unwrap()).collect(),
        )
    });
    // Everybody was told when to come back, and not all of them the same moment.
    let mut told: Vec<u64> = goodbyes.iter().map(told_ms).collect();
    told.extend(written.iter().map(|written| told_ms(written.goodbye.as_ref().unwrap())));
    told.sort();
    told.dedup();
    assert!(told.len() > (LISTENERS + WRITERS.len()) / 2, "{told:?}");

    clinic.node.start();
    let (mut answered, mut asked_again) = (0, 0);
    let mut places: HashMap<String, u64> = HashMap::new();
    for (person, written) in people.iter().zip(written) {
        answered += written.answered.len();
        asked_again += written.in_doubt.len();
        for (text, answer) in written.answered {
            places.insert(text, answer["seq"].as_u64().unwrap());
        }
        let mut socket = Socket::connect(person, None);
        for (id, text) in written.in_doubt {
            let command = json!({ "type": "send_message", "conversation_id": room, "body": text });
            let result = socket.command_as(&id, &command);
            assert_eq!(result["ok"], true, "{result}");
            places.insert(text, result["seq"].as_u64().unwrap());
        }
    }
    let history = people[0].history(&room);
    assert_contiguous(&history, 1);
    let stand: Vec<(&str, u64)> = history
        .iter()
        .filter(|event| event["event"]["type"] == "message_sent")
        .map(|event| (event["event"]["body"].as_str().unwrap(), event["seq"].as_u64().unwrap()))
        .collect();
    assert_eq!(stand.len(), places.len(), "each once");
    for (text, seq) in stand {
        assert_eq!(places.get(text), Some(&seq), "{text} stands where it was said to");
    }
    println!("{answered} answered before the stop, {asked_again} in doubt and asked again");
}
