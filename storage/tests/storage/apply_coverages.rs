//! Coverages that meet: two at once, people who come and go, what went on to others, and who is late.

use crate::clinic::covering::{HOUR_MS, care, covers, fire, is_member, join, leave_room, party, take};
use crate::clinic::folk::{ADMINISTRATOR, CLERK, GENERAL, JOHNS, MARIA, NURSE, PHYSICIAN};
use crate::clinic::{Clinic, create};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::care::{CareStep, Party};
use corridor_domain::command::Command;
use corridor_domain::conversation::Kind;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::limits;
use corridor_domain::person::Role;
use corridor_domain::refusal::Refusal;

#[test]
fn two_coverages_and_many_who_come_and_go_leave_nothing_behind() {
    let mut clinic = Clinic::staffed();
    covers(&mut clinic, 0xC9, PHYSICIAN, 2 * HOUR_MS);
    let count = limits::COVERAGE_RETURNS_COUNT_MAX as u128 + 3;
    let topics: Vec<_> = (0..count).map(|number| ConversationId(0x1000 + number)).collect();
    for topic in &topics {
        clinic.does(
            PHYSICIAN,
            create(*topic, Kind::Patient { patient: MARIA }, "topic", &[]),
        );
        clinic.does(CLERK, join(*topic));
        clinic.does(CLERK, leave_room(*topic));
        assert_eq!(
            clinic.reader.stand_in(*topic, CLERK).unwrap(),
            None,
            "whoever left has nothing to lose"
        );
    }
    // By the nurse's, whose name comes first, they come in again.
    covers(&mut clinic, 0xC1, NURSE, 4 * HOUR_MS);
    for topic in &topics {
        clinic.does(CLERK, join(*topic));
    }
    clinic.now_ms += 2 * HOUR_MS;
    assert_eq!(
        fire(&mut clinic),
        1,
        "the physician's ends, and takes nothing of the nurse's with it"
    );
    assert!(topics.iter().all(|topic| is_member(&clinic, *topic, CLERK)));
    clinic.now_ms += 2 * HOUR_MS;
    assert_eq!(fire(&mut clinic), 2);
    assert!(topics.iter().all(|topic| !is_member(&clinic, *topic, CLERK)));
    let left: Vec<_> = clinic
        .records()
        .into_iter()
        .filter(|(key, _)| (0x1b..=0x1e).contains(&key[0]))
        .collect();
    assert_eq!(left, [], "no key of any coverage is left");
}

#[test]
fn what_was_taken_from_one_goes_back_when_that_coverage_ends() {
    let mut clinic = Clinic::staffed();
    covers(&mut clinic, 0xC1, NURSE, 4 * HOUR_MS);
    clinic.does(CLERK, join(GENERAL));
    covers(&mut clinic, 0xC2, PHYSICIAN, HOUR_MS);
    clinic.does(PHYSICIAN, take(GENERAL, None));
    clinic.does(CLERK, take(GENERAL, Some(PHYSICIAN)));
    clinic.now_ms += HOUR_MS;
    assert_eq!(fire(&mut clinic), 1);
    assert_eq!(party(&clinic, GENERAL), Party::Person(PHYSICIAN));
    assert!(is_member(&clinic, GENERAL, CLERK), "they are here by the other one");
}

#[test]
fn what_went_on_to_others_does_not_come_back() {
    let mut clinic = Clinic::staffed();
    covers(&mut clinic, 0xC2, PHYSICIAN, HOUR_MS);
    clinic.does(CLERK, join(GENERAL));
    clinic.does(PHYSICIAN, take(GENERAL, None));
    clinic.does(CLERK, take(GENERAL, Some(PHYSICIAN)));
    clinic.does(
        CLERK,
        care(
            GENERAL,
            CareStep::Return {
                pool: Some(Role::Nurse),
            },
        ),
    );
    clinic.does(CLERK, take(GENERAL, None));
    clinic.now_ms += HOUR_MS;
    fire(&mut clinic);
    assert_eq!(
        party(&clinic, GENERAL),
        Party::Pool(Role::Nurse),
        "it was the pool's, not the physician's"
    );
}

#[test]
fn whoever_is_late_answers_for_nothing_before_anybody_noticed() {
    let mut clinic = Clinic::staffed();
    covers(&mut clinic, 0xC2, PHYSICIAN, HOUR_MS);
    clinic.does(CLERK, join(GENERAL));
    clinic.does(PHYSICIAN, take(GENERAL, None));
    clinic.does(CLERK, take(GENERAL, Some(PHYSICIAN)));
    clinic.now_ms += HOUR_MS;
    // Nothing fired yet.
    clinic.does(NURSE, take(GENERAL, None));
    assert_eq!(party(&clinic, GENERAL), Party::Person(NURSE));
    let assign = care(JOHNS, CareStep::Assign { to: CLERK });
    assert_eq!(clinic.refused(PHYSICIAN, assign), Refusal::TargetNotAMember);
    fire(&mut clinic);
    assert_eq!(party(&clinic, GENERAL), Party::Person(NURSE));
    assert!(!is_member(&clinic, GENERAL, CLERK));
}

#[test]
fn whoever_covers_opens_no_rooms_and_is_out_when_nothing_is_left_to_cover() {
    let mut clinic = Clinic::staffed();
    let care_team = |care_team: &[PersonId]| Command::ChangeCareTeam {
        person: MARIA,
        care_team: care_team.to_vec(),
    };
    covers(&mut clinic, 0xC2, PHYSICIAN, HOUR_MS);
    clinic.does(CLERK, join(GENERAL));
    let beside = Kind::CareRoom {
        patient: MARIA,
        beside: GENERAL,
    };
    let room = create(ConversationId(0xB0), beside, "Beside", &[]);
    assert_eq!(clinic.refused(CLERK, room), Refusal::Forbidden);
    let grants = clinic.grants(CLERK, GENERAL);
    assert_eq!(grants[0].basis, Basis::Coverage, "inside, and still by coverage");
    let line = clinic.last_line().record;
    assert_eq!((line.action, line.on_behalf_of), (Action::Read, Some(PHYSICIAN)));
    let found = corridor_storage::reader::AuditFilter {
        person: Some(PHYSICIAN),
        ..Default::default()
    };
    let of_physician = clinic.reader.audit(found, 1).unwrap();
    assert_eq!(
        of_physician[0].record.actor,
        Some(CLERK),
        "whoever is covered finds who looked for them"
    );
    clinic.does(ADMINISTRATOR, care_team(&[NURSE]));
    assert_eq!(
        clinic.grants(CLERK, GENERAL),
        [],
        "the physician has nothing to do with it any more"
    );
    clinic.does(ADMINISTRATOR, care_team(&[NURSE, PHYSICIAN]));
    assert_eq!(clinic.grants(CLERK, GENERAL).len(), 1);
}
