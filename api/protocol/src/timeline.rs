//! What was said to and about a patient, over all their conversations, in one order.

use crate::events::Event;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One message of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineItem {
    /// What its conversation is about.
    pub topic: String,
    /// The message, with the conversation's id.
    #[serde(flatten)]
    pub event: Event,
}

/// A page of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Timeline {
    /// Ascending.
    pub items: Vec<TimelineItem>,
    /// Where the page before this one begins: the `before` to ask for; absent at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_before: Option<u64>,
}
