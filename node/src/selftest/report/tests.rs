//! Tests of the report: what it says of a history that is right, and of one that is not.

use super::{Report, time};
use crate::membership::status::Role;
use crate::selftest::audit::AuditSeen;
use crate::selftest::disk::DurableWrite;
use crate::selftest::figures;
use crate::selftest::figures::tests::{history, lines};
use crate::selftest::setup::Reach;
use crate::selftest::strike::tests::seen;
use corridor_judge::history::What;
use corridor_judge::judge::judge;
use std::path::PathBuf;

/// Of a run that wrote this history.
pub fn report(whats: Vec<(u64, What)>) -> Report {
    Report {
        version: "0.1.0".to_owned(),
        cluster: Some("0f".repeat(16)),
        workspace: "selftest-1a2b3c4d".to_owned(),
        seconds: 10,
        nodes: vec![seen(1, Role::Voter), seen(7, Role::Leader)],
        reached: [1, 7].map(reached).to_vec(),
        durable_write: DurableWrite {
            p50_us: 1_234,
            slowest_us: 20_000,
            writes: 20,
        },
        planned: 1,
        figures: figures::read(lines(whats.clone())).unwrap(),
        verdict: judge(lines(whats)).unwrap(),
        are_equal: true,
        audit: Ok(AuditSeen {
            lines: 4,
            ..AuditSeen::default()
        }),
        stopped: None,
        not_closed: None,
        history: PathBuf::from("/tmp/selftest.jsonl"),
    }
}

fn reached(node: u64) -> Reach {
    Reach {
        node,
        url: Some(format!("https://node-{node}.example:8443")),
        problem: None,
    }
}

#[test]
fn what_held_is_one_page() {
    let report = report(history());
    assert_eq!(report.broken(), [""; 0]);
    let expected = "\
corridor 0.1.0, cluster 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f
selftest of 10 s in the scratch workspace selftest-1a2b3c4d

NODE    ADDRESS              ROLE     ROUND TRIP  CLIENTS
1*      node-1.example:7443  voter             -  https://node-1.example:8443
7       node-7.example:7443  leader      0.40 ms  https://node-7.example:8443

durable write here    p50 1.2 ms, slowest of 20 20 ms
acknowledged, quiet   p50 6.0 ms, p99 6.0 ms (2 messages)
under troubles        p50 469 ms, p99 469 ms (2 messages)

TROUBLE                                   AT         NO ANSWER FOR      WELL AFTER
the leader is cut off                     node 1            468 ms           50 ms

messages  4 acknowledged, 1 asked again; 4 delivered; 1 sockets resumed
judged    lost 0, doubled 0, misordered 0, strangers 0, vanished 0, phantoms 0, resets 0
states    equal on all nodes at the end
audit     4 lines of messages sent; 0 acknowledged without one, 0 with more than one
history   /tmp/selftest.jsonl

ALL HELD: every acknowledged message is there once, in order, for whom it is for, through 1 troubles.
";
    assert_eq!(report.text(), expected);
    assert_eq!(report.as_json()["all_held"], true);
}

/// One device never got one message.
pub fn with_a_loss() -> Vec<(u64, What)> {
    let mut whats = history();
    whats.retain(|(_, what)| !matches!(what, What::Delivered { seq: 4, .. }));
    whats
}

#[test]
fn a_lost_message_is_found_and_said() {
    let report = report(with_a_loss());
    assert_eq!(report.broken()[0], "lost: 1");
    let text = report.text();
    assert!(
        text.contains("judged    lost 1,") && text.contains("got event 5"),
        "{text}"
    );
    assert!(text.lines().last().unwrap().starts_with("NOT ALL HELD"), "{text}");
    let json = report.as_json();
    assert_eq!((&json["all_held"], &json["judged"]["lost"]), (&false.into(), &1.into()));
}

#[test]
fn whatever_else_did_not_hold_is_said() {
    type Plant = fn(&mut Report);
    let cases: [(Plant, &str); 7] = [
        (|report| report.are_equal = false, "not found equal"),
        (|report| report.planned = 6, "1 of 6 troubles"),
        (
            |report| report.figures.troubles[0].healed_ms = None,
            "not well again after: the leader is cut off, node 1",
        ),
        (
            |report| report.audit = Err("refused".to_owned()),
            "was not read: refused",
        ),
        (
            |report| {
                report.audit = Ok(AuditSeen {
                    missing: 2,
                    ..AuditSeen::default()
                });
            },
            "lacks 2 messages",
        ),
        (
            |report| report.stopped = Some("node 7 refused".to_owned()),
            "did not come to its end: node 7 refused",
        ),
        (
            |report| report.not_closed = Some("fenced".to_owned()),
            "corridor workspace close selftest-1a2b3c4d",
        ),
    ];
    for (plant, words) in cases {
        let mut report = report(history());
        plant(&mut report);
        let broken = report.broken();
        assert!(broken.len() == 1 && broken[0].contains(words), "{broken:?}");
        assert!(report.text().contains("NOT ALL HELD"));
    }
}

#[test]
fn a_node_that_clients_do_not_reach_is_named() {
    let mut report = report(history());
    report.reached[1].problem = Some("it says no client_url in its configuration".to_owned());
    let text = report.text();
    assert!(text.contains("NO: it says no client_url"), "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("ALL HELD") && last.ends_with("Clients did not reach node 7: nothing was asked there."));
}

#[test]
fn times_are_short() {
    let times = [0.4, 4.25, 431.4, 12_345.0].map(time);
    assert_eq!(times, ["0.40 ms", "4.2 ms", "431 ms", "12.3 s"]);
}
