//! Group commit: what many submitted shares one write and one sync, and nobody is told before it.
//!
//! Every job is told exactly once: done after the sync that covers it, or that it is not. Refuses to know what a disk is.

use crate::planted::{Mistake, planted};
use crate::queue::Queue;

/// Work on its way to the disk, and who is told.
#[derive(Debug)]
pub struct Job<W, D> {
    /// What is written.
    pub work: W,
    /// Who is told.
    pub done: D,
}

/// Why work was not added to a write.
#[derive(Debug)]
pub enum Refusal<E> {
    /// The one who submitted it is wrong: nothing of it was added, the others go on.
    Caller(E),
    /// The disk failed: nothing more can be promised.
    Disk(E),
}

/// Where work is written.
pub trait Disk {
    /// What is written.
    type Work;
    /// Who is told.
    type Done;
    /// What can go wrong.
    type Error;

    /// Adds work to the write at hand; nothing of it if it is refused.
    fn gather(&mut self, work: Self::Work) -> Result<(), Refusal<Self::Error>>;

    /// Writes what was gathered. Returns when it is durable and can be read.
    fn sync(&mut self) -> Result<(), Self::Error>;

    /// The disk failed. Called once, before anybody is told.
    fn failed(&mut self, error: &Self::Error);

    /// Tells one.
    fn tell(done: Self::Done, outcome: Result<(), &Self::Error>);
}

/// Writes until the queue is closed and empty, or the disk fails.
pub fn serve<D: Disk>(
    queue: &Queue<Job<D::Work, D::Done>>,
    disk: &mut D,
    jobs_max: usize,
    size_bytes_max: usize,
) -> Result<(), D::Error> {
    while let Some(jobs) = queue.take(jobs_max, size_bytes_max) {
        let mut waiting = Vec::with_capacity(jobs.len());
        let mut failure = gather(disk, jobs, &mut waiting).err();
        if planted(Mistake::CommitTellsBeforeSync) {
            tell_all::<D>(waiting.drain(..), Ok(()));
        }
        if failure.is_none() {
            failure = disk.sync().err();
        }
        if let Some(error) = failure {
            give_up(queue, disk, waiting, &error);
            return Err(error);
        }
        tell_all::<D>(waiting.drain(..), Ok(()));
    }
    Ok(())
}

/// One write's work. `waiting` gets who is to be told, also those whose work was not reached when the disk failed.
fn gather<D: Disk>(disk: &mut D, jobs: Vec<Job<D::Work, D::Done>>, waiting: &mut Vec<D::Done>) -> Result<(), D::Error> {
    let mut jobs = jobs.into_iter();
    while let Some(Job { work, done }) = jobs.next() {
        match disk.gather(work) {
            Ok(()) => waiting.push(done),
            Err(Refusal::Caller(error)) => D::tell(done, Err(&error)),
            Err(Refusal::Disk(error)) => {
                waiting.push(done);
                waiting.extend(jobs.map(|job| job.done));
                return Err(error);
            }
        }
    }
    Ok(())
}

/// No retry, no further promise: all that wait hear of it, also those still in the queue.
fn give_up<D: Disk>(queue: &Queue<Job<D::Work, D::Done>>, disk: &mut D, waiting: Vec<D::Done>, error: &D::Error) {
    queue.close();
    disk.failed(error);
    tell_all::<D>(waiting.into_iter(), Err(error));
    if planted(Mistake::CommitForgetsTheQueue) {
        return;
    }
    while let Some(jobs) = queue.take(usize::MAX, usize::MAX) {
        tell_all::<D>(jobs.into_iter().map(|job| job.done), Err(error));
    }
}

fn tell_all<D: Disk>(all: impl Iterator<Item = D::Done>, outcome: Result<(), &D::Error>) {
    for done in all {
        D::tell(done, outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::Bounds;
    use std::cell::RefCell;
    use std::rc::Rc;

    /// Refuses work below zero, and fails at 13 or after so many syncs.
    struct Paper {
        syncs_left: u32,
        told: Told,
    }

    type Told = Rc<RefCell<Vec<(i32, bool)>>>;

    impl Disk for Paper {
        type Work = i32;
        type Done = (i32, Told);
        type Error = &'static str;

        fn gather(&mut self, work: i32) -> Result<(), Refusal<&'static str>> {
            match work {
                ..0 => Err(Refusal::Caller("below zero")),
                13 => Err(Refusal::Disk("torn")),
                _ => Ok(()),
            }
        }

        fn sync(&mut self) -> Result<(), &'static str> {
            self.syncs_left = self.syncs_left.checked_sub(1).ok_or("full")?;
            Ok(())
        }

        fn failed(&mut self, _: &&'static str) {
            self.told.borrow_mut().push((0, false));
        }

        fn tell((number, told): Self::Done, outcome: Result<(), &&'static str>) {
            told.borrow_mut().push((number, outcome.is_ok()));
        }
    }

    fn told(numbers: &[i32], jobs_max: usize, syncs_left: u32) -> Vec<(i32, bool)> {
        let queue = Queue::new(Bounds {
            count_max: 9,
            size_bytes_max: 9,
        });
        let told = Told::default();
        for number in numbers {
            let done = (*number, Rc::clone(&told));
            assert!(queue.try_push(Job { work: *number, done }, 1).is_ok());
        }
        queue.close();
        let mut paper = Paper {
            syncs_left,
            told: Rc::clone(&told),
        };
        let served = serve(&queue, &mut paper, jobs_max, 9);
        assert_eq!(served.is_ok(), told.borrow().iter().all(|(number, _)| *number != 0));
        told.take()
    }

    #[test]
    fn each_is_told_once_and_a_refusal_stops_nobody() {
        assert_eq!(told(&[1, -2, 3], 9, 9), [(-2, false), (1, true), (3, true)]);
        assert_eq!(told(&[1, 2, 3], 2, 2), [(1, true), (2, true), (3, true)]);
    }

    #[test]
    fn after_a_failure_all_hear_of_it_also_those_not_reached() {
        assert_eq!(
            told(&[1, 13, 3, 4], 3, 9),
            [(0, false), (1, false), (13, false), (3, false), (4, false)]
        );
        assert_eq!(told(&[1, 2, 3], 1, 1), [(1, true), (0, false), (2, false), (3, false)]);
    }
}
