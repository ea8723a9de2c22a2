//! This floor's figures; docs/metrics.md lists them.

use crate::figures::{Count, Spread};

/// Synced writes of the log.
pub static LOG_SYNCS: Count = Count::new("corridor_log_syncs_total", "Synced writes of the Raft log.", &[]);
/// Time of one write and sync.
pub static LOG_SYNC_SECONDS: Spread = Spread::new(
    "corridor_log_sync_seconds",
    "Time of one write and sync of the Raft log.",
    &[],
);
/// Entries of one synced write.
pub static LOG_BATCH_ENTRIES: Spread = Spread::new(
    "corridor_log_batch_entries",
    "Entries that one synced write of the Raft log carried, over all groups.",
    &[],
);
/// Time to apply one batch.
pub static APPLY_BATCH_SECONDS: Spread = Spread::new(
    "corridor_apply_batch_seconds",
    "Time to decide and write one batch of committed entries, without handing it on.",
    &[],
);

/// Time to carry what was applied to the store.
pub static STATE_CARRY_SECONDS: Spread = Spread::new(
    "corridor_state_carry_seconds",
    "Time to seal what was applied and hand it to the state store; nobody who is answered waits for it.",
    &[],
);

/// Lets all of them stand at zero.
pub fn introduce() {
    LOG_SYNCS.introduce();
    LOG_SYNC_SECONDS.introduce();
    LOG_BATCH_ENTRIES.introduce();
    APPLY_BATCH_SECONDS.introduce();
    STATE_CARRY_SECONDS.introduce();
}
