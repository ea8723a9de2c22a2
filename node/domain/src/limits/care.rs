//! Limits of the responsibility for patients.
//!
//! Part of `limits.rs`, where they are found.

/// How long a hand-over may wait to be accepted, in minutes; what is longer is coverage.
pub const HAND_OVER_MINUTES_MAX: u32 = 24 * 60;
/// How long it waits where nobody says otherwise, in minutes (J04).
pub const HAND_OVER_MINUTES: u32 = 30;
/// Events that are looked back to find since when a patient waits, where a node gathers the queue.
pub const QUEUE_LOOK_BACK_EVENTS_COUNT: u64 = 64;
/// Conversations of one page of the queue.
pub const QUEUE_PAGE_COUNT_MAX: usize = 100;
