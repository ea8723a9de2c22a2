//! What follows from taking, giving and handing over: one event, the record of who answers, the head. And every reason for which the
//! responsibility stays where it is.

use crate::common::care::{DESK, assert_step, held_by, moved_to, offer, step, untouched};
use crate::common::{COLLEAGUE, NOW_MS, NURSE, colleague, departed, head, member, nurse, staff, thread};
use corridor_domain::audit::Action;
use corridor_domain::care::{Care, CareStep, Offer, Party};
use corridor_domain::event::{EventBody, OfferEnd};
use corridor_domain::ids::PersonId;
use corridor_domain::limits;
use corridor_domain::person::{AccountState, Person, Role};
use corridor_domain::refusal::Refusal;

#[test]
fn what_nobody_holds_is_taken() {
    let expected = Care {
        since_ms: NOW_MS,
        ..held_by(NURSE)
    };
    for before in [None, Some(untouched())] {
        let case = step(before, CareStep::Take { from: None });
        assert_step(
            &case,
            Action::Take,
            false,
            moved_to(Party::Person(NURSE)),
            expected.clone(),
        );
    }
}

#[test]
fn of_two_who_reach_for_it_one_is_told_that_the_other_was_first() {
    let held = || Some(held_by(COLLEAGUE));
    assert_eq!(
        step(held(), CareStep::Take { from: None }).refused(),
        Refusal::HeldByAnother
    );
    let wrong = CareStep::Take {
        from: Some(PersonId(0x99)),
    };
    assert_eq!(step(held(), wrong).refused(), Refusal::HeldByAnother);
    let late = CareStep::Take { from: Some(COLLEAGUE) };
    assert_eq!(
        step(None, late).refused(),
        Refusal::HeldByAnother,
        "it was given back meanwhile"
    );
    assert_eq!(step(Some(held_by(NURSE)), late).refused(), Refusal::NothingToDo);
}

#[test]
fn taking_over_names_from_whom_and_ends_what_they_had_offered() {
    let before = Care {
        offer: Some(offer(PersonId(0x99), COLLEAGUE)),
        ..held_by(COLLEAGUE)
    };
    let case = step(Some(before), CareStep::Take { from: Some(COLLEAGUE) });
    let expected = Care {
        since_ms: NOW_MS,
        ..held_by(NURSE)
    };
    assert_step(&case, Action::Take, false, moved_to(Party::Person(NURSE)), expected);
}

#[test]
fn what_a_closed_account_holds_the_pool_answers_for() {
    let suspended = Person {
        state: AccountState::Suspended,
        ..colleague()
    };
    let clerk = staff(COLLEAGUE, Role::Administrator);
    for holder in [Some(suspended), Some(clerk), None] {
        let case =
            step(Some(held_by(COLLEAGUE)), CareStep::Take { from: None }).change(|view| view.about.holder = holder);
        let expected = Care {
            since_ms: NOW_MS,
            ..held_by(NURSE)
        };
        assert_step(&case, Action::Take, false, moved_to(Party::Person(NURSE)), expected);
    }
}

#[test]
fn only_what_nobody_holds_is_assigned() {
    let to = CareStep::Assign { to: COLLEAGUE };
    let expected = Care {
        since_ms: NOW_MS,
        ..held_by(COLLEAGUE)
    };
    assert_step(
        &step(None, to),
        Action::Assign,
        false,
        moved_to(Party::Person(COLLEAGUE)),
        expected,
    );
    assert_eq!(step(Some(held_by(NURSE)), to).refused(), Refusal::HeldByAnother);
    assert_eq!(step(Some(held_by(COLLEAGUE)), to).refused(), Refusal::NothingToDo);
}

#[test]
fn whoever_is_to_answer_is_a_member() {
    let left = departed(member(&head(thread()), &colleague()));
    for membership in [None, Some(left)] {
        let outside = |care, what| step(care, what).change(|view| view.subject_membership.clone_from(&membership));
        let assign = outside(None, CareStep::Assign { to: COLLEAGUE });
        let hand_over = outside(
            Some(held_by(NURSE)),
            CareStep::HandOver {
                to: COLLEAGUE,
                minutes: 30,
            },
        );
        assert_eq!(assign.refused(), Refusal::TargetNotAMember);
        assert_eq!(hand_over.refused(), Refusal::TargetNotAMember);
    }
}

#[test]
fn it_goes_back_to_its_pool_or_to_another() {
    let back = Care {
        since_ms: NOW_MS,
        ..untouched()
    };
    let case = step(Some(held_by(NURSE)), CareStep::Return { pool: None });
    assert_step(&case, Action::ReturnToPool, false, moved_to(DESK), back.clone());
    let nurses = Care {
        pool: Role::Nurse,
        ..back
    };
    for before in [None, Some(held_by(NURSE))] {
        let case = step(
            before,
            CareStep::Return {
                pool: Some(Role::Nurse),
            },
        );
        assert_step(
            &case,
            Action::ReturnToPool,
            false,
            moved_to(Party::Pool(Role::Nurse)),
            nurses.clone(),
        );
    }
    let back = CareStep::Return { pool: None };
    assert_eq!(step(None, back).refused(), Refusal::NothingToDo);
    assert_eq!(step(Some(held_by(COLLEAGUE)), back).refused(), Refusal::HeldByAnother);
    for role in [Role::Administrator, Role::ComplianceOfficer, Role::OrganizationQueue] {
        let case = step(Some(held_by(NURSE)), CareStep::Return { pool: Some(role) });
        assert_eq!(
            case.refused(),
            Refusal::Invalid,
            "{role:?} does not answer for patients"
        );
    }
}

#[test]
fn a_hand_over_moves_nothing_until_it_is_accepted() {
    let to = CareStep::HandOver {
        to: COLLEAGUE,
        minutes: 30,
    };
    let expires_at_ms = NOW_MS + 30 * 60_000;
    let expected = Care {
        offer: Some(Offer {
            to: COLLEAGUE,
            by: NURSE,
            at_ms: NOW_MS,
            expires_at_ms,
        }),
        ..held_by(NURSE)
    };
    let body = EventBody::HandOverOffered {
        to: COLLEAGUE,
        expires_at_ms,
    };
    assert_step(&step(Some(held_by(NURSE)), to), Action::HandOver, false, body, expected);
    assert_eq!(step(Some(held_by(COLLEAGUE)), to).refused(), Refusal::HeldByAnother);
    assert_eq!(step(None, to).refused(), Refusal::NotHeld);
    for minutes in [0, limits::HAND_OVER_MINUTES_MAX + 1] {
        let case = step(Some(held_by(NURSE)), CareStep::HandOver { to: COLLEAGUE, minutes });
        assert_eq!(case.refused(), Refusal::Invalid);
    }
    let to_oneself = CareStep::HandOver { to: NURSE, minutes: 30 };
    let case = step(Some(held_by(NURSE)), to_oneself).subject(&nurse(), Some(member(&head(thread()), &nurse())));
    assert_eq!(case.refused(), Refusal::Invalid);
}

#[test]
fn accepting_is_for_the_one_who_was_asked_and_in_time() {
    let offered = |offer| {
        Some(Care {
            offer: Some(offer),
            ..held_by(COLLEAGUE)
        })
    };
    let expected = Care {
        since_ms: NOW_MS,
        ..held_by(NURSE)
    };
    let case = step(offered(offer(NURSE, COLLEAGUE)), CareStep::Accept);
    assert_step(
        &case,
        Action::AcceptHandOver,
        false,
        moved_to(Party::Person(NURSE)),
        expected,
    );
    let late = Offer {
        expires_at_ms: NOW_MS,
        ..offer(NURSE, COLLEAGUE)
    };
    for void in [late, offer(PersonId(0x99), COLLEAGUE)] {
        assert_eq!(step(offered(void), CareStep::Accept).refused(), Refusal::NotOffered);
        assert_eq!(step(offered(void), CareStep::Decline).refused(), Refusal::NotOffered);
    }
    assert_eq!(step(None, CareStep::Accept).refused(), Refusal::NotOffered);
}

#[test]
fn declined_or_withdrawn_it_stays_where_it_was() {
    let offered = |holder, offer| {
        Some(Care {
            offer: Some(offer),
            ..held_by(holder)
        })
    };
    let declined = step(offered(COLLEAGUE, offer(NURSE, COLLEAGUE)), CareStep::Decline);
    let ended = |to, how| EventBody::HandOverEnded { to, how };
    let body = ended(NURSE, OfferEnd::Declined);
    assert_step(&declined, Action::DeclineHandOver, false, body, held_by(COLLEAGUE));
    let expired = Offer {
        expires_at_ms: NOW_MS - 1,
        ..offer(COLLEAGUE, NURSE)
    };
    for open in [offer(COLLEAGUE, NURSE), expired] {
        let withdrawn = step(offered(NURSE, open), CareStep::Withdraw);
        let body = ended(COLLEAGUE, OfferEnd::Withdrawn);
        assert_step(&withdrawn, Action::WithdrawHandOver, false, body, held_by(NURSE));
    }
    let anothers = step(offered(COLLEAGUE, offer(PersonId(0x99), COLLEAGUE)), CareStep::Withdraw);
    assert_eq!(anothers.refused(), Refusal::Forbidden);
    assert_eq!(
        step(Some(held_by(NURSE)), CareStep::Withdraw).refused(),
        Refusal::NotOffered
    );
}
