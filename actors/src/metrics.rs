//! Names of this floor's figures; docs/metrics.md says what they mean.

/// Actors alive, by kind.
pub const ACTORS_ALIVE: &str = "corridor_actors_alive";
/// Actors restarted after a panic or error, by kind.
pub const ACTOR_RESTARTS_TOTAL: &str = "corridor_actor_restarts_total";
/// Frames pushed to outboxes.
pub const DELIVERIES_TOTAL: &str = "corridor_deliveries_total";
/// Sockets signed in.
pub const SOCKETS: &str = "corridor_sockets";
