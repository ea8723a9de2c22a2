//! Tasks about conversations, and messages that must be read by a time. Staff only.

use crate::care::Party;
use crate::objects::{Author, PatientSummary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who is to do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Assignee {
    /// One person, who belongs to the conversation or cares for its patient.
    Person {
        /// `per_…`
        person_id: String,
    },
    /// Whoever has the role.
    Role {
        /// `front_desk`, `nurse`, …
        role: String,
    },
}

/// A task to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTask {
    /// What is to be done, in one line.
    pub title: String,
    /// Who is to do it.
    pub assignee: Assignee,
    /// By when, a year ahead at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at_ms: Option<u64>,
    /// The message it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
}

/// What is done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum TaskStep {
    /// Give it to somebody else.
    Assign {
        /// To whom.
        assignee: Assignee,
    },
    /// Let it be due at another time; absent: at none.
    Due {
        /// When, a year ahead at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at_ms: Option<u64>,
    },
    /// It is done.
    Complete,
    /// It need not be done any more.
    Cancel,
    /// It is to be done after all.
    Reopen,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// `tsk_…`
    pub id: String,
    /// About which conversation.
    pub conversation_id: String,
    /// What the conversation is about.
    pub topic: String,
    /// Its patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientSummary>,
    /// The message it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// What is to be done. Empty where the patient has not read in time: they are to be reached another way.
    pub title: String,
    /// `asked`, or `unread` where the patient has not read in time.
    pub cause: String,
    /// Who made it; of `unread` whose message it is.
    pub created_by: Author,
    /// When.
    pub created_at_ms: u64,
    /// Who is to do it.
    pub assignee: Party,
    /// To whom it was given, where they cannot do it any more: suspended, or without the right to see what it is about. Who answers for the
    /// conversation is to do it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallen_from: Option<Author>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at_ms: Option<u64>,
    /// Its time has passed, and it is open.
    pub overdue: bool,
    /// `open`, `done` or `cancelled`.
    pub state: String,
    /// Who did it, or took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<Author>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at_ms: Option<u64>,
}

/// A task was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskCreated {
    /// `tsk_…`
    pub task_id: String,
    /// Of the change.
    pub revision: u64,
}

/// A message that a patient must read by a time, and has not yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unread {
    /// Where.
    pub conversation_id: String,
    /// Its patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientSummary>,
    /// The message.
    pub seq: u64,
    /// Whose message it is.
    pub author: Author,
    /// By when it must be read.
    pub by_ms: u64,
    /// That time has passed: there is a task for it.
    pub missed: bool,
}

/// Tasks, what is overdue and due next first; what is done last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskList {
    /// Those that one may see.
    pub tasks: Vec<Task>,
    /// There are more than are shown.
    pub more: bool,
}

/// What of a conversation is to be done, and what its patient has not read yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConversationTasks {
    /// Open ones, then the newest of the others.
    pub tasks: Vec<Task>,
    /// What must be read by a time, and is not.
    pub unread: Vec<Unread>,
}

/// What patients have not read in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnreadList {
    /// The longest ago first.
    pub unread: Vec<Unread>,
    /// There are more than are shown.
    pub more: bool,
}
