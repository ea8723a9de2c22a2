//! This floor's figures; docs/metrics.md lists them.

use corridor_storage::figures::{Count, Spread};

/// Time from a proposal to its answer.
pub static PROPOSAL_SECONDS: Spread = Spread::new(
    "corridor_proposal_seconds",
    "Time from a proposal to its answer: agreed on, synced and applied.",
    &[],
);
/// Proposals refused because too much was in flight.
pub static PROPOSALS_OVERLOADED: Count = Count::new(
    "corridor_proposals_overloaded_total",
    "Commands refused because too much was in flight.",
    &[],
);
/// Entries of one applied batch.
pub static APPLY_BATCH_ENTRIES: Spread = Spread::new(
    "corridor_apply_batch_entries",
    "Entries that one batch applied to the state.",
    &[],
);
/// Connections between nodes that came about.
pub static PEER_CONNECTIONS: Count = Count::new(
    "corridor_peer_connections_total",
    "Connections between nodes that came about, by who asks on them: this node (out) or the other (in).",
    &[("direction", &["in", "out"])],
);
/// Connections between nodes that one side refused.
pub static PEER_HANDSHAKES_REFUSED: Count = Count::new(
    "corridor_peer_handshakes_refused_total",
    "Connections between nodes, or from strangers, that one side refused before anything was asked.",
    &[
        ("direction", &["in", "out"]),
        (
            "reason",
            &[
                "certificate",
                "name",
                "cluster",
                "version",
                "protocol",
                "timeout",
                "places",
                "other",
            ],
        ),
    ],
);
/// Requests to other nodes, by what became of them.
pub static PEER_CALLS: Count = Count::new(
    "corridor_peer_calls_total",
    "Requests to other nodes, by what became of them.",
    &[("outcome", &["answered", "refused", "lost", "unreachable"])],
);
/// Bytes of frames between nodes.
pub static PEER_BYTES: Count = Count::new(
    "corridor_peer_bytes_total",
    "Bytes of frames between nodes, before TLS.",
    &[("direction", &["received", "sent"])],
);
/// Requests to join the cluster.
pub static PEER_JOINS: Count = Count::new(
    "corridor_peer_joins_total",
    "Requests to join the cluster, by what became of them.",
    &[("outcome", &["answered", "refused", "failed"])],
);

/// Lets all of them stand at zero.
pub fn introduce() {
    PROPOSAL_SECONDS.introduce();
    PROPOSALS_OVERLOADED.introduce();
    APPLY_BATCH_ENTRIES.introduce();
    for count in [
        &PEER_CONNECTIONS,
        &PEER_HANDSHAKES_REFUSED,
        &PEER_CALLS,
        &PEER_BYTES,
        &PEER_JOINS,
    ] {
        count.introduce();
    }
}
