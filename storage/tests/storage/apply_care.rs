//! Who answers for a patient conversation, from commands to records and back: kept over a start, taken along in a snapshot, on the
//! audit record, and seen by whoever asks next.

use crate::clinic::folk::{ADMINISTRATOR, CLERK, GENERAL, JOHN, JOHNS, MARIA, NURSE, PHYSICIAN};
use crate::clinic::{Clinic, send};
use corridor_domain::audit::Action;
use corridor_domain::care::{CareStep, Party, Stage};
use corridor_domain::command::Command;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::person::{AccountState, Role};
use corridor_domain::refusal::Refusal;
use corridor_storage::backend::MemoryBackend;
use corridor_storage::replicated::ReplicatedState;
use std::sync::Arc;

fn care(conversation: ConversationId, step: CareStep) -> Command {
    Command::Care { conversation, step }
}

fn party(clinic: &Clinic, conversation: ConversationId) -> Party {
    let viewer = clinic.reader.person(NURSE).unwrap().unwrap();
    let readable = clinic.reader.readable(&viewer, conversation).unwrap();
    readable.care().unwrap().party(readable.holder.as_ref())
}

fn stage(clinic: &Clinic, conversation: ConversationId) -> Stage {
    let viewer = clinic.reader.person(NURSE).unwrap().unwrap();
    let readable = clinic.reader.readable(&viewer, conversation).unwrap();
    readable.care().unwrap().stage(&readable.conversation.unwrap().last)
}

fn set_state(person: PersonId, state: AccountState) -> Command {
    Command::ChangeAccountState { person, state }
}

#[test]
fn it_is_taken_handed_over_and_accepted() {
    let mut clinic = Clinic::staffed();
    assert_eq!(party(&clinic, GENERAL), Party::Pool(Role::FrontDesk));
    clinic.does(NURSE, care(GENERAL, CareStep::Take { from: None }));
    assert_eq!(party(&clinic, GENERAL), Party::Person(NURSE));
    assert_eq!(party(&clinic, JOHNS), Party::Pool(Role::FrontDesk), "each for itself");
    let too_late = care(GENERAL, CareStep::Take { from: None });
    assert_eq!(clinic.refused(PHYSICIAN, too_late), Refusal::HeldByAnother);
    clinic.does(
        NURSE,
        care(
            GENERAL,
            CareStep::HandOver {
                to: PHYSICIAN,
                minutes: 1,
            },
        ),
    );
    assert_eq!(party(&clinic, GENERAL), Party::Person(NURSE));
    clinic.does(PHYSICIAN, care(GENERAL, CareStep::Accept));
    assert_eq!(party(&clinic, GENERAL), Party::Person(PHYSICIAN));
    let line = clinic.last_line().record;
    assert_eq!((line.action, line.actor), (Action::AcceptHandOver, Some(PHYSICIAN)));
    assert_eq!(clinic.applied.applied_version(), 2);
}

#[test]
fn an_offer_runs_out_by_the_time_of_the_log() {
    let mut clinic = Clinic::staffed();
    clinic.does(NURSE, care(GENERAL, CareStep::Take { from: None }));
    clinic.does(
        NURSE,
        care(
            GENERAL,
            CareStep::HandOver {
                to: PHYSICIAN,
                minutes: 1,
            },
        ),
    );
    clinic.now_ms += 60_000;
    assert_eq!(
        clinic.refused(PHYSICIAN, care(GENERAL, CareStep::Accept)),
        Refusal::NotOffered
    );
    assert_eq!(party(&clinic, GENERAL), Party::Person(NURSE), "it stays where it was");
}

#[test]
fn when_an_account_is_closed_the_pool_answers_at_once() {
    let mut clinic = Clinic::staffed();
    clinic.does(NURSE, care(GENERAL, CareStep::Take { from: None }));
    clinic.does(ADMINISTRATOR, set_state(NURSE, AccountState::Suspended));
    assert_eq!(party(&clinic, GENERAL), Party::Pool(Role::FrontDesk));
    clinic.does(PHYSICIAN, care(GENERAL, CareStep::Take { from: None }));
    clinic.does(ADMINISTRATOR, set_state(NURSE, AccountState::Active));
    assert_eq!(party(&clinic, GENERAL), Party::Person(PHYSICIAN));
}

#[test]
fn the_patient_cannot_reply_where_it_is_closed_and_is_heard_where_it_is_resolved() {
    let mut clinic = Clinic::staffed();
    clinic.does(MARIA, send(GENERAL, "my knee"));
    clinic.does(NURSE, care(GENERAL, CareStep::Resolve));
    assert_eq!(stage(&clinic, GENERAL), Stage::Resolved);
    clinic.does(MARIA, send(GENERAL, "one more thing"));
    assert_eq!(stage(&clinic, GENERAL), Stage::Open);
    clinic.does(NURSE, care(GENERAL, CareStep::Close));
    assert_eq!(clinic.refused(MARIA, send(GENERAL, "hello?")), Refusal::Closed);
    clinic.does(NURSE, send(GENERAL, "call us"));
    assert_eq!(stage(&clinic, GENERAL), Stage::Closed);
    clinic.does(JOHN, send(JOHNS, "not closed for others"));
    clinic.does(NURSE, care(GENERAL, CareStep::Open));
    clinic.does(MARIA, send(GENERAL, "thank you"));
}

#[test]
fn whoever_has_no_business_with_it_learns_nothing_and_moves_nothing() {
    let mut clinic = Clinic::staffed();
    let take = || CareStep::Take { from: None };
    assert_eq!(clinic.refused(CLERK, care(GENERAL, take())), Refusal::NotFound);
    assert_eq!(clinic.refused(JOHN, care(GENERAL, take())), Refusal::NotFound);
    assert_eq!(clinic.refused(MARIA, care(GENERAL, take())), Refusal::Forbidden);
    assert_eq!(party(&clinic, GENERAL), Party::Pool(Role::FrontDesk));
}

#[test]
fn it_is_there_after_a_start_and_in_a_snapshot() {
    let backend = Arc::new(MemoryBackend::new());
    let mut clinic = Clinic::over(backend.clone());
    clinic.apply(&crate::clinic::folk::opening());
    clinic.does(PHYSICIAN, care(JOHNS, CareStep::Take { from: None }));
    let snapshot = clinic.applied.snapshot().unwrap();
    drop(clinic);
    let again = Clinic::over(backend);
    assert_eq!(
        (party(&again, JOHNS), again.applied.applied_version()),
        (Party::Person(PHYSICIAN), 2)
    );
    let other = Clinic::new();
    assert_eq!(other.applied.applied_version(), 1);
    other.applied.install(snapshot).unwrap();
    assert_eq!(
        (party(&other, JOHNS), other.applied.applied_version()),
        (Party::Person(PHYSICIAN), 2)
    );
}
