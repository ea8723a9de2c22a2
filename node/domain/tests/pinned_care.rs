//! Numbers, names and bytes of the steps of care, as the log has them for ever; and which version of commands had each command first.
//!
//! A test that fails here says: bytes on disk change. New variants go to the end, with a line of their own here.

mod common;

use common::pinned::pinned;
use corridor_domain::care::CareStep;
use corridor_domain::command::Command;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::person::Role;

#[test]
fn the_steps_of_care() {
    let to = PersonId(2);
    pinned(&[
        (
            CareStep::Take { from: Some(to) },
            "Take",
            "000100000000000000000000000000000002",
        ),
        (CareStep::Assign { to }, "Assign", "0100000000000000000000000000000002"),
        (
            CareStep::Return {
                pool: Some(Role::Nurse),
            },
            "Return",
            "020101",
        ),
        (
            CareStep::HandOver { to, minutes: 300 },
            "HandOver",
            "0300000000000000000000000000000002ac02",
        ),
        (CareStep::Accept, "Accept", "04"),
        (CareStep::Decline, "Decline", "05"),
        (CareStep::Withdraw, "Withdraw", "06"),
        (CareStep::Resolve, "Resolve", "07"),
        (CareStep::Close, "Close", "08"),
        (CareStep::Open, "Open", "09"),
        (CareStep::AllowOnBehalf { allowed: true }, "AllowOnBehalf", "0a01"),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &CareStep| match value {
        CareStep::Take { .. }
        | CareStep::Assign { .. }
        | CareStep::Return { .. }
        | CareStep::HandOver { .. }
        | CareStep::Accept
        | CareStep::Decline
        | CareStep::Withdraw
        | CareStep::Resolve
        | CareStep::Close
        | CareStep::Open
        | CareStep::AllowOnBehalf { .. } => (),
    };
}

#[test]
fn each_command_has_the_version_that_had_it_first() {
    let step = CareStep::Accept;
    let conversation = ConversationId(4);
    assert_eq!(Command::Archive { conversation }.version(), 1);
    assert_eq!(Command::Care { conversation, step }.version(), 2);
}
