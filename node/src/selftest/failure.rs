//! Why a selftest did not come to its end. What it finds is a result, not a failure.

use corridor_judge::HistoryError;
use std::fmt::Display;

/// There is nothing to judge, for this reason: a sentence for whoever started it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CannotRun(pub String);

/// A value, or why there is none.
pub type Outcome<T> = Result<T, CannotRun>;

impl From<HistoryError> for CannotRun {
    fn from(error: HistoryError) -> Self {
        Self(error.to_string())
    }
}

/// Says what was tried when something broke.
pub trait Context<T> {
    /// The failure begins with `what`.
    fn context(self, what: impl Display) -> Outcome<T>;
}

impl<T, E: Display> Context<T> for Result<T, E> {
    fn context(self, what: impl Display) -> Outcome<T> {
        self.map_err(|error| CannotRun(format!("{what}: {error}")))
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, what: impl Display) -> Outcome<T> {
        self.ok_or_else(|| CannotRun(what.to_string()))
    }
}
