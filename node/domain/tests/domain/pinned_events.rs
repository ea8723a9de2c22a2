//! Numbers, names and bytes of events, as the state has them for ever.
//!
//! A test that fails here says: bytes on disk change. New variants go to the end, with a line of their own here.

use crate::common::pinned::pinned;
use corridor_domain::care::{Party, Stage};
use corridor_domain::conversation::{Audience, History, Place};
use corridor_domain::event::{EventBody, Mention, Message, OfferEnd, Priority, Retraction};
use corridor_domain::ids::{PersonId, PinId, TaskId};
use corridor_domain::person::Role;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::restriction::Sensitivity;
use corridor_domain::task::TaskDeed;

fn place() -> Place {
    Place {
        seq: 300,
        number: 4,
        shared_seq: 3,
        shared_number: 2,
    }
}

fn message() -> Message {
    Message {
        audience: Audience::Team,
        priority: Priority::Urgent,
        content: Sealed(vec![9]),
        mentions: vec![Mention::Person(PersonId(2))],
        reply_to: Some(place()),
        version: 2,
        edited_at_ms: Some(7),
        retraction: Some(Retraction {
            by: PersonId(2),
            at_ms: 8,
            reason: Private::from("r"),
        }),
        acknowledged: vec![(PersonId(3), 9)],
    }
}

#[test]
fn the_events() {
    pinned(&[
        (EventBody::Created, "Created", "00"),
        (
            EventBody::Message(Box::new(message())),
            "Message",
            concat!(
                "010101010901000000000000000000000000000000000201ac0204030202010701000000000000000000000000000000",
                "02080172010000000000000000000000000000000309"
            ),
        ),
        (
            EventBody::Edited {
                target: place(),
                version: 2,
            },
            "Edited",
            "02ac0204030202",
        ),
        (EventBody::Retracted { target: place() }, "Retracted", "03ac02040302"),
        (
            EventBody::MemberAdded {
                person: PersonId(2),
                history: History::FromNow,
            },
            "MemberAdded",
            "040000000000000000000000000000000201",
        ),
        (
            EventBody::MemberRemoved { person: PersonId(2) },
            "MemberRemoved",
            "0500000000000000000000000000000002",
        ),
        (
            EventBody::Renamed {
                topic: Private::from("t"),
            },
            "Renamed",
            "060174",
        ),
        (EventBody::Archived, "Archived", "07"),
        (EventBody::Reopened, "Reopened", "08"),
        (
            EventBody::OwnerChanged { owner: PersonId(2) },
            "OwnerChanged",
            "0900000000000000000000000000000002",
        ),
        (EventBody::Delivered { up_to: place() }, "Delivered", "0aac02040302"),
        (EventBody::Read { up_to: place() }, "Read", "0bac02040302"),
        (
            EventBody::Acknowledged { target: place() },
            "Acknowledged",
            "0cac02040302",
        ),
        (
            EventBody::ResponsibilityMoved {
                party: Party::Person(PersonId(2)),
            },
            "ResponsibilityMoved",
            "0d0100000000000000000000000000000002",
        ),
        (
            EventBody::HandOverOffered {
                to: PersonId(2),
                expires_at_ms: 300,
            },
            "HandOverOffered",
            "0e00000000000000000000000000000002ac02",
        ),
        (
            EventBody::HandOverEnded {
                to: PersonId(2),
                how: OfferEnd::Withdrawn,
            },
            "HandOverEnded",
            "0f0000000000000000000000000000000201",
        ),
        (EventBody::StageChanged { stage: Stage::Closed }, "StageChanged", "1002"),
        (EventBody::OnBehalfChanged { allowed: false }, "OnBehalfChanged", "1100"),
        (
            EventBody::CoverageEnded {
                person: PersonId(2),
                left: true,
                party: Some(Party::Pool(Role::Nurse)),
            },
            "CoverageEnded",
            "120000000000000000000000000000000201010001",
        ),
        (
            EventBody::TaskChanged {
                task: TaskId(0x7A),
                what: TaskDeed::Assigned,
                assignee: Some(Party::Pool(Role::Nurse)),
            },
            "TaskChanged",
            "130000000000000000000000000000007a01010001",
        ),
        (
            EventBody::Pinned {
                pin: PinId(0x91),
                patient: PersonId(2),
            },
            "Pinned",
            "140000000000000000000000000000009100000000000000000000000000000002",
        ),
        (
            EventBody::Labelled {
                sensitivity: Some(Sensitivity::StateLaw),
                left: vec![PersonId(2)],
            },
            "Labelled",
            "1501010100000000000000000000000000000002",
        ),
        (
            EventBody::ConfidentialChanged {
                confidential: true,
                left: vec![PersonId(2)],
            },
            "ConfidentialChanged",
            "16010100000000000000000000000000000002",
        ),
        (EventBody::IdentityAsked, "IdentityAsked", "17"),
        (EventBody::IdentityConfirmed, "IdentityConfirmed", "18"),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &EventBody| match value {
        EventBody::Created
        | EventBody::Message(_)
        | EventBody::Edited { .. }
        | EventBody::Retracted { .. }
        | EventBody::MemberAdded { .. }
        | EventBody::MemberRemoved { .. }
        | EventBody::Renamed { .. }
        | EventBody::Archived
        | EventBody::Reopened
        | EventBody::OwnerChanged { .. }
        | EventBody::Delivered { .. }
        | EventBody::Read { .. }
        | EventBody::Acknowledged { .. }
        | EventBody::ResponsibilityMoved { .. }
        | EventBody::HandOverOffered { .. }
        | EventBody::HandOverEnded { .. }
        | EventBody::StageChanged { .. }
        | EventBody::OnBehalfChanged { .. }
        | EventBody::CoverageEnded { .. }
        | EventBody::TaskChanged { .. }
        | EventBody::Pinned { .. }
        | EventBody::Labelled { .. }
        | EventBody::ConfidentialChanged { .. }
        | EventBody::IdentityAsked
        | EventBody::IdentityConfirmed => (),
    };
}

#[test]
fn who_answers_and_how_far_it_has_come() {
    pinned(&[
        (Party::Pool(Role::Nurse), "Pool", "0001"),
        (
            Party::Person(PersonId(2)),
            "Person",
            "0100000000000000000000000000000002",
        ),
    ]);
    pinned(&[
        (Stage::Open, "Open", "00"),
        (Stage::Resolved, "Resolved", "01"),
        (Stage::Closed, "Closed", "02"),
    ]);
    pinned(&[
        (OfferEnd::Declined, "Declined", "00"),
        (OfferEnd::Withdrawn, "Withdrawn", "01"),
    ]);
}
