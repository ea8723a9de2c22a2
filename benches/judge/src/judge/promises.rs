//! What the judge must find of guests, looks and the audit record, each planted into a history that is right.

use super::{Verdict, judge};
use crate::history::{End, FORMAT, Line, Phase, Room, What};

const ROOM: &str = "con_1";
const OTHER_ROOM: &str = "con_2";
const FIRST_SEQ: u64 = 4;
const MEMBER: u32 = 0;
const GUEST: u32 = 1;
/// What a guest's device holds before anything happens.
const REVISION: u64 = 100;

fn begun() -> Vec<What> {
    let room = |id: &str| Room {
        id: id.to_owned(),
        first_seq: FIRST_SEQ,
        devices: vec![MEMBER],
    };
    let run = What::Run {
        format: FORMAT,
        seed: 1,
        nodes: 1,
        senders: vec![0],
        rooms: vec![room(ROOM), room(OTHER_ROOM)],
    };
    let guest = What::Guest { room: 0, device: GUEST };
    vec![run, guest, socket(Phase::Live, REVISION)]
}

/// What the sender is told, what the member hears, and the guest if told so.
fn said(counter: u32, seq: u64, guest_hears: bool) -> Vec<What> {
    let (sender, attempt, node) = (0, 0, 0);
    let mut whats = vec![
        What::Attempt {
            sender,
            counter,
            attempt,
            node,
        },
        What::Answer {
            sender,
            counter,
            attempt,
            node,
            end: End::Acknowledged,
            seq: Some(seq),
            code: None,
        },
        delivered(MEMBER, seq, Some(counter)),
    ];
    whats.extend(guest_hears.then(|| delivered(GUEST, seq, Some(counter))));
    whats
}

fn delivered(device: u32, seq: u64, counter: Option<u32>) -> What {
    What::Delivered {
        device,
        node: 0,
        room: ROOM.to_owned(),
        seq,
        revision: REVISION + seq,
        message: counter.map(|counter| [0, counter]),
    }
}

/// A change; even ones let in.
fn asked(change: u32) -> What {
    What::Change {
        change,
        attempt: 0,
        node: 0,
        room: 0,
        device: GUEST,
        is_member: change.is_multiple_of(2),
    }
}

fn changed(change: u32, seq: u64) -> What {
    What::Changed {
        change,
        attempt: 0,
        node: 0,
        room: 0,
        device: GUEST,
        is_member: change.is_multiple_of(2),
        end: End::Acknowledged,
        seq: Some(seq),
        revision: Some(REVISION + seq),
        code: None,
    }
}

/// A change with all that is told of it.
fn change(number: u32, seq: u64) -> Vec<What> {
    let told = [MEMBER, GUEST].map(|device| delivered(device, seq, None));
    let mut whats = vec![asked(number), changed(number, seq)];
    whats.extend(told);
    whats
}

fn socket(phase: Phase, held: u64) -> What {
    What::Socket {
        device: GUEST,
        node: 0,
        phase,
        since: Some(held),
    }
}

fn look(look: u32, last_seq: u64, counter: u32) -> [What; 2] {
    [
        What::Look {
            sender: 0,
            look,
            node: 0,
            room: 0,
            revision: REVISION + last_seq,
        },
        What::Saw {
            sender: 0,
            look,
            last_seq: Some(last_seq),
            message: Some([0, counter]),
            code: None,
        },
    ]
}

fn audited(seq: u64) -> What {
    What::Audited { node: 0, room: 0, seq }
}

/// 4: nobody is in. 5: in. 6. 7: out. 8. 9: in. 10.
fn right() -> Vec<What> {
    let mut whats = begun();
    whats.extend(said(0, 4, false));
    whats.extend(change(0, 5));
    whats.extend(said(1, 6, true));
    whats.extend(look(0, 6, 1));
    whats.extend(change(1, 7));
    whats.extend(said(2, 8, false));
    whats.extend(change(2, 9));
    whats.extend(look(1, 9, 2));
    whats.extend(said(3, 10, true));
    let counters = [Some(0), None, Some(1), None, Some(2), None, Some(3)];
    whats.extend((4..).zip(counters).map(|(seq, counter)| What::Page {
        node: 0,
        room: 0,
        seq,
        message: counter.map(|counter| [0, counter]),
    }));
    whats.extend([4, 6, 8, 10].map(audited));
    whats.extend([What::AuditRead { lines: 4 }, What::End]);
    whats
}

fn judged(whats: Vec<What>) -> Verdict {
    judge(whats.into_iter().map(|what| Ok(Line { t_us: 0, what }))).unwrap()
}

/// Revoked, lost, doubled, misordered, strangers, phantoms, stale, unaudited.
fn counts(verdict: &Verdict) -> [u64; 8] {
    let found = &verdict.findings;
    [
        verdict.revoked,
        found.lost,
        found.doubled,
        found.misordered,
        found.strangers,
        verdict.phantoms,
        verdict.stale,
        verdict.unaudited,
    ]
}

/// The right history with other lines in the place of that one.
fn with(line: &What, others: Vec<What>) -> Verdict {
    let mut whats = right();
    let at = whats.iter().position(|what| what == line).unwrap();
    whats.splice(at..=at, others);
    judged(whats)
}

#[test]
fn a_right_history_is_clean_and_its_figures_are_read() {
    let verdict = judged(right());
    assert!(verdict.is_clean(), "{verdict:?}");
    assert_eq!((verdict.changes, verdict.looks, verdict.audited), (3, 2, 4));
    assert!(verdict.is_audited);
}

#[test]
fn what_comes_to_a_guest_between_two_stays_is_revoked() {
    let member = delivered(MEMBER, 8, Some(2));
    let verdict = with(&member, vec![member.clone(), delivered(GUEST, 8, Some(2))]);
    assert_eq!(counts(&verdict), [1, 0, 0, 0, 0, 0, 0, 0], "{verdict:?}");
    assert!(!verdict.is_clean());
    let member = delivered(MEMBER, 4, Some(0));
    let verdict = with(&member, vec![member.clone(), delivered(GUEST, 4, Some(0))]);
    assert_eq!(counts(&verdict), [1, 0, 0, 0, 0, 0, 0, 0], "before the first stay");
}

#[test]
fn what_a_guest_never_got_of_a_stay_is_lost() {
    for (seq, counter) in [(5, None), (6, Some(1)), (7, None), (9, None), (10, Some(3))] {
        let verdict = with(&delivered(GUEST, seq, counter), Vec::new());
        assert_eq!(counts(&verdict), [0, 1, 0, 0, 0, 0, 0, 0], "{seq}: {verdict:?}");
    }
}

#[test]
fn who_was_away_at_the_end_of_a_stay_need_not_be_told_of_it() {
    // Gone before 6, back when 7 had been asked for.
    let away = || vec![socket(Phase::Gone, REVISION + 5)];
    let mut whats = right();
    whats.retain(|what| ![delivered(GUEST, 6, Some(1)), delivered(GUEST, 7, None)].contains(what));
    let at = whats.iter().position(|what| *what == asked(1)).unwrap();
    let back = |revision| socket(Phase::Live, REVISION + revision);
    let played = |back_at: usize, back: What| {
        let mut whats = whats.clone();
        whats.insert(back_at, back);
        whats.splice(at..at, away());
        judged(whats)
    };
    assert_eq!(counts(&played(at + 1, back(7))), [0; 8]);
    let verdict = played(at, back(7));
    assert_eq!(
        verdict.findings.lost, 2,
        "it was back before anybody had asked for the end of the stay"
    );
    let verdict = played(at + 1, back(5));
    assert_eq!(verdict.findings.lost, 2, "it heard live what was above 5");
}

#[test]
fn a_guest_gets_nothing_twice_and_nothing_else_than_others() {
    let last = delivered(GUEST, 10, Some(3));
    let verdict = with(&last, vec![last.clone(), last.clone()]);
    assert_eq!(counts(&verdict), [0, 0, 1, 0, 0, 0, 0, 0], "{verdict:?}");
    let verdict = with(&last, vec![delivered(GUEST, 10, Some(2))]);
    assert_eq!(counts(&verdict), [0, 0, 0, 1, 0, 0, 0, 0], "{verdict:?}");
    let mut other = last.clone();
    if let What::Delivered { revision, .. } = &mut other {
        *revision += 1;
    }
    assert_eq!(counts(&with(&last, vec![other])), [0, 0, 0, 1, 0, 0, 0, 0]);
}

#[test]
fn a_guest_is_a_stranger_in_other_rooms() {
    let mut whats = right();
    let at = whats.len() - 1;
    let mut elsewhere = delivered(GUEST, 4, Some(0));
    if let What::Delivered { room, .. } = &mut elsewhere {
        *room = OTHER_ROOM.to_owned();
    }
    whats.insert(at, elsewhere);
    let verdict = judged(whats);
    assert_eq!(verdict.findings.strangers, 1, "{verdict:?}");
}

#[test]
fn only_what_was_asked_for_happens_beside_messages() {
    let last = delivered(MEMBER, 10, Some(3));
    let verdict = with(&last, vec![last.clone(), delivered(MEMBER, 11, None)]);
    assert_eq!(verdict.phantoms, 1, "{verdict:?}");
}

#[test]
fn a_change_whose_answer_differs_from_what_was_told_is_found() {
    let verdict = with(&changed(1, 7), vec![changed(1, 8)]);
    assert!(verdict.findings.misordered > 0, "{verdict:?}");
    let verdict = with(&changed(2, 9), vec![changed(2, 9), changed(2, 9)]);
    assert!(verdict.is_clean(), "the same answer again");
}

#[test]
fn of_a_change_that_was_never_answered_nobody_knows() {
    let mut whats = right();
    let at = whats.iter().position(|what| *what == asked(2)).unwrap();
    whats.truncate(at + 1);
    whats.extend([delivered(MEMBER, 9, None), delivered(GUEST, 9, None)]);
    assert_eq!(counts(&judged(whats))[0], 0);
}

#[test]
fn a_look_that_lacks_what_was_acknowledged_is_stale() {
    let [_, saw] = look(0, 6, 1);
    let [_, too_early] = look(0, 5, 1);
    assert_eq!(counts(&with(&saw, vec![too_early])), [0, 0, 0, 0, 0, 0, 1, 0]);
    let [_, another] = look(0, 6, 0);
    assert_eq!(counts(&with(&saw, vec![another])), [0, 0, 0, 0, 0, 0, 1, 0]);
}

#[test]
fn a_look_that_shows_less_than_an_earlier_one_is_stale() {
    let [_, saw] = look(1, 9, 2);
    let [_, less] = look(1, 8, 2);
    assert!(with(&saw, vec![less.clone()]).is_clean(), "all that the sender knew of");
    let [ask, more] = look(2, 9, 2);
    let [ask_again, _] = look(1, 8, 2);
    let verdict = with(&saw, vec![saw.clone(), ask_again, less]);
    assert_eq!(counts(&verdict), [0, 0, 0, 0, 0, 0, 1, 0], "{verdict:?}");
    assert!(with(&saw, vec![saw.clone(), ask, more]).is_clean());
}

#[test]
fn a_look_without_an_answer_counts_nothing() {
    let [_, saw] = look(1, 9, 2);
    let refused = What::Saw {
        sender: 0,
        look: 1,
        last_seq: None,
        message: None,
        code: Some("fenced".to_owned()),
    };
    let verdict = with(&saw, vec![refused]);
    assert!(verdict.is_clean() && verdict.looks == 1, "{verdict:?}");
}

#[test]
fn each_message_has_one_line_and_nothing_else_has_one() {
    let line = audited(8);
    for (others, read, wrong) in [
        (vec![], 3, 1),
        (vec![line.clone(), line.clone()], 5, 1),
        (vec![line.clone(), audited(7)], 5, 1),
        (vec![line.clone(), audited(40)], 5, 1),
        (vec![audited(7)], 4, 2),
        // A line that was read and stands not in the history.
        (vec![line.clone()], 5, 1),
    ] {
        let mut whats = right();
        let at = whats.iter().position(|what| *what == line).unwrap();
        whats.splice(at..=at, others.clone());
        let end = whats.len() - 2;
        whats[end] = What::AuditRead { lines: read };
        let verdict = judged(whats);
        assert_eq!(
            counts(&verdict),
            [0, 0, 0, 0, 0, 0, 0, wrong],
            "{others:?}: {verdict:?}"
        );
    }
}

#[test]
fn a_record_that_was_not_read_to_its_end_is_not_judged() {
    let verdict = with(&What::AuditRead { lines: 4 }, vec![]);
    assert!(verdict.is_clean() && !verdict.is_audited);
}
