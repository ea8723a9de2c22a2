//! The part of a scene that is about tasks, about what patients must read by a time, and about pins to a chart.

use super::scene::Scene;
use super::{CONVERSATION, NOW_MS, NURSE, PATIENT, patient};
use corridor_domain::audit::Action;
use corridor_domain::care::Party;
use corridor_domain::command::Command;
use corridor_domain::ids::{PinId, TaskId};
use corridor_domain::person::Role;
use corridor_domain::pin::NewPin;
use corridor_domain::private::{Private, Sealed};
use corridor_domain::task::{Cause, NewTask, ReadBy, Task, TaskStep};
use corridor_domain::view::View;

pub const TASK: TaskId = TaskId(0x7A);
/// The place of the message that must be read.
pub const READ_BY_SEQ: u64 = 8;

/// An open task for whoever is a nurse.
pub fn task(due_ms: Option<u64>) -> Task {
    Task {
        id: TASK,
        conversation: CONVERSATION,
        message: None,
        title: Sealed(b"call".to_vec()),
        cause: Cause::Asked,
        creator: NURSE,
        created_at_ms: NOW_MS - 1,
        assignee: Party::Pool(Role::Nurse),
        due_ms,
        overdue: false,
        closed: None,
    }
}

/// A summary for the chart of the patient who has that number.
pub fn pin_of(mrn: Private) -> Command {
    let facts = patient(PATIENT, &[])
        .patient
        .unwrap_or_else(|| unreachable!("a patient has a number"));
    let pin = NewPin {
        id: PinId(0x91),
        patient: PATIENT,
        mrn,
        birth_date: facts.birth_date,
        messages: Vec::new(),
        summary: Sealed(b"summary".to_vec()),
    };
    Command::Pin {
        conversation: CONVERSATION,
        pin: Box::new(pin),
    }
}

impl Scene<'_> {
    pub(super) fn task_command(&self) -> Command {
        let conversation = CONVERSATION;
        match self.action {
            Action::CreateTask => {
                let Task {
                    id,
                    title,
                    assignee,
                    due_ms,
                    message,
                    ..
                } = task(None);
                let task = Box::new(NewTask {
                    id,
                    title,
                    assignee,
                    due_ms,
                    message,
                });
                Command::CreateTask { conversation, task }
            }
            Action::ChangeTask => {
                let (task, step) = (TASK, TaskStep::Complete);
                Command::ChangeTask {
                    conversation,
                    task,
                    step,
                }
            }
            Action::Pin => pin_of(patient(PATIENT, &[]).patient.map(|facts| facts.mrn).unwrap_or_default()),
            Action::ReadPins => Command::ReadPins(conversation),
            _ => Command::ReadTasks {
                conversations: vec![conversation],
            },
        }
    }

    /// What waits at that time.
    pub(super) fn waiting_tasks(&self, view: &mut View, due_ms: u64) {
        view.task = Some(task(Some(due_ms)));
        view.read_bys = vec![ReadBy {
            conversation: CONVERSATION,
            seq: READ_BY_SEQ,
            shared_seq: READ_BY_SEQ,
            author: NURSE,
            by_ms: due_ms,
            missed: false,
        }];
    }
}
