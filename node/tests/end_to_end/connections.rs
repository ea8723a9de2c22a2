//! Connections that cost and bring nothing: too many of them, silent ones, dripping ones, heads without end, answers left unread.

use serde_json::json;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::support::clinic::Clinic;
use crate::support::http::{Request, connect, connect_from, read_answer};
use crate::support::{PATIENCE, wait_for};

/// Another address of this machine: somebody else.
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Something slow; says after which time it was cut.
type Wait = Box<dyn FnOnce() -> Duration + Send>;

/// A connection that is being served: it had one answer and is kept open.
fn kept_open(address: SocketAddr) -> std::io::Result<TcpStream> {
    let mut stream = connect(address)?;
    stream.write_all(b"GET /v1/me HTTP/1.1\r\nHost: x\r\n\r\n")?;
    read_answer(&mut stream, false).map(|_| stream)
}

/// When the node closes it, whatever it says before.
fn closed_after(mut stream: TcpStream) -> Duration {
    let begun = Instant::now();
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Err(why) if matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            panic!("not closed after {:?}", begun.elapsed())
        }
        _ => begun.elapsed(),
    }
}

#[test]
fn an_address_has_so_many_connections_and_no_more() {
    let clinic = Clinic::with_limits("connections_per_address = 20\nconnections = 30\n");
    let address = clinic.node.address;
    let mut held: Vec<_> = (0..20).map(|_| kept_open(address).unwrap()).collect();
    for _ in 0..5 {
        assert!(closed_after(connect(address).unwrap()) < Duration::from_secs(4));
    }
    // Somebody else is served, up to what there is in all.
    let me = Request::new("GET", "/v1/me");
    let others: Vec<_> = (0..10)
        .map(|_| connect_from(ELSEWHERE, address, None).unwrap())
        .collect();
    let mut last = others.last().unwrap();
    last.write_all(b"GET /v1/me HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    assert_eq!(read_answer(&mut last, false).unwrap().status, 401);
    assert!(
        me.send_from(Ipv4Addr::new(127, 0, 0, 3), address).is_err(),
        "the house is full"
    );
    assert_eq!(clinic.node.high_water("connections"), 30);
    assert!(clinic.node.figure("corridor_connections_refused_total") >= 6.0);
    // A place is given back with its connection.
    drop(others);
    held.truncate(19);
    wait_for("there is room again", PATIENCE, || {
        let answer = me.try_send(address).ok()?;
        (answer.status == 401).then_some(())
    });
}

#[test]
fn who_says_nothing_or_drips_is_cut_and_others_are_served() {
    let (clinic, behind_tls) = (Clinic::demo(), Clinic::empty_for_others());
    let address = clinic.node.address;
    let slow: [(&str, u64, Wait); 5] = [
        ("silence", 10, Box::new(move || closed_after(connect(address).unwrap()))),
        ("half a head", 10, {
            Box::new(move || {
                let mut stream = connect(address).unwrap();
                stream.write_all(b"GET /v1/me HTTP/1.1\r\nHost: x\r\n").unwrap();
                closed_after(stream)
            })
        }),
        ("a head that never ends", 10, Box::new(move || dripped(address))),
        ("a body that never ends", 15, {
            Box::new(move || {
                let begun = Instant::now();
                let mut stream = connect(address).unwrap();
                let head = "POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{";
                stream.write_all(head.as_bytes()).unwrap();
                read_answer(&mut stream, false).unwrap().refused(422, "invalid");
                begun.elapsed()
            })
        }),
        ("no handshake", 10, {
            let address = behind_tls.node.address;
            Box::new(move || closed_after(connect(address).unwrap()))
        }),
    ];
    let raman = clinic.person("raman");
    std::thread::scope(|scope| {
        let waiting = slow.map(|(what, limit_s, wait)| (what, limit_s, scope.spawn(wait)));
        while waiting.iter().any(|(_, _, thread)| !thread.is_finished()) {
            let begun = Instant::now();
            raman.get("/v1/me").expect(200);
            assert!(begun.elapsed() < Duration::from_secs(5), "others are served");
        }
        for (what, limit_s, thread) in waiting {
            let cut_after = thread.join().unwrap();
            let limit = Duration::from_secs(limit_s);
            assert!(
                cut_after > limit - Duration::from_secs(1) && cut_after < limit + Duration::from_secs(8),
                "{what}: cut after {cut_after:?}"
            );
        }
    });
}

/// A header field a byte at a time, always just in time for whoever waits for a byte.
fn dripped(address: SocketAddr) -> Duration {
    let begun = Instant::now();
    let mut stream = connect(address).unwrap();
    stream.write_all(b"GET /v1/me HTTP/1.1\r\nX-Drip: ").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut byte = [0];
    loop {
        match stream.read(&mut byte) {
            Err(why) if matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                assert!(begun.elapsed() < PATIENCE, "it drips for ever");
                if stream.write_all(b"x").is_err() {
                    return begun.elapsed();
                }
            }
            _ => return begun.elapsed(),
        }
    }
}

#[test]
fn an_answer_that_nobody_reads_does_not_wait_for_ever() {
    let clinic = Clinic::demo();
    let raman = clinic.person("raman");
    // One connection asks again and again, and reads nothing.
    let mut stream = connect_from(Ipv4Addr::LOCALHOST, clinic.node.address, Some(4 * 1024)).unwrap();
    let request = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(&request.repeat(50)).unwrap();
    stream.set_nonblocking(true).unwrap();
    let begun = Instant::now();
    wait_for("it is cut", PATIENCE * 2, || {
        let other = Instant::now();
        raman.get("/v1/me").expect(200);
        assert!(other.elapsed() < Duration::from_secs(5), "others are served");
        match stream.write(b"\r\n") {
            Err(why) if why.kind() == ErrorKind::WouldBlock => None,
            Err(_) => Some(()),
            Ok(_) => None,
        }
    });
    let cut_after = begun.elapsed();
    assert!(cut_after > Duration::from_secs(19), "cut after {cut_after:?}");
}

#[test]
fn heads_beyond_every_measure_are_refused() {
    let clinic = Clinic::demo();
    let raman = clinic.person("raman");
    let fields = (0..100).fold(Request::new("GET", "/v1/me"), |request, number| {
        request.header(&format!("X-{number}"), "x")
    });
    assert_eq!(fields.send(raman.address).status, 431);
    let long = Request::new("GET", "/v1/me").header("X-Long", &"x".repeat(40 * 1024));
    assert_eq!(long.send(raman.address).status, 431);
    let path = format!("/v1/people?q={}", "x".repeat(9 * 1024));
    Request::new("GET", &path)
        .send(raman.address)
        .refused(414, "uri_too_long");
    raman.get(&format!("/v1/people?q={}", "x".repeat(7 * 1024))).expect(200);
    // Nothing but HTTP/1.1 is spoken here.
    let mut stream = connect(raman.address).unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    // Settings, and `GET /` on the first stream.
    stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).unwrap();
    stream
        .write_all(&[0, 0, 6, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x41, 1, b'x'])
        .unwrap();
    assert!(closed_after(stream) < Duration::from_secs(4));
    let large = json!({ "body": "x".repeat(300 * 1024) });
    raman.post("/v1/conversations", &large).refused(413, "too_large");
}
