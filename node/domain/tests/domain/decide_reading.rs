//! What follows from reading and from breaking the glass: grants clipped to what may be seen, and their record.

use crate::common::{
    ADMINISTRATOR, COLLEAGUE, CONVERSATION, Case, LAST, NOW_MS, NURSE, PATIENT, REVISION, administrator, colleague,
    done, head, member, nurse, patient, staff, thread,
};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::command::{Command, Page};
use corridor_domain::conversation::{Conversation, Kind, Membership, Place, Side};
use corridor_domain::ids::ConversationId;
use corridor_domain::limits;
use corridor_domain::outcome::{Answer, Change, Grant, Outcome};
use corridor_domain::permission::{sees_all_late, sees_retracted};
use corridor_domain::person::{AccountState, Person, Role};
use corridor_domain::private::Private;
use corridor_domain::refusal::Refusal;
use corridor_domain::session::BreakGlass;
use corridor_domain::view::Readable;

fn page(conversation: ConversationId, from_seq: u64, to_seq: u64) -> Page {
    Page {
        conversation,
        from_seq,
        to_seq,
    }
}

fn readable(room: &Conversation, own: Option<Membership>) -> Readable {
    Readable {
        conversation: Some(room.clone()),
        own,
        patient: Some(patient(PATIENT, &[COLLEAGUE])),
        ..Readable::default()
    }
}

fn assert_granted(reader: &Person, about: Readable, asked: (u64, u64), side: Side, basis: Basis, given: (u64, u64)) {
    let case = Case::by(
        reader,
        Command::Read {
            pages: vec![page(CONVERSATION, asked.0, asked.1)],
        },
    );
    let case = case.change(|view| view.pages = vec![about]);
    let grant = Grant {
        conversation: CONVERSATION,
        side,
        basis,
        from_seq: given.0,
        to_seq: given.1,
    };
    let answer = Answer::Granted {
        revision: REVISION,
        grants: vec![grant],
    };
    let mut audit = case.record(Action::Read, Some(basis), &[(CONVERSATION, given.0, given.1)]);
    // Readers' ranges are in the numbering they were shown.
    audit.ranges[0].side = side;
    assert_eq!(
        case.decide(),
        Outcome {
            changes: Vec::new(),
            answer,
            audit
        }
    );
}

#[test]
fn a_page_is_clipped_to_what_may_be_seen() {
    let room = head(thread());
    let (whose, far) = (patient(PATIENT, &[]), (1, 1_000));
    let full = readable(&room, Some(member(&room, &nurse())));
    assert_granted(&nurse(), full.clone(), far, Side::Team, Basis::Member, (1, LAST.seq));
    assert_granted(&nurse(), full, (3, 5), Side::Team, Basis::Member, (3, 5));
    let late = Membership {
        first_seq: 6,
        ..member(&room, &nurse())
    };
    assert_granted(
        &nurse(),
        readable(&room, Some(late)),
        far,
        Side::Team,
        Basis::Member,
        (6, LAST.seq),
    );
    let own = readable(&room, Some(member(&room, &whose)));
    assert_granted(&whose, own, far, Side::Patient, Basis::Member, (1, LAST.shared_seq));
    assert_granted(
        &colleague(),
        readable(&room, None),
        far,
        Side::Team,
        Basis::CareTeam,
        (1, LAST.seq),
    );
    let queue = staff(NURSE, Role::OrganizationQueue);
    assert_granted(
        &queue,
        readable(&room, None),
        far,
        Side::Team,
        Basis::OrganizationQueue,
        (1, LAST.seq),
    );
    let officer = staff(NURSE, Role::ComplianceOfficer);
    let mut broken = readable(&room, None);
    broken.break_glass = Some(BreakGlass {
        person: NURSE,
        conversation: CONVERSATION,
        reason: Private::default(),
        expires_at_ms: NOW_MS + 1,
    });
    assert_granted(
        &officer,
        broken.clone(),
        far,
        Side::Team,
        Basis::BreakGlass,
        (1, LAST.seq),
    );
    // A glass broken on another conversation, or by somebody else, opens nothing here.
    for other in [ConversationId(5), CONVERSATION] {
        let glass = broken.break_glass.clone().map(|glass| BreakGlass {
            conversation: other,
            person: if other == CONVERSATION { COLLEAGUE } else { NURSE },
            ..glass
        });
        let case = Case::by(
            &officer,
            Command::Read {
                pages: vec![page(CONVERSATION, 1, 9)],
            },
        );
        let about = Readable {
            break_glass: glass,
            ..broken.clone()
        };
        assert_eq!(
            case.change(|view| view.pages = vec![about]).refused(),
            Refusal::NotFound
        );
    }
}

#[test]
fn of_an_inbox_what_one_may_not_see_is_left_out() {
    let (mine, theirs) = (
        head(Kind::Group),
        Conversation {
            id: ConversationId(5),
            ..head(Kind::Group)
        },
    );
    let pages = vec![page(mine.id, 1, 4), page(theirs.id, 1, 4)];
    let case = Case::by(&nurse(), Command::Read { pages })
        .change(|view| view.pages = vec![readable(&mine, Some(member(&mine, &nurse()))), readable(&theirs, None)]);
    let outcome = case.decide();
    let Answer::Granted { grants, .. } = &outcome.answer else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        grants.iter().map(|grant| grant.conversation).collect::<Vec<_>>(),
        [mine.id]
    );
    assert_eq!(outcome.audit.ranges.len(), 1);
    let single = Case::by(
        &nurse(),
        Command::Read {
            pages: vec![page(theirs.id, 1, 4)],
        },
    );
    let single = single.change(|view| view.pages = vec![readable(&theirs, None)]);
    assert_eq!(single.refused(), Refusal::NotFound);
    let mut refused = single.record(Action::Read, None, &[(theirs.id, 0, 0)]);
    refused.refusal = Some(Refusal::NotFound);
    assert_eq!(single.decide().audit, refused);
    let many = Command::Read {
        pages: vec![page(mine.id, 1, 4); limits::INBOX_COUNT_MAX + 1],
    };
    assert_eq!(Case::by(&nurse(), many).refused(), Refusal::TooMany);
}

#[test]
fn directories_and_the_record_are_granted_without_content() {
    let officer = staff(ADMINISTRATOR, Role::ComplianceOfficer);
    for (action, command) in [
        (Action::ReadPatients, Command::ReadDirectory { patients: true }),
        (Action::ReadPeople, Command::ReadDirectory { patients: false }),
        (Action::ReadAudit, Command::ReadAudit),
    ] {
        let case = Case::by(&officer, command);
        let answer = Answer::Granted {
            revision: REVISION,
            grants: Vec::new(),
        };
        let audit = case.record(action, None, &[]);
        assert_eq!(
            case.decide(),
            Outcome {
                changes: Vec::new(),
                answer,
                audit
            }
        );
    }
}

#[test]
fn a_glass_is_broken_for_a_reason_and_a_time() {
    let glass = |reason: &str, minutes| {
        let reason = Private::from(reason);
        let command = Command::BreakGlass {
            conversation: CONVERSATION,
            reason,
            minutes,
        };
        Case::by(&colleague(), command).about(head(thread()), None)
    };
    let case = glass("unconscious in the emergency room", 30);
    let written = BreakGlass {
        person: COLLEAGUE,
        conversation: CONVERSATION,
        reason: Private::from("unconscious in the emergency room"),
        expires_at_ms: NOW_MS + 30 * 60_000,
    };
    let mut audit = case.record(Action::BreakGlass, None, &[(CONVERSATION, 0, 0)]);
    audit.reason = written.reason.clone();
    let answer = done(CONVERSATION, Place::default(), Side::Team);
    assert_eq!(
        case.decide(),
        Outcome {
            changes: vec![Change::BreakGlass(written)],
            answer,
            audit
        }
    );
    let longest = limits::BREAK_GLASS_MINUTES_MAX;
    assert_eq!(glass("long enough", longest).decide().changes.len(), 1);
    let too_long = "x".repeat(limits::REASON_SIZE_BYTES_MAX + 1);
    for (reason, minutes) in [("short", 30), ("         x         ", 30), (too_long.as_str(), 30)] {
        assert_eq!(glass(reason, minutes).refused(), Refusal::Invalid);
    }
    for minutes in [0, longest + 1, u32::MAX] {
        assert_eq!(glass("long enough", minutes).refused(), Refusal::Invalid);
    }
    assert_eq!(
        Case::by(&administrator(), Command::ReadAudit).refused(),
        Refusal::Forbidden
    );
}

#[test]
fn who_reviews_and_who_sees_to_it_are_told_apart() {
    let with = |roles: &[Role]| Person {
        roles: roles.iter().copied().collect(),
        ..nurse()
    };
    let cases = [
        (with(&[Role::Nurse, Role::OrganizationQueue]), false, false),
        (with(&[Role::ComplianceOfficer]), true, false),
        (with(&[Role::Administrator]), false, true),
        (
            with(&[Role::Administrator, Role::ComplianceOfficer, Role::Nurse]),
            true,
            true,
        ),
        (patient(PATIENT, &[]), false, false),
    ];
    for (person, reviews, sees_to_it) in cases {
        assert_eq!((sees_retracted(&person), sees_all_late(&person)), (reviews, sees_to_it));
        let suspended = Person {
            state: AccountState::Suspended,
            ..person
        };
        assert!(!sees_retracted(&suspended) && !sees_all_late(&suspended));
    }
}
