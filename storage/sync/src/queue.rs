//! A bounded queue between many that submit and one thread that takes.
//!
//! Threads wait here, not tasks: it stands in front of the one that writes the log. It refuses to know what a job is: it counts
//! jobs and bytes.

use crate::level::{Bounds, Load};
use crate::planted::{Mistake, planted};
use crate::shim::{Condvar, Mutex, lock, wait};
use std::collections::VecDeque;

/// A queue of jobs with a bound on their number and their bytes.
#[derive(Debug)]
pub struct Queue<J> {
    bounds: Bounds,
    inner: Mutex<Inner<J>>,
    filled: Condvar,
    emptied: Condvar,
}

#[derive(Debug)]
struct Inner<J> {
    jobs: VecDeque<(J, usize)>,
    load: Load,
    closed: bool,
}

impl<J> Inner<J> {
    fn has_room(&self, bounds: &Bounds, size_bytes: usize) -> bool {
        // A job larger than the whole bound still gets in, alone: refusing it for ever would stop whoever submits.
        self.jobs.is_empty() || self.load.has_room(bounds, size_bytes)
    }

    fn push(&mut self, job: J, size_bytes: usize) {
        self.jobs.push_back((job, size_bytes));
        self.load.add(size_bytes);
    }
}

/// Why a job was not taken; it is handed back.
#[derive(Debug, PartialEq, Eq)]
pub enum PushRefused<J> {
    /// No room now.
    Full(J),
    /// The taker is gone, for good.
    Closed(J),
}

impl<J> Queue<J> {
    /// An empty one.
    pub fn new(bounds: Bounds) -> Self {
        let inner = Inner {
            jobs: VecDeque::new(),
            load: Load::default(),
            closed: false,
        };
        Self {
            bounds,
            inner: Mutex::new(inner),
            filled: Condvar::new(),
            emptied: Condvar::new(),
        }
    }

    /// Adds a job if there is room now.
    pub fn try_push(&self, job: J, size_bytes: usize) -> Result<(), PushRefused<J>> {
        let mut inner = lock(&self.inner);
        if inner.closed {
            return Err(PushRefused::Closed(job));
        }
        if !inner.has_room(&self.bounds, size_bytes) {
            return Err(PushRefused::Full(job));
        }
        inner.push(job, size_bytes);
        drop(inner);
        self.filled.notify_one();
        Ok(())
    }

    /// Adds a job, waiting for room. Hands it back if the queue is closed.
    pub fn push(&self, job: J, size_bytes: usize) -> Result<(), J> {
        let mut inner = lock(&self.inner);
        while !inner.closed && !inner.has_room(&self.bounds, size_bytes) {
            inner = wait(&self.emptied, inner);
        }
        if inner.closed {
            return Err(job);
        }
        inner.push(job, size_bytes);
        drop(inner);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits for jobs and takes up to `jobs_max` of them, until they are `size_bytes_max`; at least one. `None`: closed and
    /// empty.
    pub fn take(&self, jobs_max: usize, size_bytes_max: usize) -> Option<Vec<J>> {
        let mut inner = lock(&self.inner);
        while inner.jobs.is_empty() {
            if inner.closed {
                return None;
            }
            inner = wait(&self.filled, inner);
        }
        let mut taken = Vec::with_capacity(inner.jobs.len().min(jobs_max));
        let mut taken_bytes = 0;
        while taken.len() < jobs_max && taken_bytes < size_bytes_max {
            let Some((job, size_bytes)) = inner.jobs.pop_front() else {
                break;
            };
            inner.load.subtract(size_bytes);
            taken_bytes += size_bytes;
            taken.push(job);
        }
        drop(inner);
        if !planted(Mistake::QueueKeepsRoomSecret) {
            self.emptied.notify_all();
        }
        Some(taken)
    }

    /// Lets nothing more in. What is in can still be taken.
    pub fn close(&self) {
        lock(&self.inner).closed = true;
        self.filled.notify_all();
        self.emptied.notify_all();
    }

    /// What waits, and the most that ever did.
    pub fn load(&self) -> Load {
        lock(&self.inner).load
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        count_max: 16,
        size_bytes_max: 64,
    };

    #[test]
    fn both_bounds_hold_and_closing_drains() {
        let queue = Queue::new(BOUNDS);
        for job in 0..BOUNDS.count_max {
            assert!(queue.try_push(job, 1).is_ok());
        }
        assert_eq!(queue.try_push(0, 1), Err(PushRefused::Full(0)));
        assert_eq!(queue.take(3, usize::MAX), Some(vec![0, 1, 2]));
        assert_eq!(queue.try_push(0, BOUNDS.size_bytes_max), Err(PushRefused::Full(0)));
        queue.close();
        assert_eq!(queue.try_push(9, 1), Err(PushRefused::Closed(9)));
        assert_eq!(queue.push(9, 1), Err(9));
        let rest = queue.take(usize::MAX, usize::MAX).map(|jobs| jobs.len());
        assert_eq!(rest, Some(BOUNDS.count_max - 3));
        assert_eq!(queue.take(1, 1), None);
        let load = queue.load();
        assert_eq!((load.count.now(), load.count.high_water()), (0, BOUNDS.count_max));
    }

    #[test]
    fn an_oversized_job_gets_in_alone() {
        let queue = Queue::new(BOUNDS);
        assert!(queue.try_push(1, BOUNDS.size_bytes_max * 2).is_ok());
        assert_eq!(queue.try_push(2, 1), Err(PushRefused::Full(2)));
        assert_eq!(queue.take(9, 1), Some(vec![1]));
    }
}
