//! Reading outside of apply: granted pages on both sides, where a resume begins, the filters of the audit record.

use crate::clinic::folk::{self, ADMINISTRATOR, CLERK, GENERAL, GROUP, JOHN, JOHNS, MARIA, NURSE, OFFICER, PHYSICIAN};
use crate::clinic::{Clinic, edit, note, read, send};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::command::Command;
use corridor_domain::conversation::{History, Side};
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::{Answer, Grant};
use corridor_domain::person::AccountState;
use corridor_domain::private::Private;
use corridor_storage::reader::AuditFilter;

/// Events 3 to 22 of Maria's first conversation; every third is a note.
fn with_a_history(clinic: &mut Clinic) {
    for number in 0..20 {
        let body = format!("{number}");
        let said = if number % 3 == 2 {
            note(GENERAL, &body)
        } else {
            send(GENERAL, &body)
        };
        clinic.does(NURSE, said);
    }
}

fn seqs(clinic: &Clinic, grant: &Grant, side: Side) -> Vec<u64> {
    let events = clinic.reader.granted(grant).unwrap();
    events.iter().map(|event| event.place.seq_for(side)).collect()
}

fn granted(clinic: &mut Clinic, person: PersonId, command: Command) -> Grant {
    match clinic.ask(person, command) {
        Answer::Granted { mut grants, .. } => grants.remove(0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pages_are_clipped_and_counted_in_the_readers_numbering() {
    let mut clinic = Clinic::staffed();
    with_a_history(&mut clinic);
    let head = clinic.reader.conversation(GENERAL).unwrap().unwrap();
    assert_eq!((head.last.seq, head.last.shared_seq), (22, 16));
    for (from_seq, to_seq) in [(0, u64::MAX), (1, 22), (5, 9), (22, 22), (23, 30), (9, 5)] {
        let page = read(GENERAL, from_seq, to_seq);
        let team = granted(&mut clinic, NURSE, page.clone());
        assert_eq!((team.side, team.basis), (Side::Team, Basis::Member));
        let wanted: Vec<u64> = (from_seq.max(1)..=to_seq.min(22)).collect();
        assert_eq!(seqs(&clinic, &team, Side::Team), wanted, "{from_seq} to {to_seq}");
        let patients = granted(&mut clinic, MARIA, page);
        assert_eq!(patients.side, Side::Patient);
        let wanted: Vec<u64> = (from_seq.max(1)..=to_seq.min(16)).collect();
        assert_eq!(
            seqs(&clinic, &patients, Side::Patient),
            wanted,
            "{from_seq} to {to_seq}"
        );
        assert!(
            clinic
                .reader
                .granted(&patients)
                .unwrap()
                .iter()
                .all(|event| event.shared)
        );
    }
}

#[test]
fn who_came_late_is_granted_nothing_of_before() {
    let mut clinic = Clinic::staffed();
    with_a_history(&mut clinic);
    let history = History::FromNow;
    let add = Command::AddMember {
        conversation: GENERAL,
        person: CLERK,
        history,
    };
    let joined = clinic.does(NURSE, add).seq;
    clinic.does(NURSE, note(GENERAL, "new"));
    let grant = granted(&mut clinic, CLERK, read(GENERAL, 1, 1_000));
    assert_eq!(seqs(&clinic, &grant, Side::Team), [joined, joined + 1]);
    let grant = granted(&mut clinic, CLERK, read(GENERAL, 1, joined - 1));
    assert_eq!(seqs(&clinic, &grant, Side::Team), []);
    let line = clinic.last_line().record;
    assert!(
        line.ranges[0].to_seq < line.ranges[0].from_seq,
        "the record says that nothing was shown"
    );
}

#[test]
fn each_basis_opens_what_it_opens() {
    let mut clinic = Clinic::staffed();
    with_a_history(&mut clinic);
    assert_eq!(clinic.grants(CLERK, GENERAL), [], "neither member nor team");
    let care_team = vec![PHYSICIAN, CLERK];
    clinic.does(
        ADMINISTRATOR,
        Command::ChangeCareTeam {
            person: MARIA,
            care_team,
        },
    );
    assert_eq!(clinic.grants(CLERK, GENERAL)[0].basis, Basis::CareTeam);
    assert_eq!(
        clinic.grants(NURSE, GENERAL)[0].basis,
        Basis::Member,
        "out of the team, still in the room"
    );
    let reason = Private::from("complaint 4711 of June");
    let minutes = 10;
    let glass = Command::BreakGlass {
        conversation: GENERAL,
        reason,
        minutes,
    };
    clinic.does(OFFICER, glass);
    assert_eq!(clinic.grants(OFFICER, GENERAL)[0].basis, Basis::BreakGlass);
    assert_eq!(clinic.grants(OFFICER, JOHNS), []);
    clinic.now_ms += 10 * 60_000;
    assert_eq!(clinic.grants(OFFICER, GENERAL), [], "the glass is whole again");
    assert_eq!(clinic.grants(ADMINISTRATOR, GENERAL), []);
}

#[test]
fn a_resume_begins_at_the_first_event_above_a_revision() {
    let mut clinic = Clinic::staffed();
    with_a_history(&mut clinic);
    // Revisions in between belong to other conversations; a rewritten message keeps its own.
    clinic.does(NURSE, send(GROUP, "elsewhere"));
    let last = clinic.does(NURSE, note(GENERAL, "to be edited"));
    clinic.does(NURSE, edit(GENERAL, last.seq, "edited"));
    let head = clinic.reader.conversation(GENERAL).unwrap().unwrap();
    for side in [Side::Team, Side::Patient] {
        for revision in 0..=clinic.revision + 1 {
            let mut wanted = head.last.seq_for(side) + 1;
            for seq in (1..=head.last.seq_for(side)).rev() {
                let event = clinic.reader.event_for(GENERAL, side, seq).unwrap().unwrap();
                if event.revision > revision {
                    wanted = seq;
                }
            }
            let found = clinic.reader.first_seq_above(&head, side, revision).unwrap();
            assert_eq!(found, wanted, "{side:?} above {revision}");
        }
    }
}

#[test]
fn stretches_are_cut_at_the_limit_and_at_the_conversation() {
    let mut clinic = Clinic::staffed();
    with_a_history(&mut clinic);
    let reader = &clinic.reader;
    let count = |from, to, limit| reader.events(GENERAL, from, to, limit).unwrap().len();
    assert_eq!(count(1, u64::MAX, 1_000), 22);
    assert_eq!(count(1, u64::MAX, 5), 5);
    assert_eq!(count(10, 12, 1_000), 3);
    assert_eq!(count(12, 10, 1_000), 0);
    assert_eq!(count(23, 30, 1_000), 0);
    let none = ConversationId(GENERAL.0 - 1);
    assert_eq!(reader.events(none, 0, u64::MAX, 1_000).unwrap(), []);
    assert!(
        reader
            .readable(&folk::administrator(), none)
            .unwrap()
            .conversation
            .is_none()
    );
}

#[test]
fn the_audit_record_is_filtered_by_person_conversation_and_place() {
    let mut clinic = Clinic::staffed();
    with_a_history(&mut clinic);
    let state = AccountState::Suspended;
    clinic.does(ADMINISTRATOR, Command::ChangeAccountState { person: CLERK, state });
    clinic.refused(MARIA, send(GROUP, "let me in"));
    let all = clinic.audit();
    let filter = |person, conversation, before| AuditFilter {
        before,
        person,
        conversation,
    };
    let found = |filter, limit| {
        let lines = clinic.reader.audit(filter, limit).unwrap();
        lines.iter().map(|line| line.leaf_index).collect::<Vec<_>>()
    };
    for person in folk::EVERYBODY {
        for conversation in folk::EVERYWHERE.map(Some).into_iter().chain([None]) {
            for before in [None, Some(0), Some(30), Some(1_000)] {
                let fits = |line: &&corridor_storage::reader::AuditLine| {
                    let record = &line.record;
                    before.is_none_or(|before| line.leaf_index < before)
                        && [record.actor, record.subject].contains(&Some(person))
                        && conversation.is_none_or(|id| record.ranges.iter().any(|range| range.conversation == id))
                };
                let wanted: Vec<u64> = all.iter().rev().filter(fits).map(|line| line.leaf_index).collect();
                let filter = filter(Some(person), conversation, before);
                assert_eq!(
                    found(filter, usize::MAX),
                    wanted,
                    "{person:?} {conversation:?} {before:?}"
                );
                let two = &wanted[..wanted.len().min(2)];
                assert_eq!(found(filter, 2), two);
            }
        }
    }
    let newest = clinic.reader.audit(AuditFilter::default(), 1).unwrap().remove(0);
    assert_eq!(
        (newest.leaf_index, newest.record.actor),
        (all.len() as u64 - 1, Some(MARIA))
    );
    let in_the_group = filter(None, Some(GROUP), Some(newest.leaf_index));
    let created = clinic.reader.audit(in_the_group, 10).unwrap();
    assert_eq!(
        created.iter().map(|line| line.record.action).collect::<Vec<_>>(),
        [Action::CreateConversation]
    );
    assert_eq!(found(AuditFilter::default(), 0).len(), 0);
}

#[test]
fn the_audit_record_of_a_patient_is_that_of_all_about_them() {
    let mut clinic = Clinic::staffed();
    with_a_history(&mut clinic);
    clinic.does(PHYSICIAN, send(JOHNS, "elsewhere"));
    clinic.does(MARIA, send(GENERAL, "mine"));
    // One look at several places is one line.
    clinic.grants(NURSE, GENERAL);
    let all = clinic.audit();
    let about = |patient: PersonId| clinic.reader.conversations_about(patient).unwrap();
    for patient in [MARIA, JOHN] {
        let places = about(patient);
        assert!(!places.is_empty());
        for before in [None, Some(0), Some(30), Some(1_000)] {
            let fits = |line: &&corridor_storage::reader::AuditLine| {
                let record = &line.record;
                let is_there = record.ranges.iter().any(|range| places.contains(&range.conversation));
                before.is_none_or(|before| line.leaf_index < before)
                    && (is_there || [record.actor, record.subject].contains(&Some(patient)))
            };
            let wanted: Vec<u64> = all.iter().rev().filter(fits).map(|line| line.leaf_index).collect();
            for limit in [1, 2, 7, 1_000] {
                let found = clinic.reader.audit_of_patient(patient, before, limit).unwrap().unwrap();
                let found: Vec<u64> = found.iter().map(|line| line.leaf_index).collect();
                assert_eq!(
                    found,
                    wanted[..wanted.len().min(limit)],
                    "{patient:?} {before:?} {limit}"
                );
            }
        }
    }
    let none = clinic
        .reader
        .audit_of_patient(PersonId(0x77), None, 10)
        .unwrap()
        .unwrap();
    assert_eq!(none.len(), 0);
}
