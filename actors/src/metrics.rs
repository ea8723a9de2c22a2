//! This floor's figures; docs/metrics.md says what they mean.

use corridor_domain::conversation::Kind;
use corridor_domain::event::EventBody;
use corridor_storage::figures::Count;

use crate::conversation::Committed;

/// Actors alive, by kind.
pub const ACTORS_ALIVE: &str = "corridor_actors_alive";
/// Actors restarted after a panic or error, by kind.
pub const ACTOR_RESTARTS_TOTAL: &str = "corridor_actor_restarts_total";
/// Frames pushed to outboxes.
pub static DELIVERIES: Count = Count::new(
    "corridor_deliveries_total",
    "Event frames put into outboxes of connected devices.",
    &[],
);
/// Messages committed, by kind of conversation.
pub static SENDS: Count = Count::new(
    "corridor_sends_total",
    "Messages committed, by kind of conversation.",
    &[("kind", &["direct", "group", "channel", "patient", "care_room"])],
);

/// Kinds of actors that are counted while they live.
const KINDS_ALIVE: [&str; 2] = ["conversation", "patient_thread"];
/// Kinds of actors that may fall.
const KINDS: [&str; 7] = [
    "conversation",
    "patient_thread",
    "session",
    "dispatcher",
    "presence",
    "queue",
    "other",
];

/// Lets all of them stand at zero.
pub fn introduce() {
    metrics::describe_gauge!(ACTORS_ALIVE, "Actors that are awake, by kind.");
    for kind in KINDS_ALIVE {
        metrics::gauge!(ACTORS_ALIVE, "kind" => kind).increment(0.0);
    }
    metrics::describe_counter!(
        ACTOR_RESTARTS_TOTAL,
        "Actors that fell and were started again from storage; a session's is cut instead."
    );
    for kind in KINDS {
        metrics::counter!(ACTOR_RESTARTS_TOTAL, "kind" => kind).increment(0);
    }
    DELIVERIES.introduce();
    SENDS.introduce();
}

/// Counts what was committed.
pub(crate) fn note_committed(committed: &Committed) {
    let is_message = |body: &EventBody| matches!(body, EventBody::Message(_));
    let sends = committed.events.iter().filter(|event| is_message(&event.body)).count();
    if sends > 0 {
        SENDS.add(&[kind_of(&committed.head.kind)], sends as u64);
    }
}

fn kind_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Direct => "direct",
        Kind::Group => "group",
        Kind::Channel { .. } => "channel",
        Kind::Patient { .. } => "patient",
        Kind::CareRoom { .. } => "care_room",
    }
}
