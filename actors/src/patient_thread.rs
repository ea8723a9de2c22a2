//! One patient while somebody deals with them: their topics, and the way in for new ones.

mod actor;
mod core;

pub(crate) use actor::PatientThreadActor;
pub use actor::PatientThreadMessage;
pub use core::PatientThreadCore;
