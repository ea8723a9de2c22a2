//! The way back: openraft calls it once with the result of a write.
//!
//! Stands between openraft's core (or the state's thread, which answers after its batch is committed) and whoever
//! proposed. It refuses to know what the result is.

use openraft::raft::responder::Responder;
use openraft::{OptionalSend, RaftTypeConfig};

/// A boxed callback as a responder: one allocation per write, no task and no channel of its own.
pub(crate) struct Reply<T>(Box<dyn FnOnce(T) + Send>);

impl<T> Reply<T> {
    /// `answer` runs where the result becomes known: it must not wait.
    pub fn new(answer: impl FnOnce(T) + Send + 'static) -> Self {
        Self(Box::new(answer))
    }
}

impl<C: RaftTypeConfig, T: OptionalSend + 'static> Responder<C, T> for Reply<T> {
    fn on_complete(self, result: T) {
        (self.0)(result);
    }
}
