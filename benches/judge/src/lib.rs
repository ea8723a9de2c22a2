//! What happened to a clinic under faults, as lines of a file, and what must hold for them; `docs/history.md` says it for everybody.
//!
//! Shared by the load client, which does the faults of `cargo ci faults`, and by the node, for `corridor selftest`. It reads and
//! writes files and judges them; it refuses to know clocks, sockets, nodes and who wrote a history.

#![forbid(unsafe_code)]

pub mod checker;
mod guest;
pub mod history;
pub mod judge;
mod looks;

/// Why a history cannot be written, read or judged.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The machine says no, or a line is not one.
    #[error("{0}")]
    Broken(String),
    /// It is of a format that this program does not know.
    #[error("the history is of format {0}; this reads {first} to {last}", first = history::FORMAT_MIN, last = history::FORMAT)]
    Format(u32),
}

impl HistoryError {
    /// Says where something broke.
    fn at(place: impl std::fmt::Display) -> impl FnOnce(String) -> Self {
        move |error| Self::Broken(format!("{place}: {error}"))
    }
}
