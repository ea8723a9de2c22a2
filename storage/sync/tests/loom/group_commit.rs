//! Group commit: every job is told once, and "durable" only after the sync that covers it.

use super::model::{EVERY, finds, holds};
use corridor_sync::group_commit::{Disk, Job, Refusal, serve};
use corridor_sync::level::Bounds;
use corridor_sync::planted::Mistake;
use corridor_sync::queue::{PushRefused, Queue};
use loom::sync::{Arc, Mutex};
use loom::thread;

#[derive(Default)]
struct Platter {
    synced: Mutex<Vec<u32>>,
    /// What was told: which, and whether it is durable.
    told: Mutex<Vec<(u32, bool)>>,
}

type Submitted = Queue<Job<u32, (u32, Arc<Platter>)>>;

/// Fails for good after so many syncs.
struct Arm {
    platter: Arc<Platter>,
    gathered: Vec<u32>,
    syncs_left: u32,
}

impl Disk for Arm {
    type Work = u32;
    type Done = (u32, Arc<Platter>);
    type Error = ();

    fn gather(&mut self, work: u32) -> Result<(), Refusal<()>> {
        self.gathered.push(work);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), ()> {
        self.syncs_left = self.syncs_left.checked_sub(1).ok_or(())?;
        self.platter.synced.lock().unwrap().append(&mut self.gathered);
        Ok(())
    }

    fn failed(&mut self, _: &()) {}

    fn tell((number, platter): Self::Done, outcome: Result<(), &()>) {
        if outcome.is_ok() {
            let is_durable = platter.synced.lock().unwrap().contains(&number);
            assert!(is_durable, "told before the sync");
        }
        platter.told.lock().unwrap().push((number, outcome.is_ok()));
    }
}

fn two_submit(syncs_left: u32) -> Vec<(u32, bool)> {
    const BOUNDS: Bounds = Bounds {
        count_max: 1,
        size_bytes_max: 8,
    };
    let queue = Arc::new(Queue::new(BOUNDS));
    let platter = Arc::new(Platter::default());
    let submit = |queue: Arc<Submitted>, platter: Arc<Platter>, number| {
        move || {
            let done = (number, platter);
            // As the log does: one submits only while there is room, the other waits for it.
            let job = match (number, Job { work: number, done }) {
                (1, job) => queue.push(job, 1).err(),
                (_, job) => match queue.try_push(job, 1) {
                    Ok(()) => None,
                    Err(PushRefused::Full(job)) => queue.push(job, 1).err(),
                    Err(PushRefused::Closed(job)) => Some(job),
                },
            };
            if let Some(Job { done, .. }) = job {
                Arm::tell(done, Err(&()));
            }
        }
    };
    let other = thread::spawn(submit(Arc::clone(&queue), Arc::clone(&platter), 1));
    let writer = {
        let (queue, platter) = (Arc::clone(&queue), Arc::clone(&platter));
        thread::spawn(move || {
            let mut arm = Arm {
                platter,
                gathered: Vec::new(),
                syncs_left,
            };
            let served = serve(&queue, &mut arm, 9, 9);
            assert_eq!(served.is_err(), syncs_left < 2 && !arm.gathered.is_empty());
        })
    };
    submit(Arc::clone(&queue), Arc::clone(&platter), 2)();
    other.join().unwrap();
    queue.close();
    writer.join().unwrap();
    let mut told = std::mem::take(&mut *platter.told.lock().unwrap());
    told.sort_unstable();
    told
}

fn a_disk_that_works() {
    assert_eq!(two_submit(2), [(1, true), (2, true)]);
}

fn a_disk_that_fails() {
    let told: Vec<u32> = two_submit(0).iter().map(|(number, _)| *number).collect();
    assert_eq!(told, [1, 2], "each is told once");
}

#[test]
fn nothing_is_told_before_its_sync() {
    holds("group commit: sync", Some(3), a_disk_that_works);
    finds(
        "group commit: sync",
        Mistake::CommitTellsBeforeSync,
        "told before the sync",
        Some(3),
        a_disk_that_works,
    );
}

#[test]
fn everybody_hears_of_a_failure() {
    holds("group commit: failure", Some(3), a_disk_that_fails);
    finds(
        "group commit: failure",
        Mistake::CommitForgetsTheQueue,
        "each is told once",
        Some(3),
        a_disk_that_fails,
    );
}

#[test]
fn one_who_submits_is_told_in_every_schedule() {
    fn alone() {
        let queue = Arc::new(Queue::new(Bounds {
            count_max: 1,
            size_bytes_max: 8,
        }));
        let platter = Arc::new(Platter::default());
        let submitter = {
            let (queue, platter) = (Arc::clone(&queue), Arc::clone(&platter));
            thread::spawn(move || {
                for number in [1, 2] {
                    let done = (number, Arc::clone(&platter));
                    assert!(queue.push(Job { work: number, done }, 1).is_ok());
                }
                queue.close();
            })
        };
        let mut arm = Arm {
            platter: Arc::clone(&platter),
            gathered: Vec::new(),
            syncs_left: 2,
        };
        assert_eq!(serve(&queue, &mut arm, 9, 9), Ok(()));
        submitter.join().unwrap();
        assert_eq!(*platter.told.lock().unwrap(), [(1, true), (2, true)]);
    }
    holds("group commit: alone", EVERY, alone);
    finds(
        "group commit: alone",
        Mistake::CommitTellsBeforeSync,
        "told before the sync",
        EVERY,
        alone,
    );
}
