//! One connected device: its commands in order, its typing, its light.

mod actor;
mod core;
mod supervisor;

pub use actor::SessionMessage;
pub(crate) use actor::{Arguments, SessionActor};
pub use core::{SessionCore, SessionEffect};
pub(crate) use supervisor::{Register, SessionSupervisor};
