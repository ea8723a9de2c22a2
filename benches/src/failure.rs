//! Why a measurement did not come to its end. A missed bar or a failed check is a result, not a failure.

use corridor_judge::HistoryError;
use std::fmt::Display;

/// What went wrong, as a sentence for whoever started the program.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line asks for something that cannot be; exit code 2.
    #[error("{0}")]
    WrongUse(String),
    /// This account or machine may not do what the run needs; exit code 3.
    #[error("{0}")]
    NoRights(String),
    /// The machine, the node or the wire says no; exit code 1.
    #[error("{0}")]
    Broken(String),
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Broken(_) => Self::Broken(error.to_string()),
            HistoryError::Format(_) => Self::WrongUse(error.to_string()),
        }
    }
}

/// A value, or why there is none.
pub type Outcome<T> = Result<T, Failure>;

/// Says what was tried when something broke.
pub trait Context<T> {
    /// A broken outcome begins with `what`.
    fn context(self, what: impl Display) -> Outcome<T>;
}

impl<T, E: Display> Context<T> for Result<T, E> {
    fn context(self, what: impl Display) -> Outcome<T> {
        self.map_err(|error| Failure::Broken(format!("{what}: {error}")))
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, what: impl Display) -> Outcome<T> {
        self.ok_or_else(|| Failure::Broken(what.to_string()))
    }
}
