//! SIGKILL, twenty times, while people write: what was acknowledged is there, once, in order; who comes back misses nothing.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::support::clinic::Clinic;
use crate::support::person::{Person, assert_contiguous};
use crate::support::socket::{Came, Socket};
use crate::support::{Chance, PATIENCE, new_command_id, wait_for};

const KILLS: u64 = 20;
const WRITERS: [&str; 4] = ["raman", "wen", "jonas", "nadia"];
const READERS: [&str; 2] = ["okafor", "tess"];
/// How long a writer waits for an answer before it takes the socket for dead.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A message that was acknowledged.
struct Acknowledged {
    text: String,
    answer: Value,
}

/// What the writer's next answer says.
enum Next {
    Done(Value),
    AskAgain,
    Lost,
}

/// A socket as soon as the node lets one in.
fn connected(person: &Person, since: Option<u64>) -> Socket {
    wait_for("the node is back", PATIENCE * 2, || {
        Socket::try_connect(person, since).ok()
    })
}

/// The answer to that command. "Maybe done" and "not now" say: ask again with the same id.
fn answer_of(socket: &mut Socket, id: &str) -> Next {
    match socket.find(ANSWER_WITHIN, |frame| frame["type"] == "result" && frame["id"] == id) {
        Ok(result) if result["ok"] == true => Next::Done(result),
        Ok(result) => {
            assert_eq!(
                result["problem"]["status"], 503,
                "only what passes may be the matter: {result}"
            );
            Next::AskAgain
        }
        Err(_) => Next::Lost,
    }
}

/// Writes numbered messages until told to stop; each is asked for by the same id until there is an answer.
fn write(person: &Person, room: &str, stop: &AtomicBool, acknowledged: &AtomicU64) -> (Vec<Acknowledged>, u64) {
    let mut done = Vec::new();
    let mut repeated = 0;
    let mut socket = connected(person, None);
    while !stop.load(Ordering::Acquire) {
        let text = format!("{} {}", person.id, done.len() + 1);
        let id = new_command_id();
        let command = json!({ "type": "send_message", "conversation_id": room, "body": text });
        let frame = json!({ "type": "command", "id": id, "command": command });
        loop {
            let next = match socket.try_send(&frame) {
                Ok(()) => answer_of(&mut socket, &id),
                Err(_) => Next::Lost,
            };
            match next {
                Next::Done(answer) => {
                    done.push(Acknowledged { text, answer });
                    acknowledged.fetch_add(1, Ordering::Release);
                    break;
                }
                Next::AskAgain => {}
                Next::Lost => socket = connected(person, None),
            }
            repeated += 1;
        }
    }
    (done, repeated)
}

/// Holds a socket and comes back by the last revision it was told, until it holds the last event. All events, as they came.
fn follow(person: &Person, room: &str, first: u64, stop: &AtomicBool, last_seq: &AtomicU64) -> (Vec<Value>, u64) {
    let mut events: Vec<Value> = Vec::new();
    let mut held = first;
    let mut returns = 0;
    let mut socket = connected(person, Some(held));
    let begun = Instant::now();
    loop {
        match socket.next(Duration::from_millis(200)) {
            Came::Frame(frame) if frame["type"] == "event" && frame["conversation_id"] == room => {
                held = frame["revision"].as_u64().unwrap();
                events.push(frame);
            }
            Came::Frame(frame) => assert_ne!(frame["type"], "reset", "the cursor was good: {frame}"),
            Came::Closed(_) => {
                socket = connected(person, Some(held));
                returns += 1;
            }
            Came::Nothing => {}
        }
        let last = last_seq.load(Ordering::Acquire);
        let arrived = events
            .last()
            .is_some_and(|event| event["seq"].as_u64().unwrap() >= last);
        if stop.load(Ordering::Acquire) && last > 0 && arrived {
            return (events, returns);
        }
        assert!(
            begun.elapsed() < Duration::from_secs(180),
            "{} holds {} events",
            person.name,
            events.len()
        );
    }
}

#[test]
fn twenty_kills_under_traffic_lose_nothing_and_double_nothing() {
    let mut chance = Chance::from_environment("twenty kills");
    let mut clinic = Clinic::demo();
    let writers = clinic.people(WRITERS);
    let readers = clinic.people(READERS);
    let others: Vec<&Person> = writers[1..].iter().chain(&readers).collect();
    let room = writers[0].begin_group("Through thick and thin", &others);
    let first = writers[0].history(&room)[0]["revision"].as_u64().unwrap();
    let (stop, acknowledged, last_seq) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let begun = Instant::now();
    let mut slowest_start = Duration::ZERO;

    let (written, followed) = std::thread::scope(|scope| {
        let (room, stop, acknowledged, last_seq) = (&room, &stop, &acknowledged, &last_seq);
        let writing: Vec<_> = writers
            .iter()
            .map(|person| scope.spawn(move || write(person, room, stop, acknowledged)))
            .collect();
        let following: Vec<_> = readers
            .iter()
            .map(|person| scope.spawn(move || follow(person, room, first, stop, last_seq)))
            .collect();
        for _ in 0..KILLS {
            // Somewhere after some more were acknowledged, and somewhere between two of them.
            let enough = acknowledged.load(Ordering::Acquire) + 1 + chance.below(60);
            wait_for("people write", PATIENCE, || {
                (acknowledged.load(Ordering::Acquire) >= enough).then_some(())
            });
            let moment = Instant::now() + Duration::from_micros(chance.below(20_000));
            while Instant::now() < moment {
                std::hint::spin_loop();
            }
            clinic.node.kill();
            let started = Instant::now();
            clinic.node.start();
            slowest_start = slowest_start.max(started.elapsed());
        }
        let enough = acknowledged.load(Ordering::Acquire) + 20;
        wait_for("people write on", PATIENCE, || {
            (acknowledged.load(Ordering::Acquire) >= enough).then_some(())
        });
        stop.store(true, Ordering::Release);
        let written: Vec<_> = writing.into_iter().map(|thread| thread.join().unwrap()).collect();
        let last = writers[0].conversation(room)["last_seq"].as_u64().unwrap();
        last_seq.store(last, Ordering::Release);
        let followed: Vec<_> = following.into_iter().map(|thread| thread.join().unwrap()).collect();
        (written, followed)
    });

    let history = writers[0].history(&room);
    assert_contiguous(&history, 1);
    let messages: Vec<&Value> = history
        .iter()
        .filter(|event| event["event"]["type"] == "message_sent")
        .collect();
    let numbers: Vec<u64> = messages
        .iter()
        .map(|event| event["event"]["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=messages.len() as u64).collect::<Vec<_>>());
    let mut places: HashMap<&str, Vec<u64>> = HashMap::new();
    for event in &messages {
        places
            .entry(event["event"]["body"].as_str().unwrap())
            .or_default()
            .push(event["seq"].as_u64().unwrap());
    }
    let mut repeated = 0;
    for (done, again) in &written {
        let mut before = 0;
        for Acknowledged { text, answer } in done {
            let seq = answer["seq"].as_u64().unwrap();
            assert_eq!(
                places.remove(text.as_str()),
                Some(vec![seq]),
                "{text} stands once, where it was acknowledged"
            );
            assert!(seq > before, "{text} stands after its sender's earlier ones");
            before = seq;
        }
        repeated += again;
    }
    assert!(places.is_empty(), "nobody wrote these: {places:?}");
    let mut returns = 0;
    for (events, again) in &followed {
        assert_contiguous(events, 2);
        assert_eq!(events.len() + 1, history.len());
        returns += again;
    }
    assert!(returns >= KILLS, "the readers were cut off by the kills: {returns}");
    let (messages, seconds) = (messages.len(), begun.elapsed().as_secs_f32());
    println!(
        "{KILLS} kills in {seconds:.1} s: {messages} messages acknowledged, {repeated} asked for again, {returns} resumed \
         sockets, slowest start {slowest_start:?}"
    );
}
