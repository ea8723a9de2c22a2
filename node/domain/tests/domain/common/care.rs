//! Cases of who answers for a patient: the nurse's step, where the thread stands like that.

use super::{
    CONVERSATION, Case, LAST, NOW_MS, NURSE, appended, colleague, done, head, member, moved, next_place, nurse, thread,
};
use corridor_domain::audit::{Action, Basis};
use corridor_domain::care::{Care, CareStep, Offer, Party};
use corridor_domain::command::Command;
use corridor_domain::conversation::Side;
use corridor_domain::event::EventBody;
use corridor_domain::ids::PersonId;
use corridor_domain::outcome::{Change, Outcome};
use corridor_domain::person::Role;

pub const DESK: Party = Party::Pool(Role::FrontDesk);

pub fn untouched() -> Care {
    Care::untouched(CONVERSATION, NOW_MS - 1_000_000)
}

pub fn held_by(holder: PersonId) -> Care {
    Care {
        holder: Some(holder),
        ..untouched()
    }
}

pub fn offer(to: PersonId, by: PersonId) -> Offer {
    Offer {
        to,
        by,
        at_ms: NOW_MS - 60_000,
        expires_at_ms: NOW_MS + 60_000,
    }
}

/// The nurse's step, where the conversation stands like that.
pub fn step(care: Option<Care>, step: CareStep) -> Case {
    let head = head(thread());
    let holder = care.as_ref().and_then(|care| care.holder);
    let people = [nurse(), colleague()];
    let case = Case::inside(
        &nurse(),
        &head,
        Command::Care {
            conversation: CONVERSATION,
            step,
        },
    );
    case.subject(&colleague(), Some(member(&head, &colleague())))
        .change(|view| {
            view.about.care = care;
            view.about.holder = people.into_iter().find(|person| Some(person.id) == holder);
        })
}

/// One event, the record, the head; and the line of the audit record.
pub fn assert_step(case: &Case, action: Action, shared: bool, body: EventBody, care: Care) {
    let place = next_place(LAST, shared);
    let changes = vec![
        appended(CONVERSATION, place, shared, NURSE, body),
        Change::Care(Box::new(care)),
        moved(&head(thread()), place, |_| {}),
    ];
    let audit = case.record(action, Some(Basis::Member), &[(CONVERSATION, place.seq, place.seq)]);
    assert_eq!(
        case.decide(),
        Outcome {
            changes,
            answer: done(CONVERSATION, place, Side::Team),
            audit
        }
    );
}

pub fn moved_to(party: Party) -> EventBody {
    EventBody::ResponsibilityMoved { party }
}
