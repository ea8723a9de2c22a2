//! Tests of the checker: it is silent about what is right, and finds a loss, a double, a wrong order and a stranger's delivery.

use super::{Checker, Findings, Sent};

const ANA: u32 = 10;
const BEN: u32 = 11;
const EVE: u32 = 12;

fn sent(counter: u32) -> Sent {
    Sent { lane: 1, counter }
}

/// One conversation of Ana and Ben from event 3 on, in which these messages were acknowledged from there on and came to both.
fn right(counters: &[u32]) -> Checker {
    let mut checker = Checker::default();
    assert_eq!(checker.watch(3, vec![BEN, ANA]), 0);
    for (seq, counter) in (3..).zip(counters) {
        checker.acknowledged(0, sent(*counter), seq);
        checker.received(ANA, 0, seq, Some(sent(*counter)));
        checker.received(BEN, 0, seq, Some(sent(*counter)));
    }
    checker
}

fn counts(findings: &Findings) -> [u64; 4] {
    [findings.lost, findings.doubled, findings.misordered, findings.strangers]
}

#[test]
fn what_is_right_is_clean() {
    let mut checker = right(&[0, 1, 2]);
    // Something else may stand between, and an answer may be late, or never come.
    checker.received(ANA, 0, 6, None);
    checker.received(BEN, 0, 6, None);
    checker.received(ANA, 0, 7, Some(sent(3)));
    checker.acknowledged(0, sent(3), 7);
    assert!(!checker.is_complete());
    checker.received(BEN, 0, 7, Some(sent(3)));
    assert!(checker.is_complete());
    checker.received(BEN, 0, 8, Some(sent(4)));
    assert_eq!(checker.findings(), Findings::default());
    assert!(checker.findings().is_clean());
}

#[test]
fn a_message_that_never_comes_is_lost() {
    let mut checker = right(&[0]);
    checker.acknowledged(0, sent(1), 4);
    checker.received(ANA, 0, 4, Some(sent(1)));
    assert!(!checker.is_complete());
    let found = checker.findings();
    assert_eq!(counts(&found), [1, 0, 0, 0], "{found:?}");
    assert!(found.examples[0].contains("device 11"), "{found:?}");
}

#[test]
fn nobody_waits_for_a_reader_of_pages_but_it_is_held_to_the_same() {
    const PAGES: u32 = super::READERS_FROM;
    let mut checker = Checker::default();
    checker.watch(3, vec![ANA, PAGES]);
    checker.acknowledged(0, sent(0), 3);
    checker.received(ANA, 0, 3, Some(sent(0)));
    assert!(checker.is_complete());
    assert_eq!(checker.stand(PAGES, 0), Some((3, 3)));
    let found = checker.findings();
    assert_eq!((counts(&found), found.lost_in_pages), ([1, 0, 0, 0], 1));
    checker.received(PAGES, 0, 3, Some(sent(0)));
    assert_eq!(checker.stand(PAGES, 0), Some((4, 3)));
    assert!(checker.findings().is_clean());
    assert_eq!(checker.stand(BEN, 0), None);
}

#[test]
fn a_hole_in_a_stream_is_a_loss() {
    let mut checker = right(&[0]);
    checker.received(ANA, 0, 6, Some(sent(3)));
    assert_eq!(counts(&checker.findings()), [2, 0, 0, 0]);
}

#[test]
fn an_acknowledgement_of_nothing_is_a_loss() {
    let mut checker = right(&[0]);
    checker.acknowledged(0, sent(1), 2);
    // Event 2 is older than the load: the message cannot stand there.
    assert_eq!(counts(&checker.findings()), [1, 0, 1, 0]);
}

#[test]
fn an_event_that_comes_again_is_a_double() {
    let mut checker = right(&[0, 1]);
    checker.received(BEN, 0, 4, Some(sent(1)));
    assert_eq!(counts(&checker.findings()), [0, 1, 0, 0]);
}

#[test]
fn a_message_that_stands_twice_is_a_double() {
    let checker = right(&[0, 1, 1, 2]);
    assert_eq!(counts(&checker.findings()), [0, 1, 0, 0]);
}

#[test]
fn a_retry_that_got_another_place_is_a_double() {
    let mut checker = right(&[0]);
    checker.acknowledged(0, sent(0), 4);
    checker.received(ANA, 0, 4, Some(sent(0)));
    checker.received(BEN, 0, 4, Some(sent(0)));
    assert_eq!(counts(&checker.findings()), [0, 1, 0, 0]);
}

#[test]
fn messages_in_another_order_are_found() {
    let checker = right(&[0, 2, 1, 3]);
    assert_eq!(counts(&checker.findings()), [0, 0, 1, 0]);
}

#[test]
fn a_refused_message_may_stand_later() {
    let mut checker = right(&[0, 2, 1, 3]);
    checker.repeated(sent(1));
    assert!(checker.findings().is_clean());
}

#[test]
fn two_devices_that_saw_different_orders_are_found() {
    let mut checker = right(&[0]);
    let other = Sent { lane: 2, counter: 0 };
    for (seq, ana, ben) in [(4, sent(1), other), (5, other, sent(1))] {
        checker.received(ANA, 0, seq, Some(ana));
        checker.received(BEN, 0, seq, Some(ben));
    }
    assert_eq!(counts(&checker.findings()), [0, 0, 2, 0]);
}

#[test]
fn an_acknowledgement_for_another_place_is_found() {
    let mut checker = right(&[0, 1]);
    checker.acknowledged(0, sent(2), 4);
    assert_eq!(counts(&checker.findings()), [0, 0, 1, 0]);
}

#[test]
fn a_strangers_delivery_is_found() {
    let mut checker = right(&[0]);
    checker.received(EVE, 0, 3, Some(sent(0)));
    checker.received(EVE, 7, 3, None);
    let found = checker.findings();
    assert_eq!(counts(&found), [0, 0, 0, 2], "{found:?}");
}

#[test]
fn findings_add_up_and_examples_are_few() {
    let mut all = Findings::default();
    for _ in 0..20 {
        let mut checker = right(&[0]);
        checker.received(EVE, 0, 3, None);
        all.add(checker.findings());
    }
    assert_eq!(counts(&all), [0, 0, 0, 20]);
    assert_eq!(all.examples.len(), super::EXAMPLES);
}
