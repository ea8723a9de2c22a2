//! The synchronisation that Corridor wrote itself: small, generic, and run through every schedule by the models in `tests/loom`.
//!
//! Stands below storage. Who uses it brings the meaning; here are only locks, bounds, wakers and the order of steps. Refuses to
//! know: runtimes, sockets, disks, actors, and what anything it holds is about.

#![forbid(unsafe_code)]

pub mod behind;
pub mod credits;
pub mod directory;
pub mod gate;
pub mod group_commit;
pub mod handover;
pub mod level;
pub mod order;
pub mod outbox;
pub mod planted;
pub mod presence;
pub mod queue;
mod shim;
pub mod slots;
pub mod watermark;
