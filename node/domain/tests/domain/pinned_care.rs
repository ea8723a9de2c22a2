//! Numbers, names and bytes of the steps of care, as the log has them for ever; and which version of commands had each command first.
//!
//! A test that fails here says: bytes on disk change. New variants go to the end, with a line of their own here.

use crate::common::pinned::{pinned, pinned_from};
use corridor_domain::attention::AttentionStep;
use corridor_domain::care::CareStep;
use corridor_domain::command::{Acting, Command, NewConversation, NewMessage};
use corridor_domain::conversation::{Audience, Kind};
use corridor_domain::coverage::{CoverageStage, NewCoverage};
use corridor_domain::event::Priority;
use corridor_domain::ids::{ConversationId, CoverageId, PersonId, ScheduledId, SiteId, TaskId};
use corridor_domain::person::Role;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::scheduled::NewScheduled;
use corridor_domain::settings::{Hours, Reason, Settings, Switches};
use corridor_domain::timer::Timer;

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
fn coverage_and_what_waits_for_its_time() {
    let coverage = CoverageId(0xCE);
    pinned(&[
        (
            Timer::CoverageBegins(coverage),
            "CoverageBegins",
            "00000000000000000000000000000000ce",
        ),
        (
            Timer::CoverageEnds(coverage),
            "CoverageEnds",
            "01000000000000000000000000000000ce",
        ),
        (
            Timer::MessageDue(ScheduledId(0x5C)),
            "MessageDue",
            "020000000000000000000000000000005c",
        ),
        (
            Timer::Reminder(PersonId(2), ConversationId(4)),
            "Reminder",
            concat!(
                "03",
                "00000000000000000000000000000002",
                "00000000000000000000000000000004"
            ),
        ),
    ]);
    pinned_from(
        4,
        &[
            (
                Timer::TaskDue(TaskId(0x7A)),
                "TaskDue",
                "040000000000000000000000000000007a",
            ),
            (
                Timer::ReadBy(ConversationId(4), 300),
                "ReadBy",
                "0500000000000000000000000000000004ac02",
            ),
        ],
    );
    pinned(&[
        (CoverageStage::Planned, "Planned", "00"),
        (CoverageStage::Running, "Running", "01"),
        (CoverageStage::Over, "Over", "02"),
    ]);
    let new = NewCoverage {
        id: coverage,
        covered: PersonId(2),
        covering: PersonId(3),
        from_ms: 300,
        until_ms: 301,
        reason: Private::from("r"),
    };
    pinned_from(
        32,
        &[
            (
                Command::GrantCoverage {
                    coverage: Box::new(new),
                },
                "GrantCoverage",
                concat!(
                    "20",
                    "000000000000000000000000000000ce",
                    "00000000000000000000000000000002",
                    "00000000000000000000000000000003",
                    "ac02ad020172"
                ),
            ),
            (
                Command::EndCoverage(coverage),
                "EndCoverage",
                "21000000000000000000000000000000ce",
            ),
            (
                Command::Schedule {
                    conversation: ConversationId(4),
                    scheduled: Box::new(NewScheduled {
                        id: ScheduledId(0x5C),
                        at_ms: 300,
                        message: NewMessage {
                            audience: Audience::Team,
                            priority: Priority::Stat,
                            content: Sealed(vec![9]),
                            mentions: Vec::new(),
                            reply_to: None,
                        },
                    }),
                },
                "Schedule",
                concat!(
                    "22",
                    "00000000000000000000000000000004",
                    "0000000000000000000000000000005c",
                    "ac02",
                    "010201090000"
                ),
            ),
            (
                Command::Unschedule(ScheduledId(0x5C)),
                "Unschedule",
                "230000000000000000000000000000005c",
            ),
            (
                Command::ChangeAttention {
                    conversation: ConversationId(4),
                    step: AttentionStep::Remind { at_ms: Some(300) },
                },
                "ChangeAttention",
                "24000000000000000000000000000000040401ac02",
            ),
            (
                Command::ChangeSettings(Box::new(Settings {
                    guidance: Private::from("g"),
                    hours: vec![Hours {
                        day: 1,
                        from_minute: 300,
                        until_minute: 301,
                    }],
                    zone: Private::from("z"),
                    switches: Switches {
                        patients: true,
                        team: false,
                    },
                    reasons: vec![Reason {
                        number: 7,
                        name: Private::from("r"),
                        pool: Role::Nurse,
                        of_sites: vec![(SiteId(1), Role::FrontDesk)],
                    }],
                })),
                "ChangeSettings",
                concat!(
                    "25",
                    "0167",
                    "0101ac02ad02",
                    "017a",
                    "0100",
                    "01070172010100000000000000000000000000000001",
                    "03"
                ),
            ),
            (
                Command::ChangeAvailability {
                    person: PersonId(2),
                    available: true,
                },
                "ChangeAvailability",
                "260000000000000000000000000000000201",
            ),
            (
                Command::ChangeRights {
                    person: PersonId(2),
                    roles: [Role::Nurse].into_iter().collect(),
                    sites: vec![SiteId(1)],
                },
                "ChangeRights",
                concat!(
                    "27",
                    "00000000000000000000000000000002",
                    "02",
                    "0100000000000000000000000000000001"
                ),
            ),
            (
                Command::BeginThread {
                    new: Box::new(NewConversation {
                        id: ConversationId(4),
                        kind: Kind::Direct,
                        topic: Private::from("t"),
                        members: Vec::new(),
                        content_key: Sealed(vec![9]),
                    }),
                    reason: Some(7),
                    to: Some(PersonId(2)),
                },
                "BeginThread",
                concat!(
                    "28",
                    "00000000000000000000000000000004",
                    "00017400",
                    "0109",
                    "0107",
                    "0100000000000000000000000000000002"
                ),
            ),
            (
                Command::FireTimer {
                    timer: Timer::CoverageEnds(coverage),
                },
                "FireTimer",
                "2901000000000000000000000000000000ce",
            ),
        ],
    );
    pinned_from(3, &[(Acting::Clock, "Clock", "03")]);
}

#[test]
fn the_steps_of_ones_own_view() {
    pinned(&[
        (AttentionStep::PutAway, "PutAway", "00"),
        (AttentionStep::TakeOut, "TakeOut", "01"),
        (AttentionStep::Mute { muted: true }, "Mute", "0201"),
        (AttentionStep::MarkUnread, "MarkUnread", "03"),
        (AttentionStep::Remind { at_ms: None }, "Remind", "0400"),
        (
            AttentionStep::Follow {
                seq: 300,
                follows: true,
            },
            "Follow",
            "05ac0201",
        ),
    ]);
}

#[test]
fn each_command_has_the_version_that_had_it_first() {
    let step = CareStep::Accept;
    let conversation = ConversationId(4);
    assert_eq!(Command::Archive { conversation }.version(), 1);
    assert_eq!(Command::Care { conversation, step }.version(), 2);
    let coverage = CoverageId(5);
    assert_eq!(Command::EndCoverage(coverage).version(), 3);
}
