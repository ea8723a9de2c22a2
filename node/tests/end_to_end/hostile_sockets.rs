//! Sockets that no client of ours opens: pages of others, no hello, frames that are too large or none, and one that never reads.

use serde_json::{Value, json};
use std::io::Write;
use std::time::{Duration, Instant};
use tungstenite::Message;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::support::clinic::Clinic;
use crate::support::http::Request;
use crate::support::person::{Person, assert_contiguous};
use crate::support::socket::Socket;
use crate::support::{PATIENCE, wait_for};

/// What a socket gets that does not keep to the protocol.
const SOON: Duration = Duration::from_secs(4);

fn hello(person: &Person) -> Value {
    json!({ "type": "hello", "version": 1, "token": person.token })
}

#[test]
fn pages_of_others_get_no_socket() {
    let clinic = Clinic::demo();
    let raman = clinic.person("raman");
    let (cookie, bearer) = (format!("corridor={}", raman.token), format!("Bearer {}", raman.token));
    let upgrade = || Request::new("GET", "/v1/socket").upgrade();
    for origin in [
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        &format!("https://{}", raman.address),
    ] {
        for request in [
            upgrade().header("Origin", origin),
            upgrade().header("Origin", origin).header("Cookie", &cookie),
            upgrade().header("Origin", origin).header("Authorization", &bearer),
        ] {
            request.send(raman.address).refused(403, "origin_not_allowed");
        }
    }
    upgrade()
        .header("Cookie", &cookie)
        .send(raman.address)
        .refused(403, "origin_not_allowed");
    let own = format!("http://{}", raman.address);
    assert_eq!(
        upgrade()
            .header("Cookie", &cookie)
            .header("Origin", &own)
            .send(raman.address)
            .status,
        101
    );
    assert_eq!(
        upgrade().send(raman.address).status,
        101,
        "a program without a page says who it is in its hello"
    );
    let answer = upgrade()
        .header("Sec-WebSocket-Extensions", "permessage-deflate")
        .send(raman.address);
    assert!(
        answer.header("sec-websocket-extensions").is_none(),
        "nothing is inflated here: {answer:?}"
    );
    assert!(
        (400..500).contains(&raman.get("/v1/socket").status),
        "no upgrade, no socket"
    );
}

#[test]
fn who_does_not_say_hello_is_closed() {
    let clinic = Clinic::demo();
    let raman = clinic.person("raman");
    // The silent ones wait while the others are being judged.
    let opened_at = Instant::now();
    let mut silent = [
        Socket::open(raman.address, &[]),
        Socket::open(raman.address, &[("Authorization", &format!("Bearer {}", raman.token))]),
    ];
    silent[1]
        .send_message(Message::Ping(b"still here".to_vec().into()))
        .unwrap();
    let first = |message: Message| {
        let mut socket = Socket::open(raman.address, &[]);
        // Who says too much is cut off in the middle of it.
        let _ = socket.send_message(message);
        assert!(socket.expect_goodbye("protocol_error", SOON).is_empty());
    };
    let text = |frame: &Value| Message::text(frame.to_string());
    first(Message::text("hello"));
    first(Message::text(""));
    first(Message::text("{}"));
    first(text(&json!({ "type": "hello", "version": 2, "token": raman.token })));
    first(text(
        &json!({ "type": "hello", "version": 1, "since": -1, "token": raman.token }),
    ));
    first(text(
        &json!({ "type": "typing", "conversation_id": "con_00000000000000000000000001", "active": true }),
    ));
    let command = json!({ "type": "acknowledge", "conversation_id": "con_00000000000000000000000001", "seq": 1 });
    first(text(
        &json!({ "type": "command", "id": "0".repeat(32), "command": command }),
    ));
    first(text(
        &json!({ "type": "hello", "version": 1, "token": "x".repeat(8 * 1024) }),
    ));
    first(Message::text("x".repeat(150 * 1024)));
    first(Message::binary(hello(&raman).to_string().into_bytes()));
    for socket in &mut silent {
        socket.expect_goodbye("protocol_error", Duration::from_secs(8));
        let waited = opened_at.elapsed();
        assert!(
            waited >= Duration::from_secs(4) && waited < Duration::from_secs(9),
            "closed after {waited:?}"
        );
    }
}

#[test]
fn frames_that_are_none_close_the_socket_with_a_goodbye() {
    let clinic = Clinic::demo();
    let [raman, wen] = clinic.people(["raman", "wen"]);
    let room = raman.begin_group("Frames", &[&wen]);
    let mut watching = Socket::connect(&wen, None);
    let text_frame = |bytes: &[u8]| Message::Frame(Frame::message(bytes.to_vec(), OpCode::Data(Data::Text), true));
    let typing = |id: &str| json!({ "type": "typing", "conversation_id": id, "active": true }).to_string();
    let wrong = [
        ("garbage", Message::text("{\"type\":")),
        ("an unknown type", Message::text("{\"type\":\"dance\"}")),
        (
            "a frame of the node",
            Message::text("{\"type\":\"caught_up\",\"revision\":1}"),
        ),
        ("hello again", Message::text(hello(&raman).to_string())),
        ("an id that is none", Message::text(typing("con_1"))),
        (
            "a command that is none",
            Message::text(format!(
                "{{\"type\":\"command\",\"id\":\"{}\",\"command\":{{}}}}",
                "0".repeat(32)
            )),
        ),
        ("binary", Message::binary(b"\x00\x01".to_vec())),
        ("invalid UTF-8", text_frame(b"{\"type\":\"\xff\xfe\"}")),
        ("more than a frame holds", Message::text("x".repeat(160 * 1024 + 1))),
        (
            "a continuation of nothing",
            Message::Frame(Frame::message(b"x".to_vec(), OpCode::Data(Data::Continue), true)),
        ),
        ("deep nesting", Message::text("[".repeat(100_000))),
    ];
    for (what, message) in wrong {
        let mut socket = Socket::connect(&raman, None);
        socket.send_message(message).unwrap();
        let (frames, _) = socket.until_closed(SOON);
        let last = frames.last().unwrap_or(&Value::Null);
        assert_eq!(
            (&last["type"], &last["reason"]),
            (&json!("goodbye"), &json!("protocol_error")),
            "{what}: {frames:?}"
        );
    }
    // Nobody else is disturbed, and the person may come back at once.
    let mut back = Socket::connect(&raman, None);
    let sent = back.command(&json!({ "type": "send_message", "conversation_id": room, "body": "still here" }));
    watching.expect_event(&room, sent["seq"].as_u64().unwrap());
    // Fields that nobody knows, in frames that make sense otherwise, are no reason to close.
    back.send(&json!({ "type": "typing", "conversation_id": room, "active": true, "colour": "red" }));
    watching.expect(|frame| frame["type"] == "typing");
}

#[test]
fn messages_in_a_million_pieces_and_unmasked_ones_are_cut() {
    let clinic = Clinic::demo();
    let raman = clinic.person("raman");
    // A message that never ends, a byte at a time.
    let mut socket = Socket::connect(&raman, None);
    let piece = |first: bool| {
        Frame::message(
            b"x".to_vec(),
            OpCode::Data(if first { Data::Text } else { Data::Continue }),
            false,
        )
    };
    socket.send_message(Message::Frame(piece(true))).unwrap();
    let cut = (0..400_000).find(|_| socket.send_message(Message::Frame(piece(false))).is_err());
    if cut.is_none() {
        socket.until_closed(PATIENCE);
    }
    // A gigabyte that is only announced; a frame without a mask; reserved bits.
    for bytes in [
        &[0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4][..],
        &[0x81, 0x02, b'{', b'}'],
        &[0xf1, 0x82, 1, 2, 3, 4, 5, 6],
    ] {
        let mut socket = Socket::connect(&raman, None);
        socket.bytes().write_all(bytes).unwrap();
        socket.until_closed(SOON);
    }
    Socket::connect(&raman, None);
}

#[test]
fn who_does_not_read_is_cut_and_the_others_go_on() {
    let clinic = Clinic::demo();
    let [raman, wen, jonas] = clinic.people(["raman", "wen", "jonas"]);
    let room = raman.begin_group("A busy room", &[&wen, &jonas]);
    let mut reading = Socket::connect(&wen, None);
    let _sleeping = Socket::connect(&jonas, None);
    let (mut slowest, mut sent) = (Duration::ZERO, 0);
    let body = "x".repeat(60_000);
    // Until the buffers of the system and the outbox of the node are full.
    wait_for("the one who does not read is cut", PATIENCE * 2, || {
        let begun = Instant::now();
        let seq = raman.say(&room, &body);
        reading.expect_event(&room, seq);
        slowest = slowest.max(begun.elapsed());
        sent += 1;
        let sockets = clinic.node.operations("/status").expect(200)["sockets"]
            .as_u64()
            .unwrap();
        (sockets == 1).then_some(())
    });
    println!("cut after {sent} messages of 60 kB; the slowest for the other one took {slowest:?}");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    assert_contiguous(&reading.events_of(&room), 2);
    // What was missed is there for who comes back.
    let first = jonas.history(&room)[0]["revision"].as_u64().unwrap();
    let mut back = Socket::connect(&jonas, Some(first));
    let last = raman.say(&room, "good morning");
    back.expect_event(&room, last);
    assert_contiguous(&back.events_of(&room), 2);
}
