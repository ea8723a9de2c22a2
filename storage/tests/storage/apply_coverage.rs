//! Coverage, from commands to records and back (J04): it opens by its time, closes by its time, and what was taken under it goes back.

use crate::clinic::covering::{HOUR_MS, LEAVE, care, fire, fire_one, is_member, join, leave, party, take};
use crate::clinic::folk::{ADMINISTRATOR, CLERK, DIRECT, GENERAL, JOHNS, MARIA, NURSE, PHYSICIAN};
use crate::clinic::{Clinic, create, note, send};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::care::{CareStep, Party};
use corridor_domain::command::Command;
use corridor_domain::conversation::{History, Kind};
use corridor_domain::coverage::CoverageStage;
use corridor_domain::event::EventBody;
use corridor_domain::ids::{ConversationId, CoverageId};
use corridor_domain::limits;
use corridor_domain::outcome::{Answer, Change};
use corridor_domain::person::{AccountState, Role};
use corridor_domain::refusal::Refusal;
use corridor_domain::timer::Timer;
use corridor_storage::backend::MemoryBackend;
use corridor_storage::replicated::ReplicatedState;
use std::sync::Arc;

#[test]
fn a_night_is_covered() {
    let mut clinic = Clinic::staffed();
    clinic.does(PHYSICIAN, take(GENERAL, None));
    let granted = leave(&clinic, LEAVE, HOUR_MS, 8 * HOUR_MS);
    clinic.does(PHYSICIAN, granted);
    let line = clinic.last_line().record;
    assert_eq!(
        (line.action, line.subject, line.on_behalf_of, line.reason.expose()),
        (Action::GrantCoverage, Some(CLERK), Some(PHYSICIAN), "annual leave")
    );
    assert_eq!(clinic.grants(CLERK, GENERAL), [], "not yet");

    clinic.now_ms += HOUR_MS;
    assert_eq!(
        clinic.grants(CLERK, GENERAL)[0].basis,
        Basis::Coverage,
        "by the time alone, before anybody noticed"
    );
    assert_eq!(fire(&mut clinic), 1);
    assert_eq!(
        clinic.reader.coverage(LEAVE).unwrap().unwrap().stage,
        CoverageStage::Running
    );
    assert_eq!(
        clinic.grants(CLERK, DIRECT),
        [],
        "patients' conversations, and nothing else of theirs"
    );
    assert_eq!(clinic.refused(CLERK, send(GENERAL, "hello")), Refusal::NotAMember);

    clinic.does(PHYSICIAN, care(GENERAL, CareStep::HandOver { to: CLERK, minutes: 30 }));
    assert_eq!(
        party(&clinic, GENERAL),
        Party::Person(PHYSICIAN),
        "until it is accepted"
    );
    clinic.does(CLERK, join(GENERAL));
    clinic.does(CLERK, care(GENERAL, CareStep::Accept));
    assert_eq!(party(&clinic, GENERAL), Party::Person(CLERK));
    clinic.does(CLERK, send(GENERAL, "I answer for him until the morning"));
    clinic.does(CLERK, note(GENERAL, "she asked for a refill"));

    clinic.now_ms += 8 * HOUR_MS;
    assert_eq!(fire(&mut clinic), 1);
    assert_eq!(
        party(&clinic, GENERAL),
        Party::Person(PHYSICIAN),
        "what is open goes back"
    );
    assert!(!is_member(&clinic, GENERAL, CLERK));
    assert_eq!(clinic.grants(CLERK, GENERAL), []);
    assert_eq!(clinic.refused(CLERK, send(GENERAL, "one more")), Refusal::NotFound);
    let line = clinic
        .audit()
        .into_iter()
        .rev()
        .find(|line| line.record.actor.is_none());
    let line = line.unwrap().record;
    assert_eq!(
        (line.action, line.subject, line.on_behalf_of, line.ranges.len()),
        (Action::FinishCoverage, Some(CLERK), Some(PHYSICIAN), 1)
    );
    assert!(!clinic.reader.has_timers().unwrap());
    assert_eq!(clinic.reader.coverages(None).unwrap(), []);
    assert_eq!(clinic.applied.applied_version(), 3);
}

#[test]
fn what_its_end_did_is_one_event_that_patients_see_without_who_answers() {
    let mut clinic = Clinic::staffed();
    let granted = leave(&clinic, LEAVE, 0, HOUR_MS);
    clinic.does(PHYSICIAN, granted);
    clinic.does(PHYSICIAN, take(GENERAL, None));
    clinic.does(CLERK, join(GENERAL));
    clinic.does(CLERK, take(GENERAL, Some(PHYSICIAN)));
    clinic.now_ms += HOUR_MS;
    fire(&mut clinic);
    let events: Vec<_> = clinic
        .last_told()
        .into_iter()
        .filter_map(|change| match change {
            Change::Event { event, .. } => Some((event.shared, event.body)),
            _ => None,
        })
        .collect();
    let body = EventBody::CoverageEnded {
        person: CLERK,
        left: true,
        party: Some(Party::Person(PHYSICIAN)),
    };
    assert_eq!(events, [(true, body)]);
}

#[test]
fn who_belonged_to_it_before_stays_and_only_gives_back() {
    let mut clinic = Clinic::staffed();
    clinic.does(
        NURSE,
        Command::AddMember {
            conversation: GENERAL,
            person: CLERK,
            history: History::Full,
        },
    );
    let granted = leave(&clinic, LEAVE, 0, HOUR_MS);
    clinic.does(PHYSICIAN, granted);
    clinic.does(PHYSICIAN, take(GENERAL, None));
    clinic.does(CLERK, take(GENERAL, Some(PHYSICIAN)));
    clinic.now_ms += HOUR_MS;
    fire(&mut clinic);
    assert!(is_member(&clinic, GENERAL, CLERK));
    assert_eq!(party(&clinic, GENERAL), Party::Person(PHYSICIAN));
}

#[test]
fn where_the_one_who_was_away_cannot_answer_the_pool_does() {
    let mut clinic = Clinic::staffed();
    let granted = leave(&clinic, LEAVE, 0, HOUR_MS);
    clinic.does(PHYSICIAN, granted);
    clinic.does(PHYSICIAN, take(GENERAL, None));
    clinic.does(CLERK, join(GENERAL));
    clinic.does(CLERK, take(GENERAL, Some(PHYSICIAN)));
    clinic.does(
        ADMINISTRATOR,
        Command::ChangeAccountState {
            person: PHYSICIAN,
            state: AccountState::Suspended,
        },
    );
    clinic.now_ms += HOUR_MS;
    fire(&mut clinic);
    assert_eq!(party(&clinic, GENERAL), Party::Pool(Role::FrontDesk));
}

#[test]
fn many_conversations_go_back_a_few_at_a_time_and_none_is_left() {
    let mut clinic = Clinic::staffed();
    let granted = leave(&clinic, LEAVE, 0, HOUR_MS);
    clinic.does(PHYSICIAN, granted);
    let count = 2 * limits::COVERAGE_RETURNS_COUNT_MAX + 3;
    let topics: Vec<_> = (0..count as u128)
        .map(|number| ConversationId(0x1000 + number))
        .collect();
    for topic in &topics {
        clinic.does(
            PHYSICIAN,
            create(*topic, Kind::Patient { patient: MARIA }, "topic", &[]),
        );
        clinic.does(PHYSICIAN, take(*topic, None));
        clinic.does(CLERK, join(*topic));
        clinic.does(CLERK, take(*topic, Some(PHYSICIAN)));
    }
    clinic.now_ms += HOUR_MS;
    assert_eq!(fire(&mut clinic), 3);
    for topic in topics {
        assert_eq!(party(&clinic, topic), Party::Person(PHYSICIAN));
        assert!(!is_member(&clinic, topic, CLERK));
        assert_eq!(clinic.reader.stand_in(topic, CLERK).unwrap(), None);
    }
}

#[test]
fn it_ends_early_at_once_and_by_both_sides() {
    for who in [PHYSICIAN, CLERK, ADMINISTRATOR] {
        let mut clinic = Clinic::staffed();
        let granted = leave(&clinic, LEAVE, 0, HOUR_MS);
        clinic.does(ADMINISTRATOR, granted);
        assert_eq!(clinic.grants(CLERK, JOHNS).len(), 1);
        let end = Command::EndCoverage(LEAVE);
        assert_eq!(clinic.refused(NURSE, end.clone()), Refusal::NotFound);
        clinic.does(who, end.clone());
        assert_eq!(clinic.grants(CLERK, JOHNS), [], "before anything fired");
        assert_eq!(clinic.refused(who, end), Refusal::NothingToDo);
        assert_eq!(fire(&mut clinic), 1);
        assert_eq!(clinic.reader.coverage(LEAVE).unwrap().unwrap().ended_by, Some(who));
    }
}

#[test]
fn a_timer_fires_once_and_not_before_its_time() {
    let mut clinic = Clinic::staffed();
    let granted = leave(&clinic, LEAVE, HOUR_MS, 2 * HOUR_MS);
    clinic.does(PHYSICIAN, granted);
    let refused = |answer| match answer {
        Answer::Refused { refusal, .. } => refusal,
        other => panic!("{other:?}"),
    };
    let begins = Timer::CoverageBegins(LEAVE);
    assert_eq!(refused(fire_one(&mut clinic, begins)), Refusal::NothingToDo);
    let unknown = Timer::CoverageEnds(CoverageId(0xFF));
    assert_eq!(refused(fire_one(&mut clinic, unknown)), Refusal::NothingToDo);
    clinic.now_ms += HOUR_MS;
    assert!(matches!(fire_one(&mut clinic, begins), Answer::Done { .. }));
    assert_eq!(refused(fire_one(&mut clinic, begins)), Refusal::NothingToDo);
    let by_hand = Command::FireTimer {
        timer: Timer::CoverageEnds(LEAVE),
    };
    assert_eq!(clinic.refused(ADMINISTRATOR, by_hand), Refusal::Forbidden);
}

#[test]
fn windows_have_bounds_and_do_not_overlap() {
    let mut clinic = Clinic::staffed();
    let wrong = [
        (HOUR_MS, HOUR_MS),
        (2 * HOUR_MS, HOUR_MS),
        (0, limits::COVERAGE_MS_MAX + HOUR_MS),
        (
            limits::COVERAGE_AHEAD_MS_MAX + HOUR_MS,
            limits::COVERAGE_AHEAD_MS_MAX + 2 * HOUR_MS,
        ),
    ];
    for (from_ms, until_ms) in wrong {
        let command = leave(&clinic, LEAVE, from_ms, until_ms);
        assert_eq!(
            clinic.refused(PHYSICIAN, command),
            Refusal::Invalid,
            "{from_ms} to {until_ms}"
        );
    }
    let first = leave(&clinic, LEAVE, HOUR_MS, 3 * HOUR_MS);
    clinic.does(PHYSICIAN, first);
    let second = leave(&clinic, CoverageId(1), 2 * HOUR_MS, 4 * HOUR_MS);
    assert_eq!(clinic.refused(PHYSICIAN, second), Refusal::CoverageOverlaps);
    let same_id = leave(&clinic, LEAVE, 5 * HOUR_MS, 6 * HOUR_MS);
    assert_eq!(
        clinic.refused(PHYSICIAN, same_id),
        Refusal::Invalid,
        "it would write over what is there"
    );
    for number in 1..limits::COVERAGES_PER_PERSON_COUNT_MAX as u64 {
        let id = CoverageId(u128::from(number) + 0x100);
        let command = leave(&clinic, id, (5 + number) * HOUR_MS, (6 + number) * HOUR_MS - 60_000);
        clinic.does(PHYSICIAN, command);
    }
    let one_more = leave(&clinic, CoverageId(2), 90 * HOUR_MS, 91 * HOUR_MS);
    assert_eq!(clinic.refused(PHYSICIAN, one_more), Refusal::TooMany);
}

#[test]
fn after_an_early_end_the_same_two_begin_anew_at_once() {
    let mut clinic = Clinic::staffed();
    let first = leave(&clinic, LEAVE, 0, 8 * HOUR_MS);
    clinic.does(PHYSICIAN, first);
    clinic.does(PHYSICIAN, Command::EndCoverage(LEAVE));
    // From now on, as clients ask for it: nobody has noticed the end yet.
    let Command::GrantCoverage { mut coverage } = leave(&clinic, CoverageId(1), 0, 8 * HOUR_MS) else {
        panic!("no coverage");
    };
    coverage.from_ms = 0;
    clinic.does(PHYSICIAN, Command::GrantCoverage { coverage });
}

#[test]
fn what_waits_is_there_after_a_start() {
    let backend = Arc::new(MemoryBackend::new());
    let mut clinic = Clinic::over(backend.clone());
    clinic.apply(&crate::clinic::folk::opening());
    let granted = leave(&clinic, LEAVE, HOUR_MS, 2 * HOUR_MS);
    clinic.does(PHYSICIAN, granted);
    let mut again = Clinic::over(backend);
    assert!(again.reader.has_timers().unwrap());
    again.now_ms += 3 * HOUR_MS;
    assert_eq!(fire(&mut again), 2, "it begins and ends");
    assert_eq!(again.grants(CLERK, GENERAL), []);
}
