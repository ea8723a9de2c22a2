//! What follows from read and delivered marks: they only move forward, and tell patients no more than they may know.

use crate::common::{
    COLLEAGUE, CONVERSATION, Case, PATIENT, appended, changed, done, head, member, message, moved, next_place, nurse,
    patient, thread,
};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::command::Command;
use corridor_domain::conversation::{Audience, Conversation, Kind, Membership, Place, Side};
use corridor_domain::event::{Event, EventBody};
use corridor_domain::limits;
use corridor_domain::outcome::{Answer, Change, Outcome};
use corridor_domain::person::Person;

/// The message at seq 8, in the shared numbering 6: number 4 of the team's, 3 of the shared.
fn seen() -> Event {
    message(COLLEAGUE, Audience::Everyone)
}

fn mark_read(actor: &Person, room: &Conversation, target: Event) -> Case {
    Case::inside(
        actor,
        room,
        Command::MarkRead {
            conversation: CONVERSATION,
            seq: 8,
        },
    )
    .target(target)
}

fn answered(place: Place, side: Side, left: u64) -> Answer {
    match done(CONVERSATION, place, side) {
        Answer::Done {
            revision,
            at_ms,
            conversation,
            place,
            side,
            person,
            ..
        } => Answer::Done {
            revision,
            at_ms,
            conversation,
            place,
            side,
            person,
            unread: left,
        },
        other => other,
    }
}

fn assert_marked(
    case: &Case,
    action: Action,
    shared: bool,
    own: Membership,
    team_read: u64,
    body: EventBody,
    left: u64,
) {
    let before = case
        .view
        .about
        .conversation
        .clone()
        .unwrap_or_else(|| head(Kind::Group));
    let place = next_place(before.last, shared);
    let side = own.side;
    let changes = vec![
        appended(CONVERSATION, place, shared, own.person, body),
        changed(own),
        moved(&before, place, |head| head.team_read_shared_number = team_read),
    ];
    let audit = case.record(action, Some(Basis::Member), &[(CONVERSATION, place.seq, place.seq)]);
    assert_eq!(
        case.decide(),
        Outcome {
            changes,
            answer: answered(place, side, left),
            audit
        }
    );
}

#[test]
fn a_read_mark_is_an_event_and_tells_the_patient_only_what_is_new() {
    let read = EventBody::Read { up_to: seen().place };
    let room = head(thread());
    let by_nurse = Membership {
        read_seq: 8,
        read_number: 4,
        delivered_seq: 8,
        ..member(&room, &nurse())
    };
    assert_marked(
        &mark_read(&nurse(), &room, seen()),
        Action::MarkRead,
        true,
        by_nurse.clone(),
        3,
        read.clone(),
        1,
    );
    // Somebody of the team has read that far already: the patient is not told again.
    let known = Conversation {
        team_read_shared_number: 3,
        ..room.clone()
    };
    assert_marked(
        &mark_read(&nurse(), &known, seen()),
        Action::MarkRead,
        false,
        by_nurse,
        3,
        read.clone(),
        1,
    );
    let whose = patient(PATIENT, &[]);
    let by_patient = Membership {
        read_seq: 6,
        read_number: 3,
        delivered_seq: 6,
        ..member(&room, &whose)
    };
    assert_marked(
        &mark_read(&whose, &room, seen()),
        Action::MarkRead,
        true,
        by_patient,
        0,
        read.clone(),
        1,
    );
    let group = head(Kind::Group);
    let target = Event {
        shared: false,
        place: Place {
            shared_seq: 0,
            shared_number: 0,
            ..seen().place
        },
        ..seen()
    };
    let read = EventBody::Read { up_to: target.place };
    let by_nurse = Membership {
        read_seq: 8,
        read_number: 4,
        delivered_seq: 8,
        ..member(&group, &nurse())
    };
    assert_marked(
        &mark_read(&nurse(), &group, target),
        Action::MarkRead,
        false,
        by_nurse,
        0,
        read,
        1,
    );
}

#[test]
fn reading_up_to_a_note_moves_nothing_the_patient_sees() {
    let room = Conversation {
        team_read_shared_number: 2,
        ..head(thread())
    };
    let note = message(COLLEAGUE, Audience::Team);
    let own = Membership {
        read_seq: 8,
        read_number: 4,
        delivered_seq: 8,
        ..member(&room, &nurse())
    };
    let body = EventBody::Read { up_to: note.place };
    assert_marked(
        &mark_read(&nurse(), &room, note),
        Action::MarkRead,
        false,
        own,
        2,
        body,
        1,
    );
}

#[test]
fn a_delivery_mark_says_nothing_about_reading() {
    let room = head(thread());
    let confirm = |actor: &Person, room: &Conversation| {
        Case::inside(
            actor,
            room,
            Command::ConfirmDelivery {
                conversation: CONVERSATION,
                seq: 8,
            },
        )
        .target(seen())
    };
    let body = || EventBody::Delivered { up_to: seen().place };
    let own = Membership {
        delivered_seq: 8,
        ..member(&room, &nurse())
    };
    assert_marked(
        &confirm(&nurse(), &room),
        Action::ConfirmDelivery,
        false,
        own,
        0,
        body(),
        5,
    );
    let whose = patient(PATIENT, &[]);
    let own = Membership {
        delivered_seq: 6,
        ..member(&room, &whose)
    };
    assert_marked(
        &confirm(&whose, &room),
        Action::ConfirmDelivery,
        true,
        own,
        0,
        body(),
        4,
    );
}

#[test]
fn marks_never_go_back_and_large_rooms_have_no_events_of_them() {
    let room = head(Kind::Group);
    let ahead = Membership {
        read_seq: 9,
        read_number: 5,
        delivered_seq: 9,
        ..member(&room, &nurse())
    };
    for command in [
        Command::MarkRead {
            conversation: CONVERSATION,
            seq: 8,
        },
        Command::ConfirmDelivery {
            conversation: CONVERSATION,
            seq: 8,
        },
    ] {
        let case = Case::by(&nurse(), command.clone())
            .about(room.clone(), Some(ahead.clone()))
            .target(seen());
        let outcome = case.decide();
        assert_eq!(
            (outcome.changes, outcome.answer),
            (Vec::new(), answered(Place::default(), Side::Team, 0))
        );
        let large = Conversation {
            member_count: limits::RECEIPT_EVENTS_MEMBERS_MAX + 1,
            ..room.clone()
        };
        let outcome = Case::inside(&nurse(), &large, command.clone()).target(seen()).decide();
        let mut own = Membership {
            delivered_seq: 8,
            ..member(&large, &nurse())
        };
        if matches!(command, Command::MarkRead { .. }) {
            (own.read_seq, own.read_number) = (8, 4);
        }
        assert_eq!(outcome.changes, [changed(own)]);
    }
    // Own messages up to the mark are no longer kept apart.
    let mixed = Membership {
        own_since_read: vec![3, 5],
        ..member(&room, &nurse())
    };
    let case = Case::by(
        &nurse(),
        Command::MarkRead {
            conversation: CONVERSATION,
            seq: 8,
        },
    )
    .about(room, Some(mixed));
    let outcome = case.target(seen()).decide();
    let Change::Membership(own) = &outcome.changes[1] else {
        panic!("{outcome:?}")
    };
    assert_eq!((own.read_number, own.own_since_read.as_slice()), (4, [5].as_slice()));
}
