//! What is written down while a run goes: the trace for whoever looks for a mistake, the history for the checker, and how often
//! each class of fault came about.
//!
//! Stands beside everything else and changes nothing. One seed gives the same record byte for byte.

use crate::history::{Happened, Line};
use std::collections::BTreeMap;
use std::fmt::Arguments;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::time::Instant;

/// A run of sixty seconds takes a few megabytes.
const TRACE_SIZE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The record of one run. Clones write into the same one.
#[derive(Clone)]
pub struct Record {
    began: Instant,
    written: Arc<Mutex<Written>>,
    too_long: Arc<Notify>,
}

/// What is in it.
#[derive(Default)]
pub struct Written {
    /// One line for each thing that happened.
    pub trace: String,
    /// What the checker reads.
    pub history: Vec<Line>,
    /// How often each class came about.
    pub counts: BTreeMap<&'static str, u64>,
}

impl Record {
    /// An empty one, beginning now.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            written: Arc::default(),
            too_long: Arc::default(),
        }
    }

    /// Waits until the trace is so long that something must be running in circles, perhaps without a moment passing.
    pub async fn too_long(&self) {
        self.too_long.notified().await;
    }

    fn measure(&self, size_bytes: usize) {
        if size_bytes > TRACE_SIZE_BYTES_MAX {
            self.too_long.notify_one();
        }
    }

    /// When the run began.
    pub fn began(&self) -> Instant {
        self.began
    }

    fn now_us(&self) -> u64 {
        (Instant::now() - self.began).as_micros() as u64
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line of the trace.
    pub fn trace(&self, what: Arguments<'_>) {
        let now_us = self.now_us();
        let mut written = self.written();
        // Writing into a string does not fail.
        let _ = writeln!(written.trace, "{now_us:>9} {what}");
        self.measure(written.trace.len());
    }

    /// A line of the history, and of the trace.
    pub fn happened(&self, happened: Happened) {
        let at_us = self.now_us();
        let mut written = self.written();
        let _ = writeln!(written.trace, "{at_us:>9} {happened:?}");
        written.history.push(Line { at_us, happened });
    }

    /// A fault or another thing that a set of runs must have seen.
    pub fn count(&self, class: &'static str) {
        *self.written().counts.entry(class).or_default() += 1;
    }

    /// The history so far.
    pub fn history(&self) -> Vec<Line> {
        self.written().history.clone()
    }

    /// Takes everything out.
    pub fn take(&self) -> Written {
        std::mem::take(&mut *self.written())
    }
}
