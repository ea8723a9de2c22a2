//! Where work runs: the tasks of this crate and of openraft, what may wait for the disk, and threads of one's own.
//!
//! Stands under everything that would otherwise name tokio's functions. In production they are tokio's tasks and the machine's
//! threads; with the feature `simulation` everything runs on one thread in an order that follows from a seed. It refuses to know
//! what the work is.

#[cfg(all(feature = "simulation", not(debug_assertions)))]
compile_error!(
    "the feature `simulation` puts everything on one thread and draws no true randomness: never in a build that somebody could run"
);

#[cfg(feature = "simulation")]
pub mod simulated;
#[cfg(not(feature = "simulation"))]
mod threads;
#[cfg(feature = "simulation")]
mod watch;

#[cfg(feature = "simulation")]
pub(crate) use simulated::{Jobs, SimulatedRuntime as Runtime, blocking, own_thread, spawn};
#[cfg(not(feature = "simulation"))]
pub(crate) use threads::{Jobs, Runtime, blocking, own_thread, spawn};
