//! Who is there: lights of staff, shown to staff. Never in the log.
//!
//! A person's light is on while any node holds a device of theirs. This node counts its own; what the others hold they tell.

mod actor;
mod board;

pub(crate) use actor::PresenceActor;
pub use actor::PresenceMessage;
pub(crate) use board::Board;

/// Who has a device here, and which light. The look at the devices and the change are one step: `storage/sync/src/presence.rs`.
pub(crate) type Lights = corridor_sync::presence::Table<corridor_domain::ids::PersonId, crate::gossip::Standing>;
