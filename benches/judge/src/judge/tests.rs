//! What the judge of histories must find, each planted into a history that is right.

use super::{LEADER_KILLED, Verdict, judge};
use crate::history::{End, FORMAT, Line, Phase, Room, What};

const NODES: u32 = 3;
const ROOM: &str = "con_1";
const FIRST_SEQ: u64 = 4;
const MEMBER: u32 = 0;
const STRANGER: u32 = 1;

fn begun() -> What {
    What::Run {
        format: FORMAT,
        seed: 1,
        nodes: NODES,
        senders: vec![0],
        rooms: vec![Room {
            id: ROOM.to_owned(),
            first_seq: FIRST_SEQ,
            devices: vec![MEMBER],
        }],
    }
}

fn attempt(counter: u32, attempt: u32) -> What {
    What::Attempt {
        sender: 0,
        counter,
        attempt,
        node: 0,
    }
}

fn answer(counter: u32, attempt: u32, end: End, seq: Option<u64>) -> What {
    What::Answer {
        sender: 0,
        counter,
        attempt,
        node: 0,
        end,
        seq,
        code: None,
    }
}

fn delivered(device: u32, seq: u64, counter: u32) -> What {
    What::Delivered {
        device,
        node: 1,
        room: ROOM.to_owned(),
        seq,
        revision: seq + 100,
        message: Some([0, counter]),
    }
}

fn page(node: u32, seq: u64, counter: u32) -> What {
    What::Page {
        node,
        room: 0,
        seq,
        message: Some([0, counter]),
    }
}

fn fault(phase: Phase) -> What {
    What::Fault {
        episode: 0,
        class: LEADER_KILLED.to_owned(),
        phase,
        nodes: vec![0],
        detail: String::new(),
    }
}

/// Two messages, the first asked for twice over the death of a leader; all right.
fn right() -> Vec<What> {
    let mut whats = vec![
        begun(),
        attempt(0, 0),
        fault(Phase::Struck),
        answer(0, 0, End::Unknown, None),
        attempt(0, 1),
        answer(0, 1, End::Acknowledged, Some(4)),
        fault(Phase::Healing),
        delivered(MEMBER, 4, 0),
        attempt(1, 0),
        answer(1, 0, End::Acknowledged, Some(5)),
        fault(Phase::Healed),
        delivered(MEMBER, 5, 1),
    ];
    for node in 0..NODES {
        whats.extend([page(node, 4, 0), page(node, 5, 1)]);
    }
    whats.push(What::End);
    whats
}

/// Each line a millisecond after the one before.
fn judged(whats: Vec<What>) -> Verdict {
    let lines = (0_u64..).zip(whats).map(|(number, what)| {
        Ok(Line {
            t_us: number * 1_000,
            what,
        })
    });
    judge(lines).unwrap()
}

fn counts(verdict: &Verdict) -> [u64; 5] {
    let found = &verdict.findings;
    [
        found.lost,
        found.doubled,
        found.misordered,
        found.strangers,
        verdict.phantoms,
    ]
}

/// The right history without the lines that are not wanted.
fn without(unwanted: impl Fn(&What) -> bool) -> Verdict {
    judged(right().into_iter().filter(|what| !unwanted(what)).collect())
}

/// The right history with one more line before the end.
fn with(what: What) -> Verdict {
    let mut whats = right();
    whats.insert(whats.len() - 1, what);
    judged(whats)
}

#[test]
fn a_right_history_is_clean_and_its_figures_are_read() {
    let verdict = judged(right());
    assert!(verdict.is_clean(), "{verdict:?}");
    assert_eq!((verdict.acknowledged, verdict.retried, verdict.unknown), (2, 1, 1));
    assert_eq!(
        verdict.unavailable_ms,
        [3.0],
        "from the kill to what was asked for after it"
    );
    assert_eq!(verdict.healing_ms, [4.0]);
    assert_eq!(verdict.episodes[LEADER_KILLED], 1);
}

#[test]
fn what_one_node_lacks_is_lost() {
    let verdict = without(|what| *what == page(2, 5, 1));
    assert_eq!(counts(&verdict), [1, 0, 0, 0, 0], "{verdict:?}");
}

#[test]
fn what_a_device_never_got_is_lost() {
    let verdict = without(|what| *what == delivered(MEMBER, 5, 1));
    assert_eq!(counts(&verdict), [1, 0, 0, 0, 0], "{verdict:?}");
}

#[test]
fn a_hole_in_a_page_is_lost() {
    let verdict = without(|what| *what == page(1, 4, 0));
    assert_eq!(counts(&verdict), [1, 0, 0, 0, 0], "{verdict:?}");
}

#[test]
fn what_comes_twice_is_doubled() {
    let verdict = with(delivered(MEMBER, 5, 1));
    assert_eq!(counts(&verdict), [0, 1, 0, 0, 0], "{verdict:?}");
}

#[test]
fn a_message_that_stands_twice_is_doubled() {
    let mut whats = right();
    whats.truncate(whats.len() - 1);
    whats.extend((0..NODES).map(|node| page(node, 6, 1)));
    whats.extend([delivered(MEMBER, 6, 1), What::End]);
    let verdict = judged(whats);
    assert_eq!(counts(&verdict), [0, 1, 0, 0, 0], "{verdict:?}");
}

#[test]
fn two_nodes_that_differ_are_found() {
    let mut whats = right();
    for what in &mut whats {
        if *what == page(2, 4, 0) {
            *what = page(2, 4, 1);
        } else if *what == page(2, 5, 1) {
            *what = page(2, 5, 0);
        }
    }
    assert_eq!(counts(&judged(whats)), [0, 0, 2, 0, 0]);
}

/// All nodes forgot what stood at 5, and something else came there.
fn forgotten() -> Vec<What> {
    let mut whats = right();
    for node in 0..NODES {
        for what in &mut whats {
            if *what == page(node, 5, 1) {
                *what = page(node, 5, 2);
            }
        }
    }
    let at = whats.iter().position(|what| matches!(what, What::Page { .. })).unwrap();
    whats.insert(at, attempt(2, 0));
    whats
}

#[test]
fn what_was_acknowledged_and_stands_nowhere_vanished() {
    let verdict = judged(forgotten());
    assert_eq!(verdict.vanished, 1);
    assert!(!verdict.is_clean());
    assert_eq!(verdict.findings.lost, 0, "no place is empty");
    assert_eq!(judged(right()).vanished, 0);
    assert_eq!(
        without(|what| *what == page(1, 5, 1)).vanished,
        0,
        "two nodes have it: lost, not vanished"
    );
    let mut broken_off = forgotten();
    broken_off.truncate(broken_off.len() - 1);
    assert_eq!(judged(broken_off).vanished, 0, "the pages may not all have been read");
}

#[test]
fn what_nobody_asked_for_is_a_phantom() {
    let verdict = with(delivered(MEMBER, 6, 2));
    assert_eq!(counts(&verdict), [0, 0, 0, 0, 1], "{verdict:?}");
    assert!(!verdict.is_clean());
}

#[test]
fn what_comes_to_somebody_else_came_to_a_stranger() {
    let verdict = with(delivered(STRANGER, 5, 1));
    assert_eq!(counts(&verdict), [0, 0, 0, 1, 0], "{verdict:?}");
}

#[test]
fn a_history_of_the_first_format_is_judged_as_ever() {
    let mut whats = right();
    if let What::Run { format, .. } = &mut whats[0] {
        *format = 1;
    }
    assert!(judged(whats).is_clean());
}

#[test]
fn a_history_that_breaks_off_or_is_of_another_format_is_not_clean() {
    let verdict = without(|what| *what == What::End);
    assert!(!verdict.is_clean());
    let other = What::Run {
        format: FORMAT + 1,
        seed: 1,
        nodes: NODES,
        senders: Vec::new(),
        rooms: Vec::new(),
    };
    assert!(judge(std::iter::once(Ok(Line { t_us: 0, what: other }))).is_err());
}
