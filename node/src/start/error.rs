//! Why a node does not start: a sentence for whoever started it.
//!
//! Stands beside the composition root. It refuses to know what was being started.

use corridor_api::failure::Failure;

/// Why a node does not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Something is not as it must be; the sentence says what to do.
    #[error("{0}")]
    Refused(String),
    /// The disk or the network says no.
    #[error("{what}: {cause}")]
    Io {
        /// What was tried.
        what: String,
        /// What was said.
        cause: std::io::Error,
    },
}

impl StartError {
    /// A refusal with this sentence.
    pub fn refused(text: impl Into<String>) -> Self {
        Self::Refused(text.into())
    }

    /// A refusal of the disk or the network while this was tried.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        move |cause| Self::Io {
            what: what.into(),
            cause,
        }
    }
}

impl From<Failure> for StartError {
    fn from(failure: Failure) -> Self {
        let problem = failure.problem();
        Self::Refused(format!("{} ({})", problem.detail, problem.code))
    }
}
