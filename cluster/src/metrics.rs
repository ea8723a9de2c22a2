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

/// Lets all of them stand at zero.
pub fn introduce() {
    PROPOSAL_SECONDS.introduce();
    PROPOSALS_OVERLOADED.introduce();
    APPLY_BATCH_ENTRIES.introduce();
}
