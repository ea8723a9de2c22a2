//! How far a group's log is applied on this node, and who waits for a place in it.
//!
//! Stands beside the state's thread, which lifts the mark, and below whoever must not show a past: a read that is to be current, and the
//! answer to a command that was forwarded. openraft can be asked for the same, but wakes everybody at each of its steps, and a thousand who wait
//! for the next thousand places cost more than what they wait for.

use std::sync::Arc;
use std::time::Duration;

use corridor_sync::watermark::{Ticket, Wait, Watermark};
use tokio::sync::oneshot;

/// The mark of one group. Clones share it.
#[derive(Clone)]
pub(crate) struct AppliedMark {
    /// The exclusive end of what is applied.
    end: Arc<Watermark<oneshot::Sender<()>>>,
}

impl AppliedMark {
    /// Nothing is applied.
    pub fn new() -> Self {
        Self {
            end: Arc::new(Watermark::new(0)),
        }
    }

    /// Everything below `end` is applied; whoever waited for that goes on.
    pub fn lift(&self, end: u64) {
        for waiting in self.end.lift(end) {
            // Who gave up does not listen.
            let _ = waiting.send(());
        }
    }

    /// Nothing more will be applied.
    pub fn close(&self) {
        drop(self.end.close());
    }

    /// Waits until the entry at `index` is applied; false: it took too long, or never will be.
    pub async fn reach(&self, index: u64, patience: Duration) -> bool {
        let (tell, told) = oneshot::channel();
        let ticket = match self.end.wait(index.saturating_add(1), tell) {
            Wait::Reached(_) => return true,
            Wait::Closed(_) => return false,
            Wait::Kept(ticket) => ticket,
        };
        let _place = Place { mark: self, ticket };
        matches!(tokio::time::timeout(patience, told).await, Ok(Ok(())))
    }
}

/// Given back however the waiting ends.
struct Place<'a> {
    mark: &'a AppliedMark,
    ticket: Ticket,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.mark.end.forget(self.ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn who_waits_goes_on_when_it_is_applied() {
        let mark = AppliedMark::new();
        mark.lift(3);
        assert!(mark.reach(2, LONG).await);
        assert!(!mark.reach(3, LONG).await, "nobody lifts it");
        assert!(mark.end.close().is_empty(), "who gave up is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_hears_of_the_end() {
        let mark = AppliedMark::new();
        let (reached, ()) = tokio::join!(mark.reach(0, LONG), async { mark.lift(1) });
        assert!(reached);
        let (reached, ()) = tokio::join!(mark.reach(1, LONG), async { mark.close() });
        assert!(!reached && !mark.reach(1, LONG).await);
        assert!(mark.reach(0, LONG).await);
    }
}
