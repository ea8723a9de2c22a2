//! Tasks, and what patients must read by a time, between the wire and the domain.

use super::objects::patient_summary;
use super::{care, person_id, role};
use crate::failure::{Failure, Outcome};
use crate::names::Names;
use corridor_domain::care::Party;
use corridor_domain::ids::TaskId;
use corridor_domain::limits;
use corridor_domain::task::{Cause, ReadBy, Task, TaskDeed, TaskStep};
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::io;

/// The id of a task.
pub fn task_id(text: &str) -> Outcome<TaskId> {
    text.parse()
        .map_err(|_| Failure::Invalid("A task's id is `tsk_` and 26 characters."))
}

/// Who is to do it.
pub fn assignee(assignee: &wire::Assignee) -> Outcome<Party> {
    Ok(match assignee {
        wire::Assignee::Person { person_id: person } => Party::Person(person_id(person)?),
        wire::Assignee::Role { role: name } => Party::Pool(role(name)?),
    })
}

/// What is to be done, in one line.
pub fn title(title: &str) -> Outcome<&str> {
    let title = title.trim();
    if title.is_empty() || title.len() > limits::TASK_TITLE_SIZE_BYTES_MAX {
        return Err(Failure::Invalid("A task says in 1 to 500 bytes what is to be done."));
    }
    match title.contains(char::is_control) {
        true => Err(Failure::Invalid(
            "What is to be done is one line, without control characters.",
        )),
        false => Ok(title),
    }
}

/// A step as the domain knows it.
pub fn step(step: &wire::TaskStep) -> Outcome<TaskStep> {
    Ok(match step {
        wire::TaskStep::Assign { assignee: to } => TaskStep::Assign { to: assignee(to)? },
        wire::TaskStep::Due { due_at_ms } => TaskStep::Due { due_ms: *due_at_ms },
        wire::TaskStep::Complete => TaskStep::Complete,
        wire::TaskStep::Cancel => TaskStep::Cancel,
        wire::TaskStep::Reopen => TaskStep::Reopen,
    })
}

/// `created`, `assigned`, …
pub fn deed_name(deed: TaskDeed) -> &'static str {
    match deed {
        TaskDeed::Created => "created",
        TaskDeed::Assigned => "assigned",
        TaskDeed::Rescheduled => "rescheduled",
        TaskDeed::Completed => "completed",
        TaskDeed::Cancelled => "cancelled",
        TaskDeed::Reopened => "reopened",
        TaskDeed::NotRead => "not_read",
    }
}

/// A task with the words of it, and who is to do it as it stands.
pub fn task(names: &Names, about: &Readable, task: &Task, doer: Party, title: String) -> io::Result<wire::Task> {
    let topic = about.conversation.as_ref().map(|head| head.topic.expose().to_owned());
    let closed_by = task.closed.map(|closed| names.author(closed.by)).transpose()?;
    Ok(wire::Task {
        id: task.id.to_string(),
        conversation_id: task.conversation.to_string(),
        topic: topic.unwrap_or_default(),
        patient: about.patient.as_ref().and_then(patient_summary),
        seq: task.message,
        title,
        cause: match task.cause {
            Cause::Asked => "asked",
            Cause::Unread => "unread",
        }
        .to_owned(),
        created_by: names.author(task.creator)?,
        created_at_ms: task.created_at_ms,
        assignee: care::party(names, doer)?,
        fallen_from: match task.assignee {
            Party::Person(person) if doer != task.assignee => Some(names.author(person)?),
            _ => None,
        },
        due_at_ms: task.due_ms,
        overdue: task.is_open() && task.overdue,
        state: match task.closed {
            None => "open",
            Some(closed) if closed.done => "done",
            Some(_) => "cancelled",
        }
        .to_owned(),
        closed_by,
        closed_at_ms: task.closed.map(|closed| closed.at_ms),
    })
}

/// What a patient has not read yet.
pub fn unread(names: &Names, about: &Readable, read_by: &ReadBy) -> io::Result<wire::Unread> {
    Ok(wire::Unread {
        conversation_id: read_by.conversation.to_string(),
        patient: about.patient.as_ref().and_then(patient_summary),
        seq: read_by.seq,
        author: names.author(read_by.author)?,
        by_ms: read_by.by_ms,
        missed: read_by.missed,
    })
}
