//! What follows from saying that the work on a patient conversation is done or closed; and what moves who answers without a step, or does not.

use crate::common::care::{assert_step, held_by, step, untouched};
use crate::common::{
    COLLEAGUE, CONVERSATION, Case, LAST, NOW_MS, NURSE, PATIENT, REVISION, appended, changed, colleague, done, head,
    member, message, moved, new_message, next_place, nurse, patient, thread,
};
use corridor_domain::audit::Action;
use corridor_domain::care::{Care, CareStep, Stage};
use corridor_domain::command::Command;
use corridor_domain::conversation::{Audience, Departure, Membership, Place, Side};
use corridor_domain::event::{EventBody, Mention};
use corridor_domain::outcome::Change;
use corridor_domain::person::Role;
use corridor_domain::refusal::Refusal;

#[test]
fn a_mention_alone_moves_nothing() {
    let mut words = new_message(Audience::Everyone);
    words.mentions = vec![Mention::Person(COLLEAGUE), Mention::Role(Role::Physician)];
    let send = Command::Send {
        conversation: CONVERSATION,
        message: Box::new(words),
    };
    let case = Case::inside(&nurse(), &head(thread()), send)
        .people(&[colleague()])
        .change(|view| view.about.care = Some(held_by(NURSE)));
    let changes = case.decide().changes;
    assert!(!changes.is_empty());
    assert!(!changes.iter().any(|change| matches!(change, Change::Care(_))));
}

#[test]
fn what_is_done_is_open_again_with_the_next_message() {
    let stage = |stage| EventBody::StageChanged { stage };
    let resolved = Care {
        set_stage: Stage::Resolved,
        resolved_shared_number: LAST.shared_number,
        ..untouched()
    };
    let case = step(None, CareStep::Resolve);
    assert_step(&case, Action::Resolve, false, stage(Stage::Resolved), resolved.clone());
    assert_eq!(
        step(Some(resolved.clone()), CareStep::Resolve).refused(),
        Refusal::NothingToDo
    );
    let opened = Care {
        set_stage: Stage::Open,
        ..resolved.clone()
    };
    let case = step(Some(resolved.clone()), CareStep::Open);
    assert_step(&case, Action::Open, false, stage(Stage::Open), opened);
    let answered = Care {
        resolved_shared_number: LAST.shared_number - 1,
        ..resolved
    };
    assert_eq!(step(Some(answered), CareStep::Open).refused(), Refusal::NothingToDo);
}

#[test]
fn that_it_is_closed_the_patient_sees() {
    let stage = |stage| EventBody::StageChanged { stage };
    let closed = Care {
        set_stage: Stage::Closed,
        resolved_shared_number: LAST.shared_number,
        ..untouched()
    };
    assert_step(
        &step(None, CareStep::Close),
        Action::Close,
        true,
        stage(Stage::Closed),
        closed.clone(),
    );
    let opened = Care {
        set_stage: Stage::Open,
        ..closed.clone()
    };
    assert_step(
        &step(Some(closed), CareStep::Open),
        Action::Open,
        true,
        stage(Stage::Open),
        opened,
    );
}

#[test]
fn a_holder_who_leaves_leaves_it_to_the_pool() {
    let head = head(thread());
    let own = member(&head, &nurse());
    let leave = |care| {
        let remove = Command::RemoveMember {
            conversation: CONVERSATION,
            person: NURSE,
        };
        Case::inside(&nurse(), &head, remove)
            .subject(&nurse(), Some(own.clone()))
            .change(|view| view.about.care = Some(care))
    };
    let gone = next_place(LAST, true);
    let expected = Care {
        since_ms: NOW_MS,
        ..untouched()
    };
    let departure = Departure {
        seq: gone.seq,
        at_ms: NOW_MS,
        by: NURSE,
    };
    let left = Membership {
        departure: Some(departure),
        ..own.clone()
    };
    let removed = EventBody::MemberRemoved { person: NURSE };
    let changes = vec![
        appended(CONVERSATION, gone, true, NURSE, removed),
        changed(left),
        Change::Care(Box::new(expected)),
        moved(&head, gone, |head| head.member_count -= 1),
    ];
    assert_eq!(leave(held_by(NURSE)).decide().changes, changes);
    let others = leave(held_by(COLLEAGUE)).decide().changes;
    assert!(!others.iter().any(|change| matches!(change, Change::Care(_))));
}

#[test]
fn a_care_step_points_at_nothing_a_patient_could_do() {
    let patient = patient(PATIENT, &[]);
    for step in [
        CareStep::Take { from: None },
        CareStep::Accept,
        CareStep::Close,
        CareStep::Open,
    ] {
        let command = Command::Care {
            conversation: CONVERSATION,
            step,
        };
        let case = Case::inside(&patient, &head(thread()), command);
        assert_eq!(case.refused(), Refusal::Forbidden);
    }
    // What they wrote themselves they can still take back where it is closed.
    let retract = Command::Retract {
        conversation: CONVERSATION,
        seq: 6,
        reason: Default::default(),
    };
    let case = Case::inside(&patient, &head(thread()), retract)
        .target(message(PATIENT, Audience::Everyone))
        .change(|view| {
            view.about.care = Some(Care {
                set_stage: Stage::Closed,
                ..untouched()
            });
        });
    let outcome = case.decide();
    assert_eq!((outcome.audit.refusal, outcome.audit.revision), (None, REVISION));
    let place = Place {
        seq: LAST.seq + 1,
        shared_seq: LAST.shared_seq + 1,
        ..LAST
    };
    assert_eq!(outcome.answer, done(CONVERSATION, place, Side::Patient));
}
