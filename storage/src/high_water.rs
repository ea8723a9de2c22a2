//! How near each bound came: the most that was ever there at once since the start, beside the limit that holds.
//!
//! Stands beside whatever is bounded, on every floor above this one: who lets something in notes how much there is now; the node
//! reads all of them when figures are asked for. Knows numbers, not what is counted. One process, one set of marks.

use corridor_domain::limits;
use std::sync::atomic::{AtomicU64, Ordering};

/// The mark of one bound.
#[derive(Debug)]
pub struct HighWater {
    /// What is bounded: a label of the figures, from the short list in docs/metrics.md.
    pub of: &'static str,
    most: AtomicU64,
    limit: AtomicU64,
}

impl HighWater {
    /// Nothing was there yet.
    pub const fn new(of: &'static str, limit: usize) -> Self {
        Self {
            of,
            most: AtomicU64::new(0),
            limit: AtomicU64::new(limit as u64),
        }
    }

    /// So much is there now. Mostly one read of a value that seldom changes.
    pub fn note(&self, now: usize) {
        let now = now as u64;
        if now > self.most.load(Ordering::Relaxed) {
            self.most.fetch_max(now, Ordering::Relaxed);
        }
    }

    /// The configuration set another limit.
    pub fn set_limit(&self, limit: usize) {
        self.limit.store(limit as u64, Ordering::Relaxed);
    }

    /// The most there ever was.
    pub fn most(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }

    /// The most there may be.
    pub fn limit(&self) -> u64 {
        self.limit.load(Ordering::Relaxed)
    }
}

/// TCP connections of clients.
pub static CONNECTIONS: HighWater = HighWater::new("connections", limits::CONNECTIONS_COUNT_MAX);
/// TCP connections to the operations address.
pub static OPERATIONS_CONNECTIONS: HighWater =
    HighWater::new("operations_connections", limits::OPERATIONS_CONNECTIONS_COUNT_MAX);
/// HTTP requests being answered.
pub static REQUESTS: HighWater = HighWater::new("requests", limits::HTTP_REQUESTS_IN_FLIGHT_COUNT_MAX);
/// Sockets that did not say hello yet.
pub static SOCKETS_BEFORE_SIGN_IN: HighWater =
    HighWater::new("sockets_before_sign_in", limits::SOCKETS_BEFORE_SIGN_IN_COUNT_MAX);
/// Sockets signed in.
pub static SOCKETS: HighWater = HighWater::new("sockets", limits::SOCKETS_COUNT_MAX);
/// Passwords waiting for their hash.
pub static PASSWORD_HASHES: HighWater = HighWater::new("password_hashes", limits::PASSWORD_HASHES_WAITING_COUNT_MAX);
/// Proposals in flight.
pub static PROPOSALS_COUNT: HighWater = HighWater::new("proposals_count", limits::PROPOSALS_IN_FLIGHT_COUNT_MAX);
/// Bytes of proposals in flight.
pub static PROPOSALS_BYTES: HighWater = HighWater::new("proposals_bytes", limits::PROPOSALS_IN_FLIGHT_SIZE_BYTES_MAX);
/// Jobs in front of the log's writer.
pub static LOG_QUEUE_JOBS: HighWater = HighWater::new("log_queue_jobs", limits::LOG_QUEUE_JOBS_COUNT_MAX);
/// Bytes in front of the log's writer.
pub static LOG_QUEUE_BYTES: HighWater = HighWater::new("log_queue_bytes", limits::LOG_QUEUE_SIZE_BYTES_MAX);
/// Bytes applied that the state store does not have yet.
pub static STATE_BEHIND_BYTES: HighWater = HighWater::new("state_behind_bytes", limits::STATE_BEHIND_SIZE_BYTES_MAX);
/// Applied batches in front of the actors.
pub static APPLIED_BATCHES: HighWater = HighWater::new("applied_batches", limits::APPLIED_BATCHES_COUNT_MAX);

/// Mail in front of one actor.
pub static ACTOR_MAILBOX: HighWater = HighWater::new("actor_mailbox", limits::ACTOR_CREDITS);
/// Bytes waiting for one socket; one larger frame may pass when nothing waits.
pub static OUTBOX_BYTES: HighWater = HighWater::new("outbox_bytes", limits::OUTBOX_SIZE_BYTES_MAX);
/// Conversations awake before those that wake stay so only shortly.
pub static CONVERSATIONS_AWAKE: HighWater =
    HighWater::new("conversations_awake", limits::CONVERSATIONS_AWAKE_COUNT_MAX);

/// All of them. A bound whose mark is kept elsewhere is read where the node puts the figures together.
pub static ALL: [&HighWater; 15] = [
    &CONNECTIONS,
    &OPERATIONS_CONNECTIONS,
    &REQUESTS,
    &SOCKETS_BEFORE_SIGN_IN,
    &SOCKETS,
    &PASSWORD_HASHES,
    &PROPOSALS_COUNT,
    &PROPOSALS_BYTES,
    &LOG_QUEUE_JOBS,
    &LOG_QUEUE_BYTES,
    &STATE_BEHIND_BYTES,
    &APPLIED_BATCHES,
    &ACTOR_MAILBOX,
    &OUTBOX_BYTES,
    &CONVERSATIONS_AWAKE,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_mark_stays_where_it_was_highest() {
        let mark = HighWater::new("test", 10);
        for now in [3, 7, 5] {
            mark.note(now);
        }
        mark.set_limit(8);
        assert_eq!((mark.most(), mark.limit()), (7, 8));
    }

    #[test]
    fn every_bound_has_a_name_of_its_own() {
        let names: HashSet<_> = ALL.iter().map(|mark| mark.of).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
