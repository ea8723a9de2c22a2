//! Who is there: lights of staff, shown to staff. Never in the log.

mod actor;

pub(crate) use actor::PresenceActor;
pub use actor::PresenceMessage;

/// Who has a light, and which. The look at the devices and the change are one step: `storage/sync/src/presence.rs`.
pub(crate) type Lights = corridor_sync::presence::Table<corridor_domain::ids::PersonId, crate::frame::Light>;
