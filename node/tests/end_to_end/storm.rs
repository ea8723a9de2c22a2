//! Two thousand devices come back at once: they are let in as a stream, each when it was told, and none of them misses anything.

use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::clinic::Clinic;
use crate::support::http::connect;
use crate::support::person::{Person, assert_contiguous};
use crate::support::socket::{Refused, Socket};

const DEVICES: usize = 2_000;
const THREADS: usize = 20;
/// The bar is 15 s on a machine that has nothing else to do.
const WITHIN: Duration = Duration::from_secs(40);

/// A device that is away until then.
struct Device<'a> {
    person: &'a Person,
    comes_at: Instant,
}

/// Knocks once: in, or told when to come again.
fn knock(device: &Device<'_>, room: &str, held: u64) -> Result<Socket, Duration> {
    let address = device.person.address;
    let bearer = format!("Bearer {}", device.person.token);
    let opened = Socket::open_on(connect(address).unwrap(), address, &[("Authorization", &bearer)]);
    let mut socket = opened.map_err(|refused| match refused {
        Refused::Answer(answer) => {
            assert_eq!(answer.status, 503, "{}", answer.text());
            let told_s: u64 = answer.header("retry-after").unwrap().parse().unwrap();
            let exact = serde_json::from_slice::<serde_json::Value>(&answer.body);
            let exact_ms = exact.ok().and_then(|problem| problem["retry_after_ms"].as_u64());
            Duration::from_millis(exact_ms.unwrap_or(told_s * 1_000))
        }
        Refused::Other(why) => panic!("{why}"),
    })?;
    socket.try_hello(device.person, Some(held)).unwrap();
    // What was missed is there: the three messages, and nothing else.
    assert_contiguous(&socket.events_of(room), 2);
    assert_eq!(socket.events_of(room).len(), 3);
    Ok(socket)
}

/// Brings a share of the devices back. The sockets, and what the refused ones were told.
fn bring_back(mut away: Vec<Device<'_>>, room: &str, held: u64) -> (Vec<Socket>, Vec<Duration>) {
    let (mut back, mut told) = (Vec::new(), Vec::new());
    while !away.is_empty() {
        away.sort_by_key(|device| std::cmp::Reverse(device.comes_at));
        let mut device = away.pop().unwrap();
        std::thread::sleep(device.comes_at.saturating_duration_since(Instant::now()));
        match knock(&device, room, held) {
            Ok(socket) => back.push(socket),
            Err(wait) => {
                told.push(wait);
                device.comes_at = Instant::now() + wait;
                away.push(device);
            }
        }
    }
    (back, told)
}

#[test]
fn two_thousand_devices_cut_at_once_are_all_back_soon() {
    // As it is out of the box, but for the sends of one person.
    let clinic = Clinic::with_limits("sends_per_second = 10000\nsends_burst = 10000\n");
    let people = clinic.people(["raman", "wen", "jonas", "nadia", "okafor", "tess", "teo"]);
    let others: Vec<&Person> = people[1..6].iter().collect();
    let room = people[0].begin_group("After the break", &others);
    let held = people[0].history(&room)[0]["revision"].as_u64().unwrap();
    for text in ["one", "two", "three"] {
        people[0].say(&room, text);
    }
    let begun = Instant::now();
    let (done, slowest) = (AtomicBool::new(false), Mutex::new(Duration::ZERO));
    let (back, told) = std::thread::scope(|scope| {
        let watching = scope.spawn(|| {
            // Meanwhile somebody who is at work goes on working.
            while !done.load(Ordering::Acquire) {
                let asked = Instant::now();
                people[6].get("/v1/me").expect(200);
                let mut slowest = slowest.lock().unwrap();
                *slowest = slowest.max(asked.elapsed());
            }
        });
        let (people, room) = (&people, &room);
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let person = &people[thread % 6];
                let share = (0..DEVICES / THREADS).map(|_| Device {
                    person,
                    comes_at: begun,
                });
                let share: Vec<_> = share.collect();
                scope.spawn(move || bring_back(share, room, held))
            })
            .collect();
        let (mut back, mut told) = (Vec::new(), Vec::new());
        for thread in threads {
            let (sockets, waits) = thread.join().unwrap();
            back.extend(sockets);
            told.extend(waits);
        }
        done.store(true, Ordering::Release);
        watching.join().unwrap();
        (back, told)
    });
    let took = begun.elapsed();
    let slowest = *slowest.lock().unwrap();
    println!(
        "{} sockets back after {took:?}, {} times one was told to wait, the slowest request of somebody else took {slowest:?}",
        back.len(),
        told.len()
    );
    assert_eq!(back.len(), DEVICES);
    assert!(took < WITHIN, "{took:?}");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    assert!(!told.is_empty() && told.len() < 3 * DEVICES, "{}", told.len());
    let mut different = told;
    different.sort();
    different.dedup();
    assert!(
        different.len() > 100,
        "they are not told the same moment: {}",
        different.len()
    );
    // All of them are live: a message reaches every socket once.
    let last = people[0].post(
        &format!("/v1/conversations/{room}/messages"),
        &json!({ "body": "everybody is back" }),
    );
    let seq = last.expect(201)["seq"].as_u64().unwrap();
    for mut socket in back {
        socket.expect_event(&room, seq);
        assert_contiguous(&socket.events_of(&room), 2);
    }
    assert!(clinic.node.high_water("sockets") >= DEVICES as u64);
}
