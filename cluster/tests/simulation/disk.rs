//! How a machine's disk is: fast, slow, stalled, full, or failing at its next sync.
//!
//! Stands beside the twins of the log and of the state's store, which ask it before they call anything durable.

use crate::dice::Dice;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The condition of one disk. Clones are the same disk's.
#[derive(Clone)]
pub struct Condition {
    dice: Dice,
    state: Arc<Mutex<State>>,
}

struct State {
    sync_us_min: u64,
    sync_us_max: u64,
    stalled_until: Option<Instant>,
    full: bool,
    next_sync_fails: bool,
    has_failed: bool,
}

impl State {
    fn good() -> Self {
        Self {
            sync_us_min: 300,
            sync_us_max: 3_000,
            stalled_until: None,
            full: false,
            next_sync_fails: false,
            has_failed: false,
        }
    }
}

impl Condition {
    /// A good disk.
    pub fn new(dice: Dice) -> Self {
        Self {
            dice,
            state: Arc::new(Mutex::new(State::good())),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It is good again.
    pub fn heal(&self) {
        *self.state() = State::good();
    }

    /// Every sync takes a time between these.
    pub fn slow_down(&self, sync_ms_min: u64, sync_ms_max: u64) {
        let mut state = self.state();
        (state.sync_us_min, state.sync_us_max) = (sync_ms_min * 1_000, sync_ms_max * 1_000);
    }

    /// Nothing reaches it for so long.
    pub fn stall(&self, duration: Duration) {
        self.state().stalled_until = Some(Instant::now() + duration);
    }

    /// It has no room, or has room again.
    pub fn set_full(&self, full: bool) {
        self.state().full = full;
    }

    /// The next sync fails, and takes with it what it should have made durable.
    pub fn fail_next_sync(&self) {
        self.state().next_sync_fails = true;
    }

    /// Whether a write fails now because there is no room.
    pub fn is_full(&self) -> bool {
        let mut state = self.state();
        state.has_failed |= state.full;
        state.full
    }

    /// Whether anything failed since it was good.
    pub fn has_failed(&self) -> bool {
        self.state().has_failed
    }

    /// How long a sync that begins now takes.
    pub fn sync_takes(&self) -> Duration {
        let state = self.state();
        let micros = self.dice.skewed(state.sync_us_min, state.sync_us_max);
        let stalled = state
            .stalled_until
            .map_or(Duration::ZERO, |until| until - Instant::now());
        Duration::from_micros(micros) + stalled
    }

    /// How long a read or a write into the cache takes.
    pub fn work_takes(&self) -> Duration {
        let state = self.state();
        let stalled = state
            .stalled_until
            .map_or(Duration::ZERO, |until| until - Instant::now());
        Duration::from_micros(self.dice.skewed(0, 400)) + stalled
    }

    /// Whether a write or a sync that ends now has worked.
    pub fn outcome(&self) -> io::Result<()> {
        let mut state = self.state();
        state.has_failed |= state.full || state.next_sync_fails;
        if state.full {
            return Err(io::Error::other("no space left on the disk"));
        }
        match std::mem::take(&mut state.next_sync_fails) {
            true => Err(io::Error::other("the sync failed")),
            false => Ok(()),
        }
    }
}
