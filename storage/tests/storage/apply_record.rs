//! Step 6 end to end, for the record: retries get the first answer, conflicts are refused, each command leaves one audit line.

use crate::clinic::folk::{self, ADMINISTRATOR, CLERK, GENERAL, GROUP, JOHNS, MARIA, NURSE, PHYSICIAN};
use crate::clinic::{Clinic, NOW_MS, envelope, read, send, session_of};
use corridor_domain::audit::{Action, Basis, Range};
use corridor_domain::command::{Command, Page};
use corridor_domain::conversation::Side;
use corridor_domain::outcome::Answer;
use corridor_domain::person::AccountState;
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;
use corridor_storage::replicated::{CommittedCommand, ReplicatedState};
use std::collections::BTreeSet;

#[test]
fn a_retry_gets_the_first_answer_and_does_nothing() {
    let mut clinic = Clinic::staffed();
    let asked = envelope(NURSE, 77, send(GROUP, "once"));
    let first = clinic.apply(std::slice::from_ref(&asked)).remove(0);
    let (events, lines) = (clinic.reader.conversation(GROUP).unwrap(), clinic.audit().len());
    let hash = clinic.applied.progress().hash;
    // In later batches, twice in one batch, with another salt, and after a restart from the same bytes.
    let mut salted = asked.clone();
    salted.salt = [9; 16];
    assert_eq!(clinic.apply(&[asked.clone(), salted]), [first.clone(), first.clone()]);
    assert_eq!(clinic.last_told(), []);
    assert_eq!(clinic.reader.conversation(GROUP).unwrap(), events);
    assert_eq!(clinic.audit().len(), lines);
    assert_ne!(
        clinic.applied.progress().hash,
        hash,
        "that it was asked is in the hash of the order"
    );
    let answers = clinic.apply(&[
        envelope(NURSE, 78, send(GROUP, "a")),
        envelope(NURSE, 78, send(GROUP, "a")),
    ]);
    assert_eq!(answers[0], answers[1], "within one batch as well");
}

#[test]
fn the_same_id_for_something_else_is_refused_with_one_line() {
    let mut clinic = Clinic::staffed();
    let asked = envelope(NURSE, 77, send(GROUP, "once"));
    let first = clinic.apply(std::slice::from_ref(&asked)).remove(0);
    let before = clinic.audit().len();
    let mut other = envelope(NURSE, 77, send(GROUP, "twice"));
    other.fingerprint = [6; 16];
    let answer = clinic.apply(&[other]).remove(0);
    let refusal = Refusal::IdempotencyConflict;
    let revision = clinic.revision;
    assert_eq!(answer, Answer::Refused { revision, refusal });
    assert_eq!(clinic.audit().len(), before + 1);
    let record = clinic.last_line().record;
    assert_eq!(
        (record.action, record.refusal, record.basis),
        (Action::Send, Some(refusal), None)
    );
    let nothing = Range {
        conversation: GROUP,
        basis: None,
        side: Side::Team,
        from_seq: 0,
        to_seq: 0,
    };
    assert_eq!(
        record.ranges,
        [nothing],
        "the record claims no place that was never taken"
    );
    assert_eq!(clinic.last_told(), []);
    assert_eq!(clinic.apply(&[asked]), [first], "the first answer stays");
    // Another person's id of the same number is their own.
    let theirs = clinic.apply(&[envelope(PHYSICIAN, 77, send(GROUP, "mine"))]).remove(0);
    assert!(matches!(theirs, Answer::Done { .. }));
}

#[test]
fn a_refusal_is_answered_the_same_again_but_an_ended_session_is_not_kept() {
    let mut clinic = Clinic::staffed();
    let forbidden = envelope(NURSE, 5, folk::add(folk::administrator()));
    let first = clinic.apply(std::slice::from_ref(&forbidden)).remove(0);
    assert!(matches!(
        first,
        Answer::Refused {
            refusal: Refusal::Forbidden,
            ..
        }
    ));
    assert_eq!(clinic.apply(&[forbidden]), [first]);
    clinic.does(
        CLERK,
        Command::EndSession {
            session: session_of(CLERK),
        },
    );
    let asked = envelope(CLERK, 6, send(GROUP, "after hours"));
    let out = clinic.apply(std::slice::from_ref(&asked)).remove(0);
    assert!(matches!(
        out,
        Answer::Refused {
            refusal: Refusal::NotSignedIn,
            ..
        }
    ));
    let mut anew = folk::session(CLERK);
    anew.id = corridor_domain::ids::SessionId(0xF00D);
    clinic.apply(&[folk::sign_in(anew.clone())]);
    let mut again = asked;
    again.acting = corridor_domain::command::Acting::Person {
        person: CLERK,
        session: anew.id,
    };
    assert!(matches!(clinic.apply(&[again]).remove(0), Answer::Done { .. }));
    // A conflict tells nothing to whoever is not signed in.
    let mut conflict = envelope(CLERK, 6, send(GROUP, "probing"));
    conflict.fingerprint = [8; 16];
    let refused = clinic.apply(&[conflict]).remove(0);
    assert!(matches!(
        refused,
        Answer::Refused {
            refusal: Refusal::NotSignedIn,
            ..
        }
    ));
}

#[test]
fn every_look_is_a_look_of_its_own() {
    let mut clinic = Clinic::staffed();
    let look = envelope(NURSE, 8, read(GENERAL, 0, u64::MAX));
    let before = clinic.audit().len();
    let answers = clinic.apply(&[look.clone(), look]);
    assert!(matches!(&answers[..], [Answer::Granted { .. }, Answer::Granted { .. }]));
    assert_eq!(clinic.audit().len(), before + 2);
    let record = clinic.last_line().record;
    assert_eq!((record.basis, record.ranges[0].to_seq), (Some(Basis::Member), 2));
}

#[test]
fn each_command_leaves_one_line_in_order_with_a_hash_of_its_own() {
    let mut clinic = Clinic::staffed();
    let asked = folk::opening().len();
    clinic.does(NURSE, send(GROUP, "done"));
    clinic.refused(MARIA, send(GROUP, "refused"));
    clinic.grants(PHYSICIAN, JOHNS);
    // Two that differ in nothing but the salt.
    clinic.refused(MARIA, send(GROUP, "refused"));
    let lines = clinic.audit();
    assert_eq!(lines.len(), asked + 4);
    assert!(lines.iter().zip(0..).all(|(line, index)| line.leaf_index == index));
    assert!(
        lines
            .iter()
            .zip(1..)
            .all(|(line, revision)| line.record.revision == revision)
    );
    assert_eq!(clinic.applied.progress().audit_count, lines.len() as u64);
    let hashes: BTreeSet<[u8; 32]> = lines.iter().map(|line| line.leaf_hash).collect();
    assert_eq!(hashes.len(), lines.len());
    let again = clinic.audit();
    assert!(
        lines
            .iter()
            .zip(&again)
            .all(|(one, other)| one.leaf_hash == other.leaf_hash)
    );
}

#[test]
fn the_record_says_who_on_what_and_towards_whom() {
    let mut clinic = Clinic::staffed();
    let place = clinic.does(NURSE, send(GENERAL, "good morning"));
    let record = clinic.last_line().record;
    assert_eq!((record.actor, record.session), (Some(NURSE), Some(session_of(NURSE))));
    assert_eq!(
        (record.at_ms, record.device),
        (clinic.now_ms, Private::from("ward tablet"))
    );
    assert_eq!(
        (record.ranges[0].from_seq, record.ranges[0].conversation),
        (place.seq, GENERAL)
    );
    let state = AccountState::Suspended;
    clinic.does(ADMINISTRATOR, Command::ChangeAccountState { person: CLERK, state });
    let record = clinic.last_line().record;
    assert_eq!(
        (record.action, record.subject),
        (Action::ChangeAccountState, Some(CLERK))
    );
    let page = |conversation| Page {
        conversation,
        from_seq: 1,
        to_seq: 9,
    };
    let pages = vec![page(GENERAL), page(JOHNS), page(GROUP)];
    let Answer::Granted { grants, .. } = clinic.ask(NURSE, Command::Read { pages }) else {
        panic!("an inbox leaves out what one may not see")
    };
    assert_eq!(
        grants.iter().map(|grant| grant.conversation).collect::<Vec<_>>(),
        [GENERAL, GROUP]
    );
    let ranges = clinic.last_line().record.ranges;
    assert_eq!(
        ranges.iter().map(|range| range.conversation).collect::<Vec<_>>(),
        [GENERAL, GROUP]
    );
}

#[test]
fn time_never_goes_backwards_in_the_state() {
    let mut clinic = Clinic::staffed();
    clinic.does(NURSE, send(GROUP, "now"));
    let late = clinic.applied.progress().at_ms;
    clinic.now_ms = NOW_MS - 1_000_000;
    clinic.does(NURSE, send(GROUP, "by another leader's clock"));
    assert_eq!(clinic.last_line().record.at_ms, late);
    assert_eq!(clinic.applied.progress().at_ms, late);
}

#[test]
fn what_does_not_decode_stops_the_node_and_changes_nothing() {
    let mut clinic = Clinic::staffed();
    let before = (clinic.applied.progress(), clinic.records());
    let good = corridor_storage::apply::encode_command(&envelope(NURSE, 9, send(GROUP, "whole"))).unwrap();
    let mut newer = good.to_vec();
    newer[0] = 2;
    let longer = [good.as_ref(), &[0]].concat();
    for bytes in [Vec::new(), newer, longer, good[..good.len() - 1].to_vec()] {
        let command = |command: Vec<u8>| CommittedCommand {
            revision: clinic.revision + 1,
            at_ms: NOW_MS,
            command: command.into(),
        };
        // The good one before it in the batch is not written either.
        let batch = vec![command(good.to_vec()), command(bytes)];
        assert!(clinic.applied.apply(batch, b"marker".to_vec()).is_err());
        assert_eq!((clinic.applied.progress(), clinic.records()), before);
    }
    clinic.does(NURSE, send(GROUP, "and goes on"));
}
