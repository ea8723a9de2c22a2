//! How a machine's disk is: fast, slow, stalled, full, failing at its next sync, or rotten.
//!
//! Stands beside the twins of the log and of the state's store, which ask it before they call anything durable.

use crate::dice::Dice;
use bytes::Bytes;
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
    rot: Rot,
    rot_is_noticed: bool,
}

/// What on a disk cannot be read any more. It stays so until it is written over, or the disk is another one.
#[derive(Clone, Default)]
enum Rot {
    #[default]
    Nothing,
    /// This entry of the log. Its bytes are told as they were, for they are found by them.
    Entry(u64, Bytes),
    /// Something in the store, which has the changed bytes.
    Record,
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
            rot: Rot::Nothing,
            rot_is_noticed: false,
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

    /// It is good again; what has rotted stays so.
    pub fn heal(&self) {
        let mut state = self.state();
        *state = State {
            rot: std::mem::take(&mut state.rot),
            rot_is_noticed: state.rot_is_noticed,
            ..State::good()
        };
    }

    /// A new disk is built in.
    pub fn renew(&self) {
        *self.state() = State::good();
    }

    /// A byte of this entry has changed: whoever reads it is told that it is damaged.
    pub fn rot_entry(&self, index: u64, bytes: Bytes) {
        self.state().rot = Rot::Entry(index, bytes);
    }

    /// A byte of the store has changed there.
    pub fn rot_record(&self) {
        self.state().rot = Rot::Record;
    }

    /// What had rotted was written over.
    pub fn forget_rot(&self) {
        self.state().rot = Rot::Nothing;
    }

    /// The node has met it.
    pub fn notice_rot(&self) {
        let mut state = self.state();
        state.rot_is_noticed = !matches!(state.rot, Rot::Nothing);
    }

    /// Whether the node has met what rotted.
    pub fn is_rot_noticed(&self) -> bool {
        self.state().rot_is_noticed
    }

    /// The entry of the log that has rotted.
    pub fn rotten_entry(&self) -> Option<(u64, Bytes)> {
        match &self.state().rot {
            Rot::Entry(index, bytes) => Some((*index, bytes.clone())),
            Rot::Nothing | Rot::Record => None,
        }
    }

    /// Whether something on it has rotted.
    pub fn is_rotten(&self) -> bool {
        !matches!(self.state().rot, Rot::Nothing)
    }

    /// Reads entries: none of them may be damaged.
    pub fn read(&self, entries: Vec<(u64, Bytes)>) -> io::Result<Vec<(u64, Bytes)>> {
        match self.rotten_entry() {
            Some(rotten) if entries.contains(&rotten) => {
                let problem = format!("entry {} of the log is damaged", rotten.0);
                Err(io::Error::new(io::ErrorKind::InvalidData, problem))
            }
            _ => Ok(entries),
        }
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

    /// Whether a process may end itself with these words: something failed since the disk was good, or it has met what rotted.
    pub fn excuses(&self, problem: &str) -> bool {
        let mut state = self.state();
        let names_damage = problem.contains("damaged") || problem.contains("sealed value");
        let has_met_it = names_damage && !matches!(state.rot, Rot::Nothing);
        state.rot_is_noticed |= has_met_it;
        state.has_failed || has_met_it
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
