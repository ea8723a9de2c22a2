//! How many batches of commands are under way at a leader at a time.
//!
//! Stands in the carrier's loop. While a batch is written and agreed on, what comes is gathered: each batch costs every node a sync, a round
//! of messages and a batch of the state, whatever is in it. A node alone has no round of messages, and keeps its disk busier with two. The
//! wait is bounded, so that a slow disk or link is waited for by what is under way, and not by what comes. It refuses to know what a batch is.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use corridor_domain::limits::{
    PROPOSAL_BATCH_WAIT_MS, PROPOSAL_BATCHES_UNDER_WAY_ALONE_COUNT_MAX, PROPOSAL_BATCHES_UNDER_WAY_COUNT_MAX,
};

/// Batches that are under way, the oldest first.
#[derive(Default)]
pub(super) struct Pace {
    under_way: VecDeque<oneshot::Receiver<()>>,
}

/// Held by whatever belongs to a batch: it is under way until the last one is dropped.
#[derive(Clone)]
pub(super) struct Turn {
    _end: Arc<oneshot::Sender<()>>,
}

impl Pace {
    /// A batch sets out.
    pub fn begin(&mut self) -> Turn {
        let (end, ended) = oneshot::channel();
        self.under_way.push_back(ended);
        Turn { _end: Arc::new(end) }
    }

    /// Waits until another batch may set out, where so many nodes vote. A batch that takes too long is not waited for again.
    pub async fn room(&mut self, voters_count: usize) {
        let count_max = match voters_count {
            0 | 1 => PROPOSAL_BATCHES_UNDER_WAY_ALONE_COUNT_MAX,
            _ => PROPOSAL_BATCHES_UNDER_WAY_COUNT_MAX,
        };
        while self.under_way.len() >= count_max {
            if let Some(oldest) = self.under_way.pop_front() {
                let _ = timeout(Duration::from_millis(PROPOSAL_BATCH_WAIT_MS), oldest).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future as _;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use tokio::time::Instant;

    use super::*;

    async fn waited_ms(pace: &mut Pace) -> u64 {
        let began = Instant::now();
        pace.room(1).await;
        began.elapsed().as_millis() as u64
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_batch_waits_for_the_oldest() {
        let mut pace = Pace::default();
        let first = pace.begin();
        let (of_one, of_another) = (first.clone(), first);
        assert_eq!(waited_ms(&mut pace).await, 0, "one is under way");
        let second = pace.begin();
        let began = Instant::now();
        {
            let mut room = pin!(pace.room(1));
            let mut is_there = || room.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
            assert!(!is_there());
            drop(of_one);
            assert!(!is_there(), "not all of its commands are answered");
            drop(of_another);
            assert!(is_there());
        }
        assert!(began.elapsed().is_zero(), "and not because time went by");
        drop(second);
        let _third = pace.begin();
        assert_eq!(waited_ms(&mut pace).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn where_others_vote_one_is_under_way() {
        let mut pace = Pace::default();
        let stuck = pace.begin();
        let began = Instant::now();
        pace.room(3).await;
        assert_eq!(began.elapsed().as_millis(), u128::from(PROPOSAL_BATCH_WAIT_MS));
        drop(stuck);
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_that_takes_long_is_waited_for_once() {
        let mut pace = Pace::default();
        let stuck = [pace.begin(), pace.begin()];
        assert_eq!(waited_ms(&mut pace).await, PROPOSAL_BATCH_WAIT_MS);
        assert_eq!(waited_ms(&mut pace).await, 0);
        drop(stuck);
    }
}
