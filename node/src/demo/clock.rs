//! The demo's clock: while the clinic is being founded it shows the time of the scene that is played, afterwards the
//! real one.
//!
//! Stands where every node has its [`World`]. It never goes backwards, in neither clock and not across the change
//! either, and it refuses to know what is played: the player tells it the time. Randomness is always the real one.

use corridor_storage::world::{SystemWorld, World};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the monotonic clock moves at least with every told time: the limits on sending are measured on it, and a
/// scene in which ten people speak within a minute is not a flood.
const STEP_NS_MIN: u64 = 1_000_000_000;

/// The world of a demo node.
#[derive(Debug)]
pub struct DemoWorld {
    system: SystemWorld,
    phase: Mutex<Phase>,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// The clock stands where it was put.
    Told { now_ms: u64, monotonic_ns: u64 },
    /// The real time, never before what was told last, and durations that go on from where they were.
    Live {
        not_before_ms: u64,
        monotonic_ahead_ns: u64,
    },
}

impl DemoWorld {
    /// A world in real time.
    pub fn live() -> Self {
        Self {
            system: SystemWorld::new(),
            phase: Mutex::new(Phase::Live {
                not_before_ms: 0,
                monotonic_ahead_ns: 0,
            }),
        }
    }

    /// A world whose clock stands at `now_ms` until it is told another time.
    pub fn telling(now_ms: u64) -> Self {
        Self {
            system: SystemWorld::new(),
            phase: Mutex::new(Phase::Told {
                now_ms,
                monotonic_ns: 0,
            }),
        }
    }

    /// Puts the clock forward to `to_ms`. An earlier time leaves the wall clock where it is; a live world takes no
    /// orders.
    pub fn tell(&self, to_ms: u64) {
        let mut phase = self.phase();
        if let Phase::Told { now_ms, monotonic_ns } = *phase {
            let elapsed_ns = to_ms.saturating_sub(now_ms).saturating_mul(1_000_000).max(STEP_NS_MIN);
            *phase = Phase::Told {
                now_ms: now_ms.max(to_ms),
                monotonic_ns: monotonic_ns.saturating_add(elapsed_ns),
            };
        }
    }

    /// From here on the real time.
    pub fn go_live(&self) {
        let mut phase = self.phase();
        if let Phase::Told { now_ms, monotonic_ns } = *phase {
            *phase = Phase::Live {
                not_before_ms: now_ms,
                monotonic_ahead_ns: monotonic_ns,
            };
        }
    }

    /// The real time, whatever the scene.
    pub fn real_now_ms(&self) -> u64 {
        self.system.now_ms()
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World for DemoWorld {
    fn now_ms(&self) -> u64 {
        match *self.phase() {
            Phase::Told { now_ms, .. } => now_ms,
            Phase::Live { not_before_ms, .. } => self.system.now_ms().max(not_before_ms),
        }
    }

    fn monotonic_ns(&self) -> u64 {
        match *self.phase() {
            Phase::Told { monotonic_ns, .. } => monotonic_ns,
            Phase::Live { monotonic_ahead_ns, .. } => self.system.monotonic_ns().saturating_add(monotonic_ahead_ns),
        }
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        self.system.fill_random(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::{DemoWorld, World};

    #[test]
    fn never_backwards() {
        let world = DemoWorld::telling(1_000);
        let mut before = (world.now_ms(), world.monotonic_ns());
        for to_ms in [5_000, 4_000, 5_000, 0, 90_000, 89_999] {
            world.tell(to_ms);
            let after = (world.now_ms(), world.monotonic_ns());
            assert!(
                after.0 >= before.0 && after.1 > before.1,
                "{to_ms}: {before:?}, {after:?}"
            );
            before = after;
        }
        world.go_live();
        assert!(world.now_ms() > 1_700_000_000_000);
        assert!(world.monotonic_ns() >= before.1);
        world.tell(u64::MAX);
        assert!(world.now_ms() < u64::MAX, "a live world takes no orders");
    }

    #[test]
    fn a_told_time_in_the_future_holds_the_clock() {
        let world = DemoWorld::telling(u64::MAX - 1);
        world.go_live();
        assert_eq!(world.now_ms(), u64::MAX - 1);
    }

    #[test]
    fn a_live_world_reads_the_machine() {
        let world = DemoWorld::live();
        assert!(world.now_ms() >= world.real_now_ms() - 1_000);
    }
}
