//! The transport between nodes over real sockets of this machine: asking, breaking, hostile callers, joining.
//!
//! Stands outside the crate, as the node does. Waits for states, never for time.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod asking;
mod hostile;
mod impostors;
mod joining;
mod support;
mod tunnels;
mod versions;
