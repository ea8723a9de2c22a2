//! Too much of what is allowed: each bound has its answer with a time in it, and whoever did not ask for too much is served.

use serde_json::{Value, json};
use std::io::Write;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tungstenite::Message;

use crate::support::clinic::{Clinic, password_of};
use crate::support::http::{Request, Response, connect, connect_from, read_answer};
use crate::support::person::{Person, path_of, try_sign_in};
use crate::support::socket::{Came, Refused, Socket};
use crate::support::{PATIENCE, new_command_id, wait_for};

const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// The time that a refusal names, in its body and, in whole seconds, in its header.
#[track_caller]
fn retry_after_ms(refusal: &Response, status: u16, code: &str) -> u64 {
    let wait_ms = refusal.refused(status, code)["retry_after_ms"].as_u64().unwrap();
    assert!((1..=61_000).contains(&wait_ms), "{wait_ms}");
    assert_eq!(
        refusal.header("retry-after"),
        Some(wait_ms.div_ceil(1_000).to_string().as_str())
    );
    wait_ms
}

/// Asks until it is refused.
#[track_caller]
fn until_refused(at_most: usize, ask: impl Fn() -> Response) -> (usize, Response) {
    let mut asked = (0..at_most).map(|count| (count, ask()));
    asked
        .find(|(_, answer)| answer.status == 429 || answer.status == 503)
        .expect("it was never refused")
}

#[test]
fn a_person_has_a_rate_for_everything_it_does() {
    let clinic = Clinic::with_limits("commands_per_second = 2\ncommands_burst = 20\n");
    let [raman, wen] = clinic.people(["raman", "wen"]);
    let room = raman.begin_group("Hasty", &[&wen]);
    let mark = || raman.post(&path_of(&room, "/delivered"), &json!({ "seq": 1 }));
    let (asked, refused) = until_refused(60, mark);
    assert!(asked >= 15, "refused after {asked}");
    assert!(retry_after_ms(&refused, 429, "rate_limited") <= 1_000);
    // Looks and the socket draw from the same bucket, and a refusal over the socket names its time as well.
    let mut socket = Socket::open(raman.address, &[]);
    socket.try_hello(&raman, None).unwrap();
    let refused = wait_for("a look is refused", PATIENCE, || {
        let answer = raman.get("/v1/inbox");
        (answer.status != 200).then_some(answer)
    });
    retry_after_ms(&refused, 429, "rate_limited");
    let command = json!({ "type": "confirm_delivery", "conversation_id": room, "seq": 1 });
    let refused = wait_for("a command is refused", PATIENCE, || {
        let result = socket.command_as(&new_command_id(), &command);
        (result["problem"]["code"] == "rate_limited").then_some(result)
    });
    assert!((1..=1_000).contains(&refused["problem"]["retry_after_ms"].as_u64().unwrap()));
    wen.say(&room, "others go on");
    // Who asks too much may still leave.
    raman.sign_out();
}

#[test]
fn an_address_has_a_rate_for_requests() {
    let clinic = Clinic::with_limits("requests_per_second = 2\nrequests_burst = 20\n");
    let me = Request::new("GET", "/v1/me");
    let (asked, refused) = until_refused(60, || me.send(clinic.node.address));
    assert!(asked >= 19, "refused after {asked}");
    assert!(retry_after_ms(&refused, 429, "rate_limited") <= 1_000);
    // Files and sockets are requests like others.
    until_refused(60, || Request::new("GET", "/").send(clinic.node.address));
    until_refused(60, || {
        Request::new("GET", "/v1/socket").upgrade().send(clinic.node.address)
    });
    let other = me.send_from(ELSEWHERE, clinic.node.address).unwrap();
    assert_eq!(other.status, 401, "somebody else is served");
}

#[test]
fn an_address_has_a_rate_for_sign_ins() {
    let clinic = Clinic::with_limits("sign_ins_per_second = 1\nsign_ins_burst = 3\n");
    let address = clinic.node.address;
    let sign_in = || try_sign_in(address, "raman", password_of("raman"), "");
    let (asked, refused) = until_refused(200, sign_in);
    assert!(asked >= 3, "refused after {asked}");
    assert!(retry_after_ms(&refused, 429, "rate_limited") <= 1_000);
    let body = json!({ "login": "wen", "password": password_of("wen") });
    let other = Request::new("POST", "/v1/sign-in").json(&body);
    other.send_from(ELSEWHERE, address).unwrap().expect(200);
}

#[test]
fn so_many_requests_are_answered_at_once() {
    let clinic = Clinic::with_limits("requests_in_flight = 4\n");
    let raman = clinic.person("raman");
    // Each waits for the rest of its body.
    let mut waiting: Vec<_> = (0..4)
        .map(|_| {
            let mut stream = connect(raman.address).unwrap();
            let head =
                "POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{";
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    // All four are in before anybody else asks: else one of them would be the one too many.
    wait_for("all four wait", PATIENCE, || {
        (clinic.node.high_water("requests") == 4).then_some(())
    });
    let refused = raman.get("/v1/me");
    assert!(retry_after_ms(&refused, 503, "overloaded") >= 1_000);
    for stream in &mut waiting {
        stream.write_all(b"}").unwrap();
        read_answer(stream, false).unwrap().refused(422, "invalid");
    }
    raman.get("/v1/me").expect(200);
}

#[test]
fn a_socket_that_sends_too_fast_is_read_more_slowly() {
    let clinic = Clinic::with_limits("frames_per_second = 20\nframes_burst = 20\n");
    let [raman, wen] = clinic.people(["raman", "wen"]);
    let room = raman.begin_group("Chatter", &[&wen]);
    let (mut hasty, mut calm) = (Socket::connect(&raman, None), Socket::connect(&wen, None));
    let mark = json!({ "type": "mark_read", "conversation_id": room, "seq": 1 });
    let begun = Instant::now();
    for number in 0..80 {
        let typing = json!({ "type": "typing", "conversation_id": room, "active": number % 2 == 0 });
        hasty.send(&typing);
    }
    let answered = Instant::now();
    calm.command_as(&new_command_id(), &mark);
    assert!(answered.elapsed() < Duration::from_secs(2), "others are read as ever");
    // Nothing is lost: what was sent last is answered, sixty frames at twenty a second later.
    hasty.command_as(&new_command_id(), &mark);
    let took = begun.elapsed();
    assert!(
        took > Duration::from_millis(2_500) && took < Duration::from_secs(15),
        "{took:?}"
    );
}

/// Opens a socket and says nothing, or shows the refusal.
fn knock(who: &Person, source: Ipv4Addr) -> Result<Socket, Response> {
    let stream = connect_from(source, who.address, None).unwrap();
    Socket::open_on(stream, who.address, &[]).map_err(|refused| match refused {
        Refused::Answer(answer) => answer,
        Refused::Other(why) => panic!("{why}"),
    })
}

#[test]
fn an_address_has_so_many_sockets_that_say_nothing() {
    let clinic = Clinic::with_limits("socket_openings_per_second = 10000\nsocket_openings_burst = 10000\n");
    let raman = clinic.person("raman");
    let mut silent = Vec::new();
    let refused = loop {
        match knock(&raman, Ipv4Addr::LOCALHOST) {
            Ok(socket) => silent.push(socket),
            Err(refused) => break refused,
        }
        assert!(silent.len() <= 2_000, "there is a bound");
    };
    assert!(silent.len() >= 256, "refused after {}", silent.len());
    assert_eq!(refused.status, 503);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(clinic.node.high_water("sockets_before_sign_in"), 256);
    let mut other = knock(&raman, ELSEWHERE).unwrap();
    other.try_hello(&raman, None).unwrap();
    // Each of them had its five seconds; then there is room again.
    wait_for("there is room again", PATIENCE, || {
        knock(&raman, Ipv4Addr::LOCALHOST).ok()
    });
}

#[test]
fn a_node_has_so_many_sockets() {
    let clinic = Clinic::with_limits("sockets = 3\n");
    let raman = clinic.person("raman");
    let mut held: Vec<_> = (0..3).map(|_| Socket::connect(&raman, None)).collect();
    let refused = knock(&raman, ELSEWHERE).err().unwrap();
    assert_eq!(refused.status, 503);
    let wait_s: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait_s), "{wait_s}");
    raman.get("/v1/me").expect(200);
    held.pop();
    wait_for("there is room again", PATIENCE, || {
        Socket::try_connect(&raman, None).ok()
    });
}

#[test]
fn before_hello_a_few_bytes_are_enough() {
    let clinic = Clinic::demo();
    let raman = clinic.person("raman");
    // Pings are legal before hello, but not by the thousand.
    let mut socket = Socket::open(raman.address, &[]);
    let ping = || Message::Ping(vec![0; 125].into());
    let begun = Instant::now();
    let sent = (0..100_000).find(|_| socket.send_message(ping()).is_err());
    if sent.is_none() {
        socket.until_closed(PATIENCE);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "cut for its bytes, not for its silence"
    );
    // A hello that comes with the first commands in one go is fine, however long they are.
    let mut socket = Socket::open(raman.address, &[]);
    let room = raman.begin_group("Eager", &[]);
    socket.send(&json!({ "type": "hello", "version": 1, "token": raman.token }));
    for number in 0..3 {
        let body = format!("{number}{}", "x".repeat(10_000));
        let command = json!({ "type": "send_message", "conversation_id": room, "body": body });
        socket.send(&json!({ "type": "command", "id": new_command_id(), "command": command }));
    }
    let mut results = 0;
    while results < 3 {
        match socket.next(PATIENCE) {
            Came::Frame(frame) if frame["type"] == "result" => {
                assert_eq!(frame["ok"], Value::Bool(true), "{frame}");
                results += 1;
            }
            Came::Frame(_) => {}
            other => panic!("{other:?}"),
        }
    }
}
