//! Who is there: lights of staff, shown to staff. Never in the log.

mod actor;
mod core;

pub(crate) use actor::PresenceActor;
pub use actor::PresenceMessage;
pub use core::PresenceCore;
