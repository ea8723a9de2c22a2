//! What comes about by itself when its time has come: not by anybody's hand, and at the same place in everybody's order.
//!
//! A record that waits for a time says so itself; `storage` keeps the timers of all records in the order of their times, and whoever leads
//! the workspace proposes what is due. Nothing is lost with a node: the next leader finds the same timers in the same state. A timer that
//! fires twice, or too early, does nothing.

use crate::ids::{ConversationId, CoverageId, PersonId, ScheduledId, TaskId};
use serde::{Deserialize, Serialize};

/// What is waited for. Numbers and order are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Timer {
    /// A coverage begins.
    CoverageBegins(CoverageId),
    /// A coverage ends: what was taken under it goes back.
    CoverageEnds(CoverageId),
    /// A message is to be sent.
    MessageDue(ScheduledId),
    /// Somebody wants to be reminded of a conversation.
    Reminder(PersonId, ConversationId),
    /// A task is due.
    TaskDue(TaskId),
    /// A message must be read by now: where, and its place in the team's numbering.
    ReadBy(ConversationId, u64),
}
