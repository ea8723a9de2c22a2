//! A hundred devices that stop reading in a busy room: the others do not notice, and each of the hundred is told, cut, freed and
//! misses nothing when it comes back.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use crate::support::clinic::Clinic;
use crate::support::http::connect_from;
use crate::support::person::{Person, assert_contiguous};
use crate::support::socket::Socket;
use crate::support::wait_for;

const STALLED: usize = 100;
/// From the moment at which its outbox is full: the look at it, and the time it has to take its goodbye.
const CUT_WITHIN: Duration = Duration::from_secs(30);
/// What the node may hold for all of them on top of what it held before; the room's own messages are in it as well.
const GROWTH_SIZE_BYTES_MAX: u64 = 96 * 1024 * 1024;

/// A socket of a device with little room for what it does not read.
fn small_socket(person: &Person) -> Socket {
    let stream = connect_from(Ipv4Addr::LOCALHOST, person.address, Some(4 * 1024)).unwrap();
    let mut socket = Socket::open_on(stream, person.address, &[]).unwrap();
    socket.try_hello(person, None).unwrap();
    socket
}

/// How long each message takes from its sender to somebody who reads, in order of size.
fn latencies(sender: &Person, reader: &mut Socket, room: &str, body: &str, count: usize) -> Vec<Duration> {
    let mut taken: Vec<_> = (0..count)
        .map(|_| {
            let begun = Instant::now();
            let seq = sender.say(room, body);
            reader.expect_event(room, seq);
            begun.elapsed()
        })
        .collect();
    taken.sort();
    taken
}

#[test]
fn a_hundred_that_do_not_read_are_cut_and_nobody_else_notices() {
    let clinic = Clinic::demo();
    let people = clinic.people(["raman", "wen", "jonas", "nadia", "okafor", "tess"]);
    let (raman, wen) = (&people[0], &people[1]);
    let others: Vec<&Person> = people[1..].iter().collect();
    let room = raman.begin_group("A busy room", &others);
    let first = raman.history(&room)[0]["revision"].as_u64().unwrap();
    let mut reading = Socket::connect(wen, None);
    let body = "x".repeat(10_000);
    // Warm, then alone.
    latencies(raman, &mut reading, &room, &body, 20);
    let alone = latencies(raman, &mut reading, &room, &body, 60);

    let mut stalled: Vec<Socket> = (0..STALLED)
        .map(|number| small_socket(&people[2 + number % 4]))
        .collect();
    let sockets = || {
        clinic.node.operations("/status").expect(200)["sockets"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(sockets(), STALLED as u64 + 1);
    let before = clinic.node.resident_size_bytes();
    let (mut most, mut beside, mut told) = (before, Vec::new(), 0);
    let begun = Instant::now();
    while sockets() > 1 {
        assert!(begun.elapsed() < CUT_WITHIN * 3, "{} are still there", sockets());
        beside.extend(latencies(raman, &mut reading, &room, &body, 5));
        most = most.max(clinic.node.resident_size_bytes());
    }
    let cut_after = begun.elapsed();
    // The reason is on its way to whoever begins to read in time: the last ones were cut just now.
    for socket in &mut stalled {
        let (frames, _) = socket.until_closed(CUT_WITHIN);
        let Some(last) = frames.last().filter(|last| last["type"] == "goodbye") else {
            continue;
        };
        assert_eq!(last["reason"], "too_slow", "{last}");
        assert!(last["retry_after_ms"].as_u64().unwrap() >= 1_000, "{last}");
        told += 1;
    }
    drop(stalled);
    beside.sort();
    let at = |sorted: &[Duration], share: usize| sorted[(sorted.len() - 1) * share / 100];
    println!(
        "{STALLED} cut after {cut_after:?} and {} messages, {told} of them told why; median and p99 alone {:?} {:?}, beside \
         them {:?} {:?}; memory grew by {} KiB at most",
        beside.len(),
        at(&alone, 50),
        at(&alone, 99),
        at(&beside, 50),
        at(&beside, 99),
        (most - before) / 1024
    );
    assert!(told > 0, "nobody was told why");
    // Generous: this machine may be busy with other tests.
    assert!(at(&beside, 50) < at(&alone, 50) * 5 + Duration::from_millis(50));
    assert!(at(&beside, 99) < at(&alone, 99) * 5 + Duration::from_millis(500));
    assert!(most - before < GROWTH_SIZE_BYTES_MAX, "{} bytes", most - before);
    assert_contiguous(&reading.events_of(&room), 2);
    // Everybody comes back with the cursor they had, and misses nothing.
    let last = raman.say(&room, "good morning");
    let missed = usize::try_from(last).unwrap() - 1;
    for person in &people[2..] {
        let mut back = Socket::connect(person, Some(first));
        wait_for("everything is there", CUT_WITHIN, || {
            back.next(Duration::from_millis(100));
            (back.events_of(&room).len() >= missed).then_some(())
        });
        assert_contiguous(&back.events_of(&room), 2);
    }
}
