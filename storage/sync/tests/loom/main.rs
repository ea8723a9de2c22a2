//! The models: what stands in this crate, run through every schedule that loom finds, and through each with a mistake planted.
//!
//! One file a protocol. Runs with `cargo ci loom`; without `--cfg corridor_loom` nothing of it exists.
#![cfg(corridor_loom)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "test"
)]

mod behind;
mod credits;
mod drain;
mod goodbye;
mod group_commit;
mod handover;
mod in_flight;
mod model;
mod order;
mod outbox;
mod presence;
mod queue;
mod revocation;
mod sleep;
mod watermark;
