//! Records that were applied or needed lately, opened: apply and the edge find the hot ones here instead of in the store.
//!
//! Only the apply thread puts anything in, and it takes out what a batch is about to change before the batch is written: so a
//! reader finds what stands, or finds nothing and asks the store, and never sees the past after it has seen the present. Knows
//! keys and opened bytes; refuses to know what they mean.

use crate::keys::{Key, Table};
use bytes::Bytes;
use corridor_domain::limits;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// What one entry costs besides its bytes.
const OVERHEAD_SIZE_BYTES: u64 = 96;
const ENTRIES_EXPECTED: usize = 100_000;

/// A record, or that there is none.
type Found = Option<Bytes>;

#[derive(Debug, Clone)]
struct Size;

impl Weighter<Key, Found> for Size {
    fn weight(&self, key: &Key, found: &Found) -> u64 {
        OVERHEAD_SIZE_BYTES + key.len() as u64 + found.as_ref().map_or(0, |bytes| bytes.len() as u64)
    }
}

/// The hot records.
#[derive(Debug)]
pub(crate) struct Recent {
    records: Cache<Key, Found, Size>,
}

impl Recent {
    pub(crate) fn new() -> Self {
        let size_bytes_max = limits::RECENT_RECORDS_SIZE_BYTES_MAX as u64;
        Self {
            records: Cache::with_weighter(ENTRIES_EXPECTED, size_bytes_max, Size),
        }
    }

    /// What is known of a key: a record, that there is none, or nothing.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Found> {
        self.records.get(key)
    }

    /// For the apply thread only: notes what stands in the store.
    pub(crate) fn keep(&self, key: &[u8], found: &Found) {
        if is_kept(key) {
            self.records.insert(key.to_vec(), found.clone());
        }
    }

    /// For the apply thread only: the key is about to change.
    pub(crate) fn forget(&self, key: &[u8]) {
        if is_kept(key) {
            self.records.remove(key);
        }
    }

    /// Everything is about to change.
    pub(crate) fn clear(&self) {
        self.records.clear();
    }
}

/// What commands look at again and again. Events, answers and lines of the record are written once and seldom read.
pub(crate) fn is_kept(key: &[u8]) -> bool {
    const KEPT: [Table; 13] = [
        Table::Person,
        Table::Session,
        Table::Conversation,
        Table::Membership,
        Table::PersonConversation,
        Table::BreakGlass,
        Table::Care,
        Table::Restriction,
        Table::StandIn,
        Table::Attention,
        Table::Threads,
        Table::Settings,
        Table::Policies,
    ];
    key.first()
        .is_some_and(|table| KEPT.iter().any(|kept| *kept as u8 == *table))
}
