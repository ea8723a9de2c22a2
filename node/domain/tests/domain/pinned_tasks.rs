//! Numbers of what is about tasks: they are for ever. Beside `pinned.rs`.

use crate::common::pinned::{pinned, pinned_from};
use corridor_domain::care::Party;
use corridor_domain::command::{Command, NewMessage};
use corridor_domain::conversation::Audience;
use corridor_domain::event::Priority;
use corridor_domain::ids::{ConversationId, PersonId, PinId, TaskId};
use corridor_domain::person::Role;
use corridor_domain::pin::NewPin;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::task::{Cause, NewTask, TaskDeed, TaskStep, Terms};

#[test]
fn steps_deeds_and_causes() {
    let to = Party::Person(PersonId(2));
    pinned(&[
        (
            TaskStep::Assign { to },
            "Assign",
            "000100000000000000000000000000000002",
        ),
        (TaskStep::Due { due_ms: Some(300) }, "Due", "0101ac02"),
        (TaskStep::Complete, "Complete", "02"),
        (TaskStep::Cancel, "Cancel", "03"),
        (TaskStep::Reopen, "Reopen", "04"),
    ]);
    pinned(&[
        (TaskDeed::Created, "Created", "00"),
        (TaskDeed::Assigned, "Assigned", "01"),
        (TaskDeed::Rescheduled, "Rescheduled", "02"),
        (TaskDeed::Completed, "Completed", "03"),
        (TaskDeed::Cancelled, "Cancelled", "04"),
        (TaskDeed::Reopened, "Reopened", "05"),
        (TaskDeed::NotRead, "NotRead", "06"),
    ]);
    pinned(&[(Cause::Asked, "Asked", "00"), (Cause::Unread, "Unread", "01")]);
}

#[test]
fn commands() {
    let conversation = ConversationId(4);
    let message = NewMessage {
        audience: Audience::Everyone,
        priority: Priority::Stat,
        content: Sealed(vec![9]),
        mentions: Vec::new(),
        reply_to: None,
    };
    let task = NewTask {
        id: TaskId(0x7A),
        title: Sealed(vec![9]),
        assignee: Party::Pool(Role::Nurse),
        due_ms: Some(300),
        message: None,
    };
    let all = [
        (
            Command::SendOnTerms {
                conversation,
                message: Box::new(message),
                terms: Terms {
                    seen_seq: Some(7),
                    read_by_ms: Some(300),
                },
            },
            "SendOnTerms",
            concat!("2a", "00000000000000000000000000000004", "000201090000", "010701ac02"),
        ),
        (
            Command::CreateTask {
                conversation,
                task: Box::new(task),
            },
            "CreateTask",
            concat!(
                "2b",
                "00000000000000000000000000000004",
                "0000000000000000000000000000007a",
                "0109",
                "0001",
                "01ac02",
                "00"
            ),
        ),
        (
            Command::ChangeTask {
                conversation,
                task: TaskId(0x7A),
                step: TaskStep::Complete,
            },
            "ChangeTask",
            concat!(
                "2c",
                "00000000000000000000000000000004",
                "0000000000000000000000000000007a",
                "02"
            ),
        ),
        (
            Command::ReadTasks {
                conversations: vec![conversation],
            },
            "ReadTasks",
            "2d0100000000000000000000000000000004",
        ),
        (
            Command::Pin {
                conversation,
                pin: Box::new(NewPin {
                    id: PinId(0x91),
                    patient: PersonId(2),
                    mrn: Private::from("m"),
                    birth_date: Private::from("b"),
                    messages: vec![300],
                    summary: Sealed(vec![9]),
                }),
            },
            "Pin",
            concat!(
                "2e",
                "00000000000000000000000000000004",
                "00000000000000000000000000000091",
                "00000000000000000000000000000002",
                "016d0162",
                "01ac02",
                "0109"
            ),
        ),
        (
            Command::ReadPins(conversation),
            "ReadPins",
            "2f00000000000000000000000000000004",
        ),
    ];
    assert!(all.iter().all(|(command, ..)| command.version() == 4));
    pinned_from(42, &all);
}
