//! What happens when actors fall too often: the node is fenced, once and loudly. It takes no commands, its sockets are told to
//! go elsewhere, and it says so until somebody has looked and started it again. Never a silent skip.

use crate::directory::Devices;
use crate::falls::{FallLimit, Falls};
use crate::outbox::Farewell;
use corridor_storage::world::World;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Takes the node out of service; gets the reason, for a human.
pub type Fence = Arc<dyn Fn(&str) + Send + Sync>;

/// Counts falls and fences.
pub(crate) struct Alarm {
    falls: Falls,
    limit: FallLimit,
    fence: Fence,
    raised: AtomicBool,
    world: Arc<dyn World>,
    devices: Arc<Devices>,
}

impl Alarm {
    pub(crate) fn new(limit: FallLimit, fence: Fence, world: Arc<dyn World>, devices: Arc<Devices>) -> Self {
        Self {
            falls: Falls::new(limit),
            limit,
            fence,
            raised: AtomicBool::new(false),
            world,
            devices,
        }
    }

    /// An actor of that kind fell.
    pub(crate) fn note_fall(&self, kind: &'static str) {
        metrics::counter!(crate::metrics::ACTOR_RESTARTS_TOTAL, "kind" => kind).increment(1);
        if !self.falls.note(self.world.monotonic_ns()) || self.raised.swap(true, Ordering::AcqRel) {
            return;
        }
        let FallLimit { count, window_ms } = self.limit;
        (self.fence)(&format!(
            "more than {count} actors fell within {} s, the last of kind {kind}",
            window_ms / 1_000
        ));
        self.devices.say_goodbye(Farewell::Fenced);
    }

    /// Falls within the window that ends now.
    pub(crate) fn falls_lately(&self) -> usize {
        self.falls.count(self.world.monotonic_ns())
    }

    /// Whether it was raised: then nobody is let in any more.
    pub(crate) fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Acquire)
    }
}
