//! One conversation while it is awake: the way of its commands into the log, and of its events to those who are connected.

mod actor;
mod core;
mod messages;

pub use self::core::{ConversationCore, Effect};
pub(crate) use actor::{Arguments, ConversationActor};
pub use messages::{Committed, ConversationMessage};
