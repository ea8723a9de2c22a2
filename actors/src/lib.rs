//! Live, disposable state: who is connected, who is writing, which conversation is awake.
//!
//! Steps 4 and 7 of a message's way: commands go through a conversation's actor into the log, committed events come back
//! through it to the sockets. Actors own no truth: each can be killed at any moment and is rebuilt from storage. Refuses to
//! know: JSON, HTTP (frames come encoded from above), and how agreement works.

#![forbid(unsafe_code)]

pub mod agenda;
pub mod alarm;
mod charts;
pub mod conversation;
pub mod directory;
pub mod disk_space;
mod dispatcher;
pub mod falls;
mod fan_out;
pub mod frame;
pub mod gateway;
mod gathered;
pub mod gossip;
pub mod metrics;
pub mod node;
pub mod observe;
pub mod outbox;
pub mod patient_thread;
mod personal;
pub mod presence;
pub mod queue;
pub mod rates;
mod rights;
pub mod session;
pub mod slots;
#[cfg(test)]
mod tests;
pub mod workspace;

pub use corridor_sync::credits;
pub use gateway::{Gateway, SubmitError};
pub use node::{Actors, Needs};
