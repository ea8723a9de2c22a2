//! Whether what this node shows is current, and how it becomes so.
//!
//! Stands before every look at who is signed in. A node that is cut off from the others knows nothing of what was revoked since: it
//! shows nothing. A node that lags a moment behind does not know a session that began elsewhere just now: it catches up first. It
//! refuses to know how agreement works.

use crate::failure::Failure;
use corridor_actors::SubmitError;
use futures::future::BoxFuture;
use std::sync::atomic::{AtomicBool, Ordering};

/// Waits until everything that was agreed on when it was asked is applied here; false: nobody can say what that is.
pub type CatchUp = Box<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// Whether this node is current.
pub struct Freshness {
    is_current: AtomicBool,
    catch_up: CatchUp,
}

impl Freshness {
    /// A node that is current now.
    pub fn new(catch_up: CatchUp) -> Self {
        Self {
            is_current: AtomicBool::new(true),
            catch_up,
        }
    }

    /// Says whether the node is in contact with the others and has caught up with them.
    pub fn set_current(&self, is_current: bool) {
        self.is_current.store(is_current, Ordering::Release);
    }

    /// Fails while this node is cut off.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match self.is_current.load(Ordering::Acquire) {
            true => Ok(()),
            false => Err(Failure::Submit(SubmitError::Fenced)),
        }
    }

    /// Waits until what is read here is current.
    pub(crate) async fn catch_up(&self) -> Result<(), Failure> {
        match (self.catch_up)().await {
            true => Ok(()),
            false => Err(Failure::Submit(SubmitError::Fenced)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_is_cut_off_shows_nothing() {
        let freshness = Freshness::new(Box::new(|| Box::pin(std::future::ready(false))));
        assert!(freshness.check().is_ok());
        freshness.set_current(false);
        let code = |outcome: Result<(), Failure>| outcome.unwrap_err().problem().code;
        assert_eq!(code(freshness.check()), "fenced");
        assert_eq!(code(freshness.catch_up().await), "fenced");
        freshness.set_current(true);
        assert!(freshness.check().is_ok());
    }
}
