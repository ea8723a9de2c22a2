//! The bounded way into the log's writer.
//!
//! Stands between whoever submits (an async worker) and the one thread that writes. It refuses to know what a job is:
//! it counts jobs and bytes.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::high_water;
use corridor_domain::limits::{LOG_QUEUE_JOBS_COUNT_MAX, LOG_QUEUE_SIZE_BYTES_MAX};

/// A queue of jobs with a bound on their number and their bytes.
pub(super) struct Queue<J> {
    state: Mutex<QueueState<J>>,
    filled: Condvar,
    emptied: Condvar,
}

struct QueueState<J> {
    jobs: VecDeque<(J, usize)>,
    size_bytes: usize,
    closed: bool,
}

impl<J> QueueState<J> {
    fn has_room(&self, size_bytes: usize) -> bool {
        // A job larger than the whole bound still gets in, alone: refusing it for ever would stop the group.
        self.jobs.is_empty()
            || (self.jobs.len() < LOG_QUEUE_JOBS_COUNT_MAX && self.size_bytes + size_bytes <= LOG_QUEUE_SIZE_BYTES_MAX)
    }

    fn push(&mut self, job: J, size_bytes: usize) {
        self.jobs.push_back((job, size_bytes));
        self.size_bytes += size_bytes;
        high_water::LOG_QUEUE_JOBS.note(self.jobs.len());
        high_water::LOG_QUEUE_BYTES.note(self.size_bytes);
    }
}

/// Why a job was not taken; it is handed back.
pub(super) enum PushRefused<J> {
    /// No room now.
    Full(J),
    /// The writer is gone, for good.
    Closed(J),
}

impl<J> Queue<J> {
    pub fn new() -> Self {
        let state = QueueState {
            jobs: VecDeque::new(),
            size_bytes: 0,
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            filled: Condvar::new(),
            emptied: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, QueueState<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job if there is room now.
    pub fn try_push(&self, job: J, size_bytes: usize) -> Result<(), PushRefused<J>> {
        let mut state = self.lock();
        if state.closed {
            return Err(PushRefused::Closed(job));
        }
        if !state.has_room(size_bytes) {
            return Err(PushRefused::Full(job));
        }
        state.push(job, size_bytes);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Adds a job, waiting for room. Hands it back if the queue is closed.
    pub fn push(&self, job: J, size_bytes: usize) -> Result<(), J> {
        let mut state = self.lock();
        while !state.closed && !state.has_room(size_bytes) {
            state = self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return Err(job);
        }
        state.push(job, size_bytes);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits for jobs and takes up to `jobs_max` or `size_bytes_max` of them, at least one. `None`: closed and empty.
    pub fn take(&self, jobs_max: usize, size_bytes_max: usize) -> Option<Vec<J>> {
        let mut state = self.lock();
        while state.jobs.is_empty() {
            if state.closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut taken = Vec::with_capacity(state.jobs.len().min(jobs_max));
        let mut taken_bytes = 0;
        while taken.len() < jobs_max && taken_bytes < size_bytes_max {
            let Some((job, size_bytes)) = state.jobs.pop_front() else {
                break;
            };
            state.size_bytes -= size_bytes;
            taken_bytes += size_bytes;
            taken.push(job);
        }
        drop(state);
        self.emptied.notify_all();
        Some(taken)
    }

    /// Lets nothing more in. What is in can still be taken.
    pub fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
        self.emptied.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::{LOG_QUEUE_JOBS_COUNT_MAX, LOG_QUEUE_SIZE_BYTES_MAX, PushRefused, Queue};

    #[test]
    fn both_bounds_hold_and_closing_drains() {
        let queue = Queue::new();
        for job in 0..LOG_QUEUE_JOBS_COUNT_MAX {
            assert!(queue.try_push(job, 1).is_ok());
        }
        assert!(matches!(queue.try_push(0, 1), Err(PushRefused::Full(0))));
        assert_eq!(queue.take(3, usize::MAX), Some(vec![0, 1, 2]));
        assert!(matches!(
            queue.try_push(0, LOG_QUEUE_SIZE_BYTES_MAX),
            Err(PushRefused::Full(0))
        ));
        queue.close();
        assert!(matches!(queue.try_push(9, 1), Err(PushRefused::Closed(9))));
        assert_eq!(queue.push(9, 1), Err(9));
        assert_eq!(
            queue.take(usize::MAX, usize::MAX).map(|jobs| jobs.len()),
            Some(LOG_QUEUE_JOBS_COUNT_MAX - 3)
        );
        assert_eq!(queue.take(1, 1), None);
    }

    #[test]
    fn an_oversized_job_gets_in_alone() {
        let queue = Queue::new();
        assert!(queue.try_push(1, LOG_QUEUE_SIZE_BYTES_MAX * 2).is_ok());
        assert!(matches!(queue.try_push(2, 1), Err(PushRefused::Full(2))));
        assert_eq!(queue.take(9, 1), Some(vec![1]));
    }
}
