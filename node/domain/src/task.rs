//! Tasks: what somebody is to do about a conversation, and what a patient must have read by a time.
//!
//! A task always has somebody: a person, or whoever has a role. This page refuses to know who may make one (`permission/tasks.rs`) and how it
//! changes (`decide/tasks.rs`).

use crate::care::Party;
use crate::ids::{ConversationId, PersonId, TaskId};
use crate::private::Sealed;
use crate::timer::Timer;
use serde::{Deserialize, Serialize};

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTask {
    /// Drawn by the node.
    pub id: TaskId,
    /// What is to be done, under the conversation's key.
    pub title: Sealed,
    /// Who is to do it.
    pub assignee: Party,
    /// By when, Unix milliseconds.
    pub due_ms: Option<u64>,
    /// The message it comes from.
    pub message: Option<u64>,
}

/// Why there is a task. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// Somebody asked for it.
    Asked,
    /// A patient has not read in time: they are to be reached another way.
    Unread,
}

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at_ms: u64,
    /// It was done; else it need not be.
    pub done: bool,
}

/// Something that somebody is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Which.
    pub id: TaskId,
    /// About which conversation.
    pub conversation: ConversationId,
    /// The message it comes from, in the team's numbering.
    pub message: Option<u64>,
    /// What is to be done, sealed by its creator; empty where the cause says all.
    pub title: Sealed,
    /// Why.
    pub cause: Cause,
    /// Who made it; whose message was not read.
    pub creator: PersonId,
    /// When.
    pub created_at_ms: u64,
    /// Who is to do it.
    pub assignee: Party,
    /// By when.
    pub due_ms: Option<u64>,
    /// Its time has come and was told.
    pub overdue: bool,
    /// Set once it is done, or need not be.
    pub closed: Option<Closed>,
}

impl Task {
    /// Whether it is still to be done.
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// What it waits for, and when that comes.
    pub fn timer(&self) -> Option<(u64, Timer)> {
        let due_ms = self.due_ms.filter(|_| self.is_open() && !self.overdue)?;
        Some((due_ms, Timer::TaskDue(self.id)))
    }
}

/// What is done with a task. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskStep {
    /// Give it to somebody else.
    Assign {
        /// To whom.
        to: Party,
    },
    /// Let it be due at another time.
    Due {
        /// When; none: at no time.
        due_ms: Option<u64>,
    },
    /// It is done.
    Complete,
    /// It need not be done.
    Cancel,
    /// It is to be done after all.
    Reopen,
}

/// What happened to a task. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskDeed {
    /// It was made.
    Created,
    /// It was given to somebody else.
    Assigned,
    /// It is due at another time.
    Rescheduled,
    /// It is done.
    Completed,
    /// It need not be done.
    Cancelled,
    /// It is to be done after all.
    Reopened,
    /// It was made by itself: a patient has not read in time.
    NotRead,
}

/// What a message asks for besides being sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The last event that its author saw: it is not sent if another one of the staff wrote to the patient just now and after it (P-18).
    pub seen_seq: Option<u64>,
    /// By when the patient must have read it.
    pub read_by_ms: Option<u64>,
}

/// A message that a patient must read by a time; gone once they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadBy {
    /// Where.
    pub conversation: ConversationId,
    /// Which, in the team's numbering.
    pub seq: u64,
    /// The same in the patient's.
    pub shared_seq: u64,
    /// Whose message it is.
    pub author: PersonId,
    /// By when.
    pub by_ms: u64,
    /// They did not.
    pub missed: bool,
}

impl ReadBy {
    /// What it waits for, and when that comes.
    pub fn timer(&self) -> Option<(u64, Timer)> {
        let timer = Timer::ReadBy(self.conversation, self.seq);
        (!self.missed).then_some((self.by_ms, timer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::Role;

    #[test]
    fn a_task_waits_for_its_time_as_long_as_it_is_open_and_was_not_told() {
        let mut task = Task {
            id: TaskId(1),
            conversation: ConversationId(2),
            message: None,
            title: Sealed::default(),
            cause: Cause::Asked,
            creator: PersonId(3),
            created_at_ms: 4,
            assignee: Party::Pool(Role::Nurse),
            due_ms: Some(9),
            overdue: false,
            closed: None,
        };
        assert_eq!(task.timer(), Some((9, Timer::TaskDue(TaskId(1)))));
        task.overdue = true;
        assert_eq!(task.timer(), None);
        task.overdue = false;
        task.closed = Some(Closed {
            by: PersonId(3),
            at_ms: 5,
            done: true,
        });
        assert_eq!((task.timer(), task.is_open()), (None, false));
    }

    #[test]
    fn what_was_missed_is_waited_for_no_longer() {
        let mut read_by = ReadBy {
            conversation: ConversationId(2),
            seq: 7,
            shared_seq: 5,
            author: PersonId(3),
            by_ms: 9,
            missed: false,
        };
        assert_eq!(read_by.timer(), Some((9, Timer::ReadBy(ConversationId(2), 7))));
        read_by.missed = true;
        assert_eq!(read_by.timer(), None);
    }
}
