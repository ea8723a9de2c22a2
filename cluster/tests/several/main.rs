//! Several nodes in one process, over a link that a test can cut: agreement, forwarding, catching up, coming and going.
//!
//! Stands outside the crate, as the node does. Waits for states, never for time.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod coming_back;
mod commands;
mod link;
mod members;
mod nodes;
mod older_disk;
